/* Makes one source both an XDP program and a native function on the same packet. Each benchmark defines
 *
 *     PROGRAM(data, end) { ... return result; }
 *
 * where data and end are const u8 * into the packet. No maps, no helpers, no headers: only what the instruction set does itself. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#ifdef __BPF__ /* clang has __bpf__ too, gcc 12 has only this */
/* The head of struct xdp_md in <linux/bpf.h>. */
struct packet {
    u32 data, data_end;
};
#define POINTER(field) ((const u8 *)(long)(field))
#else
struct packet {
    const u8 *data, *data_end;
};
#define POINTER(field) (field)
#endif

#define PROGRAM(data, end) \
    static inline __attribute__((always_inline)) u32 run(const u8 *data, const u8 *end); \
    __attribute__((section("xdp"), used)) int prog(struct packet *p); \
    __attribute__((section("xdp"), used)) int prog(struct packet *p) { return (int)run(POINTER(p->data), POINTER(p->data_end)); } \
    static inline __attribute__((always_inline)) u32 run(const u8 *data, const u8 *end)

#define NOINLINE static __attribute__((noinline))
#define INLINE static inline __attribute__((always_inline))
#define ROUNDS _Pragma("clang loop unroll(disable) vectorize(disable)")

INLINE u32
rol32(u32 x, int n)
{
    return x << n | x >> (32 - n);
}

INLINE u64
rol64(u64 x, int n)
{
    return x << n | x >> (64 - n);
}

#ifdef __BPF__ /* clang has __bpf__ too, gcc 12 has only this */
__attribute__((section("license"), used)) static const char gpl[] = "GPL";
#endif

#endif
