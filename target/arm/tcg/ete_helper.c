/*
 * What translated code calls of the trace unit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The PC of CPUARMState is what the translator last stored there; @diff leads
 * from it to the next instruction.
 */

#include "qemu/osdep.h"
#include "cpu.h"
#include "exec/helper-proto.h"
#include "ete.h"
#include "ete/ete-unit.h"

void HELPER(ete_start)(CPUARMState *env)
{
    ete_start(env, env->pc);
}

void HELPER(ete_atoms)(CPUARMState *env, int64_t diff)
{
    ete_atoms(env, env->pc + diff);
}

void HELPER(ete_indirect)(CPUARMState *env)
{
    ete_indirect(env, env->pc);
}

void HELPER(ete_eret_begin)(CPUARMState *env)
{
    ete_eret_begin(env);
}

void HELPER(ete_eret_end)(CPUARMState *env)
{
    ete_eret_end(env);
}

void HELPER(ete_isb)(CPUARMState *env, int64_t diff)
{
    ete_isb(env, env->pc + diff);
}

void HELPER(ete_tsb)(CPUARMState *env)
{
    ete_sync(env);
}
