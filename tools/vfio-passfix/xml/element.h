/* SPDX-License-Identifier: GPL-2.0-only */
/* Builds and prints XML elements. */
#ifndef VFIO_PASSFIX_ELEMENT_H
#define VFIO_PASSFIX_ELEMENT_H

#include <glib.h>
#include <libxml/tree.h>

/*
 * Adds an element after the children of @parent, or if that is NULL, makes one with its own
 * document. Attributes follow as pairs of name and value, then NULL. A pair whose value is NULL is
 * left out. Values are UTF-8; special characters in them are escaped.
 */
xmlNode *element_add(xmlNode *parent, const char *name, ...) G_GNUC_NULL_TERMINATED;

/* The first child with that name; NULL: none. */
xmlNode *element_child(xmlNode *parent, const char *name);

/* The element as indented text with a newline at its end; for g_free(). */
char *element_text(xmlNode *element);

#endif
