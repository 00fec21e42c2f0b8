/*
 * FPMR, Floating-point Mode Register: access rules and control bits
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "internals.h"
#include "cpu-features.h"
#include "cpregs.h"
#include "fpmr.h"
#include "fpmr-access.h"
#include "fp8.h"

/* The EnFPM controls for an access from exception level @el */
static FPMRControls fpmr_controls(CPUARMState *env, int el)
{
    return (FPMRControls) {
        .el = el,
        .in_host = el_is_in_host(env, 0),
        .el2_enabled = arm_is_el2_enabled(env),
        .has_el3 = arm_feature(env, ARM_FEATURE_EL3),
        .sctlr_el1_enfpm = env->cp15.sctlr_el[1] & SCTLR_EnFPM,
        .sctlr_el2_enfpm = env->cp15.sctlr_el[2] & SCTLR_EnFPM,
        .scr_hxen = env->cp15.scr_el3 & SCR_HXEN,
        .hcrx_enfpm = env->cp15.hcrx_el2 & HCRX_EnFPM,
        .scr_enfpm = env->cp15.scr_el3 & SCR_EnFPM,
    };
}

/*
 * The EnFPM controls: these come before the floating-point traps, which the
 * translator checks next because of ARM_CP_FPU (C5.2.9, "Accessing FPMR").
 */
static CPAccessResult access_fpmr(CPUARMState *env, const ARMCPRegInfo *ri,
                                  bool isread)
{
    static const CPAccessResult result[] = {
        CP_ACCESS_OK, CP_ACCESS_TRAP_EL1, CP_ACCESS_TRAP_EL2,
        CP_ACCESS_TRAP_EL3
    };
    FPMRControls controls = fpmr_controls(env, arm_current_el(env));

    return result[fpmr_access_target(&controls)];
}

bool fpmr_indirect_enabled(CPUARMState *env, int el)
{
    FPMRControls controls;

    if (!cpu_isar_feature(aa64_fp8, env_archcpu(env))) {
        return false;
    }
    controls = fpmr_controls(env, el);
    return fpmr_access_target(&controls) == 0;
}

static void fpmr_write(CPUARMState *env, const ARMCPRegInfo *ri,
                       uint64_t value)
{
    raw_write(env, ri, value & FPMR_MASK);
}

/*
 * Its reset value is UNKNOWN; 0 is the value that software wants.
 * NO_GDB because FPMR has a feature of its own, where it can be written.
 */
static const ARMCPRegInfo fpmr_reginfo[] = {
    { .name = "FPMR", .state = ARM_CP_STATE_AA64,
      .opc0 = 3, .opc1 = 3, .crn = 4, .crm = 4, .opc2 = 2,
      .access = PL0_RW, .accessfn = access_fpmr,
      .type = ARM_CP_FPU | ARM_CP_SUPPRESS_TB_END | ARM_CP_NO_GDB,
      .fieldoffset = offsetof(CPUARMState, vfp.fpmr),
      .writefn = fpmr_write, .raw_writefn = raw_write },
    /*
     * Not modelled: the traps to EL3 becoming UNDEFINED when EDSCR.SDD is 1,
     * because there is no external halting debug.
     */
};

uint64_t fpmr_sctlr_res0(ARMCPU *cpu, const ARMCPRegInfo *ri)
{
    bool el1_or_el2 = ri->state == ARM_CP_STATE_AA64 && ri->opc1 != 6;

    return el1_or_el2 && !cpu_isar_feature(aa64_fpmr, cpu) ? SCTLR_EnFPM : 0;
}

uint64_t fpmr_hcrx_valid(ARMCPU *cpu)
{
    return cpu_isar_feature(aa64_fpmr, cpu) ? HCRX_EnFPM : 0;
}

uint64_t fpmr_scr_valid(ARMCPU *cpu)
{
    return cpu_isar_feature(aa64_fpmr, cpu) ? SCR_EnFPM : 0;
}

void fpmr_firmware_reset(ARMCPU *cpu, int target_el)
{
    CPUARMState *env = &cpu->env;

    if (!cpu_isar_feature(aa64_fpmr, cpu) || !env->aarch64) {
        return;
    }
    if (arm_feature(env, ARM_FEATURE_EL3)) {
        env->cp15.scr_el3 |= SCR_EnFPM;
    }
    if (arm_feature(env, ARM_FEATURE_EL2) && target_el < 2) {
        env->cp15.hcrx_el2 |= HCRX_EnFPM;
    }
}

void define_fpmr_cpregs(ARMCPU *cpu)
{
    uint32_t key = ENCODE_AA64_CP_REG(CP_REG_ARM64_SYSREG_CP, 4, 4, 3, 3, 2);

    if (cpu_isar_feature(aa64_fpmr, cpu) &&
        !get_arm_cp_reginfo(cpu->cp_regs, key)) {
        define_arm_cp_regs(cpu, fpmr_reginfo);
    }
}
