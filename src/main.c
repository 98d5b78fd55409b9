// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio_passfix: lets VFIO and iommufd claim PCI devices for which the firmware
 * mandates a 1:1 IOMMU mapping, by reporting that mapping as direct-relaxable.
 * This file has the parameters, init and exit; toggle.c, scope.c, groups.c,
 * probes.c and relax.c do the work.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "groups.h"
#include "passfix.h"
#include "probes.h"
#include "relax.h"
#include "scope.h"
#include "toggle.h"

static struct passfix_parameter pass_fix;

/* The parameter memlock; the fork reads it. */
bool passfix_memlock = true;
EXPORT_SYMBOL_GPL(passfix_memlock);

/*
 * A load sets the parameters before the module is in sysfs. Any later call is a write
 * to sysfs, which cannot be carried out until init has succeeded.
 */
static int set_pass_fix(const char *value, const struct kernel_param *param)
{
	struct passfix_parameter *parameter = param->arg;
	bool on;
	int ret;

	ret = kstrtobool(value, &on);
	if (ret) {
		pr_err("pass_fix: \"%.*s\" is neither 0 nor 1\n",
		       (int)strcspn(value, "\n"), value);
		return ret;
	}
	if (READ_ONCE(parameter->is_ready))
		return passfix_turn(on);
	if (param->mod->mkobj.kobj.state_initialized) {
		pr_err("pass_fix: %s is still being loaded; write it again when that is done\n",
		       param->mod->name);
		return -EAGAIN;
	}

	parameter->on_at_load = on;
	parameter->is_given = true;
	return 0;
}

static int get_pass_fix(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%c\n", passfix_is_on() ? 'Y' : 'N');
}

/* For pass_fix of both modules; kernel_param.arg is the module's struct passfix_parameter. */
const struct kernel_param_ops passfix_parameter_ops = {
	.set = set_pass_fix,
	.get = get_pass_fix,
};
EXPORT_SYMBOL_GPL(passfix_parameter_ops);

module_param_cb(pass_fix, &passfix_parameter_ops, &pass_fix, 0600);
MODULE_PARM_DESC(pass_fix, "assign devices in spite of a firmware-mandated 1:1 mapping (bool, default: off)");

static int set_devices(const char *value, const struct kernel_param *param)
{
	int ret;

	guard(mutex)(&passfix_toggle_lock);
	if (passfix_is_on()) {
		pr_err("devices: cannot change while the fix is on; write 0 to pass_fix first\n");
		return -EBUSY;
	}
	ret = passfix_scope_set(value);
	if (!ret)
		passfix_scope_notice_absent();
	return ret;
}

static int get_devices(char *buffer, const struct kernel_param *param)
{
	guard(mutex)(&passfix_toggle_lock);
	return sysfs_emit(buffer, "%s\n", passfix_scope_text());
}

/* Called at unload, and also if a load fails before or in init. */
static void free_devices(void *unused)
{
	passfix_scope_free();
}

static const struct kernel_param_ops devices_ops = {
	.set = set_devices,
	.get = get_devices,
	.free = free_devices,
};
module_param_cb(devices, &devices_ops, NULL, 0600);
MODULE_PARM_DESC(devices, "scope, one device a group: comma-separated vvvv:dddd, vvvv:* or dddd:bb:dd.f; empty for all; writable while the fix is off");

module_param_named(memlock, passfix_memlock, bool, 0600);
MODULE_PARM_DESC(memlock, "while the fix is on, RLIMIT_MEMLOCK does not limit VFIO containers with a group in scope (bool, default: on)");

/* A load that names the parameter calls .set whatever the mode is, so it must not be NULL. */
static int set_read_only(const char *value, const struct kernel_param *param)
{
	pr_err("%s: is read only\n", param->name);
	return -EPERM;
}

static int get_relaxed(char *buffer, const struct kernel_param *param)
{
	int length = 0;

	guard(mutex)(&passfix_toggle_lock);
	/* A device then behaves neither as with the fix nor as on a stock kernel. */
	if (passfix_is_on() && !passfix_probes_in_force())
		length = sysfs_emit(buffer, "not in force: kprobes or ftrace are turned off\n");
	return passfix_relax_show(buffer, length);
}

static const struct kernel_param_ops relaxed_ops = {
	.set = set_read_only,
	.get = get_relaxed,
};
module_param_cb(relaxed, &relaxed_ops, NULL, 0400);
MODULE_PARM_DESC(relaxed, "the devices that are relaxed now, a line each (read only)");

static int __init passfix_init(void)
{
	int ret;

	ret = passfix_groups_init();
	if (ret)
		return ret;
	ret = passfix_turn(pass_fix.on_at_load);
	/* If a probe could not be removed, stay: a failed load would free the probe's handler. */
	if (ret && passfix_probes_exit()) {
		passfix_groups_exit();
		return ret;
	}

	WRITE_ONCE(pass_fix.is_ready, true);
	return 0;
}
module_init(passfix_init);

/* The fix is off here: while it is on, the module holds a reference on itself. */
static void __exit passfix_exit(void)
{
	passfix_groups_exit();
	passfix_probes_exit();
}
module_exit(passfix_exit);

MODULE_LICENSE("GPL");
MODULE_VERSION(PASSFIX_VERSION);
MODULE_AUTHOR("The vfio-passfix authors");
MODULE_DESCRIPTION("Assign PCI devices with a firmware-mandated 1:1 IOMMU mapping");
