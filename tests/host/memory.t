#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The host tool with ASan and UBSan, and under valgrind, on all described hosts: its output must be the
# same as without them, since their findings would be in it. Uninitialised memory is filled with
# bytes that would change the output. valgrind, which is 100 times slower, runs each command once, and doctor
# once on each host with a finding, or a kind of firmware table, that no host before it has; valgrind.t runs all.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/valgrind.sh"

sanitized=$PASSFIX_BUILD/sanitized
flags='-O1 -g -ftrivial-auto-var-init=pattern -fsanitize=address,undefined -fno-sanitize-recover=all'

ok "the tool builds" make_tool
ok "the tool builds with ASan and UBSan" make -s -C "$PROJECT/tools/vfio-passfix" "O=$sanitized" \
	"CFLAGS=$flags" "$sanitized/vfio-passfix"

ok "valgrind runs" valgrind_is_ready

# The sanitizers crash if addresses have more random bits than they support.
plain_addresses=
! setarch -R true 2>/dev/null || plain_addresses='setarch -R'

export PLAY_FIRSTS=$sanitized/firsts
: >"$PLAY_FIRSTS"

# seen_in TRANSCRIPT: its commands, what doctor finds in it, and the firmware's tables on its host, a line each.
seen_in() {
	sed -nE -e 's/^ +(FAIL|warn|pass) +([A-Z][A-Za-z0-9 ]*[a-z])  .*/\1 \2/p' \
		-e 's/^\$ (user: |again: )?vfio-passfix ([a-z-]+).*/\2/p' "$1"
	sed -nE 's/^(iommu [a-z]+|ivmd|rmrr|rmr).*/\1/p' "$(dirname "$1")/host"
}
seen=$(mktemp)
trap 'rm -f "$seen" "$seen.more"' EXIT

for folder in "$TESTS"/tool/hosts/*/; do
	for transcript in "$folder"*.transcript; do
		[[ -e $transcript ]] || continue
		name=$(basename "$folder")/$(basename "$transcript" .transcript)
		PLAY_TOOL=$sanitized/vfio-passfix ASAN_OPTIONS=max_malloc_fill_size=65536 PLAY_UNDER=$plain_addresses \
			ok "$name: ASan and UBSan have nothing to say" "$TESTS/tool/play" "$transcript"
		seen_in "$transcript" | sort -u - "$seen" >"$seen.more"
		! cmp -s "$seen" "$seen.more" || continue
		mv "$seen.more" "$seen"
		PLAY_UNDER_FIRST=${valgrind[*]} ok "$name: nor has valgrind" "$TESTS/tool/play" "$transcript"
	done
done

done_testing
