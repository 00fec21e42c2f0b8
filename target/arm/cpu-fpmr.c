/*
 * FEAT_FPMR of a CPU model: property, prerequisites, debugger, register dump
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/qemu-print.h"
#include "exec/gdbstub.h"
#include "gdbstub/helpers.h"
#include "hw/qdev-properties.h"
#include "system/kvm.h"
#include "cpu.h"
#include "internals.h"
#include "cpu-features.h"
#include "fpmr.h"

static bool cpu_arm_get_fpmr(Object *obj, Error **errp)
{
    return cpu_isar_feature(aa64_fpmr, ARM_CPU(obj));
}

static void set_fpmr(ARMCPU *cpu, bool value)
{
    cpu->isar.id_aa64pfr2 = FIELD_DP64(cpu->isar.id_aa64pfr2,
                                       ID_AA64PFR2, FPMR, value);
}

static void cpu_arm_set_fpmr(Object *obj, bool value, Error **errp)
{
    ARMCPU *cpu = ARM_CPU(obj);

#ifdef CONFIG_USER_ONLY
    /* It would also need the signal frame record, the hwcap, the control. */
    if (value) {
        error_setg(errp, "fpmr=on is not supported in user mode; "
                   "use fpmr=off");
        return;
    }
#endif
    /* The registers are made when the CPU is: later it is half a change. */
    if (DEVICE(obj)->realized) {
        qdev_prop_set_after_realize(DEVICE(obj), "fpmr", errp);
        return;
    }
    set_fpmr(cpu, value);
    cpu->fpmr_requested = value;
}

void aarch64_add_fpmr_properties(Object *obj)
{
    object_property_add_bool(obj, "fpmr", cpu_arm_get_fpmr, cpu_arm_set_fpmr);
    object_property_set_description(obj, "fpmr",
        "Set off to disable FEAT_FPMR (Floating-point Mode Register)");
#ifndef CONFIG_USER_ONLY
    set_fpmr(ARM_CPU(obj), true);
#endif
}

void arm_cpu_fpmr_finalize(ARMCPU *cpu, Error **errp)
{
    const char *needs, *remedy;

    /* Under KVM the ID registers are the host's, not ours to judge. */
    if (!cpu_isar_feature(aa64_fpmr, cpu) || kvm_enabled()) {
        return;
    }
    if (!cpu->has_neon || !cpu->has_vfp) {
        needs = "FEAT_AdvSIMD";
        remedy = "Add neon=on,vfp=on, or use fpmr=off.";
    } else if (cpu->has_el2 && !cpu_isar_feature(aa64_fgt, cpu)) {
        needs = "FEAT_FGT (with EL2)";
        remedy = "Use a CPU model that has it, or fpmr=off.";
    } else if (cpu->has_el2 && !cpu_isar_feature(aa64_hcx, cpu)) {
        needs = "FEAT_HCX (with EL2)";
        remedy = "Use a CPU model that has it, or fpmr=off.";
    } else {
        return;
    }
    if (cpu->fpmr_requested) {
        error_setg(errp, "fpmr=on needs %s, which this CPU does not have",
                   needs);
        error_append_hint(errp, "%s\n", remedy);
    } else {
        set_fpmr(cpu, false);
    }
}

static int fpmr_gdb_get(CPUState *cs, GByteArray *buf, int reg)
{
    return reg == 0 ? gdb_get_reg64(buf, ARM_CPU(cs)->env.vfp.fpmr) : 0;
}

static int fpmr_gdb_set(CPUState *cs, uint8_t *buf, int reg)
{
    if (reg != 0) {
        return 0;
    }
    ARM_CPU(cs)->env.vfp.fpmr = ldq_p(buf) & FPMR_MASK;
    return 8;
}

static void describe_to_gdb(ARMCPU *cpu, int number)
{
    /* The fields in the order of the register; a gap is RES0. */
    static const struct {
        const char *name;
        int start, length;
    } fields[] = {
#define FPMR_FIELD(F) { #F, R_FPMR_##F##_SHIFT, R_FPMR_##F##_LENGTH }
        FPMR_FIELD(F8S1), FPMR_FIELD(F8S2), FPMR_FIELD(F8D),
        FPMR_FIELD(OSM), FPMR_FIELD(OSC), FPMR_FIELD(LSCALE),
        FPMR_FIELD(NSCALE), FPMR_FIELD(LSCALE2),
#undef FPMR_FIELD
    };
    GDBFeatureBuilder builder;

    gdb_feature_builder_init(&builder, &cpu->dyn_fpmr_feature.desc,
                             "org.gnu.gdb.aarch64.fpmr", "aarch64-fpmr.xml",
                             number);
    gdb_feature_builder_append_tag(&builder,
                                   "<flags id=\"fpmr_flags\" size=\"8\">");
    for (int i = 0; i < ARRAY_SIZE(fields); i++) {
        gdb_feature_builder_append_tag(&builder,
            "<field name=\"%s\" start=\"%d\" end=\"%d\"/>", fields[i].name,
            fields[i].start, fields[i].start + fields[i].length - 1);
    }
    gdb_feature_builder_append_tag(&builder, "</flags>");
    gdb_feature_builder_append_reg(&builder, "fpmr", 64, 0, "fpmr_flags",
                                   "float");
    gdb_feature_builder_end(&builder);
}

void fpmr_register_gdb(ARMCPU *cpu)
{
    CPUState *cs = CPU(cpu);

    if (cpu_isar_feature(aa64_fpmr, cpu)) {
        uint32_t *number = g_new(uint32_t, 1);

        cpu->dyn_fpmr_feature.data.cpregs.keys = number;
        *number = cs->gdb_num_regs;
        describe_to_gdb(cpu, *number);
        gdb_register_coprocessor(cs, fpmr_gdb_get, fpmr_gdb_set,
                                 &cpu->dyn_fpmr_feature.desc, 0);
    }
}

void fpmr_follow_idregs(ARMCPU *cpu)
{
    static const GDBFeature none = {
        .xmlname = "aarch64-fpmr.xml",
        .xml = "<?xml version=\"1.0\"?>"
               "<!DOCTYPE feature SYSTEM \"gdb-target.dtd\">"
               "<feature name=\"org.qemu.gdb.arm.no-fpmr\"></feature>",
        .name = "org.qemu.gdb.arm.no-fpmr",
    };
    GDBFeature *feature = &cpu->dyn_fpmr_feature.desc;
    bool has = cpu_isar_feature(aa64_fpmr, cpu);

    define_fpmr_cpregs(cpu);
    if (has && !feature->xml) {
        fpmr_register_gdb(cpu);
    } else if (has && !feature->num_regs) {
        describe_to_gdb(cpu, *cpu->dyn_fpmr_feature.data.cpregs.keys);
    } else if (!has && feature->num_regs) {
        g_free((char *)feature->xml);
        g_free((void *)feature->regs);
        *feature = none;
    }
}

void fpmr_dump_state(ARMCPU *cpu, FILE *f)
{
    if (cpu_isar_feature(aa64_fpmr, cpu)) {
        qemu_fprintf(f, "     FPMR=%016" PRIx64 "\n", cpu->env.vfp.fpmr);
    }
}
