# SPDX-License-Identifier: GPL-2.0-only
# Hunks 5 and 6: a user's RLIMIT_MEMLOCK, with `memlock` on and off.
# shellcheck shell=sh source=tests/vm/guest/guest.sh
# ivmd: 21:8:40:0:7e000000:1000

covered=0000:00:08.0
free=0000:00:09.0

load_vfio
bind $covered $free
chmod 666 "/dev/vfio/$(group_of $covered)" "/dev/vfio/$(group_of $free)" /dev/vfio/vfio

ok "off: a user may map less than the limit" small $free
nok "off: and no more, as on stock" large $free
like "off: the memory limit stops it" "$(large $free 2>&1)" 'Cannot allocate memory'
ok "off: root may" client memlock 65536 claim $free map 0 0x100000 release

ok "on" set_parameter pass_fix 1
is "memlock is on by default" "$(parameter memlock)" Y
ok "on, memlock=1: a user may map more" large $covered
ok "on, memlock=1: in any container" large $free
ok "memlock=0" set_parameter memlock 0
ok "on, memlock=0: less than the limit" small $covered
nok "on, memlock=0: no more" large $covered
like "on, memlock=0: the memory limit stops it" "$(large $covered 2>&1)" 'Cannot allocate memory'
ok "memlock=1 again" set_parameter memlock 1
ok "on, memlock=1: more again" large $covered

# With a scope, only containers with a group in scope; that group need not have a 1:1 mapping.
turn_off "off" $covered
bind 0000:00:0a.0 0000:00:0a.1
chmod 666 "/dev/vfio/$(group_of 0000:00:0a.0)"
set_parameter devices "$covered,0000:00:0a.1"
ok "on, two groups named" set_parameter pass_fix 1
nok "on, two groups named: a container with neither keeps stock's limit" large $free
ok "on, two groups named: one with either has none" large 0000:00:0a.0,0000:00:0a.1
ok "on, two groups named: also with another group beside it" large $free,0000:00:0a.0,0000:00:0a.1
bind $covered
chmod 666 "/dev/vfio/$(group_of $covered)"
ok "on, two groups named: the other as well" large $covered

turn_off "off" $covered 0000:00:0a.0 0000:00:0a.1
nok "off, memlock=1: stock's limit" large $free
for name in $(settings); do
	is "a user cannot write $name" "$(stat -c %a "$PARAMETERS/$name")" 600
done
is "nor through the fork" "$(stat -c %a "$TYPE1_PARAMETERS"/pass_fix)" 600
