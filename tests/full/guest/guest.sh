# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154
# What scenarios of full guests say often. Sourced in the guest, after tap.sh.

CARD="0000:03:00.0 0000:03:00.1 0000:03:00.2 0000:03:00.3"
HOST_DRIVERS="- snd_hda_intel xhci_hcd -"
LOGIN=serial-getty@ttyS0.service

# "-" where there is none.
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

# card COMMAND: of each of the card's functions, in a line.
card() {
	for bdf in $CARD; do
		"$1" "$bdf"
	done | xargs
}

reserved_regions() {
	cat "/sys/kernel/iommu_groups/$(group_of "$1")/reserved_regions"
}

# when UNIT EVENT: microseconds since the kernel started; 0 for never. EVENT as in
# "systemctl show": ActiveEnter, ExecMainStart.
when() {
	systemctl show --value -p "$2TimestampMonotonic" "$1"
}

# before_login UNIT: it was active before somebody could log in.
before_login() {
	up=$(when "$1" ActiveEnter)
	users=$(when systemd-user-sessions.service ExecMainStart)
	prompt=$(when "$LOGIN" ExecMainStart)
	echo "$1: $up us, systemd-user-sessions: $users us, $LOGIN: $prompt us"
	[ "$up" -gt 0 ] && [ "$up" -lt "$users" ] && [ "$up" -lt "$prompt" ]
}

failed_units() {
	systemctl --failed --plain --no-legend
}

# Every path below a folder, a line each, with its mode, owner, and what is in it.
listing() {
	(
		cd "$1" || exit
		find . -type f -exec sha256sum {} +
		find . -type l -printf '%p -> %l\n'
		find . -printf '%p %y %m %U:%G\n'
	) | sort
}

# What the guest's own initramfs brings.
initramfs_listing() {
	lsinitramfs "/boot/initrd.img-$(uname -r)" | sort
}

# told NAME COMMAND...: as ok, and what the command printed is shown in any case.
told() {
	ok "$@"
	diag "$tap_output"
}

# The last test of a phase: as in the other bench, the kernel had nothing to complain about.
kernel_is_well() {
	is "the kernel has no complaint" "$(dmesg | grep -v 'WARNING: See https' |
		grep -E 'BUG:|WARNING:|Oops|refcount_t|general protection|KASAN|UBSAN' || true)" ""
}
