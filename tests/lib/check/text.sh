# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The tools for shell programs, documents and other text. Sourced by tests/check.

check_shellcheck() {
	local files
	mapfile -t files < <(shells_of 'bash|sh|dash')
	note "${#files[@]} programs"
	# Follow sourced files, which are beside the program or in tests/.
	printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 12 shellcheck --external-sources \
		--source-path=SCRIPTDIR --source-path="$TESTS" --format=gcc --enable=deprecate-which |
		sed -E 's/: note: /: warning: /' | as_gcc || true
}

# Each shell parses its own programs. Those for sh are parsed by both shells that run them, in guests and hosts.
check_syntax() {
	local shell file reader readers status=0
	note "$(shells | wc -l) programs"
	while IFS=$'\t' read -r shell file; do
		readers=("$shell")
		[[ $shell != sh ]] || readers=(dash "busybox sh")
		for reader in "${readers[@]}"; do
			$reader -n "$file" || status=1
		done
	done < <(shells)
	while IFS= read -r file; do
		perl -wc "$file" 2>&1 | grep -v ' syntax OK$' && status=1
	done < <(sources -exec awk 'FNR == 1 && /^#!.*\/perl$/ { print FILENAME }' {} +)
	return "$status"
}

check_mandoc() {
	make_tool
	note "vfio-passfix.8"
	mandoc -T lint -W warning "$PASSFIX_BUILD/tools/vfio-passfix.8" 2>&1
}

check_xmllint() {
	local files
	mapfile -t files < <(sources -name '*.xml' -print)
	note "${#files[@]} files"
	xmllint --noout --nonet "${files[@]}" 2>&1
}

check_codespell() {
	local files
	# Some of these words are names of devices and modules; the others are misspelt on purpose.
	mapfile -t files < <(sources ! -name LICENSE ! -path './tests/tool/modules' ! -path '*/pci.ids' \
		! -path './tests/lib/check/accepted' ! -path './tests/faults' -print | cut -c 3-)
	note "${#files[@]} files"
	# Its exit code is the number of findings.
	{ codespell "${files[@]}" || (($? < 126)); } | sed -E 's/^([^: ]+:[0-9]+): /\1: [spelling] /'
}

# Words that readers stumble over: a Perl pattern, and what to write instead. Transcripts repeat the tool's output,
# and some tests repeat what other programs print.
check_words() {
	local files pattern better
	mapfile -t files < <(sources ! -name LICENSE ! -name '*.transcript' ! -path '*/pci.ids' ! -path './tests/lib/check/*' \
		! -path './tests/tool/hosts/*' ! -path './tests/faults' ! -name '*.bin' ! -name '*.rom' ! -name '*.svg' -print | cut -c 3-)
	note "$(rows words | wc -l) patterns, ${#files[@]} files"
	while IFS=$'\t' read -r pattern better; do
		grep -HnoP -- "$pattern" "${files[@]}" | sed -E "s|^([^:]+:[0-9]+):(.*)|\1: [words] \"\2\": ${better//|/\\|}|" || true
	done < <(rows words)
}

# Rules for all files: a program has a licence in its first lines, a file ends with one newline, no
# line ends with blanks, and what begins like a program is executable.
check_files() {
	local files file
	# Tables and ROMs are binary.
	mapfile -t files < <(sources -print | grep -vE '\.(bin|rom)$' | cut -c 3- | sort)
	note "${#files[@]} files"
	# Transcripts have the tool's output unchanged.
	grep -nE '[[:blank:]]+$' -- "${files[@]}" | grep -v '\.transcript:' |
		sed -E 's/^([^:]+:[0-9]+):.*/\1: [blanks] at the end of the line/' || true
	for file in "${files[@]}"; do
		if [[ -s $file && $(tail -c 1 "$file" | wc -l) == 0 ]]; then
			echo "$file:1: [newline] none at the end"
		fi
		if [[ $(head -c 2 "$file") == '#!' && ! -x $file ]]; then
			echo "$file:1: [mode] a program that may not be run"
		fi
		case $file in
		*.[cht] | *.sh | */Makefile | Makefile | Kbuild) ;;
		*) [[ $(head -c 2 "$file") == '#!' ]] || continue ;;
		esac
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' ||
			echo "$file:1: [licence] no SPDX-License-Identifier in the first two lines"
	done
}

# Checks the commits since this rule (CONTRIBUTING.md): "part: what it does", at most 72 characters,
# and a body that says why. History is not rewritten, so older commits are not checked.
check_commits() {
	local since=${COMMITS_SINCE:-635a2841e55523f964a7b59084892bc6fc757969} commit subject
	git -c safe.directory="$PROJECT" cat-file -e "$since" 2>/dev/null ||
		{ note "not in a clone with its history"; return 0; }
	note "since ${since::12}"
	git -c safe.directory="$PROJECT" log --no-merges --format='%h %s' "$since.." | while read -r commit subject; do
		[[ $subject =~ ^(src|tool|tools|tests|docs|packaging):\ [A-Za-z] ]] ||
			echo "commit $commit: [prefix] \"$subject\" begins with none of src, tool, tools, tests, docs, packaging"
		((${#subject} <= 72)) || echo "commit $commit: [length] the subject has ${#subject} characters, more than 72"
		[[ $(git -c safe.directory="$PROJECT" log -1 --format=%b "$commit") ]] ||
			echo "commit $commit: [body] it does not say why"
	done
}
