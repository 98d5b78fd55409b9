// SPDX-License-Identifier: GPL-2.0-only
#include "setup/plan.h"

#include <string.h>

#include "host/fix.h"
#include "host/in_use.h"
#include "host/kernel.h"
#include "host/machine.h"
#include "host/root.h"
#include "host/scope.h"
#include "host/users.h"
#include "setup/modprobe.h"

#define UNIT "vfio-passfix.service"
#define UNITS "/etc/systemd/system"

static char *comment_for(const struct plan *plan)
{
	return g_strdup_printf("# Written by \"vfio-passfix setup\" for the card %s (%s).\n"
			       "# \"vfio-passfix remove --apply\" takes it away again.\n",
			       plan->card, plan->id);
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

/* Whether the kernel would refuse the card, or does not only because the fix is on now. */
static bool needs_fix(const struct host *host, const struct card *card)
{
	g_autoptr(GPtrArray) groups = card_groups(host, card);
	bool needed = false;
	struct fix fix = { 0 };

	fix_read(&fix);
	for (guint i = 0; i < groups->len; i++)
		needed = needed || fix_is_demanded(host, groups->pdata[i]) ||
			 (fix_may_relax(&fix) && group_is_relaxed(groups->pdata[i]));
	fix_clear(&fix);
	return needed && fix_refusal() != REFUSAL_NONE;
}

static void look_at_fix(struct plan *plan, const struct host *host, const struct card *card)
{
	struct module module;

	if (!plan->fix) {
		note(plan->notes, "The fix is not needed: the firmware demands no 1:1 mappings for this card%s. It is left off.",
		     fix_refusal() != REFUSAL_NONE ? "" : " that this kernel would refuse it for");
		return;
	}
	plan->scope = scope_for(host, card);
	if (fix_refusal() == REFUSAL_INTEL) {
		plan->missing = g_strdup_printf("Intel's IOMMU driver in this kernel (%s) refuses the card for its RMRR, and the fix is for " FIX_SINCE " and later. Install such a kernel and reboot, then run this again",
						kernel_release());
		return;
	}
	module_look(FIX_MODULE, &module);
	plan->loadable = module.loaded || module_loads(&module);
	if (!module.path)
		plan->missing = g_strdup_printf("the fix is needed, and vfio_passfix is not installed for this kernel (%s). Run \"make install\" in a clone or an unpacked release of vfio-passfix, then this again",
						kernel_release());
	else if (!plan->loadable)
		note(plan->notes, "This kernel loads signed modules only, and vfio_passfix is %s. See: vfio-passfix doctor %s",
		     module.signer ? "signed by a key that it does not trust" : "not signed", plan->device);
	module_clear(&module);
}

static void look_at_groups(struct plan *plan, const struct host *host, const struct card *card)
{
	g_autoptr(GPtrArray) groups = card_groups(host, card);

	if (card_controller(card)) {
		g_free(plan->missing);
		plan->missing = g_strdup_printf("%s is behind Intel's VMD, %s, and cannot be assigned by itself. Turn VMD off in the BIOS, or set up the whole controller",
						plan->card, card_controller(card));
		return;
	}
	if (!groups->len && !groups_come_late()) {
		g_autofree char *why = host->groups->len ? g_strdup("no IOMMU is in charge of it") :
							   machine_no_groups();

		/* In the BIOS it can still be turned on. */
		if (!host->groups->len && machine() != MACHINE_REAL && !plan->missing)
			plan->missing = g_strdup_printf("the card is in no IOMMU group: %s", why);
		else
			note(plan->notes, "The card cannot be given to a guest, since it is in no IOMMU group: %s. See: vfio-passfix doctor %s",
			     why, plan->device);
	}
	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *device = host->devices->pdata[i];

		if (card_has(card, device) || pci_is_bridge(device) || card_controls(card, device) ||
		    (device->driver && pci_driver_is_vfio(device->driver)) ||
		    !g_ptr_array_find(groups, host_group_of(host, device), NULL))
			continue;
		note(plan->notes, "%s is in IOMMU group %d with the card and stays with the host. While a host driver has it, the card cannot be given to a guest. See: vfio-passfix groups",
		     device->address, device->group);
	}
}

/* No reason to refuse the card: at the next boot it is taken before all of them. */
static void look_at_users(struct plan *plan, const struct card *card)
{
	g_autoptr(GPtrArray) users = users_of(card, NULL);

	plan->in_use = users->len;
	if (plan->in_use)
		note(plan->notes, "The host is using the card, so vfio-pci cannot take it before the next boot:");
	for (guint i = 0; i < users->len; i++)
		note(plan->notes, "%s", (char *)users->pdata[i]);
}

static void look_at_use(struct plan *plan, const struct host *host, const struct card *card)
{
	bool shown = false;

	/* Once vfio-pci has it, its picture is gone already. */
	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];

		shown = shown || (pci_is_display(device) && !(device->driver && pci_driver_is_vfio(device->driver)));
	}
	if (shown && card_is_only_screen(host, card))
		note(plan->refusals, "%s is the only display of this host, which would be left without a picture", plan->card);
	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];
		g_autofree char *use = in_use_by(device);
		g_autofree char *why = card_why_too(card, device);

		if (shown && device->boot_vga == 1 && !card_is_only_screen(host, card))
			note(plan->refusals, "%s is the display that the host boots on. Set another one as primary in the BIOS",
			     device->address);
		if (use)
			note(plan->refusals, "%s is in use by the host: %s%s", device->address, use, why);
		if (device->is_virtual)
			note(plan->notes, "%s is a virtual function. Whatever makes it at boot has to do so before %s.",
			     device->address, UNIT);
	}
	look_at_users(plan, card);
}

static void add_modprobe(struct plan *plan, const struct host *host, const struct card *card, const char *comment)
{
	add_file(plan, MODPROBE_CONF, 0644, modprobe_conf(host, card, comment, plan->fix, plan->notes), NULL);
	if (plan->fix)
		add_file(plan, "/etc/modules-load.d/vfio-passfix-setup.conf", 0644,
			 g_strconcat(comment, FIX_MODULE "\n", NULL), NULL);
}

static void add_initramfs(struct plan *plan, const char *comment)
{
	plan->initramfs = initramfs_find();
	if (plan->initramfs)
		add_file(plan, plan->initramfs->path, plan->initramfs->mode,
			 initramfs_text(plan->initramfs, comment, plan->fix && root_exists(LOAD_TYPE1)), NULL);
	else
		note(plan->notes, "No program that makes an initramfs is known here (initramfs-tools, dracut, mkinitcpio). If yours loads the card's drivers, the unit takes the card from them later in the boot.");
}

/*
 * What bind does not need, it must not do. Nothing here hides the host's mounts, network
 * links, devices or programs, since then what is in use could not be seen; and /sys, where
 * bind writes, stays as it is.
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

static void add_unit(struct plan *plan, const struct host *host, const struct card *card, const char *comment)
{
	const struct pci_device *first = card->functions->pdata[0];
	g_autoptr(GString) text = g_string_new(comment);

	g_string_append_printf(text,
			       "\n[Unit]\n"
			       "Description=Bind the card %s to vfio-pci\n"
			       "Documentation=man:vfio-passfix(8)\n"
			       "After=systemd-modules-load.service\n"
			       "Before=libvirtd.service virtqemud.service\n"
			       "Before=display-manager.service systemd-user-sessions.service\n",
			       plan->card);
	/* The id alone does not tell it from one that stays with the host. */
	if (modprobe_has_twin(host, card, first)) {
		g_autofree char *place = modprobe_place(host, first);

		g_string_append_printf(text, "AssertPathExists=/sys/bus/pci/devices/%s\n", place);
	}
	/* A driver that does not let go is given up by bind after half a minute, and what was done undone. */
	g_string_append_printf(text,
			       "\n[Service]\n"
			       "Type=oneshot\n"
			       "RemainAfterExit=yes\n"
			       "ExecStart=" PREFIX "/sbin/vfio-passfix bind --at-boot %s--expect %s %s\n"
			       "TimeoutStartSec=2min\n"
			       "%s"
			       "\n[Install]\n"
			       "WantedBy=multi-user.target\n",
			       plan->forced ? "--force " : "", plan->id, plan->device, sandbox);
	add_file(plan, UNITS "/" UNIT, 0644, g_string_free(g_steal_pointer(&text), FALSE), NULL);
	add_file(plan, UNITS "/multi-user.target.wants/" UNIT, 0777, NULL, UNITS "/" UNIT);
}

static bool unit_exists(const char *unit)
{
	return root_exists("/usr/lib/systemd/system/%s", unit) || root_exists("/lib/systemd/system/%s", unit) ||
	       root_exists(UNITS "/%s", unit);
}

/* The fork lifts the limit; without it the programs that start guests must be allowed more. */
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

struct plan *plan_make(const struct host *host, const struct card *card, bool forced, bool force)
{
	struct plan *plan = g_new0(struct plan, 1);
	const struct pci_device *first = card->functions->pdata[0];
	g_autofree char *comment = NULL;

	/* Whichever function was named: the same card has the same plan. */
	plan->device = g_strdup(first->address);
	plan->id = pci_id(first);
	plan->card = card_address(card);
	plan->files = g_ptr_array_new_with_free_func(free_file);
	plan->notes = g_ptr_array_new_with_free_func(g_free);
	plan->refusals = g_ptr_array_new_with_free_func(g_free);
	plan->fix = needs_fix(host, card);
	comment = comment_for(plan);

	look_at_fix(plan, host, card);
	look_at_groups(plan, host, card);
	look_at_use(plan, host, card);
	plan->forced = forced || (force && plan->refusals->len);

	/* Each of them does no harm without those after it. */
	add_modprobe(plan, host, card, comment);
	add_initramfs(plan, comment);
	add_memlock(plan, comment);
	add_unit(plan, host, card, comment);
	return plan;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	g_free(plan->device);
	g_free(plan->id);
	g_free(plan->card);
	g_free(plan->missing);
	g_free(plan->scope);
	g_ptr_array_unref(plan->files);
	g_ptr_array_unref(plan->notes);
	g_ptr_array_unref(plan->refusals);
	g_free(plan);
}
