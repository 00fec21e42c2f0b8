/*
 * ID registers under KVM: any rules of the kernel, anything asked for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whatever was asked for and whatever the kernel answers: either the guest
 * reads what was asked for, and the default in all else, or QEMU says what is
 * in the way.  To repeat a run, give --seed what is printed at its start.
 */

#include "qemu/osdep.h"
#include <linux/kvm.h>
#include "cpu.h"
#include "target/arm/idregs-vmstate.h"
#include "fake-cpu.h"

#define RUNS 500

/* What was asked for, field by field */
static uint64_t asked[IDREGS_COUNT], wanted[IDREGS_COUNT];
static GString *properties;

static bool one_in(int n)
{
    return g_test_rand_int_range(0, n) == 0;
}

static unsigned any_register(void)
{
    return g_test_rand_int_range(0, IDREGS_COUNT);
}

static const IDRegField *any_field(unsigned index)
{
    return &idregs[index].fields[g_test_rand_int_range(0,
                                                       idregs[index].count)];
}

/* Mostly near a field's limit, as that is where the borders are */
static uint64_t any_value(const IDRegField *f, uint64_t limit)
{
    uint64_t top = MAKE_64BIT_MASK(0, f->width);

    switch (g_test_rand_int_range(0, 5)) {
    case 0:
        return (limit - 1) & top;
    case 1:
        return (limit + 1) & top;
    case 2:
        return limit;
    case 3:
        return 0;
    default:
        return (uint32_t)g_test_rand_int() & top;
    }
}

static void any_rule(void)
{
    static const int errors[] = { EINVAL, EPERM, EIO, ENOMEM };
    unsigned index = any_register();
    const IDRegField *f = any_field(index);
    uint64_t bits = idreg_field_mask(f);
    int err = errors[g_test_rand_int_range(0, ARRAY_SIZE(errors))];

    switch (g_test_rand_int_range(0, 12)) {
    case 0:
    case 1:
        fake.mask[index] |= bits;
        break;
    case 2:
        fake.mask[index] &= ~bits;
        break;
    case 3:
        fake.mask[index] ^= bits & bits >> 1;
        break;
    case 4:
        fake.stuck[index] |= bits;
        break;
    case 5:
        fake.drops[index] |= bits;
        break;
    case 6:
        fake.needs_one[index] = bits;
        break;
    case 7:
        fake.present[index] = false;
        break;
    case 8:
        fake.set_error[index] = err;
        break;
    case 9:
        fake.get_error[index] = err;
        break;
    case 10:
        fake.differs[index] |= bits;
        break;
    default:
        fake.limit[index] = deposit64(fake.limit[index], f->lsb, f->width,
            any_value(f, extract64(fake.limit[index], f->lsb, f->width)));
        break;
    }
}

static void any_rules(void)
{
    static const unsigned features[] = {
        KVM_ARM_VCPU_SVE, KVM_ARM_VCPU_PMU_V3, KVM_ARM_VCPU_PTRAUTH_ADDRESS,
    };

    for (int n = g_test_rand_int_range(0, 8); n > 0; n--) {
        any_rule();
    }
    fake.masks = !one_in(10);
    fake.masks_error = one_in(20) ? EFAULT : 0;
    fake.identity = one_in(2);
    fake.identity_error = one_in(10) ? EINVAL : 0;
    for (int i = 0; i < ARRAY_SIZE(features); i++) {
        if (one_in(10)) {
            fake.features &= ~BIT(features[i]);
        }
    }
}

static void ask(unsigned index, const IDRegField *f)
{
    uint64_t value = any_value(f, extract64(fake.limit[index], f->lsb,
                                            f->width));

    if (f->safe == IDREG_RESERVED) {
        return;
    }
    g_string_append_printf(properties, "%sSYSREG_%s_%s=%" PRIu64,
                           properties->len ? "," : "", idregs[index].name,
                           f->name, value);
    asked[index] |= idreg_field_mask(f);
    wanted[index] = deposit64(wanted[index], f->lsb, f->width, value);
}

/* Properties that stand for fields, and which field is to be 0 then */
static const struct {
    const char *off, *field;
} switches[] = {
    { "fpmr=off", "ID_AA64PFR2_EL1_FPMR" },
    { "fp8=off", "ID_AA64FPFR0_EL1_F8CVT" },
    { "lut=off", "ID_AA64ISAR2_EL1_LUT" },
    { "faminmax=off", "ID_AA64ISAR3_EL1_FAMINMAX" },
    { "lpa2=off", "ID_AA64MMFR0_EL1_TGran4" },
    { "pauth=off", "ID_AA64ISAR1_EL1_API" },
    { "sve=off", "ID_AA64PFR0_EL1_SVE" },
    { "pmu=off", "ID_AA64DFR0_EL1_PMUVer" },
};

static int ask_anything(void)
{
    int turned = -1;

    memset(asked, 0, sizeof(asked));
    memset(wanted, 0, sizeof(wanted));
    g_string_truncate(properties, 0);
    for (int n = g_test_rand_int_range(0, 5); n > 0; n--) {
        unsigned index = any_register();

        ask(index, any_field(index));
    }
    if (one_in(3)) {
        turned = g_test_rand_int_range(0, ARRAY_SIZE(switches));
        g_string_append_printf(properties, "%s%s",
                               properties->len ? "," : "",
                               switches[turned].off);
    }
    return turned;
}

static bool same_field(const IDRegField *f, uint64_t a, uint64_t b)
{
    uint64_t va = extract64(a, f->lsb, f->width);
    uint64_t vb = extract64(b, f->lsb, f->width);

    return va == vb ||
           (f->sign == IDREG_PMU && (va == 0 || va == 0xf) &&
            (vb == 0 || vb == 0xf));
}

/* What is 0 because of something else that was turned off */
static bool may_be_off(unsigned index, const IDRegField *f, int turned)
{
    static const char *const lpa2[] = { "TGran4", "TGran16" };

    if (index == IDREG_ID_AA64FPFR0_EL1) {
        return true;
    }
    if (turned >= 0) {
        unsigned other;

        if (fake_field(switches[turned].field, &other) ==
            idreg_field_mask(f) && other == index) {
            return true;
        }
    }
    for (int i = 0; i < ARRAY_SIZE(lpa2); i++) {
        if (turned >= 0 && !strcmp(switches[turned].off, "lpa2=off") &&
            index == IDREG_ID_AA64MMFR0_EL1 && !strcmp(f->name, lpa2[i])) {
            return true;
        }
    }
    return false;
}

static bool reads_as_asked(int turned)
{
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        for (size_t k = 0; k < idregs[i].count; k++) {
            const IDRegField *f = &idregs[i].fields[k];
            bool by_name = asked[i] & idreg_field_mask(f);
            uint64_t want = by_name ? wanted[i] : fake.vm.limit[i];

            if (!same_field(f, fake.vm.value[i], want) &&
                (by_name || !may_be_off(i, f, turned))) {
                g_test_message("%s.%s: wanted 0x%" PRIx64 ", reads 0x%" PRIx64,
                               idregs[i].name, f->name,
                               extract64(want, f->lsb, f->width),
                               extract64(fake.vm.value[i], f->lsb, f->width));
                return false;
            }
        }
    }
    return turned < 0 || (int64_t)fake_reads(switches[turned].field) <= 0 ||
           fake_reads(switches[turned].field) == 0xf;
}

/* It is about a register or a feature, and says which. */
static bool says_why(const char *said)
{
    return strstr(said, "_EL1") || strstr(said, "_EL0") ||
           strstr(said, "S3_0_C0_C") ||
           strstr(said, "refuses a vCPU with ");
}

static bool starts(const char *model, ARMCPU **cpu)
{
    *cpu = fake_cpu_new(model, properties->len ? properties->str : NULL);
    return *cpu && fake_cpu_start(*cpu);
}

static void explain(int run, const char *said)
{
    g_test_message("run %d: -cpu ...,%s", run, properties->str);
    g_test_message("%s", said);
}

static void test_host(void)
{
    int started = 0, refused = 0;

    for (int run = 0; run < RUNS && !g_test_failed(); run++) {
        g_autofree char *said = NULL;
        unsigned writes;
        ARMCPU *cpu, *second;
        int turned;
        bool ok;

        fake_qemu_start(one_in(2) ? FAKE_LINUX_6_12 : FAKE_LINUX_7_2);
        any_rules();
        turned = ask_anything();
        ok = starts("host", &cpu);
        said = g_strdup(fake_said_quietly());
        if (ok) {
            uint64_t value[IDREGS_COUNT];

            started++;
            g_assert_true(reads_as_asked(turned));
            g_assert_true(properties->len || fake.writes == 0);
            /* Another vCPU is the same, and has nothing to write. */
            memcpy(value, fake.vm.value, sizeof(value));
            writes = fake.writes;
            g_assert_true(starts("host", &second));
            g_assert_cmpint(fake.writes, ==, writes);
            g_assert_cmpmem(value, sizeof(value), fake.vm.value,
                            sizeof(fake.vm.value));
            fake_cpu_free(second);
            fake_said_quietly();
        } else {
            refused++;
            g_assert_true(says_why(said));
        }
        if (g_test_failed()) {
            explain(run, said);
        }
        fake_cpu_free(cpu);
    }
    g_test_message("%d started, %d refused", started, refused);
    g_assert_cmpint(started, >, RUNS / 20);
    g_assert_cmpint(refused, >, RUNS / 20);
}

/* Fields that kvm-cpu.rst says are not the model's */
static const char *const not_the_models[] = {
    "ID_PFR0_EL1_RAS", "ID_PFR0_EL1_AMU", "ID_PFR1_EL1_GIC",
    "ID_PFR1_EL1_Virtualization", "ID_PFR1_EL1_Security",
    "ID_DFR0_EL1_CopSDbg", "ID_DFR0_EL1_TraceFilt", "ID_DFR0_EL1_MMapTrc",
    "ID_DFR0_EL1_CopTrc", "ID_ISAR5_EL1_VCMA", "ID_MMFR4_EL1_CCIDX",
    "ID_MMFR4_EL1_EVT", "ID_MMFR4_EL1_XNX", "ID_DFR1_EL1_HPMN0",
    "ID_AA64PFR0_EL1_AMU", "ID_AA64PFR0_EL1_MPAM", "ID_AA64PFR0_EL1_GIC",
    "ID_AA64PFR0_EL1_SEL2", "ID_AA64PFR0_EL1_EL3", "ID_AA64PFR0_EL1_EL2",
    "ID_AA64PFR0_EL1_CSV2", "ID_AA64PFR1_EL1_MPAM_frac",
    "ID_AA64PFR1_EL1_MTE", "ID_AA64PFR1_EL1_MTE_frac", "ID_AA64PFR1_EL1_MTEX",
    "ID_AA64PFR2_EL1_MTEPERM", "ID_AA64PFR2_EL1_MTESTOREONLY",
    "ID_AA64PFR2_EL1_MTEFAR",
    "ID_AA64DFR0_EL1_HPMN0", "ID_AA64DFR0_EL1_BRBE",
    "ID_AA64DFR0_EL1_TraceBuffer", "ID_AA64DFR0_EL1_TraceFilt",
    "ID_AA64DFR0_EL1_PMSVer", "ID_AA64DFR0_EL1_TraceVer",
    "ID_AA64ISAR1_EL1_APA", "ID_AA64ISAR1_EL1_API", "ID_AA64ISAR1_EL1_GPA",
    "ID_AA64ISAR1_EL1_GPI", "ID_AA64ISAR2_EL1_APA3", "ID_AA64ISAR2_EL1_GPA3",
    "ID_AA64MMFR0_EL1_FGT", "ID_AA64MMFR0_EL1_TGran4_2",
    "ID_AA64MMFR0_EL1_TGran16_2", "ID_AA64MMFR0_EL1_TGran64_2",
    "ID_AA64MMFR1_EL1_HCX", "ID_AA64MMFR1_EL1_XNX", "ID_AA64MMFR1_EL1_VH",
    "ID_AA64MMFR1_EL1_VMIDBits", "ID_AA64MMFR2_EL1_EVT",
    "ID_AA64MMFR2_EL1_FWB", "ID_AA64MMFR2_EL1_NV", "ID_AA64MMFR2_EL1_CCIDX",
    "ID_AA64MMFR3_EL1_D128_2", "ID_AA64MMFR3_EL1_S2POE",
    "ID_AA64MMFR3_EL1_S2PIE",
};

static bool is_the_models(unsigned index, const IDRegField *f)
{
    const IDReg *reg = &idregs[index];

    if (!arm_cpu_model_has_idreg(index) || reg->op1 != 0 || reg->crm == 0 ||
        index == IDREG_ID_AFR0_EL1 || index == IDREG_ID_AA64AFR0_EL1 ||
        index == IDREG_ID_AA64AFR1_EL1 || index == IDREG_ID_AA64FPFR0_EL1 ||
        f->safe == IDREG_RESERVED) {
        return false;
    }
    if (index == IDREG_ID_AA64ZFR0_EL1) {
        return fake_model[IDREG_ID_AA64PFR0_EL1] >> 32 & 0xf;
    }
    if (reg->crm < 4 && ((fake_model[IDREG_ID_AA64PFR0_EL1] & 0xf) != 2 ||
                         (fake.limit[IDREG_ID_AA64PFR0_EL1] & 0xf) != 2)) {
        return false;
    }
    for (int i = 0; i < ARRAY_SIZE(not_the_models); i++) {
        unsigned other;
        uint64_t bits = fake_field(not_the_models[i], &other);

        if (other == index && bits == idreg_field_mask(f)) {
            return false;
        }
    }
    return true;
}

static bool reads_as_model(void)
{
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        for (size_t k = 0; k < idregs[i].count; k++) {
            const IDRegField *f = &idregs[i].fields[k];

            if (is_the_models(i, f) &&
                !same_field(f, fake.vm.value[i], fake_model[i])) {
                g_test_message("%s.%s: model 0x%" PRIx64 ", reads 0x%" PRIx64,
                               idregs[i].name, f->name, fake_model[i],
                               fake.vm.value[i]);
                return false;
            }
        }
    }
    return true;
}

static void test_model(void)
{
    int started = 0, refused = 0, warned = 0;

    for (int run = 0; run < RUNS && !g_test_failed(); run++) {
        bool enforce = one_in(2), ok;
        g_autofree char *said = NULL;
        ARMCPU *cpu;

        fake_qemu_start(one_in(2) ? FAKE_LINUX_6_12 : FAKE_LINUX_7_2);
        any_rules();
        for (int n = g_test_rand_int_range(0, 6); n > 0; n--) {
            unsigned index = any_register();
            const IDRegField *f = any_field(index);

            fake_model[index] = deposit64(fake_model[index], f->lsb, f->width,
                any_value(f, extract64(fake.limit[index], f->lsb, f->width)));
        }
        g_string_printf(properties, "enforce=%s", enforce ? "on" : "off");
        ok = starts("named", &cpu);
        said = g_strdup(fake_said_quietly());
        if (!ok) {
            refused++;
            g_assert_true(says_why(said));
        } else if (strstr(said, "; it is 0x")) {
            warned++;
            g_assert_false(enforce);
        } else {
            started++;
            g_assert_true(reads_as_model());
        }
        if (g_test_failed()) {
            explain(run, said);
        }
        fake_cpu_free(cpu);
    }
    g_test_message("%d started, %d warned, %d refused", started, warned,
                   refused);
    g_assert_cmpint(started, >, RUNS / 20);
    g_assert_cmpint(warned, >, RUNS / 20);
    g_assert_cmpint(refused, >, RUNS / 20);
}

/* The guest has what the stream says, or a warning says that it has not. */
static bool reads_as_stream(const uint64_t *ids, const uint64_t *values,
                            int count, const char *said)
{
    unsigned pfr0 = 0;
    bool same = true;

    for (int i = 0; i < count; i++) {
        if (ids[i] == arm_cpu_stream_id(IDREG_ID_AA64PFR0_EL1)) {
            pfr0 = values[i] & 0xf;
        }
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        g_autofree char *warning = g_strdup_printf("warning: %s.",
                                                   idregs[i].name);

        /* Views are UNKNOWN without AArch32. */
        if (idregs[i].op1 == 0 && idregs[i].crm >= 1 && idregs[i].crm <= 3 &&
            pfr0 != 2) {
            continue;
        }
        /* That it is taken as 0 was said at the start. */
        if (fake.get_error[i]) {
            continue;
        }
        for (int k = 0; k < count; k++) {
            if (ids[k] == arm_cpu_stream_id(i) &&
                values[k] != fake.vm.value[i] && !strstr(said, warning)) {
                g_test_message("%s: 0x%" PRIx64 " in the stream, reads 0x%"
                               PRIx64, idregs[i].name, values[k],
                               fake.vm.value[i]);
                same = false;
            }
        }
    }
    return same;
}

static void test_load(void)
{
    int loaded = 0, refused = 0;

    for (int run = 0; run < RUNS && !g_test_failed(); run++) {
        uint64_t ids[FAKE_LIST_MAX], values[FAKE_LIST_MAX];
        g_autofree char *said = NULL;
        ARMCPU *cpu;
        int count;
        bool ok;

        g_string_truncate(properties, 0);
        fake_qemu_start(one_in(2) ? FAKE_LINUX_6_12 : FAKE_LINUX_7_2);
        g_assert_true(starts("host", &cpu));
        count = cpu->cpreg_array_len;
        memcpy(ids, cpu->cpreg_indexes, count * sizeof(*ids));
        memcpy(values, cpu->cpreg_values, count * sizeof(*values));
        fake_cpu_free(cpu);
        for (int n = g_test_rand_int_range(0, 4); n > 0; n--) {
            unsigned index = any_register();
            const IDRegField *f = any_field(index);

            for (int k = 0; k < count; k++) {
                if (ids[k] == arm_cpu_stream_id(index)) {
                    values[k] = deposit64(values[k], f->lsb, f->width,
                        any_value(f, extract64(values[k], f->lsb, f->width)));
                }
            }
        }

        fake_qemu_start(one_in(2) ? FAKE_LINUX_6_12 : FAKE_LINUX_7_2);
        any_rules();
        fake_incoming = true;
        if (!starts("host", &cpu)) {
            g_assert_true(says_why(fake_said_quietly()));
            fake_cpu_free(cpu);
            continue;
        }
        fake_said_quietly();
        fake.vm.ran = one_in(8);
        arm_cpu_pre_load_idregs(cpu);
        memcpy(cpu->cpreg_vmstate_indexes, ids, count * sizeof(*ids));
        memcpy(cpu->cpreg_vmstate_values, values, count * sizeof(*values));
        cpu->cpreg_vmstate_array_len = count;
        ok = arm_cpu_post_load_idregs(cpu);
        said = g_strdup(fake_said_quietly());
        if (ok) {
            loaded++;
            g_assert_true(reads_as_stream(ids, values, count, said));
        } else {
            refused++;
            g_assert_true(says_why(said) || strstr(said, "the guest has it"));
        }
        if (g_test_failed()) {
            explain(run, said);
        }
        fake_cpu_free(cpu);
    }
    g_test_message("%d loaded, %d refused", loaded, refused);
    g_assert_cmpint(loaded, >, RUNS / 20);
    g_assert_cmpint(refused, >, RUNS / 20);
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    fake_cpu_register();
    properties = g_string_new(NULL);
    g_test_add_func("/kvm-idregs-random/host", test_host);
    g_test_add_func("/kvm-idregs-random/model", test_model);
    g_test_add_func("/kvm-idregs-random/load", test_load);
    status = g_test_run();
    g_string_free(properties, true);
    return status;
}
