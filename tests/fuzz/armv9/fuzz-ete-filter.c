/*
 * Fuzz ete-filter.c against the prose of D3.2, D3.3 and D6.3.5
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/ete/ete-filter.h"
#include "fuzz.h"

/* R_HBZNT: each state is the owning one "if and only if" */
static bool owner_is(const ETEOwnerControls *c, ETESecurity space)
{
    /* A reserved value selects Secure state. */
    bool secure = c->has_el3 && c->nstb < 2;
    bool nstbe = c->has_rme && c->nstbe;

    switch (space) {
    case ETE_NONSECURE:
        return !c->has_el3 || (!nstbe && c->nstb >= 2);
    case ETE_SECURE:
        return secure;
    case ETE_REALM:
        return c->has_el3 && nstbe && c->nstb >= 2;
    default:
        return false;
    }
}

static unsigned owner_el(const ETEOwnerControls *c)
{
    bool el2_disabled = owner_is(c, ETE_SECURE) && !c->secure_el2;

    return !c->has_el2 || el2_disabled || c->e2tb != 0 ? 1 : 2;
}

/* D3.2 and D3.2.1: prohibited if one of the following; then D6.3.5 */
static bool prohibited(const ETEAllowedControls *c)
{
    const bool any[] = {
        c->space == ETE_SECURE && !c->ste,
        c->space == ETE_REALM && !c->rlte,
        c->space == ETE_ROOT,
        c->el == 0 && !c->tge && !c->e0tre,
        c->el == 0 && c->tge && !c->e0htre,
        c->el == 1 && !c->e1tre,
        c->el == 2 && !c->e2tre,
        c->el == 3 && !c->el3_aa32,
        c->el == 3 && c->el3_aa32 && !c->e1tre,
        /* R_XWDZV */
        c->buffer_enabled && c->owner.el == 1 && c->el == 3,
        c->buffer_enabled && c->owner.el == 1 && c->el == 2,
        c->buffer_enabled && c->owner.el == 1 && c->tge,
        /* R_SHXTV */
        c->buffer_enabled && c->owner.el == 2 && c->el == 3,
        /* R_MFFGX, R_VGWJN, R_RRBFN */
        c->buffer_enabled && c->owner.space == ETE_NONSECURE &&
            c->space != ETE_NONSECURE,
        c->buffer_enabled && c->owner.space == ETE_SECURE &&
            c->space != ETE_SECURE,
        c->buffer_enabled && c->owner.space == ETE_REALM &&
            c->space != ETE_REALM,
    };

    for (size_t i = 0; i < ARRAY_SIZE(any); i++) {
        if (any[i]) {
            return true;
        }
    }
    return false;
}

/* D3.3: the offset is zero "if any of the following are true" */
static bool offset_is_zero(const ETEOffsetControls *c)
{
    return c->el3_aa32 || !c->has_el2 || !c->has_ecv_poff ||
        (c->has_el3 && c->lower_aa32) || !c->cnthctl_ecv ||
        (c->has_el3 && !c->scr_ecven);
}

static ETETime time_of(bool has_el2, bool has_ecv, unsigned el2, unsigned el1)
{
    if (!has_ecv && (el2 == 2 || el1 == 2)) {
        /* Reserved: the same as virtual, and as for 0b01 elsewhere. */
        return time_of(has_el2, true, el2 == 2 ? 1 : el2, el1 == 2 ? 1 : el1);
    }
    if (has_el2 && el2 == 1) {
        return ETE_TIME_VIRTUAL;
    }
    if (has_el2 && el2 == 2) {
        return ETE_TIME_GUEST_PHYSICAL;
    }
    if (has_el2 && el2 == 3) {
        return ETE_TIME_PHYSICAL;
    }
    return el1 == 0 ? ETE_TIME_VIRTUAL : (ETETime)el1;
}

static void check(bool ok)
{
    if (!ok) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ETEOwnerControls o;
    ETEAllowedControls a;
    ETEOffsetControls t;
    ETEOwner owner;

    if (size < 5) {
        return 0;
    }
    o = (ETEOwnerControls) {
        .has_el2 = data[0] & 1, .has_el3 = data[0] & 2,
        .has_rme = data[0] & 4, .secure_el2 = data[0] & 8,
        .nstbe = data[0] & 16, .nstb = data[0] >> 5 & 3, .e2tb = data[1] & 3,
    };
    owner = ete_buffer_owner(&o);
    check(owner_is(&o, owner.space) && owner.el == owner_el(&o));

    a = (ETEAllowedControls) {
        .el = data[1] >> 2 & 3, .space = data[1] >> 4 & 3,
        .el3_aa32 = data[1] & 64, .ste = data[1] & 128,
        .rlte = data[2] & 1, .tge = data[2] & 2, .e0tre = data[2] & 4,
        .e1tre = data[2] & 8, .e0htre = data[2] & 16, .e2tre = data[2] & 32,
        .buffer_enabled = data[2] & 64, .owner = owner,
    };
    check(ete_trace_allowed(&a) == !prohibited(&a));

    check(ete_time(data[3] & 1, data[3] & 2, data[3] >> 2 & 3,
                   data[3] >> 4 & 3) ==
          time_of(data[3] & 1, data[3] & 2, data[3] >> 2 & 3,
                  data[3] >> 4 & 3));

    t = (ETEOffsetControls) {
        .has_el2 = data[4] & 1, .has_el3 = data[4] & 2,
        .el3_aa32 = data[4] & 4, .has_ecv_poff = data[4] & 8,
        .lower_aa32 = data[4] & 16, .scr_ecven = data[4] & 32,
        .cnthctl_ecv = data[4] & 64,
    };
    check(ete_time_has_offset(&t) == !offset_is_zero(&t));
    return 0;
}
