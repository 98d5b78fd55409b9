// SPDX-License-Identifier: GPL-2.0-only
#include "host/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel_log.h"

/* Messages of vfio_passfix. Faults before the last "on" do not count. */
#define TURNED_ON FIX_MODULE ": on: "
#define TURNED_OFF FIX_MODULE ": off: "

#define ANY_SEGMENT UINT32_MAX

enum { SMMU_WORDS = 4 };

/* A fault as a driver logs it. */
struct report {
	uint32_t segment;	/* or ANY_SEGMENT, if the driver does not say */
	uint16_t id;		/* bus << 8 | device << 3 | function */
	uint64_t address;
};

/* SMMUv3 logs an event in several messages. */
struct smmu_event {
	int words;		/* how many have come; -1: none are expected */
	uint64_t word[SMMU_WORDS];
};

/* The hexadecimal number after @mark, with or without 0x. */
static bool number_after(const char *text, const char *mark, uint64_t *number)
{
	const char *at = strstr(text, mark);
	char *end;

	if (!at)
		return false;
	at += strlen(mark);
	if (!g_ascii_isxdigit(*at))
		return false;
	*number = g_ascii_strtoull(at, &end, 16);
	return end != at;
}

/* "0000:03:00.0" or "03:00.0" at the beginning of @text. */
static bool device_at(const char *text, struct report *report)
{
	unsigned int segment, bus, slot, function;

	if (sscanf(text, "%8x:%2x:%2x.%1x", &segment, &bus, &slot, &function) != 4) {
		if (sscanf(text, "%2x:%2x.%1x", &bus, &slot, &function) != 3)
			return false;
		segment = ANY_SEGMENT;
	}
	if (slot > 31 || function > 7)
		return false;
	report->segment = segment;
	report->id = (uint16_t)(bus << 8 | slot << 3 | function);
	return true;
}

static bool device_after(const char *text, const char *mark, struct report *report)
{
	const char *at = strstr(text, mark);

	return at && device_at(at + strlen(mark), report);
}

/*
 * "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:03:00.0 domain=... address=... flags=...]";
 * of a device with a driver "vfio-pci 0000:03:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=...".
 */
static bool read_amd(const char *text, struct report *report)
{
	const char *driver_end = strchr(text, ' ');

	return strstr(text, "AMD-Vi: Event logged [IO_PAGE_FAULT") &&
	       number_after(text, "address=", &report->address) &&
	       (device_after(text, "device=", report) || (driver_end && device_at(driver_end + 1, report)));
}

/* "DMAR: [DMA Read NO_PASID] Request device [03:00.0] fault addr 0x... [fault reason ...". */
static bool read_intel(const char *text, struct report *report)
{
	return g_str_has_prefix(text, "DMAR: [DMA ") && device_after(text, "Request device [", report) &&
	       number_after(text, "fault addr ", &report->address);
}

/*
 * "arm-smmu-v3 NAME: event 0x10 received:", then four words in a message each: the first has the
 * event's number and the stream id, which is the requester's id, the third has the address.
 * Events 0x10 to 0x13 are translation faults.
 */
static bool read_smmu(const char *text, struct smmu_event *event, struct report *report)
{
	uint64_t number;

	if (!g_str_has_prefix(text, "arm-smmu-v3 "))
		return false;
	if (number_after(text, ": event ", &number)) {
		event->words = number >= 0x10 && number <= 0x13 ? 0 : -1;
		return false;
	}
	if (event->words < 0 || !number_after(text, ": \\x09", &event->word[event->words]))
		return false;
	if (++event->words < SMMU_WORDS)
		return false;
	event->words = -1;
	report->segment = ANY_SEGMENT;
	report->id = (uint16_t)(event->word[0] >> 32);
	report->address = event->word[2];
	return true;
}

static const struct pci_device *device_of(const GPtrArray *relaxed, const struct report *report)
{
	for (guint i = 0; i < relaxed->len; i++) {
		const struct pci_device *device = relaxed->pdata[i];

		if (pci_device_id(device) == report->id &&
		    (report->segment == ANY_SEGMENT || report->segment == device->segment))
			return device;
	}
	return NULL;
}

/* The relaxed region of the device's group that contains the address, or NULL. */
static const struct region *region_of(const struct host *host, const struct pci_device *device, uint64_t address)
{
	const struct group *group = host_group_of(host, device);

	for (guint i = 0; group && i < group->regions->len; i++) {
		const struct region *region = &g_array_index(group->regions, struct region, i);

		if (!strcmp(region->type, "direct-relaxable") && region->start <= address && address <= region->end)
			return region;
	}
	return NULL;
}

/* The firmware's block that covers this address for the device; NULL: none. */
static char *block_of(const struct host *host, const struct firmware *firmware,
		      const struct pci_device *device, uint64_t address)
{
	for (size_t i = 0; i < firmware->table.count; i++) {
		const struct acpi_demand *demand = &firmware->table.demands[i];
		g_autofree char *text = NULL;

		if (!firmware_demand_covers(host, demand, device) || address < demand->start ||
		    address - demand->start >= demand->length)
			continue;
		text = firmware_block_text(&firmware->table, demand, 1);
		return g_strdup_printf("%s: %s", firmware->name, text);
	}
	return NULL;
}

/* Takes ownership of @block. */
static void add(GPtrArray *faults, const struct pci_device *device, const struct region *region,
		uint64_t address, char *block)
{
	struct fault *fault;

	for (guint i = 0; i < faults->len; i++) {
		fault = faults->pdata[i];
		if (fault->device == device && fault->region == region && !g_strcmp0(fault->block, block)) {
			fault->address = address;
			fault->count++;
			g_free(block);
			return;
		}
	}
	fault = g_new(struct fault, 1);
	*fault = (struct fault){
		.device = device,
		.region = region,
		.address = address,
		.count = 1,
		.block = block,
	};
	g_ptr_array_add(faults, fault);
}

static void fault_free(void *data)
{
	struct fault *fault = data;

	g_free(fault->block);
	g_free(fault);
}

GPtrArray *faults_read(const struct host *host, const struct fix *fix, const struct firmware *firmware)
{
	g_autoptr(GPtrArray) relaxed = fix_relaxed(fix, host);
	struct smmu_event event = { .words = -1 };
	bool whole, on;
	g_autoptr(GPtrArray) log = kernel_log(&whole);
	GPtrArray *faults;

	if (!log)
		return NULL;
	faults = g_ptr_array_new_with_free_func(fault_free);
	/* The fix is on now: if the beginning of the log is lost, it may have been on all the time. */
	on = !whole;
	for (guint i = 0; i < log->len; i++) {
		const char *text = log->pdata[i];
		const struct pci_device *device;
		const struct region *region;
		struct report report;
		char *block;

		if (g_str_has_prefix(text, TURNED_ON) || g_str_has_prefix(text, TURNED_OFF)) {
			on = g_str_has_prefix(text, TURNED_ON);
			g_ptr_array_set_size(faults, 0);
			continue;
		}
		if (!read_amd(text, &report) && !read_intel(text, &report) && !read_smmu(text, &event, &report))
			continue;
		device = on ? device_of(relaxed, &report) : NULL;
		region = device ? region_of(host, device, report.address) : NULL;
		if (!region)
			continue;
		block = block_of(host, firmware, device, report.address);
		if (block || firmware->state != FIRMWARE_READ)
			add(faults, device, region, report.address, block);
	}
	return faults;
}

char *fault_text(const struct fault *fault)
{
	g_autofree char *region = region_text(fault->region);

	return g_strdup_printf("%s: at 0x%" G_GINT64_MODIFIER "x, logged %u time%s, %s%s",
			       fault->device->address, fault->address, fault->count,
			       fault->count == 1 ? "" : "s", fault->block ? "" : "relaxed region ",
			       fault->block ? fault->block : region);
}
