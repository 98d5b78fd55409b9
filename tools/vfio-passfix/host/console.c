// SPDX-License-Identifier: GPL-2.0-only
#include "host/console.h"

#include <fcntl.h>
#include <linux/fb.h>
#include <linux/vt.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/record.h"
#include "host/root.h"

#define VTCONSOLES "/sys/class/vtconsole"

/* The name ("vtcon1") of the framebuffer console, while the consoles are bound to it; otherwise NULL. */
static char *framebuffer_console(void)
{
	g_autoptr(GPtrArray) names = root_list(VTCONSOLES);

	for (guint i = 0; i < names->len; i++) {
		g_autofree char *name = root_read(VTCONSOLES "/%s/name", (char *)names->pdata[i]);
		g_autofree char *bound = root_read(VTCONSOLES "/%s/bind", (char *)names->pdata[i]);

		if (name && strstr(name, "frame buffer device") && !g_strcmp0(bound, "1"))
			return g_strdup(names->pdata[i]);
	}
	return NULL;
}

static bool is_first(unsigned int framebuffer)
{
	g_autoptr(GPtrArray) names = root_list("/sys/class/graphics");
	unsigned int number;

	for (guint i = 0; i < names->len; i++)
		if (sscanf(names->pdata[i], "fb%u", &number) == 1 && number < framebuffer)
			return false;
	return true;
}

#define CONSOLE "console"

/* Whether one of the consoles, tty1 to tty63, is on @framebuffer. */
static bool has_console(const char *path, unsigned int framebuffer)
{
	const char *answer = root_answer(CONSOLE, path);
	int fd = root_is_host() ? root_open(O_RDONLY, "%s", path) : -1;
	struct fb_con2fbmap map = { .console = MIN_NR_CONSOLES };
	bool asked = fd >= 0 && !ioctl(fd, FBIOGET_CON2FBMAP, &map);
	bool found = false;

	for (; asked && !found && map.console <= MAX_NR_CONSOLES; map.console++)
		found = !ioctl(fd, FBIOGET_CON2FBMAP, &map) && map.framebuffer == framebuffer;
	if (fd >= 0)
		close(fd);
	if (asked)
		record_answer(CONSOLE, path, found ? "yes" : "no");
	return answer ? !strcmp(answer, "yes") : asked ? found : is_first(framebuffer);
}

char *console_entry_on(const struct node *node)
{
	unsigned int framebuffer;
	char *entry;
	int end = 0;

	if (sscanf(node->path, "/dev/fb%u%n", &framebuffer, &end) != 1 || node->path[end])
		return NULL;
	entry = framebuffer_console();
	if (entry && has_console(node->path, framebuffer))
		return entry;
	g_free(entry);
	return NULL;
}

char *console_on(const struct node *node)
{
	g_autofree char *entry = console_entry_on(node);

	if (!entry)
		return NULL;
	return g_strdup_printf("the text console is drawn on %s (to detach it: echo 0 | sudo tee " VTCONSOLES "/%s/bind)",
			       node->path, entry);
}
