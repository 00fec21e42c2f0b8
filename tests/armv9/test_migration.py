# Our registers in migration streams and snapshots, vanilla QEMU's streams.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_migration.py --builddir=build
#
# FPMR has no section of its own: it travels in the list of system registers,
# and so does ID_AA64PFR2_EL1, which makes a machine refuse a stream of one
# that has FPMR when it has not, and the other way round.  So do the registers
# of trace, and ID_AA64DFR0_EL1.

import contextlib
import json
import re
import time

import pytest

import runner
from machine import Machine

VERSIONS = ['virt-10.0', 'virt-9.2']
EL3 = 'secure=on,virtualization=on'


@pytest.fixture
def start(fpmr_guest):
    """start(cmd, machine, cpu, ...): a Machine, stopped, with the guest."""
    def start(cmd, machine, cpu, smp=1, *args):
        return Machine(cmd, ['-machine', machine, '-cpu', cpu, '-smp', smp,
                             '-m', 16, '-S', '-kernel', fpmr_guest, *args])
    return start


def state(qemu, smp=1):
    """All that "info registers" tells, of all CPUs."""
    return [qemu.hmp('info registers', cpu) for cpu in range(smp)]


def run_rounds(qemu, fpmr):
    """Let the guest run for some rounds; stop it in the middle of one."""
    before = qemu.registers()['X02']
    for _ in range(100):
        qemu.run_for(0.05)
        regs = qemu.registers()
        # Mid-use: written, and not yet read again.
        if regs['X02'] > before + 10 and \
           (not fpmr or regs['FPMR'] == regs['X05'] != regs['X01']):
            break
    else:
        raise AssertionError(f'the guest makes no rounds: {regs}')
    assert regs['X03'] == fpmr
    assert regs['X04'] == 0, 'FPMR did not read as written'
    assert ('FPMR' in regs) == bool(fpmr)
    return regs


def wait_for_migration(qemu):
    """How it ended: completed, or failed and QEMU's reason."""
    for _ in range(600):
        info = qemu.qmp('query-migrate')
        if info.get('status') in ('completed', 'failed'):
            return info['status'], info.get('error-desc', '')
        time.sleep(0.05)
    raise AssertionError(f'migration does not end: {info}')


def save(qemu, path):
    # The stream that a socket would carry.
    qemu.qmp('migrate', uri=f'exec:cat > {path}')
    assert wait_for_migration(qemu) == ('completed', '')


def load(qemu, path):
    qemu.qmp('migrate-incoming', uri=f'exec:cat {path}',
             exit_on_error=False)
    return wait_for_migration(qemu)


INCOMING = ('-incoming', 'defer')


def move(start, tmp_path, source, target, fpmr, smp=1):
    """Move a running guest from source to target, (cmd, machine, cpu) each.
    It must be the same there, and go on."""
    stream = tmp_path / 'stream'
    with start(*source, smp) as qemu:
        here = run_rounds(qemu, fpmr)
        before = state(qemu, smp)
        save(qemu, stream)
    with start(*target, smp, *INCOMING) as qemu:
        assert load(qemu, stream) == ('completed', ''), qemu.said()
        assert state(qemu, smp) == before
        there = run_rounds(qemu, fpmr)
    assert there['X02'] > here['X02']


def refuse(start, tmp_path, source, target):
    """The target must refuse the stream; what it says on stderr."""
    stream = tmp_path / 'stream'
    with start(*source) as qemu:
        qemu.run_for(0.1)
        save(qemu, stream)
    with start(*target, 1, *INCOMING) as qemu:
        status, why = load(qemu, stream)
        said = qemu.said()
    assert status == 'failed'
    # For a user, all of it comes out on the terminal.
    return f'{said}\n{why}'


def layout(start, tmp_path, cmd, cpu):
    """The description at the end of a stream: sections, fields, sizes."""
    stream = tmp_path / 'stream'
    with start(cmd, 'virt-10.0', cpu) as qemu:
        save(qemu, stream)
    data = stream.read_bytes()
    text = data[data.rindex(b'{"configuration"'):].decode()
    return json.JSONDecoder().raw_decode(text)[0]


@pytest.mark.parametrize('cpu', ['max', 'neoverse-n2', 'cortex-a710'])
def test_layout_off(build, vanilla, start, tmp_path, cpu):
    ours = layout(start, tmp_path, [build.qemu], runner.OFF[cpu])
    assert ours == layout(start, tmp_path, vanilla, cpu)


def test_layout_on(build, vanilla, start, tmp_path):
    """FPMR is one more register in the list of them, and nothing else."""
    ours = layout(start, tmp_path, [build.qemu], 'max' + runner.NO_TRACE)
    theirs = layout(start, tmp_path, vanilla, 'max')
    lists = [field for device in ours['devices'] if device['name'] == 'cpu'
             for field in device['fields']
             if field['name'] in ('cpreg_vmstate_indexes',
                                  'cpreg_vmstate_values')]
    assert len(lists) == 2
    for field in lists:
        field['array_len'] -= 1
    assert ours == theirs


@pytest.mark.parametrize('options', ['', EL3], ids=['el1', 'el3'])
@pytest.mark.parametrize('version', VERSIONS)
def test_move(build, start, tmp_path, version, options):
    machine = f'{version},{options}'.rstrip(',')
    ours = [build.qemu], machine, 'max'
    move(start, tmp_path, ours, ours, fpmr=1)


def test_move_smp(build, start, tmp_path):
    """CPUs other than the first are off, and have an FPMR all the same."""
    ours = [build.qemu], 'virt', 'max'
    move(start, tmp_path, ours, ours, fpmr=1, smp=2)


def test_move_file(build, start, tmp_path):
    """The file: transport, with mapped RAM: what libvirt saves to."""
    stream = tmp_path / 'stream'
    capabilities = [{'capability': 'mapped-ram', 'state': True}]
    with start([build.qemu], 'virt', 'max') as qemu:
        run_rounds(qemu, 1)
        before = state(qemu)
        qemu.qmp('migrate-set-capabilities', capabilities=capabilities)
        qemu.qmp('migrate', uri=f'file:{stream}')
        assert wait_for_migration(qemu) == ('completed', '')
    with start([build.qemu], 'virt', 'max', 1, *INCOMING) as qemu:
        qemu.qmp('migrate-set-capabilities', capabilities=capabilities)
        qemu.qmp('migrate-incoming', uri=f'file:{stream}',
                 exit_on_error=False)
        assert wait_for_migration(qemu) == ('completed', '')
        assert state(qemu) == before
        run_rounds(qemu, 1)


def fpmr_by_gdb(stub, value=None):
    """FPMR as gdb sees it, even while it is switched off; or set it."""
    write = [] if value is None else ['-ex',
                                      f'set $fpmr = (long) {value:#x}']
    result = runner.run(['gdb-multiarch', '-nx', '-batch',
                         '-ex', f'target remote {stub}', *write,
                         '-ex', 'print/x $fpmr', '-ex', 'disconnect'],
                        timeout=60)
    return int(re.search(r'^\$1 = (\w+)$', result.out, re.M)[1], 16)


@pytest.mark.parametrize('value', [0, 1, 0x3fff7fc1ff])
def test_values(build, start, tmp_path, value):
    """Each value arrives, and is kept when the guest cannot use it yet."""
    stream = tmp_path / 'stream'
    stub = tmp_path / 'gdb.sock'
    args = ['-gdb', f'unix:{stub},server=on,wait=off']
    with start([build.qemu], 'virt', 'max', 1, *args) as qemu:
        assert fpmr_by_gdb(stub, value) == value
        before = state(qemu)
        save(qemu, stream)
    stub.unlink()
    with start([build.qemu], 'virt', 'max', 1, *INCOMING, *args) as qemu:
        assert load(qemu, stream) == ('completed', ''), qemu.said()
        assert fpmr_by_gdb(stub) == value
        assert state(qemu) == before


@contextlib.contextmanager
def disk(build, tmp_path):
    image = tmp_path / 'disk.qcow2'
    result = runner.run([build.dir / 'qemu/qemu-img', 'create', '-f', 'qcow2',
                         image, '1M'], timeout=30)
    assert result.rc == 0, result.out
    yield ['-drive', f'if=none,id=d,file={image},format=qcow2']


def test_snapshot(build, start, tmp_path):
    """savevm and loadvm in one machine, and loadvm in a new one."""
    with disk(build, tmp_path) as args:
        with start([build.qemu], 'virt', 'max', 1, *args) as qemu:
            run_rounds(qemu, 1)
            before = state(qemu)
            assert qemu.hmp('savevm mid') == ''
            run_rounds(qemu, 1)
            assert state(qemu) != before
            assert qemu.hmp('loadvm mid') == ''
            assert state(qemu) == before
            run_rounds(qemu, 1)
        with start([build.qemu], 'virt', 'max', 1, *args,
                   '-loadvm', 'mid') as qemu:
            assert state(qemu) == before
            run_rounds(qemu, 1)


def test_snapshot_twice(build, start, tmp_path):
    """loadvm twice before the guest runs again."""
    with disk(build, tmp_path) as args, \
            start([build.qemu], 'virt', 'max', 1, *args) as qemu:
        run_rounds(qemu, 1)
        before = state(qemu)
        assert qemu.hmp('savevm mid') == ''
        assert qemu.hmp('loadvm mid') == ''
        assert qemu.hmp('loadvm mid') == ''
        assert state(qemu) == before
        run_rounds(qemu, 1)


def test_snapshot_off(build, start, tmp_path):
    """A snapshot with FPMR is refused without, and that is said."""
    with disk(build, tmp_path) as args:
        with start([build.qemu], 'virt', 'max', 1, *args) as qemu:
            run_rounds(qemu, 1)
            assert qemu.hmp('savevm mid') == ''
        with start([build.qemu], 'virt', 'max,fpmr=off', 1, *args) as qemu:
            assert 'Error' in qemu.hmp('loadvm mid')


def test_reset(build, start, tmp_path):
    """A reset machine has FPMR 0, whatever it was."""
    stub = tmp_path / 'gdb.sock'
    with start([build.qemu], 'virt', 'max', 1,
               '-gdb', f'unix:{stub},server=on,wait=off') as qemu:
        assert run_rounds(qemu, 1)['FPMR'] != 0
        qemu.qmp('system_reset')
        assert fpmr_by_gdb(stub) == 0
        run_rounds(qemu, 1)


@pytest.mark.parametrize('version', VERSIONS)
@pytest.mark.parametrize('cpu', ['max', 'cortex-a57', 'neoverse-n2'])
@pytest.mark.parametrize('to', ['to vanilla', 'from vanilla'])
def test_vanilla(build, vanilla, start, tmp_path, version, cpu, to):
    """Off is off in the stream, too."""
    ours = [build.qemu], version, runner.OFF[cpu]
    theirs = vanilla, version, cpu
    source, target = ours, theirs
    if to == 'from vanilla':
        source, target = theirs, ours
    move(start, tmp_path, source, target, fpmr=0)


@pytest.mark.parametrize('cpu', ['max', 'neoverse-n2'])
def test_vanilla_el3(build, vanilla, start, tmp_path, cpu):
    """The same with the registers of EL2 and EL3, and two CPUs."""
    machine = f'virt-10.0,{EL3}'
    ours = [build.qemu], machine, runner.OFF[cpu]
    theirs = vanilla, machine, cpu
    move(start, tmp_path, ours, theirs, fpmr=0, smp=2)
    move(start, tmp_path, theirs, ours, fpmr=0, smp=2)


@pytest.mark.parametrize('options', ['', EL3], ids=['el1', 'el3'])
@pytest.mark.parametrize('cpu', ['max', 'neoverse-n2'])
def test_move_trace(build, start, tmp_path, cpu, options):
    machine = f'virt-10.0,{options}'.rstrip(',')
    ours = [build.qemu], machine, f'{cpu},trbe=on'
    move(start, tmp_path, ours, ours, fpmr=int(cpu == 'max'), smp=2)


def test_layout_trace(build, start, tmp_path):
    """Trace that is not enabled is in the list of registers only."""
    on = layout(start, tmp_path, [build.qemu], 'max,trbe=on')
    off = layout(start, tmp_path, [build.qemu], 'max' + runner.NO_TRACE)
    more = 0
    for ours, theirs in zip(on['devices'], off['devices'], strict=True):
        if ours['name'] == 'cpu':
            for here, there in zip(ours['fields'], theirs['fields'],
                                   strict=True):
                if here['name'] in ('cpreg_vmstate_indexes',
                                    'cpreg_vmstate_values'):
                    more += here['array_len'] - there['array_len']
                    here['array_len'] = there['array_len']
    assert more > 2 * 6         # in both lists, TRFCR_EL1 and TRB registers
    assert on == off


# Where the sides differ, loading fails in the CPU's section, and names what
# does not fit.
REFUSALS = {
    'on to vanilla': ('max' + runner.NO_TRACE, None),
    'vanilla to on': (None, 'max' + runner.NO_TRACE,
                      'ID_AA64PFR2_EL1.FPMR: the guest has 0x0, '
                      'this CPU 0x1\n'
                      'This is FEAT_FPMR; fpmr=off here takes it away.\n'),
    'on to off': ('max', 'max,fpmr=off',
                  'ID_AA64PFR2_EL1.FPMR: the guest has 0x1, this CPU 0x0\n'
                  'This is FEAT_FPMR; fpmr=off where the guest comes from '
                  'would avoid it.\n'),
    'off to on': ('max,fpmr=off', 'max',
                  'ID_AA64PFR2_EL1.FPMR: the guest has 0x0, this CPU 0x1\n'),
    'trace to vanilla': (runner.OFF['max'] + ',trf=on,ete=on,trbe=on',
                         None),
    'vanilla to trace': (None, runner.OFF['max'] +
                         ',trf=on,ete=on,trbe=on',
                         'ID_AA64DFR0_EL1.TraceBuffer: the guest has 0x0, '
                         'this CPU 0x1\n'),
    'trace to off': ('max,trbe=on', 'max' + runner.NO_TRACE,
                     'ID_AA64DFR0_EL1.TraceVer: the guest has 0x1, '
                     'this CPU 0x0\n'),
    'off to trace': ('max' + runner.NO_TRACE, 'max,trbe=on',
                     'ID_AA64DFR0_EL1.TraceVer: the guest has 0x0, '
                     'this CPU 0x1\n'),
    'trace to no trbe': ('max,trbe=on', 'max,ete=on,trbe=off',
                         'ID_AA64DFR0_EL1.TraceBuffer: the guest has 0x1, '
                         'this CPU 0x0\n'
                         'This is FEAT_TRBE; trbe=off where the guest comes '
                         'from would avoid it.\n'),
    'trf to off': ('max,trf=on,ete=off', 'max' + runner.NO_TRACE,
                   'ID_AA64DFR0_EL1.TraceFilt: the guest has 0x1, '
                   'this CPU 0x0\n'),
    # No property of ours, and no register more or less
    'lpa2': ('max', 'max,lpa2=off',
             'ID_AA64MMFR0_EL1.TGran16: the guest has 0x2, this CPU 0x1\n'),
    'other model': ('cortex-a57', 'cortex-a53',
                    'ID_AA64MMFR0_EL1.PARange: the guest has 0x4, '
                    'this CPU 0x2\n'),
}


@pytest.mark.parametrize('case', REFUSALS)
def test_refused(build, vanilla, start, tmp_path, case):
    source, target = [
        (vanilla, 'virt-10.0', 'max') if cpu is None else
        ([build.qemu], 'virt-10.0', cpu) for cpu in REFUSALS[case][:2]]
    text = refuse(start, tmp_path, source, target)
    for named in REFUSALS[case][2:]:
        assert f'qemu-system-aarch64: {named}' in text
    assert "while loading state for instance 0x0 of device 'cpu'" in text


def test_refused_levels(build, start, tmp_path):
    """Registers of EL2 that are not there are named, but not all of them."""
    text = refuse(start, tmp_path,
                  ([build.qemu], 'virt,virtualization=on', 'max'),
                  ([build.qemu], 'virt', 'max'))
    assert text.count(': the guest has it, this CPU has not\n') == 8
    assert ': ... and more registers\n' in text
