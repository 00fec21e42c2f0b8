/*
 * Fuzz tlbi_decode() against a slow model with unlimited integers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/tlbi-operand.h"
#include "fuzz.h"

typedef unsigned __int128 Wide;

static unsigned bit(uint64_t value, unsigned n)
{
    return value >> n & 1;
}

/* The number in bits msb to lsb, a bit at a time */
static uint64_t number(uint64_t value, unsigned msb, unsigned lsb)
{
    uint64_t n = 0;

    for (unsigned i = msb + 1; i-- > lsb; ) {
        n = n * 2 + bit(value, i);
    }
    return n;
}

static Wide power(unsigned n)
{
    Wide p = 1;

    while (n--) {
        p *= 2;
    }
    return p;
}

/*
 * An address as the manual writes it: bit lsb of it is bit 0 of the operand,
 * and so on up to msb; above there are copies of msb, or zeros.
 */
static uint64_t address(uint64_t operand, unsigned msb, unsigned lsb,
                        bool sign)
{
    uint64_t a = 0;

    for (unsigned i = lsb; i < 64; i++) {
        unsigned from = i <= msb ? i - lsb : msb - lsb;

        if ((i <= msb || sign) && bit(operand, from)) {
            a += (uint64_t)power(i);
        }
    }
    return a;
}

/* The granules and levels of tables D8-123 and D8-124 that mean something */
static bool table(unsigned tg, unsigned level, bool lpa2, unsigned *leaf)
{
    static const struct {
        unsigned tg, level, leaf;
        bool lpa2;
    } rows[] = {
        { 1, 0, 39, true }, { 1, 1, 30, false }, { 1, 2, 21, false },
        { 1, 3, 12, false },
        { 2, 1, 36, true }, { 2, 2, 25, false }, { 2, 3, 14, false },
        { 3, 1, 42, false }, { 3, 2, 29, false }, { 3, 3, 16, false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].tg == tg && rows[i].level == level) {
            *leaf = rows[i].leaf;
            return lpa2 || !rows[i].lpa2;
        }
    }
    return false;
}

static void check(bool ok)
{
    if (!ok) {
        abort();
    }
}

static void check_single(bool ipa, uint64_t operand, const TLBIRegime *r,
                         const TLBIOperand *op)
{
    static const unsigned shifts[] = { 12, 12, 14, 16 };
    uint64_t a = ipa ? address(operand, 51, 12, false)
                     : address(operand, 55, 12, true);
    unsigned tg = number(operand, 47, 46), level = number(operand, 45, 44);
    unsigned leaf;
    bool hint = r->ttl && table(tg, level, r->lpa2, &leaf);

    if (!ipa && r->aa32) {
        a = number(a, 31, 0);
    }
    check(op->level == (hint ? (int)level : TLBI_LEVEL_ANY));
    check(op->granule_shift == (hint ? shifts[tg] : 0));
    check(op->length == power(hint ? shifts[tg] : 12));
    /* The address is in the page, which is aligned. */
    check(op->base % op->length == 0 && a - op->base < op->length);
}

static void check_range(bool ipa, uint64_t operand, const TLBIRegime *r,
                        const TLBIOperand *op)
{
    static const unsigned shifts[] = { 0, 12, 14, 16 };
    unsigned tg = number(operand, 47, 46), level = number(operand, 38, 37);
    unsigned shift = shifts[tg], lsb = r->ds ? 16 : shift, leaf;
    uint64_t a = address(operand, 36 + lsb, lsb, !ipa);
    Wide granules, end, limit;
    bool hint;

    hint = r->ttl && level && table(tg, level, r->lpa2, &leaf) &&
           a % power(leaf) == 0;
    granules = (number(operand, 43, 39) + 1) *
               power(5 * number(operand, 45, 44) + 1);
    end = a + granules * power(shift);
    /* The half ends at 2^52, or with the address space. */
    limit = a < power(52) ? power(52)
                          : ipa ? power(53) : power(64);
    end = end < limit ? end : limit;
    end -= a;
    if (!ipa && r->aa32) {
        a = number(a, 31, 0);
        end = a + end < power(32) ? end : power(32) - a;
    }
    check(op->base == a);
    check(op->length == end && op->length > 0);
    check(op->granule_shift == shift);
    check(op->level == (hint ? (int)level : TLBI_LEVEL_ANY));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TLBIForm form;
    TLBIRegime r;
    TLBIOperand op;
    uint64_t operand;
    bool ipa, tbi;

    if (size < 10) {
        return 0;
    }
    form = data[0] % (TLBI_FORM_RIPA + 1);
    r = (TLBIRegime) {
        .ttl = data[1] & 1, .lpa2 = data[1] & 2, .two_ranges = data[1] & 4,
        .aa32 = data[1] & 8, .ds = data[1] & 16,
        .tbi = { data[1] & 32, data[1] & 64 }, .secure = data[1] & 128,
    };
    memcpy(&operand, data + 2, sizeof(operand));
    /* Make the ends of the address space likely. */
    if (data[0] & 0x40) {
        operand |= MAKE_64BIT_MASK(4, 32);
    }
    if (data[0] & 0x80) {
        operand &= ~MAKE_64BIT_MASK(0, 30);
    }
    op = tlbi_decode(form, operand, &r);
    ipa = form == TLBI_FORM_IPA || form == TLBI_FORM_RIPA;

    if (form == TLBI_FORM_RVA || form == TLBI_FORM_RIPA) {
        check(op.nothing == (number(operand, 47, 46) == 0));
        if (op.nothing) {
            check(!op.base && !op.length && !op.has_asid && !op.ns);
            return 0;
        }
        check_range(ipa, operand, &r, &op);
    } else {
        check(!op.nothing);
        if (form == TLBI_FORM_ASID) {
            check(!op.base && !op.length && op.level == TLBI_LEVEL_ANY);
        } else {
            check_single(ipa, operand, &r, &op);
        }
    }

    check(op.has_asid == !ipa && op.asid == (ipa ? 0 : operand >> 48));
    check(op.ns == (ipa && (!r.secure || bit(operand, 63))));
    tbi = r.two_ranges && bit(op.base, 55) ? r.tbi[1] : r.tbi[0];
    check(op.bits == (!ipa && !r.aa32 && tbi ? 56 : 64));
    return 0;
}
