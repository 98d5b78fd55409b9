#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# tool.t [HOST...]: the host tool on roots like those of real machines (tests/tool): complete outputs. With
# hosts, only on these.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

tool=$PASSFIX_BUILD/tools/vfio-passfix
roots=$PASSFIX_BUILD/tool.t
rm -rf "$roots"
mkdir -p "$roots"

# Other tests may build it at the same time.
ok "the tool builds" make_tool

hosts=("$@")
(($#)) || mapfile -t hosts < <(ls "$TESTS/tool/hosts")
for host in "${hosts[@]}"; do
	folder=$TESTS/tool/hosts/$host/
	ok "$host: the root is made" "$TESTS/tool/build-root" "$folder" "$roots/$host"
	# A recorded host has only what the tool reads, and no intended results.
	grep -qx recorded "$folder/host" ||
		ok "$host: lspci, modprobe and iasl read it as it is meant" "$TESTS/tool/check-root" "$roots/$host"
	for transcript in "$folder"*.transcript; do
		[[ -e $transcript ]] || continue
		ok "$host: $(basename "$transcript" .transcript)" "$TESTS/tool/play" "$transcript"
	done
done
(($# == 0)) || { done_testing; exit; }

# The tool must read what tests/programs/table appends to the guests' tables.
iort=$roots/smmu/sys/firmware/acpi/tables/IORT
ok "the maker of tables builds" gcc -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o "$roots/table" "$TESTS/programs/table.c"
ok "it appends RMR nodes to an IORT" "$roots/table" "$iort" "$roots/IORT" f:100:101:14:1000000:20000 0:400:400:1:0:1000
nok "but none for ids that reach no SMMU" "$roots/table" "$iort" "$roots/none" 1:200:201:14:1000000:20000
mv "$roots/IORT" "$iort"
is "for the devices and the memory that it is told" \
	"$("$tool" --root "$roots/smmu" doctor --json | jq -r '.checks[] | select(.id == "demand").details[2:][]')" \
	"IORT: RMR at offset 0x1f8, devices 000f:01:00.0-000f:01:00.1: 0x1000000-0x101ffff
IORT: RMR at offset 0x23c, device 0000:04:00.0: 0x0-0xfff"

guide=$("$tool" --root "$roots/guide" doctor gpu)
ok "the guide's host: the answer is under 25 lines ($(wc -l <<<"$guide"))" test "$(wc -l <<<"$guide")" -lt 25
is "and 80 columns" "$(grep -E '.{81}' <<<"$guide")" ""
is "and is README's picture" "$(xmllint --xpath '//*[local-name()="text"]/text()' "$PROJECT/docs/doctor.svg" | sed "s,&amp;,\&,g")" \
	"$(grep . <<<"$guide")"

is "a terminal of another encoding gets no bytes of UTF-8" \
	"$(for command in 'doctor gpu' groups 'groups --json' 'xml gpu --domain ü'; do
		# shellcheck disable=SC2086 # words
		LC_ALL=C "$tool" --root "$roots/hostile" $command 2>&1
	done | LC_ALL=C grep -naP '[^\x20-\x7e]')" ""

rm -rf "$roots"
done_testing
