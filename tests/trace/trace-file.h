/*
 * The head of a file with trace, as flow-guest.c writes it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_TRACE_FILE_H
#define TESTS_TRACE_FILE_H

#include <stdint.h>

#define TRACE_MAGIC 0x3145434152544554ull       /* "TETRACE1" */

/* Little-endian, as the guest is. */
typedef struct TraceHeader {
    uint64_t magic;
    uint64_t bytes;             /* of trace, after this */
    uint64_t trcidr0, trcidr1, trcidr2, trcidr8, trcdevarch;
    uint64_t trcconfigr;
    uint64_t trbsr;             /* at the end */
    uint64_t time_before, time_after;       /* CNTVCT_EL0 */
    uint64_t trfcr_el2;
    uint64_t entry;             /* where the workload is entered at EL1 */
    uint64_t run;               /* trace begins with this one, from 0 */
    uint64_t cut;               /* the buffer was full */
    uint64_t wrapped;           /* what came first is not there any more */
} TraceHeader;

#endif
