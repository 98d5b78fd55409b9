# SPDX-License-Identifier: GPL-2.0-only
# Each allocation fails in turn while a user of VFIO claims a device, maps and releases it: with
# stock, and with the fix on.
# needs: debug
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: few
# ivmd: 21:8:40:0:0:2000 21:8:40:0:7e000000:1000 22:8:50:51:7e000000:1000

covered=0000:00:08.0
free=0000:00:09.0
pair=0000:00:0a.0,0000:00:0a.1

# To release a device, the kernel needs memory to put the group back on the host's domain; without
# memory it warns. Stock does that, too (shown at the end), so these allocations are left out until
# then. ACPI is left out as well, by using devices without an interrupt line: if it gets no memory to
# look up the line, it frees what it still uses, as KASAN shows.
release=__iommu_release_dma_ownership
container="set-container set-iommu get-device map unmap release"
iommufd="fd-bind fd-attach fd-map fd-unmap fd-release"

# claimed WHO BDF: runs the program that does each step of a claim and checks the host.
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

# Now what was left out. From here on the kernel must complain. Its messages do not go to the
# console, where they would count as failures.
quiet_console
bind $free
dmesg -c >/dev/null
for n in 1 2 3 4 5 6; do
	faults -o $release -n $n fd-release $free >/dev/null
done
is "neither module is loaded" "$(lsmod | grep -c '^vfio.*passfix')" 0
like "when a device is released, the kernel itself warns" "$(dmesg)" "WARNING: .*$release"
