// SPDX-License-Identifier: GPL-2.0-only
/* Tasks that claim a device, repeatedly or once. */
#include <err.h>
#include <errno.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../container.h"
#include "../edu.h"
#include "../iommufd.h"
#include "attempt.h"
#include "race.h"

enum {
	PAGE = 4096,
	FIRMWARE_PAGE = 0x7e000000,	/* has a firmware-mandated mapping, as has the page at 0 */
	NOT_NOW_US = 20000,
	WAITS = 10,
};

static struct vfio_session session = VFIO_SESSION_CLOSED;
static uint8_t *memory;

/*
 * How a claim may fail, by what was tried and errno. If the reason is a firmware-mandated
 * mapping, the kernel's log must confirm it: it has a line for each such failure.
 */
static const struct {
	const char *tried;
	int error;
	enum count what;
} failures[] = {
	{ "VFIO_GROUP_SET_CONTAINER", EINVAL, REFUSED },
	{ "VFIO_DEVICE_BIND_IOMMUFD", EINVAL, IOMMUFD_REFUSED },
	/* A group has one user at a time. */
	{ ": /dev/vfio/", EBUSY, HELD },
	{ "is not viable", 0, HELD },
	{ "VFIO_DEVICE_BIND_IOMMUFD", EBUSY, HELD },
	/* The nodes appear and disappear with the driver. */
	{ ": /dev/vfio/", ENOENT, NOT_BOUND },
	{ ": /dev/vfio/", ENODEV, NOT_BOUND },
	{ ": /dev/vfio/", ENXIO, NOT_BOUND },
	{ "/vfio-dev", ENOENT, NOT_BOUND },
	{ "/vfio-dev is empty", 0, NOT_BOUND },
	{ "VFIO_GROUP_GET_STATUS", ENODEV, GONE_MEANWHILE },
	{ "VFIO_GROUP_SET_CONTAINER", ENODEV, GONE_MEANWHILE },
	{ "VFIO_GROUP_GET_DEVICE_FD", ENODEV, GONE_MEANWHILE },
	{ "VFIO_DEVICE_BIND_IOMMUFD", ENODEV, GONE_MEANWHILE },
	{ "VFIO_SET_IOMMU", ENODEV, NO_TYPE1 },
};

/* Whether all devices of the claimed group have been unbound, so that the group is unusable. */
static bool group_is_void(void)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	return session.device_count && session.device[0].group >= 0 &&
	       ioctl(session.device[0].group, VFIO_GROUP_GET_STATUS, &status) &&
	       errno == ENODEV;
}

/* Counts a failure by its kind; returns the kind. */
static enum count count_failure(const char *bdf, const struct failure *failure)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(failures); i++)
		if (failures[i].error == failure->error &&
		    strstr(failure->text, failures[i].tried)) {
			count(failures[i].what);
			return failures[i].what;
		}
	/* VFIO_SET_IOMMU fails in a container whose group was taken away. */
	if (failure->error == EINVAL && strstr(failure->text, "VFIO_SET_IOMMU") && group_is_void()) {
		count(GONE_MEANWHILE);
		return GONE_MEANWHILE;
	}
	other("%s, %s: %s: %s", session.ioas ? "iommufd" : "container", bdf, failure->text,
	      strerror(failure->error));
	return OTHER;
}

/* Waits before the next try: for a while, or until something is bound. */
static void wait_for_better(enum count failure)
{
	uint64_t bound = counted(BOUND);
	int wait = 0;

	do {
		usleep(NOT_NOW_US);
	} while (failure == NOT_BOUND && counted(BOUND) == bound && ++wait < WAITS);
}

/* Uses everything that a claim provides. */
static void use(void)
{
	static const uint64_t iovas[] = { 0, FIRMWARE_PAGE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(iovas); i++)
		if (vfio_map(&session, memory, iovas[i], PAGE))
			err(1, "map 0x%llx", (unsigned long long)iovas[i]);
	for (i = 0; i < ARRAY_SIZE(iovas); i++)
		if (vfio_unmap(&session, iovas[i], PAGE))
			err(1, "unmap 0x%llx", (unsigned long long)iovas[i]);
}

static void container_claim(void *bdf)
{
	vfio_join(&session, VFIO_CONTAINER, bdf);
	vfio_set_iommu(&session);
	hold_fork(true);
	vfio_open_devices(&session);
	use();
}

static void iommufd_claim_and_use(void *bdf)
{
	iommufd_claim(&session, bdf);
	use();
}

static void get_memory(void)
{
	memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		err(1, "memory");
}

static void claim_until_end(char *bdf, void (*claim)(void *bdf), enum count well)
{
	struct failure failure;

	get_memory();
	race_start();
	while (race_on(CLAIMS)) {
		bool had = attempt(claim, bdf, &failure);
		enum count what = had ? well : count_failure(bdf, &failure);

		hold_fork(false);
		vfio_close(&session);
		if (had)
			count(well);
		else
			wait_for_better(what);
	}
}

void task_claim(char **args)
{
	claim_until_end(args[0], container_claim, HAD);
}

void task_iommufd_claim(char **args)
{
	claim_until_end(args[0], iommufd_claim_and_use, IOMMUFD_HAD);
}

void task_own(char **args)
{
	uint8_t expected[EDU_BUFFER], round = 0;
	struct edu edu;

	get_memory();
	vfio_claim(&session, VFIO_CONTAINER, args[0]);
	if (vfio_map(&session, memory, 0, PAGE))
		err(1, "own %s: map", args[0]);
	edu = edu_open(session.device[0].fd);
	hold_fork(true);

	race_start();
	while (race_on_still()) {
		memset(expected, ++round, sizeof(expected));
		memcpy(memory, expected, sizeof(expected));
		edu_read_memory(&edu, 0);
		memset(memory, 0, sizeof(expected));
		edu_write_memory(&edu, 0);
		if (memcmp(memory, expected, sizeof(expected)))
			other("own %s: the data that came back differs", args[0]);
		else
			count(MOVED);
	}
	hold_fork(false);
	edu_close(&edu);
	vfio_close(&session);
}
