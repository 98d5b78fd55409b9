#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The host tool under valgrind: all commands of all described hosts' transcripts, of which memory.t runs only
# some under valgrind. Their output must be the same as without it, since what valgrind finds would be in it.
# needs: debug
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/valgrind.sh"

need_tool
ok "valgrind runs" valgrind_is_ready

for transcript in "$TESTS"/tool/hosts/*/*.transcript; do
	name=$(basename "$(dirname "$transcript")")/$(basename "$transcript" .transcript)
	PLAY_UNDER=${valgrind[*]} ok "$name: valgrind has nothing to say" "$TESTS/tool/play" "$transcript"
done

done_testing
