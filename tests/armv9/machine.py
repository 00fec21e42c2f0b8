# A QEMU that a test talks to: over QMP, and as a debugger would.
# SPDX-License-Identifier: GPL-2.0-or-later

import json
import re
import socket
import subprocess
import tempfile
import time

import runner


class QmpError(Exception):
    """QMP's answer was an error; str() is its text."""


class Machine:
    """A QEMU with -nodefaults, in a with statement.

    cmd    list: the program, perhaps with a loader before it
    args   list of its arguments
    cwd    where its files are
    """

    def __init__(self, cmd, args, cwd=None):
        ours, theirs = socket.socketpair()
        self.cmd = [str(c) for c in cmd] + [
            '-nodefaults', '-display', 'none', '-accel', 'tcg',
            '-chardev', f'socket,id=qmp,fd={theirs.fileno()}',
            '-mon', 'chardev=qmp,mode=control', *[str(a) for a in args]]
        # What it says may be more than a pipe holds.
        self.err = tempfile.TemporaryFile(mode='w+')
        with theirs:
            self.proc = subprocess.Popen(
                self.cmd, pass_fds=[theirs.fileno()], text=True,
                stdin=subprocess.DEVNULL, stdout=self.err, stderr=self.err,
                cwd=cwd)
        ours.settimeout(30)
        self.sock = ours
        self.file = ours.makefile('r')

    def __enter__(self):
        try:
            self._receive()             # the greeting
            self.qmp('qmp_capabilities')
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc):
        self.proc.kill()
        self.proc.wait()
        self.file.close()
        self.sock.close()
        self.err.close()

    def wait(self, timeout=60):
        """Until it ends by itself; its exit status."""
        try:
            return self.proc.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f'not done after {timeout} s\nrepeat with: '
                                 f'{runner.repeat(self.cmd)}') from None

    def quit(self):
        """End it in order, so that plugins write what they have."""
        self.qmp('quit')
        self.wait()

    def said(self):
        """All that QEMU said on stdout and stderr so far."""
        self.err.seek(0)
        return self.err.read()

    def _gone(self):
        raise AssertionError(f'QEMU is gone or stuck; it said:\n'
                             f'{self.said()}\n'
                             f'repeat with: {runner.repeat(self.cmd)}')

    def _receive(self):
        try:
            line = self.file.readline()
        except OSError:
            line = ''
        if not line:
            self._gone()
        return json.loads(line)

    def qmp(self, command, **arguments):
        """Run a QMP command; _ in the name of an argument stands for -."""
        arguments = {k.replace('_', '-'): v for k, v in arguments.items()}
        try:
            self.sock.sendall(json.dumps({'execute': command,
                                          'arguments': arguments}).encode())
        except OSError:
            self._gone()
        while True:
            answer = self._receive()
            if 'return' in answer:
                return answer['return']
            if 'error' in answer:
                raise QmpError(answer['error']['desc'])

    def hmp(self, line, cpu=None):
        """What the human monitor prints for a line, on a CPU."""
        where = {} if cpu is None else {'cpu_index': cpu}
        return self.qmp('human-monitor-command', command_line=line,
                        **where).replace('\r', '')

    def run_for(self, seconds):
        """Let the guest run, then stop it."""
        self.qmp('cont')
        time.sleep(seconds)
        self.qmp('stop')

    def registers(self, cpu=0):
        """X00 ... and FPMR, where it is shown, as {name: value}."""
        text = self.hmp('info registers', cpu)
        return {name: int(value, 16) for name, value in
                re.findall(r'\b(PC|X\d\d|SP|FPMR)=([0-9a-f]{16})', text)}


class Rsp:
    """A client of the gdb remote protocol that does not know registers.

    where   path of a socket to connect to, or a socket that is connected
    """

    def __init__(self, where):
        if isinstance(where, socket.socket):
            self.sock = where
        else:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(30)
            self.sock.connect(str(where))
        self.file = self.sock.makefile('rwb')

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.file.close()
        self.sock.close()

    def ask(self, request):
        """One packet there, one back; acknowledgements are taken care of."""
        data = request.encode()
        self.file.write(b'$%s#%02x' % (data, sum(data) & 0xff))
        self.file.flush()
        while self.file.read(1) != b'$':
            pass
        answer = b''
        while not answer.endswith(b'#'):
            answer += self.file.read(1)
        answer = answer[:-1]
        if int(self.file.read(2), 16) != sum(answer) & 0xff:
            raise AssertionError(f'bad checksum: {answer!r}')
        self.file.write(b'+')
        self.file.flush()
        return re.sub(rb'}(.)', lambda m: bytes([m[1][0] ^ 0x20]), answer,
                      flags=re.S)

    def features(self):
        """The target description: {file name: content}, main file first."""
        self.ask('qSupported:xmlRegisters=aarch64')
        files = {}
        todo = ['target.xml']
        while todo:
            name = todo.pop(0)
            text = b''
            while True:
                part = self.ask(f'qXfer:features:read:{name}:'
                                f'{len(text):x},ffb')
                text += part[1:]
                if part[:1] != b'm':
                    break
            files[name] = text.decode()
            todo += re.findall(r'<xi:include href="([^"]+)"', files[name])
        return files
