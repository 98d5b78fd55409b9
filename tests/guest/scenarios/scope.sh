# SPDX-License-Identifier: GPL-2.0-only
# I9: a device out of scope is still rejected.
# shellcheck shell=sh source=tests/guest/guest.sh

edu=0000:00:08.0		# 1234:11e8
other_edu=0000:00:09.0		# the same id
testdev=0000:00:0b.0		# 1b36:0005

load_vfio
load_test_module
bind $edu $other_edu $testdev

ok "scope by address" set_parameter devices 0000:00:08.0
is "it reads as it was written" "$(parameter devices)" 0000:00:08.0
ok "on" set_parameter pass_fix 1
assigned "in scope" $edu
refused "the same id at another address" $other_edu
refused "another device" $testdev
is "only the one is listed" "$(parameter relaxed)" $edu
is "only the one was changed" "$(direct $edu $other_edu $testdev)" "0 1 1"
like "the regions of one out of scope are stock's" "$(reserved_regions $other_edu)" ' direct$'
errors "the scope cannot change while on" 'devices: cannot change while the fix is on' \
	set_parameter devices 1234:11e8
is "and has not" "$(parameter devices)" 0000:00:08.0
unbind $edu
ok "off, with devices out of scope bound to vfio-pci" set_parameter pass_fix 0

bind $edu
ok "scope by id" set_parameter devices 1234:11E8
ok "on" set_parameter pass_fix 1
assigned "in scope" $edu
assigned "in scope too" $other_edu
refused "another id" $testdev
unbind $edu $other_edu
ok "off" set_parameter pass_fix 0

bind $edu $other_edu
ok "scope by vendor and address, with white space" set_parameter devices " 1b36:* , 0000:00:09.0 "
ok "on" set_parameter pass_fix 1
ok "the vendor's" client claim $testdev map 0 0x1000 release
assigned "the address" $other_edu
refused "neither" $edu
unbind $other_edu $testdev
ok "off" set_parameter pass_fix 0

ok "scope by the id of another device of the vendor" set_parameter devices 1b36:000c
ok "on" set_parameter pass_fix 1
is "the vendor alone is not enough" "$(direct $testdev)" 1
ok "off" set_parameter pass_fix 0

# One function of a group in scope, the other not: the group is rejected.
ok "scope that splits a group" set_parameter devices 0000:00:0a.0
bind 0000:00:0a.0 0000:00:0a.1
ok "on" set_parameter pass_fix 1
is "the function out of scope is untouched" "$(direct 0000:00:0a.0 0000:00:0a.1)" "0 1"
refused "the whole group is refused" 0000:00:0a.0
unbind 0000:00:0a.0 0000:00:0a.1
ok "off" set_parameter pass_fix 0
ok "the empty scope is all" set_parameter devices ""
ok "on" set_parameter pass_fix 1
is "all are relaxed" "$(direct $edu $other_edu $testdev 0000:00:0a.1)" "0 0 0 0"
kernel_is_well
done_testing
