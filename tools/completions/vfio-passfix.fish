# SPDX-License-Identifier: GPL-2.0-only
# fish completion for vfio-passfix. tests/host/help.t compares it with the program's own list of
# commands and options.

function __vfio_passfix_devices
	printf 'gpu\tthe one discrete GPU that is not the boot display\n'
	if command -q lspci
		lspci -D 2>/dev/null | string replace ' ' \t
	else
		string replace -r '.*/' '' -- /sys/bus/pci/devices/*
	end
end

# The words before the cursor, without options and their values.
function __vfio_passfix_words
	set -l skip
	for word in (commandline -opc)[2..-1]
		if set -q skip[1]
			set skip
			continue
		end
		switch $word
			case --root --timeout --expect --on-demand --rom --domain --memory --cpus --disk --cdrom
				set skip 1
			case '-*'
			case '*'
				echo -- $word
		end
	end
end

# Whether these words begin with a command ("": there are no words), followed by COUNT words.
function __vfio_passfix_at -a name count
	set -l words (__vfio_passfix_words)
	set -l own (string split -n ' ' -- $name)
	set -l length (count $own)
	if test $length -eq 0
		test (count $words) -eq 0
		return
	end
	test (count $words) -ge $length; or return
	test "$words[1..$length]" = "$name"; or return
	test -z "$count"; or test (count $words) -eq (math $length + $count)
end

complete -c vfio-passfix -f
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a doctor -d 'check everything that assigning a device needs'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a status -d 'show whether the fix is on, and what it relaxes'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a groups -d 'show the IOMMU groups and what is in them'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a bind -d 'bind all functions of a card to vfio-pci, now'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a unbind -d 'return a card to the host\'s drivers'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a setup -d 'bind cards to vfio-pci at each boot, with the fix on where needed'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a remove -d 'undo setup, of all cards or some'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a hand-over -d 'give a guest its on-demand cards, or take them back'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a xml -d 'print the libvirt XML that assigns a card to a guest'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a rom -d 'check whether a ROM file works in a guest; extract the usable images of a ROM file; dump a card\'s ROM to a file'
complete -c vfio-passfix -n '__vfio_passfix_at "" 0' -a report -d 'collect what the tool reads on this host, for a bug report'
complete -c vfio-passfix -n '__vfio_passfix_at "rom" 0' -a check -d 'check whether a ROM file works in a guest'
complete -c vfio-passfix -n '__vfio_passfix_at "rom" 0' -a cut -d 'extract the usable images of a ROM file'
complete -c vfio-passfix -n '__vfio_passfix_at "rom" 0' -a dump -d 'dump a card\'s ROM to a file'
complete -c vfio-passfix -n '__vfio_passfix_at ""' -l root -x -a '(__fish_complete_directories)' -d 'Look at the system that is mounted on DIR, instead of /'
complete -c vfio-passfix -n '__vfio_passfix_at ""' -l version -d 'Print the version'
complete -c vfio-passfix -n '__vfio_passfix_at ""' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "doctor"' -l all -d 'Show every check, with all that was seen'
complete -c vfio-passfix -n '__vfio_passfix_at "doctor"' -l json -d 'Print the findings as JSON'
complete -c vfio-passfix -n '__vfio_passfix_at "doctor"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "doctor" 0' -a '(__vfio_passfix_devices)'
complete -c vfio-passfix -n '__vfio_passfix_at "status"' -l json -d 'Print the state as JSON'
complete -c vfio-passfix -n '__vfio_passfix_at "status"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "groups"' -l json -d 'Print the groups as JSON'
complete -c vfio-passfix -n '__vfio_passfix_at "groups"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "groups" 0' -a '(__vfio_passfix_devices)'
complete -c vfio-passfix -n '__vfio_passfix_at "bind"' -l only -d 'Only this function, not its whole card'
complete -c vfio-passfix -n '__vfio_passfix_at "bind"' -l timeout -x -d 'Seconds that a driver may take to release a device (30)'
complete -c vfio-passfix -n '__vfio_passfix_at "bind"' -l expect -x -d 'Do nothing unless DEVICE has this id; for scripts, since addresses can move'
complete -c vfio-passfix -n '__vfio_passfix_at "bind"' -l at-boot -d 'Even if programs or the text console are using it; for the boot unit that setup writes'
complete -c vfio-passfix -n '__vfio_passfix_at "bind"' -l force -d 'Even if the host boots on it or is using it'
complete -c vfio-passfix -n '__vfio_passfix_at "bind"' -l json -d 'Print the changes as JSON'
complete -c vfio-passfix -n '__vfio_passfix_at "bind"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "bind" 0' -a '(__vfio_passfix_devices)'
complete -c vfio-passfix -n '__vfio_passfix_at "unbind"' -l only -d 'Only this function, not its whole card'
complete -c vfio-passfix -n '__vfio_passfix_at "unbind"' -l timeout -x -d 'Seconds that a driver may take to release a device (30)'
complete -c vfio-passfix -n '__vfio_passfix_at "unbind"' -l json -d 'Print the changes as JSON'
complete -c vfio-passfix -n '__vfio_passfix_at "unbind"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "unbind" 0' -a '(__vfio_passfix_devices)'
complete -c vfio-passfix -n '__vfio_passfix_at "setup"' -l apply -d 'Apply the changes; without this they are only shown'
complete -c vfio-passfix -n '__vfio_passfix_at "setup"' -l force -d 'Even if the host boots on the card or is using it, or files of an earlier setup were edited'
complete -c vfio-passfix -n '__vfio_passfix_at "setup"' -l json -d 'Print the changes as JSON'
complete -c vfio-passfix -n '__vfio_passfix_at "setup"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "setup"' -l only -d 'Only these functions, not their whole cards'
complete -c vfio-passfix -n '__vfio_passfix_at "setup"' -l on-demand -x -d 'The host keeps them until one of these guests (win11,games) starts, and has them back when it has ended'
complete -c vfio-passfix -n '__vfio_passfix_at "setup"' -l stop-desktop -d 'With --on-demand: stop the display manager and sessions that use them, rather than refuse the guest'
complete -c vfio-passfix -n '__vfio_passfix_at "setup"' -a '(__vfio_passfix_devices)'
complete -c vfio-passfix -n '__vfio_passfix_at "remove"' -l apply -d 'Apply the changes; without this they are only shown'
complete -c vfio-passfix -n '__vfio_passfix_at "remove"' -l force -d 'Even if files were edited; the edited files are kept in /var/lib/vfio-passfix/edited'
complete -c vfio-passfix -n '__vfio_passfix_at "remove"' -l json -d 'Print the changes as JSON'
complete -c vfio-passfix -n '__vfio_passfix_at "remove"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "remove"' -a '(__vfio_passfix_devices)'
complete -c vfio-passfix -n '__vfio_passfix_at "hand-over"' -l dry-run -d 'Print what would be done, and change nothing'
complete -c vfio-passfix -n '__vfio_passfix_at "hand-over"' -l timeout -x -d 'Seconds that a driver or a unit may take to stop (30)'
complete -c vfio-passfix -n '__vfio_passfix_at "hand-over"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "hand-over" 1' -a 'start end'
complete -c vfio-passfix -n '__vfio_passfix_at "xml"' -l rom -r -F -d 'Use this file as the card\'s ROM in the guest'
complete -c vfio-passfix -n '__vfio_passfix_at "xml"' -l iommufd -d 'Assign it through iommufd; needs libvirt 12.2'
complete -c vfio-passfix -n '__vfio_passfix_at "xml"' -l domain -x -d 'Print a complete guest of this name, for Windows 11'
complete -c vfio-passfix -n '__vfio_passfix_at "xml"' -l memory -x -d 'Its memory (default: 16 GiB, or half of the host\'s if that is less)'
complete -c vfio-passfix -n '__vfio_passfix_at "xml"' -l cpus -x -d 'Its CPUs (default: all but those of one or two cores)'
complete -c vfio-passfix -n '__vfio_passfix_at "xml"' -l disk -r -F -d 'Its disk (default: /var/lib/libvirt/images/NAME.qcow2)'
complete -c vfio-passfix -n '__vfio_passfix_at "xml"' -l cdrom -r -F -d 'A CD image for it, such as Windows\' or virtio-win\'s; may be repeated'
complete -c vfio-passfix -n '__vfio_passfix_at "xml"' -l with-display -d 'An emulated display as well, to be seen with SPICE'
complete -c vfio-passfix -n '__vfio_passfix_at "xml"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "xml" 0' -a '(__vfio_passfix_devices)'
complete -c vfio-passfix -n '__vfio_passfix_at "rom check"' -l json -d 'Print JSON'
complete -c vfio-passfix -n '__vfio_passfix_at "rom check"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "rom check" 0' -F
complete -c vfio-passfix -n '__vfio_passfix_at "rom check" 1' -a '(__vfio_passfix_devices)'
complete -c vfio-passfix -n '__vfio_passfix_at "rom cut"' -l force -d 'Replace OUT if it is there'
complete -c vfio-passfix -n '__vfio_passfix_at "rom cut"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "rom cut" 0' -F
complete -c vfio-passfix -n '__vfio_passfix_at "rom cut" 1' -F
complete -c vfio-passfix -n '__vfio_passfix_at "rom dump"' -l force -d 'Replace FILE if it is there'
complete -c vfio-passfix -n '__vfio_passfix_at "rom dump"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "rom dump" 0' -a '(__vfio_passfix_devices)'
complete -c vfio-passfix -n '__vfio_passfix_at "rom dump" 1' -F
complete -c vfio-passfix -n '__vfio_passfix_at "report"' -l vendor -d 'Write a text for the board vendor instead of the archive'
complete -c vfio-passfix -n '__vfio_passfix_at "report"' -l help -d 'Print this help'
complete -c vfio-passfix -n '__vfio_passfix_at "report" 0' -F
