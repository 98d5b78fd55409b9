# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# For the tests of packages: they are built as a user would, from an unpacked tarball, and
# go into a layer over a kernel's root. Sourced after host.sh.

use_root
next=$version.1
# Where a user gets to, which the project's tree need not be.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
# What packaging/make dist makes there.
tarball=$work/vfio-passfix-$version.tar.gz

as_user() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
		env HOME="$work/home" "$@"
}

# unpack TARBALL FOLDER: under $work, belonging to the user; FOLDER.out is for what is built.
unpack() {
	mkdir -p "$work/$2" "$work/$2.out" "$work/home"
	tar -C "$work/$2" --strip-components=1 -xf "$1"
	chown -R 65534:65534 "$work/$2" "$work/$2.out" "$work/home"
}

# build KIND FOLDER: the user makes the packages of make KIND, which go to FOLDER.out.
build() {
	as_user make -C "$work/$2" "$1" OUT="$work/$2.out" >"$work/$2.log" 2>&1 ||
		{ tail -n 30 "$work/$2.log" >&2; return 1; }
}

# build_next COMMAND...: makes the next release of the tarball, in "second", and its packages by
# the command, which is given that folder.
build_next() {
	unpack "$tarball" second
	find "$work/second/packaging" "$work/second/dkms.conf" -type f -print0 |
		xargs -0 sed -i "s/\b$(literal "$version")\b/$next/g"
	ok "the next version builds" "$@" second
}

# All files but those that any use of the system touches, and those of a kernel that came
# in between.
updated=/none
snapshot() {
	in_root find / -xdev -not -path '/proc/*' -not -path '/dev/*' -not -path '/tmp/*' \
		-not -path '/var/cache/apt/*' -not -path '/var/lib/apt/*' -not -path '/var/log/*' \
		-not -path '/var/cache/ldconfig/*' -not -path '/var/cache/debconf/*' \
		-not -path '/project/*' -not -name '*.pyc' -not -path "*${updated%-*}*" | sort
}

changes() {
	diff <(echo "$1") <(snapshot) | sed -n 's/^[<>] //p'
}

# fix_for RELEASE: the version of the fix that dkms has installed. (The fork's is type1's own.)
fix_for() {
	in_root sh -c "modinfo -k $1 -F filename vfio_passfix | grep -q updates/dkms/ &&
		modinfo -k $1 -F version vfio_passfix" 2>/dev/null
}

has_fork() {
	in_root modinfo -k "$1" -F filename vfio_iommu_type1_passfix | grep -q updates/dkms/
}

# update_kernel: as apt does it: the newest of the other releases that has its headers
# and its source, which is kept for the next time; leaves $updated.
update_kernel() {
	local candidate
	for candidate in $(in_root apt-cache search --names-only "^linux-headers-$(kernel_field "$name" releases)\$" |
		sed 's/^linux-headers-\([^ ]*\) .*/\1/' | grep -vx "$release" | sort -Vr | head -n 3); do
		PASSFIX_CACHE=/var/cache/vfio-passfix-tests in_root sh -c \
			"INITRD=No apt-get install -qq -y --no-install-recommends linux-headers-$candidate" >/dev/null 2>&1 && {
			updated=$candidate
			return
		}
		diag "linux-headers-$candidate cannot be had"
	done
}

# What was fetched before for the tests need not be again.
fill_cache() {
	in_root cp -aT /var/cache/vfio-passfix-tests /var/cache/vfio-passfix
}

# staged [VARIABLE=VALUE]: the files that make install lays down, but the documents.
staged() {
	local to=$work/staged
	rm -rf "$to"
	make_tool >&2
	make -s -C "$PROJECT" install-files DESTDIR="$to" OUT="$PASSFIX_BUILD/tools" "$@" >&2 && (cd "$to" && find . ! -type d) |
		sed 's/^\.//; /^\/usr\/share\/doc\//d' | sort
}

# stand_in_for_tool PROGRAM: as if a card were set up, which would call for a program that
# is gone, so that is undone first. What undoes it succeeds only where there is /tmp/may.
stand_in_for_tool() {
	# shellcheck disable=SC2016 # it is for the script's shell
	in_root sh -c 'mkdir -p /var/lib/vfio-passfix/setup
		printf "#!/bin/sh\necho \$@ >/tmp/said; test -e /tmp/may\n" >"$0"' "$1"
}

# lost_links FOLDER: the links of the documents in it that lead nowhere, and a word if there
# are too few.
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
