/*
 * ETE trace packets: Atom elements to bytes (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "ete-packet.h"

#define ATOM_TABLE_BITS 5

typedef struct AtomPacket {
    uint8_t byte;
    uint8_t atoms;
} AtomPacket;

#define E 1
#define N 0
#define ATOMS1(a)             (2 | (a))
#define ATOMS2(a, b)          (ATOMS1(a) << 1 | (b))
#define ATOMS3(a, b, c)       (ATOMS2(a, b) << 1 | (c))
#define ATOMS4(a, b, c, d)    (ATOMS3(a, b, c) << 1 | (d))
#define ATOMS5(a, b, c, d, e) (ATOMS4(a, b, c, d) << 1 | (e))

#define FORMAT1(a)       { ETE_HDR_ATOM_1 | (a), 1 }
#define FORMAT2(a, b)    { ETE_HDR_ATOM_2 | (a) | (b) << 1, 2 }
#define FORMAT3(a, b, c) { ETE_HDR_ATOM_3 | (a) | (b) << 1 | (c) << 2, 3 }
#define FORMAT4(a)       { ETE_HDR_ATOM_4 | (a), 4 }
#define FORMAT5_1        { ETE_HDR_ATOM_5_1, 5 }
#define FORMAT5_2(a)     { ETE_HDR_ATOM_5_2 | (a), 5 }
#define FORMAT6_3N       { ETE_HDR_ATOM_6 | ETE_ATOM_6_A, 4 }
#define FORMAT6_3E       { ETE_HDR_ATOM_6, 4 }
#define FORMAT6_4N       { ETE_HDR_ATOM_6 | ETE_ATOM_6_A | 1, 5 }
/* Five E atoms: how many more there are decides. */
#define RUN_OF_E         { 0, 0 }

#define ROW1(a)             [ATOMS1(a)] = FORMAT1(a)
#define ROW2(a, b)          [ATOMS2(a, b)] = FORMAT2(a, b)
#define ROW3(a, b, c)       [ATOMS3(a, b, c)] = FORMAT3(a, b, c)
#define ROW4(a, b, c, d, f) [ATOMS4(a, b, c, d)] = f
#define ROW5(a, b, c, d, f) /* whatever the fifth is */ \
    [ATOMS5(a, b, c, d, N)] = f, [ATOMS5(a, b, c, d, E)] = f
#define ROW55(a, b, c, d, e, f) [ATOMS5(a, b, c, d, e)] = f

/*
 * The largest packet that the next atoms begin with, by a sentinel and the up
 * to five atoms, the oldest first.  Whatever is left of a packet without its
 * first atoms fits into one packet, too; so to take the largest first gives
 * the least bytes in all.
 */
static const AtomPacket atom_table[2 << ATOM_TABLE_BITS] = {
    ROW1(N), ROW1(E),
    ROW2(N, N), ROW2(N, E), ROW2(E, N), ROW2(E, E),
    ROW3(N, N, N), ROW3(N, N, E), ROW3(N, E, N), ROW3(N, E, E),
    ROW3(E, N, N), ROW3(E, N, E), ROW3(E, E, N), ROW3(E, E, E),

    ROW4(N, N, N, N, FORMAT4(1)),
    ROW4(N, N, N, E, FORMAT3(N, N, N)),
    ROW4(N, N, E, N, FORMAT3(N, N, E)),
    ROW4(N, N, E, E, FORMAT3(N, N, E)),
    ROW4(N, E, N, N, FORMAT3(N, E, N)),
    ROW4(N, E, N, E, FORMAT4(2)),
    ROW4(N, E, E, N, FORMAT3(N, E, E)),
    ROW4(N, E, E, E, FORMAT4(0)),
    ROW4(E, N, N, N, FORMAT3(E, N, N)),
    ROW4(E, N, N, E, FORMAT3(E, N, N)),
    ROW4(E, N, E, N, FORMAT4(3)),
    ROW4(E, N, E, E, FORMAT3(E, N, E)),
    ROW4(E, E, N, N, FORMAT3(E, E, N)),
    ROW4(E, E, N, E, FORMAT3(E, E, N)),
    ROW4(E, E, E, N, FORMAT6_3N),
    ROW4(E, E, E, E, FORMAT6_3E),

    ROW55(N, N, N, N, N, FORMAT5_2(1)),
    ROW55(N, N, N, N, E, FORMAT4(1)),
    ROW5(N, N, N, E, FORMAT3(N, N, N)),
    ROW5(N, N, E, N, FORMAT3(N, N, E)),
    ROW5(N, N, E, E, FORMAT3(N, N, E)),
    ROW5(N, E, N, N, FORMAT3(N, E, N)),
    ROW55(N, E, N, E, N, FORMAT5_2(2)),
    ROW55(N, E, N, E, E, FORMAT4(2)),
    ROW5(N, E, E, N, FORMAT3(N, E, E)),
    ROW55(N, E, E, E, N, FORMAT4(0)),
    ROW55(N, E, E, E, E, FORMAT5_1),
    ROW5(E, N, N, N, FORMAT3(E, N, N)),
    ROW5(E, N, N, E, FORMAT3(E, N, N)),
    ROW55(E, N, E, N, N, FORMAT4(3)),
    ROW55(E, N, E, N, E, FORMAT5_2(3)),
    ROW5(E, N, E, E, FORMAT3(E, N, E)),
    ROW5(E, E, N, N, FORMAT3(E, E, N)),
    ROW5(E, E, N, E, FORMAT3(E, E, N)),
    ROW5(E, E, E, N, FORMAT6_3N),
    ROW55(E, E, E, E, N, FORMAT6_4N),
    ROW55(E, E, E, E, E, RUN_OF_E),
};

#undef E
#undef N

/*
 * Format 6 for a run of five E atoms or more at the top of @string, where 0 is
 * E; what follows the string does not matter.
 */
static AtomPacket run_of_e(uint64_t string, unsigned atoms)
{
    unsigned es = __builtin_clzll(string | 1);
    unsigned run = es < atoms ? es : atoms;
    unsigned ended = run < atoms && run <= ETE_ATOM_6_MAX;
    unsigned longest = run < ETE_ATOM_6_MAX + 1 ? run : ETE_ATOM_6_MAX + 1;
    unsigned first = ended ? run : longest - 1;

    return (AtomPacket) {
        .byte = ETE_HDR_ATOM_6 | (ended ? ETE_ATOM_6_A : 0) |
                (first - ETE_ATOM_6_MIN),
        .atoms = first + 1,
    };
}

/*
 * Traced code packs atoms all the time, and which packets come is as hard to
 * foresee as its branches.  So the next STEP_BITS atoms select a step of one
 * or two packets, both of them in that many atoms with all that decides them.
 * A step of 0 is for run_of_e().
 */
#define STEP_BITS    10
#define STEP_PACKETS 2
#define STEP_SIZE    16         /* the number of packets; below it, they are */
#define STEP_ATOMS   24

/* By a sentinel and up to STEP_BITS atoms, 0 for E */
static uint32_t steps[2 << STEP_BITS];

/* The step of @atoms atoms on top of @string; more follow, or there are few */
static uint32_t make_step(uint64_t string, unsigned atoms)
{
    bool more = atoms == STEP_BITS;
    uint32_t step = 0, packets = 0;

    for (unsigned left = atoms; packets < STEP_PACKETS && left; packets++) {
        unsigned bits = left < ATOM_TABLE_BITS ? left : ATOM_TABLE_BITS;
        unsigned run = __builtin_clzll(string | 1);
        AtomPacket packet = atom_table[1u << bits | ~string >> (64 - bits)];

        if (more && (left < ATOM_TABLE_BITS || run >= left)) {
            break;
        }
        if (packet.atoms == 0) {
            packet = run_of_e(string, left);
        }
        step |= (uint32_t)packet.byte << packets * 8;
        step += (uint32_t)packet.atoms << STEP_ATOMS | 1u << STEP_SIZE;
        string <<= packet.atoms;
        left -= packet.atoms;
    }
    return step;
}

void ete_init_atoms(void)
{
    if (steps[2]) {
        return;
    }
    for (unsigned atoms = 1; atoms <= STEP_BITS; atoms++) {
        for (uint64_t bits = 0; bits < 1u << atoms; bits++) {
            steps[1u << atoms | bits] = make_step(bits << (64 - atoms), atoms);
        }
    }
}

/* Writes STEP_PACKETS bytes, of which the size of the step counts */
static inline uint8_t *put_step(uint8_t *p, uint32_t step)
{
    p[0] = step;
    p[1] = step >> 8;
    return p + (step >> STEP_SIZE & 0xff);
}

/*
 * Of a word of more than @keep and of STEP_BITS atoms, all but up to @keep.
 * The string has the atoms from the top down, then a 1, then zeros.
 */
static inline uint8_t *pack_long(uint64_t *word, unsigned keep, uint8_t *p)
{
    uint64_t string = (*word << 1 | 1) << __builtin_clzll(*word);
    unsigned below;

    do {
        uint32_t step = steps[1u << STEP_BITS | string >> (64 - STEP_BITS)];

        if (step == 0) {
            AtomPacket e = run_of_e(string, 63 - __builtin_ctzll(string));

            step = e.byte | 1u << STEP_SIZE | (uint32_t)e.atoms << STEP_ATOMS;
        }
        p = put_step(p, step);
        string <<= step >> STEP_ATOMS;
    } while (string << keep << 1);
    below = __builtin_ctzll(string);
    *word = (ETE_ATOMS_FULL | string >> 1) >> below;
    return p;
}

/* Of a word of less than STEP_BITS atoms, all */
static inline uint8_t *pack_short(uint64_t word, uint8_t *p)
{
    while (word != ETE_NO_ATOMS) {
        uint32_t step = steps[word];
        unsigned left = 63 - __builtin_clzll(word) - (step >> STEP_ATOMS);

        p = put_step(p, step);
        word = (word & ((1ull << left) - 1)) | 1ull << left;
    }
    return p;
}

/* As pack_long(), without a lower limit; may write one byte more */
static inline uint8_t *pack_atoms(uint64_t *word, unsigned keep, uint8_t *p)
{
    unsigned limit = keep ? keep : STEP_BITS - 1;

    if (*word >> (limit + 1)) {
        p = pack_long(word, limit, p);
    }
    if (!keep) {
        p = pack_short(*word, p);
        *word = ETE_NO_ATOMS;
    }
    return p;
}

static size_t pack_into_little(uint64_t *word, unsigned keep, uint8_t *buf,
                               size_t room)
{
    uint8_t all[ETE_ATOMS_MAX_BYTES + 1];
    uint64_t rest = *word;
    size_t size = pack_atoms(&rest, keep, all) - all;

    if (room < size) {
        return 0;
    }
    memcpy(buf, all, size);
    *word = rest;
    return size;
}

size_t ete_encode_atoms(uint64_t *atoms, uint8_t *buf, size_t room)
{
    return room > ETE_ATOMS_MAX_BYTES ?
           pack_atoms(atoms, 0, buf) - buf :
           pack_into_little(atoms, 0, buf, room);
}

size_t ete_encode_old_atoms(uint64_t *atoms, uint8_t *buf, size_t room)
{
    return room > ETE_ATOMS_MAX_BYTES ?
           pack_atoms(atoms, ETE_ATOMS_KEEP, buf) - buf :
           pack_into_little(atoms, ETE_ATOMS_KEEP, buf, room);
}
