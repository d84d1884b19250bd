/* Variables of every kind, a struct with bitfields, a call and a loop on one line: for tests/debugger/test_types.c. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

enum color { RED, GREEN };

struct point {
    int x, y;
    char tag;
    unsigned low : 3, high : 5;
};

struct fields {
    unsigned a : 7, b : 12;
    int c : 5, d : 20;
    unsigned long long e : 40, f : 20;
    char g;
    _Bool h : 1;
    int i : 9;
};

int counter = 5;
long total = 7;
struct point origin = { 1, 2, 'c', 3, 4 };
struct point corners[2] = { { 10, 20, 'a', 0, 0 }, { 30, 40, 'b', 0, 0 } };
char text[8] = "hey";
enum color shade = GREEN;
__u64 zero;
struct fields fields = { 100, 4000, -7, -300000, 0x123456789a, 0xfffff, 'g', 1, -200 };
short shorts[3] = { -1, 300, 7 };
_Bool flag = 1;
struct point *where;

static __attribute__((noinline)) int
twice(int n)
{
    return n * 2;
}

SEC("xdp")
int
values(struct xdp_md *ctx)
{
    counter += 2;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 10; i++) total += counter + i * total;
    origin.x = twice(counter);
    zero++;
    return XDP_PASS;
}

struct pair {
    __u16 a;
    __u8 b, parts[3];
    __u32 low : 4, high : 28;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8);
    __type(key, struct pair);
    __type(value, struct point);
} pairs SEC(".maps");

char _license[] SEC("license") = "GPL";
