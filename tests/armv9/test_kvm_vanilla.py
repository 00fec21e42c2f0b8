# Guests under KVM that move between our QEMU and QEMU 10.0.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvm_vanilla.py -k 7.2
#
# QEMU 10.0 is the base, built for arm64 with the options of ours when it is
# not there (overlay/vanilla); hosts and guests are those of kvmhost.py.
#
# What QEMU 10.0 loads from itself, we load from it, and it loads from us; and
# we say why not, where it does not.

import functools

import pytest

from kvmhost import (QEMU, VANILLA, carry, guest_reads, load, results, save,
                     start)

PATH = '/tmp/stream'
PROGRAMS = {'ours': QEMU, '10.0': VANILLA}
BOTH_WAYS = [('10.0', 'ours'), ('ours', '10.0')]
CTR = 'S3_3_C0_C0_1'
AES = 'SYSREG_ID_AA64ISAR0_EL1_AES'


@pytest.fixture(scope='session')
def both(hosts):
    """both(name): hosts(name), with QEMU 10.0 in it"""
    @functools.cache
    def get(name):
        hosts(name).put_vanilla()
        return hosts(name)

    return get


def reads(vm):
    """What the guest reads; ours knows that."""
    values = guest_reads(vm)
    if vm.program == QEMU:
        # Linux does not know TminLine, and lets guests read the hardware's.
        said = results(vm)
        said[CTR] |= values[CTR] & 0x3f << 32
        assert values == said
    return values


def saved(host, who, cpu, *args):
    with start(host, cpu, '-smp', 2, *args, program=PROGRAMS[who]) as vm:
        values = reads(vm)
        save(vm, PATH)
    return values


def loaded(host, who, cpu, *args):
    """What the guest reads there, before and after a reset"""
    with start(host, cpu, '-smp', 2, '-incoming', 'defer', *args,
               program=PROGRAMS[who]) as vm:
        assert load(vm, PATH) == 'completed', vm.said()
        # Old machine types are called so.
        assert 'is deprecated' in vm.said() or vm.said() == ''
        values = reads(vm)
        vm.qmp('system_reset')
        assert reads(vm) == values
    return values


def refused(host, who, cpu):
    """What it says; QEMU 10.0 may end by itself."""
    with start(host, cpu, '-smp', 2, '-incoming', 'defer',
               program=PROGRAMS[who]) as vm:
        try:
            assert load(vm, PATH) == 'failed'
        except AssertionError as gone:
            if who == 'ours' or 'QEMU is gone' not in str(gone):
                raise
        return vm.said()


# Host, -cpu, other arguments, of both sides
SAME = [
    ('6.12', 'host'),
    ('6.12', 'max'),
    ('6.12', 'host,pmu=off'),
    ('6.12', 'host,sve=off'),
    ('6.12', 'host,pauth=off'),
    ('6.12', 'host,sve128=on,sve256=off'),
    ('6.12', 'host,kvm-no-adjvtime=on'),
    ('6.12', 'host,kvm-steal-time=off'),
    # From 6.2 down, machine types take LPA2 away from TCG's CPUs.
    ('6.12', 'host', '-machine', 'virt-9.2,gic-version=3'),
    ('6.12', 'host', '-machine', 'virt-6.2,gic-version=3'),
    ('6.12', 'host', '-machine', 'virt-4.2,gic-version=3'),
    ('6.12 without FPMR', 'host'),
    ('6.12 with less', 'host'),
    ('6.12 on cortex-a57', 'host'),
    ('6.12 on cortex-a57', 'cortex-a57'),
    ('7.2', 'host'),
    ('7.2 on cortex-a710', 'host'),
    ('7.2 on cortex-a710', 'host,pmu=off'),
    ('7.2 on cortex-a710', 'host,sve=off'),
    ('7.2 on cortex-a710', 'host,pauth=off'),
]


@pytest.mark.parametrize('source, target', BOTH_WAYS)
@pytest.mark.parametrize('case', SAME, ids=lambda case: ' '.join(
    ['long-idregs', case[0] + ':', *case[1:]]))
def test_same(both, case, source, target):
    """Nothing that QEMU 10.0 does not have is in use."""
    host, *args = case
    values = saved(both(host), source, *args)
    assert loaded(both(host), target, *args) == values


# Host and -cpu of the source, of the target
OTHER = [
    # The PMU is there and not shown, as in QEMU 10.0.
    ('6.12', 'host,pmu=off', '6.12', 'host', BOTH_WAYS),
    ('6.12', 'max', '6.12', 'host', BOTH_WAYS),
    ('6.12 on cortex-a57', 'cortex-a57', '6.12 on cortex-a57', 'host',
     BOTH_WAYS),
    # What was changed by name, and QEMU 10.0 has no name for
    ('6.12', f'host,{AES}=1', '6.12', 'host', [('ours', '10.0')]),
    ('6.12', 'host,fpmr=off', '6.12 without FPMR', 'host',
     [('ours', '10.0')]),
    ('7.2', 'host,fpmr=off', '7.2 without FPMR', 'host', [('ours', '10.0')]),
    ('6.12 without FPMR', 'host', '6.12', 'host,fpmr=off',
     [('10.0', 'ours')]),
    # What it cannot do itself, see test_refused
    ('6.12 without FPMR', 'host', '6.12', 'host', [('10.0', 'ours')]),
    ('7.2 without FPMR', 'host', '7.2', 'host', [('10.0', 'ours')]),
]


@pytest.mark.parametrize('case, source, target', [
    pytest.param(case, *way, id=f'long-idregs {way[0]}, {case[0]}: '
                 f'{case[1]} to {way[1]}, {case[2]}: {case[3]}')
    for case in OTHER for way in case[4]])
def test_other(both, case, source, target):
    a, cpu_a, b, cpu_b, _ = case
    values = saved(both(a), source, cpu_a)
    if a != b:
        carry(both(a), both(b), PATH)
    assert loaded(both(b), target, cpu_b) == values


LENGTH = 'Failed to load cpu:cpreg_vmstate_array_len\n'
REGISTERS = 'Failed to put registers after init: Invalid argument\n'

# Host and -cpu of the source, of the target; what QEMU 10.0 says of its own
# stream and of ours; what ours says of QEMU 10.0's, nothing where it loads it
REFUSED = [
    ('6.12 without FPMR', 'host', '6.12', 'host', REGISTERS, None),
    ('6.12', 'host', '6.12 without FPMR', 'host', LENGTH,
     'This is FEAT_FPMR; fpmr=off where the guest comes from would avoid '
     'it.\n'),
    ('6.12', 'host,sve=off', '6.12', 'host', REGISTERS,
     'This is FEAT_SVE; sve=off here takes it away.\n'),
    ('6.12', 'host,pauth=off', '6.12', 'host', REGISTERS,
     'This is FEAT_PAuth; pauth=off here takes it away.\n'),
    ('6.12', 'host', '6.12', 'host,pmu=off', LENGTH,
     'ID_AA64DFR0_EL1.PMUVer: the guest has 0x6, but 0x0 was asked for with '
     '-cpu\n'),
    ('6.12', 'host', '6.12', 'host,sve=off', LENGTH,
     'ID_AA64PFR0_EL1.SVE: the guest has 0x1, but 0x0 was asked for with '
     '-cpu\n'),
    ('6.12', 'host', '6.12', 'host,pauth=off', LENGTH,
     'ID_AA64ISAR1_EL1.API: the guest has 0x5, but 0x0 was asked for with '
     '-cpu\n'),
    ('7.2', 'host', '6.12', 'host', REGISTERS,
     'ID_AA64MMFR2_EL1.NV: requested 0x0, fixed at 0x2 by the host kernel '
     '(not writable)\n'),
]


@pytest.mark.parametrize('case', REFUSED, ids=lambda case:
                         'long-idregs {}: {} to {}: {}'.format(*case[:4]))
def test_refused(both, case):
    """What QEMU 10.0 does not load, it does not load from us; with a reason,
    where it is ours that does not."""
    a, cpu_a, b, cpu_b, theirs, ours = case
    for source in PROGRAMS:
        saved(both(a), source, cpu_a)
        if a != b:
            carry(both(a), both(b), PATH)
        assert theirs in refused(both(b), '10.0', cpu_b)
        if source == '10.0' and ours:
            assert ours in refused(both(b), 'ours', cpu_b)


@pytest.mark.parametrize('cpu', [
    pytest.param(cpu, id='long-idregs ' + cpu)
    for cpu in ('host,fpmr=off', 'neoverse-n1,enforce=off')])
def test_new_in_use(both, cpu):
    """What is ours alone does not get into QEMU 10.0, which says little."""
    host = both('6.12')
    saved(host, 'ours', cpu)
    assert REGISTERS in refused(host, '10.0', 'host')


@pytest.mark.parametrize('kernels', [
    pytest.param(('6.12', '7.2'), id='long-idregs')])
def test_kernels(both, kernels):
    """To a newer kernel QEMU 10.0 does not get; it does to ours."""
    a, b = [both(kernel) for kernel in kernels]
    values = saved(a, '10.0', 'host')
    carry(a, b, PATH)
    assert LENGTH in refused(b, '10.0', 'host')
    with start(b, 'host', '-smp', 2, '-incoming', 'defer') as vm:
        assert load(vm, PATH) == 'completed', vm.said()
        assert 'ID_AA64MMFR2_EL1.NV: the guest had 0x2, the host kernel ' \
            'makes it 0x0\n' in vm.said()
        now = reads(vm)
    nv = 0xf << 24
    assert now == {**values, 'S3_0_C0_C7_2': values['S3_0_C0_C7_2'] & ~nv}
