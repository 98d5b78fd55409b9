# SPDX-License-Identifier: GPL-2.0-only
# I8 with Intel's VT-d: one of the two probes cannot be placed. (probe-fails tests AMD, and loading.)
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# board: intel
# rmrr: 0:f0000:f0fff:0:8.0 0:0:1fff:0:8.0

device=0000:00:08.0

load_modules
before=$(probes)
regions_before=$(reserved_regions $device)
is "the device wants its 1:1 mapping" "$(direct $device)" 1

# fails CALLBACK NUMBER FUNCTION
fails() {
	ask unprobable $device "$2" >/dev/null
	errors "$1: turning on fails" "no probe can be placed on $3.*$1" set_parameter pass_fix 1
	is "$1: the fix is off" "$(parameter pass_fix)" N
	is "$1: no probe is left" "$(probes)" "$before"
	is "$1: require_direct is as it was" "$(direct $device)" 1
	is "$1: the regions are as they were" "$(reserved_regions $device)" "$regions_before"
	ask own - >/dev/null
}

fails get_resv_regions 0 unprobable_regions
fails def_domain_type 1 unprobable_domain_type
bind $device
refused "the device is refused" $device
ok "without the obstacle it goes on" set_parameter pass_fix 1
is "with one probe on each callback" "$(probes | grep -vcxF "$before")" 2
assigned "and works" $device
