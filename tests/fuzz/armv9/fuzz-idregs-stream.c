/*
 * Fuzz what ID registers hide: more of a feature never hides more
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/idregs-stream.h"
#include "fuzz.h"

static void check(bool ok)
{
    if (!ok) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct {
        uint16_t sysreg;
        uint8_t index, field;
        uint64_t value;
        uint64_t id;
    } __attribute__((packed)) in;
    uint64_t values[IDREGS_COUNT], more;
    const IDRegField *f;
    const IDReg *reg;
    bool hidden;

    if (size < sizeof(in)) {
        return 0;
    }
    memcpy(&in, data, sizeof(in));
    for (size_t i = 0; i < IDREGS_COUNT; i++) {
        values[i] = in.id * (2 * i + 1);
    }
    in.index %= IDREGS_COUNT;
    reg = &idregs[in.index];
    f = &reg->fields[in.field % reg->count];

    hidden = idreg_hides(values, in.sysreg, in.value);
    more = values[in.index] | idreg_field_mask(f);
    if (f->sign == IDREG_PMU) {
        more &= ~(1ull << f->lsb);          /* 0xf is none */
    }
    values[in.index] = more;
    check(!idreg_hides(values, in.sysreg, in.value) || hidden);
    return 0;
}
