/*
 * CPUs for tests of accel/kvm/arm-idregs*.c, and QEMU's part in starting them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Functions that QEMU has elsewhere have their names here, so that the files
 * under test are linked as they are.
 */

#include "qemu/osdep.h"
/* Included, as each QEMU has to begin with what its "static" begin with. */
#include "accel/kvm/arm-idregs.c"
#include "hw/qdev-core.h"
#include "monitor/monitor.h"
#include "qapi/qapi-visit-common.h"
#include "cpregs.h"
#include "cpu-features.h"
#include "target/arm/fpmr.h"
#include "target/arm/idregs-vmstate.h"
#include "fake-cpu.h"

uint64_t fake_model[IDREGS_COUNT];
bool fake_incoming, fake_no_probe, fake_mte;
static GString *said;
static bool probed;

bool kvm_allowed = true;
KVMState *kvm_state;

/* The terminal */

int error_vprintf(const char *format, va_list ap)
{
    g_string_append_vprintf(said, format, ap);
    return 0;
}

int error_vprintf_unless_qmp(const char *format, va_list ap)
{
    return error_vprintf(format, ap);
}

const char *fake_said_quietly(void)
{
    static char *text;

    g_free(text);
    text = g_strdup(said->str);
    g_string_truncate(said, 0);
    return text;
}

/* Each line is in the output of the test, too: test_kvm_unit.py reads it. */
const char *fake_said(void)
{
    g_auto(GStrv) lines = g_strsplit(said->str, "\n", -1);

    for (char **line = lines; *line; line++) {
        if (**line) {
            g_test_message("said: %s", *line);
        }
    }
    return fake_said_quietly();
}

bool runstate_check(RunState state)
{
    return state == RUN_STATE_INMIGRATE && fake_incoming;
}

/* accel/kvm/kvm-all.c */

int kvm_get_one_reg(CPUState *cs, uint64_t id, void *target)
{
    return fake_get(&fake.vm, id, target);
}

int kvm_set_one_reg(CPUState *cs, uint64_t id, void *source)
{
    return fake_set(&fake.vm, id, *(uint64_t *)source);
}

int kvm_vm_ioctl(KVMState *s, unsigned long type, ...)
{
    const struct kvm_enable_cap *cap;
    va_list ap;

    va_start(ap, type);
    cap = va_arg(ap, void *);
    va_end(ap);
    g_assert_cmphex(type, ==, KVM_ENABLE_CAP);
    g_assert_cmpint(cap->cap, ==, KVM_CAP_ARM_WRITABLE_IMP_ID_REGS);
    if (fake.identity_error) {
        return -fake.identity_error;
    }
    fake.vm.identity = true;
    return 0;
}

/* accel/kvm/arm-cntfrq.c, which needs an Arm host */

bool kvm_arm_check_cntfrq(ARMCPU *cpu, Error **errp)
{
    return true;
}

/* target/arm/kvm.c */

static bool supports(unsigned feature)
{
    return fake.features & BIT(feature);
}

bool kvm_arm_sve_supported(void)
{
    return supports(KVM_ARM_VCPU_SVE);
}

bool kvm_arm_pmu_supported(void)
{
    return supports(KVM_ARM_VCPU_PMU_V3);
}

bool kvm_arm_create_scratch_host_vcpu(const uint32_t *cpus_to_try,
                                      int *fdarray, struct kvm_vcpu_init *init)
{
    fdarray[0] = FAKE_KVM_FD;
    fdarray[1] = FAKE_VM_FD;
    fdarray[2] = FAKE_VCPU_FD;
    return !fake_vcpu_init(&fake.scratch, init->features[0]);
}

void kvm_arm_destroy_scratch_host_vcpu(int *fdarray)
{
}

#define TARGET_OF_HOST 5

static uint64_t default_of(unsigned index)
{
    return host.present[index] ? host.value[index] : 0;
}

void kvm_arm_set_cpu_features_from_host(ARMCPU *cpu)
{
    struct kvm_vcpu_init init = {
        .features[0] = fake.features & ~BIT(KVM_ARM_VCPU_EL1_32BIT)
    };
    int fdarray[3];

    if (fake_no_probe ||
        !kvm_arm_create_scratch_host_vcpu(NULL, fdarray, &init)) {
        cpu->host_cpu_probe_failed = true;
        return;
    }
    if (!probed) {
        kvm_arm_read_idregs(fdarray, &cpu->isar);
        probed = true;
    }
    cpu->kvm_target = TARGET_OF_HOST;
    cpu->dtb_compatible = "arm,armv8";
    set_feature(&cpu->env, ARM_FEATURE_AARCH64);
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        if (i != IDREG_MIDR_EL1) {
            arm_cpu_set_model_idreg(cpu, i, default_of(i));
        }
    }
}

int kvm_arm_init_cpreg_list(ARMCPU *cpu)
{
    uint64_t ids[FAKE_LIST_MAX];
    int n = fake_list(&fake.vm, ids);

    if (n < 0) {
        return n;
    }
    cpu->cpreg_indexes = g_renew(uint64_t, cpu->cpreg_indexes, n);
    cpu->cpreg_values = g_renew(uint64_t, cpu->cpreg_values, n);
    cpu->cpreg_vmstate_indexes = g_renew(uint64_t,
                                         cpu->cpreg_vmstate_indexes, n);
    cpu->cpreg_vmstate_values = g_renew(uint64_t, cpu->cpreg_vmstate_values,
                                        n);
    cpu->cpreg_array_len = cpu->cpreg_vmstate_array_len = n;
    memcpy(cpu->cpreg_indexes, ids, n * sizeof(*ids));
    for (int i = 0; i < n; i++) {
        cpu->cpreg_values[i] = 0;
        fake_get(&fake.vm, ids[i], &cpu->cpreg_values[i]);
    }
    return 0;
}

/* target/arm/cpu-fpmr.c */

void fpmr_follow_idregs(ARMCPU *cpu)
{
}

/* target/arm/helper.c: the one register whose name is asked for */

const ARMCPRegInfo *get_arm_cp_reginfo(GHashTable *cpregs, uint32_t encoded)
{
    static const ARMCPRegInfo fpmr = { .name = "FPMR" };

    return cpreg_to_kvm_id(encoded) == ARM64_SYS_REG(3, 3, 4, 4, 2)
           ? &fpmr : NULL;
}

uint64_t read_raw_cp_reg(CPUARMState *env, const ARMCPRegInfo *ri)
{
    g_assert_not_reached();
}

/* target/arm/cpu.c, cpu64.c: the models */

static bool get_sve(Object *obj, Error **errp)
{
    return cpu_isar_feature(aa64_sve, ARM_CPU(obj));
}

static void set_sve(Object *obj, bool value, Error **errp)
{
    ARMCPU *cpu = ARM_CPU(obj);

    if (value && !kvm_arm_sve_supported()) {
        error_setg(errp, "'sve' feature not supported by KVM on this host");
        return;
    }
    cpu->isar.id_aa64pfr0 = FIELD_DP64(cpu->isar.id_aa64pfr0, ID_AA64PFR0,
                                       SVE, value);
}

static bool get_pauth(Object *obj, Error **errp)
{
    return ARM_CPU(obj)->prop_pauth;
}

static void set_pauth(Object *obj, bool value, Error **errp)
{
    ARM_CPU(obj)->prop_pauth = value;
}

static bool get_pmu(Object *obj, Error **errp)
{
    return ARM_CPU(obj)->has_pmu;
}

static void set_pmu(Object *obj, bool value, Error **errp)
{
    if (value && !kvm_arm_pmu_supported()) {
        error_setg(errp, "'pmu' feature not supported by KVM on this host");
        return;
    }
    ARM_CPU(obj)->has_pmu = value;
}

static void get_midr(Object *obj, Visitor *v, const char *name, void *opaque,
                     Error **errp)
{
    visit_type_uint64(v, name, &ARM_CPU(obj)->midr, errp);
}

static void set_midr(Object *obj, Visitor *v, const char *name, void *opaque,
                     Error **errp)
{
    visit_type_uint64(v, name, &ARM_CPU(obj)->midr, errp);
}

static bool get_aarch64(Object *obj, Error **errp)
{
    return arm_feature(&ARM_CPU(obj)->env, ARM_FEATURE_AARCH64);
}

static void set_aarch64(Object *obj, bool value, Error **errp)
{
    if (!value) {
        ARM_CPU(obj)->env.features &= ~BIT_ULL(ARM_FEATURE_AARCH64);
    }
}

static void add_properties(ARMCPU *cpu)
{
    Object *obj = OBJECT(cpu);

    cpu->prop_pauth = cpu_isar_feature(aa64_pauth, cpu);
    object_property_add_bool(obj, "sve", get_sve, set_sve);
    object_property_add_bool(obj, "pauth", get_pauth, set_pauth);
    if (cpu->has_pmu) {
        object_property_add_bool(obj, "pmu", get_pmu, set_pmu);
    }
    object_property_add_bool(obj, "aarch64", get_aarch64, set_aarch64);
    object_property_add(obj, "midr", "uint64", get_midr, set_midr, NULL,
                        NULL);
    kvm_arm_idregs_init(cpu);
}

static void init_host(Object *obj)
{
    ARMCPU *cpu = ARM_CPU(obj);

    set_feature(&cpu->env, ARM_FEATURE_AARCH64);
    kvm_arm_set_cpu_features_from_host(cpu);
    cpu->has_pmu = kvm_arm_pmu_supported();
    add_properties(cpu);
}

static void init_model(Object *obj)
{
    ARMCPU *cpu = ARM_CPU(obj);

    set_feature(&cpu->env, ARM_FEATURE_AARCH64);
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        arm_cpu_set_model_idreg(cpu, i, fake_model[i]);
    }
    cpu->has_pmu = true;
    add_properties(cpu);
}

static void init_named(Object *obj)
{
    ARM_CPU(obj)->kvm_target = QEMU_KVM_ARM_TARGET_NONE;
    init_model(obj);
}

static void init_same(Object *obj)
{
    ARM_CPU(obj)->kvm_target = TARGET_OF_HOST;
    init_model(obj);
}

static void init_any(Object *obj)
{
    ARM_CPU(obj)->kvm_mte = fake_mte;
    ARM_CPU(obj)->cp_regs = g_hash_table_new(NULL, NULL);
}

static void finalize_any(Object *obj)
{
    ARMCPU *cpu = ARM_CPU(obj);

    g_hash_table_destroy(cpu->cp_regs);
    g_free(cpu->idregs);
    g_free(cpu->cpreg_indexes);
    g_free(cpu->cpreg_values);
    g_free(cpu->cpreg_vmstate_indexes);
    g_free(cpu->cpreg_vmstate_values);
}

void fake_cpu_register(void)
{
    static const TypeInfo types[] = {
        {
            .name = TYPE_ARM_CPU,
            .parent = TYPE_DEVICE,
            .instance_size = sizeof(ARMCPU),
            .instance_align = __alignof__(ARMCPU),
            .instance_init = init_any,
            .instance_finalize = finalize_any,
            .class_size = sizeof(ARMCPUClass),
            .abstract = true,
        },
        {
            .name = ARM_CPU_TYPE_NAME("host"),
            .parent = TYPE_ARM_CPU,
            .instance_init = init_host,
        },
        {
            .name = ARM_CPU_TYPE_NAME("named"),
            .parent = TYPE_ARM_CPU,
            .instance_init = init_named,
        },
        {
            .name = ARM_CPU_TYPE_NAME("same"),
            .parent = TYPE_ARM_CPU,
            .instance_init = init_same,
        },
    };

    module_call_init(MODULE_INIT_QOM);
    type_register_static_array(types, ARRAY_SIZE(types));
    said = g_string_new(NULL);
    g_set_prgname("qemu-system-aarch64");
    g_test_set_nonfatal_assertions();
}

void fake_qemu_start(FakeVersion version)
{
    fake_kernel_start(version);
    memcpy(fake_model, fake.limit, sizeof(fake_model));
    memset(&host, 0, sizeof(host));
    memset(&vm, 0, sizeof(vm));
    fake_incoming = fake_no_probe = fake_mte = probed = false;
    g_string_truncate(said, 0);
}

void fake_model_field(const char *name, uint64_t value)
{
    unsigned index;
    uint64_t mask = fake_field(name, &index);

    fake_model[index] = (fake_model[index] & ~mask) |
                        (value << ctz64(mask) & mask);
}

ARMCPU *fake_cpu_new(const char *model, const char *properties)
{
    g_autofree char *type = g_strconcat(model, ARM_CPU_TYPE_SUFFIX, NULL);
    g_auto(GStrv) list = g_strsplit(properties ?: "", ",", -1);
    Object *obj = object_new(type);

    for (char **p = list; *p; p++) {
        g_auto(GStrv) pair = g_strsplit(*p, "=", 2);
        Error *err = NULL;

        if (!object_property_parse(obj, pair[0], pair[1], &err)) {
            error_report_err(err);
            object_unref(obj);
            return NULL;
        }
    }
    return ARM_CPU(obj);
}

/* As kvm_arch_init_vcpu() */
static uint32_t init_features(ARMCPU *cpu)
{
    uint32_t features = BIT(KVM_ARM_VCPU_PSCI_0_2);

    if (!arm_feature(&cpu->env, ARM_FEATURE_AARCH64)) {
        features |= BIT(KVM_ARM_VCPU_EL1_32BIT);
    }
    if (cpu->has_pmu) {
        features |= BIT(KVM_ARM_VCPU_PMU_V3);
    }
    if (cpu_isar_feature(aa64_sve, cpu)) {
        features |= BIT(KVM_ARM_VCPU_SVE);
    }
    if (cpu_isar_feature(aa64_pauth, cpu)) {
        features |= BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS) |
                    BIT(KVM_ARM_VCPU_PTRAUTH_GENERIC);
    }
    return features;
}

/* As arm_cpu_pauth_finalize() with KVM */
static void finalize_pauth(ARMCPU *cpu)
{
    uint64_t *isar1 = &cpu->isar.id_aa64isar1;

    if (!cpu->prop_pauth) {
        *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, APA, 0);
        *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, API, 0);
        cpu->isar.id_aa64isar2 = FIELD_DP64(cpu->isar.id_aa64isar2,
                                            ID_AA64ISAR2, APA3, 0);
    }
}

bool fake_cpu_start(ARMCPU *cpu)
{
    Error *err = NULL;

    if (!kvm_arm_idregs_finalize(cpu, &err)) {
        error_report_err(err);
        return false;
    }
    finalize_pauth(cpu);
    if (!kvm_arm_idregs_realize(cpu, &err)) {
        error_report_err(err);
        return false;
    }
    cpu->kvm_init_features[0] = init_features(cpu);
    if (!vm.known &&
        fake_vcpu_init(&fake.vm, cpu->kvm_init_features[0])) {
        kvm_arm_vcpu_init_failed(cpu);
        return false;
    }
    if (kvm_arm_idregs_write(cpu) || kvm_arm_init_cpreg_list(cpu)) {
        return false;
    }
    DEVICE(cpu)->realized = true;
    return true;
}

void fake_cpu_free(ARMCPU *cpu)
{
    if (cpu) {
        DEVICE(cpu)->realized = false;
        object_unref(OBJECT(cpu));
    }
}

uint64_t fake_reads(const char *name)
{
    unsigned index;
    uint64_t mask = fake_field(name, &index);

    return (fake.vm.value[index] & mask) >> ctz64(mask);
}
