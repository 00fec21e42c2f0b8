/*
 * The ID registers of one CPU: what was asked for, and what came of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/qdev-core.h"
#include "cpu.h"
#include "cpregs.h"
#include "target/arm/idregs-cpu.h"

typedef struct ModelPlace {
    uint32_t offset;
    uint8_t size;
} ModelPlace;

#define PLACE(reg, member) \
    [IDREG_##reg] = { offsetof(ARMCPU, member), sizeof_field(ARMCPU, member) }

/* Where QEMU 10.0 holds the registers, in encoding order */
static const ModelPlace places[IDREGS_COUNT] = {
    PLACE(MIDR_EL1, midr),
    PLACE(REVIDR_EL1, revidr),
    PLACE(ID_PFR0_EL1, isar.id_pfr0),
    PLACE(ID_PFR1_EL1, isar.id_pfr1),
    PLACE(ID_DFR0_EL1, isar.id_dfr0),
    PLACE(ID_AFR0_EL1, id_afr0),
    PLACE(ID_MMFR0_EL1, isar.id_mmfr0),
    PLACE(ID_MMFR1_EL1, isar.id_mmfr1),
    PLACE(ID_MMFR2_EL1, isar.id_mmfr2),
    PLACE(ID_MMFR3_EL1, isar.id_mmfr3),
    PLACE(ID_ISAR0_EL1, isar.id_isar0),
    PLACE(ID_ISAR1_EL1, isar.id_isar1),
    PLACE(ID_ISAR2_EL1, isar.id_isar2),
    PLACE(ID_ISAR3_EL1, isar.id_isar3),
    PLACE(ID_ISAR4_EL1, isar.id_isar4),
    PLACE(ID_ISAR5_EL1, isar.id_isar5),
    PLACE(ID_MMFR4_EL1, isar.id_mmfr4),
    PLACE(ID_ISAR6_EL1, isar.id_isar6),
    PLACE(MVFR0_EL1, isar.mvfr0),
    PLACE(MVFR1_EL1, isar.mvfr1),
    PLACE(MVFR2_EL1, isar.mvfr2),
    PLACE(ID_PFR2_EL1, isar.id_pfr2),
    PLACE(ID_DFR1_EL1, isar.id_dfr1),
    PLACE(ID_MMFR5_EL1, isar.id_mmfr5),
    PLACE(ID_AA64PFR0_EL1, isar.id_aa64pfr0),
    PLACE(ID_AA64PFR1_EL1, isar.id_aa64pfr1),
    PLACE(ID_AA64PFR2_EL1, isar.id_aa64pfr2),
    PLACE(ID_AA64ZFR0_EL1, isar.id_aa64zfr0),
    PLACE(ID_AA64SMFR0_EL1, isar.id_aa64smfr0),
    PLACE(ID_AA64FPFR0_EL1, isar.id_aa64fpfr0),
    PLACE(ID_AA64DFR0_EL1, isar.id_aa64dfr0),
    PLACE(ID_AA64DFR1_EL1, isar.id_aa64dfr1),
    PLACE(ID_AA64AFR0_EL1, id_aa64afr0),
    PLACE(ID_AA64AFR1_EL1, id_aa64afr1),
    PLACE(ID_AA64ISAR0_EL1, isar.id_aa64isar0),
    PLACE(ID_AA64ISAR1_EL1, isar.id_aa64isar1),
    PLACE(ID_AA64ISAR2_EL1, isar.id_aa64isar2),
    PLACE(ID_AA64ISAR3_EL1, isar.id_aa64isar3),
    PLACE(ID_AA64MMFR0_EL1, isar.id_aa64mmfr0),
    PLACE(ID_AA64MMFR1_EL1, isar.id_aa64mmfr1),
    PLACE(ID_AA64MMFR2_EL1, isar.id_aa64mmfr2),
    PLACE(ID_AA64MMFR3_EL1, isar.id_aa64mmfr3),
    PLACE(CLIDR_EL1, clidr),
    PLACE(CTR_EL0, ctr),
};

bool arm_cpu_model_has_idreg(unsigned index)
{
    return places[index].size;
}

uint64_t arm_cpu_model_idreg(ARMCPU *cpu, unsigned index)
{
    const ModelPlace *place = &places[index];
    const void *at = (const char *)cpu + place->offset;

    switch (place->size) {
    case sizeof(uint32_t):
        return *(const uint32_t *)at;
    case sizeof(uint64_t):
        return *(const uint64_t *)at;
    default:
        return 0;
    }
}

void arm_cpu_set_model_idreg(ARMCPU *cpu, unsigned index, uint64_t value)
{
    const ModelPlace *place = &places[index];
    void *at = (char *)cpu + place->offset;

    switch (place->size) {
    case sizeof(uint32_t):
        *(uint32_t *)at = value;
        break;
    case sizeof(uint64_t):
        *(uint64_t *)at = value;
        break;
    default:
        break;
    }
}

void arm_cpu_change_idreg(ARMCPU *cpu, unsigned index, uint64_t value)
{
    const IDReg *reg = &idregs[index];
    uint32_t key = ENCODE_AA64_CP_REG(CP_REG_ARM64_SYSREG_CP, reg->crn,
                                      reg->crm, reg->op0, reg->op1, reg->op2);
    ARMCPRegInfo *ri = g_hash_table_lookup(cpu->cp_regs,
                                           (gpointer)(uintptr_t)key);

    arm_cpu_set_model_idreg(cpu, index, value);
    /* The CPU's own copy, which a debugger is shown */
    if (ri && (ri->type & ARM_CP_CONST)) {
        ri->resetvalue = value;
    }
}

/*
 * What EL1 reads on a CPU that is emulated: with the fields that depend on the
 * board, as ID_AA64PFR0_EL1.GIC.
 */
static bool read_cpreg(ARMCPU *cpu, unsigned index, uint64_t *value)
{
    const IDReg *reg = &idregs[index];
    const ARMCPRegInfo *ri;

    ri = get_arm_cp_reginfo(cpu->cp_regs,
                            ENCODE_AA64_CP_REG(CP_REG_ARM64_SYSREG_CP,
                                               reg->crn, reg->crm, reg->op0,
                                               reg->op1, reg->op2));
    if (!ri) {
        return false;
    }
    /* MIDR_EL1 is read through VPIDR_EL2, which the guest may change. */
    *value = index == IDREG_MIDR_EL1 ? cpu->midr
                                     : read_raw_cp_reg(&cpu->env, ri);
    return true;
}

void arm_cpu_get_idreg(ARMCPU *cpu, unsigned index, ARMCPUIDReg *out)
{
    assert(index < IDREGS_COUNT);
    if (cpu->idregs) {
        *out = cpu->idregs->reg[index];
        return;
    }

    memset(out, 0, sizeof(*out));
    if (DEVICE(cpu)->realized) {
        out->present = read_cpreg(cpu, index, &out->value);
    } else if (arm_feature(&cpu->env, ARM_FEATURE_AARCH64)) {
        out->present = true;
        out->value = arm_cpu_model_idreg(cpu, index);
    }
    out->host = out->value;
    out->requested = out->value;
}
