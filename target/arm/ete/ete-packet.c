/*
 * ETE trace packets, all but atoms: from elements to bytes (pure C)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "ete-packet.h"

/* Bytes of an "unsigned LE128n" field */
static size_t le128_bytes(uint64_t value)
{
    size_t bytes = 1;

    while (value >>= ETE_CONTINUE_BITS) {
        bytes++;
    }
    return bytes;
}

/* @bytes bytes of 7 bits, all but the last with the continuation bit */
static uint8_t *put_continued(uint8_t *p, uint64_t value, size_t bytes)
{
    while (--bytes) {
        *p++ = value | ETE_CONTINUE;
        value >>= ETE_CONTINUE_BITS;
    }
    *p++ = value & (ETE_CONTINUE - 1);
    return p;
}

/* A POD field, little endian */
static uint8_t *put_pod(uint8_t *p, uint64_t value, size_t bytes)
{
    while (bytes--) {
        *p++ = value;
        value >>= 8;
    }
    return p;
}

static size_t encode_byte(uint8_t header, uint8_t *buf, size_t room)
{
    if (room < 1) {
        return 0;
    }
    buf[0] = header;
    return 1;
}

static size_t encode_extension(uint8_t extension, uint8_t *buf, size_t room)
{
    if (room < 2) {
        return 0;
    }
    buf[0] = ETE_HDR_EXTENSION;
    buf[1] = extension;
    return 2;
}

/* Synchronization, discontinuities, filling up: D5.3.1, 24, 37, 40, 69, 70 */

size_t ete_encode_async(uint8_t *buf, size_t room)
{
    if (room < ETE_ASYNC_BYTES) {
        return 0;
    }
    memset(buf, ETE_EXT_ASYNC, ETE_ASYNC_BYTES - 1);
    buf[ETE_ASYNC_BYTES - 1] = ETE_ASYNC_END;
    return ETE_ASYNC_BYTES;
}

size_t ete_encode_trace_info(ETEPacketState *s, bool cc, uint32_t cc_threshold,
                             bool transactional, uint8_t *buf, size_t room)
{
    uint32_t threshold = cc ? cc_threshold & ETE_CYCT_MAX : 0;
    uint8_t info = (cc ? ETE_INFO_CC : 0) | (transactional ? ETE_INFO_T : 0);
    uint8_t plctl = (info ? ETE_TRACE_INFO_INFO : 0) |
                    (cc ? ETE_TRACE_INFO_CYCT : 0);
    /* Even if 0: OpenCSD (1.3.3) takes the old threshold when left out. */
    size_t cyct = cc ? le128_bytes(threshold) : 0;
    size_t size = 2 + (info ? 1 : 0) + cyct;

    if (room < size) {
        return 0;
    }
    *buf++ = ETE_HDR_TRACE_INFO;
    *buf++ = plctl;
    if (info) {
        *buf++ = info;
    }
    if (cc) {
        put_continued(buf, threshold, cyct);
    }
    memset(s->history, 0, sizeof(s->history));  /* R_BTWGD */
    s->timestamp = 0;                           /* R_GPGQQ */
    s->context_unknown = true;
    s->cc_threshold = threshold;
    return size;
}

size_t ete_encode_trace_on(uint8_t *buf, size_t room)
{
    return encode_byte(ETE_HDR_TRACE_ON, buf, room);
}

size_t ete_encode_discard(uint8_t *buf, size_t room)
{
    return encode_extension(ETE_EXT_DISCARD, buf, room);
}

size_t ete_encode_overflow(uint8_t *buf, size_t room)
{
    return encode_extension(ETE_EXT_OVERFLOW, buf, room);
}

size_t ete_encode_ignore(size_t count, uint8_t *buf, size_t room)
{
    if (room < count) {
        return 0;
    }
    memset(buf, ETE_HDR_IGNORE, count);
    return count;
}

/* Addresses: D4.5.12.3, D5.3.49 to D5.3.55, D5.3.58 to D5.3.64 */

typedef enum AddressForm {
    EXACT_MATCH,
    SHORT_1,
    SHORT_2,
    LONG_32,
    LONG_64,
} AddressForm;

/* Bytes after the header */
static const uint8_t address_payload[] = {
    [EXACT_MATCH] = 0,
    [SHORT_1] = 1,
    [SHORT_2] = 2,
    [LONG_32] = 4,
    [LONG_64] = 8,
};

static const uint8_t target_header[][2] = {
    [EXACT_MATCH] = { ETE_HDR_TARGET_EXACT_MATCH, ETE_HDR_TARGET_EXACT_MATCH },
    [SHORT_1] = { ETE_HDR_TARGET_SHORT_IS0, ETE_HDR_TARGET_SHORT_IS1 },
    [SHORT_2] = { ETE_HDR_TARGET_SHORT_IS0, ETE_HDR_TARGET_SHORT_IS1 },
    [LONG_32] = { ETE_HDR_TARGET_32_IS0, ETE_HDR_TARGET_32_IS1 },
    [LONG_64] = { ETE_HDR_TARGET_64_IS0, ETE_HDR_TARGET_64_IS1 },
};

static const uint8_t source_header[][2] = {
    [EXACT_MATCH] = { ETE_HDR_SOURCE_EXACT_MATCH, ETE_HDR_SOURCE_EXACT_MATCH },
    [SHORT_1] = { ETE_HDR_SOURCE_SHORT_IS0, ETE_HDR_SOURCE_SHORT_IS1 },
    [SHORT_2] = { ETE_HDR_SOURCE_SHORT_IS0, ETE_HDR_SOURCE_SHORT_IS1 },
    [LONG_32] = { ETE_HDR_SOURCE_32_IS0, ETE_HDR_SOURCE_32_IS1 },
    [LONG_64] = { ETE_HDR_SOURCE_64_IS0, ETE_HDR_SOURCE_64_IS1 },
};

static const uint8_t target_context_header[][2] = {
    [LONG_32] = { ETE_HDR_TARGET_CONTEXT_32_IS0,
                  ETE_HDR_TARGET_CONTEXT_32_IS1 },
    [LONG_64] = { ETE_HDR_TARGET_CONTEXT_64_IS0,
                  ETE_HDR_TARGET_CONTEXT_64_IS1 },
};

/* As in the history: aligned (R_FSWRC), and the sub_isa in bit 0 */
static uint64_t history_entry(uint64_t va, ETESubISA is)
{
    return is == ETE_IS1 ? va | 1 : va & ~3ull;
}

/* R_LMHFW */
static void history_push(ETEPacketState *s, uint64_t entry)
{
    s->history[2] = s->history[1];
    s->history[1] = s->history[0];
    s->history[0] = entry;
}

/* The first bit that the second payload byte has */
static unsigned second_byte_lsb(uint64_t entry)
{
    return entry & 1 ? 8 : 9;
}

/* R_BPRDC, R_GWKFD, R_YLXFK; @match: which of the history it is */
static inline AddressForm address_form(const ETEPacketState *s, uint64_t entry,
                                unsigned *match)
{
    uint64_t changed = (entry ^ s->history[0]) >> second_byte_lsb(entry);

    for (unsigned i = 0; i < ETE_ADDRESS_HISTORY; i++) {
        if (entry == s->history[i]) {
            *match = i;
            return EXACT_MATCH;
        }
    }
    *match = 0;
    if (!changed) {
        return SHORT_1;
    }
    if (!(changed >> 8)) {
        return SHORT_2;
    }
    return (entry ^ s->history[0]) >> 32 ? LONG_64 : LONG_32;
}

static size_t address_size(const ETEPacketState *s, uint64_t entry)
{
    unsigned match;

    return 1 + address_payload[address_form(s, entry, &match)];
}

static inline uint8_t *put_address(uint8_t *p, uint8_t header, AddressForm form,
                            uint64_t entry)
{
    unsigned lsb = second_byte_lsb(entry);
    uint8_t first = entry >> (lsb - ETE_CONTINUE_BITS) & (ETE_CONTINUE - 1);

    *p++ = header;
    switch (form) {
    case EXACT_MATCH:
        break;
    case SHORT_1:
        *p++ = first;
        break;
    case SHORT_2:
        *p++ = first | ETE_CONTINUE;
        *p++ = entry >> lsb;
        break;
    case LONG_32:
    case LONG_64:
        *p++ = first;
        *p = entry >> lsb;
        if (!(entry & 1)) {
            *p &= ETE_CONTINUE - 1;
        }
        p = put_pod(p + 1, entry >> 16, address_payload[form] - 2);
        break;
    }
    return p;
}

static size_t encode_address(ETEPacketState *s, const uint8_t header[][2],
                             uint64_t va, ETESubISA is,
                             uint8_t *buf, size_t room)
{
    uint64_t entry = history_entry(va, is);
    unsigned match;
    AddressForm form = address_form(s, entry, &match);
    size_t size = 1 + address_payload[form];

    if (room < size) {
        return 0;
    }
    put_address(buf, header[form][is] | match, form, entry);
    history_push(s, entry);
    return size;
}

size_t ete_encode_target(ETEPacketState *s, uint64_t va, ETESubISA is,
                         uint8_t *buf, size_t room)
{
    return encode_address(s, target_header, va, is, buf, room);
}

size_t ete_encode_source(ETEPacketState *s, uint64_t va, ETESubISA is,
                         uint8_t *buf, size_t room)
{
    return encode_address(s, source_header, va, is, buf, room);
}

/* Context: D5.3.10, D5.3.11, D5.3.65 to D5.3.68 */

/* The information byte; C and V: which identifiers the packet must have */
static uint8_t context_info(const ETEPacketState *s, const ETEContext *context)
{
    uint32_t c = context->contextid ^ s->context.contextid;
    uint32_t v = context->vmid ^ s->context.vmid;

    if (s->context_unknown) {
        /* 0 goes without saying only if it was 0 before Trace Info, too. */
        c |= context->contextid;
        v |= context->vmid;
    }
    return (context->el & ETE_CONTEXT_EL) |
           (context->security & ETE_NONSECURE ? ETE_CONTEXT_NS : 0) |
           (context->security & ETE_ROOT ? ETE_CONTEXT_NSE : 0) |
           (context->sf ? ETE_CONTEXT_SF : 0) |
           (v ? ETE_CONTEXT_V : 0) | (c ? ETE_CONTEXT_C : 0);
}

static size_t context_payload(uint8_t info)
{
    return 1 + (info & ETE_CONTEXT_V ? 4 : 0) + (info & ETE_CONTEXT_C ? 4 : 0);
}

static bool context_same(const ETEPacketState *s, const ETEContext *context)
{
    return !s->context_unknown &&
           context->contextid == s->context.contextid &&
           context->vmid == s->context.vmid &&
           context->el == s->context.el &&
           context->security == s->context.security &&
           context->sf == s->context.sf;
}

static uint8_t *put_context_payload(uint8_t *p, uint8_t info,
                                    const ETEContext *context)
{
    *p++ = info;
    if (info & ETE_CONTEXT_V) {
        p = put_pod(p, context->vmid, 4);
    }
    if (info & ETE_CONTEXT_C) {
        p = put_pod(p, context->contextid, 4);
    }
    return p;
}

static void context_push(ETEPacketState *s, const ETEContext *context)
{
    s->context = *context;
    s->context_unknown = false;
}

static size_t context_size(const ETEPacketState *s, const ETEContext *context)
{
    return context_same(s, context) ?
           1 : 1 + context_payload(context_info(s, context));
}

size_t ete_encode_context(ETEPacketState *s, const ETEContext *context,
                          uint8_t *buf, size_t room)
{
    uint8_t info = context_info(s, context);
    size_t size = context_size(s, context);

    if (room < size) {
        return 0;
    }
    if (context_same(s, context)) {
        *buf = ETE_HDR_CONTEXT_SAME;
    } else {
        *buf++ = ETE_HDR_CONTEXT;
        put_context_payload(buf, info, context);
    }
    context_push(s, context);
    return size;
}

/* The long forms are the only ones that have a context. */
static AddressForm context_form(const ETEPacketState *s, uint64_t entry)
{
    return (entry ^ s->history[0]) >> 32 ? LONG_64 : LONG_32;
}

static size_t target_context_size(const ETEPacketState *s, uint64_t entry,
                                  const ETEContext *context)
{
    return 1 + address_payload[context_form(s, entry)] +
           context_payload(context_info(s, context));
}

static void put_target_context(ETEPacketState *s, uint64_t entry,
                               const ETEContext *context, uint8_t *buf)
{
    uint8_t info = context_info(s, context);
    AddressForm form = context_form(s, entry);

    buf = put_address(buf, target_context_header[form][entry & 1], form, entry);
    put_context_payload(buf, info, context);
    history_push(s, entry);
    context_push(s, context);
}

size_t ete_encode_target_context(ETEPacketState *s, uint64_t va, ETESubISA is,
                                 const ETEContext *context,
                                 uint8_t *buf, size_t room)
{
    uint64_t entry = history_entry(va, is);
    size_t first = context_size(s, context);
    size_t two = first + address_size(s, entry);
    size_t one = target_context_size(s, entry, context);

    if (room < (one <= two ? one : two)) {
        return 0;
    }
    if (one <= two) {
        put_target_context(s, entry, context, buf);
        return one;
    }
    ete_encode_context(s, context, buf, room);
    ete_encode_target(s, va, is, buf + first, room - first);
    return two;
}

/* Exceptions: D5.3.26 to D5.3.36, D5.3.41, D5.3.73 */

static uint8_t exception_info(ETEExceptionType type, ETEExceptionElements e)
{
    return type << ETE_EXCEPTION_TYPE_SHIFT |
           (e & ETE_EXCEPTION ? ETE_EXCEPTION_E0 : 0) |
           (e & ETE_TARGET_EXCEPTION ? ETE_EXCEPTION_E1 : 0);
}

size_t ete_encode_exception(ETEPacketState *s, ETEExceptionType type,
                            ETEExceptionElements e, uint64_t va, ETESubISA is,
                            const ETEContext *context,
                            uint8_t *buf, size_t room)
{
    uint64_t entry = history_entry(va, is);
    size_t first = context ? context_size(s, context) : 0;
    size_t size = first + 2 + address_size(s, entry);
    bool one = false;

    /*
     * Exception with Context packets: only together with a Target Address.
     * Else D5.3.27 has them mean a Context element, K10.5.2.13.2 does not.
     */
    if (context && e == ETE_TARGET_EXCEPTION) {
        size_t one_size = 2 + target_context_size(s, entry, context);

        one = one_size <= size;
        size = one ? one_size : size;
    }
    if (room < size) {
        return 0;
    }
    if (context && !one) {
        buf += ete_encode_context(s, context, buf, room);
    }
    *buf++ = ETE_HDR_EXCEPTION;
    *buf++ = exception_info(type, e);
    if (one) {
        put_target_context(s, entry, context, buf);
    } else {
        ete_encode_target(s, va, is, buf, address_size(s, entry));
    }
    return size;
}

static size_t encode_no_address(ETEPacketState *s, ETEExceptionType type,
                                ETEExceptionElements e,
                                uint8_t *buf, size_t room)
{
    if (room < 3) {
        return 0;
    }
    buf[0] = ETE_HDR_EXCEPTION;
    buf[1] = exception_info(type, e);
    buf[2] = ETE_EXCEPTION_NO_ADDRESS;
    history_push(s, history_entry(0, ETE_IS0)); /* R_FPDFJ */
    return 3;
}

size_t ete_encode_pe_reset(ETEPacketState *s, ETEExceptionElements e,
                           uint8_t *buf, size_t room)
{
    return encode_no_address(s, ETE_EXC_PE_RESET, e, buf, room);
}

/* Transactions: D5.3.71 to D5.3.73 */

size_t ete_encode_transaction_start(uint8_t *buf, size_t room)
{
    return encode_byte(ETE_HDR_TRANSACTION_START, buf, room);
}

size_t ete_encode_transaction_commit(uint8_t *buf, size_t room)
{
    return encode_byte(ETE_HDR_TRANSACTION_COMMIT, buf, room);
}

size_t ete_encode_transaction_failure(ETEPacketState *s,
                                      ETEExceptionElements e,
                                      uint8_t *buf, size_t room)
{
    return encode_no_address(s, ETE_EXC_TRANSACTION_FAILURE, e, buf, room);
}

/* Time: D5.3.14, D5.3.15, D5.3.21, D5.3.23, D5.3.56, D5.3.57 */

/* Bit replacement: the bytes up to the highest bit that differs */
static size_t timestamp_bytes(uint64_t changed)
{
    size_t bytes = le128_bytes(changed);

    return bytes < ETE_TIMESTAMP_BYTES ? bytes : ETE_TIMESTAMP_BYTES;
}

/* The ninth byte has no continuation bit, but eight bits. */
static uint8_t *put_timestamp(uint8_t *p, uint64_t timestamp, size_t bytes)
{
    if (bytes < ETE_TIMESTAMP_BYTES) {
        return put_continued(p, timestamp, bytes);
    }
    p = put_continued(p, timestamp, ETE_TIMESTAMP_BYTES - 1);
    p[-1] |= ETE_CONTINUE;
    *p++ = timestamp >> ((ETE_TIMESTAMP_BYTES - 1) * ETE_CONTINUE_BITS);
    return p;
}

size_t ete_encode_timestamp(ETEPacketState *s, uint64_t timestamp,
                            uint32_t cycles, uint8_t *buf, size_t room)
{
    bool n = cycles <= ETE_CYCLE_COUNT_MAX;
    size_t ts_bytes = timestamp_bytes(timestamp ^ s->timestamp);
    size_t cc_bytes = n ? le128_bytes(cycles) : 0;
    size_t size = 1 + ts_bytes + cc_bytes;

    if (room < size) {
        return 0;
    }
    *buf++ = ETE_HDR_TIMESTAMP | (n ? ETE_TIMESTAMP_N : 0);
    buf = put_timestamp(buf, timestamp, ts_bytes);
    if (n) {
        put_continued(buf, cycles, cc_bytes);
    }
    s->timestamp = timestamp;
    return size;
}

size_t ete_encode_timestamp_marker(uint8_t *buf, size_t room)
{
    return encode_byte(ETE_HDR_TIMESTAMP_MARKER, buf, room);
}

size_t ete_encode_cycle_count(const ETEPacketState *s, uint32_t cycles,
                              uint8_t *buf, size_t room)
{
    uint32_t count = cycles - s->cc_threshold;
    size_t size;

    /* ETE_CYCLES_UNKNOWN, too */
    if (count > ETE_CYCLE_COUNT_MAX) {
        return encode_byte(ETE_HDR_CYCLE_COUNT_1_UNKNOWN, buf, room);
    }
    if (count <= ETE_CYCLE_COUNT_3_MAX) {
        return encode_byte(ETE_HDR_CYCLE_COUNT_3 | count, buf, room);
    }
    size = 1 + le128_bytes(count);
    if (room < size) {
        return 0;
    }
    if (count <= ETE_CYCLE_COUNT_2_MAX) {
        buf[0] = ETE_HDR_CYCLE_COUNT_2_1;
        buf[1] = ETE_CYCLE_COUNT_2_1_ONES | count;
    } else {
        buf[0] = ETE_HDR_CYCLE_COUNT_1;
        put_continued(buf + 1, count, size - 1);
    }
    return size;
}

/* D5.3.25, D5.3.38 */

size_t ete_encode_event(unsigned events, uint8_t *buf, size_t room)
{
    return encode_byte(ETE_HDR_EVENT | (events & ETE_EVENT_ALL), buf, room);
}

size_t ete_encode_instrumentation(unsigned el, uint64_t value,
                                  uint8_t *buf, size_t room)
{
    if (room < ETE_INSTRUMENTATION_BYTES) {
        return 0;
    }
    buf[0] = ETE_HDR_INSTRUMENTATION;
    buf[1] = el & ETE_INSTRUMENTATION_EL;
    put_pod(buf + 2, value, 8);
    return ETE_INSTRUMENTATION_BYTES;
}
