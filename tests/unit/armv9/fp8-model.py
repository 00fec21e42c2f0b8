#!/usr/bin/python3
# What test-fp8-convert expects: FP8 in exact arithmetic.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Usage: fp8-model.py OUTPUT

A slow model of the FP8 instructions, written from the prose of the Arm ARM
(A1.4.7, A1.5.5, A1.5.9, C5.2.9 and the pages of the instructions), not from
its pseudocode.  Numbers are fractions, and rounding is a search for the
nearest neighbours in the list of a format's values.  OUTPUT gets these lines,
all numbers but the first two decimal ones in hexadecimal:

    widen DST FORMAT LSCALE OP RESULT-AH0 RESULT-AH1 FLAGS-AH0 FLAGS-AH1
    narrow SRC FORMAT NSCALE RUNS
      FIRST LAST NAN RESULT-OSC0 RESULT-OSC1 FLAGS-AH0 FLAGS-AH1
    dot DST N FPMR AH ADDEND OP1 OP2 RESULT

DST and SRC are the names of FORMATS.  Of "narrow", inputs from FIRST to LAST,
without the sign, have the same result, also without the sign unless NAN.
"""

import random
import sys
from fractions import Fraction
from functools import lru_cache

IOC, OFC, UFC, IXC = 1, 4, 8, 16

# A1.5.5 says that an infinity converted to FP8 causes Overflow and Inexact,
# FPConvertFP8() does not.  docs/devel/fp8.rst says why this is False.
INFINITY_OVERFLOWS = False


class Format:
    """A1.4: a format by the number of its exponent and fraction bits"""

    def __init__(self, exp_bits, frac_bits, largest, nan):
        self.sign = 1 << (exp_bits + frac_bits)
        self.frac_bits = frac_bits
        self.bias = (1 << (exp_bits - 1)) - 1
        self.largest = largest          # the maximum normal number
        self.nan = nan                  # Table A1-8
        self.min_norm = Fraction(2) ** (1 - self.bias)

    @lru_cache(maxsize=1 << 18)
    def value(self, code):
        """Of a positive code; beyond the largest as if numbers went on"""
        exp = code >> self.frac_bits
        frac = code & ((1 << self.frac_bits) - 1)
        if exp > 0:
            frac += 1 << self.frac_bits         # 1.frac
            exp -= 1
        exp += 1 - self.bias - self.frac_bits
        return Fraction(frac << max(exp, 0), 1 << max(-exp, 0))

    def at_least(self, x):
        """The smallest code whose value is at least x"""
        if x <= 0:
            return 0
        # 2^(log2 - 1) < x < 2^(log2 + 1), which leaves codes lo to hi
        log2 = x.numerator.bit_length() - x.denominator.bit_length()
        lo = max(log2 - 1 + self.bias, 0) << self.frac_bits
        hi = max(log2 + 1 + self.bias, 1) << self.frac_bits
        while lo < hi:
            mid = (lo + hi) // 2
            if self.value(mid) < x:
                lo = mid + 1
            else:
                hi = mid
        return lo

    def nearest(self, x):
        """The code nearest to x >= 0; of two, the even one"""
        above = self.at_least(x)
        if above == 0:
            return 0
        below = above - 1
        to_below = x - self.value(below)
        to_above = self.value(above) - x
        if to_below == to_above:
            return below if below % 2 == 0 else above
        return below if to_below < to_above else above

    def round(self, x, infinity, osc):
        """Round x > 0: code, flags with AH 0 and with AH 1"""
        code = self.nearest(x)
        if code > self.largest:
            return (self.largest if osc else infinity), OFC | IXC, OFC | IXC
        if self.value(code) == x:
            return code, 0, 0
        flags = [IXC, IXC]
        if x < self.min_norm:
            # A1.5.9.4: before rounding, or after it with unbounded exponent
            flags[0] |= UFC
            up = 1 << 400
            if x < self.min_norm / 2 or \
               self.value(self.nearest(x * up)) < self.min_norm * up:
                flags[1] |= UFC
        return code, flags[0], flags[1]


class E4M3(Format):
    def kind(self, code):
        return 'snan' if code == 0x7f else 'number'


class IEEE(Format):
    def kind(self, code):
        if code <= self.largest:
            return 'number'
        if code == self.largest + 1:
            return 'infinity'
        return 'qnan' if code & (1 << (self.frac_bits - 1)) else 'snan'


FP8 = [IEEE(5, 2, 0x7b, 0x7e), E4M3(4, 3, 0x7e, 0x7f)]
FORMATS = {
    'half': IEEE(5, 10, 0x7bff, 0x7e00),
    'bfloat': IEEE(8, 7, 0x7f7f, 0x7fc0),
    'single': IEEE(8, 23, 0x7f7fffff, 0x7fc00000),
}
# A1.5.5: an overflow to E4M3 gives a signaling NaN, to E5M2 an infinity.
FP8_OVERFLOW = [0x7c, 0x7f]

# How many bits of LSCALE the pages of F1CVTL and BF1CVTL take, and of NSCALE
# those of FCVTN from half-precision, and of BFCVTN and FCVTN from single
LSCALE_BITS = {'half': 4, 'bfloat': 6}
SPREAD = [-128, -127, -126, -100, -64, -33, -32, -17, -16, -15, -8, -3, -1,
          0, 1, 2, 7, 8, 15, 16, 31, 32, 64, 100, 126, 127]
NSCALES = {'half': range(-16, 16), 'bfloat': SPREAD, 'single': SPREAD}


def widen(out):
    for name, bits in LSCALE_BITS.items():
        dst = FORMATS[name]
        for number, src in enumerate(FP8):
            for lscale in range(1 << bits):
                for op in range(256):
                    out.write('widen %s %d %x %x %x %x %x %x\n' % (
                        name, number, lscale, op,
                        *widen_one(dst, src, lscale, op)))


def widen_one(dst, src, lscale, op):
    sign = dst.sign if op & src.sign else 0
    code = op & ~src.sign
    kind = src.kind(code)
    if kind in ('qnan', 'snan'):
        flags = IOC if kind == 'snan' else 0
        return dst.nan, dst.nan | dst.sign, flags, flags
    if kind == 'infinity':
        return (sign | (dst.largest + 1),) * 2 + (0, 0)
    x = src.value(code) / (1 << lscale)
    if x == 0:
        return sign, sign, 0, 0
    result, ah0, ah1 = dst.round(x, dst.largest + 1, False)
    return sign | result, sign | result, ah0, ah1


def narrow(out):
    for name, nscales in NSCALES.items():
        for number, dst in enumerate(FP8):
            values = [dst.value(c) for c in range(dst.largest + 2)]
            points = values + [(a + b) / 2 for a, b in zip(values, values[1:])]
            # Just below MinNorm: what rounding carries up to it
            points += [dst.min_norm * (1 - Fraction(k, 64))
                       for k in (1, 2, 4, 8)]
            for nscale in nscales:
                runs = narrow_runs(FORMATS[name], dst, number, nscale, points)
                out.write('narrow %s %d %d %x\n' % (name, number, nscale,
                                                    len(runs)))
                for run in runs:
                    out.write('%x %x %d %x %x %x %x\n' % run)


def narrow_runs(src, dst, number, nscale, points):
    """Inputs with the same result: it changes at one of points, or next"""
    scale = Fraction(2) ** nscale
    starts = {0, src.largest + 1, src.largest + 2}
    for point in points:
        code = src.at_least(point / scale)
        starts |= {code - 1, code, code + 1}
    # The quiet NaNs are the upper half of the NaNs.
    starts.add(src.largest + 1 + (1 << (src.frac_bits - 1)))
    starts = sorted(s for s in starts if 0 <= s < src.sign)
    runs = []
    for first, end in zip(starts, starts[1:] + [src.sign]):
        what = narrow_one(src, dst, number, scale, first)
        if runs and runs[-1][2:] == what:
            runs[-1] = (runs[-1][0], end - 1) + what
        else:
            runs.append((first, end - 1) + what)
    return runs


def narrow_one(src, dst, number, scale, code):
    kind = src.kind(code)
    if kind in ('qnan', 'snan'):
        flags = IOC if kind == 'snan' else 0
        return 1, dst.nan, dst.nan, flags, flags
    overflow = FP8_OVERFLOW[number]
    if kind == 'infinity':
        flags = OFC | IXC if INFINITY_OVERFLOWS else 0
        return 0, overflow, dst.largest, flags, flags
    x = src.value(code) * scale
    if x == 0:
        return 0, 0, 0, 0, 0
    result, ah0, ah1 = dst.round(x, overflow, False)
    saturated, _, _ = dst.round(x, overflow, True)
    return 0, result, saturated, ah0, ah1


def number_of(fmt, code):
    """Kind, sign and value of an operand of a sum of products"""
    sign = -1 if code & fmt.sign else 1
    code &= ~fmt.sign
    kind = fmt.kind(code)
    if kind == 'number':
        return kind, sign, sign * fmt.value(code)
    return kind, sign, None


def dot_one(dst, fmt1, fmt2, lscale, osm, ah, addend, ops1, ops2):
    """FDOT, FMLALB ...: fused, with IEEE 754's rules for what is no number"""
    nan = dst.nan | (dst.sign if ah else 0)
    kind, sign, total = number_of(dst, addend)
    if kind.endswith('nan'):
        return nan
    infinities = {sign} if kind == 'infinity' else set()
    zeros = {sign} if total == 0 else {0}
    total = total or 0
    for op1, op2 in zip(ops1, ops2):
        if fmt1 is None or fmt2 is None:
            return nan                  # A1.5.5: as a signaling NaN
        kind1, sign1, value1 = number_of(fmt1, op1)
        kind2, sign2, value2 = number_of(fmt2, op2)
        if kind1.endswith('nan') or kind2.endswith('nan'):
            return nan
        sign = sign1 * sign2
        if 'infinity' in (kind1, kind2):
            if 0 in (value1, value2):
                return nan
            infinities.add(sign)
            zeros.add(0)
        else:
            total += value1 * value2 / (1 << lscale)
            zeros.add(sign if value1 * value2 == 0 else 0)
    if len(infinities) == 2:
        return nan
    if infinities:
        return dst.largest + 1 | (dst.sign if -1 in infinities else 0)
    if total == 0:
        # Only a sum of zeros that are all negative is negative.
        return dst.sign if zeros == {-1} else 0
    result, _, _ = dst.round(abs(total), dst.largest + 1, osm)
    return result | (dst.sign if total < 0 else 0)


def dot(out):
    rng = random.Random(8)
    special = [0, 0x80, 1, 0x81, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0xfb, 0xfc,
               0xff, 3, 4, 7, 8, 0x78, 0x38, 0x3c]
    for name, ways in (('half', (1, 2, 4)), ('single', (1, 4, 8))):
        dst = FORMATS[name]
        bits = 4 if name == 'half' else 7
        for i in range(12000):
            n = rng.choice(ways)
            formats = [rng.choice((0, 1)), rng.choice((0, 1))]
            if i % 500 == 0:
                formats[i // 500 % 2] = rng.randrange(2, 8)
            fmt1, fmt2 = ((FP8 + [None] * 6)[f] for f in formats)
            # RES0 bits and what only conversions use do not matter.
            fpmr = rng.getrandbits(64) & ~0x7f003f
            lscale = rng.choice((0, 0, rng.getrandbits(4), rng.getrandbits(7)))
            osm, ah = fpmr >> 14 & 1, rng.getrandbits(1)
            fpmr |= formats[0] | formats[1] << 3 | lscale << 16
            lscale %= 1 << bits
            corner = rng.random() < 0.1
            ops = [[rng.choice(special) if corner else rng.getrandbits(8)
                    for _ in range(n)] for _ in range(2)]
            if i % 4 == 0 and fmt1 and fmt2:
                addend = tie(rng, dst, fmt1, fmt2, lscale, *ops)
            elif i % 3 == 0:
                addend = rng.choice((0, 0, 1, 1 << dst.frac_bits,
                                     rng.randrange(dst.largest)))
                addend |= rng.choice((0, dst.sign))
            else:
                addend = pick_addend(rng, dst, fmt1, fmt2, lscale, *ops)
            out.write('dot %s %d %x %d %x %x %x %x\n' % (
                name, n, fpmr, ah, addend,
                *(int.from_bytes(bytes(o), 'little') for o in ops),
                dot_one(dst, fmt1, fmt2, lscale, osm, ah, addend, *ops)))


@lru_cache(maxsize=None)
def powers(fmt1, fmt2):
    """Operands whose product is a power of two, by that power"""
    found = {}
    for fmt, other in (fmt1, fmt2), (fmt2, fmt1):
        for op1 in range(fmt.largest + 1):
            for op2 in range(other.largest + 1):
                x = fmt.value(op1) * other.value(op2)
                if x and x.numerator & (x.numerator - 1) == 0 and \
                   x.denominator & (x.denominator - 1) == 0:
                    ops = (op1, op2) if fmt is fmt1 else (op2, op1)
                    found.setdefault(x, []).append(ops)
    return found


def tie(rng, dst, fmt1, fmt2, lscale, ops1, ops2):
    """Half of the last place of a product or of the addend, and then little"""
    for i in range(len(ops1)):
        ops1[i], ops2[i] = rng.choice(((0, 1), (1, 1), (1, 1), (3, 1)))
        ops2[i] |= rng.choice((0, 0x80))
    if rng.random() < 0.5:
        big = rng.choice((rng.randrange(1, 0x78), rng.randrange(0x60, 0x78)))
        x = fmt1.value(big) * fmt2.value(big)
        exp = x.numerator.bit_length() - x.denominator.bit_length()
        exp -= x < Fraction(2) ** exp
        half = Fraction(2) ** (exp - dst.frac_bits - 1)
        ops1[-1], ops2[-1] = big, big
        addend = rng.choice((0, 0, 1, 1 << dst.frac_bits))
    else:
        half = rng.choice(list(powers(fmt1, fmt2)))
        addend = dst.nearest(half / (1 << lscale) * (2 << dst.frac_bits))
        addend += rng.getrandbits(dst.frac_bits)
        addend = min(addend, dst.largest)
    if half in powers(fmt1, fmt2):
        ops1[0], ops2[0] = rng.choice(powers(fmt1, fmt2)[half])
        ops2[0] |= rng.choice((0, 0x80))
    return addend | rng.choice((0, dst.sign))


def pick_addend(rng, dst, fmt1, fmt2, lscale, ops1, ops2):
    """Any, or one that is about as large as the sum of the products"""
    how = rng.randrange(8)
    if how == 0:
        return rng.getrandbits(32) % (2 * dst.sign)
    if how == 1:
        return rng.choice((0, 1, dst.sign - 1, dst.largest, dst.largest + 1)) \
            | rng.choice((0, dst.sign))
    total = Fraction(0)
    for op1, op2 in zip(ops1, ops2):
        for value in (fmt1, op1), (fmt2, op2):
            if value[0] is None or number_of(*value)[2] is None:
                return rng.choice((0, dst.sign, dst.largest + 1))
        total += number_of(fmt1, op1)[2] * number_of(fmt2, op2)[2]
    total /= 1 << lscale
    if how > 3:
        total *= Fraction(2) ** rng.randrange(-40, 40)
    code = min(dst.nearest(abs(total)), dst.largest)
    if how > 4:
        code = min(max(code + rng.randrange(-3, 4), 0), dst.largest)
    return code | (0 if (total < 0) ^ (how == 7) else dst.sign)


def main():
    with open(sys.argv[1], 'w', encoding='ascii') as out:
        widen(out)
        narrow(out)
        dot(out)


if __name__ == '__main__':
    main()
