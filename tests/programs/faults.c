// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults [-l FUNCTION] [-o FUNCTION] [-r PERCENT:ROUNDS] [-n N] OPERATION BDF: does an
 * operation again and again while memory is short, and looks at the host each time: the
 * operation has succeeded and the host is all as after a success, or it has failed and
 * the host is all as before; and then, with memory, it succeeds.
 *
 * At first the 1st allocation fails, then the 2nd and so on, until there are no more.
 * With -r, so many of a hundred fail at random. What is allocated below the kernel's
 * function that -l names is left out, what is not below that of -o as well. BDF is bound
 * to vfio-pci where an operation claims it.
 * With -n the Nth fails, once, and the host is not looked at: it may be changed.
 *
 * Ends with 1 where the host is not as it should be. Prints one line else:
 *   turn-on: 57 allocations failed in turn: 55 errors (ENOMEM 55), 2 successes
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arguments.h"
#include "host.h"
#include "shortage.h"

#define PARAMETERS "/sys/module/vfio_passfix/parameters/"

enum {
	ALLOCATIONS_MAX = 5000,	/* more than any operation makes */
	ERRNO_MAX = 134,
	MAP_SIZE = 1 << 16,
};

static const char *device;
static char said[4096];		/* what the operation has read */

static int answer(ssize_t ret)
{
	return ret < 0 ? -errno : 0;
}

/* Modules. */

static int module_load(const char *path, const char *parameters)
{
	struct utsname kernel;
	char full[256];
	int fd, ret;

	uname(&kernel);
	snprintf(full, sizeof(full), "/lib/modules/%s/%s", kernel.release, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	close(fd);

	return ret;
}

static int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

/* What must succeed where memory is not short. */
static void must(const char *what, int error)
{
	if (error)
		errx(2, "%s: %s", what, strerror(-error));
}

static int load_fix(const char *parameters)
{
	return module_load("updates/dkms/vfio_passfix.ko", parameters);
}

static int load_fork(const char *parameters)
{
	return module_load("updates/dkms/vfio_iommu_type1_passfix.ko", parameters);
}

static int write_parameter(const char *name, const char *value)
{
	char path[128];
	int fd, ret = 0;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);

	return ret;
}

static void unload_fix(void)
{
	must("off", write_parameter("pass_fix", "0"));
	must("unload", module_unload("vfio_passfix"));
}

static void unload_fork(void)
{
	must("off", write_parameter("pass_fix", "0"));
	must("unload", module_unload("vfio_iommu_type1_passfix"));
}

static int load_off(void) { return load_fix(""); }
static int load_devices(void) { return load_fix("devices=0000:00:08.0,1b36:*"); }
static int load_on(void) { return load_fix("pass_fix=1"); }
static int load_fork_off(void) { return load_fork(""); }
static int load_fork_on(void) { return load_fork("pass_fix=1"); }

static int load_stock(void)
{
	return module_load("kernel/drivers/vfio/vfio_iommu_type1.ko", "");
}

static void unload_stock(void) { must("unload", module_unload("vfio_iommu_type1")); }

static void begin_unload(void) { must("load", load_off()); }
static int unload(void) { return module_unload("vfio_passfix"); }

/* Parameters. */

static int turn_on(void) { return write_parameter("pass_fix", "1"); }
static int turn_off(void) { return write_parameter("pass_fix", "0"); }
static void must_turn_on(void) { must("on", turn_on()); }
static void must_turn_off(void) { must("off", turn_off()); }
static int write_devices(void) { return write_parameter("devices", "0000:00:09.0, 1b36:0005"); }
static void reset_devices(void) { must("devices", write_parameter("devices", "8086:*")); }

static int read_relaxed(void)
{
	ssize_t length;
	int fd = open(PARAMETERS "relaxed", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	length = read(fd, said, sizeof(said) - 1);
	close(fd);
	if (length < 0)
		return -errno;
	said[length] = '\0';

	return 0;
}

static void forget(void) { said[0] = '\0'; }

/* The kernel's own probes, without the fix: placed and taken away by passfix_test.ko. */

static int probe(void)
{
	int fd = open("/sys/module/passfix_test/parameters/run", O_WRONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = answer(write(fd, "probe -", 7));
	close(fd);

	return ret;
}

/* A claim, by the container. Each step begins where the one before has come to. */

static int container = -1, group = -1, device_fd = -1;
static void *memory;

static int must_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(2, "%s", path);

	return fd;
}

static void begin_join(void)
{
	char node[32];

	snprintf(node, sizeof(node), "/dev/vfio/%d", argument_group(device));
	container = must_open("/dev/vfio/vfio");
	group = must_open(node);
}

static int join(void)
{
	return answer(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container));
}

static void begin_iommu(void)
{
	begin_join();
	must("VFIO_GROUP_SET_CONTAINER", join());
}

static int set_iommu(void)
{
	return answer(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
}

static void begin_open(void)
{
	begin_iommu();
	must("VFIO_SET_IOMMU", set_iommu());
}

static int open_device(void)
{
	device_fd = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, device);
	return answer(device_fd);
}

static void begin_map(void)
{
	begin_open();
	must("VFIO_GROUP_GET_DEVICE_FD", open_device());
}

static int map(void)
{
	struct vfio_iommu_type1_dma_map request = {
		.argsz = sizeof(request),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.size = MAP_SIZE,
	};

	return answer(ioctl(container, VFIO_IOMMU_MAP_DMA, &request));
}

static void begin_unmap(void)
{
	begin_map();
	must("VFIO_IOMMU_MAP_DMA", map());
}

static int unmap(void)
{
	struct vfio_iommu_type1_dma_unmap request = {
		.argsz = sizeof(request), .size = MAP_SIZE,
	};

	return answer(ioctl(container, VFIO_IOMMU_UNMAP_DMA, &request));
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int release(void)
{
	close_one(&device_fd);
	close_one(&group);
	close_one(&container);
	return 0;
}

static void must_release(void) { release(); }

/* A claim, by iommufd; it is what "container" then is. */

static uint32_t ioas;

static void begin_bind(void)
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	char node[32];
	int i;

	container = must_open("/dev/iommu");
	must("IOMMU_IOAS_ALLOC", answer(ioctl(container, IOMMU_IOAS_ALLOC, &alloc)));
	ioas = alloc.out_ioas_id;
	for (i = 0; i < 16; i++) {
		char path[128];

		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev/vfio%d", device, i);
		snprintf(node, sizeof(node), "/dev/vfio/devices/vfio%d", i);
		if (!access(path, F_OK))
			break;
	}
	device_fd = must_open(node);
}

static int bind_iommufd(void)
{
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind), .iommufd = container };

	return answer(ioctl(device_fd, VFIO_DEVICE_BIND_IOMMUFD, &bind));
}

static void begin_attach(void)
{
	begin_bind();
	must("VFIO_DEVICE_BIND_IOMMUFD", bind_iommufd());
}

static int attach(void)
{
	struct vfio_device_attach_iommufd_pt request = {
		.argsz = sizeof(request), .pt_id = ioas,
	};

	return answer(ioctl(device_fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &request));
}

static void begin_fd_map(void)
{
	begin_attach();
	must("VFIO_DEVICE_ATTACH_IOMMUFD_PT", attach());
}

static int fd_map(void)
{
	struct iommu_ioas_map request = {
		.size = sizeof(request),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = ioas,
		.user_va = (uintptr_t)memory,
		.length = MAP_SIZE,
	};

	return answer(ioctl(container, IOMMU_IOAS_MAP, &request));
}

static void begin_fd_unmap(void)
{
	begin_fd_map();
	must("IOMMU_IOAS_MAP", fd_map());
}

static int fd_unmap(void)
{
	struct iommu_ioas_unmap request = {
		.size = sizeof(request), .ioas_id = ioas, .length = MAP_SIZE,
	};

	return answer(ioctl(container, IOMMU_IOAS_UNMAP, &request));
}

static void nothing(void) {}

static const struct operation {
	const char *name;
	void (*begin)(void);	/* to where the operation begins */
	int (*run)(void);	/* 0 or -errno */
	void (*end)(void);	/* from where it has led, or not, to before begin() */
	void (*undo)(void);	/* from where it has led to where end() can begin */
	int result;		/* what it says where there is memory */
	bool frugal;		/* it may be that it makes no allocation at all */
} operations[] = {
	{ .name = "load", .begin = nothing, .run = load_off, .undo = unload_fix },
	{ .name = "load-devices", .begin = nothing, .run = load_devices, .undo = unload_fix },
	{ .name = "load-on", .begin = nothing, .run = load_on, .undo = unload_fix },
	{ .name = "load-fork", .begin = nothing, .run = load_fork_off, .undo = unload_fork },
	{ .name = "load-fork-on", .begin = nothing, .run = load_fork_on, .undo = unload_fork },
	{ .name = "load-stock", .begin = nothing, .run = load_stock, .undo = unload_stock },
	{ .name = "unload", .begin = begin_unload, .run = unload },
	{ .name = "probe", .begin = nothing, .run = probe },
	{ .name = "turn-on", .begin = nothing, .run = turn_on, .undo = must_turn_off },
	{ .name = "turn-off", .begin = nothing, .run = turn_off, .undo = must_turn_on },
	{ .name = "turn-off-bound", .begin = nothing, .run = turn_off, .result = -EBUSY },
	{ .name = "write-devices", .begin = nothing, .run = write_devices,
	  .undo = reset_devices },
	{ .name = "read-relaxed", .begin = forget, .run = read_relaxed, .undo = forget },
	{ .name = "set-container", .begin = begin_join, .run = join, .end = must_release,
	  .frugal = true },
	{ .name = "set-iommu", .begin = begin_iommu, .run = set_iommu, .end = must_release },
	{ .name = "get-device", .begin = begin_open, .run = open_device, .end = must_release },
	{ .name = "map", .begin = begin_map, .run = map, .end = must_release },
	{ .name = "unmap", .begin = begin_unmap, .run = unmap, .end = must_release },
	{ .name = "release", .begin = begin_unmap, .run = release },
	{ .name = "fd-bind", .begin = begin_bind, .run = bind_iommufd, .end = must_release },
	{ .name = "fd-attach", .begin = begin_attach, .run = attach, .end = must_release },
	{ .name = "fd-map", .begin = begin_fd_map, .run = fd_map, .end = must_release },
	{ .name = "fd-unmap", .begin = begin_fd_unmap, .run = fd_unmap, .end = must_release },
	{ .name = "fd-release", .begin = begin_fd_unmap, .run = release },
};

static const struct operation *op;
static struct host initial, old, new;
static unsigned int errors[ERRNO_MAX], error_count, successes;
static bool random_rounds;

static void look(struct host *host)
{
	host_look(host);
	if (*said)
		host_add(host, "said: %s", said);
}

static void expect(const struct host *expected, unsigned int n, int error, const char *when)
{
	static struct host host;

	look(&host);
	if (host_same(expected, &host))
		return;
	printf("%s, %s %u: %s, which ended with: %s; the host is not as it should be:\n", op->name,
	       random_rounds ? "round" : "allocation", n, when, error ? strerror(-error) : "success");
	host_print_difference(expected, &host);
	exit(1);
}

static void back(bool done)
{
	if (done && op->undo)
		op->undo();
	if (op->end)
		op->end();
}

/* What the host is like before, between and after, where memory is not short. */
static void learn(void)
{
	int error;

	look(&initial);
	op->begin();
	look(&old);
	error = op->run();
	if (error != op->result)
		errx(2, "%s: %s, with memory enough", op->name, strerror(-error));
	look(&new);
	back(true);
	expect(&initial, 0, error, "after it, with memory enough");
}

static bool play(unsigned int n, unsigned int percent)
{
	bool reached;
	int error;

	op->begin();
	if (percent)
		shortage_of_percent(percent);
	else
		shortage_of_nth(n);
	error = op->run();
	reached = shortage_end();

	if (reached || percent) {
		if (error == op->result) {
			successes++;
		} else {
			error_count++;
			errors[-error < ERRNO_MAX ? -error : 0]++;
		}
	}
	expect(error == op->result ? &new : &old, n, error, "after it");
	if (error != op->result) {
		error = op->run();
		if (error != op->result) {
			printf("%s, %u: with memory again it fails: %s\n", op->name, n,
			       strerror(-error));
			exit(1);
		}
		expect(&new, n, error, "after it was tried again with memory");
	}
	back(true);
	expect(&initial, n, error, "after it was undone");

	return reached;
}

static void print_counts(const char *how, unsigned int times)
{
	const char *before = " (";
	int i;

	printf("%s: %u %s: %u errors", op->name, times, how, error_count);
	for (i = 0; i < ERRNO_MAX; i++)
		if (errors[i]) {
			printf("%s%s %u", before, i ? strerrorname_np(i) : "others", errors[i]);
			before = ", ";
		}
	printf("%s, %u successes\n", error_count ? ")" : "", successes);
}

static void play_once(unsigned int n)
{
	bool reached;
	int error;

	op->begin();
	shortage_of_nth(n);
	error = op->run();
	reached = shortage_end();
	printf("%s, allocation %u %s: %s\n", op->name, n, reached ? "failed" : "is not made",
	       error ? strerror(-error) : "success");
}

static const struct operation *find_operation(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	errx(2, "no such operation: %s", name);
}

int main(int argc, char **argv)
{
	const char *left_out = NULL, *only = NULL;
	unsigned int percent = 0, rounds = 0, once = 0, n;
	int option;

	while ((option = getopt(argc, argv, "l:o:r:n:")) != -1)
		if (option == 'l')
			left_out = optarg;
		else if (option == 'o')
			only = optarg;
		else if (option == 'n')
			once = (unsigned int)strtoul(optarg, NULL, 0);
		else if (option != 'r' || sscanf(optarg, "%u:%u", &percent, &rounds) != 2)
			return 2;
	if (argc - optind != 2)
		errx(2, "wants an operation and a device");
	op = find_operation(argv[optind]);
	device = argv[optind + 1];
	random_rounds = percent;

	setvbuf(stdout, NULL, _IOLBF, 0);
	memory = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		err(2, "memory");
	memset(memory, 1, MAP_SIZE);
	host_init();
	shortage_init();
	if (left_out)
		shortage_leave_out(left_out);
	if (only)
		shortage_only_in(only);

	if (once) {
		play_once(once);
		return 0;
	}
	learn();
	for (n = 1; n <= (percent ? rounds : ALLOCATIONS_MAX); n++)
		if (!play(n, percent) && !percent)
			break;
	if (percent) {
		print_counts("rounds with memory short at random", rounds);
	} else {
		if (n > ALLOCATIONS_MAX)
			errx(1, "%s: its allocations have no end", op->name);
		print_counts("allocations failed in turn", n - 1);
		if (n == 1 && !op->frugal)
			errx(1, "%s: it makes no allocation", op->name);
	}
	return 0;
}
