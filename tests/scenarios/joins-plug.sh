# SPDX-License-Identifier: GPL-2.0-only
# I3: a card is plugged into the next slot of a board without ACS, while a guest owns or
# has claimed the group.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2034
# board: no-acs
owned=0000:01:00.0
newcomer=0000:02:00.0
demanded="1 1"
page=0x7e000000
# shellcheck source=tests/vm/guest/joins.sh
. /lib/joins.sh

come() {
	plug
}

leave() {
	unplug
}

joins_begin
for scope in "" $owned 0000:00:02.0; do
	join_while "owned, scope \"$scope\"" "$scope" claim $owned map 0 0x10000
	join_end
	join_while "claimed, scope \"$scope\"" "$scope" join $owned
	join_end
done
is "so many joins" $joins 6
kernel_is_well
done_testing
