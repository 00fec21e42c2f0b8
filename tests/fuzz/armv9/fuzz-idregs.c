/*
 * Fuzz idreg_resolve() against a slow model that goes bit by bit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "target/arm/idregs.h"
#include "fuzz.h"

static void check(bool ok)
{
    if (!ok) {
        abort();
    }
}

static unsigned bit(uint64_t value, unsigned n)
{
    return value >> n & 1;
}

/* Bits lsb to lsb + width - 1, a bit at a time */
static uint64_t number(uint64_t value, unsigned lsb, unsigned width)
{
    uint64_t n = 0;

    for (unsigned i = lsb + width; i-- > lsb; ) {
        n = n * 2 + bit(value, i);
    }
    return n;
}

/*
 * Whether the value can be had: LOWER is a walk up from the floor, a value at
 * a time, which has to meet the value before it has gone past the host's.
 */
static bool model_allows(const IDRegField *f, uint64_t host, uint64_t asked)
{
    unsigned size = f->width < 16 ? 1u << f->width : 0;

    if (asked == host) {
        return true;
    }
    switch (f->safe) {
    case IDREG_ANY:
        return true;
    case IDREG_HIGHER_OR_0:
        if (host == 0 || asked == 0) {
            return asked == 0;
        }
        return asked > host;
    case IDREG_HIGHER:
        return asked > host;
    case IDREG_EXACT:
        return (int)asked == f->floor;
    case IDREG_LOWER:
        break;
    default:
        return false;
    }
    if (f->sign == IDREG_PMU) {
        /* Both names of "none" can always be had, and are no host's PMU. */
        if (asked == 0 || asked == size - 1) {
            return true;
        }
        return host != size - 1 && asked < host;
    }
    for (unsigned i = 0, v = (size + f->floor) % size; i < size; i++) {
        if (v == asked) {
            /* The rest of the walk has to come to the host's value. */
            for (; i < size; i++, v = (v + 1) % size) {
                if (v == host) {
                    return true;
                }
                if (f->sign == IDREG_SIGNED ? v == size / 2 - 1
                                            : v == size - 1) {
                    return false;
                }
            }
            return false;
        }
        if (f->sign == IDREG_SIGNED ? v == size / 2 - 1 : v == size - 1) {
            return false;
        }
        v = (v + 1) % size;
    }
    return false;
}

static void model_field(const IDReg *r, const IDRegField *f, uint64_t host,
                        uint64_t asked, uint64_t writable,
                        const IDRegMisfit *m, uint64_t value)
{
    uint64_t h = number(host, f->lsb, f->width);
    uint64_t a = number(asked, f->lsb, f->width);
    uint64_t v = number(value, f->lsb, f->width);
    bool reach = true, zero = true, whole = true, none;

    for (unsigned i = f->lsb; i < f->lsb + f->width; i++) {
        /* Whatever happens, the kernel takes each bit. */
        check(bit(value, i) == bit(host, i) || bit(writable, i) ||
              f->safe == IDREG_RESERVED);
        if (bit(asked, i) != bit(host, i) && !bit(writable, i)) {
            reach = false;
        }
        whole &= bit(writable, i);
    }
    if (f->safe != IDREG_ANY && !whole) {
        /* The kernel takes the host's value only. */
        check(v == h);
        reach = a == h;
        zero = false;
    }
    if (f->safe == IDREG_RESERVED) {
        check(v == h);
    }
    none = f->sign == IDREG_PMU && (a == 0 || a == 15);
    if (!m) {
        /* Silent: exactly what was asked, and it can be had. */
        check(model_allows(f, h, a));
        check(v == a || (none && (v == 0 || v == 15)));
        check(reach || none);
        /* "None" is written as 0, where it can be and is not yet there. */
        check(!none || a == h || v == 0 || (!zero && v == h));
        return;
    }
    check(m->reg == r && m->field == f && m->asked == a && m->limit == h &&
          m->given == v && a != h);
    /* What is given instead can be had, too, unless the host is all. */
    check(v == h || model_allows(f, h, v));
    if (m->kind == IDREG_RESERVED_BITS) {
        check(f->safe == IDREG_RESERVED && v == h);
    } else if (m->kind == IDREG_NOT_WRITABLE) {
        check(!reach || none);
        check(v == h || !model_allows(f, h, a));
    } else {
        check(reach && !model_allows(f, h, a));
        check(m->kind != IDREG_ABOVE_HOST || f->safe == IDREG_LOWER ||
              a > h);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static IDRegResult result;
    uint64_t host, asked, writable, enforce, seen = 0;
    const IDReg *r;
    size_t next = 0;
    bool refused = false;

    if (size < 2 + 4 * sizeof(host)) {
        return 0;
    }
    r = &idregs[data[0] % idregs_count];
    memcpy(&host, data + 2, 8);
    memcpy(&asked, data + 10, 8);
    memcpy(&writable, data + 18, 8);
    memcpy(&enforce, data + 26, 8);
    /* Make near misses likely: few bits differ, most can be written. */
    asked = data[1] & 1 ? host ^ (asked & asked >> 7 & asked << 9) : asked;
    writable = data[1] & 2 ? ~0ull : data[1] & 4 ? 0 : writable;
    enforce = data[1] & 8 ? IDREG_ENFORCE : data[1] & 16 ? IDREG_CLAMP
                                                         : enforce;

    /* What is enforced says only whether the list is a refusal. */
    idreg_resolve(r, host, asked, writable, IDREG_CLAMP, &result);
    check(!result.refused && result.count <= r->count);
    for (size_t i = 0; i < r->count; i++) {
        const IDRegField *f = &r->fields[i];
        const IDRegMisfit *m = NULL;

        if (next < result.count && result.misfits[next].field == f) {
            char text[IDREG_TEXT_MAX];

            m = &result.misfits[next++];
            check(idreg_misfit_text(m, text, sizeof(text)));
            check(!strncmp(text, r->name, strlen(r->name)));
        }
        model_field(r, f, host, asked, writable, m, result.value);
        for (unsigned b = f->lsb; b < f->lsb + f->width; b++) {
            check(!bit(seen, b));
            seen |= 1ull << b;
            refused |= m && bit(enforce, b);
        }
    }
    check(next == result.count && seen == ~0ull);

    {
        IDRegResult again;

        idreg_resolve(r, host, asked, writable, enforce, &again);
        check(again.refused == refused && again.count == result.count);
        check(again.value == (refused ? host : result.value));
        /* What comes out can be asked for. */
        idreg_resolve(r, host, result.value, writable, IDREG_ENFORCE, &again);
        check(!again.count && again.value == result.value);
    }
    return 0;
}
