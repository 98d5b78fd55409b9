# SPDX-License-Identifier: GPL-2.0-only
# Draws what a command printed, as a terminal shows it: text on standard input, SVG on standard output. `make docs`
# draws doctor's answer with it. The colors are those of the tool's own output.
{
	gsub(/&/, "\\&amp;")
	gsub(/</, "\\&lt;")
	gsub(/>/, "\\&gt;")
	line[NR] = $0
}

function color(text)
{
	if (text ~ /^  FAIL /)
		return "#f87171"
	if (text ~ /^  warn /)
		return "#facc15"
	if (NR_of == 1 || text == "Next")
		return "#ffffff"
	return "#d1d5db"
}

END {
	height = 17
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 %d\" role=\"img\" aria-label=\"%s\">\n", \
		NR * height + 32, label
	printf "<rect width=\"700\" height=\"%d\" rx=\"8\" fill=\"#111827\"/>\n", NR * height + 32
	print "<g font-family=\"ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"13.5\" xml:space=\"preserve\">"
	for (NR_of = 1; NR_of <= NR; NR_of++)
		printf "<text x=\"16\" y=\"%d\" fill=\"%s\">%s</text>\n", 12 + NR_of * height, color(line[NR_of]), line[NR_of]
	print "</g>\n</svg>"
}
