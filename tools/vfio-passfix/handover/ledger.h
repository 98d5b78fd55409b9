/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest was given, and what was stopped or detached for that: a file for each guest in
 * /run/vfio-passfix/hand-over. An entry is written before the step is taken, so wherever a crash
 * interrupts a hand-over, all of it can be undone.
 */
#ifndef VFIO_PASSFIX_LEDGER_H
#define VFIO_PASSFIX_LEDGER_H

#include <glib.h>
#include <stdbool.h>

enum ledger_phase {
	LEDGER_STARTING,	/* being taken from the host */
	LEDGER_GUEST,		/* the guest has it */
	LEDGER_ENDING,		/* on its way back */
};

extern const char *const ledger_phases[];

/* What was done for the guest, in that order. */
enum ledger_kind {
	LEDGER_UNIT,		/* a unit of systemd was stopped, and is started again */
	LEDGER_SESSION,		/* a user's session was ended; nothing brings it back */
	LEDGER_CONSOLE,		/* the text console was detached: "vtcon1" */
	LEDGER_SCREEN,		/* the boot framebuffer: "efi-framebuffer/efi-framebuffer.0" */
	LEDGER_DEVICES,		/* the devices were bound to vfio-pci */
};

struct ledger_entry {
	enum ledger_kind kind;
	char *name;
};

struct ledger_entry *ledger_entry_new(enum ledger_kind kind, const char *name);
void ledger_entry_free(gpointer data);

struct ledger {
	char *guest;
	enum ledger_phase phase;
	GPtrArray *cards;	/* of char *, "0000:03:00.0-3" */
	GPtrArray *devices;	/* of char *, the addresses of their functions */
	GPtrArray *entries;	/* of struct ledger_entry */
};

struct ledger *ledger_new(const char *guest);
void ledger_free(struct ledger *ledger);

/* Return: for ledger_free(); NULL if there is none, or with @error set if it cannot be read. */
struct ledger *ledger_read(const char *guest, GError **error);

/* Those of all guests that can be read; of struct ledger. */
GPtrArray *ledger_all(void);

/* Adds an entry, and writes the ledger. */
bool ledger_add(struct ledger *ledger, enum ledger_kind kind, const char *name, GError **error);

bool ledger_write(const struct ledger *ledger, GError **error);

/* Deletes it; that it is not there is no error. */
bool ledger_remove(const char *guest, GError **error);

/*
 * Why the last start for a guest was refused, for the hook, which shows it to libvirt. NULL forgets it.
 */
void ledger_note_refusal(const char *guest, const char *words);

#endif
