# What starting a VM under KVM takes: ours beside vanilla, in a KVM host.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# docs/devel/bench.rst says how to read the result.

import collections
import pathlib
import re
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'armv9'))
import kvmhost                                  # noqa: E402
import runner                                   # noqa: E402

COMMON = ['-M', 'virt,gic-version=3', *kvmhost.COMMON]
LIMIT = 5e6             # instructions more than vanilla: 5 ms at 1 per ns

Row = collections.namedtuple('Row', 'name theirs ours')
Row.__doc__ = """A VM.

name    what the table calls it
theirs  vanilla's arguments, and
ours    ours
"""


def row(ours, theirs=None, *more):
    return Row(' '.join([ours, *more]), ('-cpu', theirs or ours, *more),
               ('-cpu', ours, *more))


ROWS = (
    row('host'),
    row('host', None, '-smp', '4'),
    row('host,sve=off,pauth=off,pmu=off'),
    row('host,fpmr=off', 'host'),
    row('neoverse-n1,enforce=off', 'host'),
)

Starts = collections.namedtuple('Starts', 'ioctls user kernel ns')
Starts.__doc__ = """Starts of one VM: the number of calls of ioctl, and of each
round the instructions, and the nanoseconds on the host's clock."""


def measure(build, kernel, rounds):
    """{row: (vanilla's Starts, ours)} in a host whose clock is a counter of
    instructions."""
    commands = [[program, *COMMON, *args]
                for r in ROWS for program, args in (
                    (kvmhost.VANILLA, r.theirs), (kvmhost.QEMU, r.ours))]
    with kvmhost.KvmHost(runner.Build(build), kernel, smp=1,
                         qemu='-icount shift=0') as host:
        host.put_vanilla()
        said = host.sh(f'kvm-start {rounds} ' + ' -- '.join(
            runner.repeat(c) for c in commands) + ' 2>&1').decode()
    ioctls = {int(m[1]): int(m[2]) for m in
              re.finditer(r'^ioctls (\d+) (\d+)$', said, re.M)}
    runs = collections.defaultdict(list)
    for m in re.finditer(r'^start (\d+) user (\d+) kernel (\d+) ns (\d+)$',
                         said, re.M):
        runs[int(m[1])].append([int(n) for n in m.groups()[1:]])
    if any(len(runs[i]) != rounds for i in range(len(commands))):
        raise OSError(f'not all VMs start:\n{said}')
    starts = [Starts(ioctls[i], *zip(*runs[i])) for i in range(len(commands))]
    return dict(zip(ROWS, zip(starts[::2], starts[1::2])))


def medians(starts):
    """Of instructions in user mode, in the kernel, and of both"""
    return [statistics.median(n) for n in (
        starts.user, starts.kernel, map(sum, zip(starts.user, starts.kernel)))]


def table(measured):
    """The lines of the table, and what is over the limit."""
    lines = [f'{"":31}|    ioctls    |' + ''.join(
        f' {what:25}|' for what in ('user mode, 1000 instr.',
                                    'kernel, 1000 instr.')) + ' both',
             f'{"-cpu and more":31}|{"vanilla":>8}{"ours":>5} |' +
             2 * f'{"vanilla":>8}{"ours":>8}{"more":>9} |' + ' ratio']
    over = []
    for what, (theirs, ours) in measured.items():
        pairs = list(zip(medians(theirs), medians(ours)))
        line = f'{what.name:31}|{theirs.ioctls:>8}{ours.ioctls:>5} |'
        for a, b in pairs[:2]:
            line += f'{a / 1e3:>8.0f}{b / 1e3:>8.0f}{(b - a) / 1e3:>+9.0f} |'
        lines.append(line + f'{pairs[2][1] / pairs[2][0]:>6.3f}')
        # What the kernel saves elsewhere is no excuse.
        more = max(b - a for a, b in (pairs[0], pairs[2]))
        if more > LIMIT:
            over.append(f'{what.name}: {more:.0f} instructions more')
    return lines, over
