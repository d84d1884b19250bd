/* DWARF's location expressions in the few forms of variables.h, and the faults that compilers make in them. See dwarf.h. */
#include "config.h"

#include "sim/object/dwarf.h"

#include "sim/base/base.h"
#include "sim/object/variables.h"

#include <dwarf.h>
#include <string.h>

/* The type that an operation names by its DIE: size and sign; size 0 is the generic type, an address. */
static struct place_op
convert_op(Dwarf_Attribute *attr, const Dwarf_Op *op)
{
    Dwarf_Attribute of;
    Dwarf_Die die;
    Dwarf_Word encoding = 0, n_bytes = 0;
    if (!op->number)
        return (struct place_op){ .op = DW_OP_convert, .a = 8 };
    if (dwarf_getlocation_die(attr, op, &die) || !dwarf_attr(&die, DW_AT_encoding, &of) || dwarf_formudata(&of, &encoding))
        return (struct place_op){ 0 };
    n_bytes = dwarf_type_bytes(&die);
    if (!n_bytes || n_bytes > 8 || (n_bytes & (n_bytes - 1)))
        return (struct place_op){ 0 };
    return (struct place_op){ .op = DW_OP_convert, .a = n_bytes, .b = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char };
}

/* The value of a register when the function was entered: the expression inside is a register's name, everything else is unknown. */
static struct place_op
entry_op(Dwarf_Attribute *attr, const Dwarf_Op *op)
{
    Dwarf_Attribute of;
    Dwarf_Op *inner;
    size_t n = 0;
    if (dwarf_getlocation_attr(attr, op, &of) || dwarf_getlocation(&of, &inner, &n) || n != 1)
        return (struct place_op){ 0 };
    bool is_register = inner->atom >= DW_OP_reg0 && inner->atom <= DW_OP_reg31;
    return is_register ? (struct place_op){ .op = DW_OP_entry_value, .a = inner->atom - DW_OP_reg0 } : (struct place_op){ 0 };
}

static struct place_op
implicit_op(Dwarf_Attribute *attr, const Dwarf_Op *op)
{
    Dwarf_Block block;
    struct place_op out = { .op = DW_OP_implicit_value };
    if (dwarf_getlocation_implicit_value(attr, op, &block) || block.length > sizeof out.a)
        return (struct place_op){ 0 };
    memcpy(&out.a, block.data, block.length);
    out.b = (int64_t)block.length;
    return out;
}

static struct place_op
number_op(uint64_t value)
{
    return (struct place_op){ .op = DW_OP_const8u, .a = value };
}

/* A number whose relocation libdw knows nothing of: it stands in .debug_addr. */
static struct place_op
address_op(Dwarf_Attribute *attr, const Dwarf_Op *op)
{
    Dwarf_Attribute of;
    Dwarf_Addr address;
    if (dwarf_getlocation_attr(attr, op, &of) || dwarf_formaddr(&of, &address))
        return (struct place_op){ 0 };
    return number_op(address);
}

static struct place_op
read_op(Dwarf_Attribute *attr, const Dwarf_Op *op)
{
    uint8_t atom = op->atom;
    if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31)
        return number_op((uint64_t)atom - DW_OP_lit0);
    if (atom >= DW_OP_reg0 && atom <= DW_OP_reg31)
        return (struct place_op){ .op = DW_OP_regx, .a = (uint64_t)atom - DW_OP_reg0 };
    if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31)
        return (struct place_op){ .op = DW_OP_bregx, .a = (uint64_t)atom - DW_OP_breg0, .b = (int64_t)op->number };
    switch (atom) {
    case DW_OP_addr:
    case DW_OP_const1u:
    case DW_OP_const1s:
    case DW_OP_const2u:
    case DW_OP_const2s:
    case DW_OP_const4u:
    case DW_OP_const4s:
    case DW_OP_const8u:
    case DW_OP_const8s:
    case DW_OP_constu:
    case DW_OP_consts:
        return number_op(op->number);
    case DW_OP_addrx:
    case DW_OP_constx:
    case DW_OP_GNU_addr_index:
        return address_op(attr, op);
    case DW_OP_regx:
        return (struct place_op){ .op = DW_OP_regx, .a = op->number };
    case DW_OP_bregx:
        return (struct place_op){ .op = DW_OP_bregx, .a = op->number, .b = (int64_t)op->number2 };
    case DW_OP_fbreg: /* gcc says that the frame base is r9, and never uses it */
        return (struct place_op){ .op = DW_OP_bregx, .a = REG_10, .b = (int64_t)op->number };
    case DW_OP_piece:
        return (struct place_op){ .op = DW_OP_bit_piece, .a = op->number > UINT32_MAX ? UINT32_MAX : 8 * op->number };
    case DW_OP_bit_piece:
        return (struct place_op){ .op = DW_OP_bit_piece, .a = op->number, .b = (int64_t)op->number2 };
    case DW_OP_deref:
        return (struct place_op){ .op = DW_OP_deref_size, .a = 8 };
    case DW_OP_deref_size:
    case DW_OP_plus_uconst:
    case DW_OP_pick:
        return (struct place_op){ .op = atom, .a = op->number };
    case DW_OP_convert:
    case DW_OP_GNU_convert:
        return convert_op(attr, op);
    case DW_OP_entry_value:
    case DW_OP_GNU_entry_value:
        return entry_op(attr, op);
    case DW_OP_implicit_value:
        return implicit_op(attr, op);
    case DW_OP_dup:
    case DW_OP_drop:
    case DW_OP_over:
    case DW_OP_swap:
    case DW_OP_rot:
    case DW_OP_abs:
    case DW_OP_and:
    case DW_OP_div:
    case DW_OP_minus:
    case DW_OP_mod:
    case DW_OP_mul:
    case DW_OP_neg:
    case DW_OP_not:
    case DW_OP_or:
    case DW_OP_plus:
    case DW_OP_shl:
    case DW_OP_shr:
    case DW_OP_shra:
    case DW_OP_xor:
    case DW_OP_eq:
    case DW_OP_ge:
    case DW_OP_gt:
    case DW_OP_le:
    case DW_OP_lt:
    case DW_OP_ne:
    case DW_OP_nop:
    case DW_OP_stack_value:
        return (struct place_op){ .op = atom };
    default:
        return (struct place_op){ 0 };
    }
}

/* gcc extends the sign of a narrow value by shifting it up and down again, and its debug information has the way up only: twice, when the
 * way down follows, or once, at the end. Both give 0 always, which nobody would have computed: so it must be that fault. */
static void
mend_shifts(struct variables *v, uint32_t first, uint64_t type_bytes)
{
    struct place_op *ops = v->ops + first;
    uint32_t n = v->n_ops - first;
    for (uint32_t i = 0; i + 4 <= n; i++) {
        bool is_twice = ops[i].op == DW_OP_const8u && ops[i + 1].op == DW_OP_shl && ops[i + 2].op == DW_OP_const8u && ops[i + 3].op == DW_OP_shl;
        if (is_twice && ops[i].a == ops[i + 2].a && ops[i].a >= 32) {
            memmove(&ops[i], &ops[i + 2], (n - i - 2) * sizeof *ops);
            n -= 2;
        }
    }
    v->n_ops = first + n;
    bool is_up = n >= 3 && ops[n - 3].op == DW_OP_const8u && ops[n - 2].op == DW_OP_shl && ops[n - 1].op == DW_OP_stack_value;
    if (is_up && type_bytes && ops[n - 3].a < 64 && ops[n - 3].a >= 8 * type_bytes) {
        uint64_t by = ops[n - 3].a;
        ops[n - 1] = number_op(by);
        *LIST_ADD(v->ops, v->n_ops) = (struct place_op){ .op = DW_OP_shr };
        *LIST_ADD(v->ops, v->n_ops) = (struct place_op){ .op = DW_OP_stack_value };
    }
}

void
dwarf_place_add(struct variables *v, Dwarf_Attribute *attr, const Dwarf_Op *ops, size_t n_ops, uint64_t type_bytes)
{
    uint32_t first = v->n_ops;
    for (size_t i = 0; i < n_ops && v->n_ops < DWARF_MAX_OPS; i++)
        *LIST_ADD(v->ops, v->n_ops) = read_op(attr, &ops[i]);
    mend_shifts(v, first, type_bytes);
}

/* ---- clang's frames */

/* How far below r10 the code reaches: accesses relative to r10, and registers that are made of it. */
static uint64_t
reach_of(const struct program *p, uint32_t pc, uint32_t n_slots)
{
    uint16_t copies = 1 << REG_10; /* registers that hold r10 */
    int64_t lowest = 0;
    for (uint32_t i = pc; i < pc + n_slots && i < p->n_slots; i++) {
        const struct insn *insn = &p->insns[i];
        enum insn_kind kind = insn_kind(insn);
        bool is_load = kind == KIND_LDX || kind == KIND_LDSX;
        bool is_store = kind == KIND_ST || kind == KIND_STX || kind == KIND_ATOMIC || kind == KIND_ATOMIC_FETCH;
        if (is_load || is_store) {
            uint8_t base = is_load ? insn->src : insn->dst;
            lowest = (copies >> base & 1) && insn->off < lowest ? insn->off : lowest;
        }
        if (insn->op == OP_add64_k && (copies >> insn->dst & 1))
            lowest = insn->imm < lowest ? insn->imm : lowest;
        bool is_copy = insn->op == OP_mov64_x && (copies >> insn->src & 1);
        copies = (uint16_t)(copies & ~insn_writes(insn)) | 1 << REG_10;
        if (is_copy)
            copies |= (uint16_t)(1 << insn->dst);
    }
    return (uint64_t)-lowest;
}

void
dwarf_places_mend_frame(const struct program *p, struct variables *v, uint32_t first_op, uint32_t pc, uint32_t n_slots, uint64_t extent)
{
    bool is_counted_from_below = false;
    for (uint32_t i = first_op; i < v->n_ops; i++)
        is_counted_from_below |= v->ops[i].op == DW_OP_bregx && v->ops[i].a == REG_10 && v->ops[i].b >= 0;
    if (!is_counted_from_below)
        return;
    uint64_t reach = reach_of(p, pc, n_slots), n_bytes = ROUND_UP(reach > extent ? reach : extent, 8);
    for (uint32_t i = first_op; i < v->n_ops; i++) {
        if (v->ops[i].op == DW_OP_bregx && v->ops[i].a == REG_10)
            v->ops[i].b -= (int64_t)n_bytes;
    }
}
