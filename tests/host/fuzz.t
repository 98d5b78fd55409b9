#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the fuzzers of tests/parsers/fuzz on the host tool's parsers for a few seconds, and shows that
# they find planted faults. The long run is `tests/parsers/fuzz/run all 10000000`.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

readonly executions=200000
# Otherwise runs would differ, and fail if guests use the processor for long.
export FUZZ_SEED=1 FUZZ_TIMEOUT=20

for target in ivrs dmar iort rom journal; do
	output=$("$TESTS/parsers/fuzz/run" "$target" "$executions" 2>&1)
	like "$target: nothing is found in $executions executions" "$output" \
		"^$target: $executions executions, [0-9]+ s\$"
done

# planted TARGET NAME FILE SED WORDS: a fault in a copy of the parsers is found, with these words.
planted() {
	local target=$1 name=$2 file=$3 script=$4 words=$5
	local dir=$PASSFIX_BUILD/fuzz-planted
	rm -rf "$dir"
	mkdir -p "$dir/sources"
	cp -r "$PROJECT/tools/vfio-passfix"/{host,setup} "$dir/sources"
	sed -i "$script" "$dir/sources/$file"
	nok "$target, $name: the fault is in" cmp -s "$PROJECT/tools/vfio-passfix/$file" "$dir/sources/$file"
	output=$(PASSFIX_BUILD=$dir FUZZ_SOURCES=$dir/sources "$TESTS/parsers/fuzz/run" "$target" "$executions" 2>&1)
	like "$target, $name: is found" "$output" "$words"
	like "$target, $name: and the input kept" "$(ls "$dir/fuzz/found")" "^$target-crash-"
	rm -rf "$dir"
}

# Memory: a read past the end, which ASan finds, and one that the check in bytes.h stops.
planted dmar "a table too short for its signature" host/acpi.c \
	's/if (bytes.size < ACPI_HEADER_SIZE)/if (0)/' 'AddressSanitizer: heap-buffer-overflow'
planted ivrs "a block past the table's end" host/acpi.c \
	's/if (bytes_has(parse->bytes, at, kind->looked_at))/if (1)/' 'libFuzzer: deadly signal'
planted iort "mappings past their node's end" host/iort.c \
	's/count <= (node->bytes.size - at) \/ ENTRY_SIZE)/1)/' 'libFuzzer: deadly signal'
# Logic: the result is wrong, although no byte is read outside.
planted ivrs "a range that is backwards" host/acpi.c \
	's/else if (demand.last < demand.first)/else if (0)/' 'broken promise: '
planted dmar "a limit below its base" host/acpi.c \
	's/if (limit < demand.start)/if (0)/' 'broken promise: '
planted iort "an id that two mappings have" host/iort.c \
	's/ || (gives_way && id != mapping->input))/)/' 'broken promise: '
planted journal "a path with two dots" setup/journal_text.c \
	's/ || !strcmp(parts\[i\], "\.\.")//' 'broken promise: '
planted journal "a folder of somebody else" setup/journal_text.c \
	's/if (is_above(folder, /if (folder || is_above(folder, /' 'broken promise: '
planted rom "an image past the file's end" host/option_rom.c \
	's/if (!bytes_has(parse->file, offset, image->length))/if (0)/' 'broken promise: '

done_testing
