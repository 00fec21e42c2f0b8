/*
 * FEAT_TRF: the trace filter registers, where trace is allowed, its time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "internals.h"
#include "cpu-features.h"
#include "cpregs.h"
#include "hw/misc/trbe.h"
#include "trf.h"
#include "ete/ete-filter.h"

/* Without FEAT_TRBEv1p1, FEAT_TRBE_EXC and FEAT_NV2p1 */
#define TRFCR_EL1_MASK (R_TRFCR_E0TRE_MASK | R_TRFCR_ExTRE_MASK | \
                        R_TRFCR_TS_MASK)
#define TRFCR_EL2_MASK (TRFCR_EL1_MASK | R_TRFCR_CX_MASK)

/* There is no read trap: the bit is RES0 in HDFGRTR_EL2. */
#define FGT_TRFCR_EL1 (FGT_HDFGWTR | R_HDFGWTR_EL2_TRFCR_EL1_SHIFT)

/*
 * MDCR_EL3.TTRF and SDCR.TTRF.  Nested virtualization, which accesses
 * TRFCR_EL2 and TRFCR_EL12 at EL1, traps to EL2 or goes to memory instead.
 */
static CPAccessResult access_trfcr_el2(CPUARMState *env,
                                       const ARMCPRegInfo *ri, bool isread)
{
    if (arm_current_el(env) >= 2 && !arm_is_el3_or_mon(env) &&
        (env->cp15.mdcr_el3 & MDCR_TTRF)) {
        return CP_ACCESS_TRAP_EL3;
    }
    return CP_ACCESS_OK;
}

/* The same, and MDCR_EL2.TTRF and HDCR.TTRF before it; HDFGWTR_EL2: .fgt */
static CPAccessResult access_trfcr_el1(CPUARMState *env,
                                       const ARMCPRegInfo *ri, bool isread)
{
    if (arm_current_el(env) == 1) {
        if (arm_mdcr_el2_eff(env) & MDCR_TTRF) {
            return CP_ACCESS_TRAP_EL2;
        }
        if (env->cp15.mdcr_el3 & MDCR_TTRF) {
            return CP_ACCESS_TRAP_EL3;
        }
    }
    return access_trfcr_el2(env, ri, isread);
}

static void trfcr_el1_write(CPUARMState *env, const ARMCPRegInfo *ri,
                            uint64_t value)
{
    raw_write(env, ri, value & TRFCR_EL1_MASK);
}

static void trfcr_el2_write(CPUARMState *env, const ARMCPRegInfo *ri,
                            uint64_t value)
{
    raw_write(env, ri, value & TRFCR_EL2_MASK);
}

/*
 * D24.4.74, D24.4.75, G8.3.33 and G8.3.37.  A write ends the TB, because the
 * TB flags say whether what comes next is traced.
 */
static const ARMCPRegInfo trf_reginfo[] = {
    { .name = "TRFCR_EL1", .state = ARM_CP_STATE_BOTH,
      .opc0 = 3, .opc1 = 0, .crn = 1, .crm = 2, .opc2 = 1,
      .access = PL1_RW, .accessfn = access_trfcr_el1,
      .fgt = FGT_TRFCR_EL1,
      .nv2_redirect_offset = 0x880 | NV2_REDIR_NV1,
      .fieldoffset = offsetof(CPUARMState, trace.trfcr_el[1]),
      .writefn = trfcr_el1_write, .raw_writefn = raw_write },
    { .name = "TRFCR_EL2", .state = ARM_CP_STATE_BOTH,
      .opc0 = 3, .opc1 = 4, .crn = 1, .crm = 2, .opc2 = 1,
      .access = PL2_RW, .accessfn = access_trfcr_el2,
      .fieldoffset = offsetof(CPUARMState, trace.trfcr_el[2]),
      .writefn = trfcr_el2_write, .raw_writefn = raw_write },
    /*
     * Not modelled: the traps to EL3 becoming UNDEFINED when EDSCR.SDD is 1,
     * and self-hosted trace being disabled by EDSCR.TFO, because there is no
     * external debug; HTRFCR being UNDEFINED in Secure Monitor mode, because
     * no CPU with FEAT_TRF has EL3 using AArch32.
     */
};

/* A Security state is the same number to both. */
QEMU_BUILD_BUG_ON(ARMSS_Secure != (int)ETE_SECURE);
QEMU_BUILD_BUG_ON(ARMSS_NonSecure != (int)ETE_NONSECURE);
QEMU_BUILD_BUG_ON(ARMSS_Root != (int)ETE_ROOT);
QEMU_BUILD_BUG_ON(ARMSS_Realm != (int)ETE_REALM);

bool arm_trace_allowed(CPUARMState *env, int el)
{
    bool has_el3 = arm_feature(env, ARM_FEATURE_EL3);
    uint64_t el1 = env->trace.trfcr_el[1], el2 = env->trace.trfcr_el[2];
    ETEAllowedControls c = {
        .el = el,
        .space = (ETESecurity)arm_security_space(env),
        .el3_aa32 = has_el3 && !arm_el_is_aa64(env, 3),
        .ste = !has_el3 || (env->cp15.mdcr_el3 & MDCR_STE),
        .rlte = FIELD_EX64(env->cp15.mdcr_el3, MDCR_EL3, RLTE),
        .tge = arm_hcr_el2_eff(env) & HCR_TGE,
        .e0tre = FIELD_EX64(el1, TRFCR, E0TRE),
        .e1tre = FIELD_EX64(el1, TRFCR, ExTRE),
        .e0htre = FIELD_EX64(el2, TRFCR, E0TRE),
        .e2tre = FIELD_EX64(el2, TRFCR, ExTRE),
        .buffer_enabled = trbe_enabled(env),
    };

    if (c.buffer_enabled) {
        ARMSecuritySpace space;

        c.owner.el = trbe_owner(env, &space);
        c.owner.space = (ETESecurity)space;
    }
    return ete_trace_allowed(&c);
}

static bool has_physical_offset(CPUARMState *env)
{
    bool has_el3 = arm_feature(env, ARM_FEATURE_EL3);
    uint64_t scr = env->cp15.scr_el3;
    ETEOffsetControls c = {
        .has_el2 = arm_feature(env, ARM_FEATURE_EL2),
        .has_el3 = has_el3,
        .el3_aa32 = has_el3 && !arm_el_is_aa64(env, 3),
        .has_ecv_poff = cpu_isar_feature(aa64_ecv, env_archcpu(env)),
        .lower_aa32 = (scr & (SCR_NSE | SCR_NS)) == SCR_NS &&
            !arm_scr_rw_eff(env),
        .scr_ecven = scr & SCR_ECVEN,
        .cnthctl_ecv = FIELD_EX64(env->cp15.cnthctl_el2, CNTHCTL, ECV),
    };

    return ete_time_has_offset(&c);
}

uint64_t arm_trace_timestamp(CPUARMState *env)
{
    ETETime time = ete_time(arm_feature(env, ARM_FEATURE_EL2),
                            cpu_isar_feature(aa64_ecv_traps,
                                             env_archcpu(env)),
                            FIELD_EX64(env->trace.trfcr_el[2], TRFCR, TS),
                            FIELD_EX64(env->trace.trfcr_el[1], TRFCR, TS));
    uint64_t offset = 0;

    if (time == ETE_TIME_VIRTUAL) {
        /* Without EL2 nothing can write it, and it is 0. */
        offset = env->cp15.cntvoff_el2;
    } else if (time == ETE_TIME_GUEST_PHYSICAL && has_physical_offset(env)) {
        offset = env->cp15.cntpoff_el2;
    }
    return gt_get_countervalue(env) - offset;
}

bool arm_trace_shows_el2(CPUARMState *env)
{
    return arm_feature(env, ARM_FEATURE_EL2) &&
        FIELD_EX64(env->trace.trfcr_el[2], TRFCR, CX);
}

bool arm_trace_in_guest(CPUARMState *env)
{
    return arm_current_el(env) < 2 && (arm_hcr_el2_eff(env) & HCR_VM);
}

void define_trf_cpregs(ARMCPU *cpu)
{
    if (cpu_isar_feature(aa64_trf, cpu)) {
        define_arm_cp_regs(cpu, trf_reginfo);
    }
}
