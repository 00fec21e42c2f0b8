/*
 * TLB invalidation with many large pages in use at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * QEMU's TLB holds large pages in small pieces, and remembers in few regions
 * where such pieces may be.  Here are more large pages, of more sizes and
 * further apart, than there are regions.  Two places of each are read, one of
 * them becomes another page, an address in it (or a range that ends or begins
 * in it) is invalidated, and all are read again.
 */

#include "armv9-tlbi.h"

#define BLOCK           (2ull << 20)
/* The places in large page i: not where others are in QEMU's TLB */
#define FIRST(i)        (0x1000ull + (i) * 0x3000)
#define LAST(i)         (BLOCK - 0x1000 - (i) * 0x3000)
#define OTHER           0xc0000ull      /* none of these */
#define P2_BLOCK        (TLBI_P1 + BLOCK)
#define TABLES          0x45000000ull

static const struct spot {
    uint64_t va;
    int level;
} spots[] = {
    { 0x0000001000000000, 2 },
    { 0x0000001000200000, 2 },          /* beside it */
    { 0x0000001000600000, 2 },          /* and near */
    { 0x0000700000000000, 2 },
    { 0xffff800000000000, 2 },
    { 0xffffffffffe00000, 2 },          /* the last there is */
    { 0x0000002000000000, 1 },          /* this becomes a table */
    { 0x0000003000000000, 3 },          /* and this stays as it is */
    { 0x0000500000000000, 2 },
    { 0x0000600000000000, 2 },
    { 0xffff900000000000, 2 },
};
#define SPOTS           ARRAY_SIZE(spots)
#define READS           (2 * SPOTS)

/* X0: addresses, X4 of them; X1, X2, X3 as ever; X5: what is read, twice */
#define LARGE_STUB(stub, op)                                \
    EL_STUB(stub,                                           \
            "tlbi vmalle1\n dsb sy\n isb\n"                 \
            "mov x14, #2\n"                                 \
            "1: mov x9, x0\n mov x10, x4\n"                 \
            "2: ldr x11, [x9], #8\n"                        \
            "ldtr x12, [x11]\n"                             \
            "str x12, [x5], #8\n"                           \
            "subs x10, x10, #1\n b.ne 2b\n"                 \
            "str x2, [x1]\n dsb sy\n"                       \
            op ", x3\n dsb sy\n isb\n"                      \
            "subs x14, x14, #1\n b.ne 1b")

LARGE_STUB(vae1, "tlbi vae1")
LARGE_STUB(vaae1is, "tlbi vaae1is")
LARGE_STUB(rvae1, "sys #0, c8, c6, #1")

static const struct op {
    const char *name;
    const char *stub;
    bool range;
    int64_t offset;
} ops[] = {
    { "VAE1", vae1, false, OTHER },
    { "VAAE1IS", vaae1is, false, OTHER },
    { "VAE1 of its first page", vae1, false, 0 },
    { "VAE1 of its last page", vae1, false, BLOCK - 0x1000 },
    { "RVAE1 in it", rvae1, true, OTHER },
    { "RVAE1 that ends in it", rvae1, true, -0x1000 },
    { "RVAE1 that begins in it", rvae1, true, BLOCK - 0x1000 },
};

/* As many tables as it takes, in RAM that nothing else uses */
static struct tlbi_space space = { .t = (uint64_t (*)[8192])TABLES };
static uint64_t *slot[SPOTS], table;
static uint64_t address[READS], got[2][READS];

static void map_spots(void)
{
    uint64_t elsewhere = 0x0000004000000000 + (TLBI_P1 & ((1ull << 30) - 1));
    unsigned next = TLBI_PATH, i;

    *tlbi_walk(&space, elsewhere, 2, next) = tlbi_leaf(P2_BLOCK | TLBI_EL0, 2);
    next += space.slots;
    space.slots = 0;
    table = *tlbi_walk(&space, elsewhere, 1, next);
    for (i = 0; i < SPOTS; i++) {
        uint64_t size = spots[i].level == 1 ? 1ull << 30 : BLOCK;
        uint64_t base = spots[i].level == 3 ? TLBI_P1 + FIRST(i)
                                            : TLBI_P1 & -size;
        uint64_t off = TLBI_P1 & (size - 1);

        slot[i] = tlbi_walk(&space, spots[i].va, spots[i].level, next);
        *slot[i] = tlbi_leaf(base | TLBI_EL0, spots[i].level);
        next += space.slots;
        space.slots = 0;
        address[2 * i] = spots[i].va +
                         (spots[i].level == 3 ? 0 : off + FIRST(i));
        address[2 * i + 1] = spots[i].va +
                             (spots[i].level == 3 ? 8 : off + LAST(i));
        tlbi_mark(TLBI_P1 + FIRST(i), 1);
        tlbi_mark(TLBI_P1 + FIRST(i) + 8, 1);
        tlbi_mark(TLBI_P1 + LAST(i), 1);
        tlbi_mark(P2_BLOCK + FIRST(i), 2);
        tlbi_mark(P2_BLOCK + LAST(i), 2);
    }
}

static void test_op(const struct op *op, unsigned k)
{
    uint64_t va = spots[k].va + op->offset;
    struct el_regs regs = el_open;
    struct el_result res;
    uint64_t old = *slot[k];
    unsigned wrong = 0, i;

    el_reset();
    tlbi_load_el1(&space, 0);
    regs.sctlr_el1 |= SCTLR_M;
    el_args[0] = (uintptr_t)address;
    el_args[1] = (uintptr_t)slot[k];
    el_args[2] = spots[k].level == 1 ? table
                                     : tlbi_leaf(P2_BLOCK | TLBI_EL0, 2);
    el_args[3] = op->range ? BIT64(46) | FIELD64(va, 12, 37)
                           : FIELD64(va, 12, 44);
    el_args[4] = READS;
    el_args[5] = (uintptr_t)got;
    el_run(1, false, &regs, op->stub, &res);
    for (i = 0; i < READS; i++) {
        wrong += got[0][i] != 1 || got[1][i] != (i / 2 == k ? 2 : 1);
    }
    *slot[k] = old;
    tap_head(res.done && !wrong);
    ml_printf("%s, page at %lx", op->name, spots[k].va);
    if (!res.done) {
        ml_printf(" # why: expected its end, got ");
        tap_got(&res);
        ml_printf(" FAR %lx", res.far);
    } else if (wrong) {
        ml_printf(" # why: expected no wrong page, got %u", wrong);
    }
    ml_printf("\n");
}

int main(void)
{
    unsigned i, k;

    el_setup();
    tlbi_space_init(&space, &tlbi_granules[0], 48, TLBI_AF);
    map_spots();
    for (k = 0; k < SPOTS; k++) {
        for (i = 0; spots[k].level < 3 && i < ARRAY_SIZE(ops); i++) {
            /* A range ends with its half of the addresses. */
            if (ops[i].offset >= 0 || (spots[k].va << 16 && spots[k].va !=
                                       0xffff800000000000)) {
                test_op(&ops[i], k);
            }
        }
    }
    return tap_end();
}
