// SPDX-License-Identifier: GPL-2.0-only
/* The computer: CPU, IOMMU, kernel. */
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "host/kernel.h"
#include "host/root.h"

static bool has_flag(const char *cpuinfo, const char *flag)
{
	const char *line = strstr(cpuinfo, "\nflags");
	const char *end = line ? strchr(line + 1, '\n') : NULL;
	g_autofree char *flags = line ? g_strndup(line, end ? (gsize)(end - line) : strlen(line)) : NULL;
	g_auto(GStrv) words = g_strsplit(flags ? flags : "", " ", -1);

	return g_strv_contains((const char *const *)words, flag);
}

static void check_cpu(const struct subject *subject, struct finding *finding)
{
	g_autofree char *cpuinfo = root_read("/proc/cpuinfo");
	const char *name;

	(void)subject;
	if (!cpuinfo) {
		unknown(finding, NULL, "/proc/cpuinfo cannot be read");
		return;
	}
	if (!strstr(cpuinfo, "\nflags")) {
		/* Arm's has other words, and no such BIOS option. */
		if (root_exists("/dev/kvm"))
			pass(finding, "KVM is ready");
		else
			fail(finding, "load the module kvm", "there is no /dev/kvm");
		return;
	}
	name = has_flag(cpuinfo, "svm") ? "SVM (AMD)" : has_flag(cpuinfo, "vmx") ? "VT-x (Intel)" : NULL;
	if (!name)
		fail(finding, "turn on SVM Mode (AMD) or Intel Virtualization Technology in the BIOS",
		     "off, or this CPU has none");
	else if (!root_exists("/dev/kvm"))
		fail(finding, "turn on SVM Mode (AMD) or Intel Virtualization Technology in the BIOS; if it is on: modprobe kvm_amd or kvm_intel",
		     "the CPU has %s, but KVM is not ready: no /dev/kvm", name);
	else
		pass(finding, "%s, and KVM is ready", name);
}

static void check_iommu(const struct subject *subject, struct finding *finding)
{
	g_autoptr(GPtrArray) units = root_list("/sys/class/iommu");
	const char *kind = "an IOMMU";
	const char *table = subject->firmware->name ? subject->firmware->name : "";

	if (units->len && subject->host->groups->len) {
		const char *first = units->pdata[0];

		if (g_str_has_prefix(first, "ivhd"))
			kind = "AMD-Vi";
		else if (g_str_has_prefix(first, "dmar"))
			kind = "Intel VT-d";
		else if (g_str_has_prefix(first, "smmu"))
			kind = "Arm SMMU";
		pass(finding, "%s, %u unit%s, %u groups", kind, units->len, units->len == 1 ? "" : "s",
		     subject->host->groups->len);
	} else if (!strcmp(table, "DMAR")) {
		fail(finding, "add intel_iommu=on to the kernel's command line and reboot",
		     "the BIOS offers Intel VT-d, but Linux does not use it");
	} else if (!strcmp(table, "IORT")) {
		fail(finding, "turn on the SMMU in the firmware's settings", "off: there are no IOMMU groups");
	} else {
		fail(finding, "turn on IOMMU (AMD-Vi) or VT-d in the BIOS; with Intel also add intel_iommu=on to the kernel's command line",
		     "off: there are no IOMMU groups");
	}
}

/* Whether somebody has told VFIO or iommufd to do without interrupt remapping. */
static bool unsafe_is_allowed(void)
{
	static const char *const owners[] = { FIX_FORK, "vfio_iommu_type1", "iommufd" };
	bool loaded = false;
	g_autofree char *options = module_configured("vfio_iommu_type1");

	for (size_t i = 0; i < G_N_ELEMENTS(owners); i++) {
		g_autofree char *value = module_parameter(owners[i], "allow_unsafe_interrupts");

		if (value && !strcmp(value, "Y"))
			return true;
		loaded = loaded || value;
	}
	/* What modprobe's configuration says counts once it is loaded. */
	return !loaded && options && strstr(options, "allow_unsafe_interrupts=1");
}

/* Without it a device could fake interrupts of others, so VFIO refuses it. */
static void check_interrupts(const struct subject *subject, struct finding *finding)
{
	g_autofree char *interrupts = root_read("/proc/interrupts");

	if (!subject->host->groups->len)
		unknown(finding, NULL, "unknown while the IOMMU is off");
	else if (!interrupts)
		unknown(finding, NULL, "/proc/interrupts cannot be read");
	else if (!strstr(interrupts, "IO-APIC"))
		pass(finding, "not a matter of the IOMMU on this machine");
	else if (strstr(interrupts, "IR-IO-APIC"))
		pass(finding, "on");
	else if (unsafe_is_allowed())
		pass(finding, "off, and allowed so by allow_unsafe_interrupts: a guest's device can fake interrupts of the host's");
	else
		fail(finding, "turn on x2APIC and interrupt remapping in the BIOS, look for a BIOS update (dmesg | grep -i remapping says more); or, for guests that you trust: options vfio_iommu_type1 allow_unsafe_interrupts=1 in /etc/modprobe.d",
		     "off: VFIO refuses devices");
}

static void check_kernel(const struct subject *subject, struct finding *finding)
{
	if (!*kernel_release())
		unknown(finding, NULL, "the kernel's release cannot be read");
	else if (subject->refuses)
		pass(finding, "%s refuses devices that the firmware demands 1:1 mappings for (" FIX_SINCE " and later do)",
		     kernel_release());
	else
		pass(finding, "%s does not refuse devices for 1:1 mappings (" FIX_SINCE " and later do): the fix is not needed",
		     kernel_release());
}

/* Parameters that people pass on; value NULL: whatever it is. */
static const struct parameter {
	const char *name, *value;
	enum verdict verdict;
	const char *why;
} parameters[] = {
	{ "amd_iommu", "on", VERDICT_WARN, "no effect: AMD's IOMMU is on by default, and \"on\" is no value that Linux knows" },
	{ "amd_iommu", "off", VERDICT_FAIL, "turns AMD's IOMMU off" },
	{ "amd_iommu_force_isolation", NULL, VERDICT_WARN, "no effect: Linux knows no such parameter" },
	{ "amd_vfio_pass_fix", NULL, VERDICT_WARN, "no effect: it belongs to a patched kernel; here the module's pass_fix does that work" },
	{ "intel_iommu", "off", VERDICT_FAIL, "turns Intel's IOMMU off" },
	{ "iommu", "off", VERDICT_FAIL, "turns the IOMMU off" },
	{ "iommu", "on", VERDICT_WARN, "no effect on x86: \"on\" is no value of it that Linux knows; with Intel it is intel_iommu=on" },
	{ "pcie_acs_override", NULL, VERDICT_WARN, "no effect, or a patched kernel that takes devices for isolated which are not" },
	{ 0 },
};

static void check_parameters(const struct subject *subject, struct finding *finding)
{
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
		detail(finding, "%s%s%s: %s", parameter->name, *value ? "=" : "", value, parameter->why);
		worst = MAX(worst, parameter->verdict);
		found++;
	}
	if (worst == VERDICT_PASS)
		pass(finding, "none that has no effect or does harm");
	else if (worst == VERDICT_WARN)
		warn(finding, "take them off the kernel's command line (on most systems in /etc/default/grub)",
		     "%u without effect", found);
	else
		fail(finding, "take them off the kernel's command line (on most systems in /etc/default/grub) and reboot",
		     "%u without effect or harmful", found);
}

const struct check checks_host[] = {
	{ "cpu", "CPU virtualisation", false, check_cpu },
	{ "iommu", "IOMMU", false, check_iommu },
	{ "interrupts", "Interrupt remapping", false, check_interrupts },
	{ "kernel", "Kernel", false, check_kernel },
	{ "parameters", "Kernel parameters", false, check_parameters },
	{ 0 },
};
