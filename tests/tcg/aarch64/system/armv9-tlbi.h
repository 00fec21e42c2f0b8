/*
 * Translation tables for bare-metal tests of TLB invalidation.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A case maps an address to P1, touches it, maps it to P2, invalidates, and
 * reads: it must see P2.  The stub does all of that at the exception level
 * under test, with the MMU on there; memory of the program is mapped to
 * itself.  Both halves of the address space use the same tables.
 *
 *     TLBI_SPACE(space);
 *     tlbi_space_init(&space, &tlbi_granules[0], 48, TLBI_AF);
 *     pte = tlbi_map(&space, va, 3, P1 | TLBI_EL0);
 *
 * What a stub finds in its registers: X0 the address to touch, X1 the
 * descriptor, X2 the new descriptor, X3 the operand of the TLBI; it leaves
 * what it read before in X7, and after in X8.
 *
 * QEMU keeps large entries together in few regions for each kind of access
 * (upstream in one, which goes as a whole when an address in it does).  The
 * program is such a region, so LDTR, whose accesses are another kind, keeps
 * the case apart.
 */

#ifndef ARMV9_TLBI_H
#define ARMV9_TLBI_H

#include "armv9-el.h"

struct tlbi_granule {
    const char *name;
    unsigned shift;
    unsigned tg;            /* TG of the TLBI operand */
    unsigned tg0, tg1;      /* of TCR_ELx */
    int block_level;        /* of blocks that RAM has room for */
};

static const struct tlbi_granule tlbi_granules[] = {
    { "4K", 12, 1, 0, 2, 2 },
    { "16K", 14, 2, 2, 1, 2 },
    { "64K", 16, 3, 1, 3, 3 },
};

/* Rows of it */
enum { G4K, G16K, G64K };

#define MB              0x100000ull

/*
 * Operands without ASID and level hint (C5.5): one address, and a range of
 * (num + 1) * 2^(5 * scale + 1) granules of 2^shift bytes.
 */
#define OF_VA(va)       FIELD64(va, 12, 44)
#define OF_RANGE(shift, va, scale, num)                             \
    ((uint64_t)((shift) / 2 - 5) << 46 | (uint64_t)(scale) << 44 |  \
     (uint64_t)(num) << 39 | FIELD64(va, shift, 37))

/* RAM far from the program, 32 MB each: before and after. */
#define TLBI_P1         0x44000000ull
#define TLBI_P2         0x46000000ull

#define TLBI_AF         BIT64(10)
#define TLBI_EL0        (TLBI_AF | BIT64(6))        /* AP[1] */

/* Of stage 2: read and write, Normal memory */
#define S2_ATTR         (TLBI_AF | 3 << 6 | 15 << 2)

/* Two tables of stage 1 for one IPA, far from what else is used */
#define TABLE1          0x45000000ull
#define TABLE2          0x45010000ull

#define SCTLR_M         BIT64(0)
#define HCR_VM          BIT64(0)

/* Tables: the root, those of the program and those of the case */
enum { TLBI_ROOT, TLBI_SELF, TLBI_PATH = TLBI_SELF + 4,
       TLBI_TABLES = TLBI_PATH + 4 };

struct tlbi_space {
    uint64_t (*t)[8192];
    const struct tlbi_granule *g;
    unsigned bits;          /* size of each half */
    int start;              /* level of the root */
    uint64_t *slot[5];      /* new with the address mapped last */
    unsigned slots;
};

#define TLBI_SPACE(space)                                               \
    static uint64_t space##_tables[TLBI_TABLES][8192]                   \
        __attribute__((aligned(65536)));                                \
    static struct tlbi_space space = { .t = space##_tables }

static unsigned tlbi_index(const struct tlbi_space *s, uint64_t va, int level)
{
    unsigned stride = s->g->shift - 3;
    unsigned lsb = s->g->shift + (3 - level) * stride;

    return FIELD64(va & (BIT64(s->bits) - 1), lsb, stride);
}

/* The slot at a level for va, with new tables where there are none yet */
static uint64_t *tlbi_walk(struct tlbi_space *s, uint64_t va, int level,
                           unsigned next)
{
    uint64_t *t = s->t[TLBI_ROOT];
    int l;

    for (l = s->start; ; l++) {
        uint64_t *slot = &t[tlbi_index(s, va, l)];

        if (!*slot) {
            s->slot[s->slots++] = slot;
            *slot = (uintptr_t)s->t[next++] | 3;
        }
        if (l == level) {
            return slot;
        }
        t = (uint64_t *)(uintptr_t)(*slot & ~0xfffull);
    }
}

/* Forget the address mapped last; no TLB maintenance. */
static void tlbi_unmap(struct tlbi_space *s)
{
    while (s->slots) {
        *s->slot[--s->slots] = 0;
    }
}

/* A descriptor for output address and attributes, at this level. */
static inline uint64_t tlbi_leaf(uint64_t oa, int level)
{
    return oa | (level == 3 ? 3 : 1);
}

/* Map va at a level; the address mapped before is gone. */
static inline uint64_t *tlbi_map(struct tlbi_space *s, uint64_t va, int level,
                                 uint64_t oa)
{
    uint64_t *slot;

    tlbi_unmap(s);
    slot = tlbi_walk(s, va, level, TLBI_PATH);
    *slot = tlbi_leaf(oa, level);
    return slot;
}

/* Nothing but RAM mapped to itself, with these attributes */
static void tlbi_space_init(struct tlbi_space *s, const struct tlbi_granule *g,
                            unsigned bits, uint64_t attr)
{
    int level = g->shift == 12 ? 1 : 2;     /* a block of 1G, 32M or 512M */
    unsigned blocks = g->shift == 14 ? 4 : 1;
    uint64_t *slot;
    unsigned i, j;

    for (i = 0; i < TLBI_TABLES; i++) {
        for (j = 0; j < 8192; j++) {
            s->t[i][j] = 0;
        }
    }
    s->g = g;
    s->bits = bits;
    s->slots = 0;
    s->start = 3 - (int)((bits - g->shift - 1) / (g->shift - 3));
    slot = tlbi_walk(s, BIT64(30), level, TLBI_SELF);
    for (i = 0; i < blocks; i++) {
        slot[i] = tlbi_leaf((BIT64(30) + i * BIT64(25)) | attr, level);
    }
    s->slots = 0;
}

/* TCR of a regime with two VA ranges, and of one with one */
#define TCR_TBI         (BIT64(37) | BIT64(38))
#define TCR_DS          BIT64(59)
#define TCR1_TBI        BIT64(20)
#define TCR1_DS         BIT64(32)

static uint64_t tlbi_tcr(const struct tlbi_space *s)
{
    uint64_t sz = 64 - s->bits;

    return sz | s->g->tg0 << 14 | sz << 16 | (uint64_t)s->g->tg1 << 30 |
           (s->bits > 48 ? 6ull : 5) << 32 |
           (s->bits > 48 && s->g->shift < 16 ? TCR_DS : 0);
}

static uint64_t tlbi_tcr1(const struct tlbi_space *s)
{
    return (64 - s->bits) | s->g->tg0 << 14 | (s->bits > 48 ? 6 : 5) << 16 |
           BIT64(23) | BIT64(31) |
           (s->bits > 48 && s->g->shift < 16 ? TCR1_DS : 0);
}

static inline void tlbi_load_el1(const struct tlbi_space *s, uint64_t tcr)
{
    el_write("mair_el1", 0xff);
    el_write("tcr_el1", tlbi_tcr(s) | tcr);
    el_write("ttbr0_el1", (uintptr_t)s->t[TLBI_ROOT]);
    el_write("ttbr1_el1", (uintptr_t)s->t[TLBI_ROOT]);
    asm volatile("dsb sy\n\tisb");
}

/* EL2 with E2H, or without: then there is one range. */
static inline void tlbi_load_el2(const struct tlbi_space *s, bool e2h,
                                 uint64_t tcr)
{
    el_write("mair_el2", 0xff);
    el_write("tcr_el2", (e2h ? tlbi_tcr(s) : tlbi_tcr1(s)) | tcr);
    el_write("ttbr0_el2", (uintptr_t)s->t[TLBI_ROOT]);
    if (el_has_vhe()) {
        /* TTBR1_EL2 */
        el_write("s3_4_c2_c0_1", (uintptr_t)s->t[TLBI_ROOT]);
    }
    asm volatile("dsb sy\n\tisb");
}

static inline void tlbi_load_el3(const struct tlbi_space *s, uint64_t tcr)
{
    el_write("mair_el3", 0xff);
    el_write("tcr_el3", tlbi_tcr1(s) | tcr);
    el_write("ttbr0_el3", (uintptr_t)s->t[TLBI_ROOT]);
    asm volatile("dsb sy\n\tisb");
}

/* Write a value to a place in RAM, with the MMU off where main() runs. */
static inline void tlbi_mark(uint64_t pa, uint64_t value)
{
    asm volatile("str %0, [%1]" : : "r"(value), "r"(pa) : "memory");
}

/*
 * The stub of a case.  all: drops everything before it; load: LDTR or LDR;
 * op: the instruction under test, as SYS or TLBI, without its register.
 */
#define TLBI_STUB(stub, all, load, op)                      \
    EL_STUB(stub,                                           \
            "tlbi " all "\n dsb sy\n isb\n"                 \
            load " x7, [x0]\n"                              \
            "str x2, [x1]\n dsb sy\n"                       \
            op ", x3\n"                                     \
            "dsb sy\n isb\n"                                \
            load " x8, [x0]")

#endif
