/* Snapshots, of little memory and of so much that the kernel keeps track of what is written: a machine put back is what it was in registers, memory, regions, environment and outputs; equal pieces are kept once, and nothing
 * is left when all of them are dropped. */
#include "config.h"

#include "tests/machine/fixture.h"

#include "sim/base/base.h"
#include "sim/machine/image.h"
#include "sim/machine/output.h"
#include "sim/machine/snapshot.h"
#include "tests/isa/random.h"

#include <linux/bpf.h>
#include <string.h>

enum { N_KEYS = 60000, VALUE_BYTES = 60 };

static struct snapshots *all;

static void
open_snapshots(void)
{
    static const struct map_def def = { .type = BPF_MAP_TYPE_HASH, .key_bytes = 4, .value_bytes = VALUE_BYTES, .max_entries = N_KEYS };
    fixture_open_maps(&def, 1);
    all = snapshots_new(fix.m);
}

static void
close_snapshots(void)
{
    snapshots_free(all);
    fixture_close();
}

TestSuite(snapshot, .init = open_snapshots, .fini = close_snapshots);

static void
put(uint32_t key, uint8_t byte)
{
    uint8_t value[VALUE_BYTES];
    memset(value, byte, sizeof value);
    cr_assert_eq(map_update(fix.m, &fix.m->maps[0], &key, value, BPF_ANY), 0);
}

Test(snapshot, everything)
{
    struct snapshot *before = snapshot_take(all);
    uint64_t digest = machine_digest(fix.m);
    uint32_t n_regions = fix.m->mem.n_regions;
    struct env env = fix.m->env;
    cr_assert(snapshot_is_now(all, before));

    put(1, 7);
    fix.m->regs[REG_6] = 99;
    fix.m->pc = 0;
    fix.m->n_insns = 5;
    fix.m->env.clock_ns += 1000;
    machine_script_helper(fix.m, 3, 44);
    memory_add(&fix.m->mem, &(struct region){ .base = GUEST_KERNEL, .elem_bytes = 8, .n = 1, .access = MEM_READ, .kind = REGION_KERNEL });
    output_add(fix.m, OUTPUT_TRACE_PRINTK, 0, "hello", 5);
    cr_assert(!snapshot_is_now(all, before));
    cr_assert(!snapshot_has_registers_of_now(all, before));
    struct snapshot *after = snapshot_take(all);
    uint64_t digest_after = machine_digest(fix.m);

    snapshot_restore(all, before);
    cr_assert_eq(machine_digest(fix.m), digest);
    cr_assert_eq(fix.m->mem.n_regions, n_regions);
    cr_assert_eq(fix.m->env.clock_ns, env.clock_ns);
    cr_assert_eq(fix.m->n_scripted, 0);
    cr_assert_eq(fix.m->n_outputs, 0);
    cr_assert_eq(map_n_entries(fix.m, &fix.m->maps[0]), 0);
    cr_assert(snapshot_is_now(all, before));

    snapshot_restore(all, after);
    cr_assert_eq(machine_digest(fix.m), digest_after);
    cr_assert_eq(fix.m->n_scripted, 1);
    cr_assert_eq(fix.m->n_outputs, 1);
    cr_assert_arr_eq(fix.m->outputs[0].bytes, "hello", 5);
    cr_assert(snapshot_is_now(all, after));
    snapshot_drop(all, before);
    snapshot_drop(all, after);
}

/* Memory alone tells, too. */
Test(snapshot, one_byte)
{
    struct snapshot *shot = snapshot_take(all);
    uint8_t *byte = memory_host(&fix.m->mem, STACK_TOP - 1);
    ++*byte;
    cr_assert(snapshot_has_registers_of_now(all, shot));
    cr_assert(!snapshot_is_now(all, shot));
    --*byte;
    cr_assert(snapshot_is_now(all, shot));
    snapshot_drop(all, shot);
}

/* Large ranges that are zeroed go back to the system: their bytes come back all the same. */
Test(snapshot, given_back_memory)
{
    for (uint32_t key = 0; key < N_KEYS; key++)
        put(key, (uint8_t)key);
    struct snapshot *full = snapshot_take(all);
    uint64_t digest = machine_digest(fix.m);
    machine_reset_maps(fix.m);
    cr_assert(!snapshot_is_now(all, full));
    struct snapshot *empty = snapshot_take(all);
    uint64_t digest_empty = machine_digest(fix.m);
    snapshot_restore(all, full);
    cr_assert_eq(machine_digest(fix.m), digest);
    cr_assert_eq(map_n_entries(fix.m, &fix.m->maps[0]), N_KEYS);
    snapshot_restore(all, empty);
    cr_assert_eq(machine_digest(fix.m), digest_empty);
    snapshot_drop(all, full);
    snapshot_drop(all, empty);
}

/* Random changes, returns and drops, compared with digests; what all of it takes is a fraction of copies, and nothing in the end. */
Test(snapshot, random)
{
    enum { N = 64, ROUNDS = 3000 };
    struct snapshot *shots[N] = { NULL };
    uint64_t digests[N], seed = random_seed(), state = seed, at_first = 0;
    for (uint32_t key = 0; key < N_KEYS; key++)
        put(key, 1);
    struct snapshot *first = snapshot_take(all);
    at_first = snapshots_bytes(all);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t i = (uint32_t)(random_next(&state) % N);
        for (uint64_t k = random_next(&state) % 4; k > 0; k--)
            put((uint32_t)(random_next(&state) % N_KEYS), (uint8_t)random_next(&state));
        if (shots[i] && random_next(&state) % 2) {
            snapshot_restore(all, shots[i]);
            cr_assert_eq(machine_digest(fix.m), digests[i], "EBPFDBG_SEED=%llu", (unsigned long long)seed);
        } else {
            snapshot_drop(all, shots[i]);
            shots[i] = snapshot_take(all);
            digests[i] = machine_digest(fix.m);
        }
    }
    cr_assert_lt(snapshots_bytes(all), 3 * at_first, "%llu", (unsigned long long)snapshots_bytes(all));
    snapshot_restore(all, first);
    for (uint32_t i = 0; i < N; i++)
        snapshot_drop(all, shots[i]);
    cr_assert_eq(snapshots_bytes(all), at_first);
    snapshot_drop(all, first);
}

Test(image, pieces)
{
    uint64_t bytes = 0;
    uint8_t page[IMAGE_PAGE_BYTES] = { 0 };
    struct image *image = NULL;
    cr_assert(!image_put(&image, 0x5000, page, &bytes)); /* zeros are there already */
    cr_assert_null(image);
    page[1000] = 1;
    cr_assert(image_put(&image, 0x7ffff000, page, &bytes));
    cr_assert(!image_put(&image, 0x7ffff000, page, &bytes));
    struct image *same = image_share(image);
    uint64_t before = bytes;
    page[1001] = 2;
    cr_assert(image_put(&image, 0x7ffff000, page, &bytes));
    cr_assert_lt(bytes - before, 2000);
    cr_assert(!image_equal(image, same));
    page[1001] = 0;
    image_put(&image, 0x7ffff000, page, &bytes);
    cr_assert(image_equal(image, same));
    image_drop(image, &bytes);
    image_drop(same, &bytes);
    cr_assert_eq(bytes, 0);
}
