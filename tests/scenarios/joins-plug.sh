# SPDX-License-Identifier: GPL-2.0-only
# I3: a card is plugged into the next slot of a board without ACS, while a guest owns or
# has claimed the group.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2034,SC2154
# board: no-acs

owned=0000:01:00.0
newcomer=0000:02:00.0
newcomer_is_plugged
joins_begin
joins_in "" $owned 0000:00:02.0
joins_done 6
