# SPDX-License-Identifier: GPL-2.0-only
# A function that is not demanded joins the group of one that is, which a guest owns.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2034
# ivmd: 21:8:50:0:7e000000:1000
owned=0000:00:0a.0
newcomer=0000:00:0a.1
demanded="1 0"
page=0x7e000000
# shellcheck source=tests/vm/guest/joins.sh
. /lib/joins.sh

joins_begin
for scope in "" $owned $newcomer; do
	# The third scope names the newcomer alone, so it has to be there first.
	if [ "$scope" = $newcomer ]; then
		come
		ok "the newcomer is there" wait_for same_group
		set_parameter devices "$scope"
		ok "named alone, it has its group relaxed" set_parameter pass_fix 1
		is "the demanded one too" "$(direct $owned $newcomer)" "0 0"
		is "which is listed" "$(parameter relaxed)" $owned
		ok "off" set_parameter pass_fix 0
		leave
		wait_for test ! -e /sys/bus/pci/devices/$newcomer
		set_parameter pass_fix 1
		bind $owned
		refused "without it, the group is not in scope" $owned
		come
		ok "it comes" wait_for same_group
		ok "and the whole group is relaxed" wait_for eval "[ \"\$(direct $owned)\" = 0 ]"
		assigned "so it can be assigned" $owned
		join_name="named alone"
		join_end
		continue
	fi
	join_while "owned, scope \"$scope\"" "$scope" claim $owned map 0 0x10000 dma 0
	join_end
	join_while "claimed, scope \"$scope\"" "$scope" join $owned
	join_end
done
is "so many joins" $joins 4
kernel_is_well
done_testing
