// SPDX-License-Identifier: GPL-2.0-only
/*
 * strays container|iommufd BDF COUNT SEED EVENTS [leak ADDRESS]: claims an e1000 and
 * makes it do COUNT DMA reads and writes, in random order, at addresses that are not
 * mapped for it. None may arrive: reads return nothing, and no byte changes in pages of
 * this program, of the kernel and of the firmware (module/passfix_isolation.c). In between
 * there is DMA that must arrive, and mappings change. SEED determines the random numbers.
 * With "leak" a page is mapped behind our back after the setup, to see that it is found.
 * EVENTS says what the IOMMU must report, for each stray and nothing else:
 *
 *   addressed    a read or write by the device, with the page's address
 *   events       the same, but the address may be 0: QEMU's AMD IOMMU leaves it out of
 *                its events (it shifts 64 bits by 64)
 *   silent       nothing is checked: QEMU 7.2's AMD IOMMU reports nothing
 *
 * It uses an e1000, because its DMA is complete when the register write that starts it
 * returns; QEMU's edu takes 100 ms for each.
 */
#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "container.h"
#include "e1000.h"
#include "iommufd.h"
#include "pages.h"
#include "random.h"
#include "text.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define PARAMETERS "/sys/module/passfix_isolation/parameters/"

enum {
	OWN_PAGES = 64,
	CANARIES_MAX = 64,
	CHECK_EVERY = 500,
	REMAP_EVERY = 20,
	ARRIVES_EVERY = 4,	/* how many strays to each DMA that must arrive */
	EVENT_POLLS = 5000,
	EVENT_POLL_US = 1000,
};

/* On x86 a write to this range is an interrupt. */
static const uint64_t interrupts = 0xfee00000, interrupts_end = 0xfef00000;

/* The device's own descriptors and buffers, which are always mapped. */
static const uint64_t nic_iova = 0xe0000000;

static struct vfio_session session = VFIO_SESSION_CLOSED;
static struct e1000 nic;
static uint16_t requester;
static bool counts_events, addressed;

static struct random chance;

static uint64_t below(uint64_t limit)
{
	return random_number(&chance) % limit;
}

/* Never zero, which is read where nothing is mapped. */
static uint32_t random_word(void)
{
	return (uint32_t)random_number(&chance) | 1;
}

/* Memory of this program with known words. */
struct known {
	void *memory;
	uint32_t *expected;
	uint64_t size;
};

static struct known make_known(uint64_t size)
{
	struct known known = { .size = size };
	uint64_t i;

	known.memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	if (known.memory != MAP_FAILED)
		known.expected = malloc(size);
	if (!known.expected)
		err(1, "%" PRIu64 " bytes of memory", size);
	for (i = 0; i < size / 4; i++)
		known.expected[i] = random_word();
	memcpy(known.memory, known.expected, size);

	return known;
}

static bool is_as_known(struct known *known)
{
	return !memcmp(known->memory, known->expected, known->size);
}

/* The mappings that come and go. */
static struct slot {
	uint64_t iova;
	uint64_t size;
	struct known known;
	bool mapped;
} slots[] = {
	{ .iova = 0x0, .size = 0x10000 },
	{ .iova = 0x10001000, .size = 0x1000 },
	{ .iova = 0x40000000, .size = 0x400000 },
	{ .iova = 0x100000000, .size = 0x3000 },
	{ .iova = 0x1234567000, .size = 0x2000 },
	{ .iova = 0x3ffffff000, .size = 0x1000 },
};

static struct known own_pages;
static uint64_t own_physical[OWN_PAGES];

static struct canary {
	char whose[16];
	uint64_t physical;
} canaries[CANARIES_MAX];
static size_t canary_count;

static size_t read_parameter(const char *name, char *text, size_t size)
{
	char path[128];
	ssize_t length;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	length = text_read(path, text, size);
	if (length < 0)
		err(1, "%s", path);

	return (size_t)length;
}

static void read_canaries(void)
{
	char text[PAGE], *line, *rest = text;

	read_parameter("canaries", text, sizeof(text));
	while ((line = strsep(&rest, "\n")) && *line) {
		struct canary *canary = &canaries[canary_count++];

		if (canary_count > CANARIES_MAX ||
		    sscanf(line, "%15s %" SCNx64, canary->whose, &canary->physical) != 2)
			errx(1, "canaries: \"%s\"", line);
	}
}

static void find_own_pages(void)
{
	size_t i;

	own_pages = make_known((uint64_t)OWN_PAGES * PAGE);
	for (i = 0; i < OWN_PAGES; i++)
		own_physical[i] = pages_physical((uint8_t *)own_pages.memory + i * PAGE);
}

static void set_mapped(struct slot *slot, bool mapped)
{
	if (mapped ? vfio_map(&session, slot->known.memory, slot->iova, slot->size) :
		     vfio_unmap(&session, slot->iova, slot->size))
		err(1, "%s 0x%" PRIx64, mapped ? "map" : "unmap", slot->iova);
	slot->mapped = mapped;
}

static bool within(uint64_t address, uint64_t start, uint64_t size)
{
	return address >= start && address - start < size;
}

static bool is_mapped(uint64_t address)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(slots); i++)
		if (slots[i].mapped && within(address, slots[i].iova, slots[i].size))
			return true;
	return within(address, nic_iova, PAGE);
}

/* NULL if there is none. */
static struct slot *random_slot(bool mapped)
{
	size_t i, at = below(ARRAY_SIZE(slots));

	for (i = 0; i < ARRAY_SIZE(slots); i++, at = (at + 1) % ARRAY_SIZE(slots))
		if (slots[at].mapped == mapped)
			return &slots[at];
	return NULL;
}

static uint64_t in_page(uint64_t page)
{
	return page + below(PAGE / 4) * 4;
}

static uint64_t canary_of(const char *whose)
{
	struct canary *canary;

	do {
		canary = &canaries[below(canary_count)];
	} while (strcmp(canary->whose, whose));

	return in_page(canary->physical);
}

static uint64_t pick_own(void)
{
	return in_page(own_physical[below(OWN_PAGES)]);
}

static uint64_t pick_kernel(void)
{
	return canary_of("kernel");
}

static uint64_t pick_firmware(void)
{
	return canary_of("firmware");
}

static uint64_t pick_edge(void)
{
	struct slot *slot = random_slot(true);

	if (!slot)
		return 0;
	return below(2) ? slot->iova - 4 : slot->iova + slot->size;
}

static uint64_t pick_unmapped(void)
{
	struct slot *slot = random_slot(false);

	return slot ? slot->iova + below(slot->size / 4) * 4 : 0;
}

static uint64_t pick_anywhere(void)
{
	return below(1ULL << 36) * 4;
}

static uint64_t pick_beyond(void)
{
	return (random_number(&chance) | 1ULL << 63) & ~3ULL;
}

static struct class {
	const char *name;
	uint64_t (*pick)(void);
	unsigned int reads, writes;
} classes[] = {
	{ .name = "physical addresses of ours", .pick = pick_own },
	{ .name = "physical addresses of the kernel's", .pick = pick_kernel },
	{ .name = "the firmware's regions", .pick = pick_firmware },
	{ .name = "next to a mapping", .pick = pick_edge },
	{ .name = "mapped before", .pick = pick_unmapped },
	{ .name = "anywhere", .pick = pick_anywhere },
	{ .name = "beyond the address width", .pick = pick_beyond },
};

static unsigned int strays, arrivals, events;

/* Whether there is no event yet, or exactly the expected one. */
static bool event_came(uint64_t address, const char *direction)
{
	char text[PAGE], reported_direction[8];
	uint64_t reported;
	unsigned int who;
	int end = 0;

	if (!read_parameter("events", text, sizeof(text)))
		return false;
	if (sscanf(text, "%" SCNx64 " %x %7s\n%n", &reported, &who, reported_direction, &end) != 3 ||
	    text[end] || who != requester || strcmp(reported_direction, direction) ||
	    ((reported ^ address) / PAGE && (addressed || reported)))
		errx(1, "stray %u, a %s of 0x%" PRIx64 " by 0x%x: the IOMMU reports %s",
		     strays, direction, address, requester, text);
	events++;

	return true;
}

static void wait_for_event(struct class *class, uint64_t address, const char *direction)
{
	int polls;

	for (polls = 0; polls < EVENT_POLLS; polls++) {
		if (event_came(address, direction))
			return;
		usleep(EVENT_POLL_US);
	}
	errx(1, "stray %u (%s, 0x%" PRIx64 "): the IOMMU reports nothing", strays, class->name, address);
}

static void expect_no_event(void)
{
	char text[PAGE];

	if (counts_events && read_parameter("events", text, sizeof(text)))
		errx(1, "after stray %u: the IOMMU reports what no stray was: %s", strays, text);
}

static void stray(void)
{
	bool write = below(2);
	struct class *class;
	uint64_t address;
	uint32_t word;

	do {
		class = &classes[below(ARRAY_SIZE(classes))];
		/* An older QEMU ignores the bits above the levels of its page tables. */
		if (!counts_events && class->pick == pick_beyond)
			continue;
		address = class->pick();
		/* 0: none can be picked now. Also, the device treats a descriptor with address 0 as empty. */
		if (address && !is_mapped(address) &&
		    !within(address, interrupts, interrupts_end - interrupts))
			break;
	} while (true);

	strays++;
	if (write) {
		class->writes++;
		e1000_write_word(&nic, address, random_word());
	} else {
		class->reads++;
		word = e1000_read_word(&nic, address);
		if (word)
			errx(1, "stray %u (%s): a read of 0x%" PRIx64 " brought 0x%x",
			     strays, class->name, address, word);
	}
	if (counts_events)
		wait_for_event(class, address, write ? "write" : "read");
}

static void arrive(void)
{
	struct slot *slot = random_slot(true);
	uint64_t at;

	if (!slot)
		return;
	at = below(slot->size / 4);
	if (!(slot->iova + at * 4))
		at = 1;

	if (below(2)) {
		slot->known.expected[at] = random_word();
		e1000_write_word(&nic, slot->iova + at * 4, slot->known.expected[at]);
	} else if (e1000_read_word(&nic, slot->iova + at * 4) != slot->known.expected[at]) {
		errx(1, "after stray %u: a read of 0x%" PRIx64 ", which is mapped, did not arrive",
		     strays, slot->iova + at * 4);
	}
	arrivals++;
}

static void check(void)
{
	char changed[32];
	size_t i;

	read_parameter("changed", changed, sizeof(changed));
	if (atoi(changed))
		errx(1, "by stray %u: %d bytes of the kernel's or the firmware's have changed",
		     strays, atoi(changed));
	if (!is_as_known(&own_pages))
		errx(1, "by stray %u: pages of ours have changed", strays);
	for (i = 0; i < ARRAY_SIZE(slots); i++)
		if (!is_as_known(&slots[i].known))
			errx(1, "by stray %u: what is or was mapped at 0x%" PRIx64 " is not as DMA has left it",
			     strays, slots[i].iova);
}

static void leak(const char *bdf, const char *address)
{
	char command[64];

	snprintf(command, sizeof(command), "%s %s", bdf, address);
	if (text_write(PARAMETERS "leak", command))
		err(1, "leak");
}

static void claim(const char *way, char *bdf)
{
	unsigned int bus, device, function;
	struct known memory;

	if (sscanf(bdf, "0000:%x:%x.%x", &bus, &device, &function) != 3)
		errx(2, "\"%s\" is no address of a device", bdf);
	requester = bus << 8 | device << 3 | function;
	if (!strcmp(way, "iommufd"))
		iommufd_claim(&session, bdf);
	else
		vfio_claim(&session, VFIO_CONTAINER, bdf);

	memory = make_known(PAGE);
	if (vfio_map(&session, memory.memory, nic_iova, PAGE))
		err(1, "map 0x%" PRIx64, nic_iova);
	nic = e1000_open(session.device[0].fd, memory.memory, nic_iova);
	/* The device changes it while it works. */
	free(memory.expected);
}

static void print_summary(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		printf("%s: %u reads, %u writes\n", classes[i].name, classes[i].reads, classes[i].writes);
	printf("%u strays, %u blocked", strays, strays);
	if (counts_events)
		printf(", %u events", events);
	printf(", %u arrivals between\n", arrivals);
}

int main(int argc, char **argv)
{
	char text[PAGE];
	unsigned int count;
	size_t i;

	if (argc != 6 && argc != 8)
		errx(2, "usage: strays container|iommufd BDF COUNT SEED addressed|events|silent [leak ADDRESS]");
	count = (unsigned int)atoi(argv[3]);
	chance.state = strtoull(argv[4], NULL, 0);
	addressed = !strcmp(argv[5], "addressed");
	counts_events = strcmp(argv[5], "silent");

	claim(argv[1], argv[2]);
	read_canaries();
	find_own_pages();
	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		slots[i].known = make_known(slots[i].size);
		set_mapped(&slots[i], true);
	}
	/* Discard earlier events. */
	read_parameter("events", text, sizeof(text));
	if (argc == 8)
		leak(argv[2], argv[7]);

	while (strays < count) {
		if (strays % REMAP_EVERY == 0) {
			struct slot *slot = &slots[below(ARRAY_SIZE(slots))];

			set_mapped(slot, !slot->mapped);
		}
		stray();
		if (strays % ARRIVES_EVERY == 0) {
			arrive();
			expect_no_event();
		}
		if (strays % CHECK_EVERY == 0)
			check();
	}
	check();
	print_summary();
	vfio_close(&session);
	return 0;
}
