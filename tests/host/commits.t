#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What make check says of commits, in a repository with a good one and bad ones.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/check/text.sh"

PROJECT=$(mktemp -d)
trap 'rm -rf "$PROJECT"' EXIT
cd "$PROJECT" || exit
note() {
	echo "note: $*"
}

# commit SUBJECT [BODY]
commit() {
	git -c user.name=test -c user.email=test@localhost commit -q --allow-empty -m "$1" ${2:+-m "$2"}
}

# said: of the last commit.
said() {
	COMMITS_SINCE=$(git rev-parse HEAD~1) check_commits | sed -n 's/^commit [0-9a-f]*: \[\([a-z]*\)\].*/\1/p' | xargs
}

git init -q
commit "first"
commit "tool: accept PCI domains of five digits" "Some servers have them."
is "a good one" "$(said)" ""
commit "Accept PCI domains of five digits" "Some servers have them."
is "without a prefix" "$(said)" prefix
commit "tool: $(printf '%068d' 0)x" "Why."
is "a long subject" "$(said)" "prefix length"
commit "tests: $(printf 'a%.0s' {1..66})" "Why."
is "too long by one" "$(said)" length
commit "docs: say more"
is "without a body" "$(said)" body
like "no history: it says so" "$(COMMITS_SINCE=0123456789012345678901234567890123456789 check_commits)" "^note: not in a clone"

done_testing
