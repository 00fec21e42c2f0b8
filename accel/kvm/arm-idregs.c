/*
 * ID registers of Arm CPUs under KVM: between QEMU and the host's kernel
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <sys/ioctl.h>
#include <linux/kvm.h>
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "system/kvm.h"
#include "system/kvm_int.h"
#include "system/runstate.h"
#include "cpu.h"
#include "kvm_arm.h"
#include "arm-idregs.h"
#include "target/arm/idregs/trace.h"

/* Linux 6.15; newer than the headers of QEMU 10.0 */
#ifndef KVM_CAP_ARM_WRITABLE_IMP_ID_REGS
#define KVM_CAP_ARM_WRITABLE_IMP_ID_REGS 239
#endif

static KVMArmHostIDRegs host;

/* The VM: what its first vCPU had before it was written; its identity */
static struct {
    bool known;
    bool identity;
    uint64_t limit[IDREGS_COUNT];
} vm;

const KVMArmHostIDRegs *kvm_arm_host_idregs(void)
{
    return &host;
}

static uint64_t kvm_id(unsigned index)
{
    const IDReg *reg = &idregs[index];

    return ARM64_SYS_REG(reg->op0, reg->op1, reg->crn, reg->crm, reg->op2);
}

/* A register that this host's kernel does not know reads as zero. */
static bool read_id_reg(int fd, unsigned index, uint64_t *value)
{
    struct kvm_one_reg reg = {
        .id = kvm_id(index), .addr = (uintptr_t)value
    };

    if (ioctl(fd, KVM_GET_ONE_REG, &reg) == 0) {
        return true;
    }
    *value = 0;
    if (errno == ENOENT) {
        return false;
    }
    /* It is there: what is asked of it cannot be taken as done. */
    warn_report("KVM does not let %s be read: %s; it is taken as 0",
                idregs[index].name, strerror(errno));
    return true;
}

static void read_masks(int vmfd)
{
    uint64_t masks[KVM_ARM_FEATURE_ID_RANGE_SIZE] = { 0 };
    struct reg_mask_range range = {
        .addr = (uintptr_t)masks, .range = KVM_ARM_FEATURE_ID_RANGE
    };

    if (ioctl(vmfd, KVM_ARM_GET_REG_WRITABLE_MASKS, &range) < 0) {
        return;
    }
    host.masks = true;
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        const IDReg *reg = &idregs[i];

        host.writable[i] = masks[KVM_ARM_FEATURE_ID_RANGE_IDX(
            reg->op0, reg->op1, reg->crn, reg->crm, reg->op2)];
    }
}

/*
 * Linux 7.2 says that these are writable and takes few of their values: the
 * mask counts only if it takes the one that idregs.h.inc allows besides the
 * host's.
 */
static void try_masks(int fd)
{
    static const char *const doubtful[] = {
        "TGran4_2", "TGran16_2", "TGran64_2"
    };
    const unsigned index = IDREG_ID_AA64MMFR0_EL1;

    for (int i = 0; i < ARRAY_SIZE(doubtful); i++) {
        const IDRegField *f = idreg_find_field(&idregs[index], doubtful[i]);
        uint64_t value = deposit64(host.value[index], f->lsb, f->width,
                                   f->floor);
        struct kvm_one_reg reg = {
            .id = kvm_id(index), .addr = (uintptr_t)&value
        };

        if ((host.writable[index] & idreg_field_mask(f)) &&
            value != host.value[index] &&
            ioctl(fd, KVM_SET_ONE_REG, &reg) < 0) {
            host.writable[index] &= ~idreg_field_mask(f);
        }
    }
}

void kvm_arm_read_idregs(const int *fdarray, ARMISARegisters *isar)
{
    int kvmfd = fdarray[0], vmfd = fdarray[1], fd = fdarray[2];

    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        host.present[i] = read_id_reg(fd, i, &host.value[i]);
    }
    isar->id_aa64pfr2 = host.value[IDREG_ID_AA64PFR2_EL1];
    isar->id_aa64fpfr0 = host.value[IDREG_ID_AA64FPFR0_EL1];
    isar->id_aa64isar3 = host.value[IDREG_ID_AA64ISAR3_EL1];

    if (ioctl(kvmfd, KVM_CHECK_EXTENSION,
              KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES) &
        BIT(KVM_ARM_FEATURE_ID_RANGE)) {
        read_masks(vmfd);
        try_masks(fd);
    }
    host.identity = ioctl(vmfd, KVM_CHECK_EXTENSION,
                          KVM_CAP_ARM_WRITABLE_IMP_ID_REGS) > 0;
    if (host.identity) {
        host.writable[IDREG_MIDR_EL1] = UINT32_MAX;
        host.writable[IDREG_REVIDR_EL1] = UINT64_MAX;
        host.writable[IDREG_AIDR_EL1] = UINT64_MAX;
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        if (!host.present[i]) {
            host.writable[i] = 0;
        } else {
            trace_idreg_host(idregs[i].name, host.value[i], host.writable[i]);
        }
    }
}

/* An incoming guest may have another, which is known too late. */
static bool writes_identity(ARMCPU *cpu)
{
    static const unsigned identity[] = {
        IDREG_MIDR_EL1, IDREG_REVIDR_EL1, IDREG_AIDR_EL1
    };

    for (int i = 0; i < ARRAY_SIZE(identity); i++) {
        const ARMCPUIDReg *r = &cpu->idregs->reg[identity[i]];

        if (r->value != r->host) {
            return true;
        }
    }
    return host.identity && runstate_check(RUN_STATE_INMIGRATE);
}

bool kvm_arm_idregs_realize(ARMCPU *cpu, Error **errp)
{
    int ret;

    if (!kvm_enabled() || !cpu->idregs || vm.identity ||
        !writes_identity(cpu)) {
        return true;
    }
    ret = kvm_vm_enable_cap(kvm_state, KVM_CAP_ARM_WRITABLE_IMP_ID_REGS, 0);
    if (ret) {
        error_setg_errno(errp, -ret, "KVM does not let MIDR_EL1, REVIDR_EL1 "
                         "and AIDR_EL1 be set");
        return false;
    }
    vm.identity = true;
    return true;
}

/* The bits of all fields in which two values differ */
static uint64_t differing_fields(const IDReg *reg, uint64_t a, uint64_t b)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < reg->count; i++) {
        uint64_t bits = idreg_field_mask(&reg->fields[i]);

        mask |= (a ^ b) & bits ? bits : 0;
    }
    return mask;
}

/*
 * The mask says what can be written, not all that the kernel refuses: find
 * the field, by trying them one at a time.
 */
static void tell_refused(ARMCPU *cpu, unsigned index, uint64_t want, int err)
{
    const IDReg *reg = &idregs[index];
    uint64_t limit = vm.limit[index];
    bool told = false;

    trace_idreg_refused(CPU(cpu)->cpu_index, reg->name, want, err);
    if (err == -EBUSY) {
        error_report("%s: cannot become 0x%" PRIx64 ", because a vCPU of the "
                     "VM has run", reg->name, want);
        return;
    }
    for (size_t i = 0; err == -EINVAL && i < reg->count; i++) {
        uint64_t bits = idreg_field_mask(&reg->fields[i]);
        uint64_t value = (limit & ~bits) | (want & bits);
        IDRegMisfit misfit = {
            .reg = reg, .field = &reg->fields[i],
            .asked = (want & bits) >> reg->fields[i].lsb,
            .limit = (limit & bits) >> reg->fields[i].lsb,
            .kind = IDREG_NOT_WRITABLE,
        };

        if (value != limit &&
            kvm_set_one_reg(CPU(cpu), kvm_id(index), &value)) {
            char text[IDREG_TEXT_MAX];

            idreg_misfit_text(&misfit, text, sizeof(text));
            error_report("%s, although it says otherwise", text);
            told = true;
        }
    }
    if (!told) {
        error_report("%s: the host kernel does not take 0x%" PRIx64
                     " (default 0x%" PRIx64 "): %s", reg->name, want, limit,
                     strerror(-err));
    }
}

static void warn_clamped(ARMCPU *cpu)
{
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        const ARMCPUIDReg *r = &cpu->idregs->reg[i];
        IDRegResult res;
        char text[IDREG_TEXT_MAX];

        idreg_resolve(&idregs[i], r->host, r->requested, r->writable,
                      IDREG_CLAMP, &res);
        for (size_t k = 0; k < res.count; k++) {
            idreg_misfit_text(&res.misfits[k], text, sizeof(text));
            warn_report("%s; it is 0x%" PRIx64, text, res.misfits[k].given);
        }
    }
}

static void tell_unreadable(unsigned index, uint64_t want, int err)
{
    error_report("%s: cannot become 0x%" PRIx64 ", because KVM does not let "
                 "it be read: %s", idregs[index].name, want, strerror(-err));
}

/* Values belong to the VM: another vCPU than the first finds them written. */
static int write_idreg(ARMCPU *cpu, unsigned index, bool first)
{
    const IDReg *reg = &idregs[index];
    ARMCPUIDReg *r = &cpu->idregs->reg[index];
    uint64_t changed, value, want;
    int ret;

    if (!r->present) {
        return 0;
    }
    /* What is wanted is so, whatever the default of this VM is. */
    changed = differing_fields(reg, r->value, r->host) | r->wanted;
    ret = kvm_get_one_reg(CPU(cpu), kvm_id(index), &value);
    if (ret) {
        if (!changed) {
            return 0;
        }
        tell_unreadable(index, r->value, ret);
        return ret;
    }
    if (first) {
        vm.limit[index] = value;
    }
    want = (vm.limit[index] & ~changed) | (r->value & changed);
    if (value != want) {
        ret = kvm_set_one_reg(CPU(cpu), kvm_id(index), &want);
        if (ret) {
            tell_refused(cpu, index, want, ret);
            return ret;
        }
        ret = kvm_get_one_reg(CPU(cpu), kvm_id(index), &value);
        if (ret) {
            tell_unreadable(index, want, ret);
            return ret;
        }
        if (value != want) {
            error_report("%s: 0x%" PRIx64 " was written, 0x%" PRIx64
                         " is read back", reg->name, want, value);
            return -EIO;
        }
        trace_idreg_set(CPU(cpu)->cpu_index, reg->name, vm.limit[index],
                        want);
    }
    changed = differing_fields(reg, r->requested, r->host) | r->wanted;
    r->requested = (vm.limit[index] & ~changed) | (r->requested & changed);
    r->host = vm.limit[index];
    r->value = value;
    return 0;
}

int kvm_arm_idregs_write(ARMCPU *cpu)
{
    bool first = !vm.known;

    if (!cpu->idregs) {
        return 0;
    }
    if (first && cpu->idregs->clamp) {
        warn_clamped(cpu);
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        int ret = write_idreg(cpu, i, first);

        if (ret) {
            return ret;
        }
    }
    vm.known = true;
    kvm_arm_idregs_follow(cpu);
    return 0;
}

void kvm_arm_vcpu_init_failed(ARMCPU *cpu)
{
    static const struct {
        uint32_t bits;
        const char *name;
    } features[] = {
        { BIT(KVM_ARM_VCPU_EL1_32BIT), "aarch64=off" },
        { BIT(KVM_ARM_VCPU_SVE), "sve=on" },
        { BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS) |
          BIT(KVM_ARM_VCPU_PTRAUTH_GENERIC), "pauth=on" },
        { BIT(KVM_ARM_VCPU_PMU_V3), "pmu=on" },
    };
    uint32_t all = cpu->kvm_init_features[0];
    g_autoptr(GString) asked = g_string_new(NULL);
    bool told = false;

    for (int i = 0; i < ARRAY_SIZE(features); i++) {
        struct kvm_vcpu_init init = {
            .target = -1, .features[0] = all & ~features[i].bits
        };
        int fdarray[3];

        if (!(all & features[i].bits)) {
            continue;
        }
        g_string_append_printf(asked, "%s%s", asked->len ? ", " : "",
                               features[i].name);
        if (kvm_arm_create_scratch_host_vcpu(NULL, fdarray, &init)) {
            kvm_arm_destroy_scratch_host_vcpu(fdarray);
            error_report("The host kernel refuses a vCPU with %s; without it, "
                         "it takes what else the CPU has", features[i].name);
            told = true;
        }
    }
    if (!told && asked->len) {
        error_report("The host kernel refuses a vCPU with %s, and with all of "
                     "them but one", asked->str);
    }
}
