// SPDX-License-Identifier: GPL-2.0-only
/* The card: display, BARs, group, drivers. */
#include <string.h>

#include "check/check.h"
#include "check/cure.h"
#include "host/boot_screen.h"
#include "host/cpu.h"
#include "host/in_use.h"
#include "host/iommu.h"
#include "host/libvirt.h"
#include "host/machine.h"
#include "host/platform.h"
#include "host/root.h"
#include "host/users.h"

#define FOUR_GIB (UINT64_C(4) << 30)
#define MIB (UINT64_C(1) << 20)
#define VENDOR_AMD_GRAPHICS 0x1002

static const struct pci_device *display_of(const struct card *card)
{
	for (guint i = 0; i < card->functions->len; i++)
		if (pci_is_display(card->functions->pdata[i]))
			return card->functions->pdata[i];
	return NULL;
}

static void check_display(const struct subject *subject, struct finding *finding)
{
	const struct pci_device *display = display_of(subject->card);
	const struct pci_device *boot = host_boot_display(subject->host);
	const struct setup_card *demand = setup_state_on_demand(subject->setup, subject->card);
	g_autofree char *screen = NULL, *name = NULL;
	bool given_up;

	if (!display) {
		pass(finding, pci_is_gpu(subject->card->main) ? "a GPU without a display" : "not a graphics card");
		return;
	}
	if (!card_has_vga(subject->card)) {
		pass(finding, "this card has no VGA function, so it is no boot display");
		return;
	}
	/* A driver of the host's has taken the firmware's picture over. */
	given_up = !display->driver || pci_is_reserved(display);
	screen = given_up ? boot_screen_on(subject->card) : NULL;
	if (screen) {
		warn(finding, "if the guest does not start (\"can't reserve\" in dmesg), try initcall_blacklist=sysfb_init on the kernel's command line; the host then has no picture on this card from the start",
		     "%s, the picture that the firmware left, holds memory of this card", screen);
		cure_command_line(finding, "If the guest does not start (\"can't reserve\" in dmesg), turn off the host's picture on this card",
				  true, "initcall_blacklist=sysfb_init");
		return;
	}
	if (display == boot && display->driver && given_up) {
		pass(finding, "the host booted on this card, but no longer uses it");
		return;
	}
	if (demand && !given_up) {
		pass(finding, "the host has it, except while %s runs", demand->guests);
		return;
	}
	if (!pci_is_reserved(display) && card_is_only_screen(subject->host, subject->card)) {
		warn(finding, "make sure that you reach this host in another way, such as SSH, before the card is taken",
		     "this is the host's only display: it has no picture while a guest has the card");
		return;
	}
	if (display == boot) {
		fail(finding, "set the BIOS's primary display to the other GPU (IGD, integrated, onboard) and plug the monitor in there",
		     "the host boots on this card");
		cure_by_hand(finding, STAGE_BIOS, "In the BIOS, make the other GPU (IGD, integrated, onboard) the primary display, and plug the monitor in there");
		return;
	}
	if (!boot) {
		warn(finding, "fine for a host that is used over the network; else make another GPU the primary display",
		     "the kernel names no boot display");
		return;
	}
	name = pci_name(boot);
	pass(finding, "the host boots on another one: %s %s", boot->address, name);
}

static char *size_text(uint64_t bytes)
{
	if (bytes >= UINT64_C(1) << 30 && !(bytes & ((UINT64_C(1) << 30) - 1)))
		return g_strdup_printf("%" G_GUINT64_FORMAT " GiB", bytes >> 30);
	if (bytes >= MIB)
		return g_strdup_printf("%" G_GUINT64_FORMAT " MiB", bytes / MIB);
	return g_strdup_printf("%" G_GUINT64_FORMAT " KiB", bytes >> 10);
}

/* BARs that may be above 4 GiB: 64-bit prefetchable memory. */
static bool may_lie_high(const struct pci_bar *bar)
{
	return bar->size && bar->memory && bar->wide && bar->prefetchable;
}

/* Whether a function of the card has such a BAR. */
static bool has_high_bar(const struct card *card)
{
	for (guint i = 0; i < card->functions->len; i++)
		for (int j = 0; j < PCI_BARS; j++)
			if (may_lie_high(&((const struct pci_device *)card->functions->pdata[i])->bars[j]))
				return true;
	return false;
}

static void cure_above_4g(struct finding *finding)
{
	if (machine() == MACHINE_VIRTUAL)
		cure_as_advised(finding, STAGE_BIOS);
	else
		cure_by_hand(finding, STAGE_BIOS, "In the BIOS, turn on Above 4G Decoding");
}

static void check_bars(const struct subject *subject, struct finding *finding)
{
	const char *advice = machine() == MACHINE_VIRTUAL ?
				     "on this virtual machine's host, give it UEFI firmware (OVMF), which puts BARs above 4 GiB" :
				     "turn on Above 4G Decoding in the BIOS";
	guint high = 0, low = 0, lost = 0;

	finding->told = true;
	for (guint i = 0; i < subject->card->functions->len; i++) {
		const struct pci_device *device = subject->card->functions->pdata[i];

		for (int j = 0; j < PCI_BARS; j++) {
			const struct pci_bar *bar = &device->bars[j];

			if (bar->size && bar->memory && !bar->start) {
				detail(finding, "%s: BAR %d has no address", device->address, j);
				lost++;
			} else if (may_lie_high(bar)) {
				*(bar->start >= FOUR_GIB ? &high : &low) += 1;
			}
		}
	}
	if (lost) {
		fail(finding, advice, "%u BAR%s did not fit", lost, lost == 1 ? "" : "s");
		cure_above_4g(finding);
	} else if (!high && !low) {
		pass(finding, "this card has no BAR that needs it");
	} else if (!high) {
		warn(finding, advice, "off: all BARs lie below 4 GiB");
		cure_above_4g(finding);
	} else {
		pass(finding, "on: %u BAR%s above 4 GiB", high, high == 1 ? " lies" : "s lie");
	}
}

static uint64_t largest(uint64_t sizes)
{
	uint64_t bytes = MIB;

	while (sizes >>= 1)
		bytes <<= 1;
	return bytes;
}

static void check_rebar(const struct subject *subject, struct finding *finding)
{
	const struct pci_bar *found = NULL;
	g_autofree char *own = NULL, *most = NULL;

	for (guint i = 0; i < subject->card->functions->len; i++) {
		const struct pci_device *device = subject->card->functions->pdata[i];

		for (int j = 0; j < PCI_BARS; j++) {
			const struct pci_bar *bar = &device->bars[j];

			if (bar->sizes && (!found || largest(bar->sizes) > largest(found->sizes)))
				found = bar;
		}
	}
	if (!found) {
		pass(finding, "this card has no BAR that can be resized");
		return;
	}
	own = size_text(found->size);
	most = size_text(largest(found->sizes));
	if (machine() == MACHINE_VIRTUAL) {
		pass(finding, "set by the hypervisor: a BAR of %s, of %s possible", own, most);
	} else if (found->size < largest(found->sizes)) {
		warn(finding, "turn on Resizable BAR in the BIOS; guests are slower without it, but work",
		     "off: a BAR of %s, of %s possible", own, most);
		cure_by_hand(finding, STAGE_BIOS, "In the BIOS, turn on Resizable BAR, for a faster guest");
	} else {
		pass(finding, "on: a BAR of %s", own);
	}
}

/* A guest with the host's CPU model has its address width, too, and its firmware puts BARs at the end. */
static void check_width(const struct subject *subject, struct finding *finding)
{
	int cpu = cpu_address_bits(), iommu = iommu_width(subject->card);
	g_autofree char *advice = NULL;

	if (!cpu || !iommu) {
		pass(finding, "unknown for this %s", cpu ? "IOMMU" : "CPU");
	} else if (cpu <= iommu) {
		pass(finding, "CPU %d bits, IOMMU %d bits", cpu, iommu);
	} else if (!has_high_bar(subject->card)) {
		pass(finding, "CPU %d bits, IOMMU %d bits, but a guest has this card's memory below 4 GiB", cpu, iommu);
	} else if (libvirt_limits_addresses(subject->card, iommu)) {
		pass(finding, "CPU %d bits, IOMMU %d bits, and the domain is limited to that", cpu, iommu);
	} else {
		bool qm = platform_has_qm();

		advice = g_strdup_printf(qm ? "limit the guest's addresses to %d bits" :
					      "limit the guest's addresses: <maxphysaddr mode=\"passthrough\" limit=\"%d\"/> in its <cpu>, as vfio-passfix xml --domain prints it",
					 iommu);
		warn(finding, advice, "CPU %d bits, IOMMU %d bits: a guest may put the card's memory where the IOMMU does not reach",
		     cpu, iommu);
		/* QEMU replaces the phys-bits of CPU type host, which qm can set, by the host's, up to this limit. */
		if (qm)
			cure_by(finding, STAGE_GUEST, "Limit the addresses of a guest with CPU type host",
				"qm set VMID --args '-global host-x86_64-cpu.host-phys-bits-limit=%d'", iommu);
	}
}

/* The kernel's reset methods, by name since 5.15: "flr bus"; "" if it has none; for g_free(). */
static char *reset_methods(const struct pci_device *device)
{
	char *methods = root_read("/sys/bus/pci/devices/%s/reset_method", device->address);

	/* If there is no method, neither file exists; before 5.15 only "reset" exists. */
	if (!methods)
		methods = g_strdup(root_exists("/sys/bus/pci/devices/%s/reset", device->address) ? "this kernel does not report it" : "");
	return g_strstrip(methods);
}

#define RESET_ADVICE "start a guest with it twice. If the second start fails: shut guests down from inside instead of stopping them; suspend and resume the host to revive the card (sudo rtcwake -m mem -s 5), "
#define RESET_ADVICE_END "or reboot it"

/* If QEMU has all functions of a card, it can also reset them by their bus, which helps some cards. */
static void check_reset(const struct subject *subject, struct finding *finding)
{
	const struct pci_device *display = display_of(subject->card);
	const struct pci_device *device = display ? display : subject->card->main;
	g_autofree char *methods = reset_methods(device);

	if (*methods)
		pass(finding, "possible: %s", methods);
	/* The kernel takes the first that works. */
	if (strchr(methods, ' ') && root_exists("/sys/bus/pci/devices/%s/reset_method", device->address))
		detail(finding, "to try one alone: echo %s | sudo tee /sys/bus/pci/devices/%s/reset_method", strrchr(methods, ' ') + 1,
		       device->address);
	if (*methods)
		return;
	warn(finding,
	     display && display->vendor == VENDOR_AMD_GRAPHICS ?
		     RESET_ADVICE "load the module vendor-reset if it knows the card (Polaris, Vega, Navi 1x), " RESET_ADVICE_END :
		     RESET_ADVICE RESET_ADVICE_END,
	     "the kernel has no way to reset %s: it may not work when a guest is started again",
	     device->address);
	cure_as_advised(finding, STAGE_GUEST);
}

/* What is assigned with the card, and what the host must release for it. */
static void check_group(const struct subject *subject, struct finding *finding)
{
	g_autoptr(GPtrArray) groups = card_groups(subject->host, subject->card);
	g_autoptr(GString) names = g_string_new(NULL), neighbours = g_string_new(NULL);
	const char *controller = card_controller(subject->card);
	guint others = 0, busy = 0;

	finding->told = true;
	if (controller) {
		g_autofree char *advice = g_strdup_printf("turn VMD off in the BIOS, or assign the whole controller with all that is behind it: sudo vfio-passfix doctor %s",
							  controller);

		fail(finding, advice, "behind Intel's VMD, %s: its DMA bears that controller's id, so it cannot be assigned by itself",
		     controller);
		cure_by(finding, STAGE_BIOS, "In the BIOS, turn VMD off; or assign the whole controller",
			"sudo vfio-passfix doctor %s", controller);
		return;
	}
	if (!groups->len && groups_come_late()) {
		g_autofree char *advice = g_strdup_printf("bind it and look again: sudo vfio-passfix bind %s",
							  subject->card->main->address);

		unknown(finding, advice, "in none yet: this kernel puts a device into its group with its first driver");
		return;
	}
	if (!groups->len) {
		if (subject->host->groups->len) {
			fail(finding, NULL, "the card is in no IOMMU group, though others are: no IOMMU is in charge of it");
		} else if (machine() == MACHINE_REAL) {
			fail(finding, "turn on the IOMMU first", "the card is in no IOMMU group");
			cure_by_setup(subject, finding);
		} else {
			unknown(finding, NULL, "unknown without IOMMU groups");
		}
		return;
	}
	for (guint i = 0; i < groups->len; i++) {
		const struct group *group = groups->pdata[i];

		g_string_append_printf(names, "%s%d (%s)", i ? ", " : "", group->number,
				       group->type ? group->type : "type unknown");
		for (guint j = 0; j < group->members->len; j++) {
			const struct pci_device *device = pci_find(subject->host->devices,
								   group->members->pdata[j]);
			g_autofree char *name = NULL;

			/* A bridge stays with the host, and does not prevent an assignment. */
			if (!device || card_has(subject->card, device) || pci_is_bridge(device) ||
			    card_controls(subject->card, device))
				continue;
			name = pci_name(device);
			detail(finding, "%s %s, %s", device->address, name,
			       device->driver ? device->driver : "no driver");
			others++;
			if (device->driver && !pci_is_reserved(device)) {
				busy++;
				g_string_append_printf(neighbours, " %s", device->address);
			}
		}
	}
	if (busy) {
		fail(finding, "assign these as well (vfio-passfix bind), or move the card to another slot: a group is assigned as a whole",
		     "%s, with %u other device%s that the host uses", names->str, busy, busy == 1 ? "" : "s");
		cure_by(finding, STAGE_SETUP, "Move the card to another slot, or assign its neighbours as well",
			"sudo vfio-passfix setup %s%s --apply", subject->named, neighbours->str);
	} else {
		pass(finding, "%s%s", names->str, others ? ", with others that the host does not use" : "");
	}
}

static void check_binding(const struct subject *subject, struct finding *finding)
{
	/* bind takes the only display only with --force. */
	const char *force = card_is_only_screen(subject->host, subject->card) ? " --force" : "";
	g_autofree char *devices = g_strconcat(subject->device, force, NULL);
	g_autofree char *at_boot = advise_setup(devices);
	g_autofree char *advice = g_strdup_printf("now: sudo vfio-passfix bind %s; at each boot: %s", devices, at_boot);
	const struct setup_card *demand = setup_state_on_demand(subject->setup, subject->card);
	guint bound = 0;

	for (guint i = 0; i < subject->card->functions->len; i++) {
		const struct pci_device *device = subject->card->functions->pdata[i];
		g_autofree char *name = pci_name(device);
		g_autofree char *id = pci_id(device);

		detail(finding, "%s %s [%s]: %s", device->address, name, id,
		       device->driver ? device->driver : "no driver");
		bound += device->driver && pci_driver_is_vfio(device->driver);
	}
	if (demand && !bound) {
		pass(finding, "on demand, when %s starts", demand->guests);
	} else if (bound == subject->card->functions->len) {
		pass(finding, "%s bound to vfio-pci", bound == 1 ? "it is" : "all functions are");
	} else if (card_controller(subject->card)) {
		unknown(finding, NULL, "cannot be bound to vfio-pci by itself");
	} else if (!subject->host->groups->len && machine() != MACHINE_REAL) {
		unknown(finding, NULL, "cannot be bound to vfio-pci without an IOMMU group");
	} else {
		fail(finding, advice, "%u of %u function%s bound to vfio-pci", bound, subject->card->functions->len,
		     subject->card->functions->len == 1 ? "" : "s");
		cure_by_setup(subject, finding);
	}
}

/* What on the host uses the card, and would lose it. */
static void check_use(const struct subject *subject, struct finding *finding)
{
	bool hidden;
	g_autoptr(GPtrArray) users = users_of(subject->card, &hidden);
	const struct setup_card *demand = setup_state_on_demand(subject->setup, subject->card);
	guint uses = 0;

	finding->told = true;
	for (guint i = 0; i < subject->card->functions->len; i++) {
		const struct pci_device *device = subject->card->functions->pdata[i];
		g_autofree char *use = in_use_by(device);
		g_autofree char *why = card_why_too(subject->card, device);

		if (!use)
			continue;
		detail(finding, "%s: %s%s", device->address, use, why);
		uses++;
	}
	for (guint i = 0; i < users->len; i++)
		detail(finding, "%s", (char *)users->pdata[i]);
	if (uses) {
		warn(finding, "end that first; until then, bind and setup refuse the card",
		     "the host is using it");
		cure_by_hand(finding, STAGE_HOST, "End the host's use of it, shown above: setup and bind refuse the card until then");
	} else if (users->len && demand && demand->stop_desktop) {
		pass(finding, "the desktop, which is stopped when %s starts", demand->guests);
	} else if (users->len && demand) {
		warn(finding, "stop these first, since the guest is refused until then; or set the card up again with --stop-desktop, which stops them",
		     "programs or the text console use it");
	} else if (users->len) {
		warn(finding, "stop that before you run bind, which refuses the card until then (on a desktop, log out); setup need not wait, since it takes effect at the next boot",
		     "the host is using it");
		cure_by_setup(subject, finding);
	} else if (hidden) {
		unknown(finding, "run this with sudo",
			"no file system, swap or network link of the host uses it; only root can see what other users' programs have open");
		cure_by_root(subject, finding);
	} else {
		pass(finding, "no file system, swap, network link, program or text console of the host");
	}
}

static void check_setup(const struct subject *subject, struct finding *finding)
{
	const struct setup_state *state = subject->setup;

	if (state->settled)
		pass(finding, "%s", state->seen);
	else
		warn(finding, state->advice, "%s", state->seen);
	if (state->cure)
		cure_by_setup(subject, finding);
}

const struct check checks_card[] = {
	{ "display", "Display", true, check_display },
	{ "bars", "Above 4G decoding", true, check_bars },
	{ "rebar", "Resizable BAR", true, check_rebar },
	{ "width", "Address width", true, check_width },
	{ "reset", "Reset", true, check_reset },
	{ "group", "IOMMU group", true, check_group },
	{ "use", "Use by the host", true, check_use },
	{ "binding", "Binding", true, check_binding },
	{ "setup", "Setup", false, check_setup },
	{ 0 },
};
