/*
 * Fuzz the masks of the trace unit's registers, one bit at a time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/ete/ete-regs.h"
#include "fuzz.h"

static void check(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* The field that has this bit */
static const ETEField *field_of(const ETEReg *r, unsigned bit)
{
    const ETEField *found = NULL;

    for (size_t i = 0; i < r->count; i++) {
        unsigned lsb = r->fields[i].lsb;

        if (bit >= lsb && bit < lsb + r->fields[i].width) {
            check(!found);
            found = &r->fields[i];
        }
    }
    check(found);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) {
        return 0;
    }

    const ETEReg *r = &ete_registers[data[0] % ETE_REGS];
    unsigned have = data[1] & (ETE_EL2 | ETE_EL3 | ETE_SEL2 | ETE_RME);
    unsigned bit = data[2] % 64;
    const ETEField *f = field_of(r, bit);
    bool there = f->need == ETE_ANY;

    for (unsigned n = ETE_EL2; n <= ETE_RME; n *= 2) {
        there = there || (f->need == n && (have & n));
    }
    check((ete_reg_writable_bits(r, have) >> bit & 1) ==
          (there && f->kind == ETE_RW));
    check((ete_reg_reset(r, have) >> bit & 1) ==
          (there && ((uint64_t)f->value >> (bit - f->lsb) & 1)));
    return 0;
}
