/* .BTF.ext: what the compiler says about single instructions (function types, lines, CO-RE relocations), section by section.
 * Internal to sim/object. Source: Documentation/bpf/btf.rst, section 4.2. */
#ifndef SIM_OBJECT_BTFEXT_H
#define SIM_OBJECT_BTFEXT_H

#include "sim/object/object.h"

enum btfext_part { BTFEXT_FUNCS, BTFEXT_LINES, BTFEXT_CORE_RELOS };

/* A walk over the records of one part. Records about code that the object does not have are left out and counted. */
struct btfext_walk {
    const struct object *o;
    const uint8_t *at, *end;   /* what is left of the part */
    uint32_t record_bytes;
    uint32_t n_left;           /* records of the current section that are still to come */
    uint32_t section;          /* index into o->sections, 0 when there is none of that name */
    uint32_t n_sections;       /* so far */
    uint32_t n_left_out;
    const char *why;           /* NULL, or what is wrong with the bytes from here on: the walk ended early */
    const char *name;          /* of the part, for messages */
};

/* One record: struct bpf_func_info, bpf_line_info or bpf_core_relo of <linux/bpf.h> without its first word (insn_off). */
struct btfext_record {
    uint32_t pc; /* slot of the image */
    uint32_t word[3]; /* FUNCS use only word[0] */
};

/* Begins a walk; also fine for an object without .BTF or .BTF.ext (it ends at once). */
void btfext_begin(struct btfext_walk *w, const struct object *o, enum btfext_part part);

/* False at the end. */
bool btfext_next(struct btfext_walk *w, struct btfext_record *out);

/* Adds a note when the walk ended early or left something out. */
void btfext_end(const struct btfext_walk *w, struct program *p);

#endif
