/* Every flag and error of look-up, update and delete, for every map type with readable elements. What a call returned goes into `results`, which the
 * test compares with the rest of the maps. Keys: inside, at the end, past the end of an array. */
#include "note.h"

#define MAP(name, map_type, entries)         \
    struct {                                 \
        __uint(type, BPF_MAP_TYPE_##map_type); \
        __uint(max_entries, entries);        \
        __type(key, __u32);                  \
        __type(value, __u64);                \
    } name SEC(".maps")

MAP(array, ARRAY, 8);
MAP(percpu_array, PERCPU_ARRAY, 8);
MAP(hash, HASH, 4);
MAP(percpu_hash, PERCPU_HASH, 4);
MAP(lru_hash, LRU_HASH, 64);
MAP(lru_percpu_hash, LRU_PERCPU_HASH, 64);

static __always_inline void
look(void *map, __u32 key)
{
    __u64 *value = bpf_map_lookup_elem(map, &key);
    note(value ? *value : ~0ULL);
}

static __always_inline void
put(void *map, __u32 key, __u64 value, __u64 flags)
{
    note(bpf_map_update_elem(map, &key, &value, flags + zero));
    look(map, key);
}

static __always_inline void
del(void *map, __u32 key)
{
    note(bpf_map_delete_elem(map, &key));
    look(map, key);
}

/* Present and absent keys under every flag, then out of bounds, flags that do not exist, and deletion. */
static __always_inline void
exercise(void *map)
{
    look(map, 1);
    put(map, 1, 11, BPF_EXIST);
    put(map, 1, 12, BPF_NOEXIST);
    put(map, 1, 13, BPF_NOEXIST);
    put(map, 1, 14, BPF_EXIST);
    put(map, 1, 15, BPF_ANY);
    put(map, 2, 16, BPF_ANY);
    put(map, 2, 17, BPF_NOEXIST | BPF_EXIST);
    put(map, 2, 18, BPF_F_LOCK);
    put(map, 2, 19, 8);
    put(map, 2, 20, 1ULL << 32);
    put(map, 2, 21, 1ULL << 63);
    put(map, 7, 22, BPF_ANY);
    put(map, 8, 23, BPF_ANY);
    put(map, 8, 24, BPF_EXIST);
    put(map, 8, 25, BPF_NOEXIST);
    put(map, 8, 26, 8);
    put(map, 0xffffffff, 27, BPF_ANY);
    del(map, 2);
    del(map, 2);
    del(map, 9);
    del(map, 0xffffffff);
    put(map, 2, 28, BPF_ANY);
    del(map, 1);
    put(map, 1, 29, BPF_NOEXIST);
}

/* Past the number of entries: -E2BIG, but what is there may still be changed. */
static __always_inline void
overfill(void *map)
{
    for (__u32 key = 100; key < 106; key++)
        put(map, key, key, BPF_ANY);
    put(map, 100, 1, BPF_EXIST);
    del(map, 101);
    put(map, 107, 2, BPF_NOEXIST);
}

#define PROGRAM(map, body)      \
    SEC("xdp")                  \
    int map##_##body(void *ctx) \
    {                           \
        body(&map);             \
        return XDP_PASS;        \
    }

PROGRAM(array, exercise)
PROGRAM(percpu_array, exercise)
PROGRAM(hash, exercise)
PROGRAM(percpu_hash, exercise)
PROGRAM(lru_hash, exercise)
PROGRAM(lru_percpu_hash, exercise)
PROGRAM(hash, overfill)
PROGRAM(percpu_hash, overfill)

/* Writes through the pointer that a look-up gave, with atomics too; a value that was deleted can still be read. */
SEC("xdp")
int
pointers_into_maps(void *ctx)
{
    __u32 key = 3;
    __u64 one = 1;
    bpf_map_update_elem(&hash, &key, &one, BPF_ANY);
    __u64 *in_hash = bpf_map_lookup_elem(&hash, &key);
    __u64 *in_array = bpf_map_lookup_elem(&array, &key);
    __u64 *in_percpu = bpf_map_lookup_elem(&percpu_array, &key);
    if (!in_hash || !in_array || !in_percpu)
        return XDP_ABORTED;
    *in_hash = 0x1122334455667788;
    __sync_fetch_and_add(in_array, 5);
    *in_percpu += 7;
    *((__u8 *)in_hash + 3) = 0;
    bpf_map_delete_elem(&hash, &key);
    note(*in_hash);
    return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
