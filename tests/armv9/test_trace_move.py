# Programs that go on in another QEMU while they are traced.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_trace_move.py --builddir=build
#
# The trace buffer then has what several trace units wrote.  No element stands
# for that (D4), so it must be what one unit writes: to the byte, when nothing
# in the program depends on time; without a gap, by the records of all QEMUs
# one after the other, when it does.

import json
import re
import time

import pytest

from machine import Machine, Rsp
from test_migration import INCOMING, disk, load, save, wait_for_migration
from traced import (RECORD_ENTRY, RECORD_EXCEPTION, RECORD_RAN, arguments,
                    flow, header, plugin, qemu)

BUFFER = 0x50000000             # of CPU 0, see guest.c
MEMORY = ('-m', '512M')         # enough for one trace buffer

# The references are in one place.
pytestmark = pytest.mark.xdist_group('move')

# Programs that are alike every time
SAME = {
    'el0-el1': {
        'machine': 'virtualization=on', 'traced': '0 1',
        'guest': 'el=3 owner=1 trace=3 flags=0x3f0 turns=1 runs=700'},
    'contexts': {
        'machine': 'secure=on,virtualization=on', 'traced': '0 1 2',
        'guest': 'el=7 owner=2 trace=7 configr=0x80c1 cx=1 flags=0x3f0 '
                 'turns=1 runs=500'},
    'circular': {
        'machine': 'virtualization=on', 'traced': '0 1',
        'guest': 'el=3 owner=1 trace=3 size=65536 limitr=0x1e syncpr=10 '
                 'flags=0x3f0 turns=1 runs=2000'},
    # The buffer is full most of the time; then Overflow.
    'overflow': {
        'machine': 'virtualization=on', 'traced': '0 1', 'pieces': '8',
        'guest': 'el=3 owner=1 trace=3 size=16384 pieces=8 flags=0x1f0 '
                 'turns=120 runs=12'},
}

# Programs with interrupts, clocks or several CPUs
RECORDED = {
    'irq': {
        'machine': 'virtualization=on', 'traced': '0 1',
        'guest': 'el=3 owner=1 trace=3 irq=3 flags=0x3f0 turns=1 runs=150'},
    'everything': {
        'machine': 'secure=on,virtualization=on', 'traced': '0 1 2',
        'guest': 'el=7 owner=2 trace=7 configr=0x98d1 ccitmin=4 tsperiod=100 '
                 'cx=1 flags=0x3f0 turns=1 runs=60', 'record': 'context=on'},
    'cycles': {
        'machine': 'virtualization=on', 'traced': '0 1',
        'icount': 'shift=0,sleep=off',
        'guest': 'el=3 owner=1 trace=3 configr=0x11 ccitmin=4 flags=0x3f0 '
                 'turns=1 runs=110'},
    'smp': {
        'machine': 'virtualization=on', 'traced': '0 1', 'smp': '4',
        'guest': 'el=3 owner=2 trace=3 cpus=4 irq=3 flags=0x3f0 '
                 'turns=1 runs=50'},
}


@pytest.fixture
def folder(tools, request):
    return tools.folder(request)


@pytest.fixture(scope='session')
def reference(tools):
    """reference(name): {file: bytes} that one QEMU writes for a program of
    SAME; they decode, and test_trace.py shows that such trace is what ran."""
    done = {}

    def reference(name):
        if name not in done:
            done[name] = {}
            for trace, _ in qemu(tools, SAME[name], 1,
                                 tools.out / f'move-{name}', record=False):
                summary = flow(tools, SAME[name], 1, trace, None)
                assert summary['instructions'] > 10000
                assert summary['no_syncs'] <= 1
                done[name][trace.name] = header(trace)[1]
        return done[name]
    return reference


def written(folder):
    """What a program left: {file: bytes}"""
    return {trace.name: header(trace)[1] for trace in folder.glob('trace.*')}


def run_into_trace(machine, seconds):
    """Let it run until there is trace, and then for so long."""
    deadline = time.monotonic() + 30
    # A-Sync is 11 bytes of 0 and one that is not.
    while int(machine.hmp(f'xp /1gx {BUFFER + 8:#x}').split(': ')[1], 16) == 0:
        assert time.monotonic() < deadline, 'there is no trace'
        machine.run_for(0.01)
    machine.run_for(seconds)


def devices(stream):
    """What the description at the end of a stream says of them."""
    data = stream.read_bytes()
    text = data[data.rindex(b'{"configuration"'):].decode()
    return json.JSONDecoder().raw_decode(text)[0]['devices']


def subsections(stream):
    """The names of the subsections of CPUs in a stream."""
    return [s['vmsd_name'] for d in devices(stream) if d['name'] == 'cpu'
            for s in d.get('subsections', ())]


def save_running(machine, path):
    """Trace is written while RAM is being sent."""
    machine.qmp('migrate-set-parameters', downtime_limit=2000)
    machine.qmp('cont')
    machine.qmp('migrate', uri=f'exec:cat > {path}')
    assert wait_for_migration(machine) == ('completed', '')


def travel(tools, spec, folder, steps, save, record=False, more=()):
    """Run a program in one QEMU more than there are steps, each of which
    is how long a QEMU may run; record-N.CPU are their records."""
    stream = folder / 'stream'
    for n, seconds in enumerate([*steps, None]):
        args = [*arguments(tools, spec, 1), *more, '-S']
        if n:
            args += INCOMING
        if record:
            args += plugin(tools, spec, folder / f'record-{n}')
        with Machine([tools.build.qemu], args, folder) as machine:
            if n:
                assert load(machine, stream) == ('completed', ''), \
                    machine.said()
            if seconds is None:
                machine.qmp('cont')
                assert machine.wait() == 0, machine.said()
            else:
                run_into_trace(machine, seconds)
                save(machine, stream)
                # The unit is enabled, on all CPUs.
                assert subsections(stream).count('cpu/ete') == \
                    int(spec.get('smp', '1'))
                machine.quit()


def join(folder, cpu, pieces):
    """The record of a CPU, from those of all QEMUs; its path.

    What a QEMU began last may have ended in an exception that only the next
    one sees, by its vector; see end_block() in record.c."""
    entries = []
    for n in range(pieces):
        path = folder / f'record-{n}.{cpu}'
        more = list(RECORD_ENTRY.iter_unpack(path.read_bytes()))
        path.unlink()
        if entries and more and entries[-1][2] == RECORD_RAN and \
           more[0][2] == RECORD_EXCEPTION and more[0][4] & 3 == 0:
            addr, count, *rest = entries[-1]
            if addr + 4 * (count - 1) == more[0][0]:
                entries[-1:] = [(addr, count - 1, *rest)] if count > 1 else []
        entries += more
    path = folder / f'record.{cpu}'
    path.write_bytes(b''.join(RECORD_ENTRY.pack(*e) for e in entries))
    return path


@pytest.mark.parametrize('name', SAME)
def test_same(tools, reference, folder, name):
    """The same bytes as in one QEMU."""
    travel(tools, SAME[name], folder, (0.05, 0.1, 0.02), save, more=MEMORY)
    assert written(folder) == reference(name)


def test_running(tools, reference, folder):
    """Pages of the buffer are written again after they were sent."""
    travel(tools, SAME['circular'], folder, (0.05, 0.02), save_running,
           more=MEMORY)
    assert written(folder) == reference('circular')


@pytest.mark.parametrize('name', RECORDED)
def test_recorded(tools, folder, name):
    """What several QEMUs ran is what the trace tells."""
    spec = RECORDED[name]
    steps = (0.05, 0.1, 0.05)
    travel(tools, spec, folder, steps, save, record=True)
    for cpu in range(int(spec.get('smp', '1'))):
        record = join(folder, cpu, len(steps) + 1)
        trace = folder / f'trace.{cpu}'
        summary = flow(tools, spec, 1, trace, record)
        assert summary['instructions'] > 10000
        assert summary['no_syncs'] <= 1
        assert not summary['time_goes_back']
        assert summary['cycles_wrong'] == 0 or 'icount' not in spec
        record.unlink()


def test_snapshot(tools, reference, folder):
    """savevm and loadvm, with trace and before there is any."""
    name = 'el0-el1'
    args = [*arguments(tools, SAME[name], 1), *MEMORY, '-S']

    def end(machine):
        machine.qmp('cont')
        assert machine.wait() == 0, machine.said()
        assert written(folder) == reference(name)
        (folder / 'trace.0').unlink()

    with disk(tools.build, folder) as more:
        with Machine([tools.build.qemu], args + more, folder) as machine:
            assert machine.hmp('savevm start') == ''
            run_into_trace(machine, 0.05)
            assert machine.hmp('savevm mid') == ''
            machine.run_for(0.1)
            assert machine.hmp('loadvm mid') == ''
            end(machine)
        with Machine([tools.build.qemu], args + more, folder) as machine:
            run_into_trace(machine, 0.05)
            assert machine.hmp('loadvm start') == ''
            end(machine)
        with Machine([tools.build.qemu], [*args, *more, '-loadvm', 'mid'],
                     folder) as machine:
            end(machine)


# What a debugger may read
REGISTERS = re.compile(r'<reg name="((?:TRC|TRB|TRFCR)\w+)"[^>]* '
                       r'regnum="(\d+)"')


# What this program sets to something else than it is after reset
SET = {'TRFCR_EL1', 'TRFCR_EL2', 'TRBLIMITR_EL1', 'TRBPTR_EL1',
       'TRBBASER_EL1', 'TRCPRGCTLR', 'TRCCONFIGR', 'TRCTSCTLR', 'TRCSYNCPR',
       'TRCCCCTLR', 'TRCTRACEIDR', 'TRCVICTLR', 'TRCCNTRLDVR0', 'TRCCNTCTLR0',
       'TRCCNTVR0', 'TRCRSCTLR2', 'TRCRSR'}


def test_registers(tools, folder):
    """All registers of trace have the same value after the way."""
    spec = RECORDED['everything']
    stream, stub = folder / 'stream', folder / 'gdb'

    def read():
        with Rsp(stub) as rsp:
            text = rsp.features()['system-registers.xml']
            return {name: rsp.ask(f'p{int(number):x}').decode()
                    for name, number in REGISTERS.findall(text)}

    args = [*arguments(tools, spec, 1), '-S', '-gdb',
            f'unix:{stub},server=on,wait=off']
    with Machine([tools.build.qemu], args, folder) as machine:
        run_into_trace(machine, 0.1)
        before = read()
        save(machine, stream)
    stub.unlink()
    with Machine([tools.build.qemu], [*args, *INCOMING], folder) as machine:
        assert load(machine, stream) == ('completed', ''), machine.said()
        assert read() == before
    assert SET <= {name for name in before if int(before[name], 16)}
