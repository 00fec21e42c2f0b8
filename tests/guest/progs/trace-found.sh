#!/bin/sh
# What did the kernel find of ETE and TRBE, and through what?
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: trace-found dt|acpi

how=$1
n=0
rc=0
cpus=$(nproc)
devices=/sys/bus/coresight/devices

check() {
    what=$1
    shift
    n=$((n + 1))
    if "$@"; then
        echo "ok $n - $what"
    else
        echo "not ok $n - $what"
        rc=1
    fi
}

# all PATTERN WORD...: are the words as many as CPUs, and all as wanted?
all() {
    pattern=$1
    shift
    [ $# -eq "$cpus" ] || { echo "# $# for $cpus CPUs"; return 1; }
    for word; do
        # shellcheck disable=SC2254
        case $word in
        $pattern) ;;
        *) echo "# $word"; return 1 ;;
        esac
    done
}

described() {
    if [ "$how" = dt ]; then
        [ -d /sys/firmware/devicetree/base/trbe ]
    else
        # shellcheck disable=SC2046
        all 'ARMHC500:[0-9]*' $(echo /sys/bus/acpi/devices/ARMHC500:* |
                           sed 's|[^ ]*/||g')
    fi
}

named() {
    for dir in "$devices/$1"[0-9]*; do
        echo "${dir##*/}"
    done
}

interrupt() {
    line=$(grep arm_trbe /proc/interrupts) || return 1
    echo "# $line"
    echo "$line" | grep -Eq '(GIC-0|GICv3) +31 Level +arm_trbe'
}

quiet() {
    ! dmesg | grep -E 'WARNING|BUG|Oops|Call trace|coresight.*(fail|error)' |
        sed 's/^/# /' | grep .
}

echo 1..7
check "the machine is described by $how" described
# shellcheck disable=SC2046
check 'a trace unit for each CPU' all 'ete[0-9]' $(named ete)
# shellcheck disable=SC2046
check 'a trace buffer unit for each CPU' all 'trbe[0-9]' $(named trbe)
# Any REVISION
# shellcheck disable=SC2046
check 'trace units are ETEs by TRCDEVARCH' all '0x477?5a13' \
    $(cat "$devices"/ete*/mgmt/trcdevarch)
check 'the interrupt is PPI 15, level' interrupt
check 'perf has the PMU cs_etm' test -d /sys/bus/event_source/devices/cs_etm
check 'the kernel complains of nothing' quiet
exit $rc
