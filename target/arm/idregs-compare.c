/*
 * Two values of an ID register beside each other (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "target/arm/idregs-compare.h"

/* Wider fields have no order; their ranges need no search. */
#define SEARCHED_WIDTH 8

static IDRegComparison compare_field(const IDRegField *field, uint64_t a,
                                     uint64_t b)
{
    return (IDRegComparison) {
        .a_has_b = idreg_field_allows(field, a, b),
        .b_has_a = idreg_field_allows(field, b, a),
    };
}

/* The granules: stage 2, stage 1, and the first value that has stage 1 */
static const struct {
    const char *stage2, *stage1;
    int supported;
} granules[] = {
    { "TGran4_2", "TGran4", 0 },
    { "TGran64_2", "TGran64", 0 },
    { "TGran16_2", "TGran16", 1 },
};

/*
 * D24.1.3.3: 0 says that stage 1 has it.  Such a field with the value that
 * stage 1 stands for: 1, not supported; 2, supported; 3, with 52-bit addresses
 */
static uint64_t tell_stage2(const IDReg *reg, uint64_t value)
{
    if (reg != &idregs[IDREG_ID_AA64MMFR0_EL1]) {
        return value;
    }
    for (size_t i = 0; i < ARRAY_SIZE(granules); i++) {
        const IDRegField *f = idreg_find_field(reg, granules[i].stage2);
        const IDRegField *f1 = idreg_find_field(reg, granules[i].stage1);
        int stage1 = f1->sign == IDREG_SIGNED
                     ? sextract64(value, f1->lsb, f1->width)
                     : extract64(value, f1->lsb, f1->width);

        stage1 -= granules[i].supported;
        if (!extract64(value, f->lsb, f->width) && stage1 <= 1) {
            value = deposit64(value, f->lsb, f->width,
                              stage1 < 0 ? 1 : 2 + stage1);
        }
    }
    return value;
}

/* The 0 of @a where it says the same as what is told in @value */
static uint64_t untell_stage2(const IDReg *reg, uint64_t value, uint64_t a)
{
    for (size_t i = 0; i < ARRAY_SIZE(granules); i++) {
        const IDRegField *f = idreg_find_field(reg, granules[i].stage2);

        if (f && !extract64(a, f->lsb, f->width)) {
            uint64_t bits = idreg_field_mask(f), zero = value & ~bits;

            if (!((tell_stage2(reg, zero) ^ value) & bits)) {
                value = zero;
            }
        }
    }
    return value;
}

IDRegComparison idreg_compare(const IDReg *reg, uint64_t a, uint64_t b)
{
    IDRegComparison all = { .a_has_b = true, .b_has_a = true };

    a = tell_stage2(reg, a);
    b = tell_stage2(reg, b);
    for (size_t i = 0; i < reg->count; i++) {
        const IDRegField *f = &reg->fields[i];
        IDRegComparison one = compare_field(f, extract64(a, f->lsb, f->width),
                                            extract64(b, f->lsb, f->width));

        if (!one.a_has_b || !one.b_has_a) {
            all.differ |= 1u << i;
        }
        all.a_has_b = all.a_has_b && one.a_has_b;
        all.b_has_a = all.b_has_a && one.b_has_a;
    }
    return all;
}

/* The best of a field; EXACT alone has a third value that both can show. */
static bool baseline_field(const IDRegField *field, uint64_t a, uint64_t b,
                           uint64_t *value)
{
    uint64_t floor = field->floor & MAKE_64BIT_MASK(0, field->width);

    if (field->safe == IDREG_ANY || idreg_field_allows(field, b, a)) {
        *value = a;
    } else if (idreg_field_allows(field, a, b)) {
        *value = b;
    } else if (idreg_field_allows(field, a, floor) &&
               idreg_field_allows(field, b, floor)) {
        *value = floor;
    } else {
        *value = a;
        return false;
    }
    return true;
}

IDRegFieldSet idreg_baseline(const IDReg *reg, uint64_t a, uint64_t b,
                             uint64_t *value)
{
    IDRegFieldSet none = 0;
    uint64_t first = a;

    a = tell_stage2(reg, a);
    b = tell_stage2(reg, b);
    *value = 0;
    for (size_t i = 0; i < reg->count; i++) {
        const IDRegField *f = &reg->fields[i];
        uint64_t v;

        if (!baseline_field(f, extract64(a, f->lsb, f->width),
                            extract64(b, f->lsb, f->width), &v)) {
            none |= 1u << i;
        }
        *value = deposit64(*value, f->lsb, f->width, v);
    }
    *value = untell_stage2(reg, *value, first);
    return none;
}

size_t idreg_field_ranges(const IDRegField *field, uint64_t host,
                          bool writable, IDRegRange ranges[IDREG_RANGES_MAX])
{
    uint64_t top = MAKE_64BIT_MASK(0, field->width);
    size_t count = 0;

    if (!writable || (field->width > SEARCHED_WIDTH &&
                      field->safe != IDREG_ANY)) {
        ranges[0] = (IDRegRange) { host, host };
        return 1;
    }
    if (field->safe == IDREG_ANY) {
        ranges[0] = (IDRegRange) { 0, top };
        return 1;
    }
    for (uint64_t v = 0; v <= top; v++) {
        if (!idreg_field_allows(field, host, v)) {
            continue;
        }
        if (count && ranges[count - 1].high + 1 == v) {
            ranges[count - 1].high = v;
        } else if (count < IDREG_RANGES_MAX) {
            ranges[count++] = (IDRegRange) { v, v };
        }
    }
    return count;
}

bool idreg_aarch32(const IDReg *reg)
{
    return reg->op0 == 3 && reg->op1 == 0 && reg->crn == 0 &&
           reg->crm >= 1 && reg->crm <= 3;
}
