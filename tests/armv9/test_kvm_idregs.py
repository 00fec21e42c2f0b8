# ID registers of KVM guests: the tests of tests/guest/idregs.cfg.
# SPDX-License-Identifier: GPL-2.0-or-later

import sys

import pytest

import runner

sys.path.insert(0, str(runner.TOP / 'tests' / 'guest'))
import guests                                       # noqa: E402

TESTS = guests.load(runner.TOP / 'tests' / 'guest' / 'idregs.cfg')


@pytest.mark.parametrize('name', TESTS)
def test_kvm_idregs(build, name):
    result, _, problems = guests.run_test(build, TESTS[name], name)
    if problems:
        pytest.fail(runner.explain(result, '\n'.join(problems)),
                    pytrace=False)
