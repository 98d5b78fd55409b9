// SPDX-License-Identifier: GPL-2.0-only
/* The firmware: which 1:1 mappings it mandates, for which devices, and the likely reason. */
#include <errno.h>
#include <string.h>

#include "check/check.h"
#include "check/cure.h"
#include "host/faults.h"
#include "host/root.h"

static GPtrArray *devices_of(const struct subject *subject)
{
	return subject->card ? subject->card->functions : subject->host->devices;
}

static bool covers_any(const struct subject *subject, const struct acpi_demand *demands, size_t count)
{
	GPtrArray *devices = devices_of(subject);

	for (size_t i = 0; i < count; i++)
		for (guint j = 0; j < devices->len; j++)
			if (firmware_demand_covers(subject->host, &demands[i], devices->pdata[j]))
				return true;
	return false;
}

/*
 * Adds a line for each block that covers the card (without a card: any device), with its place
 * in the table, its devices and its memory. Other blocks are only counted.
 */
static guint list_demands(const struct subject *subject, struct finding *finding)
{
	const struct acpi_table *table = &subject->firmware->table;
	guint covering = 0, others = 0;
	size_t count, last = SIZE_MAX;

	for (size_t i = 0; i < table->count; i += count) {
		const struct acpi_demand *demands = &table->demands[i];
		g_autofree char *text = NULL, *memory = NULL;

		count = firmware_block_size(table, i);
		if (!covers_any(subject, demands, count)) {
			others += demands->offset != last;
			last = demands->offset;
			continue;
		}
		covering++;
		text = firmware_block_text(table, demands, count);
		memory = firmware_memory_text(demands);
		detail(finding, "%s: %s: %s", subject->firmware->name, text, memory);
	}
	if (others)
		detail(finding, "%s: %u %sblock%s, for none of %s", subject->firmware->name, others,
		       covering ? "more " : "", others == 1 ? "" : "s",
		       subject->card ? "the card's functions" : "this host's devices");
	return covering;
}

/* What to do about 1:1 mappings, the likeliest cure first; for g_free(). */
static char *demand_advice(const struct subject *subject)
{
	GString *text = g_string_new(NULL);

	if (is_cause_unseen(subject->firmware))
		g_string_append(text, "run this as root, to see which memory that is, and whether the BIOS's DMA protection is the cause");
	else if (is_by_protection(subject->firmware))
		g_string_append(text, "look in the BIOS for " BIOS_OPTION " and turn it off, which may be all you need; it may be hidden until IOMMU is set from Auto to Enabled");
	else
		g_string_printf(text, "the firmware may really use this memory through the card (%s): %s",
				demand_users(), rmrrs_are_of_hp() ? RMRR_OF_HP : "see whether the BIOS can turn that off");
	if (subject->refusal == REFUSAL_CORE)
		g_string_append(text, "; else use the fix");
	if (fix_knows_relax_rmrr())
		g_string_append(text, "; or intel_iommu=on,relax_rmrr on the kernel's command line, which this kernel knows, and which relaxes all devices");
	else if (fix_has_relax_rmrr())
		g_string_append(text, "; relax_rmrr on the kernel's command line has no effect here: only Proxmox VE's kernels from 6.2.16 on support it, and only with Intel's IOMMU");
	if (subject->firmware->state == FIRMWARE_NO_ACCESS && !is_cause_unseen(subject->firmware))
		g_string_append(text, ". Run this as root, to see which memory that is and why");
	return g_string_free(text, FALSE);
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
	else if (subject->demanded && subject->refusal != REFUSAL_NONE) {
		cure = demand_advice(subject);
		fail(finding, cure, "1:1 mappings for %s%s%s", whom, count ? count : "",
		     is_by_protection(firmware) ? ", likely because the BIOS's DMA protection is on" : "");
		cure_demand(subject, finding);
		if (fix_knows_relax_rmrr())
			cure_command_line(finding, "Or, instead of the fix, relax all devices", true, "intel_iommu=on,relax_rmrr");
	} else if (subject->demanded)
		pass(finding, "1:1 mappings for %s%s, which this kernel accepts", whom, count ? count : "");
	else if (subject->exempt)
		pass(finding, "1:1 mappings for %s%s, relaxed %s", whom, count ? count : "", fix_exempt_by());
	else if (subject->card && covering && !subject->regions_known)
		unknown(finding, NULL, "the firmware mandates 1:1 mappings for %s%s; its IOMMU group, which shows whether Linux makes them, is not there or cannot be read",
			whom, count);
	else if (subject->card && covering)
		pass(finding, "no 1:1 mappings for %s: Linux ignores the blocks that name it%s", whom, count);
	else
		pass(finding, "no 1:1 mappings for %s", whom);
}

/* What is wrong with the table although Linux uses it. */
static void list_flaws(const struct firmware *firmware, struct finding *finding)
{
	const struct acpi_table *table = &firmware->table;
	size_t count;

	for (size_t i = 0; i < table->count; i += count) {
		const struct acpi_demand *demand = &table->demands[i];

		count = firmware_block_size(table, i);
		for (size_t j = 1; !demand->ignored && j < count; j++)
			demand++;
		if (demand->ignored)
			detail(finding, "the %s at offset 0x%zx %s: that is for no device",
			       firmware_block_name(table), demand->offset, demand->ignored);
	}
	if (*table->note)
		detail(finding, "%s", table->note);
}

static const char *const protection_words[] = {
	[ACPI_TABLE_IVRS] = "; DMA protection: ",
	[ACPI_TABLE_DMAR] = "; opt-in flag for DMA protection: ",
	[ACPI_TABLE_IORT] = "",
};

static void check_table(const struct subject *subject, struct finding *finding)
{
	const struct firmware *firmware = subject->firmware;
	size_t blocks = firmware_block_count(&firmware->table);

	switch (firmware->state) {
	case FIRMWARE_NO_TABLE:
		pass(finding, "neither IVRS (AMD), DMAR (Intel) nor IORT (Arm): nothing to decode");
		break;
	case FIRMWARE_NO_ACCESS:
		unknown(finding, "run this as root", "the %s table: %s", firmware->name, firmware->error);
		cure_by_root(subject, finding);
		break;
	case FIRMWARE_BROKEN:
		if (!strcmp(firmware->name, "IORT")) {
			unknown(finding, NULL, "IORT cannot be decoded: %s", firmware->error);
			break;
		}
		warn(finding, "look for a BIOS update", "%s is invalid, so Linux does not use the IOMMU: %s", firmware->name,
		     firmware->error);
		cure_by_hand(finding, STAGE_BIOS, "Look for a BIOS update");
		break;
	case FIRMWARE_READ:
		list_flaws(firmware, finding);
		pass(finding, "%s: %zu block%s with 1:1 mappings%s%s", firmware->name, blocks,
		     blocks == 1 ? "" : "s", protection_words[firmware->table.kind],
		     firmware->table.kind == ACPI_TABLE_IORT ? "" : firmware->table.dma_protection ? "on" : "off");
		break;
	}
}

/* Whether the card (without one: any device) still uses the memory of relaxed regions. */
static void check_faults(const struct subject *subject, struct finding *finding)
{
	g_autoptr(GPtrArray) relaxed = fix_relaxed(subject->fix, subject->host);
	g_autoptr(GPtrArray) faults = NULL;

	if (subject->fix->state == FIX_UNKNOWN) {
		unknown(finding, "run this as root", "only root can see what is relaxed");
		cure_by_root(subject, finding);
		return;
	}
	if (!relaxed->len) {
		pass(finding, "no device is relaxed");
		return;
	}
	faults = faults_read(subject->host, subject->fix, subject->firmware);
	if (!faults) {
		unknown(finding, "run this as root", "the kernel's log cannot be read: %s", g_strerror(errno));
		cure_by_root(subject, finding);
		return;
	}
	for (guint i = 0; i < faults->len; i++) {
		const struct fault *fault = faults->pdata[i];
		g_autofree char *text = fault_text(fault);

		if (!subject->card || g_ptr_array_find(subject->card->functions, fault->device, NULL))
			detail(finding, "%s", text);
	}
	if (finding->details->len)
		warn(finding, FAULTS_MEAN, "DMA to memory that is relaxed was blocked (IO page faults)");
	else
		pass(finding, "no IO page faults at relaxed addresses since the fix was turned on");
}

const struct check checks_firmware[] = {
	{ "demand", "Firmware mappings", false, check_demand },
	{ "table", "Firmware table", false, check_table },
	{ "faults", "Firmware DMA", false, check_faults },
	{ 0 },
};
