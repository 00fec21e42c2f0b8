/*
 * Unit test of the decoder of TLBI encodings
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/tlbi/tlbi-insn.h"
#include "tap.h"

#include <string.h>

/* What a row sets of TLBIInsn */
enum { AA = 1, LAST = 2, NO_NXS = 4 };
enum { NSH = TLBI_SCOPE_LOCAL, IS = TLBI_SCOPE_INNER, OS = TLBI_SCOPE_OUTER };
enum { E, E1, S12, WS2, AS, VA, RVA, IPA, RIPA, PA };

static const struct {
    int kind, form;
} shapes[] = {
    [E] = { TLBI_KIND_ALL, 0 },
    [E1] = { TLBI_KIND_ALL_E1, 0 },
    [S12] = { TLBI_KIND_S12, 0 },
    [WS2] = { TLBI_KIND_WS2, 0 },
    [AS] = { TLBI_KIND_ASID, 0 },
    [VA] = { TLBI_KIND_VA, TLBI_FORM_VA },
    [RVA] = { TLBI_KIND_VA, TLBI_FORM_RVA },
    [IPA] = { TLBI_KIND_IPA, TLBI_FORM_IPA },
    [RIPA] = { TLBI_KIND_IPA, TLBI_FORM_RIPA },
    [PA] = { TLBI_KIND_PA, 0 },
};

/* The table of C6.2, "TLBI", in its order, and FEAT_RME's of C5.5 */
static const struct {
    const char *name;
    unsigned op1, crm, op2;
    int what;
    unsigned el;
    int scope;
    unsigned set;
} rows[] = {
    { "VMALLE1OS", 0, 1, 0, E, 1, OS, 0 },
    { "VAE1OS", 0, 1, 1, VA, 1, OS, 0 },
    { "ASIDE1OS", 0, 1, 2, AS, 1, OS, 0 },
    { "VAAE1OS", 0, 1, 3, VA, 1, OS, AA },
    { "VALE1OS", 0, 1, 5, VA, 1, OS, LAST },
    { "VAALE1OS", 0, 1, 7, VA, 1, OS, AA | LAST },
    { "RVAE1IS", 0, 2, 1, RVA, 1, IS, 0 },
    { "RVAAE1IS", 0, 2, 3, RVA, 1, IS, AA },
    { "RVALE1IS", 0, 2, 5, RVA, 1, IS, LAST },
    { "RVAALE1IS", 0, 2, 7, RVA, 1, IS, AA | LAST },
    { "VMALLE1IS", 0, 3, 0, E, 1, IS, 0 },
    { "VAE1IS", 0, 3, 1, VA, 1, IS, 0 },
    { "ASIDE1IS", 0, 3, 2, AS, 1, IS, 0 },
    { "VAAE1IS", 0, 3, 3, VA, 1, IS, AA },
    { "VALE1IS", 0, 3, 5, VA, 1, IS, LAST },
    { "VAALE1IS", 0, 3, 7, VA, 1, IS, AA | LAST },
    { "RVAE1OS", 0, 5, 1, RVA, 1, OS, 0 },
    { "RVAAE1OS", 0, 5, 3, RVA, 1, OS, AA },
    { "RVALE1OS", 0, 5, 5, RVA, 1, OS, LAST },
    { "RVAALE1OS", 0, 5, 7, RVA, 1, OS, AA | LAST },
    { "RVAE1", 0, 6, 1, RVA, 1, NSH, 0 },
    { "RVAAE1", 0, 6, 3, RVA, 1, NSH, AA },
    { "RVALE1", 0, 6, 5, RVA, 1, NSH, LAST },
    { "RVAALE1", 0, 6, 7, RVA, 1, NSH, AA | LAST },
    { "VMALLE1", 0, 7, 0, E, 1, NSH, 0 },
    { "VAE1", 0, 7, 1, VA, 1, NSH, 0 },
    { "ASIDE1", 0, 7, 2, AS, 1, NSH, 0 },
    { "VAAE1", 0, 7, 3, VA, 1, NSH, AA },
    { "VALE1", 0, 7, 5, VA, 1, NSH, LAST },
    { "VAALE1", 0, 7, 7, VA, 1, NSH, AA | LAST },
    { "IPAS2E1IS", 4, 0, 1, IPA, 1, IS, 0 },
    { "RIPAS2E1IS", 4, 0, 2, RIPA, 1, IS, 0 },
    { "IPAS2LE1IS", 4, 0, 5, IPA, 1, IS, LAST },
    { "RIPAS2LE1IS", 4, 0, 6, RIPA, 1, IS, LAST },
    { "ALLE2OS", 4, 1, 0, E, 2, OS, 0 },
    { "VAE2OS", 4, 1, 1, VA, 2, OS, 0 },
    { "ALLE1OS", 4, 1, 4, E1, 1, OS, 0 },
    { "VALE2OS", 4, 1, 5, VA, 2, OS, LAST },
    { "VMALLS12E1OS", 4, 1, 6, S12, 1, OS, 0 },
    { "RVAE2IS", 4, 2, 1, RVA, 2, IS, 0 },
    { "VMALLWS2E1IS", 4, 2, 2, WS2, 1, IS, 0 },
    { "RVALE2IS", 4, 2, 5, RVA, 2, IS, LAST },
    { "ALLE2IS", 4, 3, 0, E, 2, IS, 0 },
    { "VAE2IS", 4, 3, 1, VA, 2, IS, 0 },
    { "ALLE1IS", 4, 3, 4, E1, 1, IS, 0 },
    { "VALE2IS", 4, 3, 5, VA, 2, IS, LAST },
    { "VMALLS12E1IS", 4, 3, 6, S12, 1, IS, 0 },
    { "IPAS2E1OS", 4, 4, 0, IPA, 1, OS, 0 },
    { "IPAS2E1", 4, 4, 1, IPA, 1, NSH, 0 },
    { "RIPAS2E1", 4, 4, 2, RIPA, 1, NSH, 0 },
    { "RIPAS2E1OS", 4, 4, 3, RIPA, 1, OS, 0 },
    { "IPAS2LE1OS", 4, 4, 4, IPA, 1, OS, LAST },
    { "IPAS2LE1", 4, 4, 5, IPA, 1, NSH, LAST },
    { "RIPAS2LE1", 4, 4, 6, RIPA, 1, NSH, LAST },
    { "RIPAS2LE1OS", 4, 4, 7, RIPA, 1, OS, LAST },
    { "RVAE2OS", 4, 5, 1, RVA, 2, OS, 0 },
    { "VMALLWS2E1OS", 4, 5, 2, WS2, 1, OS, 0 },
    { "RVALE2OS", 4, 5, 5, RVA, 2, OS, LAST },
    { "RVAE2", 4, 6, 1, RVA, 2, NSH, 0 },
    { "VMALLWS2E1", 4, 6, 2, WS2, 1, NSH, 0 },
    { "RVALE2", 4, 6, 5, RVA, 2, NSH, LAST },
    { "ALLE2", 4, 7, 0, E, 2, NSH, 0 },
    { "VAE2", 4, 7, 1, VA, 2, NSH, 0 },
    { "ALLE1", 4, 7, 4, E1, 1, NSH, 0 },
    { "VALE2", 4, 7, 5, VA, 2, NSH, LAST },
    { "VMALLS12E1", 4, 7, 6, S12, 1, NSH, 0 },
    { "ALLE3OS", 6, 1, 0, E, 3, OS, 0 },
    { "VAE3OS", 6, 1, 1, VA, 3, OS, 0 },
    { "PAALLOS", 6, 1, 4, PA, 3, OS, NO_NXS },
    { "VALE3OS", 6, 1, 5, VA, 3, OS, LAST },
    { "RVAE3IS", 6, 2, 1, RVA, 3, IS, 0 },
    { "RVALE3IS", 6, 2, 5, RVA, 3, IS, LAST },
    { "ALLE3IS", 6, 3, 0, E, 3, IS, 0 },
    { "VAE3IS", 6, 3, 1, VA, 3, IS, 0 },
    { "VALE3IS", 6, 3, 5, VA, 3, IS, LAST },
    { "RPAOS", 6, 4, 3, PA, 3, OS, NO_NXS },
    { "RPALOS", 6, 4, 7, PA, 3, OS, NO_NXS | LAST },
    { "RVAE3OS", 6, 5, 1, RVA, 3, OS, 0 },
    { "RVALE3OS", 6, 5, 5, RVA, 3, OS, LAST },
    { "RVAE3", 6, 6, 1, RVA, 3, NSH, 0 },
    { "RVALE3", 6, 6, 5, RVA, 3, NSH, LAST },
    { "ALLE3", 6, 7, 0, E, 3, NSH, 0 },
    { "VAE3", 6, 7, 1, VA, 3, NSH, 0 },
    { "PAALL", 6, 7, 4, PA, 3, NSH, NO_NXS },
    { "VALE3", 6, 7, 5, VA, 3, NSH, LAST },
};

static TLBIInsn insn_of(unsigned i, bool nxs)
{
    return (TLBIInsn) {
        .kind = shapes[rows[i].what].kind, .form = shapes[rows[i].what].form,
        .el = rows[i].el, .scope = rows[i].scope,
        .all_asids = rows[i].set & AA, .last_level = rows[i].set & LAST,
        .nxs = nxs,
    };
}

static bool same(const TLBIInsn *a, const TLBIInsn *b)
{
    return a->kind == b->kind && a->form == b->form && a->el == b->el &&
           a->scope == b->scope && a->all_asids == b->all_asids &&
           a->last_level == b->last_level && a->nxs == b->nxs;
}

static int find(unsigned op1, unsigned crm, unsigned op2)
{
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].op1 == op1 && rows[i].crm == crm && rows[i].op2 == op2) {
            return i;
        }
    }
    return -1;
}

int main(void)
{
    unsigned op1, crn, crm, op2, wrong = 0, found = 0;
    TLBIInsn insn, want;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        want = insn_of(i, false);
        tap_ok(tlbi_insn_decode(rows[i].op1, 8, rows[i].crm, rows[i].op2,
                                &insn) && same(&insn, &want),
               "%s", rows[i].name);
    }
    /* All encodings: nothing else is an instruction, and the nXS forms */
    for (op1 = 0; op1 < 8; op1++) {
        for (crn = 0; crn < 16; crn++) {
            for (crm = 0; crm < 16; crm++) {
                for (op2 = 0; op2 < 8; op2++) {
                    int i = find(op1, crm, op2);
                    bool is = i >= 0 && (crn == 8 || (crn == 9 &&
                              !(rows[i].set & NO_NXS)));
                    bool got = tlbi_insn_decode(op1, crn, crm, op2, &insn);

                    if (is) {
                        want = insn_of(i, crn == 9);
                        found++;
                    }
                    wrong += got != is || (is && !same(&insn, &want));
                }
            }
        }
    }
    tap_ok(!wrong, "all encodings: %u wrong", wrong);
    tap_ok(found == 85 + 81, "%u instructions", found);
    return tap_done();
}
