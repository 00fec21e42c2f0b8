# The overlay: house rules, composing the tree, what each failure says.
# SPDX-License-Identifier: GPL-2.0-or-later

import os
import re
import shutil
import subprocess

import pytest

import runner

TOP = runner.TOP
OWN = ['accel', 'configs', 'target', 'patches', 'overlay']


def run(*cmd, env=None, cwd=None):
    """Run a command; its output, both streams, and status."""
    done = subprocess.run([str(c) for c in cmd], capture_output=True,
                          text=True, cwd=cwd, check=False, timeout=120,
                          env={**os.environ, **(env or {})})
    done.output = done.stdout + done.stderr
    return done


def patched_files():
    """The upstream files that the series touches."""
    names = set()
    for patch in (TOP / 'patches').glob('*/*.patch'):
        names.update(re.findall(r'^\+\+\+ [^/]+/(\S+)', patch.read_text(),
                                re.M))
    return sorted(names)


@pytest.fixture
def tree(tmp_path, build):
    """A copy of the repository, and a base with just the files it patches."""
    repo = tmp_path / 'repo'
    base = repo / 'build/base'
    repo.mkdir()
    for name in OWN:
        shutil.copytree(TOP / name, repo / name)
    for name in ['configure', 'VERSION']:
        shutil.copy2(TOP / name, repo / name)
    for name in patched_files() + ['VERSION', 'target/arm/ptw.c']:
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(build.dir / 'base' / name, base / name)
    (base.parent / 'base.id').write_text('QEMU 10.0 for a test\n')
    return repo


def compose(repo):
    return run(repo / 'overlay/compose', repo / 'build')


def test_house_rules(build):
    done = run(TOP / 'overlay/check', build.dir)
    assert done.returncode == 0, done.output


def test_house_rules_notice(tree):
    """overlay/check can fail: patches against the rules, no checkpatch."""
    (tree / 'MAINTAINERS').write_text('')
    (tree / 'patches/hook/orphan.patch').write_text('')
    patch = tree / 'patches/hook/arm-idregs.patch'
    patch.write_text(patch.read_text().replace('Why:', 'Wherefore:')
                     + '+\n' * 31)
    wide = tree / 'patches/hook/arm-tsb.patch'
    # Two lines of context after the last change, one before the first
    wide.write_text(wide.read_text() + ' line\n')
    done = run(tree / 'overlay/check', tree / 'build')
    assert done.returncode == 1
    assert 'hook/orphan.patch: is not in patches/series' in done.output
    assert 'hook/arm-idregs.patch: the header says no "Why:"' in done.output
    assert re.search(r'arm-idregs.patch: adds \d+ lines', done.output)
    assert 'arm-tsb.patch: has more than one line of context' in done.output
    assert 'has no owner in MAINTAINERS' in done.output
    assert 'checkpatch.pl: is not there to check C files' in done.output


def test_compose(tree):
    done = compose(tree)
    assert done.returncode == 0, done.output
    src = tree / 'build/src'
    link = src / 'target/arm/cpregs-fpmr.c'
    assert link.is_symlink()
    assert link.read_text() == (tree / 'target/arm/cpregs-fpmr.c').read_text()
    assert 'id_aa64fpfr0' in (src / 'target/arm/cpu.h').read_text()


def test_compose_again_touches_nothing(tree):
    compose(tree)
    file = tree / 'build/src/target/arm/helper.c'
    before = file.stat().st_mtime_ns
    assert compose(tree).returncode == 0
    assert file.stat().st_mtime_ns == before


def test_changed_hook_touches_only_its_files(tree):
    compose(tree)
    src = tree / 'build/src/target/arm'
    helper = (src / 'helper.c').stat().st_mtime_ns
    cpu = (src / 'cpu.h').stat().st_mtime_ns
    patch = tree / 'patches/hook/arm-fpmr-state.patch'
    patch.write_text(patch.read_text().replace(
        '+        uint64_t fpmr;', '+        uint64_t fpmr; /* changed */'))
    assert compose(tree).returncode == 0
    assert '/* changed */' in (src / 'cpu.h').read_text()
    assert (src / 'cpu.h').stat().st_mtime_ns != cpu
    assert (src / 'helper.c').stat().st_mtime_ns == helper


def test_new_and_removed_own_files(tree):
    compose(tree)
    new = tree / 'target/arm/new/new.c'
    new.parent.mkdir()
    new.write_text('/* new */\n')
    assert compose(tree).returncode == 0
    link = tree / 'build/src/target/arm/new/new.c'
    assert link.read_text() == '/* new */\n'
    new.unlink()
    assert compose(tree).returncode == 0
    assert not link.is_symlink()


def test_own_path_hides_upstream_file(tree):
    (tree / 'target/arm/ptw.c').write_text('/* ours */\n')
    done = compose(tree)
    assert done.returncode == 1
    assert 'our file target/arm/ptw.c hides an upstream file' in done.output


def test_link_replaced_by_file(tree):
    compose(tree)
    file = tree / 'build/src/target/arm/cpregs-fpmr.c'
    file.unlink()
    file.write_text('/* edited by sed -i */\n')
    done = compose(tree)
    assert done.returncode == 1
    assert 'cpregs-fpmr.c is no longer a link to our file' in done.output


@pytest.mark.parametrize('name', ['target/arm/ptw.c', 'target/arm/meson.build'])
def test_upstream_file_edited_outside_a_patch(tree, name):
    # meson.build belongs to a patch, but not to the one on top.
    compose(tree)
    file = tree / 'build/src' / name
    file.write_text(file.read_text() + '\n')
    done = compose(tree)
    assert done.returncode == 1
    assert f'edited outside a patch: {name}' in done.output
    assert file.read_text().endswith('\n\n'), 'the edit must not be lost'
    remedy = re.search('to drop it: (cp .*) && ', done.output)[1]
    assert run(*remedy.split()).returncode == 0
    done = compose(tree)
    assert done.returncode == 0, done.output


def test_popped_patches_are_no_edits(tree):
    compose(tree)
    env = {'BUILDDIR': str(tree / 'build')}
    q = tree / 'overlay/q'
    assert run(q, 'pop', 'hook/arm-idregs.patch', env=env).returncode == 0
    done = compose(tree)
    assert done.returncode == 1
    assert 'not all patches are applied; the top one is ' \
        'hook/arm-idregs.patch' in done.output
    assert run(q, 'push', '-a', env=env).returncode == 0
    assert compose(tree).returncode == 0


def test_goes_on_after_an_interrupted_update(tree, tmp_path):
    """Killed while quilt patches: what that left is no edit of the user's."""
    compose(tree)
    patch = tree / 'patches/hook/arm-fpmr-state.patch'
    patch.write_text(patch.read_text().replace(
        '+        uint64_t fpmr;', '+        uint64_t fpmr; /* changed */'))
    env = fake(tmp_path / 'bin', 'quilt',
               'PATH=${PATH#*:}\n'
               'case "$*" in *push*) quilt "$1" "$2" push 5; exit 1;; esac\n'
               'exec quilt "$@"\n')
    done = run(tree / 'overlay/compose', tree / 'build', env=env)
    assert done.returncode == 1
    done = compose(tree)
    assert done.returncode == 0, done.output
    assert '/* changed */' in \
        (tree / 'build/src/target/arm/cpu.h').read_text()


def test_upstream_file_removed(tree):
    compose(tree)
    (tree / 'build/src/target/arm/ptw.c').unlink()
    done = compose(tree)
    assert done.returncode == 1
    assert 'an upstream file was removed: target/arm/ptw.c' in done.output


def test_quilt_cycle(tree):
    """A new hook with overlay/q: edit, notice, refresh, compose."""
    compose(tree)
    env = {'BUILDDIR': str(tree / 'build'), 'HOME': str(tree)}
    q = tree / 'overlay/q'
    assert run(q, 'new', 'hook/test.patch', env=env).returncode == 0
    assert run(q, 'add', 'target/arm/ptw.c', env=env).returncode == 0
    file = tree / 'build/src/target/arm/ptw.c'
    file.write_text('/* hooked */\n' + file.read_text())
    done = compose(tree)
    assert 'ptw.c has edits that are not in a patch yet' in done.output
    assert file.read_text().startswith('/* hooked */')
    assert run(q, 'refresh', env=env).returncode == 0
    done = compose(tree)
    assert done.returncode == 0, done.output
    assert 'not in a patch' not in done.output
    patch = (tree / 'patches/hook/test.patch').read_text()
    assert '+/* hooked */' in patch
    assert len(re.findall('^ ', patch, re.M)) == 1, 'one line of context'


def test_hook_does_not_apply(tree):
    file = tree / 'build/base/target/arm/tcg/cpu64.c'
    file.write_text(file.read_text().replace('&arm_cpu_lpa2_property',
                                             '&arm_cpu_other_property'))
    done = compose(tree)
    assert done.returncode == 1
    assert 'the hook patches/hook/arm-cpu-fpmr.patch does not apply to ' \
        'QEMU 10.0 for a test' in done.output
    assert 'target/arm/tcg/cpu64.c' in done.output
    assert re.search(r'Hunk #\d FAILED', done.output)
    assert not (tree / 'build/src').exists(), 'nothing half-done'


def configure(tree, *args, env=None):
    """configure, up to where it would unpack or compose."""
    return run(tree / 'configure', *args, cwd=tree, env=env)


def test_wrong_base_version(tree):
    other = tree / 'other'
    other.mkdir()
    (other / 'VERSION').write_text('9.2.4\n')
    done = configure(tree, f'--qemu-source={other}')
    assert done.returncode == 1
    assert f'{other} is not QEMU 10.0.x: its version is 9.2.4' in done.output
    assert not (tree / 'build/base.new').exists(), 'nothing half-done'


@pytest.mark.parametrize('option, words', [
    ('--prefix=opt', '--prefix=opt is not an absolute path'),
    ('--prefix=/a b', '--prefix=/a b must not contain white space'),
    ('--qemu-source=', '--qemu-source needs a path'),
    ('--qemu-source=.', 'holds the build folder'),
    ('--qemu-source=build/base', "is configure's own copy")])
def test_bad_value(tree, option, words):
    done = configure(tree, option)
    assert done.returncode == 1
    assert words in done.output
    assert (tree / 'build/base/VERSION').exists()


def test_folder_of_somebody_else(tree, tmp_path):
    """configure and distclean remove folders, but none of the user's."""
    folder = tmp_path / 'work'
    (folder / 'src').mkdir(parents=True)
    done = run(tree / 'configure', '--qemu-source=/none', cwd=folder)
    assert done.returncode == 1
    assert f'{folder} is not empty, and no build folder' in done.output
    done = run('make', '-f', TOP / 'Makefile', f'BUILDDIR={folder}',
               'distclean')
    assert done.returncode != 0
    assert (folder / 'src').is_dir()


def test_base_in_removal_has_no_name(tree, tmp_path):
    """Killed while it clears the way for another base."""
    other = tree / 'other'
    other.mkdir()
    env = fake(tmp_path / 'bin', 'rm',
               'case "$*" in *-rf*/build/base*) kill $PPID ;;\n'
               '*) exec /bin/rm "$@" ;; esac\n')
    configure(tree, f'--qemu-source={other}', env=env)
    assert not (tree / 'build/base.id').exists()


def test_cache_folder(tree):
    done = configure(tree, env={'QEMU_ARMV9_CACHE': 'cache'})
    assert done.returncode == 1
    assert 'QEMU_ARMV9_CACHE=cache is not an absolute path' in done.output


def test_no_such_source(tree):
    done = configure(tree, '--qemu-source=/no/such/tarball')
    assert done.returncode == 1
    assert '--qemu-source=/no/such/tarball: there is no such' in done.output


def test_source_is_no_tarball(tree):
    file = tree / 'VERSION'
    done = configure(tree, f'--qemu-source={file}')
    assert done.returncode == 1
    assert f'cannot unpack {file}: not a tarball' in done.output
    assert not (tree / 'build/base.new').exists(), 'nothing half-done'


def test_no_network(tree, tmp_path):
    done = configure(tree, env={'QEMU_ARMV9_CACHE': str(tmp_path / 'cache'),
                                'QEMU_ARMV9_MIRROR': 'http://127.0.0.1:9/'})
    assert done.returncode == 1
    assert 'cannot reach the Debian mirror; check the network' in done.output


def fake(folder, name, script):
    """Put a command of our own in front of the machine's."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text('#!/bin/sh\n' + script)
    file.chmod(0o755)
    return {'PATH': f'{folder}:{os.environ["PATH"]}'}


def test_no_disk_space(tree, tmp_path):
    env = fake(tmp_path / 'bin', 'df',
               'echo head; echo "/dev/x 100 90 10 90% /"\n')
    done = configure(tree, env=env)
    assert done.returncode == 1
    assert 'not enough disk space for' in done.output
    assert '10 MB are free' in done.output


def test_missing_package_as_user(tree, tmp_path):
    fake(tmp_path / 'bin', 'id', 'echo 1000\n')
    env = fake(tmp_path / 'bin', 'dpkg-query',
               'for p; do :; done; [ $p = libslirp-dev ] || echo installed\n')
    done = configure(tree, env=env)
    assert done.returncode == 1
    assert 'apt-get install --no-install-recommends libslirp-dev\n' \
        in done.output


def test_unknown_argument(tree):
    done = configure(tree, 'arm64')
    assert done.returncode == 1
    assert 'unknown argument: arm64' in done.output


def test_help(tree):
    done = configure(tree, '--help')
    assert done.returncode == 0
    for word in ['--qemu-source=', '--prefix=', 'QEMU_ARMV9_CACHE', '10.0']:
        assert word in done.output


@pytest.mark.parametrize('builddir, words', [
    ('', f'rm -rf {TOP}/build/arm64 '), ('/a b', 'must not contain white')])
def test_builddir_of_make(builddir, words):
    """Empty or with a space, it names none of the machine's folders."""
    done = run('make', '-n', '-C', TOP, f'BUILDDIR={builddir}', 'clean')
    assert words in done.output


def test_vanilla_arm64(tree, tmp_path):
    """The base, with the arm64 options of ours and our list of devices; built
    again when these change, and only then."""
    assert compose(tree).returncode == 0
    build, log = tree / 'build', tmp_path / 'log'
    base, out = build / 'base', build / 'vanilla-arm64'
    (base / 'configs/devices/aarch64-softmmu').mkdir(parents=True)
    (base / 'configure').write_text(
        f'#!/bin/sh\necho "$PWD: $*" >> {log}\n: > build.ninja\n')
    (base / 'configure').chmod(0o755)
    before = sorted(base.rglob('*'))
    fake(tmp_path / 'bin', 'aarch64-linux-gnu-strip', f'echo strip >> {log}\n')
    env = fake(tmp_path / 'bin', 'ninja', f'echo ninja >> {log}\n'
               'echo > $2/$3; chmod +x $2/$3\n')

    def vanilla(arch='arm64'):
        log.write_text('')
        done = run(tree / 'overlay/vanilla', build, arch, env=env)
        return done, log.read_text()

    assert 'there is no riscv, only arm64' in vanilla('riscv')[0].output
    assert 'run configure, and make arm64' in vanilla()[0].output
    (build / 'tools').mkdir()
    options = build / 'tools/configure-arm64'
    options.write_text(
        f'#!/bin/sh\n# ours\ncd {build}/arm64 || exit 1\n'
        f'exec {build}/src/configure --static \\\n'
        '    --with-devices-aarch64=kvm-guest \\\n'
        "    --with-pkgversion='qemu-armv9 0.1.0'\n")
    done, said = vanilla()
    assert done.returncode == 0, done.output
    args = re.match(fr'{out}: --static --with-devices-aarch64=(\S+) '
                    '--with-pkgversion=vanilla\nninja\nstrip\n$', said)
    devices = base / f'configs/devices/aarch64-softmmu/{args[1]}.mak'
    own = tree / 'configs/devices/aarch64-softmmu/kvm-guest.mak'
    assert devices.samefile(own)
    assert sorted(base.rglob('*')) == before, 'the base is not ours'
    assert vanilla()[1] == ''
    os.utime(own, (2e9, 2e9))
    assert vanilla()[1] == 'ninja\nstrip\n'
    options.write_text(options.read_text().replace('--static', '--debug'))
    assert vanilla()[1].startswith(f'{out}: --debug')


@pytest.mark.parametrize('script, status', [
    ('echo "[1/2] Compiling"', 0), ('echo "FAILED: a"; exit 1', 1),
    ('echo "ninja: fatal: no" >&2; exit 1', 1), ('kill -9 $$', 1)])
def test_progress_keeps_the_status(tmp_path, script, status):
    """A build that was killed, or did not begin, is no success."""
    env = fake(tmp_path / 'bin', 'ninja', script + '\n')
    done = run(TOP / 'overlay/progress', 'building', 'ninja', env=env)
    assert done.returncode == status, done.output
    assert ('building: FAILED' in done.output) == (status != 0)


def test_version(build):
    done = run(build.dir / 'qemu/qemu-system-aarch64', '--version')
    base = (build.dir / 'src/VERSION').read_text().strip()
    ours = (TOP / 'VERSION').read_text().strip()
    assert done.stdout.startswith(
        f'QEMU emulator version {base} (qemu-armv9 {ours})\n')


def test_install(build, tmp_path):
    done = run(TOP / 'overlay/install', build.dir, '/usr',
               env={'DESTDIR': str(tmp_path)})
    assert done.returncode == 0, done.output
    qemu = tmp_path / 'usr/bin/qemu-system-aarch64'
    assert run(qemu, '--version').returncode == 0
    # The default NIC needs its ROM, also from another place than BUILD.
    started = subprocess.run(
        [qemu, '-M', 'virt', '-display', 'none', '-S', '-monitor', 'stdio'],
        input='info network\nquit\n', capture_output=True, text=True,
        timeout=60, check=False)
    assert started.returncode == 0, started.stderr
    assert 'type=user' in started.stdout, 'the default NIC has slirp'
    firmware = tmp_path / 'usr/share/qemu-firmware/edk2-aarch64-code.fd'
    assert firmware.resolve().exists()
