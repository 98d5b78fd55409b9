# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
# Common parts of scenarios for small and full guests. Sourced in both, after tap.sh.

KERNEL_SAYS="Firmware has requested this device have a 1:1 IOMMU mapping"
CARD="0000:03:00.0 0000:03:00.1 0000:03:00.2 0000:03:00.3"

# card COMMAND: its output for each of the card's functions, in one line.
card() {
	for bdf in $CARD; do
		"$1" "$bdf"
	done | xargs
}

# "-" if there is none.
driver_of() {
	if [ -e "/sys/bus/pci/devices/$1/driver" ]; then
		basename "$(readlink "/sys/bus/pci/devices/$1/driver")"
	else
		echo -
	fi
}

id_of() {
	echo "$(cat "/sys/bus/pci/devices/$1/vendor"):$(cat "/sys/bus/pci/devices/$1/device")" | sed 's/0x//g'
}

group_of() {
	basename "$(readlink "/sys/bus/pci/devices/$1/iommu_group")"
}

reserved_regions() {
	cat "/sys/kernel/iommu_groups/$(group_of "$1")/reserved_regions"
}

# wait_for COMMAND...: repeats it until it succeeds, for half a minute at most.
wait_for() {
	for _ in $(seq 300); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	return 1
}

# is_gone BDF: neither sysfs nor a group has it any more. The kernel first removes it from the bus,
# and 7.3 warns if require_direct is set again before it has left its group.
is_gone() {
	[ ! -e "/sys/bus/pci/devices/$1" ] && ! ls -d /sys/kernel/iommu_groups/*/devices/"$1" >/dev/null 2>&1
}

# told NAME COMMAND...: like ok, but always shows what the command printed.
told() {
	ok "$@"
	diag "$tap_output"
}

# tool NAME STATUS ARGUMENT...: vfio-passfix ends with that status. $tap_output has its output.
tool() {
	tool_name=$1
	tool_status=$2
	shift 2
	tap_output=$(vfio-passfix "$@" 2>&1)
	is "$tool_name" $? "$tool_status"
}
