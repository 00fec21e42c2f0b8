# The decoded flow equals what ran: traced programs, OpenCSD, and a record.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_trace.py --builddir=build
#     ... -k irq                       some runs
#     ... --qemu=/some/qemu-system-aarch64
#
# tests/trace/trace.cfg lists the runs; docs/devel/testing-trace.rst says how it
# works.  All that a run leaves is in build/trace/NAME.

import json
import os
import re
import time

import pytest

import runner
from traced import RECORD_ENTRY, TIMEOUT, TRACE, flow, header, qemu

# What check-trace must compare in all
INSTRUCTIONS = 10_000_000

CFG = runner.load_cfg(TRACE / 'trace.cfg',
                      required=('machine', 'guest', 'seeds', 'traced',
                                'passes'),
                      optional=('cpu', 'accel', 'icount', 'smp', 'filtered',
                                'check', 'record', 'pieces'))
RUNS = [(name, int(seed)) for name, spec in CFG.items()
        for seed in spec['seeds'].split()]

# D5.3.27: Call, Trap, System Error, Inst debug, Data debug, Alignment, Inst
# fault, Data fault, IRQ, FIQ
EXCEPTION_TYPES = {2, 3, 4, 6, 7, 10, 11, 12, 14, 15}

# All workers of a run of pytest, when it has several
SESSION = os.environ.get('PYTEST_XDIST_TESTRUNUID', str(os.getpid()))


# More checks, by their names in trace.cfg

def check_timestamps(spec, trace, summary):
    """D4.3: they do not go back, and are the counter's of that time."""
    head, _ = header(trace)
    assert summary['timestamps'] >= 100
    assert not summary['time_goes_back']
    assert head['time_before'] <= summary['first_time']
    assert summary['last_time'] <= head['time_after']


def check_contexts(spec, trace, summary):
    """They are compared one by one; here: that there were any."""
    assert summary['contextids'] >= 10


def check_cycles(spec, trace, summary):
    """With -icount shift=0 an instruction is a cycle."""
    head, _ = header(trace)
    assert summary['cycle_counts'] >= 1000
    assert summary['cycles_wrong'] == 0
    assert summary['cycles'] <= head['time_after'] - head['time_before']


def check_wrapped(spec, trace, summary):
    """D6.1: TRBSR_EL1.WRAP and nothing else; the buffer is full."""
    head, data = header(trace)
    assert head['trbsr'] == 1 << 20
    assert len(data) == int(re.search(r'size=(\d+)', spec['guest'])[1])


def check_syncs(spec, trace, summary):
    """TRCSYNCPR: after 2^n bytes comes A-Sync, when packets allow it."""
    period = 1 << int(re.search(r'syncpr=(\d+)', spec['guest'])[1])
    _, data = header(trace)
    found = [m.start() for m in re.finditer(b'\0{11}\x80', data)]
    assert found[0] == 0
    gaps = [b - a for a, b in zip(found, [*found[1:], len(data)])]
    # An element that is begun is written whole, and so are pending atoms.
    assert max(gaps) <= period + 64
    assert len(found) >= len(data) // (period + 64)


def check_piece(trace, piece, last):
    """A buffer in Fill mode: full, and the next begins with Overflow."""
    head, data = header(trace)
    if piece < last:
        # IRQ, WRAP, S; EC 0; BSC: filled
        assert head['trbsr'] == 1 << 22 | 1 << 20 | 1 << 17 | 1
    if piece:
        assert data.startswith(b'\0\x05' + b'\0' * 11 + b'\x80')


@pytest.mark.parametrize('name, seed', RUNS,
                         ids=[f'{name}-{seed}' for name, seed in RUNS])
def test_trace(name, seed, tools):
    spec = CFG[name]
    folder = tools.out / f'{name}-{seed}'
    assert spec['passes'] in ('once', 'twice')
    total = {'session': SESSION, 'instructions': 0, 'types': {}}
    try:
        run_twice(spec, seed, tools, folder, total)
    finally:
        with runner.fresh(total_of(tools, name, seed)) as new:
            new.write_text(json.dumps(total), encoding='utf-8')
    for record in folder.glob('record.*'):
        record.unlink()                 # these are large


def total_of(tools, name, seed):
    return tools.out / f'{name}-{seed}.json'


def run_twice(spec, seed, tools, folder, total):
    """A run with a record, and for some one more without; into the total."""
    for trace, cpu in qemu(tools, spec, seed, folder, record=True):
        summary = flow(tools, spec, seed, trace, folder / f'record.{cpu}')
        # Programs that come to nothing prove nothing.
        assert summary['instructions'] > 10000
        assert summary['exceptions'] > 10
        assert summary['no_syncs'] <= 1
        if 'pieces' in spec:
            check_piece(trace, int(trace.suffix[1:]), int(spec['pieces']))
        elif 'wrapped' not in spec.get('check', ''):
            assert header(trace)[0]['trbsr'] == 0
        total['instructions'] += summary['instructions']
        for kind, count in summary['types'].items():
            total['types'][kind] = total['types'].get(kind, 0) + count
        for check in spec.get('check', '').split():
            globals()[f'check_{check}'](spec, trace, summary)
    if spec['passes'] == 'twice':
        plain = folder / 'plain'
        for trace, cpu in qemu(tools, spec, seed, plain, False):
            summary = flow(tools, spec, seed, trace, folder / f'record.{cpu}')
            total['instructions'] += summary['instructions']


def spoil(record, kind, change):
    """A record with its middle entry of this kind changed; the bytes."""
    entries = [list(e) for e in RECORD_ENTRY.iter_unpack(record)]
    found = [i for i, e in enumerate(entries) if e[2] == kind]
    change(entries, found[len(found) // 2])
    return b''.join(RECORD_ENTRY.pack(*e) for e in entries)


def set_field(field, value):
    def change(entries, i):
        entries[i][field] += value
    return change


SPOILED = {
    'none': (None, ''),
    'one more': ((0, set_field(1, 1)), 'trace has'),
    'one less': ((0, set_field(1, -1)), 'trace has'),
    'elsewhere': ((0, set_field(0, 4)), 'trace has'),
    'other EL': ((0, set_field(3, 1)), 'trace has'),
    'not there': ((0, lambda entries, i: entries.pop(i)), 'trace has'),
    'exception not there': ((1, lambda entries, i: entries.pop(i)),
                            'was not taken'),
    'exception from elsewhere': ((1, set_field(0, 4)), 'instead of 0x'),
    'exception of another kind': ((1, set_field(4, 1)), 'of type'),
    'more at the end': ((0, lambda entries, i: entries.append(entries[i])),
                        'but more ran'),
    'less at the end': ((0, lambda entries, i: entries.__delitem__(
        slice(-len(entries) // 3, None))), 'nothing ran any more'),
}


@pytest.mark.xdist_group('judge')
@pytest.mark.parametrize('case', SPOILED)
def test_judge(case, tools):
    """The comparison itself: each difference must be seen."""
    spec = {'machine': 'virtualization=on', 'traced': '0 1',
            'guest': 'el=3 owner=1 trace=3 flags=0x3f0 turns=3'}
    folder = tools.out / 'judge'
    if case == 'none':
        qemu(tools, spec, 1, folder, record=True)
    record = folder / 'record.0'
    change, why = SPOILED[case]
    spoiled = folder / 'spoiled'
    data = record.read_bytes()
    spoiled.write_bytes(spoil(data, *change) if change else data)
    cmd = [tools.flow, f'--elf={tools.program(1)}', '--alias=0x40000000',
           '--traced=3', folder / 'trace.0', spoiled]
    result = runner.run(cmd, timeout=TIMEOUT)
    assert result.rc == (1 if change else 0), result.out
    assert why in result.out


def total_when_done(tools, name, seed):
    """What test_trace() left, which another worker may still be at."""
    path = total_of(tools, name, seed)
    patience = TIMEOUT if 'PYTEST_XDIST_WORKER' in os.environ else 0
    for _ in range(1 + 4 * patience):
        if path.exists():
            total = json.loads(path.read_text(encoding='utf-8'))
            if total['session'] == SESSION:
                return total
        time.sleep(0.5)
    return pytest.fail(f'{name}-{seed} was not run', pytrace=False)


def test_enough(tools):
    """Of all runs together; they are before this."""
    instructions, types = 0, {}
    for name, seed in RUNS:
        total = total_when_done(tools, name, seed)
        instructions += total['instructions']
        for kind, count in total['types'].items():
            types[int(kind)] = types.get(int(kind), 0) + count
    print(f'{instructions} instructions, exceptions {types}')
    assert instructions >= INSTRUCTIONS
    assert set(types) == EXCEPTION_TYPES
    assert min(types.values()) >= 10
