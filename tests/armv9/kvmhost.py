# A KVM host under our emulator, and QEMUs in it that a test talks to.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     with KvmHost(build, '7.2') as host, host.qemu('-cpu', 'host') as vm:
#         vm.qmp('x-query-arm-idregs')
#
# progs/agent.sh in the host gives a shell for each connection; that of a
# QEMU becomes its QMP.
#
# Tests have the fixture hosts(name) (conftest.py), whose hosts have GUEST, the
# program idregs-guest.S, which reads every ID register over and over:
#
#     with start(hosts('7.2'), 'host,fpmr=off') as vm:
#         guest_reads(vm) == results(vm)

import functools
import os
import re
import socket
import sys
import time

import pytest

import machine
import runner

sys.path.insert(0, str(runner.TOP / 'tests' / 'guest'))
import guests                                       # noqa: E402

# Name of a host: kernel, -cpu, words for the kernel, more of -machine
HOSTS = {
    '6.12': ('6.12', 'max'),
    '7.2': ('7.2', 'max'),
    '6.12 without FPMR': ('6.12', 'max,fpmr=off'),
    '7.2 without FPMR': ('7.2', 'max,fpmr=off'),
    '6.12 without SVE': ('6.12', 'max,sve=off'),
    '6.12 without PAuth': ('6.12', 'max,pauth=off'),
    '6.12 without PMUv3': ('6.12', 'max,pmu=off'),
    '6.12 with less': ('6.12', 'max,sve=off,pauth=off,pmu=off,fpmr=off,'
                       'faminmax=off,lut=off,lpa2=off'),
    '6.12 with MTE': ('6.12', 'max', '', ',mte=on'),
    '6.12 on cortex-a57': ('6.12', 'cortex-a57'),
    # With addresses of 40 bits: the end of a VM, for which 7.2 goes through
    # all of them, is near.
    '7.2 on cortex-a710': ('7.2', 'cortex-a710'),
}
# 7.2 takes three seconds for each VM; "long-idregs" is for make check-idregs.
KERNELS = ['6.12', pytest.param('7.2', id='7.2-long-idregs')]
LONG = [pytest.param(kernel, id=f'{kernel}-long-idregs')
        for kernel in ('6.12', '7.2')]
GUEST = '/tmp/idregs-guest'
SLOW = float(os.environ.get('QEMU_ARMV9_SLOW', '3'))
QEMU = '/host/bin/qemu-system-aarch64'
# QEMU 10.0, where put_vanilla() has put it
VANILLA = '/tmp/vanilla-qemu'
COMMON = '-nodefaults -display none -accel kvm -m 64'.split()


def command(args, program=QEMU):
    """QEMU's command line; -machine is virt with GICv3 unless given."""
    args = [str(a) for a in args]
    if '-machine' not in args:
        args = ['-machine', 'virt,gic-version=3', *args]
    return [program, *COMMON, *args]


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Vm(machine.Machine):
    """A QEMU in a KvmHost; use it as a Machine."""

    def __init__(self, host, args, program=QEMU):
        self.host = host
        self.number = host.count = host.count + 1
        self.program = program
        self.cmd = command(args, program)
        self.sock = host.connect()
        self.sock.sendall((f'exec {runner.repeat(self.cmd)} -qmp stdio '
                           f'2>/tmp/err.{self.number}\n').encode())
        self.file = self.sock.makefile('rw')

    def __exit__(self, *exc):
        try:
            self.qmp('quit')
        except (OSError, AssertionError, machine.QmpError):
            pass
        self.file.close()
        self.sock.close()

    def said(self):
        return self.host.sh(f'cat /tmp/err.{self.number}').decode()


class KvmHost:
    """A stock kernel with KVM, in a with statement.

    kernel   6.12 or 7.2
    cpu      -cpu of the host
    append   words for its kernel
    options  more of its -machine, with a comma before
    smp      how many CPUs
    qemu     more arguments of our emulator
    inside   our arm64 QEMU is there
    """

    def __init__(self, build, kernel, cpu='max', append='', options='',
                 smp=2, qemu='', inside=True):
        port = free_port()
        self.build = build
        self.address = ('127.0.0.1', port)
        self.count = 0
        # For a QEMU that listens on port 4444, from the other hosts, too
        self.incoming = free_port()
        test = {
            'kernel': kernel, 'cpu': cpu, 'append': append, 'run': 'agent',
            'smp': str(smp), 'memory': '2G', 'qemu': qemu,
            'machine': 'virt,virtualization=on,gic-version=3' + options,
            **({'host': 'yes'} if inside else {}),
        }
        self.guest = guests.Guest(guests.command(
            build, test, extra=['-nic', 'user,model=virtio-net-pci,hostfwd='
                                f'tcp:127.0.0.1:{port}-:5555,hostfwd='
                                f'tcp:127.0.0.1:{self.incoming}-:4444']),
            timeout=600)

    def __enter__(self):
        self.guest.__enter__()
        try:
            self.guest.wait_for('^armv9: agent')
            # The agent listens a moment after it has said so.
            for _ in range(50):
                if self.sh('echo here') == b'here\n':
                    return self
                time.sleep(0.1)
            raise AssertionError('the agent of the KVM host does not answer')
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __exit__(self, *exc):
        self.guest.__exit__(*exc)

    def connect(self, timeout=60):
        return socket.create_connection(self.address,
                                        timeout=timeout * max(SLOW / 3, 1))

    def sh(self, line, data=b'', timeout=60):
        """What a command line prints there; data is its standard input.  It
        must print something within the time, in seconds."""
        with self.connect(timeout) as sock:
            try:
                if data:
                    # The shell reads more than its line at once.
                    sock.sendall(b'echo; ' + line.encode() + b'\n')
                    if sock.recv(1) != b'\n':
                        return b''
                    sock.sendall(data)
                else:
                    sock.sendall(line.encode() + b'\n')
                sock.shutdown(socket.SHUT_WR)
                out = b''
                while part := sock.recv(65536):
                    out += part
            except ConnectionError:
                return b''
        return out

    def qemu(self, *args, program=QEMU):
        """A QEMU with -accel kvm, and these arguments besides."""
        return Vm(self, args, program)

    def refused(self, *args):
        """What a QEMU says that does not start; it must not."""
        cmd = command(args)
        out = self.sh(f'timeout {20 * SLOW:.0f} {runner.repeat(cmd)} 2>&1 </dev/null; '
                      'echo "status $?"').decode()
        text, status = out.rsplit('status ', 1)
        assert int(status) == 1, f'{runner.repeat(cmd)}: {out}'
        return text

    def debugger(self, port):
        """As a debugger: to a QEMU with -gdb tcp:127.0.0.1:PORT."""
        sock = self.connect()
        sock.sendall(f'echo; exec nc 127.0.0.1 {port}\n'.encode())
        assert sock.recv(1) == b'\n'
        return machine.Rsp(sock)

    def get(self, path):
        return self.sh(f'cat {path}')

    def put(self, path, data):
        self.sh(f'cat > {path}', data)
        assert self.sh(f'wc -c < {path}').strip() == b'%d' % len(data)

    def put_vanilla(self):
        """Make VANILLA be there; built first, when it is not."""
        if self.sh(f'test -x {VANILLA} && echo yes'):
            return
        done = runner.run([runner.TOP / 'overlay/vanilla', self.build.dir,
                           'arm64'], timeout=1800)
        assert done.rc == 0, done.out
        self.put(VANILLA, (self.build.dir / 'vanilla-arm64' /
                           'qemu-system-aarch64').read_bytes())
        self.sh(f'chmod +x {VANILLA}')


# The registers as idregs-guest leaves them, after a number of rounds
TABLE = 0x40200000
ORDER = ['S3_0_C0_C0_0', 'S3_0_C0_C0_6',
         *(f'S3_0_C0_C{crm}_{op2}' for crm in range(1, 8)
           for op2 in range(8)),
         'S3_1_C0_C0_1', 'S3_1_C0_C0_7', 'S3_3_C0_C0_1']


def start(host, cpu, *args, program=QEMU):
    """A QEMU with the guest in it, stopped."""
    return host.qemu('-cpu', cpu, '-kernel', GUEST, '-S', *args,
                     program=program)


def table(vm, count):
    text = vm.hmp(f'xp /{count}gx {TABLE:#x}')
    values = re.findall(r' 0x(\w{16})', text)
    assert len(values) == count, text
    return [int(v, 16) for v in values]


def tries(what, seconds=10):
    """Turns of a loop that ends with break; time is up when what still is."""
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        yield
        time.sleep(0.05)
    raise AssertionError(f'{what}, after {seconds * SLOW:.0f} s')


def guest_reads(vm):
    """{encoding: value}, as the guest reads them from now on"""
    before, = table(vm, 1)
    vm.qmp('cont')
    for _ in tries('the guest makes no rounds'):
        # A whole round that began after now; a reset begins at 0 again.
        rounds, = table(vm, 1)
        if rounds > before + 1 or 1 < rounds < before:
            break
    vm.qmp('stop')
    return dict(zip(ORDER, table(vm, 1 + len(ORDER))[1:], strict=True))


def encoding(register):
    e = register['encoding']
    return f'S{e["op0"]}_{e["op1"]}_C{e["crn"]}_C{e["crm"]}_{e["op2"]}'


def registers(vm):
    return {r['name']: r for r in vm.qmp('x-query-arm-idregs')}


def results(vm):
    return {encoding(r): r['result'] for r in vm.qmp('x-query-arm-idregs')}


def field(vm, name, lsb):
    return registers(vm)[name]['result'] >> lsb & 0xf


# Snapshots, in an image that virtio-blk has

IMAGE = '/tmp/image'
DISK = ['-blockdev', 'driver=qcow2,node-name=disk,file.driver=file,'
        f'file.filename={IMAGE}', '-device', 'virtio-blk-pci,drive=disk']


def job(vm, command, **arguments):
    """Run a job; the error that it ended with, or nothing."""
    vm.qmp(command, job_id='job', **arguments)
    for _ in tries(f'{command} has not ended'):
        info, = vm.qmp('query-jobs')
        if info['status'] == 'concluded':
            break
    vm.qmp('job-dismiss', id='job')
    return info.get('error', '')


@functools.cache
def template(host):
    """An empty image, of QEMU's own making."""
    path = '/tmp/template'
    with host.qemu('-machine', 'none') as vm:
        assert not job(vm, 'blockdev-create', options={
            'driver': 'file', 'filename': path, 'size': 0})
        vm.qmp('blockdev-add', driver='file', node_name='file', filename=path)
        assert not job(vm, 'blockdev-create', options={
            'driver': 'qcow2', 'file': 'file', 'size': 1 << 20})
    return path


def new_image(host):
    host.sh(f'cp {template(host)} {IMAGE}')


# Migration

def wait_for_migration(vm):
    for _ in tries('migration has not ended'):
        status = vm.qmp('query-migrate').get('status')
        if status in ('completed', 'failed'):
            return status


def save(vm, path):
    vm.qmp('migrate', uri=f'exec:cat > {path}')
    assert wait_for_migration(vm) == 'completed'


def load(vm, path):
    vm.qmp('migrate-incoming', uri=f'exec:cat {path}', exit_on_error=False)
    return wait_for_migration(vm)


def carry(source, target, path):
    target.put(path, source.get(path))
