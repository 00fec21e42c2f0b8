# Stock kernels as guests: the tests of tests/guest/guests.cfg.
# SPDX-License-Identifier: GPL-2.0-or-later

import http.server
import re
import secrets
import subprocess
import sys
import threading

import pytest

import runner

sys.path.insert(0, str(runner.TOP / 'tests' / 'guest'))
import guests                                       # noqa: E402

TESTS = guests.load(runner.TOP / 'tests' / 'guest' / 'guests.cfg')

SECTOR = 512
OUT_SECTOR = 8


def fail(result, problems):
    pytest.fail(runner.explain(result, '\n'.join(problems)), pytrace=False)


def check(test, result, log):
    log.write_text(result.out, encoding='utf-8')
    report, problems = guests.judge(test, result)
    if problems:
        fail(result, problems)
    return report


@pytest.fixture
def logs(build):
    folder = build.dir / 'guest' / 'logs'
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# What a test is given: each a generator that yields the words to put into
# the test for @...@ and QEMU options, and checks afterwards.

def setup_net(tmp_path, words):
    """A web server on this machine, which the guest reaches as 10.0.2.2."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):                           # pylint: disable=C0103
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(words['IN'].encode())

        def log_message(self, *args):               # pylint: disable=W0221
            pass

    asked = []
    with http.server.HTTPServer(('127.0.0.1', 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        words['PORT'] = str(server.server_port)
        yield []
        server.shutdown()
    assert asked == ['/'], 'what the guest asked the web server for'


def setup_disk(tmp_path, words):
    disk = tmp_path / 'disk'
    disk.write_bytes(words['IN'].encode() + b'\n' + bytes(1 << 20))
    yield ['-drive', f'file={disk},format=raw,if=virtio']
    data = disk.read_bytes()[OUT_SECTOR * SECTOR:]
    assert data.startswith(words['OUT'].encode() + b'\n'), \
        'what the guest wrote to the disk'


def setup_share(tmp_path, words):
    (tmp_path / 'in').write_text(words['IN'] + '\n', encoding='ascii')
    yield ['-virtfs', f'local,path={tmp_path},mount_tag=share,'
           'security_model=none']
    assert (tmp_path / 'out').read_text(encoding='ascii') \
        == words['OUT'] + '\n', 'what the guest left in the share'


def setup_none(tmp_path, words):
    yield []


# What happens to a test while it runs.  After the line that was waited for,
# some time passes: the guest is then not where it prints, but in a task that
# has its value in FPMR.

def switches(match):
    return int(match[1])


# To the end of the line, or the guest is stopped within it, and the next line
# comes right behind.
PROGRESS = r'# switches (\d+) of (\d+), mismatches 0\n'


def progress(guest, percent, after=0):
    """Wait until fpmr-switch has come that far; the match."""
    while True:
        match = guest.wait_for(PROGRESS, after)
        if switches(match) * 100 >= int(match[2]) * percent:
            return match
        after = match.end()


def during_savevm(build, cmd, timeout, tmp_path):
    """Save, run on, go back: the guest goes on from where it was saved."""
    disk = tmp_path / 'disk.qcow2'
    subprocess.run([build.qemu.parent / 'qemu-img', 'create', '-q', '-f',
                    'qcow2', disk, '64M'], check=True)
    cmd = cmd + ['-drive', f'file={disk},format=qcow2,if=virtio']
    with guests.Guest(cmd, timeout, tmp_path / 'qmp') as guest:
        progress(guest, 20)
        guest.wait_a_little(0.3)
        guest.hmp('savevm mid-use')
        ahead = progress(guest, 60)
        guest.qmp('stop')
        guest.hmp('loadvm mid-use')
        here = len(guest.out)
        guest.qmp('cont')
        again = guest.wait_for(PROGRESS, here)
        if switches(again) >= switches(ahead):
            raise guests.GuestError('loadvm did not go back: '
                                    f'{ahead[0]}, then {again[0]}')
        return guest.finish()


def during_migrate(build, cmd, timeout, tmp_path):
    """To a file, and from it in a fresh process."""
    state = tmp_path / 'state'
    with guests.Guest(cmd, timeout, tmp_path / 'qmp1') as source:
        progress(source, 20)
        source.wait_a_little(0.3)
        source.qmp('migrate', uri=f'file:{state}')
        while (status := source.qmp('query-migrate')['status']) \
                not in ('completed', 'failed'):
            source.wait_a_little()
        if status != 'completed':
            raise guests.GuestError(f'migration {status}')
        source.qmp('quit')
        first = source.finish()
    if re.search('^armv9: status', first.out, re.M):
        raise guests.GuestError('the program was done before it migrated')
    with guests.Guest(cmd + ['-incoming', f'file:{state}'], timeout,
                      tmp_path / 'qmp2') as target:
        second = target.finish()
    return second._replace(out=first.out + second.out)


def plain(build, cmd, timeout, tmp_path):
    return guests.run(cmd, timeout)


@pytest.mark.parametrize('name', TESTS)
def test_guest(build, logs, tmp_path, name):
    words = {'IN': secrets.token_hex(8), 'OUT': secrets.token_hex(8)}
    test = TESTS[name]
    setup = {'net': setup_net, 'disk': setup_disk, 'share': setup_share,
             None: setup_none}[test.get('setup')](tmp_path, words)
    during = {'savevm': during_savevm, 'migrate': during_migrate,
              None: plain}[test.get('during')]
    extra = next(setup)
    test = {key: re.sub('@([A-Z]+)@', lambda m: words[m[1]], value)
            for key, value in test.items()}
    cmd = guests.command(build, test, extra)
    try:
        result = during(build, cmd, guests.limit(test), tmp_path)
    except guests.GuestError as e:
        fail(e.result, [str(e)])
    check(test, result, logs / f'{name}.log')
    assert next(setup, None) is None


SHELL = runner.TOP / 'tests' / 'guest' / 'shell'


def test_shell(build):
    """make shell, with commands from a pipe instead of a person."""
    result = subprocess.run(
        [SHELL, f'--builddir={build.dir}', f'--qemu={build.qemu}'],
        input='expr 1111 + 2222; ifconfig eth0 | grep inet; idregs with\n',
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=120, check=False)
    assert result.returncode == 0, result.stdout
    for line in ('^3333$', r'inet addr:10\.0\.2\.', '^ok 11 - ',
                 '^armv9: exit 0$'):
        assert re.search(line, result.stdout, re.M), result.stdout
    assert 'not ok' not in result.stdout
