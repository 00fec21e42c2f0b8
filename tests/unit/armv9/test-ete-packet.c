/*
 * Unit test of the ETE packet encoder: every packet of D5.3, byte by byte
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "ete-ops.h"
#include "tap.h"

/*
 * Rows are in the order of D5.3 and go on with the state of the row before.
 * RESET is a Trace Info packet without cycle counting, START one without past.
 */
typedef struct Row {
    const char *name;
    Op op;
    size_t size;
    const char *bytes;
    uint64_t rest;      /* of OP_OLD_ATOMS */
    bool start;         /* with fresh states */
} Row;

#define BYTES(s) .size = sizeof(s) - 1, .bytes = s
#define NAME(n, k) .name = n, .op.kind = k
#define RESET { NAME("reset", OP_TRACE_INFO), BYTES("\x01\x00") }
#define START { NAME("start", OP_TRACE_INFO), BYTES("\x01\x00"), .start = true }
#define CYCLES(t, b) { NAME("reset, cycle counting", OP_TRACE_INFO), \
    .op.type = ETE_INFO_CC, .op.cycles = t, BYTES("\x01\x09\x01" b) }
#define ATOMS(n, v, b) { NAME(n, OP_ATOMS), .op.value = v, BYTES(b) }
#define OLD_ATOMS(n, v, b, r) \
    { NAME(n, OP_OLD_ATOMS), .op.value = v, BYTES(b), .rest = r }
#define CONTEXT(c, v, el, security, sf) \
    .op.context = { c, v, el, security, sf }
#define A64_EL1 CONTEXT(0, 0, 1, ETE_NONSECURE, true)
#define A32_EL0 CONTEXT(0, 0, 0, ETE_NONSECURE, false)
#define FULL(el) CONTEXT(0xc3c2c1c0, 0xd3d2d1d0, el, ETE_NONSECURE, true)
#define PLAIN(n, k, b) { NAME(n, k), BYTES(b) }
#define CONTEXT_ROW(n, c, b) { NAME(n, OP_CONTEXT), c, BYTES(b) }
#define CYCLE_COUNT(n, c, b) \
    { NAME(n, OP_CYCLE_COUNT), .op.cycles = c, BYTES(b) }
#define AT(va, s) .op.value = va, .op.is = s
#define TARGET(n, va, s, b) { NAME(n, OP_TARGET), AT(va, s), BYTES(b) }
#define SOURCE(n, va, s, b) { NAME(n, OP_SOURCE), AT(va, s), BYTES(b) }
#define TARGET_CONTEXT(n, va, s, c, b) \
    { NAME(n, OP_TARGET_CONTEXT), AT(va, s), c, BYTES(b) }
#define EXCEPTION(n, va, s, t, E, b) \
    { NAME(n, OP_EXCEPTION), AT(va, s), .op.type = t, .op.e = E, BYTES(b) }
#define EXCEPTION_CONTEXT(n, va, s, t, E, c, b) \
    { NAME(n, OP_EXCEPTION_CONTEXT), AT(va, s), .op.type = t, .op.e = E, c, \
      BYTES(b) }
#define TIMESTAMP(n, v, c, b) \
    { NAME(n, OP_TIMESTAMP), .op.value = v, .op.cycles = c, BYTES(b) }
#define NO_CC ETE_CYCLES_UNKNOWN
#define E01 ETE_EXCEPTION
#define E10 ETE_TARGET_EXCEPTION

static const Row rows[] = {
    PLAIN("D5.3.1 Alignment Synchronization", OP_ASYNC,
          "\0\0\0\0\0\0\0\0\0\0\0\x80"),

    ATOMS("no atoms", 0b1, ""),
    ATOMS("D5.3.2 Atom Format 1: N", 0b10, "\xf6"),
    ATOMS("D5.3.2 Atom Format 1: E", 0b11, "\xf7"),
    ATOMS("D5.3.3 Atom Format 2: NN", 0b100, "\xd8"),
    ATOMS("D5.3.3 Atom Format 2: EN", 0b110, "\xd9"),
    ATOMS("D5.3.3 Atom Format 2: NE", 0b101, "\xda"),
    ATOMS("D5.3.3 Atom Format 2: EE", 0b111, "\xdb"),
    ATOMS("D5.3.4 Atom Format 3: NNN", 0b1000, "\xf8"),
    ATOMS("D5.3.4 Atom Format 3: ENN", 0b1100, "\xf9"),
    ATOMS("D5.3.4 Atom Format 3: NEN", 0b1010, "\xfa"),
    ATOMS("D5.3.4 Atom Format 3: EEN", 0b1110, "\xfb"),
    ATOMS("D5.3.4 Atom Format 3: NNE", 0b1001, "\xfc"),
    ATOMS("D5.3.4 Atom Format 3: ENE", 0b1101, "\xfd"),
    ATOMS("D5.3.4 Atom Format 3: NEE", 0b1011, "\xfe"),
    ATOMS("D5.3.4 Atom Format 3: EEE", 0b1111, "\xff"),
    ATOMS("D5.3.5 Atom Format 4: NEEE", 0b10111, "\xdc"),
    ATOMS("D5.3.5 Atom Format 4: NNNN", 0b10000, "\xdd"),
    ATOMS("D5.3.5 Atom Format 4: NENE", 0b10101, "\xde"),
    ATOMS("D5.3.5 Atom Format 4: ENEN", 0b11010, "\xdf"),
    ATOMS("D5.3.6 Atom Format 5.1: NEEEE", 0b101111, "\xf5"),
    ATOMS("D5.3.7 Atom Format 5.2: NNNNN", 0b100000, "\xd5"),
    ATOMS("D5.3.7 Atom Format 5.2: NENEN", 0b101010, "\xd6"),
    ATOMS("D5.3.7 Atom Format 5.2: ENENE", 0b110101, "\xd7"),
    ATOMS("D5.3.8 Atom Format 6: EEEN", 0b11110, "\xe0"),
    ATOMS("D5.3.8 Atom Format 6: EEEE", 0b11111, "\xc0"),
    ATOMS("D5.3.8 Atom Format 6: EEEEN", 0b111110, "\xe1"),
    ATOMS("D5.3.8 Atom Format 6: EEEEE", 0b111111, "\xc1"),
    ATOMS("D5.3.8 Atom Format 6: 23 E", 0xffffff, "\xd3"),
    ATOMS("D5.3.8 Atom Format 6: 22 E, N", 0xfffffe, "\xf3"),
    ATOMS("D5.3.8 Atom Format 6: 24 E", 0x1ffffff, "\xd4"),
    ATOMS("D5.3.8 Atom Format 6: 23 E, N", 0x1fffffe, "\xf4"),
    ATOMS("25 E", 0x3ffffff, "\xd4\xf7"),
    ATOMS("24 E, N", 0x3fffffe, "\xd4\xf6"),
    ATOMS("27 E, N", 0x1ffffffe, "\xd4\xe0"),
    ATOMS("63 E", UINT64_MAX, "\xd4\xd4\xcb"),
    ATOMS("63 N", 1ull << 63,
          "\xd5\xd5\xd5\xd5\xd5\xd5\xd5\xd5\xd5\xd5\xd5\xd5\xf8"),
    ATOMS("21 times ENN", 0xc924924924924924,
          "\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9"
          "\xf9\xf9\xf9\xf9\xf9"),
    OLD_ATOMS("old atoms of none", 0b1, "", 0b1),
    OLD_ATOMS("old atoms of 23 E", 0xffffff, "", 0xffffff),
    OLD_ATOMS("old atoms of 24 E", 0x1ffffff, "\xd4", 0b1),
    OLD_ATOMS("old atoms of N, 23 E", 0x17fffff, "\xf5", 0xfffff),
    OLD_ATOMS("old atoms of 63 E", UINT64_MAX, "\xd4\xd4", 0xffff),
    OLD_ATOMS("old atoms of 63 N", 1ull << 63,
              "\xd5\xd5\xd5\xd5\xd5\xd5\xd5\xd5", 1 << 23),

    START,
    PLAIN("D5.3.10 Context, all 0", OP_CONTEXT, "\x81\x00"),
    CONTEXT_ROW("D5.3.10 Context, EL1 Non-secure AArch64",
                A64_EL1,
                "\x81\x31"),
    CONTEXT_ROW("D5.3.10 Context, EL0 Non-secure AArch32",
                A32_EL0,
                "\x81\x20"),
    CONTEXT_ROW("D5.3.10 Context, EL3 Root",
                CONTEXT(0, 0, 3, ETE_ROOT, true),
                "\x81\x1b"),
    CONTEXT_ROW("D5.3.10 Context, EL2 Realm",
                CONTEXT(0, 0, 2, ETE_REALM, true),
                "\x81\x3a"),
    CONTEXT_ROW("D5.3.10 Context, EL2 Secure",
                CONTEXT(0, 0, 2, ETE_SECURE, true),
                "\x81\x12"),
    CONTEXT_ROW("D5.3.10 Context, EL2 Secure AArch32",
                CONTEXT(0, 0, 2, ETE_SECURE, false),
                "\x81\x02"),
    CONTEXT_ROW("D5.3.10 Context, Context identifier",
                CONTEXT(0xc3c2c1c0, 0, 1, ETE_NONSECURE, true),
                "\x81\xb1\xc0\xc1\xc2\xc3"),
    CONTEXT_ROW("D5.3.10 Context, Virtual context identifier",
                CONTEXT(0xc3c2c1c0, 0xd3, 1, ETE_NONSECURE, true),
                "\x81\x71\xd3\x00\x00\x00"),
    CONTEXT_ROW("D5.3.10 Context, both",
                CONTEXT(1, 2, 1, 1, true),
                "\x81\xf1\x02\x00\x00\x00\x01\x00\x00\x00"),
    CONTEXT_ROW("D5.3.10 Context, another EL",
                CONTEXT(1, 2, 0, 1, true),
                "\x81\x30"),
    CONTEXT_ROW("D5.3.10 Context, identifiers back to 0",
                CONTEXT(0, 0, 0, 1, true),
                "\x81\xf0\x00\x00\x00\x00\x00\x00\x00\x00"),
    CONTEXT_ROW("D5.3.11 Context Same",
                CONTEXT(0, 0, 0, 1, true),
                "\x80"),
    RESET,
    CONTEXT_ROW("Context is not the same after Trace Info",
                CONTEXT(0, 0, 0, 1, true),
                "\x81\x30"),
    CONTEXT_ROW("Context, full",
                FULL(0),
                "\x81\xf0\xd0\xd1\xd2\xd3\xc0\xc1\xc2\xc3"),
    RESET,
    CONTEXT_ROW("Context, full again after Trace Info",
                FULL(0),
                "\x81\xf0\xd0\xd1\xd2\xd3\xc0\xc1\xc2\xc3"),
    RESET,
    CONTEXT_ROW("Context, 0 after Trace Info is said once",
                CONTEXT(0, 0, 0, 1, true),
                "\x81\xf0\x00\x00\x00\x00\x00\x00\x00\x00"),
    RESET,
    CONTEXT_ROW("Context, 0 after Trace Info is known then",
                CONTEXT(0, 0, 0, 1, true),
                "\x81\x30"),

    CYCLES(0x100, "\x80\x02"),
    CYCLE_COUNT("D5.3.14 Cycle Count Format 1_1 unknown count", NO_CC, "\x0f"),
    CYCLE_COUNT("D5.3.14 Cycle Count, 21 bits", 0x100100, "\x0f"),
    CYCLE_COUNT("D5.3.15 Cycle Count Format 1_1, 16", 0x110, "\x0e\x10"),
    CYCLE_COUNT("D5.3.15 Cycle Count Format 1_1, 7 bits", 0x17f, "\x0e\x7f"),
    CYCLE_COUNT("D5.3.15 Cycle Count Format 1_1, 8 bits", 0x180,
                "\x0e\x80\x01"),
    CYCLE_COUNT("D5.3.15 Cycle Count Format 1_1, 14 bits", 0x40ff,
                "\x0e\xff\x7f"),
    CYCLE_COUNT("D5.3.15 Cycle Count Format 1_1, 15 bits", 0x4100,
                "\x0e\x80\x80\x01"),
    CYCLE_COUNT("D5.3.15 Cycle Count Format 1_1, 20 bits", 0x1000ff,
                "\x0e\xff\xff\x3f"),
    CYCLE_COUNT("D5.3.21 Cycle Count Format 2_1, 4", 0x104, "\x0d\xf4"),
    CYCLE_COUNT("D5.3.21 Cycle Count Format 2_1, 15", 0x10f, "\x0d\xff"),
    CYCLE_COUNT("D5.3.23 Cycle Count Format 3_1, 0", 0x100, "\x10"),
    CYCLE_COUNT("D5.3.23 Cycle Count Format 3_1, 3", 0x103, "\x13"),

    PLAIN("D5.3.24 Discard", OP_DISCARD, "\x00\x03"),
    { NAME("D5.3.25 Event 0", OP_EVENT), .op.value = 1, BYTES("\x71") },
    { NAME("D5.3.25 Event 3", OP_EVENT), .op.value = 8, BYTES("\x78") },
    { NAME("D5.3.25 Event, all", OP_EVENT), .op.value = 15, BYTES("\x7f") },

    START,
    EXCEPTION("D5.3.26 Exception 32-bit Address IS0", 0x12345678, 0,
              ETE_EXC_CALL, E01, "\x06\x05\x9a\x1e\x2b\x34\x12"),
    START,
    EXCEPTION("D5.3.26 with Target Address", 0xfffffffc, 0,
              ETE_EXC_IRQ, E10, "\x06\x5c\x9a\x7f\x7f\xff\xff"),
    START,
    EXCEPTION_CONTEXT("D5.3.27 Exception 32-bit Address IS0 with Context",
              0x12345678, 0, ETE_EXC_FIQ, E10, A32_EL0,
              "\x06\x5e\x82\x1e\x2b\x34\x12\x20"),
    EXCEPTION_CONTEXT("D5.3.27 and CONTEXTID", 0x52345678, 0, ETE_EXC_FIQ, E10,
              CONTEXT(5, 0, 0, ETE_NONSECURE, false),
              "\x06\x5e\x82\x1e\x2b\x34\x52\xa0\x05\x00\x00\x00"),
    EXCEPTION_CONTEXT("D5.3.27 and VMID", 0x12345678, 0, ETE_EXC_TRAP, E10,
              CONTEXT(5, 6, 0, ETE_NONSECURE, false),
              "\x81\x60\x06\x00\x00\x00\x06\x46\x91"),
    EXCEPTION_CONTEXT("D5.3.27 and both", 0x12365678, 0, ETE_EXC_TRAP, E10,
              CONTEXT(0, 0, 0, ETE_NONSECURE, false),
              "\x06\x46\x82\x1e\x2b\x36\x12\xe0\0\0\0\0\0\0\0\0"),
    EXCEPTION_CONTEXT("D5.3.27 as large as Context Same and Exception",
              0x22365678, 0, ETE_EXC_TRAP, E10,
              CONTEXT(0, 0, 0, ETE_NONSECURE, false),
              "\x06\x46\x82\x1e\x2b\x36\x22\x20"),
    START,
    EXCEPTION("D5.3.28 Exception 32-bit Address IS1", 0x12345679, 1,
              ETE_EXC_DATA_FAULT, E01, "\x06\x19\x9b\x3c\x56\x34\x12"),
    START,
    EXCEPTION_CONTEXT("D5.3.29 Exception 32-bit Address IS1 with Context",
              0x12345678, 1, ETE_EXC_INST_FAULT, E10, A32_EL0,
              "\x06\x56\x83\x3c\x56\x34\x12\x20"),
    START,
    EXCEPTION("D5.3.30 Exception 64-bit Address IS0", 0xfedcba9876543210, 0,
              ETE_EXC_SYSTEM_ERROR, E01,
              "\x06\x09\x9d\x04\x19\x54\x76\x98\xba\xdc\xfe"),
    START,
    EXCEPTION_CONTEXT("D5.3.31 Exception 64-bit Address IS0 with Context",
              0xfedcba9876543210, 0, ETE_EXC_INST_DEBUG, E10, FULL(1),
              "\x06\x4c\x85\x04\x19\x54\x76\x98\xba\xdc\xfe"
              "\xf1\xd0\xd1\xd2\xd3\xc0\xc1\xc2\xc3"),
    START,
    EXCEPTION("D5.3.32 Exception 64-bit Address IS1", 0xfedcba9876543210, 1,
              ETE_EXC_DATA_DEBUG, E01,
              "\x06\x0f\x9e\x08\x32\x54\x76\x98\xba\xdc\xfe"),
    START,
    EXCEPTION_CONTEXT("D5.3.33 Exception 64-bit Address IS1 with Context",
              0xfedcba9876543212, 1, ETE_EXC_ALIGNMENT, E10, FULL(1),
              "\x06\x54\x86\x09\x32\x54\x76\x98\xba\xdc\xfe"
              "\xf1\xd0\xd1\xd2\xd3\xc0\xc1\xc2\xc3"),
    EXCEPTION("D5.3.34 Exception Exact Match Address, entry 0",
              0xfedcba9876543212, 1, ETE_EXC_ALIGNMENT, E01, "\x06\x15\x90"),
    START,
    TARGET("an address", 0x100, 0, "\x95\x40"),
    EXCEPTION("D5.3.34 Exception Exact Match Address, entry 1", 0, 0,
              ETE_EXC_DEBUG_HALT, E01, "\x06\x03\x91"),
    TARGET("another", 0x104, 0, "\x95\x41"),
    EXCEPTION("D5.3.34 Exception Exact Match Address, entry 2", 0x100, 0,
              ETE_EXC_DEBUG_HALT, E10, "\x06\x42\x92"),
    EXCEPTION("D5.3.35 Exception Short Address IS0, one byte", 0x1fc, 0,
              ETE_EXC_IMPDEF_0, E01, "\x06\x21\x95\x7f"),
    EXCEPTION("D5.3.35 Exception Short Address IS0, two bytes", 0x1fffc, 0,
              ETE_EXC_IMPDEF_0 + 7, E01, "\x06\x2f\x95\xff\xff"),
    EXCEPTION("D5.3.36 Exception Short Address IS1, one byte", 0x1ff02, 1,
              ETE_EXC_CALL, E01, "\x06\x05\x96\x01"),
    EXCEPTION("D5.3.36 Exception Short Address IS1, two bytes", 0x10002, 1,
              ETE_EXC_CALL, E10, "\x06\x44\x96\x81\x00"),
    EXCEPTION_CONTEXT("a short address and a context are two packets",
              0x10004, 1, ETE_EXC_CALL, E10, A32_EL0,
              "\x81\x20\x06\x44\x96\x02"),
    EXCEPTION_CONTEXT("and so are a context and an exception alone",
              0xfedcba9876543210, 0, ETE_EXC_CALL, E01, A64_EL1,
              "\x81\x31\x06\x05\x9d\x04\x19\x54\x76\x98\xba\xdc\xfe"),

    { NAME("D5.3.37 Ignore", OP_IGNORE), .op.value = 1, BYTES("\x70") },
    { NAME("D5.3.37 Ignore, three", OP_IGNORE),
      .op.value = 3, BYTES("\x70\x70\x70") },
    { NAME("D5.3.38 Instrumentation", OP_INSTRUMENTATION),
      .op.value = 0x8877665544332211, .op.type = 2,
      BYTES("\x09\x02\x11\x22\x33\x44\x55\x66\x77\x88") },
    PLAIN("D5.3.40 Overflow", OP_OVERFLOW, "\x00\x05"),

    START,
    TARGET("an address", 0x100, 0, "\x95\x40"),
    PLAIN("D5.3.41 PE Reset", OP_PE_RESET, "\x06\x01\x70"),
    TARGET("PE Reset pushes address 0", 0, 0, "\x90"),
    TARGET("PE Reset pushed once", 0x100, 0, "\x92"),
    { NAME("D5.3.41 PE Reset with Target Address", OP_PE_RESET), .op.e = E10,
      BYTES("\x06\x40\x70") },

    START,
    SOURCE("D5.3.49 Source Address 32-bit IS0", 0x12345678, 0,
           "\xb6\x1e\x2b\x34\x12"),
    SOURCE("D5.3.50 Source Address 32-bit IS1", 0x56345678, 1,
           "\xb7\x3c\x56\x34\x56"),
    SOURCE("D5.3.51 Source Address 64-bit IS0", 0xfedcba9876543210, 0,
           "\xb8\x04\x19\x54\x76\x98\xba\xdc\xfe"),
    SOURCE("D5.3.52 Source Address 64-bit IS1", 0x76543210, 1,
           "\xb9\x08\x32\x54\x76\x00\x00\x00\x00"),
    SOURCE("D5.3.53 Source Address Exact Match, entry 0", 0x76543210, 1,
           "\xb0"),
    SOURCE("D5.3.53 Source Address Exact Match, entry 2", 0xfedcba9876543210,
           0, "\xb2"),
    SOURCE("D5.3.53 Source Address Exact Match, entry 1", 0x76543210, 1,
           "\xb1"),
    SOURCE("D5.3.54 Source Address Short IS0, one byte", 0x76543210, 0,
           "\xb4\x04"),
    SOURCE("D5.3.54 Source Address Short IS0, two bytes", 0x76540000, 0,
           "\xb4\x80\x00"),
    SOURCE("D5.3.55 Source Address Short IS1, one byte", 0x765400fe, 1,
           "\xb5\x7f"),
    SOURCE("D5.3.55 Source Address Short IS1, two bytes", 0x7654fffe, 1,
           "\xb5\xff\xff"),

    PLAIN("D5.3.56 Timestamp Marker", OP_TIMESTAMP_MARKER, "\x88"),
    START,
    TIMESTAMP("D5.3.57 Timestamp, 0", 0, NO_CC, "\x02\x00"),
    TIMESTAMP("D5.3.57 Timestamp, 1 byte", 0x7f, NO_CC, "\x02\x7f"),
    TIMESTAMP("D5.3.57 Timestamp, 2 bytes", 1 << 7, NO_CC, "\x02\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp, bit replacement", 0x81, NO_CC, "\x02\x01"),
    TIMESTAMP("D5.3.57 Timestamp, the same again", 0x81, NO_CC, "\x02\x01"),
    TIMESTAMP("D5.3.57 Timestamp, 3 bytes", 1 << 14, NO_CC,
              "\x02\x80\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp, 4 bytes", 1 << 21, NO_CC,
              "\x02\x80\x80\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp, 5 bytes", 1 << 28, NO_CC,
              "\x02\x80\x80\x80\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp, 6 bytes", 1ull << 35, NO_CC,
              "\x02\x80\x80\x80\x80\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp, 7 bytes", 1ull << 42, NO_CC,
              "\x02\x80\x80\x80\x80\x80\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp, 8 bytes", 1ull << 49, NO_CC,
              "\x02\x80\x80\x80\x80\x80\x80\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp, 9 bytes", 1ull << 56, NO_CC,
              "\x02\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp, all bits", UINT64_MAX, NO_CC,
              "\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
    TIMESTAMP("D5.3.57 Timestamp, back to 0", 0, NO_CC,
              "\x02\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
    TIMESTAMP("D5.3.57 Timestamp and cycle count 0", 5, 0, "\x03\x05\x00"),
    TIMESTAMP("D5.3.57 Timestamp and cycle count, 7 bits", 5, 0x7f,
              "\x03\x05\x7f"),
    TIMESTAMP("D5.3.57 Timestamp and cycle count, 8 bits", 0x85, 0x80,
              "\x03\x85\x01\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp and cycle count, 15 bits", 0x85, 0x4000,
              "\x03\x05\x80\x80\x01"),
    TIMESTAMP("D5.3.57 Timestamp and cycle count, 20 bits", UINT64_MAX,
              0xfffff, "\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x3f"),
    TIMESTAMP("D5.3.57 Timestamp and cycle count, 21 bits", UINT64_MAX,
              0x100000, "\x02\x7f"),
    RESET,
    TIMESTAMP("Timestamp after Trace Info", 0x81, NO_CC, "\x02\x81\x01"),

    START,
    TARGET("D5.3.58 Target Address 32-bit IS0", 0x12345678, 0,
           "\x9a\x1e\x2b\x34\x12"),
    TARGET("D5.3.58 Target Address 32-bit IS0, bit 17", 0x12365678, 0,
           "\x9a\x1e\x2b\x36\x12"),
    TARGET("D5.3.58 Target Address 32-bit IS0, bit 31", 0x92365678, 0,
           "\x9a\x1e\x2b\x36\x92"),
    TARGET("D5.3.59 Target Address 32-bit IS1, bit 16", 0x92375678, 1,
           "\x9b\x3c\x56\x37\x92"),
    TARGET("D5.3.60 Target Address 64-bit IS0, bit 32", 0x192375678, 0,
           "\x9d\x1e\x2b\x37\x92\x01\x00\x00\x00"),
    TARGET("D5.3.60 Target Address 64-bit IS0", 0xffff800080001004, 0,
           "\x9d\x01\x08\x00\x80\x00\x80\xff\xff"),
    TARGET("D5.3.58 Target Address 32-bit IS0, high bits stay",
           0xffff8000abcdef00, 0, "\x9a\x40\x77\xcd\xab"),
    TARGET("D5.3.61 Target Address 64-bit IS1, bit 63", 0x7fff8000abcdef02, 1,
           "\x9e\x01\xef\xcd\xab\x00\x80\xff\x7f"),
    TARGET("D5.3.62 Target Address Exact Match, entry 0", 0x7fff8000abcdef02,
           1, "\x90"),
    TARGET("D5.3.62 Target Address Exact Match, entry 2", 0xffff8000abcdef00,
           0, "\x92"),
    TARGET("D5.3.62 Target Address Exact Match, entry 1", 0x7fff8000abcdef02,
           1, "\x91"),
    TARGET("D5.3.62 Target Address Exact Match, ignored bits",
           0xffff8000abcdef03, 0, "\x91"),
    TARGET("D5.3.63 Target Address Short IS0, one byte", 0xffff8000abcdeffc,
           0, "\x95\x7f"),
    TARGET("D5.3.63 Target Address Short IS0, two bytes, bit 9",
           0xffff8000abcdedfc, 0, "\x95\xff\xf6"),
    TARGET("D5.3.63 Target Address Short IS0, two bytes, bit 16",
           0xffff8000abccedfc, 0, "\x95\xff\x76"),
    TARGET("D5.3.64 Target Address Short IS1, one byte, the same address",
           0xffff8000abccedfc, 1, "\x96\x7e"),
    TARGET("D5.3.64 Target Address Short IS1, bit 1", 0xffff8000abccedff, 1,
           "\x96\x7f"),
    TARGET("D5.3.63 Target Address Short IS0, bit 1 goes",
           0xffff8000abccedfc, 0, "\x92"),
    TARGET("D5.3.64 Target Address Short IS1, two bytes, bit 8",
           0xffff8000abccecfe, 1, "\x96\xff\xec"),
    TARGET("D5.3.64 Target Address Short IS1, two bytes, bit 15",
           0xffff8000abcc6cfe, 1, "\x96\xff\x6c"),
    RESET,
    TARGET("Trace Info sets the history to 0", 0, 0, "\x90"),
    TARGET("and to IS0", 0, 1, "\x96\x00"),

    START,
    TARGET_CONTEXT("D5.3.65 Target Address with Context 32-bit IS0",
                   0x12345678, 0, A32_EL0, "\x82\x1e\x2b\x34\x12\x20"),
    TARGET_CONTEXT("D5.3.65 as large as Context Same and Target Address",
                   0x92345678, 0, A32_EL0, "\x82\x1e\x2b\x34\x92\x20"),
    TARGET_CONTEXT("D5.3.66 Target Address with Context 32-bit IS1",
                   0x22345678, 1, CONTEXT(7, 0, 0, ETE_SECURE, false),
                   "\x83\x3c\x56\x34\x22\x80\x07\x00\x00\x00"),
    TARGET_CONTEXT("D5.3.67 Target Address with Context 64-bit IS0",
                   0xffff800080001004, 0, FULL(2),
                   "\x85\x01\x08\x00\x80\x00\x80\xff\xff"
                   "\xf2\xd0\xd1\xd2\xd3\xc0\xc1\xc2\xc3"),
    TARGET_CONTEXT("D5.3.68 Target Address with Context 64-bit IS1",
                   0x1002, 1, CONTEXT(0xc3c2c1c0, 0, 0, ETE_SECURE, false),
                   "\x86\x01\x10\x00\x00\x00\x00\x00\x00\x40\x00\x00\x00\x00"),
    TARGET_CONTEXT("Context and Exact Match are two packets",
                   0xffff800080001004, 0, FULL(2),
                   "\x81\x72\xd0\xd1\xd2\xd3\x91"),
    TARGET_CONTEXT("Context Same and Short are two packets",
                   0xffff800080001008, 0, FULL(2), "\x80\x95\x02"),

    PLAIN("D5.3.69 Trace Info, no section", OP_TRACE_INFO, "\x01\x00"),
    { NAME("D5.3.69 Trace Info, T", OP_TRACE_INFO), .op.type = ETE_INFO_T,
      BYTES("\x01\x01\x40") },
    CYCLES(0, "\x00"),
    CYCLES(4, "\x04"),
    CYCLES(0x7f, "\x7f"),
    CYCLES(0x80, "\x80\x01"),
    CYCLES(0xfff, "\xff\x1f"),
    { NAME("D5.3.69 Trace Info, cycle counting and T", OP_TRACE_INFO),
      .op.type = ETE_INFO_CC | ETE_INFO_T, .op.cycles = 5,
      BYTES("\x01\x09\x41\x05") },
    PLAIN("D5.3.70 Trace On", OP_TRACE_ON, "\x04"),
    PLAIN("D5.3.71 Transaction Commit", OP_TRANSACTION_COMMIT, "\x0b"),
    PLAIN("D5.3.72 Transaction Start", OP_TRANSACTION_START, "\x0a"),
    START,
    TARGET("an address", 0x100, 0, "\x95\x40"),
    PLAIN("D5.3.73 Transaction Failure", OP_TRANSACTION_FAILURE,
          "\x06\x31\x70"),
    TARGET("Transaction Failure pushes address 0", 0, 0, "\x90"),
    { NAME("D5.3.73 Transaction Failure with Target Address",
           OP_TRANSACTION_FAILURE),
      .op.e = E10, BYTES("\x06\x70\x70") },
};

/* Does @size bytes at @buf decode to the elements of @op? */
static bool decodes(Decoder *d, const Op *op, uint32_t threshold,
                    uint64_t rest, const uint8_t *buf, size_t size)
{
    Decoded expected[OP_DECODED_MAX], got[DECODED_MAX];
    size_t n = op_expect(op, threshold, rest, expected), seen = 0;

    for (size_t pos = 0; pos < size;) {
        size_t count;
        size_t used = ete_decode(d, buf + pos, size - pos, got, &count);

        if (!used || seen + count > n) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (!decoded_equal(&got[i], &expected[seen + i])) {
                return false;
            }
        }
        pos += used;
        seen += count;
    }
    return seen == n;
}

/* Buffers that are too short stay as they are, and so does the state. */
static bool refuses(ETEPacketState *s, const Op *op, size_t size)
{
    bool ok = true;

    for (size_t room = 0; room < size; room++) {
        uint8_t *buf = malloc(size);
        ETEPacketState before;
        uint64_t rest = op->value;

        /* Byte by byte, padding included */
        memcpy(&before, s, sizeof(before));
        memset(buf, 0xa5, size);
        ok &= op_encode(s, op, &rest, buf, room) == 0;
        ok &= memcmp(&before, s, sizeof(before)) == 0;
        ok &= rest == op->value;
        for (size_t i = 0; i < size; i++) {
            ok &= buf[i] == 0xa5;
        }
        free(buf);
    }
    return ok;
}

static void test_rows(void)
{
    ETEPacketState s = { 0 };
    Decoder d = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const Row *row = &rows[i];
        uint64_t rest = row->op.value;
        uint8_t *buf = malloc(row->size);
        bool refused, decoded;
        size_t size;

        if (row->start) {
            memset(&s, 0, sizeof(s));
            memset(&d, 0, sizeof(d));
        }
        refused = refuses(&s, &row->op, row->size);
        size = op_encode(&s, &row->op, &rest, buf, row->size);
        decoded = decodes(&d, &row->op, s.cc_threshold, rest, buf, size);
        tap_ok(size == row->size && !memcmp(buf, row->bytes, size) &&
               (row->op.kind != OP_OLD_ATOMS || rest == row->rest) &&
               (row->op.kind != OP_ATOMS || rest == ETE_NO_ATOMS),
               "%s: bytes", row->name);
        tap_ok(refused, "%s: no room", row->name);
        tap_ok(decoded, "%s: decodes", row->name);
        free(buf);
    }
}

/* All types that an Exception packet may have, and what is E and TYPE */
static void test_exception_types(void)
{
    for (unsigned type = 1; type < 0x18; type++) {
        ETEPacketState s = { 0 };
        uint8_t buf[3];
        size_t size = ete_encode_exception(&s, type, ETE_EXCEPTION, 0, ETE_IS0,
                                           NULL, buf, sizeof(buf));

        tap_ok(size == 3 && buf[0] == 0x06 && buf[1] == (type << 1 | 1) &&
               buf[2] == 0x90, "exception type 0x%x", type);
    }
}

/* The least bytes for a string, by trying every packet at every place */
static unsigned least_bytes(uint64_t word, unsigned atoms)
{
    static struct {
        uint64_t bits;
        unsigned atoms;
    } packet[0x40];
    unsigned best[64] = { 0 };

    if (!packet[0x3f].atoms) {
        for (unsigned i = 0; i < ARRAY_SIZE(packet); i++) {
            uint8_t byte = 0xc0 + i;
            Decoded got[DECODED_MAX];
            Decoder d = { 0 };
            size_t count;

            if (!ete_decode(&d, &byte, 1, got, &count)) {
                continue;
            }
            packet[i].atoms = count;
            for (size_t j = 0; j < count; j++) {
                packet[i].bits = packet[i].bits << 1 | got[j].value;
            }
        }
    }
    for (unsigned n = 1; n <= atoms; n++) {
        /* The newest n atoms */
        best[n] = n;
        for (unsigned i = 0; i < ARRAY_SIZE(packet); i++) {
            unsigned m = packet[i].atoms;

            if (m && m <= n &&
                (word >> (n - m) & ((1ull << m) - 1)) == packet[i].bits &&
                1 + best[n - m] < best[n]) {
                best[n] = 1 + best[n - m];
            }
        }
    }
    return best[atoms];
}

static bool atoms_ok(uint64_t word, unsigned atoms, uint8_t *buf, size_t room)
{
    Op op = { .kind = OP_ATOMS, .value = word };
    uint64_t rest = word;
    size_t size = op_encode_atoms(ete_encode_atoms, &rest, buf, room);
    Decoder d = { 0 };

    return rest == ETE_NO_ATOMS && size == least_bytes(word, atoms) &&
           decodes(&d, &op, 0, rest, buf, size);
}

/* Old atoms, and then the rest with more atoms after it, are as good. */
static bool in_two_ok(uint64_t word, uint64_t more, unsigned atoms)
{
    uint8_t buf[ETE_ATOMS_MAX_BYTES];
    uint64_t old = 1ull << 63 | word;
    size_t size = op_encode_atoms(ete_encode_old_atoms, &old, buf,
                                  sizeof(buf));
    unsigned kept = 0;

    while (old >> kept > 1) {
        kept++;
    }
    if (kept > ETE_ATOMS_KEEP) {
        return false;
    }
    atoms = atoms < 63 - kept ? atoms : 63 - kept;
    old = old << atoms | (more & ((1ull << atoms) - 1));
    return size + least_bytes(old, kept + atoms) <=
           least_bytes(word, 63) + least_bytes(more, atoms);
}

static void test_atoms(void)
{
    Source source = { .x = 42 };
    uint8_t buf[ETE_ATOMS_MAX_BYTES];
    unsigned strings = 0, ok = 0;

    for (unsigned atoms = 0; atoms <= 12; atoms++) {
        for (uint64_t bits = 0; bits < 1u << atoms; bits++, strings++) {
            ok += atoms_ok(1ull << atoms | bits, atoms, buf, sizeof(buf));
        }
    }
    tap_ok(ok == strings, "%u of %u strings of up to 12 atoms", ok, strings);
    for (strings = ok = 0; strings < 8000; strings++) {
        uint64_t word = draw_atoms(&source);
        unsigned atoms = 0;

        while (word >> atoms > 1) {
            atoms++;
        }
        ok += atoms_ok(word, atoms, buf, sizeof(buf));
    }
    tap_ok(ok == strings, "%u of %u strings of up to 63 atoms", ok, strings);
    for (strings = ok = 0; strings < 8000; strings++) {
        uint64_t word = draw_atoms(&source), more = draw_atoms(&source);

        ok += in_two_ok(word & (ETE_ATOMS_FULL - 1), more, strings % 40);
    }
    tap_ok(ok == strings, "%u of %u full strings in two calls", ok, strings);
}

int main(void)
{
    test_rows();
    test_exception_types();
    test_atoms();
    return tap_done();
}
