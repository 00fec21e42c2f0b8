/*
 * TLB invalidation of large entries, tagged addresses, and code.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An entry goes as a whole when one address that it translates is in the
 * scope of the instruction (R_QKRKL, and the pages of C5.5), whichever of its
 * addresses was used, with whichever tag; and an instruction fetched after
 * the ISB comes from the new page.  A range does not wrap at the end of the
 * address space, but has all that is up to there (R_QNPXY).
 */

#include "armv9-tlbi.h"

/*
 * QEMU drops everything for a range longer than its own TLB.  Make that TLB
 * larger, as a busy guest does: use more pages than it has entries, and drop
 * them; four times, each time it doubles.
 */
EL_STUB(grow,
        "mov x12, #4\n"
        "1: mov x10, x0\n"
        "mov x11, #512\n"
        "2: ldtr x9, [x10]\n"
        "add x10, x10, #4096\n"
        "subs x11, x11, #1\n"
        "b.ne 2b\n"
        "tlbi vmalle1\n dsb sy\n isb\n"
        "subs x12, x12, #1\n"
        "b.ne 1b")

/* As TLBI_STUB, but what is read is the result of a function at X0. */
#define CODE_STUB(stub, op)                                 \
    EL_STUB(stub,                                           \
            "tlbi vmalle1\n dsb sy\n isb\n"                 \
            "blr x0\n mov x7, x9\n"                         \
            "str x2, [x1]\n dsb sy\n"                       \
            op ", x3\n"                                     \
            "dsb sy\n isb\n"                                \
            "blr x0\n mov x8, x9")

/*
 * A range elsewhere, in X4, before what is tested.  It is longer than QEMU's
 * TLB, so that all goes, but the jump cache stays: that must not make
 * QEMU forget that the code is in a large page.
 */
EL_STUB(code_after_range,
        "tlbi vmalle1\n dsb sy\n isb\n"
        "blr x0\n mov x7, x9\n"
        "sys #0, c8, c6, #1, x4\n dsb sy\n isb\n"
        "str x2, [x1]\n dsb sy\n"
        "tlbi vae1, x3\n dsb sy\n isb\n"
        "blr x0\n mov x8, x9")

/* TBI is on when the entry is made and used, off when it is invalidated. */
#define TBI_OFF_STUB(stub, el, load)                        \
    EL_STUB(stub,                                           \
            "tlbi alle" el "\n dsb sy\n isb\n"             \
            load " x7, [x0]\n"                              \
            "msr tcr_el" el ", x5\n isb\n"                  \
            "str x2, [x1]\n dsb sy\n"                       \
            "tlbi vae" el ", x3\n dsb sy\n isb\n"          \
            "msr tcr_el" el ", x6\n isb\n"                  \
            load " x8, [x0]")

TBI_OFF_STUB(vae2_tbi_off, "2", "ldr")
TBI_OFF_STUB(vae3_tbi_off, "3", "ldr")
EL_STUB(vae1_tbi_off,
        "tlbi vmalle1\n dsb sy\n isb\n"
        "ldtr x7, [x0]\n"
        "msr tcr_el1, x5\n isb\n"
        "str x2, [x1]\n dsb sy\n"
        "tlbi vae1, x3\n dsb sy\n isb\n"
        "msr tcr_el1, x6\n isb\n"
        "ldtr x8, [x0]")

TLBI_STUB(vae1, "vmalle1", "ldtr", "tlbi vae1")
TLBI_STUB(vae1is, "vmalle1", "ldtr", "tlbi vae1is")
TLBI_STUB(vaale1, "vmalle1", "ldtr", "tlbi vaale1")
TLBI_STUB(rvae1, "vmalle1", "ldtr", "sys #0, c8, c6, #1")
TLBI_STUB(rvae1is, "vmalle1", "ldtr", "sys #0, c8, c2, #1")
CODE_STUB(code_vae1, "tlbi vae1")
CODE_STUB(code_vae1is, "tlbi vae1is")
CODE_STUB(code_rvae1, "sys #0, c8, c6, #1")
TLBI_STUB(vae2, "alle2", "ldr", "tlbi vae2")
TLBI_STUB(vale2, "alle2", "ldr", "tlbi vale2")
TLBI_STUB(vae2is, "alle2", "ldr", "tlbi vae2is")
TLBI_STUB(rvae2, "alle2", "ldr", "sys #4, c8, c6, #1")
TLBI_STUB(vae3, "alle3", "ldr", "tlbi vae3")
TLBI_STUB(vale3, "alle3", "ldr", "tlbi vale3")
TLBI_STUB(vae3is, "alle3", "ldr", "tlbi vae3is")
TLBI_STUB(rvae3, "alle3", "ldr", "sys #6, c8, c6, #1")

enum { GROW = 1, CODE = 2, TBI = 4 };

#define LOW     0x800000000000ull
#define HIGH    0xffffc00000000000ull
#define TAG     0x5a00000000000000ull

static const struct {
    const char *name;
    const char *stub;
    int el;
    unsigned how, granule;
    int level;
    uint64_t va, touch, operand;
} rows[] = {
    /* Large entries: any address in it will do. */
    { "2M block, VAE1 of its first page", vae1, 1, 0, G4K, 2,
      LOW, LOW + 0x5000, OF_VA(LOW) },
    { "2M block, VAE1 of its last page", vae1, 1, 0, G4K, 2,
      LOW, LOW + 0x5000, OF_VA(LOW + 0x1ff000) },
    { "32M block, VAE1IS of its last page", vae1is, 1, 0, G16K, 2,
      LOW, LOW + 0x5000, OF_VA(LOW + 0x1fff000) },
    { "64K page, VAALE1 of its last 4K", vaale1, 1, 0, G64K, 3,
      LOW, LOW + 0x5000, OF_VA(LOW + 0xf000) },
    { "2M block, a range that ends in it", rvae1, 1, GROW, G4K, 2,
      LOW, LOW + 0x5000, OF_RANGE(12, LOW - 0x1000, 0, 0) },
    { "2M block, a range inside it", rvae1, 1, GROW, G4K, 2,
      LOW, LOW + 0x5000, OF_RANGE(12, LOW + 0x10000, 0, 0) },
    { "2M block, a range that begins in it", rvae1, 1, GROW, G4K, 2,
      LOW, LOW + 0x5000, OF_RANGE(12, LOW + 0x1ff000, 0, 0) },
    { "2M block, a broadcast range that begins in it", rvae1is, 1, GROW,
      G4K, 2, LOW, LOW + 0x5000, OF_RANGE(12, LOW + 0x1ff000, 0, 0) },
    { "2M block in the upper half, a range that begins in it", rvae1, 1,
      GROW, G4K, 2, HIGH, HIGH + 0x5000,
      OF_RANGE(12, HIGH + 0x1ff000, 0, 0) },
    { "16K page, a range around it", rvae1, 1, GROW, G16K, 3,
      LOW, LOW + 0x1000, OF_RANGE(14, LOW - 0x4000, 0, 1) },
    /* The end of the address space */
    { "last page of all, a range past the end", rvae1, 1, GROW, G4K, 3,
      -0x1000ull, -0x1000ull, OF_RANGE(12, -0x1000ull, 0, 0) },
    { "last 2M of all, a range past the end", rvae1, 1, GROW, G4K, 2,
      -2 * MB, -2 * MB + 0x5000, OF_RANGE(12, -0x1000ull, 0, 0) },
    { "last 2M of all, the longest range from its last page", rvae1, 1, 0,
      G4K, 2, -2 * MB, -2 * MB + 0x5000, OF_RANGE(12, -0x1000ull, 3, 31) },
    /* Tags: VA[63:56] as VA[55] in the operand, anything in the access */
    { "tagged page, VAE1", vae1, 1, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    { "tagged page, RVAE1", rvae1, 1, TBI, G4K, 3,
      LOW, LOW | TAG, OF_RANGE(12, LOW, 0, 0) },
    { "tagged page in the upper half, VAE1", vae1, 1, TBI, G4K, 3,
      HIGH, HIGH ^ TAG, OF_VA(HIGH) },
    { "tagged page in the upper half, RVAE1", rvae1, 1, TBI, G4K, 3,
      HIGH, HIGH ^ TAG, OF_RANGE(12, HIGH, 0, 0) },
    { "tagged 2M block, VAE1 of another page of it", vae1, 1, TBI, G4K, 2,
      LOW, (LOW + 0x5000) | TAG, OF_VA(LOW) },
    { "tagged 2M block, VAE1IS of another page of it", vae1is, 1, TBI, G4K, 2,
      LOW, (LOW + 0x5000) | TAG, OF_VA(LOW) },
    { "tagged 2M block in the upper half, VAE1", vae1, 1, TBI, G4K, 2,
      HIGH, (HIGH + 0x5000) ^ TAG, OF_VA(HIGH) },
    { "tagged 16K page, VAE1", vae1, 1, TBI, G16K, 3,
      LOW, (LOW + 0x2000) | TAG, OF_VA(LOW) },
    { "tagged 64K page, VAE1", vae1, 1, TBI, G64K, 3,
      LOW, (LOW + 0x2000) | TAG, OF_VA(LOW) },
    { "tagged 2M block, a range inside it", rvae1, 1, TBI | GROW, G4K, 2,
      LOW, (LOW + 0x5000) | TAG, OF_RANGE(12, LOW + 0x10000, 0, 0) },
    { "tagged page at EL2, VAE2", vae2, 2, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    { "tagged page at EL2, VALE2", vale2, 2, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    { "tagged page at EL2, VAE2IS", vae2is, 2, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    { "tagged page at EL2, RVAE2", rvae2, 2, TBI, G4K, 3,
      LOW, LOW | TAG, OF_RANGE(12, LOW, 0, 0) },
    { "tagged page at EL3, VAE3", vae3, 3, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    { "tagged page at EL3, VALE3", vale3, 3, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    { "tagged page at EL3, VAE3IS", vae3is, 3, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    { "tagged page at EL3, RVAE3", rvae3, 3, TBI, G4K, 3,
      LOW, LOW | TAG, OF_RANGE(12, LOW, 0, 0) },
    /* TBI off when it is invalidated */
    { "page tagged before, VAE1", vae1_tbi_off, 1, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    { "page tagged before, VAE2", vae2_tbi_off, 2, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    { "page tagged before, VAE3", vae3_tbi_off, 3, TBI, G4K, 3,
      LOW, LOW | TAG, OF_VA(LOW) },
    /* Code */
    { "code in a 4K page, VAE1", code_vae1, 1, CODE, G4K, 3,
      LOW, LOW, OF_VA(LOW) },
    { "code in a 16K page, VAE1 of the page", code_vae1, 1, CODE, G16K, 3,
      LOW, LOW + 0x3000, OF_VA(LOW) },
    { "code in a 64K page, VAE1 of the page", code_vae1, 1, CODE, G64K, 3,
      LOW, LOW + 0x8000, OF_VA(LOW) },
    { "code in a 64K page, VAE1IS of the page", code_vae1is, 1, CODE, G64K, 3,
      LOW, LOW + 0x8000, OF_VA(LOW) },
    { "code in a 2M block, VAE1 of its first page", code_vae1, 1, CODE,
      G4K, 2, LOW, LOW + 0x8000, OF_VA(LOW) },
    { "code in a 2M block, a range inside it", code_rvae1, 1, CODE | GROW,
      G4K, 2, LOW, LOW + 0x8000, OF_RANGE(12, LOW + 0x10000, 0, 0) },
    { "code in a 64K page, a range around it", code_rvae1, 1, CODE, G64K, 3,
      LOW, LOW + 0x8000, OF_RANGE(16, LOW - 0x10000, 0, 1) },
    { "code in a 2M block, VAE1 after a range elsewhere",
      code_after_range, 1, CODE, G4K, 2, LOW, LOW + 0x8000, OF_VA(LOW) },
};

TLBI_SPACE(space);

/* A page of P1 at 512 addresses in a row */
static void grow_tlb(const struct el_regs *regs)
{
    uint64_t *pte = tlbi_map(&space, LOW, 3, TLBI_P1 | TLBI_EL0);
    struct el_result res;
    unsigned i;

    for (i = 1; i < 512; i++) {
        pte[i] = pte[0];
    }
    el_args[0] = LOW;
    el_run(1, false, regs, grow, &res);
    for (i = 1; i < 512; i++) {
        pte[i] = 0;
    }
}

/* Function or value that says which page it is in */
static void put(uint64_t pa, uint64_t value, bool code)
{
    /* MOVZ X9, #value; RET */
    tlbi_mark(pa, code ? 0xd65f03c0d2800009ull | value << 5 : value);
}

static void test_row(unsigned i)
{
    uint64_t attr = rows[i].how & CODE ? TLBI_AF : TLBI_EL0;
    uint64_t in = (rows[i].touch - rows[i].va) & 0x1fffff;
    struct el_regs regs = el_open;
    struct el_result res;

    el_reset();
    put(TLBI_P1 + in, 1, rows[i].how & CODE);
    put(TLBI_P2 + in, 2, rows[i].how & CODE);
    tlbi_space_init(&space, &tlbi_granules[rows[i].granule], 48,
                    TLBI_AF);
    if (rows[i].el == 1) {
        tlbi_load_el1(&space, rows[i].how & TBI ? TCR_TBI : 0);
        regs.sctlr_el1 |= SCTLR_M;
    } else if (rows[i].el == 2) {
        tlbi_load_el2(&space, false, rows[i].how & TBI ? TCR1_TBI : 0);
        regs.sctlr_el2 |= SCTLR_M;
    } else {
        tlbi_load_el3(&space, rows[i].how & TBI ? TCR1_TBI : 0);
    }
    if (rows[i].how & GROW) {
        grow_tlb(&regs);
    }
    el_args[0] = rows[i].touch;
    el_args[1] = (uintptr_t)tlbi_map(&space, rows[i].va, rows[i].level,
                                     TLBI_P1 | attr);
    el_args[2] = tlbi_leaf(TLBI_P2 | attr, rows[i].level);
    el_args[3] = rows[i].operand;
    el_args[4] = OF_RANGE(12, HIGH, 0, 1);
    el_args[5] = rows[i].el == 1 ? tlbi_tcr(&space) : tlbi_tcr1(&space);
    el_args[6] = el_args[5] | (rows[i].el == 1 ? TCR_TBI : TCR1_TBI);
    if (rows[i].el == 3) {
        el_write("sctlr_el3", SCTLR_OPEN | SCTLR_M);
        asm volatile("isb");
    }
    el_run(rows[i].el, false, &regs, rows[i].stub, &res);
    if (rows[i].el == 3) {
        el_write("sctlr_el3", SCTLR_OPEN);
        asm volatile("isb");
    }
    tap_head(res.done && res.x[7] == 1 && res.x[8] == 2);
    ml_printf("%s", rows[i].name);
    if (!res.done) {
        ml_printf(" # why: expected its end, got ");
        tap_got(&res);
        ml_printf(" FAR %lx", res.far);
    } else if (res.x[7] != 1 || res.x[8] != 2) {
        ml_printf(" # why: expected pages 1 and 2, got %lx and %lx",
                  res.x[7], res.x[8]);
    }
    ml_printf("\n");
}

int main(void)
{
    unsigned i;

    el_setup();
    for (i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].el <= el_top && (rows[i].el != 2 || el_has2)) {
            test_row(i);
        }
    }
    return tap_end();
}
