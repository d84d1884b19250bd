/* Machine code as text: capstone's, with the guest's names for registers and cells behind it. See native.h.
 * Capstone is loaded when it is needed first: linked, its tables for ten processors would cost every start 0.8 ms. */
#include "config.h"

#include "jit/native.h"

#include "sim/base/base.h"

#include <capstone/capstone.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is used of the library. */
struct native_text {
    void *library;
    csh handle;
    cs_insn *insn; /* room for one */
    cs_err (*open)(cs_arch, cs_mode, csh *);
    cs_err (*close)(csh *);
    cs_err (*option)(csh, cs_opt_type, size_t);
    bool (*disasm_iter)(csh, const uint8_t **, size_t *, uint64_t *, cs_insn *);
    cs_insn *(*malloc)(csh);
    void (*free)(cs_insn *, size_t);
};

/* ---------------------------------------------------------------- the library */

static bool
find_functions(struct native_text *t)
{
    const struct {
        const char *name;
        void *to;
    } functions[] = {
        { "cs_open", &t->open },         { "cs_close", &t->close },   { "cs_option", &t->option }, { "cs_disasm_iter", &t->disasm_iter },
        { "cs_malloc", &t->malloc },     { "cs_free", &t->free },
    };
    for (uint32_t i = 0; i < ARRAY_LEN(functions); i++) {
        void *function = dlsym(t->library, functions[i].name);
        if (!function)
            return false;
        memcpy(functions[i].to, &function, sizeof function);
    }
    return true;
}

void
native_text_free(struct native_text *t)
{
    if (!t)
        return;
    if (t->insn)
        t->free(t->insn, 1);
    if (t->handle)
        t->close(&t->handle);
    if (t->library)
        dlclose(t->library);
    free(t);
}

static enum err
open_library(struct native_text **out, struct errinfo *e)
{
    char name[32];
    snprintf(name, sizeof name, "libcapstone.so.%d", CS_API_MAJOR);
    struct native_text *t = xcalloc(1, sizeof *t);
    t->library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!t->library || !find_functions(t) || t->open(CS_ARCH_X86, CS_MODE_64, &t->handle) != CS_ERR_OK ||
        t->option(t->handle, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK || !(t->insn = t->malloc(t->handle))) {
        native_text_free(t);
        return err_set(e, ERR_DISASSEMBLER, name, 0, 0, 0);
    }
    *out = t;
    return OK;
}

/* ---------------------------------------------------------------- names */

struct cell_name {
    size_t off;
    const char *name;
};

/* The cell at an offset from the first one; "" when there is none. */
static void
put_cell(const struct compiled *c, uint32_t off, struct buf *out)
{
#define CELL_NAME(field) { offsetof(struct cells, field), #field }
    static const struct cell_name names[] = {
        CELL_NAME(regs),       CELL_NAME(memory),    CELL_NAME(frame),   CELL_NAME(frame_end), CELL_NAME(frame_pointer),
        CELL_NAME(may_goto),   CELL_NAME(host_rsp),  CELL_NAME(run),     CELL_NAME(outside),   CELL_NAME(may_goto_limit),
        CELL_NAME(guest_rsp),  CELL_NAME(left),      CELL_NAME(cycles),  CELL_NAME(site),      CELL_NAME(exit_pc),
        CELL_NAME(go),         CELL_NAME(condition_addr),
    };
#undef CELL_NAME
    if (off >= offsetof(struct cells, bounds)) {
        uint32_t at = off - (uint32_t)offsetof(struct cells, bounds), check = at / sizeof(struct bounds);
        bool is_lo = at % sizeof(struct bounds) == offsetof(struct bounds, lo);
        if (check < c->blocks.n_checks)
            buf_printf(out, is_lo ? "lowest good r%u" : "number of good r%u", c->blocks.checks[check].base);
        else /* of a condition, or of a check that is gone */
            buf_puts(out, is_lo ? "lowest good address" : "number of good addresses");
        return;
    }
    for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].off == off)
            buf_puts(out, names[i].name);
}

/* The register's number in machine code, for any of its widths; NO_REG for others. */
static enum x64_reg
number_of(x86_reg reg)
{
    static const uint16_t widths[NO_REG][4] = {
        { X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL },      { X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL },
        { X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL },      { X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL },
        { X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_SPL },     { X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL },
        { X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL },     { X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL },
        { X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B },     { X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B },
        { X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B }, { X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B },
        { X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B }, { X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B },
        { X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B }, { X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B },
    };
    for (uint32_t i = 0; i < NO_REG; i++)
        for (uint32_t k = 0; k < ARRAY_LEN(widths[i]); k++)
            if (widths[i][k] == reg)
                return i;
    return NO_REG;
}

/* What the register holds while guest code runs; NULL when that has no name. */
static const char *
guest_name(const struct compiled *c, x86_reg reg)
{
    static const char *const names[N_REGS] = { "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10" };
    enum x64_reg number = number_of(reg);
    for (uint32_t i = 0; i < N_REGS; i++)
        if (host_reg[i] == number)
            return names[i];
    return number == HOST_LEFT ? "instructions left" : number == HOST_CYCLES && c->counts_cycles ? "cycles" : NULL;
}

/* "[r1+4]" for guest memory, a cell's name, or nothing. insn_end: offset of what rip is relative to. */
static void
put_memory(const struct compiled *c, const x86_op_mem *mem, uint32_t insn_end, struct buf *out)
{
    uint64_t cells = (uint64_t)(c->mem.cells - c->mem.code);
    if (mem->base == X86_REG_RIP) {
        uint64_t at = insn_end + (uint64_t)mem->disp;
        if (at >= cells)
            put_cell(c, (uint32_t)(at - cells), out);
    } else if (number_of(mem->base) == HOST_BOUNDS && !c->counts_cycles) {
        put_cell(c, (uint32_t)((int64_t)offsetof(struct cells, bounds) + mem->disp), out);
    } else if (number_of(mem->base) == HOST_MEMORY && guest_name(c, mem->index)) {
        buf_printf(out, "[%s", guest_name(c, mem->index));
        if (mem->disp)
            buf_printf(out, "%+" PRId64, mem->disp);
        buf_putc(out, ']');
    } else if (guest_name(c, mem->base)) {
        buf_puts(out, guest_name(c, mem->base));
        if (guest_name(c, mem->index))
            buf_printf(out, ", %s", guest_name(c, mem->index));
    }
}

/* Where a jump or call goes to: an instruction, or a piece that is none. */
static void
put_target(const struct native_view *view, uint32_t target, struct buf *out)
{
    const struct native_piece *piece = native_piece_at(view, target);
    if (!piece || piece->offset != target)
        return;
    if (piece->kind == NATIVE_INSN || piece->kind == NATIVE_COUNT)
        buf_printf(out, "to %u", piece->pc);
    else
        buf_printf(out, "to %s", native_rows[piece->kind].text);
}

static bool
is_branch(const cs_insn *insn)
{
    for (uint8_t i = 0; i < insn->detail->groups_count; i++)
        if (insn->detail->groups[i] == X86_GRP_JUMP || insn->detail->groups[i] == X86_GRP_CALL)
            return true;
    return false;
}

static void
put_operand(const struct compiled *c, const struct native_view *view, const cs_insn *insn, const cs_x86_op *op, bool in_guest,
            struct buf *out)
{
    const char *name;
    switch (op->type) {
    case X86_OP_REG:
        if (in_guest && (name = guest_name(c, op->reg)))
            buf_puts(out, name);
        break;
    case X86_OP_MEM:
        if (in_guest || op->mem.base == X86_REG_RIP)
            put_memory(c, &op->mem, (uint32_t)insn->address + insn->size, out);
        break;
    case X86_OP_IMM:
        if (is_branch(insn))
            put_target(view, (uint32_t)op->imm, out);
        break;
    default:
        break;
    }
}

/* Everything that the guest has a name for, each once. in_guest: the registers are the guest's. */
static void
put_names(const struct compiled *c, const struct native_view *view, const cs_insn *insn, bool in_guest, struct buf *out)
{
    char last[48] = "";
    size_t start = out->len;
    for (uint8_t i = 0; i < insn->detail->x86.op_count; i++) {
        struct buf name = BUF_EMPTY;
        put_operand(c, view, insn, &insn->detail->x86.operands[i], in_guest, &name);
        if (name.len && strcmp(name.text, last) != 0)
            buf_printf(out, "%s%s", out->len > start ? ", " : "", name.text);
        snprintf(last, sizeof last, "%s", buf_text(&name));
        buf_free(&name);
    }
}

/* ---------------------------------------------------------------- lines */

static void
put_bytes(const uint8_t *bytes, uint32_t n, struct buf *out)
{
    enum { SHOWN = 11 }; /* no instruction of ours is longer but a 64-bit constant */
    for (uint32_t i = 0; i < SHOWN || i < n; i++) {
        if (i < n)
            buf_printf(out, "%02x ", bytes[i]);
        else
            buf_puts(out, "   ");
    }
    buf_putc(out, ' ');
}

static void
put_line(const struct compiled *c, const struct native_view *view, const cs_insn *insn, const struct native_style *style, bool in_guest,
         struct buf *out)
{
    enum { TEXT_COLUMNS = 40 };
    bool is_marked = style->mark && style->marked >= insn->address && style->marked < insn->address + insn->size;
    char text[sizeof insn->mnemonic + sizeof insn->op_str + 2];
    struct buf names = BUF_EMPTY;
    snprintf(text, sizeof text, "%-6s %s", insn->mnemonic, insn->op_str);
    put_names(c, view, insn, in_guest, &names);
    buf_printf(out, "%s0x%04" PRIx64 "  ", is_marked ? style->mark : style->lead, insn->address);
    if (style->with_bytes)
        put_bytes(insn->bytes, insn->size, out);
    if (names.len)
        buf_printf(out, "%-*s ; %s\n", TEXT_COLUMNS, text, names.text);
    else
        buf_printf(out, "%s\n", text);
    buf_free(&names);
}

enum err
native_disassemble(const struct compiled *c, struct native *native, const struct native_view *view, const struct native_piece *piece,
                   const struct native_style *style, struct buf *out, struct errinfo *e)
{
    enum err err = native->text ? OK : open_library(&native->text, e);
    if (err)
        return err;
    struct native_text *t = native->text;
    t->option(t->handle, CS_OPT_SYNTAX, style->is_att ? CS_OPT_SYNTAX_ATT : CS_OPT_SYNTAX_INTEL);
    const uint8_t *at = c->mem.code + piece->offset;
    size_t left = piece->n_bytes;
    uint64_t address = piece->offset;
    while (left && t->disasm_iter(t->handle, &at, &left, &address, t->insn))
        put_line(c, view, t->insn, style, piece->pc != NATIVE_NO_PC, out);
    if (left) { /* what was cut by a jump over its beginning */
        buf_printf(out, "%s0x%04" PRIx64 "  ", style->lead, address);
        put_bytes(at, (uint32_t)left, out);
        buf_putc(out, '\n');
    }
    return OK;
}
