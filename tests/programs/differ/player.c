// SPDX-License-Identifier: GPL-2.0-only
/*
 * player [OPTION...] SEED OPERATIONS: does random operations of VFIO's container and type1,
 * which are the same for the same seed and the same answers.
 *
 *   -d BDF[+dma][+demanded][+scope][+closed]
 *                    a device to use: it can do DMA; the firmware mandates 1:1 mappings
 *                    for it; its group is in the fix's scope; only its group is used
 *   -r START:SIZE    a region with a firmware-mandated mapping
 *   -l FIRST-LAST    print these operations, a line each, with their answers
 *   -e OPERATIONS    how many are in an episode
 *   -k               users keep CAP_IPC_LOCK
 *
 * Operations are grouped in episodes. An episode begins with nothing and leaves nothing, so
 * after one that differs the next ones agree again; some run in a separate process. All
 * calls and answers of an episode are printed as a number: "# episode N FIRST DIGEST". At
 * the end there is "# kind NAME TIMES SUCCEEDED" for each kind of operation. Fails if a
 * kind that was tried often has never succeeded.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../arguments.h"
#include "memory.h"
#include "operations.h"
#include "world.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum {
	APART = 8,		/* one in so many, since a process costs as much as a dozen operations */
	OFTEN = 50,
	HANGS = 300,		/* seconds */
};

/* Most episodes begin with this, after which mappings can be made. */
static const char *const beginning[] = {
	"open-container", "open-group", "set-container", "open-group", "set-container",
	"set-iommu", "open-group", "set-container", "map", "open-device", "map",
};

/* What the processes of the episodes pass to the first one. */
static struct shared {
	uint64_t digest;
	struct {
		uint64_t times, succeeded;
	} kind[KINDS];
} *shared;

static struct world world;
static uint64_t first_line = 1, last_line;

static const struct kind *kind_at(unsigned int at)
{
	return at < CLAIM_KINDS ? &claim_kinds[at] : &dma_kinds[at - CLAIM_KINDS];
}

static unsigned int kind_named(const char *name)
{
	unsigned int i;

	for (i = 0; strcmp(kind_at(i)->name, name); i++)
		;
	return i;
}

static unsigned int pick_kind(void)
{
	unsigned int i;
	int total = 0, at;

	for (i = 0; i < KINDS; i++)
		total += kind_at(i)->weight;
	at = world_index(&world, total);
	for (i = 0; at >= kind_at(i)->weight; i++)
		at -= kind_at(i)->weight;
	return i;
}

/* The operation that leads back to a container that accepts mappings; NULL if there is one. */
static const char *way_back(void)
{
	bool open = false, joined = false, apart = false;
	int i;

	for (i = 0; i < CONTAINERS; i++) {
		if (world.container[i].ready)
			return NULL;
		open |= world.container[i].fd >= 0;
	}
	for (i = 0; i < world.group_count; i++) {
		joined |= world.group[i].container >= 0;
		apart |= world.group[i].fd >= 0 && world.group[i].container == NONE;
	}
	if (!open)
		return "open-container";
	if (joined)
		return "set-iommu";
	/* The group that is in no container may be one that is always refused. */
	return apart && world_chance(&world, 60) ? "set-container" : "open-group";
}

static unsigned int next_kind(bool begins, unsigned int number)
{
	const char *way;

	if (begins && number < ARRAY_SIZE(beginning))
		return kind_named(beginning[number]);
	way = begins && world_chance(&world, 50) ? way_back() : NULL;
	return way ? kind_named(way) : pick_kind();
}

static void play(uint64_t number, unsigned int kind)
{
	record_begin(&world.record, number, kind_at(kind)->name,
		     number >= first_line && number <= last_line);
	shared->kind[kind].times++;
	shared->kind[kind].succeeded += kind_at(kind)->play(&world);
	record_end(&world.record);
}

/* A limit that one or two mappings may exceed, for users and for root. */
static void limit_memory(void)
{
	static const unsigned int pages[] = { 0, 4, 16, 48, 128 };
	rlim_t bytes = pages[world_below(&world, ARRAY_SIZE(pages))] * (rlim_t)PAGE;
	struct rlimit limit = { bytes, bytes };

	if (setrlimit(RLIMIT_MEMLOCK, &limit))
		err(2, "setrlimit");
}

static uint64_t play_episode(uint64_t seed, uint64_t number, uint64_t end)
{
	unsigned int i;
	bool begins;

	alarm(HANGS);
	world.record.digest = 0;
	memory_renew();
	world_begin(&world, seed);
	limit_memory();
	if (world_chance(&world, 50))
		world_drop(&world);
	begins = world_chance(&world, 92);
	for (i = 0; number < end; i++) {
		unsigned int kind = next_kind(begins, i);

		world.careful = (begins && i < ARRAY_SIZE(beginning)) || world_chance(&world, 65);
		play(number++, kind);
	}
	return world.record.digest;
}

/* In a process that ends with everything open, which the kernel closes in its own order. */
static void play_apart(uint64_t seed, uint64_t number, uint64_t end)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (!pid) {
		shared->digest = play_episode(seed, number, end);
		fflush(stdout);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(2, "waitpid");
	if (status)
		errx(2, "the process of operation %" PRIu64 " ended with 0x%x", number, status);
}

static void episode(uint64_t index, uint64_t seed, uint64_t number, uint64_t end)
{
	seed = random_scramble(seed + random_scramble(index));
	if (index % APART == 0) {
		play_apart(seed, number, end);
	} else {
		shared->digest = play_episode(seed, number, end);
		close_all(&world);
		world_regain(&world);
	}
	printf("# episode %" PRIu64 " %" PRIu64 " %016" PRIx64 "\n", index, number, shared->digest);
	fflush(stdout);
}

static bool print_kinds(void)
{
	bool fine = true;
	unsigned int i;

	for (i = 0; i < KINDS; i++) {
		uint64_t times = shared->kind[i].times, succeeded = shared->kind[i].succeeded;

		printf("# kind %s %" PRIu64 " %" PRIu64 "\n", kind_at(i)->name, times, succeeded);
		/* An unknown operation must always fail. */
		if (!strcmp(kind_at(i)->name, "unknown") ? succeeded : times >= OFTEN && !succeeded) {
			warnx("%s: %" PRIu64 " times, %" PRIu64 " of them with success",
			      kind_at(i)->name, times, succeeded);
			fine = false;
		}
	}
	return fine;
}

int main(int argc, char **argv)
{
	uint64_t seed, operations, at, length = 200;
	int option;

	while ((option = getopt(argc, argv, "d:r:l:e:k")) != -1) {
		switch (option) {
		case 'd':
			world_add_device(&world, optarg);
			break;
		case 'r':
			world_add_region(&world, optarg);
			break;
		case 'l':
			if (sscanf(optarg, "%" SCNu64 "-%" SCNu64, &first_line, &last_line) != 2)
				errx(2, "\"%s\" is no FIRST-LAST", optarg);
			break;
		case 'e':
			length = argument_number(optarg);
			break;
		case 'k':
			world.keeps_cap = true;
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 2 || !world.device_count)
		errx(2, "usage: player [OPTION...] -d BDF... SEED OPERATIONS");
	seed = argument_number(argv[optind]);
	operations = argument_number(argv[optind + 1]);

	memory_share();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(2, "mmap");
	for (at = 0; at < operations; at += length)
		episode(at / length, seed, at, at + length < operations ? at + length : operations);

	return print_kinds() ? 0 : 1;
}
