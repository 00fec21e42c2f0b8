/*
 * ID registers as data, and what a host can show its guest (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <stdarg.h>
#include "qemu/bitops.h"
#include "target/arm/idregs.h"

/* The rows of each register: ID_PFR0_EL1_fields[] and so on */
#define IDREG(reg, o0, o1, cn, cm, o2) \
    static const IDRegField reg##_fields[] = {
#define IDFIELD(reg, field, l, w, sg, sf, fl) \
    { #field, l, w, IDREG_##sg, IDREG_##sf, fl },
#define IDRES0(reg, l, w) { "RES0", l, w, IDREG_UNSIGNED, IDREG_RESERVED, 0 },
#define IDRES1(reg, l, w) { "RES1", l, w, IDREG_UNSIGNED, IDREG_RESERVED, 0 },
#define IDEND(reg) };
#include "target/arm/idregs.h.inc"

/* All misfits of a register fit in IDRegResult. */
#define IDREG(reg, o0, o1, cn, cm, o2)
#define IDFIELD(reg, field, l, w, sg, sf, fl)
#define IDRES0(reg, l, w)
#define IDRES1(reg, l, w)
#define IDEND(reg) \
    _Static_assert(ARRAY_SIZE(reg##_fields) <= IDREG_FIELDS_MAX, #reg);
#include "target/arm/idregs.h.inc"

const IDReg idregs[] = {
#define IDREG(reg, o0, o1, cn, cm, o2) \
    { #reg, o0, o1, cn, cm, o2, reg##_fields, ARRAY_SIZE(reg##_fields) },
#define IDFIELD(reg, field, l, w, sg, sf, fl)
#define IDRES0(reg, l, w)
#define IDRES1(reg, l, w)
#define IDEND(reg)
#include "target/arm/idregs.h.inc"
};

_Static_assert(ARRAY_SIZE(idregs) == IDREGS_COUNT, "rows and names");
const size_t idregs_count = IDREGS_COUNT;

/* What KVM does not give to guests on any host; the field alone says little. */
static const struct {
    const char *field;
    const char *what;
} not_for_guests[] = {
    { "TraceVer", "trace unit" },
    { "TraceFilt", "self-hosted trace" },
    { "TraceBuffer", "trace buffer" },
};

const IDReg *idreg_find(const char *name)
{
    for (size_t i = 0; i < idregs_count; i++) {
        if (!strcmp(idregs[i].name, name)) {
            return &idregs[i];
        }
    }
    return NULL;
}

const IDReg *idreg_find_encoding(unsigned op0, unsigned op1, unsigned crn,
                                 unsigned crm, unsigned op2)
{
    for (size_t i = 0; i < idregs_count; i++) {
        const IDReg *r = &idregs[i];

        if (r->op0 == op0 && r->op1 == op1 && r->crn == crn &&
            r->crm == crm && r->op2 == op2) {
            return r;
        }
    }
    return NULL;
}

const IDRegField *idreg_find_field(const IDReg *reg, const char *name)
{
    for (size_t i = 0; i < reg->count; i++) {
        const IDRegField *f = &reg->fields[i];

        if (f->safe != IDREG_RESERVED && !strcmp(f->name, name)) {
            return f;
        }
    }
    return NULL;
}

const IDReg *idreg_find_property(const char *name, const IDRegField **field)
{
    static const char prefix[] = "SYSREG_";

    if (strncmp(name, prefix, strlen(prefix))) {
        return NULL;
    }
    name += strlen(prefix);
    for (size_t i = 0; i < idregs_count; i++) {
        size_t length = strlen(idregs[i].name);
        const IDRegField *f;

        if (!strncmp(name, idregs[i].name, length) && name[length] == '_') {
            f = idreg_find_field(&idregs[i], name + length + 1);
            if (f) {
                *field = f;
                return &idregs[i];
            }
        }
    }
    return NULL;
}

uint64_t idreg_field_mask(const IDRegField *field)
{
    return MAKE_64BIT_MASK(field->lsb, field->width);
}

/* Where a value of IDREG_LOWER is in the order; such fields are narrow. */
static int64_t idreg_rank(const IDRegField *field, uint64_t value)
{
    switch (field->sign) {
    case IDREG_SIGNED:
        return sextract64(value, 0, field->width);
    case IDREG_PMU:
        return value == MAKE_64BIT_MASK(0, field->width) ? 0 : value;
    default:
        return value;
    }
}

/* The floor, as the field would hold it */
static uint64_t idreg_floor(const IDRegField *field)
{
    return field->floor & MAKE_64BIT_MASK(0, field->width);
}

bool idreg_field_allows(const IDRegField *field, uint64_t host,
                        uint64_t asked)
{
    int64_t rank;

    if (asked == host) {
        return true;
    }
    switch (field->safe) {
    case IDREG_LOWER:
        rank = idreg_rank(field, asked);
        return rank >= field->floor && rank <= idreg_rank(field, host);
    case IDREG_HIGHER:
        return asked > host;
    case IDREG_HIGHER_OR_0:
        return !asked || (host && asked > host);
    case IDREG_EXACT:
        return asked == idreg_floor(field);
    case IDREG_ANY:
        return true;
    case IDREG_FIXED:
    case IDREG_RESERVED:
        break;
    }
    return false;
}

/* The value for a field that idreg_field_allows() does not allow */
static uint64_t idreg_clamp(const IDRegField *field, uint64_t host,
                            uint64_t asked)
{
    switch (field->safe) {
    case IDREG_LOWER:
        /* Below the floor, unless the host itself is. */
        if (idreg_rank(field, asked) < field->floor &&
            idreg_rank(field, host) >= field->floor) {
            return idreg_floor(field);
        }
        return host;
    case IDREG_EXACT:
        return idreg_floor(field);
    default:
        return host;
    }
}

static IDRegMisfitKind idreg_kind(const IDRegField *field, uint64_t host,
                                  uint64_t asked)
{
    switch (field->safe) {
    case IDREG_RESERVED:
        return IDREG_RESERVED_BITS;
    case IDREG_LOWER:
    case IDREG_EXACT:
        if (idreg_rank(field, asked) > idreg_rank(field, host)) {
            return IDREG_ABOVE_HOST;
        }
        break;
    default:
        break;
    }
    return IDREG_NOT_SAFE;
}

/*
 * The bits of the field that can differ from the host's.  A number with an
 * order is written whole or not at all; that is how Linux takes its mask.
 */
static uint64_t idreg_writable(const IDRegField *field, uint64_t writable)
{
    uint64_t mask = extract64(writable, field->lsb, field->width);

    return field->safe == IDREG_ANY ||
           mask == MAKE_64BIT_MASK(0, field->width) ? mask : 0;
}

void idreg_resolve(const IDReg *reg, uint64_t host, uint64_t asked,
                   uint64_t writable, uint64_t enforce, IDRegResult *result)
{
    result->value = host;
    result->refused = false;
    result->count = 0;

    for (size_t i = 0; i < reg->count; i++) {
        const IDRegField *f = &reg->fields[i];
        uint64_t limit = extract64(host, f->lsb, f->width);
        uint64_t want = extract64(asked, f->lsb, f->width);
        uint64_t mask = idreg_writable(f, writable);
        uint64_t given = want;
        bool allowed = idreg_field_allows(f, limit, want);
        bool fixed = (want ^ limit) & ~mask;

        if (want == limit) {
            continue;
        }
        if (!allowed) {
            given = idreg_clamp(f, limit, want);
        } else if (f->sign == IDREG_PMU && !idreg_rank(f, want)) {
            given = 0;
        }
        if ((given ^ limit) & ~mask) {
            given = limit;
            /* PMU: 0 and 0xf are the same. */
            allowed = f->safe == IDREG_LOWER &&
                      idreg_rank(f, want) == idreg_rank(f, limit);
        }
        result->value = deposit64(result->value, f->lsb, f->width, given);
        if (!allowed) {
            result->misfits[result->count++] = (IDRegMisfit) {
                .reg = reg, .field = f,
                .asked = want, .limit = limit, .given = given,
                .kind = fixed && f->safe != IDREG_RESERVED
                        ? IDREG_NOT_WRITABLE : idreg_kind(f, limit, want),
            };
            result->refused |= (enforce & idreg_field_mask(f)) != 0;
        }
    }
    if (result->refused) {
        result->value = host;
    }
}

/* A text that grows in a caller's buffer */
typedef struct Text {
    char *at;
    size_t room;
    bool whole;
} Text;

__attribute__((format(printf, 2, 3)))
static void text_add(Text *t, const char *format, ...)
{
    va_list ap;
    int n;

    if (!t->whole) {
        return;
    }
    va_start(ap, format);
    n = vsnprintf(t->at, t->room, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= t->room) {
        t->whole = false;
        return;
    }
    t->at += n;
    t->room -= n;
}

static void text_add_range(Text *t, uint64_t low, uint64_t high)
{
    text_add(t, "0x%" PRIx64, low);
    if (low != high) {
        text_add(t, "..0x%" PRIx64, high);
    }
}

/* All that idreg_field_allows() allows */
static void text_add_allowed(Text *t, const IDRegField *f, uint64_t host)
{
    uint64_t top = MAKE_64BIT_MASK(0, f->width);
    uint64_t floor = idreg_floor(f);
    int64_t rank = idreg_rank(f, host);

    switch (f->safe) {
    case IDREG_LOWER:
        if (f->sign == IDREG_PMU) {
            text_add_range(t, 0, rank);
            text_add(t, " or 0x%" PRIx64, top);
        } else if (rank < f->floor) {
            text_add_range(t, host, host);
        } else if (f->floor < 0 && rank >= 0) {
            text_add_range(t, floor, top);
            text_add(t, " or ");
            text_add_range(t, 0, host);
        } else {
            text_add_range(t, floor, host);
        }
        break;
    case IDREG_HIGHER:
        text_add_range(t, host, top);
        break;
    case IDREG_HIGHER_OR_0:
        text_add(t, "0x0");
        if (host) {
            text_add(t, " or ");
            text_add_range(t, host, top);
        }
        break;
    case IDREG_EXACT:
        text_add_range(t, host, host);
        if (floor != host) {
            text_add(t, " or 0x%" PRIx64, floor);
        }
        break;
    case IDREG_ANY:
        text_add_range(t, 0, top);
        break;
    case IDREG_FIXED:
    case IDREG_RESERVED:
        text_add_range(t, host, host);
        break;
    }
}

static const char *idreg_not_for_guests(const IDRegMisfit *misfit)
{
    if (misfit->limit || strcmp(misfit->reg->name, "ID_AA64DFR0_EL1")) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(not_for_guests); i++) {
        if (!strcmp(misfit->field->name, not_for_guests[i].field)) {
            return not_for_guests[i].what;
        }
    }
    return NULL;
}

bool idreg_misfit_text(const IDRegMisfit *misfit, char *text, size_t room)
{
    Text t = { .at = text, .room = room, .whole = true };
    const IDRegField *f = misfit->field;
    const char *what = NULL;

    text_add(&t, "%s", misfit->reg->name);
    if (misfit->kind == IDREG_RESERVED_BITS) {
        if (f->width > 1) {
            text_add(&t, "[%u:%u]", f->lsb + f->width - 1u, f->lsb + 0u);
        } else {
            text_add(&t, "[%u]", f->lsb + 0u);
        }
    } else {
        text_add(&t, ".%s", f->name);
    }

    if (misfit->kind == IDREG_NOT_WRITABLE) {
        what = idreg_not_for_guests(misfit);
    }
    if (what) {
        text_add(&t, ": KVM gives no %s to guests (fixed at 0x0)", what);
        return t.whole;
    }

    text_add(&t, ": requested 0x%" PRIx64, misfit->asked);
    switch (misfit->kind) {
    case IDREG_NOT_WRITABLE:
        text_add(&t, ", fixed at 0x%" PRIx64
                 " by the host kernel (not writable)", misfit->limit);
        break;
    case IDREG_RESERVED_BITS:
        text_add(&t, ", fixed at 0x%" PRIx64 " (reserved bits)",
                 misfit->limit);
        break;
    default:
        text_add(&t, ", this host allows ");
        text_add_allowed(&t, f, misfit->limit);
        break;
    }
    return t.whole;
}
