# Programs that a debugger stops, steps and changes while they are traced.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_trace_debug.py --builddir=build
#
# A debugger is no part of what a trace tells: what it stops is not seen; where
# it moves the PC are a Debug halt, which says how far execution came, and a
# Trace On.

import re

import pytest

import runner
from traced import TIMEOUT, TRACE, command, flow

SPEC = {'machine': 'virtualization=on', 'traced': '0 1',
        'guest': 'el=3 owner=1 trace=3 flags=0x3f0 turns=2'}
# Without debug exceptions of the guest's own
SPEC_MOVED = dict(SPEC, guest='el=3 owner=1 trace=3 flags=0x370 turns=1 '
                              'runs=20')
CODE_OF_EL0 = 0x40000000
SEED = 20                       # has many calls of breakpoint_here


@pytest.fixture
def debug(tools, request):
    """debug(spec, commands): the folder with what a run in gdb leaves, and
    what gdb said"""
    def debug(spec, *commands):
        folder = tools.folder(request)
        script = folder / 'script.gdb'
        script.write_text('\n'.join([
            'set pagination off', f'target remote {folder}/gdb', *commands,
            'quit']), encoding='utf-8')
        qemu_cmd = command(tools, spec, SEED, folder, True, [
            '-chardev', f'socket,id=gdb,path={folder}/gdb,server=on,wait=on',
            '-gdb', 'chardev:gdb', '-S'])
        cmd = ['sh', '-c', f'{runner.repeat(qemu_cmd)} & '
               f'while [ ! -S {folder}/gdb ]; do sleep 0.1; done; '
               f'gdb-multiarch -nx -q -batch -x {script} '
               f'{tools.program(SEED)}; wait $!']
        result = runner.run(cmd, timeout=TIMEOUT, cwd=folder)
        assert result.rc == 0, result.out
        (folder / 'gdb.out').write_text(result.out)
        return folder, result.out
    return debug


def compare(tools, spec, folder, more=()):
    """The summary of the comparison of trace with what ran."""
    summary = flow(tools, spec, SEED, folder / 'trace.0', folder / 'record.0',
                   more)
    assert summary['instructions'] > 10000
    return summary


def test_stops(tools, debug):
    """Breakpoints and steps: the same flow, nothing twice."""
    stops = ('hbreak *(workload + 0x40000000)', 'break function_3',
             'break *(function_5 + 0x40000000)', 'break sync_el1')
    folder, said = debug(SPEC, *stops, *['continue', 'stepi 50'] * 20,
                         'delete', 'stepi 300', 'continue')
    assert said.count('Breakpoint') >= 20
    compare(tools, SPEC, folder)


def test_watch(tools, debug):
    """A watchpoint stops after the access, whose block began before."""
    folder, said = debug(
        SPEC_MOVED, 'break function_3', 'break *(function_3 + 0x40000000)',
        *['continue', 'stepi 8', 'awatch -l *(long *)$sp', 'continue',
          'stepi 2', 'delete $bpnum'] * 8, 'delete', 'continue')
    assert said.count('Hardware access (read/write) watchpoint') >= 16
    compare(tools, SPEC_MOVED, folder)


def test_registers(tools, debug):
    """The flow that follows is that of the new values.  Loops ask for Z."""
    change = ['continue', 'set $x8 = $x8 ^ 0x5a5a5a5a',
              'set $x19 = $x19 * 7 + 1'] + \
             ['set $cpsr = $cpsr ^ 0xb0000000', 'stepi'] * 20
    folder, said = debug(SPEC, 'break *(function_3 + 0x40000000)',
                         'break function_5', *change * 6, 'delete',
                         'continue')
    assert said.count('Breakpoint') >= 6
    compare(tools, SPEC, folder)


def addresses(program, *names):
    """Where a program has these symbols."""
    result = runner.run(['aarch64-linux-gnu-nm', program], timeout=30)
    found = {name: int(value, 16) for value, _, name in
             (line.split() for line in result.out.splitlines())}
    return [found[name] for name in names]


def test_moved_pc(tools, debug):
    """Forward, back, into a function and to where no code is, at EL0 and EL1,
    with and without steps."""
    here, there = addresses(tools.program(SEED), 'breakpoint_here',
                            'handler_0')
    away = int(re.search(r'NOT_MAPPED +(\w+)',
                         (TRACE / 'guest.h').read_text())[1], 16)
    stop = here + 8
    targets = (here + 16, here, there, away)
    commands = [f'break *{stop:#x}', f'break *{stop + CODE_OF_EL0:#x}']
    for n in range(24):
        target = targets[n % 4]
        commands += ['continue', 'set $pc = ' + (
            f'{target:#x}' if target == away else
            f'$pc + ({target - stop})')]
        commands += ['stepi 2'] * (n // 4 % 2)
    folder, said = debug(SPEC_MOVED, *commands, 'delete', 'continue')
    stops = re.findall(r'^Breakpoint (\d)', said, re.M)
    assert len(stops) >= 24 and set(stops) == {'1', '2'}

    moves = [f'--moved={stop + base:#x}:{target + base:#x}'
             for target in targets[:3] for base in (0, CODE_OF_EL0)]
    moves += [f'--moved={stop + base:#x}:{away:#x}'
              for base in (0, CODE_OF_EL0)]
    summary = compare(tools, SPEC_MOVED, folder, moves)
    assert summary['moves'] == 24
    # The judge: each must be known to it.
    for left_out in moves:
        known = [move for move in moves if move != left_out]
        result = runner.run([
            tools.flow, f'--elf={tools.program(SEED)}', '--traced=3',
            f'--alias={CODE_OF_EL0:#x}', *known, folder / 'trace.0',
            folder / 'record.0'], timeout=TIMEOUT)
        assert 'from where the PC was not moved' in result.out
