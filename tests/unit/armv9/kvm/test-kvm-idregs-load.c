/*
 * ID registers of an incoming guest under KVM, on a kernel that is made up
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/kvm.h>
#include "system/kvm.h"
#include "cpu.h"
#include "target/arm/idregs-vmstate.h"
#include "fake-cpu.h"

#define Q "qemu-system-aarch64: "

/* Rules of the kernel it comes to */

static void aes_is_stuck(void)
{
    fake.stuck[IDREG_ID_AA64ISAR0_EL1] = 0xf0;
}

static void isar0_drops_sha2(void)
{
    fake.drops[IDREG_ID_AA64ISAR0_EL1] = 0xf000;
}

static void pfr2_is_unknown(void)
{
    fake.present[IDREG_ID_AA64PFR2_EL1] = false;
    fake.present[IDREG_ID_AA64FPFR0_EL1] = false;
}

/* Of the kind that 6.12 does not let be written */
static void smaller_stage_2(void)
{
    fake_limit("ID_AA64MMFR0_EL1_TGran4_2", 2);
    fake_limit("ID_AA64MMFR0_EL1_TGran16_2", 2);
}

static void smaller_addresses(void)
{
    smaller_stage_2();
    fake_limit("ID_AA64MMFR0_EL1_PARange", 2);
}

static ARMCPU *started(const char *properties)
{
    ARMCPU *cpu = fake_cpu_new("host", properties);

    g_assert_nonnull(cpu);
    g_assert_true(fake_cpu_start(cpu));
    g_assert_cmpstr(fake_said(), ==, "");
    return cpu;
}

typedef struct Incoming {
    const char *name;
    FakeVersion from, to;
    const char *properties;
    bool loads;
    const char *said;
    /* Changes of the stream, of the target's rules before or after its start */
    void (*stream)(ARMCPU *cpu);
    void (*rules)(void);
    void (*later)(void);
} Incoming;

static uint64_t *in_stream(ARMCPU *cpu, unsigned index)
{
    ARMCPUStream stream = {
        cpu->cpreg_vmstate_indexes, cpu->cpreg_vmstate_values,
        cpu->cpreg_vmstate_array_len
    };

    return arm_cpu_stream_find(&stream, arm_cpu_stream_id(index));
}

static void less_aes(ARMCPU *cpu)
{
    *in_stream(cpu, IDREG_ID_AA64ISAR0_EL1) = 0x1221111110212110;
}

/* It had no AArch32, but a kernel that showed something of it. */
static void views_without_aarch32(ARMCPU *cpu)
{
    *in_stream(cpu, IDREG_ID_AA64PFR0_EL1) &= ~3ull;
    *in_stream(cpu, IDREG_ID_AA64PFR0_EL1) |= 1;
    *in_stream(cpu, IDREG_ID_PFR0_EL1) = 0x77;
}

static void more_aes(ARMCPU *cpu)
{
    *in_stream(cpu, IDREG_ID_AA64ISAR0_EL1) = 0x1221111110212130;
}

static void midr_3(ARMCPU *cpu)
{
    *in_stream(cpu, IDREG_MIDR_EL1) = 3;
}

static void no_fpmr(ARMCPU *cpu)
{
    *in_stream(cpu, IDREG_ID_AA64PFR2_EL1) = 0;
}

static void another_register(ARMCPU *cpu)
{
    size_t last = cpu->cpreg_vmstate_array_len - 1;

    cpu->cpreg_vmstate_indexes[last] = ARM64_SYS_REG(3, 3, 13, 0, 7);
    cpu->cpreg_vmstate_values[last] = 1;
}

static void ten_registers(ARMCPU *cpu)
{
    int n = cpu->cpreg_vmstate_array_len - 10;

    for (int i = 0; i < 10; i++) {
        cpu->cpreg_vmstate_indexes[n + i] = ARM64_SYS_REG(3, 3, 13, 1, 0) + i;
        cpu->cpreg_vmstate_values[n + i] = 1;
    }
}

static void a_core_register(ARMCPU *cpu)
{
    another_register(cpu);
    cpu->cpreg_vmstate_indexes[cpu->cpreg_vmstate_array_len - 1] =
        0x6030000000120000;
}

static void target_has_no_fpmr(void)
{
    fake_limit("ID_AA64PFR2_EL1_FPMR", 0);
    fake.limit[IDREG_ID_AA64FPFR0_EL1] = 0;
}

static void not_incoming(void)
{
    fake_incoming = false;
}

static void no_aarch32(void)
{
    fake_limit("ID_AA64PFR0_EL1_EL0", 1);
    fake.features &= ~BIT(KVM_ARM_VCPU_EL1_32BIT);
}

static void vm_has_run(void)
{
    fake.vm.ran = true;
}

static void list_fails(void)
{
    fake.list_error = EPERM;
}

static const Incoming incoming[] = {
    { "same", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, true, "" },
    { "newer", FAKE_LINUX_6_12, FAKE_LINUX_7_2, NULL, true, "" },
    { "less", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, true, "", less_aes },
    { "more", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "ID_AA64ISAR0_EL1.AES: requested 0x3, this host allows 0x0..0x2\n",
      more_aes },
    { "views", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, true, "",
      views_without_aarch32, no_aarch32 },
    { "views-here", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, true, "",
      views_without_aarch32 },
    { "asked", FAKE_LINUX_6_12, FAKE_LINUX_6_12,
      "SYSREG_ID_AA64ISAR0_EL1_AES=2", false,
      Q "ID_AA64ISAR0_EL1.AES: the guest has 0x1, but 0x2 was asked for with "
      "-cpu\n", less_aes },
    { "fpmr", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "ID_AA64PFR2_EL1.FPMR: requested 0x1, this host allows 0x0\n"
      "This is FEAT_FPMR; fpmr=off where the guest comes from would avoid "
      "it.\n"
      Q "ID_AA64FPFR0_EL1.F8CVT: requested 0x1, this host allows 0x0\n"
      "This is FEAT_FP8; fp8=off where the guest comes from would avoid it.\n"
      Q "ID_AA64FPFR0_EL1.F8FMA: requested 0x1, this host allows 0x0\n"
      Q "ID_AA64FPFR0_EL1.F8DP4: requested 0x1, this host allows 0x0\n"
      Q "ID_AA64FPFR0_EL1.F8DP2: requested 0x1, this host allows 0x0\n"
      Q "ID_AA64FPFR0_EL1.F8E4M3: requested 0x1, this host allows 0x0\n"
      Q "ID_AA64FPFR0_EL1.F8E5M2: requested 0x1, this host allows 0x0\n",
      NULL, target_has_no_fpmr },
    { "no-fpmr", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, true, "", no_fpmr },
    { "stuck", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "ID_AA64ISAR0_EL1: the host kernel does not take the guest's "
      "0x1221111110212110 (it has 0x1221111110212120): Invalid argument\n",
      less_aes, aes_is_stuck },
    { "changed", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, true,
      Q "warning: ID_AA64ISAR0_EL1.SHA2: the guest had 0x2, the host kernel "
      "makes it 0x0\n", less_aes, isar0_drops_sha2 },
    { "only-el2", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, true,
      Q "warning: ID_AA64MMFR0_EL1.TGran4_2: the guest had 0x3, the host "
      "kernel makes it 0x2\n"
      Q "warning: ID_AA64MMFR0_EL1.TGran16_2: the guest had 0x3, the host "
      "kernel makes it 0x2\n", NULL, smaller_stage_2 },
    { "not-only-el2", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "ID_AA64MMFR0_EL1.PARange: requested 0x6, this host allows 0x0..0x2\n",
      NULL, smaller_addresses },
    { "asked-of-el2", FAKE_LINUX_7_2, FAKE_LINUX_7_2,
      "SYSREG_ID_AA64MMFR0_EL1_TGran4_2=1", false,
      Q "ID_AA64MMFR0_EL1.TGran4_2: the guest has 0x3, but 0x1 was asked for "
      "with -cpu\n" },
    { "unknown", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "ID_AA64PFR2_EL1: the guest has 0x100000000, this host's kernel does "
      "not know the register\n"
      Q "ID_AA64FPFR0_EL1: the guest has 0xf0000003, this host's kernel does "
      "not know the register\n", NULL, pfr2_is_unknown },
    { "ran", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "ID_AA64ISAR0_EL1.AES: the guest has 0x1, this one 0x2, which cannot "
      "change after a vCPU has run\n"
      "Load it into a QEMU that starts with it: -loadvm or -incoming.\n",
      less_aes, NULL, vm_has_run },
    { "identity", FAKE_LINUX_7_2, FAKE_LINUX_7_2, NULL, true, "", midr_3 },
    { "identity-late", FAKE_LINUX_7_2, FAKE_LINUX_7_2, NULL, false,
      Q "MIDR_EL1: the host kernel does not take the guest's 0x3 (it has "
      "0xf0510): Invalid argument\n"
      "Start with -cpu ...,midr=0x3 for a snapshot of such a guest.\n",
      midr_3, not_incoming },
    { "ran-same", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, true, "", NULL, NULL,
      vm_has_run },
    { "list", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "KVM does not list its registers: Operation not permitted\n", NULL,
      NULL, list_fails },
    { "register", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "S3_3_C13_C0_7: the guest has it, this CPU has not\n",
      another_register },
    { "core-register", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "register 0x6030000000120000: the guest has it, this CPU has not\n",
      a_core_register },
    { "registers", FAKE_LINUX_6_12, FAKE_LINUX_6_12, NULL, false,
      Q "S3_3_C13_C1_0: the guest has it, this CPU has not\n"
      Q "S3_3_C13_C1_1: the guest has it, this CPU has not\n"
      Q "S3_3_C13_C1_2: the guest has it, this CPU has not\n"
      Q "S3_3_C13_C1_3: the guest has it, this CPU has not\n"
      Q "S3_3_C13_C1_4: the guest has it, this CPU has not\n"
      Q "S3_3_C13_C1_5: the guest has it, this CPU has not\n"
      Q "S3_3_C13_C1_6: the guest has it, this CPU has not\n"
      Q "S3_3_C13_C1_7: the guest has it, this CPU has not\n"
      Q "... and more registers\n", ten_registers },
};

/* The list of one CPU is the stream for another, of another QEMU. */
static void test_incoming(const void *data)
{
    const Incoming *in = data;
    g_autofree uint64_t *indexes = NULL, *values = NULL;
    ARMCPU *cpu;
    int count;
    bool loads;

    fake_qemu_start(in->from);
    cpu = started(NULL);
    count = cpu->cpreg_array_len;
    indexes = g_memdup2(cpu->cpreg_indexes, count * sizeof(*indexes));
    values = g_memdup2(cpu->cpreg_values, count * sizeof(*values));
    fake_cpu_free(cpu);

    fake_qemu_start(in->to);
    fake_incoming = true;
    if (in->rules) {
        in->rules();
    }
    cpu = started(in->properties);
    arm_cpu_pre_load_idregs(cpu);
    g_assert_cmpint(cpu->cpreg_vmstate_array_len, >=, count);
    memcpy(cpu->cpreg_vmstate_indexes, indexes, count * sizeof(*indexes));
    memcpy(cpu->cpreg_vmstate_values, values, count * sizeof(*values));
    cpu->cpreg_vmstate_array_len = count;
    if (in->stream) {
        in->stream(cpu);
    }
    if (in->later) {
        in->later();
    }
    loads = arm_cpu_post_load_idregs(cpu);
    g_assert_cmpstr(fake_said(), ==, in->said);
    g_assert_cmpint(loads, ==, in->loads);
    if (loads && !in->rules) {
        /* The guest keeps what it had, register by register. */
        for (int i = 0; i < cpu->cpreg_array_len; i++) {
            uint64_t now;

            if (fake_get(&fake.vm, cpu->cpreg_indexes[i], &now) == 0) {
                g_assert_cmphex(cpu->cpreg_values[i], ==, now);
                g_assert_cmphex(cpu->cpreg_vmstate_values[i], ==, now);
            }
        }
        g_assert_cmphex(fake_reads("ID_AA64ISAR0_EL1_AES"), ==,
                        in->stream == less_aes ? 1 : 2);
        g_assert_cmphex(fake_reads("ID_AA64PFR2_EL1_FPMR"), ==,
                        in->stream == no_fpmr ? 0 : 1);
    }
    fake_cpu_free(cpu);
}

/* A CPU that is emulated takes a guest of the same CPU. */
static void test_emulated(void)
{
    uint64_t ids[] = {
        arm_cpu_stream_id(IDREG_ID_AA64PFR2_EL1),
        ARM64_SYS_REG(3, 3, 4, 4, 2),
    };
    ARMCPU *cpu;

    fake_qemu_start(FAKE_LINUX_6_12);
    fake_no_probe = true;
    cpu = fake_cpu_new("host", NULL);
    kvm_allowed = false;
    for (int has = 0; has < 2; has++) {
        cpu->isar.id_aa64pfr2 = (uint64_t)has << 32;
        arm_cpu_pre_load_idregs(cpu);
        cpu->cpreg_vmstate_array_len = 2;
        memcpy(cpu->cpreg_vmstate_indexes, ids, sizeof(ids));
        cpu->cpreg_vmstate_values[0] = (uint64_t)!has << 32;
        cpu->cpreg_vmstate_values[1] = 0;
        g_assert_false(arm_cpu_post_load_idregs(cpu));
        g_assert_cmpstr(fake_said(), ==, has
                        ? Q "ID_AA64PFR2_EL1.FPMR: the guest has 0x0, this "
                        "CPU 0x1\n"
                        "This is FEAT_FPMR; fpmr=off here takes it away.\n"
                        : Q "ID_AA64PFR2_EL1.FPMR: the guest has 0x1, this "
                        "CPU 0x0\n"
                        "This is FEAT_FPMR; fpmr=off where the guest comes "
                        "from would avoid it.\n");
    }
    /* A register alone */
    cpu->cpreg_vmstate_array_len = 2;
    cpu->cpreg_vmstate_indexes[0] = ids[0];
    cpu->cpreg_vmstate_values[0] = 1ull << 32;
    cpu->cpreg_vmstate_indexes[1] = ids[1];
    cpu->cpreg_indexes = g_memdup2(ids, sizeof(ids));
    cpu->cpreg_values = g_new0(uint64_t, 2);
    cpu->cpreg_array_len = 1;
    g_assert_false(arm_cpu_post_load_idregs(cpu));
    g_assert_cmpstr(fake_said(), ==, Q "FPMR (S3_3_C4_C4_2): the guest has "
                    "it, this CPU has not\n");
    cpu->cpreg_array_len = 2;
    g_assert_true(arm_cpu_post_load_idregs(cpu));
    g_assert_cmpstr(fake_said(), ==, "");
    kvm_allowed = true;
    fake_cpu_free(cpu);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fake_cpu_register();

    for (int i = 0; i < ARRAY_SIZE(incoming); i++) {
        g_autofree char *path = g_strconcat("/kvm-idregs-load/",
                                            incoming[i].name, NULL);

        g_test_add_data_func(path, &incoming[i], test_incoming);
    }
    g_test_add_func("/kvm-idregs-load/emulated", test_emulated);
    return g_test_run();
}
