# SPDX-License-Identifier: GPL-2.0-only
# I9: a device out of scope is still rejected.
# shellcheck shell=sh source=tests/vm/guest/guest.sh

edu=0000:00:08.0		# 1234:11e8
other_edu=0000:00:09.0		# the same id
testdev=0000:00:0b.0		# 1b36:0005

load_modules
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
turn_off "off, with devices out of scope bound to vfio-pci" $edu

bind $edu
ok "scope by id" set_parameter devices 1234:11E8
ok "on" set_parameter pass_fix 1
assigned "in scope" $edu
assigned "in scope too" $other_edu
refused "another id" $testdev
turn_off "off" $edu $other_edu

bind $edu $other_edu
ok "scope by vendor and address, with white space" set_parameter devices " 1b36:* , 0000:00:09.0 "
ok "on" set_parameter pass_fix 1
ok "the vendor's" client claim $testdev map 0 "$PAGE" release
assigned "the address" $other_edu
refused "neither" $edu
turn_off "off" $other_edu $testdev

ok "scope by the id of another device of the vendor" set_parameter devices 1b36:000c
ok "on" set_parameter pass_fix 1
is "the vendor alone is not enough" "$(direct $testdev)" 1
ok "off" set_parameter pass_fix 0

# If one device of a group is in scope, all of them are.
ok "scope that names one function of two" set_parameter devices 0000:00:0a.1
bind 0000:00:0a.0 0000:00:0a.1
ok "on" set_parameter pass_fix 1
is "both are relaxed" "$(direct 0000:00:0a.0 0000:00:0a.1)" "0 0"
is "and listed, and no other" "$(parameter relaxed | xargs)" "0000:00:0a.0 0000:00:0a.1"
assigned "they can be assigned" 0000:00:0a.0,0000:00:0a.1
refused "another group is refused" $edu
turn_off "off" 0000:00:0a.0 0000:00:0a.1
ok "the empty scope is all" set_parameter devices ""
dmesg -c >/dev/null
ok "on" set_parameter pass_fix 1
like "a warning says so, and how to narrow it" "$(dmesg -r)" \
	'^<4>.*vfio_passfix: on for all devices.*write 0 to pass_fix, one device of each group to devices'
is "all are relaxed" "$(direct $edu $other_edu $testdev 0000:00:0a.1)" "0 0 0 0"
turn_off "off" $edu
dmesg -c >/dev/null
ok "on again" set_parameter pass_fix 1
unlike "the warning comes once" "$(dmesg)" 'on for all devices'
