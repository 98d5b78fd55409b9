// SPDX-License-Identifier: GPL-2.0-only
#include "setup/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/root.h"

/* Stays open: the lock ends with this program, and with the programs that it has run. */
static int held = -1;
static sigset_t before;

/* Named after the root's inode: two trees have two locks, two paths to one tree have one. */
static char *file_for(const char *name, GError **error)
{
	g_autofree char *folder = g_build_filename(geteuid() ? g_get_user_runtime_dir() : "/run", "vfio-passfix", NULL);
	struct stat status;

	if (!root_stat(&status, "/") || g_mkdir_with_parents(folder, 0755)) {
		g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "cannot make the folder %s: %s", folder,
			    g_strerror(errno));
		return NULL;
	}
	return g_strdup_printf("%s/%s-%jx-%jx.lock", folder, name, (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
}

bool lock_take(const char *name, bool wait, GError **error)
{
	g_autofree char *path = file_for(name, error);

	if (!path)
		return false;
	held = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (held >= 0 && !flock(held, LOCK_EX | (wait ? 0 : LOCK_NB)))
		return true;
	if (errno == EWOULDBLOCK)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY,
			    "another vfio-passfix %s is at work; wait until it has ended, then try again", name);
	else
		g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(errno), "cannot lock %s: %s", path,
			    g_strerror(errno));
	return false;
}

void lock_begin(void)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	sigset_t waiting;

	sigemptyset(&waiting);
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		sigaddset(&waiting, ends[i]);
	sigprocmask(SIG_BLOCK, &waiting, &before);
	signal(SIGPIPE, SIG_IGN);
}

void lock_finish(void)
{
	fflush(stdout);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void as_always(G_GNUC_UNUSED gpointer data)
{
	/* A terminal sends Ctrl-C to a whole process group. */
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void lock_share(GSubprocessLauncher *launcher)
{
	int copy = fcntl(held, F_DUPFD_CLOEXEC, 0);

	if (copy >= 0)
		g_subprocess_launcher_take_fd(launcher, copy, copy);
	g_subprocess_launcher_set_child_setup(launcher, as_always, NULL, NULL);
}
