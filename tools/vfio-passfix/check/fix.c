// SPDX-License-Identifier: GPL-2.0-only
/* The fix: its modules, whether it is on, whether the card is in scope. */
#include <string.h>

#include "check/check.h"
#include "check/cure.h"
#include "host/fix.h"
#include "host/kernel.h"
#include "host/platform.h"
#include "host/root.h"
#include "host/scope.h"

#define DKMS_SETUP LIBEXEC "/vfio-passfix/dkms-setup"

static bool needed(const struct subject *subject)
{
	return subject->refusal == REFUSAL_CORE && subject->demanded;
}

static void not_needed(const struct subject *subject, struct finding *finding)
{
	if (subject->refusal == REFUSAL_INTEL && subject->demanded)
		pass(finding, "not for this kernel, see Kernel above: it takes " FIX_SINCE " or later");
	else if (subject->refusal == REFUSAL_NONE)
		pass(finding, "not needed: this kernel does not refuse devices");
	else if (!subject->host->groups->len)
		unknown(finding, NULL, "cannot tell whether it is needed without IOMMU groups");
	else if (subject->exempt)
		pass(finding, "not needed: the 1:1 mappings for %s are relaxed %s",
		     subject->card ? "this card" : "devices of this host", fix_exempt_by());
	else
		pass(finding, "not needed: no 1:1 mappings for %s", subject->card ? "this card" : "devices of this host");
}

static const char *install_advice(void)
{
	const struct platform *platform = platform_of_install();

	if (platform && platform->install)
		return platform->install;
	return "install vfio-passfix for this kernel: sudo make install in its source, or your distribution's package";
}

static void cure_by_install(struct finding *finding)
{
	const struct platform *platform = platform_of_install();

	if (platform && platform->install)
		cure_as_advised(finding, STAGE_INSTALL);
	else
		cure_by(finding, STAGE_INSTALL, "Install vfio-passfix, in its source", "sudo make install");
}

static void check_modules(const struct subject *subject, struct finding *finding)
{
	const struct platform *platform = platform_of_install();
	struct module fix, fork, stock;

	module_look(FIX_MODULE, &fix);
	module_look(FIX_FORK, &fork);
	module_look("vfio_iommu_type1", &stock);
	if (!fix.path && !fix.loaded) {
		if (needed(subject)) {
			fail(finding, install_advice(), "not installed for %s", kernel_release());
			cure_by_install(finding);
		} else {
			not_needed(subject, finding);
		}
	} else if (!fix.path) {
		warn(finding, install_advice(), "vfio_passfix is loaded, but not installed for %s: gone at the next boot",
		     kernel_release());
		cure_by_install(finding);
	} else if (root_exists(NO_FORK) && fork.path && platform && platform->form != FORM_FILES) {
		warn(finding, "leave the fork out where the modules are built",
		     "the fork of type1 is installed for %s, but " NO_FORK " disables it, so VFIO no longer loads it",
		     kernel_release());
		cure_as_advised(finding, STAGE_INSTALL);
	} else if (root_exists(NO_FORK) && fork.path) {
		warn(finding, "rebuild the modules without it: sudo " DKMS_SETUP " install-all",
		     "the fork of type1 is installed for %s, but " NO_FORK " disables it, so VFIO no longer loads it",
		     kernel_release());
		cure_by(finding, STAGE_INSTALL, "Rebuild the modules without the fork", "sudo " DKMS_SETUP " install-all");
	} else if (root_exists(NO_FORK)) {
		pass(finding, "vfio_passfix%s%s is installed for %s; the fork is disabled (" NO_FORK "), so memory limits stay in force",
		     fix.version ? " " : "", fix.version ? fix.version : "", kernel_release());
	} else if (fork.path || fork.loaded) {
		pass(finding, "vfio_passfix%s%s and the fork of type1 are installed for %s",
		     fix.version ? " " : "", fix.version ? fix.version : "", kernel_release());
	} else if (stock.builtin) {
		pass(finding, "vfio_passfix%s%s is installed for %s; no fork, since type1 is built into this kernel",
		     fix.version ? " " : "", fix.version ? fix.version : "", kernel_release());
	} else if (platform && platform->form != FORM_FILES) {
		pass(finding, "vfio_passfix%s%s is installed for %s; no fork, so memory limits stay in force",
		     fix.version ? " " : "", fix.version ? fix.version : "", kernel_release());
	} else if (platform_has_qm()) {
		pass(finding, "vfio_passfix%s%s is installed for %s; no fork, and none is needed: qm runs guests as root, and root has no memory limit",
		     fix.version ? " " : "", fix.version ? fix.version : "", kernel_release());
	} else if (platform_has_no_source()) {
		pass(finding, "vfio_passfix%s%s is installed for %s; no fork, since no package has this kernel's source: memory limits stay in force",
		     fix.version ? " " : "", fix.version ? fix.version : "", kernel_release());
	} else {
		warn(finding, "as root, with a network: " DKMS_SETUP " install-all, which fetches this kernel's source and builds the fork from it",
		     "vfio_passfix is installed, the fork of type1 is not, because the source of %s was not found: devices can still be assigned, but memory limits stay in force",
		     kernel_release());
		cure_by(finding, STAGE_INSTALL, "Build the fork (it fetches this kernel's source)",
			"sudo " DKMS_SETUP " install-all");
	}
	module_clear(&fix);
	module_clear(&fork);
	module_clear(&stock);
}

#define SIGNATURE_FIRST "fix Module signature (above) first: until then, the kernel will not load it"

#define NO_KEYS "this host was booted without UEFI, so no key can be enrolled: remove module.sig_enforce and lockdown= from the kernel's command line, or use a kernel that loads unsigned modules"
#define ENROL_WHAT "Enrol the key (it asks for a new password; after the reboot, choose Enroll MOK and give it that)"
#define ENROL_DER "Enrol the key that signs them (from mok.pem: openssl x509 -in mok.pem -outform DER -out mok.der; mokutil asks for a new password; after the reboot, choose Enroll MOK and give it that)"
#define ENROL "mokutil --import %s (as root; it asks for a new password), reboot, and on the screen that comes before the system choose Enroll MOK and give that password"

/* How modules are signed that were built elsewhere; NULL: by DKMS. */
static const char *signed_elsewhere(void)
{
	const struct platform *platform = platform_of_install();

	return platform ? platform->sign : NULL;
}

/* What signs the modules: as distributions set DKMS up, or what mok.pem of the image becomes for mokutil. */
static const char *own_key(void)
{
	static const char ubuntu[] = "/var/lib/shim-signed/mok/MOK.der";

	if (signed_elsewhere())
		return "mok.der";
	return root_exists("%s", ubuntu) ? ubuntu : "/var/lib/dkms/mok.pub";
}

static void check_signature(const struct subject *subject, struct finding *finding)
{
	bool keys = root_exists("/sys/firmware/efi");
	g_autofree char *enrol = g_strdup_printf(ENROL, own_key());
	const char *elsewhere = signed_elsewhere();
	g_autofree char *sign = g_strconcat(elsewhere ? elsewhere : "as root: install openssl (on Ubuntu shim-signed, too), then " DKMS_SETUP " install-all, so that dkms signs the modules",
					    "; then ", enrol, NULL);
	struct module fix;

	(void)subject;
	module_look(FIX_MODULE, &fix);
	if (!kernel_wants_signatures())
		pass(finding, "this kernel takes unsigned modules%s%s", fix.signer ? "; signed by " : "",
		     fix.signer ? fix.signer : "");
	else if (!fix.path)
		pass(finding, "this kernel takes signed modules only; none is installed");
	else if (!fix.signer) {
		fail(finding, keys ? sign : NO_KEYS, "not signed, and this kernel takes signed modules only (Secure Boot)");
		if (keys && elsewhere)
			cure_by_hand(finding, STAGE_INSTALL, "%c%s", g_ascii_toupper(*elsewhere), elsewhere + 1);
		else if (keys)
			cure_by(finding, STAGE_INSTALL, "Have dkms sign the modules; first install openssl (on Ubuntu shim-signed, too)",
				"sudo " DKMS_SETUP " install-all");
	} else if (fix.loaded || kernel_trusts(fix.signer) == TRUSTED)
		pass(finding, "signed by %s, whose key this kernel trusts", fix.signer);
	else if (kernel_trusts(fix.signer) == NOT_TRUSTED) {
		fail(finding, keys ? enrol : NO_KEYS, "signed by %s, but this kernel does not trust that key: it will not load the modules (Secure Boot)",
		     fix.signer);
	} else
		pass(finding, "signed by %s; its key must be enrolled (mokutil --test-key)", fix.signer);
	if (finding->verdict == VERDICT_FAIL && keys)
		cure_by(finding, STAGE_KEY, elsewhere ? ENROL_DER : ENROL_WHAT, "sudo mokutil --import %s", own_key());
	module_clear(&fix);
}

/* Only root can read the parameters. */
static bool can_read(const struct subject *subject, enum fix_parameter parameter, struct finding *finding)
{
	bool readable = subject->fix->values[parameter];

	if (!readable) {
		unknown(finding, "run this as root", "the parameter %s cannot be read", fix_parameters[parameter].name);
		cure_by_root(subject, finding);
	}
	return readable;
}

#define WRITE(value, name) "echo " value " | sudo tee " FIX_FOLDER "/" name

#define LOAD "sudo modprobe " FIX_OPTIONS

/*
 * How to turn the fix on for the groups of the card only. @scope: the present value of devices=,
 * NULL if the module is not loaded; a scope that somebody has set is kept.
 */
static char *advise_on(const struct subject *subject, const char *scope)
{
	g_autofree char *devices = subject->card ? scope_for(subject->host, subject->card) : NULL;
	g_autofree char *setup = advise_setup(subject->device);

	if (scope && !scope_is_all(scope))
		return g_strdup_printf("%s, then reboot; or now: " WRITE("1", "pass_fix"), setup);
	if (!devices)
		return g_strdup_printf("%s, then reboot", setup);
	if (!scope)
		return g_strdup_printf("%s, then reboot; or now: " LOAD, setup, devices);
	return g_strdup_printf("%s, then reboot; or now: " WRITE("%s", "devices") "; " WRITE("1", "pass_fix"), setup,
			       devices);
}

static void check_fix(const struct subject *subject, struct finding *finding)
{
	const struct fix *fix = subject->fix;
	g_autofree char *advice = NULL;

	if (!needed(subject)) {
		not_needed(subject, finding);
		return;
	}
	if (fix->state == FIX_NOT_IN_FORCE) {
		fail(finding, "turn both on: " FIX_SWITCH_KPROBES_ON "; " FIX_SWITCH_FTRACE_ON,
		     "on, but not in force: kprobes or ftrace are turned off");
		cure_by(finding, STAGE_HOST, NULL, FIX_SWITCH_KPROBES_ON);
		cure_by(finding, STAGE_HOST, NULL, FIX_SWITCH_FTRACE_ON);
		return;
	}
	if (subject->relaxed) {
		pass(finding, "on, and it covers %s", subject->card ? "this card" : "every device that needs it");
		return;
	}
	if (!fix->loaded) {
		struct module module;

		module_look(FIX_MODULE, &module);
		advice = advise_on(subject, NULL);
		fail(finding,
		     !module.path	   ? "install it first (see Modules)" :
		     module_loads(&module) ? advice :
					     SIGNATURE_FIRST,
		     "off: vfio_passfix is not loaded");
		cure_by_setup(subject, finding);
		module_clear(&module);
		return;
	}
	if (!can_read(subject, FIX_PASS_FIX, finding) || !can_read(subject, FIX_DEVICES, finding))
		return;
	advice = advise_on(subject, fix->values[FIX_DEVICES]);
	if (!fix_is_set(fix, FIX_PASS_FIX)) {
		fail(finding, advice, "off: its parameter pass_fix is 0");
		cure_by_setup(subject, finding);
	} else if (subject->card) {
		fail(finding, "see Scope; if the scope covers the card, turn pass_fix off and on, and look at dmesg | grep passfix",
		     "on, but it does not cover this card");
		cure_by_setup(subject, finding);
	} else
		pass(finding, "on");
}

static char *scope_advice(const struct subject *subject, const char *devices)
{
	g_autofree char *setup = advise_setup(subject->device);

	return g_strdup_printf("now: " WRITE("0", "pass_fix") "; " WRITE("%s", "devices") "; " WRITE("1", "pass_fix")
			       "; at each boot: %s",
			       devices, setup);
}

/* A group is in scope as a whole or not at all. */
static void check_scope(const struct subject *subject, struct finding *finding)
{
	const char *scope = subject->fix->values[FIX_DEVICES];
	g_autofree char *advice = NULL;
	g_autoptr(GPtrArray) groups = card_groups(subject->host, subject->card);
	g_autoptr(GString) missing = g_string_new(NULL);
	g_autoptr(GString) completed = NULL;
	guint count = 0, unaffected = 0;

	if (!needed(subject)) {
		not_needed(subject, finding);
		return;
	}
	if (!subject->fix->loaded) {
		g_autofree char *configured = module_configured(FIX_MODULE);

		pass(finding, "no scope yet: vfio_passfix is not loaded%s%s", configured ? "; set to " : "",
		     configured ? configured : "");
		return;
	}
	if (!can_read(subject, FIX_DEVICES, finding))
		return;
	if (scope_is_all(scope)) {
		pass(finding, "all devices");
		return;
	}
	completed = g_string_new(scope);
	for (guint i = 0; i < groups->len; i++) {
		const struct group *group = groups->pdata[i];
		g_autofree char *entry = NULL;

		if (scope_covers(scope, subject->host, group))
			continue;
		if (group->regions_known && !group_is_demanded(group) && !group_is_relaxed(group)) {
			unaffected++;
			continue;
		}
		entry = scope_entry(subject->host, subject->card, group);
		detail(finding, "group %d: add %s", group->number, entry);
		g_string_append_printf(missing, "%s%d", count++ ? ", " : "", group->number);
		/* The entry for an earlier group may match this one, too. */
		if (!scope_covers(completed->str, subject->host, group))
			g_string_append_printf(completed, ",%s", entry);
	}
	advice = scope_advice(subject, completed->str);
	if (count) {
		fail(finding, advice, "%s names no device of group%s %s", scope, count == 1 ? "" : "s", missing->str);
		cure_by_setup(subject, finding);
	} else
		pass(finding, "%s: covers the card's groups%s", scope, unaffected ? " that need it" : "");
}

#define GUESTS_FIRST "Shut your guests down, then"

static void check_type1(const struct subject *subject, struct finding *finding)
{
	struct module fork, stock;
	bool fork_loaded = subject->fix->fork_loaded;
	bool fork_loads;

	module_look(FIX_FORK, &fork);
	fork_loads = fork.path && module_loads(&fork);
	module_look("vfio_iommu_type1", &stock);
	if (fork_loaded && stock.loaded) {
		warn(finding, "end your guests, then: modprobe -r vfio_pci " FIX_FORK " vfio_iommu_type1; modprobe vfio-pci",
		     "both the fork and stock type1 are loaded; VFIO uses the one loaded last");
		cure_by(finding, STAGE_HOST, GUESTS_FIRST,
			"sudo modprobe -r vfio_pci " FIX_FORK " vfio_iommu_type1; sudo modprobe vfio-pci");
	} else if (fork_loaded && root_exists(NO_FORK)) {
		warn(finding, "shut your guests down, then: sudo modprobe -r vfio_pci " FIX_FORK "; sudo modprobe vfio-pci",
		     "the fork is loaded, but " NO_FORK " disables it");
		cure_by(finding, STAGE_HOST, GUESTS_FIRST, "sudo modprobe -r vfio_pci " FIX_FORK "; sudo modprobe vfio-pci");
	} else if (fork_loaded)
		pass(finding, "the fork");
	else if (stock.builtin)
		pass(finding, "stock, built in: memory limits stay in force");
	else if (stock.path && root_exists(NO_FORK))
		pass(finding, "stock, because " NO_FORK " exists");
	else if (stock.loaded && fork.path && needed(subject)) {
		warn(finding,
		     fork_loads ? "end your guests, then: modprobe -r vfio_pci vfio_iommu_type1; modprobe vfio-pci" : SIGNATURE_FIRST,
		     "stock, although the fork is installed: memory limits stay in force");
		if (fork_loads)
			cure_by(finding, STAGE_HOST, GUESTS_FIRST,
				"sudo modprobe -r vfio_pci vfio_iommu_type1; sudo modprobe vfio-pci");
	} else if (stock.loaded)
		pass(finding, "stock");
	else if (fork_loads)
		pass(finding, "none loaded; the fork will be");
	else if (stock.path)
		pass(finding, "none loaded; stock type1 will be");
	else
		pass(finding, "none loaded, and this kernel has none");
	module_clear(&fork);
	module_clear(&stock);
}

const struct check checks_fix[] = {
	{ "modules", "Modules", false, check_modules },
	{ "signature", "Module signature", false, check_signature },
	{ "fix", "Fix", false, check_fix },
	{ "scope", "Scope", true, check_scope },
	{ "type1", "VFIO's type1", false, check_type1 },
	{ 0 },
};
