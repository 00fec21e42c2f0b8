# FPMR as a debugger and a reader of register dumps see it.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_gdbstub.py --builddir=build

import json
import re

import pytest

import runner
from machine import Machine, Rsp

FPMR_FIELDS = 0x3fff7fc1ff
ALL_FIELDS = {'F8S1': 7, 'F8S2': 7, 'F8D': 7, 'OSM': 1, 'OSC': 1,
              'LSCALE': 0x7f, 'NSCALE': 0xff, 'LSCALE2': 0x3f}
VALUE = 0x2aa55ac0c1
EL3 = 'virt,secure=on,virtualization=on'

# Registers that base QEMU has as reserved, and we have by name.
RENAMED = {
    'ID_AA64PFR2_EL1_RESERVED': 'ID_AA64PFR2_EL1',
    'ID_AA64PFR7_EL1_RESERVED': 'ID_AA64FPFR0_EL1',
    'ID_AA64ISAR3_EL1_RESERVED': 'ID_AA64ISAR3_EL1',
}

# What all gdb sessions begin with: answer() collects, the end prints.
PRELUDE = r'''
import gdb, json, os
answers = {}

def answer(name, expression):
    try:
        value = gdb.parse_and_eval(expression)
        if value.type.code == gdb.TYPE_CODE_VOID:
            answers[name] = None
        else:
            answers[name] = int(value.cast(gdb.lookup_type('long')))
    except gdb.error as error:
        answers[name] = str(error)

def set_fpmr(value):
    # A type with fields takes a value of its own size only, as $cpsr does.
    gdb.execute(f'set $fpmr = (long) {value}')

def shown(name, command='info registers fpmr'):
    lines = gdb.execute(command, to_string=True).splitlines()
    answers[name] = [' '.join(line.split()) for line in lines
                     if line.startswith('fpmr ')]

gdb.execute('target remote ' + os.environ['GDBSTUB'])
'''


@pytest.fixture
def debug(build, fpmr_guest, tmp_path, monkeypatch):
    """debug(script, cpu, ...): the answers that a gdb script gives."""
    def run(script, cpu, machine='virt', smp=1):
        stub = tmp_path / 'gdb.sock'
        stub.unlink(missing_ok=True)
        commands = tmp_path / 'session.py'
        commands.write_text(
            PRELUDE + script + "\nprint('ANSWERS ' + json.dumps(answers))\n")
        monkeypatch.setenv('GDBSTUB', str(stub))
        with Machine([build.qemu],
                     ['-machine', machine, '-cpu', cpu, '-smp', smp, '-S',
                      '-gdb', f'unix:{stub},server=on,wait=off',
                      '-kernel', fpmr_guest]) as qemu:
            result = runner.run(['gdb-multiarch', '-nx', '-batch',
                                 '-ex', f'source {commands}', fpmr_guest],
                                timeout=60)
            # gdb lets the guest run when it goes.
            qemu.qmp('stop')
        found = re.search(r'^ANSWERS (.*)', result.out, re.M)
        if not found:
            pytest.fail(runner.explain(result, 'gdb did not finish'),
                        pytrace=False)
        return json.loads(found[1])
    return run


def features(cmd, cpu, tmp_path, machine='virt'):
    stub = tmp_path / 'rsp.sock'
    stub.unlink(missing_ok=True)
    with Machine(cmd, ['-machine', machine, '-cpu', cpu, '-S',
                       '-gdb', f'unix:{stub},server=on,wait=off']):
        with Rsp(stub) as rsp:
            return rsp.features()


@pytest.mark.parametrize('machine', ['virt', EL3])
def test_description(build, tmp_path, machine):
    """One feature with one register, whose fields fill all but RES0."""
    xml = features([build.qemu], 'max', tmp_path, machine)['aarch64-fpmr.xml']
    assert re.findall(r'<feature name="([^"]+)"', xml) == \
        ['org.gnu.gdb.aarch64.fpmr']
    assert re.findall(r'<reg name="([^"]+)" bitsize="(\d+)"', xml) == \
        [('fpmr', '64')]
    got = {name: (int(end) - int(start) + 1, int(start))
           for name, start, end in re.findall(
               r'<field name="(\w+)" start="(\d+)" end="(\d+)"/>', xml)}
    assert {name: (1 << n) - 1 for name, (n, _) in got.items()} == ALL_FIELDS
    assert sum(((1 << n) - 1) << start for n, start in got.values()) == \
        FPMR_FIELDS


def test_not_twice(build, tmp_path):
    """FPMR is not among the read-only system registers as well."""
    files = features([build.qemu], 'max', tmp_path)
    assert sum(len(re.findall(r'<reg name="fpmr"', text, re.I))
               for text in files.values()) == 1


@pytest.mark.parametrize('cpu', ['max', 'cortex-a57', 'neoverse-n2'])
def test_off_is_vanilla(build, vanilla, tmp_path, cpu):
    """Without what we add, a debugger is told what it always was."""
    ours = features([build.qemu], runner.OFF[cpu], tmp_path)
    theirs = features(vanilla, cpu, tmp_path)
    assert list(ours) == list(theirs)
    for name, text in theirs.items():
        for old, new in RENAMED.items():
            if name == 'system-registers.xml':
                assert text.count(f'"{old}"') == 1
            text = text.replace(f'"{old}"', f'"{new}"')
        assert ours[name] == text, name


def test_on_adds_one_file(build, tmp_path):
    """With FPMR, nothing but numbers changes in the other files."""
    on = features([build.qemu], 'max', tmp_path)
    off = features([build.qemu], 'max,fpmr=off', tmp_path)
    include = '<xi:include href="aarch64-fpmr.xml"/>'
    assert on['target.xml'].count(include) == 1
    on['target.xml'] = on['target.xml'].replace(include, '')
    del on['aarch64-fpmr.xml']

    def without_numbers(files):
        return {name: re.sub(r' regnum="\d+"', '', text)
                for name, text in files.items()}
    assert without_numbers(on) == without_numbers(off)


@pytest.mark.parametrize('machine', ['virt', EL3])
def test_write(debug, machine):
    """What gdb writes, the guest reads; what the guest writes, gdb reads."""
    got = debug(f'''
answer('reset', '$fpmr')
set_fpmr({VALUE:#x})
answer('plain', '$fpmr')
gdb.execute('break read')
gdb.execute('continue')
answer('pc', '$pc == (long) &read')
answer('of guest', '$fpmr')
answer('written', '$x5')
set_fpmr(-1)
answer('masked', '$fpmr')
shown('fields')
gdb.execute('stepi')
answer('guest reads', '$x1')
gdb.execute('set $pc = (long) &read')
set_fpmr({VALUE | 1 << 63 | 1 << 38 | 1 << 23 | 1 << 9:#x})
gdb.execute('stepi')
answer('guest reads again', '$x1')
gdb.execute('set $pc = (long) &read')
set_fpmr(0)
gdb.execute('stepi')
answer('guest reads zero', '$x1')
''', 'max', machine)
    written = got.pop('written')
    assert written & ~FPMR_FIELDS == 0 and written != 0
    assert got == {
        'reset': 0, 'plain': VALUE, 'pc': 1, 'of guest': written,
        'masked': FPMR_FIELDS,
        'fields': [f'fpmr {FPMR_FIELDS:#x} [ F8S1=7 F8S2=7 F8D=7 OSM OSC '
                   'LSCALE=127 NSCALE=255 LSCALE2=63 ]'],
        'guest reads': FPMR_FIELDS, 'guest reads again': VALUE,
        'guest reads zero': 0,
    }


def test_group(debug):
    """It is among the floating-point registers, with names for its fields."""
    got = debug('''
set_fpmr(0x4041)
shown('float', 'info registers float')
shown('name')
''', 'max')
    line = ('fpmr 0x4041 [ F8S1=1 F8S2=0 F8D=1 OSM '
            'LSCALE=0 NSCALE=0 LSCALE2=0 ]')
    assert got == {'float': [line], 'name': [line]}


def test_each_cpu_has_its_own(debug):
    got = debug('''
for n in 1, 2:
    gdb.execute(f'thread {n}')
    set_fpmr(n)
for n in 1, 2:
    gdb.execute(f'thread {n}')
    answer(f'cpu {n}', '$fpmr')
''', 'max', smp=2)
    assert got == {'cpu 1': 1, 'cpu 2': 2}


@pytest.mark.parametrize('cpu', ['max,fpmr=off', 'cortex-a57', 'neoverse-n2'])
def test_absent(debug, cpu):
    """A register that is not there is void in gdb, and stays so."""
    got = debug('''
answer('fpmr', '$fpmr')
answer('id', '$ID_AA64PFR2_EL1')
''', cpu)
    assert got == {'fpmr': None, 'id': 0}


def test_id_registers(debug):
    got = debug('''
for name in 'PFR2', 'FPFR0', 'ISAR3':
    answer(name, f'$ID_AA64{name}_EL1')
''', 'max')
    assert got == {'PFR2': 1 << 32, 'FPFR0': 0xf0000003, 'ISAR3': 1 << 4}


FP_SECTION = re.compile(r'FPCR=[0-9a-f]{8} FPSR=[0-9a-f]{8}\n'
                        r' +FPMR=([0-9a-f]{16})\n')


def test_info_registers(build, fpmr_guest):
    with Machine([build.qemu], ['-machine', 'virt', '-cpu', 'max', '-S',
                                '-kernel', fpmr_guest]) as qemu:
        qemu.run_for(0.2)
        text = qemu.hmp('info registers')
        regs = qemu.registers()
    assert regs['X02'] > 0
    found = FP_SECTION.findall(text)
    # The guest may have been stopped just before its write.
    assert found and int(found[0], 16) in (regs['X05'], regs['X01'])
    assert text.count('FPMR') == 1


@pytest.mark.parametrize('cpu', ['max,fpmr=off', 'cortex-a57'])
def test_info_registers_off(build, vanilla, cpu):
    """Without FPMR, the dump is what it was, to the byte."""
    def dump(cmd, cpu):
        with Machine(cmd, ['-machine', 'virt', '-cpu', cpu, '-S']) as qemu:
            return qemu.hmp('info registers')
    ours = dump([build.qemu], cpu)
    assert 'FPMR' not in ours
    assert ours == dump(vanilla, cpu.split(',')[0])


@pytest.mark.parametrize('cpu, shown', [('max', True),
                                        ('max,fpmr=off', False)])
def test_log(build, fpmr_guest, tmp_path, cpu, shown):
    """-d cpu,fpu shows it, -d cpu alone does not."""
    def log(items):
        path = tmp_path / f'{items}.log'
        with Machine([build.qemu],
                     ['-machine', 'virt', '-cpu', cpu, '-S', '-d', items,
                      '-D', path, '-kernel', fpmr_guest]) as qemu:
            qemu.run_for(0.1)
        return path.read_text()
    full = log('cpu,fpu')
    assert 'FPCR=' in full
    assert bool(FP_SECTION.search(full)) == shown
    assert ('FPMR' in full) == shown
    if shown:
        # It starts as 0, and follows the guest.
        values = [int(v, 16) for v in FP_SECTION.findall(full)]
        assert values[0] == 0 and len(set(values)) > 1
        assert not any(v & ~FPMR_FIELDS for v in values)
    brief = log('cpu')
    assert ' PC=' in brief and 'FPMR' not in brief
