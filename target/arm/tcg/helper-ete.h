/*
 * Helpers of the trace unit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CONFIG_USER_ONLY
DEF_HELPER_1(ete_start, void, env)
DEF_HELPER_2(ete_atoms, void, env, s64)
DEF_HELPER_1(ete_indirect, void, env)
DEF_HELPER_1(ete_eret_begin, void, env)
DEF_HELPER_1(ete_eret_end, void, env)
DEF_HELPER_2(ete_isb, void, env, s64)
DEF_HELPER_1(ete_tsb, void, env)
#endif
