// SPDX-License-Identifier: GPL-2.0-only
#include "setup/plan.h"

#include <string.h>

#include "host/fix.h"
#include "host/in_use.h"
#include "host/kernel.h"
#include "host/machine.h"
#include "host/platform.h"
#include "host/root.h"
#include "host/scope.h"
#include "host/users.h"
#include "setup/hooks.h"
#include "setup/modprobe.h"

#define UNIT "vfio-passfix.service"
#define UNITS "/etc/systemd/system"

/* The unit of the first card has the name from when only one card could be set up. */
static char *unit_of(const struct plan *plan, const struct setup_card *card)
{
	return card == plan->cards->pdata[0] ? g_strdup(UNIT) : g_strdup_printf("vfio-passfix-%s.service", card->device);
}

static char *comment_for(const GPtrArray *of)
{
	const struct platform *platform = platform_of_install();
	g_autofree char *cards = setup_cards_with_ids(of);

	if (platform && platform->form != FORM_FILES)
		return g_strdup_printf("# As \"vfio-passfix setup\" printed it for %s.\n", cards);
	return g_strdup_printf("# Written by \"vfio-passfix setup\" for %s.\n"
			       "# \"vfio-passfix remove --apply\" takes it away again.\n",
			       cards);
}

static void add_file(struct plan *plan, const char *path, mode_t mode, char *text, const char *target)
{
	struct plan_file *file = g_new0(struct plan_file, 1);

	file->path = g_strdup(path);
	file->text = text;
	file->target = g_strdup(target);
	file->mode = mode;
	g_ptr_array_add(plan->files, file);
}

static void free_file(gpointer data)
{
	struct plan_file *file = data;

	g_free(file->path);
	g_free(file->text);
	g_free(file->target);
	g_free(file);
}

static void note(GPtrArray *list, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void note(GPtrArray *list, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(list, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

/* Whether the kernel rejects the card, or would without the fix, which is on now. */
static bool needs_fix(const struct host *host, const struct card *card)
{
	g_autoptr(GPtrArray) groups = card_groups(host, card);
	bool needed = false;
	struct fix fix = { 0 };

	fix_read(&fix);
	for (guint i = 0; i < groups->len; i++)
		needed = needed || fix_is_demanded(host, groups->pdata[i]) ||
			 (group_is_relaxed(groups->pdata[i]) && fix_may_relax(&fix, host, groups->pdata[i]));
	fix_clear(&fix);
	return needed && fix_refusal() != REFUSAL_NONE;
}

/* Whether some group of the cards has 1:1 mappings, though the kernel does not insist on them. */
static bool have_mappings(const struct host *host, const GPtrArray *wanted)
{
	for (guint i = 0; i < wanted->len; i++) {
		g_autoptr(GPtrArray) groups = card_groups(host, ((const struct wanted *)wanted->pdata[i])->card);

		for (guint j = 0; j < groups->len; j++)
			if (group_is_demanded(groups->pdata[j]) || group_is_relaxed(groups->pdata[j]))
				return true;
	}
	return false;
}

/*
 * One card with the functions of several cards; for card_free(). @fix_for: only of the cards that need the fix;
 * @at_boot: only of those that vfio-pci has from boot on.
 */
static struct card *union_of(const GPtrArray *wanted, const struct host *fix_for, bool at_boot)
{
	struct card *all = g_new0(struct card, 1);

	all->functions = g_ptr_array_new();
	for (guint i = 0; i < wanted->len; i++) {
		const struct wanted *one = wanted->pdata[i];
		const struct card *card = one->card;

		if ((fix_for && !needs_fix(fix_for, card)) || (at_boot && one->guests))
			continue;
		for (guint j = 0; j < card->functions->len; j++)
			g_ptr_array_add(all->functions, card->functions->pdata[j]);
	}
	return all;
}

static char *missing_fix(void)
{
	const struct platform *platform = platform_of_install();

	if (platform && platform->install)
		return g_strdup_printf("the fix is needed, and vfio_passfix is not installed for this kernel (%s): %s",
				       kernel_release(), platform->install);
	return g_strdup_printf("the fix is needed, and vfio_passfix is not installed for this kernel (%s). Run \"make install\" in a clone or an unpacked release of vfio-passfix, then this again",
			       kernel_release());
}

static void look_at_fix(struct plan *plan, const struct host *host, const GPtrArray *wanted)
{
	struct card *needing = union_of(wanted, host, false);
	const char *kernel = platform_kernel();
	struct module module;

	plan->fix = needing->functions->len;
	if (plan->fix)
		plan->scope = scope_for(host, needing);
	card_free(needing);
	if (!plan->fix) {
		const char *whom = wanted->len == 1 ? "this card" : "these cards";

		if (fix_refusal() != REFUSAL_NONE && have_mappings(host, wanted))
			note(plan->notes, "The fix is not needed: the 1:1 mappings for %s are relaxed %s. It is left off.", whom,
			     fix_exempt_by());
		else
			note(plan->notes, "The fix is not needed: the firmware mandates no 1:1 mappings for %s%s. It is left off.",
			     whom,
			     fix_refusal() != REFUSAL_NONE ? "" :
			     wanted->len == 1		   ? " that this kernel would refuse it for" :
							     " that this kernel would refuse them for");
		return;
	}
	if (fix_refusal() == REFUSAL_INTEL) {
		plan->missing = g_strdup_printf("Intel's IOMMU driver in this kernel (%s) refuses the card for its RMRR, and the fix is for " FIX_SINCE " and later. Install such a kernel%s%s%s and reboot, then run this again",
						kernel_release(), kernel ? " (" : "", kernel ? kernel : "",
						kernel ? ")" : "");
		return;
	}
	module_look(FIX_MODULE, &module);
	plan->loadable = module.loaded || module_loads(&module);
	if (!module.path)
		plan->missing = missing_fix();
	else if (!plan->loadable)
		note(plan->notes, "This kernel loads signed modules only, and vfio_passfix is %s. See: vfio-passfix doctor %s",
		     module.signer ? "signed by a key that it does not trust" : "not signed",
		     ((struct setup_card *)plan->cards->pdata[0])->name);
	module_clear(&module);
}

/* Whether a device prevents the assignment of @groups: it stays with the host, or has no driver. */
static bool is_neighbour(const struct host *host, const struct pci_device *device, GPtrArray *groups,
			 const struct card *all)
{
	return !card_has(all, device) && !pci_is_bridge(device) && !card_controls(all, device) &&
	       !pci_is_reserved(device) && g_ptr_array_find(groups, host_group_of(host, device), NULL);
}

static bool is_behind_controller(struct plan *plan, const GPtrArray *wanted)
{
	for (guint i = 0; i < wanted->len; i++) {
		const char *controller = card_controller(((struct wanted *)wanted->pdata[i])->card);

		if (!controller)
			continue;
		g_free(plan->missing);
		plan->missing = g_strdup_printf("%s is behind Intel's VMD, %s, and cannot be assigned by itself. Turn VMD off in the BIOS, or set up the whole controller",
						((struct setup_card *)plan->cards->pdata[i])->card, controller);
		return true;
	}
	return false;
}

static void look_at_groups(struct plan *plan, const struct host *host, const struct card *all, bool force)
{
	g_autoptr(GPtrArray) groups = card_groups(host, all);
	bool one = plan->cards->len == 1;

	if (groups->len && machine() == MACHINE_CONTAINER && !force) {
		g_free(plan->missing);
		plan->missing = g_strdup("this is a container: files written in it have no effect when the host boots. Run vfio-passfix on the host that runs the container. If this is the host itself, add --force");
	}
	if (!groups->len && !groups_come_late()) {
		g_autofree char *why = host->groups->len ? g_strdup("no IOMMU is in charge of it") :
							   machine_no_groups();

		/* On a real machine the IOMMU can still be turned on in the BIOS. */
		if (!host->groups->len && machine() != MACHINE_REAL && !plan->missing)
			plan->missing = g_strdup_printf("the card is in no IOMMU group: %s", why);
		else
			note(plan->notes, "The card cannot be assigned to a guest, since it is in no IOMMU group: %s. See: vfio-passfix doctor %s",
			     why, ((struct setup_card *)plan->cards->pdata[0])->name);
	}
	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *device = host->devices->pdata[i];

		if (is_neighbour(host, device, groups, all))
			note(plan->notes, "%s is in IOMMU group %d with %s and stays with the host. While a host driver has it, %s cannot be assigned to a guest. To set it up as well: sudo vfio-passfix setup %s --apply",
			     device->address, device->group, one ? "the card" : "one of the cards",
			     one ? "the card" : "that one", device->address);
	}
}

/* Whether the groups allow some functions of a card to be set up without the others. */
static void look_at_part(struct plan *plan, const struct host *host, const struct card *card, const struct card *all)
{
	g_autoptr(GPtrArray) groups = card_groups(host, card);

	for (guint i = 0; card->part && i < host->devices->len; i++) {
		const struct pci_device *device = host->devices->pdata[i];

		if (is_neighbour(host, device, groups, all))
			note(plan->refusals, "%s is in IOMMU group %d, too: a group is assigned as a whole, so name it as well",
			     device->address, device->group);
	}
}

/* Users are no reason to refuse a card: at the next boot vfio-pci gets it before any of them. */
static void look_at_users(struct plan *plan, const struct card *all)
{
	g_autoptr(GPtrArray) users = users_of(all, NULL);

	plan->in_use = users->len;
	if (plan->in_use)
		note(plan->notes, "The host is using %s, so vfio-pci cannot take %s before the next boot:",
		     plan->cards->len == 1 ? "the card" : "some of this", plan->cards->len == 1 ? "it" : "that");
	for (guint i = 0; i < users->len; i++)
		note(plan->notes, "%s", (char *)users->pdata[i]);
}

static void refuse_for_use(struct plan *plan, const struct host *host, const struct setup_card *setup,
			   const struct card *card, const struct card *all)
{
	bool only_screen = card_is_only_screen(host, all);
	bool shown = false;

	/* If vfio-pci or pci-stub has the card, its picture is already gone; on demand it goes, and comes back. */
	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];

		shown = shown || (!setup->guests && pci_is_display(device) && !pci_is_reserved(device));
	}
	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];
		g_autofree char *use = in_use_by(device);
		g_autofree char *why = card_why_too(card, device);

		if (shown && device->boot_vga == 1 && !only_screen)
			note(plan->refusals, "%s is the display that the host boots on. Set another one as primary in the BIOS",
			     device->address);
		if (use)
			note(plan->refusals, "%s is in use by the host: %s%s", device->address, use, why);
	}
	if (shown && only_screen)
		note(plan->refusals, card_is_only_screen(host, card) ?
					     "%s is the only display of this host, which would be left without a picture" :
					     "%s is one of the displays of this host, all of which are named: it would be left without a picture",
		     setup->card);
}

static void look_at_virtual(struct plan *plan, const struct setup_card *setup, const struct card *card)
{
	g_autofree char *unit = unit_of(plan, setup);

	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];

		if (device->is_virtual)
			note(plan->notes, "%s is a virtual function. Whatever makes it at boot has to do so before %s.",
			     device->address, unit);
	}
}

static void look_at_card(struct plan *plan, const struct host *host, const struct wanted *wanted,
			 struct setup_card *setup, const struct card *all, bool force)
{
	guint refusals = plan->refusals->len;

	if (wanted->asked) {
		refuse_for_use(plan, host, setup, wanted->card, all);
		look_at_part(plan, host, wanted->card, all);
	}
	setup->forced = wanted->forced || (force && plan->refusals->len > refusals);
	plan->refused = plan->refused || (plan->refusals->len > refusals && !setup->forced);
	look_at_virtual(plan, setup, wanted->card);
}

static void add_modprobe(struct plan *plan, const struct host *host, const struct card *all, const char *comment)
{
	if (all->functions->len)
		add_file(plan, MODPROBE_CONF, 0644, modprobe_conf(host, all, comment, plan->scope, plan->notes), NULL);
	else if (plan->fix)
		add_file(plan, MODPROBE_CONF, 0644, modprobe_fix_conf(comment, plan->scope, plan->notes), NULL);
	if (plan->fix)
		add_file(plan, "/etc/modules-load.d/vfio-passfix-setup.conf", 0644,
			 g_strconcat(comment, FIX_MODULE "\n", NULL), NULL);
}

static void add_initramfs(struct plan *plan, const char *comment)
{
	const struct platform *platform = platform_of_install();

	/* NixOS makes it by itself, from boot.initrd.kernelModules. */
	if (platform && platform->form == FORM_NIX)
		return;
	plan->initramfs = initramfs_find();
	if (plan->initramfs)
		add_file(plan, plan->initramfs->path, plan->initramfs->mode,
			 initramfs_text(plan->initramfs, comment, plan->fix && root_exists(LOAD_TYPE1)), NULL);
	else
		note(plan->notes, "No program that makes an initramfs is known here (initramfs-tools, dracut, mkinitcpio). If yours loads the card's drivers, the unit takes the card from them later in the boot.");
}

/*
 * bind may do only what it needs. Nothing here hides the host's mounts, network interfaces,
 * devices or programs, because then bind could not see what is in use; and /sys, where bind
 * writes, stays writable.
 */
static const char sandbox[] =
	"ProtectSystem=strict\n"
	"RuntimeDirectory=vfio-passfix\n"
	"RuntimeDirectoryPreserve=yes\n"
	"ProtectHome=read-only\n"
	"PrivateTmp=yes\n"
	"ProtectControlGroups=yes\n"
	"ProtectHostname=yes\n"
	"NoNewPrivileges=yes\n"
	"LockPersonality=yes\n"
	"MemoryDenyWriteExecute=yes\n"
	"RestrictAddressFamilies=AF_UNIX\n"
	"RestrictNamespaces=yes\n"
	"RestrictRealtime=yes\n"
	"RestrictSUIDSGID=yes\n"
	"SystemCallArchitectures=native\n"
	"SystemCallFilter=@system-service @module\n"
	"SystemCallErrorNumber=EPERM\n";

/* Each card has its own unit, so that none waits for another or fails with it. */
static void add_unit(struct plan *plan, const struct host *host, const struct setup_card *setup,
		     const struct card *card)
{
	const struct pci_device *first = card->functions->pdata[0];
	const GPtrArray alone = { .pdata = (gpointer[]){ (gpointer)setup }, .len = 1 };
	g_autofree char *comment = comment_for(&alone);
	g_autoptr(GString) text = g_string_new(comment);
	g_autofree char *unit = unit_of(plan, setup);
	g_autofree char *path = g_strconcat(UNITS "/", unit, NULL);
	g_autofree char *link = g_strconcat(UNITS "/multi-user.target.wants/", unit, NULL);

	g_string_append_printf(text,
			       "\n[Unit]\n"
			       "Description=Bind the card %s to vfio-pci\n"
			       "Documentation=man:vfio-passfix(8)\n"
			       "After=systemd-modules-load.service\n"
			       "Before=libvirtd.service virtqemud.service\n"
			       "Before=display-manager.service systemd-user-sessions.service\n",
			       setup->card);
	/* The id alone does not distinguish it from a device that stays with the host, or from another card. */
	if (modprobe_has_twin(host, card, first)) {
		g_autofree char *place = modprobe_place(host, first);

		g_string_append_printf(text, "AssertPathExists=/sys/bus/pci/devices/%s\n", place);
	}
	/* If a driver does not unbind, bind gives up after half a minute, and undoes what it did. */
	g_string_append_printf(text,
			       "\n[Service]\n"
			       "Type=oneshot\n"
			       "RemainAfterExit=yes\n"
			       "ExecStart=" PREFIX "/sbin/vfio-passfix bind --at-boot %s--expect %s %s\n"
			       "TimeoutStartSec=2min\n"
			       "%s"
			       "\n[Install]\n"
			       "WantedBy=multi-user.target\n",
			       setup->forced ? "--force " : "", setup->id, setup->name, sandbox);
	add_file(plan, path, 0644, g_string_free(g_steal_pointer(&text), FALSE), NULL);
	add_file(plan, link, 0777, NULL, path);
}

/* All guests that get a card on demand, each once; of char *. */
static GPtrArray *guests_of(const struct plan *plan)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < plan->cards->len; i++) {
		const struct setup_card *card = plan->cards->pdata[i];
		g_auto(GStrv) guests = g_strsplit(card->guests ? card->guests : "", ",", -1);

		for (char **guest = guests; *guest; guest++)
			if (!g_ptr_array_find_with_equal_func(all, *guest, g_str_equal, NULL))
				g_ptr_array_add(all, g_strdup(*guest));
	}
	return all;
}

/* Whoever starts the guests has to run our hook, and no other one that does the same. */
static void look_at_guests(struct plan *plan)
{
	g_autoptr(GPtrArray) guests = guests_of(plan);

	if (guests->len && !plan->missing && !hooks_libvirt_is_there() && !hooks_qm_is_there())
		plan->missing = g_strdup("there is neither libvirt nor Proxmox VE's qm to run a hook when a guest starts. Install libvirt, then run this again");
	for (guint i = 0; i < guests->len; i++) {
		const char *guest = guests->pdata[i];
		g_autofree char *why = hooks_in_the_way(guest);

		if (why && !plan->missing)
			plan->missing = g_steal_pointer(&why);
		if (!plan->missing && !hooks_libvirt_is_there() && strspn(guest, G_CSET_DIGITS) != strlen(guest))
			plan->missing = g_strdup_printf("Proxmox VE has numbers for guests, and \"%s\" is not one (see qm list)", guest);
		if (hooks_qm_is_there())
			note(plan->notes, "Have Proxmox VE run the hook for %s: sudo qm set %s --hookscript local:snippets/vfio-passfix.sh (the storage \"local\" must have the content \"snippets\"; without: sudo pvesm set local --content iso,vztmpl,backup,snippets)",
			     guest, guest);
	}
}

static void add_hooks(struct plan *plan, const char *comment)
{
	g_autoptr(GPtrArray) guests = guests_of(plan);

	if (!guests->len)
		return;
	add_file(plan, HOOKS_UNIT_PATH, 0644, hooks_unit(comment, sandbox), NULL);
	if (hooks_libvirt_is_there())
		add_file(plan, HOOKS_LIBVIRT_PATH, 0755, hooks_libvirt(comment, guests), NULL);
	if (hooks_qm_is_there())
		add_file(plan, HOOKS_QM_PATH, 0755, hooks_qm(comment, guests), NULL);
}

static bool unit_exists(const char *unit)
{
	return root_exists("/usr/lib/systemd/system/%s", unit) || root_exists("/lib/systemd/system/%s", unit) ||
	       root_exists(UNITS "/%s", unit);
}

/* The fork lifts the memory limit; without it the programs that start guests need a higher one. */
static void add_memlock(struct plan *plan, const char *comment)
{
	static const char *const units[] = { "libvirtd.service", "virtqemud.service" };
	struct module fork;

	if (!plan->fix || plan->missing)
		return;
	module_look(FIX_FORK, &fork);
	for (size_t i = 0; (!fork.path || root_exists(NO_FORK)) && i < G_N_ELEMENTS(units); i++) {
		g_autofree char *path = g_strdup_printf(UNITS "/%s.d/vfio-passfix.conf", units[i]);

		if (unit_exists(units[i]))
			add_file(plan, path, 0644,
				 g_strconcat(comment, "[Service]\nLimitMEMLOCK=infinity\n", NULL), NULL);
	}
	module_clear(&fork);
}

void wanted_free(gpointer data)
{
	struct wanted *wanted = data;

	card_free(wanted->card);
	g_free(wanted->guests);
	g_free(wanted);
}

static struct setup_card *setup_card_for(const struct wanted *wanted)
{
	struct setup_card *new = g_new0(struct setup_card, 1);
	const struct card *card = wanted->card;
	/* Use the first function, so that the plan does not depend on which function was named. */
	const struct pci_device *first = card->functions->pdata[0];

	new->device = g_strdup(first->address);
	new->id = pci_id(first);
	new->card = card_address(card);
	new->name = g_strdup(card->part ? new->card : new->device);
	new->guests = g_strdup(wanted->guests);
	new->stop_desktop = wanted->stop_desktop;
	return new;
}

struct plan *plan_make(const struct host *host, const GPtrArray *wanted, bool force)
{
	struct plan *plan = g_new0(struct plan, 1);
	struct card *all = union_of(wanted, NULL, false), *at_boot = union_of(wanted, NULL, true);
	g_autofree char *comment = NULL;
	bool behind;

	plan->cards = g_ptr_array_new_with_free_func(setup_card_free);
	plan->files = g_ptr_array_new_with_free_func(free_file);
	plan->notes = g_ptr_array_new_with_free_func(g_free);
	plan->refusals = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < wanted->len; i++)
		g_ptr_array_add(plan->cards, setup_card_for(wanted->pdata[i]));
	comment = comment_for(plan->cards);

	look_at_fix(plan, host, wanted);
	behind = is_behind_controller(plan, wanted);
	if (!behind)
		look_at_groups(plan, host, all, force);
	/* Behind such a controller nothing helps, not even the end of the host's use. */
	for (guint i = 0; !behind && i < wanted->len; i++)
		look_at_card(plan, host, wanted->pdata[i], plan->cards->pdata[i], all, force);
	look_at_users(plan, at_boot);
	look_at_guests(plan);

	/* In this order each file is harmless without those after it. */
	add_modprobe(plan, host, at_boot, comment);
	if (at_boot->functions->len)
		add_initramfs(plan, comment);
	add_memlock(plan, comment);
	for (guint i = 0; i < wanted->len; i++)
		if (!((struct wanted *)wanted->pdata[i])->guests)
			add_unit(plan, host, plan->cards->pdata[i], ((struct wanted *)wanted->pdata[i])->card);
	add_hooks(plan, comment);
	card_free(all);
	card_free(at_boot);
	return plan;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	g_free(plan->missing);
	g_free(plan->scope);
	g_ptr_array_unref(plan->cards);
	g_ptr_array_unref(plan->files);
	g_ptr_array_unref(plan->notes);
	g_ptr_array_unref(plan->refusals);
	g_free(plan);
}
