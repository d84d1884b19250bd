/* Maps and helpers with the kernel's return values and errors: the programs of helpers_*.bpf.c, which write what every call returned into a
 * map, run in both worlds. */
#include "config.h"

#include "sim/base/base.h"
#include "sim/machine/helper.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/packets.h"

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
    struct test_packet packet;
    uint64_t args[12] = { 0 };
    test_packet(0, &packet);
    struct input input = { .packet = packet.bytes, .packet_bytes = packet.n_bytes };
    if (type->family == CTX_BYTES)
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

/* `n` is the number of programs that the source has: none may get lost. */
static void
run_object(const char *object, uint32_t n)
{
    LAB_NEED_KERNEL();
    struct program *p = load(object);
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (p->functions[i].is_program) {
            run_program(p, i, object);
            n--;
        }
    cr_expect_eq(n, 0, "%s has its programs", object);
    program_free(p);
}

Test(helpers_vs_kernel, maps)
{
    run_object("helpers_map.bpf.o", 9);
}

Test(helpers_vs_kernel, events_printing_memory_and_tail_calls)
{
    run_object("helpers_misc.bpf.o", 14);
}

Test(helpers_vs_kernel, packets)
{
    run_object("helpers_packet.bpf.o", 9);
}

Test(helpers_vs_kernel, tries_queues_callbacks_and_strings)
{
    run_object("helpers_more.bpf.o", 8);
}

Test(helpers_vs_kernel, sockets_buffers_routes_and_flow_keys)
{
    run_object("helpers_skb.bpf.o", 15);
}
