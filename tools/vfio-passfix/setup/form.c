// SPDX-License-Identifier: GPL-2.0-only
#include "setup/form.h"

#include <glib.h>
#include <string.h>

/* Shell commands that write each file. No text of a plan has a line "EOF". */
static void add_shell(GString *out, const struct plan *plan)
{
	for (guint i = 0; i < plan->files->len; i++) {
		const struct plan_file *file = plan->files->pdata[i];
		g_autofree char *folder = g_path_get_dirname(file->path);

		g_string_append_printf(out, "mkdir -p %s\n", folder);
		if (file->target)
			g_string_append_printf(out, "ln -sf %s %s\n", file->target, file->path);
		else
			g_string_append_printf(out, "cat >%s <<'EOF'\n%sEOF\n", file->path, file->text);
		if (!file->target && file->mode & 0111)
			g_string_append_printf(out, "chmod +x %s\n", file->path);
	}
}

static char *image_text(const struct platform *platform, const struct plan *plan)
{
	GString *out = g_string_new("# On this system, as root (/etc survives updates); then reboot");

	if (!platform->initramfs)
		g_string_append(out, ". The initramfs stays\n"
				     "# the image's, without these files: the unit takes the card later in the boot");
	g_string_append(out, ":\n");
	add_shell(out, plan);
	if (platform->initramfs)
		g_string_append_printf(out, "%s\n", platform->initramfs);
	g_string_append(out, "\n"
			     "# Or in your own image. With packaging/ostree/Containerfile, put the files above into\n"
			     "# packaging/ostree/etc; with one of your own into etc/ beside it, and after the step\n"
			     "# that installs the modules:\n"
			     "#     COPY etc /etc\n"
			     "#     RUN kver=$(ls /usr/lib/modules) && dracut --force --no-hostonly --reproducible \\\n"
			     "#         --add ostree --kver \"$kver\" \"/usr/lib/modules/$kver/initramfs.img\"\n");
	if (platform->initramfs_undo)
		g_string_append_printf(out, "# To use the image's initramfs again: %s\n", platform->initramfs_undo);
	return g_string_free(out, FALSE);
}

/* In a ''string'' of Nix, both '' and ${ must be escaped. */
static void add_nix_line(GString *out, const char *line)
{
	g_string_append(out, "  ");
	for (; *line; line++) {
		if (g_str_has_prefix(line, "''")) {
			g_string_append(out, "'''");
			line++;
		} else if (g_str_has_prefix(line, "${")) {
			g_string_append(out, "''${");
			line++;
		} else {
			g_string_append_c(out, *line);
		}
	}
	g_string_append_c(out, '\n');
}

static char *nix_text(const struct plan *plan)
{
	GString *out = g_string_new("# Add this to configuration.nix, run sudo nixos-rebuild boot, and reboot:\n"
				    "boot.initrd.kernelModules = [ \"vfio_pci\" ];\n");

	if (plan->fix)
		g_string_append(out, "boot.kernelModules = [ \"vfio_passfix\" ];\n");
	g_string_append(out, "boot.extraModprobeConfig = ''\n");
	for (guint i = 0; i < plan->files->len; i++) {
		const struct plan_file *file = plan->files->pdata[i];
		g_auto(GStrv) lines = g_strsplit(file->text ? file->text : "", "\n", -1);

		for (char **line = lines; !strcmp(file->path, MODPROBE_CONF) && *line; line++)
			if (**line && **line != '#')
				add_nix_line(out, *line);
	}
	g_string_append(out, "'';\n");
	return g_string_free(out, FALSE);
}

char *form_text(const struct platform *platform, const struct plan *plan)
{
	return platform->form == FORM_NIX ? nix_text(plan) : image_text(platform, plan);
}
