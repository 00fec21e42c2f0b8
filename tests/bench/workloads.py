# The workloads of the benchmark: what runs, on what, and what must come out.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A new workload is a program in progs/ (start.S says what it gets and gives)
# and a row in WORKLOADS.  docs/devel/bench.rst says more.

import collections

Config = collections.namedtuple('Config', 'name build cpu machine accel',
                                defaults=('virt', ''))
Config.__doc__ = """What QEMU is run as.

name     column of the tables
build    'vanilla' or 'qemu': folder below the build folder
cpu      -cpu
machine  -machine
accel    more options for -accel tcg, with a leading comma
"""

VANILLA = Config('vanilla', 'vanilla', 'max')
OFF = Config('off', 'qemu', 'max,fpmr=off,faminmax=off,lut=off')
ON = Config('max', 'qemu', 'max')
# The first is what the others are compared with.
COMPARED = (VANILLA, OFF, ON)
TRACE = Config('trace', 'qemu', 'max,trf=on,ete=on,trbe=on')

Workload = collections.namedtuple('Workload',
                                  'name what source turns long expect defines',
                                  defaults=((),))
Workload.__doc__ = """A bare-metal program.

name     what the tables and --only= call it
what     in a few words
source   file in progs/
turns    two turn counts; what is reported is the difference between them
long     turns that take a second or so, to measure time
expect   function: turns -> checksum that the program must print
defines  NAME or NAME=VALUE for the preprocessor
"""


# The same computations as the programs do, to know the right checksum.

MASK = (1 << 64) - 1


def ror(x, n):
    return (x >> n | x << (64 - n)) & MASK


def lcg(x):
    return (x * 6364136223846793005 + 1442695040888963407) & MASK


def every_turn(checksum, turns):
    """Turns that all have the same checksum, as the programs add them up."""
    total = 0
    for _ in range(turns):
        total = (ror(total, 1) + checksum) & MASK
    return total


def expect_int(turns):
    words = list(range(512))
    x, total = 42, 0
    for _ in range(1000):
        x = lcg(x)
        high = x >> 33
        words[high & 511] ^= ror(x, 17)
        total += words[high & 511] if high >> 20 & 1 else -high
    return every_turn(total & MASK, turns)


def expect_sort(turns):
    x, numbers = 42, []
    for _ in range(1024):
        x = lcg(x)
        numbers.append(x >> 32)
    return every_turn(sum(place * number for place, number
                          in enumerate(sorted(numbers), 1)) & MASK, turns)


def expect_call(turns):
    x, total = 42, 0

    def fib(n):
        nonlocal x, total
        if n >= 2:
            return fib(n - 1) + fib(n - 2)
        x = lcg(x)
        total = (total + x, total ^ x, total - x, ror(total, 7))[x >> 62]
        total &= MASK
        return n

    result = fib(14)
    return every_turn((total + result) & MASK, turns)


def expect_tight(turns):
    return every_turn(1, turns)


def expect_line(turns):
    a, b = 0, 42
    for _ in range(200 * 20):
        a = (a + b) & MASK
        b ^= ror(a, 7)
        a = (a - (b >> 5)) & MASK
        b = (b + 1) & MASK
    return every_turn(a, turns)


def expect_svc(turns):
    total = 0
    for _ in range(turns * 50):
        for imm in (1, 2):
            total = (ror(total, 1) + (0x15 << 26 | 1 << 25 | imm)) & MASK
    return total


# Compared with vanilla, and traced.  Turn counts are such that one run is
# mostly QEMU's start; the counts repeat so well that more would not say more.
WORKLOADS = (
    Workload('int', 'integer loop', 'int.S', (10, 210), 100000, expect_int),
    Workload('sort', 'branchy sort', 'sort.S', (2, 22), 6000, expect_sort),
    Workload('call', 'calls, indirect branches', 'call.S', (10, 110), 20000,
             expect_call),
    Workload('tight', 'loop of two instructions', 'tight.S', (2, 22), 60000,
             expect_tight),
    Workload('line', 'long stretches without a branch', 'line.S', (2, 22),
             80000, expect_line),
    Workload('svc', 'exceptions, EL0 and back', 'svc.S', (2, 52), 12000,
             expect_svc),
)


def traced(load):
    """The same program, tracing itself."""
    return load._replace(name=load.name + '-trace',
                         defines=load.defines + ('TRACE',))


# One access to a system register, ours only: 64 in a row, 100 times a turn.
ACCESSES = 6400
FPMR = 's3_3_c4_c4_2'


def register(name, *defines):
    return Workload(name, '', 'fpmr.S', (2, 12), None,
                    lambda turns: 0x400000 if defines else 0, defines)


LOOP = register('loop')
# name, what is measured, and the yardstick for it
REGISTERS = (
    ('MRS FPMR', register('fpmr-mrs', 'REG=' + FPMR),
     register('fpcr-mrs', 'REG=fpcr')),
    ('MSR FPMR', register('fpmr-msr', 'REG=' + FPMR, 'WRITE'),
     register('fpcr-msr', 'REG=fpcr', 'WRITE')),
)

# One instruction of FEAT_FP8, FEAT_FAMINMAX, FEAT_LUT, as REGISTERS; of V16
# and another one to V0.  Compared with a later QEMU.
PEER = Config('peer', 'peer-qemu', 'max')


def vector(name, *defines):
    return Workload(name, '', 'vector.S', (2, 12), None,
                    lambda turns: 0, defines)


VECTOR_LOOP = vector('vector')
VECTORS = tuple(
    (what, vector('vector-' + what.lower().replace(' ', '-'),
                  f'INSN={insn | (rm << 16) | 16 << 5:#x}'))
    for what, insn, rm in (
        ('FAMAX 8H', 0x4ec01c00, 17),
        ('FAMIN 4S', 0x6ea0dc00, 17),
        ('FSCALE 4S', 0x6ea0fc00, 24),
        ('LUTI2 16B', 0x4e801000, 17),
        ('LUTI4 8H', 0x4e401000, 17),
        ('F1CVTL', 0x2e217800, 0),
        ('BF1CVTL2', 0x6ea17800, 0),
        ('FCVTN 16B 8H', 0x4e40f400, 17),
        ('FCVTN 8B 4S', 0x0e00f400, 17),
        ('FMLALB', 0x0ec0fc00, 17),
        ('FMLALB index', 0x0fc00000, 1),
        ('FMLALLBB', 0x0e00c400, 17),
        ('FDOT 8H', 0x4e40fc00, 17),
        ('FDOT 4S', 0x4e00fc00, 17),
        ('FDOT 4S index', 0x4f000000, 17),
    ))
