# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Paths, and what must be installed. Sourced by the programs in tests/.

TESTS=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
PROJECT=$(dirname "$TESTS")
# What is made from this tree, and removed with it.
export PASSFIX_BUILD=${PASSFIX_BUILD:-$PROJECT/build}
# What is downloaded, and kept: the roots with the kernels, their sources.
PASSFIX_TEST_CACHE=${PASSFIX_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vfio-passfix-tests}
export TESTS PROJECT PASSFIX_TEST_CACHE
# Many tests compile the same files, each in another folder, so the compilers are ccache's.
export PATH=/usr/lib/ccache:$PATH CCACHE_DIR=$PASSFIX_TEST_CACHE/ccache CCACHE_MAXSIZE=1G \
	CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1 CCACHE_IGNOREOPTIONS='-ffile-prefix-map=* -fdebug-prefix-map=*'

say() {
	echo "$*" >&2
}

die() {
	echo "$(basename "$0"): $*" >&2
	exit 1
}

packages() {
	sed 's/#.*//' "$TESTS/packages" | awk 'NF { print $1 }'
}

# Prints the first package of each line from which none is installed.
missing_packages() {
	packages | while IFS='|' read -r package others; do
		# dpkg-query fails if it does not know one of them, even if it knows another.
		# shellcheck disable=SC2086 # some, or none
		status=$(dpkg-query -W -f '${db:Status-Status} ' "$package" ${others//|/ } 2>/dev/null || true)
		[[ " $status" == *" installed "* ]] || echo "$package"
	done
}

# Installs the missing packages if possible, otherwise names them.
need_packages() {
	local missing=()
	mapfile -t missing < <(missing_packages)
	((${#missing[@]})) || return 0

	if ! command -v apt-get >/dev/null; then
		die "this needs Debian 12, root, and its packages: ${missing[*]}"
	elif ((EUID)); then
		die "run this as root, or install first: apt-get install ${missing[*]}"
	fi
	say "installing ${missing[*]}"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

# Making the roots needs mount and chroot.
need_root() {
	((EUID == 0)) || die "run this as root: it makes roots for the kernels and mounts them"
}

# The kernels on which all tests run: those without the role "matrix".
kernel_names() {
	awk '!/^#/ && NF && $2 != "matrix" { print $1 }' "$TESTS/kernels"
}

# The kernels of `make test-kernels`.
matrix_names() {
	awk '!/^#/ && NF { print $1 }' "$TESTS/kernels"
}

# kernel_with ROLE: the first kernel of tests/kernels that has the role.
kernel_with() {
	local name
	name=$(awk -v role="$1" '!/^#/ && index("," $2 ",", "," role ",") { print $1; exit }' "$TESTS/kernels")
	[[ $name ]] || die "no kernel of tests/kernels has the role \"$1\""
	echo "$name"
}

# kernel_field NAME COLUMN: a column of a kernel in tests/kernels; empty if the row has "-".
kernel_field() {
	awk -v name="$1" -v column="$2" '
		BEGIN { split("name roles arch suite from releases besides append", columns, " ") }
		!/^#/ && $1 == name { for (i in columns) if (columns[i] == column && $i != "-") print $i }' "$TESTS/kernels"
}

# cross_compiler ARCHITECTURE: the Debian package of the cross compiler.
cross_compiler() {
	case $1 in
	arm64) echo gcc-aarch64-linux-gnu ;;
	*) die "no cross compiler is known for $1" ;;
	esac
}

# said_in FILE KEY: the value of a comment "# KEY: value" in a test.
said_in() {
	sed -n "s/^# $2: //p" "$1"
}

# board_of NAME ARCHITECTURE: the file with QEMU's arguments for that machine. Boards for amd64 are
# in boards/; boards for another architecture are in a folder with its name.
board_of() {
	echo "$TESTS/vm/boards/${2/#amd64/.}/${1:-desktop}.args"
}

# is_for SCENARIO KERNEL: whether a scenario runs on that kernel of tests/kernels, or on the debug
# kernel. There must be a board of its name for the kernel's architecture. A scenario about a feature
# of one architecture says so ("# arch: amd64"). A scenario that is too slow for every kernel, or
# needs drivers that some lack, says "# kernels: ROLE..." (roles of tests/kernels), or "debian",
# which means all kernels of tests/kernels.
is_for() {
	local only role roles arch
	arch=$(kernel_field "$2" arch) arch=${arch:-amd64} only=$(said_in "$1" arch)
	[[ ! $only || $only == "$arch" ]] || return
	[[ $arch == amd64 || -e $(board_of "$(said_in "$1" board)" "$arch") ]] || return
	only=$(said_in "$1" kernels)
	[[ $only ]] || return 0
	roles=$(kernel_field "$2" roles)
	for role in $only; do
		[[ ",$roles," != *",$role,"* && ($role != debian || -z $roles) ]] || return 0
	done
	return 1
}

# Builds the programs that guests run and that build tables, in $PASSFIX_BUILD/bin.
make_programs() {
	mkdir -p "$PASSFIX_BUILD"
	flock "$PASSFIX_BUILD/programs.lock" make -s -C "$TESTS/programs" \
		"O=$PASSFIX_BUILD/bin" "ROOTS=$PASSFIX_TEST_CACHE/roots"
}

# unpack_previous FOLDER: unpacks the release before this one (packaging/releases) there, from the repository.
unpack_previous() {
	local version commit
	read -r version commit < <(tail -n 1 "$PROJECT/packaging/releases")
	mkdir -p "$1"
	git -C "$PROJECT" -c "safe.directory=*" archive "$commit" | tar -C "$1" -x ||
		die "$version, from which the tests upgrade, is commit $commit, which this tree does not have: use a clone with its history"
}

# Builds the host tool, $PASSFIX_BUILD/tools/vfio-passfix. Locked, because tests run in parallel.
make_tool() {
	mkdir -p "$PASSFIX_BUILD"
	flock "$PASSFIX_BUILD/tools.lock" make -s -C "$PROJECT/tools/vfio-passfix" \
		"O=$PASSFIX_BUILD/tools" "WERROR=${WERROR--Werror}"
}
