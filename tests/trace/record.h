/*
 * The independent record of what ran: format of the files
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * record.c writes one file for each CPU, flow.c reads it.  Entries are in
 * the order of execution, in the host's byte order.
 */

#ifndef TESTS_TRACE_RECORD_H
#define TESTS_TRACE_RECORD_H

#include <stdint.h>

enum {
    /* count instructions from addr on ran at Exception level el */
    RECORD_RAN = 0,
    /* An exception was taken to el: addr is its ELR, count its ESR */
    RECORD_EXCEPTION = 1,
    /* From here on CONTEXTIDR_EL1 and CONTEXTIDR_EL2 are addr's halves */
    RECORD_CONTEXT = 2,
};

typedef struct RecordEntry {
    uint64_t addr;
    uint32_t count;
    uint8_t kind;
    uint8_t el;
    uint8_t vector;     /* exception: number of the vector, 0 to 15 */
    uint8_t from;       /* exception: the Exception level it was taken from */
} RecordEntry;

#endif
