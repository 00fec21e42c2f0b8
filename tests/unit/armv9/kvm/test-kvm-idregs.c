/*
 * ID registers under KVM, on a host kernel that is made up
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What real kernels refuse, and how, is in tests/guest/progs/kvm-idregs.c;
 * here is also what none of those at hand does: old ones, ones with rules of
 * their own, ioctls that fail.  Each case has all that the user is told.
 */

#include "qemu/osdep.h"
#include <linux/kvm.h>
#include "qapi/error.h"
#include "cpu.h"
#include "fake-cpu.h"

#define Q "qemu-system-aarch64: "
#define NO_MASKS "The host kernel does not say what can be written (Linux 6.7" \
                 " and later do).\n"
#define NO_IDENTITY "by the host kernel, which has no " \
                    "KVM_CAP_ARM_WRITABLE_IMP_ID_REGS\n" \
                    "Linux 6.15 and later have it.  Leave out "
#define ENFORCED "With enforce=off the CPU is made as near to its model as " \
                 "this host can; properties that are given by name stay " \
                 "enforced.\n"

static uint64_t bits(const char *name)
{
    unsigned index;

    return fake_field(name, &index);
}

/* Rules of kernels and models, for the cases below */

static void aes_is_stuck(void)
{
    fake.stuck[IDREG_ID_AA64ISAR0_EL1] = bits("ID_AA64ISAR0_EL1_AES");
}

static void not_aes_and_sha2(void)
{
    fake.needs_one[IDREG_ID_AA64ISAR0_EL1] =
        bits("ID_AA64ISAR0_EL1_AES") | bits("ID_AA64ISAR0_EL1_SHA2");
}

static void isar0_fails(void)
{
    fake.set_error[IDREG_ID_AA64ISAR0_EL1] = EIO;
}

static void isar0_drops_sha2(void)
{
    fake.drops[IDREG_ID_AA64ISAR0_EL1] = bits("ID_AA64ISAR0_EL1_SHA2");
}

static void isar0_is_hidden(void)
{
    fake.hides[IDREG_ID_AA64ISAR0_EL1] = true;
}

static void all_can_be_written(void)
{
    fake.mask[IDREG_ID_AA64PFR0_EL1] = UINT64_MAX;
    fake.mask[IDREG_ID_AA64DFR0_EL1] = UINT64_MAX;
}

static void no_masks(void)
{
    fake.masks = false;
}

static void masks_fail(void)
{
    fake.masks_error = EINVAL;
}

static void identity_fails(void)
{
    fake.identity_error = EPERM;
}

static void pfr2_is_unknown(void)
{
    fake.present[IDREG_ID_AA64PFR2_EL1] = false;
    fake.present[IDREG_ID_AA64FPFR0_EL1] = false;
}

static void ctr_is_secret(void)
{
    fake.get_error[IDREG_CTR_EL0] = EPERM;
}

static void no_aarch32(void)
{
    fake_limit("ID_AA64PFR0_EL1_EL0", 1);
    fake.features &= ~BIT(KVM_ARM_VCPU_EL1_32BIT);
}

static void no_sve(void)
{
    fake_limit("ID_AA64PFR0_EL1_SVE", 0);
    fake.limit[IDREG_ID_AA64ZFR0_EL1] = 0;
    fake.features &= ~BIT(KVM_ARM_VCPU_SVE);
}

static void no_pmu(void)
{
    fake_limit("ID_AA64DFR0_EL1_PMUVer", 0);
    fake_limit("ID_DFR0_EL1_PerfMon", 0);
    fake.features &= ~BIT(KVM_ARM_VCPU_PMU_V3);
}

static void a_vm_without_aes(void)
{
    fake.differs[IDREG_ID_AA64ISAR0_EL1] = 0x20;
}

static void stage2_tgran_is_stuck(void)
{
    fake.stuck[IDREG_ID_AA64MMFR0_EL1] = bits("ID_AA64MMFR0_EL1_TGran4_2");
}

static void qarma3(void)
{
    fake_limit("ID_AA64ISAR1_EL1_API", 0);
    fake_limit("ID_AA64ISAR1_EL1_GPI", 0);
    fake_limit("ID_AA64ISAR2_EL1_APA3", 5);
    fake_limit("ID_AA64ISAR2_EL1_GPA3", 1);
}

static void qarma5(void)
{
    fake_limit("ID_AA64ISAR1_EL1_API", 0);
    fake_limit("ID_AA64ISAR1_EL1_GPI", 0);
    fake_limit("ID_AA64ISAR1_EL1_APA", 5);
    fake_limit("ID_AA64ISAR1_EL1_GPA", 1);
}

static void no_16k(void)
{
    fake_limit("ID_AA64MMFR0_EL1_TGran16", 0);
}

static void no_4k(void)
{
    fake_limit("ID_AA64MMFR0_EL1_TGran4", 0xf);
}

static void no_lpa2(void)
{
    fake_limit("ID_AA64MMFR0_EL1_TGran4", 0);
    fake_limit("ID_AA64MMFR0_EL1_TGran16", 1);
}

/* With MTE, the scratch VM has it, and the VM if it was asked for. */
static void mte(void)
{
    fake_limit("ID_AA64PFR1_EL1_MTE", 3);
    fake_mte = true;
}

static void mte_not_asked(void)
{
    fake_limit("ID_AA64PFR1_EL1_MTE", 3);
    fake.differs[IDREG_ID_AA64PFR1_EL1] = 0x300;
}

static void model_has_less(void)
{
    fake_model_field("ID_AA64ISAR0_EL1_AES", 1);
    fake_model_field("ID_AA64MMFR0_EL1_PARange", 2);
}

static void model_has_more(void)
{
    fake_model_field("ID_AA64ISAR0_EL1_AES", 3);
    fake_model_field("ID_AA64PFR0_EL1_RAS", 1);
}

/* An older core: without HCRX_EL2 and so on, and without words on stage 2 */
static void model_has_less_of_el2(void)
{
    fake_model_field("ID_AA64MMFR0_EL1_TGran4_2", 0);
    fake_model_field("ID_AA64MMFR0_EL1_TGran16_2", 1);
    fake_model_field("ID_AA64MMFR1_EL1_HCX", 0);
    fake_model_field("ID_AA64MMFR1_EL1_XNX", 0);
    fake_model_field("ID_AA64MMFR1_EL1_VH", 0);
    fake_model_field("ID_AA64MMFR2_EL1_EVT", 0);
    fake_model_field("ID_AA64MMFR2_EL1_FWB", 0);
}

/* A newer one, with more at EL2 than the host has */
static void model_has_more_of_el2(void)
{
    fake_model_field("ID_AA64MMFR1_EL1_HCX", 2);
    fake_model_field("ID_AA64MMFR3_EL1_S2PIE", 1);
    fake_model_field("ID_AA64PFR0_EL1_SEL2", 1);
}

static void probe_fails(void)
{
    fake_no_probe = true;
}

static const struct kvm_case {
    const char *name;
    FakeVersion kernel;
    void (*rules)(void);
    const char *model;
    const char *properties;
    bool starts;
    const char *said;
    struct {
        const char *field;
        uint64_t value;
    } reads[4];
} cases[] = {
    /* What is asked for */
    { "host", FAKE_LINUX_6_12, NULL, "host", NULL, true, "" },
    { "host-7.2", FAKE_LINUX_7_2, NULL, "host", NULL, true, "" },
    { "fields", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=1,SYSREG_ID_AA64MMFR0_EL1_PARange=2", true,
      "", { { "ID_AA64ISAR0_EL1_AES", 1 },
            { "ID_AA64MMFR0_EL1_PARange", 2 } } },
    { "fpmr-off", FAKE_LINUX_6_12, NULL, "host", "fpmr=off", true, "",
      { { "ID_AA64PFR2_EL1_FPMR", 0 }, { "ID_AA64FPFR0_EL1_F8CVT", 0 },
        { "ID_AA64FPFR0_EL1_F8E4M3", 0 } } },
    { "faminmax-off", FAKE_LINUX_7_2, NULL, "host", "faminmax=off", true, "",
      { { "ID_AA64ISAR3_EL1_FAMINMAX", 0 },
        { "ID_AA64FPFR0_EL1_F8CVT", 0 } } },
    { "lpa2-off", FAKE_LINUX_6_12, NULL, "host", "lpa2=off", true, "",
      { { "ID_AA64MMFR0_EL1_TGran4", 0 },
        { "ID_AA64MMFR0_EL1_TGran16", 1 } } },
    { "lpa2-on", FAKE_LINUX_6_12, NULL, "host", "lpa2=on", true, "" },
    { "lpa2-on-4k", FAKE_LINUX_6_12, no_16k, "host", "lpa2=on", true, "" },
    { "lpa2-on-16k", FAKE_LINUX_6_12, no_4k, "host", "lpa2=on", true, "" },
    { "lpa2-on-without", FAKE_LINUX_6_12, no_lpa2, "host", "lpa2=on", false,
      Q "ID_AA64MMFR0_EL1.TGran4: requested 0x1, this host allows 0xf or 0x0, "
      "and others\n"
      "These 2 fields of ID registers cannot be as requested:\n"
      "    ID_AA64MMFR0_EL1.TGran4: requested 0x1, this host allows 0xf or "
      "0x0\n"
      "    ID_AA64MMFR0_EL1.TGran16: requested 0x2, this host allows "
      "0x0..0x1\n" },
    { "mte", FAKE_LINUX_6_12, mte, "host", NULL, true, "",
      { { "ID_AA64PFR1_EL1_MTE", 3 } } },
    { "mte-not-asked", FAKE_LINUX_6_12, mte_not_asked, "host", NULL, true, "",
      { { "ID_AA64PFR1_EL1_MTE", 0 } } },
    { "mte-field", FAKE_LINUX_6_12, mte_not_asked, "host",
      "SYSREG_ID_AA64PFR1_EL1_MTE=3", false,
      Q "ID_AA64PFR1_EL1.MTE: requested 0x3, fixed at 0x0 by the host kernel "
      "(not writable)\n" },
    { "sve-off", FAKE_LINUX_6_12, NULL, "host", "sve=off", true, "",
      { { "ID_AA64PFR0_EL1_SVE", 0 }, { "ID_AA64ZFR0_EL1_SVEver", 0 } } },
    { "sve-field", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64PFR0_EL1_SVE=0", true, "",
      { { "ID_AA64PFR0_EL1_SVE", 0 }, { "ID_AA64ZFR0_EL1_SVEver", 0 } } },
    { "pauth-off", FAKE_LINUX_6_12, NULL, "host", "pauth=off", true, "",
      { { "ID_AA64ISAR1_EL1_API", 0 }, { "ID_AA64ISAR1_EL1_GPI", 0 } } },
    { "pauth-off-qarma3", FAKE_LINUX_6_12, qarma3, "host", "pauth=off", true,
      "", { { "ID_AA64ISAR2_EL1_APA3", 0 }, { "ID_AA64ISAR2_EL1_GPA3", 0 } } },
    { "pmu-old", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64DFR0_EL1_PMUVer=15", true, "",
      { { "ID_AA64DFR0_EL1_PMUVer", 0 }, { "ID_DFR0_EL1_PerfMon", 0 } } },
    { "identity", FAKE_LINUX_7_2, NULL, "host",
      "midr=0x410fd0c0,revidr=5,aidr=7", true, "",
      { { "MIDR_EL1_PartNum", 0xd0c }, { "MIDR_EL1_Implementer", 0x41 },
        { "REVIDR_EL1_IMPDEF", 5 }, { "AIDR_EL1_IMPDEF", 7 } } },
    { "identity-own", FAKE_LINUX_6_12, NULL, "host", "midr=0xf0510,revidr=0",
      true, "" },
    { "tgran", FAKE_LINUX_7_2, NULL, "host",
      "SYSREG_ID_AA64MMFR0_EL1_TGran4_2=1", true, "",
      { { "ID_AA64MMFR0_EL1_TGran4_2", 1 } } },

    /* What the host does not have */
    { "above", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=3", false,
      Q "ID_AA64ISAR0_EL1.AES: requested 0x3, this host allows 0x0..0x2\n" },
    { "not-writable", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64PFR0_EL1_FP=0", false,
      Q "ID_AA64PFR0_EL1.FP: requested 0x0, fixed at 0x1 by the host kernel "
      "(not writable)\n" },
    { "others", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=3,SYSREG_ID_AA64PFR0_EL1_FP=0", false,
      Q "ID_AA64PFR0_EL1.FP: requested 0x0, fixed at 0x1 by the host kernel "
      "(not writable), and others\n"
      "These 2 fields of ID registers cannot be as requested:\n"
      "    ID_AA64PFR0_EL1.FP: requested 0x0, fixed at 0x1 by the host kernel "
      "(not writable)\n"
      "    ID_AA64ISAR0_EL1.AES: requested 0x3, this host allows 0x0..0x2\n" },
    { "trace-buffer", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64DFR0_EL1_TraceBuffer=1", false,
      Q "ID_AA64DFR0_EL1.TraceBuffer: KVM gives no trace buffer to guests "
      "(fixed at 0x0)\n" },
    { "trace-unit", FAKE_LINUX_7_2, NULL, "host",
      "SYSREG_ID_AA64DFR0_EL1_TraceVer=1", false,
      Q "ID_AA64DFR0_EL1.TraceVer: KVM gives no trace unit to guests "
      "(fixed at 0x0)\n" },
    { "trace-filter", FAKE_LINUX_7_2, NULL, "host",
      "SYSREG_ID_AA64DFR0_EL1_TraceFilt=1", false,
      Q "ID_AA64DFR0_EL1.TraceFilt: KVM gives no self-hosted trace to guests "
      "(fixed at 0x0)\n" },
    { "tgran-tried", FAKE_LINUX_7_2, stage2_tgran_is_stuck, "host",
      "SYSREG_ID_AA64MMFR0_EL1_TGran4_2=1", false,
      Q "ID_AA64MMFR0_EL1.TGran4_2: requested 0x1, fixed at 0x3 by the host "
      "kernel (not writable)\n" },
    { "sve-on", FAKE_LINUX_6_12, no_sve, "host", "sve=on", false,
      Q "'sve' feature not supported by KVM on this host\n" },
    { "pmu-on", FAKE_LINUX_6_12, no_pmu, "host", "pmu=on", false,
      Q "'pmu' feature not supported by KVM on this host\n" },
    { "pmu-model", FAKE_LINUX_6_12, no_pmu, "named", "pmu=off", true, "",
      { { "ID_AA64DFR0_EL1_PMUVer", 0 } } },

    /* Properties about the same */
    { "fpmr-contradicts", FAKE_LINUX_6_12, NULL, "host",
      "fpmr=on,SYSREG_ID_AA64PFR2_EL1_FPMR=0", false,
      Q "fpmr=on and SYSREG_ID_AA64PFR2_EL1_FPMR=0x0 contradict each other\n"
    },
    { "sve-contradicts", FAKE_LINUX_6_12, NULL, "host",
      "sve=off,SYSREG_ID_AA64PFR0_EL1_SVE=1", false,
      Q "sve=off and SYSREG_ID_AA64PFR0_EL1_SVE=0x1 contradict each other\n" },
    { "pauth-contradicts", FAKE_LINUX_6_12, NULL, "host",
      "pauth=on,SYSREG_ID_AA64ISAR1_EL1_API=0", false,
      Q "pauth=on and SYSREG_ID_AA64ISAR1_EL1_API=0x0 contradict each other\n"
    },
    { "midr-contradicts", FAKE_LINUX_7_2, NULL, "host",
      "midr=1,SYSREG_MIDR_EL1_PartNum=3", false,
      Q "midr=0x1 and SYSREG_MIDR_EL1_... contradict each other\n" },
    { "too-large", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=16", false,
      Q "SYSREG_ID_AA64ISAR0_EL1_AES: 0x10 does not fit, the field has 4 "
      "bits\n" },
    { "not-found", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64ISAR0_EL1_NONE=1", false,
      Q "Property 'host-arm-cpu.SYSREG_ID_AA64ISAR0_EL1_NONE' not found\n" },
    { "reserved", FAKE_LINUX_6_12, NULL, "host",
      "SYSREG_ID_AA64ISAR0_EL1_RES0=1", false,
      Q "Property 'host-arm-cpu.SYSREG_ID_AA64ISAR0_EL1_RES0' not found\n" },
    { "fp8-fpmr", FAKE_LINUX_6_12, NULL, "host", "fpmr=off,fp8=on", false,
      Q "ID_AA64FPFR0_EL1: 0xf0000003 needs ID_AA64PFR2_EL1.FPMR\n"
      "Use fp8=off, or fpmr=on.\n" },
    { "fp8-lut", FAKE_LINUX_6_12, NULL, "host", "lut=off,fp8=on", false,
      Q "ID_AA64FPFR0_EL1: 0xf0000003 needs ID_AA64ISAR2_EL1.LUT\n"
      "Use fp8=off, or lut=on.\n" },
    { "fp8-faminmax", FAKE_LINUX_7_2, NULL, "host", "faminmax=off,fp8=on",
      false, Q "ID_AA64FPFR0_EL1: 0xf0000003 needs "
      "ID_AA64ISAR3_EL1.FAMINMAX\nUse fp8=off, or faminmax=on.\n" },
    { "fp-advsimd", FAKE_LINUX_6_12, all_can_be_written, "host",
      "SYSREG_ID_AA64PFR0_EL1_FP=0", false,
      Q "ID_AA64PFR0_EL1.FP and .AdvSIMD must be the same\n" },
    { "fp-and-advsimd", FAKE_LINUX_6_12, all_can_be_written, "host",
      "SYSREG_ID_AA64PFR0_EL1_FP=0,SYSREG_ID_AA64PFR0_EL1_AdvSIMD=0", true,
      "", { { "ID_AA64PFR0_EL1_FP", 0 }, { "ID_AA64PFR0_EL1_AdvSIMD", 0 } } },
    { "ctx-cmps", FAKE_LINUX_6_12, all_can_be_written, "host",
      "SYSREG_ID_AA64DFR0_EL1_CTX_CMPs=1,SYSREG_ID_AA64DFR0_EL1_BRPs=1", true,
      "", { { "ID_AA64DFR0_EL1_BRPs", 1 } } },
    { "ctx-cmps-above", FAKE_LINUX_6_12, all_can_be_written, "above-brps",
      "SYSREG_ID_AA64DFR0_EL1_BRPs=1", false,
      Q "ID_AA64DFR0_EL1.CTX_CMPs must not be above .BRPs\n" },
    { "pmu-off-without", FAKE_LINUX_6_12, no_pmu, "host", "pmu=off", true,
      "" },
    { "aarch32-sve", FAKE_LINUX_6_12, NULL, "host", "aarch64=off,sve=on",
      false, Q "sve=on is not possible with aarch64=off\n"
      "KVM gives a guest in AArch32 state neither SVE nor pointer "
      "authentication.\n" },
    { "aarch32-pauth", FAKE_LINUX_6_12, NULL, "host", "aarch64=off,pauth=on",
      false, Q "pauth=on is not possible with aarch64=off\n"
      "KVM gives a guest in AArch32 state neither SVE nor pointer "
      "authentication.\n" },
    { "aarch32", FAKE_LINUX_6_12, NULL, "host", "aarch64=off", true, "",
      { { "ID_AA64PFR0_EL1_SVE", 0 }, { "ID_AA64ISAR1_EL1_API", 0 } } },

    /* Kernels of another kind */
    { "no-masks", FAKE_LINUX_6_12, no_masks, "host", NULL, true, "" },
    { "no-masks-same", FAKE_LINUX_6_12, no_masks, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=2,fpmr=on", true, "" },
    { "no-masks-fpmr", FAKE_LINUX_6_12, no_masks, "host",
      "SYSREG_ID_AA64PFR2_EL1_FPMR=0", false,
      Q "ID_AA64PFR2_EL1.FPMR: requested 0x0, fixed at 0x1 by the host kernel "
      "(not writable)\n" NO_MASKS },
    { "masks-fail", FAKE_LINUX_6_12, masks_fail, "host",
      "SYSREG_ID_AA64PFR2_EL1_FPMR=0", false,
      Q "ID_AA64PFR2_EL1.FPMR: requested 0x0, fixed at 0x1 by the host kernel "
      "(not writable)\n" NO_MASKS },
    { "no-masks-sve", FAKE_LINUX_6_12, no_masks, "host", "sve=off", true, "",
      { { "ID_AA64PFR0_EL1_SVE", 0 } } },
    { "no-identity-midr", FAKE_LINUX_6_12, NULL, "host", "midr=0x410fd0c0",
      false, Q "MIDR_EL1: requested 0x410fd0c0, fixed at 0xf0510 "
      NO_IDENTITY "midr=.\n" },
    { "no-identity-revidr", FAKE_LINUX_6_12, NULL, "host", "revidr=1", false,
      Q "REVIDR_EL1: requested 0x1, fixed at 0x0 " NO_IDENTITY "revidr=.\n" },
    { "no-identity-aidr", FAKE_LINUX_6_12, NULL, "host", "aidr=1", false,
      Q "AIDR_EL1: requested 0x1, fixed at 0x0 " NO_IDENTITY "aidr=.\n" },
    { "identity-fails", FAKE_LINUX_7_2, identity_fails, "host", "revidr=1",
      false, Q "KVM does not let MIDR_EL1, REVIDR_EL1 and AIDR_EL1 be set: "
      "Operation not permitted\n" },
    { "identity-wide", FAKE_LINUX_7_2, NULL, "host", "midr=0x1000f0510", false,
      Q "MIDR_EL1[63:32]: requested 0x1, fixed at 0x0 (reserved bits)\n" },
    { "unknown-host", FAKE_LINUX_6_12, pfr2_is_unknown, "host", NULL, true,
      "" },
    { "unknown-off", FAKE_LINUX_6_12, pfr2_is_unknown, "host",
      "fpmr=off,fp8=off,SYSREG_ID_AA64PFR2_EL1_UINJ=0", true, "" },
    { "unknown-on", FAKE_LINUX_6_12, pfr2_is_unknown, "host", "fpmr=on", false,
      Q "ID_AA64PFR2_EL1.FPMR: requested 0x1, fixed at 0x0 by the host kernel "
      "(not writable)\n" },
    { "secret", FAKE_LINUX_6_12, ctr_is_secret, "host", NULL, true,
      Q "warning: KVM does not let CTR_EL0 be read: Operation not permitted; "
      "it is taken as 0\n" },
    { "no-aarch32", FAKE_LINUX_6_12, no_aarch32, "host", "fpmr=off", true, "",
      { { "ID_AA64PFR2_EL1_FPMR", 0 } } },
    { "no-aarch32-off", FAKE_LINUX_6_12, no_aarch32, "host", "aarch64=off",
      false, Q "The host kernel refuses a vCPU with aarch64=off; without it, "
      "it takes what else the CPU has\n" },

    /* What the kernel refuses although it says that it can be written */
    { "stuck", FAKE_LINUX_6_12, aes_is_stuck, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=1", false,
      Q "ID_AA64ISAR0_EL1.AES: requested 0x1, fixed at 0x2 by the host kernel "
      "(not writable), although it says otherwise\n" },
    { "stuck-one-of-two", FAKE_LINUX_6_12, aes_is_stuck, "host",
      "SYSREG_ID_AA64ISAR0_EL1_SHA2=1,SYSREG_ID_AA64ISAR0_EL1_AES=1,"
      "SYSREG_ID_AA64ISAR0_EL1_SHA1=0", false,
      Q "ID_AA64ISAR0_EL1.AES: requested 0x1, fixed at 0x2 by the host kernel "
      "(not writable), although it says otherwise\n" },
    { "stuck-together", FAKE_LINUX_6_12, not_aes_and_sha2, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=0,SYSREG_ID_AA64ISAR0_EL1_SHA2=0", false,
      Q "ID_AA64ISAR0_EL1: the host kernel does not take 0x1221111110210100 "
      "(default 0x1221111110212120): Invalid argument\n" },
    { "set-fails", FAKE_LINUX_6_12, isar0_fails, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=1", false,
      Q "ID_AA64ISAR0_EL1: the host kernel does not take 0x1221111110212110 "
      "(default 0x1221111110212120): Input/output error\n" },
    { "read-back", FAKE_LINUX_6_12, isar0_drops_sha2, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=1", false,
      Q "ID_AA64ISAR0_EL1: 0x1221111110212110 was written, 0x1221111110210110 "
      "is read back\n" },
    { "no-read-back", FAKE_LINUX_6_12, isar0_is_hidden, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=1", false,
      Q "ID_AA64ISAR0_EL1: cannot become 0x1221111110212110, because KVM does "
      "not let it be read: Input/output error\n" },
    { "vm-differs", FAKE_LINUX_6_12, a_vm_without_aes, "host",
      "SYSREG_ID_AA64ISAR0_EL1_AES=2", false,
      Q "ID_AA64ISAR0_EL1.AES: requested 0x2, fixed at 0x0 by the host kernel "
      "(not writable), although it says otherwise\n" },
    { "vm-differs-not-asked", FAKE_LINUX_6_12, a_vm_without_aes, "host",
      "fpmr=off", true, "", { { "ID_AA64ISAR0_EL1_AES", 0 } } },

    /* Named models */
    { "model-fits", FAKE_LINUX_6_12, model_has_less, "named", NULL, true, "",
      { { "ID_AA64ISAR0_EL1_AES", 1 },
        { "ID_AA64MMFR0_EL1_PARange", 2 } } },
    { "model-misfits", FAKE_LINUX_6_12, model_has_more, "named", NULL, false,
      Q "ID_AA64PFR0_EL1.RAS: requested 0x1, fixed at 0x2 by the host kernel "
      "(not writable), and others\n"
      "These 2 fields of ID registers cannot be as requested:\n"
      "    ID_AA64PFR0_EL1.RAS: requested 0x1, fixed at 0x2 by the host "
      "kernel (not writable)\n"
      "    ID_AA64ISAR0_EL1.AES: requested 0x3, this host allows 0x0..0x2\n"
      ENFORCED },
    { "model-clamped", FAKE_LINUX_6_12, model_has_more, "named", "enforce=off",
      true,
      Q "warning: ID_AA64PFR0_EL1.RAS: requested 0x1, fixed at 0x2 by the "
      "host kernel (not writable); it is 0x2\n"
      Q "warning: ID_AA64ISAR0_EL1.AES: requested 0x3, this host allows "
      "0x0..0x2; it is 0x2\n", { { "ID_AA64PFR0_EL1_RAS", 2 } } },
    { "model-clamped-not", FAKE_LINUX_7_2, model_has_more, "named",
      "enforce=off,SYSREG_ID_AA64ISAR0_EL1_SHA1=2", false,
      Q "ID_AA64ISAR0_EL1.SHA1: requested 0x2, this host allows 0x0..0x1\n" },
    { "model-7.2", FAKE_LINUX_7_2, model_has_less, "named", "fpmr=off", true,
      "", { { "ID_AA64PFR2_EL1_FPMR", 0 }, { "ID_AA64ISAR0_EL1_AES", 1 } } },
    { "model-same", FAKE_LINUX_6_12, model_has_more, "same", NULL, true, "",
      { { "ID_AA64ISAR0_EL1_AES", 2 } } },
    { "model-no-masks", FAKE_LINUX_6_12, no_masks, "named",
      "SYSREG_ID_AA64ISAR0_EL1_AES=1", false,
      Q "ID_AA64ISAR0_EL1.AES: requested 0x1, fixed at 0x2 by the host kernel "
      "(not writable)\n" NO_MASKS ENFORCED },
    { "model-qarma3", FAKE_LINUX_6_12, qarma3, "named", NULL, true, "",
      { { "ID_AA64ISAR1_EL1_API", 0 }, { "ID_AA64ISAR2_EL1_APA3", 5 },
        { "ID_AA64ISAR2_EL1_GPA3", 1 } } },
    { "model-qarma5", FAKE_LINUX_6_12, qarma5, "named", NULL, true, "",
      { { "ID_AA64ISAR1_EL1_API", 0 }, { "ID_AA64ISAR1_EL1_APA", 5 },
        { "ID_AA64ISAR1_EL1_GPA", 1 } } },
    { "model-pauth-off", FAKE_LINUX_6_12, NULL, "named", "pauth=off", true,
      "", { { "ID_AA64ISAR1_EL1_API", 0 }, { "ID_AA64ISAR1_EL1_GPI", 0 } } },
    { "model-pmu-off", FAKE_LINUX_6_12, NULL, "named", "pmu=off", true, "",
      { { "ID_AA64DFR0_EL1_PMUVer", 0 }, { "ID_DFR0_EL1_PerfMon", 0 } } },
    { "model-sve-off", FAKE_LINUX_6_12, NULL, "named", "sve=off", true, "",
      { { "ID_AA64PFR0_EL1_SVE", 0 }, { "ID_AA64ZFR0_EL1_SVEver", 0 } } },
    { "model-el2-less", FAKE_LINUX_6_12, model_has_less_of_el2, "named", NULL,
      true, "", { { "ID_AA64MMFR0_EL1_TGran4_2", 3 },
                  { "ID_AA64MMFR0_EL1_TGran16_2", 3 },
                  { "ID_AA64MMFR1_EL1_HCX", 1 },
                  { "ID_AA64MMFR2_EL1_FWB", 1 } } },
    { "model-el2-less-7.2", FAKE_LINUX_7_2, model_has_less_of_el2, "named",
      NULL, true, "", { { "ID_AA64MMFR0_EL1_TGran4_2", 3 },
                        { "ID_AA64MMFR0_EL1_TGran16_2", 1 },
                        { "ID_AA64MMFR1_EL1_HCX", 0 },
                        { "ID_AA64MMFR2_EL1_FWB", 1 } } },
    { "model-el2-more", FAKE_LINUX_7_2, model_has_more_of_el2, "named", NULL,
      true, "", { { "ID_AA64MMFR1_EL1_HCX", 1 },
                  { "ID_AA64MMFR3_EL1_S2PIE", 0 },
                  { "ID_AA64PFR0_EL1_SEL2", 0 } } },
    { "model-el2-by-name", FAKE_LINUX_6_12, model_has_less_of_el2, "named",
      "enforce=off,SYSREG_ID_AA64MMFR1_EL1_HCX=0", false,
      Q "ID_AA64MMFR1_EL1.HCX: requested 0x0, fixed at 0x1 by the host kernel "
      "(not writable)\n" },
    { "no-kvm", FAKE_LINUX_6_12, probe_fails, "host", NULL, true, "" },
};

/* All registers that no case is about are the VM's default. */
static void check_reads(const struct kvm_case *c)
{
    for (int i = 0; i < ARRAY_SIZE(c->reads) && c->reads[i].field; i++) {
        g_assert_cmphex(fake_reads(c->reads[i].field), ==,
                        c->reads[i].value);
    }
    if (!c->properties && !strcmp(c->model, "host")) {
        g_assert_cmpmem(fake.vm.value, sizeof(fake.vm.value),
                        fake.vm.limit, sizeof(fake.vm.limit));
        g_assert_cmpint(fake.writes, ==, 0);
    }
}

static void test_case(const void *data)
{
    const struct kvm_case *c = data;
    bool above_brps = !strcmp(c->model, "above-brps");
    bool starts = false;
    ARMCPU *cpu;

    fake_qemu_start(c->kernel);
    if (above_brps) {
        fake_limit("ID_AA64DFR0_EL1_CTX_CMPs", 2);
    }
    if (c->rules) {
        c->rules();
    }
    cpu = fake_cpu_new(above_brps ? "host" : c->model, c->properties);
    if (cpu) {
        starts = fake_cpu_start(cpu);
    }
    g_assert_cmpstr(fake_said(), ==, c->said);
    g_assert_cmpint(starts, ==, c->starts);
    if (starts) {
        check_reads(c);
    }
    fake_cpu_free(cpu);
}

static ARMCPU *started(const char *properties)
{
    ARMCPU *cpu = fake_cpu_new("host", properties);

    g_assert_nonnull(cpu);
    g_assert_true(fake_cpu_start(cpu));
    g_assert_cmpstr(fake_said(), ==, "");
    return cpu;
}

/* A second vCPU finds the values written; one with others is too late. */
static void test_second(void)
{
    ARMCPU *cpus[3];

    fake_qemu_start(FAKE_LINUX_7_2);
    cpus[0] = started("fpmr=off,revidr=3");
    g_assert_cmpint(fake.writes, ==, 3);
    cpus[1] = started("fpmr=off,revidr=3");
    g_assert_cmpint(fake.writes, ==, 3);
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        g_assert_cmpmem(&cpus[0]->idregs->reg[i], sizeof(ARMCPUIDReg),
                        &cpus[1]->idregs->reg[i], sizeof(ARMCPUIDReg));
    }
    fake.vm.ran = true;
    cpus[2] = fake_cpu_new("host", "fpmr=off,revidr=3,lut=off");
    g_assert_false(fake_cpu_start(cpus[2]));
    g_assert_cmpstr(fake_said(), ==, Q "ID_AA64ISAR2_EL1: cannot become "
                    "0x110012, because a vCPU of the VM has run\n");
    for (int i = 0; i < 3; i++) {
        fake_cpu_free(cpus[i]);
    }
}

/* A register that can be read of the scratch VM, but not of the guest's */
static void test_unreadable(void)
{
    ARMCPU *cpu;

    fake_qemu_start(FAKE_LINUX_6_12);
    cpu = fake_cpu_new("host", "SYSREG_ID_AA64ISAR0_EL1_AES=1");
    fake.get_error[IDREG_ID_AA64ISAR0_EL1] = EIO;
    g_assert_false(fake_cpu_start(cpu));
    g_assert_cmpstr(fake_said(), ==, Q "ID_AA64ISAR0_EL1: cannot become "
                    "0x1221111110212110, because KVM does not let it be "
                    "read: Input/output error\n");
    fake_cpu_free(cpu);

    /* Nobody asks for it: as in QEMU 10.0. */
    fake_qemu_start(FAKE_LINUX_6_12);
    cpu = fake_cpu_new("host", "fpmr=off");
    fake.get_error[IDREG_ID_AA64ISAR0_EL1] = EIO;
    g_assert_true(fake_cpu_start(cpu));
    fake_cpu_free(cpu);
}

/* Which feature of the vCPU it is that the kernel refuses */
static void test_init_failed(void)
{
    static const struct {
        uint32_t refused, together;
        const char *said;
    } inits[] = {
        { BIT(KVM_ARM_VCPU_SVE), 0,
          Q "The host kernel refuses a vCPU with sve=on; without it, it takes "
          "what else the CPU has\n" },
        { BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS), 0,
          Q "The host kernel refuses a vCPU with pauth=on; without it, it "
          "takes what else the CPU has\n" },
        { BIT(KVM_ARM_VCPU_PMU_V3), 0,
          Q "The host kernel refuses a vCPU with pmu=on; without it, it takes "
          "what else the CPU has\n" },
        { 0, BIT(KVM_ARM_VCPU_PMU_V3) | BIT(KVM_ARM_VCPU_SVE),
          Q "The host kernel refuses a vCPU with sve=on; without it, it takes "
          "what else the CPU has\n"
          Q "The host kernel refuses a vCPU with pmu=on; without it, it takes "
          "what else the CPU has\n" },
        { BIT(KVM_ARM_VCPU_PMU_V3) | BIT(KVM_ARM_VCPU_SVE), 0,
          Q "The host kernel refuses a vCPU with sve=on, pauth=on, pmu=on, "
          "and with all of them but one\n" },
        { BIT(KVM_ARM_VCPU_PSCI_0_2), 0,
          Q "The host kernel refuses a vCPU with sve=on, pauth=on, pmu=on, "
          "and with all of them but one\n" },
    };

    for (int i = 0; i < ARRAY_SIZE(inits); i++) {
        ARMCPU *cpu;

        fake_qemu_start(FAKE_LINUX_6_12);
        cpu = fake_cpu_new("host", NULL);
        /* On other grounds than the scratch VM could know */
        fake.refused = inits[i].refused;
        fake.together = inits[i].together;
        g_assert_false(fake_cpu_start(cpu));
        g_assert_cmpstr(fake_said(), ==, inits[i].said);
        fake_cpu_free(cpu);
    }

    fake_qemu_start(FAKE_LINUX_6_12);
    {
        ARMCPU *cpu = fake_cpu_new("host", "sve=off,pauth=off,pmu=off");

        fake.refused = BIT(KVM_ARM_VCPU_PSCI_0_2);
        g_assert_false(fake_cpu_start(cpu));
        g_assert_cmpstr(fake_said(), ==, "");
        fake_cpu_free(cpu);
    }
}

/* Properties belong to a vCPU that is not yet made. */
static void test_too_late(void)
{
    ARMCPU *cpu;
    Error *err = NULL;

    fake_qemu_start(FAKE_LINUX_6_12);
    cpu = started(NULL);
    g_assert_false(object_property_parse(OBJECT(cpu),
                                         "SYSREG_ID_AA64ISAR0_EL1_AES", "1",
                                         &err));
    error_free_or_abort(&err);
    g_assert_false(object_property_parse(OBJECT(cpu), "fpmr", "off", &err));
    error_free_or_abort(&err);
    g_assert_false(object_property_parse(OBJECT(cpu), "revidr", "1", &err));
    error_free_or_abort(&err);
    fake_cpu_free(cpu);
}

/* What a property reads: as it was set, and then as the guest reads it */
static void test_getters(void)
{
    ARMCPU *cpu;
    Object *obj;

    fake_qemu_start(FAKE_LINUX_7_2);
    cpu = fake_cpu_new("host", "fp8=off,SYSREG_ID_AA64ISAR0_EL1_AES=1,"
                       "SYSREG_ID_AA64DFR0_EL1_PMUVer=15,revidr=5");
    obj = OBJECT(cpu);
    for (int settled = 0; settled < 2; settled++) {
        g_assert_true(object_property_get_bool(obj, "fpmr", &error_abort));
        g_assert_false(object_property_get_bool(obj, "fp8", &error_abort));
        g_assert_true(object_property_get_bool(obj, "lpa2", &error_abort));
        g_assert_cmpint(object_property_get_uint(obj,
            "SYSREG_ID_AA64ISAR0_EL1_AES", &error_abort), ==, 1);
        g_assert_cmpint(object_property_get_uint(obj,
            "SYSREG_ID_AA64ISAR0_EL1_SHA1", &error_abort), ==, 1);
        g_assert_cmpint(object_property_get_uint(obj,
            "SYSREG_ID_AA64DFR0_EL1_PMUVer", &error_abort), ==,
            settled ? 0 : 15);
        g_assert_cmpint(object_property_get_uint(obj, "revidr",
                                                 &error_abort), ==, 5);
        g_assert_cmpint(object_property_get_uint(obj, "aidr",
                                                 &error_abort), ==, 0);
        g_assert_null(object_property_find(obj, "enforce"));
        g_assert_cmpint(settled || fake_cpu_start(cpu), ==, true);
    }
    fake_cpu_free(cpu);

    fake_qemu_start(FAKE_LINUX_6_12);
    no_pmu();
    cpu = fake_cpu_new("host", NULL);
    g_assert_false(object_property_get_bool(OBJECT(cpu), "pmu",
                                            &error_abort));
    g_assert_false(object_property_set_bool(OBJECT(cpu), "pmu", true, NULL));
    fake_cpu_free(cpu);
    cpu = fake_cpu_new("named", "pmu=off,enforce=off");
    g_assert_false(object_property_get_bool(OBJECT(cpu), "enforce",
                                            &error_abort));
    fake_cpu_free(cpu);
    g_assert_cmpstr(fake_said(), ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fake_cpu_register();

    for (int i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autofree char *path = g_strconcat("/kvm-idregs/", cases[i].name,
                                            NULL);

        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/kvm-idregs/second", test_second);
    g_test_add_func("/kvm-idregs/unreadable", test_unreadable);
    g_test_add_func("/kvm-idregs/init-failed", test_init_failed);
    g_test_add_func("/kvm-idregs/getters", test_getters);
    g_test_add_func("/kvm-idregs/too-late", test_too_late);
    return g_test_run();
}
