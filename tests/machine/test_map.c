/* Every map operation with the kernel's answers; what the guest may touch of a map's memory. */
#include "config.h"

#include "tests/machine/fixture.h"

#include "sim/base/base.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

TestSuite(map, .fini = fixture_close);

static void
open_map(uint32_t type, uint32_t key_bytes, uint32_t value_bytes, uint32_t max_entries)
{
    fixture_open_maps(&(struct map_def){ .type = type, .key_bytes = key_bytes, .value_bytes = value_bytes, .max_entries = max_entries,
                                         .inner = -1 }, 1);
    cr_assert_not_null(fix.m->maps[0].ops, "%s", buf_text(&fix.notes));
}

static int
put(uint32_t key, uint64_t value, uint64_t flags)
{
    return map_update(fix.m, &fix.m->maps[0], &key, &value, flags);
}

static int
drop(uint32_t key)
{
    return map_delete(fix.m, &fix.m->maps[0], &key);
}

/* The value of a key, -1 when it is absent. */
static int64_t
get(uint32_t key)
{
    int64_t value = 0;
    uint64_t addr = map_lookup(fix.m, &fix.m->maps[0], &key);
    if (!addr)
        return -1;
    cr_assert_not_null(memory_translate(&fix.m->mem, addr, fix.maps[0].value_bytes, MEM_READ | MEM_WRITE, NULL));
    cr_assert_null(memory_translate(&fix.m->mem, addr - 1, 1, MEM_READ, NULL));
    cr_assert_null(memory_translate(&fix.m->mem, addr + fix.maps[0].value_bytes, 1, MEM_READ, NULL), "one past the value");
    memcpy(&value, memory_host(&fix.m->mem, addr), fix.maps[0].value_bytes);
    return value;
}

static uint32_t
count_keys(void)
{
    uint32_t n = 0, key;
    const void *previous = NULL;
    while (map_next_key(fix.m, &fix.m->maps[0], previous, &key) == 0) {
        cr_assert_lt(n, 1000);
        n++;
        previous = &key;
    }
    return n;
}

Test(map, array)
{
    open_map(BPF_MAP_TYPE_ARRAY, 4, 8, 3);
    cr_assert_eq(get(0), 0);
    cr_assert_eq(put(2, 7, BPF_ANY), 0);
    cr_assert_eq(get(2), 7);
    cr_assert_eq(put(2, 8, BPF_EXIST), 0);
    cr_assert_eq(put(2, 9, BPF_NOEXIST), -EEXIST);
    cr_assert_eq(put(3, 9, BPF_ANY), -E2BIG);
    cr_assert_eq(put(3, 9, BPF_NOEXIST), -E2BIG);
    cr_assert_eq(put(0, 9, 3), -EINVAL);
    cr_assert_eq(put(0, 9, BPF_F_LOCK), -EINVAL);
    cr_assert_eq(drop(0), -EINVAL);
    cr_assert_eq(get(3), -1);
    cr_assert_eq(get(2), 8);
    cr_assert_eq(count_keys(), 3);
    machine_reset_maps(fix.m);
    cr_assert_eq(get(2), 0);
}

static void
check_hash(uint32_t type)
{
    open_map(type, 4, 8, 3);
    cr_assert_eq(get(1), -1);
    cr_assert_eq(put(1, 10, BPF_EXIST), -ENOENT);
    cr_assert_eq(put(1, 10, BPF_NOEXIST), 0);
    cr_assert_eq(put(1, 11, BPF_NOEXIST), -EEXIST);
    cr_assert_eq(put(1, 12, 3), -EINVAL);
    cr_assert_eq(put(1, 13, BPF_EXIST), 0);
    cr_assert_eq(get(1), 13);
    cr_assert_eq(drop(2), -ENOENT);
    cr_assert_eq(put(2, 20, BPF_ANY), 0);
    cr_assert_eq(put(3, 30, BPF_ANY), 0);
    cr_assert_eq(count_keys(), 3);
    cr_assert_eq(map_n_entries(fix.m, &fix.m->maps[0]), 3);
}

Test(map, hash)
{
    check_hash(BPF_MAP_TYPE_HASH);
    cr_assert_eq(put(4, 40, BPF_ANY), -E2BIG);
    cr_assert_eq(put(3, 31, BPF_ANY), 0, "a full map takes updates");
    cr_assert_eq(put(3, 32, BPF_ANY), 0);
    cr_assert_eq(drop(1), 0);
    cr_assert_eq(put(4, 40, BPF_ANY), 0);
    cr_assert_eq(get(1), -1);
    cr_assert_eq(get(2), 20);
    cr_assert_eq(get(3), 32);
    cr_assert_eq(get(4), 40);
    machine_reset_maps(fix.m);
    cr_assert_eq(count_keys(), 0);
    cr_assert_eq(put(9, 90, BPF_ANY), 0);
    cr_assert_eq(get(9), 90);
}

Test(map, percpu_hash)
{
    check_hash(BPF_MAP_TYPE_PERCPU_HASH);
    cr_assert_eq(put(4, 40, BPF_ANY), -E2BIG);
}

Test(map, lru_hash_evicts_the_least_recently_used)
{
    check_hash(BPF_MAP_TYPE_LRU_HASH);
    cr_assert_eq(get(2), 20, "a look-up from outside is no use");
    uint64_t key = fixture_stack(-8, "\1\0\0\0", 4);
    cr_assert_neq(fixture_call(BPF_FUNC_map_lookup_elem, fix.m->maps[0].handle, key, 0, 0, 0), 0);
    cr_assert_eq(put(4, 40, BPF_ANY), 0);
    cr_assert_eq(get(2), -1, "2 was used longest ago");
    cr_assert_eq(get(1), 13);
    cr_assert_eq(get(3), 30);
    cr_assert_eq(count_keys(), 3);
}

Test(map, an_updated_value_leaves_the_old_one_readable)
{
    uint32_t key = 1;
    open_map(BPF_MAP_TYPE_HASH, 4, 8, 2);
    put(1, 10, BPF_ANY);
    uint64_t old = map_lookup(fix.m, &fix.m->maps[0], &key);
    put(1, 11, BPF_ANY);
    cr_assert_eq(*(uint64_t *)memory_host(&fix.m->mem, old), 10);
    cr_assert_eq(get(1), 11);
}

Test(map, hash_stays_whole_under_random_use)
{
    enum { KEYS = 64, CAPACITY = 40 };
    int64_t model[KEYS];
    uint32_t n = 0;
    uint64_t x = 88172645463325252u;
    memset(model, 0xff, sizeof model);
    open_map(BPF_MAP_TYPE_HASH, 4, 8, CAPACITY);
    for (int i = 0; i < 20000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        uint32_t key = (uint32_t)(x % KEYS);
        bool is_put = x >> 32 & 1;
        if (is_put) {
            int expected = model[key] < 0 && n == CAPACITY ? -E2BIG : 0;
            cr_assert_eq(put(key, (uint64_t)i, BPF_ANY), expected);
            if (!expected) {
                n += model[key] < 0;
                model[key] = i;
            }
        } else {
            cr_assert_eq(drop(key), model[key] < 0 ? -ENOENT : 0);
            n -= model[key] >= 0;
            model[key] = -1;
        }
        cr_assert_eq(get(key), model[key]);
        cr_assert_eq(map_n_entries(fix.m, &fix.m->maps[0]), n);
    }
    for (uint32_t key = 0; key < KEYS; key++)
        cr_assert_eq(get(key), model[key]);
    cr_assert_eq(count_keys(), n);
}

struct prefix {
    uint32_t bits;
    uint8_t addr[4];
};

static int64_t
route(uint32_t bits, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    struct prefix key = { bits, { a, b, c, d } };
    uint64_t addr = map_lookup(fix.m, &fix.m->maps[0], &key);
    return addr ? *(int32_t *)memory_host(&fix.m->mem, addr) : -1;
}

static int
add_route(uint32_t bits, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint32_t value, uint64_t flags)
{
    struct prefix key = { bits, { a, b, c, d } };
    return map_update(fix.m, &fix.m->maps[0], &key, &value, flags);
}

Test(map, lpm_trie)
{
    open_map(BPF_MAP_TYPE_LPM_TRIE, 8, 4, 3);
    cr_assert_eq(add_route(16, 10, 1, 77, 0, 1, BPF_ANY), 0);
    cr_assert_eq(add_route(23, 10, 1, 2, 0, 2, BPF_ANY), 0);
    cr_assert_eq(route(32, 10, 1, 3, 4), 2);
    cr_assert_eq(route(32, 10, 1, 4, 4), 1);
    cr_assert_eq(route(20, 10, 1, 2, 0), 1, "not longer than the key's own prefix");
    cr_assert_eq(route(32, 10, 2, 0, 0), -1);
    cr_assert_eq(route(33, 10, 1, 2, 0), -1);
    cr_assert_eq(add_route(0, 0, 0, 0, 0, 3, BPF_ANY), 0);
    cr_assert_eq(route(32, 99, 2, 0, 0), 3);
    cr_assert_eq(add_route(8, 9, 0, 0, 0, 4, BPF_ANY), -ENOSPC);
    cr_assert_eq(add_route(16, 10, 1, 0, 0, 5, BPF_NOEXIST), -EEXIST);
    cr_assert_eq(add_route(17, 10, 1, 0, 0, 5, BPF_EXIST), -ENOENT);
    cr_assert_eq(add_route(33, 10, 1, 0, 0, 5, BPF_ANY), -EINVAL);
    cr_assert_eq(map_delete(fix.m, &fix.m->maps[0], &(struct prefix){ 0, { 1, 2, 3, 4 } }), 0);
    cr_assert_eq(route(32, 99, 2, 0, 0), -1);
    cr_assert_eq(map_delete(fix.m, &fix.m->maps[0], &(struct prefix){ 0, { 0 } }), -ENOENT);
}

Test(map, prog_array_presets_and_errors)
{
    struct map_preset presets[] = { { .key = 1, .index = 0 } };
    fixture_open_maps(&(struct map_def){ .type = BPF_MAP_TYPE_PROG_ARRAY, .key_bytes = 4, .value_bytes = 4, .max_entries = 2, .inner = -1,
                                         .presets = presets, .n_presets = 1 }, 1);
    uint32_t key = 0, value = 0;
    struct map *map = &fix.m->maps[0];
    cr_assert_eq(map_n_entries(fix.m, map), 1);
    cr_assert_eq(map_lookup(fix.m, map, &key), 0);
    cr_assert_eq(map_update(fix.m, map, &key, &value, BPF_NOEXIST), -EINVAL);
    cr_assert_eq(map_update(fix.m, map, &key, &value, BPF_ANY), 0);
    cr_assert_eq(map_n_entries(fix.m, map), 2);
    key = 2;
    cr_assert_eq(map_update(fix.m, map, &key, &value, BPF_ANY), -E2BIG);
    machine_reset_maps(fix.m);
    cr_assert_eq(map_n_entries(fix.m, map), 1);
}

Test(map, queue_and_stack)
{
    struct map_def defs[] = { { .type = BPF_MAP_TYPE_QUEUE, .value_bytes = 8, .max_entries = 2, .inner = -1 },
                              { .type = BPF_MAP_TYPE_STACK, .value_bytes = 8, .max_entries = 2, .inner = -1 } };
    fixture_open_maps(defs, 2);
    uint64_t value = fixture_stack(-8, "\1\0\0\0\0\0\0\0", 8), out = fixture_stack(-16, "", 1);
    uint64_t *in = memory_host(&fix.m->mem, value), *got = memory_host(&fix.m->mem, out);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t map = fix.m->maps[i].handle;
        for (*in = 1; *in <= 2; ++*in)
            cr_assert_eq(fixture_call(BPF_FUNC_map_push_elem, map, value, 0, 0, 0), 0);
        cr_assert_eq((int64_t)fixture_call(BPF_FUNC_map_push_elem, map, value, 0, 0, 0), -E2BIG);
        cr_assert_eq((int64_t)fixture_call(BPF_FUNC_map_push_elem, map, value, BPF_NOEXIST, 0, 0), -EINVAL);
        cr_assert_eq(fixture_call(BPF_FUNC_map_push_elem, map, value, BPF_EXIST, 0, 0), 0, "drops the oldest");
        cr_assert_eq(fixture_call(BPF_FUNC_map_peek_elem, map, out, 0, 0, 0), 0);
        cr_assert_eq(*got, i ? 3 : 2);
        cr_assert_eq(fixture_call(BPF_FUNC_map_pop_elem, map, out, 0, 0, 0), 0);
        cr_assert_eq(*got, i ? 3 : 2);
        cr_assert_eq(fixture_call(BPF_FUNC_map_pop_elem, map, out, 0, 0, 0), 0);
        cr_assert_eq(*got, i ? 2 : 3);
        cr_assert_eq((int64_t)fixture_call(BPF_FUNC_map_pop_elem, map, out, 0, 0, 0), -ENOENT);
        cr_assert_eq(*got, 0, "an empty map gives zeros");
    }
}

Test(map, maps_of_maps_give_handles)
{
    struct map_preset presets[] = { { .key = 1, .index = 1 } };
    struct map_def defs[] = { { .type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key_bytes = 4, .value_bytes = 4, .max_entries = 2, .inner = 1,
                                .presets = presets, .n_presets = 1 },
                              { .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4, .value_bytes = 8, .max_entries = 2, .inner = -1 } };
    fixture_open_maps(defs, 2);
    uint64_t key = fixture_stack(-8, "\1\0\0\0", 4);
    cr_assert_eq(fixture_call(BPF_FUNC_map_lookup_elem, fix.m->maps[0].handle, key, 0, 0, 0), fix.m->maps[1].handle);
    fixture_stack(-8, "\0\0\0\0", 4);
    cr_assert_eq(fixture_call(BPF_FUNC_map_lookup_elem, fix.m->maps[0].handle, key, 0, 0, 0), 0);
}

Test(map, data_section)
{
    uint8_t init[6] = "hello";
    struct map_def defs[] = { { .name = (char[]){ ".rodata" }, .origin = MAP_FROM_DATA, .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4, .value_bytes = 6,
                                .max_entries = 1, .inner = -1, .init = init, .value_addr = GUEST_DATA, .is_readonly = true },
                              { .name = (char[]){ ".bss" }, .origin = MAP_FROM_DATA, .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4, .value_bytes = 8,
                                .max_entries = 1, .inner = -1, .value_addr = GUEST_DATA + 4096 } };
    fixture_open_maps(defs, 2);
    struct fault why;
    cr_assert_str_eq(memory_translate(&fix.m->mem, GUEST_DATA, 6, MEM_READ, NULL), "hello");
    cr_assert_null(memory_translate(&fix.m->mem, GUEST_DATA, 1, MEM_WRITE, &why));
    cr_assert_eq(why.kind, FAULT_PERM);
    memset(memory_translate(&fix.m->mem, GUEST_DATA + 4096, 8, MEM_WRITE, NULL), 1, 8);
    machine_reset_maps(fix.m);
    cr_assert_eq(*(uint64_t *)memory_host(&fix.m->mem, GUEST_DATA + 4096), 0);
    cr_assert_str_eq(memory_translate(&fix.m->mem, GUEST_DATA, 6, MEM_READ, NULL), "hello");
}

Test(map, too_large_maps_are_cut_and_noted)
{
    struct map_def defs[] = { { .type = BPF_MAP_TYPE_HASH, .key_bytes = 4, .value_bytes = 4, .max_entries = UINT32_MAX, .inner = -1 },
                              { .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4, .value_bytes = 1 << 20, .max_entries = 1 << 20, .inner = -1 },
                              { .type = BPF_MAP_TYPE_HASH, .key_bytes = 0, .value_bytes = 4, .max_entries = 4, .inner = -1 },
                              { .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 8, .value_bytes = 4, .max_entries = 4, .inner = -1 },
                              { .type = 99, .key_bytes = 8, .value_bytes = 4, .max_entries = 4, .inner = -1 },
                              { .type = BPF_MAP_TYPE_HASH, .key_bytes = UINT32_MAX, .value_bytes = UINT32_MAX, .max_entries = UINT32_MAX,
                                .inner = -1 },
                              { .type = BPF_MAP_TYPE_ARRAY, .key_bytes = 4, .value_bytes = 1 << 26, .max_entries = 64, .inner = -1 } };
    fixture_open_maps(defs, 7);
    cr_assert_not_null(fix.m->maps[0].ops);
    cr_assert_lt(fix.m->maps[0].max_entries, UINT32_MAX);
    cr_assert_not_null(fix.m->maps[1].ops);
    cr_assert_null(fix.m->maps[2].ops);
    cr_assert_null(fix.m->maps[3].ops);
    cr_assert_null(fix.m->maps[4].ops);
    cr_assert_null(fix.m->maps[5].ops);
    for (int i = 0; i < 7; i++) {
        char name[16];
        snprintf(name, sizeof name, "map map%d:", i);
        cr_assert_not_null(strstr(buf_text(&fix.notes), name), "%s", buf_text(&fix.notes));
    }
}
