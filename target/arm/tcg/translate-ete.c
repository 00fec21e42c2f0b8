/*
 * Code that the trace unit adds to what is traced
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A direct branch shifts its Atom element into a word, and calls the unit when
 * the word is full: a sentinel has arrived in the sign.  An N atom, of which
 * there are fewer, is the one that needs a 1.  Loads and stores of
 * the word are as wide as each other, so that they forward.
 */

#include "qemu/osdep.h"
#include "translate.h"
#include "translate-ete.h"
#include "exec/helper-gen.h"

/* What leads from the PC in CPUARMState to the instruction after this one */
static TCGv_i64 ete_pc_diff(DisasContext *s, int64_t diff)
{
    /* The blocks of system emulation are position independent. */
    assert(tb_cflags(s->base.tb) & CF_PCREL);
    return tcg_constant_i64(s->pc_curr - s->pc_save + diff);
}

/* The unit may look at the clock, which ends a block with -icount. */
static void ete_io_start(DisasContext *s)
{
    if (translator_io_start(&s->base) && s->base.is_jmp == DISAS_NEXT) {
        s->base.is_jmp = DISAS_TOO_MANY;
    }
}

void ete_gen_start(DisasContext *s)
{
    if (unlikely(s->ete_start)) {
        gen_helper_ete_start(tcg_env);
    }
}

void ete_gen_atom(DisasContext *s, bool taken, int64_t diff)
{
    TCGv_i64 atoms;
    TCGLabel *enough;

    if (likely(!s->ete)) {
        return;
    }
    ete_io_start(s);
    atoms = tcg_temp_new_i64();
    enough = gen_new_label();
    tcg_gen_ld_i64(atoms, tcg_env, offsetof(CPUARMState, trace.atoms));
    tcg_gen_add_i64(atoms, atoms, atoms);
    if (!taken) {
        tcg_gen_ori_i64(atoms, atoms, 1);
    }
    tcg_gen_st_i64(atoms, tcg_env, offsetof(CPUARMState, trace.atoms));
    tcg_gen_brcondi_i64(TCG_COND_GE, atoms, 0, enough);
    gen_helper_ete_atoms(tcg_env, ete_pc_diff(s, diff));
    gen_set_label(enough);
}

void ete_gen_indirect(DisasContext *s)
{
    if (unlikely(s->ete)) {
        ete_io_start(s);
        gen_helper_ete_indirect(tcg_env);
    }
}

void ete_gen_eret_begin(DisasContext *s)
{
    if (unlikely(s->ete)) {
        gen_helper_ete_eret_begin(tcg_env);
    }
}

void ete_gen_eret_end(DisasContext *s)
{
    if (unlikely(s->ete)) {
        gen_helper_ete_eret_end(tcg_env);
    }
}

void ete_gen_isb(DisasContext *s)
{
    if (unlikely(s->ete)) {
        ete_io_start(s);
        gen_helper_ete_isb(tcg_env, ete_pc_diff(s, 4));
    }
}

void ete_gen_wfx(DisasContext *s)
{
    if (likely(!s->ete)) {
        return;
    }
    ete_io_start(s);
    if (s->ss_active) {
        ete_gen_atom(s, true, 4);
    }
}

/*
 * What is flushed raises an interrupt when the buffer is full, which with
 * -icount only the last instruction of a block may do.
 */
bool ete_gen_tsb(DisasContext *s, bool has_ete)
{
    if (has_ete) {
        if (translator_io_start(&s->base)) {
            s->base.is_jmp = DISAS_UPDATE_EXIT;
        }
        gen_helper_ete_tsb(tcg_env);
    }
    return true;
}
