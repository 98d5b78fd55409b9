# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What dkms-setup and the hooks for kernels and initramfs share: functions, for whichever shell.
# load-type1 does not use it: it also runs in an initramfs, without this file.

# needs_nothing RELEASE: the kernel does not refuse devices. By its headers; without them, it is
# one from before 6.6.
needs_nothing() {
	for tree in "/lib/modules/$1/build" "/lib/modules/$1/source"; do
		[ -e "$tree/include/linux/iommu.h" ] || continue
		! grep -q require_direct "$tree/include/linux/iommu.h"
		return
	done
	[ "$(printf '6.6\n%s\n' "$1" | sort -V | head -n 1)" != 6.6 ]
}

# wants_source RELEASE: its headers are installed, and dkms builds the fork for it, if it has the
# source. This avoids a long download for a kernel for which dkms builds nothing, or no fork.
wants_source() {
	[ -d "/lib/modules/$1/build/" ] && ! needs_nothing "$1" &&
		grep -qsx CONFIG_VFIO_IOMMU_TYPE1=m "/lib/modules/$1/build/include/config/auto.conf" \
			"/lib/modules/$1/build/.config"
}

# turning_on FILE...: those files of modprobe.d that turn the fix on; fails if there are none.
turning_on() {
	grep -Els '^[[:space:]]*options[[:space:]]+vfio_(iommu_type1_)?passfix[[:space:]](.*[[:space:]])?pass_fix=' "$@"
}
