/*
 * ID registers of Arm CPUs under KVM: from what was asked for to values
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "system/kvm.h"
#include "cpu.h"
#include "cpu-features.h"
#include "kvm_arm.h"
#include "arm-idregs.h"

static bool is_aa32_view(unsigned index)
{
    const IDReg *reg = &idregs[index];

    return reg->op1 == 0 && reg->crm >= 1 && reg->crm <= 3;
}

/* The ID registers proper, with the fields that are features */
static bool is_feature_reg(unsigned index)
{
    const IDReg *reg = &idregs[index];

    return reg->op1 == 0 && reg->crm >= 1 && index != IDREG_ID_AFR0_EL1 &&
           index != IDREG_ID_AA64AFR0_EL1 && index != IDREG_ID_AA64AFR1_EL1;
}

static bool has_pauth(const uint64_t *value)
{
    ARMISARegisters isar = {
        .id_aa64isar1 = value[IDREG_ID_AA64ISAR1_EL1],
        .id_aa64isar2 = value[IDREG_ID_AA64ISAR2_EL1],
    };

    return isar_feature_aa64_pauth(&isar);
}

static void hide_sve(uint64_t *value)
{
    uint64_t *pfr0 = &value[IDREG_ID_AA64PFR0_EL1];

    *pfr0 = FIELD_DP64(*pfr0, ID_AA64PFR0, SVE, 0);
    value[IDREG_ID_AA64ZFR0_EL1] = 0;
}

static void hide_pauth(uint64_t *value)
{
    uint64_t *isar1 = &value[IDREG_ID_AA64ISAR1_EL1];
    uint64_t *isar2 = &value[IDREG_ID_AA64ISAR2_EL1];

    *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, APA, 0);
    *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, API, 0);
    *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, GPA, 0);
    *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, GPI, 0);
    *isar2 = FIELD_DP64(*isar2, ID_AA64ISAR2, APA3, 0);
    *isar2 = FIELD_DP64(*isar2, ID_AA64ISAR2, GPA3, 0);
}

static void hide_pmu(uint64_t *value)
{
    uint64_t *dfr0 = &value[IDREG_ID_AA64DFR0_EL1];
    uint64_t *aa32 = &value[IDREG_ID_DFR0_EL1];

    *dfr0 = FIELD_DP64(*dfr0, ID_AA64DFR0, PMUVER, 0);
    *aa32 = FIELD_DP64(*aa32, ID_DFR0, PERFMON, 0);
}

typedef struct FieldName {
    unsigned index;
    const char *field;
} FieldName;

static uint64_t bits_of(const FieldName *name)
{
    return idreg_field_mask(idreg_find_field(&idregs[name->index],
                                             name->field));
}

/* ID_AA64PFR1_EL1.MTE_frac and those of ID_AA64PFR2_EL1 are about MTE, too. */
static void hide_mte(uint64_t *value)
{
    static const FieldName mte[] = {
        { IDREG_ID_AA64PFR1_EL1, "MTE" },
        { IDREG_ID_AA64PFR1_EL1, "MTE_frac" },
        { IDREG_ID_AA64PFR1_EL1, "MTEX" },
        { IDREG_ID_AA64PFR2_EL1, "MTEPERM" },
        { IDREG_ID_AA64PFR2_EL1, "MTESTOREONLY" },
        { IDREG_ID_AA64PFR2_EL1, "MTEFAR" },
    };

    for (int i = 0; i < ARRAY_SIZE(mte); i++) {
        value[mte[i].index] &= ~bits_of(&mte[i]);
    }
}

/*
 * What a named model does not decide: the host's is taken for these.  The
 * board has the GIC.  The others no guest of Linux gets on any host: what TCG
 * does not show either (see arm_cpu_realizefn()), AArch32 views that Linux does
 * not know, NV without EL2, and CCIDX, as KVM has a CCSIDR_EL1 of its own.
 */
static const FieldName not_the_models[] = {
    { IDREG_ID_PFR0_EL1, "RAS" },
    { IDREG_ID_PFR0_EL1, "AMU" },
    { IDREG_ID_PFR1_EL1, "GIC" },
    { IDREG_ID_DFR0_EL1, "TraceFilt" },
    { IDREG_ID_DFR0_EL1, "MMapTrc" },
    { IDREG_ID_DFR0_EL1, "CopTrc" },
    { IDREG_ID_ISAR5_EL1, "VCMA" },
    { IDREG_ID_MMFR4_EL1, "CCIDX" },
    { IDREG_ID_AA64PFR0_EL1, "AMU" },
    { IDREG_ID_AA64PFR0_EL1, "MPAM" },
    { IDREG_ID_AA64PFR0_EL1, "GIC" },
    { IDREG_ID_AA64PFR1_EL1, "MPAM_frac" },
    { IDREG_ID_AA64DFR0_EL1, "BRBE" },
    { IDREG_ID_AA64DFR0_EL1, "TraceBuffer" },
    { IDREG_ID_AA64DFR0_EL1, "TraceFilt" },
    { IDREG_ID_AA64DFR0_EL1, "PMSVer" },
    { IDREG_ID_AA64DFR0_EL1, "TraceVer" },
    { IDREG_ID_AA64MMFR2_EL1, "NV" },
    { IDREG_ID_AA64MMFR2_EL1, "CCIDX" },
};

/*
 * What only software at EL2 uses, or stage 2, which is EL2's: registers,
 * controls and traps of EL2.  A guest has no EL2, so nothing that runs in it
 * depends on them: a value that the host cannot show is no reason to refuse a
 * model.
 */
static const FieldName only_at_el2[] = {
    { IDREG_ID_MMFR4_EL1, "EVT" },
    { IDREG_ID_MMFR4_EL1, "XNX" },
    { IDREG_ID_DFR1_EL1, "HPMN0" },
    { IDREG_ID_AA64PFR0_EL1, "SEL2" },
    { IDREG_ID_AA64DFR0_EL1, "HPMN0" },
    { IDREG_ID_AA64MMFR0_EL1, "FGT" },
    { IDREG_ID_AA64MMFR0_EL1, "TGran4_2" },
    { IDREG_ID_AA64MMFR0_EL1, "TGran64_2" },
    { IDREG_ID_AA64MMFR0_EL1, "TGran16_2" },
    { IDREG_ID_AA64MMFR1_EL1, "HCX" },
    { IDREG_ID_AA64MMFR1_EL1, "XNX" },
    { IDREG_ID_AA64MMFR1_EL1, "VH" },
    { IDREG_ID_AA64MMFR1_EL1, "VMIDBits" },
    { IDREG_ID_AA64MMFR2_EL1, "EVT" },
    { IDREG_ID_AA64MMFR2_EL1, "FWB" },
    { IDREG_ID_AA64MMFR3_EL1, "D128_2" },
    { IDREG_ID_AA64MMFR3_EL1, "S2POE" },
    { IDREG_ID_AA64MMFR3_EL1, "S2PIE" },
    { IDREG_ID_AA64MMFR4_EL1, "E2H0" },
    { IDREG_ID_AA64MMFR4_EL1, "NV_frac" },
};

uint64_t kvm_arm_only_at_el2(unsigned index)
{
    uint64_t bits = 0;

    for (int i = 0; i < ARRAY_SIZE(only_at_el2); i++) {
        if (only_at_el2[i].index == index) {
            bits |= bits_of(&only_at_el2[i]);
        }
    }
    return bits;
}

/* EL2 and EL3, which no vCPU of ours has */
static const FieldName not_in_a_guest[] = {
    { IDREG_ID_PFR1_EL1, "Virtualization" },
    { IDREG_ID_PFR1_EL1, "Security" },
    { IDREG_ID_DFR0_EL1, "CopSDbg" },
    { IDREG_ID_AA64PFR0_EL1, "EL3" },
    { IDREG_ID_AA64PFR0_EL1, "EL2" },
};

/*
 * The algorithm of pointer authentication is the host's, as it is QEMU's for
 * TCG; what software can do with it, the value, is the model's.
 */
static void use_host_algorithm(const uint64_t *host, uint64_t *model)
{
    ARMISARegisters isar = {
        .id_aa64isar1 = model[IDREG_ID_AA64ISAR1_EL1],
        .id_aa64isar2 = model[IDREG_ID_AA64ISAR2_EL1],
    };
    ARMPauthFeature features = isar_feature_pauth_feature(&isar);
    uint64_t *isar1 = &model[IDREG_ID_AA64ISAR1_EL1];
    uint64_t *isar2 = &model[IDREG_ID_AA64ISAR2_EL1];
    uint64_t h1 = host[IDREG_ID_AA64ISAR1_EL1];
    uint64_t h2 = host[IDREG_ID_AA64ISAR2_EL1];

    if (!features || !has_pauth(host)) {
        return;
    }
    hide_pauth(model);
    if (FIELD_EX64(h1, ID_AA64ISAR1, APA)) {
        *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, APA, features);
    } else if (FIELD_EX64(h1, ID_AA64ISAR1, API)) {
        *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, API, features);
    } else {
        *isar2 = FIELD_DP64(*isar2, ID_AA64ISAR2, APA3, features);
    }
    *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, GPA,
                        FIELD_EX64(h1, ID_AA64ISAR1, GPA));
    *isar1 = FIELD_DP64(*isar1, ID_AA64ISAR1, GPI,
                        FIELD_EX64(h1, ID_AA64ISAR1, GPI));
    *isar2 = FIELD_DP64(*isar2, ID_AA64ISAR2, GPA3,
                        FIELD_EX64(h2, ID_AA64ISAR2, GPA3));
}

/* The model's where the host can show it, so that hosts show the same */
static void use_host_el2(const KVMArmHostIDRegs *host, uint64_t *model,
                         uint64_t *wanted)
{
    for (int i = 0; i < ARRAY_SIZE(only_at_el2); i++) {
        unsigned index = only_at_el2[i].index;
        const IDRegField *f = idreg_find_field(&idregs[index],
                                               only_at_el2[i].field);
        uint64_t bits = idreg_field_mask(f);
        uint64_t limit = extract64(host->value[index], f->lsb, f->width);

        if ((bits & ~host->writable[index]) ||
            !idreg_field_allows(f, limit, extract64(model[index], f->lsb,
                                                    f->width))) {
            model[index] = deposit64(model[index], f->lsb, f->width, limit);
            wanted[index] &= ~bits;
        }
    }
}

/* All fields that QEMU's model of a CPU has */
static uint64_t model_fields(unsigned index)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < idregs[index].count; i++) {
        const IDRegField *f = &idregs[index].fields[i];

        bits |= f->safe != IDREG_RESERVED ? idreg_field_mask(f) : 0;
    }
    return arm_cpu_model_has_idreg(index) ? bits : 0;
}

/* What a named model would be, and which bits of it are what it decides */
static void request_model(ARMCPU *cpu, uint64_t *request, uint64_t *wanted)
{
    const KVMArmHostIDRegs *host = kvm_arm_host_idregs();
    uint64_t *pfr0 = &request[IDREG_ID_AA64PFR0_EL1];
    bool aa32;

    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        if (is_feature_reg(i)) {
            request[i] = arm_cpu_model_idreg(cpu, i);
            wanted[i] = model_fields(i);
        }
    }
    for (int i = 0; i < ARRAY_SIZE(not_the_models); i++) {
        unsigned index = not_the_models[i].index;
        uint64_t bits = bits_of(&not_the_models[i]);

        request[index] = (request[index] & ~bits) |
                         (host->value[index] & bits);
        wanted[index] &= ~bits;
    }
    use_host_el2(host, request, wanted);
    for (int i = 0; i < ARRAY_SIZE(not_in_a_guest); i++) {
        request[not_in_a_guest[i].index] &= ~bits_of(&not_in_a_guest[i]);
    }
    /* CSV2 2 is SCXTNUM_ELx, which Linux gives to no guest. */
    *pfr0 = FIELD_DP64(*pfr0, ID_AA64PFR0, CSV2,
                       MIN(FIELD_EX64(*pfr0, ID_AA64PFR0, CSV2), 1));
    /* Without AArch32 at EL0 they are UNKNOWN, and nobody looks. */
    aa32 = FIELD_EX64(host->value[IDREG_ID_AA64PFR0_EL1], ID_AA64PFR0,
                      EL0) == 2 &&
           FIELD_EX64(request[IDREG_ID_AA64PFR0_EL1], ID_AA64PFR0, EL0) == 2;
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        if (is_aa32_view(i) && !aa32) {
            request[i] = host->value[i];
            wanted[i] = 0;
        }
    }
    use_host_algorithm(host->value, request);
    if (!FIELD_EX64(request[IDREG_ID_AA64PFR0_EL1], ID_AA64PFR0, SVE)) {
        hide_sve(request);
    }
    if (!cpu->has_pmu) {
        hide_pmu(request);
    }
    if (!cpu->prop_pauth) {
        hide_pauth(request);
    }
    if (!cpu->kvm_mte) {
        hide_mte(request);
    }
    /* An identity that the kernel cannot give is the host's, unless asked. */
    if (host->identity) {
        request[IDREG_REVIDR_EL1] = cpu->revidr;
    }
}

static bool request_midr(ARMCPU *cpu, Error **errp)
{
    ARMCPUIDReg *midr = &cpu->idregs->reg[IDREG_MIDR_EL1];
    uint64_t asked = cpu->idregs->asked[IDREG_MIDR_EL1];
    bool named = cpu->midr != cpu->idregs->midr;

    if (named && asked &&
        ((cpu->midr ^ cpu->idregs->asked_value[IDREG_MIDR_EL1]) & asked)) {
        error_setg(errp, "midr=0x%" PRIx64 " and SYSREG_MIDR_EL1_... "
                   "contradict each other", cpu->midr);
        return false;
    }
    if (named || (cpu->idregs->model && kvm_arm_host_idregs()->identity)) {
        midr->requested = (midr->requested & asked) | (cpu->midr & ~asked);
        midr->named |= named ? UINT64_MAX : 0;
    }
    return true;
}

static bool check_identity(ARMCPU *cpu, Error **errp)
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
        const ARMCPUIDReg *r = &cpu->idregs->reg[identity[i].index];

        if (r->named && r->requested != r->host &&
            !kvm_arm_host_idregs()->identity) {
            error_setg(errp, "%s: requested 0x%" PRIx64 ", fixed at 0x%"
                       PRIx64 " by the host kernel, which has no "
                       "KVM_CAP_ARM_WRITABLE_IMP_ID_REGS",
                       idregs[identity[i].index].name, r->requested, r->host);
            error_append_hint(errp, "Linux 6.15 and later have it.  Leave out "
                              "%s=.\n", identity[i].property);
            return false;
        }
    }
    return true;
}

/* Fields that need others; the kernel does not look at this. */
static bool check_together(ARMCPU *cpu, Error **errp)
{
    ARMCPUIDReg *reg = cpu->idregs->reg;
    ARMCPUIDReg *fpfr0 = &reg[IDREG_ID_AA64FPFR0_EL1];
    const ARMCPUIDReg *pfr0 = &reg[IDREG_ID_AA64PFR0_EL1];
    const ARMCPUIDReg *dfr0 = &reg[IDREG_ID_AA64DFR0_EL1];
    static const struct {
        unsigned index;
        const char *field, *property;
    } fp8_needs[] = {
        { IDREG_ID_AA64PFR2_EL1, "FPMR", "fpmr" },
        { IDREG_ID_AA64ISAR3_EL1, "FAMINMAX", "faminmax" },
        { IDREG_ID_AA64ISAR2_EL1, "LUT", "lut" },
    };

    for (int i = 0; i < ARRAY_SIZE(fp8_needs); i++) {
        const ARMCPUIDReg *r = &reg[fp8_needs[i].index];
        const IDRegField *f = idreg_find_field(&idregs[fp8_needs[i].index],
                                               fp8_needs[i].field);

        if (!fpfr0->value ||
            !extract64(r->host & ~r->value, f->lsb, f->width)) {
            continue;
        }
        if (fpfr0->value & fpfr0->named) {
            error_setg(errp, "ID_AA64FPFR0_EL1: 0x%" PRIx64 " needs %s.%s",
                       fpfr0->value, idregs[fp8_needs[i].index].name,
                       f->name);
            error_append_hint(errp, "Use fp8=off, or %s=on.\n",
                              fp8_needs[i].property);
            return false;
        }
        fpfr0->requested = 0;
        fpfr0->value &= ~fpfr0->writable;
    }
    /* What the host itself has is not for us to judge. */
    if (pfr0->value != pfr0->host &&
        FIELD_EX64(pfr0->value, ID_AA64PFR0, FP) !=
        FIELD_EX64(pfr0->value, ID_AA64PFR0, ADVSIMD)) {
        error_setg(errp, "ID_AA64PFR0_EL1.FP and .AdvSIMD must be the same");
        return false;
    }
    if (dfr0->value != dfr0->host &&
        FIELD_EX64(dfr0->value, ID_AA64DFR0, CTX_CMPS) >
        FIELD_EX64(dfr0->value, ID_AA64DFR0, BRPS)) {
        error_setg(errp, "ID_AA64DFR0_EL1.CTX_CMPs must not be above .BRPs");
        return false;
    }
    return true;
}

static bool named_as(const ARMCPUIDReg *reg, const IDReg *row,
                     const char *field, uint64_t value)
{
    const IDRegField *f = idreg_find_field(row, field);

    return (reg->named & idreg_field_mask(f)) &&
           extract64(reg->requested, f->lsb, f->width) == value;
}

/*
 * SVE, pointer authentication and the PMU are features of the vCPU: a field
 * that is to be 0 turns them off, and then others are 0, too.
 */
static void settle_features(ARMCPU *cpu, uint64_t *limit)
{
    const KVMArmHostIDRegs *host = kvm_arm_host_idregs();
    const ARMCPUIDReg *reg = cpu->idregs->reg;
    ARMISARegisters asked = {
        .id_aa64isar1 = reg[IDREG_ID_AA64ISAR1_EL1].requested,
        .id_aa64isar2 = reg[IDREG_ID_AA64ISAR2_EL1].requested,
    };
    bool aa64 = arm_feature(&cpu->env, ARM_FEATURE_AARCH64);

    memcpy(limit, host->value, sizeof(host->value));
    if (!aa64 || !cpu_isar_feature(aa64_sve, cpu) ||
        !kvm_arm_sve_supported() ||
        named_as(&reg[IDREG_ID_AA64PFR0_EL1], &idregs[IDREG_ID_AA64PFR0_EL1],
                 "SVE", 0)) {
        cpu->isar.id_aa64pfr0 = FIELD_DP64(cpu->isar.id_aa64pfr0,
                                           ID_AA64PFR0, SVE, 0);
        hide_sve(limit);
    }
    if (!aa64 || !cpu->prop_pauth || !has_pauth(host->value) ||
        !isar_feature_aa64_pauth(&asked)) {
        /* With a host that has none, upstream has the error for pauth=on. */
        if (!aa64 || has_pauth(host->value) || cpu->idregs->model) {
            cpu->prop_pauth = false;
        }
        hide_pauth(limit);
    }
    if (!cpu->has_pmu || !kvm_arm_pmu_supported() ||
        named_as(&reg[IDREG_ID_AA64DFR0_EL1], &idregs[IDREG_ID_AA64DFR0_EL1],
                 "PMUVer", 0) ||
        named_as(&reg[IDREG_ID_AA64DFR0_EL1], &idregs[IDREG_ID_AA64DFR0_EL1],
                 "PMUVer", 0xf)) {
        cpu->has_pmu = false;
        hide_pmu(limit);
    }
    if (!cpu->kvm_mte) {
        hide_mte(limit);
    }
}

/* All misfits as one error: a phrase with the first, and a line for each */
static void refuse(ARMCPU *cpu, GPtrArray *texts, Error **errp)
{
    error_setg(errp, "%s%s", (char *)texts->pdata[0],
               texts->len == 1 ? "" : ", and others");
    if (texts->len > 1) {
        error_append_hint(errp, "These %u fields of ID registers cannot be as "
                          "requested:\n", texts->len);
        for (unsigned i = 0; i < texts->len; i++) {
            error_append_hint(errp, "    %s\n", (char *)texts->pdata[i]);
        }
    }
    if (!kvm_arm_host_idregs()->masks) {
        error_append_hint(errp, "The host kernel does not say what can be "
                          "written (Linux 6.7 and later do).\n");
    }
    if (cpu->idregs->model && !cpu->idregs->clamp) {
        error_append_hint(errp, "With enforce=off the CPU is made as near to "
                          "its model as this host can; properties that are "
                          "given by name stay enforced.\n");
    }
}

static bool resolve(ARMCPU *cpu, Error **errp)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    ARMCPUIDRegs *ids = cpu->idregs;

    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        ARMCPUIDReg *r = &ids->reg[i];
        uint64_t enforce = ids->clamp ? r->named : IDREG_ENFORCE;
        IDRegResult res;

        idreg_resolve(&idregs[i], r->host, r->requested, r->writable, enforce,
                      &res);
        r->value = res.value;
        for (size_t k = 0; k < res.count; k++) {
            if (idreg_field_mask(res.misfits[k].field) & enforce) {
                char text[IDREG_TEXT_MAX];

                idreg_misfit_text(&res.misfits[k], text, sizeof(text));
                g_ptr_array_add(texts, g_strdup(text));
            }
        }
    }
    if (texts->len) {
        refuse(cpu, texts, errp);
        return false;
    }
    return true;
}

/* What KVM does not give to a guest that is in AArch32 state at EL1 */
static bool check_aa32(ARMCPU *cpu, Error **errp)
{
    static const char *const features[] = { "sve", "pauth" };

    for (int i = 0; i < ARRAY_SIZE(features); i++) {
        if (kvm_arm_idreg_feature_asked(cpu, features[i]) ==
            ON_OFF_AUTO_ON) {
            error_setg(errp, "%s=on is not possible with aarch64=off",
                       features[i]);
            error_append_hint(errp, "KVM gives a guest in AArch32 state "
                              "neither SVE nor pointer authentication.\n");
            return false;
        }
    }
    return true;
}

bool kvm_arm_idregs_finalize(ARMCPU *cpu, Error **errp)
{
    const KVMArmHostIDRegs *host = kvm_arm_host_idregs();
    ARMCPUIDRegs *ids = cpu->idregs;
    uint64_t request[IDREGS_COUNT], limit[IDREGS_COUNT];
    uint64_t wanted[IDREGS_COUNT] = { 0 };

    if (!kvm_enabled() || !ids || ids->settled) {
        return true;
    }
    if (!kvm_arm_check_cntfrq(cpu, errp)) {
        return false;
    }
    if (!arm_feature(&cpu->env, ARM_FEATURE_AARCH64) &&
        !check_aa32(cpu, errp)) {
        return false;
    }

    memcpy(request, host->value, sizeof(request));
    if (ids->model) {
        request_model(cpu, request, wanted);
    }
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        ids->reg[i].requested = request[i];
    }
    if (!kvm_arm_apply_idreg_properties(cpu, errp) ||
        !request_midr(cpu, errp)) {
        return false;
    }

    settle_features(cpu, limit);
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        ARMCPUIDReg *r = &ids->reg[i];

        r->host = limit[i];
        r->wanted = wanted[i] | r->named;
        if (!ids->model) {
            /* What was not asked for goes with the features. */
            r->requested = (limit[i] & ~r->named) | (r->requested & r->named);
        }
    }
    if (!check_identity(cpu, errp) || !resolve(cpu, errp) ||
        !check_together(cpu, errp)) {
        return false;
    }

    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        const ARMCPUIDReg *r = &ids->reg[i];

        if (ids->model || r->value != r->host ||
            (!arm_feature(&cpu->env, ARM_FEATURE_AARCH64) &&
             r->host != host->value[i])) {
            arm_cpu_set_model_idreg(cpu, i, r->value);
        }
    }
    ids->settled = true;
    return true;
}

/* The vCPU target and the registers of the host, for a model of ours */
static bool probe_for_model(ARMCPU *cpu)
{
    ARMISARegisters isar = cpu->isar;
    uint64_t features = cpu->env.features;
    const char *compatible = cpu->dtb_compatible;
    uint32_t target = cpu->kvm_target;

    kvm_arm_set_cpu_features_from_host(cpu);
    cpu->isar = isar;
    cpu->env.features = features;
    cpu->dtb_compatible = compatible;
    /* The model of the very core that this host has: there is no need. */
    return !cpu->host_cpu_probe_failed && cpu->kvm_target != target;
}

void kvm_arm_idregs_init(ARMCPU *cpu)
{
    const char *type = object_get_typename(OBJECT(cpu));
    bool own = !strcmp(type, ARM_CPU_TYPE_NAME("host")) ||
               !strcmp(type, ARM_CPU_TYPE_NAME("max"));
    const KVMArmHostIDRegs *host = kvm_arm_host_idregs();
    ARMCPUIDRegs *ids;
    bool model = false;

    if (!arm_feature(&cpu->env, ARM_FEATURE_AARCH64)) {
        return;
    }
    if (!own) {
        model = probe_for_model(cpu);
    }
    if (cpu->host_cpu_probe_failed) {
        return;
    }

    ids = g_new0(ARMCPUIDRegs, 1);
    ids->model = model;
    ids->midr = cpu->midr;
    for (unsigned i = 0; i < IDREGS_COUNT; i++) {
        ids->reg[i] = (ARMCPUIDReg) {
            .present = host->present[i],
            .host = host->value[i],
            .writable = host->writable[i],
            .requested = host->value[i],
            .value = model && arm_cpu_model_has_idreg(i)
                     ? arm_cpu_model_idreg(cpu, i) : host->value[i],
        };
    }
    cpu->idregs = ids;
    kvm_arm_add_idreg_properties(cpu);
}
