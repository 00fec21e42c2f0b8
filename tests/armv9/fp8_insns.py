# What FP8, FAMINMAX and LUT instructions do to registers: a slow model.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# From the pages of the instructions in chapters C7 and C8, and A1.5; single
# elements of FP8 are those of tests/unit/armv9/fp8-model.py.  Registers are
# integers, values are fractions.  step() is all that others call.

import importlib.util
from fractions import Fraction

import runner

_spec = importlib.util.spec_from_file_location(
    'fp8_model', runner.TOP / 'tests/unit/armv9/fp8-model.py')
model = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(model)

IOC, OFC, UFC, IXC, IDC = 1, 4, 8, 16, 128
FIZ, AH, FZ16, FZ, DN = 1, 2, 1 << 19, 1 << 24, 1 << 25

HALF, SINGLE, BFLOAT = (model.FORMATS[name]
                        for name in ('half', 'single', 'bfloat'))
DOUBLE = model.IEEE(11, 52, 0x7fefffffffffffff, 0x7ff8000000000000)
BY_SIZE = {16: HALF, 32: SINGLE, 64: DOUBLE}


class State:
    """Registers: z and p as integers, vl in bits"""

    def __init__(self, vl, z, p, fpmr, fpcr):
        self.vl, self.z, self.p = vl, list(z), list(p)
        self.fpmr, self.fpcr, self.fpsr = fpmr, fpcr, 0
        self.undefined = 0

    def field(self, lsb, width, signed=False):
        value = self.fpmr >> lsb & ((1 << width) - 1)
        return value - (1 << width) if signed and value >> (width - 1) \
            else value


def split(value, size, count):
    mask = (1 << size) - 1
    return [value >> (size * i) & mask for i in range(count)]


def join(elements, size):
    return sum(element << (size * i) for i, element in enumerate(elements))


# FEAT_FP8: elements

def to_wide(s, dst, src2, op):
    """FP8 to half-precision or BFloat16"""
    ah = s.fpcr & AH != 0
    kind = s.field(3, 3) if src2 else s.field(0, 3)
    if kind > 1:                            # as a signaling NaN (A1.5.5)
        s.fpsr |= IOC
        return dst.nan | (dst.sign if ah else 0)
    bits = 4 if dst is HALF else 6
    lscale = s.field(32, bits) if src2 else s.field(16, bits)
    res = model.widen_one(dst, model.FP8[kind], lscale, op)
    s.fpsr |= res[2 + ah]
    return res[ah]


def to_fp8(s, src, op):
    """To FP8, from any format"""
    ah = s.fpcr & AH != 0
    kind = s.field(6, 3)
    if kind > 1:
        s.fpsr |= IOC
        return 0xff
    nscale = s.field(24, 5, True) if src is HALF else s.field(24, 8, True)
    nan, osc0, osc1, flags0, flags1 = model.narrow_one(
        src, model.FP8[kind], kind, Fraction(2) ** nscale, op & ~src.sign)
    s.fpsr |= flags1 if ah else flags0
    negative = ah if nan else op & src.sign != 0
    return (osc1 if s.field(15, 1) else osc0) | (0x80 if negative else 0)


def dot(s, dst, addend, ops1, ops2):
    formats = [model.FP8[kind] if kind < 2 else None
               for kind in (s.field(0, 3), s.field(3, 3))]
    lscale = s.field(16, 4 if dst is HALF else 7)
    return model.dot_one(dst, *formats, lscale, s.field(14, 1),
                         s.fpcr & AH != 0, addend, ops1, ops2)


# FAMAX, FAMIN, FSCALE: elements

def nan_of(s, fmt, ops, ah):
    """The NaN that a sum, product or comparison of ops gives, or None"""
    kinds = [fmt.kind(op & ~fmt.sign) for op in ops]
    for wanted in ('snan', 'qnan'):
        for op, kind in zip(ops, kinds):
            if kind == wanted:
                if wanted == 'snan':
                    s.fpsr |= IOC
                if s.fpcr & DN:
                    return fmt.nan | (fmt.sign if ah else 0)
                return op | 1 << (fmt.frac_bits - 1)
    return None


def abs_pick(s, fmt, op1, op2, pick):
    nan = nan_of(s, fmt, [op1, op2], False)
    if nan is not None:
        return nan
    codes = [op1 & ~fmt.sign, op2 & ~fmt.sign]
    # Infinity is one code above the largest number, and its value is, too.
    return pick(codes, key=fmt.value)


def fscale(s, fmt, op, scale):
    ah = s.fpcr & AH != 0
    half = fmt is HALF
    flush = s.fpcr & (FZ16 if half else FZ) != 0
    sign, code = op & fmt.sign, op & ~fmt.sign
    nan = nan_of(s, fmt, [op], ah)
    if nan is not None:
        return nan
    if fmt.kind(code) == 'infinity':
        return op
    if 0 < code < 1 << fmt.frac_bits:               # denormal
        if half and flush:
            return sign
        if not half and flush and not ah:
            s.fpsr |= IDC
            return sign
        if not half and s.fpcr & FIZ:
            return sign
        if not half and ah:
            s.fpsr |= IDC
    if code == 0:
        return sign
    # Scales beyond this overflow or underflow whatever the number.
    x = fmt.value(code) * Fraction(2) ** max(min(scale, 5000), -5000)
    return sign | round_to(s, fmt, sign != 0, x, ah, flush)


def round_to(s, fmt, negative, x, ah, flush):
    """x > 0 in the rounding mode of FPCR, A1.5.9"""
    if flush and not ah and x < fmt.min_norm:
        s.fpsr |= UFC
        return 0
    mode = s.fpcr >> 22 & 3                         # N, P, M, Z
    up = mode == 1 and not negative or mode == 2 and negative

    def pick(x):
        code = fmt.at_least(x)
        if fmt.value(code) == x or up:
            return code
        return fmt.nearest(x) if mode == 0 else code - 1

    if x < fmt.min_norm and ah:
        # Tiny after rounding with an unbounded exponent?
        exponent = x.numerator.bit_length() - x.denominator.bit_length()
        if x < Fraction(2) ** exponent:
            exponent -= 1
        unit = Fraction(2) ** (exponent - fmt.frac_bits)
        whole, rest = divmod(x / unit, 1)
        if up and rest or mode == 0 and (
                rest > Fraction(1, 2) or
                rest == Fraction(1, 2) and whole % 2):
            whole += 1
        tiny = whole * unit < fmt.min_norm
        if tiny and flush:
            s.fpsr |= UFC | IXC
            return 0
    else:
        tiny = x < fmt.min_norm
    code = pick(x)
    if code > fmt.largest:
        s.fpsr |= OFC | IXC
        return fmt.largest + (mode == 0 or up)
    if fmt.value(code) != x:
        s.fpsr |= IXC | (UFC if tiny else 0)
    return code


# Instructions

def step(s, insn, name):
    """Execute one instruction; name is that of armv9-fp8-encodings.h.inc."""
    bits = (lambda lsb, width: insn >> lsb & ((1 << width) - 1))
    what, operand = name.split(' ', 1)
    rd, rn, rm = bits(0, 5), bits(5, 5), bits(16, 5)
    sve = operand.startswith('z')
    q = bits(30, 1)
    size = s.vl if sve else 128
    mask = (1 << size) - 1
    n, m, d = (s.z[r] & mask for r in (rn, rm, rd))
    index = 'index' in operand

    if 'reserved' in operand or \
       name == 'luti4 z.h' and s.vl == 128:
        s.undefined += 1
        return
    if what in ('famax', 'famin', 'fscale'):
        esize = {'h': 16, 's': 32, 'd': 64}[operand[-1]]
        fmt = BY_SIZE[esize]
        active = lambda e: True
        if sve:
            n, m = d, n                     # Zdn, Zm in the place of Zn
            g = s.p[bits(10, 3)]
            active = lambda e: g >> (e * esize // 8) & 1
        elif not q:
            size = 64
        count = size // esize
        out = []
        for e, (a, b) in enumerate(zip(split(n, esize, count),
                                       split(m, esize, count))):
            if not active(e):
                out.append(a)
            elif what == 'fscale':
                if b >> (esize - 1):
                    b -= 1 << esize
                out.append(fscale(s, fmt, a, b))
            else:
                out.append(abs_pick(s, fmt, a, b,
                                    max if what == 'famax' else min))
        result = join(out, esize)
    elif what in ('luti2', 'luti4'):
        isize = int(what[-1])
        esize = 16 if 'h' in operand else 8
        if sve:
            part = {'luti2 z.b': bits(22, 2), 'luti4 z.b': bits(23, 1),
                    'luti2 z.h': bits(22, 2) << 1 | bits(12, 1)}.get(
                        name, bits(22, 2))
        else:
            part = {'luti2 v.16b': bits(13, 2), 'luti4 v.16b': bits(14, 1),
                    'luti2 v.8h': bits(12, 3)}.get(name, bits(13, 2))
        table = n
        if operand.endswith(', 2'):
            second = s.z[(rn + 1) % 32] & ((1 << 128) - 1)
            table = (n & ((1 << 128) - 1)) | second << 128
        count = size // esize
        indices = split(m >> (count * part * isize), isize, count)
        result = join([table >> (esize * i) & ((1 << esize) - 1)
                       for i in indices], esize)
    elif 'cvtl' in what or 'cvt' in what and 'n' not in what:
        dst = BFLOAT if what.startswith('b') else HALF
        src2 = '2cvt' in what
        ops = split(n, 8, size // 8)
        if not sve:
            ops = ops[8:] if what.endswith('cvtl2') else ops[:8]
        else:
            ops = ops[1::2] if what.endswith('lt') else ops[::2]
        result = join([to_wide(s, dst, src2, op) for op in ops], 16)
    elif what.startswith('fcvtn') or what == 'bfcvtn':
        src = BFLOAT if what == 'bfcvtn' else \
            SINGLE if operand.endswith('s') else HALF
        esize = 32 if src is SINGLE else 16
        if sve:
            pair = bits(6, 4) * 2
            n, m = s.z[pair], s.z[pair + 1]
        elif src is HALF and not q:
            size = 64
        count = size // esize
        out = [[to_fp8(s, src, op) for op in split(r, esize, count)]
               for r in (n, m)]
        if not sve:
            result = join(out[0] + out[1], 8)
            if what == 'fcvtn2':
                result = d & ((1 << 64) - 1) | result << 64
        else:
            turns = [x for both in zip(*out) for x in both]
            result = join(turns, 8)
            if what == 'fcvtnb':
                result = join(turns, 16)
            elif what == 'fcvtnt':
                even = join([0xff] * len(turns), 16)
                result = d & even | join(turns, 16) << 8
    else:
        result = products(s, what, operand, bits, sve, index, q, n, m, d)
    s.z[rd] = result & ((1 << s.vl) - 1)


def products(s, what, operand, bits, sve, index, q, n, m, d):
    """FMLALB ..., FMLALLBB ..., FDOT"""
    if what == 'fdot':
        esize = 16 if 'h' in operand else 32
    else:
        esize = 32 if what.startswith('fmlall') else 16
    dst = BY_SIZE[esize]
    ways = esize // 8
    size = s.vl if sve else 128
    if what == 'fdot' and not sve and not q:
        size = 64
    if index:
        if what != 'fdot':
            i = bits(19, 2) << 2 | bits(10, 2) if sve else \
                bits(11, 1) << 3 | bits(19, 3)
            r = bits(16, 3)
        elif sve and esize == 16:
            i, r = bits(19, 2) << 1 | bits(11, 1), bits(16, 3)
        elif sve:
            i, r = bits(19, 2), bits(16, 3)
        elif esize == 16:
            i, r = bits(11, 1) << 2 | bits(20, 2), bits(16, 4)
        else:
            i, r = bits(11, 1) << 1 | bits(21, 1), bits(16, 5)
        m = s.z[r]
    out = []
    for e, addend in enumerate(split(d, esize, size // esize)):
        group1 = split(n >> (esize * e), 8, ways)
        base = 16 * (e * ways // 16)        # of the segment of 128 bits
        if what == 'fdot':
            at = base + i * ways if index else e * ways
            out.append(dot(s, dst, addend, group1,
                           split(m >> (8 * at), 8, ways)))
            continue
        sel = {'b': 0, 't': 1, 'bb': 0, 'bt': 1, 'tb': 2, 'tt': 3}[
            what[6:] if ways == 4 else what[5:]]
        at = base + i if index else e * ways + sel
        out.append(dot(s, dst, addend, [group1[sel]], [m >> (8 * at) & 0xff]))
    return join(out, esize)
