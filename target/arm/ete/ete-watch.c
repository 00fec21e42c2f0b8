/*
 * The trace unit: writes of registers that are upstream's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Their rows are changed when the CPU is realized, and only where there is a
 * trace unit.
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "cpregs.h"
#include "ete-unit.h"

static ARMCPRegInfo *ete_find_register(ARMCPU *cpu, int op1, int crn, int crm,
                                       int op2)
{
    uint32_t key = ENCODE_AA64_CP_REG(CP_REG_ARM64_SYSREG_CP, crn, crm, 3, op1,
                                      op2);

    return g_hash_table_lookup(cpu->cp_regs, (gpointer)(uintptr_t)key);
}

static void ete_contextidr_el2_write(CPUARMState *env, const ARMCPRegInfo *ri,
                                     uint64_t value)
{
    raw_write(env, ri, value);
    ete_context_changed(env);
}

/*
 * What decides whose the trace buffer is, and through which regime.  Software
 * must execute TSB CSYNC before (D6.11); if it does not, R_PFJJZ lets a late
 * write use the old values or the new, and these are the ones it was meant for.
 */
static void ete_owner_write(CPUARMState *env, const ARMCPRegInfo *ri,
                            uint64_t value)
{
    if (ete_maybe(env)) {
        ete_sync(env);
    }
    ri->orig_writefn(env, ri, value);
}

void ete_watch_registers(ARMCPU *cpu)
{
    ARMCPRegInfo *owner[] = {
        ete_find_register(cpu, 4, 1, 1, 0),     /* HCR_EL2 */
        ete_find_register(cpu, 4, 1, 1, 1),     /* MDCR_EL2 */
        ete_find_register(cpu, 6, 1, 1, 0),     /* SCR_EL3 */
        ete_find_register(cpu, 6, 1, 3, 1),     /* MDCR_EL3 */
    };
    ARMCPRegInfo *ri = ete_find_register(cpu, 4, 13, 0, 1);

    /* Upstream's CONTEXTIDR_EL2 is stored by translated code; ours tells. */
    if (ri) {
        ri->writefn = ete_contextidr_el2_write;
        ri->raw_writefn = raw_write;
    }
    for (int i = 0; i < ARRAY_SIZE(owner); i++) {
        ri = owner[i];
        /* Without EL2 or EL3 it is not there, or is constant. */
        if (ri && ri->writefn) {
            ri->raw_writefn = ri->raw_writefn ?: ri->writefn;
            ri->orig_writefn = ri->writefn;
            ri->writefn = ete_owner_write;
        }
    }
}
