# A debugger of a KVM guest that came with other ID registers.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvm_debug.py --builddir=build

import re

import pytest

from kvmhost import (KERNELS, LONG, guest_reads, load, registers, results,
                     save, start)

PORT = 1234
GDB = ['-gdb', f'tcp:127.0.0.1:{PORT}']
STREAM = '/tmp/stream'
FPMR = 'aarch64-fpmr.xml'


def numbers(files, name):
    """{register: number} of a file of the description"""
    return {reg: int(number) for reg, number in re.findall(
        r'<reg name="(\w+)"[^>]* regnum="(\d+)"', files[name])}


def value(rsp, number):
    """Of a register; None if there is none with this number"""
    answer = rsp.ask(f'p{number:x}')
    if answer.startswith(b'E'):
        return None
    return int.from_bytes(bytes.fromhex(answer.decode()), 'little')


def seen(rsp, vm, known):
    """{name: value} of the ID registers that the debugger can have"""
    names = [r['name'] for r in vm.qmp('x-query-arm-idregs')
             if r['name'] in known]
    # ID_AA64PFR0_EL1 and a few more are no constants for QEMU.
    assert len(names) > 20
    return {name: value(rsp, known[name]) for name in names}


def want(vm, names):
    return {name: registers(vm)[name]['result'] for name in names}


def saved(host, cpu):
    with start(host, cpu, '-smp', 2) as vm:
        read = guest_reads(vm)
        save(vm, STREAM)
    return read


@pytest.mark.parametrize('kernel', LONG)
def test_own(hosts, kernel):
    """Without migration, what the debugger sees is what the guest reads."""
    host = hosts(kernel)
    for cpu, has in (('host', True), ('host,fpmr=off', False)):
        with start(host, cpu, '-smp', 2, *GDB) as vm, \
                host.debugger(PORT) as rsp:
            files = rsp.features()
            got = seen(rsp, vm, numbers(files, 'system-registers.xml'))
            assert got == want(vm, got)
            assert (FPMR in files) == has


@pytest.mark.parametrize('kernel', KERNELS)
def test_less(hosts, kernel):
    """A guest without FPMR, and other fields, comes into -cpu host."""
    host = hosts(kernel)
    read = saved(host, 'host,fpmr=off,SYSREG_ID_AA64ISAR0_EL1_AES=1,'
                 'SYSREG_ID_AA64MMFR2_EL1_AT=0,SYSREG_ID_AA64ZFR0_EL1_SM4=0')
    with start(host, 'host', '-smp', 2, '-incoming', 'defer', *GDB) as vm:
        with host.debugger(PORT) as rsp:
            files = rsp.features()
            known = numbers(files, 'system-registers.xml')
            fpmr, = numbers(files, FPMR).values()
            before = seen(rsp, vm, known)
            assert value(rsp, fpmr) == 0
            assert load(vm, STREAM) == 'completed', vm.said()
            # One that was there before goes on with the numbers it has.
            got = seen(rsp, vm, known)
            assert got == want(vm, got)
            changed = {name for name in got if got[name] != before[name]}
            assert changed == {'ID_AA64PFR2_EL1', 'ID_AA64FPFR0_EL1',
                               'ID_AA64ISAR0_EL1', 'ID_AA64MMFR2_EL1',
                               'ID_AA64ZFR0_EL1'}
            assert value(rsp, fpmr) is None
        assert results(vm) == read
        # One that comes now is told of no FPMR.
        with host.debugger(PORT) as rsp:
            files = rsp.features()
            assert numbers(files, FPMR) == {}
            assert 'org.gnu.gdb.aarch64.fpmr' not in files[FPMR]
            got = seen(rsp, vm, numbers(files, 'system-registers.xml'))
            assert got == want(vm, got)
        assert guest_reads(vm) == read


@pytest.mark.parametrize('kernel', LONG)
def test_more(hosts, kernel):
    """A guest with FPMR comes into a model that has none."""
    host = hosts(kernel)
    model = 'neoverse-n2,enforce=off'
    read = saved(host, f'{model},fpmr=on')
    with start(host, model, '-smp', 2, '-incoming', 'defer', *GDB) as vm:
        with host.debugger(PORT) as rsp:
            files = rsp.features()
            assert FPMR not in files
            known = numbers(files, 'system-registers.xml')
        assert registers(vm)['ID_AA64PFR2_EL1']['result'] >> 32 == 0
        assert load(vm, STREAM) == 'completed', vm.said()
        assert results(vm) == read
        with host.debugger(PORT) as rsp:
            got = seen(rsp, vm, known)
            assert got == want(vm, got)
            # The one that it is told was made before; the register is there.
            assert value(rsp, max(known.values()) + 1) == 0
        assert guest_reads(vm) == read
