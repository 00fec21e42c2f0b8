/*
 * Fuzz tlbi_insn_decode() with what its results have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/tlbi/tlbi-insn.h"
#include "fuzz.h"

static void must(bool ok)
{
    if (!ok) {
        __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TLBIInsn insn, nxs;
    unsigned op1, crn, crm, op2;
    bool address;

    if (size < 4) {
        return 0;
    }
    /* More than the fields hold, too */
    op1 = data[0];
    crn = data[1] & 1 ? 8 : data[1];
    crm = data[2];
    op2 = data[3] & 7;
    if (!tlbi_insn_decode(op1, crn, crm, op2, &insn)) {
        return 0;
    }
    must((op1 == 0 || op1 == 4 || op1 == 6) && crm < 8 && (crn & ~1u) == 8);
    must(insn.el >= 1 && insn.el <= 3 && insn.nxs == (crn == 9));
    must(insn.kind <= TLBI_KIND_PA && insn.scope <= TLBI_SCOPE_OUTER);
    /* EL1 executes what is about EL1 alone, EL3's are EL3's. */
    must((op1 == 6) == (insn.el == 3));
    must(op1 != 0 || insn.el == 1);
    address = insn.kind == TLBI_KIND_VA || insn.kind == TLBI_KIND_IPA;
    must(!insn.all_asids || insn.kind == TLBI_KIND_VA);
    must(!insn.last_level || address || insn.kind == TLBI_KIND_PA);
    must((insn.form == TLBI_FORM_VA || insn.form == TLBI_FORM_RVA) ==
         (insn.kind == TLBI_KIND_VA));
    must((insn.form == TLBI_FORM_IPA || insn.form == TLBI_FORM_RIPA) ==
         (insn.kind == TLBI_KIND_IPA));
    /* FEAT_XS has the same instructions once more. */
    if (crn == 8 && insn.kind != TLBI_KIND_PA) {
        must(tlbi_insn_decode(op1, 9, crm, op2, &nxs) && nxs.nxs);
        must(nxs.kind == insn.kind && nxs.scope == insn.scope &&
             nxs.form == insn.form && nxs.el == insn.el);
    }
    return 0;
}
