/*
 * A host kernel with KVM, as far as ID registers go, that is told its rules
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <stdarg.h>
#include <linux/kvm.h>
#include "qemu/bitops.h"
#include "target/arm/idregs-stream.h"
#include "fake-kernel.h"

/* Newer than the headers of QEMU 10.0 */
#define CAP_WRITABLE_IMP_ID_REGS 239

FakeKernel fake;

/*
 * What a guest reads by default of a core with all that TCG has, and the masks
 * of Linux 6.12; what 7.2 has more
 */
static const struct {
    unsigned index;
    uint64_t limit, mask, more;
} defaults[] = {
    { IDREG_MIDR_EL1, 0xf0510, 0, 0 },
    { IDREG_ID_PFR0_EL1, 0x11020131, UINT32_MAX, 0 },
    { IDREG_ID_PFR1_EL1, 0x10010001, UINT32_MAX, 0 },
    { IDREG_ID_DFR0_EL1, 0x06000008, UINT32_MAX, 0 },
    { IDREG_ID_MMFR0_EL1, 0x10101105, UINT32_MAX, 0 },
    { IDREG_ID_MMFR1_EL1, 0x40000000, UINT32_MAX, 0 },
    { IDREG_ID_MMFR2_EL1, 0x01260000, UINT32_MAX, 0 },
    { IDREG_ID_MMFR3_EL1, 0x02122211, UINT32_MAX, 0 },
    { IDREG_ID_ISAR0_EL1, 0x02101110, UINT32_MAX, 0 },
    { IDREG_ID_ISAR1_EL1, 0x13112111, UINT32_MAX, 0 },
    { IDREG_ID_ISAR5_EL1, 0x01011121, UINT32_MAX, 0 },
    { IDREG_ID_MMFR4_EL1, 0x20021110, UINT32_MAX, 0 },
    { IDREG_ID_ISAR6_EL1, 0x01111111, UINT32_MAX, 0 },
    { IDREG_MVFR1_EL1, 0x13211111, UINT32_MAX, 0 },
    { IDREG_ID_PFR2_EL1, 0x11, UINT32_MAX, 0 },
    { IDREG_ID_AA64PFR0_EL1, 0x1101000121110022, 0xffff00f00f00ffff,
      0xf0000000 },
    { IDREG_ID_AA64PFR1_EL1, 0x21, 0x0000000f000000ff, 0x0f0000000000f000 },
    { IDREG_ID_AA64PFR2_EL1, 0x100000000, 0xf00000000, 0xfff0 },
    { IDREG_ID_AA64ZFR0_EL1, 0x0110110100210021, 0x0fffff0f0fff00ff, 0 },
    { IDREG_ID_AA64FPFR0_EL1, 0xf0000003, 0xf0000003, 0x0c008080 },
    { IDREG_ID_AA64DFR0_EL1, 0x10305608, 0xf000f00f0f, 0 },
    { IDREG_ID_AA64ISAR0_EL1, 0x1221111110212120, 0xfffffffffffffff0, 0 },
    { IDREG_ID_AA64ISAR1_EL1, 0x0111211110211502, 0xffffffff00fff00f, 0 },
    { IDREG_ID_AA64ISAR2_EL1, 0x0100000000110012, 0xffffffffffff00ff, 0 },
    { IDREG_ID_AA64ISAR3_EL1, 0, 0, 0xff0f00f0 },
    { IDREG_ID_AA64MMFR0_EL1, 0x2100032310201126, 0xff00f000ffffff0f,
      0xfff00000000 },
    { IDREG_ID_AA64MMFR1_EL1, 0x0110112010312122, 0xfffff0f00ffff00f,
      0xf0f00000000 },
    { IDREG_ID_AA64MMFR2_EL1, 0x1221011110011011, 0xf0ff000ff00fffff, 0 },
    { IDREG_ID_AA64MMFR3_EL1, 0, 0xf0f0f, 0xf0 },
    { IDREG_ID_AA64MMFR4_EL1, 0, 0, 0xf00000 },
    { IDREG_CLIDR_EL1, 0x02000023, 0x7fffffffffff, 0 },
    { IDREG_CTR_EL0, 0xb444c004, 0x300f000f, 0xc000 },
};

/* What the kernel's table of fields has other than "lower is safe" */
typedef enum Rule { LOWER, SIGNED, HIGHER, EXACT } Rule;

static const struct {
    const char *field;
    Rule rule;
    uint64_t safe;
} rules[] = {
    { "ID_AA64PFR0_EL1_FP", SIGNED },
    { "ID_AA64PFR0_EL1_AdvSIMD", SIGNED },
    { "ID_AA64PFR0_EL1_EL0", LOWER, 1 },
    { "ID_AA64PFR0_EL1_EL1", LOWER, 1 },
    { "ID_AA64DFR0_EL1_DoubleLock", SIGNED },
    { "ID_AA64DFR0_EL1_DebugVer", LOWER, 6 },
    { "ID_AA64MMFR0_EL1_TGran4", SIGNED },
    { "ID_AA64MMFR0_EL1_TGran64", SIGNED },
    { "ID_AA64MMFR0_EL1_TGran4_2", EXACT, 1 },
    { "ID_AA64MMFR0_EL1_TGran16_2", EXACT, 1 },
    { "ID_AA64MMFR0_EL1_TGran64_2", EXACT, 1 },
    { "ID_AA64MMFR1_EL1_SpecSEI", HIGHER },
    { "ID_AA64ISAR1_EL1_APA", EXACT },
    { "ID_AA64ISAR1_EL1_API", EXACT },
    { "ID_AA64ISAR2_EL1_APA3", EXACT },
    { "CTR_EL0_L1Ip", EXACT, 2 },
};

/* Fields that go with features of a vCPU */
static const struct {
    const char *field;
    unsigned feature;
} of_features[] = {
    { "ID_AA64PFR0_EL1_SVE", KVM_ARM_VCPU_SVE },
    { "ID_AA64ISAR1_EL1_APA", KVM_ARM_VCPU_PTRAUTH_ADDRESS },
    { "ID_AA64ISAR1_EL1_API", KVM_ARM_VCPU_PTRAUTH_ADDRESS },
    { "ID_AA64ISAR2_EL1_APA3", KVM_ARM_VCPU_PTRAUTH_ADDRESS },
    { "ID_AA64ISAR1_EL1_GPA", KVM_ARM_VCPU_PTRAUTH_GENERIC },
    { "ID_AA64ISAR1_EL1_GPI", KVM_ARM_VCPU_PTRAUTH_GENERIC },
    { "ID_AA64ISAR2_EL1_GPA3", KVM_ARM_VCPU_PTRAUTH_GENERIC },
    { "ID_AA64DFR0_EL1_PMUVer", KVM_ARM_VCPU_PMU_V3 },
    { "ID_DFR0_EL1_PerfMon", KVM_ARM_VCPU_PMU_V3 },
};

uint64_t fake_field(const char *name, unsigned *index)
{
    g_autofree char *property = g_strconcat("SYSREG_", name, NULL);
    const IDRegField *f = NULL;
    const IDReg *reg = idreg_find_property(property, &f);

    g_assert_nonnull(reg);
    *index = reg - idregs;
    return idreg_field_mask(f);
}

void fake_limit(const char *name, uint64_t value)
{
    unsigned index;
    uint64_t mask = fake_field(name, &index);

    fake.limit[index] = (fake.limit[index] & ~mask) |
                        (value << ctz64(mask) & mask);
}

void fake_kernel_start(FakeVersion version)
{
    bool new = version == FAKE_LINUX_7_2;

    memset(&fake, 0, sizeof(fake));
    fake.masks = true;
    fake.identity = new;
    fake.features = BIT(KVM_ARM_VCPU_PSCI_0_2) | BIT(KVM_ARM_VCPU_SVE) |
                    BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS) |
                    BIT(KVM_ARM_VCPU_PTRAUTH_GENERIC) |
                    BIT(KVM_ARM_VCPU_PMU_V3) | BIT(KVM_ARM_VCPU_EL1_32BIT);
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        fake.present[i] = true;
    }
    for (int i = 0; i < ARRAY_SIZE(defaults); i++) {
        unsigned index = defaults[i].index;

        fake.limit[index] = defaults[i].limit;
        fake.mask[index] = defaults[i].mask | (new ? defaults[i].more : 0);
    }
    if (new) {
        fake_limit("ID_AA64ISAR3_EL1_FAMINMAX", 1);
    }
}

static unsigned find(uint64_t id)
{
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        const IDReg *r = &idregs[i];

        if (id == ARM64_SYS_REG(r->op0, r->op1, r->crn, r->crm, r->op2)) {
            return i;
        }
    }
    return IDREGS_COUNT;
}

static bool is_identity(unsigned index)
{
    return index == IDREG_MIDR_EL1 || index == IDREG_REVIDR_EL1 ||
           index == IDREG_AIDR_EL1;
}

/* A core without AArch32 has no views: they read as 0, and ignore writes. */
static bool is_raz(unsigned index)
{
    const IDReg *r = &idregs[index];

    return r->op1 == 0 && r->crm >= 1 && r->crm <= 3 &&
           (fake.limit[IDREG_ID_AA64PFR0_EL1] & 0xf) != 2;
}

int fake_vcpu_init(FakeVM *vm, uint32_t features)
{
    if ((features & ~fake.features) || (features & fake.refused) ||
        (fake.together && (features & fake.together) == fake.together)) {
        return -EINVAL;
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        vm->limit[i] = is_raz(i) || !fake.present[i] ? 0 : fake.limit[i];
        if (vm == &fake.vm && fake.present[i] && !is_raz(i)) {
            vm->limit[i] ^= fake.differs[i];
        }
    }
    for (int i = 0; i < ARRAY_SIZE(of_features); i++) {
        unsigned index;
        uint64_t mask = fake_field(of_features[i].field, &index);

        if (!(features & BIT(of_features[i].feature))) {
            vm->limit[index] &= ~mask;
        }
    }
    if (!(features & BIT(KVM_ARM_VCPU_SVE))) {
        vm->limit[IDREG_ID_AA64ZFR0_EL1] = 0;
    }
    memcpy(vm->value, vm->limit, sizeof(vm->value));
    return 0;
}

int fake_get(FakeVM *vm, uint64_t id, uint64_t *value)
{
    unsigned index = find(id);

    if (index == IDREGS_COUNT || !fake.present[index]) {
        return -ENOENT;
    }
    *value = vm->value[index];
    return -fake.get_error[index];
}

static Rule rule_of(unsigned index, uint64_t mask, uint64_t *safe)
{
    *safe = 0;
    for (int i = 0; i < ARRAY_SIZE(rules); i++) {
        unsigned other;

        if (mask == fake_field(rules[i].field, &other) && index == other) {
            *safe = rules[i].safe;
            return rules[i].rule;
        }
    }
    return index == IDREG_ID_AA64FPFR0_EL1 || index == IDREG_ID_AA64SMFR0_EL1
           ? EXACT : LOWER;
}

static bool takes_field(FakeVM *vm, unsigned index, const IDRegField *f,
                        uint64_t value)
{
    uint64_t mask = idreg_field_mask(f);
    uint64_t limit = extract64(vm->limit[index], f->lsb, f->width), safe;
    uint64_t asked = extract64(value, f->lsb, f->width);
    Rule rule = rule_of(index, mask, &safe);

    if (asked == limit) {
        return true;
    }
    if ((mask & ~fake.mask[index]) || (mask & fake.stuck[index])) {
        return false;
    }
    if (f->safe == IDREG_ANY) {
        return true;
    }
    switch (rule) {
    case LOWER:
        return asked >= safe && asked < limit;
    case SIGNED:
        return sextract64(asked, 0, f->width) <
               sextract64(limit, 0, f->width);
    case HIGHER:
        return asked > limit;
    case EXACT:
        return asked == safe;
    }
    g_assert_not_reached();
}

/* PMUVer and PerfMon are 0xf for "none" in guests of old kernels. */
static uint64_t without_old_pmu(unsigned index, uint64_t value)
{
    int lsb = index == IDREG_ID_AA64DFR0_EL1 ? 8 : 24;

    if ((index == IDREG_ID_AA64DFR0_EL1 || index == IDREG_ID_DFR0_EL1) &&
        extract64(value, lsb, 4) == 0xf) {
        value = deposit64(value, lsb, 4, 0);
    }
    return value;
}

static bool takes(FakeVM *vm, unsigned index, uint64_t value)
{
    if (is_identity(index)) {
        return vm->identity &&
               (index != IDREG_MIDR_EL1 || value <= UINT32_MAX);
    }
    if (fake.needs_one[index] && !(value & fake.needs_one[index])) {
        return false;
    }
    for (size_t i = 0; i < idregs[index].count; i++) {
        if (!takes_field(vm, index, &idregs[index].fields[i], value)) {
            return false;
        }
    }
    return true;
}

int fake_set(FakeVM *vm, uint64_t id, uint64_t value)
{
    unsigned index = find(id);

    if (index == IDREGS_COUNT || !fake.present[index]) {
        return -ENOENT;
    }
    if (fake.set_error[index]) {
        return -fake.set_error[index];
    }
    if (is_raz(index) || value == vm->value[index]) {
        return 0;
    }
    if (vm->ran) {
        return -EBUSY;
    }
    value = without_old_pmu(index, value);
    if (!takes(vm, index, value)) {
        return -EINVAL;
    }
    vm->value[index] = value & ~fake.drops[index];
    fake.get_error[index] |= fake.hides[index] ? EIO : 0;
    fake.writes += vm == &fake.vm;
    return 0;
}

int fake_list(const FakeVM *vm, uint64_t ids[FAKE_LIST_MAX])
{
    int n = 0;

    if (fake.list_error) {
        return -fake.list_error;
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        const IDReg *r = &idregs[i];

        if (fake.present[i]) {
            ids[n++] = ARM64_SYS_REG(r->op0, r->op1, r->crn, r->crm, r->op2);
        }
    }
    ids[n++] = ARM64_SYS_REG(3, 0, 1, 0, 0);        /* SCTLR_EL1 */
    if (vm->value[IDREG_ID_AA64PFR2_EL1] >> 32 & 0xf) {
        ids[n++] = ARM64_SYS_REG(3, 3, 4, 4, 2);    /* FPMR */
    }
    return n;
}

static int answer(int result)
{
    errno = -result;
    return result < 0 ? -1 : result;
}

static int fake_extension(int fd, uint64_t capability)
{
    switch (capability) {
    case KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES:
        g_assert_cmpint(fd, ==, FAKE_KVM_FD);
        return fake.masks ? BIT(KVM_ARM_FEATURE_ID_RANGE) : 0;
    case CAP_WRITABLE_IMP_ID_REGS:
        return fake.identity;
    default:
        g_assert_not_reached();
    }
}

static int fake_masks(const struct reg_mask_range *range)
{
    uint64_t *masks = (uint64_t *)(uintptr_t)range->addr;

    if (fake.masks_error) {
        return -fake.masks_error;
    }
    g_assert_cmpint(range->range, ==, KVM_ARM_FEATURE_ID_RANGE);
    memset(masks, 0, KVM_ARM_FEATURE_ID_RANGE_SIZE * sizeof(*masks));
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        const IDReg *r = &idregs[i];

        if (!is_raz(i)) {
            masks[KVM_ARM_FEATURE_ID_RANGE_IDX(r->op0, r->op1, r->crn, r->crm,
                                               r->op2)] = fake.mask[i];
        }
    }
    return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
    struct kvm_one_reg *reg;
    va_list ap;
    void *arg;

    va_start(ap, request);
    arg = va_arg(ap, void *);
    va_end(ap);
    switch (request) {
    case KVM_CHECK_EXTENSION:
        return answer(fake_extension(fd, (uintptr_t)arg));
    case KVM_ARM_GET_REG_WRITABLE_MASKS:
        g_assert_cmpint(fd, ==, FAKE_VM_FD);
        return answer(fake_masks(arg));
    case KVM_GET_ONE_REG:
        g_assert_cmpint(fd, ==, FAKE_VCPU_FD);
        reg = arg;
        return answer(fake_get(&fake.scratch, reg->id,
                               (uint64_t *)(uintptr_t)reg->addr));
    case KVM_SET_ONE_REG:
        g_assert_cmpint(fd, ==, FAKE_VCPU_FD);
        reg = arg;
        return answer(fake_set(&fake.scratch, reg->id,
                               *(uint64_t *)(uintptr_t)reg->addr));
    default:
        g_assert_not_reached();
    }
}
