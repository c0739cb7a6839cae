/* Memory for a process that lives for a fraction of a second: small blocks are cut from pages and reused
 * by size, never given back. A sixth of a run's instructions went into malloc's own bookkeeping before.
 * Keeps no count, so the engine's limit and its collector's threshold have no effect: nothing here lives
 * long enough to need them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "memory.h"

#define STEP 8     /* sizes are multiples of this, header included */
#define LARGEST 512 /* larger blocks are the C library's */
#define PAGE (16 * 1024 - 32) /* what allocators hand out without waste */

/* Stands before each block: its whole size. Eight bytes keep what follows aligned for a double. */
union header {
	size_t size;
	double alignment;
};

struct free_block {
	struct free_block *next;
};

static struct free_block *free_blocks[LARGEST / STEP + 1];
static unsigned char *page, *page_end;

static union header *header_of(void *block)
{
	return (union header *)block - 1;
}

/* What a block for `wanted` bytes takes in all; 0 where that is more than there can be. */
static size_t whole_size(size_t wanted)
{
	size_t size = (wanted + sizeof(union header) + STEP - 1) & ~(size_t)(STEP - 1);

	return size < wanted ? 0 : size;
}

static void *cut(size_t size)
{
	union header *header;

	if ((size_t)(page_end - page) < size) {
		page = malloc(PAGE);
		if (!page) {
			page_end = NULL;
			return NULL;
		}
		page_end = page + PAGE;
	}
	header = (union header *)page;
	page += size;
	header->size = size;
	return header + 1;
}

static void *allocate(JSMallocState *state, size_t wanted)
{
	size_t size = whole_size(wanted);
	union header *header;
	struct free_block *block;

	(void)state;
	if (size > LARGEST || size == 0) {
		header = size ? malloc(size) : NULL;
		if (!header)
			return NULL;
		header->size = size;
		return header + 1;
	}
	block = free_blocks[size / STEP];
	if (!block)
		return cut(size);
	free_blocks[size / STEP] = block->next;
	return block;
}

static void release(JSMallocState *state, void *block)
{
	union header *header;
	struct free_block *freed = block;

	(void)state;
	if (!block)
		return;
	header = header_of(block);
	if (header->size > LARGEST) {
		free(header);
		return;
	}
	freed->next = free_blocks[header->size / STEP];
	free_blocks[header->size / STEP] = freed;
}

static void *resize(JSMallocState *state, void *block, size_t wanted)
{
	size_t size = whole_size(wanted), room;
	union header *header;
	void *moved;

	if (!block)
		return wanted ? allocate(state, wanted) : NULL;
	if (!wanted) {
		release(state, block);
		return NULL;
	}
	header = header_of(block);
	room = header->size - sizeof(*header);
	if (header->size > LARGEST && size > LARGEST) {
		header = realloc(header, size);
		if (!header)
			return NULL;
		header->size = size;
		return header + 1;
	}
	if (size && size <= header->size)
		return block;
	moved = allocate(state, wanted);
	if (!moved)
		return NULL;
	memcpy(moved, block, room < wanted ? room : wanted);
	release(state, block);
	return moved;
}

/* What the engine may use of a block beyond what it asked for: arrays and strings then grow in place. */
static size_t usable(const void *block)
{
	const union header *header = (const union header *)block - 1;

	return block ? header->size - sizeof(*header) : 0;
}

const JSMallocFunctions short_lived_memory = { allocate, release, resize, usable };
