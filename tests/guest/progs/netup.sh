#!/bin/sh
# Bring eth0 up by DHCP; prints the address.
# SPDX-License-Identifier: GPL-2.0-or-later

[ -e /sys/class/net/eth0 ] || exit 1
cat > /tmp/udhcpc <<'SCRIPT'
#!/bin/sh
[ "$1" = bound ] || exit 0
ifconfig "$interface" "$ip" netmask "$subnet"
route add default gw "$router"
echo "nameserver $dns" > /etc/resolv.conf
echo "$ip" > /tmp/address
SCRIPT
chmod +x /tmp/udhcpc
ifconfig lo 127.0.0.1
ifconfig eth0 up
udhcpc -i eth0 -n -q -t 5 -T 1 -s /tmp/udhcpc > /tmp/udhcpc.log 2>&1
cat /tmp/address
