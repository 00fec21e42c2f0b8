/*
 * FP8: conversions from and to it, and sums of products of it (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/registerfields.h"
#include "target/arm/fpmr-fields.h"
#include "fpu/fp8-convert.h"

/* A format; encodings are without the sign. */
typedef struct Format {
    unsigned sign_bit;          /* its number */
    unsigned frac_bits;
    int min_exp;                /* exponent of the minimum normal number */
    uint32_t max_normal;
    uint32_t infinity;          /* E4M3 has none: what stands in for it */
    uint32_t default_nan;
} Format;

/* A1.4.7, with FP8Bits(), FP8MaxNormal(), FP8Infinity(), FP8DefaultNaN() */
static const Format e5m2 = { 7, 2, -14, 0x7b, 0x7c, 0x7e };
static const Format e4m3 = { 7, 3, -6, 0x7e, 0x7f, 0x7f };
/* FPBits(), FPMaxNormal(), FPInfinity(), FPDefaultNaN() */
static const Format half = { 15, 10, -14, 0x7bff, 0x7c00, 0x7e00 };
static const Format bfloat16 = { 15, 7, -126, 0x7f7f, 0x7f80, 0x7fc0 };
static const Format single = {
    31, 23, -126, 0x7f7fffff, 0x7f800000, 0x7fc00000
};

/* FPMR.LSCALE and LSCALE2 to half-precision, and NSCALE from it */
#define HALF_LSCALE_BITS 4
#define HALF_NSCALE_BITS 5
/* FPMR.LSCALE and LSCALE2 to BFloat16 */
#define BF_LSCALE_BITS 6

/* The last bit of an FP8 number is worth at least 2^-16, of a product: */
#define PRODUCT_EXP (-32)

/* Bits of a number that is to be rounded; the most that fp_round() takes */
#define ROUND_BITS 62
/* Bits of an operand of the exact addition, with room for carry and sign */
#define ADD_BITS 126

/* FPType, in an order that the sums of products use */
typedef enum FPType {
    FP_ZERO,
    FP_NONZERO,                 /* and denormal */
    FP_INFINITY,
    FP_QNAN,
    FP_SNAN,
} FPType;

typedef struct Unpacked {
    FPType type;
    bool sign;
    uint32_t mant;              /* the value is mant * 2^exp */
    int exp;
} Unpacked;

/* FP8DecodeType(); NULL is "unsupported". */
static const Format *fp8_decode_type(unsigned f8format)
{
    switch (f8format) {
    case FP8_OFP8_E5M2:
        return &e5m2;
    case FP8_OFP8_E4M3:
        return &e4m3;
    default:
        return NULL;
    }
}

static uint32_t with_sign(const Format *f, bool sign, uint32_t magnitude)
{
    return magnitude | ((uint32_t)sign << f->sign_bit);
}

/* FPUnpack() without any flushing to zero, and FP8Unpack() */
static Unpacked fp_unpack(const Format *f, uint32_t op)
{
    Unpacked u = { .type = FP_SNAN };
    uint32_t magnitude, exp;

    if (!f) {
        return u;
    }
    u.sign = extract64(op, f->sign_bit, 1);
    magnitude = extract64(op, 0, f->sign_bit);
    if (magnitude > f->max_normal) {
        /* E4M3 has but one such number, an SNaN. */
        if (f->infinity != f->default_nan) {
            u.type = magnitude == f->infinity ? FP_INFINITY :
                     magnitude >= f->default_nan ? FP_QNAN : FP_SNAN;
        }
        return u;
    }
    exp = magnitude >> f->frac_bits;
    u.mant = extract64(magnitude, 0, f->frac_bits);
    if (exp) {
        u.mant |= 1u << f->frac_bits;
        exp--;
    }
    u.exp = f->min_exp - (int)f->frac_bits + (int)exp;
    u.type = u.mant ? FP_NONZERO : FP_ZERO;
    return u;
}

/*
 * Round @mant * 2^@exp to nearest, ties to even, to a multiple of 2^@unit.
 * Returns the multiple; *@inexact says whether it is another value.
 */
static uint64_t round_to(uint64_t mant, int exp, int unit, bool *inexact)
{
    int shift = unit - exp;
    uint64_t rest, result;

    if (shift <= 0) {
        *inexact = false;
        return mant << -shift;
    }
    if (shift > ROUND_BITS + 1) {
        *inexact = true;        /* and less than a quarter of the unit */
        return 0;
    }
    rest = extract64(mant, 0, shift);
    result = mant >> shift;
    *inexact = rest != 0;
    /* The half of a unit, and more than that when @result is odd */
    return result + (rest + (result & 1) > 1ull << (shift - 1));
}

/*
 * FP8Round(), FPRoundBase() with ties to even: @mant * 2^@exp, not zero and
 * less than 2^(ROUND_BITS + @exp), in format @f.  @saturate is FPMR.OSC or OSM.
 */
static uint32_t fp_round(const Format *f, bool sign, uint64_t mant, int exp,
                         bool saturate, bool ah, uint32_t *fpsr)
{
    int frac_bits = f->frac_bits;
    int exponent = exp + 63 - __builtin_clzll(mant);
    bool tiny = exponent < f->min_exp;
    bool inexact, ignored;
    uint64_t result;

    if (tiny && ah) {
        /* Still tiny when rounded as if the exponent had no lower bound? */
        tiny = round_to(mant, exp, exponent - frac_bits, &ignored) <
               2ull << frac_bits || exponent + 1 < f->min_exp;
    }
    if (exponent < f->min_exp) {
        exponent = f->min_exp;
    }
    /* A mantissa that is rounded up to two carries into the exponent. */
    result = round_to(mant, exp, exponent - frac_bits, &inexact);
    result += (uint64_t)(exponent - f->min_exp) << frac_bits;
    if (tiny && inexact) {
        *fpsr |= FP8_FPSR_UFC;
    }
    if (result > f->max_normal) {
        result = saturate ? f->max_normal : f->infinity;
        *fpsr |= FP8_FPSR_OFC;
        inexact = true;
    }
    if (inexact) {
        *fpsr |= FP8_FPSR_IXC;
    }
    return with_sign(f, sign, result);
}

/* FP8ConvertFP() to format @dst, which has @scale_bits bits of the scale */
static uint32_t fp8_widen(const Format *dst, unsigned scale_bits, uint8_t op,
                          bool issrc2, uint64_t fpmr, bool ah, uint32_t *fpsr)
{
    unsigned type = issrc2 ? FIELD_EX64(fpmr, FPMR, F8S2) :
                             FIELD_EX64(fpmr, FPMR, F8S1);
    unsigned lscale = issrc2 ? FIELD_EX64(fpmr, FPMR, LSCALE2) :
                               FIELD_EX64(fpmr, FPMR, LSCALE);
    int dscale = extract64(lscale, 0, scale_bits);
    Unpacked u = fp_unpack(fp8_decode_type(type), op);

    switch (u.type) {
    case FP_SNAN:
        *fpsr |= FP8_FPSR_IOC;
        /* fall through */
    case FP_QNAN:
        return with_sign(dst, ah, dst->default_nan);
    case FP_INFINITY:
        return with_sign(dst, u.sign, dst->infinity);
    case FP_ZERO:
        return with_sign(dst, u.sign, 0);
    default:
        return fp_round(dst, u.sign, u.mant, u.exp - dscale, false, ah, fpsr);
    }
}

uint16_t fp8_convert_fp(uint8_t op, bool issrc2, uint64_t fpmr, bool ah,
                        uint32_t *fpsr)
{
    return fp8_widen(&half, HALF_LSCALE_BITS, op, issrc2, fpmr, ah, fpsr);
}

uint16_t fp8_convert_bf(uint8_t op, bool issrc2, uint64_t fpmr, bool ah,
                        uint32_t *fpsr)
{
    return fp8_widen(&bfloat16, BF_LSCALE_BITS, op, issrc2, fpmr, ah, fpsr);
}

/* FPConvertFP8() from format @src */
static uint8_t fp8_narrow(const Format *src, int scale, uint32_t op,
                          uint64_t fpmr, bool ah, uint32_t *fpsr)
{
    const Format *dst = fp8_decode_type(FIELD_EX64(fpmr, FPMR, F8D));
    bool osc = FIELD_EX64(fpmr, FPMR, OSC);
    Unpacked u = fp_unpack(src, op);

    if (!dst) {
        *fpsr |= FP8_FPSR_IOC;
        return FP8_UNSUPPORTED_RESULT;
    }
    switch (u.type) {
    case FP_SNAN:
        *fpsr |= FP8_FPSR_IOC;
        /* fall through */
    case FP_QNAN:
        return with_sign(dst, ah, dst->default_nan);
    case FP_INFINITY:
        /* The pseudocode has no exception here, A1.5.5 has: see fp8.rst. */
        return with_sign(dst, u.sign, osc ? dst->max_normal : dst->infinity);
    case FP_ZERO:
        return with_sign(dst, u.sign, 0);
    default:
        return fp_round(dst, u.sign, u.mant, u.exp + scale, osc, ah, fpsr);
    }
}

uint8_t fp16_convert_fp8(uint16_t op, uint64_t fpmr, bool ah, uint32_t *fpsr)
{
    int scale = sextract64(fpmr, R_FPMR_NSCALE_SHIFT, HALF_NSCALE_BITS);

    return fp8_narrow(&half, scale, op, fpmr, ah, fpsr);
}

uint8_t fp32_convert_fp8(uint32_t op, uint64_t fpmr, bool ah, uint32_t *fpsr)
{
    return fp8_narrow(&single, FIELD_SEX64(fpmr, FPMR, NSCALE),
                      op, fpmr, ah, fpsr);
}

uint8_t bf_convert_fp8(uint16_t op, uint64_t fpmr, bool ah, uint32_t *fpsr)
{
    return fp8_narrow(&bfloat16, FIELD_SEX64(fpmr, FPMR, NSCALE),
                      op, fpmr, ah, fpsr);
}

static int bits128(unsigned __int128 x)
{
    uint64_t hi = x >> 64, lo = x;

    return hi ? 128 - __builtin_clzll(hi) : lo ? 64 - __builtin_clzll(lo) : 0;
}

/* Shift right; what falls off is kept as the last bit ("sticky"). */
static unsigned __int128 shift_right_jam(unsigned __int128 x, unsigned n)
{
    if (n == 0) {
        return x;
    }
    if (n > 127) {
        return x != 0;
    }
    return x >> n | ((x << (128 - n)) != 0);
}

/*
 * Add @sum * 2^@sum_exp to @a, and round once to format @f.
 *
 * Both are moved up to ADD_BITS bits and then the smaller one down.  @a has
 * at most 24 bits and @sum 67, so bits are lost only when they are more than
 * 58 places apart.  Then nothing cancels, the result keeps at least 124 bits,
 * and for its rounding to 24 it is enough to know that something is there.
 */
static uint32_t add_and_round(const Format *f, const Unpacked *a,
                              __int128 sum, int sum_exp, bool saturate, bool ah)
{
    uint32_t no_exceptions = 0;
    unsigned __int128 x = a->mant;
    unsigned __int128 y = sum < 0 ? -sum : sum;
    int x_exp = a->exp, y_exp = sum_exp;
    __int128 total;
    bool sign;
    int n;

    if (x && y) {
        n = ADD_BITS - bits128(x);
        x <<= n;
        x_exp -= n;
        n = ADD_BITS - bits128(y);
        y <<= n;
        y_exp -= n;
        if (x_exp < y_exp) {
            x = shift_right_jam(x, y_exp - x_exp);
            x_exp = y_exp;
        } else {
            y = shift_right_jam(y, x_exp - y_exp);
        }
    } else if (y) {
        x_exp = y_exp;
    }
    total = a->sign == (sum < 0) ? x + y : x - y;
    total = a->sign ? -total : total;
    if (total == 0) {
        return 0;               /* +0, because the rounding is to nearest */
    }
    sign = total < 0;
    x = sign ? -total : total;
    n = bits128(x) - ROUND_BITS;
    if (n > 0) {
        x = shift_right_jam(x, n);
        x_exp += n;
    }
    return fp_round(f, sign, x, x_exp, saturate, ah, &no_exceptions);
}

/* FP8DotAddFP() to format @f */
static uint32_t fp8_dot_add(const Format *f, int dscale, uint32_t addend,
                            uint64_t op1, uint64_t op2, unsigned n,
                            uint64_t fpmr, bool ah)
{
    const Format *type1 = fp8_decode_type(FIELD_EX64(fpmr, FPMR, F8S1));
    const Format *type2 = fp8_decode_type(FIELD_EX64(fpmr, FPMR, F8S2));
    bool osm = FIELD_EX64(fpmr, FPMR, OSM);
    Unpacked a = fp_unpack(f, addend);
    bool nan = a.type >= FP_QNAN;
    bool pos_inf = a.type == FP_INFINITY && !a.sign;
    bool neg_inf = a.type == FP_INFINITY && a.sign;
    bool zero = a.type == FP_ZERO;
    __int128 sum = 0;

    assert(n >= 1 && n <= FP8_DOT_MAX);
    for (unsigned i = 0; i < n; i++) {
        Unpacked u1 = fp_unpack(type1, extract64(op1, 8 * i, 8));
        Unpacked u2 = fp_unpack(type2, extract64(op2, 8 * i, 8));
        bool sign = u1.sign ^ u2.sign;
        FPType low = u1.type < u2.type ? u1.type : u2.type;
        FPType high = u1.type < u2.type ? u2.type : u1.type;

        zero &= low == FP_ZERO && sign == a.sign;
        if (high >= FP_INFINITY) {
            /* A product of zero and infinity is invalid. */
            nan |= high >= FP_QNAN || low == FP_ZERO;
            pos_inf |= !sign;
            neg_inf |= sign;
        } else if (low == FP_NONZERO) {
            __int128 product = (__int128)(u1.mant * u2.mant) <<
                               (u1.exp + u2.exp - PRODUCT_EXP);

            sum += sign ? -product : product;
        }
    }
    /* A sum of infinities of both signs is invalid, too. */
    if (nan || (pos_inf && neg_inf)) {
        return with_sign(f, ah, f->default_nan);
    }
    if (pos_inf || neg_inf) {
        return with_sign(f, neg_inf, f->infinity);
    }
    if (zero) {
        return with_sign(f, a.sign, 0);
    }
    return add_and_round(f, &a, sum, PRODUCT_EXP - dscale, osm, ah);
}

uint16_t fp8_dot_add_fp16(uint16_t addend, uint64_t op1, uint64_t op2,
                          unsigned n, uint64_t fpmr, bool ah)
{
    int dscale = extract64(fpmr, R_FPMR_LSCALE_SHIFT, HALF_LSCALE_BITS);

    return fp8_dot_add(&half, dscale, addend, op1, op2, n, fpmr, ah);
}

uint32_t fp8_dot_add_fp32(uint32_t addend, uint64_t op1, uint64_t op2,
                          unsigned n, uint64_t fpmr, bool ah)
{
    return fp8_dot_add(&single, FIELD_EX64(fpmr, FPMR, LSCALE),
                       addend, op1, op2, n, fpmr, ah);
}
