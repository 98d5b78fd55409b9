// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "doctor.h"
#include "fix.h"
#include "json.h"
#include "output.h"

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

static const struct {
	const char *word;	/* on the screen */
	const char *name;	/* in JSON */
	enum colour colour;
} verdicts[] = {
	[VERDICT_PASS] = { "pass", "pass", COLOUR_GREEN },
	[VERDICT_UNKNOWN] = { "?", "unknown", COLOUR_YELLOW },
	[VERDICT_WARN] = { "warn", "warn", COLOUR_YELLOW },
	[VERDICT_FAIL] = { "FAIL", "fail", COLOUR_RED },
};

#define SAY(finding, is, what, advise, format)				\
	do {								\
		va_list arguments;					\
									\
		g_free((finding)->seen);				\
		g_free((finding)->advice);				\
		va_start(arguments, format);				\
		(finding)->seen = g_strdup_vprintf(format, arguments);	\
		va_end(arguments);					\
		(finding)->advice = g_strdup(advise);			\
		(finding)->verdict = (is);				\
	} while (0)

void pass(struct finding *finding, const char *seen, ...)
{
	SAY(finding, VERDICT_PASS, seen, NULL, seen);
}

void unknown(struct finding *finding, const char *advice, const char *seen, ...)
{
	SAY(finding, VERDICT_UNKNOWN, seen, advice, seen);
}

void warn(struct finding *finding, const char *advice, const char *seen, ...)
{
	SAY(finding, VERDICT_WARN, seen, advice, seen);
}

void fail(struct finding *finding, const char *advice, const char *seen, ...)
{
	SAY(finding, VERDICT_FAIL, seen, advice, seen);
}

void detail(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(finding->details, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

static void clear(struct finding *finding)
{
	g_free(finding->seen);
	g_free(finding->advice);
	g_ptr_array_unref(finding->details);
}

/* Where the column of what was seen begins. */
#define INDENT 28

static void print_finding(const struct check *check, const struct finding *finding)
{
	g_autofree char *first = g_strdup_printf("  %s%-4s%s  %-19s ", colour_on(verdicts[finding->verdict].colour),
						 verdicts[finding->verdict].word, colour_off(), check->title);

	output_wrapped(first, INDENT, finding->seen);
	for (guint i = 0; i < finding->details->len; i++) {
		printf("%*s", INDENT, "");
		output_wrapped("- ", INDENT + 2, finding->details->pdata[i]);
	}
	if (finding->advice) {
		printf("%*s", INDENT, "");
		output_wrapped("-> ", INDENT + 3, finding->advice);
	}
}

static struct json_object *json_finding(const struct check *check, const struct finding *finding)
{
	struct json_object *object = json_object_new_object();
	struct json_object *details = json_object_new_array();

	json_object_object_add(object, "id", json_text(check->id));
	json_object_object_add(object, "title", json_text(check->title));
	json_object_object_add(object, "result", json_text(verdicts[finding->verdict].name));
	json_object_object_add(object, "seen", json_text(finding->seen));
	for (guint i = 0; i < finding->details->len; i++)
		json_object_array_add(details, json_text(finding->details->pdata[i]));
	json_object_object_add(object, "details", details);
	json_object_object_add(object, "advice", json_text(finding->advice));
	return object;
}

/* What several checks want to know first. */
static void look(struct subject *subject)
{
	g_autoptr(GPtrArray) own = subject->card ? card_groups(subject->host, subject->card) : NULL;
	const GPtrArray *groups = own ? own : subject->host->groups;
	bool fix_on = fix_may_relax(subject->fix);
	bool refused = false, relaxable = false;

	for (guint i = 0; i < groups->len; i++) {
		refused = refused || group_is_demanded(groups->pdata[i]);
		relaxable = relaxable || group_is_relaxed(groups->pdata[i]);
	}
	subject->refuses = fix_kernel_refuses();
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
				       json_object_new_boolean(subject->refuses && subject->demanded) :
				       NULL);
	json_object_object_add(answer, "checks", checks);
	json_print(answer);
}

static int examine(struct subject *subject)
{
	struct json_object *list = json_object_new_array();
	guint counts[G_N_ELEMENTS(verdicts)] = { 0 };

	look(subject);
	if (!json_wanted)
		print_head(subject);
	for (size_t i = 0; i < G_N_ELEMENTS(chapters); i++) {
		bool headed = json_wanted;

		for (const struct check *check = chapters[i].checks; check->id; check++) {
			struct finding finding = { .details = g_ptr_array_new_with_free_func(g_free) };

			if (check->of_card && !subject->card) {
				clear(&finding);
				continue;
			}
			check->run(subject, &finding);
			counts[finding.verdict]++;
			if (!headed)
				printf("\n%s\n", chapters[i].title);
			headed = true;
			if (json_wanted)
				json_object_array_add(list, json_finding(check, &finding));
			else
				print_finding(check, &finding);
			clear(&finding);
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
	.kinds = { ARGUMENT_DEVICE },
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
