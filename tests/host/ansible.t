#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The Ansible role, which Debian's ansible-core runs against two hosts whose firmware mandates 1:1
# mappings: one with a list of devices, the other with a card for vfio-pci.
# needs: kernels
. "$(dirname "$(readlink -f "$0")")/../lib/host.sh"
. "$TESTS/lib/complaints.sh"

role=$PROJECT/packaging/ansible
image=$PASSFIX_BUILD/fleet/host.ext4
work=$(mktemp -d)
hosts=(scope card)
guests=()
# shellcheck disable=SC2317 # the trap calls it
finish() {
	local host
	for host in "${hosts[@]}"; do
		[[ ! -e $PASSFIX_BUILD/run/fleet-$host/pid ]] ||
			kill "$(cat "$PASSFIX_BUILD/run/fleet-$host/pid")" 2>/dev/null
	done
	rm -rf "$work"
}
trap finish EXIT

# on HOST COMMAND: runs it there as root.
on() {
	ssh -F "$PASSFIX_BUILD/run/fleet-$1/ssh.conf" "$1" "$2"
}

# play [OPTION]...: runs the playbook; sets $output to its output without colours.
play() {
	output=$(cd "$role" && ansible-playbook -i "$work/inventory.yml" site.yml "$@" 2>&1)
}

# recap HOST: Ansible's final counts for it.
recap() {
	sed -n "s/^$1 *: //p" <<<"$output" | tr -s ' '
}

# Every path below /etc, with its mode, owner and content.
etc() {
	on "$1" "cd /etc && { find . -type f -exec sha256sum {} +; find . -type l -printf '%p -> %l\n'
		find . -printf '%p %y %m %U:%G\n'; } | sort"
}

drivers() {
	# shellcheck disable=SC2016 # it is the host's
	on "$1" 'for device in /sys/bus/pci/devices/0000:03:00.*; do
		basename "$(readlink "$device/driver" || echo -)"; done' | xargs
}

pass_fix() {
	on "$1" 'tr YN 10 </sys/module/vfio_passfix/parameters/pass_fix'
}

export ANSIBLE_CONFIG=$work/ansible.cfg ANSIBLE_LOCAL_TEMP=$work/local ANSIBLE_NOCOLOR=1
printf '%s\n' '[defaults]' "roles_path = $role/roles" 'retry_files_enabled = false' \
	'[ssh_connection]' 'pipelining = true' "control_path_dir = $work" >"$ANSIBLE_CONFIG"

ok "the example is Ansible's language" \
	ansible-playbook --syntax-check -i "$role/inventory.yml" "$role/site.yml"
is "ansible-lint has nothing to say" \
	"$(cd "$role" && HOME=$work XDG_CACHE_HOME=$work ansible-lint --offline --nocolor -q . 2>&1)" ""

is "it decides by JSON and exit codes, not by words" \
	"$(cd "$role/roles" && grep -rnE 'std(out|err)' -- */tasks */handlers | grep -v from_json)" ""
is "asks the tool for JSON" "$(cd "$role/roles" && grep -rnE 'vfio-passfix (bind|unbind|setup|remove|doctor|status)' -- */tasks |
	grep -v -- --json)" ""

"$TESTS/vm/image" "$(kernel_with default)" "$image" fleet || exit
for host in "${hosts[@]}"; do
	"$TESTS/vm/boot-fleet" "$image" "$host" &
	guests+=($!)
done
for guest in "${guests[@]}"; do
	wait "$guest" || exit
done
diag "both hosts are up after $SECONDS s"

packages=("$PASSFIX_BUILD"/debs/vfio-passfix-dkms_*.deb "$PASSFIX_BUILD"/debs/vfio-passfix_*.deb)
cat >"$work/inventory.yml" <<END
passthrough:
  vars:
    ansible_python_interpreter: /usr/bin/python3
    # Root needs no sudo.
    ansible_user: root
    vfio_passfix_package_files: [$(printf '"%s", ' "${packages[@]}")]
  hosts:
    scope:
      ansible_ssh_common_args: -F $PASSFIX_BUILD/run/fleet-scope/ssh.conf
      vfio_passfix_devices: ["0000:03:00.0", "0000:03:00.1", "0000:03:00.2"]
    card:
      ansible_ssh_common_args: -F $PASSFIX_BUILD/run/fleet-card/ssh.conf
      vfio_passfix_card: "03:00.0"
END

for host in "${hosts[@]}"; do
	like "$host: the firmware mandates 1:1 mappings" \
		"$(on "$host" 'cat /sys/bus/pci/devices/0000:03:00.0/iommu_group/reserved_regions')" ' direct$'
	nok "$host: nothing of the fix is there" on "$host" 'modinfo vfio_passfix || which vfio-passfix'
	etc "$host" >"$work/$host.etc"
	drivers "$host" >"$work/$host.drivers"
done

play --limit scope -e '{"vfio_passfix_devices": ["1002:744"], "vfio_passfix_card": ""}'
is "a scope that the module would not take is refused first" \
	"$(recap scope | cut -d' ' -f1-2)" "ok=0 changed=0"

play
is "the first run succeeds" $? 0
for host in "${hosts[@]}"; do
	like "$host: and has changed it" "$(recap "$host")" ' changed=[1-9].* failed=0 '
	is "$host: the fix is on" "$(pass_fix "$host")" 1
	unlike "$host: nothing is demanded of the card any more" \
		"$(on "$host" 'cat /sys/bus/pci/devices/0000:03:00.0/iommu_group/reserved_regions')" ' direct$'
done
diag "$output"
is "scope: the devices are those of the list" \
	"$(on scope 'cat /sys/module/vfio_passfix/parameters/devices')" "0000:03:00.0,0000:03:00.1,0000:03:00.2"
like "scope: at each boot, too" "$(on scope 'modprobe -c')" \
	'^options vfio_passfix pass_fix=1 devices=0000:03:00\.0,0000:03:00\.1,0000:03:00\.2 memlock=1$'
is "scope: the host's drivers keep the card" "$(drivers scope)" "$(cat "$work/scope.drivers")"
is "card: vfio-pci has it" "$(drivers card)" "vfio-pci vfio-pci vfio-pci"
is "card: at each boot, too" "$(on card 'systemctl is-enabled vfio-passfix.service')" enabled
like "card: its initramfs was rebuilt" "$(on card 'cat /var/log/update-initramfs')" '^update-initramfs -u'

play
is "the second run succeeds" $? 0
for host in "${hosts[@]}"; do
	like "$host: and has changed nothing" "$(recap "$host")" ' changed=0 .* failed=0 '
done
diag "$(recap scope)" "$(recap card)"

on scope 'echo 0 >/sys/module/vfio_passfix/parameters/pass_fix'
play --tags verify
is "where the fix is off, the verification fails" "$(($? != 0))" 1
like "there" "$(recap scope)" ' failed=1 '
like "and says what doctor found" "$output" '0000:03:00\.0, fix: off: its parameter pass_fix is 0 -> (sudo )?vfio-passfix setup'
like "and not on the other host" "$(recap card)" ' changed=0 .* failed=0 '
play --limit scope --check --diff
like "a check run says that it would turn it on" "$(recap scope)" ' changed=[1-9]'
is "and does not" "$(pass_fix scope)" 0

play -e vfio_passfix_state=absent
is "the way back succeeds" $? 0
for host in "${hosts[@]}"; do
	like "$host: and has changed it" "$(recap "$host")" ' changed=[1-9].* failed=0 '
	is "$host: the fix is off" "$(pass_fix "$host")" 0
	like "$host: the firmware's mapping is back" \
		"$(on "$host" 'cat /sys/bus/pci/devices/0000:03:00.0/iommu_group/reserved_regions')" ' direct$'
	is "$host: the host's drivers have the card" "$(drivers "$host")" "$(cat "$work/$host.drivers")"
	is "$host: /etc is what it was, byte for byte" "$(etc "$host" | diff "$work/$host.etc" -)" ""
	nok "$host: nothing of the fix is installed" on "$host" 'modinfo vfio_passfix || which vfio-passfix'
	is "$host: nor left elsewhere" "$(on "$host" "find / -xdev -name '*passfix*' -not -path '/proc/*' \
		-not -path '/sys/*' -not -path '/usr/share/vfio-passfix-dkms*'")" ""
	is "$host: the kernel has no complaint" \
		"$(on "$host" dmesg | complaints)" ""
done
play -e vfio_passfix_state=absent
is "a second time succeeds" $? 0
for host in "${hosts[@]}"; do
	like "$host: and has changed nothing" "$(recap "$host")" ' changed=0 .* failed=0 '
done

done_testing
