/*
 * FEAT_FP8 and its companions, FEAT_FAMINMAX, FEAT_LUT: what a CPU has
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The instructions are in tcg/fp8.decode, translate-fp8.c and fp8_helper.c,
 * the arithmetic is in fpu/fp8-convert.c, the properties are in cpu-fp8.c.
 */

#ifndef TARGET_ARM_FP8_H
#define TARGET_ARM_FP8_H

#include "hw/registerfields.h"
#include "cpu.h"

/* D24.2: ID_AA64FPFR0_EL1, ID_AA64ISAR2_EL1, ID_AA64ISAR3_EL1 */
FIELD(ID_AA64FPFR0, F8E5M2, 0, 1)
FIELD(ID_AA64FPFR0, F8E4M3, 1, 1)
FIELD(ID_AA64FPFR0, F8DP2, 28, 1)
FIELD(ID_AA64FPFR0, F8DP4, 29, 1)
FIELD(ID_AA64FPFR0, F8FMA, 30, 1)
FIELD(ID_AA64FPFR0, F8CVT, 31, 1)
FIELD(ID_AA64ISAR2, LUT, 56, 4)
FIELD(ID_AA64ISAR3, FAMINMAX, 4, 4)

static inline bool isar_feature_aa64_fp8(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64fpfr0, ID_AA64FPFR0, F8CVT) != 0;
}

static inline bool isar_feature_aa64_fp8fma(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64fpfr0, ID_AA64FPFR0, F8FMA) != 0;
}

static inline bool isar_feature_aa64_fp8dot4(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64fpfr0, ID_AA64FPFR0, F8DP4) != 0;
}

static inline bool isar_feature_aa64_fp8dot2(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64fpfr0, ID_AA64FPFR0, F8DP2) != 0;
}

static inline bool isar_feature_aa64_faminmax(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64isar3, ID_AA64ISAR3, FAMINMAX) != 0;
}

static inline bool isar_feature_aa64_lut(const ARMISARegisters *id)
{
    return FIELD_EX64(id->id_aa64isar2, ID_AA64ISAR2, LUT) != 0;
}

/*
 * simd_data() of the helpers: which half of a register, or byte of a
 * container; whether F8S2 and LSCALE2 are meant; which element of a segment
 */
#define FP8_CVT_DATA(sel, src2) ((sel) | (src2) << 1)
#define FP8_MLA_DATA(sel, idx)  ((sel) | (idx) << 2)

/**
 * aarch64_add_fp8_properties: the properties "fp8", "faminmax" and "lut"
 * @obj: a CPU of model "max" under TCG, before it is realized
 *
 * All are on, where the system has what they need: see arm_cpu_fp8_finalize().
 */
void aarch64_add_fp8_properties(Object *obj);

/**
 * arm_cpu_fp8_finalize: settle the features once all properties are known
 * @cpu: the CPU; FEAT_FPMR is settled already
 * @errp: set when a feature was asked for and something it needs is missing
 *
 * FEAT_FP8 needs FEAT_FPMR, FEAT_FAMINMAX, FEAT_LUT and FEAT_BF16, and all
 * need FEAT_AdvSIMD, as the base has no SME2 (A2.3).  What was not asked for
 * by name goes away without a word.
 */
void arm_cpu_fp8_finalize(ARMCPU *cpu, Error **errp);

#endif
