// SPDX-License-Identifier: GPL-2.0-only
#include "xml/element.h"

#include <stdarg.h>
#include <string.h>

#include "text/output.h"

xmlNode *element_add(xmlNode *parent, const char *name, ...)
{
	xmlNode *element;
	const char *attribute;
	va_list pairs;

	if (parent) {
		element = xmlNewChild(parent, NULL, BAD_CAST name, NULL);
	} else {
		element = xmlNewDocNode(xmlNewDoc(BAD_CAST "1.0"), NULL, BAD_CAST name, NULL);
		xmlDocSetRootElement(element->doc, element);
	}
	va_start(pairs, name);
	while ((attribute = va_arg(pairs, const char *))) {
		const char *value = va_arg(pairs, const char *);

		if (value)
			xmlNewProp(element, BAD_CAST attribute, BAD_CAST value);
	}
	va_end(pairs);
	return element;
}

xmlNode *element_child(xmlNode *parent, const char *name)
{
	for (xmlNode *child = parent->children; child; child = child->next)
		if (child->type == XML_ELEMENT_NODE && !strcmp((const char *)child->name, name))
			return child;
	return NULL;
}

/* Replaces characters on which a terminal would act by character references, which XML treats as equal. */
static char *escaped(const char *xml)
{
	GString *text = g_string_new(NULL);

	for (; *xml; xml = g_utf8_next_char(xml)) {
		gunichar c = g_utf8_get_char(xml);

		if (c == '\n' || output_is_plain(c))
			g_string_append_unichar(text, c);
		else
			g_string_append_printf(text, "&#x%x;", c);
	}
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

char *element_text(xmlNode *element)
{
	xmlBuffer *buffer = xmlBufferCreate();
	char *text;

	xmlNodeDump(buffer, element->doc, element, 0, 1);
	text = escaped((const char *)xmlBufferContent(buffer));
	xmlBufferFree(buffer);
	return text;
}
