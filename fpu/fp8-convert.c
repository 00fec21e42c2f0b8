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

/* Bits of a number that is to be rounded; the most that fp_round() takes */
#define ROUND_BITS 62
/* Bits of an operand of an addition, with room for the carry */
#define ADD_BITS 62
/* The same where that is not enough; this has room for a sign, too */
#define WIDE_BITS 126

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
    const Format *src = fp8_decode_type(type);
    Unpacked u;

    if (src) {
        /* From a normal to a normal number: the fraction has room. */
        uint32_t magnitude = extract64(op, 0, src->sign_bit);
        int exp = magnitude >> src->frac_bits;
        int change = src->min_exp - dscale - dst->min_exp;

        if (exp > 0 && exp + change > 0 && magnitude <= src->max_normal) {
            magnitude <<= dst->frac_bits - src->frac_bits;
            magnitude += (uint32_t)change << dst->frac_bits;
            return with_sign(dst, op >> src->sign_bit, magnitude);
        }
    }
    u = fp_unpack(src, op);
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
    uint32_t magnitude = extract64(op, 0, src->sign_bit);
    int exp = magnitude >> src->frac_bits;
    int change;
    Unpacked u;

    if (!dst) {
        *fpsr |= FP8_FPSR_IOC;
        return FP8_UNSUPPORTED_RESULT;
    }
    /* From a normal to a normal number: never tiny, and rounded as it is. */
    change = src->min_exp + scale - dst->min_exp;
    if (exp > 0 && exp + change > 0 && magnitude <= src->max_normal) {
        uint64_t m = magnitude + change * (1ll << src->frac_bits);
        bool inexact;

        m = round_to(m, 0, src->frac_bits - dst->frac_bits, &inexact);
        if (m <= dst->max_normal) {
            *fpsr |= inexact ? FP8_FPSR_IXC : 0;
            return with_sign(dst, op >> src->sign_bit, m);
        }
    }
    u = fp_unpack(src, op);
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

/* A finite FP8 number: mant * 2^(exp + what the format has at least) */
typedef struct Small {
    bool number, sign;
    unsigned mant, exp;
} Small;

/* What is left of FP8Unpack() where all is a number */
static inline Small fp8_small(const Format *f, uint8_t op)
{
    unsigned magnitude = extract64(op, 0, f->sign_bit);
    unsigned exp = magnitude >> f->frac_bits;

    return (Small) {
        .number = magnitude <= f->max_normal,
        .sign = op >> f->sign_bit,
        .mant = magnitude - (exp ? (exp - 1) << f->frac_bits : 0),
        .exp = exp ? exp - 1 : 0,
    };
}

/* Shift right; what falls off is kept as the last bit ("sticky"). */
static uint64_t shift_right_jam(uint64_t x, unsigned n)
{
    if (n > 63) {
        return x != 0;
    }
    return x >> n | ((x & ((1ull << n) - 1)) != 0);
}

static unsigned __int128 shift_right_jam128(unsigned __int128 x, unsigned n)
{
    if (n > 127) {
        return x != 0;
    }
    return x >> n | ((x & (((unsigned __int128)1 << n) - 1)) != 0);
}

static int count_leading_zeros(unsigned __int128 x)
{
    uint64_t hi = x >> 64;

    return hi ? __builtin_clzll(hi) : 64 + __builtin_clzll(x);
}

/* A sum of two numbers, on the way to be rounded: mant * 2^exp */
typedef struct Sum {
    bool sign;
    uint64_t mant;              /* 0, or less than 2^ROUND_BITS */
    int exp;
} Sum;

/*
 * Add @x * 2^@x_exp and @y * 2^@y_exp with the signs; neither is zero.
 *
 * Both are moved up to ADD_BITS bits and then the smaller one down.  @x has
 * at most 24 bits and @y fewer than ADD_BITS, so bits are lost only when the
 * two are more than one place apart.  Then they cancel at most one bit, and
 * for the rounding to 24 it is enough to know that something is there.
 */
static Sum add(bool x_sign, uint64_t x, int x_exp,
               bool y_sign, uint64_t y, int y_exp)
{
    int n = __builtin_clzll(x) - (64 - ADD_BITS);
    Sum sum;

    x <<= n;
    x_exp -= n;
    n = __builtin_clzll(y) - (64 - ADD_BITS);
    y <<= n;
    y_exp -= n;
    sum.exp = x_exp > y_exp ? x_exp : y_exp;
    x = shift_right_jam(x, sum.exp - x_exp);
    y = shift_right_jam(y, sum.exp - y_exp);
    sum.sign = x_sign;
    if (x_sign == y_sign) {
        sum.mant = shift_right_jam(x + y, 1);
        sum.exp++;
    } else if (x >= y) {
        sum.mant = x - y;
    } else {
        sum.mant = y - x;
        sum.sign = y_sign;
    }
    return sum;
}

/* The same for a @y of up to 67 bits, and @x may be zero */
static Sum add_wide(bool x_sign, unsigned __int128 x, int x_exp,
                    bool y_sign, unsigned __int128 y, int y_exp)
{
    int n = x ? count_leading_zeros(x) - (128 - WIDE_BITS) : 0;
    Sum sum = { 0 };
    __int128 total;

    x <<= n;
    x_exp -= n;
    n = count_leading_zeros(y) - (128 - WIDE_BITS);
    y <<= n;
    y_exp -= n;
    sum.exp = x_exp > y_exp ? x_exp : y_exp;
    x = shift_right_jam128(x, sum.exp - x_exp);
    y = shift_right_jam128(y, sum.exp - y_exp);
    total = x_sign == y_sign ? x + y : x - y;
    sum.sign = x_sign ^ (total < 0);
    x = total < 0 ? -total : total;
    if (x) {
        n = 128 - ROUND_BITS - count_leading_zeros(x);
        if (n > 0) {
            x = shift_right_jam128(x, n);
            sum.exp += n;
        }
    }
    sum.mant = x;
    return sum;
}

/* FP8DotAddFP() where an operand is no number, or the result is zero */
static uint32_t fp8_dot_add_special(const Format *f, const Format *type1,
                                    const Format *type2, const Unpacked *a,
                                    uint64_t op1, uint64_t op2, unsigned n,
                                    bool ah)
{
    bool nan = a->type >= FP_QNAN;
    bool pos_inf = a->type == FP_INFINITY && !a->sign;
    bool neg_inf = a->type == FP_INFINITY && a->sign;
    bool zero = a->type == FP_ZERO;

    for (unsigned i = 0; i < n; i++) {
        Unpacked u1 = fp_unpack(type1, extract64(op1, 8 * i, 8));
        Unpacked u2 = fp_unpack(type2, extract64(op2, 8 * i, 8));
        bool sign = u1.sign ^ u2.sign;
        FPType low = u1.type < u2.type ? u1.type : u2.type;
        FPType high = u1.type < u2.type ? u2.type : u1.type;

        zero &= low == FP_ZERO && sign == a->sign;
        if (high >= FP_INFINITY) {
            /* A product of zero and infinity is invalid. */
            nan |= high >= FP_QNAN || low == FP_ZERO;
            pos_inf |= !sign;
            neg_inf |= sign;
        }
    }
    /* A sum of infinities of both signs is invalid, too. */
    if (nan || (pos_inf && neg_inf)) {
        return with_sign(f, ah, f->default_nan);
    }
    if (pos_inf || neg_inf) {
        return with_sign(f, neg_inf, f->infinity);
    }
    /* An exact zero is +0, because the rounding is to nearest. */
    return with_sign(f, zero && a->sign, 0);
}

/* FP8DotAddFP() to format @f */
static uint32_t fp8_dot_add(const Format *f, int dscale, uint32_t addend,
                            uint64_t op1, uint64_t op2, unsigned n,
                            uint64_t fpmr, bool ah)
{
    const Format *type1 = fp8_decode_type(FIELD_EX64(fpmr, FPMR, F8S1));
    const Format *type2 = fp8_decode_type(FIELD_EX64(fpmr, FPMR, F8S2));
    Unpacked a = fp_unpack(f, addend);
    bool numbers = a.type < FP_INFINITY && type1 && type2;
    uint32_t no_exceptions = 0;
    __int128 products = 0;
    Sum sum = { .sign = a.sign, .mant = a.mant, .exp = a.exp };
    int exp;

    assert(n >= 1 && n <= FP8_DOT_MAX);
    for (unsigned i = 0; i < n && numbers; i++) {
        Small s1 = fp8_small(type1, op1 >> (8 * i));
        Small s2 = fp8_small(type2, op2 >> (8 * i));
        unsigned __int128 product = s1.mant * s2.mant;

        numbers = s1.number && s2.number;
        product <<= s1.exp + s2.exp;
        products += s1.sign ^ s2.sign ? -product : product;
    }
    if (numbers && products) {
        bool sign = products < 0;
        unsigned __int128 y = sign ? -products : products;

        exp = type1->min_exp - (int)type1->frac_bits +
              type2->min_exp - (int)type2->frac_bits - dscale;
        if (y >> (ADD_BITS - 1)) {
            sum = add_wide(a.sign, a.mant, a.exp, sign, y, exp);
        } else if (a.mant) {
            sum = add(a.sign, a.mant, a.exp, sign, y, exp);
        } else {
            sum = (Sum) { .sign = sign, .mant = y, .exp = exp };
        }
    }
    if (!numbers || !sum.mant) {
        return fp8_dot_add_special(f, type1, type2, &a, op1, op2, n, ah);
    }
    return fp_round(f, sum.sign, sum.mant, sum.exp,
                    FIELD_EX64(fpmr, FPMR, OSM), ah, &no_exceptions);
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
