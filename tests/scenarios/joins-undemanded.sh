# SPDX-License-Identifier: GPL-2.0-only
# A function without a 1:1 mapping joins the group of one that has one, which a guest owns.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2034,SC2154
# ivmd: 21:8:50:0:7e000000:1000

demanded="1 0"

joins_begin
joins_in "" "$owned"

# If only the newcomer is named, it must be there first.
come
ok "the newcomer is there" wait_for same_group
set_parameter devices "$newcomer"
ok "named alone, it has its group relaxed" set_parameter pass_fix 1
is "the demanded one too" "$(direct "$owned" "$newcomer")" "0 0"
is "which is listed" "$(parameter relaxed)" "$owned"
ok "off" set_parameter pass_fix 0
leave
wait_for is_gone "$newcomer"
set_parameter pass_fix 1
bind "$owned"
refused "without it, the group is not in scope" "$owned"
come
ok "it comes" wait_for same_group
ok "and the whole group is relaxed" wait_for eval "[ \"\$(direct $owned)\" = 0 ]"
assigned "so it can be assigned" "$owned"
join_name="named alone"
join_end
joins_done 4
