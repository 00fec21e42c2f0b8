/*
 * FEAT_FP8, FEAT_FAMINMAX and FEAT_LUT of a CPU model: properties
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/qdev-properties.h"
#include "system/kvm.h"
#include "cpu.h"
#include "cpu-features.h"
#include "fpmr.h"
#include "fp8.h"

/* All of FEAT_FP8*, with both formats */
#define FPFR0_FP8 (R_ID_AA64FPFR0_F8CVT_MASK | R_ID_AA64FPFR0_F8FMA_MASK | \
                   R_ID_AA64FPFR0_F8DP4_MASK | R_ID_AA64FPFR0_F8DP2_MASK | \
                   R_ID_AA64FPFR0_F8E4M3_MASK | R_ID_AA64FPFR0_F8E5M2_MASK)

static bool get_fp8(const ARMISARegisters *isar)
{
    return isar_feature_aa64_fp8(isar);
}

static void set_fp8(ARMISARegisters *isar, bool value)
{
    isar->id_aa64fpfr0 = value ? FPFR0_FP8 : 0;
}

static bool get_faminmax(const ARMISARegisters *isar)
{
    return isar_feature_aa64_faminmax(isar);
}

static void set_faminmax(ARMISARegisters *isar, bool value)
{
    isar->id_aa64isar3 = FIELD_DP64(isar->id_aa64isar3, ID_AA64ISAR3,
                                    FAMINMAX, value);
}

static bool get_lut(const ARMISARegisters *isar)
{
    return isar_feature_aa64_lut(isar);
}

static void set_lut(ARMISARegisters *isar, bool value)
{
    isar->id_aa64isar2 = FIELD_DP64(isar->id_aa64isar2, ID_AA64ISAR2, LUT,
                                    value);
}

/* A row for each property; its number is its bit in ARMCPU.fp8_requested. */
static const struct FP8Property {
    const char *name, *description;
    bool (*get)(const ARMISARegisters *isar);
    void (*set)(ARMISARegisters *isar, bool value);
} properties[] = {
    { "faminmax", "Set off to disable FEAT_FAMINMAX (absolute maximum and "
      "minimum)", get_faminmax, set_faminmax },
    { "lut", "Set off to disable FEAT_LUT (lookup tables)",
      get_lut, set_lut },
    { "fp8", "Set off to disable FEAT_FP8, FEAT_FP8FMA, FEAT_FP8DOT2 and "
      "FEAT_FP8DOT4 (8-bit floating-point)", get_fp8, set_fp8 },
};

static void get_property(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    const struct FP8Property *property = opaque;
    bool value = property->get(&ARM_CPU(obj)->isar);

    visit_type_bool(v, name, &value, errp);
}

static void set_property(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    const struct FP8Property *property = opaque;
    unsigned bit = property - properties;
    ARMCPU *cpu = ARM_CPU(obj);
    bool value;

    if (!visit_type_bool(v, name, &value, errp)) {
        return;
    }
#ifdef CONFIG_USER_ONLY
    /* It would also need the hwcaps, and FP8 the control and FPMR. */
    if (value) {
        error_setg(errp, "%s=on is not supported in user mode; use %s=off",
                   name, name);
        return;
    }
#endif
    if (DEVICE(obj)->realized) {
        qdev_prop_set_after_realize(DEVICE(obj), name, errp);
        return;
    }
    property->set(&cpu->isar, value);
    cpu->fp8_requested = deposit32(cpu->fp8_requested, bit, 1, value);
}

void aarch64_add_fp8_properties(Object *obj)
{
    for (int i = 0; i < ARRAY_SIZE(properties); i++) {
        object_property_add(obj, properties[i].name, "bool", get_property,
                            set_property, NULL, (void *)&properties[i]);
        object_property_set_description(obj, properties[i].name,
                                        properties[i].description);
#ifndef CONFIG_USER_ONLY
        properties[i].set(&ARM_CPU(obj)->isar, true);
#endif
    }
}

void arm_cpu_fp8_finalize(ARMCPU *cpu, Error **errp)
{
    /* Under KVM the ID registers are the host's, not ours to judge. */
    if (kvm_enabled()) {
        return;
    }
    for (int i = 0; i < ARRAY_SIZE(properties); i++) {
        const struct FP8Property *property = &properties[i];
        bool is_fp8 = property->set == set_fp8;
        const char *needs, *remedy;

        if (!property->get(&cpu->isar)) {
            continue;
        }
        if (!cpu->has_neon || !cpu->has_vfp) {
            needs = "FEAT_AdvSIMD";
            remedy = "neon=on,vfp=on";
        } else if (is_fp8 && !cpu_isar_feature(aa64_fpmr, cpu)) {
            needs = "FEAT_FPMR";
            remedy = "fpmr=on";
        } else if (is_fp8 && !cpu_isar_feature(aa64_faminmax, cpu)) {
            needs = "FEAT_FAMINMAX";
            remedy = "faminmax=on";
        } else if (is_fp8 && !cpu_isar_feature(aa64_lut, cpu)) {
            needs = "FEAT_LUT";
            remedy = "lut=on";
        } else {
            continue;
        }
        if (extract32(cpu->fp8_requested, i, 1)) {
            error_setg(errp, "%s=on needs %s, which this CPU does not have",
                       property->name, needs);
            error_append_hint(errp, "Add %s, or use %s=off.\n", remedy,
                              property->name);
            return;
        }
        property->set(&cpu->isar, false);
    }
}
