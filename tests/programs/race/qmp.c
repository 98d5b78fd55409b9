// SPDX-License-Identifier: GPL-2.0-only
/* QMP, to the QEMU that runs this guest. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "race.h"
#include "qmp.h"

#define PORT "/dev/ttyS2"

enum {
	POLL_US = 4000,
	NUDGE_POLLS = 100,
	GREETING_POLLS = 250,
	GREETINGS = 60,
	SAYS_POLLS = 7500,
};

static int port = -1;

/* The line that is being read, or the last complete one. */
static char line[4096];
static size_t length;

/* The next line, or NULL if it is not complete yet. */
static const char *next_line(void)
{
	char c;

	while (read(port, &c, 1) == 1) {
		if (c != '\n') {
			if (length < sizeof(line) - 1)
				line[length++] = c;
			continue;
		}
		line[length] = 0;
		length = 0;
		return line;
	}
	return NULL;
}

static void send_text(const char *text)
{
	size_t sent = 0, size = strlen(text);

	while (sent < size) {
		ssize_t ret = write(port, text + sent, size - sent);

		if (ret < 0 && errno != EAGAIN)
			err(1, PORT);
		if (ret > 0)
			sent += (size_t)ret;
		else
			usleep(POLL_US);
	}
}

/*
 * The port shares its interrupt with the console, and QEMU sometimes loses one of the two.
 * Sending something causes the next interrupt, so an empty line is sent from time to time.
 */
static bool comes(const char *what, int polls, bool errors_count)
{
	const char *said;

	for (; polls; polls--) {
		while ((said = next_line())) {
			if (strstr(said, what))
				return true;
			if (errors_count && strstr(said, "\"error\""))
				other("QMP: %s", said);
		}
		if (polls % NUDGE_POLLS == 0)
			send_text("\n");
		usleep(POLL_US);
	}
	return false;
}

void qmp_open(void)
{
	struct termios raw;
	int greeting;

	port = open(PORT, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (port < 0 || tcgetattr(port, &raw))
		err(1, PORT);
	cfmakeraw(&raw);
	raw.c_cflag |= CLOCAL;
	if (tcsetattr(port, TCSANOW, &raw))
		err(1, PORT);

	/*
	 * QEMU's greeting may have been echoed back to it as a command. A byte that is
	 * invalid in JSON resets its parser; repeat that until it answers.
	 */
	for (greeting = 0; greeting < GREETINGS; greeting++) {
		qmp_send("\xff\n{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"query-status\"}");
		if (comes("\"running\"", GREETING_POLLS, false))
			return;
	}
	errx(1, "QMP: no answer");
}

void qmp_send(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	send_text(text);
	send_text("\n");
}

bool qmp_says(const char *what)
{
	return comes(what, SAYS_POLLS, true);
}
