#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The documents: links are valid, the files and commands that they name exist, the messages in
# docs/troubleshooting.md are those that are printed, and figures match their sources.
# shellcheck disable=SC2016 # Markdown's backticks, and words for other shells
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/vm/configs.sh"

export LC_ALL=C.UTF-8
scratch
cd "$PROJECT" || exit
mapfile -t documents < <(find . -name '*.md' -not -path './build/*' | sed 's|^\./||' | sort)

# missing COMMAND: reads "WHERE: THING" lines, and prints those for whose THING the command fails;
# also reports too few lines, in case nothing was read by mistake.
missing() {
	local least=$1 count=0 line
	shift
	while IFS= read -r line; do
		count=$((count + 1))
		"$@" "${line#*: }" || echo "$line"
	done
	((count >= least)) || echo "only $count were seen"
}

diag "links"
# anchors FILE: the anchors of its headings on a web page.
anchors() {
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^[:alnum:]_ -]//g; s/ /-/g'
}

# A target relative to the folder of the document.
leads_somewhere() {
	local file=${1%%#*} anchor=
	[[ $1 != *'#'* ]] || anchor=${1#*#}
	[[ -e $file ]] && { [[ -z $anchor ]] || anchors "$file" | grep -xF -- "$anchor" >/dev/null; }
}

# Without links in code, and without those to other sites.
links() {
	local document folder link
	for document in "${documents[@]}"; do
		folder=
		[[ $document != */* ]] || folder=${document%/*}/
		sed '/^    /d; s/`[^`]*`//g' "$document" | grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//' |
			grep -vE '^https?:' | while IFS= read -r link; do
			[[ $link != '#'* ]] || link=${document##*/}$link
			echo "$document: $folder$link"
		done
	done
}
is "each link and anchor leads somewhere" "$(links | missing 20 leads_somewhere)" ""
is "README leads to each document" "$(printf 'README.md: %s\n' docs/*.md [A-Z]*.md |
	grep -v ' README' | missing 7 bash -c 'grep -qF "($0)" README.md')" ""

diag "files, commands, parameters"
is_there() {
	compgen -G "$1" >/dev/null
}
# Words in capitals are placeholders.
files() {
	grep -oE '`(src|tools|tests|docs|packaging)/[A-Za-z0-9_./*{},-]+' "${documents[@]}" | tr -d '`' |
		while IFS=: read -r document file; do
			eval "printf '$document: %s\n' $file"
		done | grep -vE '[ /][A-Z]{3,}'
}
is "each file that is named is there" "$(files | missing 40 is_there)" ""
is "each scenario in the table of hunks is there" "$(grep -E '^\| [0-9]' docs/how-it-works.md | sed 's/.*| \(.*\) |$/\1/' |
	grep -oE '[a-z-]+' | sed 's|.*|how-it-works: tests/scenarios/&.sh|' | missing 9 test -e)" ""

# An item in the list of invariants, with all its lines: its number, then a sentence.
is_stated() {
	awk '/^(- |$)/ { print item; item = "" } { item = item " " $0 } END { print item }' docs/how-it-works.md |
		tr -s ' ' | grep -E "^ - \*\*$1\*\* "'[A-Z`][^ ]*( [^ ]+){4,}\.$' >/dev/null
}
invariants() {
	{
		grep -ohE '\bI[0-9]+\b' src/*
		grep -oE '^I[0-9]+' tests/faults
	} | sort -uV | sed 's/^/how-it-works: /'
}
is "each invariant that is named is stated" "$(invariants | missing 10 is_stated)" ""

is "each target of make is there" "$(grep -oE '(`|^ +|sudo |&& )make [a-z][a-z-]*' "${documents[@]}" | sed 's/:.*make /: /' |
	missing 15 sh -c 'grep -qE "^[a-z ]*\b$0\b[a-z -]*:" Makefile')" ""

need_tool

# of_the_tool WORDS: whether the tool has that command, and the command those options.
of_the_tool() {
	local words option
	read -ra words <<<"$1"
	[[ ${words[0]} != rom ]] || words[0]="rom ${words[1]}"
	[[ ${words[0]} != --* ]] || return 1
	# shellcheck disable=SC2086 # a command may be two words
	"$tool" ${words[0]} --help >"$T/help" 2>/dev/null || return
	for option in "${words[@]}"; do
		[[ $option != --* ]] || grep -qE -- "^  (-., )?${option%%=*}\b" "$T/help" || return
	done
}
commands() {
	grep -oE '(`|^ +|sudo |&& )vfio-passfix [a-z-][^`|>#&;]*' "${documents[@]}" |
		sed -E 's/:(`| +|sudo |&& )vfio-passfix /: /; s/  .*//'
}
is "each command of the tool is there, and its options" "$(commands | missing 20 of_the_tool)" ""
is "docs/by-hand.md has all parameters of the module, and no others" \
	"$(sed -n '/^| parameter /,/^$/s/^| `\([a-z_]*\)` .*/\1/p' docs/by-hand.md | sort | xargs)" \
	"$(grep -ohE '^module_param(_cb|_named)?\([a-z_]+' src/main.c | sed 's/.*(//' | sort | xargs)"
# Installation, the tool and its manual page. The modules and their build look at the headers instead.
is "the first release that refuses devices is one" "$({
	sed -n 's/.*printf .\([0-9.]*\)\\n.*sort -V.*/\1/p; s/.* since Linux \([0-9.]*\)\. .*/\1/p' tools/shared.sh tools/dkms-setup
	sed -n 's/.* Linux \([0-9.]*\) and later refuses .*/\1/p' tools/vfio-passfix/vfio-passfix.8.in
	sed -n 's/^#define FIX_M[A-Z]*R \([0-9]*\)/\1/p' tools/vfio-passfix/host/fix.h | paste -sd .
} | uniq -c | xargs)" "4 6.6"
# includes: prints a line for each header from another folder that a file of the tool includes.
includes() {
	grep -nE '^#include "[a-z]+/' tools/vfio-passfix/*/*.[ch] |
		sed -E 's|^tools/vfio-passfix/([a-z]+)/([^:]*):.*"([a-z]+)/.*|\1/\2: \1 \3|'
}
mapfile -t floors < <(sed -n 's/^| `tools\/vfio-passfix\/\([a-z]*\)\/` .*/\1/p' docs/how-it-works.md)
goes_down() {
	local from to
	read -r from to <<<"$1"
	[[ "${floors[*]}" =~ (^| )$from( .*)?(\ |^)$to( |$) || $from == "$to" ]]
}
is "the tool's folders are those of the table" "$(printf '%s\n' "${floors[@]}" | sort | xargs)" \
	"$(cd tools/vfio-passfix && printf '%s\n' */ | tr -d / | sort | xargs)"
is "and each includes those below it only" "$(includes | missing 100 goes_down)" ""
like "CHANGELOG begins with this version, or what comes after it" \
	"$(grep '^## ' CHANGELOG.md | grep -vxm 1 '## Unreleased')" "^## $(literal "$version")( |\$)"
is "a version in a command is this one" \
	"$(grep -oE 'install-all [0-9.]+' "${documents[@]}" | grep -v " $(literal "$version")\$")" ""

diag "messages"
# In the documents, variable parts of a message are written "...". plain: replaces formats and shell variables in the same way.
plain() {
	sed -E 's/\\n"/"/g; s/\\"/"/g; s/%(\.\*s|ps|lu|[sdux])/.../g
		s/\$\([^()]*\)/.../g; s/\$\{[^}]*\}/.../g; s/\$[A-Za-z_0-9]+/.../g'
}

# section WORDS: the messages that are headings in that section.
section() {
	awk -v words="$1" '/^## / { inside = index($0, "## " words) == 1 } inside' docs/troubleshooting.md |
		sed -n 's/^### `\(.*\)`$/troubleshooting: \1/p'
}

# trimmed MESSAGE: without variable parts at its ends.
trimmed() {
	sed -E 's/^(vfio-passfix: )?(\.\.\.)?[: ]*//; s/ *\.\.\.$//' <<<"$1"
}

# The build puts the output of kernel-lacks after "kernel RELEASE".
refusals() {
	sed -nE 's/^[[:space:]]+"([a-z].*)" && exit$/kernel ... \1/p' tools/kernel-lacks
}
plain <<<"$(refusals; cat src/* tools/dkms-setup tools/kernel-source tools/fork-source tools/fork-fits tools/load-type1 tools/fetch-hook \
	tools/vfio-passfix/{*,*/*}.c packaging/make packaging/debian/vfio-passfix.prerm Kbuild Makefile)" >"$T/ours"
is_ours() {
	grep -qF -- "$(trimmed "$1")" "$T/ours"
}
is "those of the modules are printed by them" "$(section 'vfio_passfix' | missing 15 is_ours)" ""
is "those of the tool, by it" "$(section 'The tool' | missing 5 is_ours)" ""

# In the other direction: printed messages are explained.
explained() {
	local message words
	message=$(trimmed "$1")
	while IFS= read -r words; do
		[[ $message != "$words"* ]] || return 0
	done <"$T/headings"
	return 1
}
section '' | sed 's/^troubleshooting: //' | while IFS= read -r words; do
	trimmed "$words"
done >"$T/headings"
is "each message of trouble of the modules is explained" \
	"$(grep -ohE 'pr_(err|warn|notice)(_once)?\("([^"\\]|\\.)*"' src/* | sed -E 's/^[a-z_]+\("/src: /; s/"$//; s/\\n$//' | plain |
		missing 15 explained)" ""
# Without messages that only report progress.
is "each of dkms-setup, as well" \
	"$(grep -ohE '(say|die) "([^"\\]|\\.)*"' tools/dkms-setup | sed -E 's/^[a-z]+ "/dkms-setup: /; s/"$//' | plain |
		grep -vE ': (looking for|building for|installed|signed by|usage:)' | missing 12 explained)" ""
is "each of the build that refuses a kernel" \
	"$({
		grep -oE '\(error vfio-passfix: .*' Kbuild | grep -v '\$(lacking)' | sed -E 's/^[^:]*/Kbuild/; s/\)*$//'
		refusals | sed 's/^/kernel-lacks: /'
	} | plain | missing 5 explained)" ""

diag "messages of others"
# vmlinux NAME: the unpacked image of a tested kernel.
vmlinux() {
	local release image at
	release=$(cat "$PASSFIX_TEST_CACHE/roots/$1.release")
	image=$PASSFIX_TEST_CACHE/roots/$1/boot/vmlinuz-$release
	# setup_sects and payload_offset of the boot protocol.
	at=$((($(od -An -tu1 -j 0x1f1 -N 1 "$image") + 1) * 512 + $(od -An -tu4 -j 0x248 -N 4 "$image")))
	tail -c "+$((at + 1))" "$image" >"$T/payload"
	# The length follows the data, so both programs complain about trailing bytes.
	{ zstd -dcq <"$T/payload" || xz -dc --single-stream <"$T/payload"; } 2>/dev/null
	find "$PASSFIX_TEST_CACHE/roots/$1/lib/modules/$release/" -path '*/drivers/vfio/*' -name '*.ko*' -print0 |
		xargs -0 -n 1 sh -c 'xz -dcf "$0"'
}

# printed_by FILE... MESSAGE: whether one of them contains the message, piece by piece, because formats
# are composed. The text of an errno comes from libc.
printed_by() {
	local file piece
	sed -E 's/\(?(Operation |Cannot allocate |Invalid argument|No such |Key was |Connection reset ).*$//; s/vfio_passfix|\/lib\/modules\//.../g
		s/DMA Read|unsigned module( loading)?|module with unavailable key|modprobe/...&.../g' <<<"${!#}" |
		sed -E 's/\.\.\.|: /\n/g' | sed -E "s/^[] ()'=]*//; s/ *$//" | grep -E '.{6}' >"$T/pieces"
	[[ -s $T/pieces ]] || return
	for file in "${@:1:$#-1}"; do
		while IFS= read -r piece; do
			grep -qaF -- "$piece" "$file" || continue 2
		done <"$T/pieces"
		return
	done
	return 1
}

for name in $(kernel_names); do
	vmlinux "$name" >"$T/$name"
	# Except one with the name of a function in 7.3, and that of Intel's driver before 6.6.
	is "those of the kernel: $name's" "$(section 'The kernel' | grep -v ' WARNING: \| platform RMRR ' | missing 12 printed_by "$T/$name")" ""
done
"$TESTS/vm/qemu" "$(kernel_with newest)"
# Except those of libvirt's daemon, which is not on this host.
is "those of QEMU and libvirt" "$(section 'QEMU and libvirt' | grep -v ' monitor\(: .*\)\?$' |
	missing 15 printed_by "$(command -v qemu-system-x86_64)" "$PASSFIX_TEST_CACHE"/layers/*-qemu/upper/usr/bin/qemu-system-x86_64 \
		"$(ldconfig -p | sed -n 's/.*libvirt\.so\.0 .* => //p')")" ""
is "those of modprobe and of a kernel that wants signatures" \
	"$(section modprobe | missing 9 printed_by "$(command -v modprobe)" "$T/$name")" ""
ours_or_dkms() {
	is_ours "$1" || printed_by "$PASSFIX_TEST_CACHE/roots/$name/usr/sbin/dkms" "$1"
}
is "those of installing, by us or by dkms" "$(section Installing | missing 20 ours_or_dkms)" ""

diag "figures"
# Without what depends on the installed fonts and on dot's version.
drawing() {
	sed -E 's/ (points|d|x|y|width|height|viewBox|transform)="[^"]*"//g; s/^ (width|viewBox).*//; /<!-- Generated by/d'
}
for source in docs/*.dot; do
	is "${source%.dot}.svg is that of its source" "$(dot -Tsvg "$source" | drawing)" "$(drawing <"${source%.dot}.svg")"
	like "and has a ground of its own, for pages that are dark" "$(cat "${source%.dot}.svg")" '<polygon fill="white" stroke="transparent"'
done

diag "numbers that the tables of tests/ know"
# faults PATTERN: how many faults have such a test.
faults() {
	grep -v '^#' tests/faults | cut -f2 | grep -cE "$1"
}
is "trust.md counts the faults: promises, for the debug kernel, for the analyzers" \
	"$(sed -n 's/.*| \([0-9]*\) in `tests\/faults` |.*/\1/p' docs/trust.md | xargs)" \
	"$(faults '^[^/]*$|^(tool|differ)/') $(faults '^debug/') $(faults '^check/')"
like "and the tools of make check" "$(grep '^| static analysis ' docs/trust.md)" \
	"\| $(grep -v '^#' tests/lib/check/tools | grep -vcP '\t- ') tools \|"
# Only the series of each: releases change every week, and each run names them.
series() {
	for name in $(kernel_names); do
		cut -d. -f1,2 "$PASSFIX_TEST_CACHE/roots/$name.release"
	done | sort -uV | xargs
}
for document in README.md docs/trust.md; do
	is "$document names the kernels that are tested" "$(grep -E "^.make test. boots two |.make test. runs Debian" "$document" |
		grep -oE '\b[0-9]+\.[0-9]+\b' | sort -uV | xargs)" "$(series)"
done
is "README.md counts those of make test-kernels" "$(sed -n 's/.*`make test-kernels` boots \([0-9]*\) more.*/\1/p' README.md)" \
	$(($(matrix_names | wc -l) + $(config_names | grep -vc '^debug') - $(kernel_names | wc -l)))

done_testing
