#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tarball from which packages are made has the tree, and no files of git, whoever makes it: also
# root in a user's clone, where git refuses to work, and without git.
# needs: root
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/packages.sh"

# Ignore this host's configuration of git.
export HOME=$work/home GIT_CONFIG_NOSYSTEM=1
tarball=vfio-passfix-$version.tar.gz

git_as_user() {
	as_user git -C "$work/clone" -c user.name=Somebody -c user.email=somebody@example.org "$@"
}

# dist CLONE FOLDER [COMMAND]...: makes the tarball there.
dist() {
	mkdir -p "$work/$2"
	chown 65534:65534 "$work/$2"
	"${@:3}" "$work/$1/packaging/make" dist "$work/$2"
}

contents() {
	tar -tzf "$work/$1/$tarball" | sed "s|^vfio-passfix-$(literal "$version")/||" | sort
}

"$PROJECT/packaging/make" dist "$work" >/dev/null
unpack "$work/$tarball" clone
touch "$work/clone/.gitignore"
chown 65534 "$work/clone/.gitignore"
tree=$(cd "$work/clone" && find . ! -type d -printf '%P\n' | sort)
as_user sh -c "echo '*.o' >>'$work/clone/.gitignore'"
git_as_user init -q
git_as_user add .
git_as_user commit -q -m 'A commit'
# Files that were built, and new files that are not committed.
as_user touch "$work/clone/src/main.o" "$work/clone/docs/new.md"
tree=$(printf '%s\n' "$tree" docs/new.md | sort)

ok "the owner of a clone makes the tarball" dist clone owner as_user
is "the tree is in it, and what is not committed, but not what was built" "$(contents owner)" "$tree"
like "git refuses root there" "$(git -C "$work/clone" rev-parse 2>&1)" 'dubious ownership'
ok "root makes it, too" dist clone root
is "nothing of git's is in it" "$(contents root | grep '\(^\|/\)\.git\(/\|$\)')" ""
ok "it is the same, to the byte" cmp "$work/owner/$tarball" "$work/root/$tarball"

mkdir "$work/bin"
printf '#!/bin/sh\nexit 127\n' >"$work/bin/git"
chmod 755 "$work/bin/git"
ok "without git it is made as well" dist clone without env PATH="$work/bin:$PATH"
is "with nothing of git's in it" "$(contents without | grep '\(^\|/\)\.git\(/\|$\)')" ""

git_as_user worktree add -q "$work/home/other" 2>/dev/null
ok "and in a worktree, where .git is a file" dist home/other worktree
is "with nothing of git's in it" "$(contents worktree | grep '\(^\|/\)\.git\(/\|$\)')" ""
ok "without git, too" dist home/other worktree env PATH="$work/bin:$PATH"
is "with nothing of git's in it" "$(contents worktree | grep '\(^\|/\)\.git\(/\|$\)')" ""

# A release that was unpacked inside another repository does not belong to that.
rm -rf "$work/clone/.git"
as_user git init -q "$work/home"
unpack "$work/root/$tarball" home/release
as_user git -C "$work/home" -c user.name=S -c user.email=s@example.org commit -q --allow-empty -m Other
ok "in a release that lies in another repository" dist home/release release as_user
ok "it is the same again" cmp "$work/root/$tarball" "$work/release/$tarball"

done_testing
