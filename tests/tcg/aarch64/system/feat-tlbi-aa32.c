/*
 * TLB invalidation for an AArch32 EL1, from AArch64.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A hypervisor invalidates for a guest whose EL1 uses AArch32: VA[55:32] of
 * the operand do not count (R_FGPTT).  All runs have the same HCR_EL2, so
 * that nothing but the instruction invalidates.
 */

#include "armv9-tlbi.h"

#define TTBCR_EAE       BIT64(31)
#define VA32            0x12340000ull
#define HIGH_BITS       0x00ffffff00000000ull

/* A32 at EL1: LDR R7, [R0]; HVC #0 */
EL_STUB(touch_a32, ".word 0xe5907000, 0xe1400070")
EL_STUB(drop, "tlbi alle1\n dsb sy\n isb")

#define OP(stub, op)    EL_STUB(stub, op ", x3\n dsb sy\n isb")
OP(vae1, "tlbi vae1")
OP(vaae1is, "tlbi vaae1is")
OP(rvae1, "sys #0, c8, c6, #1")
OP(rvaae1is, "sys #0, c8, c2, #3")

static const struct {
    const char *name;
    const char *stub;
    bool range;
    uint64_t high;
} rows[] = {
    { "VAE1", vae1, false, 0 },
    { "VAE1, VA[55:32] set", vae1, false, HIGH_BITS },
    { "VAAE1IS, VA[55:32] set", vaae1is, false, HIGH_BITS },
    { "VAAE1IS, VA[55] set", vaae1is, false, BIT64(55) },
    { "RVAE1", rvae1, true, 0 },
    { "RVAE1, VA[48:32] set", rvae1, true, HIGH_BITS },
    { "RVAAE1IS, VA[48] set", rvaae1is, true, BIT64(48) },
};

TLBI_SPACE(space);

/* EL1's read, in User's terms: what it got, or -1 */
static uint64_t touch(const struct el_regs *regs)
{
    struct el_result res;

    /* PSTATE: A, I, F masked; A32; Supervisor mode */
    el_run_pstate(0x1d3, false, regs, touch_a32, &res);
    return EL_EC(res.esr) == 0x12 ? res.x[7] : -1ull;
}

static void test_row(unsigned i)
{
    uint64_t before, after, page = (VA32 | rows[i].high) >> 12;
    struct el_regs regs = el_open;
    struct el_result res;
    uint64_t *pte;

    el_reset();
    regs.hcr_el2 &= ~HCR_RW;
    regs.sctlr_el1 |= SCTLR_M;
    tlbi_space_init(&space, &tlbi_granules[0], 32, TLBI_AF);
    el_write("mair_el1", 0xff);
    el_write("tcr_el1", TTBCR_EAE);
    el_write("ttbr0_el1", (uintptr_t)space.t[TLBI_ROOT]);
    pte = tlbi_map(&space, VA32, 3, TLBI_P1 | TLBI_AF);
    el_args[0] = VA32;
    el_args[3] = rows[i].range ? FIELD64(page, 0, 37) | BIT64(46)
                               : FIELD64(page, 0, 44);
    el_run(2, false, &regs, drop, &res);
    before = touch(&regs);
    *pte = tlbi_leaf(TLBI_P2 | TLBI_AF, 3);
    el_run(2, false, &regs, rows[i].stub, &res);
    after = touch(&regs);
    tap_head(res.done && before == 1 && after == 2);
    ml_printf("%s", rows[i].name);
    if (before != 1 || after != 2) {
        ml_printf(" # why: expected pages 1 and 2, got %lx and %lx",
                  before, after);
    }
    ml_printf("\n");
}

int main(void)
{
    unsigned i;

    el_setup();
    tap_equal("EL1 can use AArch32",
              FIELD64(el_read("id_aa64pfr0_el1"), 4, 4), 2);
    tlbi_mark(TLBI_P1, 1);
    tlbi_mark(TLBI_P2, 2);
    for (i = 0; i < ARRAY_SIZE(rows); i++) {
        test_row(i);
    }
    return tap_end();
}
