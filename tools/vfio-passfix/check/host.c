// SPDX-License-Identifier: GPL-2.0-only
/* The computer: CPU, IOMMU, kernel. */
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "check/cure.h"
#include "host/cpu.h"
#include "host/iommu.h"
#include "host/kernel.h"
#include "host/machine.h"
#include "host/option.h"
#include "host/platform.h"
#include "host/root.h"

#define CPU_OPTION "turn on SVM Mode (AMD) or Intel Virtualization Technology in the BIOS"
#define NESTED "to run guests in this machine, turn on nested virtualisation in the hypervisor that runs it (libvirt: <cpu mode='host-passthrough'/>)"

#define TURN_ON_VIRTUALIZATION "In the BIOS, turn on SVM Mode (AMD) or Intel Virtualization Technology"

static void check_cpu(const struct subject *subject, struct finding *finding)
{
	g_autofree char *cpuinfo = root_read("/proc/cpuinfo");
	enum machine kind = machine();
	const char *name;

	(void)subject;
	/* Xen hides these flags from its dom0, where KVM cannot run. */
	if (kind == MACHINE_XEN) {
		pass(finding, "Xen has it");
		return;
	}
	if (!cpuinfo) {
		unknown(finding, NULL, "/proc/cpuinfo cannot be read");
		return;
	}
	if (!strstr(cpuinfo, "\nflags")) {
		/* Arm has other flags, and no such BIOS option. */
		if (root_exists("/dev/kvm"))
			pass(finding, "KVM is ready");
		else
			fail(finding, "load the module kvm", "there is no /dev/kvm");
		return;
	}
	name = cpu_has_flag("svm") ? "SVM (AMD)" : cpu_has_flag("vmx") ? "VT-x (Intel)" : NULL;
	if (kind == MACHINE_NO_SYSFS && !(name && root_exists("/dev/kvm"))) {
		unknown(finding, NULL, "unknown without /sys");
	} else if (!name && kind == MACHINE_VIRTUAL) {
		warn(finding, NESTED, "this virtual machine has none");
	} else if (!name) {
		fail(finding, CPU_OPTION, "off, or this CPU has none");
		cure_by_hand(finding, STAGE_BIOS, TURN_ON_VIRTUALIZATION);
	} else if (!root_exists("/dev/kvm") && kind == MACHINE_CONTAINER) {
		fail(finding, "run this on the host, or give the container /dev/kvm", "%s, but no /dev/kvm in this container",
		     name);
	} else if (!root_exists("/dev/kvm")) {
		/* Since 5.6, Linux does not show VT-x that the BIOS has locked off; SVM may still show. */
		bool is_on = kind == MACHINE_VIRTUAL || (cpu_has_flag("vmx") && kernel_at_least(5, 6));

		fail(finding, is_on ? "sudo modprobe kvm_amd or kvm_intel; dmesg says why it fails" :
				      CPU_OPTION "; if it is on: modprobe kvm_amd or kvm_intel",
		     "the CPU has %s, but KVM is not ready: no /dev/kvm", name);
		if (!is_on)
			cure_by_hand(finding, STAGE_BIOS, TURN_ON_VIRTUALIZATION);
		cure_by(finding, STAGE_HOST, is_on ? NULL : "If it is on there", "sudo modprobe %s",
			*name == 'S' ? "kvm_amd" : "kvm_intel");
	} else {
		pass(finding, "%s, and KVM is ready", name);
	}
}

static void check_iommu(const struct subject *subject, struct finding *finding)
{
	g_autoptr(GPtrArray) units = root_list("/sys/class/iommu");
	g_autofree char *why = machine_no_groups();
	static const char *const names[] = {
		[IOMMU_AMD] = "AMD-Vi",
		[IOMMU_INTEL] = "Intel VT-d",
		[IOMMU_ARM] = "Arm SMMU",
		[IOMMU_OTHER] = "an IOMMU",
	};
	const char *kind = names[iommu_kind()];
	const char *table = subject->firmware->name ? subject->firmware->name : "";
	/* An IORT always describes the interrupt controller, but not always an SMMU. */
	bool offered = *table && (strcmp(table, "IORT") || subject->firmware->table.units);

	if (units->len && subject->host->groups->len) {
		if (machine() == MACHINE_CONTAINER) {
			warn(finding, machine_no_groups_advice(),
			     "%s, but this is a container: modules, drivers and programs below are its own, not the host's",
			     kind);
			cure_as_advised(finding, STAGE_ELSEWHERE);
		} else
			pass(finding, "%s, %u unit%s, %u groups", kind, units->len, units->len == 1 ? "" : "s",
			     subject->host->groups->len);
	} else if (machine() == MACHINE_NO_SYSFS) {
		unknown(finding, machine_no_groups_advice(), "%s", why);
	} else if (machine() == MACHINE_XEN || (machine() != MACHINE_REAL && !offered)) {
		fail(finding, machine_no_groups_advice(), "%s", why);
		cure_as_advised(finding, machine() == MACHINE_VIRTUAL ? STAGE_BIOS : STAGE_ELSEWHERE);
	} else if (!strcmp(table, "DMAR")) {
		fail(finding, "add intel_iommu=on to the kernel's command line and reboot",
		     "the BIOS offers Intel VT-d, but Linux does not use it");
		cure_command_line(finding, NULL, true, "intel_iommu=on");
	} else if (!strcmp(table, "IORT") && offered) {
		fail(finding, "see why: sudo dmesg | grep -i smmu", "the firmware offers an SMMU, but Linux does not use it");
		cure_by(finding, STAGE_HOST, "See why", "sudo dmesg | grep -i smmu");
	} else if (!strcmp(table, "IORT")) {
		fail(finding, "turn on the SMMU in the firmware's settings", "off: there are no IOMMU groups");
		cure_as_advised(finding, STAGE_BIOS);
	} else if (*table) {
		fail(finding, "see why: sudo dmesg | grep -i AMD-Vi; take amd_iommu=off and iommu=off off the kernel's command line if they are there",
		     "the BIOS offers AMD-Vi, but Linux does not use it");
		cure_as_advised(finding, STAGE_COMMAND_LINE);
	} else {
		fail(finding, "turn on IOMMU (AMD-Vi) or VT-d in the BIOS; with Intel also add intel_iommu=on to the kernel's command line",
		     "off: there are no IOMMU groups");
		cure_by_hand(finding, STAGE_BIOS, "In the BIOS, turn on IOMMU (AMD-Vi) or VT-d");
	}
}

/* Whether somebody allows VFIO or iommufd to work without interrupt remapping. */
static bool unsafe_is_allowed(void)
{
	static const char *const owners[] = { FIX_FORK, "vfio_iommu_type1", "iommufd" };
	bool loaded = false;
	g_autofree char *options = module_configured("vfio_iommu_type1");
	g_autofree char *value = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(owners); i++) {
		g_autofree char *now = module_parameter(owners[i], "allow_unsafe_interrupts");

		if (now && !strcmp(now, "Y"))
			return true;
		loaded = loaded || now;
	}
	/* A module that is not loaded will get modprobe's options when it is. */
	value = options ? option_value(options, "allow_unsafe_interrupts") : NULL;
	return !loaded && option_is_on(value);
}

#define REMAPPING_OF_VM "turn on interrupt remapping for this virtual machine on its host (libvirt: <driver intremap='on'/> in <iommu>, <ioapic driver='qemu'/> in <features>; QEMU: intremap=on for its IOMMU, and -machine kernel-irqchip=split)"

/* Without it a device could fake interrupts of others, so VFIO refuses it. */
static void check_interrupts(const struct subject *subject, struct finding *finding)
{
	g_autofree char *interrupts = root_read("/proc/interrupts");

	if (!subject->host->groups->len)
		unknown(finding, NULL, "unknown without IOMMU groups");
	else if (!interrupts)
		unknown(finding, NULL, "/proc/interrupts cannot be read");
	else if (!strstr(interrupts, "IO-APIC"))
		pass(finding, "not a matter of the IOMMU on this machine");
	else if (strstr(interrupts, "IR-IO-APIC"))
		pass(finding, "on");
	else if (unsafe_is_allowed())
		pass(finding, "off, and allowed so by allow_unsafe_interrupts: a guest's device can forge host interrupts");
	else if (machine() == MACHINE_VIRTUAL) {
		fail(finding, REMAPPING_OF_VM, "off: VFIO refuses devices");
		cure_as_advised(finding, STAGE_BIOS);
	} else {
		fail(finding, "turn on x2APIC and interrupt remapping in the BIOS, or look for a BIOS update (dmesg | grep -i remapping shows details); or, for guests that you trust: options vfio_iommu_type1 allow_unsafe_interrupts=1 in /etc/modprobe.d",
		     "off: VFIO refuses devices");
		cure_by_hand(finding, STAGE_BIOS, "In the BIOS, turn on x2APIC and interrupt remapping; else look for an update of it");
	}
}

/* Whether this kernel rejects devices, and what that means for the card. */
static void check_kernel(const struct subject *subject, struct finding *finding)
{
	const char *release = kernel_release();
	const char *whom = subject->card ? "this card" : "devices";
	const char *command = platform_kernel();
	g_autofree char *advice =
		command ? g_strdup_printf("install a newer kernel (%s) and reboot, then install vfio-passfix for it", command) :
			  g_strdup("install a kernel of " FIX_SINCE " or later, which may take a newer release of the distribution, and reboot; then install vfio-passfix for it");

	if (!*release)
		unknown(finding, NULL, "the kernel's release cannot be read");
	else if (subject->refusal == REFUSAL_NONE)
		pass(finding, "%s does not refuse devices for 1:1 mappings (" FIX_SINCE " and later do): the fix is not needed",
		     release);
	else if (subject->exempt)
		pass(finding, "%s does not refuse %s: the 1:1 mappings are relaxed %s", release, whom, fix_exempt_by());
	else if (subject->refusal == REFUSAL_INTEL && !subject->demanded)
		pass(finding, "%s: Intel's IOMMU driver refuses devices that have RMRRs, but for graphics and USB; no such device is %s",
		     release, subject->card ? "in this card's groups" : "on this host");
	else if (subject->refusal == REFUSAL_INTEL) {
		fail(finding, advice, "%s: Intel's IOMMU driver refuses %s for an RMRR, as in every kernel since " FIX_INTEL_SINCE "; the fix takes " FIX_SINCE " or later",
		     release, subject->card ? "this card" : "devices of this host");
		if (command)
			cure_by(finding, STAGE_INSTALL, "Install a newer kernel, reboot, then install vfio-passfix for it",
				"%s", command);
		else
			cure_as_advised(finding, STAGE_INSTALL);
	} else if (!subject->host->groups->len)
		unknown(finding, NULL, "%s refuses devices with 1:1 mappings; which have some shows once the IOMMU is on",
			release);
	else if (!subject->demanded)
		pass(finding, "%s does not refuse %s: no 1:1 mappings (" FIX_SINCE " and later refuse those)", release, whom);
	else if (subject->relaxed)
		pass(finding, "%s does not refuse %s: the fix relaxes the 1:1 mappings (" FIX_SINCE " and later refuse those)",
		     release, whom);
	else {
		fail(finding, "see Firmware mappings and Fix below",
		     "%s refuses %s: the firmware mandates 1:1 mappings for %s", release, whom,
		     subject->card ? "it" : "them");
		cure_demand(subject, finding);
	}
}

#define ACS_OVERRIDE "pcie_acs_override"

/* Kernels that carry the patch for this parameter, by a part of their release. */
static bool has_acs_override(void)
{
	static const char *const parts[] = { "-pve", "-zen", "-lqx", "-liquorix", "-xanmod", "-cachyos", "-Unraid" };

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (strstr(kernel_release(), parts[i]))
			return true;
	return false;
}

/* Parameters that people pass on; value NULL: whatever it is. */
static const struct parameter {
	const char *name, *value;
	enum verdict verdict;
	const char *why;
} parameters[] = {
	{ "amd_iommu", "on", VERDICT_WARN, "no effect: AMD's IOMMU is on by default, and \"on\" is not a value that Linux knows" },
	{ "amd_iommu", "off", VERDICT_FAIL, "turns AMD's IOMMU off" },
	{ "amd_iommu_force_isolation", NULL, VERDICT_WARN, "no effect: Linux knows no such parameter" },
	{ "amd_vfio_pass_fix", NULL, VERDICT_WARN, "no effect: it belongs to a patched kernel; here the module's pass_fix does that work" },
	{ "intel_iommu", "off", VERDICT_FAIL, "turns Intel's IOMMU off" },
	{ "iommu", "off", VERDICT_FAIL, "turns the IOMMU off" },
	{ "iommu", "on", VERDICT_WARN, "no effect on x86: \"on\" is not a value that Linux knows; with Intel it is intel_iommu=on" },
	{ ACS_OVERRIDE, NULL, VERDICT_WARN, "no effect, or a patched kernel that treats devices as isolated that are not" },
	{ 0 },
};

static void check_parameters(const struct subject *subject, struct finding *finding)
{
	g_autoptr(GString) words = g_string_new(NULL);
	g_autofree char *advice = NULL;
	enum verdict worst = VERDICT_PASS;
	guint found = 0;

	(void)subject;
	if (!root_exists("/proc/cmdline")) {
		unknown(finding, NULL, "/proc/cmdline cannot be read");
		return;
	}
	for (const struct parameter *parameter = parameters; parameter->name; parameter++) {
		g_autofree char *value = kernel_parameter(parameter->name);

		if (!value || (parameter->value && strcmp(value, parameter->value)))
			continue;
		/* Without it, the groups of the card and its neighbours would be one again. */
		if (!strcmp(parameter->name, ACS_OVERRIDE) && has_acs_override()) {
			detail(finding, ACS_OVERRIDE "%s%s: this kernel splits groups that the hardware does not isolate, so a guest's device may reach its neighbours",
			       *value ? "=" : "", value);
			continue;
		}
		detail(finding, "%s%s%s: %s", parameter->name, *value ? "=" : "", value, parameter->why);
		g_string_append_printf(words, "%s%s%s%s", words->len ? " " : "", parameter->name, *value ? "=" : "",
				       value);
		worst = MAX(worst, parameter->verdict);
		found++;
	}
	advice = g_strdup_printf("remove them from %s%s", command_line_place(), worst == VERDICT_FAIL ? " and reboot" : "");
	if (worst == VERDICT_PASS)
		pass(finding, "nothing to change");
	else if (worst == VERDICT_WARN)
		warn(finding, advice, "%u without effect", found);
	else
		fail(finding, advice, "%u without effect or harmful", found);
	if (found)
		cure_command_line(finding, NULL, false, words->str);
}

const struct check checks_host[] = {
	{ "cpu", "CPU virtualisation", false, check_cpu },
	{ "iommu", "IOMMU", false, check_iommu },
	{ "interrupts", "Interrupt remapping", false, check_interrupts },
	{ "kernel", "Kernel", false, check_kernel },
	{ "parameters", "Kernel parameters", false, check_parameters },
	{ 0 },
};
