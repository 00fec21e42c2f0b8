/*
 * The trace buffer's arithmetic: pointers, trigger counter, syndrome (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "trbe-buffer.h"

/* R_MSPSD: these bits of all three pointers are the same. */
FIELD(POINTER, TOP, 56, 8)

/* D24.4.1, D24.4.3: RES0 below the smallest granule */
static uint64_t granule_aligned(uint64_t value, unsigned granule_bits)
{
    assert(granule_bits >= R_TRBBASER_BASE_SHIFT && granule_bits < 64);
    return value & MAKE_64BIT_MASK(granule_bits, 64 - granule_bits);
}

uint64_t trbe_baser_write(uint64_t value, unsigned granule_bits)
{
    return granule_aligned(value, granule_bits);
}

uint64_t trbe_limitr_write(uint64_t value, unsigned granule_bits)
{
    return granule_aligned(value, granule_bits) |
           (value & (R_TRBLIMITR_E_MASK | R_TRBLIMITR_FM_MASK |
                     R_TRBLIMITR_TM_MASK | R_TRBLIMITR_NVM_MASK));
}

uint64_t trbe_sr_write(uint64_t value, bool has_ea)
{
    return value & (R_TRBSR_MSS_MASK | R_TRBSR_S_MASK |
                    (has_ea ? R_TRBSR_EA_MASK : 0) |
                    R_TRBSR_WRAP_MASK | R_TRBSR_TRG_MASK |
                    R_TRBSR_IRQ_MASK | R_TRBSR_EC_MASK | R_TRBSR_MSS2_MASK);
}

uint64_t trbe_base(const TRBEBuffer *b)
{
    return b->baser & R_TRBBASER_BASE_MASK;
}

uint64_t trbe_limit(const TRBEBuffer *b)
{
    return b->limitr & R_TRBLIMITR_LIMIT_MASK;
}

bool trbe_in_range(const TRBEBuffer *b)
{
    uint64_t base = trbe_base(b), limit = trbe_limit(b);
    uint64_t top = FIELD_EX64(b->ptr, POINTER, TOP);

    return b->ptr >= base && b->ptr < limit &&
           top == FIELD_EX64(base, POINTER, TOP) &&
           top == FIELD_EX64(limit, POINTER, TOP);
}

bool trbe_stopped(const TRBEBuffer *b)
{
    return FIELD_EX64(b->sr, TRBSR, S);
}

/* R_BQTGW */
static bool trigger_counts(const TRBEBuffer *b)
{
    return b->trg && FIELD_EX64(b->sr, TRBSR, TRG);
}

/* How many bytes fit before something happens; the pointer is in range. */
static uint64_t room(const TRBEBuffer *b)
{
    uint64_t to_limit = trbe_limit(b) - b->ptr;

    return trigger_counts(b) && b->trg < to_limit ? b->trg : to_limit;
}

TRBESegment trbe_next_segment(TRBEBuffer *b, uint64_t bytes)
{
    TRBESegment seg = { .va = b->ptr };

    if (!bytes || trbe_stopped(b)) {
        return seg;
    }
    if (!trbe_in_range(b)) {
        b->sr = trbe_sr_other(b->sr, TRBE_BSC_NOT_ALLOWED);
        return seg;
    }
    seg.length = room(b);
    if (seg.length > bytes) {
        seg.length = bytes;
    }
    return seg;
}

/* R_MBSHC fill, R_VBDJZ wrap, R_GDSTS circular */
static void wrap_pointer(TRBEBuffer *b)
{
    b->ptr = trbe_base(b);
    b->sr = FIELD_DP64(b->sr, TRBSR, WRAP, 1);
    switch (FIELD_EX64(b->limitr, TRBLIMITR, FM)) {
    case TRBE_FM_FILL:
        b->sr = trbe_sr_other(b->sr, TRBE_BSC_FILLED);
        break;
    case TRBE_FM_CIRCULAR:
        break;
    default:
        b->sr = FIELD_DP64(b->sr, TRBSR, IRQ, 1);
    }
}

/* R_LMQHK ignored, R_MWWHM stopped: only counted */
static unsigned trigger_event(const TRBEBuffer *b)
{
    if (FIELD_EX64(b->limitr, TRBLIMITR, TM) == TRBE_TM_IGNORE ||
        trbe_stopped(b)) {
        return TRBE_TRIG;
    }
    return TRBE_TRIG | TRBE_FLUSH;
}

/* The order is that of the list in D6.1: pointer, then counter. */
unsigned trbe_wrote(TRBEBuffer *b, uint64_t bytes)
{
    bool counts = trigger_counts(b);
    unsigned events = 0;

    assert(!trbe_stopped(b) && trbe_in_range(b) && bytes <= room(b));
    b->ptr += bytes;
    if (b->ptr == trbe_limit(b)) {
        wrap_pointer(b);
        events |= TRBE_WRAP;
    }
    if (counts) {
        b->trg -= bytes;
        if (!b->trg) {
            events |= trigger_event(b);
        }
    }
    return events;
}

/* R_KSQJW, R_DHLQG */
unsigned trbe_detected_trigger(TRBEBuffer *b)
{
    bool before = FIELD_EX64(b->sr, TRBSR, TRG);

    b->sr = FIELD_DP64(b->sr, TRBSR, TRG, 1);
    return before || b->trg ? 0 : trigger_event(b);
}

/* R_XRRWP stop, and the rule of IRQ on trigger after it */
void trbe_flush_complete(TRBEBuffer *b)
{
    switch (FIELD_EX64(b->limitr, TRBLIMITR, TM)) {
    case TRBE_TM_STOP:
        b->sr = trbe_sr_other(b->sr, TRBE_BSC_TRIGGER);
        break;
    case TRBE_TM_IGNORE:
        break;
    default:
        b->sr = FIELD_DP64(b->sr, TRBSR, IRQ, 1);
    }
}

/* S, EC and the syndromes are those of the event that stopped collection. */
static uint64_t stop(uint64_t sr, unsigned ec, unsigned mss)
{
    sr = FIELD_DP64(sr, TRBSR, S, 1);
    sr = FIELD_DP64(sr, TRBSR, EC, ec);
    sr = FIELD_DP64(sr, TRBSR, MSS, mss);
    return FIELD_DP64(sr, TRBSR, MSS2, 0);
}

uint64_t trbe_sr_other(uint64_t sr, unsigned bsc)
{
    sr = FIELD_DP64(sr, TRBSR, IRQ, 1);
    return FIELD_EX64(sr, TRBSR, S) ? sr : stop(sr, TRBE_EC_OTHER, bsc);
}

/* R_FSPBK, R_LYHGV and the one after it, D6.5.5.4 */
uint64_t trbe_sr_fault(uint64_t sr, const TRBEFault *f)
{
    if (f->external) {
        sr = FIELD_DP64(sr, TRBSR, EA, 1);
    }
    if (FIELD_EX64(sr, TRBSR, S)) {
        return sr;
    }
    sr = FIELD_DP64(sr, TRBSR, IRQ, 1);
    sr = stop(sr, f->ec, f->ec == TRBE_EC_GPC ? 0 : f->fsc);
    if (f->ec != TRBE_EC_GPC && (f->fsc & ~3u) == TRBE_FSC_PERMISSION) {
        bool stage2 = f->ec == TRBE_EC_STAGE2;

        sr = FIELD_DP64(sr, TRBSR, DIRTYBIT, f->dirty_bit);
        sr = FIELD_DP64(sr, TRBSR, OVERLAY, f->overlay);
        sr = FIELD_DP64(sr, TRBSR, ASSUREDONLY, stage2 && f->assured_only);
        sr = FIELD_DP64(sr, TRBSR, TOPLEVEL, stage2 && f->top_level);
    }
    return sr;
}
