// SPDX-License-Identifier: GPL-2.0-only
/*
 * Toggle: turns the fix on and off, as a whole or not at all (I3, I8). The steps
 * themselves are in groups.c, probes.c and relax.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>

#include "passfix.h"
#include "probes.h"
#include "relax.h"
#include "scope.h"
#include "toggle.h"

DEFINE_MUTEX(passfix_toggle_lock);	/* see toggle.h */
static bool is_on;

static int turn_on(void)
{
	const char *scope = passfix_scope_text();
	unsigned int count;
	int ret;

	/* While the fix is on, the module must stay loaded (I3). */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;

	ret = passfix_probes_register();
	if (ret) {
		module_put(THIS_MODULE);
		return ret;
	}

	/* Nothing can fail from here on. */
	count = passfix_relax_begin();

	WRITE_ONCE(is_on, true);
	pr_info("on: %u devices relaxed (scope: %s); they can be assigned, the host keeps their 1:1 mappings\n",
		count, *scope ? scope : "all");
	if (!*scope)
		pr_warn_once("on for all devices, since devices= is empty; to narrow it, write 0 to pass_fix, one device of each group to devices (0000:03:00.0), then 1 to pass_fix\n");
	return 0;
}

static int turn_off(void)
{
	int ret = passfix_relax_end();

	if (ret)
		return ret;
	WRITE_ONCE(is_on, false);
	passfix_probes_unregister();
	pr_info("off: devices with a firmware-mandated 1:1 mapping are rejected again\n");
	module_put(THIS_MODULE);
	return 0;
}

/**
 * passfix_turn() - turn the fix on or off
 * @on: true to turn it on
 *
 * Context: Process context, may sleep. The caller holds no device lock and no
 *	group's mutex.
 * Return: 0, also if nothing had to change; -EBUSY if the fix cannot go off now;
 *	-EOPNOTSUPP if it is on but not in force; otherwise why it could not go on.
 *	On failure nothing has changed, and the log says what to do.
 */
int passfix_turn(bool on)
{
	guard(mutex)(&passfix_toggle_lock);
	if (!on)
		return is_on ? turn_off() : 0;
	if (!is_on)
		return turn_on();
	if (!passfix_probes_in_force()) {
		pr_err("on, but not in force; switch kprobes and ftrace on (echo 1 > /sys/kernel/debug/kprobes/enabled; sysctl kernel.ftrace_enabled=1)\n");
		return -EOPNOTSUPP;
	}
	/* Relax what was missed while the fix was not in force. */
	passfix_relax_begin();
	return 0;
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
