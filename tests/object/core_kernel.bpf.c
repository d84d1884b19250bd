/* CO-RE relocations against the running kernel's types: what every kernel has, under other layouts than here. */
#define local __attribute__((preserve_access_index))
#define PROGRAM(name, argument) __attribute__((section("raw_tp"), used)) unsigned long name(argument)

struct mm_struct;
struct task_struct {
    int pid;
    int tgid;
    char comm[16];
    struct mm_struct *mm;
    struct task_struct *group_leader;
    unsigned short in_execve : 1;
} local;
struct task_struct___older {
    long state;
} local;
struct task_struct___newer {
    unsigned int __state;
} local;
struct sk_buff {
    unsigned int len;
    unsigned short protocol;
    unsigned char *data;
    unsigned char pkt_type : 3, cloned : 1;
} local;
struct net_device {
    int ifindex;
    char name[16];
} local;
struct net_device___not {
    int no_such_member;
} local;
enum bpf_map_type___mine { BPF_MAP_TYPE_LRU_HASH = 99, BPF_MAP_TYPE_NEVER = 98 };
typedef int pid_t;

PROGRAM(task, struct task_struct *t)
{
    return t->pid + t->tgid + t->comm[5] + (long)t->mm + (long)t->group_leader->comm[2] + __builtin_preserve_field_info(t->comm, 1);
}
PROGRAM(task_bits, struct task_struct *t)
{
    return __builtin_preserve_field_info(t->in_execve, 0) + __builtin_preserve_field_info(t->in_execve, 4) * 3
           + __builtin_preserve_field_info(t->in_execve, 5) * 5;
}
PROGRAM(task_state, void *t)
{
    struct task_struct___newer *newer = t;
    struct task_struct___older *older = t;
    return __builtin_preserve_field_info(newer->__state, 2) ? newer->__state : older->state;
}
PROGRAM(skb, struct sk_buff *b)
{
    return b->len + b->protocol + (long)b->data + __builtin_preserve_field_info(b->cloned, 4) + __builtin_preserve_field_info(b->pkt_type, 0);
}
PROGRAM(device, struct net_device *d)
{
    return d->ifindex + d->name[3];
}
PROGRAM(device_not, struct net_device___not *d)
{
    return d->no_such_member;
}
PROGRAM(types, void *ctx)
{
    return __builtin_preserve_type_info(*(struct task_struct *)0, 1) + __builtin_preserve_type_info(*(struct net_device *)0, 0) * 3
           + __builtin_btf_type_id(*(struct sk_buff *)0, 1) * 5 + __builtin_preserve_type_info(*(pid_t *)0, 1) * 7;
}
PROGRAM(enumerators, void *ctx)
{
    return __builtin_preserve_enum_value(*(enum bpf_map_type___mine *)BPF_MAP_TYPE_LRU_HASH, 1)
           + __builtin_preserve_enum_value(*(enum bpf_map_type___mine *)BPF_MAP_TYPE_NEVER, 0) * 3;
}

char license_text[] __attribute__((section("license"), used)) = "GPL";
