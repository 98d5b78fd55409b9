#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The unit tests of the host tool's parsers (tests/parsers/unit), with ASan and UBSan; a line for each cmocka test.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

tool=$PROJECT/tools/vfio-passfix
out=$PASSFIX_BUILD/unit
flags=(-iquote "$tool" -std=c17 -D_GNU_SOURCE -g -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror)
sanitizers=('-fsanitize=address,undefined' -fno-sanitize-recover=all)
mkdir -p "$out"

# The sanitizers crash if addresses have more random bits than they support.
plain_addresses=()
! setarch -R true 2>/dev/null || plain_addresses=(setarch -R)

# cmocka's TAP, renumbered: if it ends early, it has fewer lines than it planned.
cmocka() {
	local binary=$1 output status=0 line planned=0 seen=0 name notes=
	output=$(CMOCKA_MESSAGE_OUTPUT=TAP timeout 60 "${plain_addresses[@]}" "$out/$binary" 2>&1) ||
		status=$?
	while IFS= read -r line; do
		if [[ $line =~ ^1\.\.([0-9]+)$ ]]; then
			planned=${BASH_REMATCH[1]}
		elif [[ $line =~ ^(not )?ok\ [0-9]+\ (# SKIP |- )(.*)$ ]]; then
			name="$binary: ${BASH_REMATCH[3]}"
			seen=$((seen + 1))
			if [[ ${BASH_REMATCH[2]} == '# SKIP ' ]]; then
				pass "$name # SKIP"
			elif [[ ${BASH_REMATCH[1]} ]]; then
				fail "$name"
			else
				pass "$name"
			fi
			notes=
		elif [[ $line != '# ok - '* ]]; then
			# cmocka prints details after a failure; a sanitizer's report belongs to no test.
			notes+=${notes:+$'\n'}${line#\# }
			[[ $line != '# '* ]] || diag "${line#\# }"
		fi
	done <<<"$output"
	if ((planned > 0 && seen == planned && status == 0)); then
		pass "$binary: all $planned tests ended"
	else
		fail "$binary: all tests ended" "$seen of $planned, status $status
$notes"
	fi
}

# Parsers that are in more than one file.
declare -A besides=([acpi]=iort)
for noun in acpi option_rom; do
	sources=("$tool/host/$noun.c" ${besides[$noun]+"$tool/host/${besides[$noun]}.c"})
	for compiler in gcc clang; do
		for source in "${sources[@]}"; do
			ok "$(basename "$source" .c): $compiler has nothing to say" \
				"$compiler" "${flags[@]}" -O2 -c -o "$out/$noun.o" "$source"
		done
	done
	rm -f "$out/$noun"
	ok "$noun: the test builds" gcc "${flags[@]}" -O1 "${sanitizers[@]}" -o "$out/$noun" \
		"$TESTS/parsers/unit/$noun.c" "${sources[@]}" -lcmocka
	cmocka "$noun"
done

done_testing
