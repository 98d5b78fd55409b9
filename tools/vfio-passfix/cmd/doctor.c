// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "command.h"
#include "host/fix.h"
#include "text/json.h"
#include "text/output.h"

static const GOptionEntry options[] = {
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

/* What several checks want to know first. */
static void look(struct subject *subject)
{
	g_autoptr(GPtrArray) own = subject->card ? card_groups(subject->host, subject->card) : NULL;
	const GPtrArray *groups = own ? own : subject->host->groups;
	bool fix_on = fix_may_relax(subject->fix);
	bool refused = false, relaxable = false;

	for (guint i = 0; i < groups->len; i++) {
		refused = refused || fix_is_demanded(subject->host, groups->pdata[i]);
		relaxable = relaxable || group_is_relaxed(groups->pdata[i]);
	}
	subject->refusal = fix_refusal();
	/* Linux itself relaxes some (Intel's graphics and USB); those count only with the fix. */
	subject->demanded = refused || (relaxable && fix_on);
	subject->relaxed = !refused && relaxable && fix_on;
}

static int exit_code(const guint *counts)
{
	return counts[VERDICT_FAIL] ? EXIT_BLOCKED :
	       counts[VERDICT_WARN] || counts[VERDICT_UNKNOWN] ? EXIT_WARNINGS :
								 EXIT_FINE;
}

static void print_summary(const struct subject *subject, const guint *counts)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "%u passed", counts[VERDICT_PASS]);
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
		g_string_append_printf(text, ": %s cannot be given to a guest yet", subject->device);
	else if (counts[VERDICT_UNKNOWN] || counts[VERDICT_WARN])
		g_string_append_printf(text, ": %s can be given to a guest, as far as was seen", subject->device);
	else
		g_string_append_printf(text, ": %s can be given to a guest", subject->device);
	puts("");
	output_wrapped("", 0, text->str);
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

	json_object_object_add(answer, "device", json_text(subject->card ? subject->device : NULL));
	json_object_object_add(answer, "result", json_text(results[code]));
	/* Of what is in no group, nobody knows yet. */
	json_object_object_add(answer, "fix_needed",
			       subject->host->groups->len ?
				       json_object_new_boolean(subject->refusal != REFUSAL_NONE &&
						       subject->demanded) :
				       NULL);
	json_object_object_add(answer, "checks", checks);
	json_print(answer);
}

static int examine(struct subject *subject)
{
	struct json_object *list = json_object_new_array();
	guint counts[VERDICTS] = { 0 };

	look(subject);
	if (!json_wanted)
		print_head(subject);
	for (size_t i = 0; i < G_N_ELEMENTS(chapters); i++) {
		bool headed = json_wanted;

		for (const struct check *check = chapters[i].checks; check->id; check++) {
			struct finding finding;

			if (check->of_card && !subject->card)
				continue;
			finding_begin(&finding, check->id, check->title);
			check->run(subject, &finding);
			counts[finding.verdict]++;
			if (!headed)
				printf("\n%s\n", chapters[i].title);
			headed = true;
			if (json_wanted)
				json_object_array_add(list, finding_json(&finding));
			else
				finding_print(&finding);
			finding_clear(&finding);
		}
	}
	if (json_wanted) {
		print_answer(subject, list, exit_code(counts));
	} else {
		print_summary(subject, counts);
		json_object_put(list);
	}
	return exit_code(counts);
}

static int run(int count, char **arguments)
{
	struct host *host = host_read();
	struct firmware firmware;
	struct fix fix;
	struct card *card = NULL;
	struct subject subject = { .host = host, .firmware = &firmware, .fix = &fix };
	GError *error = NULL;
	int code;

	/* Without a name the one spare GPU is meant, where there is just one. */
	card = card_find(host, count ? arguments[0] : "gpu", false, count ? &error : NULL);
	if (error) {
		host_free(host);
		return fail_with(error);
	}
	subject.card = card;
	subject.device = card ? card->main->address : "DEVICE";
	firmware_read(&firmware);
	fix_read(&fix);
	code = examine(&subject);
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
	.summary = "check all that giving a device to a guest takes",
	.description =
		"Checks the whole chain, a line each: CPU, IOMMU, kernel and its parameters; what the firmware "
		"demands, for whom, and why; the fix, its modules, its scope; the card's display, memory windows, "
		"IOMMU group and drivers; memory limits, libvirt, QEMU and the ROM. Each line says what was seen, "
		"and what to do where something is wrong.\n\n"
		"Without DEVICE the discrete GPU that is not the boot display is checked, where there is just one; "
		"else the host alone. Nothing is changed. Without root, what can be read is checked; the rest is "
		"marked with a question mark and counts as a warning.",
	.options = options,
	.run = run,
};
