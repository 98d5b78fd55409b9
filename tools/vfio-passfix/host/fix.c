// SPDX-License-Identifier: GPL-2.0-only
#include "host/fix.h"

#include <stdio.h>
#include <string.h>

#include "host/iommu.h"
#include "host/kernel.h"
#include "host/root.h"
#include "host/scope.h"

const struct fix_parameter_kind fix_parameters[FIX_PARAMETERS] = {
	[FIX_PASS_FIX] = { "pass_fix", true, "-" },
	[FIX_DEVICES] = { "devices", false, "all" },
	[FIX_MEMLOCK] = { "memlock", true, "-" },
	[FIX_RELAXED] = { "relaxed", false, "-" },
};

/* Distributions backport require_direct to older releases; then the kernel's BTF has the name. */
static bool core_refuses(void)
{
	static const char member[] = "\0require_direct";
	g_autoptr(GBytes) types = NULL;
	gsize size = 0;
	const void *bytes;

	if (kernel_at_least(FIX_MAJOR, FIX_MINOR))
		return true;
	types = root_read_bytes("/sys/kernel/btf/vmlinux");
	bytes = types ? g_bytes_get_data(types, &size) : NULL;
	return bytes && memmem(bytes, size, member, sizeof(member));
}

enum refusal fix_refusal(void)
{
	static int refusal = -1;

	if (refusal < 0)
		refusal = core_refuses()   ? REFUSAL_CORE :
			  iommu_kind() == IOMMU_INTEL ? REFUSAL_INTEL :
					     REFUSAL_NONE;
	return (enum refusal)refusal;
}

/*
 * Intel's driver does not insist on the mappings of graphics and USB. It reports their regions
 * as relaxable since 5.3 (1c5c59fbad20); before, as "direct" like all others.
 */
static bool is_exempt(const struct host *host, const struct group *group)
{
	if (fix_refusal() != REFUSAL_INTEL || kernel_at_least(5, 3))
		return false;
	for (guint i = 0; i < group->members->len; i++) {
		const struct pci_device *device = pci_find(host->devices, group->members->pdata[i]);

		if (!device || (!pci_is_graphics(device) && device->class >> 8 != PCI_CLASS_USB))
			return false;
	}
	return true;
}

bool fix_is_demanded(const struct host *host, const struct group *group)
{
	return group_is_demanded(group) && !is_exempt(host, group);
}

/* Proxmox VE's kernels have had a patch for relax_rmrr since 6.2.16. */
bool fix_knows_relax_rmrr(void)
{
	int major = 0, minor = 0, patch = 0;

	if (iommu_kind() != IOMMU_INTEL)
		return false;
	sscanf(kernel_release(), "%d.%d.%d", &major, &minor, &patch);
	return g_str_has_suffix(kernel_release(), "-pve") &&
	       (major > 6 || (major == 6 && (minor > 2 || (minor == 2 && patch >= 16))));
}

/* The kernel applies each intel_iommu= on its command line, not only the last one. */
bool fix_has_relax_rmrr(void)
{
	g_autofree char *line = root_read("/proc/cmdline");
	g_auto(GStrv) words = g_strsplit_set(line ? line : "", " \t\n", -1);

	for (char **word = words; *word; word++) {
		g_auto(GStrv) values = g_str_has_prefix(*word, "intel_iommu=") ? g_strsplit_set(*word, "=,", -1) : NULL;

		if (values && g_strv_contains((const char *const *)values, "relax_rmrr"))
			return true;
	}
	return false;
}

const char *fix_exempt_by(void)
{
	return fix_knows_relax_rmrr() && fix_has_relax_rmrr() ?
		       "by relax_rmrr on the kernel's command line" :
		       "by Linux itself";
}

bool fix_is_set(const struct fix *fix, enum fix_parameter parameter)
{
	const char *value = fix->values[parameter];

	return value && (!strcmp(value, "1") || !strcmp(value, "Y"));
}

static enum fix_state state_of(const struct fix *fix)
{
	if (!fix->loaded)
		return FIX_OFF;
	if (!fix->values[FIX_PASS_FIX] || !fix->values[FIX_RELAXED])
		return FIX_UNKNOWN;
	if (!fix_is_set(fix, FIX_PASS_FIX))
		return FIX_OFF;
	/* In the first line; the devices follow. */
	return g_str_has_prefix(fix->values[FIX_RELAXED], "not in force") ? FIX_NOT_IN_FORCE : FIX_IN_FORCE;
}

void fix_read(struct fix *fix)
{
	fix->loaded = root_exists("/sys/module/" FIX_MODULE);
	fix->fork_loaded = root_exists("/sys/module/" FIX_FORK);
	fix->version = root_read("/sys/module/" FIX_MODULE "/version");
	for (size_t i = 0; i < FIX_PARAMETERS; i++)
		fix->values[i] = module_parameter(FIX_MODULE, fix_parameters[i].name);
	fix->state = state_of(fix);
}

void fix_clear(struct fix *fix)
{
	g_free(fix->version);
	for (size_t i = 0; i < FIX_PARAMETERS; i++)
		g_free(fix->values[i]);
}

bool fix_may_relax(const struct fix *fix, const struct host *host, const struct group *group)
{
	const char *devices = fix->values[FIX_DEVICES];

	if (fix->state == FIX_OFF)
		return false;
	/* Of the drivers, only AMD's relaxes nothing by itself. */
	return iommu_kind() == IOMMU_AMD || !devices || scope_is_all(devices) || scope_covers(devices, host, group);
}

/* A guest's container holds all groups of the card; memlock applies if one of them is in scope. */
static bool one_is_in_scope(const char *devices, const struct host *host, const struct card *card)
{
	g_autoptr(GPtrArray) groups = card_groups(host, card);

	for (guint i = 0; i < groups->len; i++)
		if (scope_covers(devices, host, groups->pdata[i]))
			return true;
	return scope_is_all(devices);
}

bool fix_lifts_memlock(const struct fix *fix, const struct host *host, const struct card *card)
{
	const char *devices = fix->values[FIX_DEVICES];

	return fix->fork_loaded && fix_is_set(fix, FIX_PASS_FIX) && fix_is_set(fix, FIX_MEMLOCK) && devices &&
	       (!card || one_is_in_scope(devices, host, card));
}

GPtrArray *fix_relaxed(const struct fix *fix, const struct host *host)
{
	const char *text = fix->values[FIX_RELAXED];
	g_auto(GStrv) words = g_strsplit_set(text ? text : "", " ,\n", -1);
	GPtrArray *devices = g_ptr_array_new();

	for (guint i = 0; i < host->devices->len; i++) {
		struct pci_device *device = host->devices->pdata[i];

		if (g_strv_contains((const char *const *)words, device->address))
			g_ptr_array_add(devices, device);
	}
	return devices;
}
