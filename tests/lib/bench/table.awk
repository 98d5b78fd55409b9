# SPDX-License-Identifier: GPL-2.0-only
# table.awk SUMMARY: prints the output of summary.awk as a table; with -v markdown=1 in Markdown.

BEGIN {
	FS = "\t"
	row("", "stock", "fork off", "fork on", "off : stock", "on : stock")
	if (markdown)
		print "|---|--:|--:|--:|---|---|"
}

# Three significant digits.
function number(v) {
	return v == "-" ? "-" : sprintf(v >= 100 ? "%.0f" : v >= 10 ? "%.1f" : "%.2f", v)
}

function part(v) {
	return v < 0.1 ? sprintf("1/%.0f", 1 / v) : sprintf("%.2f", v)
}

function ratio(middle, low, high) {
	return middle == "-" ? "-" : part(middle) ($4 > 1 ? " (" part(low) "-" part(high) ")" : "")
}

function row(label, stock, off, on, off_ratio, on_ratio,   line) {
	if (markdown) {
		printf "| %s | %s | %s | %s | %s | %s |\n", label, stock, off, on, off_ratio, on_ratio
		return
	}
	line = sprintf("%-34s %9s %9s %9s   %-17s  %s", label, stock, off, on, off_ratio, on_ratio)
	sub(/ +$/, "", line)
	print line
}

$1 == ":" {
	if (markdown)
		row("**" $3 "**, " $2)
	else
		print $3 ", " $2
	next
}

# If nothing is compared, on has its own quartiles.
{
	on = number($7)
	on_ratio = ratio($11, $12, $13)
	if ($11 == "-" && $4 > 1)
		on_ratio = "(" number($14) "-" number($15) " " $2 ")"
	row((markdown ? "" : "  ") $3, number($5), number($6), on, ratio($8, $9, $10), on_ratio)
}
