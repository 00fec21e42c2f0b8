/*
 * Unit test of comparing values of ID registers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "target/arm/idregs-compare.h"
#include "tap.h"

/* Two values of a register, and what they are to each other */

static const struct {
    const char *what, *reg;
    uint64_t a, b;
    bool a_has_b, b_has_a;
    const char *differ;         /* the highest field, or NULL */
    uint64_t baseline;
    bool possible;
} cases[] = {
    { "the same", "ID_AA64ISAR0_EL1", 0x21, 0x21, true, true, NULL,
      0x21, true },
    { "AES, PMULL", "ID_AA64ISAR0_EL1", 0x20, 0x10, true, false, "AES",
      0x10, true },
    { "AES, the other way", "ID_AA64ISAR0_EL1", 0x10, 0x20, false, true,
      "AES", 0x10, true },
    { "one each", "ID_AA64ISAR0_EL1", 0x1020, 0x2010, false, false, "SHA2",
      0x1010, true },
    { "no FP is less", "ID_AA64PFR0_EL1", 0x110011, 0xff0011, true, false,
      "AdvSIMD", 0xff0011, true },
    { "SError is more to expect", "ID_AA64MMFR1_EL1", 0, 0x1000000, true,
      false, "SpecSEI", 0x1000000, true },
    { "no PMU is no PMU", "ID_AA64DFR0_EL1", 0x006, 0xf06, true, true, NULL,
      0x006, true },
    { "some PMU", "ID_AA64DFR0_EL1", 0xf06, 0x506, false, true, "PMUVer",
      0xf06, true },
    { "QARMA5 and IMPLEMENTATION DEFINED have nothing in common",
      "ID_AA64ISAR1_EL1", 0x10, 0x100, false, false, "API", 0, true },
    { "other steps of an algorithm", "ID_AA64ISAR1_EL1", 0x30, 0x50, false,
      false, "APA", 0, true },
    { "granules of stage 2", "ID_AA64MMFR0_EL1", 2ull << 40, 3ull << 40,
      false, false, "TGran4_2", 1ull << 40, true },
    { "stage 2 as stage 1", "ID_AA64MMFR0_EL1", 0, 0x22100000000, true, true,
      NULL, 0, true },
    { "stage 2 as stage 1, the other way", "ID_AA64MMFR0_EL1", 0x22100000000,
      0, true, true, NULL, 0x22100000000, true },
    { "stage 2 as stage 1, which is less", "ID_AA64MMFR0_EL1", 0x10000000,
      0x32100000000, true, false, "TGran4", 0x30000000000, true },
    { "stage 2 as stage 1, which is none", "ID_AA64MMFR0_EL1", 0xff000000,
      0x22100000000, false, true, "TGran4_2", 0xff000000, true },
    { "52-bit addresses of 16K", "ID_AA64MMFR0_EL1", 0x200000, 0x300200000,
      true, true, NULL, 0x200000, true },
    { "16K at stage 1 alone", "ID_AA64MMFR0_EL1", 0x100000, 0x100100000,
      true, false, "TGran16_2", 0x100100000, true },
    { "8-bit floating point", "ID_AA64FPFR0_EL1", 3ull << 30, 1ull << 31,
      true, false, "F8FMA", 1ull << 31, true },
    { "bits that nobody knows", "ID_AA64PFR2_EL1", 1ull << 60, 0, false,
      false, "RES0", 1ull << 60, false },
    { "other hardware", "ID_AA64AFR0_EL1", 1, 2, false, false, "IMPDEF", 1,
      false },
    { "other make", "MIDR_EL1", 0x410fd0c0, 0x410fd4f1, true, true, NULL,
      0x410fd0c0, true },
};

static void test_cases(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const IDReg *reg = idreg_find(cases[i].reg);
        IDRegComparison c = idreg_compare(reg, cases[i].a, cases[i].b);
        unsigned first = c.differ ? __builtin_ctz(c.differ) : 0;
        uint64_t value;
        IDRegFieldSet none = idreg_baseline(reg, cases[i].a, cases[i].b,
                                            &value);

        tap_ok(c.a_has_b == cases[i].a_has_b &&
               c.b_has_a == cases[i].b_has_a, "%s", cases[i].what);
        tap_ok(cases[i].differ
               ? c.differ && !strcmp(reg->fields[first].name, cases[i].differ)
               : !c.differ, "%s: field", cases[i].what);
        tap_ok(value == cases[i].baseline && !none == cases[i].possible,
               "%s: baseline", cases[i].what);
    }
}

/* Every pair of values of every narrow field: the best that both can show */

static bool best_of(const IDReg *reg, const IDRegField *f, uint64_t a,
                    uint64_t b)
{
    uint64_t top = MAKE_64BIT_MASK(0, f->width), value, best;
    IDRegFieldSet none = idreg_baseline(reg, a << f->lsb, b << f->lsb, &value);
    bool any = false;

    best = extract64(value, f->lsb, f->width);
    if ((value & ~idreg_field_mask(f)) != 0) {
        return false;
    }
    for (uint64_t v = 0; v <= top; v++) {
        if (!idreg_field_allows(f, a, v) || !idreg_field_allows(f, b, v)) {
            continue;
        }
        any = true;
        if (f->safe != IDREG_ANY && !idreg_field_allows(f, best, v)) {
            return false;
        }
    }
    return any == !none &&
           (!any || f->safe == IDREG_ANY ||
            (idreg_field_allows(f, a, best) &&
             idreg_field_allows(f, b, best)));
}

static bool ranges_right(const IDRegField *f, uint64_t host)
{
    uint64_t top = MAKE_64BIT_MASK(0, f->width);
    IDRegRange r[IDREG_RANGES_MAX];
    size_t count = idreg_field_ranges(f, host, true, r);

    for (uint64_t v = 0; v <= top; v++) {
        bool in = false;

        for (size_t i = 0; i < count; i++) {
            in = in || (v >= r[i].low && v <= r[i].high);
        }
        if (in != idreg_field_allows(f, host, v)) {
            return false;
        }
    }
    /* Apart, so that nothing is said twice */
    for (size_t i = 1; i < count; i++) {
        if (r[i].low <= r[i - 1].high + 1) {
            return false;
        }
    }
    return idreg_field_ranges(f, host, false, r) == 1 &&
           r[0].low == host && r[0].high == host;
}

static void test_all_fields(void)
{
    for (size_t i = 0; i < idregs_count; i++) {
        const IDReg *reg = &idregs[i];
        bool best = true, ranges = true;

        for (size_t j = 0; j < reg->count; j++) {
            const IDRegField *f = &reg->fields[j];
            uint64_t top = MAKE_64BIT_MASK(0, f->width);

            if (f->width > 5) {
                continue;
            }
            for (uint64_t a = 0; a <= top; a++) {
                ranges = ranges && ranges_right(f, a);
                /* Of granules, two fields make one value: test_granules(). */
                if (!strncmp(f->name, "TGran", 5)) {
                    continue;
                }
                for (uint64_t b = 0; b <= top; b++) {
                    best = best && best_of(reg, f, a, b);
                }
            }
        }
        tap_ok(best, "%s: the best of all pairs", reg->name);
        tap_ok(ranges, "%s: ranges are what is allowed", reg->name);
    }
}

/* Of a granule: level of stage 2, which stage 1 tells where it is 0 */
static unsigned level(int stage1, unsigned stage2)
{
    return stage2 ? stage2 : stage1 < 0 ? 1 : stage1 == 0 ? 2 : 3;
}

static bool granule_right(const char *name1, const char *name2, int supported,
                          const int one[2], const unsigned two[2])
{
    const IDReg *reg = idreg_find("ID_AA64MMFR0_EL1");
    const IDRegField *f1 = idreg_find_field(reg, name1);
    const IDRegField *f2 = idreg_find_field(reg, name2);
    unsigned la = level(one[0], two[0]), lb = level(one[1], two[1]);
    uint64_t v[2], value;
    IDRegComparison c;
    int stage1;

    for (int i = 0; i < 2; i++) {
        v[i] = deposit64(0, f1->lsb, f1->width, one[i] + supported);
        v[i] = deposit64(v[i], f2->lsb, f2->width, two[i]);
    }
    c = idreg_compare(reg, v[0], v[1]);
    if (c.a_has_b != (one[0] >= one[1] && (la == lb || lb == 1)) ||
        c.b_has_a != (one[1] >= one[0] && (la == lb || la == 1)) ||
        idreg_baseline(reg, v[0], v[1], &value)) {
        return false;
    }
    /* What comes out says the least of both, in the words of the first. */
    stage1 = sextract64(value, f1->lsb, f1->width) - supported;
    return stage1 == (one[0] < one[1] ? one[0] : one[1]) &&
           level(stage1, extract64(value, f2->lsb, f2->width)) ==
           (la == lb ? la : 1) &&
           (v[0] != v[1] || value == v[0]);
}

static void test_granules(void)
{
    static const struct {
        const char *stage1, *stage2;
        int supported;
    } granules[] = {
        { "TGran4", "TGran4_2", 0 },
        { "TGran16", "TGran16_2", 1 },
        { "TGran64", "TGran64_2", 0 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(granules); i++) {
        bool ok = true;

        for (unsigned n = 0; n < 3 * 3 * 4 * 4; n++) {
            int one[2] = { (int)(n % 3) - 1, (int)(n / 3 % 3) - 1 };
            unsigned two[2] = { n / 9 % 4, n / 36 };

            ok = ok && granule_right(granules[i].stage1, granules[i].stage2,
                                     granules[i].supported, one, two);
        }
        tap_ok(ok, "%s: as stage 1, or not", granules[i].stage2);
    }
}

static void test_wide(void)
{
    const IDReg *midr = idreg_find("MIDR_EL1");
    const IDReg *afr = idreg_find("ID_AA64AFR0_EL1");
    IDRegRange r[IDREG_RANGES_MAX];

    tap_ok(idreg_field_ranges(idreg_find_field(midr, "PartNum"), 0xd0c, true,
                              r) == 1 && r[0].low == 0 && r[0].high == 0xfff,
           "a number that identifies: all");
    tap_ok(idreg_field_ranges(idreg_find_field(afr, "IMPDEF"), 5, true,
                              r) == 1 && r[0].low == 5 && r[0].high == 5,
           "IMPLEMENTATION DEFINED: the host's");
}

static void test_aarch32(void)
{
    unsigned views = 0;

    for (size_t i = 0; i < idregs_count; i++) {
        views += idreg_aarch32(&idregs[i]);
    }
    tap_ok(views == 24, "24 encodings of views, named or not");
    tap_ok(idreg_aarch32(idreg_find("ID_ISAR6_EL1")) &&
           idreg_aarch32(idreg_find("MVFR2_EL1")) &&
           !idreg_aarch32(idreg_find("ID_AA64PFR0_EL1")) &&
           !idreg_aarch32(idreg_find("MIDR_EL1")) &&
           !idreg_aarch32(idreg_find("CLIDR_EL1")), "which ones");
}

int main(void)
{
    test_cases();
    test_all_fields();
    test_granules();
    test_wide();
    test_aarch32();
    return tap_done();
}
