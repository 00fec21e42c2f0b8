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

IDRegComparison idreg_compare(const IDReg *reg, uint64_t a, uint64_t b)
{
    IDRegComparison all = { .a_has_b = true, .b_has_a = true };

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
