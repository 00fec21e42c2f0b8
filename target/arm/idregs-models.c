/*
 * CPU models and the fields of their ID registers, for QMP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Comparison and baseline look at what software can see of two models, not at
 * whether this host can run them: models of other hosts are compared too.
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-arm-cpu-target.h"
#include "qapi/qapi-commands-machine-target.h"
#include "qobject/qnum.h"
#include "qom/qom-qobject.h"
#include "system/kvm.h"
#include "cpu.h"
#include "target/arm/idregs-compare.h"
#include "target/arm/idregs-cpu.h"
#include "target/arm/idregs-models.h"

/* The ID registers of a model, by IDREG_... */
typedef struct ModelRegs {
    uint64_t value[IDREGS_COUNT];
    uint64_t named[IDREGS_COUNT];   /* bits of fields named by properties */
} ModelRegs;

char *idreg_property_name(const IDReg *reg, const IDRegField *field)
{
    return g_strdup_printf("SYSREG_%s_%s", reg->name, field->name);
}

bool arm_cpu_model_is_settled(ObjectClass *oc)
{
    return object_class_dynamic_cast(oc, TYPE_AARCH64_CPU);
}

void arm_cpu_set_idreg_props(Object *obj, const QDict *props,
                             Visitor *visitor, Error **errp)
{
    const QDictEntry *e;
    const IDRegField *field;

    for (e = qdict_first(props); e; e = qdict_next(props, e)) {
        if (idreg_find_property(e->key, &field) &&
            !object_property_set(obj, e->key, visitor, errp)) {
            return;
        }
    }
}

typedef void FieldFn(const char *name, const ARMCPUIDReg *reg,
                     const IDRegField *f, void *opaque);

/* All fields that are properties of a CPU, in the order of idregs[] */
static void for_each_field(Object *obj, FieldFn *fn, void *opaque)
{
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        ARMCPUIDReg reg;

        arm_cpu_get_idreg(ARM_CPU(obj), i, &reg);
        for (size_t j = 0; j < idregs[i].count; j++) {
            const IDRegField *f = &idregs[i].fields[j];
            g_autofree char *name = idreg_property_name(&idregs[i], f);

            if (f->safe != IDREG_RESERVED && object_property_find(obj, name)) {
                fn(name, &reg, f, opaque);
            }
        }
    }
}

static void put_field(const char *name, const ARMCPUIDReg *reg,
                      const IDRegField *f, void *props)
{
    uint64_t value = extract64(reg->value, f->lsb, f->width);

    qdict_put((QDict *)props, name, qnum_from_uint(value));
}

void arm_cpu_put_idreg_props(Object *obj, QDict *props)
{
    for_each_field(obj, put_field, props);
}

static bool is_advertised(const char *name)
{
    for (const char **p = cpu_model_advertised_features; *p; p++) {
        if (!strcmp(*p, name)) {
            return true;
        }
    }
    return false;
}

/* A property that names a field is a number that fits into it. */
static bool model_set_field(ModelRegs *regs, const IDReg *reg,
                            const IDRegField *f, const QDictEntry *e,
                            Error **errp)
{
    const QNum *number = qobject_to(QNum, qdict_entry_value(e));
    unsigned index = reg - idregs;
    uint64_t value;

    if (!number || !qnum_get_try_uint(number, &value)) {
        error_setg(errp, "Invalid parameter type for 'props.%s', "
                   "expected: number", e->key);
        return false;
    }
    if (value & ~MAKE_64BIT_MASK(0, f->width)) {
        error_setg(errp, "props.%s=0x%" PRIx64 " does not fit; "
                   "the field has %d bits", e->key, value, f->width);
        return false;
    }
    regs->value[index] = deposit64(regs->value[index], f->lsb, f->width,
                                   value);
    regs->named[index] |= idreg_field_mask(f);
    return true;
}

/* All but the fields: those may be of another host, which this one refuses. */
static bool model_set_props(Object *obj, const QDict *props, Error **errp)
{
    const IDRegField *field;
    const QDictEntry *e;

    for (e = qdict_first(props); e; e = qdict_next(props, e)) {
        if (idreg_find_property(e->key, &field)) {
            continue;
        }
        if (!is_advertised(e->key)) {
            error_setg(errp, "Parameter 'props.%s' is unexpected", e->key);
            return false;
        }
        if (!object_property_set_qobject(obj, e->key,
                                         qdict_entry_value(e), errp)) {
            return false;
        }
    }
    return true;
}

static bool model_read(const CpuModelInfo *model, ModelRegs *regs,
                       Error **errp)
{
    const QDict *props = qobject_to(QDict, model->props);
    ObjectClass *oc = cpu_class_by_name(TYPE_ARM_CPU, model->name);
    g_autoptr(Object) obj = NULL;
    const IDRegField *field;
    Error *err = NULL;

    memset(regs, 0, sizeof(*regs));
    if (!kvm_enabled() && !strcmp(model->name, "host")) {
        error_setg(errp, "The CPU type 'host' requires KVM");
        return false;
    }
    if (!oc) {
        error_setg(errp, "The CPU type '%s' is not a recognized ARM CPU type",
                   model->name);
        return false;
    }
    if (model->props && !props) {
        error_setg(errp, "Invalid parameter type for 'props', "
                   "expected: object");
        return false;
    }

    obj = object_new(object_class_get_name(oc));
    if (!arm_feature(&ARM_CPU(obj)->env, ARM_FEATURE_AARCH64)) {
        error_setg(errp, "CPU model %s has no AArch64 ID registers",
                   model->name);
        return false;
    }
    if (props && !model_set_props(obj, props, errp)) {
        return false;
    }
    /* What the model asks for counts, not what this host would make of it. */
    if (object_property_find(obj, "enforce")) {
        object_property_set_bool(obj, "enforce", false, &error_abort);
    }
    arm_cpu_finalize_features(ARM_CPU(obj), &err);
    if (err) {
        error_propagate(errp, err);
        return false;
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        ARMCPUIDReg reg;

        arm_cpu_get_idreg(ARM_CPU(obj), i, &reg);
        regs->value[i] = reg.requested;
    }
    if (props) {
        const QDictEntry *e;

        for (e = qdict_first(props); e; e = qdict_next(props, e)) {
            const IDReg *reg = idreg_find_property(e->key, &field);

            if (reg && !model_set_field(regs, reg, field, e, errp)) {
                return false;
            }
        }
    }
    return true;
}

static bool has_aarch32(const ModelRegs *regs)
{
    return FIELD_EX64(regs->value[IDREG_ID_AA64PFR0_EL1],
                      ID_AA64PFR0, EL0) == 2;
}

/* The views say something only where there is AArch32. */
static bool is_compared(unsigned index, const ModelRegs *a,
                        const ModelRegs *b)
{
    return !idreg_aarch32(&idregs[index]) ||
           (has_aarch32(a) && has_aarch32(b));
}

/*
 * "type" stands for what no property changes.  Only two models that differ in
 * bits which the manual of today does not allocate are so.
 */
static void add_responsible(strList ***tail, const IDReg *reg,
                            IDRegFieldSet set, bool *type)
{
    for (size_t i = 0; i < reg->count; i++) {
        const IDRegField *f = &reg->fields[i];

        if (!(set >> i & 1)) {
            continue;
        }
        if (f->safe != IDREG_RESERVED) {
            QAPI_LIST_APPEND(*tail, idreg_property_name(reg, f));
        } else if (!*type) {
            QAPI_LIST_APPEND(*tail, g_strdup("type"));
            *type = true;
        }
    }
}

CpuModelCompareInfo *qmp_query_cpu_model_comparison(CpuModelInfo *modela,
                                                    CpuModelInfo *modelb,
                                                    Error **errp)
{
    g_autofree ModelRegs *a = g_new(ModelRegs, 1);
    g_autofree ModelRegs *b = g_new(ModelRegs, 1);
    IDRegComparison all = { .a_has_b = true, .b_has_a = true };
    CpuModelCompareInfo *info;
    strList **tail;
    bool type = false;

    if (!model_read(modela, a, errp) || !model_read(modelb, b, errp)) {
        return NULL;
    }
    info = g_new0(CpuModelCompareInfo, 1);
    tail = &info->responsible_properties;
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        IDRegComparison one;

        if (!is_compared(i, a, b)) {
            continue;
        }
        one = idreg_compare(&idregs[i], a->value[i], b->value[i]);
        add_responsible(&tail, &idregs[i], one.differ, &type);
        all.a_has_b = all.a_has_b && one.a_has_b;
        all.b_has_a = all.b_has_a && one.b_has_a;
    }
    if (all.a_has_b) {
        info->result = all.b_has_a ? CPU_MODEL_COMPARE_RESULT_IDENTICAL
                                   : CPU_MODEL_COMPARE_RESULT_SUPERSET;
    } else {
        info->result = all.b_has_a ? CPU_MODEL_COMPARE_RESULT_SUBSET
                                   : CPU_MODEL_COMPARE_RESULT_INCOMPATIBLE;
    }
    return info;
}

/*
 * Fields are given by name where the models differ, so that the answer says
 * the same on every host, where one of the models has them by name, and where
 * another field changes what a value stands for (stage 2 "as stage 1").
 */
static void put_baseline(QDict *props, unsigned index, uint64_t value,
                         const ModelRegs *a, const ModelRegs *b)
{
    const IDReg *reg = &idregs[index];
    IDRegFieldSet differ = idreg_compare(reg, a->value[index],
                                         b->value[index]).differ;

    for (size_t i = 0; i < reg->count; i++) {
        const IDRegField *f = &reg->fields[i];
        uint64_t mask = idreg_field_mask(f);
        g_autofree char *name = idreg_property_name(reg, f);

        if (f->safe != IDREG_RESERVED && f->safe != IDREG_ANY &&
            ((differ >> i & 1) || (mask & (value ^ a->value[index])) ||
             (mask & (a->named[index] | b->named[index])))) {
            qdict_put(props, name, qnum_from_uint(
                          extract64(value, f->lsb, f->width)));
        }
    }
}

CpuModelBaselineInfo *qmp_query_cpu_model_baseline(CpuModelInfo *modela,
                                                   CpuModelInfo *modelb,
                                                   Error **errp)
{
    g_autofree ModelRegs *a = g_new(ModelRegs, 1);
    g_autofree ModelRegs *b = g_new(ModelRegs, 1);
    g_autoptr(QDict) props = NULL;
    g_autoptr(strList) none = NULL;
    strList **tail = &none;
    CpuModelBaselineInfo *info;
    bool type = false;

    if (!model_read(modela, a, errp) || !model_read(modelb, b, errp)) {
        return NULL;
    }
    props = modela->props
        ? qdict_clone_shallow(qobject_to(QDict, modela->props)) : qdict_new();
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        IDRegFieldSet fields;
        uint64_t value;

        if (!is_compared(i, a, b)) {
            continue;
        }
        fields = idreg_baseline(&idregs[i], a->value[i], b->value[i], &value);
        add_responsible(&tail, &idregs[i], fields, &type);
        put_baseline(props, i, value, a, b);
    }
    if (none) {
        error_setg(errp, "No CPU can be shown to be both %s and %s: "
                   "nothing is common in %s", modela->name, modelb->name,
                   none->value);
        return NULL;
    }
    info = g_new0(CpuModelBaselineInfo, 1);
    info->model = g_new0(CpuModelInfo, 1);
    info->model->name = g_strdup(modela->name);
    if (qdict_size(props)) {
        info->model->props = QOBJECT(g_steal_pointer(&props));
    }
    return info;
}

/* Whether a switch of a model can be turned: the surest way is to try. */
static bool can_turn(const char *type, const char *name, bool value)
{
    g_autoptr(Object) obj = object_new(type);
    Error *err = NULL;

    if (object_property_set_bool(obj, name, value, &err)) {
        arm_cpu_finalize_features(ARM_CPU(obj), &err);
    }
    if (err) {
        error_free(err);
        return false;
    }
    return true;
}

static CpuPropInfo *switch_info(Object *obj, const char *name)
{
    CpuPropInfo *info = g_new0(CpuPropInfo, 1);
    bool value = object_property_get_bool(obj, name, &error_abort);

    info->name = g_strdup(name);
    info->type = CPU_PROP_TYPE_BOOLEAN;
    info->writable = can_turn(object_get_typename(obj), name, !value);
    return info;
}

static void append_field_info(const char *name, const ARMCPUIDReg *reg,
                              const IDRegField *f, void *opaque)
{
    CpuPropInfoList ***infos = opaque;
    CpuPropInfo *info = g_new0(CpuPropInfo, 1);
    uint64_t mask = idreg_field_mask(f);
    IDRegRange ranges[IDREG_RANGES_MAX];
    strList **tail = &info->supported_values;
    size_t count;

    info->name = g_strdup(name);
    info->type = CPU_PROP_TYPE_NUMBER;
    count = idreg_field_ranges(f, extract64(reg->host, f->lsb, f->width),
                               (reg->writable & mask) == mask, ranges);
    info->writable = count > 1 || ranges[0].low != ranges[0].high;
    info->has_supported_values = true;
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].low == ranges[i].high) {
            QAPI_LIST_APPEND(tail, g_strdup_printf("%" PRIu64, ranges[i].low));
        } else {
            QAPI_LIST_APPEND(tail, g_strdup_printf("%" PRIu64 "-%" PRIu64,
                                                   ranges[i].low,
                                                   ranges[i].high));
        }
    }
    QAPI_LIST_APPEND(*infos, info);
}

CpuPropInfoList *qmp_query_cpu_props_info(Error **errp)
{
    const char *model = kvm_enabled() ? "host" : "max";
    ObjectClass *oc = cpu_class_by_name(TYPE_ARM_CPU, model);
    CpuPropInfoList *head = NULL, **tail = &head;
    g_autoptr(Object) obj = NULL;
    Error *err = NULL;

    /* Each build has them. */
    g_assert(oc);
    obj = object_new(object_class_get_name(oc));
    arm_cpu_finalize_features(ARM_CPU(obj), &err);
    if (err) {
        error_propagate(errp, err);
        return NULL;
    }
    for (const char **p = cpu_model_advertised_features; *p; p++) {
        if (object_property_find(obj, *p)) {
            QAPI_LIST_APPEND(tail, switch_info(obj, *p));
        }
    }
    for_each_field(obj, append_field_info, &tail);
    return head;
}
