# The second part of the demo: perf, the trace unit, and a program known whole.
# SPDX-License-Identifier: GPL-2.0-or-later

import re

FUNCTION = re.compile(r'^# (known_\w+) instructions (\d+) (\d+) '
                      r'branches (\d+) (\d+)$', re.M)
REPORT = re.compile(r'^# report +(.*)$', re.M)

# Console lines worth showing, and in what words.
STEPS = [
    (r'armv9: start (\S+)', 'Linux {0} is up'),
    (r'armv9: run trace (.*)', 'runs trace {0}'),
    (r'^(not ok .*)', '{0}'),
    (r'^ok \d+ - (perf .*)', '{0}'),
    (r'(Kernel panic.*)', '{0}'),
    (r'armv9: exit (\d+)', 'powers off, status {0}'),
]


def test(kernel):
    """What runs, as a test of guests.cfg."""
    return {'kernel': kernel, 'perf': 'yes', 'machine': 'virt,gic-version=3',
            'cpu': 'max,trbe=on', 'qemu': '-nic none',
            'run': 'trace record -v -e u -w thread -m 4M -n 2000'}


def show(line, say):
    for pattern, words in STEPS:
        match = re.search(pattern, line)
        if match:
            say(words.format(*match.groups()))
            return


def table(out):
    """Print what perf reports and the table; what is wrong with it."""
    print("perf report --itrace=i1i: where each instruction was executed")
    for line in REPORT.findall(out)[:8]:
        print('   ', line.rstrip())
    rows = [(m[1], *map(int, m.groups()[1:])) for m in FUNCTION.finditer(out)]
    rows.append(('all', *(sum(row[i] for row in rows) for i in range(1, 5))))
    print()
    print('             |    instructions     |   branches taken')
    print('function     |    known    decoded |    known    decoded')
    print('-------------+---------------------+--------------------')
    for name, *counts in rows:
        print(f'{name:<12} |{counts[0]:>9}  {counts[1]:>9} |'
              f'{counts[2]:>9}  {counts[3]:>9}')
    if len(rows) == 1:
        return ['perf decoded nothing']
    return [f'{name}: decoded is not what is known' for name, a, b, c, d in rows
            if (a, c) != (b, d)]
