// SPDX-License-Identifier: GPL-2.0-only
/*
 * client STEP...: a user of VFIO, by the legacy container or iommufd. Does one step after
 * another in one process; at the first that fails it prints what was tried and errno's
 * text, and ends with 1.
 *
 *   uid N              become that user, permanently
 *   uncapable          give up all capabilities, permanently
 *   namespace          become root of a new user namespace
 *   container          make /sys read only in a new mount namespace
 *   write PATH TEXT    write an existing file
 *   read PATH          print a file
 *   open-file PATH     only open it
 *   load PATH OPTIONS  load a kernel module
 *   memlock BYTES      set RLIMIT_MEMLOCK
 *   join BDF[,BDF...]  open a container, put the devices' groups into it
 *   iommu              set the container's IOMMU type (type1 v2)
 *   open               get the devices' file descriptors, enable bus mastering
 *   claim BDF[,...]    join, iommu and open
 *   compat-claim BDF[,...]  the same, with iommufd as the container
 *   fd-join BDF[,...]  open an iommufd, and bind the devices to it
 *   fd-claim BDF[,...] open an iommufd, bind and attach the devices to it, enable
 *                      bus mastering
 *   ranges             print the IOVA ranges that may be mapped, one a line
 *   map IOVA SIZE      map fresh memory for DMA (bytes, C notation)
 *   unmap IOVA SIZE
 *   pin IOVA SIZE MAX  map pieces of that size for DMA, until MAX bytes are mapped or a
 *                      mapping fails; print how many, and why it ended
 *   locked             print how much of this process's memory counts as locked
 *   keep               keep the claim until the end; further steps use a new one
 *   scratch IOVA       map a page that "blocked" and "astray" may use
 *   dma IOVA           move data through each device and back; IOVA must be mapped
 *   blocked            DMA to and from a page that is not mapped, at an IOVA that
 *                      is its physical address: nothing may arrive in either direction
 *   astray IOVA        DMA to and from an IOVA that is not mapped: nothing may be read
 *   lay-out FILE SIZE  fill a file whose pages "time-map" maps
 *   time-map FILE SIZE PAGE N  map and unmap the beginning of a file that consists of
 *                      pages of that size, N times; print the nanoseconds of each kind,
 *                      their median, as map-FILE-SIZE and unmap-FILE-SIZE
 *   time-claim BDF N   claim and release N times; print the same of them
 *   time-on FILE BDF   write 1 to a file, then claim; print the nanoseconds until each
 *                      is done
 *   time-toggle FILE N  write 1 and 0 to a file, N times; print the nanoseconds of each,
 *                      their median
 *   wait NAME          create /tmp/NAME.ready, go on when /tmp/NAME.go exists
 *   release            close everything
 *
 * Devices that do DMA must be QEMU's "edu".
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "arguments.h"
#include "edu.h"
#include "container.h"
#include "iommufd.h"
#include "modules.h"
#include "pages.h"
#include "text.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum {
	MAPPINGS_MAX = 64,
	POLL_US = 20000,
};

static struct vfio_session session = VFIO_SESSION_CLOSED;

static struct mapping {
	void *memory;
	uint64_t iova;
	uint64_t size;
} mappings[MAPPINGS_MAX];

static void step_uid(char **args)
{
	uid_t uid = (uid_t)argument_number(args[0]);

	if (setgroups(0, NULL) || setgid(uid) || setuid(uid))
		err(1, "uid %s", args[0]);
	/* Otherwise this process's files in /proc still belong to root. */
	prctl(PR_SET_DUMPABLE, 1);
}

static void step_uncapable(char **args)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { 0 };
	int cap;

	(void)args;
	for (cap = 0; !prctl(PR_CAPBSET_DROP, cap); cap++)
		;
	if (!cap || syscall(SYS_capset, &header, none))
		err(1, "uncapable");
}

static void write_file(const char *path, const char *text)
{
	if (text_write(path, text))
		err(1, "write %s", path);
}

static void step_namespace(char **args)
{
	char map[64];

	(void)args;
	snprintf(map, sizeof(map), "0 %d 1", getuid());
	if (unshare(CLONE_NEWUSER))
		err(1, "namespace");
	write_file("/proc/self/uid_map", map);
	if (getuid())
		errx(1, "namespace: one is not root in it");
}

static void step_container(char **args)
{
	(void)args;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL))
		err(1, "container");
}

static void step_write(char **args)
{
	write_file(args[0], args[1]);
}

static void step_read(char **args)
{
	char text[PAGE + 1];

	if (text_read(args[0], text, sizeof(text)) < 0)
		err(1, "read %s", args[0]);
	fputs(text, stdout);
}

static void step_open_file(char **args)
{
	int fd = open(args[0], O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "open-file %s", args[0]);
	close(fd);
}

static void step_load(char **args)
{
	if (module_load(args[0], args[1]))
		err(1, "load %s", args[0]);
}

static void step_memlock(char **args)
{
	struct rlimit limit = { argument_number(args[0]), argument_number(args[0]) };

	if (setrlimit(RLIMIT_MEMLOCK, &limit))
		err(1, "memlock %s", args[0]);
}

static void step_join(char **args)
{
	vfio_join(&session, VFIO_CONTAINER, args[0]);
}

static void step_iommu(char **args)
{
	(void)args;
	vfio_set_iommu(&session);
}

static void step_open(char **args)
{
	(void)args;
	vfio_open_devices(&session);
}

static void step_claim(char **args)
{
	vfio_claim(&session, VFIO_CONTAINER, args[0]);
}

static void step_compat_claim(char **args)
{
	vfio_claim(&session, VFIO_CONTAINER_OF_IOMMUFD, args[0]);
}

static void step_fd_join(char **args)
{
	iommufd_join(&session, args[0]);
}

static void step_fd_claim(char **args)
{
	iommufd_claim(&session, args[0]);
}

static void step_ranges(char **args)
{
	(void)args;
	vfio_print_ranges(&session);
}

static void step_map(char **args)
{
	struct mapping *mapping = mappings;

	while (mapping->memory && mapping < mappings + MAPPINGS_MAX - 1)
		mapping++;

	mapping->iova = argument_number(args[0]);
	mapping->size = argument_number(args[1]);
	mapping->memory = mmap(NULL, mapping->size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mapping->memory == MAP_FAILED)
		err(1, "map: %s bytes of memory", args[1]);
	if (vfio_map(&session, mapping->memory, mapping->iova, mapping->size))
		err(1, "map: %s bytes at %s", args[1], args[0]);
}

static void step_unmap(char **args)
{
	uint64_t iova = argument_number(args[0]), size = argument_number(args[1]);
	struct mapping *mapping;

	if (vfio_unmap(&session, iova, size))
		err(1, "unmap: %s bytes at %s", args[1], args[0]);

	for (mapping = mappings; mapping < mappings + MAPPINGS_MAX; mapping++)
		if (mapping->memory && mapping->iova >= iova &&
		    mapping->iova + mapping->size <= iova + size) {
			munmap(mapping->memory, mapping->size);
			mapping->memory = NULL;
		}
}

static void step_pin(char **args)
{
	uint64_t iova = argument_number(args[0]), size = argument_number(args[1]), max = argument_number(args[2]), at;
	uint8_t *memory = mmap(NULL, max, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "pin: %s bytes of memory", args[2]);
	errno = 0;
	for (at = 0; at < max && !vfio_map(&session, memory + at, iova + at, size); at += size)
		;
	printf("pinned %" PRIu64 " KiB of %" PRIu64 ": %s\n", at >> 10, max >> 10,
	       at < max ? strerror(errno) : "all");
}

static void step_locked(char **args)
{
	char line[128];
	FILE *status = fopen("/proc/self/status", "r");

	(void)args;
	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, "VmLck:", 6))
			printf("locked %d KiB\n", atoi(line + 6));
	if (!status || fclose(status))
		err(1, "locked");
}

static void step_keep(char **args)
{
	(void)args;
	session = (struct vfio_session)VFIO_SESSION_CLOSED;
}

static uint8_t *memory_at(uint64_t iova, size_t size)
{
	struct mapping *mapping;

	for (mapping = mappings; mapping < mappings + MAPPINGS_MAX; mapping++)
		if (mapping->memory && iova >= mapping->iova &&
		    iova + size <= mapping->iova + mapping->size)
			return (uint8_t *)mapping->memory + (iova - mapping->iova);

	errx(2, "nothing is mapped at 0x%" PRIx64, iova);
}

static void fill(uint8_t *memory, size_t size, unsigned int seed)
{
	size_t i;

	for (i = 0; i < size; i++)
		memory[i] = seed + i * 7 + (i >> 8);
}

static void step_dma(char **args)
{
	uint64_t iova = argument_number(args[0]);
	uint8_t expected[EDU_BUFFER], *memory = memory_at(iova, EDU_BUFFER);
	unsigned int i;

	for (i = 0; i < session.device_count; i++) {
		struct edu edu = edu_open(session.device[i].fd);

		fill(expected, sizeof(expected), 1 + i);
		memcpy(memory, expected, sizeof(expected));
		edu_read_memory(&edu, iova);
		memset(memory, 0, sizeof(expected));
		edu_write_memory(&edu, iova);
		if (memcmp(memory, expected, sizeof(expected)))
			errx(1, "dma: %s: the data that came back at 0x%" PRIx64 " differs",
			     session.device[i].name, iova);
		printf("dma: %s: %d bytes at 0x%" PRIx64 " to the device and back\n",
		       session.device[i].name, EDU_BUFFER, iova);
		edu_close(&edu);
	}
}

static void step_blocked(char **args)
{
	uint8_t expected[EDU_BUFFER];
	uint8_t *canary = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	unsigned int i;

	(void)args;
	if (canary == MAP_FAILED)
		err(1, "blocked: memory");
	fill(expected, sizeof(expected), 99);

	for (i = 0; i < session.device_count; i++) {
		struct edu edu = edu_open(session.device[i].fd);
		uint8_t *memory = session.scratch;

		memcpy(canary, expected, sizeof(expected));
		/* First put known bytes into the buffer, which must still be there afterwards. */
		memset(memory, 0x5a, EDU_BUFFER);
		edu_read_memory(&edu, session.scratch_iova);

		edu_write_memory(&edu, pages_physical(canary));
		if (memcmp(canary, expected, sizeof(expected)))
			errx(1, "blocked: %s wrote to memory that is not mapped for it",
			     session.device[i].name);

		edu_read_memory(&edu, pages_physical(canary));
		memset(memory, 0, EDU_BUFFER);
		edu_write_memory(&edu, session.scratch_iova);
		if (!memcmp(memory, expected, sizeof(expected)))
			errx(1, "blocked: %s read memory that is not mapped for it",
			     session.device[i].name);

		/* The same DMA must arrive after the page is mapped, to show that the check can fail. */
		if (vfio_map(&session, canary, pages_physical(canary), PAGE))
			err(1, "blocked: mapping the page");
		edu_read_memory(&edu, pages_physical(canary));
		edu_write_memory(&edu, session.scratch_iova);
		if (memcmp(memory, expected, sizeof(expected)))
			errx(1, "blocked: %s cannot read the page when it is mapped either",
			     session.device[i].name);
		memset(canary, 0, sizeof(expected));
		edu_write_memory(&edu, pages_physical(canary));
		if (memcmp(canary, expected, sizeof(expected)))
			errx(1, "blocked: %s cannot write the page when it is mapped either",
			     session.device[i].name);
		if (vfio_unmap(&session, pages_physical(canary), PAGE))
			err(1, "blocked: unmapping the page");
		printf("blocked: %s: DMA to and from 0x%" PRIx64 ", until it is mapped\n",
		       session.device[i].name, pages_physical(canary));
		edu_close(&edu);
	}
	munmap(canary, PAGE);
}

static void step_astray(char **args)
{
	static const uint8_t nothing[EDU_BUFFER];
	uint64_t iova = argument_number(args[0]);
	uint8_t *memory = session.scratch;
	unsigned int i;

	for (i = 0; i < session.device_count; i++) {
		struct edu edu = edu_open(session.device[i].fd);

		fill(memory, EDU_BUFFER, 99);
		edu_read_memory(&edu, session.scratch_iova);
		edu_write_memory(&edu, iova);
		edu_read_memory(&edu, iova);
		edu_write_memory(&edu, session.scratch_iova);
		if (memcmp(memory, nothing, sizeof(nothing)))
			errx(1, "astray: %s has read something at 0x%" PRIx64,
			     session.device[i].name, iova);
		printf("astray: %s: DMA to and from 0x%" PRIx64 "\n", session.device[i].name, iova);
		edu_close(&edu);
	}
}

static void step_scratch(char **args)
{
	char size[] = "4096";

	step_map((char *[]){ args[0], size });
	session.scratch_iova = argument_number(args[0]);
	session.scratch = memory_at(session.scratch_iova, PAGE);
}

static void step_lay_out(char **args)
{
	pages_lay_out(args[0], argument_number(args[1]));
}

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The median, because something else sometimes gets the processor. Frees @times. */
static uint64_t median(uint64_t *times, size_t count)
{
	uint64_t middle;

	qsort(times, count, sizeof(*times), compare);
	middle = times[count / 2];
	free(times);
	return middle;
}

static uint64_t *times_of(const char *step, uint64_t count)
{
	uint64_t *times = count ? calloc(count, sizeof(*times)) : NULL;

	if (!times)
		errx(2, "%s: %" PRIu64 " is no number of times", step, count);
	return times;
}

static void step_time_map(char **args)
{
	uint64_t size = argument_number(args[1]), count = argument_number(args[3]), start, i;
	uint64_t *map = times_of("time-map", count), *unmap = times_of("time-map", count);
	void *memory = pages_map(args[0], size, argument_number(args[2]));
	const char *name = basename(args[0]);

	for (i = 0; i < count; i++) {
		start = clock_ns();
		if (vfio_map(&session, memory, 0, size))
			err(1, "time-map: mapping");
		map[i] = clock_ns() - start;
		start = clock_ns();
		if (vfio_unmap(&session, 0, size))
			err(1, "time-map: unmapping");
		unmap[i] = clock_ns() - start;
	}
	printf("map-%s-%" PRIu64 " %" PRIu64 "\nunmap-%s-%" PRIu64 " %" PRIu64 "\n",
	       name, size, median(map, count), name, size, median(unmap, count));
	munmap(memory, size);
}

static void step_time_claim(char **args)
{
	uint64_t count = argument_number(args[1]), start, i;
	uint64_t *claim = times_of("time-claim", count), *release = times_of("time-claim", count);

	for (i = 0; i < count; i++) {
		start = clock_ns();
		step_claim(args);
		claim[i] = clock_ns() - start;
		start = clock_ns();
		vfio_close(&session);
		release[i] = clock_ns() - start;
	}
	printf("claim %" PRIu64 "\nrelease %" PRIu64 "\n", median(claim, count), median(release, count));
}

static void step_time_on(char **args)
{
	uint64_t start = clock_ns(), on;

	write_file(args[0], "1");
	on = clock_ns() - start;
	step_claim(args + 1);
	printf("on %" PRIu64 "\nassignable %" PRIu64 "\n", on, clock_ns() - start);
	vfio_close(&session);
}

static void step_time_toggle(char **args)
{
	uint64_t count = argument_number(args[1]), start, i;
	uint64_t *on = times_of("time-toggle", count), *off = times_of("time-toggle", count);

	for (i = 0; i < count; i++) {
		start = clock_ns();
		write_file(args[0], "1");
		on[i] = clock_ns() - start;
		start = clock_ns();
		write_file(args[0], "0");
		off[i] = clock_ns() - start;
	}
	printf("on %" PRIu64 "\noff %" PRIu64 "\n", median(on, count), median(off, count));
}

static void step_wait(char **args)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/tmp/%s.ready", args[0]);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
	if (fd < 0)
		err(1, "wait: %s", path);
	close(fd);

	snprintf(path, sizeof(path), "/tmp/%s.go", args[0]);
	while (access(path, F_OK))
		usleep(POLL_US);
}

static void step_release(char **args)
{
	(void)args;
	vfio_close(&session);
	memset(mappings, 0, sizeof(mappings));
}

static const struct step {
	const char *name;
	int args;
	void (*run)(char **args);
} steps[] = {
	{ "uid", 1, step_uid },
	{ "uncapable", 0, step_uncapable },
	{ "namespace", 0, step_namespace },
	{ "container", 0, step_container },
	{ "write", 2, step_write },
	{ "read", 1, step_read },
	{ "open-file", 1, step_open_file },
	{ "load", 2, step_load },
	{ "memlock", 1, step_memlock },
	{ "join", 1, step_join },
	{ "iommu", 0, step_iommu },
	{ "open", 0, step_open },
	{ "claim", 1, step_claim },
	{ "compat-claim", 1, step_compat_claim },
	{ "fd-join", 1, step_fd_join },
	{ "fd-claim", 1, step_fd_claim },
	{ "ranges", 0, step_ranges },
	{ "map", 2, step_map },
	{ "unmap", 2, step_unmap },
	{ "pin", 3, step_pin },
	{ "locked", 0, step_locked },
	{ "keep", 0, step_keep },
	{ "scratch", 1, step_scratch },
	{ "dma", 1, step_dma },
	{ "blocked", 0, step_blocked },
	{ "astray", 1, step_astray },
	{ "lay-out", 2, step_lay_out },
	{ "time-map", 4, step_time_map },
	{ "time-claim", 2, step_time_claim },
	{ "time-on", 2, step_time_on },
	{ "time-toggle", 2, step_time_toggle },
	{ "wait", 1, step_wait },
	{ "release", 0, step_release },
};

int main(int argc, char **argv)
{
	char **arg = argv + 1;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (*arg) {
		for (i = 0; i < ARRAY_SIZE(steps); i++)
			if (!strcmp(*arg, steps[i].name))
				break;
		if (i == ARRAY_SIZE(steps))
			errx(2, "no such step: %s", *arg);
		if (argv + argc - arg <= steps[i].args)
			errx(2, "%s wants %d arguments", *arg, steps[i].args);
		steps[i].run(arg + 1);
		arg += 1 + steps[i].args;
	}
	return 0;
}
