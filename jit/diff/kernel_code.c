/* Cuts one program out of the image. See kernel_code.h.
 * Invariant: slots keep their number and order inside a function; only distances between functions change. The linker has split the
 * image at everything that is called, so a function has one entry. */
#include "config.h"

#include "jit/diff/kernel_code.h"

#include "sim/base/base.h"

#include <assert.h>
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

enum { POISON_HELPER = 0xbad2310 }; /* libbpf's number for "this was not resolved" */
#define NOT_PLACED UINT32_MAX

/* One extraction on its way. */
struct cut {
    const struct program *p;
    struct kernel_code *code;
    struct btf *vmlinux; /* opened when the first kfunc is met */
    uint32_t *place;     /* per function of p: first slot in code, or NOT_PLACED */
    uint32_t *queue;     /* functions in the order of their places */
    uint32_t n_queue;
    uint32_t epilogue;   /* slot; 0: none */
    bool *is_start;      /* per slot of code: a subprogram begins here */
    struct errinfo *e;
};

static bool
is_tail_call(const struct insn *insn)
{
    return insn->op == OP_call && insn->imm == BPF_FUNC_tail_call;
}

static void
want_function(struct cut *cut, uint32_t index)
{
    for (uint32_t i = 0; i < cut->n_queue; i++)
        if (cut->queue[i] == index)
            return;
    cut->queue[cut->n_queue++] = index;
}

/* Queues the functions that functions[index] refers to. */
static void
follow(struct cut *cut, uint32_t index)
{
    const struct function *f = &cut->p->functions[index];
    for (uint32_t pc = f->pc; pc < f->pc + f->n_slots; pc++) {
        const struct ref *ref = program_ref_at(cut->p, pc, REF_FUNC);
        if (ref)
            want_function(cut, ref->index);
        if (index != cut->queue[0] && (insn_kind(&cut->p->insns[pc]) == KIND_LDABS || insn_kind(&cut->p->insns[pc]) == KIND_LDIND ||
                                       is_tail_call(&cut->p->insns[pc])))
            cut->code->needs_btf = true;
    }
}

static struct bpf_insn *
append(struct kernel_code *code, struct bpf_insn insn)
{
    code->insns = grow(code->insns, code->n, &code->cap, sizeof *code->insns);
    code->insns[code->n] = insn;
    return &code->insns[code->n++];
}

static void
add_fixup(struct kernel_code *code, uint32_t slot, uint32_t map)
{
    code->fixups = grow(code->fixups, code->n_fixups, &code->cap_fixups, sizeof *code->fixups);
    code->fixups[code->n_fixups++] = (struct kernel_fixup){ slot, map };
}

static void
append_epilogue(struct cut *cut)
{
    struct kernel_code *code = cut->code;
    assert(code->n == cut->epilogue);
    add_fixup(code, code->n, KERNEL_CAPTURE_MAP);
    append(code, (struct bpf_insn){ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_VALUE });
    append(code, (struct bpf_insn){ 0 });
    append(code, (struct bpf_insn){ .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 0 });
    append(code, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
}

/* The bytes of slot `pc`: as they stood in the file where decoding lost something, otherwise from the decoded instruction. */
static uint32_t
append_encoded(struct cut *cut, uint32_t pc)
{
    const struct insn *insn = &cut->p->insns[pc];
    uint8_t bytes[16];
    uint32_t n = 1;
    if (insn->op < N_OPS && !(insn->flags & INSN_RESERVED))
        n = insn_encode(insn, bytes);
    else
        memcpy(bytes, cut->p->code + (size_t)pc * SLOT_BYTES, SLOT_BYTES);
    for (uint32_t i = 0; i < n; i++) {
        struct bpf_insn slot;
        memcpy(&slot, bytes + i * SLOT_BYTES, sizeof slot);
        append(cut->code, slot);
    }
    return n;
}

static uint32_t
append_poison(struct cut *cut, uint32_t pc)
{
    uint32_t n = insn_slots(&cut->p->insns[pc]);
    for (uint32_t i = 0; i < n; i++)
        append(cut->code, (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = POISON_HELPER });
    return n;
}

static int32_t
kernel_btf_id(struct cut *cut, const char *name, uint32_t kind)
{
    if (!cut->vmlinux)
        cut->vmlinux = btf__load_vmlinux_btf();
    return cut->vmlinux ? btf__find_by_name_kind(cut->vmlinux, name, kind) : -1;
}

/* The instruction that refers to extern `ref->index`: a kfunc or a variable of the kernel. */
static uint32_t
append_extern(struct cut *cut, uint32_t pc, const struct ref *ref)
{
    const struct extern_sym *sym = &cut->p->externs[ref->index];
    const struct insn *insn = &cut->p->insns[pc];
    bool is_call = insn_slots(insn) == 1;
    int32_t id = kernel_btf_id(cut, sym->name, is_call ? BTF_KIND_FUNC : BTF_KIND_VAR);
    if (id < 0)
        return insn->flags & INSN_UNRESOLVED || is_call ? append_poison(cut, pc) : append_encoded(cut, pc);
    if (is_call) {
        append(cut->code, (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = id });
        return 1;
    }
    append(cut->code, (struct bpf_insn){ .code = insn_row(insn)->opcode, .dst_reg = insn->dst, .src_reg = BPF_PSEUDO_BTF_ID, .imm = id });
    append(cut->code, (struct bpf_insn){ 0 });
    return 2;
}

/* A 16-byte load of a map (REF_MAP) or of an address in a data section (REF_DATA). */
static uint32_t
append_map_load(struct cut *cut, uint32_t pc, const struct ref *ref)
{
    const struct insn *insn = &cut->p->insns[pc];
    bool is_value = ref->kind == REF_DATA;
    add_fixup(cut->code, cut->code->n, ref->index);
    append(cut->code, (struct bpf_insn){ .code = insn_row(insn)->opcode,
                                         .dst_reg = insn->dst,
                                         .src_reg = is_value ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD });
    append(cut->code, (struct bpf_insn){ .imm = is_value ? (int32_t)ref->addend : 0 });
    return 2;
}

/* Appends the instruction at `pc`; calls and callbacks keep the distance of the image for now. Returns its slots. */
static uint32_t
append_insn(struct cut *cut, uint32_t pc)
{
    const struct insn *insn = &cut->p->insns[pc];
    bool is_load = insn_kind(insn) == KIND_LDDW;
    const struct ref *ref = program_ref_at(cut->p, pc, REF_EXTERN);
    if (ref && (is_load || insn_kind(insn) == KIND_CALL || insn_kind(insn) == KIND_CALLK || insn_kind(insn) == KIND_CALLL))
        return append_extern(cut, pc, ref);
    if (insn->flags & INSN_UNRESOLVED)
        return append_poison(cut, pc);
    if (is_load && ((ref = program_ref_at(cut->p, pc, REF_MAP)) || (ref = program_ref_at(cut->p, pc, REF_DATA))))
        return append_map_load(cut, pc, ref);
    if (is_load && (ref = program_ref_at(cut->p, pc, REF_FUNC))) {
        append(cut->code, (struct bpf_insn){ .code = insn_row(insn)->opcode, .dst_reg = insn->dst, .src_reg = BPF_PSEUDO_FUNC });
        append(cut->code, (struct bpf_insn){ 0 });
        cut->code->needs_btf = true;
        return 2;
    }
    if (insn->op == OP_exit && cut->code->n < cut->epilogue) {
        append(cut->code, (struct bpf_insn){ .code = BPF_JMP32 | BPF_JA, .imm = (int32_t)(cut->epilogue - cut->code->n - 1) });
        return 1;
    }
    return append_encoded(cut, pc);
}

/* Appends the functions in the order in which they were found. */
static void
append_functions(struct cut *cut)
{
    for (uint32_t i = 0; i < cut->n_queue; i++) {
        const struct function *f = &cut->p->functions[cut->queue[i]];
        cut->place[cut->queue[i]] = cut->code->n;
        for (uint32_t pc = f->pc; pc < f->pc + f->n_slots;)
            pc += append_insn(cut, pc);
        if (i == 0 && cut->epilogue)
            append_epilogue(cut);
    }
}

/* Slot of the extracted code that the call or callback at `pc` leads to; NOT_PLACED when that function was not taken along. */
static uint32_t
placed_target(const struct cut *cut, uint32_t pc)
{
    const struct ref *ref = program_ref_at(cut->p, pc, REF_FUNC);
    return !ref || cut->place[ref->index] == NOT_PLACED ? NOT_PLACED : cut->place[ref->index] + (uint32_t)ref->addend;
}

/* Points the calls and callbacks of functions[index] at the places that their targets got. */
static enum err
relink(struct cut *cut, uint32_t index)
{
    const struct function *f = &cut->p->functions[index];
    for (uint32_t pc = f->pc; pc < f->pc + f->n_slots; pc++) {
        const struct insn *insn = &cut->p->insns[pc];
        uint32_t slot = cut->place[index] + (pc - f->pc);
        struct bpf_insn *out = &cut->code->insns[slot];
        if (insn_kind(insn) == KIND_JCC || insn_kind(insn) == KIND_JA) {
            int64_t to = insn_target(insn, pc);
            if (to < f->pc || to >= f->pc + f->n_slots)
                return err_set_detail(cut->e, ERR_KERNEL_LOAD, f->name, "a jump leaves the function");
        }
        bool is_call = out->code == (BPF_JMP | BPF_CALL) && out->src_reg == BPF_PSEUDO_CALL;
        bool is_callback = out->code == (BPF_LD | BPF_IMM | BPF_DW) && out->src_reg == BPF_PSEUDO_FUNC;
        if (!is_call && !is_callback)
            continue;
        uint32_t to = placed_target(cut, pc);
        if (to == NOT_PLACED)
            return err_set_detail(cut->e, ERR_KERNEL_LOAD, f->name, "a call or callback leads out of the program");
        out->imm = (int32_t)(to - slot - 1);
        cut->is_start[to] = true;
        pc += insn_slots(insn) - 1;
    }
    return OK;
}

static void
list_starts(struct cut *cut)
{
    struct kernel_code *code = cut->code;
    cut->is_start[0] = true;
    code->starts = xmalloc(code->n * sizeof *code->starts);
    for (uint32_t slot = 0; slot < code->n; slot++)
        if (cut->is_start[slot])
            code->starts[code->n_starts++] = slot;
}

enum err
kernel_code_extract(const struct program *p, uint32_t entry, bool capture_r0, struct kernel_code *code, struct errinfo *e)
{
    struct cut cut = { .p = p, .code = code, .e = e };
    enum err err = OK;
    *code = (struct kernel_code){ 0 };
    cut.place = xmalloc(p->n_functions * sizeof *cut.place);
    memset(cut.place, 0xff, p->n_functions * sizeof *cut.place);
    cut.queue = xmalloc(p->n_functions * sizeof *cut.queue);
    want_function(&cut, entry);
    for (uint32_t i = 0; i < cut.n_queue; i++)
        follow(&cut, cut.queue[i]);

    if (capture_r0)
        cut.epilogue = p->functions[entry].n_slots; /* the entry comes first, the epilogue right behind it */
    append_functions(&cut);
    cut.is_start = xcalloc(code->n + 1, sizeof *cut.is_start);
    for (uint32_t i = 0; i < cut.n_queue && err == OK; i++)
        err = relink(&cut, cut.queue[i]);
    if (err == OK)
        list_starts(&cut);

    btf__free(cut.vmlinux);
    free(cut.is_start);
    free(cut.queue);
    free(cut.place);
    if (err != OK)
        kernel_code_free(code);
    return err;
}

void
kernel_code_free(struct kernel_code *code)
{
    free(code->insns);
    free(code->fixups);
    free(code->starts);
    *code = (struct kernel_code){ 0 };
}
