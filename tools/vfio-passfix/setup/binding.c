// SPDX-License-Identifier: GPL-2.0-only
#include "setup/binding.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/kernel.h"
#include "host/root.h"
#include "text/error.h"
#include "text/output.h"
#include "text/progress.h"

#define DEVICE "/sys/bus/pci/devices"
#define DRIVERS "/sys/bus/pci/drivers"
#define RECORDS "/run/vfio-passfix"

/* What a device had before it was bound to vfio-pci, to be restored when it is unbound. */
struct record {
	char *driver;		/* NULL: none */
	char *driver_override;	/* NULL: none */
	char *group_type;	/* NULL: not changed */
};

static void record_clear(struct record *record)
{
	g_free(record->driver);
	g_free(record->driver_override);
	g_free(record->group_type);
	memset(record, 0, sizeof(*record));
}

static char *member(struct json_object *object, const char *key)
{
	return g_strdup(json_object_get_string(json_object_object_get(object, key)));
}

static bool record_read(const char *address, struct record *record)
{
	g_autofree char *text = root_read(RECORDS "/%s", address);
	struct json_object *object = text ? json_tokener_parse(text) : NULL;

	memset(record, 0, sizeof(*record));
	if (!object)
		return false;
	record->driver = member(object, "driver");
	record->driver_override = member(object, "driver_override");
	record->group_type = member(object, "group_type");
	json_object_put(object);
	return true;
}

static void add(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, value ? json_object_new_string(value) : NULL);
}

static bool record_write(const char *address, const struct record *record, GError **error)
{
	g_autofree char *path = g_strdup_printf(RECORDS "/%s", address);
	struct json_object *object = json_object_new_object();
	const char *text;
	bool written;

	add(object, "driver", record->driver);
	add(object, "driver_override", record->driver_override);
	add(object, "group_type", record->group_type);
	text = json_object_to_json_string(object);
	written = root_replace(path, text, strlen(text), 0644, error);
	json_object_put(object);
	return written;
}

static void record_remove(const char *address)
{
	g_autofree char *path = g_strdup_printf(RECORDS "/%s", address);

	root_remove(path, NULL);
}

/*
 * Writes to a file when the write may never return: a driver unbinds only after its users have
 * ended. A separate process does the write. If it takes too long, it is left behind, because it
 * cannot be killed inside the kernel.
 * Return: 0, -ETIMEDOUT or another negative errno.
 */
static int write_in_time(unsigned int seconds, const char *text, const char *path)
{
	struct pollfd answer;
	int answers, error = -EIO;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0) {
		error = -errno;
		close(ends[0]);
		close(ends[1]);
		return error;
	}
	if (!child) {
		/* If left behind, it must hold neither our lock nor our output, for whose end a reader waits. */
		dup2(ends[1], STDIN_FILENO);
		close_range(STDOUT_FILENO, ~0U, 0);
		error = root_write(text, "%s", path);
		_exit(write(STDIN_FILENO, &error, sizeof(error)) == sizeof(error) ? 0 : 1);
	}
	close(ends[1]);
	answer = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	for (unsigned int second = 1; !(answers = poll(&answer, 1, 1000)) && second < seconds; second++)
		progress_show(second);
	progress_end();
	if (answers <= 0) {
		close(ends[0]);
		return -ETIMEDOUT;
	}
	if (read(ends[0], &error, sizeof(error)) != sizeof(error))
		error = -EIO;
	close(ends[0]);
	waitpid(child, NULL, 0);
	return error;
}

static char *driver_of(const char *address)
{
	return root_link(DEVICE "/%s/driver", address);
}

/* This write waits only while a driver is being bound or unbound; otherwise a second is plenty. */
static int set_override(const char *address, const char *driver)
{
	g_autofree char *path = g_strdup_printf(DEVICE "/%s/driver_override", address);

	/* An empty line clears the override. */
	return write_in_time(1, driver ? driver : "\n", path);
}

static bool unbind(const char *address, unsigned int seconds, GError **error)
{
	g_autofree char *driver = driver_of(address);
	g_autofree char *path = NULL;
	int result;

	if (!driver)
		return true;
	path = g_strdup_printf(DRIVERS "/%s/unbind", driver);
	result = write_in_time(seconds, address, path);
	if (result == -ETIMEDOUT)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
			    "%s did not release %s within %u seconds. Something uses the device: end that (a display server, a guest, a mount), then try again. The kernel keeps waiting; dmesg may say more",
			    driver, address, seconds);
	else if (result)
		g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(-result),
			    "cannot take %s from %s: %s", address, driver, g_strerror(-result));
	return !result;
}

/* Makes the kernel look for a driver. */
static int probe(const char *address, unsigned int seconds)
{
	return write_in_time(seconds, address, "/sys/bus/pci/drivers_probe");
}

static void set_group_type(const struct pci_device *device, const char *type)
{
	int result = root_write(type, "/sys/kernel/iommu_groups/%d/type", device->group);

	if (result)
		complain("warning: cannot set the default domain of IOMMU group %d to %s: %s. The device can still be assigned",
			 device->group, type, g_strerror(-result));
}

/* The driver for a device by its modalias, with its module loaded; NULL: none. */
static char *host_driver(const char *address)
{
	g_autofree char *alias = root_read(DEVICE "/%s/modalias", address);
	g_autoptr(GPtrArray) modules = module_for(alias ? alias : "");

	for (guint i = 0; i < modules->len; i++) {
		const char *module = modules->pdata[i];
		g_autoptr(GPtrArray) drivers = NULL;

		if (strstr(module, "vfio"))
			continue;
		module_load(module, NULL);
		drivers = root_list("/sys/module/%s/drivers", module);
		for (guint j = 0; j < drivers->len; j++)
			if (g_str_has_prefix(drivers->pdata[j], "pci:"))
				return g_strdup((char *)drivers->pdata[j] + strlen("pci:"));
	}
	return NULL;
}

/* Binds to @driver, or if that is NULL, to whichever driver the kernel finds. */
static bool bind_to_host(const char *address, const char *driver, const char *override,
			 unsigned int seconds, GError **error)
{
	g_autofree char *found = NULL;
	int result;

	/* By name, because vfio-pci may match the device's id, too, and would be tried first. */
	if (driver)
		set_override(address, driver);
	result = probe(address, seconds);
	set_override(address, override);
	found = driver_of(address);
	if (driver ? found && !strcmp(found, driver) : !result)
		return true;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s does not take %s back: %s; it has %s now. dmesg may say why",
		    driver ? driver : "a host driver", address,
		    result ? g_strerror(-result) : "it refused", found ? found : "no driver");
	return false;
}

/* A device on its way back to the host. */
struct returning {
	const struct pci_device *device;
	struct record record;	/* its driver is the one to bind */
	bool free;		/* no driver is bound to it */
};

static bool leave(struct returning *back, unsigned int seconds, GError **error)
{
	const char *address = back->device->address;

	if (!record_read(address, &back->record))
		back->record.driver = host_driver(address);
	set_override(address, back->record.driver_override);
	back->free = unbind(address, seconds, error);
	return back->free;
}

static bool arrive(struct returning *back, bool undo, unsigned int seconds, GError **error)
{
	const char *address = back->device->address;
	const char *driver = back->record.driver;

	if (driver && !bind_to_host(address, driver, back->record.driver_override, seconds, error))
		return false;
	if (!undo)
		printf("%s  vfio-pci -> %s\n", output_text(address), output_text(driver ? driver : "no driver"));
	record_remove(address);
	return true;
}

/*
 * All devices are unbound before any is bound again, because the type of a group can be changed
 * only while no host driver is bound to a device in it. If one fails, the others are returned all
 * the same; @error is the first error.
 */
static bool return_all(const GPtrArray *devices, bool undo, unsigned int seconds, GError **error)
{
	g_autofree struct returning *back = g_new0(struct returning, devices->len);
	bool done = true;

	for (guint i = 0; i < devices->len; i++) {
		back[i].device = devices->pdata[i];
		if (!leave(&back[i], seconds, done ? error : NULL))
			done = false;
	}
	for (guint i = 0; i < devices->len; i++)
		if (back[i].free && back[i].record.group_type)
			set_group_type(back[i].device, back[i].record.group_type);
	for (guint i = 0; i < devices->len; i++) {
		if (back[i].free && !arrive(&back[i], undo, seconds, done ? error : NULL))
			done = false;
		record_clear(&back[i].record);
	}
	return done;
}

static bool let_go(const struct host *host, const struct pci_device *device, unsigned int seconds,
		   GError **error)
{
	const struct group *group = host_group_of(host, device);
	struct record record = {
		.driver = g_strdup(device->driver),
		.driver_override = g_strdup(device->driver_override),
	};
	g_autofree char *path = g_strdup_printf(RECORDS "/%s", device->address);
	int result;
	bool done;

	if (group && group->type && !strcmp(group->type, "identity"))
		record.group_type = g_strdup(group->type);
	/* A device without a driver may be half way to vfio-pci; then its record has what it had before. */
	done = (!device->driver && root_exists("%s", path)) || record_write(device->address, &record, error);
	record_clear(&record);
	if (!done)
		return false;
	/*
	 * Set the override after the unbind: if the driver does not finish, a write of the override
	 * would wait, too, and take effect at a time when nobody expects it.
	 */
	if (!unbind(device->address, seconds, error))
		return false;
	result = set_override(device->address, "vfio-pci");
	if (result)
		g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(-result),
			    "cannot name vfio-pci as the driver of %s: %s", device->address, g_strerror(-result));
	return !result;
}

static bool take(const struct pci_device *device, unsigned int seconds, GError **error)
{
	int result = probe(device->address, seconds);
	g_autofree char *driver = driver_of(device->address);

	if (driver && !strcmp(driver, "vfio-pci"))
		return true;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "vfio-pci does not take %s: %s. dmesg may say why",
		    device->address, result ? g_strerror(-result) : "it refused");
	return false;
}

static bool is_taken(const struct pci_device *device)
{
	return device->driver && pci_driver_is_vfio(device->driver);
}

bool binding_take(const struct host *host, const GPtrArray *devices, unsigned int seconds, GError **error)
{
	guint begun = devices->len;
	bool done = true;

	if (!root_exists(DRIVERS "/vfio-pci") && !module_load("vfio-pci", error))
		return false;
	/* Beginning with the last function: sound and USB before the graphics that they belong to. */
	while (done && begun > 0) {
		const struct pci_device *device = devices->pdata[--begun];

		done = is_taken(device) || let_go(host, device, seconds, error);
	}
	for (guint i = 0; done && i < devices->len; i++) {
		const struct pci_device *device = devices->pdata[i];
		g_autofree char *type = root_read("/sys/kernel/iommu_groups/%d/type", device->group);

		if (!is_taken(device) && type && !strcmp(type, "identity"))
			set_group_type(device, "DMA");
	}
	for (guint i = 0; done && i < devices->len; i++) {
		const struct pci_device *device = devices->pdata[i];

		if (is_taken(device))
			continue;
		done = take(device, seconds, error);
	}
	for (guint i = 0; done && i < devices->len; i++) {
		const struct pci_device *device = devices->pdata[i];

		if (!is_taken(device))
			printf("%s  %s -> vfio-pci\n", output_text(device->address),
			       output_text(device->driver ? device->driver : "no driver"));
	}
	if (!done) {
		g_autoptr(GPtrArray) touched = g_ptr_array_new();
		g_autoptr(GError) failure = NULL;

		/*
		 * Leave a device alone if its driver does not finish unbinding: other writes to it
		 * would wait, too, and take effect late. (Its link to the driver is gone at once.)
		 */
		if (g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
			const struct pci_device *stuck = devices->pdata[begun++];

			record_remove(stuck->address);
		}
		for (guint i = begun; i < devices->len; i++)
			if (!is_taken(devices->pdata[i]))
				g_ptr_array_add(touched, devices->pdata[i]);
		if (!return_all(touched, true, seconds, &failure))
			complain("%s", failure->message);
	}
	return done;
}

/* Unbinding a device that a guest uses would wait for the guest, perhaps for hours. */
static bool is_free(const struct pci_device *device, GError **error)
{
	int fd = root_open(O_RDWR, "/dev/vfio/%d", device->group);

	if (fd >= 0)
		close(fd);
	if (fd >= 0 || errno != EBUSY)
		return true;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY,
		    "cannot take %s from %s: IOMMU group %d is in use, by a guest most likely (virsh list). Shut it down, then try again",
		    device->address, device->driver, device->group);
	return false;
}

bool binding_are_free(const GPtrArray *devices, GError **error)
{
	for (guint i = 0; i < devices->len; i++)
		if (is_taken(devices->pdata[i]) && !is_free(devices->pdata[i], error))
			return false;
	return true;
}

/* For one that another program, such as libvirt, has given back already. */
static void settle(const struct pci_device *device)
{
	struct record record;

	if (!record_read(device->address, &record))
		return;
	set_override(device->address, record.driver_override);
	record_remove(device->address);
	record_clear(&record);
}

bool binding_give_back(const GPtrArray *devices, unsigned int seconds, GError **error)
{
	g_autoptr(GPtrArray) taken = g_ptr_array_new();

	for (guint i = 0; i < devices->len; i++) {
		const struct pci_device *device = devices->pdata[i];

		if (is_taken(device)) {
			if (!is_free(device, error))
				return false;
			g_ptr_array_add(taken, devices->pdata[i]);
		} else if (!device->driver && root_exists(RECORDS "/%s", device->address)) {
			/* A bind that was interrupted. */
			g_ptr_array_add(taken, devices->pdata[i]);
		} else {
			settle(device);
		}
	}
	return return_all(taken, false, seconds, error);
}
