# SPDX-License-Identifier: GPL-2.0-only
# Type1 built into the kernel (CONFIG_VFIO_IOMMU_TYPE1=y): vfio_passfix does the main job without
# the fork; RLIMIT_MEMLOCK still applies.
# needs: debug-builtin
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# ivmd: 21:8:40:0:0:2000 21:8:40:0:7e000000:1000

covered=0000:00:08.0
free=0000:00:09.0

like "type1 is part of the kernel" "$(cat "/lib/modules/$(uname -r)/modules.builtin")" '/vfio_iommu_type1\.ko$'
is "of the two modules one was built" "$(find /lib/modules/ -name '*passfix*')" \
	"/lib/modules/$(uname -r)/updates/dkms/vfio_passfix.ko"

ok "whoever asks for type1 gets an answer" modprobe vfio_iommu_type1
modprobe vfio-pci
# modprobe's rules do not apply to built-in modules, so vfio_passfix is loaded by its own name (docs/how-it-works.md).
ok "vfio_passfix is loaded by its own name" modprobe vfio_passfix
is "the fork is not loaded" "$(lsmod | grep -c '^vfio_iommu_type1')" 0
is "the fix is off" "$(parameter pass_fix)" N

bind $covered $free
chmod 666 "/dev/vfio/$(group_of $covered)" "/dev/vfio/$(group_of $free)" /dev/vfio/vfio

limited() {
	nok "$1" large "$2"
	like "$1: the memory limit stops it" "$(large "$2" 2>&1)" 'Cannot allocate memory'
}

refused "off: VFIO refuses the device" $covered
ok "off: another is a user's" small $free
limited "off: no more than the limit" $free

ok "on" set_parameter pass_fix 1
assigned "on: claimed, IOVA 0 mapped, DMA both ways" $covered
ok "on: a user's as well" small $covered
is "on: memlock is on by default" "$(parameter memlock)" Y
limited "on, memlock=1: still no more than the limit" $covered
ok "memlock=0" set_parameter memlock 0
limited "on, memlock=0: no more than the limit" $covered
ok "on: root may" client memlock 65536 claim $covered map 0 0x100000 release

errors "bound, it keeps the fix on" "$covered: bound to vfio-pci" set_parameter pass_fix 0
turn_off "off" $covered
bind $covered
refused "off again: refused again" $covered
ok "it can be unloaded" modprobe -r vfio_passfix
