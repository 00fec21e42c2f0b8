/*
 * FEAT_TRF: TRFCR_EL1, TRFCR_EL2, TRFCR_EL12 and every control that traps them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The authority is the access pseudocode of D24.4.74 and D24.4.75.  It is
 * written down twice here: as want_trfcr(), a model that is compared with the
 * machine over all combinations of the controls, and as rows[], a short list
 * with literal syndromes, so that an error in the model cannot hide.
 */

#include "armv9-trf.h"

/* A set bit is a deviation from "everything open, Non-secure". */
#define C_WRITE         BIT64(0)        /* MSR, not MRS */
#define C_TTRF2         BIT64(1)        /* MDCR_EL2.TTRF = 1 */
#define C_TTRF3         BIT64(2)        /* MDCR_EL3.TTRF = 1 */
#define C_FGR           BIT64(3)        /* HDFGRTR_EL2 bit 49, RES0, = 1 */
#define C_FGW           BIT64(4)        /* HDFGWTR_EL2.TRFCR_EL1 = 1 */
#define C_NO_FGTEN      BIT64(5)        /* SCR_EL3.FGTEn = 0 */
#define C_NV            BIT64(6)        /* HCR_EL2 */
#define C_NV1           BIT64(7)
#define C_NV2           BIT64(8)
#define C_E2H           BIT64(9)
#define C_TGE           BIT64(10)
#define C_SEC           BIT64(11)       /* SCR_EL3.NS = 0 */
#define C_EEL2          BIT64(12)       /* SCR_EL3.EEL2 = 1, when Secure */
#define C_END           BIT64(13)

#define C_NEEDS_EL3     (C_TTRF3 | C_NO_FGTEN | C_SEC | C_EEL2)
#define C_NEEDS_EL2     (C_TTRF2 | C_FGR | C_FGW | C_NO_FGTEN | C_NV | C_NV1 | \
                         C_NV2 | C_E2H | C_TGE | C_EEL2)

enum { R1, R2, R12, REGS };             /* names of registers */
enum { EL1, EL2, MEMORY, NOWHERE };     /* where an access ends */

EL_STUB(read_1, "mrs x7, " TRFCR_EL1)
EL_STUB(write_1, "msr " TRFCR_EL1 ", x9")
EL_STUB(read_2, "mrs x7, " TRFCR_EL2)
EL_STUB(write_2, "msr " TRFCR_EL2 ", x9")
EL_STUB(read_12, "mrs x7, " TRFCR_EL12)
EL_STUB(write_12, "msr " TRFCR_EL12 ", x9")

static const struct {
    const char *name;
    const char *read, *write;
    unsigned op1;
} regs[REGS] = {
    [R1] = { "TRFCR_EL1", read_1, write_1, 0 },
    [R2] = { "TRFCR_EL2", read_2, write_2, 4 },
    [R12] = { "TRFCR_EL12", read_12, write_12, 5 },
};

#define NV_TRFCR_EL1    (0x880 / 8)     /* Table D8-66 */
static uint64_t nv_page[512] __attribute__((aligned(4096)));

/* What EL1, EL2 and MEMORY must hold */
static uint64_t held[3];

static const char *stub_of(int reg, uint32_t c)
{
    return c & C_WRITE ? regs[reg].write : regs[reg].read;
}

static bool el2_enabled(uint32_t c)
{
    return el_has2 && (!(c & C_SEC) || (c & C_EEL2));
}

/* Whether this machine has such a state at all. */
static bool possible(int el, int reg, uint32_t c)
{
    if ((!el_has3 && (c & C_NEEDS_EL3)) || (!el_has2 && (c & C_NEEDS_EL2))) {
        return false;
    }
    if ((c & C_EEL2) && (!(c & C_SEC) || !el_has_sel2())) {
        return false;
    }
    if (((c & C_E2H) && !el_has_vhe()) || (reg == R12 && !el_has_vhe())) {
        return false;
    }
    if ((c & (C_FGR | C_FGW | C_NO_FGTEN)) && !trf_has_fgt()) {
        return false;
    }
    /* NV1 and NV2 without NV: CONSTRAINED UNPREDICTABLE, and ignored */
    if ((c & (C_NV | C_NV1 | C_NV2)) && (!el_has_nv2() || !(c & C_NV))) {
        return false;
    }
    return el <= el_top &&
           !(el == 2 && !el2_enabled(c)) &&
           !(el == 1 && el2_enabled(c) && (c & C_TGE));
}

static void set_controls(struct el_regs *r, uint32_t c)
{
    *r = el_open;
    r->scr_el3 &= c & C_NO_FGTEN ? ~SCR_FGTEN : ~0ull;
    r->scr_el3 |= c & C_EEL2 ? SCR_EEL2 : 0;
    r->mdcr_el3 |= c & C_TTRF3 ? MDCR_TTRF : 0;
    r->mdcr_el2 |= c & C_TTRF2 ? MDCR_TTRF : 0;
    r->hdfgrtr_el2 |= c & C_FGR ? HDFG_TRFCR_EL1 : 0;
    r->hdfgwtr_el2 |= c & C_FGW ? HDFG_TRFCR_EL1 : 0;
    r->hcr_el2 |= c & C_NV ? HCR_NV : 0;
    r->hcr_el2 |= c & C_NV1 ? HCR_NV1 : 0;
    r->hcr_el2 |= c & C_NV2 ? HCR_NV2 : 0;
    r->hcr_el2 |= c & C_E2H ? HCR_E2H : 0;
    r->hcr_el2 |= c & C_TGE ? HCR_TGE : 0;
    r->cptr_el2 = c & C_E2H ? CPACR_OPEN : r->cptr_el2;
    r->vncr_el2 = (uintptr_t)nv_page;
}

/*
 * D24.4.74 and D24.4.75, in their order.  EDSCR.SDD (EL3SDDUndef) is for Debug
 * state, which no stub is in.  *where is where the access ends, when it does.
 */
static struct el_want want_trfcr(int el, int reg, uint32_t c, int *where)
{
    bool el2 = el2_enabled(c);
    bool in_host_2 = el2 && (c & C_E2H);            /* ELIsInHost(EL2) */
    bool nv = el2 && (c & C_NV);
    bool nv1 = nv && (c & C_NV1), nv2 = nv && (c & C_NV2);
    uint32_t esr = EL_ESR_SYSREG(3, regs[reg].op1, 1, 2, 1,
                                 c & C_WRITE ? 9 : 7, c & C_WRITE ? 0 : 1);
    struct el_want undef = EL_TRAP(el ? el : el2 && (c & C_TGE) ? 2 : 1,
                                   EL_ESR_UNDEF);

    *where = NOWHERE;
    if (!on || el == 0) {
        return undef;
    }
    /* With EL3 but no EL2, TRFCR_EL2 is RES0; without both it is not there. */
    if (!el_has2 && reg == R2) {
        return el == 3 ? EL_DONE : undef;
    }

    switch (reg) {
    case R1:
        if (el == 1) {
            if (el2 && (c & C_WRITE) && (c & C_FGW) && !(c & C_NO_FGTEN)) {
                return EL_TRAP(2, esr);
            }
            if (el2 && (c & C_TTRF2)) {
                return EL_TRAP(2, esr);
            }
        }
        if (el <= 2 && (c & C_TTRF3)) {
            return EL_TRAP(3, esr);
        }
        *where = el == 1 && nv1 && nv2 ? MEMORY :
                 el == 2 && in_host_2 ? EL2 : EL1;
        return EL_DONE;
    case R2:
        if (el == 1) {
            return nv ? EL_TRAP(2, esr) : undef;
        }
        if (el == 2 && (c & C_TTRF3)) {
            return EL_TRAP(3, esr);
        }
        *where = EL2;
        return EL_DONE;
    default:
        if (el == 1) {
            if (nv2 && !nv1) {
                *where = MEMORY;
                return EL_DONE;
            }
            return nv ? EL_TRAP(2, esr) : undef;
        }
        if (!in_host_2) {
            return undef;
        }
        if (el == 2 && (c & C_TTRF3)) {
            return EL_TRAP(3, esr);
        }
        *where = EL1;
        return EL_DONE;
    }
}

static void look(uint64_t now[3])
{
    now[EL1] = on ? el_read(TRFCR_EL1) : 0;
    now[EL2] = on && el_has2 ? el_read(TRFCR_EL2) : 0;
    now[MEMORY] = nv_page[NV_TRFCR_EL1];
}

/* One access; false when not as wanted, or another place has changed. */
static bool access_trfcr(int el, int reg, uint32_t c, struct el_want want,
                         int where, struct el_result *res)
{
    static const uint64_t bits[3] = { TRFCR_EL1_BITS, TRFCR_EL2_BITS, ~0ull };
    static uint64_t next = 0x0123456789abcdef;
    const char *stub = stub_of(reg, c);
    uint64_t now[3], expect = 0;
    struct el_regs r;
    int i;

    next = next * 6364136223846793005ull + 1442695040888963407ull;
    el_args[9] = next ^ next >> 32;
    el_args[7] = ~next;
    set_controls(&r, c);
    el_run(el, c & C_SEC, &r, stub, res);
    if (!el_match(res, want, stub)) {
        return false;
    }
    if (res->done && where != NOWHERE) {
        if (c & C_WRITE) {
            held[where] = el_args[9] & bits[where];
        }
        expect = held[where];
    }
    look(now);
    for (i = 0; i < 3; i++) {
        if (now[i] != held[i]) {
            return false;
        }
    }
    return res->x[7] == (res->done && !(c & C_WRITE) ? expect : el_args[7]);
}

static void print_controls(uint32_t c)
{
    static const char *const names[] = {
        "MSR", "MDCR_EL2.TTRF", "MDCR_EL3.TTRF", "HDFGRTR_EL2[49]",
        "HDFGWTR_EL2.TRFCR_EL1", "SCR_EL3.FGTEn=0", "NV", "NV1", "NV2",
        "E2H", "TGE", "Secure", "EEL2",
    };

    tap_bits(c, names, ARRAY_SIZE(names));
}

static void print_got(const struct el_result *res)
{
    uint64_t now[3];

    look(now);
    tap_got(res);
    ml_printf(", X7 %lx, EL1 %lx EL2 %lx memory %lx, not %lx %lx %lx",
              res->x[7], now[0], now[1], now[2], held[0], held[1], held[2]);
}

/* The product of all controls, one line for each register and state. */
static void test_matrix(int el, int reg, uint32_t state, const char *name)
{
    enum { SHOW = 4 };
    uint32_t c, count = 0, wrong = 0;
    struct el_result res;
    struct el_want want;
    int where;

    for (c = 0; c < C_END; c++) {
        if ((c & (C_SEC | C_EEL2)) != state || !possible(el, reg, c)) {
            continue;
        }
        count++;
        want = want_trfcr(el, reg, c, &where);
        if (!access_trfcr(el, reg, c, want, where, &res) && wrong++ < SHOW) {
            el_reset();
            ml_printf("#");
            print_controls(c);
            ml_printf(": expected ");
            tap_want(want);
            ml_printf(", got ");
            print_got(&res);
            ml_printf("\n");
            look(held);
        }
    }
    if (count) {
        tap_head(!wrong);
        ml_printf("EL%d %s %s: %d combinations", el, regs[reg].name, name,
                  count);
        if (wrong) {
            ml_printf(" # why: expected 0 differences, got %d", wrong);
        }
        ml_printf("\n");
    }
}

/* Literal syndromes, not from the model: reads are to X7, writes from X9 */
#define READ1   0x623204e5
#define WRITE1  0x62320524
#define READ2   0x623304e5
#define WRITE2  0x62330524
#define READ12  0x623344e5
#define WRITE12 0x62334524
#define UNDEF   0x02000000

static const struct row {
    const char *name;
    int el, reg;
    uint32_t c;
    int to;             /* -1: runs */
    uint32_t esr;
    int where;
} rows[] = {
    { "UNDEFINED at EL0", 0, R1, 0, 1, UNDEF, NOWHERE },
    { "UNDEFINED at EL0, TGE", 0, R1, C_TGE, 2, UNDEF, NOWHERE },
    { "read", 1, R1, 0, -1, 0, EL1 },
    { "write", 1, R1, C_WRITE, -1, 0, EL1 },
    { "read", 2, R1, 0, -1, 0, EL1 },
    { "read", 3, R1, 0, -1, 0, EL1 },
    { "read, E2H", 2, R1, C_E2H, -1, 0, EL2 },
    { "write, E2H", 2, R1, C_E2H | C_WRITE, -1, 0, EL2 },
    { "write, E2H, TGE", 2, R1, C_E2H | C_TGE | C_WRITE, -1, 0, EL2 },
    { "write, E2H is not for EL3", 3, R1, C_E2H | C_WRITE, -1, 0, EL1 },
    { "write, E2H is not for EL1", 1, R1, C_E2H | C_WRITE, -1, 0, EL1 },
    { "UNDEFINED at EL1", 1, R2, 0, 1, UNDEF, NOWHERE },
    { "write", 2, R2, C_WRITE, -1, 0, EL2 },
    { "write, as TF-A does", 3, R2, C_WRITE, -1, 0, EL2 },
    { "UNDEFINED without E2H", 2, R12, 0, 2, UNDEF, NOWHERE },
    { "UNDEFINED without E2H", 3, R12, 0, 3, UNDEF, NOWHERE },
    { "UNDEFINED at EL1", 1, R12, C_E2H, 1, UNDEF, NOWHERE },
    { "write, E2H", 2, R12, C_E2H | C_WRITE, -1, 0, EL1 },
    { "write, E2H", 3, R12, C_E2H | C_WRITE, -1, 0, EL1 },
    { "UNDEFINED, E2H, Secure, EL2 off", 3, R12, C_E2H | C_SEC,
      3, UNDEF, NOWHERE },

    { "MDCR_EL2.TTRF, read", 1, R1, C_TTRF2, 2, READ1, NOWHERE },
    { "MDCR_EL2.TTRF, write", 1, R1, C_TTRF2 | C_WRITE, 2, WRITE1, NOWHERE },
    { "MDCR_EL2.TTRF is not for EL2", 2, R1, C_TTRF2, -1, 0, EL1 },
    { "MDCR_EL2.TTRF is not for EL2", 2, R2, C_TTRF2, -1, 0, EL2 },
    { "MDCR_EL2.TTRF, Secure, EL2 off", 1, R1, C_TTRF2 | C_SEC, -1, 0, EL1 },
    { "MDCR_EL2.TTRF, Secure, EL2 on", 1, R1, C_TTRF2 | C_SEC | C_EEL2,
      2, READ1, NOWHERE },
    { "MDCR_EL3.TTRF, read", 1, R1, C_TTRF3, 3, READ1, NOWHERE },
    { "MDCR_EL3.TTRF, write", 2, R1, C_TTRF3 | C_WRITE, 3, WRITE1, NOWHERE },
    { "MDCR_EL3.TTRF, read", 2, R2, C_TTRF3, 3, READ2, NOWHERE },
    { "MDCR_EL3.TTRF, write", 2, R2, C_TTRF3 | C_WRITE, 3, WRITE2, NOWHERE },
    { "MDCR_EL3.TTRF, read, E2H", 2, R12, C_TTRF3 | C_E2H,
      3, READ12, NOWHERE },
    { "MDCR_EL3.TTRF, write, E2H", 2, R12, C_TTRF3 | C_E2H | C_WRITE,
      3, WRITE12, NOWHERE },
    { "UNDEFINED before MDCR_EL3.TTRF", 2, R12, C_TTRF3, 2, UNDEF, NOWHERE },
    { "MDCR_EL3.TTRF is not for EL3", 3, R1, C_TTRF3, -1, 0, EL1 },
    { "MDCR_EL3.TTRF is not for EL3", 3, R2, C_TTRF3, -1, 0, EL2 },
    { "MDCR_EL2.TTRF before MDCR_EL3.TTRF", 1, R1, C_TTRF2 | C_TTRF3,
      2, READ1, NOWHERE },

    { "HDFGWTR_EL2.TRFCR_EL1, write", 1, R1, C_FGW | C_WRITE,
      2, WRITE1, NOWHERE },
    { "HDFGWTR_EL2.TRFCR_EL1 is not for reads", 1, R1, C_FGW, -1, 0, EL1 },
    { "HDFGWTR_EL2.TRFCR_EL1, SCR_EL3.FGTEn=0", 1, R1,
      C_FGW | C_NO_FGTEN | C_WRITE, -1, 0, EL1 },
    { "HDFGRTR_EL2 has no bit for it", 1, R1, C_FGR, -1, 0, EL1 },
    { "HDFGWTR_EL2 before MDCR_EL3.TTRF", 1, R1, C_FGW | C_TTRF3 | C_WRITE,
      2, WRITE1, NOWHERE },

    { "NV", 1, R1, C_NV | C_WRITE, -1, 0, EL1 },
    { "NV2", 1, R1, C_NV | C_NV2 | C_WRITE, -1, 0, EL1 },
    { "NV1 and NV2, write", 1, R1, C_NV | C_NV1 | C_NV2 | C_WRITE,
      -1, 0, MEMORY },
    { "NV1 and NV2, read", 1, R1, C_NV | C_NV1 | C_NV2, -1, 0, MEMORY },
    { "MDCR_EL2.TTRF before NV1 and NV2", 1, R1,
      C_TTRF2 | C_NV | C_NV1 | C_NV2, 2, READ1, NOWHERE },
    { "NV", 1, R2, C_NV, 2, READ2, NOWHERE },
    { "NV1 and NV2", 1, R2, C_NV | C_NV1 | C_NV2 | C_WRITE,
      2, WRITE2, NOWHERE },
    { "NV before MDCR_EL3.TTRF", 1, R2, C_NV | C_TTRF3, 2, READ2, NOWHERE },
    { "NV", 1, R12, C_NV, 2, READ12, NOWHERE },
    { "NV1 and NV2", 1, R12, C_NV | C_NV1 | C_NV2, 2, READ12, NOWHERE },
    { "NV2, write", 1, R12, C_NV | C_NV2 | C_WRITE, -1, 0, MEMORY },
    { "NV2, read", 1, R12, C_NV | C_NV2, -1, 0, MEMORY },
    { "NV2 before MDCR_EL2.TTRF", 1, R12, C_NV | C_NV2 | C_TTRF2,
      -1, 0, MEMORY },
    { "NV2, HDFGWTR_EL2.TRFCR_EL1 is not for it", 1, R12,
      C_NV | C_NV2 | C_FGW | C_WRITE, -1, 0, MEMORY },
};

static void test_rows(void)
{
    const struct row *r;
    struct el_result res;
    bool ok;

    for (r = rows; r < rows + ARRAY_SIZE(rows); r++) {
        if (!possible(r->el, r->reg, r->c) || (r->reg == R2 && !el_has2)) {
            continue;
        }
        ok = access_trfcr(r->el, r->reg, r->c, EL_TRAP(r->to, r->esr),
                          r->where, &res);
        tap_head(ok);
        ml_printf("EL%d %s %s", r->el, regs[r->reg].name, r->name);
        if (!ok) {
            ml_printf(" # why: expected ");
            tap_want(EL_TRAP(r->to, r->esr));
            ml_printf(", got ");
            print_got(&res);
        }
        ml_printf("\n");
    }
}

/* Each bit, alone and all but it, through each name at each EL. */
static void test_bits(void)
{
    static const struct {
        const char *name;
        int el, reg;
        uint32_t c;
        uint64_t bits;
    } names[] = {
        { "EL1 TRFCR_EL1", 1, R1, 0, TRFCR_EL1_BITS },
        { "EL2 TRFCR_EL1", 2, R1, 0, TRFCR_EL1_BITS },
        { "EL2 TRFCR_EL1, E2H", 2, R1, C_E2H, TRFCR_EL2_BITS },
        { "EL2 TRFCR_EL2", 2, R2, 0, TRFCR_EL2_BITS },
        { "EL2 TRFCR_EL12, E2H", 2, R12, C_E2H, TRFCR_EL1_BITS },
        { "EL3 TRFCR_EL1", 3, R1, 0, TRFCR_EL1_BITS },
        { "EL3 TRFCR_EL2", 3, R2, 0, TRFCR_EL2_BITS },
        { "EL3 TRFCR_EL12, E2H", 3, R12, C_E2H, TRFCR_EL1_BITS },
    };
    struct el_result res;
    struct el_regs r;
    uint64_t wrong;
    unsigned i, n;

    for (i = 0; i < ARRAY_SIZE(names); i++) {
        if (!possible(names[i].el, names[i].reg, names[i].c) ||
            (names[i].reg == R2 && !el_has2)) {
            continue;
        }
        set_controls(&r, names[i].c);
        wrong = 0;
        for (n = 0; n < 128; n++) {
            el_args[9] = n < 64 ? BIT64(n) : ~BIT64(n - 64);
            el_run(names[i].el, false, &r, regs[names[i].reg].write, &res);
            wrong |= res.done ? 0 : BIT64(n & 63);
            el_run(names[i].el, false, &r, regs[names[i].reg].read, &res);
            wrong |= res.x[7] ^ (el_args[9] & names[i].bits);
        }
        tap_head(!wrong);
        ml_printf("%s, each bit", names[i].name);
        if (wrong) {
            ml_printf(" # why: expected 0 that differ, got %lx", wrong);
        }
        ml_printf("\n");
    }
    el_reset();
    look(held);
}

/* The controls of trace in MDCR_EL2 and MDCR_EL3 can be written. */
static void test_mdcr(void)
{
    struct el_regs r = el_open;

    if (el_has3) {
        r.mdcr_el3 = MDCR_TTRF | BIT64(18);         /* STE */
        el_load(&r);
        tap_equal("MDCR_EL3.{TTRF, STE} after writing 1",
                  el_read("mdcr_el3") & r.mdcr_el3, r.mdcr_el3);
    }
    if (el_has2) {
        r.mdcr_el2 = MDCR_TTRF;
        el_load(&r);
        tap_equal("MDCR_EL2.TTRF after writing 1",
                  el_read("mdcr_el2") & MDCR_TTRF, MDCR_TTRF);
    }
    el_reset();
}

int main(void)
{
    uint64_t trfcr1 = 0, trfcr2 = 0, mdcr3 = 0, top;
    int el, reg;

    top = FIELD64(el_read("currentel"), 2, 2);
    if (FIELD64(el_read("id_aa64dfr0_el1"), 40, 4)) {
        trfcr1 = el_read(TRFCR_EL1);
        trfcr2 = top >= 2 ? el_read(TRFCR_EL2) : 0;
    }
    mdcr3 = top == 3 ? el_read("mdcr_el3") : 0;
    el_setup();
    trf_detect();
    ml_printf("# FEAT_TRF %s, start at EL%d%s\n", on ? "on" : "off", el_top,
              el_has3 && !el_has2 ? " without EL2" : "");
    if (on) {
        /* TRFCR_EL1.TS resets to an UNKNOWN value. */
        tap_equal("TRFCR_EL1.{E1TRE, E0TRE} reset to 0", trfcr1 & 3, 0);
        tap_equal("TRFCR_EL2 resets to 0", trfcr2, 0);
        tap_equal("MDCR_EL3.{STE, RLTE} reset to 0",
                  mdcr3 & (BIT64(18) | BIT64(0)), 0);
        test_mdcr();
        test_bits();
        test_rows();
    }
    for (el = 0; el <= el_top; el++) {
        for (reg = 0; reg < REGS; reg++) {
            test_matrix(el, reg, 0, "Non-secure");
            test_matrix(el, reg, C_SEC, "Secure, EL2 off");
            test_matrix(el, reg, C_SEC | C_EEL2, "Secure, EL2 on");
        }
    }
    return tap_end();
}
