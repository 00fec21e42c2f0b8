/*
 * FEAT_FP8*, FEAT_FAMINMAX, FEAT_LUT: who may execute what, and where
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every encoding is executed at every EL: with all controls open, with FPMR
 * closed (CheckFPMREnabled() in J1.1: UNDEFINED, not trapped), and in
 * Streaming SVE mode with and without FEAT_SME_FA64.  Some of them see the
 * product of all controls, as feat-fpmr.c does for FPMR itself.  The results
 * are in feat-fp8-results.c.
 *
 * Words for a run: fpmr-on, fp8-on, faminmax-on, lut-on, sve-on and the same
 * with -off say what the ID registers must say.
 */

#define EL_MORE_REGS(R)                                                 \
    R(smcr_el1, 1, has_sme(), "s3_0_c1_c2_6", SMCR_OPEN)                \
    R(smcr_el2, 2, has_sme(), "s3_4_c1_c2_6", SMCR_OPEN)                \
    R(smcr_el3, 3, has_sme(), "s3_6_c1_c2_6", SMCR_OPEN)                \
    R(zcr_el1, 1, has_sve(), "s3_0_c1_c2_0", 15)                        \
    R(zcr_el2, 2, has_sve(), "s3_4_c1_c2_0", 15)                        \
    R(zcr_el3, 3, has_sve(), "s3_6_c1_c2_0", 15)

#define SMCR_FA64       (1ull << 31)
#define SMCR_OPEN       (SMCR_FA64 | 15)

static _Bool has_sve(void);
static _Bool has_sme(void);

#include "armv9-fpmr-controls.h"

#define SMSTART_SM      ".inst 0xd503437f"
#define SMSTOP_SM       ".inst 0xd503427f"

#define ESR_SVE         EL_ESR(0x19, 0)
#define ESR_STREAMING   EL_ESR(0x1d, 1)         /* illegal in that mode */

static bool has_sve(void)
{
    return FIELD64(el_read("id_aa64pfr0_el1"), 32, 4) != 0;
}

static bool has_sme(void)
{
    return FIELD64(el_read("id_aa64pfr1_el1"), 24, 4) != 0;
}

enum feature {
    FAMINMAX, LUT, FSCALE, FP8, FP8FMA, FP8DOT2, FP8DOT4, SVE, RESERVED,
};
enum unit { V, Z };

static const struct encoding {
    const char *name;
    enum feature feature;
    enum unit unit;
    uint32_t ones;
} encodings[] = {
#define ENCODING(name, feature, unit, ones, free)                       \
    { name, feature, unit, ones },
#include "armv9-fp8-encodings.h.inc"
#undef ENCODING
};

static bool present[RESERVED + 1];
static bool sve, sme, fa64;

/* An instruction is written there; the MMU is off. */
EL_STUB(slot, ".inst 0")
EL_STUB(streaming, SMSTART_SM "\n.inst 0\n" SMSTOP_SM)
/* After the SMSTART */
#define streaming_slot  (streaming + 4)

static void write_slot(const char *at, uint32_t insn)
{
    *(uint32_t *)at = insn;
    asm volatile("dc cvau, %0\ndsb ish\nic ivau, %0\ndsb ish\nisb"
                 : : "r"(at) : "memory");
}

/* A field must be what the run demands; then the feature is there or not. */
static void detect(const char *name, const char *word_on,
                   const char *word_off, uint64_t field, uint64_t value)
{
    tap_head((field == 0 || field == value) &&
             !(tap_arg(word_on) && field == 0) &&
             !(tap_arg(word_off) && field != 0));
    ml_printf("%s is %d\n", name, (int)field);
}

static void detect_all(void)
{
    uint64_t fpfr0 = el_read(ID_AA64FPFR0);
    uint64_t isar2 = el_read("s3_0_c0_c6_2");
    uint64_t isar3 = el_read(ID_AA64ISAR3);

    fpmr_detect();
    present[FP8] = present[FSCALE] = FIELD64(fpfr0, 31, 1);
    present[FP8FMA] = FIELD64(fpfr0, 30, 1);
    present[FP8DOT4] = FIELD64(fpfr0, 29, 1);
    present[FP8DOT2] = FIELD64(fpfr0, 28, 1);
    present[FAMINMAX] = FIELD64(isar3, 4, 4);
    present[LUT] = FIELD64(isar2, 56, 4);
    present[SVE] = sve = has_sve();
    sme = has_sme();
    fa64 = sme && FIELD64(el_read("s3_0_c0_c4_5"), 63, 1);

    /* All of FEAT_FP8* with both formats, or nothing; no other bits */
    detect("ID_AA64FPFR0_EL1", "fp8-on", "fp8-off", fpfr0, 0xf0000003);
    detect("ID_AA64ISAR3_EL1", "faminmax-on", "faminmax-off", isar3, 0x10);
    detect("ID_AA64ISAR2_EL1.LUT", "lut-on", "lut-off",
           FIELD64(isar2, 56, 4), 1);
    detect("ID_AA64PFR0_EL1.SVE", "sve-on", "sve-off", sve, 1);
    /* The base has no SME2, so no FEAT_SSVE_FP8*, FEAT_SME_F8F32 and such. */
    tap_equal("ID_AA64PFR1_EL1.SME is not 2",
              FIELD64(el_read("id_aa64pfr1_el1"), 24, 4) <= 1, 1);
    tap_equal("ID_AA64SMFR0_EL1 has nothing of SME2 or FP8",
              sme ? el_read("s3_0_c0_c4_5") & 0x1f00030070000000 : 0, 0);
    /* A2.3, FEAT_FP8 */
    tap_equal("FEAT_FP8 has FEAT_FPMR, FEAT_FAMINMAX, FEAT_LUT",
              !present[FP8] || (on && present[FAMINMAX] && present[LUT]), 1);
}

static bool reads_fpmr(const struct encoding *e)
{
    return e->feature >= FP8 && e->feature <= FP8DOT4;
}

/* The pages: decode, CheckFPMREnabled(), FP or SVE, Streaming SVE mode */
static struct el_want want_insn(const struct encoding *e, int el, uint32_t c,
                                bool in_streaming, bool fa64_enabled)
{
    struct el_want undef = EL_TRAP(own_el(el, c), EL_ESR_UNDEF);
    struct el_want want;

    if (!present[e->feature] || (e->unit == Z && !sve)) {
        return undef;
    }
    if (reads_fpmr(e) && want_enfpm(el, c)) {
        return undef;
    }
    want = want_fp(el, c);
    if (want.el < 0 && in_streaming && !fa64_enabled && e->feature != SVE) {
        want = EL_TRAP(own_el(el, c), ESR_STREAMING);
    }
    return want;
}

/* One line for all encodings under the same controls */
static void test_encodings(const char *name, int el, uint32_t c,
                           const char *stub, const char *at,
                           bool fa64_enabled)
{
    unsigned wrong = 0, i;
    struct el_result res;
    struct el_want want;
    struct el_regs r;

    if (!possible(el, c) || (el == 2 && !el_has2)) {
        return;
    }
    for (i = 0; i < ARRAY_SIZE(encodings); i++) {
        set_controls(&r, c);
        if (!fa64_enabled) {
            r.smcr_el1 = r.smcr_el2 = r.smcr_el3 = 15;
        }
        write_slot(at, encodings[i].ones);
        el_run(el, false, &r, stub, &res);
        if (stub == streaming) {
            el_reset();
            asm volatile(SMSTOP_SM);
        }
        want = want_insn(&encodings[i], el, c, stub == streaming,
                         fa64_enabled);
        if (!el_match(&res, want, at) && !wrong++) {
            tap_head(false);
            ml_printf("EL%d %s: %s # why: expected ", el, name,
                      encodings[i].name);
            tap_want(want);
            ml_printf(", got ");
            tap_got(&res);
            ml_printf("\n");
        }
    }
    if (!wrong) {
        tap_head(true);
        ml_printf("EL%d %s: %d encodings\n", el, name,
                  (int)ARRAY_SIZE(encodings));
    }
}

/* The product of all controls for one encoding */
static void test_matrix(const struct encoding *e, int el, uint32_t state,
                        const char *name)
{
    struct { uint32_t c; struct el_want want; struct el_result res; } bad;
    uint32_t c, count = 0, wrong = 0;
    struct el_result res;
    struct el_want want;
    struct el_regs r;

    write_slot(slot, e->ones);
    for (c = 0; c < C_END; c++) {
        if ((c & (C_SEC | C_EEL2)) != state || (c & C_WRITE) ||
            !possible(el, c)) {
            continue;
        }
        count++;
        set_controls(&r, c);
        el_run(el, c & C_SEC, &r, slot, &res);
        want = want_insn(e, el, c, false, false);
        if (!el_match(&res, want, slot) && !wrong++) {
            bad.c = c;
            bad.want = want;
            bad.res = res;
        }
    }
    if (!count) {
        return;
    }
    tap_head(!wrong);
    ml_printf("EL%d %s, %s: %d combinations", el, name, e->name, count);
    if (wrong) {
        ml_printf(" # why: %d are different, the first:", wrong);
        print_controls(bad.c);
        ml_printf(": expected ");
        tap_want(bad.want);
        ml_printf(", got ");
        tap_got(&bad.res);
    }
    ml_printf("\n");
}

static const struct encoding *find(const char *name)
{
    unsigned i, k;

    for (i = 0; i < ARRAY_SIZE(encodings); i++) {
        for (k = 0; name[k] && encodings[i].name[k] == name[k]; ) {
            k++;
        }
        if (name[k] == encodings[i].name[k]) {
            return &encodings[i];
        }
    }
    return NULL;
}

/* Literal outcomes, not from the model */
static void test_row(const char *name, const char *insn, int el,
                     const struct el_regs *r, int to, uint32_t esr)
{
    struct el_result res;

    if (el > el_top || to > el_top || (el == 2 && !el_has2) ||
        (to == 2 && !el_has2)) {
        return;
    }
    write_slot(slot, find(insn)->ones);
    el_run(el, false, r, slot, &res);
    tap_outcome(name, &res, (struct el_want) { to, esr }, slot);
}

static void test_rows(void)
{
    struct el_regs open, r;

    fpmr_open(&open);
    test_row("EL0 F1CVTL", "f1cvtl v", 0, &open, -1, 0);
    r = open;
    r.sctlr_el1 &= ~SCTLR_ENFPM;
    test_row("EL0 F1CVTL, SCTLR_EL1.EnFPM=0", "f1cvtl v", 0, &r,
             1, 0x02000000);
    test_row("EL1 F1CVTL, SCTLR_EL1.EnFPM=0", "f1cvtl v", 1, &r, -1, 0);
    test_row("EL0 FSCALE does not read FPMR", "fscale v.4s", 0, &r, -1, 0);
    test_row("EL0 FAMAX does not read FPMR", "famax v.4s", 0, &r, -1, 0);
    test_row("EL0 LUTI2 does not read FPMR", "luti2 v.8h", 0, &r, -1, 0);
    r = open;
    r.hcrx_el2 &= ~HCRX_ENFPM;
    if (el_has2) {
        /* Where MRS would trap to EL2: it is UNDEFINED at EL1. */
        test_row("EL1 FDOT, HCRX_EL2.EnFPM=0", "fdot v.4s", 1, &r,
                 1, 0x02000000);
    }
    r = open;
    r.scr_el3 &= ~SCR_ENFPM;
    if (el_has3) {
        test_row("EL1 FMLALB, SCR_EL3.EnFPM=0", "fmlalb v", 1, &r,
                 1, 0x02000000);
        test_row("EL2 FMLALB, SCR_EL3.EnFPM=0", "fmlalb v", 2, &r,
                 2, 0x02000000);
        test_row("EL3 FMLALB, SCR_EL3.EnFPM=0", "fmlalb v", 3, &r, -1, 0);
    }
    r = open;
    r.cpacr_el1 &= ~CPACR_FPEN(3);
    test_row("EL0 FCVTN, CPACR_EL1.FPEN=0", "fcvtn v.8b, 4h", 0, &r,
             1, 0x1fe00000);
    test_row("EL1 FAMIN, CPACR_EL1.FPEN=0", "famin v.2d", 1, &r,
             1, 0x1fe00000);
    r.sctlr_el1 &= ~SCTLR_ENFPM;
    test_row("EL0 FCVTN, FPMR comes before FPEN", "fcvtn v.8b, 4h", 0, &r,
             1, 0x02000000);
    if (!sve) {
        return;
    }
    r = open;
    r.cpacr_el1 &= ~CPACR_ZEN(3);
    test_row("EL0 F1CVT (SVE), CPACR_EL1.ZEN=0", "f1cvt z", 0, &r,
             1, 0x66000000);
    test_row("EL0 F1CVTL, CPACR_EL1.ZEN=0", "f1cvtl v", 0, &r, -1, 0);
    test_row("EL1 LUTI4 (SVE), CPACR_EL1.ZEN=0", "luti4 z.b", 1, &r,
             1, 0x66000000);
    r.sctlr_el1 &= ~SCTLR_ENFPM;
    test_row("EL0 F1CVT (SVE), FPMR comes before ZEN", "f1cvt z", 0, &r,
             1, 0x02000000);
    test_row("EL0 FAMAX (SVE) does not read FPMR", "famax z.s", 0, &r,
             1, 0x66000000);
    r = open;
    r.cptr_el2 |= BIT64(8);             /* TZ */
    test_row("EL1 FMLALB (SVE), CPTR_EL2.TZ", "fmlalb z", 1, &r,
             el_has2 ? 2 : -1, 0x66000000);
    r = open;
    r.cptr_el3 &= ~BIT64(8);            /* EZ */
    test_row("EL2 FDOT (SVE), CPTR_EL3.EZ=0", "fdot z.s", 2, &r,
             el_has3 ? 3 : -1, 0x66000000);
    /* A table of 256 bits needs a vector of 256 bits, after the traps. */
    r = open;
    r.zcr_el1 = 0;
    test_row("EL1 LUTI4 of one register, VL 128", "luti4 z.h", 1, &r,
             1, 0x02000000);
    test_row("EL1 LUTI4 of two registers, VL 128", "luti4 z.h, 2", 1, &r,
             -1, 0);
    if (el_top == 1) {
        return;                         /* ZEN is for the monitor, too. */
    }
    r.cpacr_el1 &= ~CPACR_ZEN(3);
    test_row("EL1 LUTI4 of one register, VL 128, ZEN=0", "luti4 z.h", 1, &r,
             1, 0x66000000);
}

int main(void)
{
    static const char *const matrix[] = {
        "f1cvtl v", "fdot z.s, index", "famax v.4s", "luti2 z.b",
    };
    unsigned i;
    int el;

    el_setup();
    detect_all();
    for (el = 0; el <= el_top; el++) {
        test_encodings("all open", el, 0, slot, slot, true);
        test_encodings("SCTLR_EL1.EnFPM=0", el, C_NO_S1, slot, slot, true);
        test_encodings("SCTLR_EL2.EnFPM=0, E2H, TGE", el,
                       C_NO_S2 | C_E2H | C_TGE, slot, slot, true);
        test_encodings("HCRX_EL2.EnFPM=0", el, C_NO_HCRX, slot, slot, true);
        test_encodings("SCR_EL3.HXEn=0", el, C_NO_HXEN, slot, slot, true);
        test_encodings("SCR_EL3.EnFPM=0", el, C_NO_S3, slot, slot, true);
        test_encodings("CPACR_EL1.FPEN=0", el, C_CPACR(0), slot, slot, true);
    }
    for (el = 0; sme && el <= el_top; el++) {
        test_encodings("streaming", el, 0, streaming, streaming_slot, false);
        test_encodings("streaming, FPMR closed", el, C_NO_S1 | C_NO_S3,
                       streaming, streaming_slot, false);
        if (fa64) {
            test_encodings("streaming, FA64", el, 0, streaming,
                           streaming_slot, true);
        }
    }
    if (present[FP8] && present[FAMINMAX] && present[LUT]) {
        test_rows();
        for (i = 0; i < ARRAY_SIZE(matrix); i++) {
            for (el = 0; el <= el_top; el++) {
                test_matrix(find(matrix[i]), el, 0, "Non-secure");
                test_matrix(find(matrix[i]), el, C_SEC, "Secure");
                test_matrix(find(matrix[i]), el, C_SEC | C_EEL2,
                            "Secure, EL2 on");
            }
        }
    }
    return tap_end();
}
