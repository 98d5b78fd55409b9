// SPDX-License-Identifier: GPL-2.0-only
#include "handover/screen.h"

#include <gio/gio.h>
#include <string.h>

#include "host/boot_screen.h"
#include "host/console.h"
#include "host/nodes.h"
#include "host/root.h"

#define PLATFORM "/sys/bus/platform"

static void add_once(GPtrArray *list, char *text)
{
	if (text && !g_ptr_array_find_with_equal_func(list, text, g_str_equal, NULL))
		g_ptr_array_add(list, text);
	else
		g_free(text);
}

GPtrArray *screen_consoles(const struct card *card)
{
	GPtrArray *consoles = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) nodes = nodes_of(card->functions);

	for (guint i = 0; i < nodes->len; i++)
		add_once(consoles, console_entry_on(nodes->pdata[i]));
	return consoles;
}

GPtrArray *screen_framebuffers(const struct card *card)
{
	GPtrArray *screens = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *on = boot_screen_on(card);
	g_autoptr(GPtrArray) devices = root_list(PLATFORM "/devices");

	for (guint i = 0; on && i < devices->len; i++) {
		const char *device = devices->pdata[i];
		g_autofree char *driver = boot_screen_is_device(device) ?
						  root_link(PLATFORM "/devices/%s/driver", device) :
						  NULL;

		if (driver)
			g_ptr_array_add(screens, g_strconcat(driver, "/", device, NULL));
	}
	return screens;
}

static bool done(int result, GError **error, const char *what, const char *name)
{
	if (result)
		g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(-result), "cannot %s %s: %s", what, name,
			    g_strerror(-result));
	return !result;
}

bool screen_console_detach(const char *name, GError **error)
{
	return done(root_write("0", "/sys/class/vtconsole/%s/bind", name), error, "detach the text console", name);
}

bool screen_console_attach(const char *name, GError **error)
{
	if (!root_exists("/sys/class/vtconsole/%s", name))
		return true;
	return done(root_write("1", "/sys/class/vtconsole/%s/bind", name), error, "attach the text console", name);
}

static bool write_device(const char *name, const char *file, const char *what, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(name, "/", 2);

	return done(root_write(parts[1], PLATFORM "/drivers/%s/%s", parts[0], file), error, what, parts[1]);
}

bool screen_framebuffer_detach(const char *name, GError **error)
{
	return write_device(name, "unbind", "detach the boot framebuffer", error);
}

bool screen_framebuffer_attach(const char *name, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(name, "/", 2);

	/* A driver of the card that came meanwhile has taken it away, as at boot. */
	if (!root_exists(PLATFORM "/devices/%s", parts[1]) || root_exists(PLATFORM "/devices/%s/driver", parts[1]))
		return true;
	return write_device(name, "bind", "attach the boot framebuffer", error);
}
