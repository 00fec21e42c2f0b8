/*
 * The little of QEMU's bitops.h that pure C parts may use
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef SHIM_BITOPS_H
#define SHIM_BITOPS_H

#define MAKE_64BIT_MASK(shift, length) \
    (((~0ull) >> (64 - (length))) << (shift))

/* Bits start to start + length - 1 of @value; length 1 to 64 - start. */
static inline uint64_t extract64(uint64_t value, int start, int length)
{
    assert(start >= 0 && length > 0 && length <= 64 - start);
    return (value >> start) & (~0ull >> (64 - length));
}

static inline int64_t sextract64(uint64_t value, int start, int length)
{
    uint64_t sign = 1ull << (length - 1);

    return (int64_t)((extract64(value, start, length) ^ sign) - sign);
}

static inline uint64_t deposit64(uint64_t value, int start, int length,
                                 uint64_t field)
{
    uint64_t mask = MAKE_64BIT_MASK(start, length);

    assert(start >= 0 && length > 0 && length <= 64 - start);
    return (value & ~mask) | ((field << start) & mask);
}

static inline uint32_t extract32(uint32_t value, int start, int length)
{
    assert(start >= 0 && length > 0 && length <= 32 - start);
    return extract64(value, start, length);
}

static inline int32_t sextract32(uint32_t value, int start, int length)
{
    assert(start >= 0 && length > 0 && length <= 32 - start);
    return sextract64(value, start, length);
}

static inline uint32_t deposit32(uint32_t value, int start, int length,
                                 uint32_t field)
{
    assert(start >= 0 && length > 0 && length <= 32 - start);
    return deposit64(value, start, length, field);
}

#endif
