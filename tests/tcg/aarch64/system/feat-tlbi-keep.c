/*
 * What a TLB invalidation leaves alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The manual lets a PE invalidate more than it is told, so this is no test of
 * a rule but of QEMU's cost: entries outside of a range must stay, as each
 * costs a table walk.  They are seen to stay by what they must not do, either:
 * show a descriptor that was changed without invalidation.
 */

#include "armv9-tlbi.h"

/*
 * X0: address that is kept; X4: one in the scope of the operation, and eight
 * more, X10 apart: a TLB with hardly anything in it goes as a whole; X5:
 * operand for VAAE1 of X0.  X9 shows that the case itself is right.
 */
#define KEEP_STUB(stub, op)                                 \
    EL_STUB(stub,                                           \
            "tlbi vmalle1\n dsb sy\n isb\n"                 \
            "mov x11, x4\n mov x12, #8\n"                  \
            "1: ldtr x6, [x11]\n add x11, x11, x10\n"      \
            "subs x12, x12, #1\n b.ne 1b\n"                \
            "ldtr x7, [x0]\n"                              \
            "str x2, [x1]\n dsb sy\n"                       \
            op ", x3\n dsb sy\n isb\n"                      \
            "ldtr x8, [x0]\n"                               \
            "tlbi vaae1, x5\n dsb sy\n isb\n"               \
            "ldtr x9, [x0]")

KEEP_STUB(vae1, "tlbi vae1")
KEEP_STUB(vae1is, "tlbi vae1is")
KEEP_STUB(rvae1, "sys #0, c8, c6, #1")
KEEP_STUB(rvae1is, "sys #0, c8, c2, #1")

#define LOW     0x800000400000ull

static const struct {
    const char *name;
    const char *stub;
    unsigned granule;
    int level;              /* of the entry in the scope, at LOW */
    uint64_t kept;
    uint64_t operand;
} rows[] = {
    { "VAE1", vae1, G4K, 3, LOW + 0x1000, OF_VA(LOW) },
    { "VAE1IS", vae1is, G4K, 3, LOW + 0x1000, OF_VA(LOW) },
    { "RVAE1 of 2 pages", rvae1, G4K, 3, LOW + 0x2000,
      OF_RANGE(12, LOW, 0, 0) },
    { "RVAE1 of 8 pages", rvae1, G4K, 3, LOW + 0x8000,
      OF_RANGE(12, LOW, 0, 3) },
    { "RVAE1 of 64 pages", rvae1, G4K, 3, LOW + 0x40000,
      OF_RANGE(12, LOW, 0, 31) },
    { "RVAE1 of 512 pages", rvae1, G4K, 3, LOW + 2 * MB,
      OF_RANGE(12, LOW, 1, 7) },
    { "RVAE1 of 512 pages, the page before", rvae1, G4K, 3, LOW - 0x1000,
      OF_RANGE(12, LOW, 1, 7) },
    { "RVAE1 of 65536 pages", rvae1, G4K, 3, LOW + 256 * MB,
      OF_RANGE(12, LOW, 2, 31) },
    { "RVAE1IS of 8 pages", rvae1is, G4K, 3, LOW + 0x8000,
      OF_RANGE(12, LOW, 0, 3) },
    { "RVAE1IS of 512 pages", rvae1is, G4K, 3, LOW + 2 * MB,
      OF_RANGE(12, LOW, 1, 7) },
    { "VAE1 of a 16K page", vae1, G16K, 3, LOW + 0x4000, OF_VA(LOW) },
    { "VAE1IS of a 64K page", vae1is, G64K, 3, LOW + 0x10000, OF_VA(LOW) },
    { "RVAE1 of 2 16K pages", rvae1, G16K, 3, LOW + 0x8000,
      OF_RANGE(14, LOW, 0, 0) },
    { "VAE1 in a 2M block", vae1, G4K, 2, LOW + 2 * MB,
      OF_VA(LOW + 0x5000) },
    { "RVAE1 of 8 pages in a 2M block", rvae1, G4K, 2, LOW + 2 * MB,
      OF_RANGE(12, LOW + 0x10000, 0, 3) },
};

TLBI_SPACE(space);

static void test_row(unsigned i)
{
    struct el_regs regs = el_open;
    struct el_result res;
    uint64_t *slot;
    bool ok;

    el_reset();
    tlbi_space_init(&space, &tlbi_granules[rows[i].granule], 48, TLBI_AF);
    tlbi_load_el1(&space, 0);
    regs.sctlr_el1 |= SCTLR_M;
    slot = tlbi_map(&space, rows[i].kept, 3, TLBI_P1 | TLBI_EL0);
    el_args[1] = (uintptr_t)slot;
    el_args[2] = tlbi_leaf(TLBI_P2 | TLBI_EL0, 3);
    slot = tlbi_walk(&space, LOW, rows[i].level, TLBI_TABLES - 1);
    *slot = tlbi_leaf(TLBI_P1 | TLBI_EL0, rows[i].level);
    el_args[0] = rows[i].kept;
    el_args[3] = rows[i].operand;
    el_args[4] = LOW;
    el_args[5] = OF_VA(rows[i].kept);
    el_args[10] = rows[i].level < 3 ? 4096 : 0;
    el_run(1, false, &regs, rows[i].stub, &res);
    ok = res.done && res.x[7] == 1 && res.x[8] == 1 && res.x[9] == 2;
    tap_head(ok);
    ml_printf("%s leaves other pages alone", rows[i].name);
    if (!res.done) {
        ml_printf(" # why: expected its end, got ");
        tap_got(&res);
        ml_printf(" FAR %lx", res.far);
    } else if (!ok) {
        ml_printf(" # why: expected pages 1, 1 and 2, got %lx, %lx and %lx",
                  res.x[7], res.x[8], res.x[9]);
    }
    ml_printf("\n");
}

int main(void)
{
    unsigned i;

    el_setup();
    tlbi_mark(TLBI_P1, 1);
    tlbi_mark(TLBI_P2, 2);
    for (i = 0; i < ARRAY_SIZE(rows); i++) {
        test_row(i);
    }
    return tap_end();
}
