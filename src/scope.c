// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scope: the devices that the fix is for, each with its whole group. The text of
 * the parameter `devices` is parsed once, into a table, which changes only while
 * the fix is off.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "scope.h"

struct scope_entry {
	bool by_address;
	bool any_device;	/* "vvvv:*" */
	u16 vendor;
	u16 device;
	u32 domain;
	u8 bus;
	u8 devfn;
};

struct scope {
	unsigned int count;
	char *text;		/* as written, without white space around it */
	struct scope_entry entry[] __counted_by(count);
};

/* NULL means all devices. */
static struct scope *scope;

/* An entry must have exactly this form, apart from the case of its digits. */
static __printf(2, 3) bool is_written_so(const char *text, const char *format, ...)
{
	char canonical[sizeof("ffffffff:ff:ff.f")];
	va_list args;

	va_start(args, format);
	vsnprintf(canonical, sizeof(canonical), format, args);
	va_end(args);

	return !strcasecmp(text, canonical);
}

static bool parse_id(const char *text, struct scope_entry *entry)
{
	entry->any_device = strchr(text, '*');
	if (entry->any_device)
		return sscanf(text, "%hx", &entry->vendor) == 1 &&
		       is_written_so(text, "%04x:*", entry->vendor);

	return sscanf(text, "%hx:%hx", &entry->vendor, &entry->device) == 2 &&
	       is_written_so(text, "%04x:%04x", entry->vendor, entry->device);
}

static bool parse_address(const char *text, struct scope_entry *entry)
{
	u8 slot, func;

	/* Domains above ffff exist: Intel VMD numbers its own from 10000. */
	entry->by_address = true;
	if (sscanf(text, "%x:%hhx:%hhx.%hhx", &entry->domain, &entry->bus, &slot, &func) != 4 ||
	    slot > PCI_SLOT(0xff) || func > PCI_FUNC(0xff))
		return false;

	entry->devfn = PCI_DEVFN(slot, func);
	return is_written_so(text, "%04x:%02x:%02x.%x", entry->domain, entry->bus, slot, func);
}

static int parse_entry(const char *text, struct scope_entry *entry)
{
	if (strchr(text, '.') ? parse_address(text, entry) : parse_id(text, entry))
		return 0;

	pr_err("devices: entry \"%s\" is none of vvvv:dddd (1002:744c), vvvv:* (1002:*) and dddd:bb:dd.f (0000:03:00.0); nothing was changed\n",
	       text);
	return -EINVAL;
}

static void free_scope(struct scope *old)
{
	if (old)
		kfree(old->text);
	kfree(old);
}

/**
 * passfix_scope_set() - replace the scope
 * @text: comma-separated entries ``vvvv:dddd``, ``vvvv:*`` or ``dddd:bb:dd.f``
 *	(hexadecimal, white space around an entry is ignored); empty for all devices
 *
 * If any entry is invalid, the old scope stays in force.
 *
 * Context: Process context, may sleep. The caller keeps the fix off, so nobody
 *	reads the scope meanwhile.
 * Return: 0, -EINVAL with the offending entry in the log, or -ENOMEM.
 */
int passfix_scope_set(const char *text)
{
	char *copy __free(kfree) = kstrdup(text, GFP_KERNEL);
	unsigned int i, count = 1;
	struct scope *new;
	char *rest;
	int ret;

	if (!copy)
		return -ENOMEM;
	rest = strim(copy);
	if (!*rest) {
		passfix_scope_free();
		return 0;
	}

	for (i = 0; rest[i]; i++)
		count += rest[i] == ',';
	new = kzalloc(struct_size(new, entry, count), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	new->count = count;
	new->text = kstrdup(rest, GFP_KERNEL);
	ret = new->text ? 0 : -ENOMEM;
	for (i = 0; !ret && i < count; i++)
		ret = parse_entry(strim(strsep(&rest, ",")), &new->entry[i]);

	if (!ret)
		swap(scope, new);
	free_scope(new);
	return ret;
}

/**
 * passfix_scope_free() - forget the scope: all devices are in scope again
 *
 * Context: As for passfix_scope_set().
 */
void passfix_scope_free(void)
{
	free_scope(scope);
	scope = NULL;
}

/**
 * passfix_scope_text() - the scope as it was written
 *
 * Context: The caller excludes passfix_scope_set().
 * Return: The text, empty if all devices are in scope; never NULL.
 */
const char *passfix_scope_text(void)
{
	return scope ? scope->text : "";
}

static bool entry_matches(const struct scope_entry *entry, const struct pci_dev *pdev)
{
	if (entry->by_address)
		return entry->domain == pci_domain_nr(pdev->bus) &&
		       entry->bus == pdev->bus->number && entry->devfn == pdev->devfn;

	return entry->vendor == pdev->vendor &&
	       (entry->any_device || entry->device == pdev->device);
}

static bool covers(const struct pci_dev *pdev)
{
	unsigned int i;

	if (!scope)
		return true;

	for (i = 0; i < scope->count; i++)
		if (entry_matches(&scope->entry[i], pdev))
			return true;

	return false;
}

/**
 * passfix_scope_covers() - whether a group is in scope
 * @group: the group; the pointer is compared, not followed
 *
 * Context: Process context; may be called with the group's mutex held. The caller
 *	excludes passfix_scope_set().
 * Return: true if a PCI device of @group is in scope.
 */
bool passfix_scope_covers(const struct iommu_group *group)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (pdev->dev.iommu_group == group && covers(pdev)) {
			pci_dev_put(pdev);
			return true;
		}

	return false;
}

static bool entry_present(const struct scope_entry *entry)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (entry_matches(entry, pdev)) {
			pci_dev_put(pdev);
			return true;
		}

	return false;
}

/**
 * passfix_scope_notice_absent() - log the entries that match no device
 *
 * That is not an error: the device may be plugged in later.
 *
 * Context: Process context, may sleep. The caller excludes passfix_scope_set().
 */
void passfix_scope_notice_absent(void)
{
	const char *text = passfix_scope_text();
	unsigned int i;

	for (i = 0; scope && i < scope->count; i++) {
		size_t length = strcspn(text, ",");

		if (!entry_present(&scope->entry[i]))
			pr_notice("devices: no device matches \"%.*s\" now; the entry stays, for one that is plugged in later\n",
				  (int)length, text);
		text += length + 1;
	}
}
