#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What make check says about commits, in a repository with a good one and bad ones.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/check/text.sh"

scratch
PROJECT=$T
note() {
	echo "note: $*"
}

commit() {
	git -c user.name=test -c user.email=test@localhost commit -q --allow-empty "$@"
}

# judged NAME EXPECTED SUBJECT [BODY]: compares the findings for such a commit.
judged() {
	commit -m "$3" ${4:+-m "$4"}
	is "$1" "$(COMMITS_SINCE=HEAD~1 check_commits | sed -n 's/^commit [0-9a-f]*: \[\([a-z]*\)\].*/\1/p' | xargs)" "$2"
}

git init -q
commit -m "first"
judged "a good one" "" "tool: accept PCI domains of five digits" "Some servers have them."
judged "without a prefix" prefix "Accept PCI domains of five digits" "Some servers have them."
judged "a long subject" "prefix length" "tool: $(printf '%068d' 0)x" "Why."
judged "too long by one" length "tests: $(printf 'a%.0s' {1..66})" "Why."
judged "without a body" body "docs: say more"
like "no history: it says so" "$(COMMITS_SINCE=0123456789012345678901234567890123456789 check_commits)" "^note: not in a clone"

done_testing
