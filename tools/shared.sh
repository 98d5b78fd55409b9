# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Functions for dkms-setup and the hooks for kernels and initramfs, in POSIX shell.
# load-type1 does not use them, because it also runs in an initramfs without this file.

# needs_nothing RELEASE: the kernel does not have the check that the fix relaxes. By its headers; without
# them, it is one from before 6.6. Intel's driver may refuse devices there, which the fix cannot change.
needs_nothing() {
	for tree in "/lib/modules/$1/build" "/lib/modules/$1/source"; do
		[ -e "$tree/include/linux/iommu.h" ] || continue
		! grep -q require_direct "$tree/include/linux/iommu.h"
		return
	done
	[ "$(printf '6.6\n%s\n' "$1" | sort -V | head -n 1)" != 6.6 ]
}

# wants_source RELEASE: whether its headers are installed and dkms builds the fork for it, given the
# source. This avoids a long download for a kernel for which dkms builds nothing, or no fork.
wants_source() {
	[ -d "/lib/modules/$1/build/" ] && ! needs_nothing "$1" &&
		grep -qsx CONFIG_VFIO_IOMMU_TYPE1=m "/lib/modules/$1/build/include/config/auto.conf" \
			"/lib/modules/$1/build/.config"
}

# turning_on FILE...: prints which of these files of modprobe.d turn the fix on; fails if none does.
turning_on() {
	grep -Els '^[[:space:]]*options[[:space:]]+vfio_(iommu_type1_)?passfix[[:space:]](.*[[:space:]])?pass_fix=' "$@"
}
