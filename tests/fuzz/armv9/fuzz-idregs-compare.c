/*
 * Fuzz comparison and baseline of ID registers: what each says of the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/idregs-compare.h"
#include "fuzz.h"

static void check(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* Granules of stage 2 that are "as stage 1" are not for idreg_resolve(). */
static bool is_as_stage1(const IDReg *reg, uint64_t value)
{
    return reg == idreg_find("ID_AA64MMFR0_EL1") &&
           (!(value >> 40 & 15) || !(value >> 36 & 15) ||
            !(value >> 32 & 15));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct {
        uint8_t reg;
        uint64_t a, b;
    } __attribute__((packed)) in;
    IDRegComparison c, back, low;
    IDRegFieldSet none;
    IDRegResult res;
    const IDReg *reg;
    uint64_t value;

    if (size < sizeof(in)) {
        return 0;
    }
    memcpy(&in, data, sizeof(in));
    reg = &idregs[in.reg % idregs_count];

    c = idreg_compare(reg, in.a, in.b);
    back = idreg_compare(reg, in.b, in.a);
    check(c.a_has_b == back.b_has_a && c.b_has_a == back.a_has_b);
    check(c.differ == back.differ);
    check((c.differ == 0) == (c.a_has_b && c.b_has_a));
    check(in.a != in.b || !c.differ);

    /* What a kernel without limits of its own would say of it */
    idreg_resolve(reg, in.a, in.b, ~0ull, IDREG_ENFORCE, &res);
    check(c.a_has_b == !res.refused || is_as_stage1(reg, in.a) ||
          is_as_stage1(reg, in.b));

    none = idreg_baseline(reg, in.a, in.b, &value);
    check(!none || c.differ);
    check((none & ~c.differ) == 0);
    if (!none) {
        low = idreg_compare(reg, in.a, value);
        check(low.a_has_b);
        low = idreg_compare(reg, in.b, value);
        check(low.a_has_b);
    }
    return 0;
}
