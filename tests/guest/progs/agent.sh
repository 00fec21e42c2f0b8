#!/bin/sh
# A shell for each TCP connection to port 5555: tests/armv9/kvmhost.py.
# SPDX-License-Identifier: GPL-2.0-or-later

netup
echo 'armv9: agent'
exec nc -ll -p 5555 -e /bin/sh
