/* Native code for readers: the pieces that the compiler's marks tell of, what each is for, and its disassembly. Behind sim/native.h's
 * operations, which jit.c offers. Internal to jit/. */
#ifndef JIT_NATIVE_H
#define JIT_NATIVE_H

#include "jit/compile.h"

struct native_text; /* native_text.c: the one user of capstone */

/* What readers need and nobody else, so it is made when one asks. All zero at first. */
struct native {
    struct mark *marks; /* of the code that was compiled first */
    uint32_t n_marks;
    struct native_text *text;
};

/* Compiles once more to get the marks. False: no memory for code. O(code). */
bool native_view_of(const struct compiled *c, struct native *native, struct native_view *out);

void native_describe(const struct compiled *c, const struct native_piece *piece, struct buf *out);

/* ERR_DISASSEMBLER: capstone is not there. */
enum err native_disassemble(const struct compiled *c, struct native *native, const struct native_view *view,
                            const struct native_piece *piece, const struct native_style *style, struct buf *out, struct errinfo *e);

void native_free(struct native *native); /* all zero again */
void native_text_free(struct native_text *text); /* NULL is allowed */

#endif
