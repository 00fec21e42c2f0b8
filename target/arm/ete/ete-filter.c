/*
 * Where trace is allowed, whose the trace buffer is, which time it bears
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/ete/ete-filter.h"

/* MDCR_EL3.NSTB: bit 0 is about traps only */
#define NSTB_NON_SECURE 2

ETEOwner ete_buffer_owner(const ETEOwnerControls *c)
{
    ETEOwner owner = { .space = ETE_NONSECURE, .el = 1 };

    if (c->has_el3) {
        if (!(c->nstb & NSTB_NON_SECURE)) {
            owner.space = ETE_SECURE;
        } else if (c->has_rme && c->nstbe) {
            owner.space = ETE_REALM;
        }
    }
    if (c->has_el2 && (owner.space != ETE_SECURE || c->secure_el2) &&
        c->e2tb == 0) {
        owner.el = 2;
    }
    return owner;
}

/* TRFCR_ELx.{E2TRE, E1TRE, E0HTRE, E0TRE} */
static bool enabled_at_el(const ETEAllowedControls *c)
{
    switch (c->el) {
    case 0:
        return c->tge ? c->e0htre : c->e0tre;
    case 1:
        return c->e1tre;
    case 2:
        return c->e2tre;
    default:
        return c->el3_aa32 && c->e1tre;
    }
}

static bool allowed_in_space(const ETEAllowedControls *c)
{
    switch (c->space) {
    case ETE_NONSECURE:
        return true;
    case ETE_SECURE:
        return c->ste;
    case ETE_REALM:
        return c->rlte;
    default:
        return false;
    }
}

/* R_XWDZV, R_SHXTV, R_MFFGX, R_VGWJN, R_RRBFN */
static bool allowed_by_owner(const ETEAllowedControls *c)
{
    return !c->buffer_enabled ||
        (c->space == c->owner.space && c->el <= c->owner.el &&
         !(c->tge && c->owner.el == 1));
}

bool ete_trace_allowed(const ETEAllowedControls *c)
{
    return enabled_at_el(c) && allowed_in_space(c) && allowed_by_owner(c);
}

/* Whether a value of TRFCR_ELx.TS selects a time */
static bool selects(bool has_ecv, unsigned ts)
{
    return ts == ETE_TIME_VIRTUAL || ts == ETE_TIME_PHYSICAL ||
        (ts == ETE_TIME_GUEST_PHYSICAL && has_ecv);
}

ETETime ete_time(bool has_el2, bool has_ecv, unsigned ts_el2, unsigned ts_el1)
{
    unsigned ts = has_el2 && ts_el2 != ETE_TIME_BY_EL1 ? ts_el2 : ts_el1;

    return selects(has_ecv, ts) ? ts : ETE_TIME_VIRTUAL;
}

bool ete_time_has_offset(const ETEOffsetControls *c)
{
    return c->has_el2 && c->has_ecv_poff && !c->el3_aa32 && c->cnthctl_ecv &&
        (!c->has_el3 || (c->scr_ecven && !c->lower_aa32));
}
