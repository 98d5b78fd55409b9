# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# Common parts of the host tests; sourced by each of tests/host/*.t.

set -uo pipefail
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/env.sh"
. "$TESTS/lib/tap.sh"

# Of the project.
# shellcheck disable=SC2034 # for the test
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$PROJECT/dkms.conf")

# need_tool: builds the host tool, and sets $tool to its path. Ends the test if that fails.
need_tool() {
	tool=$PASSFIX_BUILD/tools/vfio-passfix
	ok "the tool is built" make_tool
	[[ -x $tool ]] || { done_testing; exit; }
}

# scratch: enters a temporary folder, $T, which is removed when the test ends. It is in memory if
# possible, because the tool syncs each file that it writes, and some tests write thousands.
scratch() {
	local name
	name=passfix-$(basename "$0" .t).XXXXXX
	T=$(mktemp -d -p /dev/shm "$name" 2>/dev/null) || T=$(mktemp -d "/tmp/$name")
	trap 'rm -rf "$T"' EXIT
	cd "$T" || exit
	# Some tests run programs as other users.
	chmod 755 .
}

# use_root: selects the default kernel: sets its $name, its $release, and $layer, an empty layer
# over its root for what in_root changes.
# shellcheck disable=SC2034 # for the test
use_root() {
	name=$(kernel_with default)
	release=$(cat "$PASSFIX_TEST_CACHE/roots/$name.release")
	layer=$PASSFIX_BUILD/layers/$(basename "$0")
	rm -rf "$layer"
}

# in_root COMMAND...: runs the command as root, in the root of use_root.
in_root() {
	"$TESTS/vm/in" "$name" "$layer" "$@"
}

# update_kernel: installs another kernel with apt, from the repositories of vm/update. Sets $updated to its
# release, and $output to what apt printed. (With all of a kernel's modules, depmod would take half of a test.)
updated=/none
update_kernel() {
	local from
	from=$("$TESTS/vm/update" "$name") && updated=$(cat "$from/release")
	in_root mkdir -p /tmp/apt/lists
	cp -r "$from"/{kernel,source} "$layer/upper/tmp/apt"
	printf 'deb [trusted=yes] file:/tmp/apt %s/\n' kernel source >"$layer/upper/tmp/apt/list"
	printf '%s\n' 'Dir::Etc::SourceList "/tmp/apt/list";' 'Dir::Etc::SourceParts "-";' \
		'Dir::State::Lists "/tmp/apt/lists";' >"$layer/upper/tmp/apt/conf"
	# shellcheck disable=SC2034 # for the test
	output=$(in_root sh -c "export APT_CONFIG=/tmp/apt/conf INITRD=No; apt-get -q update &&
		apt-get install -q -y --no-install-recommends linux-headers-$updated" 2>&1)
}

# small_host DIR [alone]: describes a host for tests/tool/build-root, with a card and another boot
# display; it has the fix, alone or with the fork.
small_host() {
	mkdir -p "$1"
	cat >"$1/host" <<END
distribution debian 13
kernel 6.12.117+deb12-amd64
iommu amd 00:00.2
ivmd 0000-0fff 8 0x9d7e1000 0x1000
device 00:00.2 1022:14d8 080600
bridge 00:01.1 1022:14db 01
device 01:00.0 1002:744c 030000 driver=amdgpu
device 02:00.0 1002:13c0 030000 driver=amdgpu boot_vga=1
passfix${2:+ $2}
libvirt 9.0.0 libvirtd
END
}

# over_host FOLDER COMMAND...: runs the command with FOLDER overlaid on this machine's own root. What
# it writes is discarded.
over_host() {
	mkdir -p "$T/mount"
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --propagation private bash -euc '
		mount -t tmpfs tmpfs "$1"
		mkdir "$1"/{low,up,work,all}
		cp -a "$2/." "$1/low"
		mount -t overlay overlay -o "lowerdir=$1/low:/,upperdir=$1/up,workdir=$1/work" "$1/all"
		mount --rbind /dev "$1/all/dev"
		# Where this machine is a container, or was made from one, the host is none.
		rm -f "$1"/all/.dockerenv "$1"/all/run/.containerenv "$1"/all/run/systemd/container
		exec chroot "$1/all" "${@:3}"
	' over_host "$T/mount" "$@"
}

# Each of these runs the command WORDS by the test's own function `run`, which sets $code, $output
# and $errors, and checks some of these.

# ends CODE NAME WORDS...
ends() {
	run "${@:3}"
	is "$2" "$code" "$1"
}

# succeeds NAME WORDS...: it succeeds, with no output to standard error.
succeeds() {
	run "${@:2}"
	is "$1" "$code:$errors" 0:
}

# complains NAME PATTERN WORDS...: its exit code, a blank and its errors match the pattern.
complains() {
	run "${@:3}"
	like "$1" "$code $errors" "$2"
}

# answers NAME PATTERN WORDS...: its exit code, a blank and its output match the pattern.
answers() {
	run "${@:3}"
	like "$1" "$code $output" "$2"
}

# shows NAME PATTERN WORDS...: its output matches the pattern.
shows() {
	run "${@:3}"
	like "$1" "$output" "$2"
}
