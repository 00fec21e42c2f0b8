/*
 * Code that the trace unit adds to what is traced
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All of these add nothing to code that is not traced, that is unless
 * DisasContext.ete is set.
 */

#ifndef TARGET_ARM_TRANSLATE_ETE_H
#define TARGET_ARM_TRANSLATE_ETE_H

#ifdef CONFIG_USER_ONLY
static inline void ete_gen_start(DisasContext *s) { }
static inline void ete_gen_atom(DisasContext *s, bool taken, int64_t diff) { }
static inline void ete_gen_indirect(DisasContext *s) { }
static inline void ete_gen_isb(DisasContext *s) { }
static inline void ete_gen_wfx(DisasContext *s) { }
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

/* ete_gen_isb: an ISB */
void ete_gen_isb(DisasContext *s);

/*
 * ete_gen_wfx: WFI or WFIT; the helper that waits counts it, ete_wfx(), but
 * it is not called when software steps.
 */
void ete_gen_wfx(DisasContext *s);

#endif
#endif
