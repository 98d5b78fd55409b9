# SPDX-License-Identifier: GPL-2.0-only
# compare.awk HUNKS STOCK FIX: compares the lines of two players. For each episode, the first
# operation with another answer must match a row of the table. Only the first, because after it the
# states of that episode differ. Prints what no row allows, and for each row how often it matched.
BEGIN { FS = "\t+" }

FNR == 1 { file++ }

file == 1 && !/^#/ {
	hunk[++rows] = $1; kind[rows] = $2; remark[rows] = $3; from[rows] = $4; to[rows] = $5
}
file == 2 && /^# [0-9]/ { split($0, word, " "); stock[word[2]] = $0 }
file == 3 && /^# [0-9]/ { compare($0) }
file == 3 && /^# episode/ { differed = 0 }

# The answer, and the other data from the kernel.
function answer(line) { sub(/.* -> /, "", line); sub(/ .*/, "", line); return line }
function question(line) { sub(/ -> .*/, "", line); return line }

# GET_INFO: everything but the ranges and the bytes, which change with the number of ranges.
function rest(line) {
	sub(/.* -> [^ ]*/, "", line)
	gsub(/ bytes=#[0-9a-f]*| \(ranges[^)]*\)/, "", line)
	return line
}

# If stock has more ranges, they may not have fitted into the argument.
function too_small(line) { return line ~ /\(ranges\)$/ }

function whole(text, pattern) { return text ~ "^(" pattern ")$" }

function row_of(ours, fixed,   word, i) {
	if (question(ours) != question(fixed))
		return 0
	split(ours, word, " ")
	for (i = 1; i <= rows; i++)
		if (whole(word[3], kind[i]) && question(ours) ~ remark[i] &&
		    whole(answer(ours), from[i]) && whole(answer(fixed), to[i]) &&
		    (answer(ours) != answer(fixed) || word[3] == "info" &&
		     (rest(ours) == rest(fixed) || too_small(ours))))
			return i
	return 0
}

function compare(line,   word, ours, row) {
	split(line, word, " ")
	ours = stock[word[2]]
	if (differed || ours == line)
		return
	differed = 1
	row = row_of(ours, line)
	met[row]++
	if (!row)
		print "not allowed:\n  stock: " ours "\n  fix:   " line
}

END {
	for (i = 1; i <= rows; i++)
		printf "hunk %s: %s %s, %s becomes %s: %d times\n", hunk[i], kind[i], remark[i],
			from[i], to[i], met[i]
}
