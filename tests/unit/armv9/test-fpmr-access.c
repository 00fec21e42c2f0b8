/*
 * Unit test of fpmr_access_target()
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/fpmr-access.h"
#include "tap.h"

/* What a row sets of FPMRControls, besides the exception level */
enum {
    HOST = 1, EL2 = 2, EL3 = 4,
    SCTLR1 = 8, SCTLR2 = 16, HXEN = 32, HCRX = 64, SCR = 128,
    /* Both levels there, and all controls enabling: rows take away. */
    ALL = EL2 | EL3 | SCTLR1 | SCTLR2 | HXEN | HCRX | SCR,
    NONE = EL2 | EL3,
};

static const struct {
    const char *name;
    unsigned el;
    unsigned set;
    unsigned target;
} rows[] = {
    /* C5.2.9, PSTATE.EL == EL0 */
    { "EL0, all enabled", 0, ALL, 0 },
    { "EL0, in host, all enabled", 0, ALL | HOST, 0 },
    { "EL0, SCTLR_EL1.EnFPM = 0", 0, ALL & ~SCTLR1, 1 },
    { "EL0, in host, SCTLR_EL1.EnFPM = 0 does not matter",
      0, (ALL & ~SCTLR1) | HOST, 0 },
    { "EL0, in host, SCTLR_EL2.EnFPM = 0", 0, (ALL & ~SCTLR2) | HOST, 2 },
    { "EL0, not in host, SCTLR_EL2.EnFPM = 0 does not matter",
      0, ALL & ~SCTLR2, 0 },
    { "EL0, HCRX_EL2.EnFPM = 0", 0, ALL & ~HCRX, 2 },
    { "EL0, in host, HCRX_EL2.EnFPM = 0 does not matter",
      0, (ALL & ~HCRX) | HOST, 0 },
    { "EL0, EL2 disabled, HCRX_EL2.EnFPM = 0 does not matter",
      0, ALL & ~(EL2 | HCRX), 0 },
    { "EL0, SCR_EL3.HXEn = 0", 0, ALL & ~HXEN, 2 },
    { "EL0, no EL3, SCR_EL3.HXEn = 0 does not matter",
      0, ALL & ~(EL3 | HXEN), 0 },
    { "EL0, SCR_EL3.EnFPM = 0", 0, ALL & ~SCR, 3 },
    { "EL0, no EL3, SCR_EL3.EnFPM = 0 does not matter",
      0, ALL & ~(EL3 | SCR), 0 },
    { "EL0, nothing enabled: EL1 first", 0, NONE, 1 },
    { "EL0, in host, nothing enabled: EL2", 0, NONE | HOST, 2 },
    { "EL0, HCRX_EL2 before SCR_EL3", 0, NONE | SCTLR1, 2 },
    /* PSTATE.EL == EL1 */
    { "EL1, all enabled", 1, ALL, 0 },
    { "EL1, SCTLR_EL1.EnFPM = 0 does not matter", 1, ALL & ~SCTLR1, 0 },
    { "EL1, HCRX_EL2.EnFPM = 0", 1, ALL & ~HCRX, 2 },
    { "EL1, SCR_EL3.HXEn = 0", 1, ALL & ~HXEN, 2 },
    { "EL1, EL2 disabled, HXEn = 0 does not matter",
      1, ALL & ~(EL2 | HXEN), 0 },
    { "EL1, SCR_EL3.EnFPM = 0", 1, ALL & ~SCR, 3 },
    { "EL1, nothing enabled: EL2 first", 1, NONE, 2 },
    { "EL1, nothing enabled, EL2 disabled: EL3", 1, NONE & ~EL2, 3 },
    /* PSTATE.EL == EL2 */
    { "EL2, all enabled", 2, ALL, 0 },
    { "EL2, SCTLR_EL2.EnFPM = 0 does not matter", 2, ALL & ~SCTLR2, 0 },
    { "EL2, HCRX_EL2.EnFPM = 0 does not matter", 2, ALL & ~HCRX, 0 },
    { "EL2, SCR_EL3.EnFPM = 0", 2, ALL & ~SCR, 3 },
    { "EL2, no EL3, nothing enabled", 2, NONE & ~EL3, 0 },
    /* PSTATE.EL == EL3 */
    { "EL3, nothing enabled", 3, NONE, 0 },
};

int main(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        unsigned set = rows[i].set;
        FPMRControls c = {
            .el = rows[i].el,
            .in_host = set & HOST,
            .el2_enabled = set & EL2,
            .has_el3 = set & EL3,
            .sctlr_el1_enfpm = set & SCTLR1,
            .sctlr_el2_enfpm = set & SCTLR2,
            .scr_hxen = set & HXEN,
            .hcrx_enfpm = set & HCRX,
            .scr_enfpm = set & SCR,
        };
        unsigned target = fpmr_access_target(&c);

        tap_ok(target == rows[i].target, "%s: expected %u, got %u",
               rows[i].name, rows[i].target, target);
    }
    return tap_done();
}
