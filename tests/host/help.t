#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What vfio-passfix says about its commands: help and the manual page; and the completions, which must
# agree.
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"

# GLib prints help in the encoding of the locale.
export LC_ALL=C.UTF-8
# So that each summary is one line.
export COLUMNS=100

need_tool

scratch
mkdir root

# run WORDS...: sets $code, $output and $errors. No command finds anything in this root.
run() {
	output=$("$tool" --root root "$@" 2>errors)
	code=$?
	errors=$(<errors)
}

diag "the program"
succeeds "--help: 0, on standard output" --help
help=$output
mapfile -t commands < <(sed -n '/^Commands:/,/^$/s/^  \([a-z-]\+\( [a-z]\+\)\?\)  .*/\1/p' <<<"$help")
is "it lists the commands" "$(printf '%s\n' "${commands[@]}" | sort)" \
	"$(grep -rhoP '^\t\.name = "\K[^"]+' "$PROJECT/tools/vfio-passfix/cmd" | sort)"
first_words=$(printf '%s\n' "${commands[@]%% *}" | sort -u | xargs)
is "their summaries begin in one column" \
	"$(sed -n '/^Commands:/,/^$/s/^\(  [a-z-]\+\( [a-z]\+\)\?   *\)[a-z].*/\1/p' <<<"$help" | awk '{ print length }' | sort -u | wc -l)" 1
like "and the options before the command" "$help" '--root=DIR '
like "and what it ends with" "$help" '^  64 +The command line is wrong'
unlike "no line is longer than 100 characters" "$help" '.{101}'
run
is "no command: 64, and the same on standard error" "$code:$output:$errors" "64::$help"
answers "--version" '^0 vfio-passfix [0-9.]+$' --version
answers "version" '^0 vfio-passfix [0-9.]+$' version
is "help: as --help" "$("$tool" help)" "$help"
while IFS=: read -r typed meant; do
	# shellcheck disable=SC2086 # words
	run $typed
	like "$typed: did you mean $meant?" "$code $errors" "^64 .*\(did you mean $meant\?\)"
done <<'END'
docter:doctor
stauts:status
setpu gpu:setup
rom chexk x:rom check
setup gpu --aply:--apply
--rot x status:--root
END
run nonsense
unlike "nonsense: nothing is meant" "$errors" 'did you mean'
run rom
like "rom: takes another word" "$errors" 'rom check or rom cut or rom dump'
for words in "nonsense" "rom" "rom nonsense" "--nonsense" "do" "--root"; do
	# shellcheck disable=SC2086
	run $words
	is "$words: 64, and nothing on standard output" "$code:$output" 64:
	like "$words: with a word, and where to look" "$errors" '^vfio-passfix: .+; see: vfio-passfix --help$'
done

diag "each command"
for command in "${commands[@]}"; do
	read -ra words <<<"$command"
	succeeds "$command --help: 0" "${words[@]}" --help
	usage=$(sed -n 2p <<<"$output")
	like "$command: its usage" "$usage" "^  vfio-passfix $command \\["
	is "$command: its summary" "$(sed -n 4p <<<"$output" | tr '[:upper:]' '[:lower:]' | cut -c -30 | sed 's/\.$//')" \
		"$(grep -m 1 "^  $command  " <<<"$help" | sed "s/^  $command *//" | tr '[:upper:]' '[:lower:]' | cut -c -30)"
	like "$command: which is a sentence" "$(sed -n 4p <<<"$output")" '^[A-Z]'
	like "$command: options" "$output" '--help '
	unlike "$command: no line is longer than 100 characters" "$output" '.{101}'
	is "$command: where there is no terminal, than 80" "$(env -u COLUMNS "$tool" "${words[@]}" --help | grep -E '.{81}')" ""
	is "$command: where COLUMNS says so, than 60, but for commands" "$(COLUMNS=60 "$tool" "${words[@]}" --help | grep -v '^    [a-z]' | grep -E '.{61}')" ""
	is "help $command: the same" "$("$tool" help "${words[@]}")" "$output"

	# After [OPTION...], whose dots depend on the locale.
	arguments=${usage#*] }
	[[ $usage == *'] '* ]] || arguments=''
	read -ra arguments <<<"$arguments"
	least=$(printf '%s\n' "${arguments[@]}" | grep -c '^[A-Z]')
	many=()
	[[ ${arguments[*]} != *...* ]] || mapfile -t many < <(seq 16)
	run "${words[@]}" "${arguments[@]}" "${many[@]}" one-too-many
	like "$command: an argument too many: 64" "$code $output$errors" "^64 vfio-passfix: $command takes .*; see: vfio-passfix $command --help\$"
	if ((least)); then
		run "${words[@]}" "${arguments[@]:1:least-1}"
		like "$command: one missing: 64" "$code $output$errors" "^64 vfio-passfix: $command takes .*; see: vfio-passfix $command --help\$"
	fi
	run "${words[@]}" --nonsense
	like "$command: an unknown option: 64" "$code $output$errors" '^64 vfio-passfix: .*--nonsense; see: '
done
like "where standard output is full, that is said" "$("$tool" --version 2>&1 >/dev/full)" \
	'^vfio-passfix: cannot write all of the output'
is "and is no answer: 3, whatever doctor found" \
	"$("$tool" --version 2>/dev/null >/dev/full; echo $?; "$tool" --root root doctor 2>/dev/null >/dev/full; echo $?)" $'3\n3'

# options COMMAND: the options in its help, a line each: name, value, description.
options() {
	# shellcheck disable=SC2086 # a word each
	"$tool" $1 --help | sed -E ':join; N; $!b join; s/\n {8,}/ /g' | sed -nE 's/^  (-., )?--([a-z-]+)(=([^ ]+))?  +(.*)/--\2\t\4\t\5/p' |
		sed 's/^--help\t.*/--help\t\tPrint this help/'
}

diag "the manual page"
"$tool" --manual "$PROJECT/tools/vfio-passfix/vfio-passfix.8.in" >vfio-passfix.8
is "it is made" $? 0
is "and nothing is left to be filled in" "$(grep @ vfio-passfix.8 | grep -v '^\.\\"')" ""
lint=$(mandoc -T lint -W warning vfio-passfix.8 2>&1)
is "mandoc has nothing to warn of" "$?:$lint" 0:
page=$(mandoc -T utf8 -O width=200 vfio-passfix.8 | sed 's/.\x08//g')
is "its sections" "$(grep -E '^[A-Z][A-Z ]+$' <<<"$page" | xargs -d '\n')" \
	"NAME SYNOPSIS DESCRIPTION COMMANDS OPTIONS FILES EXIT STATUS EXAMPLES SEE ALSO"
for command in "${commands[@]}"; do
	read -ra words <<<"$command"
	like "$command: in the synopsis" "$(sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' <<<"$page")" "vfio-passfix \[--root DIR\] $command( |\$)"
	section=$(sed -n "/^     $command\( \|\$\)/,/^     [a-z]/p" <<<"$page")
	# The help without its first and last paragraph, which are the summary and what DEVICE is.
	text=$("$tool" "${words[@]}" --help | sed '1,5d; /^DEVICE is the /,$d; /^Options:/,$d' | tr -s ' \n' ' ')
	ok "$command: all that the help says" grep -qF -- "${text% }" <(tr -s ' \n' ' ' <<<"$section")
	for option in $(options "$command" | cut -f 1 | grep -vx -- --help); do
		like "$command: $option" "$section" "^ +$option( |\$)"
	done
done
like "a minus stays one, to be copied" "$(grep -F 'win11.xml' vfio-passfix.8)" '\\-\\-domain win11'
unlike "and no line of text is taken for a request" "$(mandoc -T lint vfio-passfix.8 2>&1)" 'unknown macro'

diag "completions"
mkdir shell
completions=$PROJECT/tools/completions
cp "$completions/vfio-passfix.bash" shell/completion.bash
cp "$completions/vfio-passfix.zsh" shell/_vfio-passfix
cp "$completions/vfio-passfix.fish" shell/vfio-passfix.fish
ok "bash takes its own" bash -n shell/completion.bash
ok "zsh, its own" zsh -n shell/_vfio-passfix
ok "fish, its own" fish --no-execute shell/vfio-passfix.fish
is "bash: nothing is printed when it is read" "$(bash -uc '. shell/completion.bash' 2>&1)" ""

# Calls the completion function as bash does, which splits words at ':' and '=', too.
complete_in_bash() {
	bash -uc '
		. shell/completion.bash
		COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9
		mapfile -t COMP_WORDS < <(sed "s/[:=]\+/ & /g; s/  */\n/g" <<<"$1")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_vfio_passfix vfio-passfix "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
		printf "%s\n" "${COMPREPLY[@]}"
	' bash "$1" | sort | xargs
}

# The completions of a device. In a container there may be only "gpu".
devices=$(find /sys/bus/pci/devices -mindepth 1 -printf "%f\n" 2>/dev/null | sort)
touch one.rom two.rom
mkdir folder
is "the commands" "$(complete_in_bash 'vfio-passfix ')" "$first_words"
is "one of them" "$(complete_in_bash 'vfio-passfix do')" doctor
is "a command of two words" "$(complete_in_bash 'vfio-passfix rom ')" "check cut dump"
is "the program's options" "$(complete_in_bash 'vfio-passfix --')" "--help --root --version"
is "folders for --root" "$(complete_in_bash 'vfio-passfix --root ')" "folder root shell"
is "and the commands behind it" "$(complete_in_bash 'vfio-passfix --root folder st')" status
is "DEVICE" "$(complete_in_bash 'vfio-passfix xml ')" "$(printf '%s\n' $devices gpu | sort | xargs)"
is "but once" "$(complete_in_bash 'vfio-passfix xml gpu ')" ""
is "FILE" "$(complete_in_bash 'vfio-passfix rom check o')" one.rom
is "DEVICE behind FILE" "$(complete_in_bash 'vfio-passfix rom check one.rom g')" gpu
is "and FILE behind DEVICE" "$(complete_in_bash 'vfio-passfix rom dump 0000:03:00.0 t')" two.rom
is "an option's FILE" "$(complete_in_bash 'vfio-passfix xml --rom o')" one.rom
is "behind a =, too" "$(complete_in_bash 'vfio-passfix xml --rom=o')" one.rom
is "nothing for a value that is a word" "$(complete_in_bash 'vfio-passfix xml --domain ')" ""
is "which is no argument" "$(complete_in_bash 'vfio-passfix xml --domain win11 g')" gpu
is "no option behind --" "$(complete_in_bash 'vfio-passfix rom check -- --js')" ""
if [[ $devices ]]; then
	address=$(head -n 1 <<<"$devices")
	is "an address: what is behind the last ':'" \
		"$(complete_in_bash "vfio-passfix xml ${address%.*}" | xargs -n 1 | head -n 1)" "${address##*:}"
fi

# The real thing: a terminal, words, TAB.
printf 'vfio-passfix %s\n' doc 'rom ch' 'rom check on' 'xml --with' 'xml --rom tw' '--root fold' 'xml gp' >typed
printf 'vfio-passfix %s\n' 'doctor ' 'rom check ' 'rom check one.rom ' 'xml --with-display ' 'xml --rom two.rom ' \
	'--root folder/' 'xml gpu ' >expected
address=$(sed -n '$p' <<<"$devices")
# If only the last digit is missing, TAB always completes.
if [[ $address && $(grep -c "^${address%?}" <<<"$devices") == 1 ]]; then
	echo "vfio-passfix xml ${address%?}" >>typed
	echo "vfio-passfix xml $address " >>expected
fi
for shell in bash zsh; do
	is "TAB in $shell" "$("$TESTS/lib/tab" "$shell" shell <typed 2>&1)" "$(<expected)"
done
# fish completes on demand, without a terminal.
complete_in_fish() {
	HOME=$T fish --no-config -c 'source shell/vfio-passfix.fish; complete -C $argv[1]' "$1"
}
is "fish: a command" "$(complete_in_fish 'vfio-passfix do' | cut -f 1)" doctor
like "with its summary" "$(complete_in_fish 'vfio-passfix do')" "$(printf 'doctor\tcheck ')"
is "fish: all of them" "$(complete_in_fish 'vfio-passfix ' | cut -f 1 | sort | xargs)" "$first_words"
is "fish: of two words" "$(complete_in_fish 'vfio-passfix rom ' | cut -f 1 | xargs)" "check cut dump"
is "fish: FILE" "$(complete_in_fish 'vfio-passfix rom check o' | cut -f 1)" one.rom
is "fish: DEVICE behind it" "$(complete_in_fish 'vfio-passfix rom check one.rom g' | cut -f 1)" gpu
is "fish: an option's FILE" "$(complete_in_fish 'vfio-passfix xml --rom o' | cut -f 1)" one.rom
is "fish: what options take is no argument" "$(complete_in_fish 'vfio-passfix --root root xml --domain win11 g' | cut -f 1)" gpu
is "fish: nothing for a word" "$(complete_in_fish 'vfio-passfix xml --domain ')" ""
is "fish: folders for --root" "$(complete_in_fish 'vfio-passfix --root f' | cut -f 1)" folder/

diag "completions against help"
# arguments COMMAND: the words after [OPTION...] in its usage.
arguments() {
	# shellcheck disable=SC2086
	"$tool" $1 --help | sed -n '2s/^[^]]*] *//p' | xargs -n 1
}

# In zsh, what a command passes to _arguments.
zsh_arguments() {
	zsh -fc '_arguments() { print -rl -- "$@" }; compdef() { }; . ./shell/_vfio-passfix; $1' zsh "_vfio_passfix${1:+_}${1//[ -]/_}"
}
declare -A offered=([FILE]=one.rom [OUT]=one.rom [DIR]=folder/ [DEVICE]=gpu [GUEST]='' ['start|end']=start) \
	typed_for=([FILE]=on [OUT]=on [DIR]=fol [DEVICE]=g [GUEST]=win ['start|end']=s) \
	zsh_action=([FILE]=_files [OUT]=_files [DIR]='_files -/' [DEVICE]=_vfio_passfix_devices [GUEST]=' ' ['start|end']='(start end)')

summaries=$(sed -nE '/^Commands:/,/^$/s/^  ([a-z-]+) ([a-z]+ )? +(.*)/\1\t\3/p' <<<"$help" |
	awk -F '\t' '{ text[$1] = text[$1] (text[$1] ? "; " : "") $2 } END { for (name in text) print name "\t" text[name] }' | sort)
is "fish: the commands, with their summaries" "$(complete_in_fish 'vfio-passfix ' | sort)" "$summaries"
is "zsh: the same" "$(zsh -fc '_arguments() { state=command }; compdef() { }
	_describe() { print -rl -- "${commands[@]}" }; . ./shell/_vfio-passfix; _vfio_passfix' | sed 's/:/\t/; s/\\:/:/g' | sort)" "$summaries"

for command in '' "${commands[@]}"; do
	line="vfio-passfix${command:+ }$command" name=${command:-the program}
	options "$command" >said
	is "$name: bash has its options" "$(complete_in_bash "$line --")" "$(cut -f 1 said | sort | xargs)"
	is "$name: fish has them, and what is said of each" "$(complete_in_fish "$line --" | sort)" "$(cut -f 1,3 said | sort)"
	zsh_arguments "$command" >zsh
	is "$name: so has zsh" "$(grep -E '^\*?--' zsh | sed -E 's/^\*?(--[a-z-]+)=?\[(.*)\].*/\1\t\2/; s/\\:/:/g' | sort)" \
		"$(cut -f 1,3 said | sort)"
	while read -r option value; do
		word=${typed_for[$value]-o} wanted=${offered[$value]-}
		is "$name $option: bash offers ${wanted:-nothing}" "$(complete_in_bash "$line $option $word")" "${wanted%/}"
		is "$name $option: fish, too" "$(complete_in_fish "$line $option $word" | cut -f 1)" "$wanted"
		ok "$name $option: zsh, too" grep -qE -- "^\*?$option=\[.*\]:${value//:/\\\\:}:${zsh_action[$value]- }\$" zsh
	done < <(awk -F '\t' '$2 { print $1, $2 }' said)
	[[ $command ]] || continue
	number=0 before=''
	for argument in $(arguments "$command"); do
		number=$((number + 1)) bare=${argument//[].[]/} colons=:
		[[ $argument != '['* ]] || colons=::
		place=$number$colons
		[[ $argument != *...* ]] || place='*:'
		is "$name, argument $number: bash offers ${offered[$bare]}" "$(complete_in_bash "$line$before ${typed_for[$bare]}")" "${offered[$bare]}"
		is "$name, argument $number: fish, too" "$(complete_in_fish "$line$before ${typed_for[$bare]}" | cut -f 1)" "${offered[$bare]}"
		ok "$name, argument $number: zsh, too" grep -qxF "$place$bare:${zsh_action[$bare]}" zsh
		before+=" ${offered[$bare]:-any}"
		[[ $argument == *...* ]] || continue
		is "$name: and another: bash" "$(complete_in_bash "$line$before ${typed_for[$bare]}")" "${offered[$bare]}"
		is "$name: and another: fish" "$(complete_in_fish "$line$before ${typed_for[$bare]}" | cut -f 1)" "${offered[$bare]}"
	done
done

done_testing
