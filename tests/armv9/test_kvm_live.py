# Live migration of KVM guests that have FPMR in use; targets that refuse.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvm_live.py --builddir=build
#
# The guest is fpmr-guest.S: it never stops comparing FPMR with what it wrote.

import pytest

from kvmhost import registers, tries

GUEST = '/tmp/fpmr-guest'
SOCKET = 'unix:/tmp/live'
OFF = 'host,fpmr=off'


@pytest.fixture
def guests(hosts, fpmr_guest):
    """guests(host, cpu, ...): a QEMU with the guest in it, started"""
    def start(name, cpu, *args):
        host = hosts(name)
        if host.sh(f'[ -e {GUEST} ] || echo none'):
            host.put(GUEST, fpmr_guest.read_bytes())
        return host.qemu('-cpu', cpu, '-smp', 2, '-kernel', GUEST, *args)
    return start


def target(guests, name, cpu, listen=SOCKET):
    """A QEMU that waits for a guest, and goes on if there comes a wrong one"""
    vm = guests(name, cpu, '-incoming', 'defer')
    vm.listen = listen
    return vm


def runs(vm, fpmr=1):
    """The guest makes rounds, and has FPMR as it wrote it."""
    before = vm.registers()['X02']
    for _ in tries('the guest makes no rounds'):
        regs = vm.registers()
        assert regs['X04'] == 0, 'FPMR did not read as written'
        if regs['X02'] > before + 10:
            break
    assert regs['X03'] == fpmr
    assert ('FPMR' in regs) == bool(fpmr)
    if fpmr:
        # It reads, makes a new value, and writes that.
        assert regs['FPMR'] in (regs['X05'], regs['X01'])
    return regs['X02']


def status(vm):
    return vm.qmp('query-status')['status']


def migration(vm):
    return vm.qmp('query-migrate').get('status')


def slow_down(vm):
    """So slow that it is still on the way when it is looked at"""
    vm.qmp('migrate-set-parameters', max_bandwidth=20000)


def hurry(vm):
    vm.qmp('migrate-set-parameters', max_bandwidth=1 << 30)


def begin(source, to, uri=SOCKET):
    to.qmp('migrate-incoming', uri=to.listen, exit_on_error=False)
    source.qmp('migrate', uri=uri)


def ends(source, *how):
    for _ in tries('migration has not ended', 30):
        if migration(source) in how:
            return migration(source)


def moves(source, to, uri=SOCKET, fpmr=1):
    """The guest is live on the way, and afterwards there, not here."""
    runs(source, fpmr)
    slow_down(source)
    begin(source, to, uri)
    for _ in tries('migration has not begun'):
        if migration(source) == 'active':
            break
    rounds = runs(source, fpmr)
    assert migration(source) == 'active'
    hurry(source)
    ends(source, 'completed')
    assert status(source) == 'postmigrate'
    last = source.registers()
    for _ in tries('the guest does not go on there'):
        if status(to) == 'running':
            break
    assert rounds < last['X02'] < runs(to, fpmr)
    # Nothing of it was made up: here it stands as it left.
    assert source.registers() == last


@pytest.mark.parametrize('kernel, cpu', [
    ('6.12', 'host'),
    *[pytest.param(*case, id='-'.join(case) + '-long-idregs') for case in
      (('6.12', OFF), ('7.2', 'host'), ('7.2', OFF))]])
def test_here(guests, kernel, cpu):
    """From one QEMU to the other, in one host"""
    fpmr = int(cpu == 'host')
    with guests(kernel, cpu) as source, \
            target(guests, kernel, 'host') as to:
        moves(source, to, fpmr=fpmr)
        assert registers(to) == registers(source) or not fpmr
        to.qmp('system_reset')
        runs(to, fpmr)


@pytest.mark.parametrize('names, fpmr', [
    pytest.param(('6.12 without FPMR', '6.12'), 0, id='6.12-long-idregs'),
    pytest.param(('6.12', '7.2'), 1, id='6.12 to 7.2-long-idregs')])
def test_hosts(guests, hosts, names, fpmr):
    """From one host to another, over TCP"""
    a, b = names
    with guests(a, 'host') as source, \
            target(guests, b, 'host', 'tcp:0.0.0.0:4444') as to:
        moves(source, to, f'tcp:10.0.2.2:{hosts(b).incoming}', fpmr)


@pytest.mark.parametrize('answers', [
    pytest.param(True, id='return-path'),
    pytest.param(False, id='one way-long-idregs')])
def test_refused(guests, answers):
    """A target that does not take the guest: the source has it still."""
    with guests('6.12', 'host') as source:
        with target(guests, '6.12', OFF) as to:
            if answers:
                for vm in source, to:
                    vm.qmp('migrate-set-capabilities', capabilities=[
                        {'capability': 'return-path', 'state': True}])
            runs(source)
            begin(source, to)
            for _ in tries('the target has not refused'):
                if migration(to) == 'failed':
                    break
            assert ('ID_AA64PFR2_EL1.FPMR: the guest has 0x1, but 0x0 was '
                    'asked for with -cpu\n') in to.said()
            # Who gets no answer has sent all, and stands still.
            if answers:
                ends(source, 'failed')
            elif ends(source, 'failed', 'completed') == 'completed':
                assert status(source) == 'postmigrate'
                source.qmp('cont')
            assert status(source) == 'running'
            runs(source)
        # Another takes it.
        with target(guests, '6.12', 'host') as to:
            moves(source, to)


@pytest.mark.parametrize('kernel', [
    pytest.param('6.12', id='6.12-long-idregs')])
def test_cancel(guests, kernel):
    """Half of it was sent, and then not."""
    with guests(kernel, 'host') as source, \
            target(guests, kernel, 'host') as to:
        runs(source)
        slow_down(source)
        begin(source, to)
        for _ in tries('migration has not begun'):
            if source.qmp('query-migrate').get('ram', {}).get('transferred'):
                break
        source.qmp('migrate_cancel')
        ends(source, 'cancelled')
        assert status(source) == 'running'
        runs(source)
        for _ in tries('the target has not noticed'):
            if migration(to) == 'failed':
                break
        assert status(to) == 'inmigrate'
        to.qmp('quit')
        with target(guests, kernel, 'host') as again:
            moves(source, again)


CONSOLE = '/tmp/live.console'


@pytest.mark.parametrize('names', [
    pytest.param(('6.12', '7.2'), id='long-idregs')])
def test_linux(hosts, names):
    """A stock kernel whose program has FPMR in use all the time"""
    a, b = [hosts(name) for name in names]
    args = ['-cpu', 'host', '-m', 512, '-kernel', '/host/kernel', '-initrd',
            '/host/initrd', '-append', 'console=ttyAMA0 quiet loglevel=3 '
            'panic=-1 armv9.run=fpmr-hold,7', '-serial', f'file:{CONSOLE}']

    def lines(host):
        return host.get(CONSOLE).decode('utf-8', 'replace')

    with a.qemu(*args) as source, b.qemu(*args, '-incoming', 'defer') as to:
        for _ in tries('the guest has not started', 60):
            if 'fpmr-hold: keeps' in lines(a):
                break
        slow_down(source)
        source.qmp('migrate-set-parameters', max_bandwidth=4 << 20)
        to.qmp('migrate-incoming', uri='tcp:0.0.0.0:4444')
        source.qmp('migrate', uri=f'tcp:10.0.2.2:{b.incoming}')
        before = lines(a).count('keeps')
        for _ in tries('the guest does not go on while it moves', 30):
            if lines(a).count('keeps') > before:
                break
        hurry(source)
        for _ in tries('migration has not ended', 120):
            if migration(source) == 'completed':
                break
        assert 'keeps' not in lines(b)
        for _ in tries('the guest does not go on there', 30):
            if lines(b).count('keeps') > 2:
                break
        assert status(to) == 'running'
        # It would end at the first wrong value.
        assert 'ok ' not in lines(a) + lines(b)
