/* Instructions of a program with names. See listing.h. */
#include "config.h"

#include "sim/machine/listing.h"

#include "sim/machine/helper.h"

#include <inttypes.h>
#include <string.h>

/* The instruction being listed; holds what the names callbacks return. */
struct listing {
    const struct program *program;
    struct buf name;
};

static const char *
name_of_helper(void *arg, int32_t id)
{
    return helper_name(id);
}

/* Only the beginning of a function has a name: labels inside would hide the distance that counts. */
static const char *
name_of_target(void *arg, uint32_t pc)
{
    const struct listing *l = arg;
    const struct function *f = pc < l->program->n_slots ? program_function_at(l->program, pc) : NULL;
    return f && f->pc == pc ? f->name : NULL;
}

static void
put_addend(struct buf *out, int64_t addend)
{
    if (addend)
        buf_printf(out, "%c0x%llx", addend < 0 ? '-' : '+', addend < 0 ? 0 - (unsigned long long)addend : (unsigned long long)addend);
}

/* "map[flows]", ".rodata+0x10", "code[callback]", "bpf_prog_active": what the instruction at pc was relocated against. */
static const char *
name_of_constant(void *arg, uint32_t pc)
{
    struct listing *l = arg;
    const struct program *p = l->program;
    const struct ref *ref;
    if ((ref = program_ref_at(p, pc, REF_MAP))) {
        buf_printf(&l->name, "map[%s]", p->maps[ref->index].name);
    } else if ((ref = program_ref_at(p, pc, REF_DATA))) {
        buf_puts(&l->name, p->maps[ref->index].name);
        put_addend(&l->name, ref->addend);
    } else if ((ref = program_ref_at(p, pc, REF_FUNC))) {
        buf_printf(&l->name, "code[%s]", p->functions[ref->index].name);
    } else if ((ref = program_ref_at(p, pc, REF_EXTERN))) {
        buf_puts(&l->name, p->externs[ref->index].name);
        put_addend(&l->name, ref->addend);
    } else {
        return NULL;
    }
    return buf_text(&l->name);
}

static void
put_illegal(const struct program *p, uint32_t pc, struct buf *out)
{
    buf_puts(out, "(illegal:");
    for (uint32_t i = 0; i < SLOT_BYTES; i++)
        buf_printf(out, " %02x", p->code[(size_t)pc * SLOT_BYTES + i]);
    buf_putc(out, ')');
}

static bool
is_call(const struct insn *insn)
{
    enum insn_kind kind = insn_kind(insn);
    return kind == KIND_CALL || kind == KIND_CALLL || kind == KIND_CALLK;
}

void
listing_insn(const struct program *p, uint32_t pc, enum syntax syntax, struct buf *out)
{
    const struct insn *insn = &p->insns[pc];
    struct listing listing = { .program = p };
    const struct insn_names names = { name_of_helper, name_of_target, name_of_constant, &listing };
    const struct ref *outside = insn->flags & INSN_UNRESOLVED && is_call(insn) ? program_ref_at(p, pc, REF_EXTERN) : NULL;
    if (insn->op == OP_illegal)
        put_illegal(p, pc, out);
    else if (outside)
        buf_printf(out, "call %s", p->externs[outside->index].name);
    else
        insn_disasm(insn, pc, syntax, &names, out);
    if (insn->flags & INSN_UNRESOLVED)
        buf_puts(out, " ; unresolved");
    const struct ref *core = program_ref_at(p, pc, REF_CORE);
    if (core)
        buf_printf(out, " ; CO-RE %s", p->core_relos[core->index].spec);
    if (insn->flags & INSN_RESERVED)
        buf_puts(out, " ; uses reserved fields");
    buf_free(&listing.name);
}

void
listing_place(const struct program *p, uint32_t pc, struct buf *out)
{
    const struct function *f = program_function_at(p, pc);
    const struct line *line = program_line_at(p, pc);
    buf_printf(out, "insn %" PRIu32, pc);
    if (f)
        buf_printf(out, " <%s+%" PRIu32 ">", f->name, pc - f->pc);
    if (line) {
        const char *file = p->files[line->file];
        buf_printf(out, ", %s:%" PRIu32, strncmp(file, "./", 2) ? file : file + 2, line->line);
    }
}
