/*
 * The registers of the trace unit as data (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "target/arm/ete/ete-regs.h"

/* The rows of each register: TRCVICTLR_fields[] and so on */
#define ETEREG(reg, cn, cm, o2, access, trap, need, state) \
    static const ETEField reg##_fields[] = {
#define ETEFIELD(reg, field, l, w, kind, value, need) \
    { #field, l, w, ETE_##kind, ETE_##need, value },
#define ETERES0(reg, l, w) { "RES0", l, w, ETE_RES0, ETE_ANY, 0 },
#define ETEEND(reg) };
#include "target/arm/ete/ete-regs.h.inc"
#undef ETEREG
#undef ETEFIELD
#undef ETERES0
#undef ETEEND

#define ETE_ACCESS_RO false
#define ETE_ACCESS_RW true

#define AT(member) offsetof(ETERegs, member)
#define NONE ETE_NO_STATE

const ETEReg ete_registers[ETE_REGS] = {
#define ETEREG(reg, cn, cm, o2, access, trap, need, state) \
    { #reg, cn, cm, o2, ETE_ACCESS_##access, ETE_TRAP_##trap, ETE_##need, \
      state, reg##_fields, ARRAY_SIZE(reg##_fields) },
#define ETEFIELD(reg, field, l, w, kind, value, need)
#define ETERES0(reg, l, w)
#define ETEEND(reg)
#include "target/arm/ete/ete-regs.h.inc"
};

static bool have_all(ETENeed need, unsigned have)
{
    return (need & have) == need && !(need & ETE_NEVER);
}

uint64_t ete_reg_writable_bits(const ETEReg *reg, unsigned have)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < reg->count; i++) {
        const ETEField *f = &reg->fields[i];

        if (f->kind == ETE_RW && have_all(f->need, have)) {
            bits |= MAKE_64BIT_MASK(f->lsb, f->width);
        }
    }
    return bits;
}

uint64_t ete_reg_reset(const ETEReg *reg, unsigned have)
{
    uint64_t value = 0;

    for (size_t i = 0; i < reg->count; i++) {
        const ETEField *f = &reg->fields[i];

        if (have_all(f->need, have)) {
            value = deposit64(value, f->lsb, f->width, f->value);
        }
    }
    return value;
}
