/* What every loader must get right: BTF maps, all data sections, calls across sections and inside one, a callback, externs. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 10);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, long);
} flows SEC(".maps");

int counter;
int start = 7;
const volatile int limit = 5;
static const int table[4] = { 1, 2, 3, 4 };

extern int some_kfunc(int number) __ksym;
extern int weak_var __ksym __attribute__((weak));

static __attribute__((noinline)) int
scale(int number)
{
    return number * counter + ((const volatile int *)table)[number & 3];
}

__attribute__((noinline)) int
clamp(int number)
{
    return scale(number) + limit;
}

static long
count(int i, void *arg)
{
    counter += i;
    return 0;
}

SEC("xdp")
int
first(struct xdp_md *ctx)
{
    int key = clamp(ctx->data_end);
    long *value = bpf_map_lookup_elem(&flows, &key);
    bpf_loop(3, count, 0, 0);
    if (value)
        *value += scale(key);
    return start + (&weak_var ? 1 : 0) + some_kfunc(3);
}

SEC("tc")
__attribute__((noinline)) int
second(struct __sk_buff *skb)
{
    return skb->len > 64 ? scale(skb->len) : 0;
}

SEC("tc")
int
third(struct __sk_buff *skb)
{
    return second(skb) + 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
unsigned int _version SEC("version") = 0x50f00;
