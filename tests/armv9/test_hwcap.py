# The kernel's own test of hwcaps (tools/testing/selftests/arm64/abi/hwcap).
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_hwcap.py --builddir=build
#
# From Debian's linux-source, which is 150 MB: part of make check-peer, not of
# make check.  It executes an instruction of each hwcap, and compares the
# hwcaps with /proc/cpuinfo.  Skipped where the source cannot be had.

import re
import subprocess

import pytest

import kselftest
import runner

FILES = ['tools/testing/selftests/arm64/abi/hwcap.c',
         'tools/testing/selftests/kselftest.h',
         'arch/arm64/include/uapi/asm/hwcap.h',
         'arch/arm64/include/uapi/asm/sigcontext.h']
CC = 'aarch64-linux-gnu-gcc'
EXECUTED = ['FAMINMAX', 'LUT', 'F8CVT', 'F8FMA', 'F8DP4', 'F8DP2']
SHOWN = [*EXECUTED, 'F8E4M3', 'F8E5M2']


@pytest.fixture(scope='session')
def selftest(build):
    """The test program, made once."""
    try:
        tree, _ = kselftest.unpack(build, '6.12', 'kselftest-hwcap', FILES)
    except kselftest.Unavailable as e:
        pytest.skip(str(e))
    program = tree.parent / 'hwcap'
    # <asm/...>, of the arm64 that it is compiled for
    include = tree.parent / 'include'
    include.mkdir(exist_ok=True)
    asm = include / 'asm'
    if not asm.is_symlink():
        asm.symlink_to(tree / 'arch/arm64/include/uapi/asm')
    built = runner.run([CC, '-static', '-O2', '-D_GNU_SOURCE', '-include',
                        'stdint.h', '-Du64=uint64_t', f'-I{include}', '-o',
                        program, tree / FILES[0]], timeout=120)
    if built.rc != 0:
        pytest.fail(runner.explain(built, 'does not compile:'),
                    pytrace=False)
    return program


def cpio(path, data):
    """An archive with one executable file"""
    def entry(name, mode, content):
        name = name.encode() + b'\0'
        fields = [1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0]
        out = b'070701' + b''.join(b'%08x' % field for field in fields) + name
        out += b'\0' * (-len(out) % 4) + content
        return out + b'\0' * (-len(out) % 4)
    return entry(path, 0o100755, data) + entry('TRAILER!!!', 0, b'')


def boot(build, selftest, kernel, cpu):
    """Boot, run the selftest; what the console says"""
    made = subprocess.run(
        [runner.TOP / 'tests/guest/mkinitramfs', f'--builddir={build.dir}',
         f'--kernel={kernel}'], check=True, text=True, timeout=900,
        stdout=subprocess.PIPE).stdout.split()
    both = selftest.parent / f'initramfs-{kernel}'
    with open(made[1], 'rb') as f:
        data = f.read()
    both.write_bytes(data + b'\0' * (-len(data) % 512) +
                     cpio('bin/hwcap', selftest.read_bytes()))
    result = runner.run(
        [build.qemu, '-M', 'virt', '-cpu', cpu, '-m', '512', '-nodefaults',
         '-display', 'none', '-serial', 'stdio', '-no-reboot', '-kernel',
         made[0], '-initrd', both, '-append', 'console=ttyAMA0 quiet '
         'loglevel=3 panic=-1 armv9.run=hwcap'], timeout=300)
    bad = re.findall(r'^not ok .*', result.out, re.M)
    if result.rc != 0 or bad or 'fail:0' not in result.out:
        pytest.fail(runner.explain(result, '\n'.join(bad) or 'failed'),
                    pytrace=False)
    return result.out.replace('\r', '')


@pytest.mark.parametrize('kernel', ['6.12', '7.2'])
def test_hwcap(build, selftest, kernel):
    out = boot(build, selftest, kernel, 'max')
    for name in EXECUTED:
        assert re.search(rf'^ok \d+ sigill_{name}$', out, re.M), name
    for name in SHOWN:
        assert re.search(rf'^# {name} present$', out, re.M), name
        assert re.search(rf'^ok \d+ cpuinfo_match_{name}$', out, re.M), name


def test_hwcap_off(build, selftest):
    out = boot(build, selftest, '7.2', 'max,fp8=off,faminmax=off,lut=off')
    for name in SHOWN:
        assert not re.search(rf'^# {name} present$', out, re.M), name
