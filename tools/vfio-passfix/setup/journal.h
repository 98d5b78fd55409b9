/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal of setup, in /var/lib/vfio-passfix/setup: what setup writes, and how far it got. It
 * is on the disk before the first file is written, and is removed after the last file is gone. So
 * after a crash at any point the plan can be finished or undone. When cards are added or removed,
 * the journal is replaced atomically by one that has, for each file, what is planned and what was
 * there before.
 *
 * All files belong to setup alone: if a file of that name exists already, nothing is begun.
 */
#ifndef VFIO_PASSFIX_JOURNAL_H
#define VFIO_PASSFIX_JOURNAL_H

#include <glib.h>
#include <stdbool.h>

#include "setup/plan.h"

enum journal_state {
	JOURNAL_APPLYING,	/* files are being written, or what must be run afterwards was not run */
	JOURNAL_DONE,
	JOURNAL_REMOVING,	/* files are being removed, or what must be run afterwards was not run */
};

struct journal {
	enum journal_state state;
	GPtrArray *cards;	/* of struct setup_card, as in the plan */
	bool outdated;		/* written by 0.1.0, whose unit does not take the card from a console */
	char *initramfs;	/* the name of the generator, NULL: none */
	char *boot;		/* the kernel's id of the boot in which it was written; "": not known */
	GPtrArray *folders;	/* of char *: folders that did not exist, topmost first */
	GPtrArray *files;	/* of struct journal_file, in the order of writing */
};

struct journal_file {
	char *path;
	char *content;		/* "sha256:" and a file's sum, "link:" and a link's target; NULL: to be removed */
	char *before;		/* the same for what an earlier setup wrote, which this replaces; NULL: nothing */
	mode_t mode;		/* of a file */
};

#define JOURNAL_FILE "/var/lib/vfio-passfix/setup/journal.json"

/* An empty journal. journal_free() also frees all that is in it. */
struct journal *journal_new(void);
void journal_free(struct journal *journal);
void journal_file_free(gpointer data);

/* As JSON; for g_free(). */
char *journal_to_text(const struct journal *journal);

/*
 * journal_parse - read the text of a journal
 *
 * Accepts only paths without ".." that are files of setup.
 *
 * Return: for journal_free(); NULL with @error set if it is no journal, or one that this version
 * must not act on.
 */
struct journal *journal_parse(const char *text, GError **error);

/* Return: the journal, for journal_free(); NULL with @error set if it cannot be read, without if there is none. */
struct journal *journal_read(GError **error);

/* Whether the host has not booted since it was begun; false if that is not known. */
bool journal_is_pending(const struct journal *journal);

/* Whether a crash left something of a setup before it had a journal, or of a removal after that was gone. */
bool journal_has_leftovers(void);

/*
 * journal_begin - write a journal for a plan
 *
 * Return: the journal, JOURNAL_APPLYING; NULL with @error set if that failed, or if one of its
 * files exists already. Then nothing is left behind that journal_end() does not remove.
 */
struct journal *journal_begin(const struct plan *plan, GError **error);

/*
 * journal_change - replace the journal by one for another plan
 * @old: the journal of a setup whose files are as it says, or are between two plans
 *
 * Return: as for journal_begin(), but NULL means that @old is unchanged.
 */
struct journal *journal_change(const struct journal *old, const struct plan *plan, GError **error);

/* Whether it is for exactly this plan; if not, adds what differs to @differences, of char *. */
bool journal_is_for(const struct journal *journal, const struct plan *plan, GPtrArray *differences);

/* Whether all files are as planned. */
bool journal_is_in_place(const struct journal *journal);

/* The paths of files that exist with a content that setup did not write; of char *. */
GPtrArray *journal_edited(const struct journal *journal);

/* Copies what is at @path to /var/lib/vfio-passfix/edited, and says so. */
bool journal_keep_aside(const char *path, GError **error);

/* Writes all files as planned, and says so for each. The journal must be for the plan. */
bool journal_write_files(const struct journal *journal, const struct plan *plan, GError **error);

/* Removes all files, last first, and the folders that were created for them. */
bool journal_remove_files(const struct journal *journal, GError **error);

/* JOURNAL_DONE also forgets what was there before. */
bool journal_set_state(struct journal *journal, enum journal_state state, GError **error);

/* Removes the journal, and what a crash left. */
bool journal_end(GError **error);

/* What writing @file would do: "new", "as it is", "replaced", or "blocked" by something that setup did not write. */
const char *journal_effect(const struct journal *journal, const struct plan_file *file);

#endif
