// SPDX-License-Identifier: GPL-2.0-only
#include "completion.h"

#include <stdio.h>

#include "command.h"
#include "options.h"
#include "prose.h"
#include "words.h"

static const char *const bash_kinds[] = {
	[OPTION_VALUE_WORD] = "word",
	[OPTION_VALUE_FILE] = "file",
	[OPTION_VALUE_FOLDER] = "folder",
	[OPTION_VALUE_DEVICE] = "device",
};

static void bash_options(const struct command *command)
{
	g_autoptr(GPtrArray) options = options_of(command);

	printf("\t'%s') echo '", command ? command->name : "");
	for (guint i = 0; i < options->len; i++)
		printf("%s--%s", i ? " " : "",
		       ((const GOptionEntry *)options->pdata[i])->long_name);
	puts("' ;;");
}

static void bash_values(const struct command *command)
{
	g_autoptr(GPtrArray) options = options_of(command);

	for (guint i = 0; i < options->len; i++) {
		const GOptionEntry *option = options->pdata[i];

		if (option_value(option))
			printf("\t'%s --%s') echo %s ;;\n", command ? command->name : "",
			       option->long_name, bash_kinds[option_value(option)]);
	}
}

static void bash_arguments(const struct command *command)
{
	for (size_t i = 0; command && i < G_N_ELEMENTS(command->kinds); i++)
		if (argument_value(command->kinds[i]))
			printf("\t'%s %zu') echo %s ;;\n", command->name, i,
			       bash_kinds[argument_value(command->kinds[i])]);
}

static void bash_next(const char *before)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) words = words_next(before, texts);

	printf("\t'%s') echo '", before);
	for (guint i = 0; i < words->len; i++)
		printf("%s%s", i ? " " : "", (char *)words->pdata[i]);
	puts("' ;;");
}

/* What does not depend on the table. It works where bash-completion is not installed, too. */
static const char bash_rest[] =
	"_vfio_passfix_devices()\n"
	"{\n"
	"	local device\n"
	"\n"
	"	echo gpu\n"
	"	for device in /sys/bus/pci/devices/*; do\n"
	"		[[ ! -e $device ]] || echo \"${device##*/}\"\n"
	"	done\n"
	"}\n"
	"\n"
	"# The words before the cursor's and its own, which bash breaks at ':' and '=': put\n"
	"# together again at the former.\n"
	"_vfio_passfix_words()\n"
	"{\n"
	"	local i word glue=''\n"
	"\n"
	"	words=()\n"
	"	for ((i = 1; i <= COMP_CWORD; i++)); do\n"
	"		word=${COMP_WORDS[i]}\n"
	"		if [[ $word == = ]]; then\n"
	"			((i < COMP_CWORD)) || words+=('')\n"
	"		elif ((${#words[@]})) && [[ $glue || $word == :* ]]; then\n"
	"			words[-1]+=$word\n"
	"		else\n"
	"			words+=(\"$word\")\n"
	"		fi\n"
	"		[[ $word == *: ]] && glue=1 || glue=\n"
	"	done\n"
	"}\n"
	"\n"
	"_vfio_passfix()\n"
	"{\n"
	"	local words word next current command='' count=0 value='' ended=''\n"
	"\n"
	"	_vfio_passfix_words\n"
	"	current=${words[-1]}\n"
	"	unset 'words[-1]'\n"
	"	for word in \"${words[@]}\"; do\n"
	"		next=$(_vfio_passfix_next \"$command\")\n"
	"		if [[ $value ]]; then\n"
	"			value=\n"
	"		elif [[ $word == -- && ! $ended ]]; then\n"
	"			ended=1\n"
	"		elif [[ $word == -* && ! $ended ]]; then\n"
	"			value=$(_vfio_passfix_value \"$command $word\")\n"
	"		elif [[ $next ]]; then\n"
	"			command+=${command:+ }$word\n"
	"		else\n"
	"			((count++))\n"
	"		fi\n"
	"	done\n"
	"	next=$(_vfio_passfix_next \"$command\")\n"
	"\n"
	"	COMPREPLY=()\n"
	"	if [[ ! $value && $current == -* && ! $ended ]]; then\n"
	"		value=list\n"
	"		next=$(_vfio_passfix_options \"$command\")\n"
	"	elif [[ ! $value && $next ]]; then\n"
	"		value=list\n"
	"	fi\n"
	"	case ${value:-$(_vfio_passfix_argument \"$command $count\")} in\n"
	"	list)\n"
	"		mapfile -t COMPREPLY < <(compgen -W \"$next\" -- \"$current\")\n"
	"		;;\n"
	"	file | folder)\n"
	"		[[ $value == folder ]] && word=-d || word=-f\n"
	"		mapfile -t COMPREPLY < <(compgen \"$word\" -- \"$current\")\n"
	"		compopt -o filenames 2>/dev/null\n"
	"		;;\n"
	"	device)\n"
	"		next=$(_vfio_passfix_devices)\n"
	"		mapfile -t COMPREPLY < <(compgen -W \"$next\" -- \"$current\")\n"
	"		# bash replaces what is behind the last ':'.\n"
	"		[[ $COMP_WORDBREAKS == *:* && $current == *:* ]] &&\n"
	"			COMPREPLY=(\"${COMPREPLY[@]#\"${current%:*}:\"}\")\n"
	"		;;\n"
	"	esac\n"
	"}\n"
	"complete -F _vfio_passfix " PROGRAM;

void completion_bash(void)
{
	g_autoptr(GPtrArray) groups = words_open();

	puts("# SPDX-License-Identifier: GPL-2.0-only\n"
	     "# bash's completion of " PROGRAM ", made from its table of commands.\n");
	puts("_vfio_passfix_next()\n{\n\tcase $1 in");
	bash_next("");
	for (guint i = 0; i < groups->len; i++)
		bash_next(groups->pdata[i]);
	puts("\tesac\n}\n\n_vfio_passfix_options()\n{\n\tcase $1 in");
	words_for_each(bash_options);
	puts("\tesac\n}\n\n_vfio_passfix_value()\n{\n\tcase $1 in");
	words_for_each(bash_values);
	puts("\tesac\n}\n\n_vfio_passfix_argument()\n{\n\tcase $1 in");
	words_for_each(bash_arguments);
	puts("\tesac\n}\n");
	puts(bash_rest);
}
