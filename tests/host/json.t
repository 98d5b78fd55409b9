#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Compares docs/json.md with the tool's output of --json on all described hosts: each printed field is
# documented with its type, and each documented field is printed on some host.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

export LC_ALL=C.UTF-8
document=$PROJECT/docs/json.md
T=$(mktemp -d /tmp/passfix-json.XXXXXX)
trap 'rm -rf "$T"' EXIT
chmod 755 "$T"		# for one who is not root

ok "the tool builds" make_tool
tool=$T/vfio-passfix
install -m 755 "$PASSFIX_BUILD/tools/vfio-passfix" "$tool"

# see SECTION ARGUMENTS...: runs the command with --json, and keeps its answer, which the page
# describes in SECTION; the file's name has the exit code and the words.
count=0
as=()
mkdir "$T/answers"
see() {
	local section=$1 code=0 words
	shift
	count=$((count + 1))
	"${as[@]}" "$tool" --root "$root" "$@" --json >"$T/answer" 2>/dev/null || code=$?
	words=${*//\//_}
	mv "$T/answer" "$T/answers/$count:$section:$code:$host: ${words:0:100}"
}

for folder in "$TESTS"/tool/hosts/*/; do
	host=$(basename "$folder")
	root=$T/$host
	ok "$host: the root is made" "$TESTS/tool/build-root" "$folder" "$root"
	for user in '' 'setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all'; do
		read -ra as <<<"$user"
		for words in doctor 'doctor gpu' status groups; do
			# shellcheck disable=SC2086 # some words, or one
			see "${words% gpu}" $words
		done
	done
	as=()
	# Only the first function of each slot, since some hosts have many.
	for device in "$root"/sys/bus/pci/devices/*:0[0-9]:*.0; do
		see doctor doctor "${device##*/}"
	done
	for words in 'setup gpu' 'setup gpu --apply --force' 'setup gpu' remove 'remove --apply' remove 'bind gpu' 'unbind gpu'; do
		# shellcheck disable=SC2086
		see 'bind, unbind, setup, remove' $words
	done
done

# The states of setup.
host=healthy root=$T/healthy
journal=$root/var/lib/vfio-passfix/setup/journal.json
boot=$root/proc/sys/kernel/random/boot_id
mkdir -p "${boot%/*}"
echo one >"$boot"
"$tool" --root "$root" setup gpu --apply --force >/dev/null 2>&1
see status status
echo two >"$boot"
see status status
for state in applying removing; do
	sed -i "s/\"state\":\"[a-z]*\"/\"state\":\"$state\"/" "$journal"
	see status status
done
sed -i 's/"state":"[a-z]*"/"state":"done"/' "$journal"
sed -i.now 's/"format":2/"format":1/' "$journal"
see status status
mv "$journal.now" "$journal"
echo '# mine' >>"$root/etc/modprobe.d/vfio-passfix-setup.conf"
see status status
echo '{' >"$journal"
see status status
rm -r "$root/var/lib/vfio-passfix"
rm "$root"/etc/*.d/vfio-passfix-setup.conf "$boot"

# Who has a card on demand.
host=ondemand root=$T/ondemand
"$tool" --root "$root" setup gpu --on-demand win11 --apply >/dev/null 2>&1
see status status
mkdir -p "$root/run/vfio-passfix/hand-over"
for phase in starting guest ending; do
	echo '{"phase":"'$phase'","cards":["0000:04:00.0-1"],"devices":["0000:04:00.0"],"entries":[]}' \
		>"$root/run/vfio-passfix/hand-over/win11.json"
	see status status
done
host=healthy root=$T/healthy

see 'rom check' rom check "$root/usr/share/vgabios/rx7900xtx.rom" gpu
see 'rom check' rom check "$root/usr/share/vgabios/rx7900xtx.rom" 04:00.0
head -c 700 "$root/usr/share/vgabios/rx7900xtx.rom" >"$T/short.rom"
see 'rom check' rom check "$T/short.rom"
for words in 'rom check /nowhere/at-all.rom' "rom check $root/proc/cmdline" \
	'doctor 77:00.0' 'doctor no-device' 'doctor 00:01.1' 'doctor one two'; do
	# shellcheck disable=SC2086 # a word each
	see Errors $words
done
# What some kernels do not show.
rm "$root"/sys/kernel/iommu_groups/*/{type,reserved_regions} "$root"/sys/bus/pci/devices/0000:03:00.*/iommu_group
see groups groups
see status status
# Without the firmware's table, faults have no block field.
host=faults root=$T/faults
rm "$root/sys/firmware/acpi/tables/IVRS"
see status status
host=twins root=$T/twins
see Errors doctor 10de:2684
diag "$count answers"

cd "$T/answers" || exit
is "each answer is one object of version 1" \
	"$(jq -rn 'reduce (inputs | [input_filename, .version]) as [$file, $version] ({}; .[$file] += [$version]) |
		to_entries[] | select(.value != [1]) | "\(.key): \(.value)"' -- * 2>&1; find . -empty)" ""
is "in UTF-8" "$(grep -Laxv '.*' -- * | wc -l; grep -laxv '.*' -- *)" "$count"
is "with nothing that a terminal acts on" "$(LC_ALL=C grep -laP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]' -- *)" ""
like "though the hosts' names have that" "$(cat -- *hostile*)" '\\u001b.*\\u202e'

# One line each: exit code, section, field, type, value. An error has the section of errors, whatever
# the command is.
jq -r '(input_filename | split(":")) as [$_, $own, $code] | (if has("error") then "Errors" else $own end) as $section |
	paths as $path | getpath($path) as $value | [$code, $section,
		($path | map(if type == "number" then "[]" else ".\(.)" end) | add | ltrimstr(".")),
		($value | if type == "number" and . == floor then "integer" else type end),
		($value | if type == "string" then tojson else "" end)] | @tsv' -- * >"$T/fields"
# values FIELD: each of its values, with the exit codes.
values() {
	awk -F '\t' -v field="$1" '$3 == field { gsub(/"/, "", $5); print $5 " " $1 }' "$T/fields" | sort -u
}

# The page: a line for each field and its possible content: section, field, "integer" or a value.
fields() {
	awk '/^## / { section = substr($0, 4) }
		/^\| `[a-z0-9_.\[\]]+` \| .* \|/ && section != "" {
			split($0, cell, / *\| */)
			field = cell[2]; gsub(/`/, "", field)
			types = cell[3]; gsub(/`/, "", types)
			count = split(types, type, /, | or /)
			for (i = 1; i <= count; i++)
				print section "\t" field "\t" type[i]
		}' "$document" | grep -vP '^Errors\t[a-z-]+\t(3|64|66)$' | grep -vP '^doctor\t[a-z0-9]+\t(?!integer|boolean|string|text|array|object|null|")' | sort -u
}
fields >"$T/documented"
# A text is a string in JSON; a field with listed values must have one of them.
awk -F '\t' 'NR == FNR { known[$1 FS $2] = known[$1 FS $2] " " $3; next }
	{ key = $2 FS $3; type = $4 }
	type == "string" && known[key] ~ / text/ { type = "text" }
	type == "string" && known[key] ~ /"/ { type = $5 }
	{ print key FS type }' "$T/documented" "$T/fields" | sort -u >"$T/printed"
ok "the page has fields ($(wc -l <"$T/documented"))" test "$(wc -l <"$T/documented")" -gt 60
is "each field that is printed is documented, with its type" "$(comm -13 "$T/documented" "$T/printed")" ""
is "each field that is documented is printed, as each of its types" "$(comm -23 "$T/documented" "$T/printed")" ""

# ids WORDS: the rows of the table of ids.
ids() {
	awk -v words="$1" '/^\| id of / { inside = index($0, words) } !/^\|/ { inside = 0 } inside && /^\| `/' "$document"
}
# shellcheck disable=SC2016 # Markdown's backticks
is "each check's id is documented, and each documented one is a check's" \
	"$(values 'checks[].id' | cut -d ' ' -f 1 | sort -u)" "$(ids 'id of a check' | sed 's/^| `\([^`]*\)`.*/\1/' | sort)"
# shellcheck disable=SC2016
is "so is each error's, with its exit code" \
	"$(values error.id)" "$(ids 'id of an error' | sed 's/^| `\([^`]*\)` | \([0-9]*\) .*/\1 \2/' | sort)"
is "and each of doctor's results has its exit code" \
	"$(awk -F '\t' '$2 == "doctor"' "$T/fields" | grep -P '\tresult\t' | awk -F '\t' '{ print $5, $1 }' | sort -u)" \
	'"blocked" 2
"fine" 0
"warnings" 1'

done_testing
