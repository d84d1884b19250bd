/* Value history, convenience variables, registers and memory as expressions see them. See data.h. */
#include "config.h"

#include "debugger/data.h"

#include "debugger/frame.h"
#include "sim/base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t *
session_scratch(struct session *s, size_t n_bytes)
{
    uint8_t *bytes = xcalloc(1, n_bytes ? n_bytes : 1);
    s->scratch = grow(s->scratch, s->n_scratch, &s->cap_scratch, sizeof *s->scratch);
    s->scratch[s->n_scratch++] = bytes;
    return bytes;
}

void
session_scratch_release(struct session *s, uint32_t mark)
{
    while (s->n_scratch > mark)
        free(s->scratch[--s->n_scratch]);
}

void
session_scratch_free(struct session *s)
{
    session_scratch_release(s, 0);
}

struct value
data_owned(const struct value *v)
{
    struct value copy = *v;
    uint64_t n = vtype_bytes(v->type);
    if (v->bytes) {
        uint8_t *bytes = xmalloc(v->gone ? 2 * n : n);
        memcpy(bytes, v->bytes, n);
        if (v->gone)
            memcpy(bytes + n, v->gone, n);
        copy.bytes = bytes;
        copy.gone = v->gone ? bytes + n : NULL;
    }
    return copy;
}

uint32_t
data_variable(struct session *s, const char *name, size_t len)
{
    for (uint32_t i = 0; i < s->n_variables; i++) {
        if (strlen(s->variables[i].name) == len && memcmp(s->variables[i].name, name, len) == 0)
            return i;
    }
    s->variables = grow(s->variables, s->n_variables, &s->cap_variables, sizeof *s->variables);
    s->variables[s->n_variables] = (struct variable){ .name = xstrndup(name, len), .value.type = vtype_base(BASE_VOID) };
    return s->n_variables++;
}

void
data_store(struct session *s, uint32_t index, const struct value *v)
{
    struct value copy = data_owned(v);
    free((void *)s->variables[index].value.bytes);
    s->variables[index].value = copy;
    s->variables[index].value.place = PLACE_NONE;
}

void
data_set_variable(struct session *s, const char *name, const struct value *v)
{
    data_store(s, data_variable(s, name, strlen(name)), v);
}

uint32_t
data_record(struct session *s, const struct value *v)
{
    s->history = grow(s->history, s->n_history, &s->cap_history, sizeof *s->history);
    s->history[s->n_history] = data_owned(v);
    return ++s->n_history;
}

enum err
data_history(const struct session *s, uint32_t id, bool is_relative, struct value *out, struct errinfo *e)
{
    if (is_relative) {
        *out = value_of(vtype_base(BASE_VOID), 0);
        if (id < s->n_history)
            *out = s->history[s->n_history - 1 - id];
        else if (s->n_history)
            *out = s->history[0];
        return OK;
    }
    if (!id || id > s->n_history)
        return err_set(e, ERR_HISTORY, NULL, 0, id, 0);
    *out = s->history[id - 1];
    return OK;
}

struct vtype
data_reg_type(uint32_t id)
{
    if (id == REG_10)
        return vtype_pointer(BASE_VOID);
    if (id < N_REGS)
        return vtype_base(BASE_LONG);
    if (id == REG_ID_PC)
        return vtype_base(BASE_CODE);
    return vtype_base(id < REG_ID_PC ? BASE_INT : BASE_ULONG);
}

enum err
data_read_reg(struct session *s, uint32_t id, struct value *out, struct errinfo *e)
{
    const struct machine *m = s->machine;
    bool is_counter = id == REG_ID_ICOUNT || id == REG_ID_CYCLES;
    if (!m || (!s->is_running && !(is_counter && s->event.kind == EVENT_EXIT)))
        return err_set(e, ERR_NO_REGISTERS, NULL, 0, 0, 0);
    uint64_t bits = 0;
    if (id == REG_ID_PC) {
        bits = frame_pc(s, s->frame);
    } else if (is_counter) {
        bits = id == REG_ID_ICOUNT ? m->n_insns : m->n_cycles / CYCLE_SCALE;
    } else if (id == REG_10) {
        bits = frame_base(s, s->frame);
    } else {
        const uint64_t *place = frame_reg(s, s->frame, id % N_REGS);
        if (!place)
            return err_set(e, ERR_NOT_SAVED, reg_id_name((int)id), 0, 0, 0);
        bits = *place;
    }
    *out = value_of(data_reg_type(id), bits);
    out->place = PLACE_REGISTER;
    out->where = id;
    return OK;
}

static enum err
write_pc(struct session *s, uint64_t pc, struct errinfo *e)
{
    const struct program *p = s->program;
    if (s->frame)
        return err_set(e, ERR_NOT_MODIFIABLE, NULL, 0, 0, 0);
    if (pc >= p->n_slots)
        return err_set(e, ERR_NO_INSN, NULL, 0, pc, p->n_slots - 1);
    if (p->insns[pc].op == OP_lddw_tail)
        return err_set(e, ERR_MID_INSN, NULL, 0, pc, 0);
    s->machine->pc = (uint32_t)pc;
    s->at_trap = false; /* a breakpoint at the new place has not been seen yet */
    return OK;
}

enum err
data_write_reg(struct session *s, uint32_t id, uint64_t bits, struct errinfo *e)
{
    if (!s->is_running)
        return err_set(e, ERR_NO_REGISTERS, NULL, 0, 0, 0);
    if (id == REG_ID_PC)
        return write_pc(s, bits, e);
    if (id > REG_ID_PC)
        return err_set(e, ERR_NOT_MODIFIABLE, NULL, 0, 0, 0);
    uint64_t *place = frame_reg(s, s->frame, id % N_REGS);
    if (!place)
        return err_set(e, ERR_NOT_SAVED, reg_id_name((int)id), 0, 0, 0);
    *place = id < N_REGS ? bits : (uint32_t)bits; /* a write to wN clears the high half, as an instruction would */
    return OK;
}

/* Host bytes of [addr, addr + n) or, when not all of it is there, of as much as is: *n is cut. NULL: not even the first byte. The user
 * may write what the guest may only read. */
static void *
host_of(struct session *s, uint64_t addr, size_t *n)
{
    uint64_t lo, hi;
    if (!s->machine || !memory_bounds(&s->machine->mem, addr, MEM_READ, &lo, &hi) || addr < lo || addr >= hi)
        return NULL;
    if (*n > hi - addr)
        *n = hi - addr;
    return memory_host(&s->machine->mem, addr);
}

enum err
data_read(struct session *s, uint64_t addr, void *to, size_t n, struct errinfo *e)
{
    for (size_t done = 0, piece; done < n; done += piece) {
        piece = n - done;
        const void *from = host_of(s, addr + done, &piece);
        if (!from)
            return err_set(e, ERR_MEMORY, NULL, 0, addr + done, 0);
        memcpy((char *)to + done, from, piece);
    }
    return OK;
}

enum err
data_write(struct session *s, uint64_t addr, const void *from, size_t n, struct errinfo *e)
{
    for (size_t done = 0, piece; done < n; done += piece) {
        piece = n - done;
        void *to = host_of(s, addr + done, &piece);
        if (!to)
            return err_set(e, ERR_MEMORY, NULL, 0, addr + done, 0);
        memcpy(to, (const char *)from + done, piece);
    }
    return OK;
}

enum err
data_fetch(struct session *s, struct value *v, struct errinfo *e)
{
    uint64_t n = vtype_bytes(v->type);
    if (v->place != PLACE_MEMORY || v->bytes || v->is_optimized_out || !(v->type.n || vtype_is_aggregate(v->type)))
        return OK;
    if (n > VALUE_MAX_BYTES)
        return err_set(e, ERR_VALUE_SIZE, NULL, 0, n, VALUE_MAX_BYTES);
    uint8_t *bytes = session_scratch(s, n);
    v->bytes = bytes;
    return data_read(s, v->where, bytes, n, e);
}

/* Makes a value independent of the program's types: aggregates become bytes. */
static void
forget_type(struct value *v)
{
    if (vtype_is_aggregate(v->type))
        v->type = (struct vtype){ .base = BASE_UCHAR, .n = (uint32_t)vtype_bytes(v->type) };
    if (v->type.id && v->type.base == BASE_AGGREGATE)
        v->type.base = BASE_VOID;
    v->type.id = 0;
}

void
data_forget_types(struct session *s)
{
    for (uint32_t i = 0; i < s->n_variables; i++)
        forget_type(&s->variables[i].value);
    for (uint32_t i = 0; i < s->n_history; i++)
        forget_type(&s->history[i]);
}

void
data_free(struct session *s)
{
    for (uint32_t i = 0; i < s->n_variables; i++) {
        free(s->variables[i].name);
        free((void *)s->variables[i].value.bytes);
    }
    for (uint32_t i = 0; i < s->n_history; i++)
        free((void *)s->history[i].bytes);
    free(s->variables);
    free(s->history);
    session_scratch_free(s);
    free(s->scratch);
}
