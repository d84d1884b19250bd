/* See fixture.h. */
#include "config.h"

#include "tests/machine/fixture.h"

#include "sim/base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture fix;

void
fixture_open_maps(const struct map_def *defs, uint32_t n)
{
    static const uint8_t code[] = { 0x85, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0 };
    static char names[ARRAY_LEN(fix.maps)][16];
    fix.program = program_from_code(code, 2);
    for (uint32_t i = 0; i < n; i++) {
        fix.maps[i] = defs[i];
        snprintf(names[i], sizeof names[i], "map%u", i);
        if (!fix.maps[i].name)
            fix.maps[i].name = names[i];
    }
    fix.program->maps = fix.maps;
    fix.program->n_maps = n;
    fix.m = machine_new(fix.program, NULL, &fix.notes);
    cr_assert_eq(machine_start(fix.m, 0, prog_type_named("generic"), &(struct input){ 0 }, NULL), OK);
}

void
fixture_open(void)
{
    fixture_open_maps(NULL, 0);
}

void
fixture_close(void)
{
    machine_free(fix.m);
    fix.program->maps = NULL;
    fix.program->n_maps = 0;
    program_free(fix.program);
    buf_free(&fix.notes);
}

static enum helper_outcome
call(int32_t id, const uint64_t args[5], struct fault *fault)
{
    fix.m->pc = 0;
    fix.program->insns[0].imm = id;
    memcpy(&fix.m->regs[1], args, 5 * sizeof *args);
    return helper_call(fix.m, fault);
}

uint64_t
fixture_call(int32_t id, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    struct fault fault;
    struct buf text = BUF_EMPTY;
    enum helper_outcome outcome = call(id, (uint64_t[]){ a1, a2, a3, a4, a5 }, &fault);
    if (outcome == HELPER_FAULT)
        fault_text(fix.m, &fault, &text);
    cr_assert_eq(outcome, HELPER_DONE, "helper %d: %s", id, buf_text(&text));
    cr_assert_eq(fix.m->pc, 1);
    cr_assert_eq(fix.m->regs[1], REG_CLOBBERED);
    cr_assert_eq(fix.m->regs[5], REG_CLOBBERED);
    return fix.m->regs[0];
}

const char *
fixture_fault(int32_t id, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    static char line[300];
    struct fault fault;
    struct buf text = BUF_EMPTY;
    uint64_t before[N_REGS];
    memcpy(before, fix.m->regs, sizeof before);
    memcpy(&before[1], (uint64_t[]){ a1, a2, a3, a4, a5 }, 5 * sizeof *before);
    cr_assert_eq(call(id, (uint64_t[]){ a1, a2, a3, a4, a5 }, &fault), HELPER_FAULT);
    cr_assert_eq(fix.m->pc, 0);
    cr_assert_eq(memcmp(before, fix.m->regs, sizeof before), 0, "a fault changes nothing");
    fault_text(fix.m, &fault, &text);
    snprintf(line, sizeof line, "%s", buf_text(&text));
    buf_free(&text);
    return line;
}

uint64_t
fixture_stack(int off, const void *bytes, uint32_t n)
{
    uint64_t addr = STACK_TOP + (uint64_t)(int64_t)off;
    memcpy(memory_host(&fix.m->mem, addr), bytes, n);
    return addr;
}
