# Upstream's own qtests of what has to do with KVM, in a KVM host.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvm_upstream.py \
#         --builddir=build
#
# They skip without KVM, so that elsewhere nobody runs them.

import re

import pytest

import runner
from kvmhost import QEMU, SLOW

CPU_FEATURES = [
    '/aarch64/arm/kvm/query-cpu-model-expansion',
    '/aarch64/arm/kvm/query-cpu-model-expansion/sve-off',
]
MIGRATION = [
    '/aarch64/migration/precopy/unix/plain',
    '/aarch64/migration/precopy/file',
    '/aarch64/migration/multifd/tcp/plain/zlib',
]


@pytest.fixture(scope='session')
def qtest(build):
    """qtest(name): the program of upstream's, for arm64"""
    def make(name):
        made = runner.run([runner.TOP / 'overlay/arm64', build.dir,
                           f'tests/qtest/{name}'], timeout=900)
        if made.rc != 0:
            pytest.fail(runner.explain(made, f'{name} does not compile:'),
                        pytrace=False)
        return (build.dir / 'arm64/tests/qtest' / name).read_bytes()

    return make


def run(host, program, args, want, seconds):
    """Run it; exactly the tests that are wanted must pass, none be skipped."""
    host.put('/tmp/qtest', program)
    out = host.sh(
        'cd /tmp; chmod +x qtest; mkdir -p /var/tmp; '
        f'QTEST_QEMU_BINARY={QEMU} timeout {seconds * SLOW} ./qtest {args} '
        '2>&1 </dev/null; echo "status $?"', timeout=seconds * SLOW + 9)
    text = out.decode()
    assert text.endswith('status 0\n'), text
    passed = re.findall(r'^ok \d+ (.*)$', text, re.M)
    assert passed == want, text


@pytest.mark.parametrize('name', [
    '6.12', '6.12 with less', pytest.param('7.2', id='long-idregs-7.2')])
def test_cpu_features(hosts, qtest, name):
    run(hosts(name), qtest('arm-cpu-features'), '', CPU_FEATURES, 30)


@pytest.mark.parametrize('test', MIGRATION, ids=[
    f'long-idregs{test}' for test in MIGRATION])
def test_migration(hosts, qtest, test):
    run(hosts('6.12'), qtest('migration-test'), f'-p {test}', [test], 200)
