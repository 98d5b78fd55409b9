// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults [-l FUNCTION] [-o FUNCTION] [-r PERCENT:ROUNDS] [-n N] OPERATION BDF: repeats an
 * operation while memory allocations fail, and examines the host each time. Either the
 * operation succeeded, and the host is as after a success; or it failed, and the host is
 * as before, and the operation succeeds when memory is available again.
 *
 * In the first round the 1st allocation fails, then the 2nd and so on, until there are no
 * more. With -r, PERCENT of them fail at random. Allocations below the kernel function of -l
 * are left out, and so are those that are not below that of -o. BDF is bound to vfio-pci
 * if an operation claims it.
 * With -n the Nth fails, once, and the host is not examined: it may have changed.
 *
 * Ends with 1 if the host is not as it should be. Otherwise prints one line:
 *   turn-on: 57 allocations failed in turn: 55 errors (ENOMEM 55), 2 successes
 */
#include <err.h>
#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "container.h"
#include "host.h"
#include "iommufd.h"
#include "modules.h"
#include "shortage.h"
#include "text.h"

#define PARAMETERS "/sys/module/vfio_passfix/parameters/"
#define FIX "updates/dkms/vfio_passfix.ko"
#define FORK "updates/dkms/vfio_iommu_type1_passfix.ko"

enum {
	ALLOCATIONS_MAX = 5000,	/* more than any operation makes */
	ERRNO_MAX = 134,
	MAP_SIZE = 1 << 16,
};

static const char *device;
static char said[4096];		/* what the operation read */

static int answer(ssize_t ret)
{
	return ret < 0 ? -errno : 0;
}

/* Checks what must succeed while memory is available. */
static void must(const char *what, int error)
{
	if (error)
		errx(2, "%s: %s", what, strerror(-error));
}

/* Modules. */

static int load(const char *path, const char *parameters)
{
	struct utsname kernel;
	char full[256];

	uname(&kernel);
	snprintf(full, sizeof(full), "/lib/modules/%s/%s", kernel.release, path);

	return answer(module_load(full, parameters));
}

static int write_parameter(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), PARAMETERS "%s", name);

	return answer(text_write(path, value));
}

static void must_unload(const char *name)
{
	must("unload", answer(module_unload(name)));
}

static int turn_on(void) { return write_parameter("pass_fix", "1"); }
static int turn_off(void) { return write_parameter("pass_fix", "0"); }
static void must_turn_on(void) { must("on", turn_on()); }
static void must_turn_off(void) { must("off", turn_off()); }

static void unload_fix(void)
{
	must_turn_off();
	must_unload("vfio_passfix");
}

static void unload_fork(void)
{
	must_turn_off();
	must_unload("vfio_iommu_type1_passfix");
}

static void unload_stock(void) { must_unload("vfio_iommu_type1"); }

static int load_off(void) { return load(FIX, ""); }
static int load_devices(void) { return load(FIX, "devices=0000:00:08.0,1b36:*"); }
static int load_on(void) { return load(FIX, "pass_fix=1"); }
static int load_fork_off(void) { return load(FORK, ""); }
static int load_fork_on(void) { return load(FORK, "pass_fix=1"); }
static int load_stock(void) { return load("kernel/drivers/vfio/vfio_iommu_type1.ko", ""); }

static void begin_unload(void) { must("load", load_off()); }
static int unload(void) { return answer(module_unload("vfio_passfix")); }

/* Parameters. */

static int write_devices(void) { return write_parameter("devices", "0000:00:09.0, 1b36:0005"); }
static void reset_devices(void) { must("devices", write_parameter("devices", "8086:*")); }
static int read_relaxed(void) { return answer(text_read(PARAMETERS "relaxed", said, sizeof(said))); }
static void forget(void) { said[0] = '\0'; }

/* The kernel's probes without the fix: passfix_test.ko places and removes one. */
static int probe(void)
{
	return answer(text_write("/sys/module/passfix_test/parameters/run", "probe -"));
}

/* A claim, by the container or by iommufd. */

static struct vfio_session session = VFIO_SESSION_CLOSED;
static void *memory;

static void open_group(void)
{
	vfio_open_container(&session, VFIO_CONTAINER);
	vfio_open_group(&session, device);
}

static int join(void)
{
	return answer(ioctl(session.device[0].group, VFIO_GROUP_SET_CONTAINER, &session.fd));
}

static int set_iommu(void)
{
	return answer(ioctl(session.fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
}

static int get_device(void)
{
	session.device[0].fd = ioctl(session.device[0].group, VFIO_GROUP_GET_DEVICE_FD, device);
	return answer(session.device[0].fd);
}

static void open_node(void)
{
	iommufd_open(&session);
	iommufd_open_device(&session, device);
}

static int bind_iommufd(void) { return answer(iommufd_bind(&session, &session.device[0])); }
static int attach(void) { return answer(iommufd_attach(&session, &session.device[0])); }

static int map(void) { return answer(vfio_map(&session, memory, 0, MAP_SIZE)); }
static int unmap(void) { return answer(vfio_unmap(&session, 0, MAP_SIZE)); }

static int release(void)
{
	vfio_close(&session);
	return 0;
}

static const struct operation {
	const char *name;
	const char *after;	/* the operation that must come before, and */
	void (*begin)(void);	/* what else must be done before it */
	int (*run)(void);	/* 0 or -errno */
	void (*undo)(void);	/* restores the state before it */
	int result;		/* its result while memory is available */
	bool frugal;		/* it may make no allocation at all */
} operations[] = {
	{ .name = "load", .run = load_off, .undo = unload_fix },
	{ .name = "load-devices", .run = load_devices, .undo = unload_fix },
	{ .name = "load-on", .run = load_on, .undo = unload_fix },
	{ .name = "load-fork", .run = load_fork_off, .undo = unload_fork },
	{ .name = "load-fork-on", .run = load_fork_on, .undo = unload_fork },
	{ .name = "load-stock", .run = load_stock, .undo = unload_stock },
	{ .name = "unload", .begin = begin_unload, .run = unload },
	{ .name = "probe", .run = probe },
	{ .name = "turn-on", .run = turn_on, .undo = must_turn_off },
	{ .name = "turn-off", .run = turn_off, .undo = must_turn_on },
	{ .name = "turn-off-bound", .run = turn_off, .result = -EBUSY },
	{ .name = "write-devices", .run = write_devices, .undo = reset_devices },
	{ .name = "read-relaxed", .begin = forget, .run = read_relaxed, .undo = forget },
	{ .name = "set-container", .begin = open_group, .run = join, .frugal = true },
	{ .name = "set-iommu", .after = "set-container", .run = set_iommu },
	{ .name = "get-device", .after = "set-iommu", .run = get_device },
	{ .name = "map", .after = "get-device", .run = map },
	{ .name = "unmap", .after = "map", .run = unmap },
	{ .name = "release", .after = "map", .run = release },
	{ .name = "fd-bind", .begin = open_node, .run = bind_iommufd },
	{ .name = "fd-attach", .after = "fd-bind", .run = attach },
	{ .name = "fd-map", .after = "fd-attach", .run = map },
	{ .name = "fd-unmap", .after = "fd-map", .run = unmap },
	{ .name = "fd-release", .after = "fd-map", .run = release },
};

static const struct operation *find_operation(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	errx(2, "no such operation: %s", name);
}

static void begin(const struct operation *next)
{
	const struct operation *before;

	if (next->after) {
		before = find_operation(next->after);
		begin(before);
		must(before->name, before->run());
	}
	if (next->begin)
		next->begin();
}

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

static void back(void)
{
	if (op->undo)
		op->undo();
	release();
}

/* Learns the state of the host before, between and after, while memory is available. */
static void learn(void)
{
	int error;

	look(&initial);
	begin(op);
	look(&old);
	error = op->run();
	if (error != op->result)
		errx(2, "%s: %s, with memory enough", op->name, strerror(-error));
	look(&new);
	back();
	expect(&initial, 0, error, "after it, with memory enough");
}

static bool play(unsigned int n, unsigned int percent)
{
	bool reached;
	int error;

	begin(op);
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
	back();
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

	begin(op);
	shortage_of_nth(n);
	error = op->run();
	reached = shortage_end();
	printf("%s, allocation %u %s: %s\n", op->name, n, reached ? "failed" : "is not made",
	       error ? strerror(-error) : "success");
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
