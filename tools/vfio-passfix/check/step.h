/* SPDX-License-Identifier: GPL-2.0-only */
/* What to do next: the cures of all findings, as a list in the order to do them. */
#ifndef VFIO_PASSFIX_STEP_H
#define VFIO_PASSFIX_STEP_H

#include <glib.h>

/* In the order to do them. */
enum stage {
	STAGE_ELSEWHERE,	/* on another system: then no step on this one helps, and none is printed */
	STAGE_ROOT,		/* look again as root */
	STAGE_BIOS,
	STAGE_INSTALL,
	STAGE_KEY,		/* enrol a key, for Secure Boot */
	STAGE_COMMAND_LINE,	/* the kernel's */
	STAGE_HOST,		/* anything else on the host */
	STAGE_SETUP,
	STAGE_REBOOT,
	STAGE_AGAIN,		/* look again, since some things can be seen only after the boot */
	STAGE_GUEST,		/* in a guest's definition */
	STAGES,			/* the number of stages */
};

struct step {
	enum stage stage;
	char *what;		/* in words; NULL: the command says enough */
	char *command;		/* complete, for a shell; NULL: done by hand */
};

/* Takes ownership of the texts; for step_free(). */
struct step *step_new(enum stage stage, char *what, char *command);
void step_free(gpointer data);

/* Prints steps, of struct step, as a numbered list: by stage, each once, with a reboot if one is needed. */
void steps_print(const GPtrArray *steps);

#endif
