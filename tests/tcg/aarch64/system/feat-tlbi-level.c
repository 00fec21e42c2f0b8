/*
 * TLB invalidation with level hints (FEAT_TTL), at every level.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A leaf entry goes when the hint is its level, whichever of its addresses is
 * given (Tables D8-123 and D8-124).  Level 0 with 4K and level 1 with 16K are
 * those of FEAT_LPA2; a range has no hint for level 0.  The entry becomes a
 * table, as when a huge page is split, so that it need not be moved by its own
 * size, which may be more than there is memory.
 */

#include "armv9-tlbi.h"

TLBI_STUB(vae1, "vmalle1", "ldtr", "tlbi vae1")
TLBI_STUB(vaale1, "vmalle1", "ldtr", "tlbi vaale1")
TLBI_STUB(vae1is, "vmalle1", "ldtr", "tlbi vae1is")
TLBI_STUB(vae1os, "vmalle1", "ldtr", "sys #0, c8, c1, #1")
TLBI_STUB(rvae1, "vmalle1", "ldtr", "sys #0, c8, c6, #1")
TLBI_STUB(rvale1is, "vmalle1", "ldtr", "sys #0, c8, c2, #5")

static const struct op {
    const char *name;
    const char *stub;
    bool range;
} ops[] = {
    { "VAE1", vae1 }, { "VAALE1", vaale1 }, { "VAE1IS", vae1is },
    { "VAE1OS", vae1os }, { "RVAE1", rvae1, true },
    { "RVALE1IS", rvale1is, true },
};

TLBI_SPACE(space);

/* The operand for va; of two granules, when it is a range. */
static uint64_t operand(const struct op *op, uint64_t va, int level)
{
    unsigned unit = space.bits > 48 && space.g->shift < 16 ? 16
                                                           : space.g->shift;

    if (op->range) {
        return (uint64_t)space.g->tg << 46 | (uint64_t)level << 37 |
               FIELD64(va, unit, 37);
    }
    return (uint64_t)space.g->tg << 46 | (uint64_t)level << 44 |
           FIELD64(va, 12, 44);
}

static void test_op(const struct op *op, int level)
{
    unsigned shift = space.g->shift + (3 - level) * (space.g->shift - 3);
    uint64_t base = TLBI_P1 & ~(BIT64(shift) - 1);
    uint64_t va = BIT64(space.bits - 1);
    uint64_t touch = va + (TLBI_P1 - base);
    struct el_regs regs = el_open;
    struct el_result res;
    uint64_t *slot;
    bool ok;

    el_reset();
    tlbi_load_el1(&space, 0);
    regs.sctlr_el1 |= SCTLR_M;
    /* What it becomes, then what it is */
    tlbi_map(&space, touch, 3, TLBI_P2 | TLBI_EL0);
    slot = tlbi_walk(&space, va, level, 0);
    el_args[0] = touch;
    el_args[1] = (uintptr_t)slot;
    el_args[2] = *slot;
    *slot = tlbi_leaf(base | TLBI_EL0, level);
    /* Any address in the entry; a hint wants a range that begins with it. */
    el_args[3] = operand(op, op->range ? va : touch - (touch & 0x10000),
                         level);
    el_run(1, false, &regs, op->stub, &res);
    ok = res.done && res.x[7] == 1 && res.x[8] == 2;
    tap_head(ok);
    ml_printf("%s, %s, level %d", op->name, space.g->name, level);
    if (!res.done) {
        ml_printf(" # why: expected its end, got ");
        tap_got(&res);
        ml_printf(" FAR %lx", res.far);
    } else if (!ok) {
        ml_printf(" # why: expected pages 1 and 2, got %lx and %lx",
                  res.x[7], res.x[8]);
    }
    ml_printf("\n");
}

int main(void)
{
    /* The first level that can have leaf entries, without LPA2 and with */
    static const int first[2][3] = { { 1, 2, 1 }, { 0, 1, 1 } };
    bool lpa2 = !tap_arg("lpa2-off");
    unsigned g, i;
    int level;

    el_setup();
    tap_equal("FEAT_TTL", FIELD64(el_read("id_aa64mmfr2_el1"), 48, 4), 1);
    tap_equal("FEAT_LPA2, 4K", FIELD64(el_read("id_aa64mmfr0_el1"), 28, 4),
              lpa2);
    tlbi_mark(TLBI_P1, 1);
    tlbi_mark(TLBI_P2, 2);
    for (g = 0; g < ARRAY_SIZE(tlbi_granules); g++) {
        tlbi_space_init(&space, &tlbi_granules[g],
                        lpa2 || g == 2 ? 52 : 48, TLBI_AF);
        for (level = first[lpa2][g]; level <= 3; level++) {
            for (i = 0; i < ARRAY_SIZE(ops); i++) {
                if (level || !ops[i].range) {
                    test_op(&ops[i], level);
                }
            }
        }
    }
    return tap_end();
}
