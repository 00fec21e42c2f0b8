/*
 * TCG plugin: record which instructions ran, and which exceptions were taken
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *     -plugin librecord.so,out=PREFIX[,context=on]
 *
 * writes PREFIX.0 for CPU 0, and so on; see record.h.  Nothing here comes from
 * the trace unit: blocks tell where they begin, instructions that they begin,
 * and what became of the last one of a block is seen when the next begins.
 *
 * Exceptions are seen by their vectors: a block that begins at one of the 16
 * offsets from VBAR_ELx was reached by an exception, because the programs
 * never branch there.  An instruction whose address is in ELR_ELx has begun
 * and not ended, unless what came was an interrupt: those come between
 * instructions.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <qemu-plugin.h>
#include "record.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define MAX_CPUS 8
#define NOTHING UINT64_MAX
#define MAX_ENTRIES 50000000            /* of a CPU: 800 MB */

/* Registers of EL1, EL2 and EL3 */
enum { VBAR, ELR, ESR, SPSR, PER_EL };
static const char *const reg_names[PER_EL] = {
    "VBAR_EL", "ELR_EL", "ESR_EL", "SPSR_EL",
};

typedef struct Cpu {
    FILE *out;
    struct qemu_plugin_register *cpsr, *contextidr[2];
    struct qemu_plugin_register *regs[4][PER_EL];
    GByteArray *bytes;
    size_t entries;
    RecordEntry block;          /* the one that runs; count is not known yet */
    unsigned last_el;           /* of the block before */
    uint64_t left[4];           /* by EL: what its exception will return to */
    uint64_t context;
} Cpu;

static Cpu cpus[MAX_CPUS];
static struct qemu_plugin_scoreboard *board;
static qemu_plugin_u64 last_pc;         /* of the instruction that began last */
static const char *prefix;
static bool with_context;

static void die(const char *what)
{
    fprintf(stderr, "record: %s\n", what);
    exit(1);
}

static uint64_t read_reg(Cpu *c, struct qemu_plugin_register *reg)
{
    uint64_t value = 0;
    int size;

    if (!reg) {
        die("a register that is needed is not there");
    }
    g_byte_array_set_size(c->bytes, 0);
    size = qemu_plugin_read_register(reg, c->bytes);
    memcpy(&value, c->bytes->data, MIN(size, 8));
    return value;
}

static unsigned current_el(Cpu *c)
{
    return read_reg(c, c->cpsr) >> 2 & 3;
}

/* Whether pc is a vector of this Exception level; tells which. */
static bool is_vector(Cpu *c, unsigned el, uint64_t pc, unsigned *vector)
{
    uint64_t vbar, offset;

    if (el == 0 || (pc & 0x7f) != 0 || !c->regs[el][VBAR]) {
        return false;
    }
    vbar = read_reg(c, c->regs[el][VBAR]);
    offset = pc - vbar;
    *vector = offset >> 7;
    /* A reset to address 0 is none. */
    return vbar && offset < 0x800;
}

static void put(Cpu *c, const RecordEntry *e)
{
    if (++c->entries > MAX_ENTRIES) {
        die("too much; does the program come to its end?");
    }
    if (fwrite(e, sizeof(*e), 1, c->out) != 1) {
        die("cannot write");
    }
}

/* The block has ended; the instruction at not_run had begun, but not ended. */
static void end_block(Cpu *c, unsigned cpu, uint64_t not_run)
{
    uint64_t last = qemu_plugin_u64_get(last_pc, cpu);

    if (c->block.addr == NOTHING || last == NOTHING) {
        return;
    }
    c->block.count = ((last - c->block.addr) >> 2) + (last != not_run);
    if (c->block.count) {
        put(c, &c->block);
    }
    c->block.addr = NOTHING;
}

/* A vector's first instruction waited meanwhile, and is returned to. */
static bool is_return(const Cpu *c, unsigned el, uint64_t pc)
{
    return c->last_el > el && c->left[c->last_el] == pc;
}

static void exception(Cpu *c, unsigned cpu, unsigned el, unsigned vector)
{
    RecordEntry e = {
        .kind = RECORD_EXCEPTION,
        .addr = read_reg(c, c->regs[el][ELR]),
        .count = read_reg(c, c->regs[el][ESR]),
        .el = el,
        .vector = vector,
        .from = read_reg(c, c->regs[el][SPSR]) >> 2 & 3,
    };
    unsigned inner;

    /* Taken before the first instruction of another exception's vector ran */
    if (e.from < el && is_vector(c, e.from, e.addr, &inner) &&
        !is_return(c, e.from, e.addr)) {
        exception(c, cpu, e.from, inner);
    }
    c->left[el] = e.addr;
    end_block(c, cpu, (vector & 3) == 0 ? e.addr : NOTHING);
    put(c, &e);
}

static void context(Cpu *c)
{
    uint64_t now = 0;

    for (int i = 0; i < 2; i++) {
        if (c->contextidr[i]) {
            now |= (read_reg(c, c->contextidr[i]) & UINT32_MAX) << (32 * i);
        }
    }
    if (now != c->context) {
        c->context = now;
        put(c, &(RecordEntry) { .kind = RECORD_CONTEXT, .addr = now });
    }
}

static void block_begins(unsigned cpu, void *udata)
{
    Cpu *c = &cpus[cpu];
    uint64_t pc = (uintptr_t)udata;
    unsigned el = current_el(c);
    unsigned vector;

    if (is_vector(c, el, pc, &vector) && !is_return(c, el, pc)) {
        exception(c, cpu, el, vector);
    }
    /* One that begins again, as after a watchpoint, is no branch to itself. */
    end_block(c, cpu, pc);
    if (with_context) {
        context(c);
    }
    c->block = (RecordEntry) { .kind = RECORD_RAN, .addr = pc, .el = el };
    c->last_el = el;
    qemu_plugin_u64_set(last_pc, cpu, NOTHING);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t n = qemu_plugin_tb_n_insns(tb);

    qemu_plugin_register_vcpu_tb_exec_cb(
        tb, block_begins, QEMU_PLUGIN_CB_R_REGS,
        (void *)(uintptr_t)qemu_plugin_tb_vaddr(tb));
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
            insn, QEMU_PLUGIN_INLINE_STORE_U64, last_pc,
            qemu_plugin_insn_vaddr(insn));
    }
}

static void cpu_init(qemu_plugin_id_t id, unsigned cpu)
{
    g_autoptr(GArray) list = qemu_plugin_get_registers();
    g_autofree char *name = g_strdup_printf("%s.%u", prefix, cpu);
    Cpu *c;

    if (cpu >= MAX_CPUS) {
        die("too many CPUs");
    }
    c = &cpus[cpu];
    c->bytes = g_byte_array_new();
    c->block.addr = NOTHING;
    qemu_plugin_u64_set(last_pc, cpu, NOTHING);
    c->out = fopen(name, "wb");
    if (!c->out) {
        die("cannot open the output file");
    }
    for (guint i = 0; i < list->len; i++) {
        qemu_plugin_reg_descriptor *d =
            &g_array_index(list, qemu_plugin_reg_descriptor, i);

        if (strcmp(d->name, "cpsr") == 0) {
            c->cpsr = d->handle;
        } else if (strcmp(d->name, "VBAR") == 0) {
            c->regs[1][VBAR] = d->handle;       /* as QEMU calls it */
        } else if (strcmp(d->name, "CONTEXTIDR_EL1") == 0) {
            c->contextidr[0] = d->handle;
        } else if (strcmp(d->name, "CONTEXTIDR_EL2") == 0) {
            c->contextidr[1] = d->handle;
        }
        for (int r = 0; r < PER_EL; r++) {
            size_t len = strlen(reg_names[r]);
            unsigned el = strncmp(d->name, reg_names[r], len) == 0 ?
                          d->name[len] - '0' : 0;

            if (el >= 1 && el <= 3 && d->name[len + 1] == '\0') {
                c->regs[el][r] = d->handle;
            }
        }
    }
}

/* CPUs that are in no hurry may still run: files are not closed here. */
static void at_exit(qemu_plugin_id_t id, void *udata)
{
    for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
        if (cpus[cpu].out) {
            end_block(&cpus[cpu], cpu, NOTHING);
            if (fflush(cpus[cpu].out) != 0) {
                die("cannot write");
            }
        }
    }
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
                                           const qemu_info_t *info,
                                           int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (g_str_has_prefix(argv[i], "out=")) {
            prefix = g_strdup(argv[i] + strlen("out="));
        } else if (strcmp(argv[i], "context=on") == 0) {
            with_context = true;
        } else {
            fprintf(stderr, "record: unknown: %s\n", argv[i]);
            return -1;
        }
    }
    if (!prefix) {
        fprintf(stderr, "record: out=PREFIX is missing\n");
        return -1;
    }
    board = qemu_plugin_scoreboard_new(sizeof(uint64_t));
    last_pc = qemu_plugin_scoreboard_u64(board);
    qemu_plugin_register_vcpu_init_cb(id, cpu_init);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, at_exit, NULL);
    return 0;
}
