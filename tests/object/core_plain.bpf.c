/* CO-RE as bpf-gcc 12 knows it: plain accesses. Its other builtins become calls that nobody resolves. The target's types are those of
 * core_target.bpf.c. */
#define local __attribute__((preserve_access_index))
#define PROGRAM(name, argument) __attribute__((section("raw_tp"), used)) unsigned long name(argument)

struct moved {
    int a;
    long b;
    unsigned char c;
} local;
struct nameless {
    int deep;
    unsigned char deeper[4];
    int plain;
} local;
struct missing {
    int x;
} local;

PROGRAM(loads, struct moved *p) { return p->a + p->b + p->c; }
PROGRAM(stores, struct moved *p) { p->a = 1; p->b = (long)p; return 0; }
PROGRAM(nameless_loads, struct nameless *p) { return p->deep + p->plain; }
PROGRAM(missing_load, struct missing *p) { return p->x; }

char license_text[] __attribute__((section("license"), used)) = "GPL";
