# ID registers under KVM on a kernel that is made up, and what QEMU says.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvm_unit.py --builddir=build
#
# The cases are in tests/unit/armv9/kvm.  The random test has one seed here, to
# be the same for everybody; run by hand it takes another each time.

import functools
import re

import pytest

import runner

DIR = 'tests/unit/armv9/kvm'
SEED = 'R02S6777fcaa69f2f2d3487f0fe83c3c8af4'
LIST = runner.TOP / DIR / 'meson.build'
PROGRAMS = re.findall(r"^  '(test-[\w-]+)',$", LIST.read_text(encoding='utf-8'),
                      re.M)


@functools.cache
def output(build, name):
    program = build.dir / 'qemu' / DIR / name
    if not program.exists():
        pytest.fail(f'{program} is not there; run make qtests',
                    pytrace=False)
    result = runner.run([program, '--tap', '-k', f'--seed={SEED}'], timeout=120,
                        cwd=build.dir / 'qemu')
    if result.rc != 0:
        pytest.fail(runner.explain(result, f'status {result.rc}'),
                    pytrace=False)
    return result.out


@pytest.mark.parametrize('name', PROGRAMS)
def test_cases(build, name):
    out = output(build, name)
    plan = int(re.search(r'^1\.\.(\d+)$', out, re.M).group(1))
    passed = re.findall(r'^ok \d+ (/[\w./-]+)$', out, re.M)
    assert plan == len(passed) == len(set(passed)) > 0
