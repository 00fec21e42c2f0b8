/*
 * TB flags of what is seldom in use
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hflags-lazy.h"
#include "internals.h"
#include "ete.h"
#include "fpmr.h"

CPUARMTBFlags lazy_hflags_of(CPUARMState *env, CPUARMTBFlags flags)
{
    int el = arm_current_el(env);

    if (!is_a64(env)) {
        return flags;
    }
    if (env->lazy_hflags & LAZY_HFLAGS_FPMR) {
        DP_TBFLAG_A64(flags, FPMR_EN, fpmr_indirect_enabled(env, el));
    }
#ifndef CONFIG_USER_ONLY
    if (env->lazy_hflags & LAZY_HFLAGS_ETE) {
        flags = ete_tb_flags(env, el, flags);
    }
#endif
    return flags;
}

void lazy_hflags_rebuild(CPUARMState *env)
{
    env->hflags = lazy_hflags_of(env, env->hflags);
#ifndef CONFIG_USER_ONLY
    if (env->lazy_hflags & LAZY_HFLAGS_ETE) {
        ete_flags_rebuilt(env);
    }
#endif
}
