/*
 * Unit test of fpu/fp8-convert.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * First a few values by hand, then the table that fp8-model.py makes (its
 * lines are explained there): test-fp8-convert TABLE.
 */

#include "qemu/osdep.h"
#include "hw/registerfields.h"
#include "target/arm/fpmr-fields.h"
#include "fpu/fp8-convert.h"
#include "tap.h"

#define IOC FP8_FPSR_IOC
#define OFC FP8_FPSR_OFC
#define UFC FP8_FPSR_UFC
#define IXC FP8_FPSR_IXC

#define E5M2 FP8_OFP8_E5M2
#define E4M3 FP8_OFP8_E4M3

/* Fields of FPMR, as a number of a row */
#define S1(x) ((uint64_t)(x) << R_FPMR_F8S1_SHIFT)
#define S2(x) ((uint64_t)(x) << R_FPMR_F8S2_SHIFT)
#define D(x) ((uint64_t)(x) << R_FPMR_F8D_SHIFT)
#define OSM R_FPMR_OSM_MASK
#define OSC R_FPMR_OSC_MASK
#define LSCALE(x) ((uint64_t)(x) << R_FPMR_LSCALE_SHIFT)
#define NSCALE(x) ((uint64_t)((x) & 0xff) << R_FPMR_NSCALE_SHIFT)
#define LSCALE2(x) ((uint64_t)(x) << R_FPMR_LSCALE2_SHIFT)

static const struct {
    const char *name;
    uint64_t fpmr;
    uint8_t op;
    bool bf, issrc2, ah;
    uint16_t result;
    uint32_t fpsr;
} widen_rows[] = {
    { "E5M2 1.0 to half", S1(E5M2), 0x3c, 0, 0, 0, 0x3c00, 0 },
    { "E4M3 1.0 to half", S1(E4M3), 0x38, 0, 0, 0, 0x3c00, 0 },
    { "E4M3 1.0 to BFloat16", S1(E4M3), 0x38, 1, 0, 0, 0x3f80, 0 },
    { "E4M3 maximum, 448", S1(E4M3), 0x7e, 0, 0, 0, 0x5f00, 0 },
    { "E5M2 maximum, 57344", S1(E5M2), 0x7b, 0, 0, 0, 0x7b00, 0 },
    { "E4M3 minimum, 2^-9", S1(E4M3), 0x01, 0, 0, 0, 0x1800, 0 },
    { "E5M2 minimum, 2^-16", S1(E5M2), 0x01, 0, 0, 0, 0x0100, 0 },
    { "-0", S1(E5M2) | LSCALE(15), 0x80, 0, 0, 0, 0x8000, 0 },
    { "E5M2 -infinity", S1(E5M2) | LSCALE(15), 0xfc, 0, 0, 0, 0xfc00, 0 },
    { "E5M2 QNaN", S1(E5M2), 0xff, 0, 0, 0, 0x7e00, 0 },
    { "E5M2 SNaN", S1(E5M2), 0xfd, 0, 0, 0, 0x7e00, IOC },
    { "E5M2 SNaN, AH", S1(E5M2), 0x7d, 0, 0, 1, 0xfe00, IOC },
    { "E4M3 NaN is signaling", S1(E4M3), 0x7f, 0, 0, 0, 0x7e00, IOC },
    { "E4M3 NaN to BFloat16", S1(E4M3), 0xff, 1, 0, 1, 0xffc0, IOC },
    { "E4M3 has no infinity", S1(E4M3), 0x78, 0, 0, 0, 0x5c00, 0 },
    { "E5M2 2^-16 * 2^-8 is exact", S1(E5M2) | LSCALE(8), 0x01,
      0, 0, 0, 0x0001, 0 },
    { "E5M2 2^-16 * 2^-9 is a tie", S1(E5M2) | LSCALE(9), 0x01,
      0, 0, 0, 0x0000, UFC | IXC },
    { "E5M2 1.5 * 2^-15 * 2^-10 rounds up", S1(E5M2) | LSCALE(10), 0x03,
      0, 0, 1, 0x0001, UFC | IXC },
    { "LSCALE[6:4] does not matter to half", S1(E4M3) | LSCALE(0x73), 0x38,
      0, 0, 0, 0x3000, 0 },
    { "LSCALE[6] does not matter to BFloat16", S1(E4M3) | LSCALE(0x7f), 0x38,
      1, 0, 0, 0x2000, 0 },
    { "LSCALE2[5:4] does not matter to half", S2(E4M3) | LSCALE2(0x33), 0x38,
      0, 1, 0, 0x3000, 0 },
    { "first stream: F8S1 and LSCALE",
      S1(E4M3) | S2(2) | LSCALE(1) | LSCALE2(2), 0x38, 0, 0, 0, 0x3800, 0 },
    { "second stream: F8S2 and LSCALE2",
      S1(2) | S2(E4M3) | LSCALE(1) | LSCALE2(2), 0x38, 0, 1, 0, 0x3400, 0 },
};

static const struct {
    const char *name;
    uint64_t fpmr;
    uint32_t op;
    char src;                   /* half, bfloat or single */
    bool ah;
    uint8_t result;
    uint32_t fpsr;
} narrow_rows[] = {
    { "half 1.0 to E5M2", D(E5M2), 0x3c00, 'h', 0, 0x3c, 0 },
    { "half 1.0 to E4M3", D(E4M3), 0x3c00, 'h', 0, 0x38, 0 },
    { "BFloat16 1.0 to E4M3", D(E4M3), 0x3f80, 'b', 0, 0x38, 0 },
    { "single -1.0 to E5M2", D(E5M2), 0xbf800000, 's', 0, 0xbc, 0 },
    { "464 is a tie, to E4M3's 448", D(E4M3), 0x5f40, 'h', 0, 0x7e, IXC },
    { "464.25 overflows E4M3", D(E4M3), 0x5f41, 'h', 0, 0x7f, OFC | IXC },
    { "-464.25 overflows E4M3", D(E4M3), 0xdf41, 'h', 0, 0xff, OFC | IXC },
    { "464.25 saturates E4M3", D(E4M3) | OSC, 0x5f41, 'h', 0, 0x7e,
      OFC | IXC },
    { "61440 is a tie, to E5M2's infinity", D(E5M2), 0x7b80, 'h', 0, 0x7c,
      OFC | IXC },
    { "-61440 saturates E5M2", D(E5M2) | OSC, 0xfb80, 'h', 0, 0xfb,
      OFC | IXC },
    { "61408 rounds to E5M2's 57344", D(E5M2), 0x7b7f, 'h', 0, 0x7b, IXC },
    { "infinity to E5M2", D(E5M2), 0x7c00, 'h', 0, 0x7c, 0 },
    { "-infinity to E4M3", D(E4M3), 0xfc00, 'h', 0, 0xff, 0 },
    { "infinity to E4M3, OSC", D(E4M3) | OSC, 0x7c00, 'h', 0, 0x7e, 0 },
    { "-infinity to E5M2, OSC", D(E5M2) | OSC, 0xff80, 'b', 0, 0xfb, 0 },
    { "QNaN to E4M3", D(E4M3), 0xfe01, 'h', 0, 0x7f, 0 },
    { "QNaN to E5M2, AH, OSC", D(E5M2) | OSC, 0x7e00, 'h', 1, 0xfe, 0 },
    { "SNaN to E5M2", D(E5M2), 0xff800001, 's', 0, 0x7e, IOC },
    { "SNaN to E4M3, AH", D(E4M3), 0x7f81, 'b', 1, 0xff, IOC },
    { "-0 to E4M3", D(E4M3) | NSCALE(127), 0x80000000, 's', 0, 0x80, 0 },
    { "2^-10 is a tie, to 0", D(E4M3), 0x1400, 'h', 0, 0x00, UFC | IXC },
    { "3 * 2^-10 is a tie, to 2^-8", D(E4M3), 0x1a00, 'h', 0, 0x02,
      UFC | IXC },
    { "2^-9 is exact: no underflow", D(E4M3), 0x1800, 'h', 0, 0x01, 0 },
    { "2^-6 - 2^-11 rounds up to MinNorm", D(E4M3), 0x23c0, 'h', 0, 0x08,
      UFC | IXC },
    { "2^-6 - 2^-11, AH: tiny before rounding only", D(E4M3), 0x23c0,
      'h', 1, 0x08, IXC },
    { "2^-6 - 2^-10, AH: a tie, but exact with unbounded exponent",
      D(E4M3), 0x2380, 'h', 1, 0x08, UFC | IXC },
    { "2^-14 - 2^-17 + 2^-18, AH", D(E5M2), 0x387c0000, 's', 1, 0x04, IXC },
    { "2^-14 - 2^-18, AH: the smallest that is not tiny after rounding",
      D(E5M2), 0x38700000, 's', 1, 0x04, IXC },
    { "and the one below", D(E5M2), 0x386fffff, 's', 1, 0x04, UFC | IXC },
    { "NSCALE adds to the exponent", D(E5M2) | NSCALE(3), 0x3c00, 'h', 0,
      0x48, 0 },
    { "NSCALE is signed", D(E5M2) | NSCALE(-3), 0x3c00, 'h', 0, 0x30, 0 },
    { "NSCALE[7:5] does not matter to half", D(E5M2) | NSCALE(0xe3), 0x3c00,
      'h', 0, 0x48, 0 },
    { "NSCALE[4] is the sign of half's", D(E5M2) | NSCALE(0x1d), 0x3c00,
      'h', 0, 0x30, 0 },
    { "NSCALE[7:5] matters to BFloat16", D(E5M2) | NSCALE(0x1d), 0x3f80,
      'b', 0, 0x7c, OFC | IXC },
    { "the largest single, NSCALE = -128", D(E5M2) | NSCALE(-128),
      0x7f7fffff, 's', 0, 0x3c, IXC },
    { "the smallest single, NSCALE = 127", D(E5M2) | NSCALE(127),
      0x00000001, 's', 0, 0x00, UFC | IXC },
    { "a denormal BFloat16 is not flushed", D(E5M2) | NSCALE(127), 0x0040,
      'b', 1, 0x3c, 0 },
    { "an unsupported format", D(2), 0x0000, 'h', 0, 0xff, IOC },
    { "an unsupported format before NaN and AH", D(7), 0x7fc0, 'b', 1, 0xff,
      IOC },
};

static const struct {
    const char *name;
    uint64_t fpmr;
    uint32_t addend;
    uint64_t op1, op2;
    unsigned n;
    bool to_single, ah;
    uint32_t result;
} dot_rows[] = {
    { "1 + 1 * 1", 0, 0x3c00, 0x3c, 0x3c, 1, 0, 0, 0x4000 },
    { "1 + 1 * 1 + 1 * 1", 0, 0x3f800000, 0x3c3c, 0x3c3c, 2, 1, 0,
      0x40400000 },
    { "E5M2 * E4M3", S2(E4M3), 0, 0x3c, 0x38, 1, 0, 0, 0x3c00 },
    { "E4M3 * E5M2", S1(E4M3), 0, 0x38, 0x3c, 1, 0, 0, 0x3c00 },
    { "1 - 1 is +0", 0, 0xbc00, 0x3c, 0x3c, 1, 0, 0, 0x0000 },
    { "-0 + -0", 0, 0x8000, 0x80, 0x3c, 1, 0, 1, 0x8000 },
    { "-0 + 0", 0, 0x8000, 0x80, 0xbc, 1, 0, 0, 0x0000 },
    { "-0 + -0 + 0", 0, 0x8000, 0x0080, 0x003c, 2, 0, 0, 0x0000 },
    { "2^-24 survives 57344 * 57344 - 57344 * 57344", 0, 0x0001,
      0xfb7b, 0x7b7b, 2, 0, 0, 0x0001 },
    { "4 * 57344 * 57344 to single", 0, 0, 0x7b7b7b7b, 0x7b7b7b7b, 4, 1, 0,
      0x50440000 },
    { "8 * 57344 * 57344 to single", 0, 0, 0x7b7b7b7b7b7b7b7b,
      0x7b7b7b7b7b7b7b7b, 8, 1, 0, 0x50c40000 },
    { "57344 * 57344 to half", 0, 0, 0x7b, 0x7b, 1, 0, 0, 0x7c00 },
    { "-57344 * 57344 to half, AH", 0, 0, 0xfb, 0x7b, 1, 0, 1, 0xfc00 },
    { "57344 * 57344 to half, OSM", OSM, 0, 0x7b, 0x7b, 1, 0, 0, 0x7bff },
    { "57344 * 57344 to half, OSC does not matter", OSC, 0, 0x7b, 0x7b, 1,
      0, 0, 0x7c00 },
    { "65504 + 16 is a tie, to infinity", 0, 0x7bff, 0x4c, 0x3c, 1, 0, 0,
      0x7c00 },
    { "65504 + 14", 0, 0x7bff, 0x4b, 0x3c, 1, 0, 0, 0x7bff },
    { "infinity is not saturated", OSM, 0, 0x7c, 0x3c, 1, 0, 0, 0x7c00 },
    { "infinity * 0", 0, 0, 0x7c, 0x00, 1, 0, 0, 0x7e00 },
    { "0 * infinity, AH", 0, 0, 0x00, 0xfc, 1, 1, 1, 0xffc00000 },
    { "infinity - infinity", 0, 0x7c00, 0xfc, 0x3c, 1, 0, 0, 0x7e00 },
    { "1 * infinity - 1 * infinity", 0, 0, 0xfc7c, 0x3c3c, 2, 1, 0,
      0x7fc00000 },
    { "an addend that is QNaN", 0, 0xffc12345, 0x3c, 0x3c, 1, 1, 0,
      0x7fc00000 },
    { "E4M3 NaN", S1(E4M3) | S2(E4M3), 0, 0x7f, 0x38, 1, 0, 0, 0x7e00 },
    { "an unsupported format of 0", S1(2), 0, 0x00, 0x00, 1, 0, 0, 0x7e00 },
    { "LSCALE[6:4] does not matter to half", LSCALE(0x71), 0, 0x3c, 0x3c, 1,
      0, 0, 0x3800 },
    { "LSCALE[6:0] to single", LSCALE(127), 0, 0x3c, 0x3c, 1, 1, 0,
      0x00400000 },
    { "LSCALE2 and NSCALE do not matter", LSCALE2(63) | NSCALE(127), 0,
      0x3c, 0x3c, 1, 1, 0, 0x3f800000 },
    { "2^-150 is a tie, to 0", LSCALE(118), 0, 0x01, 0x01, 1, 1, 0,
      0x00000000 },
    { "2^-150 + 2^-150 is not flushed", LSCALE(118), 0, 0x0101, 0x0101, 2,
      1, 0, 0x00000001 },
    { "a denormal addend and 2^-159", LSCALE(127), 0x00000001, 0x01, 0x01, 1,
      1, 0, 0x00000001 },
    { "1 + 2^-24 is a tie", 0, 0x3f800000, 0x04, 0x14, 1, 1, 0, 0x3f800000 },
    { "1 + 2^-24 + 2^-32 is not", 0, 0x3f800000, 0x0104, 0x0114, 2, 1, 0,
      0x3f800001 },
    { "2^44 + 2^20 is a tie, 2^-32 decides", 0, 0x55800000, 0x0164, 0x0164,
      2, 1, 0, 0x55800001 },
    { "2^44 + 2^20 is a tie, -2^-32 decides", 0, 0x55800000, 0x0164, 0x8164,
      2, 1, 0, 0x55800000 },
    { "2^30 + 2^6 is a tie", 0, 0, 0x5478, 0x3c78, 2, 1, 0, 0x4e800000 },
    { "2^30 + 2^6 and 2^-32", 0, 0, 0x015478, 0x013c78, 3, 1, 0,
      0x4e800001 },
    { "2^30 + 2^6 and a denormal addend", 0, 0x00000001, 0x5478, 0x3c78, 2,
      1, 0, 0x4e800001 },
    { "2^30 + 3 * 2^6 and a denormal addend", 0, 0x80000001, 0x545878,
      0x3c3c78, 3, 1, 0, 0x4e800001 },
    { "2^100 - 2^-32 rounds to 2^100", 0, 0x71800000, 0x01, 0x81, 1, 1, 0,
      0x71800000 },
};

static void literal_rows(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(widen_rows); i++) {
        uint32_t fpsr = 0;
        uint16_t got = (widen_rows[i].bf ? fp8_convert_bf : fp8_convert_fp)(
            widen_rows[i].op, widen_rows[i].issrc2, widen_rows[i].fpmr,
            widen_rows[i].ah, &fpsr);

        tap_ok(got == widen_rows[i].result && fpsr == widen_rows[i].fpsr,
               "%s: %04x, %02x", widen_rows[i].name, got, fpsr);
    }
    for (size_t i = 0; i < ARRAY_SIZE(narrow_rows); i++) {
        uint32_t op = narrow_rows[i].op, fpsr = 0;
        uint64_t fpmr = narrow_rows[i].fpmr;
        bool ah = narrow_rows[i].ah;
        uint8_t got = narrow_rows[i].src == 'h' ?
                          fp16_convert_fp8(op, fpmr, ah, &fpsr) :
                      narrow_rows[i].src == 'b' ?
                          bf_convert_fp8(op, fpmr, ah, &fpsr) :
                          fp32_convert_fp8(op, fpmr, ah, &fpsr);

        tap_ok(got == narrow_rows[i].result && fpsr == narrow_rows[i].fpsr,
               "%s: %02x, %02x", narrow_rows[i].name, got, fpsr);
    }
    for (size_t i = 0; i < ARRAY_SIZE(dot_rows); i++) {
        uint32_t addend = dot_rows[i].addend;
        uint64_t op1 = dot_rows[i].op1, op2 = dot_rows[i].op2;
        uint64_t fpmr = dot_rows[i].fpmr;
        unsigned n = dot_rows[i].n;
        bool ah = dot_rows[i].ah;
        uint32_t got = dot_rows[i].to_single ?
                       fp8_dot_add_fp32(addend, op1, op2, n, fpmr, ah) :
                       fp8_dot_add_fp16(addend, op1, op2, n, fpmr, ah);

        tap_ok(got == dot_rows[i].result, "%s: %x", dot_rows[i].name, got);
    }
}

/* Exceptions are cumulative; an unsupported format is one for all inputs. */
static void all_inputs(void)
{
    uint32_t fpsr = OFC;
    unsigned bad = 0;

    fp8_convert_fp(0x7f, false, S1(E4M3), false, &fpsr);
    fp16_convert_fp8(0x1400, D(E4M3), false, &fpsr);
    tap_ok(fpsr == (IOC | OFC | UFC | IXC), "exceptions add up: %02x", fpsr);

    for (unsigned type = 2; type < 8; type++) {
        for (unsigned op = 0; op < 0x10000; op++) {
            uint32_t a = 0, b = 0, c = 0, d = 0, e = 0;
            bool ah = op & 1;

            bad += fp16_convert_fp8(op, D(type), ah, &a) != 0xff || a != IOC;
            bad += bf_convert_fp8(op, D(type), ah, &b) != 0xff || b != IOC;
            bad += fp32_convert_fp8(op << 16, D(type), ah, &c) != 0xff ||
                   c != IOC;
            bad += fp8_convert_fp(op >> 8, ah, S1(type) | S2(type), ah, &d) !=
                   (ah ? 0xfe00 : 0x7e00) || d != IOC;
            bad += fp8_convert_bf(op >> 8, ah, S1(type) | S2(type), ah, &e) !=
                   (ah ? 0xffc0 : 0x7fc0) || e != IOC;
        }
    }
    tap_ok(bad == 0, "unsupported formats: %u wrong", bad);
}

/* What is wrong with the inputs of one kind of line; the first is printed. */
typedef struct Tally {
    const char *name;
    unsigned long inputs, wrong;
} Tally;

static Tally tallies[] = {
    { .name = "widen half" },
    { .name = "widen bfloat" },
    { .name = "narrow half" },
    { .name = "narrow bfloat" },
    { .name = "narrow single" },
    { .name = "dot half" },
    { .name = "dot single" },
};

static Tally *tally_of(const char *verb, const char *format)
{
    char name[32];

    snprintf(name, sizeof(name), "%s %s", verb, format);
    for (size_t i = 0; i < ARRAY_SIZE(tallies); i++) {
        if (!strcmp(tallies[i].name, name)) {
            return &tallies[i];
        }
    }
    abort();
}

static void count(Tally *t, bool ok, uint64_t op, uint64_t fpmr, bool ah,
                  uint32_t got, uint32_t fpsr, uint32_t want,
                  uint32_t want_fpsr)
{
    t->inputs++;
    if (!ok && !t->wrong++) {
        printf("# %s: operand %" PRIx64 ", FPMR %" PRIx64 ", AH %d: "
               "%x, %x instead of %x, %x\n",
               t->name, op, fpmr, ah, got, fpsr, want, want_fpsr);
    }
}

static bool widen_line(FILE *f)
{
    char dst[8];
    unsigned type, lscale, op, result[2], flags[2];
    Tally *t;

    if (fscanf(f, "%7s %u %x %x %x %x %x %x", dst, &type, &lscale, &op,
               &result[0], &result[1], &flags[0], &flags[1]) != 8) {
        return false;
    }
    t = tally_of("widen", dst);
    for (unsigned i = 0; i < 8; i++) {
        bool issrc2 = i & 1, ah = i & 2, garbage = i & 4, bf = dst[0] == 'b';
        uint64_t fpmr = OSC | OSM | NSCALE(0xaa);
        uint32_t fpsr = 0, got;

        fpmr |= issrc2 ? S1(7) | S2(type) | LSCALE(0x55) | LSCALE2(lscale) :
                         S1(type) | S2(7) | LSCALE(lscale) | LSCALE2(0x2a);
        if (garbage) {
            /* The bits of the scales that do not matter, and RES0 bits */
            fpmr |= LSCALE(bf ? 0x40 : 0x70) | LSCALE2(bf ? 0 : 0x30) |
                    ~(uint64_t)FPMR_MASK;
        }
        got = (bf ? fp8_convert_bf : fp8_convert_fp)(op, issrc2, fpmr, ah,
                                                     &fpsr);
        count(t, got == result[ah] && fpsr == flags[ah], op, fpmr, ah,
              got, fpsr, result[ah], flags[ah]);
    }
    return true;
}

typedef struct Run {
    unsigned first, last, nan, result[2], flags[2];
} Run;

static void narrow_input(Tally *t, char src, const Run *r, unsigned type,
                         int nscale, uint32_t op)
{
    uint32_t sign_bit = src == 's' ? 1u << 31 : 1u << 15;

    for (unsigned i = 0; i < 8; i++) {
        bool ah = i & 1, osc = i & 2, sign = i & 4;
        bool negative = r->nan ? ah : sign;
        uint32_t want = r->result[osc] | negative << 7, fpsr = 0, got;
        uint32_t in = op | (sign ? sign_bit : 0);
        uint64_t fpmr = D(type) | (osc ? OSC : 0) | NSCALE(nscale);

        if (src == 'h') {
            /* NSCALE[7:5] and what is not of narrowing do not matter. */
            fpmr = FIELD_DP64(fpmr, FPMR, NSCALE, (nscale & 0x1f) | op << 5);
            fpmr |= S1(7) | LSCALE(0x7f) | OSM;
            got = fp16_convert_fp8(in, fpmr, ah, &fpsr);
        } else {
            got = src == 'b' ? bf_convert_fp8(in, fpmr, ah, &fpsr) :
                               fp32_convert_fp8(in, fpmr, ah, &fpsr);
        }
        count(t, got == want && fpsr == r->flags[ah], in, fpmr, ah,
              got, fpsr, want, r->flags[ah]);
    }
}

/* Inputs of single-precision: every exponent with these fractions, and: */
static const uint32_t fractions[] = {
    0, 1, 2, 0x000fff, 0x07ffff, 0x080000, 0x080001, 0x0fffff, 0x100000,
    0x100001, 0x17ffff, 0x180000, 0x180001, 0x1fffff, 0x200000, 0x200001,
    0x2fffff, 0x300000, 0x300001, 0x3ffffe, 0x3fffff, 0x400000, 0x400001,
    0x4fffff, 0x500000, 0x500001, 0x5fffff, 0x600000, 0x600001, 0x6fffff,
    0x700000, 0x700001, 0x77ffff, 0x780000, 0x780001, 0x7ffffe, 0x7fffff,
};
#define SINGLE_INPUTS (256 * ARRAY_SIZE(fractions))

static bool narrow_line(FILE *f)
{
    char src[8];
    unsigned type, runs, next = 0;
    int nscale;
    uint64_t expected_first = 0;
    Tally *t;

    if (fscanf(f, "%7s %u %d %x", src, &type, &nscale, &runs) != 4) {
        return false;
    }
    t = tally_of("narrow", src);
    while (runs--) {
        Run r;

        if (fscanf(f, "%x %x %u %x %x %x %x", &r.first, &r.last, &r.nan,
                   &r.result[0], &r.result[1], &r.flags[0],
                   &r.flags[1]) != 7 || r.first != expected_first) {
            return false;
        }
        expected_first = (uint64_t)r.last + 1;
        if (src[0] != 's') {
            for (unsigned op = r.first; op <= r.last; op++) {
                narrow_input(t, src[0], &r, type, nscale, op);
            }
            continue;
        }
        /* ...the first, the last and the middle one of each run. */
        narrow_input(t, 's', &r, type, nscale, r.first);
        narrow_input(t, 's', &r, type, nscale, r.last);
        narrow_input(t, 's', &r, type, nscale,
                     r.first + (r.last - r.first) / 2);
        for (; next < SINGLE_INPUTS; next++) {
            uint32_t op = (uint32_t)(next / ARRAY_SIZE(fractions)) << 23 |
                          fractions[next % ARRAY_SIZE(fractions)];

            if (op > r.last) {
                break;
            }
            narrow_input(t, 's', &r, type, nscale, op);
        }
    }
    return expected_first == (src[0] == 's' ? 1ull << 31 : 1ull << 15);
}

static bool dot_line(FILE *f)
{
    char dst[8];
    unsigned n, ah, addend, want, got;
    uint64_t fpmr, op1, op2;

    if (fscanf(f, "%7s %u %" SCNx64 " %u %x %" SCNx64 " %" SCNx64 " %x", dst,
               &n, &fpmr, &ah, &addend, &op1, &op2, &want) != 8) {
        return false;
    }
    got = dst[0] == 'h' ? fp8_dot_add_fp16(addend, op1, op2, n, fpmr, ah) :
                          fp8_dot_add_fp32(addend, op1, op2, n, fpmr, ah);
    count(tally_of("dot", dst), got == want, op1, fpmr, ah, got, addend,
          want, addend);
    return true;
}

static void table(const char *name)
{
    FILE *f = fopen(name, "r");
    char verb[8];
    bool ok = f != NULL;

    while (ok && fscanf(f, "%7s", verb) == 1) {
        ok = !strcmp(verb, "widen") ? widen_line(f) :
             !strcmp(verb, "narrow") ? narrow_line(f) :
             !strcmp(verb, "dot") && dot_line(f);
    }
    tap_ok(ok, "the table %s is read", name);
    if (f) {
        fclose(f);
    }
    for (size_t i = 0; i < ARRAY_SIZE(tallies); i++) {
        tap_ok(tallies[i].inputs && !tallies[i].wrong,
               "%s: %lu inputs, %lu wrong", tallies[i].name,
               tallies[i].inputs, tallies[i].wrong);
    }
}

int main(int argc, char **argv)
{
    literal_rows();
    all_inputs();
    table(argc == 2 ? argv[1] : "fp8-table.txt");
    return tap_done();
}
