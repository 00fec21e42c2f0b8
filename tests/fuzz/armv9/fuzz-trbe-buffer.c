/*
 * Fuzz the trace buffer's arithmetic against the loop of D6.1, byte by byte
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/misc/trbe/trbe-buffer.h"
#include "fuzz.h"

/* Where bytes went, in order: addresses of at most this many */
#define LOG 16384

typedef struct Log {
    uint64_t address[LOG];
    unsigned bytes, wraps, trigs;
} Log;

/* The unit of D6.1: it knows fields, not registers, and one byte at a time. */
typedef struct Unit {
    uint64_t base, limit, pointer;
    unsigned fm, tm, ec;
    uint64_t mss, mss2;
    bool s, irq, wrap, trg, ea, flushing;
    uint32_t counter;
    uint64_t reserved;
} Unit;

static Log got, want;

static void stop_other(Unit *u, unsigned bsc)
{
    u->irq = true;
    if (!u->s) {
        u->s = true;
        u->ec = 0;
        u->mss = bsc;
        u->mss2 = 0;
    }
}

static void trigger_event(Unit *u)
{
    want.trigs++;
    if (!u->s && u->tm != 3) {
        u->flushing = true;
    }
}

static void detect(Unit *u)
{
    bool first = !u->trg;

    u->trg = true;
    if (first && u->counter == 0) {
        trigger_event(u);
    }
}

static void flush_done(Unit *u)
{
    if (u->flushing && u->tm == 0) {
        stop_other(u, 2);
    } else if (u->flushing && u->tm != 3) {
        u->irq = true;
    }
    u->flushing = false;
}

/* False when the byte is not written; @broken: this address faults. */
static bool one_byte(Unit *u, bool broken, const TRBEFault *f)
{
    uint64_t top = 0xffull << 56;

    /* 1 */
    if (u->s) {
        return false;
    }
    if (u->pointer < u->base || u->pointer >= u->limit ||
        (u->pointer & top) != (u->base & top) ||
        (u->pointer & top) != (u->limit & top)) {
        stop_other(u, 0);
        return false;
    }
    /* 2 */
    if (broken) {
        u->ea |= f->external;
        u->irq = u->s = true;
        u->ec = f->ec;
        u->mss = u->mss2 = 0;
        if (f->ec != 0x1e) {
            u->mss = f->fsc;
            if (f->fsc >= 0xc && f->fsc <= 0xf) {
                u->mss2 = f->dirty_bit << 5 | f->overlay << 6;
                if (f->ec == 0x25) {
                    u->mss2 |= f->assured_only << 7 | f->top_level << 8;
                }
            }
        }
        return false;
    }
    /* 3 */
    if (want.bytes < LOG) {
        want.address[want.bytes] = u->pointer;
    }
    want.bytes++;
    /* 4 */
    if (u->pointer == u->limit - 1) {
        u->pointer = u->base;
        u->wrap = true;
        want.wraps++;
        if (u->fm == 0) {
            stop_other(u, 1);
        } else if (u->fm != 3) {
            u->irq = true;
        }
    } else {
        u->pointer++;
    }
    /* 5 */
    if (u->trg && u->counter) {
        u->counter--;
        if (u->counter == 0) {
            trigger_event(u);
        }
    }
    return true;
}

static bool same(const Unit *u, const TRBEBuffer *b)
{
    uint64_t sr = u->reserved | u->mss2 << 32 | (uint64_t)u->ec << 26 |
        u->irq << 22 | u->trg << 21 | u->wrap << 20 | u->ea << 18 |
        u->s << 17 | u->mss;

    return b->ptr == u->pointer && b->sr == sr && b->trg == u->counter &&
           got.bytes == want.bytes && got.wraps == want.wraps &&
           got.trigs == want.trigs &&
           !memcmp(got.address, want.address,
                   (got.bytes < LOG ? got.bytes : LOG) *
                   sizeof(got.address[0]));
}

static uint64_t all_bytes(Unit *u, uint64_t n, uint64_t broken,
                          const TRBEFault *f)
{
    uint64_t i = 0;

    while (i < n && one_byte(u, i == broken, f)) {
        i++;
    }
    return n - i;
}

/* The loop in the head of trbe-buffer.h; byte @broken of these faults. */
static uint64_t collect(TRBEBuffer *b, uint64_t n, uint64_t broken,
                        const TRBEFault *f, unsigned *events)
{
    uint64_t at = 0;

    while (n > at) {
        TRBESegment seg = trbe_next_segment(b, n - at);
        uint64_t done = seg.length;
        unsigned now;

        if (!seg.length) {
            break;
        }
        if (broken - at < done) {
            done = broken - at;
        }
        for (uint64_t i = 0; i < done; i++) {
            if (got.bytes < LOG) {
                got.address[got.bytes] = seg.va + i;
            }
            got.bytes++;
        }
        now = trbe_wrote(b, done);
        got.wraps += !!(now & TRBE_WRAP);
        got.trigs += !!(now & TRBE_TRIG);
        *events |= now;
        at += done;
        if (done < seg.length) {
            b->sr = trbe_sr_fault(b->sr, f);
        }
    }
    return n - at;
}

static uint64_t take(const uint8_t **data, size_t *size, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes--) {
        value = value << 8 | (*size ? **data : 0);
        if (*size) {
            ++*data;
            --*size;
        }
    }
    return value;
}

/* Round numbers where things happen, or any number */
static uint64_t base_address(const uint8_t **data, size_t *size)
{
    static const uint64_t bases[] = {
        0, 0x40000000, 0xffff800080000000, 0x00ffffffffffe000,
        0xffffffffffffd000, 0xffffffffffffe000, 0xfffffffffffff000,
    };
    unsigned which = take(data, size, 1);

    return which < ARRAY_SIZE(bases) ? bases[which] :
           take(data, size, 8) & ~0xfffull;
}

static void set_sr(Unit *u, TRBEBuffer *b, uint64_t sr)
{
    b->sr = sr = trbe_sr_write(sr, true);
    u->mss = sr & 0xffff;
    u->s = sr >> 17 & 1;
    u->ea = sr >> 18 & 1;
    u->wrap = sr >> 20 & 1;
    u->trg = sr >> 21 & 1;
    u->irq = sr >> 22 & 1;
    u->ec = sr >> 26 & 0x3f;
    u->mss2 = sr >> 32 & 0xffffff;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TRBEBuffer b = { };
    Unit u = { };
    unsigned mode = take(&data, &size, 1);

    got.bytes = got.wraps = got.trigs = 0;
    want.bytes = want.wraps = want.trigs = 0;
    u.fm = mode & 3;
    u.tm = mode >> 2 & 3;
    b.baser = u.base = base_address(&data, &size);
    u.limit = u.base + (take(&data, &size, 1) % 5 - 1) * 0x1000;
    b.limitr = u.limit | u.fm << 1 | u.tm << 3 | 1;
    b.ptr = u.pointer = u.base + (int16_t)take(&data, &size, 2) % 0x4004;
    for (unsigned ops = 0; size && ops < 12; ops++) {
        unsigned op = take(&data, &size, 1), events = 0;
        uint64_t n, held, broken, flags;
        TRBEFault f;

        switch (op % 8) {
        case 0:
            set_sr(&u, &b, take(&data, &size, 7));
            break;
        case 1:
            set_sr(&u, &b, b.sr & ~(uint64_t)R_TRBSR_S_MASK);
            break;
        case 2:
            b.trg = u.counter = op & 128 ?
                u.limit - u.pointer + (int8_t)take(&data, &size, 1) :
                take(&data, &size, 2) % 0x2800;
            break;
        case 3:
            b.ptr = u.pointer = u.limit - take(&data, &size, 1);
            break;
        case 4:
            events = trbe_detected_trigger(&b);
            got.trigs += !!(events & TRBE_TRIG);
            detect(&u);
            break;
        default:
            break;
        }
        n = op % 8 > 3 ? take(&data, &size, 2) % 0x2800 : 0;
        held = op & 8 ? take(&data, &size, 1) : 0;
        broken = op & 16 ? take(&data, &size, 2) : UINT64_MAX;
        f.ec = op & 32 ? 0x24 : op & 64 ? 0x25 : 0x1e;
        f.fsc = op & 16 ? take(&data, &size, 1) % 64 : 0;
        flags = op & 16 ? take(&data, &size, 1) : 0;
        f.external = flags & 1;
        f.dirty_bit = flags & 2;
        f.overlay = flags & 4;
        f.assured_only = flags & 8;
        f.top_level = flags & 16;

        if (collect(&b, n, broken, &f, &events) !=
            all_bytes(&u, n, broken, &f) ||
            !(events & TRBE_FLUSH) != !u.flushing) {
            abort();
        }
        if (u.flushing) {
            if (collect(&b, held, UINT64_MAX, &f, &events) !=
                all_bytes(&u, held, UINT64_MAX, &f)) {
                abort();
            }
            trbe_flush_complete(&b);
            flush_done(&u);
        }
        if (!same(&u, &b)) {
            abort();
        }
    }
    return 0;
}
