/* Regions are byte-exact: one byte before, one byte after and the gap between two elements are faults. */
#include "config.h"

#include "sim/machine/memory.h"

#include <criterion/criterion.h>
#include <string.h>

static struct memory mem;

static void
set_up(void)
{
    memory_init(&mem);
    memory_add(&mem, &(struct region){ .base = 0x20000, .elem_bytes = 64, .n = 1, .access = MEM_READ | MEM_WRITE });
    memory_add(&mem, &(struct region){ .base = 0x30000, .elem_bytes = 10, .stride = 16, .n = 3, .access = MEM_READ, .index = 7 });
    memory_add(&mem, &(struct region){ .base = 0x10000, .elem_bytes = 1, .n = 1, .access = MEM_READ | MEM_WRITE });
}

static void
tear_down(void)
{
    memory_free(&mem);
}

TestSuite(memory, .init = set_up, .fini = tear_down);

static enum fault_kind
fault_at(uint64_t addr, uint64_t len, enum access access)
{
    struct fault why = { .kind = FAULT_NONE };
    void *p = memory_translate(&mem, addr, len, access, &why);
    cr_assert_eq(p != NULL, why.kind == FAULT_NONE);
    if (p)
        cr_assert_eq(p, memory_host(&mem, addr));
    return why.kind;
}

Test(memory, single_region_is_exact)
{
    cr_assert_eq(fault_at(0x20000, 64, MEM_READ), FAULT_NONE);
    cr_assert_eq(fault_at(0x2003f, 1, MEM_WRITE), FAULT_NONE);
    cr_assert_eq(fault_at(0x2003f, 2, MEM_READ), FAULT_STRADDLE);
    cr_assert_eq(fault_at(0x20040, 1, MEM_READ), FAULT_UNMAPPED);
    cr_assert_eq(fault_at(0x1ffff, 1, MEM_READ), FAULT_UNMAPPED);
    cr_assert_eq(fault_at(0x20000, 65, MEM_READ), FAULT_STRADDLE);
}

Test(memory, gaps_between_elements_are_unmapped)
{
    for (unsigned i = 0; i < 3; i++) {
        uint64_t elem = 0x30000 + 16 * i;
        cr_assert_eq(fault_at(elem, 10, MEM_READ), FAULT_NONE);
        cr_assert_eq(fault_at(elem + 9, 2, MEM_READ), FAULT_STRADDLE);
        cr_assert_eq(fault_at(elem + 10, 1, MEM_READ), FAULT_UNMAPPED);
        cr_assert_eq(fault_at(elem + 15, 1, MEM_READ), FAULT_UNMAPPED);
    }
    cr_assert_eq(fault_at(0x30030, 1, MEM_READ), FAULT_UNMAPPED);
}

Test(memory, permissions_and_null)
{
    cr_assert_eq(fault_at(0x30000, 4, MEM_WRITE), FAULT_PERM);
    cr_assert_eq(fault_at(0, 8, MEM_READ), FAULT_NULL);
    cr_assert_eq(fault_at(0xffff, 1, MEM_READ), FAULT_NULL);
    cr_assert_eq(fault_at(GUEST_HI, 1, MEM_READ), FAULT_UNMAPPED);
    cr_assert_eq(fault_at(UINT64_MAX, 8, MEM_READ), FAULT_UNMAPPED);
    cr_assert_eq(fault_at(0x100020000, 8, MEM_READ), FAULT_UNMAPPED);
    cr_assert_eq(fault_at(0x20000, UINT64_MAX, MEM_READ), FAULT_STRADDLE);
}

Test(memory, bounds_are_those_of_the_element)
{
    uint64_t lo = 0, hi = 0;
    cr_assert(memory_bounds(&mem, 0x30013, MEM_READ, &lo, &hi));
    cr_assert_eq(lo, 0x30010);
    cr_assert_eq(hi, 0x3001a);
    cr_assert_not(memory_bounds(&mem, 0x30013, MEM_WRITE, &lo, &hi));
    cr_assert_not(memory_bounds(&mem, 0x3000a, MEM_READ, &lo, &hi));
}

Test(memory, nearest_counts_bytes)
{
    uint64_t distance = 99;
    cr_assert_eq(memory_nearest(&mem, 0x20010, &distance)->base, 0x20000);
    cr_assert_eq(distance, 0);
    cr_assert_eq(memory_nearest(&mem, 0x20040, &distance)->base, 0x20000);
    cr_assert_eq(distance, 1);
    cr_assert_eq(memory_nearest(&mem, 0x2fffe, &distance)->base, 0x30000);
    cr_assert_eq(distance, 2);
    cr_assert_eq(memory_nearest(&mem, 0x3000f, &distance)->index, 7);
    cr_assert_eq(distance, 1);
    cr_assert_eq(memory_nearest(&mem, 0x3000a, &distance)->index, 7);
    cr_assert_eq(distance, 1);
    cr_assert_eq(memory_nearest(&mem, UINT64_MAX, &distance)->base, 0x30000);
    cr_assert_eq(memory_nearest(&mem, 0, &distance)->base, 0x10000);
    cr_assert_eq(distance, 0x10000);
}

Test(memory, changes_move_the_generation)
{
    uint64_t before = mem.generation;
    struct region same = { .base = 0x20000, .elem_bytes = 64, .n = 1, .access = MEM_READ | MEM_WRITE };
    memory_change(&mem, 0x20000, &same);
    cr_assert_eq(mem.generation, before);
    same.base = 0x40000;
    memory_change(&mem, 0x20000, &same);
    cr_assert_neq(mem.generation, before);
    cr_assert_eq(fault_at(0x20000, 1, MEM_READ), FAULT_UNMAPPED);
    cr_assert_eq(fault_at(0x40000, 1, MEM_READ), FAULT_NONE);
    same.n = 0;
    memory_change(&mem, 0x40000, &same);
    cr_assert_eq(fault_at(0x40000, 1, MEM_READ), FAULT_UNMAPPED);
}

Test(memory, reset_forgets_and_zeroes)
{
    uint32_t a = memory_alloc(&mem, 100, 8);
    cr_assert_eq(a, GUEST_HEAP);
    uint8_t *p = memory_host(&mem, a);
    p[99] = 1;
    ((uint8_t *)memory_host(&mem, 0x20000))[0] = 1;
    memory_reset(&mem);
    cr_assert_eq(mem.n_regions, 0);
    cr_assert_null(memory_nearest(&mem, 0x20000, NULL));
    cr_assert_eq(p[99], 0);
    cr_assert_eq(((uint8_t *)memory_host(&mem, 0x20000))[0], 0);
    cr_assert_eq(memory_alloc(&mem, 1, 4096), GUEST_HEAP);
}

Test(memory, heap_ends)
{
    cr_assert_eq(memory_alloc(&mem, GUEST_HI, 8), 0);
    cr_assert_eq(memory_alloc(&mem, UINT64_MAX, 8), 0);
    cr_assert_eq(memory_alloc(&mem, GUEST_HI - GUEST_HEAP, 8), GUEST_HEAP);
    cr_assert_eq(memory_alloc(&mem, 1, 1), 0);
}

Test(memory, zero_is_exact)
{
    uint32_t a = memory_alloc(&mem, 2 << 20, 8);
    uint8_t *p = memory_host(&mem, a);
    memset(p, 0xff, 2 << 20);
    memory_zero(&mem, a + 5, (1 << 20) + 3);
    cr_assert_eq(p[4], 0xff);
    cr_assert_eq(p[(1 << 20) + 8], 0xff);
    for (unsigned i = 5; i < (1 << 20) + 8; i++)
        cr_assert_eq(p[i], 0, "byte %u", i);
}
