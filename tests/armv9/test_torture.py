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
    test = TESTS[name]
    result = guests.run(guests.command(build, test),
                        guests.limit(test, longest=300))
    logs = build.dir / 'guest' / 'logs'
    logs.mkdir(parents=True, exist_ok=True)
    (logs / f'torture-{name}.log').write_text(result.out, encoding='utf-8')
    problems = guests.judge(test, result)[1]
    if problems:
        pytest.fail(runner.explain(result, '\n'.join(problems)),
                    pytrace=False)
