/* SPDX-License-Identifier: GPL-2.0-only */
/* What to do next: the cures of all findings, as a list in the order of doing. */
#ifndef VFIO_PASSFIX_STEP_H
#define VFIO_PASSFIX_STEP_H

#include <glib.h>

/* In the order of doing. */
enum stage {
	STAGE_ROOT,		/* look again as root */
	STAGE_BIOS,
	STAGE_INSTALL,
	STAGE_KEY,		/* enrol a key, for Secure Boot */
	STAGE_COMMAND_LINE,	/* the kernel's */
	STAGE_HOST,		/* anything else on the host */
	STAGE_SETUP,
	STAGE_REBOOT,
	STAGE_AGAIN,		/* look again, since what was to be seen comes with the boot */
	STAGE_GUEST,		/* in a guest's definition */
	STAGES,			/* how many there are */
};

struct step {
	enum stage stage;
	char *what;		/* in words; NULL: the command says it */
	char *command;		/* in full, for a shell; NULL: it is done by hand */
};

/* Takes over the texts; for step_free(). */
struct step *step_new(enum stage stage, char *what, char *command);
void step_free(gpointer data);

/* Prints steps, of struct step, as a numbered list: by stage, each once, with the reboot that they need. */
void steps_print(const GPtrArray *steps);

#endif
