/*
 * What perf script prints of a trace, as addresses in the known program.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * decoded_line() takes the lines; then thread[] has of each thread that was in
 * the program the instructions it executed there, by their order.
 */

#ifndef DECODED_H
#define DECODED_H

#include "known.h"
#include <ctype.h>

#define MAX_THREADS 16
/* A piece of trace this long can be found again in what must be there. */
#define UNIQUE 512

/* The number at *p, after spaces; leaves *p behind it. */
static inline uint64_t number(char **p, unsigned base)
{
    uint64_t n = 0;
    char *s = *p;

    while (*s == ' ' || *s == '\t') {
        s++;
    }
    for (; isxdigit((unsigned char)*s); s++) {
        unsigned digit = *s <= '9' ? *s - '0' : (*s | 32) - 'a' + 10;

        if (digit >= base) {
            break;
        }
        n = n * base + digit;
    }
    *p = s;
    return n;
}

struct decoded {
    long tid;
    uint16_t *pc;
    size_t count, room;
    size_t branches;
    size_t branches_of[KNOWN_FUNCTIONS];
    uint64_t to;                /* of the last branch */
    uint64_t left;              /* offset where it was left, and 1 */
};

static struct decoded thread[MAX_THREADS];
static int threads;
static bool by_branches;            /* perf decodes nothing else */
static uint64_t getpid_entry;       /* its address in the kernel */
static size_t kernel_calls;         /* of it, by all threads */

static inline struct decoded *decoded_of(long tid)
{
    for (int i = 0; i < threads; i++) {
        if (thread[i].tid == tid) {
            return &thread[i];
        }
    }
    if (threads == MAX_THREADS) {
        printf("# more than %d threads in the program\n", MAX_THREADS);
        return NULL;
    }
    thread[threads].tid = tid;
    return &thread[threads++];
}

static inline bool offset(uint64_t addr, uint64_t *off)
{
    *off = addr - (uintptr_t)known_begin;
    return *off < known_offset(known_end);
}

static inline void decoded_pc(struct decoded *d, uint16_t pc)
{
    if (d->count == d->room) {
        d->room = d->room * 2 + 4096;
        d->pc = realloc(d->pc, d->room * sizeof(*d->pc));
        if (!d->pc) {
            die("realloc");
        }
    }
    d->pc[d->count++] = pc;
}

/*
 * A taken branch, or an exception, or a beginning (from 0) or an end (to 0) of
 * trace.  What is between the last one and this was executed, too.
 */
static inline void decoded_branch(long tid, uint64_t from, uint64_t to)
{
    struct decoded *d;
    uint64_t pc, end;

    kernel_calls += to == getpid_entry;
    if (!offset(from, &end) && !offset(to, &pc)) {
        return;
    }
    d = decoded_of(tid);
    if (!d) {
        return;
    }
    if (by_branches && offset(from, &end) && offset(d->to, &pc)) {
        for (; pc <= end; pc += 4) {
            decoded_pc(d, pc);
        }
    }
    d->to = to;
    if (!offset(to, &pc)) {
        d->left = end + 1;
        return;
    }
    /* After an exception: was its place the target of a branch? */
    if (!offset(from, &end)) {
        if (!d->left) {
            return;
        }
        end = d->left - 1;
    }
    if (end + 4 != pc) {
        d->branches++;
        d->branches_of[known_function_at(end)]++;
    }
}

/* One line of perf script: TID instructions: [0] IP, TID branches: IP => TO */
static inline void decoded_line(char *line)
{
    char *p = line, *arrow = strstr(line, "=>");
    long tid = number(&p, 10);
    struct decoded *d;
    uint64_t ip;

    p = strrchr(line, ':');
    if (!p) {
        return;
    }
    p++;
    ip = number(&p, 16);
    if (arrow) {
        arrow += 2;
        decoded_branch(tid, ip, number(&arrow, 16));
        return;
    }
    while (*p == ' ') {
        p++;
    }
    if (isxdigit((unsigned char)*p)) {
        ip = number(&p, 16);
    }
    if (offset(ip, &ip)) {
        d = decoded_of(tid);
        if (d) {
            decoded_pc(d, ip);
        }
    }
}

static inline int by_tid(const void *a, const void *b)
{
    const struct decoded *x = a, *y = b;

    return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static inline bool same(const struct decoded *d, const struct known_flow *want,
                        size_t *at)
{
    for (*at = 0; *at < d->count && *at < want->count; ++*at) {
        if (d->pc[*at] != want->pc[*at]) {
            return false;
        }
    }
    return d->count == want->count;
}

/*
 * The pieces of want that d consists of, in their order; 0 if there is an
 * instruction in d that fits nowhere.
 */
static inline size_t pieces(const struct decoded *d,
                            const struct known_flow *want)
{
    size_t n = 1, i = 0;

    for (size_t j = 0; j < d->count; j++, i++) {
        size_t len = d->count - j < UNIQUE ? d->count - j : UNIQUE;

        if (i < want->count && d->pc[j] == want->pc[i]) {
            continue;
        }
        n += j > 0;
        while (i + len <= want->count &&
               memcmp(d->pc + j, want->pc + i, len * sizeof(*d->pc))) {
            i++;
        }
        if (i + len > want->count) {
            return 0;
        }
    }
    return d->count ? n : 0;
}

#endif
