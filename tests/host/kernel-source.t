#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# tools/kernel-source with real archives, packages and servers, in its own root.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

shopt -s nullglob
umask 022

T=$(mktemp -d /tmp/kernel-source-test.XXXXXX)
# Other users can enter this folder, as they can enter /var/cache.
chmod 711 "$T"
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
kernel_source=("$PROJECT/tools/kernel-source" --root "$root" --cache "$cache")
readonly F1=vfio_iommu_type1.c F2=vfio.h TAB=$'\t'

# run ARGUMENT...: sets $code, $output and $errors.
run() {
	timeout -s KILL "${limit:-120}" "${kernel_source[@]}" "$@" >"$T/out" 2>"$T/err" </dev/null
	code=$?
	output=$(<"$T/out") errors=$(<"$T/err")
}

# gives NAME EXPECTED ARGUMENT...: compares its status, a colon, its output.
gives() {
	run "${@:3}"
	is "$1" "$code:$output" "$2"
}

# refused NAME WHY PATTERN [LEFT]: fetch fails with that message, and leaves nothing. WHY and LEFT are
# the names of these two tests.
refused() {
	gives "$1" 1: fetch "$REL"
	like "$2" "$errors" "$3"
	[[ -z ${4-} ]] || ok "$4" nothing_left
}

# new_root VERSION [ID]: makes an empty root in which REL has that version, and an empty cache.
new_root() {
	local x y z
	IFS=. read -r x y z <<<"$1"
	rm -rf "$root" "$cache"
	mkdir -p "$root/etc" "$root/usr/src" "$root/lib/modules/$REL/build/include/generated/uapi/linux"
	echo "ID=${2-other}" >"$root/etc/os-release"
	printf '#define LINUX_VERSION_%s %d\n' CODE $(((x << 16) + (y << 8) + z)) MAJOR "$x" PATCHLEVEL "$y" SUBLEVEL "$z" \
		>"$root/lib/modules/$REL/build/include/generated/uapi/linux/version.h"
}

# makefile VERSION[-EXTRA]: the beginning of a kernel's Makefile.
makefile() {
	local x y z extra=
	[[ $1 != *-* ]] || extra=-${1#*-}
	IFS=. read -r x y z <<<"${1%%-*}"
	printf '# SPDX\nVERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = %s\nEXTRAVERSION =%s\n' "$x" "$y" "$z" "${extra:+ $extra}"
}

# new_tree DIR VERSION[-EXTRA]
new_tree() {
	mkdir -p "$1/drivers/vfio" "$1/Documentation/drivers/vfio"
	makefile "$2" >"$1/Makefile"
	# Use a type from the header; otherwise the debug information does not name the header.
	printf '#include "vfio.h"\nstruct ops type1_ops = {\n\t.value = VALUE, /* %s */\n};\n' "$2" >"$1/drivers/vfio/$F1"
	printf '#define VALUE 1 /* %s */\nstruct ops {\n\tint value;\n};\n' "$2" >"$1/drivers/vfio/$F2"
	# Files that must not be mistaken for them, and that come first in a tarball.
	echo wrong | tee "$1/Documentation/Makefile" "$1/Documentation/drivers/vfio/$F1" "$1/Documentation/drivers/vfio/$F2" >/dev/null
}

# with_tarball VERSION [END]: makes a new root of that version, with the tarball of Linux 6.12.117 in
# /usr/src; END is its suffix.
with_tarball() {
	new_root "$1"
	tarball "${2-xz}"
}

tarball() {
	[[ -e $T/tars/linux-source-6.12 ]] || new_tree "$T/tars/linux-source-6.12" 6.12.117
	tar -C "$T/tars" --sort=name -caf "$root/usr/src/linux-source-6.12.tar.${1-xz}" linux-source-6.12
}

# same DIR TREE: DIR has the tree's files.
same() {
	cmp "$1/$F1" "$2/drivers/vfio/$F1" && cmp "$1/$F2" "$2/drivers/vfio/$F2"
}

# nothing_left: there is no entry for REL, and nothing temporary.
nothing_left() {
	local left=("$cache/$REL" "$cache"/.tmp.*)
	[ ! -e "$cache/$REL" ] && [ "${#left[@]}" -eq 1 ]
}

# add_entry RELEASE VERSION: puts an entry into the cache, from a tarball.
add_entry() {
	new_tree "$T/entry/linux-x" "$2"
	tar -C "$T/entry" --sort=name -cJf "$root/usr/src/linux-source-${2%.*}.tar.xz" linux-x
	"${kernel_source[@]}" --kdir "$T/none" fetch "$1" 2>"$T/err" || cat "$T/err"
	rm -r "$T/entry" "$root/usr/src/linux-source-${2%.*}.tar.xz"
}

diag "the command line"
new_root 6.12.117
for bad in ../x 6.12/../x .6.12 -6.12 '' '6.12 x'; do
	gives "the release '$bad' is refused" 2: find "$bad"
done
gives "find without a release is a usage error" 2: find
run --help
like "--help tells the exit statuses" "$code $output" '^0 .*|Exit status: 0 found, 1 not found'
gives "nothing anywhere: status 1" 1: find $REL
like "and the way to get it" "$errors" 'to get it: .*debuginfod.*'
ok "find leaves no cache behind" test ! -e "$cache"
echo ID=debian >"$root/etc/os-release"
complains "Debian's way names the package and the version" 'linux-source-6\.12.*6\.12\.117' find $REL
printf 'ID="rocky"\nID_LIKE="rhel centos fedora"\n' >"$root/etc/os-release"
complains "Fedora's relatives are told of dnf" 'dnf' find $REL

diag "a tree that the user names"
new_root 6.12.117
new_tree "$T/tree" 6.12.117
new_tree "$T/other" 6.12.116
run find $REL --tree "$T/tree"
is "is found" "$code:$output:$errors" "0:$T/tree/drivers/vfio${TAB}named${TAB}6.12.117:"
PASSFIX_KERNEL_TREE=$T/tree gives "is found by the environment" "0:$T/tree/drivers/vfio${TAB}named${TAB}6.12.117" find $REL
for verb in find fetch; do
	gives "of another version: $verb ends with 3" 3: $verb $REL --tree "$T/other"
	like "$verb names both versions" "$errors" "$T/other is Linux 6\.12\.116, but $REL is Linux 6\.12\.117"
done
gives "without the files: 3" 3: find $REL --tree "$T/none"
gives "nothing is fetched for it" 0: fetch $REL --tree "$T/tree"
ok "and no cache is made" test ! -e "$cache"

diag "the version comes from the headers"
new_root 6.1.192
new_tree "$T/tree61" 6.1.192
REL0=$REL REL=6.1.0-56-amd64
mv "$root/lib/modules/$REL0" "$root/lib/modules/$REL"
gives "6.1.0-56-amd64 is Linux 6.1.192 where its header says so" "0:$T/tree61/drivers/vfio${TAB}named${TAB}6.1.192" find $REL --tree "$T/tree61"
rm -r "$root/lib/modules/$REL/build"
mkdir -p "$root/usr/src/linux-headers-amd64" "$root/usr/src/linux-headers-common"
ln -s /usr/src/linux-headers-amd64 "$root/lib/modules/$REL/build"
echo 'include /usr/src/linux-headers-common/Makefile' >"$root/usr/src/linux-headers-amd64/Makefile"
cp "$T/tree61/Makefile" "$root/usr/src/linux-headers-common"
run find $REL --tree "$T/tree61"
is "or the headers that its flavours share" "$code:$errors" 0:
rm -r "$root/usr/src/linux-headers-common"
gives "without headers its name is believed" 3: find $REL --tree "$T/tree61"
like "and the message says so" "$errors" '6\.1\.192, but .* is Linux 6\.1\.0 \(says the release.s name'
REL=$REL0

diag "EXTRAVERSION"
# whose RELEASE TREE [HEADERS]: what find says about a named tree; HEADERS is the version in the headers.
whose() {
	REL=$1
	new_root 7.4.0
	[[ -z ${3-} ]] || makefile "$3" >"$root/lib/modules/$REL/build/Makefile"
	rm -rf "$T/extra" && new_tree "$T/extra" "$2"
	run find "$REL" --tree "$T/extra"
	echo "$code:${output##*"$TAB"}"
}
for case in 7.4.0-rc7=7.4.0-rc7 7.4-rc7-amd64=7.4.0-rc7 7.4~rc7-amd64=7.4.0-rc7 \
	7.4.0-0.rc7.52.fc45.x86_64=7.4.0-rc7 7.4.0-1-amd64=7.4.0 7.4.0-arch1-1=7.4.0; do
	is "${case%=*} can be Linux ${case#*=}" "$(whose "${case%=*}" "${case#*=}")" "0:${case#*=}"
done
is "a tree's own EXTRAVERSION that is in the release's name" "$(whose 7.4.0-arch1-1 7.4.0-arch1)" 0:7.4.0
is "or in that of the headers" "$(whose 7.4.0-mine 7.4.0-ours 7.4.0-ours)" 0:7.4.0
is "Fedora's headers, which have the whole release there" \
	"$(whose 7.4.0-0.rc7.52.fc45.x86_64 7.4.0-rc7 7.4.0-0.rc7.52.fc45.x86_64)" 0:7.4.0-rc7
for case in 7.4.0-rc7=7.4.0-rc1 7.4.0-rc7=7.4.0 7.4.0-rc1=7.4.0-rc11 7.4.0-1-amd64=7.4.0-rc1 7.4.0-1-amd64=7.4.0-xanmod1 \
	7.4.0-0.rc7.52.fc45.x86_64=7.4.0-rc6; do
	is "${case%=*} is not Linux ${case#*=}" "$(whose "${case%=*}" "${case#*=}")" 3:
done
whose 7.4.0-rc7 7.4.0-rc1 >/dev/null
like "and the message names both" "$(<"$T/err")" "$T/extra is Linux 7\.4\.0-rc1, but 7\.4\.0-rc7 is Linux 7\.4\.0-rc7 "
REL=7.4.0-rc7
new_root 7.4.0
new_tree "$T/rc/linux-source-7.4" 7.4.0-rc7
tar -C "$T/rc" --sort=name -caf "$root/usr/src/linux-source-7.4.tar.xz" linux-source-7.4
run fetch $REL
gives "the cache has it with the version" "0:$cache/$REL${TAB}cache${TAB}7.4.0-rc7" find $REL
mv "$cache/$REL" "$cache/7.4.0-rc1"
mv "$root/lib/modules/$REL" "$root/lib/modules/7.4.0-rc1"
complains "and not for another rc" '7\.4\.0-rc1 is Linux 7\.4\.0-rc7, but 7\.4\.0-rc1 is Linux 7\.4\.0-rc1 .*: not used' find 7.4.0-rc1
REL=$REL0

diag "a full tree in /lib/modules"
new_root 6.12.117
new_tree "$root/lib/modules/$REL/build" 6.12.117
gives "build is found" "0:$root/lib/modules/$REL/build/drivers/vfio${TAB}build${TAB}6.12.117" find $REL
new_root 6.12.117
new_tree "$root/usr/src/linux" 6.12.117
ln -s /usr/src/linux "$root/lib/modules/$REL/source"
gives "source is found, its link followed in the root" "0:$root/usr/src/linux/drivers/vfio${TAB}build${TAB}6.12.117" find $REL
new_tree "$root/usr/src/linux" 6.12.118
gives "of another version it is not used" 1: find $REL
like "and the message names both" "$errors" 'is Linux 6\.12\.118, but .* is Linux 6\.12\.117'

diag "a directory in /usr/src"
new_root 6.12.117
new_tree "$root/usr/src/linux-source-6.12" 6.12.116
new_tree "$root/usr/src/linux-source-6.12.117" 6.12.117
gives "the one of the version is found" "0:$root/usr/src/linux-source-6.12.117/drivers/vfio${TAB}usr-src${TAB}6.12.117" find $REL

diag "a directory in /usr/src that others could write to"
# tree_in_usr_src: makes a safe one, in a new root.
usr_tree=$root/usr/src/linux-source-6.12
tree_in_usr_src() {
	new_root 6.12.117
	new_tree "$usr_tree" 6.12.117
}
while read -r part command argument message; do
	tree_in_usr_src
	"$command" "$argument" "$root/usr/src/$part"
	gives "$part, $command $argument: not used" 1: find $REL
	like "and that is said" "$errors" "$usr_tree: .*$message.*: not used"
done <<END
. chmod 777 others can write to $root/usr/src \(mode 777\)
linux-source-6.12 chmod 775 others can write to $usr_tree
linux-source-6.12/drivers chown nobody $usr_tree/drivers belongs to user
linux-source-6.12/drivers/vfio/$F1 chmod 666 others can write to $usr_tree/drivers/vfio/$F1
linux-source-6.12/drivers/vfio/$F2 chown nobody $usr_tree/drivers/vfio/$F2 belongs to user
linux-source-6.12/Makefile chmod 664 others can write to $usr_tree/Makefile
END
like "with the remedy" "$errors" "chmod -R go-w $usr_tree"
for part in drivers drivers/vfio/$F1 Makefile; do
	tree_in_usr_src
	mv "$usr_tree/$part" "$T/moved"
	ln -s "$T/moved" "$usr_tree/$part"
	gives "$part is a link: not used" 1: find $REL
	like "and that is said" "$errors" "$usr_tree/$part is a link"
	rm -r "$T/moved"
done
tree_in_usr_src
mv "$usr_tree" "$root/usr/src/mine"
ln -s mine "$usr_tree"
gives "a link to a tree that is safe is followed" "0:$root/usr/src/mine/drivers/vfio${TAB}usr-src${TAB}6.12.117" find $REL
for part in Makefile drivers/vfio/$F1; do
	tree_in_usr_src
	rm "$usr_tree/$part"
	mkfifo "$usr_tree/$part"
	limit=10 gives "$part is a pipe: it is not waited for" 1: find $REL
done

diag "a tarball in /usr/src"
for end in xz zst bz2 gz; do
	with_tarball 6.12.117 $end
	gives "$end: find does not count it" 1: find $REL
	ok "$end: and does not unpack it" test ! -e "$cache"
	like "$end: but says what to run" "$errors" "linux-source-6\.12\.tar\.$end is there; run: kernel-source fetch"
	gives "$end: fetch unpacks it" 0: fetch $REL
	ok "$end: the files are the tarball's" same "$cache/$REL" "$T/tars/linux-source-6.12"
done
like "its last line tells what was used" "$(tail -n 1 "$T/err")" "Linux 6\.12\.117 .*usr-src.*linux-source-6\.12\.tar\.gz.*$cache/$REL"
unlike "no progress figures where there is no terminal" "$errors" 'copied|%'
run find $REL
is "the cache then has it" "$code:$output:$errors" "0:$cache/$REL${TAB}cache${TAB}6.12.117:"
is "its origin is recorded" "$(sed 's/[0-9a-f]\{64\}/SUM/' "$cache/$REL/origin")" "release: $REL
version: 6.12.117
provider: usr-src
from: $root/usr/src/linux-source-6.12.tar.gz
sha256: SUM  $F1
sha256: SUM  $F2"
before=$(stat -c %Y.%i "$cache/$REL/origin")
run fetch $REL
is "fetch again does nothing" "$code:$(stat -c %Y.%i "$cache/$REL/origin")" "0:$before"
run list
is "list shows it in a table" "$output" "RELEASE              VERSION    PROVIDER    PATH
$REL  6.12.117   usr-src     $cache/$REL"
SECONDS=0
for _ in {1..20}; do run find $REL; done
ok "find takes milliseconds" test "$SECONDS" -le 2

REL=6.8.0-45-generic
new_root 6.8.12
new_tree "$T/tars/linux-source-6.8.0" 6.8.12
mkdir "$root/usr/src/linux-source-6.8.0"
tar -C "$T/tars" --sort=name -caf "$root/usr/src/linux-source-6.8.0/linux-source-6.8.0.tar.bz2" linux-source-6.8.0
gives "Ubuntu's tarball in a directory of its own" 0: fetch $REL
REL=$REL0

with_tarball 6.12.118
refused "a tarball of another version is refused" "and the message names both" \
	'usr-src: .*linux-source-6\.12\.tar\.xz is Linux 6\.12\.117, but .* is Linux 6\.12\.118'
like "each other way has a line that says why not" "$errors" '^  dnf: .'
ok "and nothing is left of it" nothing_left

new_root 6.12.117
head -c 1000000 /dev/urandom >"$T/tars/linux-source-6.12/00noise"
tar -C "$T/tars" --sort=name -c linux-source-6.12 | xz | head -c 500000 >"$root/usr/src/linux-source-6.12.tar.xz"
rm "$T/tars/linux-source-6.12/00noise"
refused "a truncated tarball is refused" "and the message says why" 'tar\.xz cannot be unpacked: xz: .*end of input' \
	"and nothing is left of it"

new_root 6.12.117
tar -C "$T/tars" --sort=name -c linux-source-6.12 | gzip | head -c -8 >"$root/usr/src/linux-source-6.12.tar.gz"
printf 'wrongCRC' >>"$root/usr/src/linux-source-6.12.tar.gz"
gives "a tarball that fails its own checksum is refused" 1: fetch $REL
ok "and nothing is left of it" nothing_left

diag "a tarball that others could write to"
for change in "chmod 666" "chown nobody"; do
	with_tarball 6.12.117
	$change "$root/usr/src/linux-source-6.12.tar.xz"
	refused "$change: refused" "and that is said" \
		'usr-src: .*(others can write to|linux-source-6\.12\.tar\.xz belongs to user)' "and nothing is left of it"
done

diag "a tarball that contains something other than files"
(umask 077 && echo secret >"$T/private")
while IFS='|' read -r name command transform why; do
	rm -rf "$T/hostile"
	new_root 6.12.117
	new_tree "$T/hostile/linux-source-6.12" 6.12.117
	(cd "$T/hostile/linux-source-6.12" && eval "$command") || fail "$command"
	tar -C "$T/hostile" -P --sort=name ${transform:+--transform="s#^linux-source-6.12/$transform"} \
		-caf "$root/usr/src/linux-source-6.12.tar.gz" linux-source-6.12
	limit=20 refused "$name: refused" "and that is said" "usr-src: .*linux-source-6\.12\.tar\.gz $why"
	is "a private file stays private" "$(stat -c %a "$T/private")" 600
	ok "and nothing is left" nothing_left
done <<END
drivers/vfio/$F1 as a link|ln -sf "$T/private" drivers/vfio/$F1||holds drivers/vfio/$F1, which is no plain file
drivers/vfio/$F2 as a link|ln -sf "$T/private" drivers/vfio/$F2||holds drivers/vfio/$F2, which is no plain file
Makefile as a link|ln -sf "$T/private" Makefile||holds Makefile, which is no plain file
a hard link inside|ln -f Makefile drivers/vfio/$F1||holds .*, which is no plain file
a hard link to a file of the host|ln -f Makefile drivers/vfio/$F1|Makefile\$#$T/private#hRS|cannot be unpacked: tar: .*Cannot hard link
a device|rm drivers/vfio/$F1 && mknod drivers/vfio/$F1 c 1 5||holds drivers/vfio/$F1, which is no plain file
a device that never ends as Makefile|rm Makefile && mknod Makefile c 1 5||holds Makefile, which is no plain file
a pipe as Makefile|rm Makefile && mkfifo Makefile||holds Makefile, which is no plain file
a path with ..|true|Makefile\$#../Makefile#|cannot be unpacked: tar: .*\.\.
a longer path with ..|true|drivers/vfio/$F1\$#../drivers/vfio/$F1#|cannot be unpacked: tar: .*\.\.
END

diag "a damaged cache"
with_tarball 6.12.117
run fetch $REL
: >"$cache/$REL/$F2"
gives "an empty file: find refuses the entry" 1: find $REL
gives "fetch makes it again" 0: fetch $REL
ok "and whole" same "$cache/$REL" "$T/tars/linux-source-6.12"
echo '/* not the kernel'\''s */' >>"$cache/$REL/$F1"
run copy $REL "$T/copy"
is "a changed file: copy refuses the entry" "$code:$(ls "$T/copy" 2>/dev/null)" 1:
run list
like "list calls it damaged" "$output" "$REL .*damaged"
gives "fetch makes it again" 0: fetch $REL
ok "and whole again" same "$cache/$REL" "$T/tars/linux-source-6.12"

diag "copy"
run copy $REL "$T/copy"
is "says nothing where all is well" "$code:$output:$errors" 0::
ok "the two files" same "$T/copy" "$T/tars/linux-source-6.12"
is "and nothing else" "$(ls -A "$T/copy")" "$F2
$F1"
before=$(stat -c %i "$T/copy/"*)
run copy $REL "$T/copy"
is "again: the same files keep their time" "$(stat -c %i "$T/copy/"*)" "$before"
rm -r "$cache" "$root/usr/src/linux-source-6.12.tar.xz"
run copy $REL "$T/copy2"
is "without a source: status 1, nothing made" "$code:$(ls -d "$T/copy2" 2>/dev/null)" 1:

diag "a fetch that is interrupted"
# A decompressor that writes a part of its output and its process id, and then hangs.
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
	with_tarball 6.12.117
	rm -f "$T/slow/pid"
	# A script's background job starts with SIGINT ignored, and what nohup runs with SIGHUP, which bash
	# cannot undo.
	env --default-signal=INT,HUP PATH="$T/slow:$PATH" SLOW_BYTES=4096 \
		"${kernel_source[@]}" fetch $REL 2>"$T/err" &
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
run fetch $REL
is "what a crash left is removed by the next fetch" "$code $(ls -A "$cache")" "0 .lock
$REL"

diag "two fetches at once"
with_tarball 6.12.117
mkdir "$cache"
sed -i -e 's/sleep 60/sleep 1/' -e 's/head -c .*/cat/' "$T/slow/xz"
for n in 1 2 3; do
	PATH=$T/slow:$PATH "${kernel_source[@]}" fetch $REL 2>"$T/err$n" &
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
		gives "mode $mode: ${verb%% *} refuses it" 3: $verb
	done
	like "the message names it and the remedy" "$errors" "$cache refused: others can write to $cache .*chmod go-w $cache"
done
chmod 755 "$cache"
chown nobody "$cache"
gives "that belongs to a user: refused" 3: find $REL
like "and the message says so" "$errors" "$cache belongs to user"
chown root "$cache"
mkdir -m 777 "$T/open"
ln -s "$cache" "$T/open/link"
run --cache "$T/open/cache" fetch $REL
is "in a directory that others can write to: refused" "$code:$(ls "$T/open")" 3:link
run --cache "$T/open/link" find $REL
is "the real path counts" "$code:${output%%"$TAB"*}" "0:$cache/$REL"

diag "an entry of the cache that others could write to"
# entry: makes a safe one.
entry() {
	new_root 6.12.117
	add_entry $REL 6.12.117
}
while read -r part command argument message; do
	entry
	"$command" "$argument" "$cache/$REL/$part"
	for verb in "find $REL" "copy $REL $T/copied"; do
		# shellcheck disable=SC2086
		run $verb
		is "$part, $command $argument: ${verb%% *} does not use it" "$code:$output:$(ls "$T/copied" 2>/dev/null)" 1::
	done
	like "and says why" "$errors" "$cache/$REL.*: $message.*; run: kernel-source fetch"
	run list
	like "list says it" "$output" "^$REL .* unsafe "
	run find 6.12.1-other
	unlike "it is not the nearest either" "$code $output" '^0'
	tarball
	run fetch $REL
	run find $REL
	is "fetch makes it again" "$code:$(stat -c '%U %a' "$cache/$REL" "$cache/$REL/"* | sort | uniq -c | xargs)" "0:3 root 644 1 root 755"
done <<END
. chmod 777 others can write to $cache/$REL
. chown nobody $cache/$REL belongs to user
$F1 chmod 666 others can write to $cache/$REL/$F1
$F2 chown nobody $cache/$REL/$F2 belongs to user
origin chmod 664 others can write to $cache/$REL/origin
END
entry
mv "$cache/$REL/$F2" "$T/linked"
ln -s "$T/linked" "$cache/$REL/$F2"
complains "a file that is a link is not used" "$cache/$REL/$F2 is a link" find $REL
entry
mv "$cache/$REL" "$T/linked.d"
ln -s "$T/linked.d" "$cache/$REL"
complains "nor an entry that is one" "$cache/$REL is a link" find $REL
entry
sed -i "/  $F2/d" "$cache/$REL/origin"
echo '/* changed */' >>"$cache/$REL/$F2"
run copy $REL "$T/copied"
is "an entry without a checksum of each file is not copied" "$code:$(ls "$T/copied" 2>/dev/null)" 1:

diag "the lock"
entry
is "is its owner's alone" "$(stat -c '%U %a' "$cache/.lock")" "root 600"
nok "so that no user can hold it" runuser -u nobody -- flock -n "$cache/.lock" true
# As earlier versions made it.
chmod 644 "$cache/.lock"
runuser -u nobody -- flock "$cache/.lock" sleep 20 &
holder=$!
for _ in {1..100}; do
	flock -n "$cache/.lock" true || break
	sleep 0.05
done
nok "one that a user holds" flock -n "$cache/.lock" true
rm -r "${cache:?}/$REL"
tarball
limit=15 gives "is not waited for" 0: fetch $REL
is "and replaced" "$(stat -c '%U %a' "$cache/.lock")" "root 600"
kill $holder
wait $holder 2>/dev/null

diag "an ordinary user"
U=$(mktemp -d /tmp/kernel-source-test.XXXXXX)
chmod 755 "$U"
cp -r "$root" "$U/root"
cp "$PROJECT/tools/kernel-source" "$U"
mkdir "$U/home" "$U/shared"
chown nobody "$U/home"
as_user() { runuser -u nobody -- env -u XDG_CACHE_HOME HOME="$U/home" "$U/kernel-source" --root "$U/root" "$@"; }
ok "fetches into a cache of their own" as_user fetch $REL
is "and finds it there" "$(as_user find $REL)" "$U/home/.cache/vfio-passfix/$REL${TAB}cache${TAB}6.12.117"
like "cannot write where root can" "$(as_user fetch $REL --cache "$U/shared/cache" 2>&1; echo "status $?")" 'cannot create the cache .*|status 3'
gives "root does not use it" 3: find $REL --cache "$U/home/.cache/vfio-passfix"

diag "the nearest release in the cache"
new_root 6.12.117
add_entry 6.12.110-a 6.12.110
add_entry 6.12.115-b 6.12.115
add_entry 6.12.121-c 6.12.121
add_entry 6.13.117-d 6.13.117
gives "is found, and named as such" "0:$cache/6.12.115-b${TAB}nearest:6.12.115-b${TAB}6.12.115" find $REL
like "with a warning" "$errors" 'warning: no source of .* is here; the nearest is that of 6\.12\.115-b \(Linux 6\.12\.115\)'
gives "is not enough for fetch" 1: fetch $REL
add_entry $REL 6.12.117
gives "steps back for the release itself" "0:$cache/$REL${TAB}cache${TAB}6.12.117" find $REL
new_root 6.14.117
rm -rf "$cache"
add_entry 6.13.117-d 6.13.117
gives "another x.y is never used" 1: find $REL
add_entry 6.14.0-rc7 6.14.0-rc7
gives "nor is a release candidate" 1: find $REL
add_entry 6.14.1-a 6.14.1
gives "a release is, beside one" "0:$cache/6.14.1-a${TAB}nearest:6.14.1-a${TAB}6.14.1" find $REL
mkdir "$root/lib/modules/6.14.0-rc6"
gives "and for one there is no other source" 1: find 6.14.0-rc6
like "which is said" "$errors" 'no source of vfio_iommu_type1 for 6\.14\.0-rc6'

# serve NAME COMMAND...: starts a server, with a free port for the word PORT.
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
# repository VERSION...: makes packages of linux-source-6.12; no-VERSION is listed but missing. The
# tree inside has the version's x.y.z.
repository() {
	local version deb dir=$T/repo name=linux-source-${series-6.12}
	rm -rf "${dir:?}"/* "$T/apt"
	mkdir -p "$T/apt/lists/partial" "$T/apt/cache/archives/partial"
	for version; do
		deb=$dir/linux-source-${version#no-}.deb
		rm -rf "$T/pkg"
		new_tree "$T/pkg/$name" "${version_inside:-$(sed 's/^no-//; s/-.*//' <<<"$version")}"
		echo "/* package ${version#no-} */" >>"$T/pkg/$name/drivers/vfio/$F1"
		mkdir -p "$T/pkg/deb/DEBIAN" "$T/pkg/deb/usr/src/$name"
		tar -C "$T/pkg" --sort=name -caf "$T/pkg/deb/usr/src/$name/$name.tar.xz" "$name"
		ln -s "$name/$name.tar.xz" "$T/pkg/deb/usr/src/$name.tar.xz"
		printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n' "$name" "${version#no-}" >"$T/pkg/deb/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$T/pkg/deb" "$deb" >/dev/null
		cat "$T/pkg/deb/DEBIAN/control" - <<END >>"$dir/Packages"
Filename: ./${deb##*/}
Size: $(stat -c %s "$deb")
SHA256: $(sha256sum "$deb" | cut -d ' ' -f 1)

END
		[ "${version#no-}" = "$version" ] || rm "$deb"
	done
	[ -z "${kernel_package-6.12.117-1}" ] ||
		printf 'Package: linux-headers-%s\nVersion: %s\nArchitecture: all\nDescription: x\nFilename: ./x\nSize: 1\nSHA256: %064d\n\n' \
			$REL "${kernel_package-6.12.117-1}" 0 >>"$dir/Packages"
	echo "deb [trusted=yes] http://127.0.0.1:$apt_port ./" >"$T/apt/sources.list"
	cat >"$T/apt.conf" <<END
Dir::Etc::sourcelist "$T/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$T/apt/lists";
Dir::Cache "$T/apt/cache";
Acquire::Languages "none";
Dir::Bin::Methods "$T/methods";
END
	APT_CONFIG=$T/apt.conf apt-get -q update >"$T/apt.log" 2>&1 || diag "$(<"$T/apt.log")"
}

# apt's own download method, wrapped to record the user that it runs as.
mkdir "$T/repo" "$T/methods"
ln -s /usr/lib/apt/methods/* "$T/methods"
rm "$T/methods/http"
cat >"$T/methods/http" <<END
#!/bin/sh
exec strace -A -o "$T/downloader" -e trace=setresuid /usr/lib/apt/methods/http "\$@"
END
chmod 755 "$T/methods/http"
serve httpd busybox httpd -f -p 127.0.0.1:PORT -h "$T/repo"
apt_port=$port
export APT_CONFIG=$T/apt.conf

# fetch_from ID VERSION...: fetches on that distribution, from a repository with these packages.
fetch_from() {
	new_root 6.12.117 "$1"
	repository "${@:2}"
	run fetch "$REL"
}

# package: the package that was used, according to the last line.
package() {
	tail -n 1 "$T/err" | grep -o 'linux-source[^)]*'
}

new_root 6.12.117 debian
repository 6.12.117-1 6.12.117-2 6.12.118-1
: >"$T/downloader"
run fetch $REL
like "apt's sandbox stays on" "$(<"$T/downloader")" "^setresuid\($(id -u _apt), "
is "what its user wrote is gone" "$(find "$cache" -not -user root)" ""
is "the version that the kernel came from" "$code:$(package)" "0:linux-source-6.12=6.12.117-1"
ok "its files, from the tarball behind a link" grep -q 'package 6.12.117-1 ' "$cache/$REL/$F1"

fetch_from ubuntu no-6.12.117-1 6.12.117-2 6.12.118-1
is "a version that is gone (404): another of the same x.y.z is used" "$code:$(package)" "0:linux-source-6.12=6.12.117-2"
like "and that is said" "$errors" 'no longer has linux-source-6\.12 6\.12\.117-1'

fetch_from debian no-6.12.117-1 6.12.118-1 6.12.116-1
is "a version that is gone: another x.y.z is not tried" "$code:$(grep -c downloading "$T/err")" 1:1
like "and the message says why, and what there is" "$errors" 'apt: linux-source-6\.12=6\.12\.117-1: .*404 .*6\.12\.118-1'
ok "and nothing is left" nothing_left

fetch_from debian 6.12.118-1
is "apt lists another x.y.z only" "$code:$(grep -c downloading "$T/err")" 1:0
like "and the message says so" "$errors" 'apt lists no linux-source-6\.12 of Linux 6\.12\.117, only 6\.12\.118-1'
like "and that no look at the archives will help" "$errors" 'no longer publish the source of Linux 6\.12\.117.*, so there is nothing to fetch'
unlike "nor advises one" "$errors" 'apt-get update'

fetch_from debian 6.12.116-1
like "apt's lists are older than the kernel: a look at the archives is advised" "$code $errors" 'only 6\.12\.116-1; apt-get update may help'

series=6.11 fetch_from debian 6.11.9-1
is "no source package of this kernel's series" "$code" 1
like "that is said of the archive that has the kernel" "$errors" 'the archive that this kernel comes from publishes no linux-source-6\.12, so there is nothing to fetch'
unlike "and no look at the archives advised" "$errors" 'apt-get update'
series=6.11 kernel_package='' fetch_from debian 6.11.9-1
like "and of archives that do not" "$code $errors" 'none of the archives that apt knows publishes this kernel or a linux-source-6\.12'
rm -rf "$T/apt/lists/"*
complains "no lists at all: apt-get update is advised" 'it has no lists at all: run apt-get update' fetch $REL

new_root 6.12.117 debian
repository 6.12.117-1
mkdir "$T/tamper"
cat >"$T/tamper/apt-get" <<END
#!/bin/sh
$(command -v apt-get) "\$@" || exit
[ ! -e linux-source-*.deb ] || echo changed >>linux-source-*.deb
END
chmod +x "$T/tamper/apt-get"
PATH=$T/tamper:$PATH refused "a package that the sandbox's user changed after apt looked at it: refused" "and that is said" \
	'apt: linux-source-6\.12=6\.12\.117-1: the download is not the package that apt.s lists describe' "and nothing is left"

REL0=$REL REL=7.4-rc7-amd64
new_root 7.4.0 debian
series=7.4 version_inside=7.4.0-rc7 kernel_package=7.4~rc7-1~exp1 repository 7.4~rc7-1~exp1 7.4~rc6-1~exp1
run fetch $REL
is "a release candidate's package" "$code:$(package)" "0:linux-source-7.4=7.4~rc7-1~exp1"
REL=$REL0

version_inside=6.12.118 fetch_from debian 6.12.117-1
is "a package that holds another version is refused" "$code" 1
like "and the message names both" "$errors" 'linux-source-6\.12=6\.12\.117-1 is Linux 6\.12\.118, but .* is Linux 6\.12\.117'
unset APT_CONFIG

diag "kernels whose distribution has no source package"
for case in arch=Arch nixos=NixOS; do
	new_root 6.12.117 "${case%=*}"
	for verb in find fetch; do
		complains "${case#*=}: $verb says so" "${case#*=} publishes no package with the source of its kernels, so there is nothing to fetch" \
			$verb $REL
	done
	unlike "and advises no fetch" "$errors" 'to get it'
	like "but to name a tree" "$errors" 'name the tree of Linux 6\.12\.117 '
done
new_root 6.8.12 debian
complains "Proxmox" 'Proxmox publishes no package' find 6.8.12-4-pve

diag "the fork is not wanted"
with_tarball 6.12.117
mkdir "$root/etc/vfio-passfix"
touch "$root/etc/vfio-passfix/no-fork"
run fetch $REL
is "fetch does nothing, with success" "$code:$(ls -A "$cache" 2>/dev/null)" 0:
like "and says why" "$errors" "nothing to fetch: the fork of type1 is disabled by $root/etc/vfio-passfix/no-fork"
rm "$root/etc/vfio-passfix/no-fork"
run fetch $REL
touch "$root/etc/vfio-passfix/no-fork"
for verb in "find $REL" "copy $REL $T/unwanted" "find $REL --tree $T/tree"; do
	# shellcheck disable=SC2086
	run $verb
	is "${verb/$T}: not wanted, whatever there is" "$code:$output:$(ls "$T/unwanted" 2>/dev/null)" 4::
	like "and says why" "$errors" 'is disabled by .*/no-fork'
done

diag "Debian's own linux-source"
REL=$(apt-cache search --names-only '^linux-headers-6\.12\.[0-9]+\+deb[0-9]+-amd64$' | sed 's/^linux-headers-\([^ ]*\).*/\1/' | sort -V | tail -n 1)
if [ "$REL" ]; then
	version=$(apt-cache show --no-all-versions "linux-headers-$REL" | sed -n 's/^Version: \(.*\)-.*/\1/p')
	new_root "$version" debian
	start=${EPOCHREALTIME/./}
	run fetch "$REL"
	took=$(((${EPOCHREALTIME/./} - start) / 100000))
	is "fetch downloads linux-source-6.12 for $REL" "$code" 0
	diag "$errors" "took ${took%?}.${took: -1} s"
	ok "in less than 30 s" test "$took" -lt 300
	gives "find then has it" "0:$cache/$REL${TAB}cache${TAB}$version" find "$REL"
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
refused "with no server known, debuginfod is passed over" "with a plain sentence" \
	'debuginfod: no server known: neither DEBUGINFOD_URLS nor .*/etc/debuginfod/'

serve debuginfod debuginfod -F "$T/served" -p PORT -d :memory:
id=$(readelf -n "$T/ko/vfio_iommu_type1.ko" | sed -n 's/.*Build ID: //p')
for _ in {1..100}; do
	! DEBUGINFOD_URLS=http://127.0.0.1:$port DEBUGINFOD_CACHE_PATH=$(mktemp -d "$T/probe.XXXXXX") \
		debuginfod-find source "$id" "$T/debug/linux-6.12.117/drivers/vfio/$F2" >/dev/null 2>&1 || break
	sleep 0.1
done
echo "http://127.0.0.1:$port" >"$root/etc/debuginfod/test.urls"
run fetch $REL
is "the server that the distribution names is asked" "$code:$(grep debuginfod: "$T/err")" 0:
ok "the files are those that the module was compiled from" same "$cache/$REL" "$T/debug/linux-6.12.117"
like "the origin tells the build-id and the path" "$(<"$cache/$REL/origin")" "from: build-id $id $T/debug/linux-6.12.117/drivers/vfio/$F1"
is "of the release's own version" "$(run find $REL; echo "$output")" "$cache/$REL${TAB}cache${TAB}6.12.117"
while read -r end packer; do
	rm -r "$cache" "$root/lib/modules/$REL/kernel/drivers/vfio/"*
	$packer "$T/ko/vfio_iommu_type1.ko" >"$root/lib/modules/$REL/kernel/drivers/vfio/vfio_iommu_type1.$end"
	DEBUGINFOD_URLS=http://127.0.0.1:$port gives "a module that ends in .$end" 0: fetch $REL
done <<'END'
ko cat
ko.zst zstd -qc
ko.gz gzip -c
END
# Debian builds debuginfod-find without signature checks (0.188, 0.192 and 0.196 say "IMA signature
# verification is not enabled"), so only what is passed to it can be tested.
mkdir "$T/spy"
cat >"$T/spy/debuginfod-find" <<END
#!/bin/sh
echo "\${DEBUGINFOD_IMA_CERT_PATH-none} \$DEBUGINFOD_URLS" >"$T/spied"
exec $(command -v debuginfod-find) "\$@"
END
chmod +x "$T/spy/debuginfod-find"
# given: checks that the fetch works; prints the certificate path that was passed.
given() {
	rm -rf "$cache"
	PATH=$T/spy:$PATH run fetch $REL
	echo "$code $(<"$T/spied")" | xargs
}
is "without certificates none are named" "$(given)" "0 none http://127.0.0.1:$port"
echo "ima:enforcing http://127.0.0.1:1 ima:ignore http://127.0.0.1:$port" >"$root/etc/debuginfod/test.urls"
printf '/etc/keys/ima\n' >"$root/etc/debuginfod/elfutils.certpath"
is "the distribution's certificates are those of servers that sign" "$(given)" \
	"0 $root/etc/keys/ima ima:enforcing http://127.0.0.1:1 ima:ignore http://127.0.0.1:$port"
printf '/etc/keys/more' >"$root/etc/debuginfod/more.certpath"
like "of several files all" "$(given)" "^0 $root/etc/keys/ima:$root/etc/keys/more ima:enforcing "
like "but not where somebody names others" "$(DEBUGINFOD_IMA_CERT_PATH=/mine given)" "^0 /mine ima:enforcing "
rm "$root"/etc/debuginfod/*.certpath
echo "http://127.0.0.1:$port" >"$root/etc/debuginfod/test.urls"
rm -r "$cache" "$T/debug/linux-6.12.117/drivers/vfio/$F2"
refused "a server without the source: status 1" "the message tells path and build-id" \
	"debuginfod: no source .*/$F2 for build-id $id"
kill "${servers[-1]}"
wait "${servers[-1]}"
unset 'servers[-1]'
complains "a server that is gone: the message tells what failed" '^1 .*|debuginfod: no debug information for build-id' fetch $REL
ok "nothing is left" nothing_left

diag "dnf, with a real source package from a stand-in"
REL=6.12.117-200.fc41.x86_64
S=$T/srpm
# A key to sign packages, and rpm's database with the keys that it trusts.
export HOME=$T/home
mkdir -p "$HOME" "$T/rpmdb"
mkdir -m 700 "$HOME/.gnupg"
printf '%s\n' "%_dbpath $T/rpmdb" "%__gpg $(command -v gpg)" '%_gpg_name passfix@example.org' >"$HOME/.rpmmacros"
gpg --batch --quiet --passphrase '' --quick-gen-key passfix@example.org rsa2048 sign never 2>"$T/gpg.log" || diag "$(<"$T/gpg.log")"
gpg --armor --export passfix@example.org >"$T/key.asc"
mkdir -p "$S/SOURCES" "$S/a/drivers/gpu" "$T/bin"
new_tree "$S/linux-6.12.117" 6.12.117
mkdir "$S/linux-6.12.117/drivers/gpu"
seq 20 >"$S/linux-6.12.117/drivers/gpu/other.c"
tar -C "$S" --sort=name -caf "$S/SOURCES/linux-6.12.117.tar.xz" linux-6.12.117
# Two patches, the second on top of the first; both also change other files.
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
# source_package: builds it from the files in SOURCES
source_package() {
	rpmbuild -bs --quiet --define "_topdir $S" "$S/kernel.spec" >"$T/rpm.log" 2>&1 || fail "rpmbuild" "$(<"$T/rpm.log")"
}
sign() {
	rpmsign --addsign "$S"/SRPMS/*.src.rpm >"$T/rpm.log" 2>&1 || fail "rpmsign" "$(<"$T/rpm.log")"
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
echo 4.21.1 >"$T/dnf-version"
# unsigned NAME: kernel-source refuses the package as it is now, and says that it is not signed.
unsigned() {
	new_root 6.12.117 fedora
	refused "$1: refused" "and that is said" \
		'dnf: kernel-6\.12\.117-200\.fc41\.src\.rpm is not signed by a key that rpm trusts: .*NOT OK.* rpmkeys --import '
	unlike "before it is unpacked" "$errors" unpacking
	ok "and nothing is left" nothing_left
}
rpmkeys --import "$T/key.asc"
unsigned "a package that nobody signed"
sign
cp "$S"/SRPMS/*.src.rpm "$T/signed.rpm"
printf X | dd of="$(echo "$S"/SRPMS/*.src.rpm)" bs=1 seek=$(($(stat -c %s "$T/signed.rpm") - 100)) conv=notrunc status=none
unsigned "one that was changed since"
cp "$T/signed.rpm" "$S"/SRPMS/*.src.rpm
mv "$T/rpmdb" "$T/rpmdb.away" && mkdir "$T/rpmdb"
unsigned "one by a key that rpm does not have"
rm -r "$T/rpmdb" && mv "$T/rpmdb.away" "$T/rpmdb"
while read -r number option version; do
	new_root 6.12.117 fedora
	echo "$version" >"$T/dnf-version"
	gives "dnf ${version##* }: the source package is fetched" 0: fetch $REL
	ok "the files are as its patches leave them" same "$cache/$REL" "$S/final"
	nok "which is not as its tarball has them" cmp "$S/final/drivers/vfio/$F1" "$S/linux-6.12.117/drivers/vfio/$F1"
	like "the option is dnf $number's" "$(<"$T/dnf-asked")" " --$option "
	is "the origin names the package" "$(sed -n 's/^from: //p' "$cache/$REL/origin")" kernel-6.12.117-200.fc41.src.rpm
done <<'END'
4 source 4.21.1
5 srpm dnf5 version 5.2.6.2
END
sed -i 's/= VALUE/= OTHER/' "$S/SOURCES/linux-kernel-test.patch"
source_package
sign
new_root 6.12.117 fedora
refused "a patch that does not apply: refused" "and named" \
	'dnf: linux-kernel-test\.patch of kernel-6\.12\.117-200\.fc41\.src\.rpm does not apply: .' "and nothing is left"
REL=6.12.9-1.fc41.x86_64
new_root 6.12.9 fedora
complains "a package that dnf does not have: dnf's own words" 'dnf: dnf download kernel-6\.12\.9-1\.fc41: .*No package' fetch $REL
like "and that there is none to fetch" "$errors" 'the repositories that dnf knows publish no source package kernel-6\.12\.9-1\.fc41, so there is nothing'

# A signed package can still contain links that lead elsewhere.
REL=6.12.117-200.fc41.x86_64
cat >"$S/SOURCES/linux-kernel-test.patch" <<END
diff --git a/drivers/vfio/$F2 b/drivers/vfio/$F2
deleted file mode 100644
--- a/drivers/vfio/$F2
+++ /dev/null
$(sed 's/^/-/; 1s/^/@@ -1,4 +0,0 @@\n/' "$S/redhat/drivers/vfio/$F2")
diff --git a/drivers/vfio/$F2 b/drivers/vfio/$F2
new file mode 120000
--- /dev/null
+++ b/drivers/vfio/$F2
@@ -0,0 +1 @@
+$T/private
\ No newline at end of file
END
source_package
sign
new_root 6.12.117 fedora
refused "a patch that makes a link: refused" "and that is said" \
	"dnf: .*(holds drivers/vfio/$F2, which is no plain file|does not apply)"
is "a private file stays private" "$(stat -c %a "$T/private")" 600

done_testing
