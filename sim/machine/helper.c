/* Helpers: the table, the check of arguments that every call goes through, and the dispatch. See helper.h. */
#include "config.h"

#include "sim/machine/helper.h"

#include "sim/base/base.h"
#include "sim/machine/helper_flow.h"
#include "sim/machine/helper_fn.h"
#include "sim/machine/map_ringbuf.h"
#include "sim/machine/packet.h"
#include "sim/machine/progtype.h"

#include <linux/bpf.h>
#include <string.h>

#define HELPER(id_, name_, returns_, since_, fn_, a1, a2, a3, a4, a5)                                                    \
    [id_] = { .id = id_, .name = "bpf_" #name_, .args = { ARG_##a1, ARG_##a2, ARG_##a3, ARG_##a4, ARG_##a5 },            \
              .returns = returns_, .since = since_, .fn = fn_ },
static const struct helper_row rows[] = {
#include "sim/machine/helper.def"
};

/* Functions that clang leaves behind as calls of undefined symbols; the same columns. */
#define BUILTIN(name_, returns_, fn_, a1, a2, a3) \
    { .id = 0, .name = #name_, .args = { ARG_##a1, ARG_##a2, ARG_##a3 }, .returns = returns_, .since = "", .fn = fn_ }
static const struct helper_row builtins[] = {
    BUILTIN(memset, "void *", helper_memset, ANY, ANY, ANY),
    BUILTIN(memcpy, "void *", helper_memcpy, ANY, ANY, ANY),
    BUILTIN(memmove, "void *", helper_memcpy, ANY, ANY, ANY),
    BUILTIN(memcmp, "int", helper_memcmp, ANY, ANY, ANY),
};

/* The verifier's bound on sizes (BPF_MAX_VAR_SIZ). */
enum { SIZE_MAX_BYTES = 1 << 29 };

static bool
refuse_memory(struct machine *m, uint8_t n, uint64_t addr, uint64_t len, enum access access, struct fault *fault)
{
    if (memory_translate(&m->mem, addr, len, access, fault))
        return false;
    fault->kind = FAULT_HELPER;
    fault->arg = n;
    return true;
}

static bool
refuse_string(struct machine *m, uint8_t n, uint64_t addr, struct fault *fault)
{
    uint64_t lo, hi;
    if (refuse_memory(m, n, addr, 1, MEM_READ, fault))
        return true;
    memory_bounds(&m->mem, addr, MEM_READ, &lo, &hi);
    if (memchr(memory_host(&m->mem, addr), '\0', hi - addr))
        return false;
    return refuse_memory(m, n, addr, hi - addr + 1, MEM_READ, fault);
}

/* Checks argument n (1-based) as its kind says. True when it is refused and *fault is filled. */
static bool
refuse_arg(struct machine *m, const struct helper_row *row, uint8_t n, const uint64_t args[5], struct fault *fault)
{
    uint64_t arg = args[n - 1];
    const struct map *map = row->args[0] == ARG_MAP ? map_of_handle(m, args[0]) : NULL;
    *fault = (struct fault){ .kind = FAULT_HELPER, .addr = arg, .arg = n };
    switch ((enum helper_arg)row->args[n - 1]) {
    case ARG_NONE:
    case ARG_ANY:
    case ARG_FLAGS:
    case ARG_SIZE_OR_ZERO: return false;
    case ARG_CTX: return arg != m->ctx;
    case ARG_MAP: map = map_of_handle(m, arg); return !map || !map->ops;
    case ARG_MAP_KEY: return map->def->key_bytes && refuse_memory(m, n, arg, map->def->key_bytes, MEM_READ, fault);
    case ARG_MAP_VALUE: return map->def->value_bytes && refuse_memory(m, n, arg, map->def->value_bytes, MEM_READ, fault);
    case ARG_MAP_VALUE_WRITE: return map->def->value_bytes && refuse_memory(m, n, arg, map->def->value_bytes, MEM_WRITE, fault);
    case ARG_MEM_READ: return args[n] && refuse_memory(m, n, arg, args[n], MEM_READ, fault);
    case ARG_MEM_WRITE: return args[n] && refuse_memory(m, n, arg, args[n], MEM_WRITE, fault);
    case ARG_LONG_WRITE: return refuse_memory(m, n, arg, 8, MEM_WRITE, fault);
    case ARG_SIZE: return arg == 0 || arg > SIZE_MAX_BYTES;
    case ARG_STRING: return refuse_string(m, n, arg, fault);
    case ARG_RINGBUF_RECORD: return !ringbuf_is_record(m, arg);
    }
    return true;
}

static const struct scripted_result *
find_script(const struct machine *m, int32_t id)
{
    for (uint32_t i = 0; i < m->n_scripted; i++)
        if (m->scripted[i].id == id)
            return &m->scripted[i];
    return NULL;
}

static void
clobber(struct machine *m)
{
    for (int r = REG_1; r <= REG_5; r++)
        m->regs[r] = REG_CLOBBERED;
}

static enum helper_outcome
done(struct machine *m, uint64_t result)
{
    clobber(m);
    m->regs[REG_0] = result;
    m->pc++;
    return HELPER_DONE;
}

static enum helper_outcome
no_helper(struct fault *fault)
{
    *fault = (struct fault){ .kind = FAULT_NO_HELPER };
    return HELPER_FAULT;
}

/* What a CALL, CALLK or CALLX at m->pc names: its scripted id and its row, NULL when it is not modelled. */
static const struct helper_row *
callee(const struct machine *m, int32_t *id)
{
    const struct insn *insn = &m->program->insns[m->pc];
    const struct ref *ref = program_ref_at(m->program, m->pc, REF_EXTERN);
    *id = (int32_t)insn->imm;
    if (ref) {
        *id = ~(int32_t)ref->index;
        return helper_builtin(m->program->externs[ref->index].name);
    }
    if (insn_kind(insn) == KIND_CALLX)
        *id = (int32_t)m->regs[insn->dst];
    return insn_kind(insn) == KIND_CALLK ? NULL : helper_row(*id);
}

const struct helper_row *
helper_row(int32_t id)
{
    return id > 0 && id < (int32_t)ARRAY_LEN(rows) && rows[id].name ? &rows[id] : NULL;
}

int32_t
helper_id(const char *name)
{
    if (strncmp(name, "bpf_", 4) == 0)
        name += 4;
    for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].name && strcmp(rows[i].name + 4, name) == 0)
            return (int32_t)i;
    return -1;
}

const char *
helper_name(int32_t id)
{
    const struct helper_row *row = helper_row(id);
    return row ? row->name : NULL;
}

const struct helper_row *
helper_builtin(const char *name)
{
    for (uint32_t i = 0; i < ARRAY_LEN(builtins); i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

enum helper_outcome
helper_call(struct machine *m, struct fault *fault)
{
    int32_t id;
    uint64_t args[5], result;
    uint32_t depth = m->depth;
    if (helper_loop_resume(m, &result))
        return m->depth != depth ? HELPER_JUMP : done(m, result);
    const struct helper_row *row = callee(m, &id);
    const struct scripted_result *script = m->n_scripted ? find_script(m, id) : NULL;
    if (script)
        return done(m, script->value);
    if (!row || !row->fn)
        return no_helper(fault);
    memcpy(args, &m->regs[REG_1], sizeof args);
    for (uint8_t n = 1; n <= 5 && row->args[n - 1] != ARG_NONE; n++)
        if (refuse_arg(m, row, n, args, fault))
            return HELPER_FAULT;
    fault->kind = FAULT_NONE;
    result = row->fn(m, args, fault);
    if (fault->kind)
        return HELPER_FAULT;
    if (m->depth != depth)
        return HELPER_JUMP;
    if (id == BPF_FUNC_tail_call && result == 0) {
        clobber(m);
        m->regs[REG_0] = REG_CLOBBERED;
        m->regs[REG_1] = m->ctx;
        return HELPER_JUMP;
    }
    return done(m, result);
}

enum helper_outcome
helper_load_packet(struct machine *m, struct fault *fault)
{
    const struct insn *insn = &m->program->insns[m->pc];
    uint64_t off = (uint64_t)insn->imm + (insn_kind(insn) == KIND_LDIND ? m->regs[insn->src] : 0);
    uint64_t value;
    if (!m->type->has_ld_abs || m->regs[REG_6] != m->ctx) {
        *fault = (struct fault){ .kind = FAULT_HELPER, .addr = m->regs[REG_6], .arg = 0 };
        return HELPER_FAULT;
    }
    if (packet_load(m, (int32_t)off, insn_row(insn)->width_bits / 8, &value))
        return done(m, value);
    clobber(m);
    m->regs[REG_0] = 0;
    m->has_exited = true;
    return HELPER_JUMP;
}
