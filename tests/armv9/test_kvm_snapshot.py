# Snapshots under KVM: savevm, loadvm, -loadvm, and the ID registers of guests.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvm_snapshot.py \
#         --builddir=build

import itertools

import pytest

from kvmhost import (DISK, LONG, field, guest_reads, job, new_image,
                     results, start, table, tries)

LESS = 'host,fpmr=off,SYSREG_ID_AA64ISAR0_EL1_AES=1'
LOADVM = [*DISK, '-loadvm', 'one']
TOLD = 'which cannot change after a vCPU has run'
REMEDY = ('Load it into a QEMU that starts with it: -loadvm or -incoming.')


def hmp_save(vm, tag):
    assert vm.hmp(f'savevm {tag}') == ''


def hmp_load(vm, tag):
    return vm.hmp(f'loadvm {tag}')


def qmp_save(vm, tag):
    assert job(vm, 'snapshot-save', tag=tag, vmstate='disk',
               devices=['disk']) == ''


def qmp_load(vm, tag):
    """What it says, the error of the job last."""
    before = len(vm.said())
    error = job(vm, 'snapshot-load', tag=tag, vmstate='disk',
                devices=['disk'])
    return vm.said()[before:] + error


def cases(short, *axes):
    """All combinations; those of short are in make check, too."""
    return [pytest.param(*case, id='-'.join(case) +
                         '-long-idregs' * (case not in short))
            for case in itertools.product(*axes)]


BOTH = '6.12', '7.2'
BY = {'hmp': (hmp_save, hmp_load), 'qmp': (qmp_save, qmp_load)}


def run_on(vm, rounds=3):
    """Let the guest run for some rounds; it runs still."""
    before, = table(vm, 1)
    vm.qmp('cont')
    for _ in tries('the guest makes no rounds'):
        if table(vm, 1)[0] > before + rounds:
            return


def status(vm):
    return vm.qmp('query-status')['status']


def snapshot(host, cpu, tag='one'):
    """A snapshot of a guest that has run, in a new image; what it reads."""
    new_image(host)
    with start(host, cpu, '-smp', 2, *DISK) as vm:
        read = guest_reads(vm)
        hmp_save(vm, tag)
    return read


def same_after_reset(vm, read):
    vm.qmp('system_reset')
    assert guest_reads(vm) == read
    assert results(vm) == read


@pytest.mark.parametrize('kernel, cpu, by', cases(
    [], BOTH, ('host', LESS), BY))
def test_same(hosts, kernel, cpu, by):
    """There and back in one QEMU, then in a new one"""
    host, (save, load) = hosts(kernel), BY[by]
    new_image(host)
    with start(host, cpu, '-smp', 2, *DISK) as vm:
        read = guest_reads(vm)
        assert read == results(vm)
        then, = table(vm, 1)
        save(vm, 'one')
        # One of a guest that runs, which goes on
        run_on(vm)
        save(vm, 'two')
        assert status(vm) == 'running'
        vm.qmp('stop')
        now, = table(vm, 1)
        assert now > then
        # While it is stopped it stays so, with the memory of then.
        assert load(vm, 'one') == ''
        assert table(vm, 1) == [then]
        assert results(vm) == read
        assert guest_reads(vm) == read
        run_on(vm)
        assert load(vm, 'two') == ''
        assert status(vm) == 'running'
        run_on(vm)
        vm.qmp('stop')
        assert guest_reads(vm) == read
        same_after_reset(vm, read)
    with start(host, cpu, '-smp', 2, *LOADVM) as vm:
        assert table(vm, 1) == [then]
        assert results(vm) == read
        assert guest_reads(vm) == read
        assert load(vm, 'two') == ''
        same_after_reset(vm, read)


@pytest.mark.parametrize('kernel, cpu, by', cases(
    [('6.12', LESS, '-loadvm')], BOTH,
    (LESS, 'host,pmu=off,SYSREG_ID_AA64MMFR0_EL1_PARange=1'),
    ('-loadvm', *BY)))
def test_other(hosts, kernel, cpu, by):
    """Into a QEMU whose guest has not run, ID registers may be others."""
    host = hosts(kernel)
    read = snapshot(host, cpu)
    with start(host, 'host', '-smp', 2,
               *(LOADVM if by == '-loadvm' else DISK)) as vm:
        if by != '-loadvm':
            assert results(vm) != read
            assert BY[by][1](vm, 'one') == ''
        assert results(vm) == read
        assert guest_reads(vm) == read
        same_after_reset(vm, read)
        # It is a guest as any other.
        hmp_save(vm, 'two')
        assert hmp_load(vm, 'two') == ''
        assert guest_reads(vm) == read
    with start(host, cpu, '-smp', 2, *LOADVM) as vm:
        assert hmp_load(vm, 'two') == ''
        assert guest_reads(vm) == read


@pytest.mark.parametrize('kernel, by', cases(
    [('6.12', 'qmp')], BOTH, BY))
def test_after_run(hosts, kernel, by):
    """Once a vCPU has run, it says which fields, and is not lost."""
    host, (save, load) = hosts(kernel), BY[by]
    snapshot(host, LESS)
    with start(host, 'host', '-smp', 2, *DISK) as vm:
        read = guest_reads(vm)
        save(vm, 'own')
        run_on(vm)
        said = load(vm, 'one')
        for name, there, here in (('ID_AA64PFR2_EL1.FPMR', 0, 1),
                                  ('ID_AA64ISAR0_EL1.AES', 1, 2)):
            assert (f'{name}: the guest has {there:#x}, this one {here:#x}, '
                    f'{TOLD}') in said
        assert said.count(REMEDY) == 1
        assert 'while loading VM state' in said
        # It does not run on with the memory of the other.
        assert status(vm) == 'restore-vm'
        assert results(vm) == read
        assert load(vm, 'own') == ''
        assert guest_reads(vm) == read
        load(vm, 'one')
        same_after_reset(vm, read)


@pytest.mark.parametrize('kernel', LONG)
def test_refused(hosts, kernel):
    """What was asked for by name is not given up for a snapshot."""
    host = hosts(kernel)
    snapshot(host, 'host')
    for cpu, text in (
            ('host,fpmr=off',
             'ID_AA64PFR2_EL1.FPMR: the guest has 0x1, but 0x0 was asked for '
             'with -cpu\n'),
            ('host,sve=off', 'ID_AA64PFR0_EL1.SVE: ')):
        assert text in host.refused('-cpu', cpu, '-smp', 2, *LOADVM)


@pytest.mark.parametrize('kernel', [pytest.param('7.2', id='7.2-long-idregs')])
def test_identity(hosts, kernel):
    """-loadvm is too late for the kernel's capability; midr= says it early."""
    host = hosts(kernel)
    midr = 'midr=0x410fd0c0'
    read = snapshot(host, f'host,{midr}')
    said = host.refused('-cpu', 'host', '-smp', 2, *LOADVM)
    assert ('MIDR_EL1: the host kernel does not take the guest\'s 0x410fd0c0 '
            in said)
    assert f'Start with -cpu ...,{midr} for a snapshot of such a guest.\n' in said
    with start(host, f'host,{midr}', '-smp', 2, *LOADVM) as vm:
        assert guest_reads(vm) == read
        assert field(vm, 'MIDR_EL1', 4) == 0xc
