# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# For the tests of packages. Packages are built by an ordinary user from an unpacked tarball, and
# installed into a layer over a kernel's root. Sourced after host.sh.

use_root
next=$version.1
# A folder that the user can reach; the project's tree may be elsewhere.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
# The tarball that packaging/make dist makes there.
tarball=$work/vfio-passfix-$version.tar.gz

# The way to the cache of compilers is closed to users, so they see theirs at /mnt.
as_user() {
	install -d -m 777 "$PASSFIX_TEST_CACHE/ccache-of-users"
	# shellcheck disable=SC2016 # it is for the inner shell
	unshare --mount sh -euc 'mount --bind "$0" /mnt && exec setpriv --reuid=65534 --regid=65534 --clear-groups \
		--inh-caps=-all env CCACHE_DIR=/mnt "$@"' "$PASSFIX_TEST_CACHE/ccache-of-users" HOME="$work/home" "$@"
}

# unpack TARBALL FOLDER: unpacks it under $work, owned by the user, and makes FOLDER.out for what is built.
unpack() {
	mkdir -p "$work/$2" "$work/$2.out" "$work/home"
	tar -C "$work/$2" --strip-components=1 -xf "$1"
	chown -R 65534:65534 "$work/$2" "$work/$2.out" "$work/home"
}

# build KIND FOLDER: runs make KIND as the user; the packages go to FOLDER.out.
build() {
	as_user make -C "$work/$2" "$1" OUT="$work/$2.out" >"$work/$2.log" 2>&1 ||
		{ tail -n 30 "$work/$2.log" >&2; return 1; }
}

# build_next COMMAND...: makes the next release from the tarball, in "second", and its packages with
# the command, to which that folder is passed.
build_next() {
	unpack "$tarball" second
	find "$work/second/packaging" "$work/second/dkms.conf" -type f -print0 |
		xargs -0 sed -Ei "s/(^|[^0-9.])$(literal "$version")([^0-9.]|\\.[^0-9]|\$)/\\1$next\\2/g"
	ok "the next version builds" "$@" second
}

# build_previous KIND: makes the packages of the release before this one, in "previous".
build_previous() {
	unpack_previous "$work/previous"
	mkdir -p "$work/previous.out"
	chown -R 65534:65534 "$work/previous" "$work/previous.out"
	ok "the release before this one builds" build "$1" previous
}

# upgrades COMMAND...: installs the release before this one, then files like those that its setup writes, and
# then this release. COMMAND, with the names of the packages appended, installs them.
upgrades() {
	local files=(/etc/modprobe.d/vfio-passfix.conf /var/lib/vfio-passfix/setup/journal.json) before old
	old=$(tail -n 1 "$PROJECT/packaging/releases" | cut -f1)
	ok "the release before is installed" "$@" "$work/previous.out"/*
	in_root sh -c 'mkdir -p /var/lib/vfio-passfix/setup
		echo options vfio_passfix pass_fix=1 devices=1002:744c >"$0"; echo "{}" >"$1"' "${files[@]}"
	before=$(in_root sha256sum "${files[@]}")
	ok "it is upgraded" "$@" "$work/first.out"/*
	is "the tool is there" "$(in_root vfio-passfix --version)" "vfio-passfix $version"
	is "what setup wrote is as it was" "$(in_root sha256sum "${files[@]}")" "$before"
	is "nothing of the version before is left" "$(in_root find /usr/src /var/lib/dkms /usr/lib/vfio-passfix \
		-name "$old" -o -name "vfio-passfix-$old" -o -path /usr/lib/vfio-passfix/dkms-setup 2>/dev/null)" "$old_programs"
	in_root rm -r /var/lib/vfio-passfix "${files[0]}"
}
# Where the release before had its programs, if they are still there for a reason.
old_programs=

# All files except those that any use of the system changes, and those of a kernel that was
# installed in between.
snapshot() {
	in_root find / -xdev -not -path '/proc/*' -not -path '/dev/*' -not -path '/tmp/*' \
		-not -path '/var/cache/apt/*' -not -path '/var/lib/apt/*' -not -path '/var/log/*' \
		-not -path '/var/cache/ldconfig/*' -not -path '/var/cache/debconf/*' \
		-not -path '/project/*' -not -name '*.pyc' -not -path "*${updated%-*}*" | sort
}

changes() {
	diff <(echo "$1") <(snapshot) | sed -n 's/^[<>] //p'
}

# fix_for RELEASE: the version of the fix that dkms has installed. (The fork has that of type1.)
fix_for() {
	in_root sh -c "modinfo -k $1 -F filename vfio_passfix | grep -q updates/dkms/ &&
		modinfo -k $1 -F version vfio_passfix" 2>/dev/null
}

has_fork() {
	in_root modinfo -k "$1" -F filename vfio_iommu_type1_passfix | grep -q updates/dkms/
}

# Reuse what was fetched for earlier tests.
fill_cache() {
	in_root cp -aT /var/cache/vfio-passfix-tests /var/cache/vfio-passfix
}

# staged [VARIABLE=VALUE]: the files that make install puts in place, without the documents.
staged() {
	local to=$work/staged
	rm -rf "$to"
	make_tool >&2
	make -s -C "$PROJECT" install-files DESTDIR="$to" OUT="$PASSFIX_BUILD/tools" "$@" >&2 && (cd "$to" && find . ! -type d) |
		sed 's/^\.//; /^\/usr\/share\/doc\//d' | sort
}

# stand_in_for_tool PROGRAM: looks as if a card were set up, so that the setup must be undone before
# the program is removed. Undoing it succeeds only if /tmp/may exists.
stand_in_for_tool() {
	# shellcheck disable=SC2016 # it is for the script's shell
	in_root sh -c 'mkdir -p /var/lib/vfio-passfix/setup
		printf "#!/bin/sh\necho \$@ >/tmp/said; test -e /tmp/may\n" >"$0"' "$1"
}

# lost_links FOLDER: prints the dead links in the documents there, and a message if there are too
# few links.
lost_links() {
	local document link count=0
	# shellcheck disable=SC2016 # Markdown's backticks
	while IFS=: read -r document link; do
		count=$((count + 1))
		[[ -e ${document%/*}/${link%%#*} ]] || echo "${document#"$1"/}: $link"
	done < <(grep -rvE '^    ' --include='*.md' "$1" | sed 's/`[^`]*`//g' | grep -oE '^[^:]+:|\]\([^)#:][^):]*\)' |
		awk '/:$/ { document = $0; next } { print document substr($0, 3, length($0) - 3) }')
	((count > 20)) || echo "only $count links were seen in $1"
}
