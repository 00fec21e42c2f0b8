/*
 * FEAT_TRF: TRFCR and HTRFCR, the AArch32 names, and every control that traps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * G8.3.33 and G8.3.37.  The monitor is in AArch64 state, so EL3 or EL2 is; EL1,
 * and EL2 below EL3, use AArch32.  A stub is one access and an SMC or HVC
 * to the monitor.  So are the vectors of AArch32: where the monitor was called
 * from says what happened.
 */

#include "armv9-trf.h"

#define HSTR_T1         BIT64(1)

/* MRC p15, OP1, R7, c1, c2, 1 and MCR from R9; A32 SMC #0 and HVC #0 */
#define MRC(op1)        "0xee117f32 + (" #op1 " << 21)"
#define MCR(op1)        "0xee019f32 + (" #op1 " << 21)"
#define A32_SMC         "0xe1600070"
#define A32_HVC         "0xe1400070"

#define STUBS(name, op1)                                                \
    EL_STUB(name##_read_smc, ".inst " MRC(op1) "\n.inst " A32_SMC)      \
    EL_STUB(name##_read_hvc, ".inst " MRC(op1) "\n.inst " A32_HVC)      \
    EL_STUB(name##_write_smc, ".inst " MCR(op1) "\n.inst " A32_SMC)     \
    EL_STUB(name##_write_hvc, ".inst " MCR(op1) "\n.inst " A32_HVC)

STUBS(trfcr, 0)
STUBS(htrfcr, 4)

A32_VECTORS(el1_a32_smc, A32_SMC)
A32_VECTORS(el1_a32_hvc, A32_HVC)
A32_VECTORS(el2_a32_smc, A32_SMC)

/* Who runs, below whom */
#define C_WRITE         BIT64(0)        /* MCR, not MRC */
#define C_HTRFCR        BIT64(1)        /* HTRFCR, not TRFCR */
#define C_HSTR          BIT64(2)        /* HSTR_EL2.T1 = 1 */
#define C_TTRF2         BIT64(3)        /* MDCR_EL2.TTRF, HDCR.TTRF = 1 */
#define C_TTRF3         BIT64(4)        /* MDCR_EL3.TTRF = 1 */
#define C_EL2_A32       BIT64(5)        /* SCR_EL3.RW = 0: EL2 uses AArch32 */
#define C_SEC           BIT64(6)        /* Secure, EL2 disabled */
#define C_END           BIT64(7)

#define C_NEEDS_EL3     (C_TTRF3 | C_EL2_A32 | C_SEC)
#define C_NEEDS_EL2     (C_HSTR | C_TTRF2)

/* What a run ends in */
enum end {
    DONE,               /* the monitor was called by the stub */
    UND_EL1, UND_EL2,   /* Undefined Instruction, to Undefined or Hyp mode */
    HYP_TRAP,           /* to Hyp mode, with HSR */
    TRAP_EL2, TRAP_EL3, /* to AArch64, with ESR */
    OTHER,
};

static const char *const end_name[] = {
    "no exception", "UNDEFINED at EL1", "UNDEFINED at EL2", "Hyp Trap",
    "trap to EL2", "trap to EL3", "something else",
};

static uint64_t held[3];        /* TRFCR_EL1, TRFCR_EL2 by EL */

/*
 * EC 0x03, CV and COND as A32 has them.  The fields are opc2 1, opc1 0 or 4,
 * CRn 1, Rt, CRm 2, direction.
 */
static uint64_t syndrome(uint32_t c)
{
    return 0x0fe20404 | (c & C_HTRFCR ? 4 << 14 : 0) |
           (c & C_WRITE ? 9 << 5 : 7 << 5 | 1);
}

static bool possible(int el, uint32_t c)
{
    if ((!el_has3 && (c & C_NEEDS_EL3)) || (!el_has2 && (c & C_NEEDS_EL2))) {
        return false;
    }
    /* Without EL2 to say it for EL1, SCR_EL3.RW does. */
    if ((!el_has2 || (c & C_SEC)) && !(c & C_EL2_A32)) {
        return false;
    }
    return el == 1 || (el_has2 && (c & C_EL2_A32) && !(c & C_SEC));
}

/* G8.3.33 and G8.3.37, in their order, for EL1 and Hyp mode */
static enum end want(int el, uint32_t c)
{
    bool el2 = el_has2 && !(c & C_SEC);
    bool a32 = c & C_EL2_A32;

    if (!on) {
        return el == 1 && el2 && (c & C_HSTR) ? a32 ? HYP_TRAP : TRAP_EL2 :
               el == 1 ? UND_EL1 : UND_EL2;
    }
    if (el == 1) {
        if (el2 && (c & C_HSTR)) {
            return a32 ? HYP_TRAP : TRAP_EL2;
        }
        if (c & C_HTRFCR) {
            return UND_EL1;
        }
        if (el2 && (c & C_TTRF2)) {
            return a32 ? HYP_TRAP : TRAP_EL2;
        }
    }
    return c & C_TTRF3 ? TRAP_EL3 : DONE;
}

static const char *stub_of(uint32_t c)
{
    const char *const stubs[] = {
        el_has3 ? trfcr_read_smc : trfcr_read_hvc,
        el_has3 ? trfcr_write_smc : trfcr_write_hvc,
        el_has3 ? htrfcr_read_smc : htrfcr_read_hvc,
        el_has3 ? htrfcr_write_smc : htrfcr_write_hvc,
    };

    return stubs[c & 3];
}

static enum end run(int el, uint32_t c, struct el_result *res)
{
    const char *stub = stub_of(c);
    const char *el1_vectors = el_has3 ? el1_a32_smc : el1_a32_hvc;
    struct el_regs r = el_open;
    unsigned ec;

    r.scr_el3 &= c & C_EL2_A32 ? ~SCR_RW : ~0ull;
    r.hcr_el2 &= ~HCR_RW;
    r.hstr_el2 = c & C_HSTR ? HSTR_T1 : 0;
    r.mdcr_el2 = c & C_TTRF2 ? MDCR_TTRF : 0;
    r.mdcr_el3 = c & C_TTRF3 ? MDCR_TTRF : 0;

    el_write_vbar(1, (uintptr_t)el1_vectors);
    if (el_has3 && el_has2 && (c & C_EL2_A32)) {
        el_write_vbar(2, (uintptr_t)el2_a32_smc);
    }
    /* A, I, F masked; A32; Supervisor or Hyp mode */
    el_run_pstate(0x1c0 | (el == 2 ? 0x1a : 0x13), c & C_SEC, &r, stub, res);
    el_write_vbar(1, (uintptr_t)(el_has3 ? el1_smc_vectors
                                         : el1_hvc_vectors));
    if (el_has3 && el_has2) {
        el_write_vbar(2, (uintptr_t)el2_smc_vectors);
    }

    ec = EL_EC(res->esr);
    if (ec == 0x03) {
        return res->elr != (uintptr_t)stub ? OTHER :
               res->el == 3 ? TRAP_EL3 : TRAP_EL2;
    }
    /* SMC and HVC from A32: the return address is behind it. */
    if (res->el != el_top || ec != (el_has3 ? 0x13 : 0x12)) {
        return OTHER;
    }
    if (res->elr == (uintptr_t)stub + 8) {
        return DONE;
    }
    if (res->elr == (uintptr_t)el1_vectors + 8) {
        return UND_EL1;
    }
    if (res->elr == (uintptr_t)el2_a32_smc + 8) {
        return UND_EL2;
    }
    return res->elr == (uintptr_t)el2_a32_smc + 0x18 ? HYP_TRAP : OTHER;
}

/* One access; says what is wrong, or NULL. */
static const char *wrong(int el, uint32_t c, enum end *got,
                         struct el_result *res)
{
    static const uint64_t bits[3] = { 0, TRFCR_EL1_BITS, TRFCR_EL2_BITS };
    static uint64_t next = 0x0123456789abcdef;
    int reg = c & C_HTRFCR ? 2 : 1;

    next = next * 6364136223846793005ull + 1442695040888963407ull;
    el_args[9] = next >> 32;
    el_args[7] = ~el_args[9] & 0xffffffff;
    *got = run(el, c, res);
    if (*got != want(el, c)) {
        return "outcome";
    }
    if ((*got == TRAP_EL2 || *got == TRAP_EL3) && res->esr != syndrome(c)) {
        return "syndrome";
    }
    if (*got == HYP_TRAP && el_read_esr(2) != syndrome(c)) {
        return "HSR";
    }
    if (*got == DONE) {
        if (c & C_WRITE) {
            held[reg] = el_args[9] & bits[reg];
        } else if ((uint32_t)res->x[7] != held[reg]) {
            return "value read";
        }
    } else if ((uint32_t)res->x[7] != el_args[7]) {
        return "R7";
    }
    if (on && (el_read(TRFCR_EL1) != held[1] ||
               (el_has2 && el_read(TRFCR_EL2) != held[2]))) {
        return "register";
    }
    return NULL;
}

static void print_controls(uint32_t c)
{
    static const char *const names[] = {
        "MCR", "HTRFCR", "HSTR.T1", "MDCR_EL2.TTRF", "MDCR_EL3.TTRF",
        "SCR_EL3.RW=0", "Secure",
    };

    tap_bits(c, names, ARRAY_SIZE(names));
}

/* Each combination is a line: there are few. */
static void test_matrix(int el)
{
    struct el_result res;
    const char *what;
    enum end got;
    uint32_t c;

    for (c = 0; c < C_END; c++) {
        if (!possible(el, c)) {
            continue;
        }
        what = wrong(el, c, &got, &res);
        tap_head(!what);
        ml_printf("EL%d", el);
        print_controls(c);
        if (what) {
            ml_printf(" # why: %s, expected %s, got %s, ESR %lx ELR %lx R7 %lx",
                      what, end_name[want(el, c)], end_name[got], res.esr,
                      res.elr, res.x[7]);
            if (on) {
                held[1] = el_read(TRFCR_EL1);
                held[2] = el_has2 ? el_read(TRFCR_EL2) : 0;
            }
        } else {
            ml_printf(": %s", end_name[got]);
        }
        ml_printf("\n");
    }
}

/* Literal syndromes, not from syndrome() */
static void test_rows(void)
{
    static const struct {
        const char *name;
        int el;
        uint32_t c;
        enum end end;
        uint64_t esr;
    } rows[] = {
        { "TRFCR read", 1, 0, DONE },
        { "TRFCR read, MDCR_EL2.TTRF", 1, C_TTRF2, TRAP_EL2, 0x0fe204e5 },
        { "TRFCR write, MDCR_EL2.TTRF", 1, C_TTRF2 | C_WRITE,
          TRAP_EL2, 0x0fe20524 },
        { "TRFCR read, MDCR_EL3.TTRF", 1, C_TTRF3, TRAP_EL3, 0x0fe204e5 },
        { "HTRFCR is UNDEFINED", 1, C_HTRFCR | C_TTRF2 | C_TTRF3, UND_EL1 },
        { "HTRFCR, HSTR.T1", 1, C_HTRFCR | C_HSTR, TRAP_EL2, 0x0fe304e5 },
        { "HTRFCR write, MDCR_EL3.TTRF", 2,
          C_HTRFCR | C_TTRF3 | C_EL2_A32 | C_WRITE, TRAP_EL3, 0x0fe30524 },
        { "HTRFCR, HDCR.TTRF and HSTR.T1 are not for Hyp mode", 2,
          C_HTRFCR | C_TTRF2 | C_HSTR | C_EL2_A32, DONE },
    };
    struct el_result res;
    enum end got;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(rows); i++) {
        if (!possible(rows[i].el, rows[i].c)) {
            continue;
        }
        got = run(rows[i].el, rows[i].c, &res);
        tap_head(got == rows[i].end &&
                 (!rows[i].esr || res.esr == rows[i].esr));
        ml_printf("EL%d %s: %s\n", rows[i].el, rows[i].name, end_name[got]);
        held[1] = el_read(TRFCR_EL1);
        held[2] = el_has2 ? el_read(TRFCR_EL2) : 0;
    }
}

/* User mode: UNDEFINED whatever traps; to EL1, which uses AArch64 */
static void test_user(void)
{
    const char *const stubs[] = { trfcr_read_smc, htrfcr_write_smc };
    struct el_regs r = el_open;
    struct el_result res;
    unsigned i;

    r.hstr_el2 = HSTR_T1;
    r.mdcr_el2 = MDCR_TTRF;
    r.mdcr_el3 = MDCR_TTRF;
    for (i = 0; i < ARRAY_SIZE(stubs); i++) {
        el_run_a32(false, &r, stubs[i], &res);
        tap_head(res.el == 1 && res.esr == EL_ESR_UNDEF && res.vector == 12 &&
                 res.elr == (uintptr_t)stubs[i]);
        ml_printf("EL0 %s is UNDEFINED\n", i ? "HTRFCR" : "TRFCR");
    }
}

int main(void)
{
    el_setup();
    trf_detect();
    tap_equal("ID_DFR0_EL1.TraceFilt", FIELD64(el_read("id_dfr0_el1"), 28, 4),
              on);
    tap_equal("EL1 can use AArch32",
              FIELD64(el_read("id_aa64pfr0_el1"), 4, 4), 2);
    if (on) {
        el_write(TRFCR_EL1, 0);
        if (el_has2) {
            el_write(TRFCR_EL2, 0);
        }
        test_rows();
    }
    test_user();
    test_matrix(1);
    test_matrix(2);
    return tap_end();
}
