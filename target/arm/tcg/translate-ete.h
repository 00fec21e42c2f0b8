/*
 * Code that the trace unit adds to what is traced
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All of these but ete_gen_tsb() add nothing to code that is not traced, that
 * is unless DisasContext.ete is set.
 */

#ifndef TARGET_ARM_TRANSLATE_ETE_H
#define TARGET_ARM_TRANSLATE_ETE_H

#include "ete.h"

/* Where no CPU has a trace unit */
#if defined(CONFIG_USER_ONLY) || !defined(TARGET_AARCH64)
static inline void ete_gen_start(DisasContext *s) { }
static inline void ete_gen_atom(DisasContext *s, bool taken, int64_t diff) { }
static inline void ete_gen_indirect(DisasContext *s) { }
static inline void ete_gen_eret_begin(DisasContext *s) { }
static inline void ete_gen_eret_end(DisasContext *s) { }
static inline void ete_gen_isb(DisasContext *s) { }
static inline void ete_gen_wfx(DisasContext *s) { }
static inline bool ete_gen_tsb(DisasContext *s, bool has_ete)
{
    return true;
}
#else

/* ete_gen_start: at the start of a block, before its first instruction */
void ete_gen_start(DisasContext *s);

/**
 * ete_gen_atom: a direct P0 instruction (D4.4.1.1)
 * @s: the instruction, whose effects are complete but for the PC
 * @taken: an E or an N Atom element
 * @diff: from the instruction to the next one
 */
void ete_gen_atom(DisasContext *s, bool taken, int64_t diff);

/* ete_gen_indirect: an indirect branch, whose target is the PC now */
void ete_gen_indirect(DisasContext *s);

/* ete_gen_eret_begin: an ERET, before its effects; and the end of it */
void ete_gen_eret_begin(DisasContext *s);
void ete_gen_eret_end(DisasContext *s);

/* ete_gen_isb: an ISB */
void ete_gen_isb(DisasContext *s);

/*
 * ete_gen_wfx: WFI or WFIT, before it may wait.  The helper that waits counts
 * it, ete_wfx(), but is not called when software steps.
 */
void ete_gen_wfx(DisasContext *s);

/**
 * ete_gen_tsb: TSB CSYNC (D6.6)
 * @s: the instruction, in A64, A32 or T32, at any Exception level
 * @has_ete: whether there is a trace unit
 *
 * Without a trace unit it is a NOP, as without FEAT_TRF.  It is never trapped:
 * HFGITR2_EL2.TSBCSYNC is FEAT_TRBEv1p1's.
 *
 * Returns: true, it is always decoded
 */
bool ete_gen_tsb(DisasContext *s, bool has_ete);

#endif
#endif
