# Linux's own selftests, from Debian's linux-source, built static for arm64.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The packages (150 MB for each kernel) go to the cache of overlay/debs, what
# is wanted of them to DIR/guest/NAME-KERNEL.  It is unpacked again when
# Debian has a newer package.

import fcntl
import os
import shutil

import pytest

import runner

# Suites of the kernels; the package of a source is linux-source-KERNEL.
SUITES = {'6.12': 'trixie', '7.2': 'trixie-backports'}
CROSS = os.environ.get('QEMU_ARMV9_CROSS', 'aarch64-linux-gnu-')

KVM = 'tools/testing/selftests/kvm'
# What its Makefile and its programs use.
KVM_PARTS = [KVM, *(f'tools/testing/selftests/{name}' for name in
                    ('lib.mk', 'kselftest.h', 'kselftest_harness.h', 'cgroup',
                     'clone3/clone3_selftests.h', 'rseq')),
             'tools/include', 'tools/lib/rbtree.c', 'tools/arch/arm64',
             'tools/scripts', 'tools/build', 'arch/arm64/tools',
             'scripts/subarch.include']


class Unavailable(Exception):
    """A package cannot be had; str() says why."""


def package(kernel, name):
    """The path of the newest package of that name in the kernel's suite."""
    got = runner.run([runner.TOP / 'overlay/debs', '-s', SUITES[kernel],
                      'get', name], timeout=900)
    if got.rc != 0:
        raise Unavailable(f'{name} of Debian {SUITES[kernel]} cannot be '
                          f'had: {got.out.strip()[-300:]}')
    return got.out.split()[-1]


def shell(line, what):
    result = runner.run(['bash', '-c', f'set -e -o pipefail; {line}'],
                        timeout=900)
    if result.rc != 0:
        pytest.fail(runner.explain(result, what), pytrace=False)


def unpack(build, kernel, name, parts):
    """These files and folders of the kernel's source: the folder that has
    them as in the source, and whether they were unpacked just now."""
    source = f'linux-source-{kernel}'
    deb = package(kernel, source)
    folder = build.dir / 'guest' / f'{name}-{kernel}'
    stamp = folder / 'made-from'
    key = '\n'.join([deb, *parts])
    if stamp.exists() and stamp.read_text(encoding='utf-8') == key:
        return folder / 'src', False
    shutil.rmtree(folder, ignore_errors=True)
    (folder / 'src').mkdir(parents=True)
    names = ' '.join(f'{source}/{part}' for part in parts)
    shell(f'dpkg-deb --fsys-tarfile {deb} | '
          f'tar -xO ./usr/src/{source}.tar.xz | xz -dc | '
          f'tar -x -C {folder}/src --strip-components=1 {names}',
          f'{deb} cannot be unpacked; delete it, and it is fetched again')
    stamp.write_text(key, encoding='utf-8')
    return folder / 'src', True


def kvm(build, kernel, programs):
    """Programs of tools/testing/selftests/kvm: {name: path}, and the folder
    of their sources.  The name is without its folder."""
    (build.dir / 'guest').mkdir(exist_ok=True)
    with open(build.dir / 'guest/.kselftest', 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tree, new = unpack(build, kernel, 'kselftest-kvm', KVM_PARTS)
        headers, out = tree.parent / 'headers', tree.parent / 'out'
        if new:
            deb = package(kernel, 'linux-libc-dev')
            shell(f'dpkg-deb -x {deb} {headers}', f'cannot unpack {deb}')
        usr = headers / 'usr'
        arch = 'arm64' if (tree / KVM / 'arm64').exists() else 'aarch64'
        paths = {name: out / arch / name
                 if (tree / KVM / arch / f'{name}.c').exists() and
                 not (tree / KVM / f'{name}.c').exists() else out / name
                 for name in programs}
        made = runner.run(
            ['make', '-C', tree / KVM, 'ARCH=arm64', f'CROSS_COMPILE={CROSS}',
             'LDFLAGS=-static -s', f'OUTPUT={out}',
             f'KHDR_INCLUDES=-isystem {usr}/include '
             f'-isystem {usr}/lib/linux/uapi/arm64', '-j2',
             *paths.values()], timeout=900)
        if made.rc != 0:
            pytest.fail(runner.explain(
                made, f'the KVM selftests of Linux {kernel} do not compile:'),
                pytrace=False)
    return paths, tree / KVM
