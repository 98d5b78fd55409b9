// SPDX-License-Identifier: GPL-2.0-only
/* The firmware: what it demands of the IOMMU, for whom, and what may be behind it. */
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "host/kernel.h"
#include "host/root.h"

#define BIOS_OPTION "Kernel DMA Protection or Pre-boot DMA Protection"

/* What may be behind 1:1 mappings, by what the kernel calls the IOMMUs. */
static const struct {
	const char *unit, *advice;
} causes[] = {
	{ "ivhd", "look in the BIOS for " BIOS_OPTION " and turn it off, which may be the whole cure; else use the fix" },
	{ "dmar", NULL },	/* rmrr_advice() */
	{ "smmu", "the firmware or the card may really use this memory (a display that the firmware has set up, some RAID controllers): see whether the firmware's settings can turn that off; else use the fix" },
};

static GPtrArray *devices_of(const struct subject *subject)
{
	return subject->card ? subject->card->functions : subject->host->devices;
}

static bool covers_any(const struct subject *subject, const struct acpi_demand *demand)
{
	GPtrArray *devices = devices_of(subject);

	for (guint i = 0; i < devices->len; i++)
		if (firmware_demand_covers(subject->host, demand, devices->pdata[i]))
			return true;
	return false;
}

/* A line a block: where in the table, for whom, which pages, whether for the card. */
static guint list_demands(const struct subject *subject, struct finding *finding)
{
	const struct acpi_table *table = &subject->firmware->table;
	guint covering = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct acpi_demand *demand = &table->demands[i];
		g_autofree char *text = firmware_demand_text(subject->firmware, demand);
		bool covers = covers_any(subject, demand);

		covering += covers;
		detail(finding, "%s: %s: 0x%" G_GINT64_MODIFIER "x-0x%" G_GINT64_MODIFIER "x%s",
		       subject->firmware->name, text, demand->start, demand->start + demand->length - 1,
		       !subject->card ? "" : covers ? ", covers this card" : ", not this card");
	}
	return covering;
}

/* Proxmox VE's kernels from 6.2.16 on: the parameter is of a patch of theirs. */
static bool knows_relax_rmrr(void)
{
	int major = 0, minor = 0, patch = 0;

	sscanf(kernel_release(), "%d.%d.%d", &major, &minor, &patch);
	return g_str_has_suffix(kernel_release(), "-pve") &&
	       (major > 6 || (major == 6 && (minor > 2 || (minor == 2 && patch >= 16))));
}

/* HP's, or HPE's, by its own name or the older "Hewlett-Packard". */
static bool is_of_hp(void)
{
	static const char *const files[] = { "board_vendor", "sys_vendor" };

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *vendor = root_read("/sys/class/dmi/id/%s", files[i]);

		if (vendor && (g_str_has_prefix(vendor, "HP") || g_str_has_prefix(vendor, "Hewlett")))
			return true;
	}
	return false;
}

#define RMRR "the firmware may really use this memory through the card (a management controller, USB legacy support): "
#define RMRR_OF_HP \
	"turn \"HP Shared Memory features\" off for the card (Gen9 and later: in System Utilities, at the card's own settings; Gen8: with HPE's tool conrep, conrep_rmrds.xml, for the card's slot: Endpoints_Excluded), which works for some cards"

/* What to do about RMRRs, likeliest cure first; for g_free(). */
static char *rmrr_advice(const struct subject *subject)
{
	GString *text = g_string_new(RMRR);

	g_string_append(text, is_of_hp() ? RMRR_OF_HP : "see whether the BIOS can turn that off");
	if (subject->refusal == REFUSAL_CORE)
		g_string_append(text, "; else use the fix");
	if (knows_relax_rmrr())
		g_string_append(text, "; or intel_iommu=on,relax_rmrr on the kernel's command line, which this kernel knows, and which relaxes all devices");
	return g_string_free(text, FALSE);
}

/* The same for any; for g_free(). */
static char *advice(const struct subject *subject)
{
	g_autoptr(GPtrArray) units = root_list("/sys/class/iommu");

	for (size_t i = 0; units->len && i < G_N_ELEMENTS(causes); i++)
		if (g_str_has_prefix(units->pdata[0], causes[i].unit))
			return causes[i].advice ? g_strdup(causes[i].advice) : rmrr_advice(subject);
	return g_strdup("the firmware may really use this memory through the card: see whether its settings can turn that off; else use the fix");
}

static void check_demand(const struct subject *subject, struct finding *finding)
{
	const struct firmware *firmware = subject->firmware;
	const char *whom = subject->card ? "this card" : "devices of this host";
	g_autofree char *count = NULL, *cure = NULL;
	guint covering = 0;

	if (!subject->host->groups->len) {
		unknown(finding, NULL, "unknown without IOMMU groups");
		return;
	}
	if (firmware->state == FIRMWARE_READ) {
		covering = list_demands(subject, finding);
		count = covering ? g_strdup_printf(" (%u block%s of %s)", covering, covering == 1 ? "" : "s",
						   firmware->name) :
				   g_strdup_printf(" (by an alias or a bridge; no block of %s names it)",
						   firmware->name);
	}
	if (subject->demanded && subject->relaxed)
		pass(finding, "1:1 mappings for %s%s, relaxed", whom, count ? count : "");
	else if (subject->demanded && subject->refusal != REFUSAL_NONE)
		warn(finding, cure = advice(subject), "1:1 mappings for %s%s", whom, count ? count : "");
	else if (subject->demanded)
		pass(finding, "1:1 mappings for %s%s, which this kernel does not mind", whom, count ? count : "");
	else if (subject->card && covering)
		pass(finding, "1:1 mappings for %s%s, which Linux by itself does not insist on", whom, count);
	else
		pass(finding, "no 1:1 mappings for %s", whom);
}

static void check_table(const struct subject *subject, struct finding *finding)
{
	const struct firmware *firmware = subject->firmware;

	switch (firmware->state) {
	case FIRMWARE_NO_TABLE:
		pass(finding, "neither IVRS (AMD), DMAR (Intel) nor IORT (Arm): nothing to decode");
		break;
	case FIRMWARE_NO_ACCESS:
		unknown(finding, "run this as root", "the %s table: %s", firmware->name, firmware->error);
		break;
	case FIRMWARE_BROKEN:
		warn(finding, "look for a BIOS update", "%s is broken: %s", firmware->name, firmware->error);
		break;
	case FIRMWARE_READ:
		if (firmware->table.dma_protection && subject->demanded)
			warn(finding, "turn off " BIOS_OPTION " in the BIOS if you can do without it until Linux starts",
			     "%s says that the BIOS's DMA protection is on: likely why it demands 1:1 mappings",
			     firmware->name);
		else if (firmware->table.kind == ACPI_TABLE_IORT)
			pass(finding, "%s: demands for memory: %zu", firmware->name, firmware->table.count);
		else
			pass(finding, "%s: demands for memory: %zu; DMA protection: %s", firmware->name,
			     firmware->table.count, firmware->table.dma_protection ? "on" : "off");
		break;
	}
	/* Once the fix answers the demand, why it was made does not matter. */
	if (finding->verdict == VERDICT_WARN && firmware->state == FIRMWARE_READ &&
	    (subject->relaxed || subject->refusal == REFUSAL_NONE))
		pass(finding, "%s: the BIOS's DMA protection is on, and demands 1:1 mappings", firmware->name);
}

const struct check checks_firmware[] = {
	{ "demand", "Firmware's demand", false, check_demand },
	{ "table", "Firmware's table", false, check_table },
	{ 0 },
};
