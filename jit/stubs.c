/* Ways in and out of native code. See stubs.h, and compile.h for the registers. */
#include "config.h"

#include "jit/stubs.h"

#include "sim/base/base.h"

static const uint8_t callee_saved[] = { RBX, RBP, R12, R13, R14, R15 };

static void
save_guest(struct compiled *c, struct x64 *x)
{
    x64_load(x, 64, HOST_SCRATCH, CELL(regs));
    for (uint32_t reg = 0; reg < N_REGS; reg++)
        x64_store(x, 64, x64_at(HOST_SCRATCH, (int32_t)(8 * reg)), host_reg[reg]);
    x64_store(x, 64, CELL(left), HOST_LEFT);
    if (c->counts_cycles)
        x64_store(x, 64, CELL(cycles), HOST_CYCLES);
}

static void
load_guest(struct compiled *c, struct x64 *x)
{
    x64_load(x, 64, HOST_LEFT, CELL(left));
    if (c->counts_cycles)
        x64_load(x, 64, HOST_CYCLES, CELL(cycles));
    else
        x64_lea(x, true, HOST_BOUNDS, CELL(bounds));
    x64_load(x, 64, HOST_MEMORY, CELL(memory));
    x64_load(x, 64, HOST_SCRATCH, CELL(regs));
    for (uint32_t reg = 0; reg < N_REGS; reg++)
        x64_load(x, 64, host_reg[reg], x64_at(HOST_SCRATCH, (int32_t)(8 * reg)));
}

static void
align(struct compiled *c, struct x64 *x)
{
    compiled_mark(c, x->at, NATIVE_PADDING, NO_MARK_PC, 1);
    x64_align(x, 16);
}

/* Back to the C code that entered; guest registers are saved. */
static void
emit_leave(struct compiled *c, struct x64 *x)
{
    x64_load(x, 64, RSP, CELL(host_rsp));
    for (uint32_t i = ARRAY_LEN(callee_saved); i-- > 0;)
        x64_pop(x, callee_saved[i]);
    x64_ret(x);
}

/* void enter(const void *const *returns, uint64_t n_returns): pushes the return addresses of the frames that the machine is in, so that
 * their returns find them, and goes to cells.go. The entry program's exit returns to what follows the call here, as the processor
 * predicts, with its pc in the scratch register (compile.c). */
static void
emit_enter(struct compiled *c, struct x64 *x)
{
    c->enter = x->at;
    compiled_mark(c, x->at, NATIVE_STUB_ENTER, NO_MARK_PC, 1);
    for (uint32_t i = 0; i < ARRAY_LEN(callee_saved); i++)
        x64_push(x, callee_saved[i]);
    x64_store(x, 64, CELL(host_rsp), RSP);
    uint32_t call = x64_call(x);

    c->exit = x->at;
    compiled_mark(c, x->at, NATIVE_STUB_EXIT, NO_MARK_PC, 1);
    x64_store(x, 32, CELL(exit_pc), HOST_SCRATCH);
    x64_store_i(x, 32, CELL(site), (int32_t)NO_SITE);
    save_guest(c, x);
    emit_leave(c, x);

    align(c, x);
    compiled_mark(c, x->at, NATIVE_STUB_ENTER, NO_MARK_PC, 1);
    uint32_t loop = x->at;
    x64_push_m(x, x64_at(RDI, 0));
    x64_alu_ri(x, true, ALU_ADD, RDI, 8);
    x64_alu_ri(x, true, ALU_SUB, RSI, 1);
    x64_patch(x, call, x->at);
    x64_test_rr(x, true, RSI, RSI);
    x64_jcc_back(x, CC_NE, loop);
    load_guest(c, x);
    x64_jmp_m(x, CELL(go));
}

/* Comes out at the site whose number is in the cell: saves the guest, asks C where to go on, and goes there or leaves. */
static void
emit_outside(struct compiled *c, struct x64 *x)
{
    c->outside = x->at;
    compiled_mark(c, x->at, NATIVE_STUB_OUT, NO_MARK_PC, 1);
    save_guest(c, x);
    x64_store(x, 64, CELL(guest_rsp), RSP);
    x64_alu_ri(x, true, ALU_AND, RSP, -16); /* below it stand the return addresses of local calls */
    x64_load(x, 64, RDI, CELL(run));
    x64_call_m(x, CELL(outside));
    x64_load(x, 64, RSP, CELL(guest_rsp));
    x64_test_rr(x, true, RAX, RAX);
    uint32_t stay = x64_jcc(x, CC_NE);
    emit_leave(c, x);
    x64_patch(x, stay, x->at);
    x64_store(x, 64, CELL(go), RAX);
    load_guest(c, x);
    x64_jmp_m(x, CELL(go));
}

void
stubs_emit(struct compiled *c, struct x64 *x)
{
    emit_enter(c, x);
    align(c, x);
    emit_outside(c, x);
}

void
stub_site(struct compiled *c, struct x64 *x, const struct site *site)
{
    c->sites = grow(c->sites, c->n_sites, &c->cap_sites, sizeof *c->sites);
    c->sites[c->n_sites] = *site;
    x64_store_i(x, 32, CELL(site), (int32_t)c->n_sites++);
    x64_patch(x, x64_jmp(x), c->outside);
}
