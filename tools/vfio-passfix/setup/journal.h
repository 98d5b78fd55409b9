/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal of setup, in /var/lib/vfio-passfix/setup: what is written, and how far it got.
 * It is on the disk before the first file is written and goes after the last is gone. So from
 * wherever a crash leaves it the plan can be finished, and can be undone. Where cards are added or
 * taken away, it is replaced at once by one that has for each file what is planned and what was there.
 *
 * All files are setup's alone: where one of that name is there already, nothing is begun.
 */
#ifndef VFIO_PASSFIX_JOURNAL_H
#define VFIO_PASSFIX_JOURNAL_H

#include <glib.h>
#include <stdbool.h>

#include "setup/plan.h"

enum journal_state {
	JOURNAL_APPLYING,	/* files are being written, or what has to be run afterwards was not */
	JOURNAL_DONE,
	JOURNAL_REMOVING,	/* files are being removed, or what has to be run afterwards was not */
};

struct journal {
	enum journal_state state;
	GPtrArray *cards;	/* of struct setup_card, as in the plan */
	bool outdated;		/* 0.1.0 wrote it, whose unit does not take the card from a console */
	char *initramfs;	/* the name of the generator, NULL: none */
	char *boot;		/* the boot that it was written in, as the kernel names it; "": not known */
	GPtrArray *folders;	/* of char *: those that were not there, topmost first */
	GPtrArray *files;	/* of struct journal_file, in the order of writing */
};

struct journal_file {
	char *path;
	char *content;		/* "sha256:" with the sum of a file, "link:" with where a link leads; NULL: it is to go */
	char *before;		/* the same of what an earlier setup wrote there, and this one replaces; NULL: nothing */
	mode_t mode;		/* of a file */
};

#define JOURNAL_FILE "/var/lib/vfio-passfix/setup/journal.json"

/* An empty one; all that is in it goes with it. */
struct journal *journal_new(void);
void journal_free(struct journal *journal);
void journal_file_free(gpointer data);

/* As JSON; freed with g_free(). */
char *journal_to_text(const struct journal *journal);

/*
 * journal_parse - read the text of a journal
 *
 * No path in it has "..", and each names a file of setup's.
 *
 * Return: for journal_free(); NULL with @error set where it is no journal, or one that this
 * version must not act on.
 */
struct journal *journal_parse(const char *text, GError **error);

/* Return: the journal, for journal_free(); NULL, with @error set only where it cannot be read. */
struct journal *journal_read(GError **error);

/* Whether the host has not booted since it was begun; false where that is not known. */
bool journal_is_pending(const struct journal *journal);

/* Whether a crash left something of a setup that had no journal yet, or of a removal that had none any more. */
bool journal_has_leftovers(void);

/*
 * journal_begin - write a journal for a plan
 *
 * Return: the journal, JOURNAL_APPLYING; NULL with @error set where that failed, or a file of
 * one of its names is there. Then nothing is left behind but what journal_end()
 * takes away.
 */
struct journal *journal_begin(const struct plan *plan, GError **error);

/*
 * journal_change - have the journal be for another plan
 * @old: that of a setup whose files are as it says, or are between two plans
 *
 * Return: as journal_begin(), but that NULL means that @old is as it was.
 */
struct journal *journal_change(const struct journal *old, const struct plan *plan, GError **error);

/* Whether it is for just this plan; else names what differs in @differences, of char *. */
bool journal_is_for(const struct journal *journal, const struct plan *plan, GPtrArray *differences);

/* Whether all files are as planned. */
bool journal_is_in_place(const struct journal *journal);

/* The paths of files that are there and that setup did not write so; of char *. */
GPtrArray *journal_edited(const struct journal *journal);

/* Copies what is at @path into /var/lib/vfio-passfix/edited and says so. */
bool journal_keep_aside(const char *path, GError **error);

/* Brings all files to what was planned; says so for each. The journal must be for the plan. */
bool journal_write_files(const struct journal *journal, const struct plan *plan, GError **error);

/* Removes all files, last first, and the folders that were made for them. */
bool journal_remove_files(const struct journal *journal, GError **error);

/* Once it is done, what was there before is forgotten. */
bool journal_set_state(struct journal *journal, enum journal_state state, GError **error);

/* Forgets it; takes away what a crash left as well. */
bool journal_end(GError **error);

/* What writing @file would mean: "new", "as it is", "replaced", or "blocked" by what is not setup's. */
const char *journal_effect(const struct journal *journal, const struct plan_file *file);

#endif
