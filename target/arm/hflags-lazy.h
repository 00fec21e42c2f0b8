/*
 * TB flags of what is seldom in use
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The TB flags are made anew at each exception and its return.  Those of
 * features that most software never uses are made only where something does,
 * which is a bit of CPUARMState.lazy_hflags: otherwise all of them together
 * cost one test of that.
 */

#ifndef TARGET_ARM_HFLAGS_LAZY_H
#define TARGET_ARM_HFLAGS_LAZY_H

#include "cpu.h"

/* The trace unit may be enabled: TRCPRGCTLR.EN.  TB flags ETE, ETE_START */
#define LAZY_HFLAGS_ETE     1
/* An instruction that depends on FPMR was enabled here once.  FPMR_EN */
#define LAZY_HFLAGS_FPMR    2

/**
 * lazy_hflags_of: add the TB flags of what is in use
 * @env: CPU state; nothing of it changes
 * @flags: the other flags
 */
CPUARMTBFlags lazy_hflags_of(CPUARMState *env, CPUARMTBFlags flags);

/* lazy_hflags_rebuild: the slow part of lazy_hflags() */
void lazy_hflags_rebuild(CPUARMState *env);

/**
 * lazy_hflags: env->hflags were made anew; add those of what is in use
 * @env: CPU state, with the other flags
 */
static inline void lazy_hflags(CPUARMState *env)
{
    if (unlikely(env->lazy_hflags)) {
        lazy_hflags_rebuild(env);
    }
}

#endif
