/*
 * FEAT_FPMR: the Floating-point Mode Register and its controls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * FPMR (Arm ARM C5.2.9) holds the formats and scales of the FP8 instructions.
 * The register itself is in cpregs-fpmr.c; what a CPU model, the debugger and
 * the user see of the feature is in cpu-fpmr.c.
 */

#ifndef TARGET_ARM_FPMR_H
#define TARGET_ARM_FPMR_H

#include "hw/registerfields.h"
#include "cpu.h"
#include "cpregs.h"
#include "fpmr-fields.h"

FIELD(ID_AA64PFR2, FPMR, 32, 4)

/* SCTLR_EL1.EnFPM and SCTLR_EL2.EnFPM: enable for EL0 */
#define SCTLR_EnFPM (1ULL << 34)
/* HCRX_EL2.EnFPM: enable for EL0 and EL1 */
#define HCRX_EnFPM  (1ULL << 23)
/* SCR_EL3.EnFPM: enable for EL0, EL1 and EL2 */
#define SCR_EnFPM   (1ULL << 50)

/* CheckFPMREnabled() passes.  From the top: upstream counts from the bottom. */
FIELD(TBFLAG_A64, FPMR_EN, 63, 1)

static inline bool isar_feature_aa64_fpmr(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64pfr2, ID_AA64PFR2, FPMR) != 0;
}

/**
 * define_fpmr_cpregs: register FPMR
 * @cpu: CPU whose final feature set is known
 *
 * Does nothing when @cpu does not have FEAT_FPMR, or has got FPMR already.
 */
void define_fpmr_cpregs(ARMCPU *cpu);

/**
 * fpmr_indirect_enabled: CheckFPMREnabled(), for TBFLAG_A64.FPMR_EN
 * @env: state of the CPU
 * @el: the exception level, 0 to 3
 *
 * Instructions that use FPMR without naming it have the controls of those
 * that name it, but are UNDEFINED, not trapped.
 *
 * Returns: true when they are not; false without FEAT_FP8, as there are none.
 */
bool fpmr_indirect_enabled(CPUARMState *env, int el);

/**
 * fpmr_sctlr_res0: bits of SCTLR_EL1 and SCTLR_EL2 that FEAT_FPMR decides
 * @cpu: the CPU
 * @ri: the register that is written
 *
 * Returns: SCTLR_EnFPM when it is RES0 because there is no FPMR, else 0.
 * SCTLR_EL3, which has no such field, is left alone.
 */
uint64_t fpmr_sctlr_res0(ARMCPU *cpu, const ARMCPRegInfo *ri);

/**
 * fpmr_hcrx_valid: bits that FEAT_FPMR adds to HCRX_EL2
 * @cpu: the CPU
 */
uint64_t fpmr_hcrx_valid(ARMCPU *cpu);

/**
 * fpmr_scr_valid: bits that FEAT_FPMR adds to SCR_EL3
 * @cpu: the CPU
 */
uint64_t fpmr_scr_valid(ARMCPU *cpu);

/**
 * fpmr_firmware_reset: what firmware does for FPMR before it enters a kernel
 * @cpu: CPU in reset state
 * @target_el: exception level at which the kernel is entered, 1 or 2
 *
 * Enables FPMR for @target_el in SCR_EL3 and HCRX_EL2, where these exist,
 * as Linux's booting requirements want.
 */
void fpmr_firmware_reset(ARMCPU *cpu, int target_el);

/**
 * aarch64_add_fpmr_properties: add the "fpmr" property to a CPU, set to on
 * @obj: the CPU, before it is realized
 */
void aarch64_add_fpmr_properties(Object *obj);

/**
 * arm_cpu_fpmr_finalize: settle FEAT_FPMR once all properties are known
 * @cpu: the CPU
 * @errp: set when FPMR was asked for and something that it needs is missing
 *
 * FEAT_FPMR needs FEAT_AdvSIMD and, with EL2, FEAT_FGT and FEAT_HCX
 * (A2.3, FEAT_FPMR).  Where these are missing and FPMR was not asked for
 * by name, it goes away without a word, as other features of "max" do.
 */
void arm_cpu_fpmr_finalize(ARMCPU *cpu, Error **errp);

/**
 * fpmr_register_gdb: show FPMR to the debugger
 * @cpu: the CPU; does nothing when it does not have FEAT_FPMR
 *
 * The feature is "org.gnu.gdb.aarch64.fpmr", its one register "fpmr".
 */
void fpmr_register_gdb(ARMCPU *cpu);

/**
 * fpmr_follow_idregs: the CPU has got other ID registers, those of a guest
 * @cpu: realized; whether it has FEAT_FPMR may have changed
 *
 * What the debugger and the register dump show of FPMR follows.  A debugger
 * that is attached goes on with the numbers it knows: a feature that is gone
 * leaves an empty one, one that is new becomes the last.
 */
void fpmr_follow_idregs(ARMCPU *cpu);

/**
 * fpmr_dump_state: FPMR's part of "info registers" and "-d cpu,fpu"
 * @cpu: the CPU; nothing is printed when it does not have FEAT_FPMR
 * @f: where to print
 */
void fpmr_dump_state(ARMCPU *cpu, FILE *f);

#endif
