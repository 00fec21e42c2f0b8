# The workloads of the benchmark: what runs, on what, and what must come out.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A new workload is a program in progs/ (start.S says what it gets and gives)
# and a row in WORKLOADS.  docs/devel/bench.rst says more.

import collections
import re

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
expect   function: turns -> checksum that the program must print; None: any
         but 0
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

# One TLB invalidation, against vanilla: progs/tlbi.S.

TLBI_LOOPS = 1000               # in a turn
TLBI_LONG = 30                  # turns of a run that is timed
INSIDE = 0xc0000000
PAGE = 0xc0800000               # the program runs here, or in
PROGRAM = 0x40300000            # this block
BLOCK = 0x100000000

TLBI = collections.namedtuple('TLBI', 'name load cpus compare')
TLBI.__doc__ = """An operation, alone or with reads after it.

name     what the table calls it
load     the program
cpus     number of CPUs, with a thread each; None: one, which can be counted
compare  whether vanilla does the same; None: there is no operation
"""


def rva(pages, address=INSIDE):
    """The operand of a range operation: 4K pages from an address on."""
    scale = 1 if pages > 64 else 0
    num = pages // (2 << 5 * scale) - 1
    return 1 << 46 | scale << 44 | num << 39 | address >> 12


def tlbi(name, op, operand=0, check=INSIDE, cpus=None, compare=True, **reads):
    """A row; check is the address that must be invalidated, or None."""
    defines = [f'OP={op}', f'OPERAND={operand}']
    if check is not None:
        defines += [f'CHECK={"blocks" if check == BLOCK else "pages"}',
                    f'CHECK_VA={check}']
    defines += [f'{k.upper()}={v}' for k, v in reads.items()]
    load = Workload('tlbi-' + re.sub('[^a-z0-9]+', '-', name.lower()), '',
                    'tlbi.S', (1, 2), TLBI_LONG, None, tuple(defines))
    return TLBI(name, load, cpus, compare)


VAE1, VAE1IS = 'tlbi vae1, x3', 'tlbi vae1is, x3'
RVAE1, RVAE1IS = 'sys #0, c8, c6, #1, x3', 'sys #0, c8, c2, #1, x3'
TLBIS = (
    tlbi('none', '', check=None, compare=None),
    tlbi('none, 64 outside', '', check=None, compare=None, outside=64),
    tlbi('VAE1', VAE1, INSIDE >> 12),
    tlbi('VAE1, 64 outside', VAE1, INSIDE >> 12, outside=64),
    tlbi('VAE1 beside a block', VAE1, INSIDE >> 12, block=1),
    tlbi('VAE1 in a block', VAE1, BLOCK >> 12, check=BLOCK, block=1),
    tlbi('VAE1 in it, 64 outside', VAE1, BLOCK >> 12, check=BLOCK, block=1,
         outside=64),
    tlbi('VAE1 of the page that runs', VAE1, PAGE >> 12, check=None, page=1),
    # Vanilla goes on with code of the block that is in its jump cache.
    tlbi('VAE1 in the block that runs', VAE1, PROGRAM >> 12, check=None,
         compare=False),
    *(tlbi(f'RVAE1 of {n}', RVAE1, rva(n)) for n in (2, 8, 64, 512)),
    *(tlbi(f'RVAE1IS of {n}, 64 outside', RVAE1IS, rva(n), outside=64)
      for n in (2, 8, 64, 512)),
    *(tlbi(f'RVAE1IS of {n}, these read', RVAE1IS, rva(n), inside=n)
      for n in (8, 512)),
    tlbi('RVAE1IS of 8 in a block', RVAE1IS, rva(8, BLOCK), check=BLOCK,
         block=1),
    tlbi('ASIDE1', 'tlbi aside1, x3'),
    tlbi('VMALLE1', 'tlbi vmalle1'),
    tlbi('VMALLE1, 64 outside', 'tlbi vmalle1', outside=64),
    *(tlbi(f'{name}, {n} CPU{"s" * (n > 1)}', op, operand, cpus=n)
      for name, op, operand in (('VAE1IS', VAE1IS, INSIDE >> 12),
                                ('RVAE1IS of 8', RVAE1IS, rva(8)),
                                ('RVAE1IS of 512', RVAE1IS, rva(512)),
                                ('VMALLE1IS', 'tlbi vmalle1is', 0))
      for n in (1, 2, 4)),
)
