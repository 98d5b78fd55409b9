// SPDX-License-Identifier: GPL-2.0-only
#include "check/step.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text/output.h"

/* Stages whose steps take effect at the next boot. */
static const bool takes_reboot[STAGES] = {
	[STAGE_BIOS] = true,
	[STAGE_KEY] = true,
	[STAGE_COMMAND_LINE] = true,
	[STAGE_SETUP] = true,
};

struct step *step_new(enum stage stage, char *what, char *command)
{
	struct step *step = g_new0(struct step, 1);

	step->stage = stage;
	step->what = what;
	step->command = command;
	return step;
}

void step_free(gpointer data)
{
	struct step *step = data;

	g_free(step->what);
	g_free(step->command);
	g_free(step);
}

/* Steps are the same if their words and their commands are. */
static bool is_same(const struct step *a, const struct step *b)
{
	return !g_strcmp0(a->what, b->what) && !g_strcmp0(a->command, b->command);
}

static bool is_new(const GPtrArray *steps, guint index)
{
	for (guint i = 0; i < index; i++)
		if (is_same(steps->pdata[i], steps->pdata[index]))
			return false;
	return true;
}

#define INDENT 5

static void print_step(guint number, const struct step *step)
{
	g_autofree char *first = g_strdup_printf("%3u. ", number);
	g_autofree char *command = NULL, *line = NULL;

	if (!step->command) {
		output_wrapped(first, INDENT, step->what);
		return;
	}
	command = output_commands(step->command);
	line = step->what ? g_strdup_printf("%s: %s", step->what, command) : g_strdup(command);
	if (!step->what || g_utf8_strlen(output_text(line), -1) + INDENT <= output_columns()) {
		output_command(first, INDENT, line);
		return;
	}
	g_free(line);
	line = g_strconcat(step->what, ":", NULL);
	output_wrapped(first, INDENT, line);
	output_command("     ", INDENT, command);
}

void steps_print(const GPtrArray *steps)
{
	static const struct step reboot = { STAGE_REBOOT, NULL, (char *)"sudo reboot" };
	enum stage last = STAGES - 1;
	bool reboots = false;
	guint number = 0;

	for (guint i = 0; i < steps->len; i++)
		if (((const struct step *)steps->pdata[i])->stage == STAGE_ELSEWHERE)
			last = STAGE_ELSEWHERE;
	if (steps->len)
		puts(output_has_sudo() ? "\nNext" : "\nNext, as root");
	for (enum stage stage = 0; stage <= last; stage++) {
		for (guint i = 0; i < steps->len; i++) {
			const struct step *step = steps->pdata[i];

			if (step->stage != stage || !is_new(steps, i))
				continue;
			reboots = reboots || takes_reboot[stage] || stage == STAGE_REBOOT;
			if (stage != STAGE_REBOOT)
				print_step(++number, step);
		}
		if (stage == STAGE_REBOOT && reboots)
			print_step(++number, &reboot);
	}
}
