// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio_passfix: lets VFIO and iommufd have PCI devices for which the firmware
 * asks a 1:1 IOMMU mapping, by calling that mapping what the kernel calls it
 * elsewhere: relaxable. Parameters, on and off, init and exit; the work is
 * done by scope.c, groups.c, probes.c and relax.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "groups.h"
#include "passfix.h"
#include "probes.h"
#include "relax.h"
#include "scope.h"

/* Guards all below, and serialises what main.c calls. Never taken by a probe. */
static DEFINE_MUTEX(lock);
static bool is_on;
static bool is_ready;		/* parameters at load come before init */
static bool on_at_load;
static bool memlock = true;
static unsigned long missed_at_start;

/*
 * What was plugged in while the probes did not act, and after the groups were
 * collected. Should that fail, such a device stays rejected.
 */
static unsigned int relax_later(void)
{
	struct passfix_groups groups;
	unsigned int count;

	if (passfix_groups_get(&groups))
		return 0;
	count = passfix_relax(&groups);
	passfix_groups_put(&groups);

	return count;
}

static int turn_on(void)
{
	struct passfix_groups groups;
	unsigned int count;
	int ret;

	/* While the fix is on the module must stay (I3). */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;

	ret = passfix_groups_get(&groups);
	if (ret)
		goto put_module;
	ret = passfix_probes_register(&groups);
	if (ret)
		goto put_groups;

	/* Nothing can fail from here on: a device that is plugged in is relaxed. */
	missed_at_start = passfix_probes_missed();
	passfix_probes_set_active(true);
	count = passfix_relax(&groups);
	passfix_groups_put(&groups);
	count += relax_later();

	WRITE_ONCE(is_on, true);
	pr_info("on: %u devices relaxed (scope: %s); a guest may have them, the host keeps their 1:1 mappings\n",
		count, *passfix_scope_text() ? passfix_scope_text() : "all");
	return 0;

put_groups:
	passfix_groups_put(&groups);
put_module:
	module_put(THIS_MODULE);
	return ret;
}

static int turn_off(void)
{
	struct passfix_groups groups, later;
	unsigned long missed;
	int ret;

	/*
	 * With the probes still active: a refusal must not be felt by a claim that
	 * is under way, nor by a device that is being plugged in.
	 */
	ret = passfix_groups_get(&groups);
	if (ret)
		return ret;
	ret = passfix_restore(&groups);
	if (ret)
		goto relax;

	/*
	 * From here on a device that is plugged in is rejected as by stock. One that
	 * came before that, and after the groups were collected, is not yet.
	 */
	passfix_probes_set_active(false);
	ret = passfix_groups_get(&later);
	if (ret)
		goto activate;
	ret = passfix_restore(&later);
	passfix_groups_put(&later);
	if (ret)
		goto activate;
	passfix_groups_put(&groups);

	WRITE_ONCE(is_on, false);
	passfix_probes_unregister();
	pr_info("off: devices with a 1:1 mapping are rejected again\n");
	missed = passfix_probes_missed() - missed_at_start;
	if (missed)
		pr_warn("%lu calls were missed while the fix was on; what they were about was as with stock\n",
			missed);
	module_put(THIS_MODULE);
	return 0;

activate:
	passfix_probes_set_active(true);
	relax_later();
relax:
	/* All or nothing. */
	passfix_relax(&groups);
	passfix_groups_put(&groups);
	return ret;
}

static int turn_locked(bool on)
{
	if (on == is_on)
		return 0;

	return on ? turn_on() : turn_off();
}

/**
 * passfix_turn() - turn the fix on or off
 * @on: what is wanted
 *
 * Context: Process context, may sleep. No device lock and no group's mutex may
 *	be held.
 * Return: 0, also where it is so already; -EBUSY where it must not go off now;
 *	else why it could not go on. The log says what to do. Nothing has changed
 *	on failure.
 */
int passfix_turn(bool on)
{
	int ret;

	mutex_lock(&lock);
	ret = turn_locked(on);
	mutex_unlock(&lock);

	return ret;
}
EXPORT_SYMBOL_GPL(passfix_turn);

/**
 * passfix_is_on() - whether the fix is on
 *
 * Context: Any.
 * Return: true while it is on.
 */
bool passfix_is_on(void)
{
	return READ_ONCE(is_on);
}
EXPORT_SYMBOL_GPL(passfix_is_on);

/**
 * passfix_lifts_memlock() - whether VFIO containers may pass RLIMIT_MEMLOCK
 *
 * Context: Any.
 * Return: true while the fix is on and its parameter memlock is set.
 */
bool passfix_lifts_memlock(void)
{
	return passfix_is_on() && READ_ONCE(memlock);
}
EXPORT_SYMBOL_GPL(passfix_lifts_memlock);

/**
 * passfix_relax_group() - relax a group that is about to be attached
 * @group: the group; the caller holds a reference
 *
 * Makes good what a missed probe has left (I7). Does nothing while the fix is
 * off.
 *
 * Context: Process context, may sleep; takes the group's mutex.
 * Return: true where the fix is on and covers all devices of the group.
 */
bool passfix_relax_group(struct iommu_group *group)
{
	bool covered = false;

	if (!passfix_is_on())
		return false;

	mutex_lock(&lock);
	if (is_on)
		covered = passfix_relax_one_group(group);
	mutex_unlock(&lock);

	return covered;
}
EXPORT_SYMBOL_GPL(passfix_relax_group);

static int set_pass_fix(const char *value, const struct kernel_param *param)
{
	bool on;
	int ret;

	ret = passfix_parse(value, &on);
	if (ret)
		return ret;
	if (is_ready)
		return passfix_turn(on);

	on_at_load = on;
	return 0;
}

static int get_pass_fix(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%c\n", passfix_is_on() ? 'Y' : 'N');
}

static const struct kernel_param_ops pass_fix_ops = {
	.set = set_pass_fix,
	.get = get_pass_fix,
};
module_param_cb(pass_fix, &pass_fix_ops, NULL, 0600);
MODULE_PARM_DESC(pass_fix, "let VFIO have devices that the firmware wants mapped 1:1 (bool, default: off)");

static int set_devices(const char *value, const struct kernel_param *param)
{
	int ret = -EBUSY;

	mutex_lock(&lock);
	if (is_on)
		pr_err("devices: cannot change while the fix is on; write 0 to pass_fix first\n");
	else
		ret = passfix_scope_set(value);
	if (!ret && is_ready)
		passfix_scope_notice_absent();
	mutex_unlock(&lock);

	return ret;
}

static int get_devices(char *buffer, const struct kernel_param *param)
{
	int length;

	mutex_lock(&lock);
	length = sysfs_emit(buffer, "%s\n", passfix_scope_text());
	mutex_unlock(&lock);

	return length;
}

/* Also where a load fails before or in init. */
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
MODULE_PARM_DESC(devices, "scope: comma-separated vvvv:dddd, vvvv:* or dddd:bb:dd.f; empty for all; writable while the fix is off");

module_param(memlock, bool, 0600);
MODULE_PARM_DESC(memlock, "while the fix is on, RLIMIT_MEMLOCK does not bind VFIO containers (bool, default: on)");

/* The kernel calls set without looking when a load names the parameter. */
static int set_read_only(const char *value, const struct kernel_param *param)
{
	pr_err("%s: is read only\n", param->name);
	return -EPERM;
}

static int get_relaxed(char *buffer, const struct kernel_param *param)
{
	struct passfix_groups groups;
	int ret = 0;

	mutex_lock(&lock);
	if (!is_on)
		goto unlock;
	ret = passfix_groups_get(&groups);
	if (ret)
		goto unlock;
	ret = passfix_relaxed_show(&groups, buffer);
	passfix_groups_put(&groups);
unlock:
	mutex_unlock(&lock);

	return ret;
}

static const struct kernel_param_ops relaxed_ops = {
	.set = set_read_only,
	.get = get_relaxed,
};
module_param_cb(relaxed, &relaxed_ops, NULL, 0400);
MODULE_PARM_DESC(relaxed, "the devices that are relaxed now, a line each (read only)");

static int get_missed(char *buffer, const struct kernel_param *param)
{
	int length;

	mutex_lock(&lock);
	length = sysfs_emit(buffer, "%lu\n", passfix_probes_missed());
	mutex_unlock(&lock);

	return length;
}

static const struct kernel_param_ops missed_ops = {
	.set = set_read_only,
	.get = get_missed,
};
module_param_cb(missed, &missed_ops, NULL, 0400);
MODULE_PARM_DESC(missed, "answers of the IOMMU drivers that the probes missed; each was stock's (read only)");

static int __init passfix_init(void)
{
	int ret;

	ret = passfix_groups_init();
	if (ret)
		return ret;

	mutex_lock(&lock);
	passfix_scope_notice_absent();
	ret = turn_locked(on_at_load);
	is_ready = !ret;
	mutex_unlock(&lock);
	if (ret)
		passfix_groups_exit();

	return ret;
}
module_init(passfix_init);

/* Only while the fix is off: turn_on() holds a reference. */
static void __exit passfix_exit(void)
{
	passfix_groups_exit();
}
module_exit(passfix_exit);

MODULE_LICENSE("GPL");
MODULE_VERSION(PASSFIX_VERSION);
MODULE_AUTHOR("The vfio-passfix authors");
MODULE_DESCRIPTION("Assign PCI devices whose firmware asks for 1:1 IOMMU mappings");
