/* SPDX-License-Identifier: GPL-2.0-only */
/* Elements of XML, put together and printed. */
#ifndef VFIO_PASSFIX_ELEMENT_H
#define VFIO_PASSFIX_ELEMENT_H

#include <glib.h>
#include <libxml/tree.h>

/*
 * Adds an element behind the children of @parent, or makes one with a document of its own
 * where that is NULL; attributes follow as pairs of name and value, then NULL. A pair whose
 * value is NULL is left out. Values are UTF-8; what is special in them is escaped here.
 */
xmlNode *element_add(xmlNode *parent, const char *name, ...) G_GNUC_NULL_TERMINATED;

/* The first child of that name; NULL: none. */
xmlNode *element_child(xmlNode *parent, const char *name);

/* The element as indented text with a newline at its end; to be freed with g_free(). */
char *element_text(xmlNode *element);

#endif
