// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "command.h"
#include "host/fix.h"
#include "text/json.h"
#include "text/output.h"

static gboolean all;

static const GOptionEntry options[] = {
	{ "all", 0, 0, G_OPTION_ARG_NONE, &all, "Show every check, with all that was seen", NULL },
	JSON_OPTION("Print the findings as JSON"),
	{ 0 },
};

static const struct chapter {
	const char *title;
	const struct check *checks;
} chapters[] = {
	{ "Computer", checks_host },  { "Firmware", checks_firmware }, { "The fix", checks_fix },
	{ "The card", checks_card },  { "Guests", checks_guest },
};

/* Finds out what several checks need. */
static void look(struct subject *subject)
{
	g_autoptr(GPtrArray) own = subject->card ? card_groups(subject->host, subject->card) : NULL;
	const GPtrArray *groups = own ? own : subject->host->groups;
	bool refused = false, relaxed = false, mapped = false, known = groups->len;

	for (guint i = 0; i < groups->len; i++) {
		const struct group *group = groups->pdata[i];

		refused = refused || fix_is_demanded(subject->host, group);
		/* The stock kernel relaxes some regions, too (Intel: graphics and USB). */
		relaxed = relaxed || (group_is_relaxed(group) && fix_may_relax(subject->fix, subject->host, group));
		known = known && group->regions_known;
		mapped = mapped || group_is_demanded(group) || group_is_relaxed(group);
	}
	subject->refusal = fix_refusal();
	subject->demanded = refused || relaxed;
	subject->relaxed = relaxed && !refused;
	subject->regions_known = known;
	subject->exempt = mapped && !subject->demanded;
}

static int exit_code(const guint *counts)
{
	return counts[VERDICT_FAIL] ? EXIT_BLOCKED :
	       counts[VERDICT_WARN] || counts[VERDICT_UNKNOWN] ? EXIT_WARNINGS :
								 EXIT_FINE;
}

static enum colour verdict_colour(const guint *counts)
{
	switch (exit_code(counts)) {
	case EXIT_BLOCKED:
		return COLOUR_RED;
	case EXIT_WARNINGS:
		return COLOUR_YELLOW;
	default:
		return COLOUR_GREEN;
	}
}

/* The answer in one line: the counts, and whether the card can be assigned to a guest. */
static void print_verdict(const struct subject *subject, const guint *counts)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "%u passed%s", counts[VERDICT_PASS], all ? "" : " (see --all)");
	if (counts[VERDICT_UNKNOWN])
		g_string_append_printf(text, ", %u not checked", counts[VERDICT_UNKNOWN]);
	if (counts[VERDICT_WARN])
		g_string_append_printf(text, ", %u warning%s", counts[VERDICT_WARN],
				       counts[VERDICT_WARN] == 1 ? "" : "s");
	if (counts[VERDICT_FAIL])
		g_string_append_printf(text, ", %u failed", counts[VERDICT_FAIL]);
	if (!subject->card)
		g_string_append(text, "; name a device to have it checked, too: vfio-passfix doctor DEVICE");
	else if (counts[VERDICT_FAIL])
		g_string_append(text, ": cannot be assigned to a guest yet");
	else if (counts[VERDICT_UNKNOWN] || counts[VERDICT_WARN])
		g_string_append(text, ": can be assigned to a guest, as far as could be checked");
	else
		g_string_append(text, ": can be assigned to a guest");
	fputs(colour_on(verdict_colour(counts)), stdout);
	output_wrapped("", 0, text->str);
	fputs(colour_off(), stdout);
}

static void print_head(const struct subject *subject)
{
	g_autofree char *address = NULL, *name = NULL, *id = NULL;

	if (!subject->card) {
		printf("%sThis host%s\n", colour_on(COLOUR_BOLD), colour_off());
		return;
	}
	address = card_address(subject->card);
	name = pci_name(subject->card->main);
	id = pci_id(subject->card->main);
	printf("%s%s%s  %s [%s]\n", colour_on(COLOUR_BOLD), output_text(address), colour_off(),
	       output_text(name), id);
}

static void print_answer(const struct subject *subject, struct json_object *checks, int code)
{
	static const char *const results[] = {
		[EXIT_FINE] = "fine",
		[EXIT_WARNINGS] = "warnings",
		[EXIT_BLOCKED] = "blocked",
	};
	struct json_object *answer = json_answer();

	json_object_object_add(answer, "device", json_text(subject->card ? subject->card->main->address : NULL));
	json_object_object_add(answer, "result", json_text(results[code]));
	/* Without groups it is not known yet. */
	json_object_object_add(answer, "fix_needed",
			       subject->host->groups->len ?
				       json_object_new_boolean(subject->refusal != REFUSAL_NONE &&
						       subject->demanded) :
				       NULL);
	json_object_object_add(answer, "checks", checks);
	json_print(answer);
}

/* A check, and what it found. */
struct result {
	const struct check *check;
	const struct chapter *chapter;
	struct finding finding;
};

static void free_result(gpointer data)
{
	finding_clear(&((struct result *)data)->finding);
	g_free(data);
}

static GPtrArray *results_of(const struct subject *subject)
{
	GPtrArray *results = g_ptr_array_new_with_free_func(free_result);

	for (size_t i = 0; i < G_N_ELEMENTS(chapters); i++) {
		for (const struct check *check = chapters[i].checks; check->id; check++) {
			struct result *result;

			if (check->of_card && !subject->card)
				continue;
			result = g_new0(struct result, 1);
			result->check = check;
			result->chapter = &chapters[i];
			finding_begin(&result->finding, check->id, check->title);
			check->run(subject, &result->finding);
			g_ptr_array_add(results, result);
		}
	}
	return results;
}

static void print_all(const GPtrArray *results)
{
	const struct chapter *chapter = NULL;

	for (guint i = 0; i < results->len; i++) {
		const struct result *result = results->pdata[i];

		if (result->chapter != chapter)
			printf("\n%s\n", result->chapter->title);
		chapter = result->chapter;
		finding_print(&result->finding, true, true);
	}
}

/* A check that was skipped and has no advice is a consequence of a problem that is shown. */
static bool is_problem(const struct finding *finding)
{
	return finding->verdict > VERDICT_UNKNOWN || (finding->verdict == VERDICT_UNKNOWN && finding->advice);
}

/* The worst first; among equals, by the order in which they are cured, then by that of the checks. */
static void print_problems(const GPtrArray *results)
{
	bool first = true;

	for (enum verdict verdict = VERDICT_FAIL; verdict > VERDICT_PASS; verdict--)
		for (enum stage stage = 0; stage < STAGES; stage++)
			for (guint i = 0; i < results->len; i++) {
				const struct result *result = results->pdata[i];
				const struct finding *finding = &result->finding;

				if (finding->verdict != verdict || !is_problem(finding) ||
				    finding_stage(finding) != stage)
					continue;
				if (first)
					putchar('\n');
				first = false;
				finding_print(finding, finding->told, false);
			}
}

static void print_next(const GPtrArray *results)
{
	g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(step_free);

	for (guint i = 0; i < results->len; i++)
		finding_add_steps(&((struct result *)results->pdata[i])->finding, steps);
	steps_print(steps);
}

static struct json_object *json_results(const GPtrArray *results)
{
	struct json_object *list = json_object_new_array();

	for (guint i = 0; i < results->len; i++)
		json_object_array_add(list, finding_json(&((struct result *)results->pdata[i])->finding));
	return list;
}

static int examine(struct subject *subject)
{
	g_autoptr(GPtrArray) results = NULL;
	guint counts[VERDICTS] = { 0 };

	look(subject);
	results = results_of(subject);
	for (guint i = 0; i < results->len; i++)
		counts[((struct result *)results->pdata[i])->finding.verdict]++;
	if (json_wanted) {
		print_answer(subject, json_results(results), exit_code(counts));
	} else {
		print_head(subject);
		print_verdict(subject, counts);
		(all ? print_all : print_problems)(results);
		print_next(results);
	}
	return exit_code(counts);
}

static int run(int count, char **arguments)
{
	struct host *host = host_read();
	struct firmware firmware;
	struct fix fix;
	struct card *card = NULL;
	g_autofree char *part = NULL;
	struct setup_state setup;
	struct subject subject = { .host = host, .firmware = &firmware, .fix = &fix, .setup = &setup };
	GError *error = NULL;
	int code;

	/* Without a name, the spare GPU is meant if there is exactly one. */
	card = card_find(host, count ? arguments[0] : "gpu", false, count ? &error : NULL);
	if (error) {
		host_free(host);
		return fail_with(error);
	}
	subject.card = card;
	part = card && card->part ? card_address(card) : NULL;
	subject.device = part ? part : card ? card->main->address : "DEVICE";
	subject.named = card && (!count || !strcmp(arguments[0], "gpu")) ? "gpu" : subject.device;
	firmware_read(&firmware);
	fix_read(&fix);
	setup_state_read(&setup);
	code = examine(&subject);
	setup_state_clear(&setup);
	fix_clear(&fix);
	firmware_clear(&firmware);
	card_free(card);
	host_free(host);
	return code;
}

const struct command command_doctor = {
	.name = "doctor",
	.arguments = "[DEVICE]",
	.most = 1,
	.summary = "check everything that assigning a device needs",
	.description =
		"Says in one line whether the device can be assigned to a guest, shows what prevents it, and ends with the "
		"next steps in the order to take them. It checks the CPU, the IOMMU, the kernel and its parameters; which "
		"1:1 mappings the firmware mandates, for which devices and why; the fix, its modules and its scope; the "
		"card's display, BARs, IOMMU group and drivers; and memory limits, libvirt, QEMU and ROM files. With --all "
		"it shows every check, what it found, and other ways to fix a problem.\n\n"
		"Without DEVICE it checks the discrete GPU that is not the boot display, if there is exactly one, and "
		"otherwise only the host. It changes nothing. Without root it checks what it can read; the rest gets a "
		"question mark and counts as a warning.",
	.options = options,
	.run = run,
};
