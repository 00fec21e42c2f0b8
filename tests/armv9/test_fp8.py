# Compare FP8, FAMINMAX and LUT instructions with a model of the Arm ARM.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_fp8.py --builddir=build
#     FP8_SEED=7 FP8_BLOCKS=500 ...           more of it
#     ... --qemu=/some/qemu-system-aarch64
#
# tests/peer/fp8.c runs random instructions and prints all registers before
# and after; fp8_insns.py says what must come out.

import os
import re

import fp8_insns
import pytest
from test_peer import execute

SEED = int(os.environ.get('FP8_SEED', '1'))
BLOCKS = int(os.environ.get('FP8_BLOCKS', '60'))


def parse(lines):
    """(block, VL, code, [(before, after)]) of each block"""
    code, runs, vl = [], [], 0
    values = {}
    for line in lines:
        words = line.split()
        if words[0] == 'VL':
            vl = int(words[1])
            code.append((int(words[4], 16), ' '.join(words[5:])))
        elif words[0] in ('before', 'after'):
            when = values.setdefault(words[0], {'z': [], 'p': []})
            if words[1] == 'FPMR':
                when.update(zip(words[1::2], (int(w, 16)
                                              for w in words[2::2])))
            elif words[1] == 'P':
                when['p'].append(int(words[3], 16))
            else:
                when['z'].append(int(''.join(w.zfill(16)
                                             for w in words[2:]), 16))
        if words[0] in ('run', 'block') and values:
            runs.append((values['before'], values['after']))
            values = {}
        if words[0] == 'block':
            yield int(words[1]), vl, code, runs
            code, runs = [], []


def check(vl, code, before, after):
    """What is wrong after a run, as text"""
    packed = fp8_insns.join(before['p'], 64)
    s = fp8_insns.State(vl, before['z'], fp8_insns.split(packed, vl // 8, 16),
                        before['FPMR'], before['FPCR'])
    written = {}
    for insn, name in code:
        step = (f'{insn:08x} {name}, FPMR {s.fpmr:x} FPCR {s.fpcr:x}', s.vl,
                *(f'{s.z[insn >> lsb & 31]:x}' for lsb in (0, 5, 16)))
        fp8_insns.step(s, insn, name)
        written[insn & 31] = step
    bad = [f'Z{i} {after["z"][i]:x}, should be {s.z[i]:x}, by '
           f'{written.get(i)}' for i in range(32) if after['z'][i] != s.z[i]]
    if after['FPSR'] != s.fpsr:
        bad.append(f'FPSR {after["FPSR"]:x}, should be {s.fpsr:x}: {code}')
    if (after['exceptions'] != 0) != (s.undefined != 0):
        bad.append(f'exceptions {after["exceptions"]:x}, '
                   f'should be {s.undefined}: {code}')
    if after['FPMR'] != before['FPMR'] or after['p'] != before['p']:
        bad.append('FPMR or P changed')
    return bad


def test_model(build, elf_peer):
    lines = execute([build.qemu], elf_peer('fp8'), f'seed={SEED}',
                    f'blocks={BLOCKS}', 'detail', 'overlap')
    blocks = executed = 0
    names = set()
    for block, vl, code, runs in parse(
            line for line in lines if not re.match('executed|end', line)):
        blocks += 1
        assert len(code) == 8 and len(runs) == 16
        names |= {name for _, name in code}
        for i, (before, after) in enumerate(runs):
            bad = check(vl, code, before, after)
            if bad:
                pytest.fail(f'block {block} of seed {SEED}, run {i}:\n' +
                            '\n'.join(bad), pytrace=False)
            executed += len(code)
    assert blocks == BLOCKS
    print(f'{executed} executions of {len(names)} encodings')
