/*
 * Traced programs: the part that sets up trace and is not traced
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What shall happen comes from the command line, as words NAME=NUMBER:
 *
 *     el        mask of the ELs to run the workload at, lowest first
 *     turns     how often, each
 *     runs      how often all of this is done
 *     sessions  how often trace is set up and all of this is done
 *     owner     EL that owns the trace buffer
 *     trace     mask of the ELs where TRFCR_ELx allows trace
 *     cx        TRFCR_EL2.CX
 *     view      mask of the ELs that TRCVICTLR includes
 *     configr   TRCCONFIGR
 *     syncpr    TRCSYNCPR; 0: off
 *     ccitmin   TRCCCCTLR
 *     tsperiod  TRCCNTRLDVR0 for timestamps, as Linux does; 0: none
 *     irq       1 virtual timer, 2 EL1's as FIQ, 4 EL2's, 8 EL1's as IRQ
 *     time      mask of the time between interrupts, in ticks
 *     least     what comes to that
 *     hcr       bits to set in HCR_EL2
 *     seed      of the random numbers
 *     cpus      how many
 *     flags     FLAG_* that are allowed
 *     size      of the trace buffer
 *     limitr    other bits of TRBLIMITR_EL1; FM 3 keeps the newest trace
 *
 *     pieces    how often a full buffer is written and used again, while the
 *               trace unit stays enabled
 *
 * CPU n writes trace.n; with pieces, CPU 0 writes them.
 */

#include <stdbool.h>
#include <stdint.h>
#include "guest.h"
#include "trace-file.h"

#define BIT(n)          (1ull << (n))
#define read_reg(reg) ({                                    \
    uint64_t v_;                                            \
    asm volatile("mrs %0, " reg : "=r"(v_) : : "memory");   \
    v_;                                                     \
})
#define write_reg(reg, value) \
    asm volatile("msr " reg ", %x0" : : "rZ"((uint64_t)(value)) : "memory")
#define isb()           asm volatile("isb" : : : "memory")

/* Trace registers, as no assembler has all of their names */
#define TRCPRGCTLR      "s2_1_c0_c1_0"
#define TRCSTATR        "s2_1_c0_c3_0"
#define TRCCONFIGR      "s2_1_c0_c4_0"
#define TRCAUXCTLR      "s2_1_c0_c6_0"
#define TRCEVENTCTL0R   "s2_1_c0_c8_0"
#define TRCEVENTCTL1R   "s2_1_c0_c9_0"
#define TRCRSR          "s2_1_c0_c10_0"
#define TRCTSCTLR       "s2_1_c0_c12_0"
#define TRCSYNCPR       "s2_1_c0_c13_0"
#define TRCCCCTLR       "s2_1_c0_c14_0"
#define TRCBBCTLR       "s2_1_c0_c15_0"
#define TRCTRACEIDR     "s2_1_c0_c0_1"
#define TRCVICTLR       "s2_1_c0_c0_2"
#define TRCVIIECTLR     "s2_1_c0_c1_2"
#define TRCVISSCTLR     "s2_1_c0_c2_2"
#define TRCCNTRLDVR0    "s2_1_c0_c0_5"
#define TRCCNTCTLR0     "s2_1_c0_c4_5"
#define TRCCNTVR0       "s2_1_c0_c8_5"
#define TRCRSCTLR2      "s2_1_c1_c2_0"
#define TRCIDR0         "s2_1_c0_c8_7"
#define TRCIDR1         "s2_1_c0_c9_7"
#define TRCIDR2         "s2_1_c0_c10_7"
#define TRCIDR3         "s2_1_c0_c11_7"
#define TRCIDR8         "s2_1_c0_c0_6"
#define TRCDEVARCH      "s2_1_c7_c15_6"
#define TRFCR_EL1       "s3_0_c1_c2_1"
#define TRFCR_EL2       "s3_4_c1_c2_1"
#define TRBLIMITR_EL1   "s3_0_c9_c11_0"
#define TRBPTR_EL1      "s3_0_c9_c11_1"
#define TRBBASER_EL1    "s3_0_c9_c11_2"
#define TRBSR_EL1       "s3_0_c9_c11_3"

#define TRBSR_S         BIT(17)
#define TRBSR_WRAP      BIT(20)

#define ICC_SRE_EL1     "s3_0_c12_c12_5"
#define ICC_SRE_EL2     "s3_4_c12_c9_5"
#define ICC_SRE_EL3     "s3_6_c12_c12_5"
#define ICC_PMR_EL1     "s3_0_c4_c6_0"
#define ICC_IGRPEN0_EL1 "s3_0_c12_c12_6"
#define ICC_IGRPEN1_EL1 "s3_0_c12_c12_7"

#ifdef SBSA_REF
#define GICD            0x40060000
#define GICR_0          0x40080000
#else
#define GICD            0x08000000
#define GICR_0          0x080a0000
#endif
#define GICR(cpu)       (GICR_0 + 0x20000 * (uint64_t)(cpu))
#define BUFFER          (RAM + 0x10000000)

/* Semihosting */
enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT = 0x18,
};

static char cmdline[1024];
static unsigned top;            /* the EL of all this */
static bool has_el2;
static uint64_t watched;
static unsigned arrived;        /* CPUs that are ready, and then: done */

static uint64_t semihosting(uint64_t number, const void *block)
{
    register uint64_t op asm("x0") = number;
    register const void *arg asm("x1") = block;

    asm volatile("hlt 0xf000" : "+r"(op) : "r"(arg) : "memory");
    return op;
}

static void finish(const char *problem)
{
    uint64_t block[2] = { 0x20026, problem != 0 };

    if (problem) {
        semihosting(SYS_WRITE0, problem);
        semihosting(SYS_WRITE0, "\n");
    }
    semihosting(SYS_EXIT, block);
}

/* The compiler calls it; there is no C library. */
void *memset(void *to, int c, unsigned long n)
{
    for (char *t = to; n--; ) {
        *t++ = c;
    }
    return to;
}

/* An exception where there must be none */
void guest_surprise(void)
{
    finish(top == 3 ? "exception at EL3" : top == 2 ? "exception at EL2" :
           "exception at EL1");
}

static uint64_t option(const char *name, uint64_t otherwise)
{
    const char *p = cmdline;

    while (*p) {
        const char *n = name;
        uint64_t value = 0;

        while (*n && *p == *n) {
            n++;
            p++;
        }
        if (!*n && *p == '=') {
            int base = p[1] == '0' && p[2] == 'x' ? 16 : 10;

            for (p += base == 16 ? 3 : 1; *p && *p != ' '; p++) {
                value = value * base + (*p <= '9' ? *p - '0' :
                                        (*p | 32) - 'a' + 10);
            }
            return value;
        }
        while (*p && *p != ' ') {
            p++;
        }
        p += *p == ' ';
    }
    return otherwise;
}

/* The tables of a regime, for addresses of 41 bits */
typedef struct Tables {
    uint64_t level1[512], level1_high[512];
    uint64_t level0[4] __attribute__((aligned(4096)));
} Tables;

static Tables tables_el1 __attribute__((aligned(4096)));
static Tables tables_el2 __attribute__((aligned(4096)));

/* Level 1 has blocks of a GiB. */
static void map(Tables *tables, uint64_t va, uint64_t block)
{
    uint64_t *level1 = va >> 39 ? tables->level1_high : tables->level1;

    tables->level0[va >> 39] = (uintptr_t)level1 | 3;
    level1[va >> 30 & 511] = block;
}

static void setup_tables(void)
{
    /* AF, inner shareable; Attr0 normal, Attr1 not */
    const uint64_t normal = 0x701, device = 0x405;
    const uint64_t xn = 3ull << 53, uxn = 1ull << 54, pxn = 1ull << 53;
    const uint64_t rw_all = 1 << 6, ro_all = 3 << 6;
    const uint64_t gib = 0x40000000, ram = RAM;

    for (uint64_t va = 0; va < 2 * gib; va += gib) {
        map(&tables_el1, va, va | device | xn);
        map(&tables_el2, va, va | device | rw_all | uxn);
    }
    map(&tables_el1, ram, ram | normal | uxn);
    map(&tables_el1, ram + CODE_OF_EL0, ram | normal | ro_all | pxn);
    map(&tables_el1, ram + DATA_OF_EL0, ram | normal | rw_all | xn);
    map(&tables_el2, ram, ram | normal | rw_all);
    map(&tables_el2, ram + CODE_OF_EL0, ram | normal | rw_all | uxn);
    map(&tables_el2, ram + DATA_OF_EL0, ram | normal | rw_all | uxn);
}

/* HCR_EL2.E2H: EL2 is like EL1 then, and with TGE EL0 is a part of it. */
static bool is_host(void)
{
    return option("hcr", 0) >> 34 & 1;
}

static void setup_mmu(void)
{
    /* Addresses of 41 bits, 4 KiB granule; 42 bits of output */
    const uint64_t tcr = 23 | 1 << 8 | 1 << 10 | 3 << 12, ps = 3;
    /* M, C, SA, SA0, I, nTWI, nTWE, UCI, UCT, DZE; EnIA, EnIB */
    const uint64_t sctlr_el1 = 0x30d00800 | BIT(0) | BIT(2) | BIT(3) | BIT(4) |
                               BIT(12) | BIT(14) | BIT(15) | BIT(16) |
                               BIT(18) | BIT(26) | BIT(31) | BIT(30);
    const uint64_t sctlr_el2 = 0x30c50830 | BIT(0) | BIT(2) | BIT(3) |
                               BIT(12) | BIT(31) | BIT(30);

    write_reg("mair_el1", 0xff);
    write_reg("ttbr0_el1", tables_el1.level0);
    write_reg("tcr_el1", tcr | 1 << 23 | ps << 32);
    isb();
    asm volatile("tlbi vmalle1");
    write_reg("sctlr_el1", sctlr_el1);
    write_reg("cpacr_el1", 3 << 20);
    write_reg("vbar_el1", top == 1 ? vectors_top1 : vectors_el1);
    write_reg("mdscr_el1", 0);
    write_reg("oslar_el1", 0);
    write_reg("cntkctl_el1", 3);
    if (has_el2) {
        write_reg("mair_el2", 0xff);
        write_reg("ttbr0_el2",
                  (is_host() ? &tables_el1 : &tables_el2)->level0);
        write_reg("tcr_el2", is_host() ? tcr | 1 << 23 | ps << 32
                                       : tcr | BIT(31) | BIT(23) | ps << 16);
        isb();
        asm volatile("tlbi alle2");
        asm volatile("tlbi alle1");
        write_reg("sctlr_el2", is_host() ? sctlr_el1 : sctlr_el2);
        write_reg("vbar_el2", top == 2 ? vectors_top2 : vectors_el2);
        write_reg("cnthctl_el2", is_host() ? 0xc03 : 3);
        write_reg("cntvoff_el2", 0);
        write_reg("cptr_el2", is_host() ? 3 << 20 : 0x22ff);
    }
    isb();
}

static void setup_levels(unsigned cpu)
{
    uint64_t hcr = BIT(31) | BIT(40) | BIT(41) | option("hcr", 0);
    uint64_t sp;

    if (top == 3) {
        /* NS, RES1, HCE, RW, APK, API, FGTEn off; no interrupt to EL3 */
        write_reg("scr_el3", 0x31 | BIT(8) | BIT(10) | BIT(16) | BIT(17));
        write_reg("cptr_el3", 0);
        /* NSTB: the trace buffer is Non-secure's */
        write_reg("mdcr_el3", 3 << 24);
        write_reg("vbar_el3", vectors_top3);
        isb();
    }
    if (has_el2) {
        write_reg("hcr_el2", hcr);
        /* E2TB: whose the trace buffer is */
        write_reg("mdcr_el2", option("owner", 1) == 2 ? 0 : 3 << 24);
        isb();
    }
    setup_mmu();
    sp = (uint64_t)stack_memory + STACK_SIZE * (4 * cpu + 1);
    write_reg("sp_el0", sp + DATA_OF_EL0);
    if (top > 1) {
        write_reg("sp_el1", sp + STACK_SIZE);
    }
    if (top > 2) {
        write_reg("sp_el2", sp + 2 * STACK_SIZE);
    }
}

/* Device memory */
static void put32(uint64_t addr, uint32_t value)
{
    asm volatile("str %w0, [%1]" : : "r"(value), "r"(addr) : "memory");
}

static uint32_t get32(uint64_t addr)
{
    uint32_t value;

    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(addr) : "memory");
    return value;
}

static void setup_interrupts(unsigned cpu)
{
    uint64_t irq = option("irq", 0), time = option("least", 20000);
    uint64_t sgi = GICR(cpu) + 0x10000;
    uint32_t group0 = irq & 2 ? 1u << TIMER_EL1 : 0;
    uint32_t asleep;

    if (!irq) {
        return;
    }
    if (top == 3) {
        write_reg(ICC_SRE_EL3, 0xf);
    }
    if (has_el2) {
        write_reg(ICC_SRE_EL2, 0xf);
    }
    isb();
    write_reg(ICC_SRE_EL1, 7);
    isb();
    put32(GICD, 0x37);                     /* ARE, all groups */
    put32(GICR(cpu) + 0x14, 0);            /* GICR_WAKER */
    do {
        asleep = get32(GICR(cpu) + 0x14) & 4;
    } while (asleep);
    put32(sgi + 0x80, ~group0);            /* GICR_IGROUPR0 */
    if (top == 3) {
        put32(sgi + 0xd00, 0);             /* GICR_IGRPMODR0 */
    }
    for (int i = 0; i < 8; i++) {
        put32(sgi + 0x400 + 4 * i, 0x80808080);
    }
    put32(sgi + 0x100, 1u << TIMER_EL2 | 1u << TIMER_VIRTUAL |
                         1u << TIMER_EL1);
    write_reg(ICC_PMR_EL1, 0xff);
    write_reg(ICC_IGRPEN1_EL1, 1);
    if (group0) {
        write_reg(ICC_IGRPEN0_EL1, 1);
    }
    isb();
    if (irq & 1) {
        write_reg("cntv_tval_el0", time);
        write_reg("cntv_ctl_el0", 1);
    }
    if (irq & 10) {
        write_reg("cntp_tval_el0", time);
        write_reg("cntp_ctl_el0", 1);
    }
    if (irq & 4) {
        write_reg("cnthp_tval_el2", time);
        write_reg("cnthp_ctl_el2", 1);
    }
}

static void stop_interrupts(void)
{
    if (option("irq", 0)) {
        write_reg("cntv_ctl_el0", 0);
        write_reg("cntp_ctl_el0", 0);
        if (has_el2) {
            write_reg("cnthp_ctl_el2", 0);
        }
        isb();
    }
}

static void wait_for(uint64_t mask, uint64_t value)
{
    for (int i = 0; (read_reg(TRCSTATR) & mask) != value; i++) {
        if (i == 1000) {
            finish("TRCSTATR does not get there");
        }
    }
}

/* The buffer, then the trace unit, as Linux does */
static void trace_on(unsigned cpu, uint64_t at)
{
    uint64_t size = option("size", 128 << 20);
    uint64_t buffer = BUFFER + cpu * (128ull << 20);
    uint64_t trace = option("trace", 7), view = option("view", 7);
    uint64_t period = option("tsperiod", 0);
    uint64_t ts = 1 << 5;                   /* TRFCR_ELx.TS: virtual */

    write_reg(TRBLIMITR_EL1, 0);
    isb();
    write_reg(TRBSR_EL1, 0);
    write_reg(TRBBASER_EL1, buffer);
    write_reg(TRBPTR_EL1, buffer + at);
    isb();
    /* Fill mode, triggers ignored, enabled */
    write_reg(TRBLIMITR_EL1, (buffer + size) | option("limitr", 3 << 3) | 1);
    isb();

    write_reg(TRCPRGCTLR, 0);
    isb();
    wait_for(1, 1);
    write_reg(TRCCONFIGR, option("configr", 1));
    write_reg(TRCAUXCTLR, 0);
    write_reg(TRCEVENTCTL0R, 0);
    write_reg(TRCEVENTCTL1R, 0);
    write_reg(TRCTSCTLR, 0);
    write_reg(TRCSYNCPR, option("syncpr", 12));
    write_reg(TRCCCCTLR, option("ccitmin", 0x100));
    write_reg(TRCBBCTLR, 0);
    write_reg(TRCTRACEIDR, 0x10 + 2 * cpu);
    write_reg(TRCVIIECTLR, 0);
    write_reg(TRCVISSCTLR, 0);
    if (period) {
        /* A counter of always true, which reloads itself: resource 2 */
        write_reg(TRCCNTRLDVR0, period);
        write_reg(TRCCNTVR0, period);
        write_reg(TRCCNTCTLR0, 1 << 16 | 1);
        write_reg(TRCRSCTLR2, 2 << 16 | 1);
        write_reg(TRCTSCTLR, 2);
    }
    /* Always, started; EXLEVEL_NS and _S of what is not in view */
    write_reg(TRCVICTLR, 1 | 1 << 9 | (~view & 7) << 20 | 0xb << 16);
    write_reg(TRCRSR, 1 << 12);
    write_reg(TRFCR_EL1, ts | (trace & 3));
    if (has_el2) {
        write_reg(TRFCR_EL2, ts | (trace >> 1 & 2) | option("cx", 0) << 3 |
                  (is_host() ? trace & 1 : 0));
    }
    isb();
    write_reg(TRCPRGCTLR, 1);
    isb();
    wait_for(1, 0);
}

/* How many bytes there are in the buffer; a full one has been wrapped. */
static uint64_t trace_bytes(unsigned cpu)
{
    uint64_t buffer = BUFFER + cpu * (128ull << 20);

    return read_reg(TRBSR_EL1) & TRBSR_WRAP ? option("size", 128 << 20)
                                            : read_reg(TRBPTR_EL1) - buffer;
}

/* Returns trace_bytes(). */
static uint64_t trace_off(unsigned cpu)
{
    write_reg(TRFCR_EL1, 0);
    if (has_el2) {
        write_reg(TRFCR_EL2, 0);
    }
    isb();
    asm volatile("dsb sy\n isb\n hint #18" : : : "memory");
    write_reg(TRCPRGCTLR, 0);
    isb();
    wait_for(2, 2);
    asm volatile("hint #18\n dsb nsh" : : : "memory");
    write_reg(TRBLIMITR_EL1, read_reg(TRBLIMITR_EL1) & ~1ull);
    isb();
    return trace_bytes(cpu);
}

static void write_bytes(uint64_t file, uint64_t from, uint64_t bytes)
{
    uint64_t block[3] = { file, from, bytes };

    if (bytes && semihosting(SYS_WRITE, block) != 0) {
        finish("cannot write the trace file");
    }
}

static void write_file(unsigned cpu, unsigned number, const TraceHeader *head)
{
    uint64_t buffer = BUFFER + cpu * (128ull << 20);
    uint64_t start = head->wrapped ? read_reg(TRBPTR_EL1) - buffer : 0;
    char name[] = "trace.0";
    uint64_t block[3] = { (uintptr_t)name, 5 /* "wb" */, sizeof(name) - 1 };
    uint64_t file;

    name[sizeof(name) - 2] += number;
    file = semihosting(SYS_OPEN, block);
    if ((int64_t)file < 0) {
        finish("cannot open the trace file");
    }
    write_bytes(file, (uintptr_t)head, sizeof(*head));
    write_bytes(file, buffer + start, head->bytes - start);
    write_bytes(file, buffer, start);
    block[0] = file;
    semihosting(SYS_CLOSE, block);
}

/* A breakpoint and a watchpoint at EL0; MDSCR_EL1.MDE */
static void setup_debug(void)
{
    if (option("flags", 0) >> FLAG_STEP & 1) {
        write_reg("dbgbvr0_el1", (uintptr_t)breakpoint_here + CODE_OF_EL0);
        write_reg("dbgbcr0_el1", 0xf << 5 | 2 << 1 | 1);
        write_reg("dbgwvr0_el1", (uintptr_t)&watched + DATA_OF_EL0);
        write_reg("dbgwcr0_el1", 0xff << 5 | 3 << 3 | 2 << 1 | 1);
        write_reg("mdscr_el1", BIT(15));
        isb();
    }
}

/* Whether PPI 31, which follows TRBSR_EL1.IRQ, is asserted: GICR_ISPENDR0 */
static bool trbe_interrupt(void)
{
    return get32(GICR(0) + 0x10200) >> TRBE_PPI & 1;
}

/* The buffer is full: write what it has, and let collection go on. */
static void next_piece(TraceHeader *head, unsigned piece)
{
    if (!trbe_interrupt()) {
        finish("no interrupt of the trace buffer");
    }
    head->trbsr = read_reg(TRBSR_EL1);
    head->bytes = trace_bytes(0);
    head->cut = 1;
    write_file(0, piece, head);
    write_reg(TRBSR_EL1, 0);
    write_reg(TRBPTR_EL1, BUFFER);
    isb();
    if (trbe_interrupt()) {
        finish("the interrupt of the trace buffer stays");
    }
    head->cut = 0;
}

static void run(unsigned cpu, unsigned el)
{
    uint64_t flags = option("flags", 0);
    uint64_t irq = option("irq", 0);
    uint64_t mode = el == 0 ? 0 : el << 2 | 1;
    static uint64_t state[MAX_CPUS];
    uint64_t regs[11];

    if (!state[cpu]) {
        state[cpu] = option("seed", 1) * 2654435761 + cpu * 40503;
    }
    flags |= BIT(FLAG_EL0 + el) | option("time", 0x7fff) << FLAG_TIME |
             option("least", 20000) << FLAG_MIN;
    flags |= irq ? BIT(FLAG_IRQ) : 0;
    regs[0] = state[cpu];                   /* x19 */
    regs[1] = 6364136223846793005;
    regs[2] = 1442695040888963407;
    regs[3] = 4;
    regs[4] = option("turns", 1);           /* x23 */
    regs[5] = top;
    regs[6] = (uintptr_t)&watched + DATA_OF_EL0;
    regs[7] = NOT_MAPPED;                   /* x26 */
    regs[8] = el == 0 ? DATA_OF_EL0 - CODE_OF_EL0 : 0;
    regs[9] = 0;
    regs[10] = flags;
    enter(regs, (uintptr_t)workload_entry + (el == 0 ? CODE_OF_EL0 : 0),
          mode | (irq ? 0 : 0xc0));
    state[cpu] = regs[0];
}

static void start_cpus(unsigned cpus)
{
    for (unsigned cpu = 1; cpu < cpus && top < 3; cpu++) {
        register uint64_t x0 asm("x0") = 0xc4000003;    /* PSCI CPU_ON */
        register uint64_t x1 asm("x1") = cpu;
        register uint64_t x2 asm("x2") = (uintptr_t)secondary;
        register uint64_t x3 asm("x3") = cpu;

        if (top == 2) {
            asm volatile("smc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3)
                         : "memory");
        } else {
            asm volatile("hvc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3)
                         : "memory");
        }
        if (x0) {
            finish("CPU_ON failed");
        }
    }
}

/* Until all CPUs have been here n times */
static void meet(unsigned cpus, unsigned n)
{
    unsigned now, status;

    do {
        asm volatile("ldaxr %w0, [%2]\n"
                     "add %w0, %w0, #1\n"
                     "stlxr %w1, %w0, [%2]"
                     : "=&r"(now), "=&r"(status) : "r"(&arrived) : "memory");
    } while (status);
    do {
        asm volatile("ldar %w0, [%1]" : "=r"(now) : "r"(&arrived) : "memory");
    } while (now < cpus * n);
}

void guest_main(unsigned cpu)
{
    TraceHeader head = { .magic = TRACE_MAGIC };
    unsigned cpus, els, runs, sessions;
    unsigned pieces = 0, count = 0;

    if (cpu == 0) {
        uint64_t block[2] = { (uintptr_t)cmdline, sizeof(cmdline) };

        semihosting(SYS_GET_CMDLINE, block);
        top = read_reg("currentel") >> 2;
        has_el2 = top == 2 || (top == 3 &&
                               (read_reg("id_aa64pfr0_el1") >> 8 & 15));
        setup_tables();
        start_cpus(option("cpus", 1));
    }
    cpus = option("cpus", 1);
    if (cpu >= cpus) {
        return;
    }
    setup_levels(cpu);
    setup_debug();
    setup_interrupts(cpu);
    if (cpus > 1) {
        meet(cpus, 1);
    }

    els = option("el", 1);
    runs = option("runs", 1);
    sessions = option("sessions", 1);
    head.entry = (uintptr_t)workload_entry;
    if (option("trace", 7)) {
        head.trcidr0 = read_reg(TRCIDR0);
        head.trcidr1 = read_reg(TRCIDR1);
        head.trcidr2 = read_reg(TRCIDR2);
        head.trcidr8 = read_reg(TRCIDR8);
        head.trcdevarch = read_reg(TRCDEVARCH);
    }
    head.time_before = read_reg("cntvct_el0");
    for (unsigned i = 0; i < sessions; i++) {
        if (option("trace", 7)) {
            trace_on(cpu, head.bytes);
        }
        for (unsigned n = 0; n < runs * top; n++) {
            if (!(els >> (n % top) & 1)) {
                continue;
            }
            run(cpu, n % top);
            count++;
            if (pieces < option("pieces", 0) &&
                (read_reg(TRBSR_EL1) & TRBSR_S)) {
                head.trcconfigr = read_reg(TRCCONFIGR);
                next_piece(&head, pieces++);
                head.run = count;
            }
        }
        if (option("trace", 7)) {
            head.bytes = trace_off(cpu);
        }
    }
    stop_interrupts();
    head.time_after = read_reg("cntvct_el0");
    if (option("trace", 7)) {
        head.trcconfigr = read_reg(TRCCONFIGR);
        head.trfcr_el2 = option("cx", 0) << 3;
        head.trbsr = read_reg(TRBSR_EL1);
        head.cut = (head.trbsr & TRBSR_S) != 0;
        head.wrapped = !head.cut && (head.trbsr & TRBSR_WRAP);
        write_file(cpu, cpu + pieces, &head);
    }
    if (cpus > 1) {
        meet(cpus, 2);
    }
    if (cpu == 0) {
        finish(0);
    }
}
