/* Values of variables from their pieces. See local.h. */
#include "config.h"

#include "debugger/local.h"

#include "debugger/data.h"
#include "debugger/format.h"
#include "debugger/frame.h"
#include "debugger/place.h"
#include "sim/base/base.h"

#include <inttypes.h>
#include <string.h>

static const struct variables *
variables_of(const struct session *s)
{
    return s->program ? s->program->variables : NULL;
}

uint32_t
local_position(const struct session *s, uint32_t level)
{
    uint32_t pc = frame_pc(s, level);
    return level && pc ? pc * 8 - 1 : pc * 8;
}

int32_t
local_scope(const struct session *s)
{
    if (s->parse_pc >= 0)
        return variables_scope_at(variables_of(s), (uint32_t)s->parse_pc * 8);
    return s->frame < frame_count(s) ? variables_scope_at(variables_of(s), local_position(s, s->frame)) : -1;
}

int64_t
local_named(const struct session *s, const char *name)
{
    return variables_find(variables_of(s), local_scope(s), name);
}

/* The function that has the code, what was inlined into it included. */
static int32_t
root_of(const struct variables *v, int32_t scope)
{
    while (scope >= 0 && v->scopes[scope].parent >= 0)
        scope = v->scopes[scope].parent;
    return scope;
}

int64_t
local_of_function(const struct session *s, const char *function, const char *name)
{
    const struct variables *v = variables_of(s);
    for (uint32_t i = 0; v && i < v->n; i++) { /* outer scopes come first */
        int32_t scope = variables_function_of(v, (int32_t)v->list[i].scope);
        if (!strcmp(v->list[i].name, name) && !strcmp(v->scopes[scope].name, function))
            return i;
    }
    return -1;
}

struct vtype
local_type(const struct session *s, uint32_t index)
{
    uint32_t id = variables_of(s)->list[index].type_id;
    return id ? vtype_of_btf(s->program->btf, id) : vtype_base(BASE_LONG);
}

static void
note(struct reads *reads, enum place place, uint64_t where, uint64_t n_bytes)
{
    if (!reads)
        return;
    reads->list = grow(reads->list, reads->n, &reads->cap, sizeof *reads->list);
    reads->list[reads->n++] = (struct read){ .place = place, .where = where, .n_bytes = (uint32_t)n_bytes };
}

/* ---- values in pieces */

static void
set_bit(uint8_t *bytes, uint64_t i, bool on)
{
    if (on)
        bytes[i / 8] |= (uint8_t)(1 << i % 8);
}

/* The bits of a piece into those of the value, from bit `at` on; what is not there is marked. */
static void
put_piece(struct session *s, const struct piece *piece, uint64_t at, uint64_t n_bits, uint8_t *bytes, uint8_t *gone)
{
    struct errinfo ignored;
    for (uint64_t i = 0; i < n_bits; i++) {
        uint64_t from = piece->from_bit + i;
        uint8_t byte = 0;
        bool is_gone = piece->kind == PIECE_GONE || (piece->kind != PIECE_MEMORY && from >= 64);
        if (piece->kind == PIECE_MEMORY)
            is_gone |= data_read(s, piece->bits + from / 8, &byte, 1, &ignored) != OK;
        else if (!is_gone)
            byte = (uint8_t)(piece->bits >> from / 8 * 8);
        set_bit(gone, at + i, is_gone);
        set_bit(bytes, at + i, !is_gone && (byte >> from % 8 & 1));
    }
}

/* Pieces of memory that follow each other are one. */
static bool
is_contiguous(const struct piece *pieces, uint32_t n)
{
    uint64_t bit = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (pieces[i].kind != PIECE_MEMORY || pieces[i].from_bit || pieces[i].bits != pieces[0].bits + bit / 8 || bit % 8)
            return false;
        bit += pieces[i].n_bits;
    }
    return true;
}

static bool
any_bit(const uint8_t *mask, uint64_t n_bytes)
{
    for (uint64_t i = 0; i < n_bytes; i++) {
        if (mask[i])
            return true;
    }
    return false;
}

static bool
every_bit(const uint8_t *mask, uint64_t n_bytes)
{
    for (uint64_t i = 0; i < n_bytes; i++) {
        if (mask[i] != 0xff)
            return false;
    }
    return true;
}

static enum err
assemble(struct session *s, struct vtype type, const struct piece *pieces, uint32_t n, struct value *out, struct errinfo *e)
{
    uint64_t n_bytes = vtype_bytes(type), at = 0, bits = 0;
    if (n_bytes > VALUE_MAX_BYTES)
        return err_set(e, ERR_VALUE_SIZE, NULL, 0, n_bytes, VALUE_MAX_BYTES);
    uint8_t *bytes = session_scratch(s, 2 * n_bytes), *gone = bytes + n_bytes;
    for (uint32_t i = 0; i < n && at < 8 * n_bytes; i++) {
        uint64_t left = 8 * n_bytes - at, n_bits = pieces[i].n_bits && pieces[i].n_bits < left ? pieces[i].n_bits : left;
        put_piece(s, &pieces[i], at, n_bits, bytes, gone);
        at += n_bits;
    }
    put_piece(s, &(struct piece){ .kind = PIECE_GONE }, at, 8 * n_bytes - at, bytes, gone);
    bool is_scalar = vtype_is_scalar(type);
    if (is_scalar)
        memcpy(&bits, bytes, n_bytes <= 8 ? n_bytes : 8);
    *out = value_of(type, bits);
    out->is_optimized_out = is_scalar ? any_bit(gone, n_bytes) : every_bit(gone, n_bytes);
    if (!is_scalar) {
        out->bytes = bytes;
        out->gone = any_bit(gone, n_bytes) ? gone : NULL;
    }
    return OK;
}

static enum err
in_memory(struct session *s, struct vtype type, uint64_t address, struct value *out, struct errinfo *e)
{
    uint64_t bits = 0;
    enum err err = vtype_is_scalar(type) ? data_read(s, address, &bits, vtype_bytes(type), e) : OK;
    *out = value_of(type, bits);
    out->place = PLACE_MEMORY;
    out->where = address;
    return err;
}

enum err
local_value(struct session *s, uint32_t index, uint32_t level, struct value *out, struct reads *reads, struct errinfo *e)
{
    const struct variables *v = variables_of(s);
    const struct variable_info *info = &v->list[index];
    const struct variable_place *place = variables_place(v, info, local_position(s, level));
    struct vtype type = local_type(s, index);
    struct piece pieces[PLACE_MAX_PIECES];
    uint32_t n = place ? place_pieces(s, level, v->ops + place->first_op, place->n_ops, pieces) : 0;
    if (n && is_contiguous(pieces, n)) {
        bool is_always = info->n_places == 1 && place->from <= v->spans[v->scopes[info->scope].first_span].from;
        note(reads, PLACE_REGISTER, is_always ? REG_10 : REG_ID_PC, 8);
        note(reads, PLACE_MEMORY, pieces[0].bits, vtype_bytes(type));
        return in_memory(s, type, pieces[0].bits, out, e);
    }
    note(reads, PLACE_REGISTER, REG_ID_PC, 8);
    for (uint32_t i = 0; i < n; i++) {
        if (pieces[i].kind == PIECE_MEMORY)
            note(reads, PLACE_MEMORY, pieces[i].bits, pieces[i].n_bits ? (pieces[i].n_bits + 7) / 8 : vtype_bytes(type));
    }
    enum err err = assemble(s, type, pieces, n, out, e);
    if (!err && n == 1 && pieces[0].kind == PIECE_REGISTER && !pieces[0].n_bits && !level) {
        out->place = PLACE_REGISTER;
        out->where = pieces[0].reg;
    }
    return err;
}

enum err
local_read(struct session *s, uint32_t index, struct value *out, struct reads *reads, struct errinfo *e)
{
    const struct variables *v = variables_of(s);
    int32_t function = root_of(v, (int32_t)v->list[index].scope);
    if (!s->is_running)
        return err_set(e, ERR_NO_FRAME, NULL, 0, 0, 0);
    for (uint32_t level = s->frame; level < frame_count(s); level++) {
        if (root_of(v, variables_scope_at(v, local_position(s, level))) == function)
            return local_value(s, index, level, out, reads, e);
    }
    return err_set(e, ERR_NO_BLOCK_FRAME, v->scopes[function].name, 0, 0, 0);
}

void
local_put_arguments(struct session *s, uint32_t level, struct buf *out)
{
    const struct variables *v = variables_of(s);
    int32_t function = root_of(v, variables_scope_at(v, local_position(s, level)));
    const char *comma = "";
    for (uint32_t i = 0; function >= 0 && i < v->scopes[function].n_variables; i++) {
        uint32_t index = v->scopes[function].first_variable + i;
        struct value value;
        struct errinfo e;
        if (!v->list[index].is_argument)
            continue;
        buf_printf(out, "%s%s=", comma, v->list[index].name);
        comma = ", ";
        if (local_value(s, index, level, &value, NULL, &e))
            buf_puts(out, "<error reading variable>");
        else if (vtype_is_pointer(value.type) && !value.is_optimized_out)
            buf_printf(out, "0x%" PRIx64, value.bits);
        else if (vtype_is_scalar(value.type) || value.is_optimized_out)
            format_value(s, &value, 0, out);
        else
            buf_puts(out, "...");
    }
}
