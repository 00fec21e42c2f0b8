/*
 * FEAT_NV2: fine-grained traps are not for the EL12 names that are memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * With HCR_EL2.{NV2, NV1, NV} = {1, 0, 1}, the EL12 names of Table D8-66 are
 * memory for EL1, whatever HFGRTR_EL2 and HFGWTR_EL2 trap (D24.2.175 and the
 * like); they rule the EL1 names.
 */

#include <stdbool.h>

#define EL_MORE_REGS(R)                                                 \
    R(hfgrtr_el2, 2, has_fgt(), "s3_4_c1_c1_4", 0)                      \
    R(hfgwtr_el2, 2, has_fgt(), "s3_4_c1_c1_5", 0)

static bool has_fgt(void);

#include "armv9-el.h"

static bool has_fgt(void)
{
    return FIELD64(el_read("id_aa64mmfr0_el1"), 56, 4) != 0;
}

/* All bits that trap when they are 1, not those that trap when 0. */
#define HFG_ALL         (BIT64(49) - 1)

/* R(name, name for MSR, offset, EL1's name) */
#define EL12_REGS(R)                                                    \
    R(contextidr, "s3_5_c13_c0_1", 0x108, "contextidr_el1")             \
    R(sctlr, "s3_5_c1_c0_0", 0x110, "sctlr_el1")                        \
    R(tcr, "s3_5_c2_c0_2", 0x120, "tcr_el1")                            \
    R(afsr0, "s3_5_c5_c1_0", 0x128, "afsr0_el1")                        \
    R(esr, "s3_5_c5_c2_0", 0x138, "esr_el1")                            \
    R(mair, "s3_5_c10_c2_0", 0x140, "mair_el1")                         \
    R(ttbr0, "s3_5_c2_c0_0", 0x200, "ttbr0_el1")                        \
    R(far, "s3_5_c6_c0_0", 0x220, "far_el1")                            \
    R(vbar, "s3_5_c12_c0_0", 0x250, "vbar_el1")

#define R(name, msr, offset, el1)                                       \
    EL_STUB(read_##name, "mrs x7, " msr)                                \
    EL_STUB(write_##name, "msr " msr ", x9")                            \
    EL_STUB(el1_##name, "mrs x7, " el1)
EL12_REGS(R)
#undef R

static uint64_t nv_page[512] __attribute__((aligned(4096)));

static void test(const char *name, const char *read, const char *write,
                 const char *el1, unsigned offset)
{
    static uint64_t value = 0x1122334455667788;
    uint64_t *mem = &nv_page[offset / 8];
    struct el_regs r = el_open;
    struct el_result res;

    r.hcr_el2 |= HCR_NV | HCR_NV2;
    r.vncr_el2 = (uintptr_t)nv_page;
    r.hfgrtr_el2 = HFG_ALL;
    r.hfgwtr_el2 = HFG_ALL;
    *mem = ++value;
    el_run(1, false, &r, read, &res);
    tap_head(res.done && res.x[7] == *mem);
    ml_printf("EL1 reads %s_EL12 from memory\n", name);
    el_args[9] = ++value;
    el_run(1, false, &r, write, &res);
    tap_head(res.done && *mem == value);
    ml_printf("EL1 writes %s_EL12 to memory\n", name);
    el_run(1, false, &r, el1, &res);
    tap_head(!res.done && res.el == 2 && EL_EC(res.esr) == EL_EC_SYSREG);
    ml_printf("EL1 %s_EL1 is trapped\n", name);
}

int main(void)
{
    el_setup();
    if (!el_has2 || !el_has_nv2() || !has_fgt()) {
        tap_equal("FEAT_NV2 and FEAT_FGT as the run demands",
                  tap_arg("nv2-on"), false);
        return tap_end();
    }
#define R(name, msr, offset, el1)                                       \
    test(#name, read_##name, write_##name, el1_##name, offset);
    EL12_REGS(R)
#undef R
    return tap_end();
}
