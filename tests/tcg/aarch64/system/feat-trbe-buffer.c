/*
 * FEAT_TRBE: where trace goes, and what TRBSR_EL1 says at the end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The same code at EL1 gives the same trace each time.  It is traced once into
 * a large buffer: that is the stream.  After that each run must leave a
 * beginning of the stream where D6 says, byte by byte, and not a byte
 * elsewhere.  What the stream means does not matter here.
 */

#define EL_MORE_REGS(R)                                                 \
    R(mdcr_el3, 3, true, "mdcr_el3", MDCR_EL3_OPEN)                     \
    R(mdcr_el2, 2, true, "mdcr_el2", MDCR_EL2_OPEN)

#define MDCR_NSTB(n)        ((uint64_t)(n) << 24)
#define MDCR_NSTBE          BIT64(26)
#define MDCR_STE            BIT64(18)
#define MDCR_RLTE           BIT64(0)
#define MDCR_E2TB(n)        ((uint64_t)(n) << 24)
#define MDCR_EL3_OPEN       MDCR_NSTB(3)
#define MDCR_EL2_OPEN       (MDCR_E2TB(3) | MDCR_HPMN)
#define MDCR_HPMN           2       /* EL1 has two PMU counters */
#define MDCR_SPME           BIT64(17)

#include "armv9-tlbi.h"

#define SCR_NSE         BIT64(62)
#define HCR_VM          BIT64(0)

#define TRBLIMITR       "s3_0_c9_c11_0"
#define TRBPTR          "s3_0_c9_c11_1"
#define TRBBASER        "s3_0_c9_c11_2"
#define TRBSR           "s3_0_c9_c11_3"
#define TRBTRG          "s3_0_c9_c11_6"

#define LIMITR_E        BIT64(0)
#define LIMITR_FM(n)    ((n) << 1)
#define LIMITR_TM(n)    ((n) << 3)
#define LIMITR_NVM      BIT64(5)
#define FILL            (LIMITR_FM(0) | LIMITR_TM(3))
#define WRAP            (LIMITR_FM(1) | LIMITR_TM(3))
#define CIRCULAR        (LIMITR_FM(3) | LIMITR_TM(3))

#define SR_S            BIT64(17)
#define SR_EA           BIT64(18)
#define SR_WRAP         BIT64(20)
#define SR_TRG          BIT64(21)
#define SR_IRQ          BIT64(22)
#define SR_STOP         (SR_S | SR_IRQ)
#define SR_EC(n)        ((uint64_t)(n) << 26)
#define SR_STAGE1(fsc)  (SR_STOP | SR_EC(0x24) | (fsc))
#define SR_STAGE2(fsc)  (SR_STOP | SR_EC(0x25) | (fsc))

#define PAGE            4096ull
#define PAGES           16
#define SIZE            (PAGES * PAGE)

/* RAM far from the program, the page before it and the one after are guards. */
#define RAM             TLBI_P1
/* Where the owner's regime has it, when translation is on */
#define VA              0x7f00000000ull
#define IPA             0x5000000000ull

#define POISON          0x55

/* Rounds; what they make must be more than two pages and less than four. */
#define ROUNDS          4500

/* Descriptors besides TLBI_AF: read-only, dirty bit modifier */
#define D_EL0           BIT64(6)
#define D_RO            BIT64(7)
#define D_DBM           BIT64(51)
#define S2_RW           (TLBI_AF | 3 << 6 | 15 << 2)
#define S2_RO           (TLBI_AF | 1 << 6 | 15 << 2)

/*
 * Trace of what X0 rounds make, at EL1, and only of that: TRFCR_EL1 prohibits
 * it before and after, so TSB CSYNC is in a prohibited region (D6.6.1).  Where
 * the branches go has no pattern, so that no byte can be taken for another.
 */
EL_STUB(traced,
        "movz x4, #0x9e37, lsl #48\n"
        "movk x4, #0x7f4b\n"
        "mov x1, #3\n"
        "msr s3_0_c1_c2_1, x1\n"        /* TRFCR_EL1 */
        "isb\n"
        "1: add x4, x4, x4, lsl #7\n"
        "eor x4, x4, x4, lsr #9\n"
        "ubfx x3, x4, #20, #3\n"
        "adr x1, 2f\n"
        "add x1, x1, x3, lsl #3\n"
        "br x1\n"
        "2: .rept 8\n"
        "tbz x4, #30, 3f\n"
        "b 3f\n"
        ".endr\n"
        "3: subs x0, x0, #1\n"
        "b.ne 1b\n"
        "msr s3_0_c1_c2_1, xzr\n"
        "isb\n"
        "hint #18\n"                    /* TSB CSYNC */
        "dsb sy\n")

/* Less than a page of trace, and nothing that synchronizes it */
EL_STUB(unsynchronized,
        "mov x1, #3\n"
        "msr s3_0_c1_c2_1, x1\n"
        "isb\n"
        "1: subs x0, x0, #1\n"
        "b.ne 1b\n"
        "msr s3_0_c1_c2_1, xzr\n"
        "isb\n")

static uint8_t stream[2 * SIZE];
static unsigned stream_size;

TLBI_SPACE(s1);
TLBI_SPACE(s2);

/* Who owns the buffer */
static const struct owner {
    const char *name;
    int el;
    bool secure, realm, e2h;
} owners[] = {
    { "EL1&0", 1 },
    { "EL2", 2 },
    { "EL2&0", 2, .e2h = true },
    { "Secure EL1&0", 1, .secure = true },
    { "Secure EL2", 2, .secure = true },
    { "Secure EL2&0", 2, .secure = true, .e2h = true },
    { "Realm EL1&0", 1, .realm = true },
    { "Realm EL2", 2, .realm = true },
};

static const struct owner *owner;

/* What is run, and what it left */
static struct trbe {
    uint64_t base, limit, ptr, mode, trg, sr;
    struct el_regs regs;
    uint64_t pan;               /* PSTATE.PAN */
    const char *stub;
    /* Registers of after the run, while the trace unit holds trace */
    bool new_scr_el3, new_mdcr_el3, new_mdcr_el2;
} run;

static void prepare(uint64_t base, unsigned pages, uint64_t mode)
{
    struct el_regs *r = &run.regs;

    run.base = run.ptr = base;
    run.limit = base + pages * PAGE;
    run.mode = mode | LIMITR_E;
    run.trg = run.sr = run.pan = 0;
    run.stub = traced;
    run.new_scr_el3 = run.new_mdcr_el3 = run.new_mdcr_el2 = false;
    *r = el_open;
    r->mdcr_el2 = MDCR_E2TB(owner->el == 2 ? 0 : 3) | MDCR_HPMN;
    r->mdcr_el3 = MDCR_SPME | MDCR_STE | MDCR_RLTE |
                  MDCR_NSTB(owner->secure ? 1 : 3) |
                  (owner->realm ? MDCR_NSTBE : 0);
    r->scr_el3 |= owner->realm ? SCR_NSE : 0;
    r->scr_el3 |= owner->secure && el_has_sel2() ? SCR_EEL2 : 0;
    if (owner->e2h) {
        r->hcr_el2 |= HCR_E2H;
        r->cptr_el2 = CPACR_OPEN;
    }
}

static void fill_poison(void)
{
    uint64_t *p = (uint64_t *)(RAM - PAGE);

    while (p < (uint64_t *)(RAM + 2 * SIZE + PAGE)) {
        *p++ = POISON * 0x0101010101010101ull;
    }
}

static void trace_unit(bool enable)
{
    if (enable) {
        el_write("oslar_el1", 0);
        el_write("s2_1_c0_c4_0", 0);            /* TRCCONFIGR */
        el_write("s2_1_c0_c8_0", 0);            /* TRCEVENTCTL0R */
        el_write("s2_1_c0_c9_0", 0);            /* TRCEVENTCTL1R */
        el_write("s2_1_c0_c12_0", 0);           /* TRCTSCTLR */
        el_write("s2_1_c0_c13_0", 12);          /* TRCSYNCPR */
        el_write("s2_1_c0_c0_1", 1);            /* TRCTRACEIDR */
        el_write("s2_1_c0_c0_2", 0x201);        /* TRCVICTLR: all */
    }
    el_write("s2_1_c0_c1_0", enable);           /* TRCPRGCTLR */
    asm volatile("isb");
}

/* Trace; run.ptr and run.sr are what comes out. */
static bool go(void)
{
    struct el_result res;

    fill_poison();
    el_reset();
    el_write(TRBLIMITR, 0);
    asm volatile("isb");
    el_write(TRBSR, run.sr);
    el_write(TRBBASER, run.base);
    el_write(TRBPTR, run.ptr);
    el_write(TRBTRG, run.trg);
    asm volatile("isb");
    el_write(TRBLIMITR, run.limit | run.mode);
    trace_unit(true);
    asm volatile("dsb sy\n tlbi vmalle1\n dsb sy\n isb");
    if (el_top > 1 && el_has2) {
        asm volatile("tlbi alle1\n tlbi alle2\n dsb sy\n isb");
    }
    el_args[0] = ROUNDS;
    el_run_pstate(0x3c4 | run.pan, owner->secure, &run.regs, run.stub, &res);
    asm volatile("" : : : "memory");
    if (run.new_scr_el3) {
        el_set_scr_el3(el_now.scr_el3 ^ SCR_NS);
        el_write(TRBLIMITR, 0);
    }
    if (run.new_mdcr_el3) {
        el_set_mdcr_el3(el_now.mdcr_el3 ^ MDCR_NSTB(2));
        el_write(TRBLIMITR, 0);
    }
    if (run.new_mdcr_el2) {
        el_set_mdcr_el2(el_now.mdcr_el2 ^ MDCR_E2TB(3));
        el_write(TRBLIMITR, 0);
    }
    el_reset();
    el_write(TRBLIMITR, 0);
    trace_unit(false);
    run.ptr = el_read(TRBPTR);
    run.sr = el_read(TRBSR);
    run.trg = el_read(TRBTRG);
    if (!res.done) {
        tap_head(false);
        ml_printf("%s # why: the run itself: ", owner->name);
        tap_got(&res);
        ml_printf("\n");
    }
    return res.done;
}

/*
 * The stream is n bytes; byte i is at at[i / PAGE % pages], later ones over
 * earlier ones.  All else is as it was.
 */
static unsigned differences(unsigned n, const uint64_t *at, unsigned pages)
{
    static uint8_t want[2 * SIZE + 2 * PAGE];
    const uint8_t *p = (uint8_t *)(RAM - PAGE);
    unsigned i, wrong = 0;

    for (i = 0; i < sizeof(want); i++) {
        want[i] = POISON;
    }
    for (i = 0; i < n; i++) {
        want[at[i / PAGE % pages] - RAM + PAGE + i % PAGE] = stream[i];
    }
    for (i = 0; i < sizeof(want); i++) {
        wrong += p[i] != want[i];
    }
    return wrong;
}

static const uint64_t flat[] = { RAM, RAM + PAGE, RAM + 2 * PAGE,
                                 RAM + 3 * PAGE };
static const uint64_t spread[] = { RAM + 5 * PAGE, RAM + 2 * PAGE,
                                   RAM + 9 * PAGE, RAM + 7 * PAGE };

/* After go(): TRBPTR_EL1, TRBSR_EL1 and memory are as wanted. */
static void expect(const char *name, uint64_t ptr, uint64_t sr, unsigned n,
                   const uint64_t *at, unsigned pages)
{
    unsigned wrong = differences(n, at, pages);
    bool ok = run.ptr == ptr && run.sr == sr && !wrong;

    tap_head(ok);
    ml_printf("%s, %s", owner->name, name);
    if (!ok) {
        ml_printf(" # why: expected TRBPTR %lx TRBSR %lx, got %lx %lx, "
                  "%d bytes of %d differ", ptr, sr, run.ptr, run.sr, wrong, n);
    }
    ml_printf("\n");
}

/* The stream, and that another run gives the same. */
static bool get_stream(void)
{
    unsigned i;

    prepare(RAM, 2 * PAGES, FILL);
    if (!go()) {
        return false;
    }
    stream_size = run.ptr - RAM;
    for (i = 0; i < stream_size; i++) {
        stream[i] = ((uint8_t *)RAM)[i];
    }
    tap_head(stream_size > 5 * PAGE / 2 && stream_size < 4 * PAGE);
    ml_printf("%s: %d bytes of trace\n", owner->name, stream_size);

    prepare(RAM, 2 * PAGES, FILL);
    go();
    expect("the same again", RAM + stream_size, 0, stream_size, flat, 4);
    return stream_size > 5 * PAGE / 2 && stream_size < 4 * PAGE;
}

/* D6.5.2, D6.5.3, D6.2.2; physical or with translation off, @extra says */
static void test_modes(uint64_t extra)
{
    unsigned n = stream_size;

    prepare(RAM, 1, FILL | extra);
    go();
    expect("fill", RAM, SR_STOP | SR_WRAP | 1, PAGE, flat, 1);

    prepare(RAM, 2, WRAP | extra);
    go();
    expect("wrap", RAM + n % (2 * PAGE), SR_IRQ | SR_WRAP, n, flat, 2);

    prepare(RAM, 1, CIRCULAR | extra);
    go();
    expect("circular", RAM + n % PAGE, SR_WRAP, n, flat, 1);

    prepare(RAM, 4, FILL | extra);
    run.mode &= ~LIMITR_E;
    go();
    expect("disabled", RAM, 0, 0, flat, 4);

    prepare(RAM, 4, FILL | extra);
    run.sr = SR_S;
    go();
    expect("stopped before", RAM, SR_S, 0, flat, 4);

    /* A byte at a time: any pointer will do (TRBIDR_EL1.Align is 0). */
    prepare(RAM - PAGE + 1, 1, FILL | extra);
    run.base = RAM - PAGE;
    run.limit = RAM + PAGE;
    run.ptr = RAM;
    go();
    expect("fill from the middle", RAM - PAGE, SR_STOP | SR_WRAP | 1, PAGE,
           flat, 1);

    prepare(RAM, 2, FILL | extra);
    run.ptr = RAM - 1;
    go();
    expect("below the base", RAM - 1, SR_STOP, 0, flat, 2);

    prepare(RAM, 2, FILL | extra);
    run.ptr = RAM + 2 * PAGE;
    go();
    expect("at the limit", RAM + 2 * PAGE, SR_STOP, 0, flat, 2);

    prepare(RAM, 2, FILL | extra);
    run.ptr = RAM | BIT64(60);
    go();
    expect("in another 2^56 bytes", RAM | BIT64(60), SR_STOP, 0, flat, 2);

    prepare(RAM, 0, FILL | extra);
    go();
    expect("no buffer", RAM, SR_STOP, 0, flat, 2);
}

/* With TRBSR_EL1.TRG 1 the counter runs at once (R_BQTGW). */
static void test_trigger(void)
{
    unsigned n = stream_size;

    prepare(RAM, 4, LIMITR_FM(0) | LIMITR_TM(3));
    run.sr = SR_TRG;
    run.trg = n - 5;
    go();
    expect("trigger ignored", RAM + n, SR_TRG, n, flat, 4);
    tap_equal("counted to zero", run.trg, 0);

    prepare(RAM, 4, LIMITR_FM(0) | LIMITR_TM(3));
    run.sr = SR_TRG;
    run.trg = n + 5;
    go();
    expect("no trigger yet", RAM + n, SR_TRG, n, flat, 4);
    tap_equal("counted to 5", run.trg, 5);

    prepare(RAM, 4, LIMITR_FM(0) | LIMITR_TM(1));
    run.sr = SR_TRG;
    run.trg = 100;
    go();
    expect("IRQ on trigger", RAM + n, SR_TRG | SR_IRQ, n, flat, 4);

    prepare(RAM, 4, LIMITR_FM(0) | LIMITR_TM(0));
    run.sr = SR_TRG;
    run.trg = 100;
    go();
    tap_equal("at least 100 bytes after the trigger, and not all",
              run.ptr >= RAM + 100 && run.ptr < RAM + n, true);
    expect("stop on trigger", run.ptr, SR_TRG | SR_STOP | 2, run.ptr - RAM,
           flat, 4);

    prepare(RAM, 4, LIMITR_FM(0) | LIMITR_TM(0));
    run.trg = 100;
    go();
    expect("no Detected Trigger", RAM + n, 0, n, flat, 4);
    tap_equal("not counted", run.trg, 100);
}

/* A part of a page of trace is in the buffer, at its first page in RAM. */
static void expect_part(const char *name, uint64_t page)
{
    unsigned n = run.ptr - run.base, i, other = 0;

    for (i = 0; i < n && n < PAGE; i++) {
        other += ((uint8_t *)page)[i] != POISON;
    }
    tap_head(n > 100 && n < PAGE && !run.sr && other > n / 2);
    ml_printf("%s, %s # TRBPTR %lx TRBSR %lx, %d\n", owner->name, name,
              run.ptr, run.sr, other);
}

/* go() disables the unit, which writes what is left. */
static void test_disable(void)
{
    prepare(RAM, 4, FILL);
    run.stub = unsynchronized;
    go();
    expect_part("disabled", RAM);
}

/* INTID 31 as GICD_ISPENDR0 of the virt machine's GICv2 has it */
static bool pending(void)
{
    uint32_t value;

    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(0x08000200ull));
    return value >> 31;
}

static void test_irq(void)
{
    prepare(RAM, 4, FILL);
    go();
    tap_equal("no interrupt", pending(), false);

    prepare(RAM, 1, WRAP);
    go();
    tap_equal("interrupt", pending(), true);
    el_write(TRBSR, run.sr & ~SR_IRQ);
    tap_equal("no interrupt when IRQ is cleared", pending(), false);
    el_write(TRBSR, SR_IRQ);
    tap_equal("interrupt when IRQ is set", pending(), true);
    el_write(TRBSR, 0);
    tap_equal("no interrupt at the end", pending(), false);
}

/* D6.1.1, D6.5.3: TRB_WRAP and TRB_TRIG, counted at EL1 */
static void test_pmu(void)
{
    unsigned n = stream_size;

    tap_equal("PMCEID0_EL0 has TRB_WRAP and TRB_TRIG",
              FIELD64(el_read("pmceid0_el0"), 44, 3) & 5, 5);
    el_write("pmevtyper0_el0", 0x400c);
    el_write("pmevtyper1_el0", 0x400e);
    el_write("pmcntenset_el0", 3);
    el_write("pmcr_el0", 3);            /* reset the counters, enable */

    prepare(RAM, 1, CIRCULAR);
    run.sr = SR_TRG;
    run.trg = 100;
    go();
    expect("with PMU, circular", RAM + n % PAGE, SR_TRG | SR_WRAP, n, flat,
           1);
    tap_equal("TRB_WRAP events", el_read("pmevcntr0_el0"), n / PAGE);
    tap_equal("TRB_TRIG events", el_read("pmevcntr1_el0"), 1);
    el_write("pmcr_el0", 0);
}

/* Stage 1 of the owner on, the buffer spread over RAM; returns descriptors. */
static uint64_t *stage1(uint64_t va, uint64_t tcr)
{
    struct el_regs *r = &run.regs;
    uint64_t *slot;
    int i;

    tlbi_space_init(&s1, &tlbi_granules[0], 48, TLBI_AF);
    slot = tlbi_map(&s1, va, 3, 0);
    for (i = 0; i < 4; i++) {
        slot[i] = tlbi_leaf(spread[i] | TLBI_AF, 3);
    }
    el_reset();
    if (owner->el == 1) {
        tlbi_load_el1(&s1, tcr);
        r->sctlr_el1 |= SCTLR_M;
    } else {
        tlbi_load_el2(&s1, owner->e2h, tcr);
        r->sctlr_el2 |= SCTLR_M;
    }
    return slot;
}

#define TCR_HA      (owner->el == 2 && !owner->e2h ? BIT64(21) : BIT64(39))
#define TCR_HD      (owner->el == 2 && !owner->e2h ? BIT64(22) : BIT64(40))
#define TCR_TAGS    (owner->el == 2 && !owner->e2h ? TCR1_TBI : TCR_TBI)

/* What is left is written for the owner that it was made for. */
static void test_owner_changes(void)
{
    bool has_el2 = el_has2 && (!owner->secure || el_has_sel2());

    for (int i = 0; i < 3; i++) {
        if (i < 2 ? el_top < 3 : !has_el2) {
            continue;
        }
        if (i == 0 && owner->realm) {
            continue;           /* SCR_EL3.{NSE, NS} would be reserved */
        }
        prepare(VA, 4, FILL);
        stage1(VA, 0);
        run.stub = unsynchronized;
        run.new_scr_el3 = i == 0;
        run.new_mdcr_el3 = i == 1;
        run.new_mdcr_el2 = i == 2;
        go();
        expect_part(i == 0 ? "then another Security state" :
                    i == 1 ? "then MDCR_EL3.NSTB" : "then MDCR_EL2.E2TB",
                    spread[0]);
    }
}

static void test_stage1(void)
{
    bool two_ranges = owner->el == 1 || owner->e2h;
    unsigned n = stream_size;
    uint64_t *slot, high, va;

    prepare(VA, 4, FILL);
    stage1(VA, 0);
    go();
    expect("stage 1", VA + n, 0, n, spread, 4);

    prepare(VA, 2, CIRCULAR);
    stage1(VA, 0);
    go();
    expect("stage 1, circular", VA + n % (2 * PAGE), SR_WRAP, n, spread, 2);

    if (two_ranges) {
        high = VA | ~0ull << 48;
        prepare(high, 4, FILL);
        stage1(VA, 0);
        go();
        expect("stage 1, TTBR1", high + n, 0, n, spread, 4);
    }

    prepare(VA | 0x5aull << 56, 4, FILL);
    stage1(VA, TCR_TAGS);
    go();
    expect("stage 1, tags", (VA | 0x5aull << 56) + n, 0, n, spread, 4);

    prepare(VA | 0x5aull << 56, 4, FILL);
    stage1(VA, 0);
    go();
    expect("stage 1, no tags", VA | 0x5aull << 56, SR_STAGE1(4), 0,
           spread, 4);

    prepare(VA, 4, FILL);
    slot = stage1(VA, 0);
    slot[0] = 0;
    go();
    expect("stage 1, first page missing", VA, SR_STAGE1(7), 0, spread, 4);

    prepare(VA, 4, FILL);
    slot = stage1(VA, 0);
    slot[2] = 0;
    go();
    expect("stage 1, third page missing", VA + 2 * PAGE, SR_STAGE1(7),
           2 * PAGE, spread, 4);

    va = VA + BIT64(21) - PAGE;
    prepare(va, 2, FILL);
    stage1(va, 0);
    go();
    expect("stage 1, last table missing", va + PAGE, SR_STAGE1(6), PAGE,
           spread, 4);

    prepare(VA, 4, FILL);
    slot = stage1(VA, 0);
    slot[1] |= D_RO;
    go();
    expect("stage 1, read-only", VA + PAGE, SR_STAGE1(15), PAGE, spread, 4);

    prepare(VA, 4, FILL);
    slot = stage1(VA, 0);
    slot[1] |= D_RO | D_DBM;
    go();
    expect("stage 1, clean, HD 0", VA + PAGE, SR_STAGE1(15), PAGE, spread, 4);

    prepare(VA, 4, FILL);
    slot = stage1(VA, TCR_HA | TCR_HD);
    slot[1] |= D_RO | D_DBM;
    go();
    expect("stage 1, clean, HD 1", VA + n, 0, n, spread, 4);
    tap_equal("the page is dirty", slot[1] & D_RO, 0);

    prepare(VA, 4, FILL);
    slot = stage1(VA, 0);
    slot[1] &= ~TLBI_AF;
    go();
    expect("stage 1, AF 0, HA 0", VA + PAGE, SR_STAGE1(11), PAGE, spread, 4);
    tap_equal("AF is still 0", slot[1] & TLBI_AF, 0);

    prepare(VA, 4, FILL);
    slot = stage1(VA, TCR_HA);
    slot[1] &= ~TLBI_AF;
    go();
    expect("stage 1, AF 0, HA 1", VA + n, 0, n, spread, 4);
    tap_equal("AF is 1", slot[1] & TLBI_AF, TLBI_AF);

    if (owner->el == 1) {
        prepare(VA, 4, FILL);
        slot = stage1(VA, 0);
        slot[0] |= D_EL0;
        run.pan = BIT64(22);
        go();
        expect("stage 1, PAN does not count", VA + n, 0, n, spread, 4);
    }

    /* R_PBZRZ: physical, though stage 1 is on and does not map it */
    prepare(VA, 4, FILL | LIMITR_NVM);
    stage1(VA, 0);
    run.base = run.ptr = RAM;
    run.limit = RAM + 4 * PAGE;
    go();
    expect("nVM", RAM + n, 0, n, flat, 4);
}

static void test_physical(void)
{
    uint64_t nowhere = 0x3000000000ull;

    test_modes(LIMITR_NVM);

    prepare(BIT64(53), 1, FILL | LIMITR_NVM);
    go();
    expect("nVM, no such address", BIT64(53), SR_STAGE1(0), 0, flat, 4);

    /* D6.5.5.4 */
    prepare(nowhere, 1, FILL | LIMITR_NVM);
    go();
    expect("nVM, External abort", nowhere, SR_STAGE1(0x10) | SR_EA, 0, flat,
           4);
}

/* Stage 2 on: RAM is itself, IPA is the buffer. */
static uint64_t *stage2(uint64_t attr)
{
    uint64_t *slot;
    int i;

    tlbi_space_init(&s2, &tlbi_granules[0], 44, S2_RW);
    slot = tlbi_map(&s2, IPA, 3, 0);
    for (i = 0; i < 4; i++) {
        slot[i] = tlbi_leaf(spread[i] | attr, 3);
    }
    el_reset();
    /* SL0 is level 0 */
    el_write("vtcr_el2", (64 - 44) | 2 << 6 | 5 << 16 | BIT64(31));
    el_write("vttbr_el2", (uintptr_t)s2.t[TLBI_ROOT]);
    if (owner->secure) {
        /* VSTCR_EL2, VSTTBR_EL2 */
        el_write("s3_4_c2_c6_2", (64 - 44) | 2 << 6 | BIT64(31));
        el_write("s3_4_c2_c6_0", (uintptr_t)s2.t[TLBI_ROOT]);
    }
    run.regs.hcr_el2 |= HCR_VM;
    return slot;
}

static void test_stage2(void)
{
    unsigned n = stream_size;
    uint64_t *slot, *s1slot;
    int i;

    prepare(IPA, 4, FILL);
    stage2(S2_RW);
    go();
    expect("stage 2", IPA + n, 0, n, spread, 4);

    prepare(IPA, 4, FILL | LIMITR_NVM);
    stage2(S2_RW);
    stage1(VA, 0);
    go();
    expect("stage 2, nVM", IPA + n, 0, n, spread, 4);

    prepare(VA, 4, FILL);
    stage2(S2_RW);
    s1slot = stage1(VA, 0);
    for (i = 0; i < 4; i++) {
        s1slot[i] = tlbi_leaf((IPA + i * PAGE) | TLBI_AF, 3);
    }
    go();
    expect("both stages", VA + n, 0, n, spread, 4);

    prepare(IPA, 4, FILL);
    slot = stage2(S2_RW);
    slot[2] = 0;
    go();
    expect("stage 2, third page missing", IPA + 2 * PAGE, SR_STAGE2(7),
           2 * PAGE, spread, 4);

    prepare(IPA, 4, FILL | LIMITR_NVM);
    slot = stage2(S2_RW);
    slot[2] = 0;
    go();
    expect("stage 2, nVM, third page missing", IPA + 2 * PAGE, SR_STAGE2(7),
           2 * PAGE, spread, 4);

    prepare(IPA, 4, FILL);
    stage2(S2_RO);
    go();
    expect("stage 2, read-only", IPA, SR_STAGE2(15), 0, spread, 4);

    prepare(VA, 4, FILL);
    stage2(S2_RW);
    s1slot = stage1(VA, 0);
    s1slot[1] = 0;
    go();
    expect("stage 2 on, stage 1 page missing", VA + PAGE, SR_STAGE1(7), PAGE,
           spread, 4);

    /* The last table of stage 1 is where stage 2 has nothing. */
    prepare(VA, 4, FILL);
    stage2(S2_RW);
    stage1(VA, 0);
    s1slot = tlbi_walk(&s1, VA, 2, TLBI_PATH);
    *s1slot = (IPA + BIT64(30)) | 3;
    go();
    expect("stage 2, table of stage 1 missing", VA, SR_STAGE2(5), 0,
           spread, 4);
}

static bool possible(void)
{
    bool rme = el_has3 && FIELD64(el_read("id_aa64pfr0_el1"), 52, 4) != 0;

    return !(owner->el == 2 && !el_has2) &&
           !(owner->secure && (!el_has3 ||
                               (owner->el == 2 && !el_has_sel2()))) &&
           !(owner->realm && !rme) && !(owner->e2h && !el_has_vhe());
}

int main(void)
{
    unsigned count = 0;
    bool on;

    el_setup();
    on = FIELD64(el_read("id_aa64dfr0_el1"), 44, 4) != 0;
    tap_equal("FEAT_TRBE", on, !tap_arg("trbe-off"));
    for (owner = owners; on && owner < owners + ARRAY_SIZE(owners); owner++) {
        if (!possible() || !get_stream()) {
            continue;
        }
        count++;
        test_modes(0);
        test_trigger();
        test_disable();
        test_irq();
        test_pmu();
        test_physical();
        if (el_top > 1) {
            test_stage1();
            test_owner_changes();
        }
        if (el_has2 && owner->el == 1 && (!owner->secure || el_has_sel2())) {
            test_stage2();
        }
    }
    tap_equal("there were owners", !count, !on);
    return tap_end();
}
