// SPDX-License-Identifier: GPL-2.0-only
#include "host/host.h"

struct host *host_read(void)
{
	struct host *host = g_new0(struct host, 1);

	host->devices = pci_devices();
	host->groups = groups_read();
	return host;
}

void host_free(struct host *host)
{
	if (!host)
		return;
	g_ptr_array_unref(host->devices);
	g_ptr_array_unref(host->groups);
	g_free(host);
}

struct group *host_group_of(const struct host *host, const struct pci_device *device)
{
	return device->group < 0 ? NULL : group_find(host->groups, device->group);
}

struct pci_device *host_boot_display(const struct host *host)
{
	for (guint i = 0; i < host->devices->len; i++) {
		struct pci_device *device = host->devices->pdata[i];

		if (device->boot_vga == 1)
			return device;
	}
	return NULL;
}
