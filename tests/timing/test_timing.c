/* Cost models: the unit model counts, the table covers every row, and a user's file is either understood or refused with its line. */
#include "config.h"

#include "sim/timing/timing.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Loads a cost file with this text. */
static enum err
load(const char *text, struct cost_model *model, struct errinfo *e)
{
    char path[] = "/tmp/ebpfdbg-cost-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    enum err err = cost_model_load(path, model, e);
    unlink(path);
    return err;
}

Test(timing, unit_counts_instructions)
{
    struct cost_model model;
    cost_model_unit(&model);
    for (uint16_t op = 0; op < N_OPS; op++)
        cr_assert_eq(cost_of(&model, &(struct insn){ .op = op, .imm = 1 }), CYCLE_SCALE, "%s", insn_rows[op].name);
}

Test(timing, table_has_every_row)
{
    struct cost_model model;
    cost_model_table(&model);
    for (uint16_t op = 0; op < N_OPS; op++)
        cr_assert(model.insn[op] > 0 || op == OP_le64, "%s", insn_rows[op].name);
    cr_assert_gt(model.insn[OP_div64_x], model.insn[OP_mul64_x]);
    cr_assert_gt(model.insn[OP_mul32_k], model.insn[OP_add32_k]);
    cr_assert_eq(model.insn[OP_arsh64_k], model.insn[OP_rsh64_k]);
}

Test(timing, helpers_cost_more_than_the_call)
{
    struct cost_model model;
    cost_model_table(&model);
    struct insn lookup = { .op = OP_call, .imm = 1 }, unknown = { .op = OP_call, .imm = 100000 }, kfunc = { .op = OP_call_kfunc, .imm = 7 };
    cr_assert_eq(cost_of(&model, &lookup), model.insn[OP_call] + model.helper[1]);
    cr_assert_eq(cost_of(&model, &unknown), model.insn[OP_call] + model.helper_default);
    cr_assert_eq(cost_of(&model, &kfunc), model.insn[OP_call_kfunc] + model.helper_default);
}

Test(timing, file_of_all_kinds_of_keys)
{
    struct cost_model model, table;
    struct errinfo e;
    cost_model_table(&table);
    enum err err = load("ebpfcost 1\n"
                        "# a comment\n"
                        "[meta] name = nfp  source=guess  clock_ghz = 0.8   error_mape = 12.5\n"
                        "[insn]\n"
                        "jcc = 4      # a class\n"
                        "0x2f=3       # an opcode: mul64_x\n"
                        "ldx_?* = 2.125 lddw = 0\n"
                        "sub64_k = .5\n"
                        "[helper] default = 50 1 = 99\n",
                        &model, &e);
    cr_assert_eq(err, OK, "line %d: %s", (int)e.off, e.detail);
    cr_assert_str_eq(model.name, "nfp");
    cr_assert_eq(model.insn[OP_jsle32_x], 4000);
    cr_assert_eq(model.insn[OP_mul64_x], 3000);
    cr_assert_eq(model.insn[OP_mul64_k], table.insn[OP_mul64_k]);
    cr_assert_eq(model.insn[OP_ldx_dw], 2125);
    cr_assert_eq(model.insn[OP_ldsx_b], table.insn[OP_ldsx_b]);
    cr_assert_eq(model.insn[OP_ld_map_fd], 0);
    cr_assert_eq(model.insn[OP_sub64_k], 500);
    cr_assert_eq(model.helper[1], 99000);
    cr_assert_eq(model.helper[2], 50000);
    cr_assert_eq(model.helper_default, 50000);
}

struct bad {
    char text[80], detail[60];
    int line;
};

ParameterizedTestParameters(timing, bad_files)
{
    static struct bad bad[] = {
        { "", "first line", 1 },
        { "ebpfcost 2\n", "first line", 1 },
        { "ebpfcost 1\nadd64_k = 1\n", "outside of a section", 2 },
        { "ebpfcost 1\n[port]\n", "unknown section \"[port]\"", 2 },
        { "ebpfcost 1\n[meta]\nnane = x\n", "unknown key in [meta]: \"nane\"", 3 },
        { "ebpfcost 1\n[meta]\nname = 12345678901234567890123456789012\n", "too long", 3 },
        { "ebpfcost 1\n[insn]\n\nadd65_k = 1\n", "no instruction is called \"add65_k\"", 4 },
        { "ebpfcost 1\n[insn]\nadd64_k = -1\n", "not a cost", 3 },
        { "ebpfcost 1\n[insn]\nadd64_k = 1.2345\n", "not a cost", 3 },
        { "ebpfcost 1\n[insn]\nadd64_k = 1.2.3\n", "not a cost", 3 },
        { "ebpfcost 1\n[insn]\nadd64_k = .\n", "not a cost", 3 },
        { "ebpfcost 1\n[insn]\nadd64_k = 1000001\n", "not a cost", 3 },
        { "ebpfcost 1\n[insn]\nadd64_k = 99999999999999999999\n", "not a cost", 3 },
        { "ebpfcost 1\n[insn]\nadd64_k 1\n", "expected \"=\"", 3 },
        { "ebpfcost 1\n[insn]\nadd64_k =\n", "expected a value", 3 },
        { "ebpfcost 1\n[insn]\nadd64_k = = 1\n", "expected a value", 3 },
        { "ebpfcost 1\n[helper]\n512 = 1\n", "number of a helper", 3 },
        { "ebpfcost 1\n[helper]\n1x = 1\n", "number of a helper", 3 },
    };
    return cr_make_param_array(struct bad, bad, sizeof bad / sizeof bad[0]);
}

ParameterizedTest(struct bad *bad, timing, bad_files)
{
    struct cost_model model = { .name = "kept" };
    struct errinfo e = { 0 };
    cr_assert_eq(load(bad->text, &model, &e), ERR_COST_FILE, "%s", bad->text);
    cr_assert_eq(e.off, (uint64_t)bad->line);
    cr_assert_not_null(strstr(e.detail, bad->detail), "%s", e.detail);
    cr_assert_str_eq(model.name, "kept");
}

Test(timing, no_such_file)
{
    struct cost_model model;
    struct errinfo e;
    cr_assert_eq(cost_model_load("/nonexistent/x.ebpfcost", &model, &e), ERR_OPEN);
}
