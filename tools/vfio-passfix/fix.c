// SPDX-License-Identifier: GPL-2.0-only
#include "fix.h"

#include <glib.h>
#include <string.h>

#include "kernel.h"

enum fix_state fix_state(void)
{
	g_autofree char *on = module_parameter("vfio_passfix", "pass_fix");
	g_autofree char *relaxed = module_parameter("vfio_passfix", "relaxed");

	if (!on || !relaxed)
		return FIX_UNKNOWN;
	if (!*on || !strchr("1Y", *on))
		return FIX_OFF;
	/* Its first line; the devices follow. */
	return g_str_has_prefix(relaxed, "not in force") ? FIX_NOT_IN_FORCE : FIX_IN_FORCE;
}
