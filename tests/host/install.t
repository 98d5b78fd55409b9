#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The files that make install puts in place, here and on a distribution other than Debian: modes,
# documents, first lines.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/packages.sh"

# lay MASK FOLDER [VARIABLE=VALUE]...: installs with that umask, from a tree that was made with it.
lay() {
	(umask "$1" && make -s -C "$PROJECT" install-files DESTDIR="$work/$2" OUT="$PASSFIX_BUILD/tools" "${@:3}")
}

modes() {
	(cd "$work/$1" && find . ! -type l -printf '%m %p\n' | sort -k 2)
}

# Files that begin like a program.
programs() {
	(cd "$work/$1" && find . -type f -exec grep -lam 1 $'^\(#!\|\x7fELF\)' {} + | sort)
}

make_tool
ok "make install-files, with a umask of 000" lay 000 open
ok "and of 077" lay 077 closed
is "the modes are the same" "$(diff <(modes open) <(modes closed))" ""
is "nobody else can write to any of them" "$(find "$work/open" ! -type l -perm /022)" ""
is "there are three kinds" "$(find "$work/open" -mindepth 1 -printf '%m%y\n' | sort -u | xargs)" "644f 755d 755f"
is "what can be run is what is a program" "$(cd "$work/open" && find . -type f -perm 755 | sort)" "$(programs open)"
is "each names its shell as rpmlint has it" "$(cd "$work/open" && programs open | xargs grep -l '^#!.*/env ')" ""

is "each link of the documents leads somewhere" "$(lost_links "$work/open/usr/share/doc/vfio-passfix")" ""
is "the tree for dkms has no document" "$(find "$work/open/usr/src" -name '*.md')" ""

debian='/etc/\|/initramfs-tools/\|/vendor-completions/'
like "Debian's hooks are laid down on Debian" "$(modes open)" "/etc/kernel/postinst\.d/00-vfio-passfix"
ok "make install-files for another distribution" lay 022 other DEBIAN=
is "without what is Debian's" "$(modes other | grep "$debian")" ""
is "and with what differs there" "$(cd "$work/other" && find . -type f | grep zsh)" "./usr/share/zsh/site-functions/_vfio-passfix"

# modprobe's rule runs its program in SELinux's domain kmod_t, which may run programs in libexec.
like "what modprobe runs is in libexec" "$(cat "$work/open/usr/lib/modprobe.d/vfio-passfix.conf")" \
	'^install vfio_iommu_type1 .*/usr/libexec/vfio-passfix/load-type1'
is "and so is the rest" "$(cd "$work/open" && find usr/lib/vfio-passfix usr/libexec -type f 2>/dev/null | sort | xargs)" \
	"$(printf 'usr/libexec/vfio-passfix/%s\n' dkms-setup kernel-source load-type1 shared.sh | xargs)"

# An older version had its programs in another folder.
mkdir -p "$work/open/usr/lib/vfio-passfix"
touch "$work/open/usr/lib/vfio-passfix/load-type1"
ok "installing over an older version" lay 022 open
nok "takes away what lies elsewhere now" test -e "$work/open/usr/lib/vfio-passfix"
ok "make uninstall" make -s -C "$PROJECT" uninstall DESTDIR="$work/open"
is "leaves no file" "$(find "$work/open" ! -type d)" ""
is "nor folder of ours" "$(find "$work/open" -name '*passfix*')" ""

done_testing
