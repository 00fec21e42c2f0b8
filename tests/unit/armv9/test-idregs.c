/*
 * Unit test of the ID registers and of what a host can show its guest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "target/arm/idregs.h"
#include "tap.h"

#define ALL (~0ull)
#define NONE 0ull

static unsigned encoding(const IDReg *r)
{
    return r->op0 << 14 | r->op1 << 11 | r->crn << 7 | r->crm << 3 | r->op2;
}

/* The table itself */

static void test_table(void)
{
    bool slots = true;

    for (size_t i = 0; i < idregs_count; i++) {
        const IDReg *r = &idregs[i];
        unsigned next = 64;
        bool ok = true, names = true, rules = true;

        for (size_t j = 0; j < r->count; j++) {
            const IDRegField *f = &r->fields[j];
            bool reserved = !strncmp(f->name, "RES", 3);

            /* From bit 63 down, each row ends where the last one began. */
            ok = ok && f->width && f->lsb + f->width == next;
            next = f->lsb;
            names = names && reserved == (f->safe == IDREG_RESERVED) &&
                    idreg_find_field(r, f->name) == (reserved ? NULL : f);
            /* Only LOWER has signs, only LOWER and EXACT have floors. */
            rules = rules &&
                    (f->safe == IDREG_LOWER || f->sign == IDREG_UNSIGNED) &&
                    (f->safe == IDREG_LOWER || f->safe == IDREG_EXACT ||
                     !f->floor) &&
                    (f->floor < 0) == (f->sign == IDREG_SIGNED) &&
                    (f->width <= 8 || f->safe >= IDREG_FIXED);
        }
        tap_ok(ok && next == 0, "%s: every bit, once", r->name);
        tap_ok(names, "%s: names", r->name);
        tap_ok(rules, "%s: rules make sense", r->name);
        tap_ok(i == 0 || encoding(r) > encoding(r - 1),
               "%s: in encoding order", r->name);
        tap_ok(r->count <= IDREG_FIELDS_MAX && idreg_find(r->name) == r &&
               idreg_find_encoding(r->op0, r->op1, r->crn, r->crm,
                                   r->op2) == r, "%s: found", r->name);
    }
    for (unsigned crm = 1; crm < 8; crm++) {
        for (unsigned op2 = 0; op2 < 8; op2++) {
            slots = slots && idreg_find_encoding(3, 0, 0, crm, op2);
        }
    }
    tap_ok(slots && idregs_count == 56 + 5, "56 encodings of the ID space, "
           "and MIDR, REVIDR, CLIDR, AIDR, CTR");
}

/* Which fields have a rule that is not "unsigned, lower, from 0 on" */

static const struct {
    const char *reg, *field;
    IDRegSign sign;
    IDRegSafe safe;
    int floor;
} odd[] = {
    { "ID_DFR0_EL1", "PerfMon", IDREG_PMU, IDREG_LOWER, 0 },
    { "ID_DFR0_EL1", "CopDbg", IDREG_UNSIGNED, IDREG_LOWER, 6 },
    { "ID_MMFR0_EL1", "InnerShr", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_MMFR0_EL1", "OuterShr", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_MMFR3_EL1", "Supersec", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_MMFR4_EL1", "SpecSEI", IDREG_UNSIGNED, IDREG_HIGHER, 0 },
    { "ID_DFR1_EL1", "MTPMU", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_AA64PFR0_EL1", "AdvSIMD", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_AA64PFR0_EL1", "FP", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_AA64PFR0_EL1", "EL1", IDREG_UNSIGNED, IDREG_LOWER, 1 },
    { "ID_AA64PFR0_EL1", "EL0", IDREG_UNSIGNED, IDREG_LOWER, 1 },
    { "ID_AA64PFR1_EL1", "MTE_frac", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_AA64DFR0_EL1", "MTPMU", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_AA64DFR0_EL1", "DoubleLock", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_AA64DFR0_EL1", "WRPs", IDREG_UNSIGNED, IDREG_LOWER, 1 },
    { "ID_AA64DFR0_EL1", "BRPs", IDREG_UNSIGNED, IDREG_LOWER, 1 },
    { "ID_AA64DFR0_EL1", "PMUVer", IDREG_PMU, IDREG_LOWER, 0 },
    { "ID_AA64DFR0_EL1", "DebugVer", IDREG_UNSIGNED, IDREG_LOWER, 6 },
    { "ID_AA64ISAR1_EL1", "API", IDREG_UNSIGNED, IDREG_EXACT, 0 },
    { "ID_AA64ISAR1_EL1", "APA", IDREG_UNSIGNED, IDREG_EXACT, 0 },
    { "ID_AA64ISAR2_EL1", "APA3", IDREG_UNSIGNED, IDREG_EXACT, 0 },
    { "ID_AA64MMFR0_EL1", "TGran4_2", IDREG_UNSIGNED, IDREG_EXACT, 1 },
    { "ID_AA64MMFR0_EL1", "TGran64_2", IDREG_UNSIGNED, IDREG_EXACT, 1 },
    { "ID_AA64MMFR0_EL1", "TGran16_2", IDREG_UNSIGNED, IDREG_EXACT, 1 },
    { "ID_AA64MMFR0_EL1", "TGran4", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_AA64MMFR0_EL1", "TGran64", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "ID_AA64MMFR1_EL1", "SpecSEI", IDREG_UNSIGNED, IDREG_HIGHER, 0 },
    { "ID_AA64MMFR4_EL1", "E2H0", IDREG_SIGNED, IDREG_LOWER, -2 },
    { "ID_AA64MMFR4_EL1", "EIESB", IDREG_SIGNED, IDREG_LOWER, -1 },
    { "CTR_EL0", "CWG", IDREG_UNSIGNED, IDREG_HIGHER_OR_0, 0 },
    { "CTR_EL0", "ERG", IDREG_UNSIGNED, IDREG_HIGHER_OR_0, 0 },
    { "CTR_EL0", "L1Ip", IDREG_UNSIGNED, IDREG_EXACT, 2 },
};

static void test_odd(void)
{
    size_t seen = 0;

    for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
        const IDRegField *f = idreg_find_field(idreg_find(odd[i].reg),
                                               odd[i].field);

        tap_ok(f && f->sign == odd[i].sign && f->safe == odd[i].safe &&
               f->floor == odd[i].floor, "%s.%s: its rule", odd[i].reg,
               odd[i].field);
    }
    for (size_t i = 0; i < idregs_count; i++) {
        for (size_t j = 0; j < idregs[i].count; j++) {
            const IDRegField *f = &idregs[i].fields[j];
            bool bits = !strcmp(idregs[i].name, "ID_AA64SMFR0_EL1") ||
                        !strcmp(idregs[i].name, "ID_AA64FPFR0_EL1");

            seen += f->safe < IDREG_FIXED && !(bits && f->safe) &&
                    (f->safe || f->sign || f->floor);
        }
    }
    tap_ok(seen == ARRAY_SIZE(odd), "no other odd field outside SMFR0 and "
           "FPFR0: %zu", seen);
}

/* Every field, by its type */

static IDRegResult resolve_field(const IDReg *r, const IDRegField *f,
                                 uint64_t host, uint64_t asked,
                                 uint64_t writable, uint64_t enforce)
{
    IDRegResult res;

    idreg_resolve(r, deposit64(0, f->lsb, f->width, host),
                  deposit64(0, f->lsb, f->width, asked), writable, enforce,
                  &res);
    return res;
}

/* Whether the field becomes @value without a word */
static bool becomes(const IDReg *r, const IDRegField *f, uint64_t host,
                    uint64_t asked, uint64_t writable, uint64_t value)
{
    IDRegResult res = resolve_field(r, f, host, asked, writable,
                                    IDREG_ENFORCE);

    return !res.count && !res.refused &&
           res.value == deposit64(0, f->lsb, f->width, value);
}

/* Whether it is refused when enforced, and @given when clamped */
static bool misfit(const IDReg *r, const IDRegField *f, uint64_t host,
                   uint64_t asked, uint64_t writable, uint64_t given,
                   IDRegMisfitKind kind)
{
    IDRegResult e = resolve_field(r, f, host, asked, writable,
                                  idreg_field_mask(f));
    IDRegResult c = resolve_field(r, f, host, asked, writable,
                                  ~idreg_field_mask(f));
    const IDRegMisfit *m = e.misfits;

    return e.refused && e.count == 1 &&
           e.value == deposit64(0, f->lsb, f->width, host) &&
           m->reg == r && m->field == f && m->asked == asked &&
           m->limit == host && m->given == given && m->kind == kind &&
           !c.refused && c.count == 1 && c.misfits[0].kind == kind &&
           c.value == deposit64(0, f->lsb, f->width, given);
}

static bool test_field(const IDReg *r, const IDRegField *f)
{
    uint64_t top = MAKE_64BIT_MASK(0, f->width);
    uint64_t floor = f->floor & top;
    /* 2 (or 1) has room above and below in every type but a single bit */
    uint64_t host = f->floor > 1 ? f->floor + 1u : top > 2 ? 2 : 1;
    bool ok = true;

    /* What the host has is right whatever the kernel says. */
    for (uint64_t v = 0; v <= (top < 256 ? top : 255); v++) {
        ok = ok && becomes(r, f, v, v, NONE, v) && becomes(r, f, v, v, ALL, v);
    }
    switch (f->safe) {
    case IDREG_LOWER:
        ok = ok && becomes(r, f, host, floor, ALL, floor) &&
             becomes(r, f, host, host - 1, ALL, host - 1) &&
             misfit(r, f, host - 1, host, ALL, host - 1, IDREG_ABOVE_HOST) &&
             misfit(r, f, host, host - 1, NONE, host, IDREG_NOT_WRITABLE) &&
             misfit(r, f, host - 1, host, NONE, host - 1,
                    IDREG_NOT_WRITABLE);
        if (f->floor > 0 || f->sign == IDREG_SIGNED) {
            ok = ok && misfit(r, f, host, (floor - 1) & top, ALL, floor,
                              IDREG_NOT_SAFE);
        }
        break;
    case IDREG_HIGHER:
    case IDREG_HIGHER_OR_0:
        ok = ok && becomes(r, f, host, host + 1, ALL, host + 1) &&
             becomes(r, f, host, top, ALL, top) &&
             misfit(r, f, host, 1, ALL, host, IDREG_NOT_SAFE) &&
             misfit(r, f, host, top, NONE, host, IDREG_NOT_WRITABLE);
        break;
    case IDREG_EXACT:
        host = top;
        ok = ok && becomes(r, f, host, floor, ALL, floor) &&
             misfit(r, f, host, floor, NONE, host, IDREG_NOT_WRITABLE) &&
             misfit(r, f, floor, host, ALL, floor, IDREG_ABOVE_HOST);
        if (f->width > 1) {
            ok = ok && misfit(r, f, host, floor ^ 2 ^ (f->width == 2),
                              ALL, floor, IDREG_NOT_SAFE);
        }
        break;
    case IDREG_FIXED:
        ok = ok && misfit(r, f, host, 0, ALL, host, IDREG_NOT_SAFE) &&
             misfit(r, f, host, 0, NONE, host, IDREG_NOT_WRITABLE);
        break;
    case IDREG_ANY:
        ok = ok && becomes(r, f, host, top, ALL, top) &&
             becomes(r, f, top, 0, ALL, 0) &&
             misfit(r, f, host, 0, NONE, host, IDREG_NOT_WRITABLE);
        break;
    case IDREG_RESERVED:
        ok = ok && misfit(r, f, host, 0, ALL, host, IDREG_RESERVED_BITS) &&
             misfit(r, f, 0, host, NONE, 0, IDREG_RESERVED_BITS);
        break;
    }
    return ok;
}

static void test_fields(void)
{
    for (size_t i = 0; i < idregs_count; i++) {
        for (size_t j = 0; j < idregs[i].count; j++) {
            const IDRegField *f = &idregs[i].fields[j];

            tap_ok(test_field(&idregs[i], f), "%s.%s[%u]: its type",
                   idregs[i].name, f->name, f->lsb);
        }
    }
}

/* Cases that are known from kernels and from the manual, with their texts */

enum { FINE = -1 };

static const struct {
    const char *property;
    uint64_t host, asked, writable;
    int kind;
    uint64_t value;
    const char *text;
} cases[] = {
    { "SYSREG_ID_AA64ISAR0_EL1_AES", 2, 0xf, ALL, IDREG_ABOVE_HOST, 2,
      "ID_AA64ISAR0_EL1.AES: requested 0xf, this host allows 0x0..0x2" },
    { "SYSREG_ID_AA64PFR0_EL1_FP", 1, 0xf, ALL & ~(0xfull << 16),
      IDREG_NOT_WRITABLE, 1, "ID_AA64PFR0_EL1.FP: requested 0xf, fixed at "
      "0x1 by the host kernel (not writable)" },
    { "SYSREG_ID_AA64DFR0_EL1_TraceBuffer", 0, 1, 0xf000f00f0full,
      IDREG_NOT_WRITABLE, 0, "ID_AA64DFR0_EL1.TraceBuffer: KVM gives no "
      "trace buffer to guests (fixed at 0x0)" },
    { "SYSREG_ID_AA64DFR0_EL1_TraceVer", 0, 1, 0xf000f00f0full,
      IDREG_NOT_WRITABLE, 0, "ID_AA64DFR0_EL1.TraceVer: KVM gives no "
      "trace unit to guests (fixed at 0x0)" },
    { "SYSREG_ID_AA64DFR0_EL1_TraceFilt", 0, 1, NONE, IDREG_NOT_WRITABLE, 0,
      "ID_AA64DFR0_EL1.TraceFilt: KVM gives no self-hosted trace to guests "
      "(fixed at 0x0)" },
    { "SYSREG_ID_AA64DFR0_EL1_TraceFilt", 1, 0, NONE, IDREG_NOT_WRITABLE, 1,
      "ID_AA64DFR0_EL1.TraceFilt: requested 0x0, fixed at 0x1 by the host "
      "kernel (not writable)" },
    /* 0xf is below 0. */
    { "SYSREG_ID_AA64PFR0_EL1_FP", 1, 0, ALL, FINE, 0, NULL },
    { "SYSREG_ID_AA64PFR0_EL1_FP", 1, 0xf, ALL, FINE, 0xf, NULL },
    { "SYSREG_ID_AA64PFR0_EL1_FP", 0xf, 0, ALL, IDREG_ABOVE_HOST, 0xf,
      "ID_AA64PFR0_EL1.FP: requested 0x0, this host allows 0xf" },
    { "SYSREG_ID_AA64PFR0_EL1_AdvSIMD", 1, 2, ALL, IDREG_ABOVE_HOST, 1,
      "ID_AA64PFR0_EL1.AdvSIMD: requested 0x2, this host allows 0xf or "
      "0x0..0x1" },
    { "SYSREG_ID_AA64PFR0_EL1_AdvSIMD", 1, 8, ALL, IDREG_NOT_SAFE, 0xf,
      "ID_AA64PFR0_EL1.AdvSIMD: requested 0x8, this host allows 0xf or "
      "0x0..0x1" },
    { "SYSREG_ID_AA64DFR0_EL1_DoubleLock", 0, 0xf, ALL, FINE, 0xf, NULL },
    { "SYSREG_ID_AA64DFR0_EL1_DoubleLock", 0xf, 0, ALL, IDREG_ABOVE_HOST,
      0xf, "ID_AA64DFR0_EL1.DoubleLock: requested 0x0, this host allows "
      "0xf" },
    { "SYSREG_ID_AA64MMFR4_EL1_E2H0", 0, 1, ALL, IDREG_ABOVE_HOST, 0,
      "ID_AA64MMFR4_EL1.E2H0: requested 0x1, this host allows 0xe..0xf or "
      "0x0" },
    { "SYSREG_ID_AA64MMFR4_EL1_E2H0", 0xf, 0xe, ALL, FINE, 0xe, NULL },
    /* LPA2: stage 1 steps down; stage 2 is as it is, or "not supported". */
    { "SYSREG_ID_AA64MMFR0_EL1_TGran4", 1, 0, ALL, FINE, 0, NULL },
    { "SYSREG_ID_AA64MMFR0_EL1_TGran4", 1, 0xf, ALL, FINE, 0xf, NULL },
    { "SYSREG_ID_AA64MMFR0_EL1_TGran16", 2, 1, ALL, FINE, 1, NULL },
    { "SYSREG_ID_AA64MMFR0_EL1_TGran4_2", 3, 2, ALL, IDREG_NOT_SAFE, 1,
      "ID_AA64MMFR0_EL1.TGran4_2: requested 0x2, this host allows 0x3 or "
      "0x1" },
    { "SYSREG_ID_AA64MMFR0_EL1_TGran4_2", 3, 0, ALL, IDREG_NOT_SAFE, 1,
      "ID_AA64MMFR0_EL1.TGran4_2: requested 0x0, this host allows 0x3 or "
      "0x1" },
    { "SYSREG_ID_AA64MMFR0_EL1_TGran4_2", 3, 1, ALL, FINE, 1, NULL },
    { "SYSREG_ID_AA64MMFR0_EL1_TGran4_2", 3, 1, 0xff00f000ffffff0full,
      IDREG_NOT_WRITABLE, 3, "ID_AA64MMFR0_EL1.TGran4_2: requested 0x1, "
      "fixed at 0x3 by the host kernel (not writable)" },
    /* A bit is there or not. */
    { "SYSREG_ID_AA64FPFR0_EL1_F8CVT", 1, 0, 0xf0000003, FINE, 0, NULL },
    { "SYSREG_ID_AA64FPFR0_EL1_F8E4M3", 0, 1, 0xf0000003, IDREG_ABOVE_HOST,
      0, "ID_AA64FPFR0_EL1.F8E4M3: requested 0x1, this host allows 0x0" },
    { "SYSREG_ID_AA64FPFR0_EL1_F8MM8", 1, 0, 0xf0000003, IDREG_NOT_WRITABLE,
      1, "ID_AA64FPFR0_EL1.F8MM8: requested 0x0, fixed at 0x1 by the host "
      "kernel (not writable)" },
    { "SYSREG_ID_AA64FPFR0_EL1_F8MM8", 1, 0, 0xfc0080ff, FINE, 0, NULL },
    { "SYSREG_ID_AA64SMFR0_EL1_I8I32", 0xf, 5, ALL, IDREG_NOT_SAFE, 0,
      "ID_AA64SMFR0_EL1.I8I32: requested 0x5, this host allows 0xf or 0x0" },
    { "SYSREG_ID_AA64ISAR1_EL1_API", 5, 3, ALL, IDREG_NOT_SAFE, 0,
      "ID_AA64ISAR1_EL1.API: requested 0x3, this host allows 0x5 or 0x0" },
    /* May be raised */
    { "SYSREG_ID_AA64MMFR1_EL1_SpecSEI", 0, 1, ALL, FINE, 1, NULL },
    { "SYSREG_ID_AA64MMFR1_EL1_SpecSEI", 1, 0, ALL, IDREG_NOT_SAFE, 1,
      "ID_AA64MMFR1_EL1.SpecSEI: requested 0x0, this host allows 0x1..0xf" },
    { "SYSREG_CTR_EL0_CWG", 4, 0, ALL, FINE, 0, NULL },
    { "SYSREG_CTR_EL0_CWG", 4, 3, ALL, IDREG_NOT_SAFE, 4,
      "CTR_EL0.CWG: requested 0x3, this host allows 0x0 or 0x4..0xf" },
    { "SYSREG_CTR_EL0_CWG", 0, 4, ALL, IDREG_NOT_SAFE, 0,
      "CTR_EL0.CWG: requested 0x4, this host allows 0x0" },
    /* The least that is permitted */
    { "SYSREG_ID_AA64DFR0_EL1_DebugVer", 9, 6, ALL, FINE, 6, NULL },
    { "SYSREG_ID_AA64DFR0_EL1_DebugVer", 9, 5, ALL, IDREG_NOT_SAFE, 6,
      "ID_AA64DFR0_EL1.DebugVer: requested 0x5, this host allows 0x6..0x9" },
    { "SYSREG_ID_AA64DFR0_EL1_DebugVer", 9, 10, ALL, IDREG_ABOVE_HOST, 9,
      "ID_AA64DFR0_EL1.DebugVer: requested 0xa, this host allows 0x6..0x9" },
    { "SYSREG_ID_AA64DFR0_EL1_DebugVer", 2, 1, ALL, IDREG_NOT_SAFE, 2,
      "ID_AA64DFR0_EL1.DebugVer: requested 0x1, this host allows 0x2" },
    { "SYSREG_ID_AA64PFR0_EL1_EL0", 2, 0, ALL, IDREG_NOT_SAFE, 1,
      "ID_AA64PFR0_EL1.EL0: requested 0x0, this host allows 0x1..0x2" },
    { "SYSREG_ID_AA64PFR0_EL1_EL0", 2, 1, ALL, FINE, 1, NULL },
    /* No PMUv3 has two values. */
    { "SYSREG_ID_AA64DFR0_EL1_PMUVer", 9, 0xf, ALL, FINE, 0, NULL },
    { "SYSREG_ID_AA64DFR0_EL1_PMUVer", 9, 0, ALL, FINE, 0, NULL },
    { "SYSREG_ID_AA64DFR0_EL1_PMUVer", 0, 0xf, NONE, FINE, 0, NULL },
    { "SYSREG_ID_AA64DFR0_EL1_PMUVer", 0xf, 0, ALL, FINE, 0, NULL },
    { "SYSREG_ID_AA64DFR0_EL1_PMUVer", 0xf, 0, NONE, FINE, 0xf, NULL },
    { "SYSREG_ID_AA64DFR0_EL1_PMUVer", 0xf, 0xf, ALL, FINE, 0xf, NULL },
    { "SYSREG_ID_AA64DFR0_EL1_PMUVer", 0xf, 6, ALL, IDREG_ABOVE_HOST, 0xf,
      "ID_AA64DFR0_EL1.PMUVer: requested 0x6, this host allows 0x0 or 0xf" },
    { "SYSREG_ID_AA64DFR0_EL1_PMUVer", 6, 9, ALL, IDREG_ABOVE_HOST, 6,
      "ID_AA64DFR0_EL1.PMUVer: requested 0x9, this host allows 0x0..0x6 or "
      "0xf" },
    { "SYSREG_ID_AA64DFR0_EL1_PMUVer", 6, 0xf, NONE, IDREG_NOT_WRITABLE, 6,
      "ID_AA64DFR0_EL1.PMUVer: requested 0xf, fixed at 0x6 by the host "
      "kernel (not writable)" },
    { "SYSREG_ID_DFR0_EL1_PerfMon", 7, 0xf, 8ull << 24, IDREG_NOT_WRITABLE,
      7, "ID_DFR0_EL1.PerfMon: requested 0xf, fixed at 0x7 by the host "
      "kernel (not writable)" },
    /* No order */
    { "SYSREG_MIDR_EL1_PartNum", 0xd49, 0xd0c, ALL, FINE, 0xd0c, NULL },
    { "SYSREG_MIDR_EL1_PartNum", 0xd49, 0xd0c, NONE, IDREG_NOT_WRITABLE,
      0xd49, "MIDR_EL1.PartNum: requested 0xd0c, fixed at 0xd49 by the host "
      "kernel (not writable)" },
    { "SYSREG_REVIDR_EL1_IMPDEF", 0, ALL, ALL, FINE, ALL, NULL },
    { "SYSREG_ID_AA64AFR0_EL1_IMPDEF", 2, 1, ALL, IDREG_NOT_SAFE, 2,
      "ID_AA64AFR0_EL1.IMPDEF: requested 0x1, this host allows 0x2" },
};

static void test_cases(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *name = cases[i].property;
        const IDRegField *f = NULL;
        const IDReg *r = idreg_find_property(name, &f);
        char text[IDREG_TEXT_MAX] = "";
        uint64_t host = cases[i].host, asked = cases[i].asked;
        uint64_t writable = cases[i].writable, value = cases[i].value;
        size_t length;
        IDRegResult res;
        bool ok;

        if (!r) {
            tap_ok(false, "%s: found", name);
            continue;
        }
        if (cases[i].kind == FINE) {
            tap_ok(becomes(r, f, host, asked, writable, value),
                   "%s: 0x%" PRIx64 " on 0x%" PRIx64, name, asked, host);
            continue;
        }
        ok = misfit(r, f, host, asked, writable, value, cases[i].kind);
        tap_ok(ok, "%s: 0x%" PRIx64 " on 0x%" PRIx64 " is a misfit", name,
               asked, host);
        if (!ok) {
            continue;
        }
        res = resolve_field(r, f, host, asked, writable, IDREG_CLAMP);
        ok = idreg_misfit_text(res.misfits, text, sizeof(text));
        tap_ok(ok && !strcmp(text, cases[i].text), "%s", text);

        /* A buffer that is a byte too short, and one that is just right */
        length = strlen(cases[i].text);
        tap_ok(!idreg_misfit_text(res.misfits, text, length) &&
               strlen(text) < length &&
               idreg_misfit_text(res.misfits, text, length + 1) &&
               !idreg_misfit_text(res.misfits, text, 0),
               "%s: room for the text", name);
    }
}

static void test_names(void)
{
    const IDRegField *f = NULL;
    const IDReg *r = idreg_find("ID_AA64PFR2_EL1");

    tap_ok(r && r->crm == 4 && r->op2 == 2, "ID_AA64PFR2_EL1");
    tap_ok(idreg_find_property("SYSREG_ID_AA64PFR2_EL1_FPMR", &f) == r &&
           f->lsb == 32 && f->width == 4 &&
           idreg_field_mask(f) == 0xf00000000ull, "ID_AA64PFR2_EL1.FPMR");
    tap_ok(!idreg_find("ID_AA64PFR2") && !idreg_find("") &&
           !idreg_find("id_aa64pfr2_el1"), "no such register");
    tap_ok(!idreg_find_property("ID_AA64PFR2_EL1_FPMR", &f) &&
           !idreg_find_property("SYSREG_ID_AA64PFR2_EL1_", &f) &&
           !idreg_find_property("SYSREG_ID_AA64PFR2_EL1", &f) &&
           !idreg_find_property("SYSREG_ID_AA64PFR2_EL1_RES0", &f) &&
           !idreg_find_property("SYSREG_ID_AA64PFR2_EL1_FPMRX", &f) &&
           !idreg_find_property("SYSREG_", &f), "no such property");
    tap_ok(!idreg_find_encoding(3, 0, 0, 0, 5) &&
           !idreg_find_encoding(3, 0, 0, 8, 0), "no such encoding");
}

/* Several fields at once */

static void test_register(void)
{
    const IDReg *r = idreg_find("ID_AA64ISAR0_EL1");
    uint64_t host = 0x1021111110212120ull, asked = 0x2021111119212130ull;
    char text[IDREG_TEXT_MAX];
    IDRegResult res;

    idreg_resolve(r, host, asked, ALL, IDREG_ENFORCE, &res);
    tap_ok(res.refused && res.count == 3 && res.value == host,
           "three misfits, refused");
    tap_ok(!strcmp(res.misfits[0].field->name, "RNDR") &&
           !strcmp(res.misfits[1].field->name, "RES0") &&
           !strcmp(res.misfits[2].field->name, "AES"), "from bit 63 down");
    idreg_misfit_text(&res.misfits[1], text, sizeof(text));
    tap_ok(!strcmp(text, "ID_AA64ISAR0_EL1[27:24]: requested 0x9, fixed at "
                   "0x0 (reserved bits)"), "%s", text);
    idreg_resolve(r, host, asked, ALL, IDREG_CLAMP, &res);
    tap_ok(!res.refused && res.count == 3 && res.value == host,
           "clamped, with the same list");
    idreg_resolve(r, host, asked & ~0xf000ull, ALL, 0xf0, &res);
    tap_ok(res.refused && res.count == 3 && res.value == host,
           "one field by name, that does not fit");
    idreg_resolve(r, host, asked & ~0xf000ull, ALL, 0xf000, &res);
    tap_ok(!res.refused && res.count == 3 &&
           res.value == (host & ~0xf000ull), "one that does");

    /* Bits that only the host knows, and bits that only we know */
    r = idreg_find("ID_AA64PFR2_EL1");
    idreg_resolve(r, 0x7000000100000000ull, 0, 0xf0000fff0ull, IDREG_CLAMP,
                  &res);
    tap_ok(res.count == 1 && res.value == 0x7000000000000000ull &&
           res.misfits[0].kind == IDREG_RESERVED_BITS,
           "unallocated bits stay as the host has them");
    r = idreg_find("CTR_EL0");
    idreg_resolve(r, 0x80000000, 0, ALL, IDREG_CLAMP, &res);
    idreg_misfit_text(&res.misfits[0], text, sizeof(text));
    tap_ok(res.value == 0x80000000 && !strcmp(text, "CTR_EL0[31]: requested "
           "0x0, fixed at 0x1 (reserved bits)"), "%s", text);

    /* A field of which only a part is writable is not, if it has an order. */
    r = idreg_find("ID_AA64ISAR0_EL1");
    idreg_resolve(r, 0x20, 0x00, 0x20, IDREG_CLAMP, &res);
    tap_ok(res.count == 1 && res.value == 0x20 &&
           res.misfits[0].kind == IDREG_NOT_WRITABLE, "part of a number");
    r = idreg_find("AIDR_EL1");
    idreg_resolve(r, 0x20, 0x00, 0x20, IDREG_ENFORCE, &res);
    tap_ok(res.count == 0 && res.value == 0, "part of what has no order");
}

/* The longest text of any field fits in IDREG_TEXT_MAX. */
static void test_room(void)
{
    size_t longest = 0;
    bool ok = true;

    for (size_t i = 0; i < idregs_count; i++) {
        for (size_t j = 0; j < idregs[i].count; j++) {
            for (int kind = 0; kind <= IDREG_RESERVED_BITS; kind++) {
                const IDRegField *f = &idregs[i].fields[j];
                uint64_t top = MAKE_64BIT_MASK(0, f->width);
                IDRegMisfit m = {
                    .reg = &idregs[i], .field = f, .kind = kind,
                    .asked = top, .limit = f->sign ? top >> 1 : top,
                };
                char text[IDREG_TEXT_MAX];

                ok = idreg_misfit_text(&m, text, sizeof(text)) && ok;
                longest = strlen(text) > longest ? strlen(text) : longest;
            }
        }
    }
    tap_ok(ok, "every text fits: %zu of %d", longest, IDREG_TEXT_MAX);
}

int main(void)
{
    test_table();
    test_odd();
    test_fields();
    test_cases();
    test_names();
    test_register();
    test_room();
    return tap_done();
}
