/*
 * FEAT_TLBIW: TLBI VMALLWS2E1, and where it is not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * EL1 writes to a page, stage 2 takes the write permission away, and the
 * instruction makes EL1 see it (C5.5.83 to 85).  As dirty logging does.
 */

#include "armv9-tlbi.h"

#define HCR_VM          BIT64(0)
#define S2_RO           (TLBI_AF | 1 << 6 | 15 << 2)
#define S2_RW           (TLBI_AF | 3 << 6 | 15 << 2)
#define EC_DABT_LOWER   0x24

EL_STUB(vmallws2e1, "sys #4, c8, c6, #2, xzr")
EL_STUB(vmallws2e1is, "sys #4, c8, c2, #2, xzr")
EL_STUB(vmallws2e1os, "sys #4, c8, c5, #2, xzr")
EL_STUB(vmallws2e1nxs, "sys #4, c9, c6, #2, xzr")
EL_STUB(vmallws2e1isnxs, "sys #4, c9, c2, #2, xzr")
EL_STUB(vmallws2e1osnxs, "sys #4, c9, c5, #2, xzr")
EL_STUB(drop, "tlbi alle1\n dsb sy\n isb")
EL_STUB(store, "dsb sy\n isb\n str x2, [x0]")

static const struct op {
    const char *name;
    const char *stub;
    unsigned crn, crm;
} ops[] = {
    { "VMALLWS2E1", vmallws2e1, 8, 6 },
    { "VMALLWS2E1IS", vmallws2e1is, 8, 2 },
    { "VMALLWS2E1OS", vmallws2e1os, 8, 5 },
    { "VMALLWS2E1NXS", vmallws2e1nxs, 9, 6 },
    { "VMALLWS2E1ISNXS", vmallws2e1isnxs, 9, 2 },
    { "VMALLWS2E1OSNXS", vmallws2e1osnxs, 9, 5 },
};

TLBI_SPACE(s2);

static void name_op(const struct op *op, const char *what)
{
    ml_printf("%s: %s\n", op->name, what);
}

/* At EL1 undefined, or HCR_EL2.NV's; elsewhere there with the feature. */
static void test_traps(const struct op *op, bool on)
{
    struct el_want want_nv = on ? EL_TRAP(2, EL_ESR_SYSREG(1, 4, op->crn,
                                             op->crm, 2, 31, 0))
                                : EL_TRAP(1, EL_ESR_UNDEF);
    struct el_regs regs = el_open;
    struct el_result res;

    el_run(0, false, &regs, op->stub, &res);
    tap_outcome("EL0", &res, EL_TRAP(1, EL_ESR_UNDEF), op->stub);
    el_run(1, false, &regs, op->stub, &res);
    tap_outcome("EL1", &res, EL_TRAP(1, EL_ESR_UNDEF), op->stub);
    if (el_has2) {
        el_run(2, false, &regs, op->stub, &res);
        tap_outcome("EL2", &res, on ? EL_DONE : EL_TRAP(2, EL_ESR_UNDEF),
                    op->stub);
        regs.hcr_el2 |= HCR_NV;
        el_run(1, false, &regs, op->stub, &res);
        tap_outcome("EL1, NV", &res, want_nv, op->stub);
    }
}

static void test_works(const struct op *op)
{
    struct el_regs regs = el_open;
    struct el_result res;
    uint64_t *pte;
    bool ok;

    el_reset();
    regs.hcr_el2 |= HCR_VM;
    tlbi_space_init(&s2, &tlbi_granules[0], 48, S2_RW);
    el_write("vtcr_el2", (64 - s2.bits) | (uint64_t)(2 - s2.start) << 6 |
             5 << 16 | BIT64(31));
    el_write("vttbr_el2", (uintptr_t)s2.t[TLBI_ROOT]);
    asm volatile("dsb sy\n\tisb");
    pte = tlbi_map(&s2, 0x1000000000ull, 3, TLBI_P1 | S2_RW);
    el_args[0] = 0x1000000000ull;
    el_args[2] = 1;
    el_run(2, false, &regs, drop, &res);
    el_run(1, false, &regs, store, &res);
    ok = res.done;
    *pte = tlbi_leaf(TLBI_P1 | S2_RO, 3);
    el_run(2, false, &regs, op->stub, &res);
    ok = ok && res.done;
    el_run(1, false, &regs, store, &res);
    /* A permission fault of level 3 on a write */
    ok = ok && res.el == 2 && EL_EC(res.esr) == EC_DABT_LOWER &&
         FIELD64(res.esr, 0, 6) == 0xf && FIELD64(res.esr, 6, 1) == 1;
    tap_head(ok);
    name_op(op, "EL1 cannot write any more");
    if (!ok) {
        ml_printf("# got ");
        tap_got(&res);
        ml_printf("\n");
    }
}

int main(void)
{
    bool on = tap_arg("tlbiw-on");
    unsigned i;

    el_setup();
    /* ID_AA64ISAR3_EL1.TLBIW */
    tap_equal("ID_AA64ISAR3_EL1.TLBIW", FIELD64(el_read("s3_0_c0_c6_3"), 8, 4),
              on);
    for (i = 0; i < ARRAY_SIZE(ops); i++) {
        test_traps(&ops[i], on);
        if (on) {
            test_works(&ops[i]);
        }
    }
    return tap_end();
}
