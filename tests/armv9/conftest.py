# pytest options and fixtures for all tests in this folder.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

import runner


def pytest_addoption(parser):
    group = parser.getgroup('qemu-armv9')
    group.addoption('--builddir', default=runner.TOP / 'build', metavar='DIR',
                    help='DIR/src is the composed tree, DIR/qemu its build '
                         '(default: build beside the sources)')
    group.addoption('--qemu', metavar='PATH',
                    help='qemu-system-aarch64 to test '
                         '(default: DIR/qemu/qemu-system-aarch64)')


@pytest.fixture(scope='session')
def build(request):
    """The build under test.  One that is not there is an error, not a skip:
    a test run that quietly tested nothing would look like success."""
    build = runner.Build(request.config.getoption('--builddir'),
                         request.config.getoption('--qemu'))
    if build.missing():
        pytest.fail('not there: ' + ', '.join(build.missing())
                    + '; build first, or give --builddir and --qemu',
                    pytrace=False)
    return build
