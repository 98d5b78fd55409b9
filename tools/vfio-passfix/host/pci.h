/* SPDX-License-Identifier: GPL-2.0-only */
/* The PCI devices, as sysfs shows them; their names are from libpci's table. */
#ifndef VFIO_PASSFIX_PCI_H
#define VFIO_PASSFIX_PCI_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define PCI_BARS 6

/* Values of class >> 8. */
#define PCI_CLASS_VGA 0x0300u
#define PCI_CLASS_3D 0x0302u
#define PCI_CLASS_USB 0x0c03u

struct pci_bar {
	uint64_t start, size;	/* in bytes; size 0: there is no such BAR */
	bool memory, wide, prefetchable;	/* wide: 64 bit */
	uint64_t sizes;		/* bit n: resizable to 2^n MiB; 0: not resizable, or not known */
};

struct pci_device {
	char *address;		/* "0000:03:00.0" */
	uint32_t segment;
	uint8_t bus, slot, function;
	uint16_t vendor, device;
	uint32_t class;		/* 24 bits: base class, subclass, interface */
	char *driver;		/* NULL: none bound */
	char *driver_override;	/* NULL: none set */
	char *parent;		/* the bridge above, NULL on a root bus */
	char *controller;	/* the function that has the root bus above it (Intel's VMD); NULL: none */
	int group;		/* IOMMU group; -1: none */
	int boot_vga;		/* 1, 0, or -1 if the kernel does not say */
	int secondary;		/* the bus below a bridge, or -1 */
	bool is_virtual;	/* a virtual function of SR-IOV */
	bool has_rom;		/* there is a file to read the option ROM from */
	struct pci_bar bars[PCI_BARS];
};

/* All devices, by address; of struct pci_device. */
GPtrArray *pci_devices(void);

/* The device with this address, or NULL. */
struct pci_device *pci_find(const GPtrArray *devices, const char *address);

/*
 * Returns an address, "03:00.0" or "0000:03:00.0" (with a domain of up to eight digits), in its
 * full form; for g_free(). NULL if @text is no address.
 */
char *pci_address(const char *text);

/* "Navi 31 [Radeon RX 7900 XT/7900 XTX]"; for g_free(), here and below. */
char *pci_name(const struct pci_device *device);

/* "VGA compatible controller" */
char *pci_class_name(const struct pci_device *device);

/*
 * A table of names in libpci's format (pci.ids), with only the names of these devices, their
 * vendors and their classes.
 */
char *pci_names_table(const GPtrArray *devices);

/* "1002:744c" */
char *pci_id(const struct pci_device *device);

/* Whether both have the same vendor and device id. */
bool pci_same_id(const struct pci_device *a, const struct pci_device *b);

bool pci_is_bridge(const struct pci_device *device);

/* Whether its base class is that of graphics, with 3D controllers. */
bool pci_is_graphics(const struct pci_device *device);

/* Whether it can show a picture: a graphics device, but for 3D controllers. */
bool pci_is_display(const struct pci_device *device);
bool pci_is_network(const struct pci_device *device);

/* Whether it is a GPU: a display, a 3D controller, or a processing accelerator. */
bool pci_is_gpu(const struct pci_device *device);

/* Whether a driver is a VFIO driver: vfio-pci or a variant of it. */
bool pci_driver_is_vfio(const char *driver);

/*
 * Whether its driver keeps it from the host: vfio-pci, or pci-stub, which does no DMA. VFIO accepts
 * both in a group: pci-stub by its name, and since 5.19 by its flag, 18c7a349d072 ("PCI: pci_stub:
 * Set driver_managed_dma").
 */
bool pci_is_reserved(const struct pci_device *device);

/* Whether @a and @b are functions of one device: same segment, bus and slot. */
bool pci_same_slot(const struct pci_device *a, const struct pci_device *b);

/* bus << 8 | slot << 3 | function, as in firmware tables and IOMMUs. */
uint16_t pci_device_id(const struct pci_device *device);

#endif
