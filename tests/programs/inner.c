// SPDX-License-Identifier: GPL-2.0-only
/*
 * A nested guest: 32-bit code without an operating system, which QEMU's -kernel starts
 * (multiboot). It lists all PCI functions that it sees, makes each "edu" device read and
 * write its memory, prints the results on the first serial port, and turns its machine
 * (q35) off. A line each:
 *
 *   pci BB:DD.F VVVV:DDDD
 *   dma BB:DD.F read and write ok
 *   end
 */
#include <stdbool.h>
#include <stdint.h>

#include "edu.h"

/* The header that a loader looks for, then the entry point. */
asm(".section .multiboot, \"a\"\n"
    ".balign 4\n"
    ".long 0x1badb002, 0, -0x1badb002\n"
    ".text\n"
    ".globl _start\n"
    "_start: mov $stack_end, %esp\n"
    "call inner\n"
    "1: hlt\n"
    "jmp 1b\n"
    ".bss\n"
    ".balign 16\n"
    ".skip 16384\n"
    "stack_end:\n"
    ".text\n");

enum {
	SERIAL = 0x3f8,
	SERIAL_STATUS = SERIAL + 5,
	SERIAL_EMPTY = 0x20,

	PCI_ADDRESS = 0xcf8,
	PCI_DATA = 0xcfc,
	PCI_ID = 0x00,
	PCI_COMMAND = 0x04,
	PCI_HEADER = 0x0c,
	PCI_BAR0 = 0x10,
	PCI_BUSES = 0x18,
	PCI_MEMORY_AND_MASTER = 6,

	/* The address of the ACPI registers with q35's firmware; off is sleep state 5. */
	ACPI_CONTROL = 0x604,
	ACPI_OFF = 0x2000,

	EDU = 0x11e81234,
};

/* Many seconds: the device takes 0.1 s. */
static const uint64_t dma_cycles = 1ull << 36;

/* Without paging, addresses are bus addresses. */
static uint8_t source[EDU_BUFFER] __attribute__((aligned(EDU_BUFFER)));
/* In a page that has a firmware-mandated mapping on the host (see boot), and is free here. */
static uint8_t *const destination = (uint8_t *)0x1000;

static void out8(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void out16(uint16_t port, uint16_t value)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static void out32(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static uint32_t in32(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void say(const char *text)
{
	for (; *text; text++) {
		while (!(in8(SERIAL_STATUS) & SERIAL_EMPTY))
			;
		out8(SERIAL, *text);
	}
}

static void say_hex(uint32_t value, int digits)
{
	char text[2] = "";

	while (digits--) {
		text[0] = "0123456789abcdef"[value >> 4 * digits & 15];
		say(text);
	}
}

/* A function's address in the format of the first of the two ports. */
static uint32_t function_at(uint32_t bus, uint32_t device, uint32_t function)
{
	return 1u << 31 | bus << 16 | device << 11 | function << 8;
}

static uint32_t config(uint32_t at, uint32_t offset)
{
	out32(PCI_ADDRESS, at | offset);
	return in32(PCI_DATA);
}

/* Prints the beginning of a line. */
static void say_at(const char *what, uint32_t at)
{
	say(what);
	say_hex(at >> 16 & 0xff, 2);
	say(":");
	say_hex(at >> 11 & 0x1f, 2);
	say(".");
	say_hex(at >> 8 & 7, 1);
	say(" ");
}

/* Tells the compiler that the device reads and writes memory. */
static void memory_barrier(void)
{
	asm volatile("" : : : "memory");
}

static bool transfer(volatile uint32_t *edu, uint32_t from, uint32_t to, uint32_t command)
{
	uint64_t until = __builtin_ia32_rdtsc() + dma_cycles;

	memory_barrier();
	edu[EDU_DMA_SOURCE / 4] = from;
	edu[EDU_DMA_SOURCE / 4 + 1] = 0;
	edu[EDU_DMA_DESTINATION / 4] = to;
	edu[EDU_DMA_DESTINATION / 4 + 1] = 0;
	edu[EDU_DMA_COUNT / 4] = EDU_BUFFER;
	edu[EDU_DMA_COMMAND / 4] = EDU_START | command;
	while (edu[EDU_DMA_COMMAND / 4] & EDU_START)
		if (__builtin_ia32_rdtsc() > until)
			return false;
	memory_barrier();
	return true;
}

static bool differs(void)
{
	for (int i = 0; i < EDU_BUFFER; i++)
		if (destination[i] != source[i])
			return true;
	return false;
}

/* If the same data come back from the device's buffer, both directions work. */
static void try_dma(uint32_t at)
{
	volatile uint32_t *edu = (volatile uint32_t *)(config(at, PCI_BAR0) & ~15u);
	const char *result = "read and write ok";

	config(at, PCI_COMMAND);
	out32(PCI_DATA, PCI_MEMORY_AND_MASTER);
	for (int i = 0; i < EDU_BUFFER; i++) {
		source[i] = i * 7 + (i >> 8) + (at >> 8);
		destination[i] = 0;
	}

	if (!transfer(edu, (uint32_t)source, EDU_BUFFER_AT, 0))
		result = "the read does not end";
	else if (!transfer(edu, EDU_BUFFER_AT, (uint32_t)destination, EDU_TO_MEMORY))
		result = "the write does not end";
	else if (differs())
		result = "the bytes are others";
	say_at("dma ", at);
	say(result);
	say("\n");
}

static void look_at(uint32_t at, uint32_t id)
{
	say_at("pci ", at);
	say_hex(id & 0xffff, 4);
	say(":");
	say_hex(id >> 16, 4);
	say("\n");
	if (id == EDU)
		try_dma(at);
}

void inner(void)
{
	uint32_t last_bus = 0;

	for (uint32_t bus = 0; bus <= last_bus; bus++)
		for (uint32_t slot = 0; slot < 32 * 8; slot++) {
			uint32_t at = function_at(bus, slot / 8, slot % 8);
			uint32_t id = config(at, PCI_ID);
			uint32_t header;

			/* Without a function 0 the slot is empty. */
			if (id == ~0u && slot % 8 == 0)
				slot += 7;
			if (id == ~0u)
				continue;
			look_at(at, id);
			header = config(at, PCI_HEADER) >> 16;
			/* A bridge has the number of the last bus behind it. */
			if ((header & 0x7f) == 1 && (config(at, PCI_BUSES) >> 16 & 0xff) > last_bus)
				last_bus = config(at, PCI_BUSES) >> 16 & 0xff;
			if (slot % 8 == 0 && !(header & 0x80))
				slot += 7;
		}
	say("end\n");
	out16(ACPI_CONTROL, ACPI_OFF);
}
