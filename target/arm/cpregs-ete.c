/*
 * The System register interface of the trace unit: access and effects
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Chapter D4.2 and D24.4.13 to D24.4.73.  Which registers and bits there are
 * is data, in ete/ete-regs.h.inc.  There is no AArch32 interface: FEAT_TRC_SR
 * is for AArch64 (A2.2), and ID_DFR0.CopTrc is 0.
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "internals.h"
#include "cpu-features.h"
#include "cpregs.h"
#include "ete.h"
#include "hflags-lazy.h"
#include "ete/ete-regs.h"
#include "ete/trace.h"

static int cpu_index(CPUARMState *env)
{
    return env_cpu(env)->cpu_index;
}

/* CPTR_EL2.TTA is in two places (D24.2.38) */
static bool cptr_el2_tta(CPUARMState *env)
{
    uint64_t cptr = env->cp15.cptr_el[2];

    return arm_hcr_el2_eff(env) & HCR_E2H ? FIELD_EX64(cptr, CPTR_EL2, TTA)
                                          : FIELD_EX64(cptr, HCPTR, TTA);
}

/*
 * CPACR_EL1.TTA, CPTR_EL2.TTA and CPTR_EL3.TTA; HDFGRTR_EL2 and HDFGWTR_EL2
 * come before CPTR_EL3, which access_check_cp_reg() knows.
 */
static CPAccessResult access_tta(CPUARMState *env, const ARMCPRegInfo *ri,
                                 bool isread)
{
    int el = arm_current_el(env);

    if (el == 1 && FIELD_EX64(env->cp15.cpacr_el1, CPACR_EL1, TTA)) {
        return CP_ACCESS_TRAP_EL1;
    }
    if (el < 3 && arm_is_el2_enabled(env) && cptr_el2_tta(env)) {
        return CP_ACCESS_TRAP_EL2;
    }
    if (arm_feature(env, ARM_FEATURE_EL3) &&
        FIELD_EX64(env->cp15.cptr_el[3], CPTR_EL3, TTA)) {
        return CP_ACCESS_TRAP_EL3;
    }
    return CP_ACCESS_OK;
    /*
     * Not modelled: the traps to EL3 becoming UNDEFINED when EDSCR.SDD is 1,
     * and EDSCR2.TTA, because there is no external halting debug.
     */
}

/* What ete-regs.h.inc calls need */
static unsigned ete_have(ARMCPU *cpu)
{
    bool el2 = arm_feature(&cpu->env, ARM_FEATURE_EL2);
    bool el3 = arm_feature(&cpu->env, ARM_FEATURE_EL3);

    return (el2 ? ETE_EL2 : 0) | (el3 ? ETE_EL3 : 0) |
           (el2 && el3 && cpu_isar_feature(aa64_sel2, cpu) ? ETE_SEL2 : 0) |
           (cpu_isar_feature(aa64_rme, cpu) ? ETE_RME : 0);
}

static uint64_t cntvr_raw_read(CPUARMState *env, const ARMCPRegInfo *ri)
{
    return CPREG_FIELD64(env, ri);
}

static uint64_t cntvr_read(CPUARMState *env, const ARMCPRegInfo *ri)
{
    if (ete_enabled(env)) {
        ete_counters_sync(env);
    }
    return CPREG_FIELD64(env, ri);
}

/*
 * Unless the trace unit is idle, a write is ignored, which is one of the two
 * ways that R_RWYQD leaves.  Ours is idle whenever it is disabled.
 */
static void ete_write(CPUARMState *env, const ARMCPRegInfo *ri,
                      uint64_t value)
{
    uint64_t mask = ete_reg_writable_bits(ri->opaque,
                                          ete_have(env_archcpu(env)));

    if (ete_enabled(env)) {
        trace_ete_reg_ignored(cpu_index(env), ri->name, value);
        return;
    }
    trace_ete_reg_write(cpu_index(env), ri->name, value);
    raw_write(env, ri, (value & mask) | (ri->resetvalue & ~mask));
}

static void prgctlr_raw_write(CPUARMState *env, const ARMCPRegInfo *ri,
                              uint64_t value)
{
    raw_write(env, ri, value & 1);
    env->lazy_hflags &= ~LAZY_HFLAGS_ETE;
    env->lazy_hflags |= value & 1 ? LAZY_HFLAGS_ETE : 0;
}

static void prgctlr_write(CPUARMState *env, const ARMCPRegInfo *ri,
                          uint64_t value)
{
    bool changed = (value ^ env->trace.ete.prgctlr) & 1;

    trace_ete_reg_write(cpu_index(env), ri->name, value);
    prgctlr_raw_write(env, ri, value);
    if (changed) {
        ete_enable_changed(env);
    }
}

/* IDLE and PMSTABLE; the second is UNKNOWN while the unit is enabled. */
static uint64_t statr_read(CPUARMState *env, const ARMCPRegInfo *ri)
{
    return ete_enabled(env) ? 0 : 3;
}

/* OSLM is constant, OSLK is OSLSR_EL1.OSLK. */
static uint64_t oslsr_read(CPUARMState *env, const ARMCPRegInfo *ri)
{
    return ri->resetvalue | (env->cp15.oslsr_el1 & 2);
}

static uint64_t claimset_read(CPUARMState *env, const ARMCPRegInfo *ri)
{
    return ri->resetvalue;
}

static void claimset_write(CPUARMState *env, const ARMCPRegInfo *ri,
                           uint64_t value)
{
    trace_ete_reg_write(cpu_index(env), ri->name, value);
    env->trace.ete.claim |= value & ri->resetvalue;
}

static void claimclr_write(CPUARMState *env, const ARMCPRegInfo *ri,
                           uint64_t value)
{
    trace_ete_reg_write(cpu_index(env), ri->name, value);
    env->trace.ete.claim &= ~value;
}

/* The registers that do more than to keep a value */
static void set_functions(ARMCPU *cpu, const ETEReg *reg, ARMCPRegInfo *ri)
{
    switch (reg - ete_registers) {
    case ETE_REG(TRCPRGCTLR):
        ri->type |= ARM_CP_IO;
        ri->writefn = prgctlr_write;
        ri->raw_writefn = prgctlr_raw_write;
        break;
    case ETE_REG(TRCCNTVR0):
    case ETE_REG(TRCCNTVR1):
        ri->type |= ARM_CP_IO;
        ri->readfn = cntvr_read;
        ri->raw_readfn = cntvr_raw_read;
        break;
    case ETE_REG(TRCSTATR):
        ri->type = ARM_CP_NO_RAW;
        ri->readfn = statr_read;
        break;
    case ETE_REG(TRCOSLSR):
        ri->type = ARM_CP_NO_RAW;
        ri->readfn = oslsr_read;
        break;
    case ETE_REG(TRCCLAIMSET):
        ri->type = ARM_CP_ALIAS;
        ri->readfn = claimset_read;
        ri->writefn = claimset_write;
        break;
    case ETE_REG(TRCCLAIMCLR):
        ri->writefn = claimclr_write;
        break;
    case ETE_REG(TRCIDR1):
        /* DESIGNER is MIDR_EL1.Implementer */
        ri->resetvalue |= extract64(cpu->midr, 24, 8) << 24;
        break;
    }
}

void ete_os_lock_write(CPUARMState *env, bool locked)
{
    if (cpu_isar_feature(aa64_ete, env_archcpu(env)) &&
        env->trace.ete.prgctlr &&
        locked != extract64(env->cp15.oslsr_el1, 1, 1)) {
        env->cp15.oslsr_el1 = deposit64(env->cp15.oslsr_el1, 1, 1, locked);
        ete_enable_changed(env);
    }
}

void define_ete_cpregs(ARMCPU *cpu)
{
    unsigned have = ete_have(cpu);

    if (!cpu_isar_feature(aa64_ete, cpu)) {
        return;
    }
    for (size_t i = 0; i < ETE_REGS; i++) {
        const ETEReg *reg = &ete_registers[i];
        ARMCPRegInfo ri = {
            .name = reg->name, .state = ARM_CP_STATE_AA64,
            .opc0 = 2, .opc1 = 1,
            .crn = reg->crn, .crm = reg->crm, .opc2 = reg->op2,
            .access = reg->writable ? PL1_RW : PL1_R,
            .accessfn = access_tta,
            .fgt = FGT_HDFGRTR | reg->trap,
            .resetvalue = ete_reg_reset(reg, have),
        };

        if ((reg->need & have) != reg->need) {
            continue;
        }
        if (reg->state == ETE_NO_STATE) {
            ri.type = ARM_CP_CONST;
        } else {
            ri.fieldoffset = offsetof(CPUARMState, trace.ete) + reg->state;
            ri.writefn = ete_write;
            ri.raw_writefn = raw_write;
        }
        set_functions(cpu, reg, &ri);
        define_one_arm_cp_reg_with_opaque(cpu, &ri, (void *)reg);
    }
    /*
     * Not modelled: registers that TRCIDR<n> does not promise, and the
     * external debug interface (D4.2.1.1), because there is no debugger that
     * could use it.
     */
}
