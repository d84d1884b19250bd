/* Memory for machine code, and the writable cells beside it that the code reads.
 * Invariant: a page of code is writable or executable, never both; while code runs, none of it is writable. The cells are never
 * executable. Not for what stands in the code: that is compile.c. */
#ifndef JIT_CODEMEM_H
#define JIT_CODEMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct codemem {
    uint8_t *code; /* code_bytes of code pages, a page that nobody uses, the cells: everything within +-2 GiB of everything */
    size_t code_bytes;
    uint8_t *cells;
    size_t cells_bytes;
    bool is_writable;
    bool is_fenced; /* the page between is inaccessible */
};

/* Reserves address space (pages are only used when touched); the code is writable at first. False when there is none. */
bool codemem_init(struct codemem *mem, size_t code_bytes, size_t cells_bytes);
void codemem_free(struct codemem *mem);

/* Twice the room for code, elsewhere; the contents, code and cells, are lost (zeros). Writable at first. False, and nothing has changed,
 * when there is no such room. */
bool codemem_grow(struct codemem *mem);

/* Makes [code, code + used) writable or executable. A system call, about 1 us; nothing when it is so already. */
void codemem_set_writable(struct codemem *mem, size_t used, bool writable);

/* Makes it writable for other code in place of this. For memory that is used again and again changing takes half the time: a fence keeps
 * the system from parting and joining the mapping at each change. */
void codemem_reuse(struct codemem *mem, size_t used);

#endif
