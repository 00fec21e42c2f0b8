/*
 * FEAT_FPMR: the register, its ID fields, and every control that traps it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The authority is the access pseudocode of FPMR (Arm ARM C5.2.9).  It is
 * written down twice here: as want_fpmr(), a model that is compared with
 * the machine over all combinations of the controls, and as rows[], a short
 * list with literal syndromes, so that an error in the model cannot hide.
 *
 * Works at whatever EL the machine starts: EL3 (with or without EL2), EL2
 * or EL1.  Without FPMR (see fpmr_detect()), the same runs check that it is
 * UNDEFINED everywhere.
 */

#include "armv9-fpmr-controls.h"

static uint64_t fpmr;           /* what it must hold */

/* Read into X7 and write from X9: two registers, to see Rt in the ISS. */
EL_STUB(read_x7, "mrs x7, " FPMR)
EL_STUB(write_x9, "msr " FPMR ", x9")
EL_STUB(read_xzr, "mrs xzr, " FPMR)
EL_STUB(write_xzr, "msr " FPMR ", xzr")
EL_STUB(read_x30, "mrs x30, " FPMR)

static uint32_t esr_sysreg(uint32_t c)
{
    return EL_ESR_SYSREG(3, 3, 4, 4, 2, c & C_WRITE ? 9 : 7,
                         c & C_WRITE ? 0 : 1);
}

/* C5.2.9, in its order: first the EnFPM chain with EC 0x18, then FP */
static struct el_want want_fpmr(int el, uint32_t c)
{
    int to = want_enfpm(el, c);

    if (!on) {
        return EL_TRAP(own_el(el, c), EL_ESR_UNDEF);
    }
    return to ? EL_TRAP(to, esr_sysreg(c)) : want_fp(el, c);
}

/* One access; false when not as wanted.  Keeps track of what FPMR holds. */
static bool access_fpmr(int el, uint32_t c, struct el_want want,
                        struct el_result *res)
{
    static uint64_t next = 0x0123456789abcdef;
    const char *stub = c & C_WRITE ? write_x9 : read_x7;
    struct el_regs r;

    /* A different value for every access; RES0 bits are for test_bits(). */
    next = next * 6364136223846793005ull + 1442695040888963407ull;
    el_args[9] = next & FPMR_FIELDS;
    el_args[7] = ~fpmr;
    set_controls(&r, c);
    el_run(el, c & C_SEC, &r, stub, res);
    if (!el_match(res, want, stub)) {
        return false;
    }
    if (!res->done) {
        return res->x[7] == ~fpmr;
    }
    if (c & C_WRITE) {
        fpmr = el_args[9];
        return true;
    }
    return res->x[7] == fpmr;
}

static void tap_access(const char *name, int el, uint32_t c,
                       struct el_want want)
{
    struct el_result res;
    bool ok = access_fpmr(el, c, want, &res);

    tap_head(ok);
    ml_printf("EL%d %s", el, name);
    if (!ok) {
        ml_printf(" # why: expected ");
        tap_want(want);
        ml_printf(", got ");
        tap_got(&res);
        ml_printf(", X7 %lx FPMR %lx", res.x[7], fpmr);
    }
    ml_printf("\n");
}

/* The product of all controls, one line for each EL and Security state. */
static void test_matrix(int el, uint32_t state, const char *name)
{
    enum { SHOW = 5 };
    struct {
        uint32_t c;
        struct el_want want;
        struct el_result res;
    } bad[SHOW];
    uint32_t c, count = 0, wrong = 0, i;

    for (c = 0; c < C_END; c++) {
        if ((c & (C_SEC | C_EEL2)) != state || !possible(el, c)) {
            continue;
        }
        count++;
        i = wrong < SHOW ? wrong : SHOW - 1;
        bad[i].c = c;
        bad[i].want = want_fpmr(el, c);
        wrong += !access_fpmr(el, c, bad[i].want, &bad[i].res);
    }
    if (!count) {
        return;
    }
    tap_head(!wrong);
    ml_printf("EL%d %s: %d combinations", el, name, count);
    if (wrong) {
        ml_printf(" # why: expected 0 differences, got %d", wrong);
    }
    ml_printf("\n");
    for (i = 0; i < wrong && i < SHOW - 1; i++) {
        ml_printf("# %s", bad[i].c & C_WRITE ? "MSR" : "MRS");
        print_controls(bad[i].c);
        ml_printf(": expected ");
        tap_want(bad[i].want);
        ml_printf(", got ");
        tap_got(&bad[i].res);
        ml_printf(", X7 %lx\n", bad[i].res.x[7]);
    }
}

/* Literal values, not from the model: 0x6234d0e9 is MRS X7, 0x...128 MSR X9 */
#define R_TRAP      0x6234d0e9
#define W_TRAP      0x6234d128
#define FP_TRAP     0x1fe00000
#define UNDEF       0x02000000

static const struct row {
    const char *name;
    int el;
    uint32_t c;
    int to;             /* -1: runs */
    uint32_t esr;
} rows[] = {
    { "read, all open", 0, 0, -1 },
    { "write, all open", 0, C_WRITE, -1 },
    { "read, all open", 1, 0, -1 },
    { "write, all open", 1, C_WRITE, -1 },
    { "read, all open", 2, 0, -1 },
    { "read, all open", 3, 0, -1 },

    { "read, SCTLR_EL1.EnFPM=0", 0, C_NO_S1, 1, R_TRAP },
    { "write, SCTLR_EL1.EnFPM=0", 0, C_NO_S1 | C_WRITE, 1, W_TRAP },
    { "SCTLR_EL1.EnFPM=0 is for EL0 only", 1, C_NO_S1, -1 },
    { "SCTLR_EL1.EnFPM=0, TGE", 0, C_NO_S1 | C_TGE, 2, R_TRAP },
    { "SCTLR_EL1.EnFPM=0, E2H", 0, C_NO_S1 | C_E2H, 1, R_TRAP },
    { "SCTLR_EL1.EnFPM=0, E2H and TGE", 0, C_NO_S1 | C_E2H | C_TGE, -1 },
    { "SCTLR_EL2.EnFPM=0, E2H and TGE", 0, C_NO_S2 | C_E2H | C_TGE,
      2, R_TRAP },
    { "SCTLR_EL2.EnFPM=0, TGE", 0, C_NO_S2 | C_TGE, -1 },
    { "SCTLR_EL2.EnFPM=0, E2H", 0, C_NO_S2 | C_E2H, -1 },
    { "SCTLR_EL2.EnFPM=0 is for EL0 only", 2, C_NO_S2 | C_E2H | C_TGE, -1 },

    { "HCRX_EL2.EnFPM=0", 0, C_NO_HCRX, 2, R_TRAP },
    { "HCRX_EL2.EnFPM=0", 1, C_NO_HCRX, 2, R_TRAP },
    { "write, HCRX_EL2.EnFPM=0", 1, C_NO_HCRX | C_WRITE, 2, W_TRAP },
    { "HCRX_EL2.EnFPM=0 is not for EL2", 2, C_NO_HCRX, -1 },
    { "HCRX_EL2.EnFPM=0, TGE", 0, C_NO_HCRX | C_TGE, 2, R_TRAP },
    { "HCRX_EL2.EnFPM=0, E2H", 1, C_NO_HCRX | C_E2H, 2, R_TRAP },
    { "HCRX_EL2.EnFPM=0, E2H and TGE", 0, C_NO_HCRX | C_E2H | C_TGE, -1 },
    { "SCR_EL3.HXEn=0 as HCRX_EL2.EnFPM=0", 1, C_NO_HXEN, 2, R_TRAP },
    { "SCR_EL3.HXEn=0, E2H and TGE", 0, C_NO_HXEN | C_E2H | C_TGE, -1 },
    { "HCRX_EL2.EnFPM=0, Secure, EL2 off", 1, C_NO_HCRX | C_SEC, -1 },
    { "HCRX_EL2.EnFPM=0, Secure, EL2 on", 1, C_NO_HCRX | C_SEC | C_EEL2,
      2, R_TRAP },
    { "SCR_EL3.HXEn=0, Secure, EL2 off", 0, C_NO_HXEN | C_SEC, -1 },
    { "SCR_EL3.HXEn=0, Secure, EL2 on", 0, C_NO_HXEN | C_SEC | C_EEL2,
      2, R_TRAP },

    { "SCR_EL3.EnFPM=0", 0, C_NO_S3, 3, R_TRAP },
    { "SCR_EL3.EnFPM=0", 1, C_NO_S3, 3, R_TRAP },
    { "SCR_EL3.EnFPM=0", 2, C_NO_S3, 3, R_TRAP },
    { "write, SCR_EL3.EnFPM=0", 2, C_NO_S3 | C_WRITE, 3, W_TRAP },
    { "SCR_EL3.EnFPM=0 is not for EL3", 3, C_NO_S3, -1 },
    { "SCR_EL3.EnFPM=0, Secure", 1, C_NO_S3 | C_SEC, 3, R_TRAP },

    { "CPACR_EL1.FPEN=0", 0, C_CPACR(0), 1, FP_TRAP },
    { "CPACR_EL1.FPEN=1", 0, C_CPACR(1), 1, FP_TRAP },
    { "CPACR_EL1.FPEN=2", 0, C_CPACR(2), 1, FP_TRAP },
    { "CPACR_EL1.FPEN=0", 1, C_CPACR(0), 1, FP_TRAP },
    { "CPACR_EL1.FPEN=1", 1, C_CPACR(1), -1 },
    { "CPACR_EL1.FPEN=2", 1, C_CPACR(2), 1, FP_TRAP },
    { "write, CPACR_EL1.FPEN=0", 1, C_CPACR(0) | C_WRITE, 1, FP_TRAP },
    { "CPACR_EL1.FPEN=0 is not for EL2", 2, C_CPACR(0), -1 },
    { "CPACR_EL1.FPEN=1, TGE", 0, C_CPACR(1) | C_TGE, 2, UNDEF },
    { "CPACR_EL1.FPEN=0, E2H and TGE", 0, C_CPACR(0) | C_E2H | C_TGE, -1 },
    { "CPTR_EL2.TFP", 0, C_TFP2, 2, FP_TRAP },
    { "CPTR_EL2.TFP", 1, C_TFP2, 2, FP_TRAP },
    { "CPTR_EL2.TFP", 2, C_TFP2, 2, FP_TRAP },
    { "CPTR_EL2.TFP, TGE", 0, C_TFP2 | C_TGE, 2, FP_TRAP },
    { "CPTR_EL2.TFP, Secure, EL2 off", 1, C_TFP2 | C_SEC, -1 },
    { "CPTR_EL2.TFP, Secure, EL2 on", 1, C_TFP2 | C_SEC | C_EEL2, 2, FP_TRAP },
    { "CPTR_EL2.FPEN=1, E2H", 0, C_CPTR2(1) | C_E2H, -1 },
    { "CPTR_EL2.FPEN=1, E2H and TGE", 0, C_CPTR2(1) | C_E2H | C_TGE,
      2, FP_TRAP },
    { "CPTR_EL2.FPEN=2, E2H", 1, C_CPTR2(2) | C_E2H, 2, FP_TRAP },
    { "CPTR_EL2.FPEN=1, E2H", 2, C_CPTR2(1) | C_E2H, -1 },
    { "CPTR_EL2.FPEN=0, E2H", 2, C_CPTR2(0) | C_E2H, 2, FP_TRAP },
    { "CPTR_EL2.FPEN=1, E2H and TGE", 2, C_CPTR2(1) | C_E2H | C_TGE, -1 },
    { "CPTR_EL2.FPEN=0 is not for EL3", 3, C_CPTR2(0) | C_E2H, -1 },
    { "CPTR_EL2.TFP is not for EL3", 3, C_TFP2, -1 },
    { "CPTR_EL3.TFP", 0, C_TFP3, 3, FP_TRAP },
    { "CPTR_EL3.TFP", 1, C_TFP3, 3, FP_TRAP },
    { "CPTR_EL3.TFP", 2, C_TFP3, 3, FP_TRAP },
    { "CPTR_EL3.TFP", 3, C_TFP3, 3, FP_TRAP },

    /* With EL2 disabled, HCR_EL2 counts as 0. */
    { "SCTLR_EL1.EnFPM=0, TGE, Secure, EL2 off", 0,
      C_NO_S1 | C_TGE | C_SEC, 1, R_TRAP },
    { "SCTLR_EL1.EnFPM=0, E2H and TGE, Secure, EL2 off", 0,
      C_NO_S1 | C_E2H | C_TGE | C_SEC, 1, R_TRAP },
    { "CPTR_EL2.FPEN=0, E2H, Secure, EL2 off", 1,
      C_CPTR2(0) | C_E2H | C_SEC, -1 },

    /* Priority: EnFPM before FP, lower EL before higher within each. */
    { "SCTLR_EL1.EnFPM before HCRX_EL2.EnFPM", 0, C_NO_S1 | C_NO_HCRX,
      1, R_TRAP },
    { "HCRX_EL2.EnFPM before SCR_EL3.EnFPM", 1, C_NO_HCRX | C_NO_S3,
      2, R_TRAP },
    { "HCRX_EL2.EnFPM before CPACR_EL1.FPEN", 1, C_NO_HCRX | C_CPACR(0),
      2, R_TRAP },
    { "SCR_EL3.EnFPM before CPACR_EL1.FPEN", 0, C_NO_S3 | C_CPACR(0),
      3, R_TRAP },
    { "SCR_EL3.EnFPM before CPTR_EL2.TFP", 2, C_NO_S3 | C_TFP2, 3, R_TRAP },
    { "SCTLR_EL1.EnFPM before CPACR_EL1.FPEN, TGE", 0,
      C_NO_S1 | C_CPACR(0) | C_TGE, 2, R_TRAP },
    { "CPACR_EL1.FPEN before CPTR_EL2.TFP", 1, C_CPACR(0) | C_TFP2,
      1, FP_TRAP },
    { "CPACR_EL1.FPEN before CPTR_EL2.FPEN", 1,
      C_CPACR(0) | C_CPTR2(0) | C_E2H, 1, FP_TRAP },
    { "CPTR_EL2.TFP before CPTR_EL3.TFP", 0, C_TFP2 | C_TFP3, 2, FP_TRAP },
};

static void test_rows(void)
{
    const struct row *r;

    for (r = rows; r < rows + ARRAY_SIZE(rows); r++) {
        if (possible(r->el, r->c)) {
            tap_access(r->name, r->el, r->c, EL_TRAP(r->to, r->esr));
        }
    }
}

/* Rt = 31 is XZR, in the ISS too; 30 is the last general register. */
static void test_rt(void)
{
    struct el_result res;
    struct el_regs r;

    set_controls(&r, C_NO_S1);
    check("EL0 MRS XZR, SCTLR_EL1.EnFPM=0", 0, &r, read_xzr,
          EL_TRAP(1, 0x6234d3e9));
    check("EL0 MSR XZR, SCTLR_EL1.EnFPM=0", 0, &r, write_xzr,
          EL_TRAP(1, 0x6234d3e8));
    check("EL0 MRS X30, SCTLR_EL1.EnFPM=0", 0, &r, read_x30,
          EL_TRAP(1, 0x6234d3c9));

    set_controls(&r, 0);
    el_run(0, false, &r, write_xzr, &res);
    fpmr = 0;
    tap_outcome("EL0 MSR XZR, all open", &res, EL_DONE, write_xzr);
    tap_access("reads 0 after MSR XZR", 0, 0, EL_DONE);
}

/*
 * RES0 bits.  K14.7 leaves it to the implementation whether a bit that is
 * RES0 in all contexts can be written.  Here it cannot, and reads as 0.
 */
static void test_bits(void)
{
    uint64_t v, wrong = 0;
    int i;

    el_reset();
    el_write(FPMR, ~0ull);
    v = el_read(FPMR);
    tap_equal("FPMR keeps its fields and no RES0 bit", v, FPMR_FIELDS);
    for (i = 0; i < 64; i++) {
        el_write(FPMR, BIT64(i));
        if (el_read(FPMR) != (BIT64(i) & FPMR_FIELDS)) {
            wrong |= BIT64(i);
        }
    }
    tap_equal("FPMR one bit at a time: bits that differ", wrong, 0);
    el_write(FPMR, 0);
    fpmr = 0;
}

static void test_id(void)
{
    uint64_t pfr2 = el_read(ID_AA64PFR2);
    uint64_t fpfr0 = el_read(ID_AA64FPFR0);
    uint64_t isar3 = el_read(ID_AA64ISAR3);

    fpmr_detect();
    ml_printf("# FPMR %s: PFR2 %lx FPFR0 %lx ISAR3 %lx, start at EL%d%s\n",
              on ? "on" : "off", pfr2, fpfr0, isar3, el_top,
              el_has3 && !el_has2 ? " without EL2" : "");

    /* UINJ 19:16, MTEFAR 11:8, MTESTOREONLY 7:4, MTEPERM 3:0: D24.2.95 */
    tap_equal("ID_AA64PFR2_EL1 unallocated bits",
              pfr2 & ~0xf000f0fffull, 0);
    /* D24.2.83: 31:26 and the formats 1:0 */
    tap_equal("ID_AA64FPFR0_EL1 unallocated bits",
              fpfr0 & ~0xfc000003ull, 0);
    /* D24.2.87 */
    tap_equal("ID_AA64ISAR3_EL1 unallocated bits", isar3 >> 32, 0);

    /* A2.3: FP8 needs FPMR and FAMINMAX, and it is what has formats. */
    tap_equal("ID_AA64FPFR0_EL1 formats are there with FEAT_FP8",
              FIELD64(fpfr0, 0, 2), FIELD64(fpfr0, 31, 1) ? 3 : 0);
    tap_equal("FEAT_FP8 has FPMR and FAMINMAX",
              !FIELD64(fpfr0, 31, 1) || (on && FIELD64(isar3, 4, 4)), true);
    if (on && el_has2) {
        tap_equal("FPMR with EL2 has FEAT_FGT and FEAT_HCX",
                  FIELD64(el_read("id_aa64mmfr0_el1"), 56, 4) && el_has_hcx(),
                  true);
    }
}

EL_STUB(read_pfr2, "mrs x7, " ID_AA64PFR2)
EL_STUB(read_fpfr0, "mrs x7, " ID_AA64FPFR0)
EL_STUB(read_isar3, "mrs x7, " ID_AA64ISAR3)

/* The ID registers seen by EL1, and trapped to a hypervisor by TID3. */
static void test_id_el1(void)
{
    struct el_regs r = el_open;
    struct el_result res;

    el_run(1, false, &r, read_pfr2, &res);
    tap_equal("EL1 reads ID_AA64PFR2_EL1", res.done ? res.x[7] : ~0,
              el_read(ID_AA64PFR2));
    if (!el_has2) {
        return;
    }
    r.hcr_el2 |= HCR_TID3;
    check("EL1 ID_AA64PFR2_EL1, HCR_EL2.TID3", 1, &r, read_pfr2,
          EL_TRAP(2, EL_ESR_SYSREG(3, 0, 0, 4, 2, 7, 1)));
    check("EL1 ID_AA64FPFR0_EL1, HCR_EL2.TID3", 1, &r, read_fpfr0,
          EL_TRAP(2, EL_ESR_SYSREG(3, 0, 0, 4, 7, 7, 1)));
    check("EL1 ID_AA64ISAR3_EL1, HCR_EL2.TID3", 1, &r, read_isar3,
          EL_TRAP(2, EL_ESR_SYSREG(3, 0, 0, 6, 3, 7, 1)));
}

/*
 * The enable bits can be written with FPMR.  Without, they are RES0 in all
 * contexts and, see above, read as 0.
 */
static void test_control_bits(void)
{
    struct el_regs r = el_open;
    uint64_t set, clear;

#define CONTROL(name, field, reg, bit) do {                             \
    r.field |= (bit);                                                   \
    el_load(&r);                                                        \
    set = el_read(reg) & (bit);                                         \
    r.field &= ~(bit);                                                  \
    el_load(&r);                                                        \
    clear = el_read(reg) & (bit);                                       \
    tap_equal(name " after writing 1", set, on ? (bit) : 0);            \
    tap_equal(name " after writing 0", clear, 0);                       \
} while (0)

    CONTROL("SCTLR_EL1.EnFPM", sctlr_el1, "sctlr_el1", SCTLR_ENFPM);
    if (el_has3) {
        CONTROL("SCR_EL3.EnFPM", scr_el3, "scr_el3", SCR_ENFPM);
    }
    if (!el_has2) {
        return;
    }
    if (el_has_hcx()) {
        CONTROL("HCRX_EL2.EnFPM", hcrx_el2, HCRX_EL2, HCRX_ENFPM);
    }
    /*
     * RES0 unless ELIsInHost(EL0) (D24.2.176), that is, in some contexts
     * only; such a bit keeps what is written to it (K14.7).
     */
    if (el_has_vhe()) {
        CONTROL("SCTLR_EL2.EnFPM, not in host", sctlr_el2, "sctlr_el2",
                SCTLR_ENFPM);
        r.hcr_el2 |= HCR_E2H | HCR_TGE;
        r.cptr_el2 = CPACR_OPEN;
        CONTROL("SCTLR_EL2.EnFPM, E2H and TGE", sctlr_el2, "sctlr_el2",
                SCTLR_ENFPM);
    }
#undef CONTROL
}

int main(void)
{
    uint64_t hcrx = 0;
    int el;

    /* HCRX_EL2 resets to 0 where EL2 is the highest EL: D24.2.63 */
    if (FIELD64(el_read("currentel"), 2, 2) == 2 && el_has_hcx()) {
        hcrx = el_read(HCRX_EL2);
    }
    el_setup();
    test_id();
    if (el_top == 2) {
        tap_equal("HCRX_EL2.EnFPM resets to 0", hcrx & HCRX_ENFPM, 0);
    }
    test_id_el1();
    test_control_bits();
    if (on) {
        test_bits();
        test_rows();
        test_rt();
    }
    for (el = 0; el <= el_top; el++) {
        test_matrix(el, 0, "Non-secure");
        test_matrix(el, C_SEC, "Secure, EL2 off");
        test_matrix(el, C_SEC | C_EEL2, "Secure, EL2 on");
    }
    return tap_end();
}
