/*
 * The TLBI instructions: decoder of their encoding (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/tlbi/tlbi-insn.h"

/* CRm; 0 and 4 are of stage 2, by IPA, and of FEAT_RME */
enum {
    CRM_IPA_IS, CRM_OS, CRM_RANGE_IS, CRM_IS,
    CRM_IPA, CRM_RANGE_OS, CRM_RANGE, CRM_LOCAL,
};

/* op2 of single addresses; those of ranges are the same */
enum {
    OP2_ALL, OP2_VA, OP2_ASID, OP2_VAA,
    OP2_ALL_E1, OP2_VAL, OP2_S12, OP2_VAAL,
};

static bool tlbi_decode_ipa(unsigned crm, unsigned op2, TLBIInsn *insn)
{
    bool range;

    insn->kind = TLBI_KIND_IPA;
    insn->el = 1;
    insn->last_level = op2 & 4;
    switch (op2 & 3) {
    case 0:
    case 3:
        /* The OS forms came later, and where there was room. */
        if (crm != CRM_IPA) {
            return false;
        }
        insn->scope = TLBI_SCOPE_OUTER;
        range = op2 & 1;
        break;
    default:
        insn->scope = crm == CRM_IPA ? TLBI_SCOPE_LOCAL : TLBI_SCOPE_INNER;
        range = op2 & 2;
        break;
    }
    insn->form = range ? TLBI_FORM_RIPA : TLBI_FORM_IPA;
    return true;
}

static bool tlbi_decode_va(unsigned op2, bool range, TLBIInsn *insn)
{
    insn->kind = TLBI_KIND_VA;
    insn->form = range ? TLBI_FORM_RVA : TLBI_FORM_VA;
    insn->all_asids = op2 & 2;
    insn->last_level = op2 & 4;
    /* Only regimes with ASIDs of EL1 have forms for all of them. */
    return !insn->all_asids || insn->el == 1;
}

static bool tlbi_decode_single(unsigned op2, TLBIInsn *insn)
{
    switch (op2) {
    case OP2_ALL:
        insn->kind = TLBI_KIND_ALL;
        return true;
    case OP2_ASID:
        insn->kind = TLBI_KIND_ASID;
        insn->form = TLBI_FORM_ASID;
        return insn->el == 1;
    case OP2_ALL_E1:
        insn->kind = insn->el == 3 ? TLBI_KIND_PA : TLBI_KIND_ALL_E1;
        /* PAALL and PAALLOS, but no PAALLIS */
        return insn->el == 2 ||
               (insn->el == 3 && insn->scope != TLBI_SCOPE_INNER &&
                !insn->nxs);
    case OP2_S12:
        insn->kind = TLBI_KIND_S12;
        return insn->el == 2;
    default:
        return tlbi_decode_va(op2, false, insn);
    }
}

static bool tlbi_decode_range_insn(unsigned op2, TLBIInsn *insn)
{
    if (op2 == OP2_ASID) {
        insn->kind = TLBI_KIND_WS2;
        return insn->el == 2;
    }
    return (op2 & 1) && tlbi_decode_va(op2, true, insn);
}

bool tlbi_insn_decode(unsigned op1, unsigned crn, unsigned crm, unsigned op2,
                      TLBIInsn *insn)
{
    bool ok;

    *insn = (TLBIInsn) { .nxs = crn == TLBI_CRN_NXS };
    if ((crn != TLBI_CRN && crn != TLBI_CRN_NXS) || crm > CRM_LOCAL) {
        return false;
    }
    switch (op1) {
    case 0:
        insn->el = 1;
        break;
    case 4:
        insn->el = 2;
        break;
    case 6:
        insn->el = 3;
        break;
    default:
        return false;
    }

    switch (crm) {
    case CRM_IPA_IS:
    case CRM_IPA:
        if (op1 == 6) {
            /* RPAOS and RPALOS */
            insn->kind = TLBI_KIND_PA;
            insn->scope = TLBI_SCOPE_OUTER;
            insn->last_level = op2 & 4;
            return crm == CRM_IPA && (op2 & 3) == 3 && !insn->nxs;
        }
        return op1 == 4 && tlbi_decode_ipa(crm, op2, insn);
    case CRM_OS:
    case CRM_RANGE_OS:
        insn->scope = TLBI_SCOPE_OUTER;
        break;
    case CRM_IS:
    case CRM_RANGE_IS:
        insn->scope = TLBI_SCOPE_INNER;
        break;
    default:
        insn->scope = TLBI_SCOPE_LOCAL;
        break;
    }
    ok = crm == CRM_OS || crm == CRM_IS || crm == CRM_LOCAL
         ? tlbi_decode_single(op2, insn) : tlbi_decode_range_insn(op2, insn);
    /* ALLE1, VMALLS12E1 and VMALLWS2E1 are EL2's, but about EL1. */
    if (insn->kind == TLBI_KIND_ALL_E1 || insn->kind == TLBI_KIND_S12 ||
        insn->kind == TLBI_KIND_WS2) {
        insn->el = 1;
    }
    return ok;
}
