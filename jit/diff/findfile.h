/* Finds as files: assembly that every loader of assembly reads, with all else that a subject is in comments above it. What is in
 * such a comment is one line "# key: value"; what has an unknown key is for people.
 *
 *     # ebpfdbg find: rsh32_x-state
 *     # r1: interp 0x1, jit 0x100000001
 *     # first: 1 after 1          the instruction that goes wrong first, and how many were executed before it; absent when not known
 *     # engines: interp,jit
 *     # type: generic
 *     # packet: 0102...           the packet, or the memory of type generic; may come several times, 32 bytes each
 *     # targets: 12,30            instructions at which tail-called programs begin
 *     # may-goto-limit: 8
 *     # stop-after: 12           the run is made of two, the first so long; absent: of one
 *     # costs: unit              absent: the built-in table
 *     # point: pc 5 if r3 0 eq   a break- or watchpoint, see pointtext.h; may come several times
 *     # raw: 5=ff00000000000000   bytes of a slot that no assembly means; a `goto pc+0` stands in for it
 *
 * Reading is bounded: any bytes may come. */
#ifndef JIT_DIFF_FINDFILE_H
#define JIT_DIFF_FINDFILE_H

#include "jit/diff/judge.h"

struct find_record {
    struct subject subject;
    char engines[64];  /* "interp,jit"; "" when the file does not say */
    bool has_first;
    uint32_t pc;       /* of the first diverging instruction */
    uint64_t n_before; /* instructions before it */
};

/* Appends the file. `origin`: lines for people about where it came from, each with a newline; "" for none. */
void findfile_write(const struct find *find, const struct cause *cause, const char *origin, struct buf *out);

/* The first line of the file says that it is one. */
bool findfile_is_one(const char *text, size_t len);

/* Fills *out. `name` is for messages. ERR_SYNTAX for the assembly, ERR_INPUT for the rest. */
enum err findfile_read(const char *name, const char *text, size_t len, struct find_record *out, struct errinfo *e);

#endif
