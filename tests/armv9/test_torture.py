# Memory torture in stock kernels, at length: the tests of torture.cfg.
# SPDX-License-Identifier: GPL-2.0-or-later

import sys

import pytest

import runner

sys.path.insert(0, str(runner.TOP / 'tests' / 'guest'))
import guests                                       # noqa: E402

TESTS = guests.load(runner.TOP / 'tests' / 'guest' / 'torture.cfg')


@pytest.mark.parametrize('name', TESTS)
def test_torture(build, name):
    result, _, problems = guests.run_test(build, TESTS[name],
                                          f'torture-{name}', longest=300)
    if problems:
        pytest.fail(runner.explain(result, '\n'.join(problems)),
                    pytrace=False)
