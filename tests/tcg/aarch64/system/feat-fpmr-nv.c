/*
 * FEAT_FPMR and nested virtualization: a guest hypervisor at EL1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * FPMR has no place in the VNCR_EL2 page and is never redirected.  Its
 * enable bits are in registers that are: what the guest hypervisor writes
 * to HCRX_EL2 (with NV2) or SCTLR_EL1 (with NV1 and NV2) goes to memory and
 * must not change what the real bits enable.
 */

#include "armv9-fpmr.h"

#define SCTLR_EL12      "s3_5_c1_c0_0"
#define R_TRAP          0x6234d0e9      /* MRS X7, FPMR with EC 0x18 */
#define NV_HCRX         (0x0a0 / 8)     /* offsets in the VNCR page */
#define NV_SCTLR        (0x110 / 8)

EL_STUB(read_x7, "mrs x7, " FPMR)
EL_STUB(write_x9, "msr " FPMR ", x9")
EL_STUB(write_hcrx, "msr " HCRX_EL2 ", x9")
EL_STUB(read_hcrx, "mrs x7, " HCRX_EL2)
EL_STUB(write_sctlr1, "msr sctlr_el1, x9")
EL_STUB(write_sctlr12, "msr " SCTLR_EL12 ", x9")
EL_STUB(read_sctlr2, "mrs x7, sctlr_el2")
EL_STUB(write_sctlr2, "msr sctlr_el2, x9")

static uint64_t nv_page[512] __attribute__((aligned(4096)));

/* Everything open, a guest hypervisor at EL1. */
static void set_nv(struct el_regs *r, uint64_t hcr)
{
    fpmr_open(r);
    r->hcr_el2 |= hcr;
    r->vncr_el2 = (uintptr_t)nv_page;
}

static void test_nv_fpmr(void)
{
    static const struct {
        const char *name;
        uint64_t hcr;
    } nv[] = {
        { "NV", HCR_NV }, { "NV, NV1", HCR_NV | HCR_NV1 },
        { "NV, NV2", HCR_NV | HCR_NV2 },
        { "NV, NV1, NV2", HCR_NV | HCR_NV1 | HCR_NV2 },
    };
    struct el_result res;
    struct el_regs r;
    unsigned i;

    /* FPMR itself is not redirected, and its traps are the real ones. */
    for (i = 0; i < ARRAY_SIZE(nv); i++) {
        set_nv(&r, nv[i].hcr);
        el_args[9] = 0x1122330055ull + i;
        el_run(1, false, &r, write_x9, &res);
        tap_head(res.done);
        ml_printf("EL1 writes FPMR with %s\n", nv[i].name);
        el_run(1, false, &r, read_x7, &res);
        tap_head(res.done && res.x[7] == el_args[9]);
        ml_printf("EL1 reads it back with %s\n", nv[i].name);
        r.hcrx_el2 &= ~HCRX_ENFPM;
        el_run(1, false, &r, read_x7, &res);
        tap_head(el_match(&res, EL_TRAP(2, R_TRAP), read_x7));
        ml_printf("EL1 HCRX_EL2.EnFPM=0 traps it with %s\n", nv[i].name);
    }
}

/* HCRX_EL2 is memory with NV2 (D24.2.63); the real one keeps working. */
static void test_nv_hcrx(void)
{
    struct el_result res;
    struct el_regs r;

    set_nv(&r, HCR_NV | HCR_NV2);
    nv_page[NV_HCRX] = ~0ull;
    el_args[9] = 0;
    check("EL1 writes HCRX_EL2 with NV2", 1, &r, write_hcrx, EL_DONE);
    tap_equal("it went to memory", nv_page[NV_HCRX], 0);
    if (on) {
        check("EL1 FPMR still enabled: real EnFPM is 1", 1, &r, read_x7,
              EL_DONE);
        r.hcrx_el2 = 0;
        el_args[9] = HCRX_ENFPM;
        el_run(1, false, &r, write_hcrx, &res);
        tap_equal("EL1 sets EnFPM in memory", nv_page[NV_HCRX], HCRX_ENFPM);
        check("EL1 FPMR still trapped: real EnFPM is 0", 1, &r, read_x7,
              EL_TRAP(2, R_TRAP));
    }
    nv_page[NV_HCRX] = 0xa5a5a5a5a5a5a5a5;
    el_run(1, false, &r, read_hcrx, &res);
    tap_equal("EL1 reads HCRX_EL2 from memory", res.x[7], nv_page[NV_HCRX]);
    r.hcr_el2 &= ~HCR_NV2;
    check("EL1 HCRX_EL2 with NV only", 1, &r, read_hcrx,
          EL_TRAP(2, EL_ESR_SYSREG(3, 4, 1, 2, 2, 7, 1)));
}

/* SCTLR_EL1 is memory with NV, NV1, NV2 (D24.2.175). */
static void test_nv_sctlr(void)
{
    struct el_regs r;

    set_nv(&r, HCR_NV | HCR_NV1 | HCR_NV2);
    nv_page[NV_SCTLR] = ~0ull;
    el_args[9] = 0;
    check("EL1 writes SCTLR_EL1 with NV1, NV2", 1, &r, write_sctlr1, EL_DONE);
    tap_equal("it went to memory", nv_page[NV_SCTLR], 0);
    if (on) {
        check("EL0 FPMR still enabled: real EnFPM is 1", 0, &r, read_x7,
              EL_DONE);
    }
    /* and SCTLR_EL12 without NV1 */
    nv_page[NV_SCTLR] = 0;
    el_args[9] = SCTLR_ENFPM;
    set_nv(&r, HCR_NV | HCR_NV2);
    check("EL1 writes SCTLR_EL12 with NV2", 1, &r, write_sctlr12, EL_DONE);
    tap_equal("it went to memory", nv_page[NV_SCTLR], SCTLR_ENFPM);
    /* SCTLR_EL2 has no place in memory: it traps (D24.2.176) */
    check("EL1 reads SCTLR_EL2 with NV2", 1, &r, read_sctlr2,
          EL_TRAP(2, EL_ESR_SYSREG(3, 4, 1, 0, 0, 7, 1)));
    check("EL1 writes SCTLR_EL2 with NV2", 1, &r, write_sctlr2,
          EL_TRAP(2, EL_ESR_SYSREG(3, 4, 1, 0, 0, 9, 0)));
}

int main(void)
{
    el_setup();
    fpmr_detect();
    if (!el_has2 || !el_has_nv2()) {
        tap_skip("nested virtualization", "no FEAT_NV2");
        return tap_end();
    }
    if (on) {
        test_nv_fpmr();
    }
    if (el_has_hcx()) {
        test_nv_hcrx();
    }
    test_nv_sctlr();
    return tap_end();
}
