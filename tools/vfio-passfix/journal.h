/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal of setup, in /var/lib/vfio-passfix/setup: what was planned, what was there
 * before, how far it got. It is on the disk, whole and with copies of what will be
 * replaced, before the first file is touched, and goes after the last is back. So from
 * wherever a crash leaves it the plan can be finished, and can be undone.
 */
#ifndef VFIO_PASSFIX_JOURNAL_H
#define VFIO_PASSFIX_JOURNAL_H

#include <glib.h>
#include <stdbool.h>

#include "plan.h"

enum journal_state {
	JOURNAL_APPLYING,	/* files are being written, or what has to be run afterwards was not */
	JOURNAL_DONE,
	JOURNAL_REMOVING,	/* files are being restored, or what has to be run afterwards was not */
};

struct journal {
	enum journal_state state;
	char *device, *id, *card;	/* as in the plan */
	bool forced;
	char *initramfs;	/* the name of the generator, NULL: none */
	bool made_home;		/* /var/lib/vfio-passfix was not there */
	GPtrArray *folders;	/* of char *: those that were not there, topmost first */
	GPtrArray *files;	/* of struct journal_file, in the order of writing */
};

struct journal_file {
	char *path;
	struct journal_thing *planned, *before;
	char *saved;		/* the name of the copy of what was there before, NULL: none */
};

/* Keeps others out until the program ends. Return: false with @error set where somebody else is at it. */
bool journal_lock(GError **error);

/* Return: the journal, for journal_free(); NULL, with @error set only where it cannot be read. */
struct journal *journal_read(GError **error);
void journal_free(struct journal *journal);

/* Whether a setup was cut short before it had a journal, or a removal after it had none. */
bool journal_has_leftovers(void);
bool journal_clear_leftovers(GError **error);

/*
 * journal_begin - write a journal for a plan
 *
 * Return: the journal, JOURNAL_APPLYING; NULL with @error set, and nothing left behind
 * but what journal_clear_leftovers() takes away.
 */
struct journal *journal_begin(const struct plan *plan, GError **error);

/* Whether it was written for just this plan; else names what differs in @differences, of char *. */
bool journal_is_for(const struct journal *journal, const struct plan *plan, GPtrArray *differences);

/* Whether all files are as planned. */
bool journal_is_in_place(const struct journal *journal);

/*
 * The paths of files that are neither as planned nor as they were before; of char *. One
 * that is gone is not among them: nothing of anybody's is lost with it.
 */
GPtrArray *journal_edited(const struct journal *journal);

/* Copies what is at @path into /var/lib/vfio-passfix/edited and says so. */
bool journal_keep_aside(const char *path, GError **error);

/* Brings all files to what was planned; says so for each. The journal must be for the plan. */
bool journal_write_files(const struct journal *journal, const struct plan *plan, GError **error);

/* Brings all files to what was there before, last first, and takes away the folders that were made. */
bool journal_restore_files(const struct journal *journal, GError **error);

bool journal_set_state(struct journal *journal, enum journal_state state, GError **error);

/* Forgets it, and the copies. */
bool journal_end(GError **error);

/* What writing @file would mean: "new", "replaced", "as it is", or "blocked" by what is no file. */
const char *journal_effect(const struct plan_file *file);

/* What undoing would mean: "removed" or "restored". */
const char *journal_undo_effect(const struct journal_file *file);

#endif
