# ID registers under KVM on a kernel that is made up, and what QEMU says.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     /usr/bin/python3 -m pytest tests/armv9/test_kvm_unit.py --builddir=build
#
# The cases are in tests/unit/armv9/kvm.  The random test has one seed here, to
# be the same for everybody; run by hand it takes another each time.

import ast
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


# What QEMU says, and the reference of it

REFERENCE = runner.TOP / 'docs/system/arm/kvm-messages.rst'
SOURCES = [path for pattern in ('accel/kvm/arm-*.c', 'target/arm/idregs*.c')
           for path in sorted(runner.TOP.glob(pattern))]
# What these say takes an Arm host, or QMP.
ELSEWHERE = {'arm-cntfrq.c', 'idregs-models.c', 'idregs-qmp.c'}
ELSEWHERE_TESTS = ['tests/qtest/arm-idregs-test.c',
                   'tests/armv9/test_kvm_features.py']

CALL = re.compile(r'\b(?:error_setg|error_setg_errno|error_report|warn_report|'
                  r'error_printf|error_append_hint)\(')
PIECE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([A-Z]\w*))')
CONVERSION = re.compile(r'%(?:PRI([xud])64|([sud]))')

# idreg_misfit_text() puts its texts together: piece of idregs.c, the whole
MISFITS = [
    (': KVM gives no %s to guests (fixed at 0x0)', r'{f}: KVM gives no .+ to '
     r'guests \(fixed at 0x0\)'),
    (', this host allows ', r'{f}: requested {x}, this host allows '
     r'{x}(?:\.\.{x})?(?: or {x}(?:\.\.{x})?)?'),
    (' by the host kernel (not writable)', r'{f}: requested {x}, fixed at {x} '
     r'by the host kernel \(not writable\)'),
    (' (reserved bits)', r'{r}\[[\d:]+\]: requested {x}, fixed at {x} '
     r'\(reserved bits\)'),
]
PARTS = {'x': '0x[0-9a-f]+', 'r': r'\w+', 'f': r'\w+\.\w+'}
OTHERS = ', and others'
# Upstream's, for what is ours
UPSTREAMS = [r"Property '[\w-]+\.SYSREG_\w+' not found"]


def literal(text, at):
    """A string as C has it, in pieces; a macro's name stays."""
    out = ''
    while (piece := PIECE.match(text, at)):
        out += piece.group(1) if piece.group(1) is not None else \
            piece.group(2)
        at = piece.end()
    return out.replace('\\n', '\n').replace('\\"', '"')


def pattern(text):
    """What a format can print, as a regular expression."""
    kinds = {'s': '.+', 'x': '[0-9a-f]+', 'u': r'\d+', 'd': r'\d+'}
    at, out = 0, ''
    for m in CONVERSION.finditer(text):
        out += re.escape(text[at:m.start()]) + kinds[m.group(1) or m.group(2)]
        at = m.end()
    return out + re.escape(text[at:])


def messages():
    """(name of the source, pattern) of all that is said in so many words."""
    for path in SOURCES:
        text = path.read_text(encoding='utf-8')
        for call in CALL.finditer(text):
            start = text.index('"', call.end())
            said = literal(text, start).strip('\n ')
            if re.search('[a-z]{2}', CONVERSION.sub('', said)):
                yield path.name, pattern(said) + (
                    ': .+' if 'setg_errno' in call.group() else '')
    text = (runner.TOP / 'target/arm/idregs.c').read_text(encoding='utf-8')
    for piece, whole in MISFITS:
        assert piece in text, f'idregs.c does not say "{piece}" any more'
        yield 'idregs.c', whole.format(**PARTS)
    path = runner.TOP / 'accel/kvm/arm-idregs-cpu.c'
    assert OTHERS in path.read_text(encoding='utf-8')
    yield path.name, '.+' + re.escape(OTHERS)


def reference():
    """The lines of the literal blocks, without what is QEMU's own prefix."""
    text = REFERENCE.read_text(encoding='utf-8')
    return [re.sub('^warning: ', '', line.strip())
            for line in re.findall(r'^    .*', text, re.M)]


def matches(one, lines):
    return any(re.fullmatch(one, line) for line in lines)


def strings(path):
    """All strings of a test."""
    text = path.read_text(encoding='utf-8')
    if path.suffix == '.py':
        return [node.value for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)]
    return [literal(text, m.start())
            for m in re.finditer(r'(?<=[\s,{(])"', text)]


def test_reference_has_all():
    missing = [f'{name}: {one}' for name, one in messages()
               if not matches(one, reference())]
    assert not missing


def test_reference_has_no_more():
    known = [one for _, one in messages()] + UPSTREAMS
    extra = [line for line in reference()
             if not any(re.fullmatch(one, line) for one in known)]
    assert not extra


def test_all_is_said(build):
    """Each message is produced by a test, and its whole text compared."""
    said = [re.sub('^qemu-system-aarch64: (?:warning: )?', '', line).strip()
            for name in PROGRAMS
            for line in re.findall(r'^# said: (.*)', output(build, name),
                                   re.M)]
    elsewhere = [line.strip() for path in ELSEWHERE_TESTS
                 for text in strings(runner.TOP / path)
                 for line in text.split('\n')]
    never = [f'{name}: {one}' for name, one in messages()
             if not matches(one, elsewhere if name in ELSEWHERE else said)]
    assert not never, "\n".join(never)
