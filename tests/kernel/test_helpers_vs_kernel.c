/* Maps and helpers with the kernel's return values and errors: the programs of helpers_*.bpf.c, which write what every call returned into a
 * map, run in both worlds. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "tests/kernel/lab.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct program *
load(const char *name)
{
    char path[512];
    struct program *p = NULL;
    struct errinfo e;
    struct buf text = BUF_EMPTY;
    struct load_options options = { .helper_id = helper_id };
    const char *dir = getenv("top_builddir");
    snprintf(path, sizeof path, "%s/tests/kernel/%s", dir ? dir : ".", name);
    if (program_load(path, &options, &p, &e) != OK)
        err_text(&e, &text);
    cr_assert_not_null(p, "%s", buf_text(&text));
    return p;
}

/* Runs one program twice (maps keep their contents) and expects both worlds to agree. */
static void
run_program(const struct program *p, uint32_t index, const char *object)
{
    const struct function *f = &p->functions[index];
    const struct prog_type *type = prog_type_of_section(f->section);
    struct lab lab;
    struct buf text = BUF_EMPTY;
    uint8_t packet[64] = { 0 };
    uint64_t args[12] = { 0 };
    struct input input = { .packet = packet, .packet_bytes = sizeof packet };
    if (type->family != CTX_XDP)
        input = (struct input){ .ctx = (const uint8_t *)args, .ctx_bytes = sizeof args };
    bool is_open = lab_open(&lab, p, index, type, 0, &text);
    cr_expect(is_open, "%s: %s", object, buf_text(&text));
    if (is_open) {
        for (int run = 0; run < 2; run++)
            cr_expect_eq(lab_run(&lab, &input, &text), 0, "%s: %s, run %d: %s", object, f->name, run, buf_text(&text));
        lab_close(&lab);
    }
    buf_free(&text);
}

static void
run_object(const char *object)
{
    LAB_NEED_KERNEL();
    struct program *p = load(object);
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (p->functions[i].is_program) {
            run_program(p, i, object);
            n++;
        }
    cr_expect_gt(n, 5, "%s has its programs", object);
    program_free(p);
}

Test(helpers_vs_kernel, maps)
{
    run_object("helpers_map.bpf.o");
}

Test(helpers_vs_kernel, everything_else)
{
    run_object("helpers_misc.bpf.o");
}
