# SPDX-License-Identifier: GPL-2.0-only
# I3 and I9: a function with a 1:1 mapping joins an owned group whose other device has none, in scope
# or not. There the stock kernel uses a freed domain (docs/kernel-bugs.md).
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2034,SC2154
# ivmd: 21:8:51:0:7e000000:1000

demanded="0 1"
elsewhere=0000:00:08.0

joins_begin
join "owned, in scope" "$owned" claim "$owned" map 0 0x10000 dma 0
join "claimed, in scope" "$owned" join "$owned"

for steps in "claim $owned map 0 0x10000 dma 0" "join $owned"; do
	dmesg -c >/dev/null
	# shellcheck disable=SC2086 # a word each
	join_while "${steps%% *}, out of scope" $elsewhere $steps
	like "the log says why it was relaxed" "$(dmesg)" "$newcomer: relaxed until its group is unbound, although not in scope"
	is "only what joined is listed" "$(parameter relaxed)" "$newcomer"
	unbind "$owned"
	ok "once nothing of the group is bound to VFIO, it has require_direct again" \
		wait_for eval "[ \"\$(direct $owned $newcomer)\" = '0 1' ]"
	is "and is not listed" "$(parameter relaxed)" ""
	bind "$owned"
	refused "so the group is rejected, as on stock" "$owned"
	# Remove it while it is relaxed: see joins_begin.
	turn_off "off" "$owned"
	set_parameter devices ""
	ok "on for all" set_parameter pass_fix 1
	bind "$owned"
	join_end
done

# It joins before the fix is on, as on stock; turning the fix on then corrects that.
set_parameter devices $elsewhere
bind "$owned"
background owner claim "$owned" map 0 0x10000 dma 0
come
ok "off: a demanded device joins an owned group" wait_for same_group
is "off: it has require_direct, as on stock" "$(direct "$owned" "$newcomer")" "0 1"
ok "on, out of scope" set_parameter pass_fix 1
is "on: it has not" "$(direct "$owned" "$newcomer")" "0 0"
go owner
is "the guest ends well" $? 0
no_complaint
turn_off "off" "$owned"
set_parameter devices ""
ok "on for all" set_parameter pass_fix 1
leave
wait_for is_gone "$newcomer"
ok "off" set_parameter pass_fix 0

# If nobody owns the group, the scope decides about a device that joins.
set_parameter devices $elsewhere
ok "on, out of scope" set_parameter pass_fix 1
bind "$owned"
dmesg -c >/dev/null
come
ok "a demanded device joins a group that is bound to VFIO, and not owned" wait_for same_group
unlike "it is not relaxed, not for a moment either" "$(dmesg)" "$newcomer: relaxed"
is "it has require_direct, as on stock" "$(direct "$owned" "$newcomer")" "0 1"
refused "and the group is rejected, as on stock" "$owned"
joins_done 4
