# Run our qtests (tests/qtest/armv9/meson.build lists them), one case each.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_qtest.py --builddir=build
#     ... -k refusal                   some cases
#     ... --qemu=/some/qemu-system-aarch64
#
# The cases of a program are asked from the program itself, so that a new one
# needs no line here.

import os
import re
import subprocess

import pytest

import runner

LIST = runner.TOP / 'tests/qtest/armv9/meson.build'
PROGRAMS = re.findall(r"'([\w-]+-test)'", LIST.read_text(encoding='utf-8'))


def environment(build):
    # libqtest learns the architecture from the end of the name.
    return dict(os.environ, QTEST_QEMU_BINARY=str(build.qemu))


def pytest_generate_tests(metafunc):
    option = metafunc.config.getoption
    build = runner.Build(option('--builddir'), option('--qemu'))
    cases = []
    for name in PROGRAMS:
        program = build.dir / 'qemu/tests/qtest' / name
        paths = ['not built']
        if program.exists():
            out = subprocess.run([program, '-l'], env=environment(build),
                                 check=True, text=True, timeout=20,
                                 stdout=subprocess.PIPE).stdout
            # Newer versions of GLib list the cases as comments of TAP.
            paths = re.findall(r'^(?:# )?(/.*)', out, re.M) or ['no cases']
        cases += [pytest.param(program, path, id=f'{name}{path}')
                  for path in paths]
    metafunc.parametrize('program, path', cases)


def test_qtest(build, program, path):
    if not program.exists():
        pytest.fail(f'{program} is not there; run make qtests',
                    pytrace=False)
    cmd = ['env', f'QTEST_QEMU_BINARY={build.qemu}',
           program, '--tap', '-k', '-p', path]
    result = runner.run(cmd, timeout=60, cwd=build.dir / 'qemu')
    if result.rc != 0:
        why = 'timed out' if result.rc is None else f'status {result.rc}'
        pytest.fail(runner.explain(result, why), pytrace=False)
    done = re.findall(r'^(ok|not ok) \d+ (\S+)(.*)', result.out, re.M)
    if done != [('ok', path, '')]:
        pytest.fail(runner.explain(result, f'not one ok, but {done}'),
                    pytrace=False)
