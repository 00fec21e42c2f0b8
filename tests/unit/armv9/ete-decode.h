/*
 * A decoder of ETE packets, for tests: one packet to its elements
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * After the trace analyzer of K10.5.2, and nothing of the encoder.  A packet
 * that a trace unit without speculation and Q elements cannot write is an
 * error, and so is a field that should be zero and is not.
 */

#ifndef TESTS_UNIT_ARMV9_ETE_DECODE_H
#define TESTS_UNIT_ARMV9_ETE_DECODE_H

typedef enum DecodedKind {
    D_ASYNC, D_TRACE_INFO, D_TRACE_ON, D_DISCARD, D_OVERFLOW, D_IGNORE,
    D_ATOM, D_CONTEXT, D_TARGET, D_SOURCE, D_EXCEPTION, D_UNKNOWN_TARGET,
    D_TRANSACTION_START, D_TRANSACTION_COMMIT, D_TRANSACTION_FAILURE,
    D_TIMESTAMP, D_TIMESTAMP_MARKER, D_CYCLE_COUNT, D_EVENT,
    D_INSTRUMENTATION,
} DecodedKind;

/* What a kind has no use for is 0. */
typedef struct Decoded {
    DecodedKind kind;
    uint64_t value;     /* atom, address, timestamp, count, event, TRCIT's Xn */
    unsigned is;        /* of an address */
    unsigned type;      /* of an exception; INFO of Trace Info; EL of TRCIT */
    int64_t cycles;     /* of a timestamp; -1 for UNKNOWN */
    uint32_t contextid, vmid;
    unsigned el, ns, nse, sf;
} Decoded;

typedef struct Decoder {
    struct {
        uint64_t va;
        unsigned is;
    } ahb[3];
    uint64_t timestamp;
    uint32_t contextid, vmid;
    unsigned el, ns, nse, sf;
    uint32_t cc_threshold;
    /* The packet */
    const uint8_t *next, *end;
    bool bad;
    Decoded *out;
    size_t count;
} Decoder;

/* The most elements of a packet: Format 6 */
#define DECODED_MAX 24

static inline unsigned d_byte(Decoder *d)
{
    if (d->next == d->end) {
        d->bad = true;
        return 0;
    }
    return *d->next++;
}

static inline uint64_t d_pod(Decoder *d, unsigned bits)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bits; i += 8) {
        value |= (uint64_t)d_byte(d) << i;
    }
    return value;
}

/* K10.5.6.4.3, BitReplacement(), of @n bits */
static inline uint64_t d_replace(Decoder *d, uint64_t value, unsigned n)
{
    unsigned i = 0, byte;

    do {
        byte = d_byte(d);
        value &= ~(0x7full << i);
        value |= (uint64_t)(byte & 0x7f) << i;
        i += 7;
    } while ((byte & 0x80) && i + 8 < n);
    if (byte & 0x80) {
        byte = d_byte(d);
        value &= ~(0xffull << i);
        value |= (uint64_t)byte << i;
        if (i + 8 > n && byte >> (n - i)) {
            d->bad = true;
        }
    }
    return n == 64 ? value : value & ((1ull << n) - 1);
}

static inline Decoded *d_emit(Decoder *d, DecodedKind kind, uint64_t value)
{
    Decoded *e = &d->out[d->count++];

    *e = (Decoded) { .kind = kind, .value = value };
    return e;
}

static inline void d_push(Decoder *d, uint64_t va, unsigned is)
{
    d->ahb[2] = d->ahb[1];
    d->ahb[1] = d->ahb[0];
    d->ahb[0].va = va;
    d->ahb[0].is = is;
}

/* K10.5.2.14.2, LongAddressBytes() */
static inline void d_long(Decoder *d, unsigned is, unsigned bits)
{
    uint64_t va = d->ahb[0].va, low = d_byte(d);

    if (low & 0x80) {
        d->bad = true;
    }
    if (is == 0) {
        unsigned a15_9 = d_byte(d);

        if (a15_9 & 0x80) {
            d->bad = true;
        }
        low = low << 2 | a15_9 << 9 | d_pod(d, bits - 16) << 16;
    } else {
        low = low << 1 | d_pod(d, bits - 8) << 8;
    }
    if (bits == 32) {
        low |= va >> 32 << 32;
    }
    d_push(d, low, is);
}

static inline void d_short(Decoder *d, unsigned is)
{
    unsigned align = is ? 1 : 2;
    uint64_t va = d->ahb[0].va;
    uint64_t field = d_replace(d, va >> align & 0x7fff, 15);

    va &= ~((1ull << (15 + align)) - 1);
    d_push(d, va | field << align, is);
}

static inline void d_match(Decoder *d, unsigned q)
{
    if (q == 3) {
        d->bad = true;
        return;
    }
    d_push(d, d->ahb[q].va, d->ahb[q].is);
}

static inline void d_context_bytes(Decoder *d)
{
    unsigned info = d_byte(d);

    d->el = info & 3;
    d->nse = info >> 3 & 1;
    d->sf = info >> 4 & 1;
    d->ns = info >> 5 & 1;
    if (info & 4) {
        d->bad = true;
    }
    if (info & 0x40) {
        d->vmid = d_pod(d, 32);
    }
    if (info & 0x80) {
        d->contextid = d_pod(d, 32);
    }
}

static inline void d_emit_context(Decoder *d)
{
    Decoded *e = d_emit(d, D_CONTEXT, 0);

    e->contextid = d->contextid;
    e->vmid = d->vmid;
    e->el = d->el;
    e->ns = d->ns;
    e->nse = d->nse;
    e->sf = d->sf;
}

static inline void d_emit_address(Decoder *d, DecodedKind kind)
{
    d_emit(d, kind, d->ahb[0].va)->is = d->ahb[0].is;
}

/* The address forms that Target Address and Exception packets share */
static inline bool d_target_bytes(Decoder *d, unsigned header, bool *context)
{
    *context = false;
    switch (header) {
    case 0x82:
    case 0x83:
    case 0x85:
    case 0x86:
        *context = true;
        d_long(d, header == 0x83 || header == 0x86, header < 0x85 ? 32 : 64);
        d_context_bytes(d);
        return true;
    case 0x90 ... 0x92:
        d_match(d, header & 3);
        return true;
    case 0x95 ... 0x96:
        d_short(d, header == 0x96);
        return true;
    case 0x9a ... 0x9b:
        d_long(d, header == 0x9b, 32);
        return true;
    case 0x9d ... 0x9e:
        d_long(d, header == 0x9e, 64);
        return true;
    default:
        return false;
    }
}

static inline void d_exception(Decoder *d)
{
    unsigned info = d_byte(d), header = d_byte(d);
    unsigned e = (info & 1) | (info >> 5 & 2), type = info >> 1 & 0x1f;
    bool context = false, unknown = header == 0x70;

    if ((info & 0x80) || (e != 1 && e != 2) ||
        unknown != (type == 0 || type == 0x18)) {
        d->bad = true;
        return;
    }
    if (unknown) {
        d_push(d, 0, 0);
    } else if (!d_target_bytes(d, header, &context)) {
        d->bad = true;
        return;
    }
    /* D5.3.27: there is a Context element with either value of E. */
    if (context) {
        d_emit_context(d);
    }
    if (e == 2 && unknown) {
        d_emit(d, D_UNKNOWN_TARGET, 0);
    } else if (e == 2) {
        d_emit_address(d, D_TARGET);
    }
    if (type == 0x18) {
        d_emit(d, D_TRANSACTION_FAILURE, 0);
    } else {
        d_emit_address(d, D_EXCEPTION);
        d->out[d->count - 1].type = type;
    }
}

static inline void d_trace_info(Decoder *d)
{
    unsigned plctl = d_byte(d), info = 0, cyct = 0;

    if (plctl & ~9u) {
        d->bad = true;
    }
    if (plctl & 1) {
        info = d_byte(d);
        if (info & ~0x41u) {
            d->bad = true;
        }
    }
    if (plctl & 8) {
        cyct = d_replace(d, 0, 12);
    }
    memset(d->ahb, 0, sizeof(d->ahb));
    d->timestamp = 0;
    d->contextid = d->vmid = 0;
    d->el = d->ns = d->nse = d->sf = 0;
    d->cc_threshold = info & 1 ? cyct : 0;
    d_emit(d, D_TRACE_INFO, d->cc_threshold)->type = info;
}

static inline void d_extension(Decoder *d)
{
    unsigned byte = d_byte(d), zeros = 1;

    if (byte == 3) {
        d_emit(d, D_DISCARD, 0);
    } else if (byte == 5) {
        d_emit(d, D_OVERFLOW, 0);
    } else {
        while (!d->bad && byte == 0) {
            zeros++;
            byte = d_byte(d);
        }
        if (byte != 0x80 || zeros < 11) {
            d->bad = true;
        }
        d_emit(d, D_ASYNC, 0);
    }
}

/* Atoms are written down oldest first, as the tables of D5.3.2 to D5.3.8. */
static inline void d_atoms(Decoder *d, unsigned header)
{
    static const char *const format4[] = { "NEEE", "NNNN", "NENE", "ENEN" };
    static const char *const format5[] = { NULL, "NNNNN", "NENEN", "ENENE" };
    char text[DECODED_MAX + 1] = "";
    const char *s = text;

    if ((header & 0xfe) == 0xf6) {
        text[0] = "NE"[header & 1];
    } else if (header >= 0xd8 && header <= 0xdb) {
        text[0] = "NE"[header & 1];
        text[1] = "NE"[header >> 1 & 1];
    } else if (header >= 0xf8) {
        text[0] = "NE"[header & 1];
        text[1] = "NE"[header >> 1 & 1];
        text[2] = "NE"[header >> 2 & 1];
    } else if (header >= 0xdc && header <= 0xdf) {
        s = format4[header & 3];
    } else if (header == 0xf5) {
        s = "NEEEE";
    } else if (header >= 0xd5 && header <= 0xd7) {
        s = format5[header & 3];
    } else {
        unsigned count = header & 0x1f;

        if (count > 20) {
            d->bad = true;
            return;
        }
        memset(text, 'E', count + 3);
        text[count + 3] = header & 0x20 ? 'N' : 'E';
    }
    for (; *s; s++) {
        d_emit(d, D_ATOM, *s == 'E');
    }
}

static inline void d_source(Decoder *d, unsigned header)
{
    switch (header) {
    case 0xb0 ... 0xb3:
        d_match(d, header & 3);
        break;
    case 0xb4 ... 0xb5:
        d_short(d, header & 1);
        break;
    default:
        d_long(d, header & 1, header < 0xb8 ? 32 : 64);
        break;
    }
    d_emit_address(d, D_SOURCE);
}

static inline void d_cycle_count(Decoder *d, unsigned header)
{
    uint64_t count = 0;

    switch (header) {
    case 0x0d:
        count = d_byte(d);
        if (count >> 4 != 0xf) {
            d->bad = true;
        }
        count &= 0xf;
        break;
    case 0x0e:
        count = d_replace(d, 0, 20);
        break;
    case 0x0f:
        d_emit(d, D_CYCLE_COUNT, 0)->cycles = -1;
        return;
    default:
        count = header & 3;
        break;
    }
    d_emit(d, D_CYCLE_COUNT, 0)->cycles = count + d->cc_threshold;
}

static inline void d_timestamp(Decoder *d, bool counted)
{
    Decoded *e;

    d->timestamp = d_replace(d, d->timestamp, 64);
    e = d_emit(d, D_TIMESTAMP, d->timestamp);
    e->cycles = counted ? (int64_t)d_replace(d, 0, 20) : -1;
}

/*
 * Decode the packet at @buf into @out, which has DECODED_MAX elements at
 * least, and set @count to the number of them.  Returns the size of the
 * packet, 0 when it is none, or has not ended before @size.
 */
static inline size_t ete_decode(Decoder *d, const uint8_t *buf, size_t size,
                                Decoded *out, size_t *count)
{
    unsigned header;
    bool context;

    d->next = buf;
    d->end = buf + size;
    d->bad = false;
    d->out = out;
    d->count = 0;
    header = d_byte(d);
    switch (header) {
    case 0x00:
        d_extension(d);
        break;
    case 0x01:
        d_trace_info(d);
        break;
    case 0x02 ... 0x03:
        d_timestamp(d, header & 1);
        break;
    case 0x04:
        d_emit(d, D_TRACE_ON, 0);
        break;
    case 0x06:
        d_exception(d);
        break;
    case 0x09:
        header = d_byte(d);
        d->bad |= header > 3;
        d_emit(d, D_INSTRUMENTATION, d_pod(d, 64))->type = header;
        break;
    case 0x0a:
        d_emit(d, D_TRANSACTION_START, 0);
        break;
    case 0x0b:
        d_emit(d, D_TRANSACTION_COMMIT, 0);
        break;
    case 0x0d ... 0x0f:
    case 0x10 ... 0x13:
        d_cycle_count(d, header);
        break;
    case 0x70:
        d_emit(d, D_IGNORE, 0);
        break;
    case 0x71 ... 0x7f:
        d_emit(d, D_EVENT, header & 0xf);
        break;
    case 0x81:
        d_context_bytes(d);
        d_emit_context(d);
        break;
    case 0x80:
        d_emit_context(d);
        break;
    case 0x88:
        d_emit(d, D_TIMESTAMP_MARKER, 0);
        break;
    case 0xb0 ... 0xb9:
        d_source(d, header);
        break;
    case 0xc0 ... 0xff:
        d_atoms(d, header);
        break;
    default:
        if (d_target_bytes(d, header, &context)) {
            if (context) {
                d_emit_context(d);
            }
            d_emit_address(d, D_TARGET);
        } else {
            d->bad = true;
        }
        break;
    }
    *count = d->count;
    return d->bad ? 0 : d->next - buf;
}

static inline bool decoded_equal(const Decoded *a, const Decoded *b)
{
    return a->kind == b->kind && a->value == b->value && a->is == b->is &&
           a->type == b->type && a->cycles == b->cycles &&
           a->contextid == b->contextid && a->vmid == b->vmid &&
           a->el == b->el && a->ns == b->ns && a->nse == b->nse &&
           a->sf == b->sf;
}

#endif
