/*
 * Random sequences of FP8, FAMINMAX and LUT instructions, and their results
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For tests/armv9/test_peer.py, which runs it on two QEMUs and compares what
 * they print.  A block is LENGTH random instructions, run with RUNS sets of
 * operands; what is printed is one checksum for all registers, FPSR and
 * exceptions after each run.  From the seed and the number of a block all
 * else follows, so a block can be looked at alone, with all its values.
 *
 * Words on the command line: seed=N first=N blocks=N, detail; overlap for an
 * FCVTN2 that overwrites its source; ids prints the ID registers.  Runs at
 * EL1, with the MMU off, so that code can be written.
 */

#include "../tcg/aarch64/system/armv9-tap.h"
#include "fp8-run.h"

#define RUNS        16
#define VL_SIZES    3

#define read_reg(reg) ({                                    \
    uint64_t v_;                                            \
    asm volatile("mrs %0, " reg : "=r"(v_));                \
    v_;                                                     \
})

#define write_reg(reg, value)                               \
    asm volatile("msr " reg ", %x0" : : "rZ"((uint64_t)(value)))

static const struct encoding {
    const char *name;
    uint32_t ones, free;
} encodings[] = {
#define ENCODING(name, feature, unit, ones, free) { name, ones, free },
#include "../tcg/aarch64/system/armv9-fp8-encodings.h.inc"
#undef ENCODING
};

static uint64_t executed[ARRAY_SIZE(encodings)];
static bool overlap;

/* SplitMix64 */
static uint64_t random_state;

static uint64_t random64(void)
{
    uint64_t x = random_state += 0x9e3779b97f4a7c15;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

/* n is a power of two */
static unsigned below(unsigned n)
{
    return random64() >> 32 & (n - 1);
}

/* Corners: zeros, ones, smallest and largest, infinities, NaNs, integers */
static const uint8_t corner8[] = {
    0x00, 0x01, 0x03, 0x04, 0x07, 0x08, 0x38, 0x3c,
    0x40, 0x77, 0x78, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f,
};
static const uint16_t corner16[] = {
    0x0000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0x7bff, 0x7c00, 0x7c01, 0x7e00,
    0x7fff, 0x5f00, 0x5f40, 0x5f41, 0x1400, 0x0002, 0x007f, 0x7f80, 0x7fc0,
    0x0080, 0x3f80,
};
static const uint32_t corner32[] = {
    0, 1, 0x007fffff, 0x00800000, 0x3f800000, 0x7f7fffff, 0x7f800000,
    0x7f800001, 0x7fc00000, 0x43e00000, 0x43e80000, 0x43e80001, 0x47600000,
    0x47700000, 0x3a800000, 0x37800000, 2, 127, 0xffffff00, 0x00000100,
};
static const uint64_t corner64[] = {
    0, 1, 0x000fffffffffffff, 0x0010000000000000, 0x3ff0000000000000,
    0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff0000000000001,
    0x7ff8000000000000, 1074, 2098, 0x100000000, 0x7fffffff, 0x80000000,
};

#define CORNER(table, bits)                                             \
    (table[random64() % ARRAY_SIZE(table)] ^                            \
     (uint64_t)below(2) << (bits - 1))

/* 64 bits of operands of one kind */
static uint64_t operand(unsigned kind)
{
    uint64_t x = 0;
    int i;

    switch (kind) {
    case 0:                                 /* corners */
        for (i = 0; i < 8; i++) {
            x |= CORNER(corner8, 8) << 8 * i;
        }
        return x;
    case 1:
        for (i = 0; i < 4; i++) {
            x |= CORNER(corner16, 16) << 16 * i;
        }
        return x;
    case 2:
        x = CORNER(corner32, 32);
        return x | CORNER(corner32, 32) << 32;
    case 3:
        return CORNER(corner64, 64);
    case 4:                                 /* numbers not far from 1 */
        return (random64() & 0x8fff8fff8fff8fff) + 0x3000300030003000;
    case 5:                                 /* small integers, as exponents */
        x = random64() & 0x003f003f003f003f;
        return below(2) ? x : 0xffffffffffffffff - x;
    default:
        return random64();
    }
}

static uint64_t random_fpmr(void)
{
    uint64_t fpmr = 0;

    /* Formats above 1 are unsupported ones; bits 0 to 8 are three formats. */
    fpmr |= below(4) ? random64() & 0x049 : random64() & 0x1ff;
    fpmr |= random64() & 0xc000;
    /* LSCALE, NSCALE, LSCALE2: small ones are more interesting. */
    fpmr |= below(2) ? random64() & 0x070f070000 : random64() & 0x3fff7f0000;
    if (below(2)) {
        fpmr |= 0xf0000000;                 /* a negative NSCALE */
    }
    return fpmr;
}

/* AHP, DN, FZ, RMode, FZ16, NEP, AH, FIZ */
static uint64_t random_fpcr(void)
{
    return below(4) ? random64() & 0x07c80007 : 0;
}

static void random_state_of(unsigned vl)
{
    uint64_t *z = (uint64_t *)state.z, *p = (uint64_t *)state.p;
    unsigned i;

    state.fpmr = random_fpmr();
    state.fpcr = random_fpcr();
    for (i = 0; i < 32 * vl / 8; i++) {
        if (i % (vl / 8) == 0 || below(4) == 0) {
            z[i] = operand(below(8));
        } else {
            z[i] = operand(i & 7);
        }
    }
    for (i = 0; i < 16 * vl / 64; i++) {
        p[i] = below(2) ? random64() : ~0ull;
    }
}

static void write_code(unsigned *which)
{
    unsigned i;

    for (i = 0; i < LENGTH; i++) {
        which[i] = random64() % ARRAY_SIZE(encodings);
        code[i] = encodings[which[i]].ones |
                  (random64() & encodings[which[i]].free);
        /*
         * FCVTN2 Vd, Vn with Vd == Vn: QEMU 11.1.3 reads what it has just
         * written.
         */
        if (!overlap && encodings[which[i]].ones == 0x4e00f400 &&
            FIELD64(code[i], 0, 5) == FIELD64(code[i], 5, 5)) {
            code[i] ^= 1;
        }
    }
    code[LENGTH] = 0xd65f03c0;              /* RET */
    for (i = 0; i < sizeof(code); i += 16) {
        asm volatile("dc cvau, %0\n"
                     "dsb ish\n"
                     "ic ivau, %0\n" : : "r"((char *)code + i) : "memory");
    }
    asm volatile("dsb ish\nisb" : : : "memory");
}

static uint64_t mix(uint64_t sum, uint64_t value)
{
    sum = (sum ^ value) * 0xff51afd7ed558ccd;
    return sum ^ sum >> 32;
}

static void print_state(const char *when, unsigned vl)
{
    const uint64_t *z = (uint64_t *)state.z, *p = (uint64_t *)state.p;
    unsigned i, k;

    ml_printf("%s FPMR %lx FPCR %lx FPSR %lx exceptions %lx\n", when,
              state.fpmr, state.fpcr, state.fpsr, state.exceptions);
    for (i = 0; i < 32; i++) {
        ml_printf("%s Z%d", when, i);
        for (k = vl / 8; k-- > 0; ) {
            ml_printf(" %lx", z[i * vl / 8 + k]);
        }
        ml_printf("\n");
    }
    for (i = 0; i < 16 * vl / 64; i++) {
        ml_printf("%s P %d %lx\n", when, i, p[i]);
    }
}

/* Run a block; returns the checksum of all its runs. */
static uint64_t block(uint64_t seed, uint64_t number, bool detail)
{
    unsigned which[LENGTH], vl, i, r, size;
    const uint64_t *words = (uint64_t *)&state;
    uint64_t sum = 0;

    random_state = seed * 0xd1342543de82ef95 + number;
    vl = 16 << random64() % VL_SIZES;
    write_reg("zcr_el1", vl / 16 - 1);
    asm volatile("isb");
    write_code(which);
    if (detail) {
        for (i = 0; i < LENGTH; i++) {
            ml_printf("VL %d code %d: %lx %s\n", vl * 8, i,
                      (uint64_t)code[i], encodings[which[i]].name);
        }
    }
    for (r = 0; r < RUNS; r++) {
        random_state_of(vl);
        if (detail) {
            ml_printf("run %d\n", r);
            print_state("before", vl);
        }
        run();
        if (detail) {
            print_state("after", vl);
        }
        for (i = 0; i < 4; i++) {
            sum = mix(sum, words[i]);
        }
        for (i = 0; i < 32 * vl / 8; i++) {
            sum = mix(sum, ((uint64_t *)state.z)[i]);
        }
        for (i = 0; i < 16 * vl / 64; i++) {
            sum = mix(sum, ((uint64_t *)state.p)[i]);
        }
        for (i = 0; i < LENGTH; i++) {
            executed[which[i]]++;
        }
        /* What was left over is not part of the next run. */
        for (size = 0; size < sizeof(state) / 8; size++) {
            ((uint64_t *)&state)[size] = 0;
        }
    }
    return sum;
}

/* The value of a word "name=N" of the command line, or a default */
static uint64_t argument(const char *name, uint64_t value)
{
    static char line[256];
    uint64_t semihosting_block[2] = { (uintptr_t)line, sizeof(line) };
    const char *p;
    int i;

    if (tap_semihosting(0x15, semihosting_block)) {
        return value;
    }
    for (p = line; *p; p++) {
        for (i = 0; name[i] && p[i] == name[i]; ) {
            i++;
        }
        if (!name[i] && p[i] == '=') {
            value = 0;
            for (p += i + 1; *p >= '0' && *p <= '9'; p++) {
                value = value * 10 + *p - '0';
            }
            return value;
        }
    }
    return value;
}

int main(void)
{
    uint64_t seed = argument("seed", 1), first = argument("first", 0);
    uint64_t blocks = argument("blocks", 10);
    bool detail = tap_arg("detail");
    uint64_t i;

    overlap = tap_arg("overlap");
    write_reg("sctlr_el1", 0x30d00800ull | BIT64(34));  /* MMU off, EnFPM */
    write_reg("cpacr_el1", 0x330000);                   /* FPEN, ZEN */
    write_reg("vbar_el1", (uintptr_t)peer_vectors);
    asm volatile("isb");
    if (tap_arg("ids")) {
        ml_printf("ID_AA64PFR2_EL1 %lx\n", read_reg("s3_0_c0_c4_2"));
        ml_printf("ID_AA64FPFR0_EL1 %lx\n", read_reg("s3_0_c0_c4_7"));
        ml_printf("ID_AA64ISAR2_EL1 %lx\n", read_reg("s3_0_c0_c6_2"));
        ml_printf("ID_AA64ISAR3_EL1 %lx\n", read_reg("s3_0_c0_c6_3"));
        ml_printf("ID_AA64ZFR0_EL1 %lx\n", read_reg("s3_0_c0_c4_4"));
        return 0;
    }
    for (i = first; i < first + blocks; i++) {
        ml_printf("block %d %lx\n", (int)i, block(seed, i, detail));
    }
    for (i = 0; i < ARRAY_SIZE(encodings); i++) {
        ml_printf("executed %d %s\n", (int)executed[i], encodings[i].name);
    }
    ml_printf("end\n");
    return 0;
}
