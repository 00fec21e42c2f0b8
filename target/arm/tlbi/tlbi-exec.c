/*
 * The TLBI instructions: from the decoded operand to QEMU's TLB
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * QEMU's TLB has neither ASID nor VMID nor level: it drops what does not fit
 * the current ones when they change.  So an instruction invalidates at least
 * what it has to, for all ASIDs and levels, in the TLBs of its regime.
 */

#include "qemu/osdep.h"
#include "qemu/log.h"
#include "exec/cputlb.h"
#include "cpu.h"
#include "internals.h"
#include "cpu-features.h"
#include "cpregs.h"
#include "target/arm/tlbi/tlbi.h"
#include "target/arm/tlbi/tlbi-id.h"
#include "target/arm/tlbi/tlbi-insn.h"
#include "trace.h"

typedef struct TLBITarget {
    const char *name;
    ARMMMUIdx idx;          /* one of its translation regime's */
    uint16_t idxmap;        /* the TLBs */
} TLBITarget;

#define E20_BITS        (ARMMMUIdxBit_E20_2 | ARMMMUIdxBit_E20_2_PAN | \
                         ARMMMUIdxBit_E20_0)
#define E10_BITS        (ARMMMUIdxBit_E10_1 | ARMMMUIdxBit_E10_1_PAN | \
                         ARMMMUIdxBit_E10_0)

static TLBITarget tlbi_target(CPUARMState *env, const TLBIInsn *insn)
{
    uint64_t hcr = arm_hcr_el2_eff(env);
    uint64_t host = HCR_E2H | HCR_TGE;

    switch (insn->kind) {
    case TLBI_KIND_ALL_E1:
    case TLBI_KIND_S12:
    case TLBI_KIND_WS2:
        return (TLBITarget) { "EL1&0 stage 1 and 2", ARMMMUIdx_E10_0,
                              alle1_tlbmask(env) };
    case TLBI_KIND_PA:
        return (TLBITarget) { "all", ARMMMUIdx_E3,
                              MAKE_64BIT_MASK(0, NB_MMU_MODES) };
    default:
        break;
    }
    if (insn->el == 3) {
        return (TLBITarget) { "EL3", ARMMMUIdx_E3, ARMMMUIdxBit_E3 };
    }
    if (insn->el == 2 && insn->kind == TLBI_KIND_ALL) {
        /* ALLE2 is for both of EL2's regimes, whatever E2H is now. */
        return (TLBITarget) { "EL2", ARMMMUIdx_E2,
                              E20_BITS | ARMMMUIdxBit_E2 };
    }
    if (insn->el == 2 && !(hcr & HCR_E2H)) {
        return (TLBITarget) { "EL2", ARMMMUIdx_E2, ARMMMUIdxBit_E2 };
    }
    if (insn->el == 2 || (hcr & host) == host) {
        return (TLBITarget) { "EL2&0", ARMMMUIdx_E20_0, E20_BITS };
    }
    return (TLBITarget) { "EL1&0", ARMMMUIdx_E10_0, E10_BITS };
}

/* The NS bit of an IPA says which of the two stage 2 translations it is. */
static TLBITarget tlbi_stage2(bool ns)
{
    return ns ? (TLBITarget) { "stage 2", ARMMMUIdx_Stage2,
                               ARMMMUIdxBit_Stage2 }
              : (TLBITarget) { "Secure stage 2", ARMMMUIdx_Stage2_S,
                               ARMMMUIdxBit_Stage2_S };
}

static TLBIRegime tlbi_regime(CPUARMState *env, const TLBIInsn *insn,
                              const TLBITarget *target, uint64_t operand)
{
    ARMCPU *cpu = env_archcpu(env);
    const ARMISARegisters *id = &cpu->isar;
    bool ipa = insn->kind == TLBI_KIND_IPA;
    TLBIRegime regime = {
        .ttl = FIELD_EX64(id->id_aa64mmfr2, ID_AA64MMFR2, TTL),
        .lpa2 = isar_feature_aa64_tgran4_lpa2(id) ||
                isar_feature_aa64_tgran16_lpa2(id),
        .two_ranges = regime_has_2_ranges(target->idx),
        .secure = ipa && cpu_isar_feature(aa64_sel2, cpu) &&
                  arm_is_secure_below_el3(env),
        /* R_JGGKN: VA[63:56] never count. */
        .tbi = { true, true },
    };

    if (!ipa && insn->el == 1 && target->idx == ARMMMUIdx_E10_0) {
        regime.aa32 = !arm_el_is_aa64(env, 1);
    }
    if (insn->form == TLBI_FORM_RIPA) {
        regime.ds = aa64_va_parameters(env, 0, ARMMMUIdx_Stage2, true,
                                       false).ds;
    } else if (insn->form == TLBI_FORM_RVA && !regime.aa32) {
        /* Bit 36 of BaseADDR is the half, and has its own granule. */
        regime.ds = aa64_va_parameters(env, sextract64(operand, 36, 1),
                                       target->idx, true, false).ds;
    }
    return regime;
}

/* The VMID that an instruction goes by; -1 when it has none */
static int tlbi_vmid(CPUARMState *env, const TLBIInsn *insn,
                     const TLBITarget *target)
{
    if (!arm_is_el2_enabled(env) || insn->kind == TLBI_KIND_ALL_E1 ||
        (target->idxmap & (E20_BITS | ARMMMUIdxBit_E2 | ARMMMUIdxBit_E3))) {
        return -1;
    }
    return extract64(env->cp15.vttbr_el2, 48,
                     env->cp15.vtcr_el2 & R_VTCR_VS_MASK ? 16 : 8);
}

static void tlbi_flush(CPUARMState *env, const TLBIInsn *insn,
                       const TLBITarget *target, const TLBIOperand *op)
{
    CPUState *cs = env_cpu(env);
    bool broadcast = insn->scope != TLBI_SCOPE_LOCAL ||
                     (arm_current_el(env) == 1 &&
                      (arm_hcr_el2_eff(env) & HCR_FB));

    if (!op->length) {
        if (broadcast) {
            tlb_flush_by_mmuidx_all_cpus_synced(cs, target->idxmap);
        } else {
            tlb_flush_by_mmuidx(cs, target->idxmap);
        }
    } else if (broadcast) {
        tlb_flush_range_by_mmuidx_all_cpus_synced(cs, op->base, op->length,
                                                  target->idxmap, op->bits);
    } else {
        tlb_flush_range_by_mmuidx(cs, op->base, op->length,
                                  target->idxmap, op->bits);
    }
}

static void tlbi_write(CPUARMState *env, const ARMCPRegInfo *ri,
                       uint64_t value)
{
    const TLBIInsn *insn = ri->opaque;
    int cpu = env_cpu(env)->cpu_index;
    TLBIOperand op = { .level = TLBI_LEVEL_ANY };
    TLBITarget target = tlbi_target(env, insn);

    if (insn->kind == TLBI_KIND_VA || insn->kind == TLBI_KIND_IPA ||
        insn->kind == TLBI_KIND_ASID) {
        TLBIRegime regime = tlbi_regime(env, insn, &target, value);

        op = tlbi_decode(insn->form, value, &regime);
        if (op.nothing) {
            qemu_log_mask(LOG_GUEST_ERROR, "%s: reserved granule in operand "
                          "0x%" PRIx64 "\n", ri->name, value);
            trace_tlbi_nothing(cpu, arm_current_el(env), ri->name, value);
            return;
        }
        if (insn->kind == TLBI_KIND_IPA) {
            target = tlbi_stage2(op.ns);
        }
    }
    if (trace_event_get_state_backends(TRACE_TLBI)) {
        trace_tlbi(cpu, arm_current_el(env), ri->name, value, target.name,
                   op.base, op.length,
                   op.has_asid && !insn->all_asids && insn->el < 3 ? op.asid
                                                                   : -1,
                   tlbi_vmid(env, insn, &target), op.level);
    }
    tlbi_flush(env, insn, &target, &op);
}

/*
 * FEAT_TLBIW: C5.5.83 to 85.  Undefined at EL1, or trapped by HCR_EL2.NV, as
 * all of EL2's are; no other control is about them.
 */
static const ARMCPRegInfo tlbiw_reginfo[] = {
    { .name = "TLBI_VMALLWS2E1IS", .state = ARM_CP_STATE_AA64,
      .opc0 = 1, .opc1 = 4, .crn = 8, .crm = 2, .opc2 = 2,
      .access = PL2_W,
      .type = ARM_CP_NO_RAW | ARM_CP_ADD_TLBI_NXS, .writefn = tlbi_write },
    { .name = "TLBI_VMALLWS2E1OS", .state = ARM_CP_STATE_AA64,
      .opc0 = 1, .opc1 = 4, .crn = 8, .crm = 5, .opc2 = 2,
      .access = PL2_W,
      .type = ARM_CP_NO_RAW | ARM_CP_ADD_TLBI_NXS, .writefn = tlbi_write },
    { .name = "TLBI_VMALLWS2E1", .state = ARM_CP_STATE_AA64,
      .opc0 = 1, .opc1 = 4, .crn = 8, .crm = 6, .opc2 = 2,
      .access = PL2_W,
      .type = ARM_CP_NO_RAW | ARM_CP_ADD_TLBI_NXS, .writefn = tlbi_write },
};

static void tlbi_take_over(gpointer key, gpointer value, gpointer opaque)
{
    /* What the encodings say, for all CPUs: op1, CRn, CRm, op2 */
    static TLBIInsn insns[8][2][8][8];
    ARMCPRegInfo *ri = value;
    TLBIInsn insn;

    if (ri->state != ARM_CP_STATE_AA64 || ri->opc0 != 1 ||
        !tlbi_insn_decode(ri->opc1, ri->crn, ri->crm, ri->opc2, &insn)) {
        return;
    }
    switch (ri->type & ARM_CP_SPECIAL_MASK) {
    case ARM_CP_NOP:
        /* Those by IPA for the Outer Shareable domain are no NOPs. */
        ri->type &= ~ARM_CP_SPECIAL_MASK;
        ri->type |= ARM_CP_NO_RAW;
        break;
    case 0:
        break;
    default:
        /* EL2's, without EL2 */
        return;
    }
    ri->opaque = &insns[ri->opc1][ri->crn == TLBI_CRN_NXS][ri->crm][ri->opc2];
    *(TLBIInsn *)ri->opaque = insn;
    ri->writefn = tlbi_write;
}

void define_tlbi_cpregs(ARMCPU *cpu)
{
    if (FIELD_EX64(cpu->isar.id_aa64isar3, ID_AA64ISAR3, TLBIW)) {
        define_arm_cp_regs(cpu, tlbiw_reginfo);
    }
    g_hash_table_foreach(cpu->cp_regs, tlbi_take_over, NULL);
}
