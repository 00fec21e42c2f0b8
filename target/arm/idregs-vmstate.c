/*
 * ID registers of an incoming guest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "cpu.h"
#include "cpregs.h"
#include "target/arm/idregs-cpu.h"
#include "target/arm/idregs-vmstate.h"

/* More than any CPU has: a stream with more is no list of registers. */
#define STREAM_REGISTERS 4096

/* So many registers of the guest that this CPU does not have are named. */
#define UNKNOWN_TOLD 8

/* Names after the architecture for the features that have a property */
static const struct {
    const char *field, *feature, *property;
} features[] = {
    { "FPMR", "FEAT_FPMR", "fpmr" },
    { "FAMINMAX", "FEAT_FAMINMAX", "faminmax" },
    { "LUT", "FEAT_LUT", "lut" },
    { "F8CVT", "FEAT_FP8", "fp8" },
    { "SVE", "FEAT_SVE", "sve" },
    { "APA", "FEAT_PAuth", "pauth" },
    { "API", "FEAT_PAuth", "pauth" },
    { "APA3", "FEAT_PAuth", "pauth" },
    { "PMUVer", "FEAT_PMUv3", "pmu" },
    { "TraceVer", "FEAT_ETE", "ete" },
    { "TraceFilt", "FEAT_TRF", "trf" },
    { "TraceBuffer", "FEAT_TRBE", "trbe" },
};

static bool has_idregs(ARMCPU *cpu)
{
    return arm_feature(&cpu->env, ARM_FEATURE_AARCH64);
}

static void resize_stream(ARMCPU *cpu, size_t count)
{
    cpu->cpreg_vmstate_indexes = g_renew(uint64_t, cpu->cpreg_vmstate_indexes,
                                         count);
    cpu->cpreg_vmstate_values = g_renew(uint64_t, cpu->cpreg_vmstate_values,
                                        count);
}

void arm_cpu_pre_load_idregs(ARMCPU *cpu)
{
    if (has_idregs(cpu)) {
        resize_stream(cpu, STREAM_REGISTERS);
        cpu->cpreg_vmstate_array_len = STREAM_REGISTERS;
    }
}

uint64_t *arm_cpu_stream_find(const ARMCPUStream *stream, uint64_t index)
{
    for (size_t i = 0; i < stream->count; i++) {
        if (stream->indexes[i] == index) {
            return &stream->values[i];
        }
    }
    return NULL;
}

uint64_t arm_cpu_stream_id(unsigned index)
{
    const IDReg *reg = &idregs[index];

    return cpreg_to_kvm_id(ENCODE_AA64_CP_REG(CP_REG_ARM64_SYSREG_CP,
                                              reg->crn, reg->crm, reg->op0,
                                              reg->op1, reg->op2));
}

static char *stream_name(ARMCPU *cpu, uint64_t index)
{
    const ARMCPRegInfo *ri;
    g_autofree char *encoding = NULL;

    if ((index & CP_REG_ARM_COPROC_MASK) != CP_REG_ARM64_SYSREG) {
        return g_strdup_printf("register 0x%" PRIx64, index);
    }
    encoding = g_strdup_printf("S%d_%d_C%d_C%d_%d",
                               extract32(index, 14, 2), extract32(index, 11, 3),
                               extract32(index, 7, 4), extract32(index, 3, 4),
                               extract32(index, 0, 3));
    ri = get_arm_cp_reginfo(cpu->cp_regs, kvm_to_cpreg_id(index));
    return ri ? g_strdup_printf("%s (%s)", ri->name, encoding)
              : g_steal_pointer(&encoding);
}

void arm_cpu_tell_idreg_feature(const char *field, bool more)
{
    for (int i = 0; i < ARRAY_SIZE(features); i++) {
        if (!strcmp(features[i].field, field)) {
            error_printf("This is %s; %s=off %s\n", features[i].feature,
                         features[i].property,
                         more ? "where the guest comes from would avoid it."
                              : "here takes it away.");
        }
    }
}

/* An emulated CPU is what its model says: the stream has to be the same. */
static bool compare(ARMCPU *cpu, const ARMCPUStream *stream)
{
    bool same = true;

    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        const uint64_t *value = arm_cpu_stream_find(stream,
                                                    arm_cpu_stream_id(i));
        ARMCPUIDReg own;

        arm_cpu_get_idreg(cpu, i, &own);
        for (size_t j = 0; value && j < idregs[i].count; j++) {
            const IDRegField *f = &idregs[i].fields[j];
            uint64_t there = extract64(*value, f->lsb, f->width);
            uint64_t here = extract64(own.value, f->lsb, f->width);

            if (there != here) {
                error_report("%s.%s: the guest has 0x%" PRIx64
                             ", this CPU 0x%" PRIx64, idregs[i].name, f->name,
                             there, here);
                arm_cpu_tell_idreg_feature(f->name, there > here);
                same = false;
            }
        }
    }
    return same;
}

/* Whole exception levels may be missing; the first registers tell enough. */
void arm_cpu_tell_unknown(ARMCPU *cpu, uint64_t index, unsigned count)
{
    g_autofree char *name = NULL;

    if (count < UNKNOWN_TOLD) {
        name = stream_name(cpu, index);
        error_report("%s: the guest has it, this CPU has not", name);
    } else if (count == UNKNOWN_TOLD) {
        error_report("... and more registers");
    }
}

static bool knows_all(ARMCPU *cpu, const ARMCPUStream *stream)
{
    ARMCPUStream own = {
        cpu->cpreg_indexes, cpu->cpreg_values, cpu->cpreg_array_len
    };
    unsigned unknown = 0;

    for (size_t i = 0; i < stream->count; i++) {
        if (!arm_cpu_stream_find(&own, stream->indexes[i])) {
            arm_cpu_tell_unknown(cpu, stream->indexes[i], unknown++);
        }
    }
    return !unknown;
}

bool arm_cpu_post_load_idregs(ARMCPU *cpu)
{
    ARMCPUStream stream = {
        cpu->cpreg_vmstate_indexes, cpu->cpreg_vmstate_values,
        cpu->cpreg_vmstate_array_len
    };
    bool ok;

    if (!has_idregs(cpu)) {
        return true;
    }
#ifdef CONFIG_KVM
    if (kvm_enabled() && cpu->idregs) {
        return kvm_arm_idregs_load(cpu, &stream);
    }
#endif
    ok = (kvm_enabled() || compare(cpu, &stream)) && knows_all(cpu, &stream);
    resize_stream(cpu, MAX(cpu->cpreg_array_len,
                           cpu->cpreg_vmstate_array_len));
    return ok;
}
