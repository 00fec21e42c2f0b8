/*
 * A program whose every instruction is known: to run, and to compare with.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * known_run() is written in assembly, so that no compiler decides what there
 * is; known_flow() walks through the same code by its labels and notes the
 * address of each instruction that known_run() must execute.  What is done in
 * a turn depends on a pseudo-random number: branches both ways, a table of
 * functions, a loop, a recursion, jumps and returns through registers, and
 * sometimes a system call.
 */

#ifndef KNOWN_H
#define KNOWN_H

#include "guest.h"

/* A label that C sees, but perf does not take for a function. */
#define KNOWN_LABEL(name) \
    ".global " #name "\n.hidden " #name "\n" #name ":\n"
#define KNOWN_FUNCTION(name) \
    ".type " #name ", %function\n" KNOWN_LABEL(name)
#define KNOWN_END(name) \
    ".size " #name ", . - " #name "\n"

asm(".pushsection .text\n"
    ".balign 64\n"
    KNOWN_LABEL(known_begin)
    KNOWN_FUNCTION(known_run)
    "    stp     x29, x30, [sp, #-48]!\n"
    "    mov     x29, sp\n"
    "    stp     x19, x20, [sp, #16]\n"
    "    str     x21, [sp, #32]\n"
    "    mov     x19, x0\n"
    "    mov     x20, x1\n"
    "    mov     x21, #0\n"
    KNOWN_LABEL(k_turn)
    "    eor     x20, x20, x20, lsl #13\n"
    "    eor     x20, x20, x20, lsr #7\n"
    "    eor     x20, x20, x20, lsl #17\n"
    "    tbnz    x20, #0, k_odd\n"
    KNOWN_LABEL(k_even)
    "    add     x21, x21, x20\n"
    "    b       k_join\n"
    KNOWN_LABEL(k_odd)
    "    sub     x21, x21, x20, lsr #3\n"
    KNOWN_LABEL(k_join)
    "    ubfx    x1, x20, #1, #2\n"
    "    adr     x2, k_table\n"
    "    ldr     x3, [x2, x1, lsl #3]\n"
    "    blr     x3\n"
    KNOWN_LABEL(k_back)
    "    ubfx    x1, x20, #3, #4\n"
    "    cbnz    x1, k_next\n"
    KNOWN_LABEL(k_svc)
    "    mov     x8, #172\n"                /* getpid */
    "    svc     #0\n"
    "    add     x21, x21, #1\n"
    KNOWN_LABEL(k_next)
    "    subs    x19, x19, #1\n"
    "    b.ne    k_turn\n"
    KNOWN_LABEL(k_end)
    "    mov     x0, x21\n"
    "    ldr     x21, [sp, #32]\n"
    "    ldp     x19, x20, [sp, #16]\n"
    "    ldp     x29, x30, [sp], #48\n"
    "    ret\n"
    KNOWN_END(known_run)

    KNOWN_FUNCTION(known_leaf)
    "    add     x21, x21, #3\n"
    "    ret\n"
    KNOWN_END(known_leaf)

    KNOWN_FUNCTION(known_spin)
    "    ubfx    x1, x20, #8, #3\n"
    KNOWN_LABEL(s_loop)
    "    add     x21, x21, x1\n"
    "    sub     x1, x1, #1\n"
    "    tbz     x1, #63, s_loop\n"
    KNOWN_LABEL(s_jump)
    "    adr     x4, s_out\n"
    "    br      x4\n"
    KNOWN_LABEL(s_skip)
    "    udf     #0\n"
    KNOWN_LABEL(s_out)
    "    br      x30\n"
    KNOWN_END(known_spin)

    KNOWN_FUNCTION(known_hop)
    "    mov     x9, x30\n"
    "    bl      known_leaf\n"
    KNOWN_LABEL(h_back)
    "    ret     x9\n"
    KNOWN_END(known_hop)

    KNOWN_FUNCTION(known_dig)
    "    stp     x29, x30, [sp, #-16]!\n"
    "    ubfx    x0, x20, #11, #3\n"
    "    bl      known_down\n"
    KNOWN_LABEL(d_back)
    "    add     x21, x21, x0\n"
    "    ldp     x29, x30, [sp], #16\n"
    "    ret\n"
    KNOWN_END(known_dig)

    KNOWN_FUNCTION(known_down)
    "    cbz     x0, w_out\n"
    KNOWN_LABEL(w_down)
    "    stp     x29, x30, [sp, #-16]!\n"
    "    sub     x0, x0, #1\n"
    "    bl      known_down\n"
    KNOWN_LABEL(w_back)
    "    add     x0, x0, #2\n"
    "    ldp     x29, x30, [sp], #16\n"
    KNOWN_LABEL(w_out)
    "    ret\n"
    KNOWN_END(known_down)
    KNOWN_LABEL(known_end)
    ".balign 8\n"
    "k_table:\n"
    "    .quad   known_leaf, known_spin, known_hop, known_dig\n"
    ".popsection\n");

#pragma GCC visibility push(hidden)
/* The program: pass it turns (not 0) and a seed (not 0). */
extern uint64_t known_run(uint64_t turns, uint64_t seed);

extern const char known_begin[], known_end[];
extern const char known_leaf[], known_spin[], known_hop[], known_dig[],
                  known_down[];
extern const char k_turn[], k_even[], k_odd[], k_join[], k_back[], k_svc[],
                  k_next[], k_end[], s_loop[], s_jump[], s_skip[], s_out[],
                  h_back[], d_back[], w_down[], w_back[], w_out[];
#pragma GCC visibility pop

/* The functions, by address */
#define KNOWN_FUNCTIONS 6
static const struct {
    const char *name, *label;
} known_functions[KNOWN_FUNCTIONS] = {
    { "known_run", (const char *)known_run },
    { "known_leaf", known_leaf },
    { "known_spin", known_spin },
    { "known_hop", known_hop },
    { "known_dig", known_dig },
    { "known_down", known_down },
};

/* What known_run() executes, in order; addresses from known_begin on. */
struct known_flow {
    uint16_t *pc;
    size_t count, room;
    size_t branches;            /* taken, and both ends in the program */
    size_t branches_of[KNOWN_FUNCTIONS];  /* by function they are in */
    size_t calls;               /* of the system */
};

static inline uint64_t known_seed(int thread)
{
    return 42 + thread;
}

/* The offset of a label; hidden, so that nobody takes them for objects. */
static inline unsigned known_offset(const char *label)
{
    asm("" : "+r" (label));
    return label - known_begin;
}

/* Which of known_functions an offset is in */
static inline int known_function_at(unsigned offset)
{
    int f = KNOWN_FUNCTIONS - 1;

    while (f && offset < known_offset(known_functions[f].label)) {
        f--;
    }
    return f;
}

static inline void known_span(struct known_flow *f, const char *first,
                              const char *behind)
{
    unsigned pc = known_offset(first), end = known_offset(behind);

    if (f->count && f->pc[f->count - 1] + 4u != pc) {
        f->branches++;
        f->branches_of[known_function_at(f->pc[f->count - 1])]++;
    }
    for (; pc < end; pc += 4) {
        if (f->count == f->room) {
            f->room = f->room * 2 + 4096;
            f->pc = realloc(f->pc, f->room * sizeof(*f->pc));
            if (!f->pc) {
                die("realloc");
            }
        }
        f->pc[f->count++] = pc;
    }
}

static inline void known_function(struct known_flow *f, uint64_t x)
{
    unsigned n;

    switch (x >> 1 & 3) {
    case 0:
        known_span(f, known_leaf, known_spin);
        break;
    case 1:
        known_span(f, known_spin, s_loop);
        for (n = x >> 8 & 7; n; n--) {
            known_span(f, s_loop, s_jump);
        }
        known_span(f, s_loop, s_skip);
        known_span(f, s_out, known_hop);
        break;
    case 2:
        known_span(f, known_hop, h_back);
        known_span(f, known_leaf, known_spin);
        known_span(f, h_back, known_dig);
        break;
    case 3:
        known_span(f, known_dig, d_back);
        for (n = x >> 11 & 7; n; n--) {
            known_span(f, known_down, w_back);
        }
        known_span(f, known_down, w_down);
        known_span(f, w_out, known_end);
        for (n = x >> 11 & 7; n; n--) {
            known_span(f, w_back, known_end);
        }
        known_span(f, d_back, known_down);
        break;
    }
}

/* Fill in an empty f with what known_run() does for these arguments. */
static inline void known_flow(struct known_flow *f, uint64_t turns,
                              uint64_t x)
{
    known_span(f, (const char *)known_run, k_turn);
    while (turns--) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        known_span(f, k_turn, k_even);
        if (x & 1) {
            known_span(f, k_odd, k_join);
        } else {
            known_span(f, k_even, k_odd);
        }
        known_span(f, k_join, k_back);
        known_function(f, x);
        known_span(f, k_back, k_svc);
        if (!(x >> 3 & 15)) {
            known_span(f, k_svc, k_next);
            f->calls++;
        }
        known_span(f, k_next, k_end);
    }
    known_span(f, k_end, known_leaf);
}

#endif
