/* Every row of isa.def, executed by the interpreter and by the kernel on edge values and random operands: 64-bit r0, registers and memory.
 * What the kernel does not accept is a row of known.def, checked to be refused and counted; nothing is left out silently. */
#include "config.h"

#include "jit/diff/known.h"
#include "sim/base/base.h"
#include "tests/kernel/fixture.h"
#include "tests/kernel/isa_gen.h"
#include "tests/kernel/lab.h"

#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- what differs, and why */

/* Why a row can't be compared, whatever its operands; NULL when it can. */
static const char *
known_row(enum op op)
{
    const struct insn any = { .op = (uint16_t)op, .imm = 1 };
    return known_difference(&any);
}

/* ---------------------------------------------------------------- rows with a generated body */

static void
run_row(enum op op, struct dice *d, struct buf *log)
{
    struct gen *g = xcalloc(1, sizeof *g);
    uint8_t packet[GEN_PACKET_BYTES];
    struct lab lab;
    g->dice = d;
    gen_row(g, op);
    struct program *p = gen_program(g);
    if (!lab_open(&lab, p, 0, prog_type_named("xdp"), KERNEL_CAPTURE_R0, log)) {
        buf_printf(log, " (row %s)\n", insn_rows[op].name);
    } else {
        for (int i = 0; i < 3; i++) {
            gen_packet(d, packet);
            struct input input = { .packet = packet, .packet_bytes = sizeof packet };
            struct buf differences = BUF_EMPTY;
            if (lab_run(&lab, &input, &differences))
                buf_printf(log, "row %s: %s", insn_rows[op].name, buf_text(&differences));
            buf_free(&differences);
        }
        lab_close(&lab);
    }
    program_free(p);
    free(g);
}

Test(isa_vs_kernel, generated_rows)
{
    LAB_NEED_KERNEL();
    struct dice d = dice_new();
    uint32_t n_programs = 0;
    cr_log_info("EBPFDBG_SEED=%llu", (unsigned long long)d.state);
    for (uint32_t op = 0; op < N_OPS; op++) {
        struct buf log = BUF_EMPTY;
        if (!gen_has_row((enum op)op))
            continue;
        for (uint32_t round = 0; round < 2 * lab_rounds(); round++, n_programs++)
            run_row((enum op)op, &d, &log);
        cr_expect_eq(log.len, 0, "%s", buf_text(&log));
        buf_free(&log);
    }
    cr_log_info("%u programs of %d cases on 3 packets each", n_programs, N_CASES);
}

/* ---------------------------------------------------------------- rows that need something around them */

/* One instruction at a time: r0 = what the row gives, in a program of `type` on a packet. Expects acceptance. */
static void
run_code(const char *type, const struct insn *insns, uint32_t n, struct dice *d, const char *what)
{
    struct gen *g = xcalloc(1, sizeof *g);
    uint8_t packet[96];
    struct lab lab;
    struct buf log = BUF_EMPTY;
    for (uint32_t i = 0; i < n; i++) {
        g->insns[g->n++] = insns[i];
        g->n_slots += insn_slots(&insns[i]);
    }
    struct program *p = gen_program(g);
    bool is_open = lab_open(&lab, p, 0, prog_type_named(type), KERNEL_CAPTURE_R0, &log);
    cr_expect(is_open, "%s (%s): %s", what, type, buf_text(&log));
    if (is_open) {
        for (uint32_t i = 0; i < sizeof packet; i++)
            packet[i] = (uint8_t)dice_roll(d);
        packet[12] = 0x88; /* an ethertype without a minimum size */
        packet[13] = 0xb5;
        struct input input = { .packet = packet, .packet_bytes = sizeof packet };
        cr_expect_eq(lab_run(&lab, &input, &log), 0, "%s (%s): %s", what, type, buf_text(&log));
        lab_close(&lab);
    }
    buf_free(&log);
    program_free(p);
    free(g);
}

/* Inside the packet, across its end, outside, and at the link and network layers by the magic offsets. */
static const int32_t packet_offs[] = { 0, 1, 12, 40, 77, 78, 79, 80, 81, 82, 92, 93, 94, 95, 96, 1000, -1, -0x200000, -0x200000 + 12,
                                       -0x200000 + 94, -0x100000, -0x100000 + 81, -0x1000, -0x1000 + 4, INT32_MIN, INT32_MAX };

Test(isa_vs_kernel, legacy_packet_loads)
{
    static const char *const types[] = { "tc", "socket_filter" };
    static const enum op ops[] = { OP_ld_abs_w, OP_ld_abs_h, OP_ld_abs_b, OP_ld_ind_w, OP_ld_ind_h, OP_ld_ind_b };
    LAB_NEED_KERNEL();
    struct dice d = dice_new();
    for (uint32_t t = 0; t < ARRAY_LEN(types); t++)
        for (uint32_t o = 0; o < ARRAY_LEN(ops); o++)
            for (uint32_t i = 0; i < ARRAY_LEN(packet_offs); i++) {
                bool is_indirect = insn_rows[ops[o]].kind == KIND_LDIND;
                int32_t index = is_indirect ? (int32_t)dice_below(&d, 200) - 100 : 0;
                struct insn code[] = {
                    insn_of(OP_mov64_x, 6, 1, 0, 0),
                    insn_of(OP_mov64_k, 7, 0, 0, index),
                    insn_of(OP_mov64_k, 0, 0, 0, 77),
                    insn_of(ops[o], 0, 7, 0, (int32_t)((uint32_t)packet_offs[i] - (uint32_t)index)),
                    insn_of(OP_exit, 0, 0, 0, 0),
                };
                run_code(types[t], code, ARRAY_LEN(code), &d, insn_rows[ops[o]].name);
            }
}

Test(isa_vs_kernel, exit_returns_all_of_r0)
{
    LAB_NEED_KERNEL();
    struct dice d = dice_new();
    for (int i = 0; i < 20; i++) {
        struct insn code[] = { insn_of(OP_lddw, 0, 0, 0, (int64_t)dice_operand(&d)), insn_of(OP_exit, 0, 0, 0, 0) };
        run_code("xdp", code, ARRAY_LEN(code), &d, "exit");
    }
}

static void
run_fixture(const char *what, struct fixture *f)
{
    struct lab lab;
    struct buf log = BUF_EMPTY;
    uint8_t packet[64] = { 0 };
    struct input input = { .packet = packet, .packet_bytes = sizeof packet };
    bool is_open = lab_open(&lab, f->program, 0, prog_type_named("xdp"), KERNEL_CAPTURE_R0, &log);
    cr_expect(is_open, "%s: %s", what, buf_text(&log));
    if (is_open) {
        cr_expect_eq(lab_run(&lab, &input, &log), 0, "%s: %s", what, buf_text(&log));
        lab_close(&lab);
    }
    buf_free(&log);
    fixture_free(f);
}

/* r0 = the value at key 1 of an array: map pointer, look-up, through the returned pointer. */
Test(isa_vs_kernel, load_of_a_map)
{
    LAB_NEED_KERNEL();
    const struct insn code[] = {
        insn_of(OP_st_w, 10, 0, -4, 1),
        insn_of(OP_st_dw, 10, 0, -16, 0x12345678),
        insn_of(OP_mov64_x, 2, 10, 0, 0),
        insn_of(OP_add64_k, 2, 0, 0, -4),
        insn_of(OP_mov64_x, 3, 10, 0, 0),
        insn_of(OP_add64_k, 3, 0, 0, -16),
        insn_of(OP_mov64_k, 4, 0, 0, 0),
        insn_of(OP_ld_map_fd, 1, 0, 0, 0),
        insn_of(OP_call, 0, 0, 0, BPF_FUNC_map_update_elem),
        insn_of(OP_mov64_x, 2, 10, 0, 0),
        insn_of(OP_add64_k, 2, 0, 0, -4),
        insn_of(OP_ld_map_fd, 1, 0, 0, 0),
        insn_of(OP_call, 0, 0, 0, BPF_FUNC_map_lookup_elem),
        insn_of(OP_jne64_k, 0, 0, 1, 0),
        insn_of(OP_exit, 0, 0, 0, 0),
        insn_of(OP_ldx_dw, 0, 0, 0, 0),
        insn_of(OP_exit, 0, 0, 0, 0),
    };
    struct fixture f;
    fixture_new(&f, code, ARRAY_LEN(code));
    fixture_add_map(&f, "numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 3);
    run_fixture("ld_map_fd", &f);
}

/* Reads and writes through the address of a value. */
Test(isa_vs_kernel, load_of_a_map_value)
{
    LAB_NEED_KERNEL();
    const struct insn code[] = {
        insn_of(OP_ld_map_val, 1, 0, 0, INT64_C(8) << 32),
        insn_of(OP_st_dw, 1, 0, 8, -7),
        insn_of(OP_mov64_k, 2, 0, 0, 3),
        insn_of(OP_fetch_add64, 1, 2, 8, 0),
        insn_of(OP_ldx_dw, 0, 1, 8, 0),
        insn_of(OP_add64_x, 0, 2, 0, 0),
        insn_of(OP_exit, 0, 0, 0, 0),
    };
    struct fixture f;
    fixture_new(&f, code, ARRAY_LEN(code));
    fixture_add_data(&f, ".data", 24);
    run_fixture("ld_map_val", &f);
}

/* bpf_loop(5, callback, &sum, 0): the address of code. */
Test(isa_vs_kernel, load_of_a_function)
{
    LAB_NEED_KERNEL();
    const struct insn code[] = {
        insn_of(OP_st_dw, 10, 0, -8, 100),
        insn_of(OP_mov64_k, 1, 0, 0, 5),
        insn_of(OP_ld_func, 2, 0, 0, 12 - 2 - 1), /* from slot 2 to slot 12 */
        insn_of(OP_mov64_x, 3, 10, 0, 0),
        insn_of(OP_add64_k, 3, 0, 0, -8),
        insn_of(OP_mov64_k, 4, 0, 0, 0),
        insn_of(OP_call, 0, 0, 0, BPF_FUNC_loop),
        insn_of(OP_ldx_dw, 1, 10, -8, 0),
        insn_of(OP_lsh64_k, 1, 0, 0, 8),
        insn_of(OP_add64_x, 0, 1, 0, 0),
        insn_of(OP_exit, 0, 0, 0, 0),
        insn_of(OP_ldx_dw, 0, 2, 0, 0), /* slot 12 */
        insn_of(OP_add64_x, 0, 1, 0, 0),
        insn_of(OP_stx_dw, 2, 0, 0, 0),
        insn_of(OP_mov64_k, 0, 0, 0, 0),
        insn_of(OP_exit, 0, 0, 0, 0),
    };
    struct fixture f;
    fixture_new(&f, code, ARRAY_LEN(code));
    run_fixture("ld_func", &f);
}

/* bpf_strlen("abc"): a kfunc that every program may call. What kfuncs answer is scripted by the user. */
Test(isa_vs_kernel, call_of_a_kernel_function)
{
    LAB_NEED_KERNEL();
    const struct insn code[] = {
        insn_of(OP_st_dw, 10, 0, -8, 0x636261),
        insn_of(OP_mov64_x, 1, 10, 0, 0),
        insn_of(OP_add64_k, 1, 0, 0, -8),
        insn_of(OP_call_kfunc, 0, 0, 0, 0),
        insn_of(OP_exit, 0, 0, 0, 0),
    };
    struct fixture f;
    struct lab lab;
    struct buf log = BUF_EMPTY;
    uint8_t packet[64] = { 0 };
    struct input input = { .packet = packet, .packet_bytes = sizeof packet };
    fixture_new(&f, code, ARRAY_LEN(code));
    fixture_add_extern(&f, "bpf_strlen", 3);
    bool is_open = lab_open(&lab, f.program, 0, prog_type_named("xdp"), 0, &log);
    cr_assert(is_open, "%s", buf_text(&log));
    machine_script_helper(lab.m, ~0, 3);
    cr_expect_eq(lab_run(&lab, &input, &log), 0, "%s", buf_text(&log));
    lab_close(&lab);
    fixture_free(&f);
    buf_free(&log);
}

/* ---------------------------------------------------------------- what the kernel refuses */

static bool
kernel_takes(const struct insn *insns, uint32_t n)
{
    struct gen *g = xcalloc(1, sizeof *g);
    struct kernel_prog *k;
    struct errinfo e;
    for (uint32_t i = 0; i < n; i++) {
        g->insns[g->n++] = insns[i];
        g->n_slots += insn_slots(&insns[i]);
    }
    struct program *p = gen_program(g);
    struct machine *m = machine_new(p, NULL, NULL);
    bool takes = kernel_load(p, 0, prog_type_named("xdp"), m, 0, &k, NULL, &e) == OK;
    if (takes)
        kernel_close(k);
    machine_free(m);
    program_free(p);
    free(g);
    return takes;
}

static bool
kernel_takes_imm(enum op op, int32_t imm)
{
    const struct insn code[] = {
        insn_of(OP_mov64_k, 0, 0, 0, 5),
        insn_of(op, 0, 0, 0, imm),
        insn_of(OP_exit, 0, 0, 0, 0),
    };
    return kernel_takes(code, ARRAY_LEN(code));
}

/* Operands that only we define: the count of a shift by an immediate past the width is masked, division by immediate 0 is defined as by a
 * register that is 0. */
Test(isa_vs_kernel, refused_operands)
{
    LAB_NEED_KERNEL();
    uint32_t n_shifts = 0, n_divisions = 0;
    for (uint32_t op = 0; op < N_OPS; op++) {
        const struct insn_row *row = &insn_rows[op];
        uint8_t code = row->opcode & 0xf0;
        if (row->kind != KIND_ALU || !(row->fields & Fi))
            continue;
        if (code == 0x60 || code == 0x70 || code == 0xc0) {
            cr_expect_not(kernel_takes_imm((enum op)op, row->width_bits), "%s by its width", row->name);
            cr_expect_not(kernel_takes_imm((enum op)op, -1), "%s by -1", row->name);
            cr_expect(kernel_takes_imm((enum op)op, row->width_bits - 1), "%s by its width - 1", row->name);
            n_shifts++;
        } else if (code == 0x30 || code == 0x90) {
            cr_expect_not(kernel_takes_imm((enum op)op, 0), "%s by 0", row->name);
            n_divisions++;
        }
    }
    cr_log_info("known difference: immediate shift counts past the width: refused in %u rows", n_shifts);
    cr_log_info("known difference: division by immediate 0: refused in %u rows", n_divisions);
    cr_expect_eq(n_shifts, 6);
    cr_expect_eq(n_divisions, 8);
}

Test(isa_vs_kernel, refused_rows)
{
    LAB_NEED_KERNEL();
    const struct insn callx[] = { insn_of(OP_mov64_k, 1, 0, 0, 0), insn_of(OP_callx, 1, 0, 0, 0), insn_of(OP_exit, 0, 0, 0, 0) };
    const struct insn cast[] = { insn_of(OP_mov64_k, 0, 0, 0, 0), insn_of(OP_cast_kern, 0, 0, 0, 0), insn_of(OP_exit, 0, 0, 0, 0) };
    const struct insn cast_back[] = { insn_of(OP_mov64_k, 0, 0, 0, 0), insn_of(OP_cast_user, 0, 0, 0, 0), insn_of(OP_exit, 0, 0, 0, 0) };
    const struct insn map_idx[] = { insn_of(OP_ld_map_idx, 0, 0, 0, 0), insn_of(OP_exit, 0, 0, 0, 0) };
    const struct insn map_idx_val[] = { insn_of(OP_ld_map_idx_val, 0, 0, 0, 0), insn_of(OP_exit, 0, 0, 0, 0) };
    cr_expect_not(kernel_takes(callx, ARRAY_LEN(callx)));
    cr_expect_not(kernel_takes(cast, ARRAY_LEN(cast)));
    cr_expect_not(kernel_takes(cast_back, ARRAY_LEN(cast_back)));
    cr_expect_not(kernel_takes(map_idx, ARRAY_LEN(map_idx)));
    cr_expect_not(kernel_takes(map_idx_val, ARRAY_LEN(map_idx_val)));
}

/* Every row is compared by a test above or listed with its reason: a new row of the table fails here until someone has decided. */
Test(isa_vs_kernel, no_row_is_forgotten)
{
    static const enum op special[] = { OP_ld_abs_w, OP_ld_abs_h, OP_ld_abs_b, OP_ld_ind_w, OP_ld_ind_h, OP_ld_ind_b, OP_exit,
                                       OP_ld_map_fd, OP_ld_map_val, OP_ld_func, OP_call_kfunc };
    uint32_t n_compared = 0;
    for (uint32_t op = 0; op < N_OPS; op++) {
        uint32_t ways = gen_has_row((enum op)op) + (known_row((enum op)op) != NULL);
        for (uint32_t i = 0; i < ARRAY_LEN(special); i++)
            ways += special[i] == op;
        cr_expect_eq(ways, 1, "row %s is handled in %u ways", insn_rows[op].name, ways);
        n_compared += ways == 1 && !known_row((enum op)op);
        if (known_row((enum op)op))
            cr_log_info("known difference: %s: %s", insn_rows[op].name, known_row((enum op)op));
    }
    cr_log_info("%u of %u rows compared with the kernel", n_compared, (unsigned)N_OPS);
}
