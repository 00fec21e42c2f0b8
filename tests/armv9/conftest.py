# pytest options and fixtures for all tests in this folder.
# SPDX-License-Identifier: GPL-2.0-or-later

import functools
import os

import pytest

import kvmhost
import runner
import traced

SYSTEM = 'tests/tcg/aarch64/system'
MINILIB = 'tests/tcg/minilib'
CC = os.environ.get('AARCH64_CC', 'aarch64-linux-gnu-gcc')

# What tests/tcg's makefiles give to the compiler for a system test; for our
# own files, warnings are errors too.
CFLAGS = ['-nostdlib', '-ggdb', '-O0', '-ffreestanding',
          '-fno-stack-protector']
WARN = ['-Wall', '-Werror']


def pytest_addoption(parser):
    group = parser.getgroup('qemu-armv9')
    group.addoption('--builddir', default=runner.TOP / 'build', metavar='DIR',
                    help='DIR/src is the composed tree, DIR/qemu its build '
                         '(default: build beside the sources)')
    group.addoption('--qemu', metavar='PATH',
                    help='qemu-system-aarch64 to test '
                         '(default: DIR/qemu/qemu-system-aarch64)')
    group.addoption('--vanilla', metavar='PATH',
                    help='QEMU of the base version without our changes, to '
                         'compare with (default: that of Debian trixie)')
    group.addoption('--peer', metavar='PATH',
                    help='a later QEMU to compare instructions with '
                         '(default: that of Debian trixie-backports)')


def pytest_itemcollected(item):
    """A KVM host is booted once, whatever uses it: in one worker."""
    if 'hosts' in item.fixturenames:
        item.add_marker(pytest.mark.xdist_group('hosts'))


@pytest.fixture(scope='session')
def build(request):
    """The build under test.  One that is not there is an error, not a skip:
    a test run that quietly tested nothing would look like success."""
    build = runner.Build(request.config.getoption('--builddir'),
                         request.config.getoption('--qemu'))
    if build.missing():
        pytest.fail('not there: ' + ', '.join(build.missing())
                    + '; build first, or give --builddir and --qemu',
                    pytrace=False)
    return build


def compiler(build, folder):
    """make(name): the path of bare-metal program name.c of a folder of the
    tree, compiled once."""
    system = build.src / SYSTEM
    minilib = build.src / MINILIB
    out = build.dir / 'baremetal'
    out.mkdir(exist_ok=True)
    # What takes minutes is worth optimizing.
    optimize = [] if folder == SYSTEM else ['-O2']
    flags = [*CFLAGS, *optimize, '-isystem', minilib]
    done = {}

    def cc(out, *args):
        with runner.fresh(out) as new:
            result = runner.run([CC, *args, '-o', new], timeout=60)
            if result.rc != 0:
                pytest.fail(runner.explain(result, 'does not compile:'),
                            pytrace=False)

    def make(name):
        if not done:
            cc(out / 'boot.o', *flags, '-x', 'assembler-with-cpp',
               '-Wa,--noexecstack', '-c', system / 'boot.S')
            cc(out / 'printf.o', *flags, '-c', minilib / 'printf.c')
        if name not in done:
            program = out / f'{name}{"" if folder == SYSTEM else "-peer"}'
            cc(program, *flags, *WARN, build.src / folder / f'{name}.c',
               f'-Wl,-T{system / "kernel.ld"}', '-static', '-nostdlib',
               out / 'boot.o', out / 'printf.o', '-lgcc')
            done[name] = program
        return done[name]

    return make


@pytest.fixture(scope='session')
def elf(build):
    """elf(name): a program of tests/tcg/aarch64/system, built once"""
    return compiler(build, SYSTEM)


@pytest.fixture(scope='session')
def elf_peer(build):
    """The same of tests/peer"""
    return compiler(build, 'tests/peer')


@pytest.fixture(scope='session')
def vanilla(request, build):
    """QEMU without our changes, as the list that starts a command.

    Debian's own binary is the best witness: nobody here has compiled it.
    It brings its libraries, and is run with its own loader."""
    path = request.config.getoption('--vanilla')
    if path:
        return [path]
    root = build.dir / 'debian-qemu'
    qemu = root / 'usr/bin/qemu-system-aarch64'
    cmd = [root / 'usr/lib64/ld-linux-x86-64.so.2', '--library-path',
           root / 'usr/lib/x86_64-linux-gnu', qemu]
    # Asking Debian takes seconds; once for each base is enough.
    base = (build.dir / 'base.id').read_text(encoding='utf-8')
    stamp = build.dir / 'debian-qemu.id'
    with runner.alone(build.dir / 'debian-qemu.lock'):
        if qemu.exists() and stamp.exists() and \
           stamp.read_text(encoding='utf-8') == base:
            return cmd
        result = runner.run([runner.TOP / 'overlay/debs', 'unpack', root,
                             'qemu-system-arm'], timeout=600)
        if result.rc == 0 and qemu.exists():
            stamp.write_text(base, encoding='utf-8')
            return cmd
    ours = build.dir / 'vanilla/qemu-system-aarch64'
    if ours.exists():
        return [ours]
    pytest.fail(runner.explain(result, "there is neither Debian's QEMU nor "
                               f'{ours}; give --vanilla'), pytrace=False)


def assemble(build, name):
    """The path of a guest without an OS, assembled from name.S here."""
    out = build.dir / 'check' / name
    out.parent.mkdir(exist_ok=True)
    # The RAM of virt starts there.
    with runner.fresh(out) as new:
        result = runner.run(['aarch64-linux-gnu-gcc', '-nostdlib', '-static',
                             '-Wl,-Ttext=0x40000000,--build-id=none', '-o',
                             new, runner.TOP / f'tests/armv9/{name}.S'],
                            timeout=60)
        if result.rc != 0:
            pytest.fail(runner.explain(result, f'cannot assemble {name}'),
                        pytrace=False)
    return out


@pytest.fixture(scope='session')
def fpmr_guest(build):
    """The path of fpmr-guest, assembled."""
    return assemble(build, 'fpmr-guest')


@pytest.fixture(scope='session')
def hosts(build):
    """hosts(name): a KVM host of kvmhost.HOSTS, started when it is first
    asked for, with kvmhost.GUEST in it."""
    running = []

    @functools.cache
    def start(name):
        host = kvmhost.KvmHost(build, *kvmhost.HOSTS[name])
        host.__enter__()
        running.append(host)
        host.put(kvmhost.GUEST, assemble(build, 'idregs-guest').read_bytes())
        return host

    yield start
    for host in running:
        host.__exit__(None, None, None)


@pytest.fixture(scope='session')
def tools(build):
    """What traced programs need, compiled once; see traced.py."""
    return traced.Tools(build)
