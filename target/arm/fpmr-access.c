/*
 * Who may access FPMR: the decision alone (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/fpmr-access.h"

/* The order is that of C5.2.9, "Accessing FPMR". */
unsigned fpmr_access_target(const FPMRControls *c)
{
    if (c->el == 0) {
        if (c->in_host) {
            if (!c->sctlr_el2_enfpm) {
                return 2;
            }
        } else if (!c->sctlr_el1_enfpm) {
            return 1;
        }
    }
    /* HCRX_EL2 is as 0 when SCR_EL3.HXEn is 0. */
    if (c->el < 2 && c->el2_enabled && !c->in_host &&
        ((c->has_el3 && !c->scr_hxen) || !c->hcrx_enfpm)) {
        return 2;
    }
    if (c->el < 3 && c->has_el3 && !c->scr_enfpm) {
        return 3;
    }
    return 0;
}
