# Other targets of QEMU with our hooks in them: each starts, and runs a program.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     make check-targets
#
# overlay/targets builds them.

import struct

import pytest

import runner
from machine import Machine

STATUS = 42
EM_ARM, EM_AARCH64 = 40, 183

# mov x0, #42; mov x8, #93 (exit); svc #0
A64 = (0xd2800540, 0xd2800ba8, 0xd4000001)
# mov r0, #42; mov r7, #1 (exit); svc 0
A32 = (0xe3a0002a, 0xe3a07001, 0xef000000)
# Semihosting: mov r0, #0x20 (SYS_EXIT_EXTENDED); add r1, pc, #0; svc 0x123456
# and the block: ADP_Stopped_ApplicationExit, status
A32_SYSTEM = (0xe3a00020, 0xe28f1000, 0xef123456, 0x20026, STATUS)


def elf(path, machine, code, order='<', at=0x40010000):
    """Write a static program of one segment.  Instructions are little-endian,
    whatever the data are (BE8)."""
    words = struct.pack(f'<{len(code)}I', *code)
    wide = machine == EM_AARCH64
    head = struct.calcsize('=HHIQQQIHHHHHH' if wide else '=HHIIIIIHHHHHH') + 16
    segment = struct.calcsize('=IIQQQQQQ' if wide else '=IIIIIIII')
    start, size = head + segment, head + segment + len(words)
    data = b'\x7fELF' + bytes([1 + wide, 1 + (order == '>'), 1]) + bytes(9)
    data += struct.pack(order + ('HHIQQQIHHHHHH' if wide else 'HHIIIIIHHHHHH'),
                        2, machine, 1, at + start, head, 0,
                        0 if wide else 0x05000000, head, segment, 1, 0, 0, 0)
    if wide:
        data += struct.pack(order + 'IIQQQQQQ', 1, 5, 0, at, at, size, size,
                            0x1000)
    else:
        data += struct.pack(order + 'IIIIIIII', 1, 0, at, at, size, size, 5,
                            0x1000)
    path.write_bytes(data + words)
    path.chmod(0o755)
    return path


def program(build, name):
    """A program of overlay/targets."""
    path = build.dir / 'targets' / name
    if not path.exists():
        pytest.fail(f'{path} is not there; run overlay/targets', pytrace=False)
    return path


def check(cmd):
    result = runner.run(cmd, timeout=60)
    if result.rc != STATUS:
        pytest.fail(runner.explain(result, f'exit status {result.rc}'),
                    pytrace=False)


@pytest.mark.parametrize('name, machine, code, order', [
    ('aarch64', EM_AARCH64, A64, '<'), ('aarch64_be', EM_AARCH64, A64, '>'),
    ('arm', EM_ARM, A32, '<')])
def test_user(build, tmp_path, name, machine, code, order):
    guest = elf(tmp_path / 'guest', machine, code, order)
    check([program(build, f'qemu-{name}'), '-cpu', 'max', guest])


@pytest.mark.parametrize('cpu', ['max', 'cortex-a15'])
def test_arm(build, tmp_path, cpu):
    guest = elf(tmp_path / 'guest', EM_ARM, A32_SYSTEM)
    check([program(build, 'qemu-system-arm'), '-machine', 'virt', '-cpu', cpu,
           '-nodefaults', '-display', 'none', '-semihosting', '-kernel', guest])


def test_foreign(build):
    """No machine: it was built without."""
    with Machine([program(build, 'qemu-system-avr')],
                 ['-machine', 'none']) as machine:
        assert machine.qmp('query-target') == {'arch': 'avr'}
