/*
 * The offset of EL1's physical counter (FEAT_ECV, CNTPOFF_EL2).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It is used when CNTHCTL_EL2.ECV is 1, and SCR_EL3.ECVEn where there is EL3.
 */

#include "armv9-el.h"

#define SCR_ECVEN       BIT64(28)
#define CNTHCTL_OPEN    (BIT64(1) | BIT64(0))   /* EL1PCEN, EL1PCTEN */
#define CNTHCTL_ECV     BIT64(12)
#define OFFSET          BIT64(50)
#define CNTPOFF_EL2     "s3_4_c14_c0_6"

EL_STUB(read_counter, "isb\n mrs x7, cntpct_el0")
EL_STUB(write_tval, "isb\n msr cntp_tval_el0, xzr\n mrs x7, cntp_cval_el0")

static void test_view(const char *name, const char *stub, bool ecv,
                      bool ecven)
{
    bool used = ecv && (el_top < 3 || ecven);
    struct el_regs regs = el_open;
    struct el_result res;
    uint64_t before, after;
    bool ok;

    el_reset();
    el_write("cnthctl_el2", CNTHCTL_OPEN | (ecv ? CNTHCTL_ECV : 0));
    regs.scr_el3 |= ecven ? SCR_ECVEN : 0;
    before = el_read("cntpct_el0");
    el_run(1, false, &regs, stub, &res);
    after = el_read("cntpct_el0");
    if (used) {
        before -= OFFSET;
        after -= OFFSET;
    }
    ok = res.done && res.x[7] - before <= after - before;
    tap_head(ok);
    ml_printf("%s: ECV %d, ECVEn %d", name, ecv, ecven);
    if (!ok) {
        ml_printf(" # why: expected %lx to %lx, got %lx, ", before, after,
                  res.x[7]);
        tap_got(&res);
    }
    ml_printf("\n");
}

int main(void)
{
    int i;

    el_setup();
    tap_equal("FEAT_ECV", FIELD64(el_read("id_aa64mmfr0_el1"), 60, 4), 2);
    el_write(CNTPOFF_EL2, OFFSET);
    for (i = 0; i < (el_top < 3 ? 2 : 4); i++) {
        test_view("CNTPCT_EL0", read_counter, i & 1, i & 2);
        test_view("CNTP_TVAL_EL0", write_tval, i & 1, i & 2);
    }
    return tap_end();
}
