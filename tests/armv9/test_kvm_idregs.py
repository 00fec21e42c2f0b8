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
    test = TESTS[name]
    result = guests.run(guests.command(build, test), guests.limit(test))
    logs = build.dir / 'guest' / 'logs'
    logs.mkdir(parents=True, exist_ok=True)
    (logs / f'{name}.log').write_text(result.out, encoding='utf-8')
    problems = guests.judge(test, result)[1]
    if problems:
        pytest.fail(runner.explain(result, '\n'.join(problems)),
                    pytrace=False)
