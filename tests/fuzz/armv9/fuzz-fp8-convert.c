/*
 * Fuzz fpu/fp8-convert.c: properties, and a slow model in fixed point
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The model knows FP8 and half-precision: all their values and products,
 * scaled, are multiples of 2^-48 and less than 2^40.
 */

#include "qemu/osdep.h"
#include "hw/registerfields.h"
#include "target/arm/fpmr-fields.h"
#include "fpu/fp8-convert.h"
#include "fuzz.h"

#define POINT 48                /* bits behind the binary point */

#define check(x) do { if (!(x)) { abort(); } } while (0)

typedef enum { E5M2, E4M3, HALF } Kind;

/* A1.4: bits of the fraction, bias, and the largest finite magnitude */
static const struct {
    int frac_bits, bias;
    unsigned largest, sign_bit;
} kinds[] = {
    [E5M2] = { 2, 15, 0x7b, 0x80 },
    [E4M3] = { 3, 7, 0x7e, 0x80 },
    [HALF] = { 10, 15, 0x7bff, 0x8000 },
};

/* Of a finite @code, or of what follows if the exponents went on */
static __int128 fixed(Kind kind, unsigned code)
{
    int frac_bits = kinds[kind].frac_bits;
    unsigned magnitude = code & (kinds[kind].sign_bit - 1);
    int exp = magnitude >> frac_bits;
    __int128 value = magnitude & ((1u << frac_bits) - 1);

    value |= exp ? 1 << frac_bits : 0;
    value <<= POINT + (exp ? exp : 1) - kinds[kind].bias - frac_bits;
    return code & kinds[kind].sign_bit ? -value : value;
}

static bool is_finite(Kind kind, unsigned code)
{
    return (code & (kinds[kind].sign_bit - 1)) <= kinds[kind].largest;
}

/* The code nearest to @x, of two the even one; the largest + 1 as overflow */
static unsigned nearest(Kind kind, __int128 x)
{
    unsigned low = 0, high = kinds[kind].largest + 1;
    __int128 to_low, to_high;

    x = x < 0 ? -x : x;
    if (x >= fixed(kind, high)) {
        return high;
    }
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;

        if (fixed(kind, middle) <= x) {
            low = middle;
        } else {
            high = middle;
        }
    }
    to_low = x - fixed(kind, low);
    to_high = fixed(kind, high) - x;
    return to_low < to_high || (to_low == to_high && !(low & 1)) ? low : high;
}

static void flags_are_consistent(uint32_t fpsr)
{
    check(!(fpsr & ~(FP8_FPSR_IOC | FP8_FPSR_OFC | FP8_FPSR_UFC |
                     FP8_FPSR_IXC)));
    /* A1.5.9: both come with Inexact, and exclude each other. */
    check(!(fpsr & (FP8_FPSR_OFC | FP8_FPSR_UFC)) || (fpsr & FP8_FPSR_IXC));
    check(!(fpsr & FP8_FPSR_OFC) || !(fpsr & FP8_FPSR_UFC));
    check(!(fpsr & FP8_FPSR_IOC) || fpsr == FP8_FPSR_IOC);
}

/* Half-precision to FP8 against the model */
static void narrow_half(uint16_t op, uint64_t fpmr, bool ah)
{
    Kind kind = FIELD_EX64(fpmr, FPMR, F8D) ? E4M3 : E5M2;
    bool osc = FIELD_EX64(fpmr, FPMR, OSC);
    int nscale = FIELD_EX64(fpmr, FPMR, NSCALE) & 31;
    unsigned code, overflow;
    uint32_t fpsr = 0;
    uint8_t result = fp16_convert_fp8(op, fpmr, ah, &fpsr);
    __int128 x, min_norm = (__int128)1 << (POINT + 1 - kinds[kind].bias);

    flags_are_consistent(fpsr);
    if (!is_finite(HALF, op)) {
        return;
    }
    nscale -= nscale & 16 ? 32 : 0;
    x = fixed(HALF, op & 0x7fff);
    x = nscale < 0 ? x >> -nscale : x << nscale;
    code = nearest(kind, x);
    overflow = osc ? kinds[kind].largest : kinds[kind].largest + 1;
    if (code > kinds[kind].largest) {
        check(fpsr == (FP8_FPSR_OFC | FP8_FPSR_IXC));
        check((result & 0x7f) == overflow);
    } else {
        bool exact = fixed(kind, code) == x;

        check((result & 0x7f) == code);
        check(!(fpsr & FP8_FPSR_OFC));
        check(!(fpsr & FP8_FPSR_IXC) == exact);
        if (!ah || code < 1u << kinds[kind].frac_bits) {
            check(!(fpsr & FP8_FPSR_UFC) == (exact || x >= min_norm));
        }
    }
    check(result >> 7 == op >> 15);
}

/* What is wider and exact gives the same. */
static void narrow_is_the_same(uint16_t op, uint64_t fpmr, bool ah)
{
    uint32_t a = 0, b = 0;

    check(bf_convert_fp8(op, fpmr, ah, &a) ==
          fp32_convert_fp8((uint32_t)op << 16, fpmr, ah, &b));
    check(a == b);
}

/* A larger input does not give a smaller output; OSC gives no infinity. */
static void narrow_is_monotonous(uint32_t x, uint32_t y, uint64_t fpmr)
{
    bool osc = FIELD_EX64(fpmr, FPMR, OSC);
    Kind kind = FIELD_EX64(fpmr, FPMR, F8D) ? E4M3 : E5M2;
    uint32_t fpsr = 0;
    uint8_t small, large;

    x &= 0x7fffffff;
    y &= 0x7fffffff;
    if (x > 0x7f800000 || y > 0x7f800000) {
        return;
    }
    small = fp32_convert_fp8(x < y ? x : y, fpmr, false, &fpsr);
    large = fp32_convert_fp8(x < y ? y : x, fpmr, false, &fpsr);
    flags_are_consistent(fpsr & ~FP8_FPSR_UFC);
    check(small <= large);
    check(large <= kinds[kind].largest + !osc);
    /* The sign is only a sign. */
    check(fp32_convert_fp8(x | 1u << 31, fpmr, true, &fpsr) ==
          (fp32_convert_fp8(x, fpmr, true, &fpsr) | 0x80));
}

/* Widening without a scale is exact, and narrowing takes it back. */
static void round_trip(uint8_t op, unsigned type, uint64_t fpmr, bool ah)
{
    uint32_t fpsr = 0;
    uint16_t wide, bf;

    fpmr = FIELD_DP64(fpmr, FPMR, F8S1, type);
    fpmr = FIELD_DP64(fpmr, FPMR, F8S2, type);
    fpmr = FIELD_DP64(fpmr, FPMR, F8D, type);
    fpmr = FIELD_DP64(fpmr, FPMR, LSCALE, 0);
    fpmr = FIELD_DP64(fpmr, FPMR, LSCALE2, 0);
    fpmr = FIELD_DP64(fpmr, FPMR, NSCALE, 0);
    if (!is_finite(type ? E4M3 : E5M2, op)) {
        return;
    }
    wide = fp8_convert_fp(op, !ah, fpmr, ah, &fpsr);
    bf = fp8_convert_bf(op, ah, fpmr, ah, &fpsr);
    check(fixed(HALF, wide) == fixed(type ? E4M3 : E5M2, op));
    check(fp16_convert_fp8(wide, fpmr, ah, &fpsr) == op);
    check(bf_convert_fp8(bf, fpmr, ah, &fpsr) == op);
    check(fpsr == 0);
}

/* A scaled BFloat16 has the exponent, and only that, less. */
static void widen_scales(uint8_t op, uint64_t fpmr)
{
    uint64_t unscaled = FIELD_DP64(fpmr, FPMR, LSCALE, 0);
    uint32_t fpsr = 0;
    uint16_t with = fp8_convert_bf(op, false, fpmr, false, &fpsr);
    uint16_t without = fp8_convert_bf(op, false, unscaled, false, &fpsr);

    flags_are_consistent(fpsr);
    if (without & 0x7fff && (without & 0x7f80) != 0x7f80) {
        check(without == with + ((FIELD_EX64(fpmr, FPMR, LSCALE) & 63) << 7));
    } else {
        check(with == without);
    }
}

/* Sums of products to half-precision against the model */
static void dot_half(uint16_t addend, uint64_t op1, uint64_t op2, unsigned n,
                     uint64_t fpmr, bool ah)
{
    Kind kind1 = FIELD_EX64(fpmr, FPMR, F8S1) ? E4M3 : E5M2;
    Kind kind2 = FIELD_EX64(fpmr, FPMR, F8S2) ? E4M3 : E5M2;
    int lscale = FIELD_EX64(fpmr, FPMR, LSCALE) & 15;
    bool osm = FIELD_EX64(fpmr, FPMR, OSM);
    uint16_t result = fp8_dot_add_fp16(addend, op1, op2, n, fpmr, ah);
    __int128 sum = 0;
    unsigned code;

    if (!is_finite(HALF, addend)) {
        check(!is_finite(HALF, result));
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        uint8_t a = op1 >> (8 * i), b = op2 >> (8 * i);

        if (!is_finite(kind1, a) || !is_finite(kind2, b)) {
            check(!is_finite(HALF, result));
            return;
        }
        sum += (fixed(kind1, a) >> (POINT - 16)) *
               (fixed(kind2, b) >> (POINT - 16));
    }
    /* It has 32 bits behind the point now, and needs up to 15 more. */
    sum = sum * (1 << (POINT - 32 - lscale)) + fixed(HALF, addend);
    if (sum == 0) {
        check((result & 0x7fff) == 0);
        return;
    }
    code = nearest(HALF, sum);
    code -= osm && code > kinds[HALF].largest;
    check(result == (code | (sum < 0 ? 0x8000 : 0)));
}

/* To single-precision: order and signs do not matter, zeros are neutral. */
static void dot_single(uint32_t addend, uint64_t op1, uint64_t op2, unsigned n,
                       uint64_t fpmr, bool ah)
{
    uint32_t sum = fp8_dot_add_fp32(addend, op1, op2, n, fpmr, ah);
    uint64_t swapped = FIELD_DP64(fpmr, FPMR, F8S2,
                                  FIELD_EX64(fpmr, FPMR, F8S1));
    uint64_t signs = 0x8080808080808080ull;
    uint32_t negative, nan = 0x7f800000;

    swapped = FIELD_DP64(swapped, FPMR, F8S1, FIELD_EX64(fpmr, FPMR, F8S2));
    check(fp8_dot_add_fp32(addend, op2, op1, n, swapped, ah) == sum);
    check(fp8_dot_add_fp32(addend, op1 ^ signs, op2 ^ signs, n, fpmr, ah) ==
          sum);
    negative = fp8_dot_add_fp32(addend ^ 1u << 31, op1, op2 ^ signs, n, fpmr,
                                ah);
    if ((sum & ~(1u << 31)) > nan) {
        check(sum == (ah ? 0xffc00000 : 0x7fc00000) && negative == sum);
    } else if (sum & ~(1u << 31)) {
        check(negative == (sum ^ 1u << 31));
    } else {
        check((negative & ~(1u << 31)) == 0);
    }
    if ((addend & nan) != nan) {
        /* Zeros leave the addend as it is; saturation is for the finite. */
        check(fp8_dot_add_fp32(addend, 0, 0, n, fpmr & ~0x3full, ah) ==
              (addend == 1u << 31 ? 0 : addend));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct {
        uint64_t fpmr, op1, op2;
        uint32_t x, y;
        uint8_t n, ah;
    } in;
    uint64_t fpmr;
    unsigned n;

    if (size < sizeof(in)) {
        return 0;
    }
    memcpy(&in, data, sizeof(in));
    n = 1 + in.n % FP8_DOT_MAX;
    in.ah &= 1;
    /* Supported formats here; the unit test has the others. */
    fpmr = in.fpmr & FPMR_MASK;
    fpmr = FIELD_DP64(fpmr, FPMR, F8S1, FIELD_EX64(fpmr, FPMR, F8S1) & 1);
    fpmr = FIELD_DP64(fpmr, FPMR, F8S2, FIELD_EX64(fpmr, FPMR, F8S2) & 1);
    fpmr = FIELD_DP64(fpmr, FPMR, F8D, FIELD_EX64(fpmr, FPMR, F8D) & 1);
    round_trip(in.op1, in.n >> 7, fpmr, in.ah);
    widen_scales(in.op1, fpmr);
    narrow_half(in.x, fpmr, in.ah);
    narrow_is_the_same(in.x, fpmr, in.ah);
    narrow_is_monotonous(in.x, in.y, fpmr);
    dot_half(in.x, in.op1, in.op2, n, fpmr, in.ah);
    dot_single(in.x, in.op1, in.op2, n, fpmr, in.ah);
    return 0;
}
