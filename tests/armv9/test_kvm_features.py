# Features that a KVM host lacks, or that are not of the CPU: what -cpu says.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvm_features.py \
#         --builddir=build

import pytest

from kvmhost import field, guest_reads, registers, results, start
from machine import QmpError

LESS = '6.12 with less'
MTE = '6.12 with MTE'
MTE_LSB = 8


@pytest.mark.parametrize('cpu, says', [
    ('sve=on', "'sve' feature not supported by KVM on this host\n"),
    ('pauth=on', "'pauth' feature not supported by KVM on this host\n"),
    ('pmu=on', "'pmu' feature not supported by KVM on this host\n"),
    ('fpmr=on', 'ID_AA64PFR2_EL1.FPMR: requested 0x1, this host allows 0x0\n'),
    ('fp8=on',
     'ID_AA64FPFR0_EL1.F8CVT: requested 0x1, this host allows 0x0\n'),
    ('lut=on', 'ID_AA64ISAR2_EL1.LUT: requested 0x1, this host allows 0x0\n'),
    ('lpa2=on',
     '    ID_AA64MMFR0_EL1.TGran4: requested 0x1, this host allows 0xf or '
     '0x0\n'
     '    ID_AA64MMFR0_EL1.TGran16: requested 0x2, this host allows '
     '0x0..0x1\n'),
    ('SYSREG_ID_AA64ZFR0_EL1_SVEver=1',
     'ID_AA64ZFR0_EL1.SVEver: requested 0x1, this host allows 0x0\n'),
])
def test_lacks(hosts, cpu, says):
    """What the host does not have cannot be demanded."""
    assert says in hosts(LESS).refused('-cpu', f'host,{cpu}')


def test_off_everywhere(hosts):
    """off is right on any host: one command line for all of a fleet."""
    off = 'host,' + ','.join(f'{name}=off' for name in (
        'sve', 'pauth', 'pmu', 'fpmr', 'fp8', 'faminmax', 'lut', 'lpa2',
        'trf', 'ete', 'trbe'))
    with start(hosts(LESS), 'host') as vm:
        plain = results(vm)
        less = {p['name']: p for p in vm.qmp('query-cpu-props-info')}
    with start(hosts(LESS), off) as vm:
        assert guest_reads(vm) == results(vm) == plain
    assert not less['pmu']['writable']
    assert not less['sve']['writable']
    with start(hosts('6.12'), off) as vm:
        assert guest_reads(vm) == results(vm)
        for name, lsb in (('ID_AA64PFR0_EL1', 32), ('ID_AA64DFR0_EL1', 8),
                          ('ID_AA64PFR2_EL1', 32), ('ID_AA64ISAR1_EL1', 8)):
            assert field(vm, name, lsb) == 0


def test_cntfrq(hosts):
    """The guest reads the host's counter, whatever was asked for."""
    said = hosts('6.12').refused('-cpu', 'host,cntfrq=62500000')
    assert ('cntfrq=62500000 is not possible with KVM: the guest\'s counter '
            'is the host\'s, of 1000000000 Hz\nLeave out cntfrq=.\n') in said
    with start(hosts('6.12'), 'host,cntfrq=1000000000') as vm:
        assert guest_reads(vm) == results(vm)
    with hosts('6.12').qemu('-machine', 'none') as vm:
        with pytest.raises(QmpError, match='cntfrq'):
            vm.qmp('query-cpu-model-expansion', type='full',
                   model={'name': 'host', 'props': {'cntfrq': 1}})


@pytest.mark.parametrize('machine, mte', [('', 0), (',mte=on', 3)],
                         ids=['long-idregs-off', 'long-idregs-on'])
def test_mte(hosts, machine, mte):
    """MTE is the machine's; the CPU's field follows it, and no other does."""
    host = hosts(MTE)
    options = ('-machine', 'virt,gic-version=3' + machine)
    with start(host, 'host', *options) as vm:
        assert field(vm, 'ID_AA64PFR1_EL1', MTE_LSB) == mte
        assert guest_reads(vm) == results(vm)
        limits = {n: r['host'] for n, r in registers(vm).items()}
        assert {n: r['result'] for n, r in registers(vm).items()} == limits
    for value in {0, 1, 2, 3} - {mte}:
        name = 'SYSREG_ID_AA64PFR1_EL1_MTE'
        assert (f'ID_AA64PFR1_EL1.MTE: requested {value:#x}, fixed at '
                f'{mte:#x} by the host kernel (not writable)\n') in \
            host.refused('-cpu', f'host,{name}={value}', *options)
