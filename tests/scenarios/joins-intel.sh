# SPDX-License-Identifier: GPL-2.0-only
# Like joins-rescan, with Intel's VT-d and RMRRs.
# shellcheck shell=sh source=tests/vm/guest/guest.sh disable=SC2034,SC2154
# board: intel-no-acs
# rmrr: 0:f0000:f0fff:1:0.0 0:f0000:f0fff:2:0.0

owned=0000:01:00.0
newcomer=0000:02:00.0
page=0xf0000

newcomer_is_plugged
joins_begin
joins_in "" $owned
joins_done 4
