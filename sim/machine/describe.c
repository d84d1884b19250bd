/* Guest addresses and faults in words. The only place where the machine makes sentences; it changes nothing. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "sim/machine/map.h"
#include "sim/machine/progtype.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* Further away than this a region has nothing to do with the address. */
enum { NEAR_BYTES = 1 << 16 };

static const char *
ctx_name(const struct machine *m)
{
    switch (m->type->family) {
    case CTX_XDP: return "xdp_md";
    case CTX_FLOW:
    case CTX_SKB: return "__sk_buff";
    default: return "ctx";
    }
}

static uint64_t
element_start(const struct region *r, uint64_t addr)
{
    if (r->n == 1 || addr < r->base)
        return r->base;
    uint64_t i = (addr - r->base) / r->stride;
    return r->base + (i < r->n ? i : r->n - 1) * r->stride;
}

static void
put_offset(struct buf *out, const char *name, int64_t off)
{
    buf_printf(out, "%s%+" PRId64, name, off);
}

static void
put_map_value(const struct machine *m, const struct region *r, uint64_t elem, struct buf *out)
{
    const struct map *map = &m->maps[r->index];
    uint8_t key[512];
    if (!map_has_keys(map)) {
        buf_printf(out, "%s record", map->def->name);
        return;
    }
    buf_printf(out, "%s[", map->def->name);
    if (!map_key_at((struct machine *)m, (struct map *)map, elem, key)) {
        buf_printf(out, "free element %" PRIu64, (elem - r->base) / (r->stride ? r->stride : 1));
    } else if (map->def->key_bytes == 4 && map->is_indexed) {
        uint32_t i;
        memcpy(&i, key, sizeof i);
        buf_printf(out, "%" PRIu32, i);
    } else {
        for (uint32_t i = 0; i < map->def->key_bytes; i++)
            buf_printf(out, "%02x", key[i]);
    }
    buf_putc(out, ']');
    if (map->n_copies > 1)
        buf_printf(out, "@cpu%" PRIu64, (elem - r->base) / r->stride % map->n_copies);
}

/* "pkt+62", as seen from the region that is nearest. */
static void
put_address(const struct machine *m, const struct region *r, uint64_t addr, struct buf *out)
{
    int64_t off = (int64_t)(addr - r->origin);
    uint64_t elem = element_start(r, addr);
    switch ((enum region_kind)r->kind) {
    case REGION_STACK:
        put_offset(out, "fp", off);
        if (r->index != m->depth)
            buf_printf(out, " of frame %u", r->index);
        break;
    case REGION_CTX: put_offset(out, ctx_name(m), off); break;
    case REGION_PACKET: put_offset(out, m->type->family == CTX_GENERIC ? "mem" : "pkt", off); break;
    case REGION_MAP:
        put_map_value(m, r, elem, out);
        put_offset(out, "", (int64_t)(addr - elem));
        break;
    case REGION_DATA: put_offset(out, m->maps[r->index].def->name, off); break;
    case REGION_KERNEL: put_offset(out, "kernel", off); break;
    case REGION_USER: buf_printf(out, "0x%" PRIx64, addr); break;
    }
}

/* "the 64-byte packet" */
static void
put_region(const struct machine *m, const struct region *r, uint64_t addr, struct buf *out)
{
    switch ((enum region_kind)r->kind) {
    case REGION_STACK: buf_printf(out, "the stack of frame %u", r->index); break;
    case REGION_CTX: buf_printf(out, "the %u-byte %s", m->type->n_fields ? m->type->ctx_bytes : r->elem_bytes, ctx_name(m)); break;
    case REGION_PACKET:
        buf_printf(out, "the %u-byte %s", r->base + r->elem_bytes - r->origin, m->type->family == CTX_GENERIC ? "memory" : "packet");
        break;
    case REGION_MAP:
        buf_printf(out, "the %u-byte value ", r->elem_bytes);
        put_map_value(m, r, element_start(r, addr), out);
        break;
    case REGION_DATA: buf_printf(out, "the %u bytes of %s", r->elem_bytes, m->maps[r->index].def->name); break;
    case REGION_KERNEL: buf_printf(out, "%u bytes of kernel memory", r->elem_bytes); break;
    case REGION_USER: buf_printf(out, "the %u bytes at 0x%x", r->elem_bytes, r->base); break;
    }
}

/* Pointers that are not memory. True when addr is one of them. */
static bool
put_special(const struct machine *m, uint64_t addr, struct buf *out)
{
    uint64_t map = (addr - GUEST_MAP) / MAP_STRIDE;
    if (addr >= GUEST_MAP && map < m->program->n_maps) {
        buf_printf(out, "map %s", m->program->maps[map].name);
        if ((addr - GUEST_MAP) % MAP_STRIDE)
            buf_printf(out, "+%" PRIu64, (addr - GUEST_MAP) % MAP_STRIDE);
        return true;
    }
    if (addr >= GUEST_CODE && addr < GUEST_CODE_OF(m->program->n_slots)) {
        buf_printf(out, "code at slot %" PRIu64, (addr - GUEST_CODE) / 8);
        return true;
    }
    return false;
}

static const struct ctx_field *
field_at(const struct machine *m, uint64_t addr)
{
    for (uint32_t i = 0; i < m->type->n_fields; i++) {
        const struct ctx_field *f = &m->type->fields[i];
        if (addr >= GUEST_CTX + f->off && addr < GUEST_CTX + f->off + f->bytes)
            return f;
    }
    return NULL;
}

static void
put_plural(struct buf *out, uint64_t n)
{
    buf_printf(out, "%" PRIu64 " byte%s", n, n == 1 ? "" : "s");
}

static void
put_access(const struct fault *fault, struct buf *out)
{
    buf_puts(out, fault->access & MEM_WRITE ? "write of " : "read of ");
    put_plural(out, fault->len);
}

/* An access below GUEST_LO or just under the top of the address space: arithmetic on a null pointer. */
static bool
put_null(const struct fault *fault, struct buf *out)
{
    int64_t off = (int64_t)fault->addr;
    if (off <= -(int64_t)GUEST_LO || off >= (int64_t)GUEST_LO)
        return false;
    buf_puts(out, fault->access & MEM_WRITE ? " to a null pointer" : " at a null pointer");
    if (off)
        buf_printf(out, " %c %" PRId64, off < 0 ? '-' : '+', off < 0 ? -off : off);
    return true;
}

/* The access can't be made: why, from what lies around it. */
static void
put_memory_fault(const struct machine *m, const struct fault *fault, struct buf *out)
{
    put_access(fault, out);
    if (put_null(fault, out))
        return;
    uint64_t addr = fault->addr, distance = UINT64_MAX;
    const struct ctx_field *field = field_at(m, addr);
    buf_puts(out, " at ");
    if (put_special(m, addr, out)) {
        buf_puts(out, addr < GUEST_CODE ? ": a map is not memory, pass it to a helper" : ": code can't be accessed");
        return;
    }
    const struct region *r = memory_nearest(&m->mem, addr, &distance);
    if (!r || distance > NEAR_BYTES) {
        buf_printf(out, "0x%" PRIx64 ": nothing is mapped there", addr);
        return;
    }
    put_address(m, r, addr, out);
    uint64_t lo = element_start(r, addr), hi = lo + r->elem_bytes;
    if (field && !(field->access & CTX_READ)) {
        buf_printf(out, ": a program of type %s has no access to %s.%s", m->type->name, ctx_name(m), field->name);
    } else if (addr >= lo && addr + fault->len <= hi) {
        buf_puts(out, r->access & MEM_READ ? ", which is read-only" : ", which is write-only");
        if (field)
            buf_printf(out, " (%s.%s)", ctx_name(m), field->name);
    } else if (r->kind == REGION_CTX && m->type->n_fields && addr + fault->len <= GUEST_CTX + m->type->ctx_bytes) {
        buf_printf(out, ", across fields of %s that differ in access", ctx_name(m));
    } else {
        buf_puts(out, ", ");
        put_plural(out, addr < lo ? lo - addr : addr + fault->len - hi);
        buf_puts(out, addr < lo ? (r->kind == REGION_STACK ? " below " : " before the start of ") : " past the end of ");
        put_region(m, r, addr, out);
    }
}

/* What a call at pc names: a helper, or a symbol outside of the object. */
static void
put_callee(const struct machine *m, struct buf *out)
{
    const struct insn *insn = &m->program->insns[m->pc];
    const struct ref *ref = program_ref_at(m->program, m->pc, REF_EXTERN);
    const char *name = helper_name((int32_t)insn->imm);
    if (ref)
        buf_puts(out, m->program->externs[ref->index].name);
    else if (insn_kind(insn) == KIND_CALLK)
        buf_printf(out, "kfunc %" PRId64, insn->imm);
    else if (name)
        buf_puts(out, name);
    else
        buf_printf(out, "helper %" PRId64, insn->imm);
}

static void
put_helper_fault(const struct machine *m, const struct fault *fault, struct buf *out)
{
    const struct insn *insn = &m->program->insns[m->pc];
    const struct helper_row *row = insn_kind(insn) == KIND_CALL ? helper_row((int32_t)insn->imm) : NULL;
    enum helper_arg kind = row && fault->arg >= 1 && fault->arg <= 5 ? (enum helper_arg)row->args[fault->arg - 1] : ARG_ANY;
    uint64_t map = (fault->addr - GUEST_MAP) / MAP_STRIDE;

    if (insn_kind(insn) == KIND_LDABS || insn_kind(insn) == KIND_LDIND) {
        if (m->type->has_ld_abs)
            buf_puts(out, "a load from the packet takes the context in r6");
        else
            buf_printf(out, "programs of type %s have no loads from the packet", m->type->name);
        return;
    }
    buf_printf(out, "argument %u of ", fault->arg);
    put_callee(m, out);
    if (kind == ARG_MAP && fault->addr >= GUEST_MAP && map < m->program->n_maps && (fault->addr - GUEST_MAP) % MAP_STRIDE == 0) {
        const char *type = map_type_name(m->maps[map].def->type);
        buf_printf(out, ": %s is a map of type %s, ", m->program->maps[map].name, type ? type : "unknown");
        buf_puts(out, m->maps[map].ops ? "which this helper does not take" : "which is not modelled");
    } else if (kind == ARG_MAP) {
        buf_printf(out, " is 0x%" PRIx64 ", not a map", fault->addr);
    } else if (fault->len) {
        buf_puts(out, ": ");
        put_memory_fault(m, fault, out);
    } else {
        buf_printf(out, " can't be 0x%" PRIx64, fault->addr);
    }
}

/* What programs point to without ever reading it: the frame pointer and the packet's end, one past what is theirs. */
static bool
put_end(const struct machine *m, uint64_t addr, struct buf *out)
{
    if (m->packet.is_present && addr == m->packet.end && addr > m->packet.data) {
        put_offset(out, m->type->family == CTX_GENERIC ? "mem" : "pkt", (int64_t)(addr - m->packet.data));
        buf_puts(out, ", its end");
        return true;
    }
    for (uint32_t frame = 0; frame < MAX_FRAMES; frame++) {
        if (addr != STACK_TOP - frame * FRAME_STRIDE)
            continue;
        buf_puts(out, "fp");
        if (frame != m->depth)
            buf_printf(out, " of frame %u", frame);
        return true;
    }
    return false;
}

void
machine_describe_addr(const struct machine *m, uint64_t addr, struct buf *out)
{
    uint64_t distance = 0;
    const struct region *r = memory_nearest(&m->mem, addr, &distance);
    if (put_special(m, addr, out))
        return;
    if (r && distance == 0)
        put_address(m, r, addr, out);
    else if (!put_end(m, addr, out))
        buf_printf(out, "0x%" PRIx64, addr);
}

void
fault_text(const struct machine *m, const struct fault *fault, struct buf *out)
{
    switch (fault->kind) {
    case FAULT_NONE: buf_puts(out, "no fault"); return;
    case FAULT_UNMAPPED:
    case FAULT_STRADDLE:
    case FAULT_PERM:
    case FAULT_NULL: put_memory_fault(m, fault, out); return;
    case FAULT_MISALIGNED:
        buf_puts(out, "atomic access of ");
        put_plural(out, fault->len);
        buf_puts(out, " at ");
        machine_describe_addr(m, fault->addr, out);
        buf_printf(out, ", which is not a multiple of %u", fault->len);
        return;
    case FAULT_ILLEGAL_INSN:
        buf_printf(out, "unknown instruction, opcode 0x%02x", m->pc < m->program->n_slots ? m->program->code[m->pc * SLOT_BYTES] : 0);
        return;
    case FAULT_UNRESOLVED:
        put_callee(m, out);
        buf_puts(out, " is not provided by the object");
        return;
    case FAULT_PC: buf_printf(out, "slot %" PRIu64 " is not the start of an instruction of the program", fault->addr); return;
    case FAULT_CALL_DEPTH: buf_printf(out, "call into a %uth frame; there are %u", m->depth + 2, (unsigned)MAX_FRAMES); return;
    case FAULT_HELPER: put_helper_fault(m, fault, out); return;
    case FAULT_NO_HELPER:
        put_callee(m, out);
        buf_puts(out, " is not modelled and has no scripted result");
        return;
    }
    assert(!"a kind of fault");
}
