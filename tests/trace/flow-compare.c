/*
 * The comparison of what trace tells with what ran
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The record has all that ran; what of it is traced, and what else trace must
 * have, follows from the rules of D4.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include "flow-compare.h"

/* D5.3.27, Table D5-12: TYPE of an Exception packet */
enum {
    TYPE_DEBUG_HALT = 1,
    TYPE_CALL = 2,
    TYPE_TRAP = 3,
    TYPE_SYSTEM_ERROR = 4,
    TYPE_INST_DEBUG = 6,
    TYPE_DATA_DEBUG = 7,
    TYPE_ALIGNMENT = 10,
    TYPE_INST_FAULT = 11,
    TYPE_DATA_FAULT = 12,
    TYPE_IRQ = 14,
    TYPE_FIQ = 15,
};

void flow_differ(Flow *f, ocsd_trc_index_t at, const char *format, ...)
{
    va_list args;

    if (f->bad) {
        return;
    }
    f->bad = true;
    printf("flow: at byte 0x%" PRIx64 ", after %" PRIu64 " instructions and %"
           PRIu64 " exceptions: ", (uint64_t)at, f->instructions,
           f->exceptions);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

static void print_entry(const RecordEntry *e)
{
    if (e->kind == RECORD_CONTEXT) {
        printf("    context 0x%" PRIx64 "\n", e->addr);
    } else if (e->kind == RECORD_RAN) {
        printf("    EL%u 0x%" PRIx64 " to 0x%" PRIx64 "\n", e->el, e->addr,
               e->addr + 4 * (uint64_t)(e->count - 1));
    } else {
        printf("    exception from EL%u to EL%u, vector %u, ELR 0x%" PRIx64
               " ESR 0x%x\n", e->from, e->el, e->vector, e->addr, e->count);
    }
}

/* What ran around the place where trace and record part. */
void flow_print_record(const Flow *f)
{
    size_t from = f->next < 8 ? 0 : f->next - 8;

    printf("what ran (+%u instructions of the line marked):\n", f->pos);
    for (size_t i = from; i < f->entries && i < f->next + 6; i++) {
        printf(i == f->next ? " ->" : "   ");
        print_entry(&f->record[i]);
    }
}

static bool is_traced(const Flow *f, unsigned el)
{
    return f->traced >> el & 1;
}

/*
 * Pass by what is not traced, in the order of the record (D4.5.9.5): an
 * exception is traced if the instruction or exception before was, and it is
 * not taken from a Trace Prohibited region.
 */
static void pass_by(Flow *f)
{
    for (; f->next < f->entries; f->next++) {
        const RecordEntry *e = &f->record[f->next];

        if (e->kind == RECORD_CONTEXT) {
            f->record_context = e->addr;
            f->has_context = true;
        } else if (e->kind == RECORD_RAN) {
            if (is_traced(f, e->el)) {
                return;
            }
            f->skipped = true;
            if (f->filtered >> e->el & 1) {
                f->ta = false;
            }
        } else {
            if (f->ta && (f->traced | f->filtered) >> e->from & 1) {
                return;
            }
            f->skipped = true;
        }
    }
}

/* Table D4-19; ESR_ELx.EC says why. */
static unsigned exception_type(const RecordEntry *e)
{
    switch (e->vector & 3) {
    case 1:
        return TYPE_IRQ;
    case 2:
        return TYPE_FIQ;
    case 3:
        return TYPE_SYSTEM_ERROR;
    }
    switch (e->count >> 26) {
    case 0x15:      /* SVC */
    case 0x16:      /* HVC */
        return TYPE_CALL;
    case 0x17:      /* SMC; to EL2 it is trapped */
        return e->el == 3 ? TYPE_CALL : TYPE_TRAP;
    case 0x0d:      /* Branch Target */
    case 0x20:      /* Instruction Abort */
    case 0x21:
        return TYPE_INST_FAULT;
    case 0x1c:      /* PAC Fail */
    case 0x24:      /* Data Abort */
    case 0x25:
        return TYPE_DATA_FAULT;
    case 0x22:      /* PC alignment */
    case 0x26:      /* SP alignment */
        return TYPE_ALIGNMENT;
    case 0x30:      /* Breakpoint */
    case 0x31:
    case 0x32:      /* Software Step */
    case 0x33:
    case 0x3c:      /* BRK */
        return TYPE_INST_DEBUG;
    case 0x34:      /* Watchpoint */
    case 0x35:
        return TYPE_DATA_DEBUG;
    default:
        return TYPE_TRAP;
    }
}

/*
 * R_KHDNX: an exception from a level that is traced may be told when nothing
 * else ran there since a level that is filtered, TRCRSR.TA or not: ViewInst is
 * high for the instruction that did not end.  The other way round, TA is 0 at
 * once in a level that is filtered, not with its first instruction.
 */
static void allow_first(Flow *f, const ocsd_generic_trace_elem *g)
{
    for (size_t i = f->next; f->trace_on && f->pos == 0 && i < f->entries;
         i++) {
        const RecordEntry *e = &f->record[i];

        if (e->kind == RECORD_EXCEPTION && is_traced(f, e->from) &&
            g && exception_type(e) == g->exception_number &&
            (e->addr & ~(uint64_t)3) == g->en_addr) {
            f->ta = true;
            f->skipped = true;
            f->next = i;
            return;
        }
        if (e->kind == RECORD_EXCEPTION && f->filtered >> e->from & 1) {
            f->ta = false;
        }
        if (e->kind == RECORD_RAN && is_traced(f, e->el)) {
            return;
        }
    }
}

/* The entry that trace has to tell next; NULL when all has been told. */
const RecordEntry *flow_expected(Flow *f)
{
    if (f->pos == 0) {
        pass_by(f);
    }
    return f->next < f->entries ? &f->record[f->next] : NULL;
}

/* Where the PC was moved from before this entry, which is next; or NULL */
static const FlowMove *move_before(const Flow *f, const RecordEntry *e)
{
    const RecordEntry *before = e - 1;
    uint64_t end;

    if (f->pos || f->next == 0 || before->kind != RECORD_RAN) {
        return NULL;
    }
    end = before->addr + 4 * (uint64_t)before->count;
    for (unsigned i = 0; i < f->n_moves; i++) {
        if (end == f->moves[i].from && e->addr == f->moves[i].to) {
            return &f->moves[i];
        }
    }
    return NULL;
}

/* It is told when a debugger moves the PC; when it only stops, nothing is. */
static void debug_halt(Flow *f, ocsd_trc_index_t at,
                       const ocsd_generic_trace_elem *g)
{
    const RecordEntry *e = flow_expected(f);
    const FlowMove *move = e ? move_before(f, e) : NULL;

    if (f->halted || !move || move->from != g->en_addr) {
        flow_differ(f, at, "a Debug halt at 0x%" PRIx64 ", from where the PC "
                    "was not moved", g->en_addr);
    }
    f->halted = true;
}

/* A discontinuity must be told, and only that.  @e is what ran, or NULL. */
static void continuity(Flow *f, ocsd_trc_index_t at, const RecordEntry *e)
{
    if (e && move_before(f, e)) {
        if (!f->halted) {
            flow_differ(f, at, "no Debug halt where the PC was moved");
        }
        f->halted = false;
        f->skipped = true;
        f->moved++;
    }
    if (f->skipped && !f->trace_on) {
        flow_differ(f, at, "no Trace On where something was left out");
    } else if (f->trace_on && !f->skipped && f->instructions) {
        flow_differ(f, at, "a Trace On where nothing was left out");
    }
    f->skipped = f->trace_on = false;
}

/*
 * A range that ends in a write to CONTEXTIDR_ELx may have the old value or the
 * new: it takes effect by the next Context synchronization event.
 */
static void check_context(Flow *f, ocsd_trc_index_t at)
{
    uint64_t want = f->record_context & f->context_mask;
    size_t i = f->next;

    if (!f->has_context || f->context == want) {
        return;
    }
    while (i < f->entries && f->record[i].kind == RECORD_EXCEPTION) {
        i++;
    }
    if (f->pos != 0 || i == f->entries ||
        f->record[i].kind != RECORD_CONTEXT ||
        (f->record[i].addr & f->context_mask) != f->context) {
        flow_differ(f, at, "the context is 0x%" PRIx64 " instead of 0x%"
                    PRIx64, f->context, want);
    }
}

void flow_ran(Flow *f, ocsd_trc_index_t at, const ocsd_generic_trace_elem *g)
{
    uint64_t addr = g->st_addr, left = g->num_instr_range;

    f->ranges++;
    if (g->en_addr - g->st_addr != 4 * left) {
        flow_differ(f, at, "range 0x%" PRIx64 " to 0x%" PRIx64 " of %u "
                    "instructions", g->st_addr, g->en_addr,
                    g->num_instr_range);
    }
    if (!f->record) {
        f->instructions += left;
        return;
    }
    allow_first(f, NULL);
    while (left && !f->bad) {
        const RecordEntry *e = flow_expected(f);
        uint64_t n;

        continuity(f, at, e);
        if (!e) {
            flow_differ(f, at, "trace has EL%u 0x%" PRIx64 ", but nothing ran "
                        "any more", f->el, addr);
        } else if (e->kind != RECORD_RAN) {
            flow_differ(f, at, "trace has EL%u 0x%" PRIx64 " instead of an "
                        "exception", f->el, addr);
        } else if (e->addr + 4 * (uint64_t)f->pos != addr || e->el != f->el) {
            flow_differ(f, at, "trace has EL%u 0x%" PRIx64 ", but what ran is "
                        "EL%u 0x%" PRIx64, f->el, addr, e->el, e->addr + 4 *
                        (uint64_t)f->pos);
        }
        if (f->bad) {
            return;
        }
        n = e->count - f->pos < left ? e->count - f->pos : left;
        f->pos += n;
        f->instructions += n;
        left -= n;
        addr += 4 * n;
        f->ta = true;
        if (f->pos == e->count) {
            f->pos = 0;
            f->next++;
        }
    }
    if (!f->bad) {
        check_context(f, at);
    }
}

void flow_context(Flow *f, const ocsd_pe_context *c)
{
    uint64_t now = f->context;

    f->contexts++;
    if (c->el_valid) {
        f->el = c->exception_level;
    }
    if (c->ctxt_id_valid) {
        now = (now & ~(uint64_t)UINT32_MAX) | c->context_id;
    }
    if (c->vmid_valid) {
        now = (now & UINT32_MAX) | (uint64_t)c->vmid << 32;
    }
    f->contexts_seen += now != f->context;
    f->context = now;
}

void flow_exception(Flow *f, ocsd_trc_index_t at,
                      const ocsd_generic_trace_elem *g)
{
    const RecordEntry *e;

    if (!f->record) {
        f->exceptions++;
        return;
    }
    if (g->exception_number == TYPE_DEBUG_HALT) {
        debug_halt(f, at, g);
        return;
    }
    allow_first(f, g);
    e = flow_expected(f);
    continuity(f, at, e);
    if (!e || f->pos != 0 || e->kind != RECORD_EXCEPTION) {
        flow_differ(f, at, "an exception of type %u from 0x%" PRIx64 " that "
                    "was not taken", g->exception_number, g->en_addr);
    } else if (g->exception_number != exception_type(e)) {
        flow_differ(f, at, "an exception of type %u instead of %u",
                    g->exception_number, exception_type(e));
    } else if (!g->excep_ret_addr) {
        flow_differ(f, at, "an exception without its address");
    } else if (g->en_addr != (e->addr & ~(uint64_t)3)) {
        /* Packets do not have the bits that make a PC misaligned. */
        flow_differ(f, at, "an exception from 0x%" PRIx64 " instead of 0x%"
                    PRIx64, g->en_addr, e->addr);
    } else if (f->el != e->from) {
        flow_differ(f, at, "an exception from EL%u instead of EL%u", f->el,
                    e->from);
    }
    f->exceptions++;
    f->types[g->exception_number & 31]++;
    f->next++;
}

/*
 * All instructions up to the place where trace is, also those in the record
 * that are not traced
 */
static uint64_t passed(Flow *f)
{
    for (; f->summed < f->next; f->summed++) {
        if (f->record[f->summed].kind == RECORD_RAN) {
            f->sum += f->record[f->summed].count;
        } else if (f->record[f->summed].kind == RECORD_EXCEPTION) {
            f->may_count++;
        }
    }
    return f->sum + f->pos;
}

/*
 * With -icount shift=0 cycles are instructions; QEMU also counts some of those
 * that began and did not end, an UNDEFINED one for example.
 */
void flow_cycles(Flow *f, const ocsd_generic_trace_elem *g)
{
    uint64_t now = f->record ? passed(f) : 0;
    uint64_t least = now - f->sum_at_count;

    if (f->cycle_counts++ && (g->cycle_count < least ||
                              g->cycle_count > least + f->may_count)) {
        f->cycles_wrong++;
        if (f->dump) {
            printf("these are not the %" PRIu64 " that ran\n", least);
        }
    }
    f->sum_at_count = now;
    f->may_count = 0;
    f->cycles += g->cycle_count;
}

/* Leave out all of the record before this entry into the workload. */
void flow_skip_runs(Flow *f, const TraceHeader *head, uint64_t alias)
{
    uint64_t runs = head->run;
    bool outside = true;

    for (; f->next < f->entries; f->next++) {
        const RecordEntry *e = &f->record[f->next];

        if (e->kind == RECORD_CONTEXT) {
            f->record_context = e->addr;
            f->has_context = true;
        } else if (e->kind == RECORD_RAN) {
            bool inside = (f->traced | f->filtered) >> e->el & 1;

            if (outside && (e->addr == head->entry ||
                            e->addr == head->entry + alias) && !runs--) {
                f->skipped = true;
                return;
            }
            outside = !inside;
        }
    }
}

/* Leave out what is not in the last instructions that are traced. */
void flow_skip_to_last(Flow *f, uint64_t instructions)
{
    uint64_t all = 0;

    for (size_t i = 0; i < f->entries; i++) {
        if (f->record[i].kind == RECORD_RAN && is_traced(f, f->record[i].el)) {
            all += f->record[i].count;
        }
    }
    if (all < instructions) {
        flow_differ(f, 0, "there are more instructions than ran");
        return;
    }
    all -= instructions;
    while (all) {
        const RecordEntry *e = flow_expected(f);

        if (e->kind == RECORD_RAN) {
            if (e->count > all) {
                f->pos = all;
                break;
            }
            all -= e->count;
        }
        f->next++;
    }
    f->skipped = false;
}
