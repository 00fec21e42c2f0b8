/*
 * The TLBI instructions: what their encoding says
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TLBI is an alias of SYS #op1, Cn, Cm, #op2 (C6.2, table "TLBI").  What the
 * operand in the register adds is in target/arm/tlbi-operand.h.
 */

#ifndef TARGET_ARM_TLBI_INSN_H
#define TARGET_ARM_TLBI_INSN_H

#include "target/arm/tlbi-operand.h"

/* CRn; FEAT_XS adds an nXS form to each instruction */
#define TLBI_CRN        8
#define TLBI_CRN_NXS    9

typedef enum TLBIKind {
    TLBI_KIND_ALL,      /* VMALLE1, ALLE2, ALLE3: stage 1 of the regime */
    TLBI_KIND_ALL_E1,   /* ALLE1: both stages, all VMIDs */
    TLBI_KIND_S12,      /* VMALLS12E1: both stages, this VMID */
    TLBI_KIND_WS2,      /* VMALLWS2E1: stage 2 write permission, this VMID */
    TLBI_KIND_ASID,     /* ASIDE1 */
    TLBI_KIND_VA,       /* by VA, one or a range */
    TLBI_KIND_IPA,      /* by IPA, one or a range: stage 2 alone */
    TLBI_KIND_PA,       /* PAALL, RPA, by physical address (FEAT_RME) */
} TLBIKind;

typedef enum TLBIScope {
    TLBI_SCOPE_LOCAL,   /* this PE, unless HCR_EL2.FB broadcasts it */
    TLBI_SCOPE_INNER,   /* IS */
    TLBI_SCOPE_OUTER,   /* OS */
} TLBIScope;

/**
 * TLBIInsn: an instruction
 * @kind: what it invalidates
 * @form: layout of its operand, for TLBI_KIND_ASID, _VA and _IPA
 * @el: of the regime: 1, 2 or 3.  That of 1 is the EL2&0 regime where E2H
 *      and TGE are 1, and that of 2 where E2H is.
 * @scope: which PEs
 * @all_asids: entries of any ASID (VAA)
 * @last_level: leaf entries are enough (VAL, IPAS2L)
 * @nxs: need not wait for accesses with the XS attribute
 */
typedef struct TLBIInsn {
    TLBIKind kind;
    TLBIForm form;
    unsigned el;
    TLBIScope scope;
    bool all_asids;
    bool last_level;
    bool nxs;
} TLBIInsn;

/**
 * tlbi_insn_decode: what an encoding stands for
 * @op1, @crn, @crm, @op2: fields of SYS
 * @insn: the result
 *
 * Returns: whether there is such an instruction, in any implementation.
 */
bool tlbi_insn_decode(unsigned op1, unsigned crn, unsigned crm, unsigned op2,
                      TLBIInsn *insn);

#endif
