/*
 * The operands of the TLBI instructions: the decoder (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/tlbi-operand.h"

/* Table D8-122, DecodeTLBITG() and TGBits(); 0 for the reserved value */
static unsigned tlbi_granule_shift(unsigned tg)
{
    static const uint8_t shift[] = {
        [TLBI_TG_4K] = 12,
        [TLBI_TG_16K] = 14,
        [TLBI_TG_64K] = 16,
    };

    return shift[tg];
}

unsigned tlbi_leaf_shift(unsigned granule_shift, int level)
{
    /* A table holds as many 8-byte descriptors as fit in a granule. */
    return granule_shift + (3 - level) * (granule_shift - 3);
}

uint64_t tlbi_range_length(uint64_t operand)
{
    unsigned shift = tlbi_granule_shift(FIELD_EX64(operand, TLBI_RANGE, TG));
    uint64_t num = FIELD_EX64(operand, TLBI_RANGE, NUM);
    unsigned scale = FIELD_EX64(operand, TLBI_RANGE, SCALE);

    return shift ? (num + 1) << (5 * scale + 1 + shift) : 0;
}

/* Tables D8-123 and D8-124: whether a leaf entry can be at this level */
static bool tlbi_leaf_level(unsigned tg, unsigned level, bool lpa2)
{
    switch (level) {
    case 0:
        return tg == TLBI_TG_4K && lpa2;
    case 1:
        return tg != TLBI_TG_16K || lpa2;
    default:
        return true;
    }
}

/* The address and TTL of the forms for a single address */
static void tlbi_decode_address(TLBIOperand *op, uint64_t address,
                                uint64_t operand, const TLBIRegime *regime)
{
    unsigned tg = FIELD_EX64(operand, TLBI, TTL_TG);
    unsigned level = FIELD_EX64(operand, TLBI, TTL_LEVEL);
    unsigned shift = TLBI_ADDRESS_SHIFT;

    if (regime->ttl && tg != TLBI_TG_RESERVED &&
        tlbi_leaf_level(tg, level, regime->lpa2)) {
        op->level = level;
        shift = op->granule_shift = tlbi_granule_shift(tg);
    }
    /* I_HQTLK: address bits below the granule have no effect. */
    op->base = address & (~0ull << shift);
    op->length = 1ull << shift;
}

/* BaseADDR, NUM, SCALE, TG and TTL of the range forms: TLBIRange() */
static void tlbi_decode_range(TLBIOperand *op, uint64_t baseaddr,
                              uint64_t operand, const TLBIRegime *regime)
{
    unsigned tg = FIELD_EX64(operand, TLBI_RANGE, TG);
    unsigned level = FIELD_EX64(operand, TLBI_RANGE, TTL);
    uint64_t half = 1ull << TLBI_RANGE_BITS;
    uint64_t end;

    if (tg == TLBI_TG_RESERVED) {
        op->nothing = true;
        return;
    }
    op->granule_shift = tlbi_granule_shift(tg);
    op->base = baseaddr << (regime->ds ? TLBI_DS_SHIFT : op->granule_shift);
    op->length = tlbi_range_length(operand);

    /* R_QNPXY: a range ends with its half of the address space. */
    end = op->base + op->length;
    if ((end ^ op->base) & half) {
        op->length = half - (op->base & (half - 1));
    }

    /* 0b00 is no hint; a hint must be that of an entry at the base. */
    if (regime->ttl && level && tlbi_leaf_level(tg, level, regime->lpa2) &&
        !(op->base & ~(~0ull << tlbi_leaf_shift(op->granule_shift, level)))) {
        op->level = level;
    }
}

/* R_FGPTT: the VA of an AArch32 regime has 32 bits. */
static void tlbi_truncate_aa32(TLBIOperand *op)
{
    uint64_t size = 1ull << TLBI_AA32_BITS;

    op->base &= size - 1;
    if (op->length > size - op->base) {
        op->length = size - op->base;
    }
}

TLBIOperand tlbi_decode(TLBIForm form, uint64_t operand,
                        const TLBIRegime *regime)
{
    TLBIOperand op = { .bits = 64, .level = TLBI_LEVEL_ANY };
    bool ipa = form == TLBI_FORM_IPA || form == TLBI_FORM_RIPA;

    switch (form) {
    case TLBI_FORM_VA:
        tlbi_decode_address(&op, (uint64_t)FIELD_SEX64(operand, TLBI, VA)
                                 << TLBI_ADDRESS_SHIFT, operand, regime);
        break;
    case TLBI_FORM_IPA:
        tlbi_decode_address(&op, FIELD_EX64(operand, TLBI, IPA)
                                 << TLBI_ADDRESS_SHIFT, operand, regime);
        break;
    case TLBI_FORM_RVA:
        tlbi_decode_range(&op, FIELD_SEX64(operand, TLBI_RANGE, BASEADDR),
                          operand, regime);
        break;
    case TLBI_FORM_RIPA:
        tlbi_decode_range(&op, FIELD_EX64(operand, TLBI_RANGE, BASEADDR),
                          operand, regime);
        break;
    case TLBI_FORM_ASID:
        break;
    }
    if (op.nothing) {
        return (TLBIOperand) { .nothing = true };
    }
    if (ipa) {
        op.ns = !regime->secure || FIELD_EX64(operand, TLBI, NS);
    } else {
        op.has_asid = true;
        op.asid = FIELD_EX64(operand, TLBI, ASID);
        if (regime->aa32) {
            tlbi_truncate_aa32(&op);
        } else if (regime->tbi[regime->two_ranges &&
                               (op.base >> (TLBI_VA_BITS - 1) & 1)]) {
            op.bits = TLBI_VA_BITS;
        }
    }
    return op;
}
