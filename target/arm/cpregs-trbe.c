/*
 * TRBLIMITR_EL1 and its like: access rules and what a write does
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * D24.4.1 to D24.4.10.  The unit is hw/misc/trbe/trbe.c.
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "internals.h"
#include "cpu-features.h"
#include "cpregs.h"
#include "ete.h"
#include "hw/misc/trbe.h"

#define FGT_TRB(reg) (FGT_HDFGRTR | R_HDFGRTR_EL2_ ## reg ## _EL1_SHIFT)

/* D24.4.4; PAS is RES0 without FEAT_TRBE_EXT. */
FIELD(TRBMAR, ATTR, 0, 8)
FIELD(TRBMAR, SH, 8, 2)

/* CheckMDCR_EL3_NSTBTrap(): MDCR_EL3.{NSTBE, NSTB} */
static bool nstb_traps(CPUARMState *env)
{
    unsigned nstb = FIELD_EX64(env->cp15.mdcr_el3, MDCR_EL3, NSTB);
    ARMSecuritySpace owner;

    trbe_owner(env, &owner);
    return !(nstb & 1) || owner != arm_security_space_below_el3(env);
}

/*
 * MDCR_EL2.E2TB, then MDCR_EL3.{NSTBE, NSTB}.  HDFGRTR_EL2 and HDFGWTR_EL2
 * are between them; TRBIDR_EL1 has these alone.
 */
static CPAccessResult access_trbe(CPUARMState *env, const ARMCPRegInfo *ri,
                                  bool isread)
{
    int el = arm_current_el(env);

    if (el == 1 && arm_is_el2_enabled(env) &&
        !(FIELD_EX64(env->cp15.mdcr_el2, MDCR_EL2, E2TB) & 1)) {
        return CP_ACCESS_TRAP_EL2;
    }
    if (el < 3 && arm_feature(env, ARM_FEATURE_EL3) && nstb_traps(env)) {
        return CP_ACCESS_TRAP_EL3;
    }
    return CP_ACCESS_OK;
}

/* log2 of the smallest translation granule (R_XBLPK) */
static unsigned granule_bits(CPUARMState *env)
{
    ARMCPU *cpu = env_archcpu(env);

    if (cpu_isar_feature(aa64_tgran4, cpu)) {
        return 12;
    }
    return cpu_isar_feature(aa64_tgran16, cpu) ? 14 : 16;
}

/*
 * A direct write.  None is ignored because the unit is enabled (R_DJMDD); what
 * was traced before goes where the registers still say.
 */
static void trbe_reg_write(CPUARMState *env, const ARMCPRegInfo *ri,
                           uint64_t value)
{
    if (trbe_enabled(env)) {
        ete_sync(env);
    }
    ri->raw_writefn(env, ri, value);
}

static void trblimitr_write(CPUARMState *env, const ARMCPRegInfo *ri,
                            uint64_t value)
{
    bool was_enabled = FIELD_EX64(env->trace.trbe.limitr, TRBLIMITR, E);

    trbe_reg_write(env, ri, trbe_limitr_write(value, granule_bits(env)));
    if (!was_enabled && FIELD_EX64(value, TRBLIMITR, E)) {
        ete_sink_enabled(env);
    }
}

static void trbbaser_write(CPUARMState *env, const ARMCPRegInfo *ri,
                           uint64_t value)
{
    trbe_reg_write(env, ri, trbe_baser_write(value, granule_bits(env)));
}

static void trbsr_raw_write(CPUARMState *env, const ARMCPRegInfo *ri,
                            uint64_t value)
{
    raw_write(env, ri, value);
    trbe_update_irq(env_archcpu(env));
}

/* EA is not RES0: no CPU model has all of Armv9.3. */
static void trbsr_write(CPUARMState *env, const ARMCPRegInfo *ri,
                        uint64_t value)
{
    trbe_reg_write(env, ri, trbe_sr_write(value, true));
}

static void trbsr_reset(CPUARMState *env, const ARMCPRegInfo *ri)
{
    trbsr_raw_write(env, ri, 0);
}

static void trbmar_write(CPUARMState *env, const ARMCPRegInfo *ri,
                         uint64_t value)
{
    trbe_reg_write(env, ri, value & (R_TRBMAR_ATTR_MASK | R_TRBMAR_SH_MASK));
}

static uint64_t trbtrg_read(CPUARMState *env, const ARMCPRegInfo *ri)
{
    return env->trace.trbe.trg;
}

static void trbtrg_raw_write(CPUARMState *env, const ARMCPRegInfo *ri,
                             uint64_t value)
{
    env->trace.trbe.trg = value;
}

/*
 * Any alignment will do.  Dirty state and Access flag are managed as for
 * stores.  External aborts are reported in TRBSR_EL1.EA, and EA here has
 * no value for that.
 */
static uint64_t trbidr_read(CPUARMState *env, const ARMCPRegInfo *ri)
{
    int el = arm_current_el(env);
    ARMSecuritySpace space;
    bool higher = trbe_owner(env, &space) > el;
    bool other = el != 3 && space != arm_security_space(env);
    uint64_t value = FIELD_DP64(0, TRBIDR, F, 1);

    return FIELD_DP64(value, TRBIDR, P, higher || other);
}

static const ARMCPRegInfo trbe_reginfo[] = {
    { .name = "TRBLIMITR_EL1", .state = ARM_CP_STATE_AA64,
      .opc0 = 3, .opc1 = 0, .crn = 9, .crm = 11, .opc2 = 0,
      .access = PL1_RW, .accessfn = access_trbe, .fgt = FGT_TRB(TRBLIMITR),
      .type = ARM_CP_IO,
      .fieldoffset = offsetof(CPUARMState, trace.trbe.limitr),
      .writefn = trblimitr_write, .raw_writefn = raw_write },
    { .name = "TRBPTR_EL1", .state = ARM_CP_STATE_AA64,
      .opc0 = 3, .opc1 = 0, .crn = 9, .crm = 11, .opc2 = 1,
      .access = PL1_RW, .accessfn = access_trbe, .fgt = FGT_TRB(TRBPTR),
      .type = ARM_CP_IO,
      .fieldoffset = offsetof(CPUARMState, trace.trbe.ptr),
      .writefn = trbe_reg_write, .raw_writefn = raw_write },
    { .name = "TRBBASER_EL1", .state = ARM_CP_STATE_AA64,
      .opc0 = 3, .opc1 = 0, .crn = 9, .crm = 11, .opc2 = 2,
      .access = PL1_RW, .accessfn = access_trbe, .fgt = FGT_TRB(TRBBASER),
      .type = ARM_CP_IO,
      .fieldoffset = offsetof(CPUARMState, trace.trbe.baser),
      .writefn = trbbaser_write, .raw_writefn = raw_write },
    { .name = "TRBSR_EL1", .state = ARM_CP_STATE_AA64,
      .opc0 = 3, .opc1 = 0, .crn = 9, .crm = 11, .opc2 = 3,
      .access = PL1_RW, .accessfn = access_trbe, .fgt = FGT_TRB(TRBSR),
      .type = ARM_CP_IO, .resetfn = trbsr_reset,
      .fieldoffset = offsetof(CPUARMState, trace.trbe.sr),
      .writefn = trbsr_write, .raw_writefn = trbsr_raw_write },
    { .name = "TRBMAR_EL1", .state = ARM_CP_STATE_AA64,
      .opc0 = 3, .opc1 = 0, .crn = 9, .crm = 11, .opc2 = 4,
      .access = PL1_RW, .accessfn = access_trbe, .fgt = FGT_TRB(TRBMAR),
      .type = ARM_CP_IO,
      .fieldoffset = offsetof(CPUARMState, trace.trbmar),
      .writefn = trbmar_write, .raw_writefn = raw_write },
    { .name = "TRBTRG_EL1", .state = ARM_CP_STATE_AA64,
      .opc0 = 3, .opc1 = 0, .crn = 9, .crm = 11, .opc2 = 6,
      .access = PL1_RW, .accessfn = access_trbe, .fgt = FGT_TRB(TRBTRG),
      .type = ARM_CP_IO,
      .readfn = trbtrg_read, .raw_readfn = trbtrg_read,
      .writefn = trbe_reg_write, .raw_writefn = trbtrg_raw_write },
    { .name = "TRBIDR_EL1", .state = ARM_CP_STATE_AA64,
      .opc0 = 3, .opc1 = 0, .crn = 9, .crm = 11, .opc2 = 7,
      .access = PL1_R, .fgt = FGT_TRB(TRBIDR),
      .type = ARM_CP_NO_RAW,
      .readfn = trbidr_read },
    /*
     * Not modelled: the traps to EL3 becoming UNDEFINED when EDSCR.SDD is 1,
     * EDSCR2.TTA, TRBMPAM_EL1 and TRBLIMITR_EL1.XE, because there is no
     * external debug (FEAT_TRBE_EXT); TRBSR_EL2, TRBSR_EL3 and TRBSR_EL12,
     * because there is no FEAT_TRBE_EXC.
     */
};

void trbe_firmware_reset(ARMCPU *cpu, int target_el)
{
    CPUARMState *env = &cpu->env;

    if (!cpu_isar_feature(aa64_trbe, cpu) || !env->aarch64) {
        return;
    }
    if (arm_feature(env, ARM_FEATURE_EL3)) {
        env->cp15.mdcr_el3 = FIELD_DP64(env->cp15.mdcr_el3,
                                        MDCR_EL3, NSTB, 3);
    }
    if (arm_feature(env, ARM_FEATURE_EL2) && target_el < 2) {
        env->cp15.mdcr_el2 = FIELD_DP64(env->cp15.mdcr_el2,
                                        MDCR_EL2, E2TB, 3);
    }
}

void define_trbe_cpregs(ARMCPU *cpu)
{
    if (cpu_isar_feature(aa64_trbe, cpu)) {
        define_arm_cp_regs(cpu, trbe_reginfo);
    }
}
