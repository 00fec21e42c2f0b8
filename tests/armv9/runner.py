# What all tests in this folder share: reading a .cfg, running QEMU, saying why.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A .cfg file lists runs by name, one [section] each, as unittests.cfg of
# kvm-unit-tests does.  All values are strings; the test that reads the file
# knows its keys.  load_cfg() refuses keys nobody knows, so that a misspelt
# "timeuot" does not quietly become the default.

import collections
import configparser
import contextlib
import fcntl
import os
import pathlib
import shlex
import signal
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parents[2]

# What takes self-hosted trace away, and what makes a model QEMU 10.0's
NO_TRACE = ',trf=off,ete=off,trbe=off'
OFF = {
    'max': 'max,fpmr=off,faminmax=off,lut=off' + NO_TRACE,
    'neoverse-n2': 'neoverse-n2' + NO_TRACE,
    'cortex-a710': 'cortex-a710' + NO_TRACE,
    'cortex-a57': 'cortex-a57',
}


class Build:
    """A build directory: src (composed QEMU tree) and qemu (its build)."""

    def __init__(self, builddir, qemu=None):
        self.dir = pathlib.Path(builddir).resolve()
        self.src = self.dir / 'src'
        self.qemu = pathlib.Path(
            qemu or self.dir / 'qemu' / 'qemu-system-aarch64').resolve()

    def missing(self):
        """What a test cannot do without but is not there; a list."""
        return [str(p) for p in (self.src, self.qemu) if not p.exists()]


Run = collections.namedtuple('Run', 'cmd rc out seconds')
Run.__doc__ = """One finished command.

cmd      the list that was run
rc       exit status; negative: died by that signal; None: timed out
out      standard output and error, interleaved, as text
seconds  wall clock
"""


def load_cfg(path, required=(), optional=()):
    """Read a .cfg file: {name: {key: value}}, in the order of the file."""
    cfg = configparser.ConfigParser(interpolation=None,
                                    default_section='default')
    with open(path, encoding='utf-8') as f:
        cfg.read_file(f)
    runs = {}
    for name in cfg.sections():
        run = dict(cfg[name])
        wrong = set(run) - set(required) - set(optional)
        lacking = set(required) - set(run)
        if wrong or lacking:
            raise ValueError(f'{path}: [{name}]: unknown {sorted(wrong)}, '
                             f'missing {sorted(lacking)}')
        runs[name] = run
    return runs


def run(cmd, timeout, cwd=None, stdin=None, log=None):
    """Run a command, never longer than timeout seconds; return a Run.

    The command gets its own process group, and the whole group is killed on
    timeout: a wrapper script must not leave its QEMU behind.  With log (a
    path), output goes there too, and is complete even after a timeout.
    """
    cmd = [str(c) for c in cmd]
    start = time.monotonic()
    with subprocess.Popen(cmd, cwd=cwd, stdin=stdin or subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True) as proc:
        try:
            out, _ = proc.communicate(timeout=timeout)
            rc = proc.returncode
        except subprocess.TimeoutExpired:
            os.killpg(proc.pid, signal.SIGKILL)
            out, _ = proc.communicate()
            rc = None
        except BaseException:
            os.killpg(proc.pid, signal.SIGKILL)
            raise
    out = out.decode('utf-8', 'replace')
    if log:
        pathlib.Path(log).write_text(out, encoding='utf-8')
    return Run(cmd, rc, out, time.monotonic() - start)


@contextlib.contextmanager
def fresh(path):
    """The name of a file to write that becomes PATH, whole, at the end:
    another worker of pytest may be reading PATH, or writing it, too."""
    new = path.with_name(f'{path.name}.{os.getpid()}')
    yield new
    new.replace(path)


@contextlib.contextmanager
def alone(path):
    """What one worker at a time does; PATH is the lock."""
    with open(path, 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def repeat(cmd):
    """The command as one line that can be pasted into a shell."""
    return shlex.join(str(c) for c in cmd)


def explain(result, why, lines=20):
    """Text for pytest.fail(): why, the end of the output, how to repeat."""
    tail = result.out.splitlines()[-lines:]
    return '\n'.join([why, *(f'    {line}' for line in tail),
                      'repeat with:', f'    {repeat(result.cmd)}'])
