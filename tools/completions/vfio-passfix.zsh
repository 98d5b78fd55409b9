#compdef vfio-passfix
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=zsh
# zsh completion for vfio-passfix. tests/host/help.t compares it with the program's own list of
# commands and options.

_vfio_passfix_devices()
{
	local device
	local -a devices=('gpu:the one discrete GPU that is not the boot display')

	if (($+commands[lspci])); then
		for device in ${(f)"$(lspci -D 2>/dev/null)"}; do
			devices+=("${${device%% *}//:/\\:}:${device#* }")
		done
	else
		for device in /sys/bus/pci/devices/*(N:t); do
			devices+=("${device//:/\\:}")
		done
	fi
	_describe -t devices device devices
}

_vfio_passfix_doctor()
{
	_arguments -S \
		'--all[Show every check, with all that was seen]' \
		'--json[Print the findings as JSON]' \
		'--help[Print this help]' \
		'1::DEVICE:_vfio_passfix_devices'
}

_vfio_passfix_status()
{
	_arguments -S \
		'--json[Print the state as JSON]' \
		'--help[Print this help]'
}

_vfio_passfix_groups()
{
	_arguments -S \
		'--json[Print the groups as JSON]' \
		'--help[Print this help]' \
		'1::DEVICE:_vfio_passfix_devices'
}

_vfio_passfix_bind()
{
	_arguments -S \
		'--only[Only this function, not its whole card]' \
		'--timeout=[Seconds that a driver may take to release a device (30)]:SECONDS: ' \
		'--expect=[Do nothing unless DEVICE has this id; for scripts, since addresses can move]:VVVV\:DDDD: ' \
		'--at-boot[Even if programs or the text console are using it; for the boot unit that setup writes]' \
		'--force[Even if the host boots on it or is using it]' \
		'--json[Print the changes as JSON]' \
		'--help[Print this help]' \
		'1:DEVICE:_vfio_passfix_devices'
}

_vfio_passfix_unbind()
{
	_arguments -S \
		'--only[Only this function, not its whole card]' \
		'--timeout=[Seconds that a driver may take to release a device (30)]:SECONDS: ' \
		'--json[Print the changes as JSON]' \
		'--help[Print this help]' \
		'1:DEVICE:_vfio_passfix_devices'
}

_vfio_passfix_setup()
{
	_arguments -S \
		'--apply[Apply the changes; without this they are only shown]' \
		'--force[Even if the host boots on the card or is using it, or files of an earlier setup were edited]' \
		'--only[Only these functions, not their whole cards]' \
		'--on-demand=[The host keeps them until one of these guests (win11,games) starts, and has them back when it has ended]:GUESTS: ' \
		'--stop-desktop[With --on-demand\: stop the display manager and sessions that use them, rather than refuse the guest]' \
		'--json[Print the changes as JSON]' \
		'--help[Print this help]' \
		'*:DEVICE:_vfio_passfix_devices'
}

_vfio_passfix_remove()
{
	_arguments -S \
		'--apply[Apply the changes; without this they are only shown]' \
		'--force[Even if files were edited; the edited files are kept in /var/lib/vfio-passfix/edited]' \
		'--json[Print the changes as JSON]' \
		'--help[Print this help]' \
		'*:DEVICE:_vfio_passfix_devices'
}

_vfio_passfix_hand_over()
{
	_arguments -S \
		'--dry-run[Print what would be done, and change nothing]' \
		'--timeout=[Seconds that a driver or a unit may take to stop (30)]:SECONDS: ' \
		'--help[Print this help]' \
		'1:GUEST: ' \
		'2:start|end:(start end)'
}

_vfio_passfix_xml()
{
	_arguments -S \
		'--rom=[Use this file as the card'\''s ROM in the guest]:FILE:_files' \
		'--iommufd[Assign it through iommufd; needs libvirt 12.2]' \
		'--domain=[Print a complete guest of this name, for Windows 11]:NAME: ' \
		'--memory=[Its memory (default\: 16 GiB, or half of the host'\''s if that is less)]:GIB: ' \
		'--cpus=[Its CPUs (default\: all but those of one or two cores)]:N: ' \
		'--disk=[Its disk (default\: /var/lib/libvirt/images/NAME.qcow2)]:FILE:_files' \
		'*--cdrom=[A CD image for it, such as Windows'\'' or virtio-win'\''s; may be repeated]:FILE:_files' \
		'--with-display[An emulated display as well, to be seen with SPICE]' \
		'--help[Print this help]' \
		'1:DEVICE:_vfio_passfix_devices'
}

_vfio_passfix_rom_check()
{
	_arguments -S \
		'--json[Print JSON]' \
		'--help[Print this help]' \
		'1:FILE:_files' \
		'2::DEVICE:_vfio_passfix_devices'
}

_vfio_passfix_rom_cut()
{
	_arguments -S \
		'--force[Replace OUT if it is there]' \
		'--help[Print this help]' \
		'1:FILE:_files' \
		'2:OUT:_files'
}

_vfio_passfix_rom_dump()
{
	_arguments -S \
		'--force[Replace FILE if it is there]' \
		'--help[Print this help]' \
		'1:DEVICE:_vfio_passfix_devices' \
		'2:FILE:_files'
}

_vfio_passfix_rom()
{
	local curcontext=$curcontext state line
	local -a commands=(
		'check:check whether a ROM file works in a guest'
		'cut:extract the usable images of a ROM file'
		'dump:dump a card'\''s ROM to a file'
	)

	_arguments -C \
		'1: :->command' '*:: :->rest'
	case $state in
	command) _describe -t commands command commands ;;
	rest)
		(($+functions[_vfio_passfix_rom_${words[1]//-/_}])) &&
			_vfio_passfix_rom_${words[1]//-/_}
		;;
	esac
}

_vfio_passfix_report()
{
	_arguments -S \
		'--vendor[Write a text for the board vendor instead of the archive]' \
		'--help[Print this help]' \
		'1::FILE:_files'
}

_vfio_passfix()
{
	local curcontext=$curcontext state line
	local -a commands=(
		'doctor:check everything that assigning a device needs'
		'status:show whether the fix is on, and what it relaxes'
		'groups:show the IOMMU groups and what is in them'
		'bind:bind all functions of a card to vfio-pci, now'
		'unbind:return a card to the host'\''s drivers'
		'setup:bind cards to vfio-pci at each boot, with the fix on where needed'
		'remove:undo setup, of all cards or some'
		'hand-over:give a guest its on-demand cards, or take them back'
		'xml:print the libvirt XML that assigns a card to a guest'
		'rom:check whether a ROM file works in a guest; extract the usable images of a ROM file; dump a card'\''s ROM to a file'
		'report:collect what the tool reads on this host, for a bug report'
	)

	_arguments -C \
		'--root=[Look at the system that is mounted on DIR, instead of /]:DIR:_files -/' \
		'--version[Print the version]' \
		'--help[Print this help]' \
		'1: :->command' '*:: :->rest'
	case $state in
	command) _describe -t commands command commands ;;
	rest)
		(($+functions[_vfio_passfix_${words[1]//-/_}])) &&
			_vfio_passfix_${words[1]//-/_}
		;;
	esac
}

if [[ $funcstack[1] == _vfio-passfix ]]; then
	_vfio_passfix "$@"
else
	compdef _vfio_passfix vfio-passfix
fi
