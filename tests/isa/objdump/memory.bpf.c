/* Loads and stores of every width, atomics, constants, data sections. */
typedef unsigned long long u64;
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;

static const u32 table[8] = { 1, 2, 3, 5, 7, 11, 13, 17 };
u64 counter;
u32 limit = 100;

__attribute__((section("tc/loads"), used)) u64
loads(u8 *p)
{
    return p[0] + *(u16 *)(p + 2) + *(u32 *)(p + 4) + *(u64 *)(p + 8) + *(p - 1) + (u64) * (signed char *)(p + 3) + (u64) * (short *)(p + 6) +
           (u64) * (int *)(p - 12);
}

__attribute__((section("tc/stores"), used)) u64
stores(u8 *p, u64 v)
{
    volatile u64 local[4];
    p[0] = (u8)v;
    *(u16 *)(p + 2) = (u16)v;
    *(u32 *)(p + 4) = (u32)v;
    *(u64 *)(p + 8) = v;
    *(u64 *)(p - 8) = 0;
    local[0] = 7;
    local[3] = v;
    return local[0] + local[3];
}

__attribute__((section("tc/atomics"), used)) u64
atomics(u64 *p, u64 v)
{
    __sync_fetch_and_add(p, v);
    __sync_fetch_and_add((u32 *)(p + 1), (u32)v);
#ifdef WITH_FETCH
    u64 old = __sync_fetch_and_add(p + 2, v);
    old += __sync_fetch_and_or(p + 3, v);
    old += __sync_fetch_and_and(p + 4, v);
    old += __sync_fetch_and_xor(p + 5, v);
    old += __sync_lock_test_and_set(p + 6, v);
    old += __sync_val_compare_and_swap(p + 7, v, old);
    return old;
#else
    return 0;
#endif
}

__attribute__((section("tc/data"), used)) u64
data(u32 *p)
{
    counter += table[*p & 7];
    return counter > limit ? 0x123456789abcdef0 : 0xffffffff;
}
