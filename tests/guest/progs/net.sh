#!/bin/sh
# The default NIC: an address by DHCP, then a file from the host over HTTP.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: net URL WORD...     (URL answers with the words)

url=$1
shift
echo 1..3
[ -e /sys/class/net/eth0 ] && echo 'ok 1 - eth0 is there' ||
    echo 'not ok 1 - eth0 is there'
address=$(netup)
echo "# address: $address"
case $address in
10.0.2.*) echo 'ok 2 - an address by DHCP' ;;
*)        echo 'not ok 2 - an address by DHCP' ;;
esac
got=$(wget -q -T 5 -O - "$url")
if [ -n "$got" ] && [ "$got" = "$*" ]; then
    echo 'ok 3 - the host answers over HTTP as expected'
else
    echo "# got: $got"
    echo 'not ok 3 - the host answers over HTTP as expected'
    exit 1
fi
case $address in 10.0.2.*) ;; *) exit 1 ;; esac
