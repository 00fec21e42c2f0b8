/*
 * Who may access FPMR: the decision alone
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TARGET_ARM_FPMR_ACCESS_H
#define TARGET_ARM_FPMR_ACCESS_H

/**
 * FPMRControls: what the access to FPMR depends on
 * @el: current exception level, 0 to 3
 * @in_host: ELIsInHost(EL0), that is HCR_EL2.{E2H, TGE} are effectively {1, 1}
 * @el2_enabled: EL2 is implemented, and enabled in the current Security state
 * @has_el3: EL3 is implemented
 * @sctlr_el1_enfpm: SCTLR_EL1.EnFPM
 * @sctlr_el2_enfpm: SCTLR_EL2.EnFPM
 * @scr_hxen: SCR_EL3.HXEn; does not matter without EL3
 * @hcrx_enfpm: HCRX_EL2.EnFPM as the register holds it
 * @scr_enfpm: SCR_EL3.EnFPM; does not matter without EL3
 */
typedef struct FPMRControls {
    unsigned el;
    bool in_host;
    bool el2_enabled;
    bool has_el3;
    bool sctlr_el1_enfpm;
    bool sctlr_el2_enfpm;
    bool scr_hxen;
    bool hcrx_enfpm;
    bool scr_enfpm;
} FPMRControls;

/**
 * fpmr_access_target: the exception level that an access to FPMR traps to
 * @c: the controls
 *
 * Returns: 0 when no EnFPM control stands in the way, otherwise 1, 2 or 3.
 * The exception has EC 0x18 at each of them.  1 means EL2 instead when
 * HCR_EL2.TGE is 1, as for every trap to EL1.  The floating-point traps
 * (CPACR_EL1.FPEN, CPTR_EL2, CPTR_EL3) come after all of these.
 */
unsigned fpmr_access_target(const FPMRControls *c);

#endif
