# SPDX-License-Identifier: GPL-2.0-only
# I3: a function returns by a rescan into a group that a guest owns, or that is claimed but has no
# domain of the guest yet. Both functions have 1:1 mappings.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2034,SC2154

joins_begin
join "owned, all in scope" "" claim "$owned" map 0 0x10000 dma 0
join_while "owned, its sibling named" "$owned" claim "$owned" map 0 0x10000 dma 0
like "what joined is listed" "$(parameter relaxed)" "^$newcomer\$"
join_end
join "claimed, all in scope" "" join "$owned"
join_while "claimed, its sibling named" "$owned" join "$owned"
assigned "then both can be assigned" "$owned"
join_end
# The named function leaves, so nothing of the group is in scope any more.
set_parameter devices "$newcomer"
echo 1 >/sys/bus/pci/rescan
ok "the newcomer is there" wait_for same_group
ok "on, it is named" set_parameter pass_fix 1
bind "$owned"
assigned "both can be assigned" "$owned"
leave
ok "it leaves" wait_for eval "[ \"\$(direct $owned)\" = 1 ]"
refused "the group that it was in is rejected again" "$owned"
is "and not listed" "$(parameter relaxed)" ""
turn_off "off" "$owned"

joins_done 4
