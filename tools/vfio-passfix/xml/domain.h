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
	guint64 hugepage;	/* size of the pages that back it, KiB; 0: ordinary pages */
	int cores, threads;	/* of the guest's processor; threads: of each core */
	bool topoext;		/* AMD's processors show threads by this feature only */
	int address_bits;	/* that the IOMMU limits addresses to; 0: no less than the host's CPU */
	const char *disk;	/* absolute path of a disk image or a block device */
	char **cdroms;		/* absolute paths, at most DOMAIN_CDROMS, ended by NULL; NULL: none */
	bool display;		/* an emulated one as well, to be looked at with SPICE */
	bool iommufd;		/* which takes libvirt 12.2 */
};

#define DOMAIN_CDROMS 4

/* The <domain> with all but host devices; to be freed with xmlFreeDoc() of its document. */
xmlNode *domain_xml_new(const struct domain *domain);

#endif
