# SPDX-License-Identifier: GPL-2.0-only
# Memory that the kernel does not get, at each allocation in turn, while VFIO's user
# claims a device, maps, and lets go: with stock, and the fix on.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: few
# ivmd: 21:8:40:0:0:2000 21:8:40:0:7e000000:1000 22:8:50:51:7e000000:1000

covered=0000:00:08.0
free=0000:00:09.0
pair=0000:00:0a.0,0000:00:0a.1

# To let go of a device, the kernel needs memory to put the group back on the host's
# domain; where it gets none it warns. It does so with stock (shown at the end), so that
# is left out before. As is ACPI, by devices without an interrupt line: it frees what it
# still uses, as KASAN shows, where it gets no memory to look for the line's number.
release=__iommu_release_dma_ownership
container="set-container set-iommu get-device map unmap release"
iommufd="fd-bind fd-attach fd-map fd-unmap fd-release"

# claimed WHO BDF: each step of a claim, by the program that does it and looks.
claimed() {
	for step in $container $iommufd; do
		told "$1, $step: all or nothing" faults -l $release "$step" "$2"
	done
}

echo 1 >/sys/module/iommufd/parameters/allow_unsafe_interrupts
load_test_module
VFIO_PASSFIX_LOADING=1 modprobe vfio-pci
modprobe --ignore-install vfio_iommu_type1 "$UNSAFE"
bind $free
is "no module of ours is loaded" "$(lsmod | grep -c '^vfio.*passfix')" 0
claimed "stock, a device that is free" $free
unbind $free
modprobe -r vfio_iommu_type1

load_vfio
set_parameter pass_fix 1
bind $covered
claimed "on" $covered
# shellcheck disable=SC2046
bind $(echo $pair | tr , ' ')
assigned "on: others are assigned as well" $pair
# shellcheck disable=SC2046
turn_off "off" $covered $(echo $pair | tr , ' ')
bind $covered
refused "off: refused, as by stock" $covered
unlike "the leak detector has not run out of memory itself" "$(dmesg_all)" 'leak detector disabled'
unbind $covered
modprobe -r vfio_iommu_type1_passfix vfio_passfix
kernel_is_well

# What was left out. From here on the kernel complains, which is what is looked for:
# not on the console, where it would count.
quiet_console
bind $free
dmesg -c >/dev/null
for n in 1 2 3 4 5 6; do
	faults -o $release -n $n fd-release $free >/dev/null
done
is "neither module is loaded" "$(lsmod | grep -c '^vfio.*passfix')" 0
like "where a device is let go, the kernel itself warns" "$(dmesg)" "WARNING: .*$release"
