/* SPDX-License-Identifier: GPL-2.0-only */
/* A whole guest for Windows 11, as libvirt's <domain> element. */
#ifndef VFIO_PASSFIX_DOMAIN_H
#define VFIO_PASSFIX_DOMAIN_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

struct domain {
	const char *name;
	int memory;		/* GiB */
	guint64 hugepage;	/* size of the pages that back it, in KiB; 0: ordinary pages */
	int cores, threads;	/* of the guest's processor; threads: of each core */
	bool topoext;		/* AMD's processors report threads only with this feature */
	int address_bits;	/* to which the IOMMU limits addresses; 0: no fewer than the host's CPU has */
	const char *disk;	/* absolute path of a disk image or a block device */
	char **cdroms;		/* absolute paths, at most DOMAIN_CDROMS, ends with NULL; NULL: none */
	bool display;		/* add an emulated display, for SPICE */
	bool iommufd;		/* needs libvirt 12.2 */
};

#define DOMAIN_CDROMS 4

/* The <domain> without host devices; free its document with xmlFreeDoc(). */
xmlNode *domain_xml_new(const struct domain *domain);

#endif
