# Build and run the bare-metal tests that armv9.cfg lists, and read their TAP.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_baremetal.py --builddir=build
#     ... -k fpmr-el3                  one run
#     ... --qemu=/some/qemu-system-aarch64
#
# A run fails when any line of its TAP is "not ok", when lines are missing
# or out of order, when QEMU's exit status is not 0, or after its timeout.

import re

import pytest

import runner

SYSTEM = 'tests/tcg/aarch64/system'
RUNS = runner.load_cfg(runner.TOP / SYSTEM / 'armv9.cfg',
                       required=('file', 'machine', 'cpu', 'timeout'),
                       optional=('arg', 'qemu'))


def tap_problems(out):
    """What is wrong with TAP text; an empty list when nothing is."""
    problems = []
    last = 0
    plan = prev = None
    for line in out.splitlines():
        test = re.match(r'(not )?ok (\d+)\b', line)
        if test:
            if test[1]:
                problems.append(line)
            if int(test[2]) != last + 1:
                problems.append(f'after number {last} comes: {line}')
            last = int(test[2])
        elif line.startswith('Bail out!'):
            problems.append(line)
        elif line.startswith('# ') and problems and problems[-1] == prev:
            problems.append(line)       # details of the failure before it
        elif re.match(r'1\.\.\d+$', line):
            plan = int(line[3:])
        prev = line
    if plan is None:
        problems.append(f'no plan: it stopped after number {last}')
    elif plan != last or plan == 0:
        problems.append(f'planned {plan}, ran {last}')
    return problems


@pytest.mark.parametrize('name', RUNS)
def test_baremetal(name, build, elf):
    spec = RUNS[name]
    words = [spec['file'], *spec.get('arg', '').split()]
    args = ''.join(f',arg={word}' for word in words)
    cmd = [build.qemu, '-nodefaults', '-display', 'none',
           '-machine', spec['machine'], '-cpu', spec['cpu'],
           '-chardev', 'stdio,id=output',
           '-semihosting-config',
           f'enable=on,target=native,chardev=output{args}',
           *spec.get('qemu', '').split(), '-kernel', elf(spec['file'])]
    result = runner.run(cmd, timeout=float(spec['timeout']))
    if result.rc is None:
        pytest.fail(runner.explain(
            result, f'{name}: not done after {spec["timeout"]} s'),
            pytrace=False)
    problems = tap_problems(result.out)
    if problems or result.rc != 0:
        bad = sum(p.startswith('not ok') for p in problems)
        if not bad:
            # It is not the test that failed: show what QEMU said.
            problems += result.out.splitlines()[-10:]
        pytest.fail(runner.explain(
            result._replace(out='\n'.join(problems)),
            f'{name}: exit status {result.rc}, {bad} not ok', lines=40),
            pytrace=False)


@pytest.mark.parametrize('out, problem', [
    ('ok 1 - a\nok 2 - b\n1..2\n', None),
    ('ok 1 - a\nnot ok 2 - b # why\n1..2\n', 'not ok 2'),
    ('ok 1 - a\nok 3 - b\n1..2\n', 'after number 1'),
    ('ok 1 - a\n1..2\n', 'planned 2, ran 1'),
    ('ok 1 - a\n', 'no plan'),
    ('1..0\n', 'planned 0'),
    ('', 'no plan'),
    ('ok 1 - a\nBail out! x\n', 'Bail out!'),
])
def test_tap_problems(out, problem):
    """The judge itself: silence or half a run must not pass."""
    found = tap_problems(out)
    assert bool(found) == bool(problem)
    assert not problem or found[0].startswith(problem)
