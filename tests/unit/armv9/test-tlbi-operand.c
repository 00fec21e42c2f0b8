/*
 * Unit test of the decoder of TLBI operands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/tlbi-operand.h"
#include "tap.h"

/* What a row sets of TLBIRegime */
enum {
    TTL = 1, LPA2 = 2, TWO = 4, AA32 = 8, DS = 16, TBI0 = 32, TBI1 = 64,
    SECURE = 128, NONE = 0, ALL = TTL | LPA2,
};

enum { VA = TLBI_FORM_VA, IPA = TLBI_FORM_IPA, ASID = TLBI_FORM_ASID,
       RVA = TLBI_FORM_RVA, RIPA = TLBI_FORM_RIPA, ANY = TLBI_LEVEL_ANY };

static TLBIRegime regime_of(unsigned set)
{
    return (TLBIRegime) {
        .ttl = set & TTL, .lpa2 = set & LPA2, .two_ranges = set & TWO,
        .aa32 = set & AA32, .ds = set & DS,
        .tbi = { set & TBI0, set & TBI1 }, .secure = set & SECURE,
    };
}

/* Operands of the range forms, put together by hand from the manual */
#define R(tg, scale, num, ttl, base)                                \
    ((uint64_t)(tg) << 46 | (uint64_t)(scale) << 44 |               \
     (uint64_t)(num) << 39 | (uint64_t)(ttl) << 37 | (base))
#define BASE_ALL 0x1fffffffffull                    /* BaseADDR all ones */

static const struct {
    const char *name;
    int form;
    unsigned set;
    uint64_t operand;
    uint64_t base, length;
    unsigned bits, granule_shift;
    int level;
} rows[] = {
    /* D8.17.5.1: a single address */
    { "ASID form has no address", ASID, ALL | TWO, ~0ull,
      0, 0, 64, 0, ANY },
    { "VA, no hint", VA, ALL | TWO, 0x12345,
      0x12345000, 0x1000, 64, 0, ANY },
    { "VA, ASID and TTL do not leak into it", VA, TWO, ~0ull << 44 | 1,
      0x1000, 0x1000, 64, 0, ANY },
    { "VA[55] is copied to VA[63:56]", VA, ALL | TWO, 0x80000000000,
      0xff80000000000000, 0x1000, 64, 0, ANY },
    { "VA, last page of the lower range", VA, ALL | TWO, 0x7ffffffffff,
      0x007ffffffffff000, 0x1000, 64, 0, ANY },
    { "VA, last page of all", VA, ALL | TWO, 0xfffffffffff,
      0xfffffffffffff000, 0x1000, 64, 0, ANY },
    { "VA, one range, VA[55] is copied, too", VA, ALL, 0x80000000000,
      0xff80000000000000, 0x1000, 64, 0, ANY },
    { "VA, AArch32: VA[55:32] do not count", VA, ALL | AA32, 0xfffffffffff,
      0xfffff000, 0x1000, 64, 0, ANY },
    { "VA, AArch32: nor does TBI", VA, ALL | AA32 | TBI0 | TBI1,
      0xfff00000000, 0, 0x1000, 64, 0, ANY },
    /* TBI: the half is that of bit 55 */
    { "VA, TBI0, lower range", VA, ALL | TWO | TBI0, 0x12345,
      0x12345000, 0x1000, 56, 0, ANY },
    { "VA, TBI0, upper range", VA, ALL | TWO | TBI0, 0xfffffffffff,
      0xfffffffffffff000, 0x1000, 64, 0, ANY },
    { "VA, TBI1, lower range", VA, ALL | TWO | TBI1, 0x12345,
      0x12345000, 0x1000, 64, 0, ANY },
    { "VA, TBI1, upper range", VA, ALL | TWO | TBI1, 0xfffffffffff,
      0xfffffffffffff000, 0x1000, 56, 0, ANY },
    { "VA, one range, TBI is for all of it", VA, ALL | TBI0, 0x80000000000,
      0xff80000000000000, 0x1000, 56, 0, ANY },
    { "VA, one range, no TBI1", VA, ALL | TBI1, 0x80000000000,
      0xff80000000000000, 0x1000, 64, 0, ANY },
    { "IPA has no TBI", IPA, ALL | TBI0 | TBI1, 0x1,
      0x1000, 0x1000, 64, 0, ANY },
    { "IPA[51:48]", IPA, ALL, 0xffffffffff,
      0xffffffffff000, 0x1000, 64, 0, ANY },
    { "IPA, bits[62:40] without TTL are RES0", IPA, NONE,
      0x7fffff0000000001, 0x1000, 0x1000, 64, 0, ANY },
    { "IPA is not sign-extended", IPA, ALL, 0x8000000000,
      0x8000000000000, 0x1000, 64, 0, ANY },
    /* Table D8-123: TTL, in the order of the table; all VA bits set */
    { "TTL 0b0000", VA, ALL, 0x0000000000f, 0xf000, 0x1000, 64, 0, ANY },
    { "TTL 0b0001", VA, ALL, 0x100000000000 | 0xf,
      0xf000, 0x1000, 64, 0, ANY },
    { "TTL 0b0011", VA, ALL, 0x300000000000 | 0xf,
      0xf000, 0x1000, 64, 0, ANY },
    { "TTL 0b0100", VA, ALL, 0x400000000000 | 0xf,
      0xf000, 0x1000, 64, 12, 0 },
    { "TTL 0b0100 without LPA2", VA, TTL, 0x400000000000 | 0xf,
      0xf000, 0x1000, 64, 0, ANY },
    { "TTL 0b0101", VA, TTL, 0x500000000000 | 0xf,
      0xf000, 0x1000, 64, 12, 1 },
    { "TTL 0b0110", VA, TTL, 0x600000000000 | 0xf,
      0xf000, 0x1000, 64, 12, 2 },
    { "TTL 0b0111", VA, TTL, 0x700000000000 | 0xf,
      0xf000, 0x1000, 64, 12, 3 },
    { "TTL 0b1000 is reserved", VA, ALL, 0x800000000000 | 0xf,
      0xf000, 0x1000, 64, 0, ANY },
    { "TTL 0b1001", VA, ALL, 0x900000000000 | 0xf,
      0xc000, 0x4000, 64, 14, 1 },
    { "TTL 0b1001 without LPA2", VA, TTL, 0x900000000000 | 0xf,
      0xf000, 0x1000, 64, 0, ANY },
    { "TTL 0b1010", VA, TTL, 0xa00000000000 | 0xf,
      0xc000, 0x4000, 64, 14, 2 },
    { "TTL 0b1011", VA, TTL, 0xb00000000000 | 0xf,
      0xc000, 0x4000, 64, 14, 3 },
    { "TTL 0b1100 is reserved", VA, ALL, 0xc00000000000 | 0xf,
      0xf000, 0x1000, 64, 0, ANY },
    { "TTL 0b1101", VA, TTL, 0xd00000000000 | 0xf, 0, 0x10000, 64, 16, 1 },
    { "TTL 0b1110", VA, TTL, 0xe00000000000 | 0xf, 0, 0x10000, 64, 16, 2 },
    { "TTL 0b1111", VA, TTL, 0xf00000000000 | 0xf, 0, 0x10000, 64, 16, 3 },
    { "TTL 0b1111 without FEAT_TTL", VA, LPA2, 0xf00000000000 | 0xf,
      0xf000, 0x1000, 64, 0, ANY },
    { "IPA, TTL 0b0100", IPA, ALL, 0x400000000000 | 0xf,
      0xf000, 0x1000, 64, 12, 0 },
    { "IPA, TTL 0b1001", IPA, ALL, 0x900000000000 | 0xf,
      0xc000, 0x4000, 64, 14, 1 },
    /* D8.17.5.2: BaseADDR in units of the granule, or of 64KB */
    { "RVA, 4KB, DS 0: BaseADDR[48:12]", RVA, ALL | TWO, R(1, 0, 0, 0, 0x123),
      0x123000, 0x2000, 64, 12, ANY },
    { "RVA, 4KB, DS 1: BaseADDR[52:16]", RVA, ALL | TWO | DS,
      R(1, 0, 0, 0, 0x123), 0x1230000, 0x2000, 64, 12, ANY },
    { "RVA, 16KB, DS 0: BaseADDR[50:14]", RVA, ALL | TWO,
      R(2, 0, 0, 0, 0x123), 0x48c000, 0x8000, 64, 14, ANY },
    { "RVA, 16KB, DS 1: BaseADDR[52:16]", RVA, ALL | TWO | DS,
      R(2, 0, 0, 0, 0x123), 0x1230000, 0x8000, 64, 14, ANY },
    { "RVA, 64KB: BaseADDR[52:16]", RVA, ALL | TWO, R(3, 0, 0, 0, 0x123),
      0x1230000, 0x20000, 64, 16, ANY },
    { "RVA, 64KB, DS 1 changes nothing", RVA, ALL | TWO | DS,
      R(3, 0, 0, 0, 0x123), 0x1230000, 0x20000, 64, 16, ANY },
    { "RVA, 4KB, DS 0: sign is bit 48", RVA, ALL | TWO,
      R(1, 0, 0, 0, 1ull << 36), 0xffff000000000000, 0x2000, 64, 12, ANY },
    { "RVA, 4KB, DS 1: sign is bit 52", RVA, ALL | TWO | DS,
      R(1, 0, 0, 0, 1ull << 36), 0xfff0000000000000, 0x2000, 64, 12, ANY },
    { "RVA, 16KB, DS 0: sign is bit 50", RVA, ALL | TWO,
      R(2, 0, 0, 0, 1ull << 36), 0xfffc000000000000, 0x8000, 64, 14, ANY },
    { "RVA, 16KB, DS 1: sign is bit 52", RVA, ALL | TWO | DS,
      R(2, 0, 0, 0, 1ull << 36), 0xfff0000000000000, 0x8000, 64, 14, ANY },
    { "RVA, 64KB: sign is bit 52", RVA, ALL | TWO,
      R(3, 0, 0, 0, 1ull << 36), 0xfff0000000000000, 0x20000, 64, 16, ANY },
    { "RIPA, 4KB, DS 0: no sign", RIPA, ALL,
      R(1, 0, 0, 0, 1ull << 36), 0x1000000000000, 0x2000, 64, 12, ANY },
    { "RIPA, 4KB, DS 1: no sign", RIPA, ALL | DS,
      R(1, 0, 0, 0, 1ull << 36), 0x10000000000000, 0x2000, 64, 12, ANY },
    { "RIPA, 16KB, DS 1, IPA[51]", RIPA, ALL | DS,
      R(2, 0, 0, 0, 1ull << 35), 0x8000000000000, 0x8000, 64, 14, ANY },
    /* TBI, AArch32 */
    { "RVA, TBI0, lower range", RVA, ALL | TWO | TBI0, R(1, 0, 0, 0, 1),
      0x1000, 0x2000, 56, 12, ANY },
    { "RVA, TBI0, upper range", RVA, ALL | TWO | TBI0,
      R(1, 0, 0, 0, 1ull << 36), 0xffff000000000000, 0x2000, 64, 12, ANY },
    { "RVA, TBI1, upper range", RVA, ALL | TWO | TBI1,
      R(1, 0, 0, 0, 1ull << 36), 0xffff000000000000, 0x2000, 56, 12, ANY },
    { "RIPA has no TBI", RIPA, ALL | TBI0 | TBI1, R(1, 0, 0, 0, 1),
      0x1000, 0x2000, 64, 12, ANY },
    { "RVA, AArch32: VA[55:32] do not count", RVA, ALL | AA32,
      R(1, 0, 0, 0, 0x1ffff00010), 0x10000,
      0x2000, 64, 12, ANY },
    { "RVA, AArch32: ends with 32 bits", RVA, ALL | AA32,
      R(1, 0, 3, 0, 0xfffff), 0xfffff000, 0x1000, 64, 12, ANY },
    /* R_QNPXY and TLBIRange(): it ends with its half */
    { "RVA, last page of the upper range", RVA, ALL | TWO,
      R(1, 0, 0, 0, BASE_ALL), 0xfffffffffffff000, 0x1000, 64, 12, ANY },
    { "RVA, longest, last granule of 64KB", RVA, ALL | TWO,
      R(3, 3, 31, 0, BASE_ALL), 0xffffffffffff0000, 0x10000, 64, 16, ANY },
    { "RVA, the end of the upper range exactly", RVA, ALL | TWO,
      R(1, 0, 0, 0, BASE_ALL - 1), 0xffffffffffffe000, 0x2000, 64, 12, ANY },
    { "RVA, 4KB, DS 1, last 64KB of the lower range", RVA, ALL | TWO | DS,
      R(1, 3, 31, 0, BASE_ALL >> 1), 0xfffffffff0000, 0x10000, 64, 12, ANY },
    { "RVA, 64KB, end of the lower range exactly", RVA, ALL | TWO,
      R(3, 0, 0, 0, (BASE_ALL >> 1) - 1), 0xffffffffe0000, 0x20000,
      64, 16, ANY },
    { "RVA, 4KB, DS 0, across bit 48 is no end", RVA, ALL | TWO,
      R(1, 0, 0, 0, BASE_ALL >> 1), 0xfffffffff000, 0x2000, 64, 12, ANY },
    { "RIPA, ends with 52 bits", RIPA, ALL | DS,
      R(2, 3, 31, 0, BASE_ALL >> 1), 0xfffffffff0000, 0x10000, 64, 14, ANY },
    /* Table D8-124; the base is aligned for the hint */
    { "RVA, 4KB, TTL 1", RVA, TTL, R(1, 3, 31, 1, 1ull << 18),
      0x40000000, 0x200000000, 64, 12, 1 },
    { "RVA, 4KB, TTL 2", RVA, TTL, R(1, 1, 0, 2, 1ull << 9),
      0x200000, 0x40000, 64, 12, 2 },
    { "RVA, 4KB, TTL 3", RVA, TTL, R(1, 0, 0, 3, 1), 0x1000, 0x2000,
      64, 12, 3 },
    { "RVA, 16KB, TTL 1", RVA, ALL | DS, R(2, 0, 0, 1, 1ull << 20),
      0x1000000000, 0x8000, 64, 14, 1 },
    { "RVA, 16KB, TTL 1 without LPA2", RVA, TTL, R(2, 0, 0, 1, 0),
      0, 0x8000, 64, 14, ANY },
    { "RVA, 16KB, TTL 2", RVA, TTL, R(2, 0, 0, 2, 1ull << 11),
      0x2000000, 0x8000, 64, 14, 2 },
    { "RVA, 16KB, TTL 3", RVA, TTL, R(2, 0, 0, 3, 1), 0x4000, 0x8000,
      64, 14, 3 },
    { "RVA, 64KB, TTL 1", RVA, TTL, R(3, 0, 0, 1, 1ull << 26),
      0x40000000000, 0x20000, 64, 16, 1 },
    { "RVA, 64KB, TTL 2", RVA, TTL, R(3, 0, 0, 2, 1ull << 13),
      0x20000000, 0x20000, 64, 16, 2 },
    { "RVA, 64KB, TTL 3", RVA, TTL, R(3, 0, 0, 3, 1), 0x10000, 0x20000,
      64, 16, 3 },
    { "RVA, 4KB, TTL 3 without FEAT_TTL", RVA, LPA2, R(1, 0, 0, 3, 1),
      0x1000, 0x2000, 64, 12, ANY },
    { "RIPA, 64KB, TTL 2", RIPA, TTL, R(3, 0, 0, 2, 1ull << 13),
      0x20000000, 0x20000, 64, 16, 2 },
    /* ... and where it is not, which makes the range UNPREDICTABLE */
    { "RVA, 4KB, TTL 1, BaseADDR[29]", RVA, TTL, R(1, 0, 0, 1, 1ull << 17),
      0x20000000, 0x2000, 64, 12, ANY },
    { "RVA, 4KB, TTL 2, BaseADDR[12]", RVA, TTL, R(1, 0, 0, 2, 1),
      0x1000, 0x2000, 64, 12, ANY },
    { "RVA, 16KB, TTL 1, BaseADDR[35]", RVA, ALL | DS,
      R(2, 0, 0, 1, 1ull << 19), 0x800000000, 0x8000, 64, 14, ANY },
    { "RVA, 16KB, TTL 2, BaseADDR[24]", RVA, TTL, R(2, 0, 0, 2, 1ull << 10),
      0x1000000, 0x8000, 64, 14, ANY },
    { "RVA, 64KB, TTL 1, BaseADDR[41]", RVA, TTL, R(3, 0, 0, 1, 1ull << 25),
      0x20000000000, 0x20000, 64, 16, ANY },
    { "RVA, 64KB, TTL 2, BaseADDR[28]", RVA, TTL, R(3, 0, 0, 2, 1ull << 12),
      0x10000000, 0x20000, 64, 16, ANY },
};

static void test_rows(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        TLBIRegime regime = regime_of(rows[i].set);
        TLBIOperand op = tlbi_decode(rows[i].form, rows[i].operand, &regime);

        tap_ok(!op.nothing && op.base == rows[i].base &&
               op.length == rows[i].length && op.bits == rows[i].bits &&
               op.granule_shift == rows[i].granule_shift &&
               op.level == rows[i].level,
               "%s: got %" PRIx64 "+%" PRIx64 " bits %u granule %u level %d",
               rows[i].name, op.base, op.length, op.bits, op.granule_shift,
               op.level);
    }
}

/*
 * All operands of TG, SCALE and NUM.  The literal is the length of NUM 0;
 * each NUM more adds it again, so no shift is used here at all.
 */
static void test_lengths(void)
{
    static const uint64_t unit[4][4] = {
        { 0, 0, 0, 0 },
        { 8192, 262144, 8388608, 268435456 },
        { 32768, 1048576, 33554432, 1073741824 },
        { 131072, 4194304, 134217728, 4294967296 },
    };
    TLBIRegime regime = regime_of(ALL | TWO);

    for (unsigned tg = 0; tg < 4; tg++) {
        for (unsigned scale = 0; scale < 4; scale++) {
            uint64_t want = 0;

            for (unsigned num = 0; num < 32; num++) {
                uint64_t operand = R(tg, scale, num, 0, 0x40);
                TLBIOperand op;

                want += unit[tg][scale];
                op = tlbi_decode(TLBI_FORM_RVA, operand, &regime);
                tap_ok(tlbi_range_length(operand) == want &&
                       op.length == want && op.nothing == (tg == 0),
                       "TG %u SCALE %u NUM %u: %" PRIu64 ", got %" PRIu64,
                       tg, scale, num, want, op.length);
            }
        }
    }
}

/* ASID, and which forms have one; NS and who may say it */
static void test_matches(void)
{
    static const struct {
        const char *name;
        int form;
        unsigned set;
        uint64_t operand;
        bool has_asid;
        uint16_t asid;
        bool ns;
    } match[] = {
        { "ASID", ASID, ALL | TWO, 0x8001ull << 48, true, 0x8001, false },
        { "VA", VA, ALL | TWO, 0x8001ull << 48, true, 0x8001, false },
        { "VA, all other bits", VA, ALL | TWO, ~0ull >> 16, true, 0, false },
        { "RVA", RVA, ALL | TWO, R(1, 0, 0, 0, 0) | 0x8001ull << 48,
          true, 0x8001, false },
        { "RVA, all other bits", RVA, ALL | TWO, ~0ull >> 16, true, 0, false },
        { "IPA, Non-secure state: NS is RES0", IPA, ALL, 0, false, 0, true },
        { "IPA, Non-secure state, NS 1", IPA, ALL, 1ull << 63,
          false, 0, true },
        { "IPA, Secure state, NS 0", IPA, ALL | SECURE, ~0ull >> 1,
          false, 0, false },
        { "IPA, Secure state, NS 1", IPA, ALL | SECURE, 1ull << 63,
          false, 0, true },
        { "RIPA, Non-secure state: NS is RES0", RIPA, ALL,
          R(1, 0, 0, 0, 0), false, 0, true },
        { "RIPA, Secure state, NS 0", RIPA, ALL | SECURE, ~0ull >> 1,
          false, 0, false },
        { "RIPA, Secure state, NS 1", RIPA, ALL | SECURE,
          R(1, 0, 0, 0, 0) | 1ull << 63, false, 0, true },
    };

    for (size_t i = 0; i < ARRAY_SIZE(match); i++) {
        TLBIRegime regime = regime_of(match[i].set);
        TLBIOperand op = tlbi_decode(match[i].form, match[i].operand, &regime);

        tap_ok(op.has_asid == match[i].has_asid &&
               op.asid == match[i].asid && op.ns == match[i].ns,
               "%s: got ASID %d %x NS %d", match[i].name, op.has_asid,
               op.asid, op.ns);
    }
}

/* D8.2: what the leaf entries of each granule and level translate */
static void test_leaves(void)
{
    static const struct {
        unsigned granule_shift;
        int level;
        unsigned shift;
    } leaf[] = {
        { 12, 0, 39 }, { 12, 1, 30 }, { 12, 2, 21 }, { 12, 3, 12 },
        { 14, 1, 36 }, { 14, 2, 25 }, { 14, 3, 14 },
        { 16, 1, 42 }, { 16, 2, 29 }, { 16, 3, 16 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(leaf); i++) {
        unsigned shift = tlbi_leaf_shift(leaf[i].granule_shift, leaf[i].level);

        tap_ok(shift == leaf[i].shift, "granule %u level %d: %u, got %u",
               leaf[i].granule_shift, leaf[i].level, leaf[i].shift, shift);
    }
}

int main(void)
{
    test_rows();
    test_lengths();
    test_matches();
    test_leaves();
    return tap_done();
}
