# SPDX-License-Identifier: GPL-2.0-only
# Memory that the kernel does not get, at each allocation in turn, while VFIO's user
# claims a device, maps, and lets go: with stock, and the fix on.
# shellcheck shell=sh source=tests/guest/guest.sh
# board: few
# ivmd: 21:8:40:0:0:2000 21:8:40:0:7e000000:1000 22:8:50:51:7e000000:1000

covered=0000:00:08.0
free=0000:00:09.0
container="set-container set-iommu get-device map unmap release"
iommufd="fd-bind fd-attach fd-map fd-unmap fd-release"

# claimed WHO BDF: each step of a claim, by the program that does it and looks.
claimed() {
	for step in $container $iommufd; do
		if step_output=$(faults "$step" "$2" 2>&1); then
			pass "$1, $step: all or nothing"
			diag "$step_output"
		else
			fail "$1, $step: all or nothing" "$step_output"
		fi
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
assigned "on: assigned, with memory again" $covered
unbind $covered
ok "off" set_parameter pass_fix 0
bind $covered
refused "off: refused, as by stock" $covered
unlike "the leak detector has not run out of memory itself" "$(dmesg_all)" 'leak detector disabled'
kernel_is_well
done_testing
