/*
 * Unit test of the trace buffer's arithmetic, in the order of D6.1 to D6.5
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/misc/trbe/trbe-buffer.h"
#include "tap.h"

#define B       0xffff800012340000ull   /* base of most rows */
#define PAGE    0x1000ull
#define IRQ     ((uint64_t)R_TRBSR_IRQ_MASK)
#define TRG     ((uint64_t)R_TRBSR_TRG_MASK)
#define WRAP    ((uint64_t)R_TRBSR_WRAP_MASK)
#define EA      ((uint64_t)R_TRBSR_EA_MASK)
#define S       ((uint64_t)R_TRBSR_S_MASK)
#define EC(ec)  ((uint64_t)(ec) << 26)
#define MSS2    ((uint64_t)R_TRBSR_MSS2_MASK)
/* What software left there; only an event that stops collection clears it */
#define OLD     (EC(TRBE_EC_STAGE2) | 0x123400008007ull)

/* TRBLIMITR.FM and TM, beginning at bit 1 */
#define MODE(fm, tm) (TRBE_FM_##fm | TRBE_TM_##tm << 2)
#define FILL    MODE(FILL, IGNORE)
#define WRAPS   MODE(WRAP, IGNORE)
#define CIRC    MODE(CIRCULAR, IGNORE)

enum {
    /* What a row does before its bytes */
    DETECT = 1, DETECT_TWICE = 2,
    /* Events, with the number of wraps */
    FLUSH = TRBE_FLUSH, TRIG = TRBE_TRIG, W = 16,
};

typedef struct Row {
    const char *name;
    unsigned mode;
    uint64_t base, limit, ptr, sr;
    uint32_t trg;
    unsigned before;
    uint64_t bytes;
    /* Written, in the order of the addresses given to the device */
    TRBESegment seg[3];
    uint64_t ptr_after, sr_after;
    uint32_t trg_after;
    uint64_t left;
    unsigned events;
    /* What the trace unit has for a flush; what of it does not fit */
    uint64_t held, held_left;
} Row;

static const Row rows[] = {
    /* D6.1.1 */
    { "R_VHNTF: nothing to write", FILL, B, B + PAGE, B + 8, 0, 0, 0, 0, { }, B
      + 8, 0, 0, 0, 0, 0, 0 },
    { "R_FVPBS: the first byte is at Base", FILL, B, B + PAGE, B, OLD, 0, 0, 1,
      { { B, 1 } }, B + 1, OLD, 0, 0, 0, 0, 0 },
    { "R_VHNTF: one byte short of Limit", FILL, B, B + PAGE, B, OLD, 0, 0,
      0xfff, { { B, 0xfff } }, B + 0xfff, OLD, 0, 0, 0, 0, 0 },
    { "R_VHNTF: the last byte alone", CIRC, B, B + PAGE, B + 0xfff, 0, 0, 0, 1,
      { { B + 0xfff, 1 } }, B, WRAP, 0, 0, W, 0, 0 },
    { "R_BGBCJ: stopped, nothing moves", CIRC, B, B + PAGE, B + 8, S | OLD, 9,
      0, 5, { }, B + 8, S | OLD, 9, 5, 0, 0, 0 },
    { "R_BGBCJ: stopped and counting, nothing moves", CIRC, B, B + PAGE, B + 8,
      S | TRG, 4, 0, 5, { }, B + 8, S | TRG, 4, 5, 0, 0, 0 },
    /* D6.2.2, R_MSPSD */
    { "R_MSPSD: pointer below Base by one", CIRC, B, B + PAGE, B - 1, OLD, 0,
      0, 3, { }, B - 1, IRQ | S, 0, 3, 0, 0, 0 },
    { "R_MSPSD: pointer == Limit", CIRC, B, B + PAGE, B + PAGE, OLD, 0, 0, 3, {
      }, B + PAGE, IRQ | S, 0, 3, 0, 0, 0 },
    { "R_MSPSD: pointer above Limit", WRAPS, B, B + PAGE, B + PAGE + 1, 0, 0,
      0, 3, { }, B + PAGE + 1, IRQ | S, 0, 3, 0, 0, 0 },
    { "R_MSPSD: Base == Limit", FILL, B, B, B, 0, 0, 0, 3, { }, B, IRQ | S, 0,
      3, 0, 0, 0 },
    { "R_MSPSD: Base above Limit", FILL, B + PAGE, B, B, 0, 0, 0, 3, { }, B,
      IRQ | S, 0, 3, 0, 0, 0 },
    { "R_MSPSD: bits 63:56 of Base differ", FILL, 0x00fffffffffff000, 0x01ull
      << 56 | PAGE, 0x01ull << 56, 0, 0, 0, 3, { }, 0x01ull << 56, IRQ | S, 0,
      3, 0, 0, 0 },
    { "R_MSPSD: bits 63:56 of Limit differ", FILL, 0x00ffffffffffe000, 0x01ull
      << 56, 0x00ffffffffffe000, 0, 0, 0, 3, { }, 0x00ffffffffffe000, IRQ | S,
      0, 3, 0, 0, 0 },
    { "R_MSPSD: only bits 63:56 differ, in the pointer", FILL, B, B + PAGE, B ^
      1ull << 56, 0, 0, 0, 3, { }, B ^ 1ull << 56, IRQ | S, 0, 3, 0, 0, 0 },
    { "R_MSPSD: out of range, stopped: as it was", FILL, B, B + PAGE, 0, S |
      OLD, 0, 0, 3, { }, 0, S | OLD, 0, 3, 0, 0, 0 },
    { "R_MSPSD: the pointer keeps WRAP and TRG", FILL, B, B + PAGE, 0, WRAP |
      TRG, 7, 0, 3, { }, 0, IRQ | S | WRAP | TRG, 7, 3, 0, 0, 0 },
    { "R_LLBBS: Limit 0 is not the top of the address space", FILL, -PAGE, 0,
      -PAGE, 0, 0, 0, 3, { }, -PAGE, IRQ | S, 0, 3, 0, 0, 0 },
    { "R_LLBBS: the highest Limit", FILL, -2 * PAGE, -PAGE, -PAGE - 2, 0, 0, 0,
      3, { { -PAGE - 2, 2 } }, -2 * PAGE, IRQ | WRAP | S | TRBE_BSC_FILLED, 0,
      1, W, 0, 0 },
    { "R_JMPCB: Base 0", WRAPS, 0, PAGE, PAGE - 1, 0, 0, 0, 2, { { PAGE - 1, 1
      }, { 0, 1 } }, 1, IRQ | WRAP, 0, 0, W, 0, 0 },
    { "the whole lower half, but for a page", CIRC, 0, 0x00fffffffffff000, 5,
      0, 0, 0, 0x00fffffffffff000, { { 5, 0x00ffffffffffeffb }, { 0, 5 } }, 5,
      WRAP, 0, 0, W, 0, 0 },
    { "R_XXZHM: a misaligned pointer is taken as it is", FILL, B, B + PAGE, B +
      13, 0, 0, 0, 4, { { B + 13, 4 } }, B + 17, 0, 0, 0, 0, 0, 0 },
    /* D6.5.2 */
    { "R_MBSHC: Fill, exactly", FILL, B, B + PAGE, B, OLD, 0, 0, PAGE, { { B,
      PAGE } }, B, IRQ | WRAP | S | TRBE_BSC_FILLED, 0, 0, W, 0, 0 },
    { "R_MBSHC: Fill, one byte over", FILL, B, B + PAGE, B, OLD, 0, 0, PAGE +
      1, { { B, PAGE } }, B, IRQ | WRAP | S | TRBE_BSC_FILLED, 0, 1, W, 0, 0 },
    { "R_MBSHC: Fill, from the middle", FILL, B, B + 2 * PAGE, B + 0x1ff0, 0,
      0, 0, 0x20, { { B + 0x1ff0, 0x10 } }, B, IRQ | WRAP | S |
      TRBE_BSC_FILLED, 0, 0x10, W, 0, 0 },
    { "R_MBSHC: Fill over several pages", FILL, B, B + 4 * PAGE, B + 1, 0, 0,
      0, 4 * PAGE, { { B + 1, 4 * PAGE - 1 } }, B, IRQ | WRAP | S |
      TRBE_BSC_FILLED, 0, 1, W, 0, 0 },
    { "R_VBDJZ: Wrap, exactly", WRAPS, B, B + PAGE, B, OLD, 0, 0, PAGE, { { B,
      PAGE } }, B, OLD | IRQ | WRAP, 0, 0, W, 0, 0 },
    { "R_VBDJZ: Wrap goes on", WRAPS, B, B + PAGE, B + 0xffe, OLD, 0, 0, 5, { {
      B + 0xffe, 2 }, { B, 3 } }, B + 3, OLD | IRQ | WRAP, 0, 0, W, 0, 0 },
    { "R_VBDJZ: Wrap, twice", WRAPS, B, B + PAGE, B + 0xffe, 0, 0, 0, PAGE + 5,
      { { B + 0xffe, 2 }, { B, PAGE }, { B, 3 } }, B + 3, IRQ | WRAP, 0, 0, 2 *
      W, 0, 0 },
    { "reserved FM is as Wrap", MODE(RESERVED, IGNORE), B, B + PAGE, B + 0xffe,
      0, 0, 0, 5, { { B + 0xffe, 2 }, { B, 3 } }, B + 3, IRQ | WRAP, 0, 0, W,
      0, 0 },
    { "R_GDSTS: Circular does not interrupt", CIRC, B, B + PAGE, B + 0xffe,
      OLD, 0, 0, 5, { { B + 0xffe, 2 }, { B, 3 } }, B + 3, OLD | WRAP, 0, 0, W,
      0, 0 },
    { "R_GDSTS: Circular keeps IRQ", CIRC, B, B + PAGE, B + 0xffe, IRQ, 0, 0,
      2, { { B + 0xffe, 2 } }, B, IRQ | WRAP, 0, 0, W, 0, 0 },
    /* D6.5.3 */
    { "R_KSQJW: TRG is set; the counter has not begun", CIRC, B, B + PAGE, B,
      OLD, 9, DETECT, 0, { }, B, OLD | TRG, 9, 0, 0, 0, 0 },
    { "R_KSQJW: TRG is set when stopped, too", CIRC, B, B + PAGE, B, S | OLD,
      9, DETECT, 4, { }, B, S | TRG | OLD, 9, 4, 0, 0, 0 },
    { "R_BQTGW: no trigger, no count", CIRC, B, B + PAGE, B, 0, 9, 0, 10, { {
      B, 10 } }, B + 10, 0, 9, 0, 0, 0, 0 },
    { "R_BQTGW: one byte short", CIRC, B, B + PAGE, B, 0, 9, DETECT, 8, { { B,
      8 } }, B + 8, TRG, 1, 0, 0, 0, 0 },
    { "R_DHLQG: exactly, Ignore", CIRC, B, B + PAGE, B, OLD, 9, DETECT, 9, { {
      B, 9 } }, B + 9, OLD | TRG, 0, 0, TRIG, 0, 0 },
    { "R_DHLQG: one byte over, Ignore", CIRC, B, B + PAGE, B, 0, 9, DETECT, 10,
      { { B, 9 }, { B + 9, 1 } }, B + 10, TRG, 0, 0, TRIG, 0, 0 },
    { "R_DHLQG: a counter of 1", CIRC, B, B + PAGE, B, 0, 1, DETECT, 1, { { B,
      1 } }, B + 1, TRG, 0, 0, TRIG, 0, 0 },
    { "R_DHLQG: a counter of 0", CIRC, B, B + PAGE, B, 0, 0, DETECT, 0, { }, B,
      TRG, 0, 0, TRIG, 0, 0 },
    { "I_ZGFSK: TRG is 1 already, counter 0", CIRC, B, B + PAGE, B, TRG, 0,
      DETECT, 1, { { B, 1 } }, B + 1, TRG, 0, 0, 0, 0, 0 },
    { "I_ZGFSK: two triggers, counter 0: one event", MODE(CIRCULAR, IRQ), B, B
      + PAGE, B, 0, 0, DETECT_TWICE, 0, { }, B, TRG | IRQ, 0, 0, TRIG | FLUSH,
      0, 0 },
    { "R_BQTGW: TRG as software left it counts", CIRC, B, B + PAGE, B, TRG, 2,
      0, 3, { { B, 2 }, { B + 2, 1 } }, B + 3, TRG, 0, 0, TRIG, 0, 0 },
    { "R_BQTGW: the largest counter, over wraps", CIRC, B, B + 0x80000000, B,
      TRG, UINT32_MAX, 0, 0xfffffffe, { { B, 0x80000000 }, { B, 0x7ffffffe } },
      B + 0x7ffffffe, TRG | WRAP, 1, 0, W, 0, 0 },
    { "R_XRRWP: Stop, counter 0", MODE(FILL, STOP), B, B + PAGE, B, OLD, 0,
      DETECT, 0, { }, B, TRG | IRQ | S | TRBE_BSC_TRIGGER, 0, 0, TRIG | FLUSH,
      0, 0 },
    { "R_XRRWP: Stop, exactly", MODE(FILL, STOP), B, B + PAGE, B, OLD, 5,
      DETECT, 5, { { B, 5 } }, B + 5, TRG | IRQ | S | TRBE_BSC_TRIGGER, 0, 0,
      TRIG | FLUSH, 0, 0 },
    { "I_MCGFL: what is held is written before the stop", MODE(FILL, STOP), B,
      B + PAGE, B, OLD, 5, DETECT, 5, { { B, 5 }, { B + 5, 7 } }, B + 12, TRG |
      IRQ | S | TRBE_BSC_TRIGGER, 0, 0, TRIG | FLUSH, 7, 0 },
    { "R_XRRWP: the last byte was the last of the buffer: Base", MODE(CIRCULAR,
      STOP), B, B + PAGE, B + 0xffc, 0, 2, DETECT, 2, { { B + 0xffc, 2 }, { B +
      0xffe, 2 } }, B, TRG | WRAP | IRQ | S | TRBE_BSC_TRIGGER, 0, 0, W | TRIG
      | FLUSH, 2, 0 },
    { "I_VPLRF: filled by the flush: the Trigger Event is not recorded",
      MODE(FILL, STOP), B, B + PAGE, B + 0xffc, 0, 2, DETECT, 2, { { B + 0xffc,
      2 }, { B + 0xffe, 2 } }, B, TRG | WRAP | IRQ | S | TRBE_BSC_FILLED, 0, 0,
      W | TRIG | FLUSH, 3, 1 },
    { "R_MWWHM: filled and Trigger Event at one byte", MODE(FILL, STOP), B, B +
      PAGE, B + 0xffe, 0, 2, DETECT, 2, { { B + 0xffe, 2 } }, B, TRG | WRAP |
      IRQ | S | TRBE_BSC_FILLED, 0, 0, W | TRIG, 0, 0 },
    { "wrapped and Trigger Event at one byte", MODE(WRAP, STOP), B, B + PAGE, B
      + 0xffe, OLD, 2, DETECT, 2, { { B + 0xffe, 2 } }, B, TRG | WRAP | IRQ | S
      | TRBE_BSC_TRIGGER, 0, 0, W | TRIG | FLUSH, 0, 0 },
    { "wrap one byte before the Trigger Event", MODE(CIRCULAR, STOP), B, B +
      PAGE, B + 0xffe, OLD, 3, DETECT, 3, { { B + 0xffe, 2 }, { B, 1 } }, B +
      1, TRG | WRAP | IRQ | S | TRBE_BSC_TRIGGER, 0, 0, W | TRIG | FLUSH, 0, 0
      },
    { "filled one byte before: the counter stays", MODE(FILL, STOP), B, B +
      PAGE, B + 0xffe, 0, 3, DETECT, 3, { { B + 0xffe, 2 } }, B, TRG | WRAP |
      IRQ | S | TRBE_BSC_FILLED, 1, 1, W, 0, 0 },
    { "IRQ on trigger: exactly, and on", MODE(FILL, IRQ), B, B + PAGE, B, OLD,
      5, DETECT, 6, { { B, 5 }, { B + 5, 1 } }, B + 6, OLD | TRG | IRQ, 0, 0,
      TRIG | FLUSH, 0, 0 },
    { "reserved TM is as IRQ on trigger", MODE(FILL, RESERVED), B, B + PAGE, B,
      OLD, 5, DETECT, 6, { { B, 5 }, { B + 5, 1 } }, B + 6, OLD | TRG | IRQ, 0,
      0, TRIG | FLUSH, 0, 0 },
    { "R_MWWHM: stopped, counter 0: counted only", MODE(FILL, STOP), B, B +
      PAGE, B, S | OLD, 0, DETECT, 0, { }, B, S | TRG | OLD, 0, 0, TRIG, 0, 0
      },
};

/* As the head of trbe-buffer.h says; the bytes that are left */
static uint64_t collect(TRBEBuffer *b, uint64_t n, TRBESegment *seg,
                        unsigned *segs, unsigned *events, unsigned *wraps)
{
    while (n) {
        TRBESegment next = trbe_next_segment(b, n);
        unsigned now;

        if (!next.length) {
            break;
        }
        if (*segs < 3) {
            seg[*segs] = next;
        }
        ++*segs;
        now = trbe_wrote(b, next.length);
        *wraps += !!(now & TRBE_WRAP);
        *events |= now & ~TRBE_WRAP;
        n -= next.length;
    }
    return n;
}

static void test_row(const Row *r)
{
    TRBEBuffer b = {
        .limitr = r->limit | r->mode << 1 | 1,
        .baser = r->base, .ptr = r->ptr, .sr = r->sr, .trg = r->trg,
    };
    TRBEBuffer want = b;
    TRBESegment seg[3] = { };
    unsigned segs = 0, events = 0, wraps = 0;
    uint64_t left, held_left = 0;

    want.ptr = r->ptr_after;
    want.sr = r->sr_after;
    want.trg = r->trg_after;
    if (r->before) {
        events |= trbe_detected_trigger(&b);
    }
    if (r->before == DETECT_TWICE) {
        tap_ok(!trbe_detected_trigger(&b), "%s: the second", r->name);
    }
    left = collect(&b, r->bytes, seg, &segs, &events, &wraps);
    if (events & TRBE_FLUSH) {
        held_left = collect(&b, r->held, seg, &segs, &events, &wraps);
        trbe_flush_complete(&b);
    }
    events |= wraps * W;
    tap_ok(b.limitr == want.limitr && b.baser == want.baser &&
           b.ptr == want.ptr && b.sr == want.sr && b.trg == want.trg,
           "%s: ptr %" PRIx64 ", sr %" PRIx64 ", trg %x; "
           "got %" PRIx64 ", %" PRIx64 ", %x", r->name,
           want.ptr, want.sr, want.trg, b.ptr, b.sr, b.trg);
    tap_ok(segs <= 3 && !memcmp(seg, r->seg, sizeof(seg)) &&
           left == r->left && held_left == r->held_left &&
           events == r->events,
           "%s: %u segments, %" PRIx64 " + %" PRIx64 " left, events %x; "
           "got %" PRIx64 " + %" PRIx64 ", %x", r->name, segs,
           r->left, r->held_left, r->events, left, held_left, events);
}

/* What a row sets of TRBEFault, besides its codes */
enum {
    EXTERNAL = 1, DIRTY = 2, OVERLAY = 4, ASSURED = 8, TOP = 16,
    ANY = DIRTY | OVERLAY | ASSURED | TOP,
};

/* D6.5.4, D6.5.5: what a fault does to TRBSR */
static const struct {
    const char *name;
    uint64_t sr;
    unsigned ec, fsc, set;
    uint64_t sr_after;
} faults[] = {
    { "stage 1, Translation fault, level 3", 0, TRBE_EC_STAGE1, 0x07, 0, IRQ |
      S | EC(0x24) | 0x07 },
    { "stage 1, Translation fault, level -1", 0, TRBE_EC_STAGE1, 0x2b, 0, IRQ |
      S | EC(0x24) | 0x2b },
    { "stage 2, Translation fault, level 0", 0, TRBE_EC_STAGE2, 0x04, 0, IRQ |
      S | EC(0x25) | 0x04 },
    { "stage 1, Address size fault, level 0", 0, TRBE_EC_STAGE1, 0x00, 0, IRQ |
      S | EC(0x24) },
    { "stage 1, Alignment fault", 0, TRBE_EC_STAGE1, TRBE_FSC_ALIGNMENT, 0, IRQ
      | S | EC(0x24) | 0x21 },
    { "stage 1, Access flag fault, level 2", 0, TRBE_EC_STAGE1, 0x0a, 0, IRQ |
      S | EC(0x24) | 0x0a },
    { "R_FSPBK: WRAP and TRG stay, what was there goes", WRAP | TRG | OLD,
      TRBE_EC_STAGE1, 0x0f, 0, IRQ | S | WRAP | TRG | EC(0x24) | 0x0f },
    { "R_FSPBK: nothing when S is 1", S | WRAP | OLD, TRBE_EC_STAGE1, 0x07, 0,
      S | WRAP | OLD },
    { "stage 1, Permission fault: Overlay, DirtyBit", 0, TRBE_EC_STAGE1, 0x0f,
      ANY, IRQ | S | EC(0x24) | 0x0f | 0x60ull << 32 },
    { "R_LYHGV: stage 2, Permission fault: TopLevel", 0, TRBE_EC_STAGE2, 0x0c,
      TOP, IRQ | S | EC(0x25) | 0x0c | 0x100ull << 32 },
    { "R_YCPZX: stage 2, Permission fault: AssuredOnly", 0, TRBE_EC_STAGE2,
      0x0d, ASSURED, IRQ | S | EC(0x25) | 0x0d | 0x80ull << 32 },
    { "Access flag fault: none of them", 0, TRBE_EC_STAGE2, 0x0b, ANY, IRQ | S
      | EC(0x25) | 0x0b },
    { "stage 1, Granule Protection Fault", 0, TRBE_EC_STAGE1, 0x28, 0, IRQ | S
      | EC(0x24) | 0x28 },
    { "GPC fault: no FSC", MSS2, TRBE_EC_GPC, 0x0f, OVERLAY, IRQ | S | EC(0x1e)
      },
    { "External abort on a walk: an MMU fault", 0, TRBE_EC_STAGE1, 0x17, 0, IRQ
      | S | EC(0x24) | 0x17 },
    { "External abort on the write", 0, TRBE_EC_STAGE1, TRBE_FSC_EXTERNAL,
      EXTERNAL, IRQ | S | EA | EC(0x24) | 0x10 },
    { "External abort when S is 1: EA alone", S | OLD, TRBE_EC_STAGE1,
      TRBE_FSC_EXTERNAL_ASYNC, EXTERNAL, S | EA | OLD },
};

static void test_fault_position(void)
{
    /* D6.1: the bytes before the one that faults are written. */
    TRBEBuffer b = {
        .limitr = (B + 2 * PAGE) | 1, .baser = B, .ptr = B + 0xff8,
        .sr = TRG, .trg = 100,
    };
    TRBEFault fault = { .ec = TRBE_EC_STAGE1, .fsc = 0x07 };
    TRBESegment seg = trbe_next_segment(&b, 20);
    unsigned events = trbe_wrote(&b, 8);

    tap_ok(seg.va == B + 0xff8 && seg.length == 20 && !events,
           "a segment over a page boundary");
    b.sr = trbe_sr_fault(b.sr, &fault);
    tap_ok(b.ptr == B + PAGE && b.trg == 92,
           "I_GVGPB: TRBPTR is the address that faulted");
    seg = trbe_next_segment(&b, 12);
    tap_ok(!seg.length && b.ptr == B + PAGE &&
           b.sr == (TRG | IRQ | S | EC(0x24) | 7),
           "R_YMVZL: the rest is discarded");
    /* I_CRSGP: fixed, it goes on at the same byte. */
    b.sr = TRG;
    seg = trbe_next_segment(&b, 12);
    tap_ok(seg.va == B + PAGE && seg.length == 12, "I_CRSGP: restart");
    events = trbe_wrote(&b, 0);
    tap_ok(b.ptr == B + PAGE && b.trg == 92 && !events,
           "a fault at the first byte");
    /* R_MGZWR: "attempts to write" */
    b.ptr = 0;
    seg = trbe_next_segment(&b, 0);
    tap_ok(!seg.length && b.sr == TRG, "out of range, nothing to write");
}

static void test_flush(void)
{
    /* Software turned the trigger off while the trace unit was flushed. */
    TRBEBuffer b = { .limitr = TRBE_TM_IGNORE << 3, .sr = TRG };

    trbe_flush_complete(&b);
    tap_ok(b.sr == TRG, "the end of a flush, Ignore");
    /* R_XRRWP: another event was first, and its IRQ is cleared already. */
    b.limitr = TRBE_TM_STOP << 3;
    b.sr = S | OLD;
    trbe_flush_complete(&b);
    tap_ok(b.sr == (S | IRQ | OLD), "the end of a flush, stopped");
}

static void test_registers(void)
{
    tap_ok(trbe_baser_write(~0ull, 12) == 0xfffffffffffff000,
           "TRBBASER, 4 KB granule");
    tap_ok(trbe_baser_write(~0ull, 14) == 0xffffffffffffc000,
           "TRBBASER, 16 KB granule");
    tap_ok(trbe_limitr_write(~0ull, 12) == 0xfffffffffffff03f,
           "TRBLIMITR, 4 KB granule");
    tap_ok(trbe_limitr_write(~0ull, 16) == 0xffffffffffff003f,
           "TRBLIMITR, 64 KB granule");
    tap_ok(trbe_limitr_write(0x12345fc0, 12) == 0x12345000,
           "TRBLIMITR, bits 11:6");
    tap_ok(trbe_sr_write(~0ull, true) == 0x00fffffffc76ffff, "TRBSR");
    tap_ok(trbe_sr_write(~0ull, false) == 0x00fffffffc72ffff,
           "TRBSR, Armv9.3: no EA");
    tap_ok(R_TRBSR_BSC_MASK == 0x3f && R_TRBIDR_ALIGN_MASK == 0xf &&
           R_TRBIDR_MAXBUFFSIZE_MASK == 0xffff00000000,
           "fields of TRBSR and TRBIDR");
}

int main(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        test_row(&rows[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
        unsigned set = faults[i].set;
        TRBEFault f = {
            .ec = faults[i].ec,
            .fsc = faults[i].fsc,
            .external = set & EXTERNAL,
            .dirty_bit = set & DIRTY,
            .overlay = set & OVERLAY,
            .assured_only = set & ASSURED,
            .top_level = set & TOP,
        };
        uint64_t sr = trbe_sr_fault(faults[i].sr, &f);

        tap_ok(sr == faults[i].sr_after, "%s: %" PRIx64 ", got %" PRIx64,
               faults[i].name, faults[i].sr_after, sr);
    }
    test_fault_position();
    test_flush();
    test_registers();
    return tap_done();
}
