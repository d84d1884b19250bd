/* Copies of machines, and the pages that they rest on: equal in every byte, whatever was touched, and independent from then on. */
#include "config.h"

#include "tests/machine/fixture.h"

#include "sim/machine/pages.h"

#include <linux/bpf.h>
#include <string.h>

static struct pages pages;
static struct machine *copy;

static void
open_copy(void)
{
    static const struct map_def def = { .type = BPF_MAP_TYPE_HASH, .key_bytes = 4, .value_bytes = 16, .max_entries = 100 };
    fixture_open_maps(&def, 1);
    copy = machine_new(fix.program, NULL, NULL);
    pages_open(&pages);
}

static void
close_copy(void)
{
    pages_close(&pages);
    machine_free(copy);
    fixture_close();
}

TestSuite(copy, .init = open_copy, .fini = close_copy);

static void
make_copy(struct machine *to, const struct machine *from)
{
    pages_note(&pages, &to->mem);
    pages_note(&pages, &from->mem);
    machine_copy(to, from, &pages);
}

static bool
is_memory_equal(void)
{
    uint32_t i = 0;
    pages_note(&pages, &fix.m->mem);
    pages_note(&pages, &copy->mem);
    return !pages_differ(&pages, &fix.m->mem, &copy->mem, &i);
}

static void
put(struct machine *m, uint32_t key, uint8_t byte)
{
    uint8_t value[16];
    memset(value, byte, sizeof value);
    cr_assert_eq(map_update(m, &m->maps[0], &key, value, BPF_ANY), 0);
}

Test(copy, everything)
{
    fix.m->regs[REG_3] = 7;
    fix.m->depth = 1;
    fix.m->frames[1].return_pc = 1;
    fix.m->env.clock_ns = 5;
    fix.m->n_insns = 99;
    machine_script_helper(fix.m, 1, 2);
    for (uint32_t i = 0; i < 50; i++)
        put(fix.m, i, (uint8_t)i);
    fixture_call(6, fixture_stack(-16, "hello", 6), 6, 0, 0, 0);
    make_copy(copy, fix.m);
    cr_assert(is_memory_equal());
    cr_assert_eq(machine_digest(copy), machine_digest(fix.m));
    cr_assert_eq(copy->env.clock_ns, 5);
    cr_assert_eq(copy->n_scripted, 1);
    cr_assert_eq(copy->n_outputs, 1);
    cr_assert(output_equal(&copy->outputs[0], &fix.m->outputs[0]));
    cr_assert_neq(copy->outputs[0].bytes, fix.m->outputs[0].bytes);
    cr_assert_eq(copy->interrupt, &copy->no_interrupt);
}

Test(copy, is_independent)
{
    make_copy(copy, fix.m);
    put(copy, 3, 1);
    cr_assert_eq(map_n_entries(fix.m, &fix.m->maps[0]), 0);
    cr_assert_eq(map_n_entries(copy, &copy->maps[0]), 1);
    cr_assert_not(is_memory_equal());
    make_copy(copy, fix.m);
    cr_assert_eq(map_n_entries(copy, &copy->maps[0]), 0);
    cr_assert(is_memory_equal());
}

/* What only the copy has touched becomes zero again; caches of bounds live on while the regions are the same. */
Test(copy, takes_back)
{
    uint64_t generation = copy->mem.generation;
    make_copy(copy, fix.m);
    *(uint8_t *)memory_host(&copy->mem, GUEST_HEAP + 0x80) = 1;
    *(uint8_t *)memory_host(&copy->mem, GUEST_PACKET + 5000) = 1; /* no region */
    make_copy(copy, fix.m);
    cr_assert(is_memory_equal());
    cr_assert_eq(copy->mem.generation, generation);
    struct region r = { .base = GUEST_DATA, .elem_bytes = 5000, .n = 1, .access = MEM_READ, .kind = REGION_USER };
    memory_add(&fix.m->mem, &r);
    *(uint8_t *)memory_host(&fix.m->mem, GUEST_DATA + 4999) = 9;
    make_copy(copy, fix.m);
    cr_assert_neq(copy->mem.generation, generation);
    cr_assert_eq(copy->mem.n_regions, fix.m->mem.n_regions);
    cr_assert(is_memory_equal());
    cr_assert_eq(*(uint8_t *)memory_host(&copy->mem, GUEST_DATA + 4999), 9);
}

Test(copy, every_byte_counts)
{
    static const uint64_t addrs[] = { GUEST_LO, STACK_TOP - 1, GUEST_CTX + 65535, GUEST_PACKET + 0x21dbf, GUEST_KERNEL + 0x20fff };
    for (size_t i = 0; i < sizeof addrs / sizeof *addrs; i++) {
        make_copy(copy, fix.m);
        cr_assert(is_memory_equal());
        *(uint8_t *)memory_host(&fix.m->mem, addrs[i]) ^= 1;
        cr_assert_not(is_memory_equal(), "%#lx", (unsigned long)addrs[i]);
    }
}

/* Without pagemap everything counts that could be in use. */
Test(copy, without_the_system)
{
    pages_close(&pages);
    pages.pagemap = -1;
    pages.known = calloc(GUEST_HI / GUEST_PAGE_BYTES / 64, sizeof *pages.known);
    put(fix.m, 3, 1);
    cr_assert_not(is_memory_equal());
    make_copy(copy, fix.m);
    cr_assert(is_memory_equal());
    cr_assert_eq(map_n_entries(copy, &copy->maps[0]), 1);
}
