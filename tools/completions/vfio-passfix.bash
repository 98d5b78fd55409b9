# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# bash completion for vfio-passfix; the package bash-completion is not needed.
# tests/host/help.t compares it with the program's own list of commands and options.

# The words that may follow a command, or the first words of a command.
_vfio_passfix_next()
{
	case $1 in
	'') echo 'doctor status groups bind unbind setup remove hand-over xml rom report' ;;
	rom) echo 'check cut dump' ;;
	esac
}

_vfio_passfix_options()
{
	case $1 in
	'') echo '--root --version --help' ;;
	doctor) echo '--all --json --help' ;;
	status | groups | 'rom check') echo '--json --help' ;;
	bind) echo '--only --timeout --expect --at-boot --force --json --help' ;;
	unbind) echo '--only --timeout --json --help' ;;
	setup) echo '--apply --force --only --on-demand --stop-desktop --json --help' ;;
	hand-over) echo '--dry-run --timeout --help' ;;
	remove) echo '--apply --force --json --help' ;;
	xml) echo '--rom --iommufd --domain --memory --cpus --disk --cdrom --with-display --help' ;;
	'rom cut' | 'rom dump') echo '--force --help' ;;
	report) echo '--vendor --help' ;;
	esac
}

# COMMAND OPTION: prints the kind of the option's value; nothing if it takes no value.
_vfio_passfix_value()
{
	case $1 in
	' --root') echo folder ;;
	'xml --rom' | 'xml --disk' | 'xml --cdrom') echo file ;;
	'bind --timeout' | 'bind --expect' | 'unbind --timeout') echo word ;;
	'setup --on-demand' | 'hand-over --timeout') echo word ;;
	'xml --domain' | 'xml --memory' | 'xml --cpus') echo word ;;
	esac
}

# COMMAND N: prints the kind of its argument N, counted from 0.
_vfio_passfix_argument()
{
	case $1 in
	'doctor 0' | 'groups 0' | 'bind 0' | 'unbind 0' | 'xml 0') echo device ;;
	'setup '* | 'remove '*) echo device ;;
	'hand-over 1') echo way ;;
	'rom check 0') echo file ;;
	'rom check 1') echo device ;;
	'rom cut 0' | 'rom cut 1') echo file ;;
	'rom dump 0') echo device ;;
	'rom dump 1' | 'report 0') echo file ;;
	esac
}

_vfio_passfix_devices()
{
	local device

	echo gpu
	for device in /sys/bus/pci/devices/*; do
		[[ ! -e $device ]] || echo "${device##*/}"
	done
}

# Sets $words to the words up to the cursor. bash splits them at ':' and '='; those
# that it split at ':' are joined again.
_vfio_passfix_words()
{
	local i word glue=''

	words=()
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == = ]]; then
			((i < COMP_CWORD)) || words+=('')
		elif ((${#words[@]})) && [[ $glue || $word == :* ]]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
		[[ $word == *: ]] && glue=1 || glue=
	done
}

_vfio_passfix()
{
	local words word next current command='' count=0 value='' ended=''

	_vfio_passfix_words
	current=${words[-1]}
	unset 'words[-1]'
	for word in "${words[@]}"; do
		next=$(_vfio_passfix_next "$command")
		if [[ $value ]]; then
			value=
		elif [[ $word == -- && ! $ended ]]; then
			ended=1
		elif [[ $word == -* && ! $ended ]]; then
			value=$(_vfio_passfix_value "$command $word")
		elif [[ $next ]]; then
			command+=${command:+ }$word
		else
			((count++))
		fi
	done
	next=$(_vfio_passfix_next "$command")

	COMPREPLY=()
	if [[ ! $value && $current == -* && ! $ended ]]; then
		value=list
		next=$(_vfio_passfix_options "$command")
	elif [[ ! $value && $next ]]; then
		value=list
	fi
	case ${value:-$(_vfio_passfix_argument "$command $count")} in
	list)
		mapfile -t COMPREPLY < <(compgen -W "$next" -- "$current")
		;;
	file | folder)
		[[ $value == folder ]] && word=-d || word=-f
		mapfile -t COMPREPLY < <(compgen "$word" -- "$current")
		compopt -o filenames 2>/dev/null
		;;
	way)
		mapfile -t COMPREPLY < <(compgen -W 'start end' -- "$current")
		;;
	device)
		next=$(_vfio_passfix_devices)
		mapfile -t COMPREPLY < <(compgen -W "$next" -- "$current")
		# bash replaces only what follows the last ':'.
		[[ $COMP_WORDBREAKS == *:* && $current == *:* ]] &&
			COMPREPLY=("${COMPREPLY[@]#"${current%:*}:"}")
		;;
	esac
}
complete -F _vfio_passfix vfio-passfix
