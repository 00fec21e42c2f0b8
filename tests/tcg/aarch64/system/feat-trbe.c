/*
 * FEAT_TRBE: the registers bit by bit, and every control that traps them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The authority for the traps is the pseudocode of D24.4.1 to D24.4.10, here
 * want_trap(); for TRBIDR_EL1.P the text of D24.4.2, here want_p().  rows[] has
 * literal syndromes, so that an error in the model cannot hide.
 *
 * Words: trbe-on and trbe-off say what ID_AA64DFR0_EL1 must say; without
 * FEAT_TRBE the same runs check that the registers are UNDEFINED.
 */

#define EL_MORE_REGS(R)                                                 \
    R(mdcr_el3, 3, true, "mdcr_el3", MDCR_EL3_OPEN)                     \
    R(mdcr_el2, 2, true, "mdcr_el2", MDCR_EL2_OPEN)                     \
    R(hdfgrtr_el2, 2, el_has_fgt(), "s3_4_c3_c1_4", 0)                  \
    R(hdfgwtr_el2, 2, el_has_fgt(), "s3_4_c3_c1_5", 0)

#define MDCR_NSTB(n)        ((uint64_t)(n) << 24)
#define MDCR_NSTBE          BIT64(26)
#define MDCR_E2TB(n)        ((uint64_t)(n) << 24)
#define MDCR_EL3_OPEN       MDCR_NSTB(3)
#define MDCR_EL2_OPEN       (MDCR_E2TB(3) | 1)      /* HPMN is not 0 */

static int el_has_fgt(void);

#include "armv9-el.h"

static int el_has_fgt(void)
{
    return FIELD64(el_read("id_aa64mmfr0_el1"), 56, 4) != 0;
}

#define SCR_NSE             BIT64(62)

/* One combination of controls; what is expensive to change has high bits. */
#define C_WRITE         BIT64(0)        /* MSR, not MRS */
#define C_FGT           BIT64(1)        /* the HDFGxTR_EL2 bit of the access */
#define C_FGT_CROSS     BIT64(2)        /* the one of the other direction */
#define C_FGT_OTHERS    BIT64(3)        /* those of the other registers */
#define C_E2TB(n)       ((n) << 4)
#define C_NSTB(n)       ((n) << 6)
#define C_NSTBE         BIT64(8)
#define C_NO_FGTEN      BIT64(9)        /* SCR_EL3.FGTEn = 0 */
#define C_E2H           BIT64(10)
#define C_TGE           BIT64(11)
#define C_EEL2          BIT64(12)
#define C_SEC           BIT64(13)       /* SCR_EL3.NS = 0 */
#define C_REALM         BIT64(14)       /* SCR_EL3.NSE = 1 */
#define C_END           BIT64(15)

#define E2TB_OF(c)      FIELD64(c, 4, 2)
#define NSTB_OF(c)      FIELD64(c, 6, 2)
#define C_OPEN          (C_E2TB(3) | C_NSTB(3))

#define ALL_FGT         (FIELD64(~0ull, 0, 7) << 50)

static bool on, rme;

/* In encoding order: op2 of S3_0_C9_C11_op2, FGT bit, bits that are RW */
static struct reg {
    const char *name;
    unsigned op2, fgt;
    uint64_t rw;
    const char *read, *write;
    uint64_t now;               /* what it must hold */
} regs[7];

enum { LIMITR, PTR, BASER, SR, MAR, TRG, IDR };

#define REG(n, num)                                                     \
EL_STUB(read_##n, "mrs x7, s3_0_c9_c11_" #num)                          \
EL_STUB(write_##n, "msr s3_0_c9_c11_" #num ", x9")

REG(limitr, 0)
REG(ptr, 1)
REG(baser, 2)
REG(sr, 3)
REG(mar, 4)
REG(trg, 6)
REG(idr, 7)
/* TRBMPAM_EL1 needs FEAT_TRBE_EXT, TRBSR_EL12 FEAT_TRBE_EXC. */
REG(mpam, 5)
EL_STUB(read_sr12, "mrs x7, s3_5_c9_c11_3")

static void set_reg(int i, const char *name, unsigned op2, unsigned fgt,
                    uint64_t rw, const char *read, const char *write)
{
    regs[i] = (struct reg) { name, op2, fgt, rw, read, write, 0 };
}

/* Addresses of strings and stubs cannot be in a table: nobody relocates. */
static void set_regs(void)
{
    /* D24.4.3: LIMIT, nVM, TM, FM, E */
    set_reg(LIMITR, "TRBLIMITR_EL1", 0, 52, ~0xfffull | 0x3f,
            read_limitr, write_limitr);
    set_reg(PTR, "TRBPTR_EL1", 1, 54, ~0ull, read_ptr, write_ptr);
    set_reg(BASER, "TRBBASER_EL1", 2, 50, ~0xfffull, read_baser, write_baser);
    /* D24.4.7: MSS2, EC, IRQ, TRG, WRAP, EA, S, MSS */
    set_reg(SR, "TRBSR_EL1", 3, 55, 0x00fffffffc76ffffull, read_sr, write_sr);
    /* D24.4.4: SH, Attr */
    set_reg(MAR, "TRBMAR_EL1", 4, 53, 0x3ff, read_mar, write_mar);
    set_reg(TRG, "TRBTRG_EL1", 6, 56, 0xffffffff, read_trg, write_trg);
    set_reg(IDR, "TRBIDR_EL1", 7, 51, 0, read_idr, write_idr);
}

static bool el2_enabled(uint32_t c)
{
    return el_has2 && (!(c & C_SEC) || (c & C_EEL2));
}

static bool possible(int el, uint32_t c)
{
    if (!el_has3 && ((c & (C_NSTBE | C_NO_FGTEN | C_EEL2 | C_SEC | C_REALM)) ||
                     NSTB_OF(c) != 3)) {
        return false;
    }
    if (!el_has2 && ((c & (C_FGT | C_FGT_CROSS | C_FGT_OTHERS | C_NO_FGTEN |
                           C_E2H | C_TGE | C_EEL2)) || E2TB_OF(c) != 3)) {
        return false;
    }
    if (!el_has_fgt() &&
        (c & (C_FGT | C_FGT_CROSS | C_FGT_OTHERS | C_NO_FGTEN))) {
        return false;
    }
    if (((c & C_EEL2) && !el_has_sel2()) || ((c & C_E2H) && !el_has_vhe()) ||
        ((c & (C_NSTBE | C_REALM)) && !rme) ||
        ((c & C_SEC) && (c & C_REALM))) {
        return false;
    }
    return el <= el_top &&
           !(el == 2 && !el2_enabled(c)) &&
           !(el == 1 && el2_enabled(c) && (c & C_TGE));
}

static void set_controls(struct el_regs *r, const struct reg *reg, uint32_t c)
{
    uint64_t fgt = BIT64(reg->fgt), others = 0;

    *r = el_open;
    r->scr_el3 &= c & C_NO_FGTEN ? ~SCR_FGTEN : ~0ull;
    r->scr_el3 |= c & C_EEL2 ? SCR_EEL2 : 0;
    r->scr_el3 |= c & C_REALM ? SCR_NSE : 0;
    r->mdcr_el3 = MDCR_NSTB(NSTB_OF(c)) | (c & C_NSTBE ? MDCR_NSTBE : 0);
    r->hcr_el2 |= c & C_E2H ? HCR_E2H : 0;
    r->hcr_el2 |= c & C_TGE ? HCR_TGE : 0;
    if (c & C_E2H) {
        r->cptr_el2 = CPACR_OPEN;
    }
    r->mdcr_el2 = MDCR_E2TB(E2TB_OF(c)) | 1;
    if (c & C_FGT_OTHERS) {
        others = ALL_FGT & ~fgt;
    }
    r->hdfgrtr_el2 = others |
        (c & (c & C_WRITE ? C_FGT_CROSS : C_FGT) ? fgt : 0);
    r->hdfgwtr_el2 = others |
        (c & (c & C_WRITE ? C_FGT : C_FGT_CROSS) ? fgt : 0);
}

static uint32_t esr_sysreg(const struct reg *reg, uint32_t c)
{
    return EL_ESR_SYSREG(3, 0, 9, 11, reg->op2, c & C_WRITE ? 9 : 7,
                         c & C_WRITE ? 0 : 1);
}

/* CheckMDCR_EL3_NSTBTrap(); of the reserved values see want_p() */
static bool nstb_traps(uint32_t c)
{
    bool nstbe = (c & C_NSTBE) && NSTB_OF(c) >= 2;

    return !(NSTB_OF(c) & 1) || (NSTB_OF(c) >= 2) != !(c & C_SEC) ||
           (rme && nstbe != !!(c & C_REALM));
}

static struct el_want want_trap(const struct reg *reg, int el, uint32_t c)
{
    bool el2 = el2_enabled(c);
    uint32_t esr = esr_sysreg(reg, c);
    bool idr = reg == &regs[IDR];

    if (!on || el == 0 || (idr && (c & C_WRITE))) {
        int to_os = el2 && (c & C_TGE) ? 2 : 1;

        return EL_TRAP(el ? el : to_os, EL_ESR_UNDEF);
    }
    if (el == 1 && el2) {
        if ((c & C_FGT) && !(c & C_NO_FGTEN)) {
            return EL_TRAP(2, esr);
        }
        if (!idr && !(E2TB_OF(c) & 1)) {
            return EL_TRAP(2, esr);
        }
    }
    if (el < 3 && el_has3 && !idr && nstb_traps(c)) {
        return EL_TRAP(3, esr);
    }
    return EL_DONE;
}

/*
 * D24.4.2, P.  The reserved values 0b10x of MDCR_EL3.{NSTBE, NSTB} may be any
 * other; QEMU takes them as 0b00x.
 */
static bool want_p(int el, uint32_t c)
{
    bool e2tb0 = el_has2 && E2TB_OF(c) == 0;

    if (el == 3) {
        return false;
    }
    if (!el_has3) {
        return el == 1 && e2tb0;
    }
    if (NSTB_OF(c) < 2) {
        return !(c & C_SEC) || (el == 1 && (c & C_EEL2) && e2tb0);
    }
    if (c & C_NSTBE) {
        return !(c & C_REALM) || (el == 1 && e2tb0);
    }
    return (c & (C_SEC | C_REALM)) || (el == 1 && e2tb0);
}

static bool access_reg(struct reg *reg, int el, uint32_t c,
                       struct el_want want, struct el_result *res)
{
    static uint64_t next = 0x0123456789abcdef;
    const char *stub = c & C_WRITE ? reg->write : reg->read;
    struct el_regs r;

    next = next * 6364136223846793005ull + 1442695040888963407ull;
    el_args[9] = next;
    el_args[7] = ~reg->now;
    set_controls(&r, reg, c);
    el_run(el, c & C_SEC, &r, stub, res);
    if (!el_match(res, want, stub)) {
        return false;
    }
    if (!res->done) {
        return true;
    }
    if (c & C_WRITE) {
        reg->now = next & reg->rw;
        return true;
    }
    return res->x[7] == (reg == &regs[IDR] ? 0x20 | want_p(el, c) << 4
                                           : reg->now);
}

static void test_matrix(int el, uint32_t state, const char *name)
{
    uint32_t c, count = 0, wrong = 0;
    struct el_result res;
    int i;

    for (c = 0; c < C_END; c++) {
        if ((c & (C_SEC | C_REALM)) != state || !possible(el, c)) {
            continue;
        }
        for (i = 0; i < ARRAY_SIZE(regs); i++) {
            struct el_want want = want_trap(&regs[i], el, c);

            count++;
            if (!access_reg(&regs[i], el, c, want, &res) && wrong++ < 5) {
                TAP_PREPARE();
                ml_printf("# %s, controls %lx: expected ", regs[i].name,
                          (uint64_t)c);
                tap_want(want);
                ml_printf(", got ");
                tap_got(&res);
                ml_printf(", X7 %lx\n", res.x[7]);
            }
        }
    }
    if (count) {
        tap_head(!wrong);
        ml_printf("EL%d %s: %d accesses", el, name, count);
        if (wrong) {
            ml_printf(" # why: expected 0 differences, got %d", wrong);
        }
        ml_printf("\n");
    }
}

/* Literal syndromes; 0x62300000 is S3_0_C9_C11_0 with op2, Rt added */
static void row(const char *name, int i, int el, uint32_t c, int to,
                uint32_t esr)
{
    struct el_result res;
    bool ok;

    if (!possible(el, c)) {
        return;
    }
    ok = access_reg(&regs[i], el, c, EL_TRAP(to, esr), &res);
    tap_head(ok);
    ml_printf("EL%d %s, %s", el, regs[i].name, name);
    if (!ok) {
        ml_printf(" # why: expected ");
        tap_want(EL_TRAP(to, esr));
        ml_printf(", got ");
        tap_got(&res);
        ml_printf(", X7 %lx", res.x[7]);
    }
    ml_printf("\n");
}

static void test_rows(void)
{
    row("read, all open", LIMITR, 1, C_OPEN, -1, 0);
    row("write, all open", SR, 1, C_OPEN | C_WRITE, -1, 0);
    row("read, all open", PTR, 2, C_OPEN, -1, 0);
    row("read, all open", PTR, 3, C_OPEN, -1, 0);
    row("read", LIMITR, 0, C_OPEN, 1, 0x02000000);
    row("write", IDR, 1, C_OPEN | C_WRITE, 1, 0x02000000);

    row("read, E2TB 0", LIMITR, 1, C_E2TB(0) | C_NSTB(3), 2, 0x623024f7);
    row("read, E2TB 2", PTR, 1, C_E2TB(2) | C_NSTB(3), 2, 0x623224f7);
    row("read, E2TB 1", PTR, 1, C_E2TB(1) | C_NSTB(3), -1, 0);
    row("write, E2TB 0", BASER, 1, C_E2TB(0) | C_NSTB(3) | C_WRITE, 2,
        0x62342536);
    row("write, E2TB 0", SR, 1, C_E2TB(0) | C_NSTB(3) | C_WRITE, 2,
        0x62362536);
    row("read, E2TB 0", MAR, 1, C_E2TB(0) | C_NSTB(3), 2, 0x623824f7);
    row("read, E2TB 0", TRG, 1, C_E2TB(0) | C_NSTB(3), 2, 0x623c24f7);
    row("read, E2TB 0, not trapped", IDR, 1, C_E2TB(0) | C_NSTB(3), -1, 0);
    row("read, E2TB 0 is not for EL2", PTR, 2, C_E2TB(0) | C_NSTB(3), -1, 0);
    row("read, E2TB 0, Secure, EL2 off", PTR, 1,
        C_E2TB(0) | C_NSTB(1) | C_SEC, -1, 0);
    row("read, E2TB 0, Secure, EL2 on", PTR, 1,
        C_E2TB(0) | C_NSTB(1) | C_SEC | C_EEL2, 2, 0x623224f7);

    row("read, NSTB 2", PTR, 1, C_E2TB(3) | C_NSTB(2), 3, 0x623224f7);
    row("read, NSTB 2", PTR, 2, C_E2TB(3) | C_NSTB(2), 3, 0x623224f7);
    row("read, NSTB 1", PTR, 2, C_E2TB(3) | C_NSTB(1), 3, 0x623224f7);
    row("read, NSTB 1, Secure", PTR, 1, C_E2TB(3) | C_NSTB(1) | C_SEC, -1, 0);
    row("read, NSTB 3, Secure", PTR, 1, C_E2TB(3) | C_NSTB(3) | C_SEC, 3,
        0x623224f7);
    row("read, NSTB 0", PTR, 3, C_E2TB(3) | C_NSTB(0), -1, 0);
    row("read, NSTB 0, not trapped", IDR, 1, C_E2TB(3) | C_NSTB(0), -1, 0);
    row("read, E2TB before NSTB", PTR, 1, C_E2TB(0) | C_NSTB(0), 2,
        0x623224f7);

    row("read, HDFGRTR_EL2", IDR, 1, C_OPEN | C_FGT, 2, 0x623e24f7);
    row("read, HDFGRTR_EL2", TRG, 1, C_OPEN | C_FGT, 2, 0x623c24f7);
    row("write, HDFGWTR_EL2", TRG, 1, C_OPEN | C_FGT | C_WRITE, 2,
        0x623c2536);
    row("write, HDFGRTR_EL2", TRG, 1, C_OPEN | C_FGT_CROSS | C_WRITE, -1, 0);
    row("read, HDFGRTR_EL2 before NSTB", PTR, 1,
        C_E2TB(3) | C_NSTB(0) | C_FGT, 2, 0x623224f7);
}

/* At the monitor's EL nothing traps. */
static void test_bits(void)
{
    struct el_regs r = el_open;
    struct el_result res;
    int i, bit;

    for (i = 0; i < ARRAY_SIZE(regs) - 1; i++) {
        uint64_t wrong = 0;

        for (bit = 0; bit < 64; bit++) {
            el_args[9] = BIT64(bit);
            el_run(el_top, false, &r, regs[i].write, &res);
            el_run(el_top, false, &r, regs[i].read, &res);
            if (res.x[7] != (BIT64(bit) & regs[i].rw)) {
                wrong |= BIT64(bit);
            }
        }
        tap_head(!wrong);
        ml_printf("%s bit by bit", regs[i].name);
        if (wrong) {
            ml_printf(" # why: expected 0, got %lx", wrong);
        }
        ml_printf("\n");
        el_args[9] = 0;
        el_run(el_top, false, &r, regs[i].write, &res);
    }
    el_run(el_top, false, &r, read_idr, &res);
    tap_equal("TRBIDR_EL1", res.x[7], 0x20);
}

static void test_absent(void)
{
    struct el_regs r = el_open;
    struct el_result res;

    el_run(el_top, false, &r, read_mpam, &res);
    tap_outcome("TRBMPAM_EL1", &res, EL_TRAP(el_top, EL_ESR_UNDEF),
                read_mpam);
    el_run(el_top, false, &r, read_sr12, &res);
    tap_outcome("TRBSR_EL12", &res, EL_TRAP(el_top, EL_ESR_UNDEF), read_sr12);
}

int main(void)
{
    uint64_t limitr = 0, sr = 0;
    int el;

    set_regs();
    on = FIELD64(el_read("id_aa64dfr0_el1"), 44, 4) != 0;
    if (on) {
        limitr = el_read("s3_0_c9_c11_0");
        sr = el_read("s3_0_c9_c11_3");
    }
    el_setup();
    /* D24.4.3: E is 0.  QEMU has 0 where the value is UNKNOWN. */
    tap_equal("TRBLIMITR_EL1 after reset", limitr, 0);
    tap_equal("TRBSR_EL1 after reset", sr, 0);
    rme = el_has3 && FIELD64(el_read("id_aa64pfr0_el1"), 52, 4) != 0;
    tap_equal("FEAT_TRBE as the command line says",
              on, tap_arg("trbe-on") || (on && !tap_arg("trbe-off")));
    test_absent();
    if (on) {
        test_bits();
        test_rows();
    }
    for (el = 0; el <= el_top; el++) {
        test_matrix(el, 0, "Non-secure");
        test_matrix(el, C_SEC, "Secure");
        test_matrix(el, C_REALM, "Realm");
    }
    return tap_end();
}
