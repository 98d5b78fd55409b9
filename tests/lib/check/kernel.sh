# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The tools for the kernel's part. Sourced by tests/check.

# as_gcc: changes "file:line:column: warning: text [type]" of gcc, clang, sparse and others to
# "file:line: [type] text".
as_gcc() {
	sed -E -e 's/^([^: ]+):([0-9]+):([0-9]+:)? (fatal error|error|warning|style|performance|portability|note|information): (.*) \[([^][ ]+)\]$/\1:\2: [\6] \5/; t' \
		-e 's/^([^: ]+):([0-9]+):([0-9]+:)? (fatal error|error|warning): (.*)$/\1:\2: [\4] \5/'
}

# prepared COMMAND...: prepares something. It reports what it does, which is no finding.
prepared() {
	local log=$OUT/$TOOL.prepared
	"$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

# kernel_script PATH: one of the kernel's scripts, from the cache.
kernel_script() {
	prepared "$TESTS/lib/check/kernel-scripts" || return
	echo "$PASSFIX_TEST_CACHE/kernel-scripts/$1"
}

check_checkpatch() {
	local program sources status=0
	program=$(kernel_script scripts/checkpatch.pl)
	mapfile -t sources < <(kernel_sources)
	note "${#sources[@]} files, $(cat "$PASSFIX_TEST_CACHE/kernel-scripts.recipe")"
	perl "$program" --no-tree --strict --terse --show-types --no-summary -f "${sources[@]}" |
		sed -E 's/^([^: ]+:[0-9]+): [A-Z]+:([A-Z0-9_]+): /\1: [\2] /' || status=$?
	((status <= 1))
}

check_kernel_doc() {
	local program sources
	program=$(kernel_script tools/docs/kernel-doc)
	mapfile -t sources < <(kernel_sources)
	note "${#sources[@]} files"
	# -Wall also reports comments without a return value, and for parameters that do not exist.
	python3 "$program" -none -Wall -Werror "${sources[@]}" 2>&1 |
		sed -E 's/^(Warning|Error|Info): ([^: ]+:[0-9]+) /\2: [\1] /; s/^[0-9]+ (warnings|errors) as Errors$//; /^$/d'
}

# build_modules SETTINGS...: builds both modules and the test module for each kernel, with these
# settings of make. Each file is compiled alone, so that none relies on the includes of another.
# Prints the findings in our files; the note has the number of those in the kernel's type1.c,
# which are not ours to fix.
build_modules() {
	local name release layer log own=0 status notes=()
	for name in $(kernel_names); do
		prepared "$TESTS/vm/root" "$name"
		release=$(cat "$PASSFIX_TEST_CACHE/roots/$name.release")
		layer=$OUT/layers/$name log=$OUT/$TOOL.$name.log status=0
		rm -rf "$layer"
		mkdir -p "$layer/upper/usr/bin"
		cp "$(command -v sparse)" "$layer/upper/usr/bin"
		# shellcheck disable=SC2016
		PASSFIX_CACHE=/var/cache/vfio-passfix-tests "$TESTS/vm/in" "$name" "$layer" sh -euc '
			release=$1
			shift
			mkdir /tmp/tree
			cd /project
			tools/kernel-source fetch "$release" >/dev/null
			cp -r Kbuild Makefile dkms.conf src tools tests /tmp/tree
			cd /tmp/tree
			make -s modules KVER="$release" "$@"
			test -e vfio_iommu_type1_passfix.ko
			make -s -C "/lib/modules/$release/build" M=/tmp/tree/tests/module modules "$@"
			' build "$release" "KCFLAGS=-fno-diagnostics-show-caret" ONE_UNIT= "$@" >"$log" 2>&1 || status=$?
		rm -rf "$layer"
		((status == 0)) || grep -q ': error: ' "$log" || { cat "$log"; return "$status"; }
		# Newer kernels print names relative to the module's folder.
		sed -i 's|^/tmp/tree/||; s|^passfix_|tests/module/&|' "$log"
		own=$((own + $(grep -cE '^type1/.*: (warning|error): ' "$log" || true)))
		notes+=("${release%%[+-]*}")
		grep -E ':[0-9]+: (warning|error|note): ' "$log" | grep -v '^type1/' | sort -u | as_gcc |
			sed "/: \[/s/\$/ ($name)/" || true
	done
	note "Linux ${notes[*]}; $own findings in the kernel's type1.c"
}

check_W_1() {
	build_modules W=1
}

# 7.3 runs scripts/checker-valid.sh, which Debian does not ship, to see whether sparse is new
# enough, so the last setting replaces it. sparse.h defines what this sparse does not know.
check_sparse() {
	build_modules C=2 "CF=-include /project/tests/lib/check/sparse.h" KBUILD_CHECKSRC=2
}
