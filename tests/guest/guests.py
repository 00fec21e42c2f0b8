# Stock-kernel guests: describe one, start it, drive it, judge its output.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Used by tests/armv9/test_guest.py, test_nested.py, and by demo and shell.

import collections
import contextlib
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent

sys.path.insert(0, str(HERE.parent / 'armv9'))
import runner                                       # noqa: E402
import watch                                        # noqa: E402

REQUIRED = ('kernel', 'run', 'timeout')
OPTIONAL = ('machine', 'cpu', 'smp', 'memory', 'qemu', 'append', 'guest',
            'guestcpu', 'expect', 'setup', 'during', 'perf', 'watch', 'host')

# So many times as long as on a machine that does nothing else may a test take.
SLOW = 'QEMU_ARMV9_SLOW'

# Escape sequences of firmware, and carriage returns.
NOISE = re.compile(r'\x1b\[[0-9;=?]*[A-Za-z]|\r')


def load(path):
    """Tests of a .cfg by name; see the head of guests.cfg for the keys."""
    return runner.load_cfg(path, REQUIRED, OPTIONAL)


def lines(test, key):
    return [s.strip() for s in test.get(key, '').splitlines() if s.strip()]


def images(build, kernel, host=False, perf=False):
    """(kernel, initramfs) for a guest; made now if need be."""
    cmd = [HERE / 'mkinitramfs', f'--builddir={build.dir}',
           f'--kernel={kernel}', *(['--host'] if host else []),
           *(['--perf'] if perf else [])]
    res = subprocess.run(cmd, stdout=subprocess.PIPE, text=True, check=False)
    if res.returncode:
        raise RuntimeError('no kernel and initramfs: '
                           + runner.repeat(cmd) + ' failed, see above')
    return res.stdout.split()


def command(build, test, extra=(), append=()):
    """The QEMU command line of a test.  It can be pasted into a shell."""
    kernel, initrd = images(build, test['kernel'],
                            'guest' in test or 'host' in test,
                            'perf' in test)
    words = ['quiet', 'loglevel=3', 'panic=-1', *test.get('append', '').split()]
    for key in ('run', 'guest'):
        words += [f'armv9.{key}=' + ','.join(job.split())
                  for job in lines(test, key)]
    if 'guestcpu' in test:
        words.append('armv9.guestcpu=' + test['guestcpu'])
    if SLOW in os.environ:
        words.append('armv9.slow=' + os.environ[SLOW])
    words += append
    return [build.qemu, '-M', test.get('machine', 'virt'),
            '-cpu', test.get('cpu', 'max'), '-smp', test.get('smp', '1'),
            '-m', test.get('memory', '1G'), '-nographic', '-no-reboot',
            *test.get('qemu', '').split(), *extra, '-kernel', kernel,
            '-initrd', initrd, '-append', ' '.join(words)]


def limit(test, longest=60):
    """Seconds after which a test hangs.  Its timeout is what it may take on a
    machine that does nothing else, a minute at most unless its list is one of
    long tests; a busy machine is no failure, so three times as long are
    allowed, or QEMU_ARMV9_SLOW times."""
    timeout = int(test['timeout'])
    if timeout > longest:
        raise ValueError(f'a test has {longest} seconds at most')
    return timeout * float(os.environ.get(SLOW, '3'))


def run(cmd, timeout):
    """runner.run(), without what only a terminal wants."""
    result = runner.run(cmd, timeout)
    return result._replace(out=NOISE.sub('', result.out))


class GuestError(Exception):
    """The guest did not do what was waited for; result: the Run so far."""
    result = None


class Guest:
    """A running QEMU whose console is read while it runs.

    Use it as a context manager: at the end nothing is left running.  With
    show, each line goes to that function as it comes.
    """

    def __init__(self, cmd, timeout, qmp=None, show=None,
                 stdin=subprocess.DEVNULL):
        self.cmd = [str(c) for c in cmd]
        if qmp:
            self.cmd += ['-qmp', f'unix:{qmp},server=on,wait=off']
        self.qmp_path = qmp
        self.qmp_file = None
        self.show = show
        self.out = ''
        self.shown = 0
        self.start = time.monotonic()
        self.deadline = self.start + timeout
        self.rc = None
        self.proc = subprocess.Popen(
            self.cmd, stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        os.set_blocking(self.proc.stdout.fileno(), False)

    def __enter__(self):
        return self

    def __exit__(self, kind, exc, trace):
        if isinstance(exc, GuestError):
            exc.result = self.result()
        if self.proc.poll() is None:
            os.killpg(self.proc.pid, signal.SIGKILL)
            self.proc.wait()
        self.proc.stdout.close()
        if self.qmp_file:
            with contextlib.suppress(OSError):      # QEMU may have gone
                self.qmp_file.close()

    def _read(self, patience=0.2):
        """More output, waiting a little; False at the end of it."""
        fd = self.proc.stdout.fileno()
        if not select.select([fd], [], [], patience)[0]:
            return True
        data = os.read(fd, 65536)
        self.out += NOISE.sub('', data.decode('utf-8', 'replace'))
        if self.show:
            end = self.out.rfind('\n') + 1
            for line in self.out[self.shown:end].splitlines():
                self.show(line)
            self.shown = max(self.shown, end)
        return bool(data)

    def wait_a_little(self, seconds=0.1):
        end = time.monotonic() + seconds
        if end > self.deadline:
            raise GuestError('time is up')
        while time.monotonic() < end and self._read(0.05):
            pass

    def wait_for(self, pattern, after=0):
        """Wait until the output after that position matches; the match."""
        regex = re.compile(pattern, re.M)
        more = True
        while True:
            match = regex.search(self.out, after)
            if match:
                return match
            if not more or time.monotonic() > self.deadline:
                raise GuestError(f'waited for {pattern!r}: '
                                 + ('the guest ended' if not more
                                    else 'time is up'))
            more = self._read()

    def finish(self):
        """Wait for the end; a runner.Run."""
        while self._read():
            if time.monotonic() > self.deadline:
                return self.result()
        try:
            self.rc = self.proc.wait(
                max(0.1, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        return self.result()

    def result(self):
        return runner.Run(self.cmd, self.rc, self.out,
                          time.monotonic() - self.start)

    def qmp(self, execute, **arguments):
        """Run a QMP command; what it returns."""
        try:
            return self._qmp(execute, arguments)
        except OSError as e:
            raise GuestError(f'QMP, {execute}: {e.strerror or e}') from e

    def _qmp(self, execute, arguments):
        if not self.qmp_file:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(max(1, self.deadline - time.monotonic()))
            sock.connect(str(self.qmp_path))
            self.qmp_file = sock.makefile('rw', encoding='utf-8')
            sock.close()                # the file keeps it open
            self._answer()
            self.qmp('qmp_capabilities')
        json.dump({'execute': execute, 'arguments': arguments},
                  self.qmp_file)
        self.qmp_file.flush()
        answer = self._answer()
        if 'error' in answer:
            raise GuestError(f'{execute}: {answer["error"]["desc"]}')
        return answer['return']

    def _answer(self):
        while True:
            line = self.qmp_file.readline()
            if not line:
                raise GuestError('QMP: QEMU ended')
            answer = json.loads(line)
            if 'event' not in answer:
                return answer

    def hmp(self, line):
        """Run a monitor command that prints nothing when it succeeds."""
        text = self.qmp('human-monitor-command', **{'command-line': line})
        if text.strip():
            raise GuestError(f'{line}: {text.strip()}')


Check = collections.namedtuple('Check', 'stream job good text')
Check.__doc__ = """One TAP line: '' or 'L1' or 'L2', program, result, text."""


class Report:
    """What the console said: the checks, and all that is wrong with them."""

    def __init__(self, out, streams=('',)):
        self.checks = []
        self.problems = []
        self.values = {}            # (stream, name): value, of NAME=0x...
        self.jobs = collections.Counter()
        for stream in streams:
            self._stream(stream, out)

    def _stream(self, stream, out):
        prefix = stream + '| ' if stream else ''
        job, plan, seen, exits, answered = '?', None, 0, [], True
        where = f'{stream}: ' if stream else ''

        def close():
            if plan is not None and plan != seen:
                self.problems.append(f'{where}{job}: planned {plan} checks, '
                                     f'made {seen}')

        for line in out.splitlines():
            if not line.startswith(prefix) or \
                    (not prefix and re.match(r'L\d\| ', line)):
                continue
            line = line[len(prefix):]
            if m := re.search(r'armv9: run (.*)', line):
                job = m[1].strip()
                self.jobs[stream] += 1
                answered = False
            elif m := re.match(r'1\.\.(\d+)$', line):
                close()
                plan, seen, answered = int(m[1]), 0, True
            elif m := re.match(r'(not )?ok (\d+) - (.*)', line):
                seen += 1
                self.checks.append(Check(stream, job, not m[1], m[3]))
                if m[1] or int(m[2]) != seen:
                    self.problems.append(f'{where}{job}: {line}')
            elif line.startswith('Bail out!'):
                self.problems.append(f'{where}{job}: {line}')
            elif m := re.match(r'([A-Z][A-Z0-9_]+)=(0x[0-9a-f]+)$', line):
                self.values[stream, m[1]] = int(m[2], 16)
            elif m := re.match(r'armv9: status (\d+)', line):
                close()
                plan = None
                if m[1] != '0' or not answered:
                    self.problems.append(
                        f'{where}{job}: exit status {m[1]}'
                        + ('' if answered else ', nothing checked'))
            elif m := re.match(r'armv9: exit (\d+)', line):
                exits.append(m[1])
        close()
        if stream != 'L1' and exits != ['0']:
            self.problems.append(
                f'{where}ended with ' + (f'status {exits}' if exits else
                                         'no "armv9: exit" line'))


def judge(test, result):
    """(Report, problems): whether a run did all that its test says."""
    streams = ['', 'L2', 'L1'] if 'guest' in test else ['']
    report = Report(result.out, streams)
    problems = list(report.problems)
    for key, stream in (('run', ''), ('guest', 'L2')):
        want = len(lines(test, key))
        if report.jobs[stream] != want:
            problems.append(f'{report.jobs[stream]} of {want} programs ran'
                            + (f' in {stream}' if stream else ''))
    problems += [f'nothing in the output matches {pattern!r}'
                 for pattern in lines(test, 'expect')
                 if not re.search(pattern, result.out, re.M)]
    if result.rc is None:
        problems.append(f'not done within {result.seconds:.0f} s (on a loaded '
                        'machine, set QEMU_ARMV9_SLOW=9)')
    elif result.rc:
        problems.append(f'QEMU ended with status {result.rc}')
    return report, problems


def run_test(build, test, name, **limits):
    """Run a test, keep its console as build/guest/logs/NAME.log.  LIMITS are
    those of limit().
    (runner.Run, Report, problems)."""
    logs = build.dir / 'guest' / 'logs'
    logs.mkdir(parents=True, exist_ok=True)
    events = logs / f'{name}.events'
    extra = watch.options(events) if 'watch' in test else []
    result = run(command(build, test, extra), limit(test, **limits))
    (logs / f'{name}.log').write_text(result.out, encoding='utf-8')
    report, problems = judge(test, result)
    if 'watch' in test:
        with open(events, encoding='utf-8', errors='replace') as f:
            seen = watch.count(f)
        print('watched:', *(f'{what} {where} {n},' for (what, where), n
                            in sorted(seen.items())))
        problems += watch.judge(test['watch'], seen)
        if not problems:
            events.unlink()
    return result, report, problems
