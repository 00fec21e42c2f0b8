/*
 * Self-hosted trace of a CPU model: properties, prerequisites, ID fields
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/accel.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/misc/trbe.h"
#include "hw/qdev-properties.h"
#include "system/qtest.h"
#include "system/tcg.h"
#include "cpu.h"
#include "cpu-features.h"
#include "cpu-trace.h"
#include "ete.h"
#include "trf.h"

/* What a CPU has that was not told otherwise */
#define TRACE_DEFAULT true

/* Rows of trace_props[]; each needs the one before it. */
enum { TRACE_TRF, TRACE_ETE, TRACE_TRBE, TRACE_PROPS };

QEMU_BUILD_BUG_ON(TRACE_PROPS != ARRAY_SIZE(((ARMCPU *)0)->prop_trace));

typedef struct TraceProp {
    const char *name, *feature, *description;
} TraceProp;

static const TraceProp trace_props[TRACE_PROPS] = {
    [TRACE_TRF] = {
        "trf", "FEAT_TRF",
        "Set off to disable FEAT_TRF (Self-hosted Trace extension)"
    },
    [TRACE_ETE] = {
        "ete", "FEAT_ETE",
        "Set off to disable FEAT_ETE (Embedded Trace Extension)"
    },
    [TRACE_TRBE] = {
        "trbe", "FEAT_TRBE",
        "Set off to disable FEAT_TRBE (Trace Buffer Extension)"
    },
};

static bool get_trace(ARMCPU *cpu, int i)
{
    switch (i) {
    case TRACE_TRF:
        return cpu_isar_feature(aa64_trf, cpu);
    case TRACE_ETE:
        return cpu_isar_feature(aa64_ete, cpu);
    case TRACE_TRBE:
        return cpu_isar_feature(aa64_trbe, cpu);
    default:
        g_assert_not_reached();
    }
}

/*
 * ID_DFR0.CopTrc and MMapTrc stay 0: FEAT_ETE is for software in AArch64 state
 * (A2.3.1), and our trace unit is not in memory.
 */
static void set_trace(ARMCPU *cpu, int i, bool value)
{
    uint64_t dfr0 = cpu->isar.id_aa64dfr0;

    switch (i) {
    case TRACE_TRF:
        dfr0 = FIELD_DP64(dfr0, ID_AA64DFR0, TRACEFILT, value);
        cpu->isar.id_dfr0 = FIELD_DP32(cpu->isar.id_dfr0, ID_DFR0, TRACEFILT,
                                       value);
        break;
    case TRACE_ETE:
        dfr0 = FIELD_DP64(dfr0, ID_AA64DFR0, TRACEVER, value);
        break;
    case TRACE_TRBE:
        dfr0 = FIELD_DP64(dfr0, ID_AA64DFR0, TRACEBUFFER, value);
        break;
    default:
        g_assert_not_reached();
    }
    cpu->isar.id_aa64dfr0 = dfr0;
}

static void cpu_arm_get_trace(Object *obj, Visitor *v, const char *name,
                              void *opaque, Error **errp)
{
    const TraceProp *prop = opaque;
    bool value = get_trace(ARM_CPU(obj), prop - trace_props);

    visit_type_bool(v, name, &value, errp);
}

static void cpu_arm_set_trace(Object *obj, Visitor *v, const char *name,
                              void *opaque, Error **errp)
{
    const TraceProp *prop = opaque;
    ARMCPU *cpu = ARM_CPU(obj);
    bool value;

    /* The registers are made when the CPU is: later it is half a change. */
    if (DEVICE(obj)->realized) {
        qdev_prop_set_after_realize(DEVICE(obj), name, errp);
        return;
    }
    if (!visit_type_bool(v, name, &value, errp)) {
        return;
    }
    set_trace(cpu, prop - trace_props, value);
    cpu->prop_trace[prop - trace_props] = value ? ON_OFF_AUTO_ON
                                                : ON_OFF_AUTO_OFF;
}

static bool trace_possible(void)
{
#ifdef CONFIG_USER_ONLY
    return false;
#else
    return tcg_enabled() || qtest_enabled();
#endif
}

void aarch64_add_trace_properties(Object *obj)
{
    ARMCPU *cpu = ARM_CPU(obj);

    for (int i = 0; i < TRACE_PROPS; i++) {
        const TraceProp *prop = &trace_props[i];

        object_property_add(obj, prop->name, "bool", cpu_arm_get_trace,
                            cpu_arm_set_trace, NULL, (void *)prop);
        object_property_set_description(obj, prop->name, prop->description);
        set_trace(cpu, i, TRACE_DEFAULT && trace_possible());
    }
    cpu->has_prop_trace = true;
}

/* Why @prop cannot be on at all, whatever the CPU */
static void trace_refuse(const TraceProp *prop, Error **errp)
{
#ifdef CONFIG_USER_ONLY
    error_setg(errp, "%s=on is not supported in user mode; use %s=off",
               prop->name, prop->name);
#else
    error_setg(errp, "%s=on is not possible with %s, which gives its guests "
               "no trace registers", prop->name, current_accel_name());
    error_append_hint(errp, "Use -accel tcg, or %s=off.\n", prop->name);
#endif
}

void arm_cpu_trace_finalize(ARMCPU *cpu, Error **errp)
{
    const TraceProp *user = NULL;   /* the last seen that was asked for */
    bool possible = cpu->has_prop_trace && trace_possible();

    for (int i = TRACE_PROPS - 1; i >= 0; i--) {
        const TraceProp *prop = &trace_props[i];

        if (cpu->prop_trace[i] == ON_OFF_AUTO_ON) {
            if (!possible) {
                trace_refuse(prop, errp);
                return;
            }
            user = prop;
        } else if (user) {
            if (cpu->prop_trace[i] == ON_OFF_AUTO_OFF) {
                error_setg(errp, "%s=on needs %s, which %s=off takes away",
                           user->name, prop->feature, prop->name);
                error_append_hint(errp, "Use %s=on, or %s=off.\n",
                                  prop->name, user->name);
                return;
            }
            set_trace(cpu, i, true);
        }
    }
    for (int i = 0; i < TRACE_PROPS; i++) {
        set_trace(cpu, i, possible && get_trace(cpu, i) &&
                          (i == 0 || get_trace(cpu, i - 1)));
    }
}
