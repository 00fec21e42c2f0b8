# What management asks a QEMU before it starts a guest; KVM that is not there.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvm_probing.py \
#         --builddir=build
#
# The questions are those of libvirt for an aarch64 QEMU, and a few more.

import pytest

from kvmhost import KERNELS, QEMU, registers
from machine import Machine, QmpError

# Each has an answer for any machine, and needs no arguments.
PLAIN = ['query-version', 'query-qmp-schema', 'query-machines', 'query-name',
         'query-command-line-options', 'query-migrate-capabilities',
         'query-migrate-parameters', 'query-cpus-fast', 'query-iothreads',
         'query-chardev', 'query-block', 'query-memory-devices',
         'query-named-block-nodes', 'query-jobs']
NONE = ['-machine', 'none', '-S', '-no-user-config']
VIRT = ['-S', '-no-user-config']


def properties(vm, typename):
    """{name: type} of a type that -device, or -cpu, can make"""
    listed = vm.qmp('device-list-properties', typename=typename)
    names = {p['name']: p['type'] for p in listed}
    assert len(names) == len(listed), typename
    more = {p['name'] for p in vm.qmp('qom-list-properties',
                                      typename=typename)}
    # Those of every object are not about devices.
    assert names.keys() <= more, typename
    # Asked again, it is the same: the first has made properties of the class.
    assert vm.qmp('device-list-properties', typename=typename) == listed
    return names


def expansion(vm, name, kind='full'):
    return vm.qmp('query-cpu-model-expansion', type=kind,
                  model={'name': name})['model']['props']


def probe(vm, kvm, own):
    """Ask it all; own is the model that the accelerator is best at."""
    assert vm.qmp('query-kvm') == {'enabled': kvm, 'present': kvm}
    assert vm.qmp('query-target') == {'arch': 'aarch64'}
    for command in PLAIN:
        vm.qmp(command)
    virt, = [m for m in vm.qmp('query-machines', compat_props=True)
             if m.get('alias') == 'virt']
    assert virt['cpu-max'] == 512
    gic = {g['version']: g for g in vm.qmp('query-gic-capabilities')}
    assert gic[3]['kernel'] == kvm

    models = {d['name']: d['typename']
              for d in vm.qmp('query-cpu-definitions')}
    types = {t['name'] for t in vm.qmp('qom-list-types',
                                       implements='arm-cpu', abstract=False)}
    assert set(models.values()) == types
    assert ('host' in models) == kvm
    known = {name: properties(vm, typename)
             for name, typename in models.items()}
    props = expansion(vm, own)
    assert props.keys() <= known[own].keys()
    fields = {name for name in known[own] if name.startswith('SYSREG_')}
    assert fields == {name for name in props if name.startswith('SYSREG_')}
    assert {known[own][name] for name in fields} == ({'uint64'} if kvm
                                                     else set())
    assert (len(fields) > 400) == kvm
    info = {p['name']: p for p in vm.qmp('query-cpu-props-info')}
    assert info.keys() == props.keys()
    for name in models:
        with pytest.raises(QmpError, match='expansion type is not supported'):
            expansion(vm, name, 'static')
    assert expansion(vm, own) == props

    # Every device can be looked at, whatever a CPU of it has been.
    for device in vm.qmp('qom-list-types', implements='device',
                         abstract=False):
        try:
            vm.qmp('device-list-properties', typename=device['name'])
        except QmpError as e:
            assert 'Can\'t list properties of device' in str(e)
    assert vm.said() == ''


@pytest.mark.parametrize('args', [
    NONE, ['-machine', 'virt', '-cpu', 'max', *VIRT]], ids=['none', 'virt'])
def test_tcg(build, args):
    with Machine([build.qemu], args) as vm:
        probe(vm, False, 'max')
        with pytest.raises(QmpError, match="type 'host' requires KVM"):
            expansion(vm, 'host')
        with pytest.raises(QmpError, match="'host-arm-cpu' not found"):
            vm.qmp('device-list-properties', typename='host-arm-cpu')
        assert bool(vm.qmp('x-query-arm-idregs')) == (args != NONE)


@pytest.mark.parametrize('args', [
    pytest.param(NONE, id='none'), pytest.param(VIRT, id='virt-long-idregs'),
    pytest.param(['-cpu', 'host', *VIRT], id='host-long-idregs')])
@pytest.mark.parametrize('kernel', KERNELS)
def test_kvm(hosts, kernel, args):
    """A QEMU that has no TCG"""
    with hosts(kernel).qemu(*args) as vm:
        probe(vm, True, 'host')
        assert bool(vm.qmp('x-query-arm-idregs')) == (args != NONE)
        if args == NONE:
            return
        # The CPU that is there says of itself what the monitor says of it.
        path = vm.qmp('query-cpus-fast')[0]['qom-path']
        values = {(reg, name): (value >> lsb) & ((1 << width) - 1)
                  for reg, name, lsb, width, value in (
                      ('ID_AA64ISAR0_EL1', 'AES', 4, 4,
                       registers(vm)['ID_AA64ISAR0_EL1']['result']),
                      ('MIDR_EL1', 'PartNum', 4, 12,
                       registers(vm)['MIDR_EL1']['result']))}
        for (reg, name), value in values.items():
            assert vm.qmp('qom-get', path=path,
                          property=f'SYSREG_{reg}_{name}') == value
        for p in vm.qmp('qom-list', path=path):
            if p['name'].startswith('SYSREG_'):
                vm.qmp('qom-get', path=path, property=p['name'])


def test_no_kvm(hosts):
    """A host without /dev/kvm, and one where it cannot be opened"""
    host = hosts('6.12')

    def says(accel):
        out = host.sh(f'{QEMU} -nodefaults -display none -machine none,accel='
                      f'{accel} 2>&1 </dev/null; echo "status $?"').decode()
        text, status = out.rsplit('status ', 1)
        assert int(status) == 1, out
        return text

    host.sh('mv /dev/kvm /dev/not-kvm')
    try:
        why = 'Could not access KVM kernel module: No such file or directory\n'
        for accel in 'kvm', 'kvm:tcg':
            assert why in says(accel)
        # This QEMU has nothing to fall back on.
        assert 'invalid accelerator tcg\n' in says('kvm:tcg')
        host.sh('mknod /dev/kvm c 10 254')
        assert 'Could not access KVM kernel module: No such device' in \
            says('kvm')
    finally:
        host.sh('rm -f /dev/kvm; mv /dev/not-kvm /dev/kvm')
    with host.qemu('-machine', 'none') as vm:
        assert vm.qmp('query-kvm')['enabled']
