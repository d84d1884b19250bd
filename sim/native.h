/* What an engine that makes machine code tells about it: which bytes belong to which instruction, and their disassembly. For readers
 * (a debugger, a profiler), not for speed. Engines that make none have no native_ops. */
#ifndef SIM_NATIVE_H
#define SIM_NATIVE_H

#include "sim/base/buf.h"
#include "sim/base/error.h"
#include "sim/object/program.h"

#include <stdbool.h>
#include <stdint.h>

enum native_kind {
#define NATIVE(id, ...) NATIVE_##id,
#include "sim/native.def"
    N_NATIVE_KINDS
};

enum native_place { NATIVE_HOT, NATIVE_COLD, NATIVE_STUB };

extern const struct native_row {
    const char *text, *says;
    enum native_place place;
} native_rows[N_NATIVE_KINDS];

#define NATIVE_NO_PC UINT32_MAX

/* Bytes [offset, offset + n_bytes) of the code. */
struct native_piece {
    uint32_t offset, n_bytes; /* n_bytes 0: an instruction that needs no code */
    uint32_t pc;              /* the slot that it belongs to; NATIVE_NO_PC: to none */
    uint32_t n_slots;         /* INSN: executes the instructions of the slots [pc, pc + n_slots) together; otherwise 1 */
    enum native_kind kind;
    bool is_current;          /* false: the block has been compiled again since, this is executed no more */
};

/* All code that there is. Invariant: every byte is in exactly one piece. */
struct native_view {
    const uint8_t *code;
    uint32_t n_bytes;
    struct native_piece *pieces; /* in order of offset */
    uint32_t n_pieces;
    uint32_t *by_slot;           /* indices of the current pieces that belong to a slot: in order of slot, hot before cold, offset */
    uint32_t n_by_slot;
};

/* How machine code is written. */
struct native_style {
    bool is_att;      /* AT&T syntax, otherwise Intel's */
    bool with_bytes;
    const char *lead; /* before every line */
    const char *mark; /* instead of lead before the machine instruction at marked: "=> "; NULL: none */
    uint32_t marked;  /* offset */
};

struct code; /* sim/engine.h */

struct native_ops {
    /* The code as it is now; an engine that compiles when it has to does so. Valid until the code changes: a run, a trap. The caller frees
     * it with native_view_free. False with *e filled: there is no memory for code. O(code). */
    bool (*view)(struct code *code, struct native_view *out, struct errinfo *e);
    /* Appends what the piece does beyond its instruction ("check of 4..9: ..."), no newline; nothing when there is nothing to say. */
    void (*describe)(struct code *code, const struct native_piece *piece, struct buf *out);
    /* Appends a line per machine instruction: offset, text, and after a ';' the guest's registers and the cells in it.
     * ERR_DISASSEMBLER. */
    enum err (*disassemble)(struct code *code, const struct native_view *view, const struct native_piece *piece,
                            const struct native_style *style, struct buf *out, struct errinfo *e);
    /* From now on made(arg, code) is called whenever there is new code, and at once when there is some. It may take a view and nothing
     * else. One listener per code, the last one. */
    void (*follow)(struct code *code, void (*made)(void *arg, struct code *code), void *arg);
};

void native_view_free(struct native_view *view);

/* Fills by_slot from pieces: for those who make views. */
void native_view_index(struct native_view *view);

/* The piece that holds a byte; NULL: none does. O(log pieces). */
const struct native_piece *native_piece_at(const struct native_view *view, uint32_t offset);

/* The piece that executes the instruction at pc, which may begin at an earlier slot; NULL: the interpreter does. O(log pieces). */
const struct native_piece *native_piece_of(const struct native_view *view, uint32_t pc);

/* Appends everything that belongs to the instruction at pc. ERR_DISASSEMBLER. */
enum err native_list(const struct native_ops *ops, struct code *code, const struct native_view *view, uint32_t pc,
                     const struct native_style *style, struct buf *out, struct errinfo *e);

#endif
