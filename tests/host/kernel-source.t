#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tools/kernel-source on real archives, packages and servers, in a root of its own.

set -u
shopt -s nullglob
umask 022
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

[ "$EUID" -eq 0 ] || skip_all "needs root: a cache is safe only where others cannot write"
for tool in xz zstd gzip bzip2 patch cpio rpm2cpio rpmbuild gcc objcopy readelf busybox \
	dpkg-deb apt-get debuginfod debuginfod-find runuser flock git; do
	command -v "$tool" >/dev/null || { echo "Bail out! $tool is not installed" && exit 1; }
done

T=$(mktemp -d /tmp/kernel-source-test.XXXXXX)
servers=()
finish() {
	if [ "${#servers[@]}" -gt 0 ]; then
		kill "${servers[@]}"
		wait "${servers[@]}"
	fi 2>/dev/null
	rm -rf "$T" "${U:-$T}"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP PIPE
unset "${!PASSFIX_@}" "${!DEBUGINFOD_@}"

REL=6.12.117-test-amd64
root=$T/root cache=$T/cache
readonly F1=vfio_iommu_type1.c F2=vfio.h TAB=$'\t'

# ks ARGUMENT...: leaves what it printed in out and err, and its status in rc.
ks() {
	"$top/tools/kernel-source" --root "$root" --cache "$cache" "$@" >"$T/out" 2>"$T/err"
	rc=$?
	out=$(<"$T/out") err=$(<"$T/err")
}

# new_root VERSION [ID]: an empty root in which REL is of that version, and an empty cache.
new_root() {
	local x y z
	IFS=. read -r x y z <<<"$1"
	rm -rf "$root" "$cache"
	mkdir -p "$root/etc" "$root/usr/src" "$root/lib/modules/$REL/build/include/generated/uapi/linux"
	echo "ID=${2-other}" >"$root/etc/os-release"
	printf '#define LINUX_VERSION_CODE %d\n#define LINUX_VERSION_MAJOR %d\n#define LINUX_VERSION_PATCHLEVEL %d\n#define LINUX_VERSION_SUBLEVEL %d\n' \
		$(((x << 16) + (y << 8) + z)) "$x" "$y" "$z" >"$root/lib/modules/$REL/build/include/generated/uapi/linux/version.h"
}

# new_tree DIR VERSION
new_tree() {
	local x y z
	IFS=. read -r x y z <<<"$2"
	mkdir -p "$1/drivers/vfio" "$1/Documentation/drivers/vfio"
	printf '# SPDX\nVERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = %s\nEXTRAVERSION =\n' "$x" "$y" "$z" >"$1/Makefile"
	# A type of the header is in use, else the debug information does not name the header.
	printf '#include "vfio.h"\nstruct ops type1_ops = {\n\t.value = VALUE, /* %s */\n};\n' "$2" >"$1/drivers/vfio/$F1"
	printf '#define VALUE 1 /* %s */\nstruct ops {\n\tint value;\n};\n' "$2" >"$1/drivers/vfio/$F2"
	# What must not be taken for them, and comes first in a tarball.
	echo wrong | tee "$1/Documentation/Makefile" "$1/Documentation/drivers/vfio/$F1" "$1/Documentation/drivers/vfio/$F2" >/dev/null
}

# same DIR TREE: DIR holds the tree's files.
same() {
	cmp "$1/$F1" "$2/drivers/vfio/$F1" && cmp "$1/$F2" "$2/drivers/vfio/$F2"
}

# nothing_left: no entry for REL and nothing temporary.
nothing_left() {
	local left=("$cache/$REL" "$cache"/.tmp.*)
	[ ! -e "$cache/$REL" ] && [ "${#left[@]}" -eq 1 ]
}

# add_entry RELEASE VERSION: puts an entry into the cache by way of a tarball.
add_entry() {
	new_tree "$T/entry/linux-x" "$2"
	tar -C "$T/entry" --sort=name -cJf "$root/usr/src/linux-source-${2%.*}.tar.xz" linux-x
	"$top/tools/kernel-source" --root "$root" --cache "$cache" --kdir "$T/none" fetch "$1" 2>"$T/err" || cat "$T/err"
	rm -r "$T/entry" "$root/usr/src/linux-source-${2%.*}.tar.xz"
}

diag "the command line"
new_root 6.12.117
for bad in ../x 6.12/../x .6.12 -6.12 '' '6.12 x'; do
	ks find "$bad"
	is "the release '$bad' is refused" "$rc" 2
done
ks find
is "find without a release is a usage error" "$rc" 2
ks --help
like "--help tells the exit statuses" "$rc $out" '^0 .*|Exit status: 0 found, 1 not found'
ks find $REL
is "nothing anywhere: status 1" "$rc:$out" 1:
like "and the way to get it" "$err" 'to get it: .*debuginfod.*'
ok "find leaves no cache behind" test ! -e "$cache"
echo ID=debian >"$root/etc/os-release"
ks find $REL
like "Debian's way names the package and the version" "$err" 'linux-source-6\.12.*6\.12\.117'
printf 'ID="rocky"\nID_LIKE="rhel centos fedora"\n' >"$root/etc/os-release"
ks find $REL
like "Fedora's relatives are told of dnf" "$err" 'dnf'

diag "a tree that the user names"
new_root 6.12.117
new_tree "$T/tree" 6.12.117
new_tree "$T/other" 6.12.116
ks find $REL --tree "$T/tree"
is "is found" "$rc:$out:$err" "0:$T/tree/drivers/vfio${TAB}named${TAB}6.12.117:"
PASSFIX_KERNEL_TREE=$T/tree ks find $REL
is "is found by the environment" "$rc:$out" "0:$T/tree/drivers/vfio${TAB}named${TAB}6.12.117"
for verb in find fetch; do
	ks $verb $REL --tree "$T/other"
	is "of another version: $verb ends with 3" "$rc:$out" 3:
	like "$verb names both versions" "$err" "$T/other is Linux 6\.12\.116, but $REL is Linux 6\.12\.117"
done
ks find $REL --tree "$T/none"
is "without the files: 3" "$rc" 3
ks fetch $REL --tree "$T/tree"
is "nothing is fetched for it" "$rc" 0
ok "and no cache is made" test ! -e "$cache"

diag "the version comes from the headers"
new_root 6.1.192
new_tree "$T/tree61" 6.1.192
REL0=$REL REL=6.1.0-56-amd64
mv "$root/lib/modules/$REL0" "$root/lib/modules/$REL"
ks find $REL --tree "$T/tree61"
is "6.1.0-56-amd64 is Linux 6.1.192 where its header says so" "$rc" 0
rm -r "$root/lib/modules/$REL/build"
mkdir -p "$root/usr/src/linux-headers-amd64" "$root/usr/src/linux-headers-common"
ln -s /usr/src/linux-headers-amd64 "$root/lib/modules/$REL/build"
echo 'include /usr/src/linux-headers-common/Makefile' >"$root/usr/src/linux-headers-amd64/Makefile"
cp "$T/tree61/Makefile" "$root/usr/src/linux-headers-common"
ks find $REL --tree "$T/tree61"
is "or the headers that its flavours share" "$rc:$err" 0:
rm -r "$root/usr/src/linux-headers-common"
ks find $REL --tree "$T/tree61"
is "without headers its name is believed" "$rc" 3
like "and the message says so" "$err" '6\.1\.192, but .* is Linux 6\.1\.0 \(says the release.s name'
REL=$REL0

diag "a full tree in /lib/modules"
new_root 6.12.117
new_tree "$root/lib/modules/$REL/build" 6.12.117
ks find $REL
is "build is found" "$rc:$out" "0:$root/lib/modules/$REL/build/drivers/vfio${TAB}build${TAB}6.12.117"
new_root 6.12.117
new_tree "$root/usr/src/linux" 6.12.117
ln -s /usr/src/linux "$root/lib/modules/$REL/source"
ks find $REL
is "source is found, its link followed in the root" "$rc:$out" "0:$root/usr/src/linux/drivers/vfio${TAB}build${TAB}6.12.117"
new_tree "$root/usr/src/linux" 6.12.118
ks find $REL
is "of another version it is not used" "$rc:$out" 1:
like "and the message names both" "$err" 'is Linux 6\.12\.118, but .* is Linux 6\.12\.117'

diag "a directory in /usr/src"
new_root 6.12.117
new_tree "$root/usr/src/linux-source-6.12" 6.12.116
new_tree "$root/usr/src/linux-source-6.12.117" 6.12.117
ks find $REL
is "the one of the version is found" "$rc:$out" "0:$root/usr/src/linux-source-6.12.117/drivers/vfio${TAB}usr-src${TAB}6.12.117"

diag "a tarball in /usr/src"
mkdir "$T/tars"
new_tree "$T/tars/linux-source-6.12" 6.12.117
for end in xz zst bz2 gz; do
	new_root 6.12.117
	tar -C "$T/tars" --sort=name -caf "$root/usr/src/linux-source-6.12.tar.$end" linux-source-6.12
	ks find $REL
	is "$end: find does not count it" "$rc:$out" 1:
	ok "$end: and does not unpack it" test ! -e "$cache"
	like "$end: but says what to run" "$err" "linux-source-6\.12\.tar\.$end is there; run: kernel-source fetch"
	ks fetch $REL
	is "$end: fetch unpacks it" "$rc:$out" 0:
	ok "$end: the files are the tarball's" same "$cache/$REL" "$T/tars/linux-source-6.12"
done
like "its last line tells what was used" "$(tail -n 1 "$T/err")" "Linux 6\.12\.117 .*usr-src.*linux-source-6\.12\.tar\.gz.*$cache/$REL"
unlike "no progress figures where there is no terminal" "$err" 'copied|%'
ks find $REL
is "the cache then has it" "$rc:$out:$err" "0:$cache/$REL${TAB}cache${TAB}6.12.117:"
is "its origin is recorded" "$(sed 's/[0-9a-f]\{64\}/SUM/' "$cache/$REL/origin")" "release: $REL
version: 6.12.117
provider: usr-src
from: $root/usr/src/linux-source-6.12.tar.gz
sha256: SUM  $F1
sha256: SUM  $F2"
before=$(stat -c %Y.%i "$cache/$REL/origin")
ks fetch $REL
is "fetch again does nothing" "$rc:$(stat -c %Y.%i "$cache/$REL/origin")" "0:$before"
ks list
is "list shows it in a table" "$out" "RELEASE              VERSION    PROVIDER    PATH
$REL  6.12.117   usr-src     $cache/$REL"
SECONDS=0
for _ in {1..20}; do ks find $REL; done
ok "find takes milliseconds" test "$SECONDS" -le 2

new_root 6.8.12
REL=6.8.0-45-generic
mkdir -p "$root/lib/modules" && mv "$root/lib/modules/"* "$root/lib/modules/$REL"
new_tree "$T/tars/linux-source-6.8.0" 6.8.12
mkdir "$root/usr/src/linux-source-6.8.0"
tar -C "$T/tars" --sort=name -caf "$root/usr/src/linux-source-6.8.0/linux-source-6.8.0.tar.bz2" linux-source-6.8.0
ks fetch $REL
is "Ubuntu's tarball in a directory of its own" "$rc" 0
REL=$REL0

new_root 6.12.118
tar -C "$T/tars" --sort=name -caf "$root/usr/src/linux-source-6.12.tar.xz" linux-source-6.12
ks fetch $REL
is "a tarball of another version is refused" "$rc" 1
like "and the message names both" "$err" 'usr-src: .*linux-source-6\.12\.tar\.xz is Linux 6\.12\.117, but .* is Linux 6\.12\.118'
like "each other way has a line that says why not" "$err" '^  dnf: .'
ok "and nothing is left of it" nothing_left

new_root 6.12.117
head -c 1000000 /dev/urandom >"$T/tars/linux-source-6.12/00noise"
tar -C "$T/tars" --sort=name -c linux-source-6.12 | xz | head -c 500000 >"$root/usr/src/linux-source-6.12.tar.xz"
rm "$T/tars/linux-source-6.12/00noise"
ks fetch $REL
is "a truncated tarball is refused" "$rc" 1
like "and the message says why" "$err" 'tar\.xz cannot be unpacked: xz: .*end of input'
ok "and nothing is left of it" nothing_left

new_root 6.12.117
tar -C "$T/tars" --sort=name -c linux-source-6.12 | gzip | head -c -8 >"$root/usr/src/linux-source-6.12.tar.gz"
printf 'wrongCRC' >>"$root/usr/src/linux-source-6.12.tar.gz"
ks fetch $REL
is "a tarball that fails its own checksum is refused" "$rc" 1
ok "and nothing is left of it" nothing_left

diag "a damaged cache"
new_root 6.12.117
tar -C "$T/tars" --sort=name -caf "$root/usr/src/linux-source-6.12.tar.xz" linux-source-6.12
ks fetch $REL
: >"$cache/$REL/$F2"
ks find $REL
is "an empty file: find refuses the entry" "$rc:$out" 1:
ks fetch $REL
is "fetch makes it anew" "$rc" 0
ok "and whole" same "$cache/$REL" "$T/tars/linux-source-6.12"
echo '/* not the kernel'\''s */' >>"$cache/$REL/$F1"
ks copy $REL "$T/copy"
is "a changed file: copy refuses the entry" "$rc:$(ls "$T/copy" 2>/dev/null)" 1:
ks list
like "list calls it damaged" "$out" "$REL .*damaged"
ks fetch $REL
is "fetch makes it anew" "$rc" 0
ok "and whole again" same "$cache/$REL" "$T/tars/linux-source-6.12"

diag "copy"
ks copy $REL "$T/copy"
is "says nothing where all is well" "$rc:$out:$err" 0::
ok "the two files" same "$T/copy" "$T/tars/linux-source-6.12"
is "and nothing else" "$(ls -A "$T/copy")" "$F2
$F1"
before=$(stat -c %i "$T/copy/"*)
ks copy $REL "$T/copy"
is "again: the same files keep their time" "$(stat -c %i "$T/copy/"*)" "$before"
rm -r "$cache" "$root/usr/src/linux-source-6.12.tar.xz"
ks copy $REL "$T/copy2"
is "without a source: status 1, nothing made" "$rc:$(ls -d "$T/copy2" 2>/dev/null)" 1:

diag "a fetch that is interrupted"
# A decompressor that hands out a part, tells its process id and then stands still.
mkdir "$T/slow"
cat >"$T/slow/xz" <<END
#!/bin/bash
PATH=\${PATH#*:}
xz "\$@" | head -c \${SLOW_BYTES:-0}
echo \$\$ >"$T/slow/pid"
sleep 60
END
chmod +x "$T/slow/xz"
for signal in TERM INT HUP; do
	new_root 6.12.117
	tar -C "$T/tars" --sort=name -caf "$root/usr/src/linux-source-6.12.tar.xz" linux-source-6.12
	rm -f "$T/slow/pid"
	# A background job of a script begins with SIGINT ignored, which bash cannot undo.
	env --default-signal=INT PATH="$T/slow:$PATH" SLOW_BYTES=4096 \
		"$top/tools/kernel-source" --root "$root" --cache "$cache" fetch $REL 2>"$T/err" &
	fetch=$!
	for _ in {1..100}; do
		[ ! -s "$T/slow/pid" ] || break
		sleep 0.05
	done
	like "SIG$signal: it was unpacking into a temporary place" "$(ls -A "$cache")" '\.tmp\.'
	SECONDS=0
	kill -$signal $fetch
	wait $fetch
	status=$?
	ok "SIG$signal: ends at once, by the signal" test "$SECONDS" -le 5 -a "$status" -gt 128
	ok "SIG$signal: leaves neither an entry nor anything temporary" nothing_left
	nok "SIG$signal: leaves no process" kill -0 "$(<"$T/slow/pid")"
done
mkdir "$cache/.tmp.stale"
ks fetch $REL
is "what a crash left is removed by the next fetch" "$rc $(ls -A "$cache")" "0 .lock
$REL"

diag "two fetches at once"
new_root 6.12.117
tar -C "$T/tars" --sort=name -caf "$root/usr/src/linux-source-6.12.tar.xz" linux-source-6.12
mkdir "$cache"
sed -i -e 's/sleep 60/sleep 1/' -e 's/head -c .*/cat/' "$T/slow/xz"
for n in 1 2 3; do
	PATH=$T/slow:$PATH "$top/tools/kernel-source" --root "$root" --cache "$cache" fetch $REL 2>"$T/err$n" &
	fetches[n]=$!
done
for n in 1 2 3; do
	wait "${fetches[n]}"
	is "fetch $n succeeds" "$?" 0
done
is "one unpacks, the others wait for it" "$(cat "$T"/err[123] | grep -c unpacking) $(cat "$T"/err[123] | grep -c 'nothing to fetch')" "1 2"
ok "the entry is whole" same "$cache/$REL" "$T/tars/linux-source-6.12"

diag "a cache that others could write to"
for mode in 777 1777 775; do
	chmod $mode "$cache"
	for verb in "find $REL" "fetch $REL" list; do
		# shellcheck disable=SC2086
		ks $verb
		is "mode $mode: ${verb%% *} refuses it" "$rc:$out" 3:
	done
	like "the message names it and the remedy" "$err" "$cache refused: others can write to $cache .*chmod go-w $cache"
done
chmod 755 "$cache"
chown nobody "$cache"
ks find $REL
is "that belongs to a user: refused" "$rc" 3
like "and the message says so" "$err" "$cache belongs to user"
chown root "$cache"
mkdir -m 777 "$T/open"
ln -s "$cache" "$T/open/link"
ks --cache "$T/open/cache" fetch $REL
is "in a directory that others can write to: refused" "$rc:$(ls "$T/open")" 3:link
ks --cache "$T/open/link" find $REL
is "the real path counts" "$rc:${out%%"$TAB"*}" "0:$cache/$REL"

diag "an ordinary user"
U=$(mktemp -d /tmp/kernel-source-test.XXXXXX)
chmod 755 "$U"
cp -r "$root" "$U/root"
cp "$top/tools/kernel-source" "$U"
mkdir "$U/home" "$U/shared"
chown nobody "$U/home"
as_user() { runuser -u nobody -- env -u XDG_CACHE_HOME HOME="$U/home" "$U/kernel-source" --root "$U/root" "$@"; }
ok "fetches into a cache of their own" as_user fetch $REL
is "and finds it there" "$(as_user find $REL)" "$U/home/.cache/vfio-passfix/$REL${TAB}cache${TAB}6.12.117"
like "cannot write where root can" "$(as_user fetch $REL --cache "$U/shared/cache" 2>&1; echo "status $?")" 'cannot create the cache .*|status 3'
ks find $REL --cache "$U/home/.cache/vfio-passfix"
is "root does not use it" "$rc" 3

diag "the nearest release in the cache"
new_root 6.12.117
add_entry 6.12.110-a 6.12.110
add_entry 6.12.115-b 6.12.115
add_entry 6.12.121-c 6.12.121
add_entry 6.13.117-d 6.13.117
ks find $REL
is "is found, and named as such" "$rc:$out" "0:$cache/6.12.115-b${TAB}nearest:6.12.115-b${TAB}6.12.115"
like "with a warning" "$err" 'warning: using the source of 6\.12\.115-b \(Linux 6\.12\.115\) for '
ks fetch $REL
is "is not enough for fetch" "$rc" 1
add_entry $REL 6.12.117
ks find $REL
is "steps back for the release itself" "$rc:$out" "0:$cache/$REL${TAB}cache${TAB}6.12.117"
new_root 6.14.117
rm -rf "$cache"
add_entry 6.13.117-d 6.13.117
ks find $REL
is "another x.y is never used" "$rc:$out" 1:

# serve NAME COMMAND...: starts a server with a free port in place of PORT.
serve() {
	local log=$T/$1.log
	shift
	for _ in {1..20}; do
		port=$((20000 + RANDOM % 20000))
		"${@//PORT/$port}" >"$log" 2>&1 &
		sleep 0.3
		if kill -0 $! 2>/dev/null; then
			servers+=($!)
			return
		fi
	done
	diag "$(<"$log")"
}

diag "apt, from a repository of our own on the loopback"
# repository VERSION...: packages of linux-source-6.12; no-VERSION is listed but gone.
# A version's x.y.z is that of the tree inside.
repository() {
	local version deb dir=$T/repo
	rm -rf "${dir:?}"/* "$T/apt"
	mkdir -p "$T/apt/lists/partial" "$T/apt/cache/archives/partial"
	for version; do
		deb=$dir/linux-source-${version#no-}.deb
		rm -rf "$T/pkg"
		new_tree "$T/pkg/linux-source-6.12" "${version_inside:-$(sed 's/^no-//; s/-.*//' <<<"$version")}"
		echo "/* package ${version#no-} */" >>"$T/pkg/linux-source-6.12/drivers/vfio/$F1"
		mkdir -p "$T/pkg/deb/DEBIAN" "$T/pkg/deb/usr/src/linux-source-6.12"
		tar -C "$T/pkg" --sort=name -caf "$T/pkg/deb/usr/src/linux-source-6.12/linux-source-6.12.tar.xz" linux-source-6.12
		ln -s linux-source-6.12/linux-source-6.12.tar.xz "$T/pkg/deb/usr/src/linux-source-6.12.tar.xz"
		printf 'Package: linux-source-6.12\nVersion: %s\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n' "${version#no-}" >"$T/pkg/deb/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$T/pkg/deb" "$deb" >/dev/null
		cat "$T/pkg/deb/DEBIAN/control" - <<END >>"$dir/Packages"
Filename: ./${deb##*/}
Size: $(stat -c %s "$deb")
SHA256: $(sha256sum "$deb" | cut -d ' ' -f 1)

END
		[ "${version#no-}" = "$version" ] || rm "$deb"
	done
	printf 'Package: linux-headers-%s\nVersion: %s\nArchitecture: all\nDescription: x\nFilename: ./x\nSize: 1\nSHA256: %064d\n\n' \
		$REL 6.12.117-1 0 >>"$dir/Packages"
	echo "deb [trusted=yes] http://127.0.0.1:$apt_port ./" >"$T/apt/sources.list"
	cat >"$T/apt.conf" <<END
Dir::Etc::sourcelist "$T/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$T/apt/lists";
Dir::Cache "$T/apt/cache";
Acquire::Languages "none";
END
	APT_CONFIG=$T/apt.conf apt-get -q -o APT::Sandbox::User=root update >"$T/apt.log" 2>&1 || diag "$(<"$T/apt.log")"
}

mkdir "$T/repo"
serve httpd busybox httpd -f -p 127.0.0.1:PORT -h "$T/repo"
apt_port=$port
export APT_CONFIG=$T/apt.conf

new_root 6.12.117 debian
repository 6.12.117-1 6.12.117-2 6.12.118-1
ks fetch $REL
is "the version that the kernel came from" "$rc:$(tail -n 1 "$T/err" | grep -o 'linux-source[^)]*')" "0:linux-source-6.12=6.12.117-1"
ok "its files, from the tarball behind a link" grep -q 'package 6.12.117-1 ' "$cache/$REL/$F1"

new_root 6.12.117 ubuntu
repository no-6.12.117-1 6.12.117-2 6.12.118-1
ks fetch $REL
is "a version that is gone (404): another of the same x.y.z is used" "$rc:$(tail -n 1 "$T/err" | grep -o 'linux-source[^)]*')" "0:linux-source-6.12=6.12.117-2"
like "and that is said" "$err" 'no longer has linux-source-6\.12 6\.12\.117-1'

new_root 6.12.117 debian
repository no-6.12.117-1 6.12.118-1 6.12.116-1
ks fetch $REL
is "a version that is gone: another x.y.z is not tried" "$rc:$(grep -c downloading "$T/err")" 1:1
like "and the message says why, and what there is" "$err" 'apt: linux-source-6\.12=6\.12\.117-1: .*404 .*6\.12\.118-1'
ok "and nothing is left" nothing_left

new_root 6.12.117 debian
repository 6.12.118-1
ks fetch $REL
is "apt lists another x.y.z only" "$rc:$(grep -c downloading "$T/err")" 1:0
like "and the message says so" "$err" 'apt lists no linux-source-6\.12 of Linux 6\.12\.117, only 6\.12\.118-1'

new_root 6.12.117 debian
version_inside=6.12.118 repository 6.12.117-1
ks fetch $REL
is "a package that holds another version is refused" "$rc" 1
like "and the message names both" "$err" 'linux-source-6\.12=6\.12\.117-1 is Linux 6\.12\.118, but .* is Linux 6\.12\.117'
unset APT_CONFIG

diag "Debian's own linux-source"
REL=$(apt-cache search --names-only '^linux-headers-6\.12\.[0-9]+\+deb[0-9]+-amd64$' | sed 's/^linux-headers-\([^ ]*\).*/\1/' | sort -V | tail -n 1)
if [ "$REL" ]; then
	version=$(apt-cache show --no-all-versions "linux-headers-$REL" | sed -n 's/^Version: \(.*\)-.*/\1/p')
	new_root "$version" debian
	start=${EPOCHREALTIME/./}
	ks fetch "$REL"
	took=$(((${EPOCHREALTIME/./} - start) / 100000))
	is "fetch downloads linux-source-6.12 for $REL" "$rc" 0
	diag "$err" "took ${took%?}.${took: -1} s"
	ok "in less than 30 s" test "$took" -lt 300
	ks find "$REL"
	is "find then has it" "$rc:$out" "0:$cache/$REL${TAB}cache${TAB}$version"
	ok "a real type1" grep -q 'VFIO_IOMMU_MAP_DMA' "$cache/$REL/$F1"
	ok "a real vfio.h" grep -q 'struct vfio_iommu_driver_ops' "$cache/$REL/$F2"
else
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - # SKIP apt lists no linux-headers-6.12.*-amd64"
fi
REL=$REL0

diag "debuginfod, a real server on the loopback"
new_root 6.12.117 fedora
new_tree "$T/debug/linux-6.12.117" 6.12.117
(
	cd "$T/debug/linux-6.12.117" && mkdir "$T/served" "$T/ko" &&
		gcc -g -shared -fPIC -Wl,--build-id -o "$T/ko/vfio_iommu_type1.ko" "drivers/vfio/$F1" &&
		objcopy --only-keep-debug "$T/ko/vfio_iommu_type1.ko" "$T/served/vfio_iommu_type1.debug" &&
		strip -g "$T/ko/vfio_iommu_type1.ko"
) || fail "the module was built"
mkdir -p "$root/lib/modules/$REL/kernel/drivers/vfio" "$root/etc/debuginfod"
xz -k -c "$T/ko/vfio_iommu_type1.ko" >"$root/lib/modules/$REL/kernel/drivers/vfio/vfio_iommu_type1.ko.xz"
ks fetch $REL
is "with no server known, debuginfod is passed over" "$rc" 1
like "with a plain sentence" "$err" 'debuginfod: no server known: neither DEBUGINFOD_URLS nor .*/etc/debuginfod/'

serve debuginfod debuginfod -F "$T/served" -p PORT -d :memory:
id=$(readelf -n "$T/ko/vfio_iommu_type1.ko" | sed -n 's/.*Build ID: //p')
for _ in {1..100}; do
	! DEBUGINFOD_URLS=http://127.0.0.1:$port DEBUGINFOD_CACHE_PATH=$(mktemp -d "$T/probe.XXXXXX") \
		debuginfod-find source "$id" "$T/debug/linux-6.12.117/drivers/vfio/$F2" >/dev/null 2>&1 || break
	sleep 0.1
done
echo "http://127.0.0.1:$port" >"$root/etc/debuginfod/test.urls"
ks fetch $REL
is "the server that the distribution names is asked" "$rc:$(grep debuginfod: "$T/err")" 0:
ok "the files are those that the module was compiled from" same "$cache/$REL" "$T/debug/linux-6.12.117"
like "the origin tells the build-id and the path" "$(<"$cache/$REL/origin")" "from: build-id $id $T/debug/linux-6.12.117/drivers/vfio/$F1"
is "of the release's own version" "$(ks find $REL; echo "$out")" "$cache/$REL${TAB}cache${TAB}6.12.117"
for end in ko ko.zst ko.gz; do
	rm -r "$cache" "$root/lib/modules/$REL/kernel/drivers/vfio/"*
	case $end in
	*.zst) zstd -qc "$T/ko/vfio_iommu_type1.ko" ;;
	*.gz) gzip -c "$T/ko/vfio_iommu_type1.ko" ;;
	*) cat "$T/ko/vfio_iommu_type1.ko" ;;
	esac >"$root/lib/modules/$REL/kernel/drivers/vfio/vfio_iommu_type1.$end"
	DEBUGINFOD_URLS=http://127.0.0.1:$port ks fetch $REL
	is "a module that ends in .$end" "$rc" 0
done
rm -r "$cache" "$T/debug/linux-6.12.117/drivers/vfio/$F2"
ks fetch $REL
is "a server without the source: status 1" "$rc" 1
like "the message tells path and build-id" "$err" "debuginfod: no source .*/$F2 for build-id $id"
kill "${servers[-1]}"
wait "${servers[-1]}"
unset 'servers[-1]'
ks fetch $REL
like "a server that is gone: the message tells what failed" "$rc $err" '^1 .*|debuginfod: no debug information for build-id'
ok "nothing is left" nothing_left

diag "dnf, with a real source package from a stand-in"
REL=6.12.117-200.fc41.x86_64
S=$T/srpm
mkdir -p "$S/SOURCES" "$S/a/drivers/gpu" "$T/bin"
new_tree "$S/linux-6.12.117" 6.12.117
mkdir "$S/linux-6.12.117/drivers/gpu"
seq 20 >"$S/linux-6.12.117/drivers/gpu/other.c"
tar -C "$S" --sort=name -caf "$S/SOURCES/linux-6.12.117.tar.xz" linux-6.12.117
# Two patches, the later one on top of the earlier one, both touching other files too.
cp -r "$S/linux-6.12.117" "$S/b"
# step FROM TO SED PATCH
step() {
	rm -rf "$S/$2.new" && cp -r "$S/$1" "$S/$2.new"
	sed -i "$3" "$S/$2.new/drivers/vfio/$F1"
	sed -i "$3;s/^7\$/seven/" "$S/$2.new/drivers/gpu/other.c"
	sed -i "s/VALUE 1/VALUE 2/" "$S/$2.new/drivers/vfio/$F2"
	rm -rf "$S/a" "$S/b" && cp -r "$S/$1" "$S/a" && mv "$S/$2.new" "$S/b"
	(cd "$S" && git diff --no-index --no-prefix --src-prefix= --dst-prefix= a b) >"$S/SOURCES/$4"
	rm -rf "${S:?}/$2" && cp -r "$S/b" "$S/$2"
}
step linux-6.12.117 redhat 's/= VALUE/= VALUE + 1/' patch-6.12-redhat.patch
step redhat final 's/VALUE + 1/VALUE + 2/' linux-kernel-test.patch
cat >"$S/kernel.spec" <<'END'
Name: kernel
Version: 6.12.117
Release: 200.fc41
Summary: x
License: GPL-2.0-only
Source0: linux-6.12.117.tar.xz
Patch1: patch-6.12-redhat.patch
Patch999999: linux-kernel-test.patch
%description
x
END
# source_package: from what is in SOURCES
source_package() {
	rpmbuild -bs --quiet --define "_topdir $S" "$S/kernel.spec" >"$T/rpm.log" 2>&1 || fail "rpmbuild" "$(<"$T/rpm.log")"
}
source_package
cat >"$T/bin/dnf" <<END
#!/bin/bash
case " \$* " in
" --version ") cat "$T/dnf-version" ;;
*" download "*" kernel-6.12.117-200.fc41 "*)
	echo "\$*" >"$T/dnf-asked"
	while [ "\$1" != --destdir ]; do shift; done
	[ -d "\$2" ] && cp "$S"/SRPMS/*.src.rpm "\$2" ;;
*) echo "Error: No package \${*: -1} available." >&2; exit 1 ;;
esac
END
chmod +x "$T/bin/dnf"
PATH=$T/bin:$PATH
for version in 4.21.1 'dnf5 version 5.2.6.2'; do
	REL0=$REL new_root 6.12.117 fedora
	echo "$version" >"$T/dnf-version"
	ks fetch $REL
	is "dnf ${version##* }: the source package is fetched" "$rc" 0
	ok "the files are as its patches leave them" same "$cache/$REL" "$S/final"
	nok "which is not as its tarball has them" cmp "$S/final/drivers/vfio/$F1" "$S/linux-6.12.117/drivers/vfio/$F1"
	case $version in
	dnf5*) like "the option is dnf 5's" "$(<"$T/dnf-asked")" ' --srpm ' ;;
	*) like "the option is dnf 4's" "$(<"$T/dnf-asked")" ' --source ' ;;
	esac
	is "the origin names the package" "$(sed -n 's/^from: //p' "$cache/$REL/origin")" kernel-6.12.117-200.fc41.src.rpm
done
sed -i 's/= VALUE/= OTHER/' "$S/SOURCES/linux-kernel-test.patch"
source_package
new_root 6.12.117 fedora
ks fetch $REL
is "a patch that does not apply: refused" "$rc" 1
like "and named" "$err" 'dnf: linux-kernel-test\.patch of kernel-6\.12\.117-200\.fc41\.src\.rpm does not apply: .'
ok "and nothing is left" nothing_left
REL=6.12.9-1.fc41.x86_64
new_root 6.12.9 fedora
ks fetch $REL
like "a package that dnf does not have: dnf's own words" "$rc $err" 'dnf: dnf download kernel-6\.12\.9-1\.fc41: .*No package'

done_testing
