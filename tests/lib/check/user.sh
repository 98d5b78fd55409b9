# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The tools for user-space C. Sourced by tests/check.

GCC_WARNINGS=(
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Walloca -Wformat=2 -Wundef
	-Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wwrite-strings -Wpointer-arith
	-Wnull-dereference -Wswitch-enum -Wjump-misses-init -fanalyzer
)
# All warnings of clang except these.
CLANG_WARNINGS=(
	-Weverything
	-Wno-padded			# nothing here is read or written as a structure's bytes
	-Wno-declaration-after-statement	# it is C17, and g_autofree wants it
	-Wno-used-but-marked-unused	# GLib marks what its g_autoptr() makes
	-Wno-assign-enum		# GLib's flags are enumerations: no flag, and two, are not in them
	-Wno-cast-qual			# libxml2 and GLib take without const what they do not change
	-Wno-atomic-implicit-seq-cst	# the strongest order is meant where none is named
	-Wno-bad-function-cast		# GLib's error codes are enumerations that go where an int is asked
)
# Only for the tests, which put small numbers into tables of bytes.
CLANG_WARNINGS_TESTS=(-Wno-implicit-int-conversion)
CPPCHECK=(
	"--enable=warning,style,performance,portability,unusedFunction" --inconclusive
	"--library=posix,gnu,bsd,gtk" '-DG_GNUC_PRINTF(a,b)='
	# Variables are declared at the top, as in the kernel.
	--suppress=variableScope
	# NULL ends variable arguments: in glibc it is a pointer.
	--suppress=varFuncNullUB
	# readdir() and usleep() are safe: there is one thread, on Linux.
	--suppress=readdirCalled --suppress=usleepCalled
)
LIBRARIES=(glib-2.0 gio-2.0 libpci libkmod libxml-2.0 json-c)
FAMILIES=(tool guest race differ full parsers journal)

# user_sources FAMILY: the files that are compiled in the same way.
user_sources() {
	case $1 in
	tool) printf '%s\n' tools/vfio-passfix/{*,*/*}.c ;;
	guest) printf '%s\n' tests/programs/*.c | grep -vE '/(handed|inner)\.c$' ;;
	race) printf '%s\n' tests/programs/race/*.c ;;
	differ) printf '%s\n' tests/programs/differ/*.c ;;
	full) printf '%s\n' tests/programs/handed.c ;;
	parsers) printf '%s\n' tests/parsers/unit/*.c tests/parsers/fuzz/[!j]*.c ;;
	journal) printf '%s\n' tests/parsers/fuzz/journal.c ;;
	esac
}

# user_flags FAMILY: the flags for them. Headers that are not ours count as system headers.
user_flags() {
	local own
	case $1 in
	tool | journal)
		printf '%s\n' -iquotetools/vfio-passfix -std=c17 -D_GNU_SOURCE '-DVERSION="0"' '-DPREFIX="/usr"' '-DLIBEXEC="/usr/libexec"'
		pkg-config --cflags "${LIBRARIES[@]}" | xargs -n 1 | sed 's/^-I/-isystem/'
		;;
	guest | race | full)
		# The headers of VFIO and iommufd, as in tests/programs/Makefile.
		own=$(find "$PASSFIX_TEST_CACHE/roots/$(kernel_with default)/usr/src" \
			-path '*/include/uapi/linux/iommufd.h' | sort -V | tail -n 1)
		mkdir -p "$OUT/include/linux"
		cp "$own" "$(dirname "$own")/vfio.h" "$OUT/include/linux"
		printf '%s\n' -std=gnu17 -D_GNU_SOURCE "-isystem$OUT/include" -D__user= -Itests/programs
		;;
	differ) printf '%s\n' -std=gnu17 -D_GNU_SOURCE ;;
	parsers) printf '%s\n' -iquotetools/vfio-passfix -std=c17 -D_GNU_SOURCE ;;
	esac
}

# compile FAMILY COMMAND...: runs the command for each of its files, with its flags, on all processors.
compile() {
	local family=$1 flags
	shift
	mapfile -t flags < <(user_flags "$family")
	user_sources "$family" | xargs -P "$(nproc)" -I '{}' "$@" "${flags[@]}" '{}' 2>&1 |
		grep -vE ': (In function|In member|At top level)|^In file included|^ +from |warnings? generated|^$' |
		as_gcc || true
}

count_user_sources() {
	local family
	note "$(for family in "${FAMILIES[@]}"; do user_sources "$family"; done | wc -l) files"
}

check_gcc() {
	local family
	count_user_sources
	for family in "${FAMILIES[@]}"; do
		compile "$family" gcc -O2 "${GCC_WARNINGS[@]}" -fno-diagnostics-show-caret -c -o /dev/null
	done
}

check_clang() {
	local family
	count_user_sources
	for family in "${FAMILIES[@]}"; do
		[[ $family == tool ]] || set -- "${CLANG_WARNINGS_TESTS[@]}"
		compile "$family" clang -O2 "${CLANG_WARNINGS[@]}" "$@" -fno-caret-diagnostics -c -o /dev/null
	done
}

# One process for each file: its va_list checker gives wrong results from the second file on.
check_clang_tidy() {
	local family flags
	count_user_sources
	for family in "${FAMILIES[@]}"; do
		mapfile -t flags < <(user_flags "$family")
		user_sources "$family" | xargs -P "$(nproc)" -I '{}' \
			clang-tidy --quiet --config-file=tests/lib/check/clang-tidy '{}' -- "${flags[@]}" 2>&1 |
			grep -vE '^[0-9]+ warnings? generated|^Suppressed |^Use -header-filter|^$' |
			sed "s|^$PROJECT/||" | as_gcc || true
	done
}

# One run for each family: otherwise it cannot know what is never used. Missing headers are not
# ours; it has descriptions of the libraries instead.
check_cppcheck() {
	local family sources options
	count_user_sources
	for family in "${FAMILIES[@]}"; do
		mapfile -t sources < <(user_sources "$family")
		mapfile -t options < <(user_flags "$family" | grep -E '^-D|^-iquote|include' |
			sed "s|^-iquote|-I|; s|^-isystem$OUT|-I$OUT|; /^-isystem/d")
		# The entry points of fuzzers and tests are called from outside.
		[[ $family != @(parsers|journal) ]] || options+=(--suppress=unusedFunction)
		cppcheck --quiet "${CPPCHECK[@]}" "${options[@]}" \
			--template='{file}:{line}: {severity}: {message} [{id}]' "${sources[@]}" 2>&1 | as_gcc
	done
}
