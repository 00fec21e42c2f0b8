# What boards tell of ETE and TRBE: device tree, ACPI, the interrupt's wire.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_tables.py --builddir=build
#
# With trace off, device tree and ACPI tables are those of vanilla QEMU, byte
# for byte.  ACPI tables are read from fw_cfg, as firmware does, and looked at
# twice: here, and by iasl; device trees by dtc's fdtget.

import re
import socket
import struct

import pytest

import runner
from machine import Machine

TRBE_PPI = 15
FW_CFG = 0x9020000            # of virt: data; the selector is at 8
FILE_DIR = 0x19

# Machine, CPUs, and whether interrupts in the device tree name CPUs
BOARDS = [('virt,gic-version=3', 1, False), ('virt,gic-version=3', 4, False),
          ('virt,gic-version=2', 1, True), ('virt,gic-version=2', 8, True),
          ('virt,gic-version=4,virtualization=on,secure=on', 2, False),
          ('virt-6.1,gic-version=3', 2, False)]


# Device tree

def dumpdtb(cmd, path, machine, cpu, smp):
    result = runner.run([*cmd, '-accel', 'tcg', '-nodefaults', '-display',
                         'none', '-machine',
                         f'{machine},dtb-randomness=off,dumpdtb={path}',
                         '-cpu', cpu, '-smp', smp], timeout=30)
    assert result.rc == 0, runner.explain(result, 'no device tree')
    return path


def fdtget(*args):
    result = runner.run(['fdtget', *args], timeout=10)
    assert result.rc == 0, runner.explain(result, 'fdtget failed')
    return result.out.split()


def trace_nodes(dtb):
    """The root's nodes about trace: by name, or by what they are."""
    return {node for node in fdtget('-l', dtb, '/')
            if re.match(r'(ete|trbe|trace|etm)', node)
            or 'trace' in ' '.join(fdtget('-d', '', dtb, f'/{node}',
                                          'compatible'))}


@pytest.mark.parametrize('cpu', runner.OFF)
@pytest.mark.parametrize('machine, smp', [
    ('virt-10.0,gic-version=3', 2), ('virt-10.0,gic-version=2', 2),
    ('virt-6.1,gic-version=3', 1)])
def test_dt_off(build, vanilla, tmp_path, machine, smp, cpu):
    ours = dumpdtb([build.qemu], tmp_path / 'ours', machine, runner.OFF[cpu], smp)
    theirs = dumpdtb(vanilla, tmp_path / 'theirs', machine, cpu, smp)
    assert ours.read_bytes() == theirs.read_bytes()
    assert trace_nodes(ours) == set()


@pytest.mark.parametrize('cpu', ['max', 'neoverse-n2'])
@pytest.mark.parametrize('machine, smp, cpu_mask', BOARDS)
def test_dt_on(build, tmp_path, machine, smp, cpu_mask, cpu):
    dtb = dumpdtb([build.qemu], tmp_path / 'dtb', machine, f'{cpu},trbe=on', smp)
    etes = {f'ete{n}' for n in range(smp)}

    assert trace_nodes(dtb) == {'trbe', *etes}
    assert fdtget('-p', dtb, '/trbe') == ['interrupts', 'compatible']
    assert fdtget(dtb, '/trbe', 'compatible') == ['arm,trace-buffer-extension']
    flags = 4 | (((1 << smp) - 1) << 8 if cpu_mask else 0)
    assert fdtget('-tu', dtb, '/trbe', 'interrupts') == \
        ['1', str(TRBE_PPI), str(flags)]
    for n in range(smp):
        node = f'/ete{n}'
        assert fdtget('-p', dtb, node) == ['cpu', 'compatible']
        assert fdtget(dtb, node, 'compatible') == \
            ['arm,embedded-trace-extension']
        assert fdtget('-tx', dtb, node, 'cpu') == \
            fdtget('-tx', dtb, f'/cpus/cpu@{n}', 'phandle')
    # They are all different, and nobody else's.
    cpus = {fdtget('-tx', dtb, node, 'cpu')[0] for node in
            (f'/{ete}' for ete in etes)}
    assert len(cpus) == smp
    assert fdtget('-tx', dtb, '/', 'interrupt-parent')[0] not in cpus


@pytest.mark.parametrize('cpu, nodes', [
    ('max,ete=on,trbe=off', {'ete0'}), ('max,trf=on,ete=off,trbe=off', set())])
def test_dt_part(build, tmp_path, cpu, nodes):
    dtb = dumpdtb([build.qemu], tmp_path / 'dtb', 'virt', cpu, 1)
    assert trace_nodes(dtb) == nodes


def test_dt_sbsa(build, vanilla, tmp_path):
    """sbsa-ref's device tree is a contract with its firmware."""
    def dtb(cmd, cpu):
        path = tmp_path / 'dtb'
        result = runner.run([*cmd, '-accel', 'tcg', '-nodefaults', '-display',
                             'none', '-machine', f'sbsa-ref,dumpdtb={path}',
                             '-cpu', cpu, '-smp', '2'], timeout=30)
        assert result.rc == 0, runner.explain(result, 'no device tree')
        return path.read_bytes()
    assert dtb([build.qemu], 'max,trbe=on') == dtb(vanilla, 'max')


# ACPI

def acpi_tables(cmd, tmp_path, machine, cpu, smp):
    """The tables as the linker finds them: [(signature, bytes), ...]."""
    path = tmp_path / 'qtest'
    with Machine(cmd, ['-machine', machine, '-cpu', cpu, '-smp', smp, '-S',
                       '-qtest', f'unix:{path},server=on,wait=off',
                       '-qtest-log', '/dev/null']):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(60)
            sock.connect(str(path))
            with sock.makefile('rw') as qtest:
                data = fw_cfg_file(qtest, b'etc/acpi/tables')
    path.unlink(missing_ok=True)
    tables = []
    while data[:4].strip(b'\0'):
        length, = struct.unpack_from('<I', data, 4)
        tables.append((data[:4].decode(), data[:length]))
        data = data[length:].lstrip(b'\0')
    return tables


def fw_cfg_file(qtest, name):
    """The content of a fw_cfg file."""
    def select(item):
        qtest.write(f'writew {FW_CFG + 8:#x} {item >> 8 | (item & 255) << 8}\n')
        qtest.flush()
        assert qtest.readline() == 'OK\n'

    def read(size):
        data = b''
        while len(data) < size:
            # No more at a time than answers fit into the socket.
            words = min((size - len(data) + 7) // 8, 256)
            qtest.write(f'readq {FW_CFG:#x}\n' * words)
            qtest.flush()
            data += b''.join(int(qtest.readline().split()[1], 0)
                             .to_bytes(8, 'little') for _ in range(words))
        return data[:size]

    select(FILE_DIR)
    count, = struct.unpack('>I', read(8)[:4])
    select(FILE_DIR)
    entries = read(4 + count * 64)[4:]
    for i in range(count):
        size, item, _, entry = struct.unpack_from('>IHH56s', entries, i * 64)
        if entry.rstrip(b'\0') == name:
            select(item)
            return read(size)
    raise AssertionError(f'fw_cfg has no file {name}')


def iasl(tmp_path, signature, table):
    """The table as iasl reads it."""
    table = bytearray(table)
    # Firmware would do this as the linker's script says.
    table[9] = 0
    table[9] = -sum(table) & 0xff
    path = tmp_path / f'{signature}.aml'
    path.write_bytes(table)
    result = runner.run(['iasl', '-d', path], timeout=30)
    assert result.rc == 0, runner.explain(result, 'iasl failed')
    assert not re.search(r'error|warning|invalid|incorrect', result.out,
                         re.I), runner.explain(result, 'iasl is not happy')
    return path.with_suffix('.dsl').read_text(encoding='utf-8')


def giccs(madt):
    """The GICC structures of a MADT."""
    entries, i = [], 44
    while i < len(madt):
        assert madt[i + 1] >= 2
        entries.append(madt[i:i + madt[i + 1]])
        i += madt[i + 1]
    assert i == len(madt)
    return [entry for entry in entries if entry[0] == 0xb]


@pytest.mark.parametrize('cpu', runner.OFF)
@pytest.mark.parametrize('gic', [2, 3])
def test_acpi_off(build, vanilla, tmp_path, cpu, gic):
    machine = f'virt-10.0,gic-version={gic}'
    ours = acpi_tables([build.qemu], tmp_path, machine, runner.OFF[cpu], 2)
    theirs = acpi_tables(vanilla, tmp_path, machine, cpu, 2)

    assert {'DSDT', 'APIC', 'FACP'} <= {name for name, _ in ours}
    assert ours == theirs


@pytest.mark.parametrize('machine, smp, _', BOARDS[:5])
def test_acpi_on(build, tmp_path, machine, smp, _):
    on = acpi_tables([build.qemu], tmp_path, machine, 'max,trbe=on', smp)
    off = acpi_tables([build.qemu], tmp_path, machine, 'max' + runner.NO_TRACE, smp)

    # What is not about trace is as it was, but for the places of tables.
    assert [name for name, _ in on] == [name for name, _ in off]
    on, off = dict(on), dict(off)
    for name in on:
        if name not in ('APIC', 'DSDT', 'FACP', 'XSDT'):
            assert on[name] == off[name], name

    assert off['APIC'][8] == 4
    assert on['APIC'][8] == 6
    before, after = giccs(off['APIC']), giccs(on['APIC'])
    assert len(after) == len(before) == smp
    for n in range(smp):
        assert len(before[n]) == 80
        assert after[n] == b'\x0b\x52' + before[n][2:] + \
            struct.pack('<H', 16 + TRBE_PPI)
    assert len(on['APIC']) == len(off['APIC']) + 2 * smp

    dsl = iasl(tmp_path, 'DSDT', on['DSDT'])
    found = re.findall(
        r'Device \(C(\w{3})\)\s*{\s*'
        r'Name \(_HID, "ACPI0007".*\n\s*'
        r'Name \(_UID, (\w+)\).*\n\s*'
        r'Device \(ETE0\)\s*{\s*'
        r'Name \(_HID, "ARMHC500".*\n\s*'
        r'Name \(_UID, (\w+)\).*\n\s*}\s*}', dsl)
    number = {'Zero': '0', 'One': '1'}
    assert [[int(number.get(word, word), 16) for word in row]
            for row in found] == [[n, n, n] for n in range(smp)]
    assert dsl.count('ARMHC500') == smp
    assert 'ARMHC500' not in iasl(tmp_path, 'DSDT', off['DSDT'])
    # iasl learnt of the field's name later than of its bytes.
    madt = iasl(tmp_path, 'APIC', on['APIC'])
    assert madt.count('Generic Interrupt Controller') == smp


def test_acpi_ete_only(build, tmp_path):
    on = dict(acpi_tables([build.qemu], tmp_path, 'virt',
                          'max,ete=on,trbe=off', 1))
    off = dict(acpi_tables([build.qemu], tmp_path, 'virt', 'max' + runner.NO_TRACE, 1))
    assert on['APIC'] == off['APIC']
    assert iasl(tmp_path, 'DSDT', on['DSDT']).count('ARMHC500') == 1


# The interrupt

@pytest.mark.parametrize('machine', ['virt,gic-version=2', 'virt,gic-version=3',
                                     'sbsa-ref'])
def test_irq(build, machine):
    """The wire of each CPU ends at its own PPI, behind the SPIs."""
    def wires(cpu):
        with Machine([build.qemu], ['-machine', machine, '-cpu', cpu, '-smp',
                                    '3', '-S']) as qemu:
            paths = [cpu['qom-path'] for cpu in qemu.qmp('query-cpus-fast')]
            return [qemu.qmp('qom-get', path=path,
                             property='trbe-interrupt[0]') for path in paths], \
                   [qemu.qmp('qom-get', path=path,
                             property='pmu-interrupt[0]') for path in paths]
    trbe, pmu = wires('max,trbe=on')
    # INTID 31, where that of the PMU is 23
    expected = [re.sub(r'\d+(?=\]$)', lambda m: str(int(m[0]) + 8), path)
                for path in pmu]
    assert trbe == expected
    assert len(set(trbe)) == 3
    assert wires('max' + runner.NO_TRACE) == ([''] * 3, pmu)
