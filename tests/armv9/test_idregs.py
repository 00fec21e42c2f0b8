# What QEMU says of a CPU's ID registers is what software on it reads.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_idregs.py --builddir=build

import re

import pytest

import runner
from machine import Machine, QmpError

EL3 = 'virt,secure=on,virtualization=on'

# Models, and all that changes a register: levels, board, properties
GUESTS = [
    ('virt', 'max'),
    ('virt,virtualization=on', 'max'),
    (EL3, 'max'),
    (EL3 + ',gic-version=3', 'max,x-rme=on'),
    ('virt,gic-version=3', 'max'),
    ('virt,mte=on', 'max'),
    ('virt', 'max,fpmr=off'),
    ('virt', 'max,sve=off,sme=off,pauth=off,pmu=off,lpa2=off'),
    ('virt', 'max,fp8=on,faminmax=on,lut=on'),
    (EL3, 'max,trf=on,ete=on,trbe=on'),
    ('virt', 'cortex-a53'),
    (EL3, 'cortex-a57'),
    ('virt', 'cortex-a76'),
    ('virt', 'cortex-a710'),
    ('virt', 'neoverse-n1'),
    ('virt', 'neoverse-n2'),
    ('virt', 'neoverse-v1'),
    ('virt', 'a64fx'),
]


def read_by_guest(build, elf, machine, cpu):
    """{name of the encoding: value}, from a program that reads them all"""
    result = runner.run(
        [build.qemu, '-nodefaults', '-display', 'none', '-machine', machine,
         '-cpu', cpu, '-chardev', 'stdio,id=output', '-semihosting-config',
         'enable=on,target=native,chardev=output,arg=feat-idregs',
         '-kernel', elf('feat-idregs')], timeout=30)
    assert result.rc == 0, runner.explain(result, 'the guest failed')
    return {name: int(value, 16) for name, value in
            re.findall(r'^ok \d+ - (S\w+) = 0x(\w+)$', result.out, re.M)}


def encoding(register):
    e = register['encoding']
    return f'S{e["op0"]}_{e["op1"]}_C{e["crn"]}_C{e["crm"]}_{e["op2"]}'


@pytest.mark.parametrize('machine, cpu', GUESTS)
def test_guest_view(build, elf, machine, cpu):
    with Machine([build.qemu], ['-machine', machine, '-cpu', cpu,
                                '-smp', 2, '-S']) as qemu:
        said = qemu.qmp('x-query-arm-idregs')
        assert said == qemu.qmp('x-query-arm-idregs', cpu_index=1)
        # After the reset, too, which makes some registers anew
        qemu.qmp('system_reset')
        assert said == qemu.qmp('x-query-arm-idregs')
    read = read_by_guest(build, elf, machine, cpu)
    assert len(read) == 61
    assert {encoding(r): r['result'] for r in said} == read
    for register in said:
        # Nobody was asked, and nothing was changed.
        assert register['present']
        assert register['host'] == register['requested'] == register['result']
        assert 'writable-mask' not in register


def test_hmp(build):
    with Machine([build.qemu], ['-machine', 'virt', '-cpu', 'max',
                                '-S']) as qemu:
        lines = qemu.hmp('info idregs').splitlines()
        values = {r['name']: r for r in qemu.qmp('x-query-arm-idregs')}
        assert lines[0].split() == ['register', 'encoding', 'value']
        assert len(lines) == 62
        for line in lines[1:]:
            name, where, value = line.split()
            assert where == encoding(values[name])
            assert int(value, 16) == values[name]['result']

        pfr2 = qemu.hmp('info idregs ID_AA64PFR2_EL1').splitlines()
        assert pfr2[0].split() == ['ID_AA64PFR2_EL1', 'S3_0_C0_C4_2',
                                   '0x0000000100000000']
        assert pfr2[1].split() == ['FPMR', '[35:32]', '0x1']
        # Every named field, no reserved bits as they are 0
        assert [line.split()[0] for line in pfr2[1:]] == [
            'FPMR', 'UINJ', 'GCIE', 'MTEFAR', 'MTESTOREONLY', 'MTEPERM']
        # People type lower case.
        assert qemu.hmp('info idregs id_aa64pfr2_el1').splitlines() == pfr2
        assert qemu.hmp('info idregs NO_SUCH') == (
            "There is no ID register NO_SUCH; 'info idregs' lists them\n")


def test_hmp_cpu(build):
    """The monitor's CPU is the one that is shown."""
    with Machine([build.qemu], ['-machine', 'virt', '-cpu', 'cortex-a15',
                                '-S']) as qemu:
        assert qemu.hmp('info idregs', cpu=0) == (
            'Error: CPU 0 (cortex-a15) has no AArch64 ID registers\n')
        with pytest.raises(QmpError, match='There is no CPU with index 1'):
            qemu.qmp('x-query-arm-idregs', cpu_index=1)
