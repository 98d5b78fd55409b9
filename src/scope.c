// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scope: which devices the fix is for. The text of the parameter `devices`
 * is parsed once, into a table that the probes can match against without a
 * lock (I6): it changes only while the fix is off and no probe is registered.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
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

/* Reads @min to @max hexadecimal digits; returns how many, or 0 for none that fit. */
static int parse_hex(const char *text, int min, int max, u32 *value)
{
	int digits;

	*value = 0;
	for (digits = 0; digits < max && isxdigit(text[digits]); digits++)
		*value = *value << 4 | (isdigit(text[digits]) ?
					text[digits] - '0' :
					tolower(text[digits]) - 'a' + 10);

	return digits < min ? 0 : digits;
}

/* Takes one hexadecimal field and the character that must follow it. */
static const char *parse_field(const char *text, int min, int max, char then,
			       u32 *value)
{
	int digits = parse_hex(text, min, max, value);

	if (!digits || text[digits] != then)
		return NULL;

	return text + digits + 1;
}

static bool parse_id(const char *text, struct scope_entry *entry)
{
	u32 vendor, device;

	text = parse_field(text, 4, 4, ':', &vendor);
	if (!text)
		return false;

	entry->vendor = vendor;
	if (!strcmp(text, "*")) {
		entry->any_device = true;
		return true;
	}
	if (!parse_field(text, 4, 4, '\0', &device))
		return false;

	entry->device = device;
	return true;
}

static bool parse_address(const char *text, struct scope_entry *entry)
{
	u32 domain, bus, slot, func;

	/* Domains above ffff exist: Intel VMD numbers its own from 10000. */
	text = parse_field(text, 4, 8, ':', &domain);
	if (text)
		text = parse_field(text, 2, 2, ':', &bus);
	if (text)
		text = parse_field(text, 2, 2, '.', &slot);
	if (!text || !parse_field(text, 1, 1, '\0', &func) ||
	    slot > PCI_SLOT(0xff) || func > PCI_FUNC(0xff))
		return false;

	entry->by_address = true;
	entry->domain = domain;
	entry->bus = bus;
	entry->devfn = PCI_DEVFN(slot, func);
	return true;
}

static int parse_entry(const char *text, struct scope_entry *entry)
{
	if (parse_address(text, entry) || parse_id(text, entry))
		return 0;

	pr_err("devices: entry \"%s\" is none of vvvv:dddd (1002:744c), vvvv:* (1002:*) and dddd:bb:dd.f (0000:03:00.0); nothing was changed\n",
	       text);
	return -EINVAL;
}

static struct scope *parse_scope(const char *text)
{
	char *copy, *rest, *item;
	struct scope *new;
	unsigned int count = 1;
	const char *c;
	int ret = 0;

	for (c = text; *c; c++)
		count += *c == ',';

	copy = kstrdup(text, GFP_KERNEL);
	new = kzalloc(struct_size(new, entry, count), GFP_KERNEL);
	if (!copy || !new) {
		ret = -ENOMEM;
		goto out;
	}

	new->count = count;
	count = 0;
	rest = copy;
	while (!ret && (item = strsep(&rest, ",")))
		ret = parse_entry(strim(item), &new->entry[count++]);

	/* The copy has been cut up; keep the text as one piece for readers. */
	if (!ret) {
		new->text = kstrdup(text, GFP_KERNEL);
		if (!new->text)
			ret = -ENOMEM;
	}
out:
	kfree(copy);
	if (ret) {
		kfree(new);
		return ERR_PTR(ret);
	}
	return new;
}

/**
 * passfix_scope_set() - replace the scope
 * @text: comma-separated entries ``vvvv:dddd``, ``vvvv:*`` or ``dddd:bb:dd.f``
 *	(hexadecimal, white space around an entry is ignored); empty for all
 *
 * The old scope stays in force unless the whole text is understood.
 *
 * Context: Process context, may sleep. The caller sees to it that the fix is
 *	off, so that no probe reads the scope.
 * Return: 0, -EINVAL with the offending entry in the log, or -ENOMEM.
 */
int passfix_scope_set(const char *text)
{
	struct scope *new = NULL;
	char *copy, *trimmed;

	copy = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	trimmed = strim(copy);
	if (*trimmed)
		new = parse_scope(trimmed);
	kfree(copy);
	if (IS_ERR(new))
		return PTR_ERR(new);

	passfix_scope_free();
	scope = new;
	return 0;
}

/**
 * passfix_scope_free() - forget the scope: all devices are covered again
 *
 * Context: As for passfix_scope_set().
 */
void passfix_scope_free(void)
{
	if (scope)
		kfree(scope->text);
	kfree(scope);
	scope = NULL;
}

/**
 * passfix_scope_text() - the scope as it was written
 *
 * Context: The caller keeps passfix_scope_set() away.
 * Return: The text, empty where all devices are covered; never NULL.
 */
const char *passfix_scope_text(void)
{
	return scope ? scope->text : "";
}

static bool entry_matches(const struct scope_entry *entry,
			  const struct pci_dev *pdev)
{
	if (entry->by_address)
		return entry->domain == pci_domain_nr(pdev->bus) &&
		       entry->bus == pdev->bus->number &&
		       entry->devfn == pdev->devfn;

	return entry->vendor == pdev->vendor &&
	       (entry->any_device || entry->device == pdev->device);
}

/**
 * passfix_scope_covers() - whether the fix is for this device
 * @dev: any device; only PCI devices can be in scope
 *
 * Context: Any, takes no lock. Called by the probes.
 * Return: true where @dev is in scope.
 */
bool passfix_scope_covers(struct device *dev)
{
	unsigned int i;

	if (!dev_is_pci(dev))
		return false;
	if (!scope)
		return true;

	for (i = 0; i < scope->count; i++)
		if (entry_matches(&scope->entry[i], to_pci_dev(dev)))
			return true;

	return false;
}

static bool entry_present(const struct scope_entry *entry)
{
	struct pci_dev *pdev;

	if (entry->by_address)
		pdev = pci_get_domain_bus_and_slot(entry->domain, entry->bus,
						   entry->devfn);
	else
		pdev = pci_get_device(entry->vendor, entry->any_device ?
				      PCI_ANY_ID : entry->device, NULL);
	pci_dev_put(pdev);

	return pdev;
}

/**
 * passfix_scope_notice_absent() - log the entries that name no device
 *
 * Not an error: the device may be plugged in later.
 *
 * Context: Process context, may sleep. The caller keeps passfix_scope_set() away.
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
