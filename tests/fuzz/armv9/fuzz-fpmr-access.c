/*
 * Fuzz fpmr_access_target() against a model that goes through all traps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/fpmr-access.h"
#include "fuzz.h"

/*
 * Another view of C5.2.9: each control, the exception levels that it rules,
 * whether it is in force, and the level it traps to; the lowest target wins,
 * because the pseudocode asks EL1's control first and EL3's last.
 */
static unsigned model(const FPMRControls *c)
{
    bool hcrx = c->hcrx_enfpm && (!c->has_el3 || c->scr_hxen);
    struct {
        unsigned highest_el;
        bool in_force, enabled;
        unsigned target;
    } control[] = {
        { 0, !c->in_host, c->sctlr_el1_enfpm, 1 },
        { 0, c->in_host, c->sctlr_el2_enfpm, 2 },
        { 1, c->el2_enabled && !c->in_host, hcrx, 2 },
        { 2, c->has_el3, c->scr_enfpm, 3 },
    };
    unsigned lowest = 4;

    for (size_t i = 0; i < ARRAY_SIZE(control); i++) {
        if (c->el <= control[i].highest_el && control[i].in_force &&
            !control[i].enabled && control[i].target < lowest) {
            lowest = control[i].target;
        }
    }
    return lowest == 4 ? 0 : lowest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FPMRControls c;

    if (size < 2) {
        return 0;
    }
    c = (FPMRControls) {
        .el = data[0] & 3,
        .in_host = data[0] & 4,
        .el2_enabled = data[0] & 8,
        .has_el3 = data[0] & 16,
        .sctlr_el1_enfpm = data[1] & 1,
        .sctlr_el2_enfpm = data[1] & 2,
        .scr_hxen = data[1] & 4,
        .hcrx_enfpm = data[1] & 8,
        .scr_enfpm = data[1] & 16,
    };
    if (fpmr_access_target(&c) != model(&c)) {
        abort();
    }
    return 0;
}
