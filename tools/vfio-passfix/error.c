// SPDX-License-Identifier: GPL-2.0-only
#include "error.h"

GQuark named_error_quark(void)
{
	return g_quark_from_static_string("vfio-passfix-named-error");
}

const char *error_id(const GError *error)
{
	static const char *const ids[] = {
		[ERROR_UNKNOWN_DEVICE] = "unknown-device",   [ERROR_AMBIGUOUS_DEVICE] = "ambiguous-device",
		[ERROR_INVALID_DEVICE] = "invalid-device",   [ERROR_BRIDGE] = "bridge",
		[ERROR_UNREADABLE_FILE] = "unreadable-file", [ERROR_NO_ROM] = "no-rom",
	};

	return error->domain == NAMED_ERROR ? ids[error->code] : "failed";
}
