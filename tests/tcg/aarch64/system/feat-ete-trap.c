/*
 * FEAT_ETE: every control that traps the registers of the trace unit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The authority is the access pseudocode of the register pages; it is the
 * same for all of them but for the fine-grained trap.  It is written down
 * twice: as want_reg(), over all registers and combinations of controls, and
 * as rows[], with literal syndromes.
 */

#include "armv9-ete.h"

/* A set bit is a deviation from "everything open, Non-secure, not in host". */
#define C_WRITE     BIT64(0)    /* MSR, not MRS */
#define C_CPACR     BIT64(1)    /* CPACR_EL1.TTA */
#define C_CPTR2     BIT64(2)    /* CPTR_EL2.TTA, where it is */
#define C_CPTR2_NOT BIT64(3)    /* the bit where it is not */
#define C_CPTR3     BIT64(4)    /* CPTR_EL3.TTA */
#define C_FGT       BIT64(5)    /* this register's bit in HDFGxTR_EL2 */
#define C_FGT_NOT   BIT64(6)    /* all other bits for registers of ETE */
#define C_NO_FGTEN  BIT64(7)    /* SCR_EL3.FGTEn = 0 */
#define C_E2H       BIT64(8)    /* HCR_EL2 */
#define C_TGE       BIT64(9)
#define C_SEC       BIT64(10)   /* SCR_EL3.NS = 0 */
#define C_EEL2      BIT64(11)   /* SCR_EL3.EEL2 = 1, when Secure */
#define C_END       BIT64(12)

#define C_NEEDS_EL3 (C_CPTR3 | C_NO_FGTEN | C_SEC | C_EEL2)
#define C_NEEDS_EL2 (C_CPTR2 | C_CPTR2_NOT | C_FGT | C_FGT_NOT |    \
                     C_NO_FGTEN | C_E2H | C_TGE | C_EEL2)

#define TTA_28      BIT64(28)   /* CPACR_EL1; CPTR_EL2 with E2H */
#define TTA_20      BIT64(20)   /* CPTR_EL3; CPTR_EL2 without */
#define FGT_ETE     0x0001fb3e00000000ull

static bool el2_enabled(uint32_t c)
{
    return el_has2 && (!(c & C_SEC) || (c & C_EEL2));
}

static bool possible(int el, uint32_t c)
{
    if ((!el_has3 && (c & C_NEEDS_EL3)) || (!el_has2 && (c & C_NEEDS_EL2))) {
        return false;
    }
    if ((c & C_EEL2) && (!(c & C_SEC) || !el_has_sel2())) {
        return false;
    }
    if (!el_has_vhe() && (c & C_E2H)) {
        return false;
    }
    /* With E2H bit 20 of CPTR_EL2 is one of FPEN; nothing here uses FP. */
    if (!ete_has_fgt() && (c & (C_FGT | C_FGT_NOT | C_NO_FGTEN))) {
        return false;
    }
    return el <= el_top &&
           !(el == 2 && !el2_enabled(c)) &&
           !(el == 1 && el2_enabled(c) && (c & C_TGE));
}

static void set_controls(const struct ete_reg *reg, struct el_regs *r,
                         uint32_t c)
{
    uint64_t tta = c & C_E2H ? TTA_28 : TTA_20;
    uint64_t other = c & C_E2H ? TTA_20 : TTA_28;
    uint64_t fgt = c & C_FGT ? BIT64(reg->fgt) : 0;

    fgt |= c & C_FGT_NOT ? FGT_ETE & ~BIT64(reg->fgt) : 0;
    *r = el_open;
    r->scr_el3 &= c & C_NO_FGTEN ? ~SCR_FGTEN : ~0ull;
    r->scr_el3 |= c & C_EEL2 ? SCR_EEL2 : 0;
    r->cptr_el3 |= c & C_CPTR3 ? TTA_20 : 0;
    r->cpacr_el1 |= c & C_CPACR ? TTA_28 : 0;
    r->hcr_el2 |= c & C_E2H ? HCR_E2H : 0;
    r->hcr_el2 |= c & C_TGE ? HCR_TGE : 0;
    r->cptr_el2 = c & C_E2H ? CPACR_OPEN & ~TTA_20 : CPTR_EL2_OPEN;
    r->cptr_el2 |= c & C_CPTR2 ? tta : 0;
    r->cptr_el2 |= c & C_CPTR2_NOT ? other : 0;
    r->hdfgrtr_el2 = c & C_WRITE ? ~fgt & FGT_ETE : fgt;
    r->hdfgwtr_el2 = c & C_WRITE ? fgt : ~fgt & FGT_ETE;
}

static uint32_t esr_of(const struct ete_reg *r, uint32_t c)
{
    return ete_esr(r->crn, r->crm, r->op2, c & C_WRITE);
}

/* The pages' pseudocode, in its order */
static struct el_want want_reg(const struct ete_reg *r, int el, uint32_t c)
{
    bool el2 = el2_enabled(c);
    bool fgt = el2 && (c & C_FGT) && !(c & C_NO_FGTEN);
    uint32_t esr = esr_of(r, c);

    if (!ete_on || el == 0 || ((c & C_WRITE) && !r->msr) ||
        !ete_find(r->crn, r->crm, r->op2)) {
        return EL_TRAP(el ? el : el2 && (c & C_TGE) ? 2 : 1, EL_ESR_UNDEF);
    }
    if (el == 1 && (c & C_CPACR)) {
        return EL_TRAP(1, esr);
    }
    if (el <= 2 && el2 && (c & C_CPTR2)) {
        return EL_TRAP(2, esr);
    }
    if (el == 1 && fgt) {
        return EL_TRAP(2, esr);
    }
    if (c & C_CPTR3) {
        return EL_TRAP(3, esr);
    }
    return EL_DONE;
}

static bool access_reg(const struct ete_reg *reg, int el, uint32_t c,
                       struct el_want want, struct el_result *res)
{
    struct el_regs r;

    el_args[7] = el_args[9] = 0;
    ete_make(reg->crn, reg->crm, reg->op2, c & C_WRITE);
    set_controls(reg, &r, c);
    el_run(el, c & C_SEC, &r, ETE_STUB, res);
    return el_match(res, want, ETE_STUB);
}

static void print_controls(uint32_t c)
{
    static const char *const names[] = {
        "MSR", "CPACR_EL1.TTA", "CPTR_EL2.TTA", "CPTR_EL2.not-TTA",
        "CPTR_EL3.TTA", "FGT", "other-FGT", "SCR_EL3.FGTEn=0", "E2H", "TGE",
        "Secure", "EEL2",
    };

    tap_bits(c, names, ARRAY_SIZE(names));
}

/* The product of all controls for all registers, one line for each EL. */
static void test_matrix(int el)
{
    struct el_result res;
    const struct ete_reg *r;
    uint32_t c, count = 0, wrong = 0;

    for (r = ete_regs; r < ete_regs + ARRAY_SIZE(ete_regs); r++) {
        for (c = 0; c < C_END; c++) {
            /* All controls for one register of each kind, fewer for others */
            bool whole = r->fgt != 33 && r->fgt != 40;

            if (!possible(el, c) || (!whole && (c & (C_SEC | C_FGT_NOT)))) {
                continue;
            }
            count++;
            if (!access_reg(r, el, c, want_reg(r, el, c), &res) &&
                wrong++ < 5) {
                TAP_PREPARE();
                ml_printf("# EL%d %s", el, r->name);
                print_controls(c);
                ml_printf(": expected ");
                tap_want(want_reg(r, el, c));
                ml_printf(", got ");
                tap_got(&res);
                ml_printf("\n");
            }
        }
    }
    tap_head(!wrong);
    ml_printf("EL%d: %d combinations", el, count);
    if (wrong) {
        ml_printf(" # why: expected 0 differences, got %d", wrong);
    }
    ml_printf("\n");
}

/* Literal values: MRS X7 and MSR X9 of TRCPRGCTLR */
#define R_TRAP      0x622040e3
#define W_TRAP      0x62204122

static const struct row {
    const char *name;
    int el;
    uint32_t c;
    int to;             /* -1: runs */
    uint32_t esr;
} rows[] = {
    { "read, all open", 1, 0, -1 },
    { "write, all open", 1, C_WRITE, -1 },
    { "read, all open", 2, 0, -1 },
    { "read, all open", 3, 0, -1 },
    { "read, CPACR_EL1.TTA", 1, C_CPACR, 1, R_TRAP },
    { "write, CPACR_EL1.TTA", 1, C_CPACR | C_WRITE, 1, W_TRAP },
    { "CPACR_EL1.TTA, E2H", 1, C_CPACR | C_E2H, 1, R_TRAP },
    { "CPACR_EL1.TTA is not for EL2", 2, C_CPACR, -1 },
    { "CPTR_EL2.TTA", 1, C_CPTR2, 2, R_TRAP },
    { "CPTR_EL2.TTA", 2, C_CPTR2, 2, R_TRAP },
    { "CPTR_EL2.TTA, E2H", 1, C_CPTR2 | C_E2H, 2, R_TRAP },
    { "CPTR_EL2.TTA, E2H, TGE", 2, C_CPTR2 | C_E2H | C_TGE, 2, R_TRAP },
    { "CPTR_EL2.TTA is not for EL3", 3, C_CPTR2, -1 },
    { "CPTR_EL2.TTA, Secure, EL2 off", 1, C_CPTR2 | C_SEC, -1 },
    { "HDFGRTR_EL2.TRCPRGCTLR", 1, C_FGT, 2, R_TRAP },
    { "HDFGWTR_EL2.TRCPRGCTLR", 1, C_FGT | C_WRITE, 2, W_TRAP },
    { "HDFGRTR_EL2.TRCPRGCTLR is not for EL2", 2, C_FGT, -1 },
    { "CPTR_EL3.TTA", 1, C_CPTR3, 3, R_TRAP },
    { "CPTR_EL3.TTA", 2, C_CPTR3, 3, R_TRAP },
    { "CPTR_EL3.TTA", 3, C_CPTR3, 3, R_TRAP },
    { "CPACR_EL1.TTA before CPTR_EL2.TTA", 1, C_CPACR | C_CPTR2, 1, R_TRAP },
    { "CPACR_EL1.TTA before HDFGRTR_EL2", 1, C_CPACR | C_FGT, 1, R_TRAP },
    { "CPACR_EL1.TTA before CPTR_EL3.TTA", 1, C_CPACR | C_CPTR3, 1, R_TRAP },
    { "CPTR_EL2.TTA before CPTR_EL3.TTA", 2, C_CPTR2 | C_CPTR3, 2, R_TRAP },
    { "HDFGRTR_EL2 before CPTR_EL3.TTA", 1, C_FGT | C_CPTR3, 2, R_TRAP },
};

static void test_rows(void)
{
    const struct row *row;
    struct el_result res;

    for (row = rows; row < rows + ARRAY_SIZE(rows); row++) {
        struct el_want want = EL_TRAP(row->to, row->esr);
        bool ok;

        if (!possible(row->el, row->c)) {
            continue;
        }
        ok = access_reg(ete_find(0, 1, 0), row->el, row->c, want, &res);
        tap_head(ok);
        ml_printf("EL%d %s", row->el, row->name);
        if (!ok) {
            ml_printf(" # why: expected ");
            tap_want(want);
            ml_printf(", got ");
            tap_got(&res);
        }
        ml_printf("\n");
    }
}

int main(void)
{
    int el;

    el_setup();
    ete_detect();
    if (ete_on) {
        test_rows();
    }
    for (el = 0; el <= el_top; el++) {
        test_matrix(el);
    }
    return tap_end();
}
