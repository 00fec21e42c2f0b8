/*
 * Decode trace with OpenCSD, and compare the flow with what really ran
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *     flow [OPTION]... TRACE [RECORD]
 *
 * TRACE is what flow-guest.c writes: a header, see trace-file.h, and the bytes
 * from the trace buffer.  RECORD is what record.c wrote for the same CPU; then
 * each traced instruction and exception must be in the trace, and no other.
 *
 *     --elf=FILE       the program; may be given again
 *     --alias=OFFSET   it is also to be seen that far from where it is
 *     --traced=MASK    Exception levels that are traced: bit n is ELn
 *     --filtered=MASK  levels that are not, by TRCVICTLR; all others are in a
 *                      Trace Prohibited region
 *     --window         trace begins and ends anywhere in RECORD
 *     --gaps           Trace On and Overflow may be anywhere, and what ran
 *                      meanwhile is not in the trace
 *     --dump           print all elements
 *
 * The last line of the output is a summary as JSON.  The exit status is 0 when
 * trace and record agree.
 */

#include <elf.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <opencsd/c_api/opencsd_c_api.h>
#include <opencsd/ete/trc_pkt_types_ete.h>
#include <opencsd/ocsd_if_version.h>
#include "record.h"
#include "trace-file.h"

#define MAX_ALIASES 8

#define TRCCONFIGR_CID  (1 << 6)
#define TRCCONFIGR_VMID (1 << 7)
#define TRFCR_EL2_CX    (1 << 3)

/* Additional tests of the program image came with OpenCSD 1.4. */
#if OCSD_VER_NUM >= 0x010400
#define EXTRA_CHECKS (OCSD_OPFLG_N_UNCOND_DIR_BR_CHK | \
                      OCSD_OPFLG_STRICT_N_UNCOND_BR_CHK | \
                      OCSD_OPFLG_CHK_RANGE_CONTINUE | \
                      ETM4_OPFLG_PKTDEC_AA64_OPCODE_CHK)
#else
#define EXTRA_CHECKS 0
#endif

/* D5.3.27, Table D5-12: TYPE of an Exception packet */
enum {
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

typedef struct Flow {
    /* The record, and how far it has been seen in the trace */
    RecordEntry *record;
    size_t entries, next;
    uint32_t pos;               /* instructions of entry next that were seen */
    bool ta;                    /* TRCRSR.TA */
    bool skipped;               /* instructions that are not traced */
    bool trace_on;              /* since the last instruction or exception */
    unsigned traced, filtered;
    bool window, gaps, cut, dump, started;

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
    uint64_t cycle_counts, cycles, cycles_wrong, events;
    uint64_t sum, sum_at_count, may_count;
    size_t summed;
    bool time_goes_back;
} Flow;

static void fail(Flow *f, ocsd_trc_index_t at, const char *format, ...)
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
static void print_record(const Flow *f)
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
static const RecordEntry *expected(Flow *f)
{
    if (f->pos == 0) {
        pass_by(f);
    }
    return f->next < f->entries ? &f->record[f->next] : NULL;
}

/* Trace begins anew: whether what follows in the record is at addr. */
static bool find(Flow *f, unsigned el, uint64_t addr, uint64_t bytes)
{
    for (size_t i = f->next; i < f->entries; i++) {
        const RecordEntry *e = &f->record[i];

        if (e->kind == RECORD_RAN && e->el == el && addr >= e->addr &&
            addr - e->addr < 4 * (uint64_t)e->count &&
            (i > f->next || addr - e->addr >= 4 * (uint64_t)f->pos)) {
            f->next = i;
            f->pos = (addr - e->addr) / 4;
            f->ta = true;
            return true;
        }
    }
    return false;
}

/* A discontinuity must be told, and only that. */
static void continuity(Flow *f, ocsd_trc_index_t at)
{
    if (f->skipped && !f->trace_on) {
        fail(f, at, "no Trace On after instructions that are not traced");
    } else if (f->trace_on && !f->skipped && f->instructions && !f->gaps) {
        fail(f, at, "a Trace On where nothing was left out");
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
        fail(f, at, "the context is 0x%" PRIx64 " instead of 0x%" PRIx64,
             f->context, want);
    }
}

static void ran(Flow *f, ocsd_trc_index_t at, const ocsd_generic_trace_elem *g)
{
    uint64_t addr = g->st_addr, left = g->num_instr_range;

    f->ranges++;
    if (g->en_addr - g->st_addr != 4 * left) {
        fail(f, at, "range 0x%" PRIx64 " to 0x%" PRIx64 " of %u instructions",
             g->st_addr, g->en_addr, g->num_instr_range);
    }
    if (!f->record) {
        f->instructions += left;
        return;
    }
    if ((f->window && !f->started) || (f->gaps && f->trace_on)) {
        if (!find(f, f->el, addr, 4 * left)) {
            fail(f, at, "0x%" PRIx64 " did not run", addr);
        }
        f->skipped = true;
        f->trace_on = true;
    }
    f->started = true;
    allow_first(f, NULL);
    while (left && !f->bad) {
        const RecordEntry *e = expected(f);
        uint64_t n;

        continuity(f, at);
        if (!e) {
            fail(f, at, "trace has EL%u 0x%" PRIx64 ", but nothing ran any "
                 "more", f->el, addr);
        } else if (e->kind != RECORD_RAN) {
            fail(f, at, "trace has EL%u 0x%" PRIx64 " instead of an "
                 "exception", f->el, addr);
        } else if (e->addr + 4 * (uint64_t)f->pos != addr || e->el != f->el) {
            fail(f, at, "trace has EL%u 0x%" PRIx64 ", but what ran is EL%u 0x%"
                 PRIx64, f->el, addr, e->el, e->addr + 4 * (uint64_t)f->pos);
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

static void context(Flow *f, const ocsd_pe_context *c)
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

static void exception(Flow *f, ocsd_trc_index_t at,
                      const ocsd_generic_trace_elem *g)
{
    const RecordEntry *e;

    if (!f->record) {
        f->exceptions++;
        return;
    }
    if ((f->window && !f->started) || (f->gaps && f->trace_on)) {
        /* Without an instruction before it, it could be any. */
        return;
    }
    allow_first(f, g);
    e = expected(f);
    continuity(f, at);
    if (!e || f->pos != 0 || e->kind != RECORD_EXCEPTION) {
        fail(f, at, "an exception of type %u from 0x%" PRIx64 " that was not "
             "taken", g->exception_number, g->en_addr);
    } else if (g->exception_number != exception_type(e)) {
        fail(f, at, "an exception of type %u instead of %u",
             g->exception_number, exception_type(e));
    } else if (!g->excep_ret_addr) {
        fail(f, at, "an exception without its address");
    } else if (g->en_addr != (e->addr & ~(uint64_t)3)) {
        /* Packets do not have the bits that make a PC misaligned. */
        fail(f, at, "an exception from 0x%" PRIx64 " instead of 0x%" PRIx64,
             g->en_addr, e->addr);
    } else if (f->el != e->from) {
        fail(f, at, "an exception from EL%u instead of EL%u", f->el, e->from);
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
static void cycles(Flow *f, const ocsd_generic_trace_elem *g)
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

static void timestamp(Flow *f, const ocsd_generic_trace_elem *g)
{
    if (!f->timestamps++) {
        f->first_time = g->timestamp;
    } else if (g->timestamp < f->last_time) {
        f->time_goes_back = true;
    }
    f->last_time = g->timestamp;
}

static ocsd_datapath_resp_t element(const void *opaque,
                                    const ocsd_trc_index_t at,
                                    const uint8_t chan,
                                    const ocsd_generic_trace_elem *g)
{
    Flow *f = (Flow *)opaque;
    char text[512];

    if (f->dump) {
        ocsd_gen_elem_str(g, text, sizeof(text));
        printf("%06" PRIx64 " %s\n", (uint64_t)at, text);
    }
    if (f->bad) {
        return f->dump ? OCSD_RESP_CONT : OCSD_RESP_FATAL_SYS_ERR;
    }
    switch (g->elem_type) {
    case OCSD_GEN_TRC_ELEM_INSTR_RANGE:
        ran(f, at, g);
        break;
    case OCSD_GEN_TRC_ELEM_EXCEPTION:
        exception(f, at, g);
        break;
    case OCSD_GEN_TRC_ELEM_PE_CONTEXT:
        context(f, &g->context);
        break;
    case OCSD_GEN_TRC_ELEM_TRACE_ON:
        f->trace_ons++;
        f->trace_on = true;
        break;
    case OCSD_GEN_TRC_ELEM_NO_SYNC:
        f->no_syncs++;
        if (f->no_syncs > 1 && !f->gaps) {
            fail(f, at, "synchronization is lost, reason %d",
                 g->unsync_eot_info);
        }
        break;
    case OCSD_GEN_TRC_ELEM_TIMESTAMP:
        timestamp(f, g);
        if (g->has_cc) {
            cycles(f, g);
        }
        break;
    case OCSD_GEN_TRC_ELEM_CYCLE_COUNT:
        cycles(f, g);
        break;
    case OCSD_GEN_TRC_ELEM_EVENT:
        f->events++;
        break;
    case OCSD_GEN_TRC_ELEM_EO_TRACE:
    case OCSD_GEN_TRC_ELEM_EXCEPTION_RET:
        break;
    default:
        ocsd_gen_elem_str(g, text, sizeof(text));
        fail(f, at, "%s", text);
        break;
    }
    return OCSD_RESP_CONT;
}

static void die(const char *what, const char *name)
{
    fprintf(stderr, "flow: %s: %s\n", name, what);
    exit(2);
}

static void *load(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    uint8_t *data;
    long end;

    if (!file || fseek(file, 0, SEEK_END)) {
        die("cannot open it", name);
    }
    end = ftell(file);
    if (end < 0) {
        die("cannot tell its size", name);
    }
    rewind(file);
    data = malloc(end + 1);
    if (!data || fread(data, 1, end, file) != (size_t)end) {
        die("cannot read it", name);
    }
    fclose(file);
    *size = end;
    return data;
}

static uint64_t number(const char *text)
{
    uint64_t value;
    char rest;

    if (sscanf(text, "%" SCNi64 "%c", &value, &rest) != 1) {
        die("not a number", text);
    }
    return value;
}

/* The segments with code, also at the aliases */
static void add_elf(dcd_tree_handle_t tree, const char *name,
                    const uint64_t *aliases, int n_aliases)
{
    size_t size;
    uint8_t *data = load(name, &size);
    const Elf64_Ehdr *eh = (Elf64_Ehdr *)data;

    if (size < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 ||
        eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_machine != EM_AARCH64 ||
        eh->e_phoff + eh->e_phnum * sizeof(Elf64_Phdr) > size) {
        die("not an AArch64 ELF file", name);
    }
    for (int i = 0; i < eh->e_phnum; i++) {
        const Elf64_Phdr *ph = (Elf64_Phdr *)(data + eh->e_phoff) + i;

        if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_X) ||
            !ph->p_filesz) {
            continue;
        }
        if (ph->p_offset + ph->p_filesz > size) {
            die("a segment is not there", name);
        }
        for (int a = -1; a < n_aliases; a++) {
            uint64_t va = ph->p_vaddr + (a < 0 ? 0 : aliases[a]);

            if (ocsd_dt_add_buffer_mem_acc(tree, va, OCSD_MEM_SPACE_ANY,
                                           data + ph->p_offset,
                                           ph->p_filesz) != OCSD_OK) {
                die("OpenCSD does not take a segment", name);
            }
        }
    }
}

static void decode(Flow *f, dcd_tree_handle_t tree, const uint8_t *bytes,
                   size_t size)
{
    ocsd_datapath_resp_t resp = OCSD_RESP_CONT;
    size_t done = 0;

    while (done < size && resp < OCSD_RESP_FATAL_NOT_INIT && !f->bad) {
        size_t part = size - done < 65536 ? size - done : 65536;
        uint32_t used = 0;

        resp = ocsd_dt_process_data(tree, OCSD_OP_DATA, done, part,
                                    bytes + done, &used);
        done += used;
        if (resp >= OCSD_RESP_WAIT && resp < OCSD_RESP_FATAL_NOT_INIT) {
            resp = ocsd_dt_process_data(tree, OCSD_OP_FLUSH, 0, 0, NULL, NULL);
        }
    }
    /* A full buffer may end in the middle of a packet. */
    if (!f->bad && !f->cut && resp < OCSD_RESP_FATAL_NOT_INIT) {
        resp = ocsd_dt_process_data(tree, OCSD_OP_EOT, 0, 0, NULL, NULL);
    }
    if (resp != OCSD_RESP_CONT && !f->bad) {
        char text[512] = "";
        ocsd_trc_index_t at = done;
        uint8_t chan;
        ocsd_err_t err = ocsd_get_last_err(&at, &chan, text, sizeof(text));

        fail(f, at, "OpenCSD says %d, error %d: %s", resp, err, text);
    }
}

/* Leave out all of the record before this entry into the workload. */
static void skip_runs(Flow *f, const TraceHeader *head, uint64_t alias)
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

static void finish(Flow *f, size_t size)
{
    if (f->record && !f->bad && !f->window) {
        const RecordEntry *e = expected(f);

        if (e && !f->gaps && !f->cut) {
            fail(f, size, "trace ends, but more ran");
        }
    }
    if (f->record && f->bad) {
        print_record(f);
    }
    printf("{\"types\": {");
    for (int i = 0, n = 0; i < 32; i++) {
        if (f->types[i]) {
            printf("%s\"%d\": %" PRIu64, n++ ? ", " : "", i, f->types[i]);
        }
    }
    printf("}, \"ok\": %s, \"opencsd\": \"%s\", \"bytes\": %zu, "
           "\"instructions\": %" PRIu64 ", \"exceptions\": %" PRIu64
           ", \"ranges\": %" PRIu64 ", \"trace_ons\": %" PRIu64
           ", \"no_syncs\": %" PRIu64 ", \"contexts\": %" PRIu64
           ", \"contextids\": %" PRIu64
           ", \"timestamps\": %" PRIu64 ", \"first_time\": %" PRIu64
           ", \"last_time\": %" PRIu64 ", \"time_goes_back\": %s"
           ", \"cycle_counts\": %" PRIu64 ", \"cycles\": %" PRIu64
           ", \"cycles_wrong\": %" PRIu64 ", \"events\": %" PRIu64 "}\n",
           f->bad ? "false" : "true", ocsd_get_version_str(), size,
           f->instructions, f->exceptions, f->ranges, f->trace_ons,
           f->no_syncs, f->contexts, f->contexts_seen, f->timestamps,
           f->first_time, f->last_time, f->time_goes_back ? "true" : "false",
           f->cycle_counts, f->cycles, f->cycles_wrong, f->events);
}

int main(int argc, char **argv)
{
    /* TRCRSR.TA is 1 when trace is enabled, as Linux has it. */
    Flow f = { .ta = true, .traced = 7 };
    const char *elfs[4], *files[2];
    uint64_t aliases[MAX_ALIASES];
    int n_elfs = 0, n_aliases = 0, n_files = 0;
    ocsd_ete_cfg config = { .arch_ver = ARCH_AA64, .core_prof =
                            profile_CortexA };
    const TraceHeader *head;
    dcd_tree_handle_t tree;
    uint8_t *trace;
    size_t size;
    unsigned char id;

    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');

        if (strncmp(argv[i], "--elf=", 6) == 0 && n_elfs < 4) {
            elfs[n_elfs++] = value + 1;
        } else if (strncmp(argv[i], "--alias=", 8) == 0 &&
                   n_aliases < MAX_ALIASES) {
            aliases[n_aliases++] = number(value + 1);
        } else if (strncmp(argv[i], "--traced=", 9) == 0) {
            f.traced = number(value + 1);
        } else if (strncmp(argv[i], "--filtered=", 11) == 0) {
            f.filtered = number(value + 1);
        } else if (strcmp(argv[i], "--window") == 0) {
            f.window = true;
        } else if (strcmp(argv[i], "--gaps") == 0) {
            f.gaps = true;
        } else if (strcmp(argv[i], "--dump") == 0) {
            f.dump = true;
        } else if (argv[i][0] != '-' && n_files < 2) {
            files[n_files++] = argv[i];
        } else {
            die("unknown, or one too many; see the head of flow.c", argv[i]);
        }
    }
    if (!n_files) {
        die("which TRACE?", "flow");
    }

    trace = load(files[0], &size);
    head = (TraceHeader *)trace;
    if (size < sizeof(*head) || head->magic != TRACE_MAGIC ||
        head->bytes > size - sizeof(*head)) {
        die("not a trace file", files[0]);
    }
    if (n_files == 2) {
        size_t bytes;

        f.record = load(files[1], &bytes);
        f.entries = bytes / sizeof(RecordEntry);
        if (head->run) {
            skip_runs(&f, head, n_aliases ? aliases[0] : 0);
        }
    }
    f.cut = head->cut;

    if (head->trcconfigr & TRCCONFIGR_CID) {
        f.context_mask |= UINT32_MAX;
    }
    if ((head->trcconfigr & TRCCONFIGR_VMID) &&
        (head->trfcr_el2 & TRFCR_EL2_CX)) {
        f.context_mask |= (uint64_t)UINT32_MAX << 32;
    }
    config.reg_idr0 = head->trcidr0;
    config.reg_idr1 = head->trcidr1;
    config.reg_idr2 = head->trcidr2;
    config.reg_idr8 = head->trcidr8;
    config.reg_devarch = head->trcdevarch;
    config.reg_configr = head->trcconfigr;
    config.reg_traceidr = 0x10;
    tree = ocsd_create_dcd_tree(OCSD_TRC_SRC_SINGLE, 0);
    if (!tree ||
        ocsd_dt_create_decoder(tree, OCSD_BUILTIN_DCD_ETE,
                               OCSD_CREATE_FLG_FULL_DECODER | EXTRA_CHECKS |
                               OCSD_OPFLG_PKTDEC_ERROR_BAD_PKTS |
                               OCSD_OPFLG_PKTDEC_HALT_BAD_PKTS,
                               &config, &id) != OCSD_OK ||
        ocsd_dt_set_gen_elem_outfn(tree, element, &f) != OCSD_OK) {
        die("OpenCSD gives no decoder for these registers", files[0]);
    }
    for (int i = 0; i < n_elfs; i++) {
        add_elf(tree, elfs[i], aliases, n_aliases);
    }
    decode(&f, tree, trace + sizeof(*head), head->bytes);
    finish(&f, head->bytes);
    ocsd_destroy_dcd_tree(tree);
    return f.bad;
}
