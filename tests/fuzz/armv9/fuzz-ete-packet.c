/*
 * Fuzz the ETE packet encoder: what it writes decodes to what was meant
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "tests/unit/armv9/ete-ops.h"
#include "fuzz.h"

static void require(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* D4.5.12.3: the bytes of the smallest packet for an address */
static size_t smallest(const Decoder *before, const Decoded *e)
{
    uint64_t changed = e->value ^ before->ahb[0].va;
    unsigned align = e->is ? 1 : 2;

    for (int i = 0; i < 3; i++) {
        if (before->ahb[i].va == e->value && before->ahb[i].is == e->is) {
            return 1;
        }
    }
    changed >>= align;
    return changed < 1u << 7 ? 2 : changed < 1u << 15 ? 3 :
           changed < 1ull << (32 - align) ? 5 : 9;
}

/* One op: with a byte too few, as it is, decoded and compared */
static void step(ETEPacketState *s, Decoder *d, const Op *op, unsigned cut)
{
    uint8_t buf[ETE_ENCODE_MAX_BYTES], *small;
    Decoded expected[OP_DECODED_MAX], got[DECODED_MAX];
    ETEPacketState before = *s;
    Decoder decoder_before = *d;
    uint64_t rest = op->value;
    size_t size = op_encode(s, op, &rest, buf, sizeof(buf));
    size_t n = op_expect(op, s->cc_threshold, rest, expected);
    size_t used, seen = 0;

    require(size <= sizeof(buf) && (size || !n));
    for (size_t pos = 0; pos < size; pos += used) {
        size_t count;

        used = ete_decode(d, buf + pos, size - pos, got, &count);
        require(used && seen + count <= n);
        for (size_t i = 0; i < count; i++) {
            require(decoded_equal(&got[i], &expected[seen + i]));
        }
        seen += count;
    }
    require(seen == n);
    require(op->kind != OP_ATOMS || rest == ETE_NO_ATOMS);
    require(op->kind != OP_OLD_ATOMS || rest >> (ETE_ATOMS_KEEP + 1) == 0);
    if (op->kind == OP_TARGET || op->kind == OP_SOURCE) {
        require(size == smallest(&decoder_before, &expected[0]));
    }
    if (size) {
        size_t room = cut % size;
        uint64_t word = op->value;

        /* With another size of buffer there may be another way through. */
        small = malloc(size);
        require(op_encode(&before, op, &word, small, room) == 0);
        require(word == op->value);
        require(op_encode(&before, op, &word, small, size) == size);
        require(word == rest && !memcmp(small, buf, size));
        free(small);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Source source = { .data = data, .size = size };
    ETEPacketState s = { 0 };
    Decoder d = { 0 };
    OpMemory m = { .any = true };
    Op op = { .kind = OP_TRACE_INFO };

    do {
        step(&s, &d, &op, draw(&source, 1));
        op = draw_op(&source, &m);
    } while (source.size);
    return 0;
}
