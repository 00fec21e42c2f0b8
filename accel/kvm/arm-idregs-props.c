/*
 * ID registers of Arm CPUs under KVM: the properties
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/qdev-properties.h"
#include "cpu.h"
#include "arm-idregs.h"

/* Properties that stand for fields; a bit of features_on and features_off */
typedef enum Feature {
    FEATURE_FPMR,
    FEATURE_FP8,
    FEATURE_FAMINMAX,
    FEATURE_LUT,
    FEATURE_LPA2,
    FEATURE_OURS,
    /* These are upstream's; we only want to know that they were set. */
    FEATURE_SVE = FEATURE_OURS,
    FEATURE_PAUTH,
    FEATURE_PMU,
    FEATURES
} Feature;

static const struct {
    const char *name;
    const char *description;
} features[FEATURES] = {
    [FEATURE_FPMR] = {
        "fpmr", "Set off to hide FEAT_FPMR (Floating-point Mode Register), "
        "and with it FP8"
    },
    [FEATURE_FP8] = {
        "fp8", "Set off to hide FEAT_FP8 and all that is based on it"
    },
    [FEATURE_FAMINMAX] = {
        "faminmax", "Set off to hide FEAT_FAMINMAX (absolute maximum and "
        "minimum), and with it FP8"
    },
    [FEATURE_LUT] = {
        "lut", "Set off to hide FEAT_LUT (lookup tables), and with it FP8"
    },
    [FEATURE_LPA2] = {
        "lpa2", "Set off to hide 52-bit addresses with 4K and 16K granules "
        "(stage 1 of FEAT_LPA2)"
    },
    [FEATURE_SVE] = { "sve" },
    [FEATURE_PAUTH] = { "pauth" },
    [FEATURE_PMU] = { "pmu" },
};

/*
 * off: the field is not above this.  on: it is not below this; NOTHING where
 * the host decides.
 */
#define NOTHING INT8_MIN
static const struct FeatureField {
    Feature feature;
    unsigned index;
    const char *field;
    int8_t off, on;
} feature_fields[] = {
    { FEATURE_FPMR, IDREG_ID_AA64PFR2_EL1, "FPMR", 0, 1 },
    { FEATURE_FP8, IDREG_ID_AA64FPFR0_EL1, "F8CVT", 0, 1 },
    { FEATURE_FP8, IDREG_ID_AA64FPFR0_EL1, "F8FMA", 0, NOTHING },
    { FEATURE_FP8, IDREG_ID_AA64FPFR0_EL1, "F8DP4", 0, NOTHING },
    { FEATURE_FP8, IDREG_ID_AA64FPFR0_EL1, "F8DP2", 0, NOTHING },
    { FEATURE_FP8, IDREG_ID_AA64FPFR0_EL1, "F8MM8", 0, NOTHING },
    { FEATURE_FP8, IDREG_ID_AA64FPFR0_EL1, "F8MM4", 0, NOTHING },
    { FEATURE_FP8, IDREG_ID_AA64FPFR0_EL1, "F8E4M3", 0, NOTHING },
    { FEATURE_FP8, IDREG_ID_AA64FPFR0_EL1, "F8E5M2", 0, NOTHING },
    { FEATURE_FAMINMAX, IDREG_ID_AA64ISAR3_EL1, "FAMINMAX", 0, 1 },
    { FEATURE_LUT, IDREG_ID_AA64ISAR2_EL1, "LUT", 0, 1 },
    { FEATURE_LPA2, IDREG_ID_AA64MMFR0_EL1, "TGran4", 0, 1 },
    { FEATURE_LPA2, IDREG_ID_AA64MMFR0_EL1, "TGran16", 1, 2 },
    { FEATURE_SVE, IDREG_ID_AA64PFR0_EL1, "SVE", 0, 1 },
    { FEATURE_PAUTH, IDREG_ID_AA64ISAR1_EL1, "APA", 0, NOTHING },
    { FEATURE_PAUTH, IDREG_ID_AA64ISAR1_EL1, "API", 0, NOTHING },
    { FEATURE_PAUTH, IDREG_ID_AA64ISAR2_EL1, "APA3", 0, NOTHING },
    { FEATURE_PMU, IDREG_ID_AA64DFR0_EL1, "PMUVer", 0, 1 },
};

/* Upstream's setters of sve, pauth and pmu; the same for all CPUs */
static ObjectPropertyAccessor *upstream_set[FEATURES];
static ObjectPropertyAccessor *upstream_set_cntfrq;

static const IDRegField *field_of(const struct FeatureField *row)
{
    return idreg_find_field(&idregs[row->index], row->field);
}

/* The value of a field as a number in the field's order */
static int64_t rank(const IDRegField *f, uint64_t reg)
{
    switch (f->sign) {
    case IDREG_SIGNED:
        return sextract64(reg, f->lsb, f->width);
    case IDREG_PMU:
        return extract64(reg, f->lsb, f->width) == 0xf
               ? 0 : extract64(reg, f->lsb, f->width);
    default:
        return extract64(reg, f->lsb, f->width);
    }
}

OnOffAuto kvm_arm_idreg_feature_asked(ARMCPU *cpu, const char *name)
{
    for (int i = 0; i < FEATURES; i++) {
        if (!strcmp(features[i].name, name)) {
            return cpu->idregs->features_on & BIT(i) ? ON_OFF_AUTO_ON :
                   cpu->idregs->features_off & BIT(i) ? ON_OFF_AUTO_OFF :
                   ON_OFF_AUTO_AUTO;
        }
    }
    g_assert_not_reached();
}

static void note_feature(ARMCPU *cpu, Feature feature, bool on)
{
    ARMCPUIDRegs *ids = cpu->idregs;

    ids->features_on = deposit32(ids->features_on, feature, 1, on);
    ids->features_off = deposit32(ids->features_off, feature, 1, !on);
}

static Feature feature_named(const char *name)
{
    for (int i = 0; i < FEATURES; i++) {
        if (!strcmp(features[i].name, name)) {
            return i;
        }
    }
    g_assert_not_reached();
}

static bool settable(Object *obj, const char *name, Error **errp)
{
    /* The vCPU has them when it is made. */
    if (DEVICE(obj)->realized) {
        qdev_prop_set_after_realize(DEVICE(obj), name, errp);
        return false;
    }
    return true;
}

static void get_feature(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    ARMCPU *cpu = ARM_CPU(obj);
    Feature feature = feature_named(name);
    OnOffAuto asked = kvm_arm_idreg_feature_asked(cpu, name);
    bool value = asked == ON_OFF_AUTO_ON;

    if (asked == ON_OFF_AUTO_AUTO || cpu->idregs->settled) {
        value = false;
        for (int i = 0; i < ARRAY_SIZE(feature_fields); i++) {
            const struct FeatureField *row = &feature_fields[i];

            if (row->feature == feature && row->on != NOTHING) {
                value |= rank(field_of(row),
                              cpu->idregs->reg[row->index].value) >= row->on;
            }
        }
    }
    visit_type_bool(v, name, &value, errp);
}

static void set_feature_on_off(Object *obj, Visitor *v, const char *name,
                               void *opaque, Error **errp)
{
    bool value;

    if (settable(obj, name, errp) && visit_type_bool(v, name, &value, errp)) {
        note_feature(ARM_CPU(obj), feature_named(name), value);
    }
}

static void set_upstream_feature(Object *obj, Visitor *v, const char *name,
                                 void *opaque, Error **errp)
{
    Feature feature = feature_named(name);
    ERRP_GUARD();

    upstream_set[feature](obj, v, name, opaque, errp);
    if (!*errp) {
        note_feature(ARM_CPU(obj), feature,
                     object_property_get_bool(obj, name, &error_abort));
    }
}

/* Upstream has no pmu where the host has none; off is no wish too many. */
static bool get_no_pmu(Object *obj, Error **errp)
{
    return false;
}

static void set_no_pmu(Object *obj, bool value, Error **errp)
{
    if (value) {
        error_setg(errp, "'pmu' feature not supported by KVM on this host");
    }
}

/* Under KVM upstream takes any frequency, and does nothing with it. */
static void set_cntfrq(Object *obj, Visitor *v, const char *name,
                       void *opaque, Error **errp)
{
    ERRP_GUARD();

    upstream_set_cntfrq(obj, v, name, opaque, errp);
    if (!*errp) {
        ARM_CPU(obj)->idregs->cntfrq = ARM_CPU(obj)->gt_cntfrq_hz;
    }
}

static void get_field(Object *obj, Visitor *v, const char *name,
                      void *opaque, Error **errp)
{
    ARMCPU *cpu = ARM_CPU(obj);
    const IDRegField *f = NULL;
    unsigned index = idreg_find_property(name, &f) - idregs;
    uint64_t value = cpu->idregs->reg[index].value;

    if (!cpu->idregs->settled &&
        (cpu->idregs->asked[index] & idreg_field_mask(f))) {
        value = cpu->idregs->asked_value[index];
    }
    value = extract64(value, f->lsb, f->width);
    visit_type_uint64(v, name, &value, errp);
}

static void set_field(Object *obj, Visitor *v, const char *name,
                      void *opaque, Error **errp)
{
    ARMCPUIDRegs *ids = ARM_CPU(obj)->idregs;
    const IDRegField *f = NULL;
    unsigned index = idreg_find_property(name, &f) - idregs;
    uint64_t value;

    if (!settable(obj, name, errp) ||
        !visit_type_uint64(v, name, &value, errp)) {
        return;
    }
    if (value > MAKE_64BIT_MASK(0, f->width)) {
        error_setg(errp, "%s: 0x%" PRIx64 " does not fit, the field has %u "
                   "bits", name, value, f->width);
        return;
    }
    ids->asked[index] |= idreg_field_mask(f);
    ids->asked_value[index] = deposit64(ids->asked_value[index], f->lsb,
                                        f->width, value);
}

static void get_whole(Object *obj, Visitor *v, const char *name,
                      void *opaque, Error **errp)
{
    unsigned index = (uintptr_t)opaque;
    ARMCPUIDRegs *ids = ARM_CPU(obj)->idregs;
    uint64_t value = ids->asked[index] && !ids->settled
                     ? ids->asked_value[index] : ids->reg[index].value;

    visit_type_uint64(v, name, &value, errp);
}

static void set_whole(Object *obj, Visitor *v, const char *name,
                      void *opaque, Error **errp)
{
    unsigned index = (uintptr_t)opaque;
    ARMCPUIDRegs *ids = ARM_CPU(obj)->idregs;
    uint64_t value;

    if (settable(obj, name, errp) &&
        visit_type_uint64(v, name, &value, errp)) {
        ids->asked[index] = UINT64_MAX;
        ids->asked_value[index] = value;
    }
}

static bool get_enforce(Object *obj, Error **errp)
{
    return !ARM_CPU(obj)->idregs->clamp;
}

static void set_enforce(Object *obj, bool value, Error **errp)
{
    if (settable(obj, "enforce", errp)) {
        ARM_CPU(obj)->idregs->clamp = !value;
    }
}

/*
 * Once for a class, not for each vCPU: there are hundreds.  Not when the class
 * is made, as nobody knows then which accelerator there will be.
 */
static void add_field_properties(ObjectClass *oc)
{
    if (object_class_property_find(oc, "SYSREG_ID_AA64PFR0_EL1_EL0")) {
        return;
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        for (size_t k = 0; k < idregs[i].count; k++) {
            const IDRegField *f = &idregs[i].fields[k];
            g_autofree char *name = NULL;

            if (f->safe == IDREG_RESERVED) {
                continue;
            }
            name = g_strconcat("SYSREG_", idregs[i].name, "_", f->name, NULL);
            object_class_property_add(oc, name, "uint64", get_field, set_field,
                                      NULL, NULL);
        }
    }
}

static void add_whole_property(Object *obj, const char *name, unsigned index)
{
    object_property_add(obj, name, "uint64", get_whole, set_whole, NULL,
                        (void *)(uintptr_t)index);
    object_property_set_description(obj, name, "Value of the register; needs "
                                    "a host kernel that can set it");
}

void kvm_arm_add_idreg_properties(ARMCPU *cpu)
{
    Object *obj = OBJECT(cpu);
    ObjectProperty *cntfrq;

    add_field_properties(object_get_class(obj));
    for (int i = 0; i < FEATURE_OURS; i++) {
        object_property_add(obj, features[i].name, "bool", get_feature,
                            set_feature_on_off, NULL, NULL);
        object_property_set_description(obj, features[i].name,
                                        features[i].description);
    }
    for (int i = FEATURE_OURS; i < FEATURES; i++) {
        ObjectProperty *p = object_property_find(obj, features[i].name);

        if (p) {
            upstream_set[i] = p->set;
            p->set = set_upstream_feature;
        }
    }
    if (!object_property_find(obj, "pmu")) {
        object_property_add_bool(obj, "pmu", get_no_pmu, set_no_pmu);
    }
    cntfrq = object_property_find(obj, "cntfrq");
    if (cntfrq) {
        upstream_set_cntfrq = cntfrq->set;
        cntfrq->set = set_cntfrq;
    }
    add_whole_property(obj, "revidr", IDREG_REVIDR_EL1);
    add_whole_property(obj, "aidr", IDREG_AIDR_EL1);
    if (cpu->idregs->model) {
        object_property_add_bool(obj, "enforce", get_enforce, set_enforce);
        object_property_set_description(obj, "enforce", "Set off to give the "
                                        "guest what this host has of the "
                                        "model, instead of an error");
    }
}

/* A granule that the host does not have cannot have 52-bit addresses. */
static bool lpa2_does_not_count(const struct FeatureField *row,
                                uint64_t mmfr0)
{
    const IDReg *reg = &idregs[IDREG_ID_AA64MMFR0_EL1];
    bool has_4k, has_16k;

    if (row->feature != FEATURE_LPA2) {
        return false;
    }
    has_4k = rank(idreg_find_field(reg, "TGran4"), mmfr0) >= 0;
    has_16k = rank(idreg_find_field(reg, "TGran16"), mmfr0) >= 1;
    return (has_4k || has_16k) && (row->on == 1 ? !has_4k : !has_16k);
}

static bool apply_feature(ARMCPU *cpu, const struct FeatureField *row,
                          Error **errp)
{
    ARMCPUIDRegs *ids = cpu->idregs;
    ARMCPUIDReg *r = &ids->reg[row->index];
    const IDRegField *f = field_of(row);
    uint64_t bits = idreg_field_mask(f);
    bool on = ids->features_on & BIT(row->feature);
    bool asked = ids->asked[row->index] & bits;
    int64_t now = rank(f, asked ? ids->asked_value[row->index]
                                : r->requested);
    bool right = on ? now >= row->on : now <= row->off;

    if (on && (row->on == NOTHING || lpa2_does_not_count(row, r->host))) {
        return true;
    }
    if (!right && asked) {
        error_setg(errp, "%s=%s and SYSREG_%s_%s=0x%" PRIx64 " contradict "
                   "each other", features[row->feature].name,
                   on ? "on" : "off", idregs[row->index].name, f->name,
                   extract64(ids->asked_value[row->index], f->lsb, f->width));
        return false;
    }
    if (!right) {
        r->requested = deposit64(r->requested, f->lsb, f->width,
                                 on ? row->on : row->off);
    }
    r->named |= bits;
    return true;
}

/* pauth=on is about any algorithm: one of those the host has must be left. */
static bool check_pauth(ARMCPU *cpu, Error **errp)
{
    ARMCPUIDRegs *ids = cpu->idregs;

    if (!(ids->features_on & BIT(FEATURE_PAUTH))) {
        return true;
    }
    for (int i = 0; i < ARRAY_SIZE(feature_fields); i++) {
        const struct FeatureField *row = &feature_fields[i];
        const IDRegField *f = field_of(row);

        if (row->feature == FEATURE_PAUTH &&
            (ids->asked[row->index] & idreg_field_mask(f)) &&
            rank(f, ids->reg[row->index].host) &&
            !rank(f, ids->asked_value[row->index])) {
            error_setg(errp, "pauth=on and SYSREG_%s_%s=0x0 contradict each "
                       "other", idregs[row->index].name, f->name);
            return false;
        }
    }
    return true;
}

bool kvm_arm_apply_idreg_properties(ARMCPU *cpu, Error **errp)
{
    ARMCPUIDRegs *ids = cpu->idregs;

    for (int i = 0; i < ARRAY_SIZE(feature_fields); i++) {
        const struct FeatureField *row = &feature_fields[i];

        if (((ids->features_on | ids->features_off) & BIT(row->feature)) &&
            !apply_feature(cpu, row, errp)) {
            return false;
        }
    }
    if (!check_pauth(cpu, errp)) {
        return false;
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        ARMCPUIDReg *r = &ids->reg[i];

        r->requested = (r->requested & ~ids->asked[i]) |
                       (ids->asked_value[i] & ids->asked[i]);
        r->named |= ids->asked[i];
    }
    return true;
}
