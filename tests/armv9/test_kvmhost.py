# ID registers of guests under KVM: what QEMU says, what they read, migration.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvmhost.py --builddir=build
#     ... -k 6.12                      on one kernel
#
# Hosts are stock kernels under our emulator (kvmhost.py), guests the program
# idregs-guest.S, which reads every ID register over and over.

import re

import pytest

from kvmhost import (KERNELS, carry, field, guest_reads, load, registers,
                     results, save, start)
from machine import QmpError

AES = 'SYSREG_ID_AA64ISAR0_EL1_AES'


# -cpu, and one field with its value and that of the host
VIEWS = [
    ('host', None),
    ('host,fpmr=off', ('ID_AA64PFR2_EL1', 32, 0, 1)),
    ('host,pmu=off', ('ID_AA64DFR0_EL1', 8, 0, 0)),
    ('host,sve=off', ('ID_AA64PFR0_EL1', 32, 0, 0)),
    ('host,pauth=off', ('ID_AA64ISAR1_EL1', 8, 0, 0)),
    (f'host,{AES}=1', ('ID_AA64ISAR0_EL1', 4, 1, 2)),
    ('max,SYSREG_ID_AA64PFR0_EL1_DIT=0', ('ID_AA64PFR0_EL1', 48, 0, 1)),
]


@pytest.mark.parametrize('kernel, cpu, want', [
    pytest.param(kernel, *view, id=f'{kernel}{long}: {view[0]}')
    for kernel, long, views in (('6.12', '', VIEWS),
                                ('7.2', '-long-idregs', VIEWS[1::4]))
    for view in views])
def test_guest_view(hosts, kernel, cpu, want):
    with start(hosts(kernel), cpu, '-smp', 2) as vm:
        known = registers(vm)
        assert known == registers(vm)
        assert vm.qmp('x-query-arm-idregs', cpu_index=1) == \
            vm.qmp('x-query-arm-idregs')
        for name, r in known.items():
            assert r['present'] or r['result'] == 0, name
            # Nothing differs from the host but what can, and was asked for.
            changed = r['host'] ^ r['result']
            assert changed & ~r['writable-mask'] == 0, name
            assert r['requested'] == r['result'], name
        if want:
            name, lsb, value, limit = want
            assert known[name]['result'] >> lsb & 0xf == value
            # Of a vCPU without the feature: the limit is that vCPU's.
            assert known[name]['host'] >> lsb & 0xf == limit
        assert guest_reads(vm) == results(vm)


def test_old_machine(hosts):
    """virt-6.2 takes LPA2 away from TCG's CPUs, as in QEMU 10.0."""
    with start(hosts('6.12'), 'host', '-machine',
               'virt-6.2,gic-version=3') as vm:
        assert field(vm, 'ID_AA64MMFR0_EL1', 28) == 1
        assert guest_reads(vm) == results(vm)


def test_hmp(hosts):
    with start(hosts('6.12'), f'host,{AES}=1') as vm:
        lines = vm.hmp('info idregs').splitlines()
        assert lines[0].split() == ['register', 'encoding', 'value', 'host',
                                    'writable', 'requested']
        lines = vm.hmp('info idregs ID_AA64ISAR0_EL1').splitlines()
        assert re.search(r'^  AES +\[7:4\] +0x1  host 0x2, requested 0x1, '
                         'writable$', '\n'.join(lines), re.M)
        lines = vm.hmp('info idregs ID_AA64DFR0_EL1').splitlines()
        assert re.search(r'^  TraceVer +\[7:4\] +0x0  host 0x0, requested '
                         '0x0, not writable$', '\n'.join(lines), re.M)


def test_trace(hosts):
    with start(hosts('6.12'), f'host,{AES}=1', '-trace', 'idreg*') as vm:
        said = vm.said()
        for name, r in registers(vm).items():
            if r['present']:
                assert (f'idreg_host {name} {r["host"]:#018x} writable '
                        f'{r["writable-mask"]:#018x}\n') in said
        isar0 = registers(vm)['ID_AA64ISAR0_EL1']
        # Once: it belongs to the VM.
        assert said.count('idreg_set ') == 1
        assert (f'idreg_set CPU 0 ID_AA64ISAR0_EL1 {isar0["host"]:#018x} '
                f'becomes {isar0["result"]:#018x}\n') in said


def model(name, **props):
    return {'name': name, 'props': props} if props else {'name': name}


def expand(vm, **props):
    return vm.qmp('query-cpu-model-expansion', type='full',
                  model=model('host', **props))['model']['props']


@pytest.mark.parametrize('args', [['-machine', 'none'],
                                  ['-cpu', 'host', '-S']],
                         ids=['none', 'virt'])
@pytest.mark.parametrize('kernel', KERNELS)
def test_probing(hosts, kernel, args):
    """What management asks before there is a guest."""
    with hosts(kernel).qemu(*args) as vm:
        props = expand(vm)
        fields = {k: v for k, v in props.items() if k.startswith('SYSREG_')}
        # Today's keys are switches still.
        assert all(isinstance(v, bool) for k, v in props.items()
                   if k not in fields)
        assert {'aarch64', 'pmu', 'sve', 'sve128', 'pauth',
                'kvm-no-adjvtime'} < props.keys()
        assert len(fields) > 400
        assert fields[AES] == 2
        assert fields['SYSREG_ID_AA64PFR2_EL1_FPMR'] == 1

        assert expand(vm, **{AES: 1})[AES] == 1
        less = expand(vm, fpmr=False)
        assert not less['fpmr']
        assert less['SYSREG_ID_AA64PFR2_EL1_FPMR'] == 0
        with pytest.raises(QmpError, match=re.escape(
                'ID_AA64ISAR0_EL1.AES: requested 0x3, '
                'this host allows 0x0..0x2')):
            expand(vm, **{AES: 3})
        assert expand(vm) == props

        info = {p['name']: p for p in vm.qmp('query-cpu-props-info')}
        assert info.keys() == props.keys()
        assert info[AES] == {'name': AES, 'type': 'number', 'writable': True,
                             'supported-values': ['0-2']}
        name = 'SYSREG_ID_AA64DFR0_EL1_DebugVer'
        assert info[name]['supported-values'] == [f'6-{fields[name]}']
        name = 'SYSREG_ID_AA64DFR0_EL1_TraceVer'
        assert info[name] == {'name': name, 'type': 'number',
                              'writable': False, 'supported-values': ['0']}
        assert info['fpmr']['writable']
        assert not info['trbe']['writable']


def test_supported_values(hosts):
    """What props-info says can be set, can be; what it does not, cannot."""
    host = hosts('6.12')
    with host.qemu('-machine', 'none') as vm:
        info = {p['name']: p for p in vm.qmp('query-cpu-props-info')}
    for name, ok, bad in [(AES, 0, 3),
                          ('SYSREG_ID_AA64MMFR0_EL1_PARange', 1, 7),
                          ('SYSREG_ID_AA64PFR0_EL1_CSV3', 0, 2),
                          ('SYSREG_ID_AA64DFR0_EL1_PMUVer', 15, 9)]:
        values = set()
        for text in info[name]['supported-values']:
            low, _, high = text.partition('-')
            values |= set(range(int(low), int(high or low) + 1))
        assert ok in values and bad not in values, info[name]
        with start(host, f'host,{name}={ok}') as vm:
            assert guest_reads(vm) == results(vm)
        assert f'{name.split("_", 1)[1].rsplit("_", 1)[0]}.' in \
            host.refused('-cpu', f'host,{name}={bad}')


def compare(vm, a, b):
    answer = vm.qmp('query-cpu-model-comparison', modela=a, modelb=b)
    return answer['result'], answer['responsible-properties']


@pytest.mark.parametrize('kernel', KERNELS)
def test_models(hosts, kernel):
    with hosts(kernel).qemu('-machine', 'none') as vm:
        host = model('host')
        assert compare(vm, host, host) == ('identical', [])
        # Under KVM, max is the host.
        assert compare(vm, host, model('max')) == ('identical', [])
        result, fields = compare(vm, host, model('host', fpmr=False))
        assert result == 'superset'
        assert 'SYSREG_ID_AA64PFR2_EL1_FPMR' in fields
        # A model of another host may have more than this one.
        other = model('host', **{**expand(vm), AES: 3})
        assert compare(vm, other, host) == ('superset', [AES])
        other = model('host', **{AES: 3, 'SYSREG_ID_AA64PFR0_EL1_DIT': 0})
        assert compare(vm, host, other)[0] == 'incompatible'
        base = vm.qmp('query-cpu-model-baseline', modela=host,
                      modelb=other)['model']
        assert base == model('host', **{AES: 2,
                                        'SYSREG_ID_AA64PFR0_EL1_DIT': 0})
        assert compare(vm, base, host)[0] == 'subset'
        assert compare(vm, base, other)[0] == 'subset'
        # It has no expansion, unless it may be less than its model.
        with pytest.raises(QmpError, match=re.escape(
                'ID_MMFR0_EL1.AuxReg: requested 0x2')):
            vm.qmp('query-cpu-model-expansion', type='full',
                   model=model('neoverse-n1'))
        props = vm.qmp('query-cpu-model-expansion', type='full',
                       model=model('neoverse-n1', enforce=False))
        props = props['model']['props']
        assert not props['enforce']
        assert props['SYSREG_ID_MMFR0_EL1_AuxReg'] == 1
        assert props['SYSREG_ID_AA64PFR2_EL1_FPMR'] == 0
        # A model that this host cannot be is compared all the same.
        for name, want in (('cortex-a57', 'subset'),
                           ('neoverse-n1', 'incompatible'),
                           ('neoverse-n2', 'incompatible')):
            result, fields = compare(vm, model(name), host)
            assert result == want
            assert 'SYSREG_ID_MMFR4_EL1_EVT' in fields
            more = 'SYSREG_ID_MMFR0_EL1_AuxReg'
            assert (more in fields) == (want == 'incompatible')
            # 0 says that stage 1 tells it, and it has the same.
            assert 'SYSREG_ID_AA64MMFR0_EL1_TGran4_2' not in fields
            base2 = vm.qmp('query-cpu-model-baseline', modela=host,
                           modelb=model(name))['model']
            assert compare(vm, base2, host)[0] == 'subset'
            assert compare(vm, base2, model(name))[0] == (
                'identical' if want == 'subset' else 'subset')
    # What comes out starts here.
    with start(hosts(kernel), 'host,' + ','.join(
            f'{k}={v}' for k, v in base['props'].items())) as vm:
        assert field(vm, 'ID_AA64PFR0_EL1', 48) == 0


# Migration

def saved(host, cpu, path, smp=2):
    """Save a guest that has run; what it reads."""
    with start(host, cpu, '-smp', smp) as vm:
        read = guest_reads(vm)
        assert read == results(vm)
        save(vm, path)
    return read


def loaded(host, cpu, path, smp=2):
    """Load it, let it run on; what it reads then."""
    with start(host, cpu, '-smp', smp, '-incoming', 'defer') as vm:
        assert load(vm, path) == 'completed', vm.said()
        read = guest_reads(vm)
        assert read == results(vm)
        # A reset is not a new guest.
        vm.qmp('system_reset')
        assert guest_reads(vm) == read
        assert results(vm) == read
    return read


def not_loaded(host, cpu, path):
    with start(host, cpu, '-smp', 2, '-incoming', 'defer') as vm:
        assert load(vm, path) == 'failed'
        return vm.said()


# From, to; what the target says, or nothing when it takes the guest
MOVES = [
    ('host', 'host', []),
    ('host,fpmr=off', 'host', []),
    ('host,fpmr=off', 'host,fpmr=off', []),
    ('host,pmu=off', 'host', []),
    ('host,pmu=off', 'host,pmu=off', []),
    ('host,pauth=off', 'host,pauth=off', []),
    ('host,sve=off', 'host,sve=off', []),
    (f'host,{AES}=1', 'host', []),
    (f'host,{AES}=1', f'host,{AES}=1', []),
    ('host', 'host,fpmr=off', [
        'ID_AA64PFR2_EL1.FPMR: the guest has 0x1, but 0x0 was asked for '
        'with -cpu\n']),
    ('host', f'host,{AES}=1', [
        'ID_AA64ISAR0_EL1.AES: the guest has 0x2, but 0x1 was asked for '
        'with -cpu\n']),
    ('host', 'host,pmu=off', ['ID_AA64DFR0_EL1.PMUVer: ']),
    ('host', 'host,sve=off', ['ID_AA64PFR0_EL1.SVE: ']),
    ('host', 'host,pauth=off', ['ID_AA64ISAR1_EL1.API: ']),
    ('host,pauth=off', 'host', [
        'ID_AA64ISAR1_EL1.API: requested 0x0, fixed at 0x5 by the host '
        'kernel (not writable)\n'
        'This is FEAT_PAuth; pauth=off here takes it away.\n']),
    ('host,sve=off', 'host', [
        'ID_AA64PFR0_EL1.SVE: requested 0x0, fixed at 0x1 by the host '
        'kernel (not writable)\n'
        'This is FEAT_SVE; sve=off here takes it away.\n']),
]


CASES = [('6.12', *m) for m in MOVES] + [
    ('7.2', *MOVES[i]) for i in (1, 7, 9, 14)] + [
    # An identity that this host does not have
    ('7.2', 'host,midr=0x410fd0c0', 'host', [])]


@pytest.mark.parametrize('kernel, source, target, says', CASES,
                         ids=[m[0] + '-long-idregs' * (m[0] != '6.12') +
                              f': {m[1]} to {m[2]}' for m in CASES])
def test_move(hosts, kernel, source, target, says):
    host = hosts(kernel)
    path = '/tmp/stream'
    read = saved(host, source, path)
    if says:
        said = not_loaded(host, target, path)
        for text in says:
            assert f'qemu-system-aarch64: {text}' in said
    else:
        assert loaded(host, target, path) == read


@pytest.mark.parametrize('kernel', KERNELS)
def test_hosts(hosts, kernel):
    """A guest that does not have what only one host has goes both ways."""
    a, b = hosts(f'{kernel} without FPMR'), hosts(kernel)
    path = '/tmp/stream'
    read = saved(a, 'host', path)
    carry(a, b, path)
    with start(b, 'host', '-smp', 2, '-incoming', 'defer') as vm:
        assert load(vm, path) == 'completed', vm.said()
        assert vm.said() == ''
        assert guest_reads(vm) == read
        assert results(vm) == read
        save(vm, path)
    carry(b, a, path)
    assert loaded(a, 'host', path) == read


@pytest.mark.parametrize('kernels', [
    pytest.param(('6.12', '7.2'), id='long-idregs')])
def test_kernels(hosts, kernels):
    """6.12 shows nested virtualization to guests that do not have it, 7.2
    takes that, and hides it; 6.12 does not."""
    a, b = [hosts(kernel) for kernel in kernels]
    path = '/tmp/stream'
    mmfr2 = 'S3_0_C0_C7_2'
    read = saved(a, 'host', path)
    assert read[mmfr2] >> 24 & 0xf
    carry(a, b, path)
    with start(b, 'host', '-smp', 2, '-incoming', 'defer',
               '-trace', 'idreg_left_out') as vm:
        assert load(vm, path) == 'completed', vm.said()
        # 6.12 lists PIR_EL1 of every guest, 7.2 where there is FEAT_S1PIE.
        assert re.search('idreg_left_out CPU 1 register 0x603000000013c513 ',
                         vm.said())
        assert 'ID_AA64MMFR2_EL1.NV: the guest had 0x2, the host kernel ' \
            'makes it 0x0\n' in vm.said()
        now = guest_reads(vm)
        assert now == results(vm)
        save(vm, path)
    assert now == {**read, mmfr2: read[mmfr2] & ~(0xf << 24)}
    carry(b, a, path)
    assert ('ID_AA64MMFR2_EL1.NV: requested 0x0, fixed at 0x2 by the host '
            'kernel (not writable)\n') in not_loaded(a, 'host', path)


@pytest.mark.parametrize('kernel', KERNELS)
def test_no_fpmr(hosts, kernel):
    """A guest that has FPMR is refused without, and FPMR is named."""
    a, b = hosts(kernel), hosts(f'{kernel} without FPMR')
    path = '/tmp/stream'
    saved(a, 'host', path)
    carry(a, b, path)
    said = not_loaded(b, 'host', path)
    assert ('qemu-system-aarch64: ID_AA64PFR2_EL1.FPMR: requested 0x1, ' in
            said)
    assert ('This is FEAT_FPMR; fpmr=off where the guest comes from would '
            'avoid it.\n' in said)
    # As it says
    read = saved(a, 'host,fpmr=off', path)
    carry(a, b, path)
    assert loaded(b, 'host', path) == read


# What the host lacks, what off= stands for, and the field that says so
LESS = [
    ('6.12 with less', 'sve=off,pauth=off,pmu=off,fpmr=off,lut=off,lpa2=off',
     ['ID_AA64PFR0_EL1.SVE', 'ID_AA64PFR2_EL1.FPMR', 'ID_AA64ISAR1_EL1.API',
      'ID_AA64ISAR2_EL1.LUT', 'ID_AA64MMFR0_EL1.TGran4',
      'ID_AA64DFR0_EL1.PMUVer']),
    ('6.12 without SVE', 'sve=off', ['ID_AA64PFR0_EL1.SVE']),
    ('6.12 without PAuth', 'pauth=off', ['ID_AA64ISAR1_EL1.API']),
    ('6.12 without PMUv3', 'pmu=off', ['ID_AA64DFR0_EL1.PMUVer']),
]


def without_stage_2(read):
    """Of LPA2, 6.12 lets no guest hide what is only for EL2: TGran4_2 and
    TGran16_2, which are the host's where a guest comes to."""
    mmfr0 = 'S3_0_C0_C7_0'
    return {**read, mmfr0: read[mmfr0] & ~(0xf << 40 | 0xf << 32)}


@pytest.mark.parametrize('name, off, fields', LESS, ids=[
    name + ': long-idregs' * (name != LESS[0][0]) for name, _, _ in LESS])
def test_less(hosts, name, off, fields):
    """A guest without what one host lacks goes there, runs on, and comes
    back; one that has it is refused, with all the fields that say so."""
    a, b = hosts('6.12'), hosts(name)
    path = '/tmp/stream'
    read = without_stage_2(saved(a, f'host,{off}', path))
    carry(a, b, path)
    for cpu in 'host', f'host,{off}':
        assert without_stage_2(loaded(b, cpu, path)) == read
    # It is what a guest of that host is by itself.
    assert without_stage_2(saved(b, 'host', path)) == read
    carry(b, a, path)
    assert without_stage_2(loaded(a, f'host,{off}', path)) == read
    saved(a, 'host', path)
    carry(a, b, path)
    said = not_loaded(b, 'host', path)
    for field_name in fields:
        assert f'qemu-system-aarch64: {field_name}: requested ' in said, said
