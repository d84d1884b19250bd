/* Subjects' code for the kernel. See kernel_pack.h.
 *
 * The verifier wants a program's code in one stretch, and that of functions behind it. So of several pieces the programs come first, behind
 * a dispatcher that leaves nothing but r0 behind, which no program may read before it has written it; then the functions of all of them,
 * then the stand-ins for helpers. Branches stay within one stretch; only calls are written anew. */
#include "config.h"

#include "jit/diff/kernel_pack.h"

#include "sim/base/base.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { STUB_SLOTS = 11, DISPATCHER_SLOTS = 3 };

const uint8_t kernel_world_helpers[N_WORLD_HELPERS] = { BPF_FUNC_ktime_get_ns, BPF_FUNC_get_prandom_u32, BPF_FUNC_get_smp_processor_id };

static_assert(PACK_MAX_INSNS >= SUBJECT_MAX_SLOTS + N_WORLD_HELPERS * STUB_SLOTS, "one piece of any size finds room");
static_assert(PACK_MAX_INSNS >= PACK_MAX_SLOTS + DISPATCHER_SLOTS + PACK_MAX_PIECES + N_WORLD_HELPERS * STUB_SLOTS, "several do, too");

static struct bpf_insn
slot_at(const struct piece *piece, uint32_t pc)
{
    struct bpf_insn insn;
    memcpy(&insn, &piece->code[(size_t)pc * SLOT_BYTES], sizeof insn);
    return insn;
}

static bool
is_wide(const struct bpf_insn *insn)
{
    return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static bool
is_map(const struct bpf_insn *insn)
{
    return is_wide(insn) && (insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE) &&
           (uint32_t)insn->imm < N_SUBJECT_MAPS;
}

static bool
is_local_call(const struct bpf_insn *insn)
{
    return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
}

/* Which helper of the world the instruction calls, -1: none. */
static int
world_call(const struct bpf_insn *insn)
{
    if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg)
        return -1;
    for (uint32_t i = 0; i < N_WORLD_HELPERS; i++)
        if (insn->imm == kernel_world_helpers[i])
            return (int)i;
    return -1;
}

uint32_t
piece_maps(const struct piece *piece)
{
    uint32_t maps = 0;
    for (uint32_t pc = 0; pc < piece->n; pc++) {
        struct bpf_insn insn = slot_at(piece, pc);
        maps |= is_map(&insn) ? 1u << insn.imm : 0;
        pc += is_wide(&insn);
    }
    return maps;
}

/* The slot at which the functions begin: the first one that is called. */
static uint32_t
first_function(const struct piece *piece)
{
    uint32_t first = piece->n;
    for (uint32_t pc = 0; pc < piece->n; pc++) {
        struct bpf_insn insn = slot_at(piece, pc);
        int64_t target = (int64_t)pc + 1 + insn.imm;
        if (is_local_call(&insn) && target > pc && target < first)
            first = (uint32_t)target;
        pc += is_wide(&insn);
    }
    return first;
}

bool
piece_may_share(const struct piece *piece)
{
    for (uint32_t pc = 0; pc < piece->n; pc++) {
        struct bpf_insn insn = slot_at(piece, pc);
        if ((is_wide(&insn) && insn.src_reg == BPF_PSEUDO_FUNC) ||
            (is_local_call(&insn) && (insn.imm < 0 || (uint32_t)insn.imm >= piece->n - pc - 1)))
            return false;
        pc += is_wide(&insn);
    }
    return true;
}

/* ---------------------------------------------------------------- writing */

/* Leads to the program whose number stands on the desk, by one branch for each but the first; kernel_pack fills in where to. Returns the
 * number of slots. */
static uint32_t
put_dispatcher(uint32_t n, int desk, struct bpf_insn *out)
{
    const struct bpf_insn load[DISPATCHER_SLOTS] = {
        { .code = BPF_LD | BPF_IMM | BPF_DW, .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = desk },
        { 0 },
        { .code = BPF_LDX | BPF_MEM | BPF_DW, .off = offsetof(struct kernel_desk, piece) },
    };
    memcpy(out, load, sizeof load);
    for (uint32_t i = 1; i < n; i++)
        out[DISPATCHER_SLOTS + i - 1] = (struct bpf_insn){ .code = BPF_JMP | BPF_JEQ | BPF_K, .imm = (int32_t)i };
    return DISPATCHER_SLOTS + n - 1;
}

/* A function that gives the next value of a helper and counts. */
static uint32_t
put_stub(uint32_t helper, int desk, struct bpf_insn *out)
{
    const struct bpf_insn stub[STUB_SLOTS] = {
        { .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = desk },
        { .imm = (int32_t)(offsetof(struct kernel_desk, worlds) + helper * sizeof(struct world)) },
        { .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 2, .src_reg = 1 },
        { .code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = 2, .imm = N_WORLD_VALUES - 1 },
        { .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 3, .src_reg = 2 },
        { .code = BPF_ALU64 | BPF_LSH | BPF_K, .dst_reg = 3, .imm = 3 },
        { .code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = 3, .src_reg = 1 },
        { .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 0, .src_reg = 3, .off = offsetof(struct world, values) },
        { .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = 1 },
        { .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 2 },
        { .code = BPF_JMP | BPF_EXIT },
    };
    memcpy(out, stub, sizeof stub);
    return STUB_SLOTS;
}

/* Where a piece stands in what is written. */
struct place {
    uint32_t program, functions; /* the slots at which they begin */
    uint32_t n_program;          /* slots of the program */
};

static uint32_t
moved(const struct place *place, uint32_t pc)
{
    return pc < place->n_program ? place->program + pc : place->functions + (pc - place->n_program);
}

/* What is written, and how far it has come. */
struct packing {
    struct bpf_insn *out;
    uint32_t n;
    const struct kernel_fds *fds;
    uint32_t stubs[N_WORLD_HELPERS]; /* where those stand that are called; 0: nowhere yet */
};

static void
copy_slots(struct packing *p, const struct piece *piece, uint32_t from, uint32_t to)
{
    memcpy(&p->out[p->n], &piece->code[(size_t)from * SLOT_BYTES], (size_t)(to - from) * SLOT_BYTES);
    p->n += to - from;
}

/* Makes of maps' numbers file descriptors, and lets calls lead to where functions have gone. */
static void
link_piece(struct packing *p, const struct piece *piece, const struct place *place)
{
    for (uint32_t pc = 0; pc < piece->n; pc++) {
        uint32_t at = moved(place, pc);
        struct bpf_insn *insn = &p->out[at];
        int helper = world_call(insn);
        int64_t target = (int64_t)pc + 1 + insn->imm;
        if (is_map(insn))
            insn->imm = p->fds->maps[insn->imm];
        else if (is_local_call(insn) && target >= 0 && target < piece->n)
            insn->imm = (int32_t)(moved(place, (uint32_t)target) - at - 1);
        if (helper >= 0 && !p->stubs[helper]) {
            p->stubs[helper] = p->n;
            p->n += put_stub((uint32_t)helper, p->fds->desk, &p->out[p->n]);
        }
        if (helper >= 0) {
            insn->src_reg = BPF_PSEUDO_CALL;
            insn->imm = (int32_t)(p->stubs[helper] - at - 1);
        }
        pc += is_wide(insn);
    }
}

uint32_t
kernel_pack(const struct piece *pieces, uint32_t n, const struct kernel_fds *fds, struct bpf_insn out[PACK_MAX_INSNS])
{
    struct packing p = { .out = out, .fds = fds };
    struct place places[PACK_MAX_PIECES];
    assert(n >= 1 && n <= PACK_MAX_PIECES);
    if (n > 1)
        p.n = put_dispatcher(n, fds->desk, out);
    for (uint32_t i = 0; i < n; i++) {
        places[i] = (struct place){ .program = p.n, .n_program = first_function(&pieces[i]) };
        copy_slots(&p, &pieces[i], 0, places[i].n_program);
        if (i > 0)
            out[DISPATCHER_SLOTS + i - 1].off = (int16_t)(places[i].program - (DISPATCHER_SLOTS + i));
    }
    for (uint32_t i = 0; i < n; i++) {
        places[i].functions = p.n;
        copy_slots(&p, &pieces[i], places[i].n_program, pieces[i].n);
    }
    for (uint32_t i = 0; i < n; i++)
        link_piece(&p, &pieces[i], &places[i]);
    return p.n;
}
