/* The evaluation of expressions, shared by its files: expr_eval.c walks the tree, expr_place.c reads places and what lies in them, expr_assign.c
 * writes them. Private to expr_*.c. */
#ifndef DEBUGGER_EXPR_EVAL_H
#define DEBUGGER_EXPR_EVAL_H

#include "debugger/state.h"

struct eval {
    struct session *s;
    const struct expr *x;
    struct buf *warnings;
    struct errinfo *e;
    bool is_type_only;
    struct reads *reads; /* NULL: nobody wants to know */
};

/* One node of the expression. */
enum err eval_node(struct eval *v, int32_t index, struct value *out);

const struct btf *eval_btf(const struct eval *v); /* the program's, may be NULL */
bool eval_is_void(struct vtype type);

/* ---- expr_place.c */
void eval_note_read(struct eval *v, enum place place, uint64_t where, uint64_t n_bytes);
/* The value of `type` at a guest address. The contents of arrays and aggregates are left for eval_fetch(). */
enum err eval_load(struct eval *v, struct vtype type, uint64_t addr, struct value *out);
enum err eval_fetch(struct eval *v, struct value *out);
enum err eval_member(struct eval *v, const struct value *a, const char *name, struct value *out);
enum err eval_dereference(struct eval *v, const struct value *a, struct value *out);
enum err eval_address(struct eval *v, const struct value *a, struct value *out);
enum err eval_subscript(struct eval *v, const struct value *a, const struct value *index, struct value *out);
/* a@n: n elements of a's type from a's address on. */
enum err eval_repeat(struct eval *v, const struct value *a, const struct value *n, struct value *out);

/* ---- expr_assign.c */
/* Stores `b` in the place of `a`; *out is what can be read there afterwards. */
enum err eval_assign(struct eval *v, const struct value *a, const struct value *b, struct value *out);
/* ++ and --, before or behind. */
enum err eval_step(struct eval *v, enum expr_op op, const struct value *a, struct value *out);

/* ---- expr_map.c: the element of a map; `key` is a node, EXPR_INIT included */
enum err eval_element(struct eval *v, uint32_t map, int32_t key, struct value *out);

/* ---- expr_packet.c: the bytes, a header, a field of one. ERR_NO_PACKET, ERR_NO_HEADER */
enum err eval_packet(struct eval *v, struct value *out);
enum err eval_packet_header(struct eval *v, const char *name, struct value *out);
enum err eval_packet_field(struct eval *v, const char *header, const char *name, struct value *out);

/* ---- expr_function.c */
enum err eval_function(struct eval *v, const struct node *n, struct value *out);

#endif
