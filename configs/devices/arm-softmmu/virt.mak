# Devices of the qemu-system-arm of overlay/targets: the board alone.
# SPDX-License-Identifier: GPL-2.0-or-later
CONFIG_ARM_VIRT=y
