/*
 * ID registers of Arm CPUs under KVM: those of an incoming guest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The kernel decides what it takes; the table of fields says why not.  That
 * is the order, because kernels take more than the table knows of, for
 * guests of older kernels: ID_AA64PFR0_EL1.MPAM for one.
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "cpu.h"
#include "cpregs.h"
#include "kvm_arm.h"
#include "arm-idregs.h"
#include "target/arm/fpmr.h"
#include "target/arm/idregs-compare.h"
#include "target/arm/idregs-cpu.h"
#include "target/arm/idregs-stream.h"
#include "target/arm/idregs-vmstate.h"
#include "target/arm/idregs/trace.h"

/* All fields that somebody asked for by name, to be other than the stream's */
static bool contradicts(const ARMCPUIDReg *own, unsigned index, uint64_t value)
{
    bool found = false;

    for (size_t i = 0; i < idregs[index].count; i++) {
        const IDRegField *f = &idregs[index].fields[i];
        uint64_t bits = idreg_field_mask(f);

        if ((own->named & bits) && ((own->value ^ value) & bits)) {
            error_report("%s.%s: the guest has 0x%" PRIx64 ", but 0x%" PRIx64
                         " was asked for with -cpu", idregs[index].name,
                         f->name, extract64(value, f->lsb, f->width),
                         extract64(own->value, f->lsb, f->width));
            found = true;
        }
    }
    return found;
}

/* KVM has its ID registers for good once a vCPU of the VM has run. */
static void tell_busy(const ARMCPUIDReg *own, unsigned index, uint64_t value)
{
    for (size_t i = 0; i < idregs[index].count; i++) {
        const IDRegField *f = &idregs[index].fields[i];
        uint64_t there = extract64(value, f->lsb, f->width);
        uint64_t here = extract64(own->value, f->lsb, f->width);

        if (there != here) {
            error_report("%s.%s: the guest has 0x%" PRIx64 ", this one 0x%"
                         PRIx64 ", which cannot change after a vCPU has run",
                         idregs[index].name, f->name, there, here);
        }
    }
}

/* Only a VM that was made for it takes an identity: kvm_arm_idregs_realize() */
static void tell_identity(unsigned index, uint64_t value)
{
    static const struct {
        unsigned index;
        const char *property;
    } identity[] = {
        { IDREG_MIDR_EL1, "midr" },
        { IDREG_REVIDR_EL1, "revidr" },
        { IDREG_AIDR_EL1, "aidr" },
    };

    for (int i = 0; i < ARRAY_SIZE(identity); i++) {
        if (identity[i].index == index) {
            error_printf("Start with -cpu ...,%s=0x%" PRIx64 " for a snapshot "
                         "of such a guest.\n", identity[i].property, value);
        }
    }
}

static void tell_misfits(ARMCPU *cpu, unsigned index, uint64_t value, int err)
{
    const ARMCPUIDReg *own = &cpu->idregs->reg[index];
    IDRegResult res;

    trace_idreg_refused(CPU(cpu)->cpu_index, idregs[index].name, value, err);
    if (err == -EBUSY) {
        tell_busy(own, index, value);
        return;
    }
    idreg_resolve(&idregs[index], own->host, value, own->writable,
                  IDREG_ENFORCE, &res);
    for (size_t i = 0; i < res.count; i++) {
        const IDRegMisfit *m = &res.misfits[i];
        char text[IDREG_TEXT_MAX];

        idreg_misfit_text(m, text, sizeof(text));
        error_report("%s", text);
        arm_cpu_tell_idreg_feature(m->field->name, m->asked > m->limit);
    }
    if (!res.count) {
        error_report("%s: the host kernel does not take the guest's 0x%" PRIx64
                     " (it has 0x%" PRIx64 "): %s", idregs[index].name, value,
                     own->value, strerror(-err));
        tell_identity(index, value);
    }
}

/*
 * Kernels take some values of older ones, and make others of them; what only
 * EL2 uses is as it can be here.
 */
static void tell_changed(unsigned index, uint64_t asked, uint64_t value)
{
    for (size_t i = 0; i < idregs[index].count; i++) {
        const IDRegField *f = &idregs[index].fields[i];
        uint64_t before = extract64(asked, f->lsb, f->width);
        uint64_t now = extract64(value, f->lsb, f->width);

        if (before != now) {
            warn_report("%s.%s: the guest had 0x%" PRIx64 ", the host kernel "
                        "makes it 0x%" PRIx64, idregs[index].name, f->name,
                        before, now);
        }
    }
}

/* What the guest reads then is in the record. */
static int set_idreg(ARMCPU *cpu, unsigned index, uint64_t value)
{
    ARMCPUIDReg *own = &cpu->idregs->reg[index];
    uint64_t id = arm_cpu_stream_id(index);
    int ret = kvm_set_one_reg(CPU(cpu), id, &value);

    if (ret) {
        return ret;
    }
    trace_idreg_set(CPU(cpu)->cpu_index, idregs[index].name, own->value,
                    value);
    own->requested = value;
    return kvm_get_one_reg(CPU(cpu), id, &own->value);
}

static bool load_idreg(ARMCPU *cpu, unsigned index, uint64_t value,
                       bool *busy)
{
    ARMCPUIDReg *own = &cpu->idregs->reg[index];
    uint64_t el2 = kvm_arm_only_at_el2(index), rest;
    int ret;

    if (!own->present || value == own->value) {
        if (value != own->value) {
            error_report("%s: the guest has 0x%" PRIx64 ", this host's kernel "
                         "does not know the register", idregs[index].name,
                         value);
            return false;
        }
        return true;
    }
    if (contradicts(own, index, value)) {
        return false;
    }
    ret = set_idreg(cpu, index, value);
    /* A guest without EL2 goes on as well with what is here. */
    rest = (value & ~el2) | (own->value & el2);
    if (ret && rest != value) {
        ret = rest == own->value ? 0 : set_idreg(cpu, index, rest);
        own->requested = value;
    }
    if (ret) {
        tell_misfits(cpu, index, rest, ret);
        *busy |= ret == -EBUSY;
        return false;
    }
    tell_changed(index, value, own->value);
    return true;
}

/* The views say nothing without AArch32, and kernels differ in what. */
static bool is_unknown(unsigned index, const ARMCPUStream *stream)
{
    const uint64_t *pfr0 = arm_cpu_stream_find(
        stream, arm_cpu_stream_id(IDREG_ID_AA64PFR0_EL1));

    return idreg_aarch32(&idregs[index]) && pfr0 &&
           FIELD_EX64(*pfr0, ID_AA64PFR0, EL0) != 2;
}

static bool load_idregs(ARMCPU *cpu, const ARMCPUStream *stream)
{
    bool ok = true, busy = false;

    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        uint64_t *value = arm_cpu_stream_find(stream, arm_cpu_stream_id(i));

        if (!value) {
            continue;
        }
        if (is_unknown(i, stream)) {
            *value = cpu->idregs->reg[i].value;
            continue;
        }
        ok &= load_idreg(cpu, i, *value, &busy);
        *value = cpu->idregs->reg[i].value;
    }
    if (busy) {
        error_printf("Load it into a QEMU that starts with it: -loadvm or "
                     "-incoming.\n");
    }
    return ok;
}

void kvm_arm_idregs_follow(ARMCPU *cpu)
{
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        const ARMCPUIDReg *r = &cpu->idregs->reg[i];

        if (r->present) {
            arm_cpu_change_idreg(cpu, i, r->value);
        }
    }
    fpmr_follow_idregs(cpu);
}

/* Take the values of the stream; what is not in it keeps its own. */
static bool take_values(ARMCPU *cpu, const ARMCPUStream *stream)
{
    const ARMCPUStream own = {
        cpu->cpreg_indexes, cpu->cpreg_values, cpu->cpreg_array_len
    };
    uint64_t values[IDREGS_COUNT];
    unsigned unknown = 0;

    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        values[i] = cpu->idregs->reg[i].value;
    }
    for (size_t i = 0; i < stream->count; i++) {
        uint64_t index = stream->indexes[i];
        uint64_t *value = arm_cpu_stream_find(&own, index);

        if (value) {
            *value = stream->values[i];
        } else if ((index & CP_REG_ARM_COPROC_MASK) == CP_REG_ARM64_SYSREG &&
                   idreg_hides(values, extract64(index, 0, 16),
                               stream->values[i])) {
            trace_idreg_left_out(CPU(cpu)->cpu_index, index,
                                 stream->values[i]);
        } else {
            arm_cpu_tell_unknown(cpu, index, unknown++);
        }
    }
    return !unknown;
}

bool kvm_arm_idregs_load(ARMCPU *cpu, ARMCPUStream *stream)
{
    bool ok;
    int ret;

    if (!load_idregs(cpu, stream)) {
        return false;
    }
    kvm_arm_idregs_follow(cpu);
    /* Both lists of the CPU are made anew below. */
    cpu->cpreg_vmstate_indexes = NULL;
    cpu->cpreg_vmstate_values = NULL;
    ret = kvm_arm_init_cpreg_list(cpu);
    if (ret) {
        error_report("KVM does not list its registers: %s", strerror(-ret));
    }
    ok = !ret && take_values(cpu, stream);
    if (!ret) {
        memcpy(cpu->cpreg_vmstate_indexes, cpu->cpreg_indexes,
               cpu->cpreg_array_len * sizeof(uint64_t));
        memcpy(cpu->cpreg_vmstate_values, cpu->cpreg_values,
               cpu->cpreg_array_len * sizeof(uint64_t));
    }
    g_free(stream->indexes);
    g_free(stream->values);
    return ok;
}
