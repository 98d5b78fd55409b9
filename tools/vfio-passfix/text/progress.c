// SPDX-License-Identifier: GPL-2.0-only
#include "text/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* On a terminal, the length of the line that the next one will overwrite. */
static int shown;

void progress_show(unsigned int seconds)
{
	if (isatty(STDOUT_FILENO))
		shown = printf("\r  at work for %u s", seconds);
	else if (seconds && seconds % 60 == 0)
		printf("  at work for %u s\n", seconds);
	fflush(stdout);
}

void progress_end(void)
{
	if (shown)
		printf("\r%*s\r", shown, "");
	shown = 0;
}
