/*
 * The comparison of what trace tells with what ran
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_TRACE_FLOW_COMPARE_H
#define TESTS_TRACE_FLOW_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <opencsd/c_api/opencsd_c_api.h>
#include "record.h"
#include "trace-file.h"

/* A debugger moved the PC: nothing but this goes from there to here. */
typedef struct FlowMove {
    uint64_t from, to;
} FlowMove;

#define MAX_MOVES 16

typedef struct Flow {
    /* The record, and how far it has been seen in the trace */
    RecordEntry *record;
    size_t entries, next;
    uint32_t pos;               /* instructions of entry next that were seen */
    bool ta;                    /* TRCRSR.TA */
    bool skipped;               /* instructions that are not traced */
    bool trace_on;              /* since the last instruction or exception */
    unsigned traced, filtered;
    bool cut, dump;
    FlowMove moves[MAX_MOVES];
    unsigned n_moves;
    bool halted;                /* the PC is being moved */

    unsigned el;
    uint64_t context, record_context;   /* CONTEXTIDR_EL2, CONTEXTIDR_EL1 */
    uint64_t context_mask;              /* what of them is traced */
    bool has_context;                   /* the record knows them */
    uint64_t contexts_seen;             /* changes of them */
    bool bad;

    /* For the summary */
    uint64_t types[32];                 /* exceptions of each type */
    uint64_t instructions, exceptions, ranges, trace_ons, no_syncs;
    uint64_t timestamps, first_time, last_time, contexts;
    uint64_t cycle_counts, cycles, cycles_wrong, events, moved;
    uint64_t sum, sum_at_count, may_count;
    size_t summed;
    bool time_goes_back;
} Flow;

/**
 * flow_differ: trace and record part; only the first time is told
 * @f: the comparison
 * @at: byte of the trace
 * @format: why, as for printf()
 */
void flow_differ(Flow *f, ocsd_trc_index_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* flow_print_record: what ran around the place where trace and record part */
void flow_print_record(const Flow *f);

/* flow_expected: what trace must tell next; NULL when all has been told */
const RecordEntry *flow_expected(Flow *f);

/* What OpenCSD's elements tell, each at byte @at of the trace */
void flow_ran(Flow *f, ocsd_trc_index_t at, const ocsd_generic_trace_elem *g);
void flow_exception(Flow *f, ocsd_trc_index_t at,
                    const ocsd_generic_trace_elem *g);
void flow_context(Flow *f, const ocsd_pe_context *c);
void flow_cycles(Flow *f, const ocsd_generic_trace_elem *g);

/**
 * flow_skip_runs: leave out the record before TraceHeader.run
 * @f: the comparison
 * @head: what the program said
 * @alias: how far from there EL0 sees the code
 */
void flow_skip_runs(Flow *f, const TraceHeader *head, uint64_t alias);

/**
 * flow_skip_to_last: leave out the record but for its end
 * @f: the comparison
 * @instructions: how many that are traced shall be left
 */
void flow_skip_to_last(Flow *f, uint64_t instructions);

#endif
