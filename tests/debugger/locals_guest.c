/* Functions whose locals are known: each value that a local gets is stored in `truth` as well, right after. Compiled by each compiler and run
 * by test_locals.c, which compares what the debugger shows after every instruction. truth[f][i] is local i (by T's numbers) of function f.
 * Left out is what compilers describe wrongly in a way that nobody can tell from right: a last store to memory that nobody reads
 * (it is gone, and the variable said to be there), bit-fields that are set one by one (clang shows a struct half made), and
 * (unsigned)x >> n of a negative int (gcc 12 shifts all 64 bits of the register), and unrolled loops in which variables change places
 * (gcc 12 adds a register to itself).
 * Not named .bpf.c: the kernel is not asked about it. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define NOINLINE __attribute__((noinline))

volatile u64 truth[16][8];
volatile u64 input[8];

#define T(i, v) (truth[F][i] = (u64)(v))

struct pair { u32 a; short b; u8 c; };
struct wide { u64 first, second, third; };
struct bits { unsigned lo : 5; int mid : 7; unsigned hi : 20; };
enum colour { RED = 1, GREEN, BLUE };

#define F 0
static NOINLINE int
arithmetic(int a, int b)
{
    int sum = a + b;
    T(0, sum);
    int product = sum * b;
    T(1, product);
    int shifted = product >> 3;
    T(2, shifted);
    long wide = (long)shifted * sum;
    T(3, wide);
    return (int)(wide ^ product);
}
#undef F

#define F 1
static NOINLINE u64
loop(u32 n)
{
    u64 total = 0;
    T(0, total);
    for (u32 i = 0; i < (n & 7); i++, T(1, i)) {
        T(1, i);
        u64 square = (u64)i * i;
        T(2, square);
        total += square + input[i & 7];
        T(0, total);
    }
    return total;
}
#undef F

#define F 2
static NOINLINE int
aggregate(u32 seed)
{
    struct pair p = { .a = seed, .b = (short)(seed >> 3), .c = 7 };
    T(0, p.a);
    T(1, p.b);
    T(2, p.c);
    p.a += 5;
    T(0, p.a);
    p.b = (short)(p.a - p.c);
    T(1, p.b);
    return (int)p.a + p.b;
}
#undef F

static NOINLINE void
fill(struct wide *w, u64 seed)
{
    w->first = seed;
    w->second = seed * 3;
    w->third = seed - 9;
}

static NOINLINE void
drain(struct wide *w)
{
    input[0] += w->second;
}

#define F 3
static NOINLINE u64
stack(u64 seed)
{
    struct wide w;
    u32 array[4];
    fill(&w, seed);
    T(0, w.first);
    T(1, w.second);
    T(2, w.third);
    for (u32 i = 0; i < 4; i++)
        ((volatile u32 *)array)[i] = (u32)(seed + i);
    T(3, array[0]);
    T(4, array[3]);
    w.second += array[1];
    __asm__ volatile("" ::: "memory"); /* or it is stored after T has */
    T(1, w.second);
    drain(&w);
    return w.second + array[2] + w.third;
}
#undef F

#define F 4
static inline __attribute__((always_inline)) u32
mix(u32 x, u32 y)
{
    u32 turned = (x << 7) | (x >> 25);
    T(0, turned);
    u32 mixed = turned ^ y;
    T(1, mixed);
    return mixed;
}
#undef F

#define F 5
static NOINLINE u32
inlines(u32 x)
{
    u32 once = mix(x, 0x1234);
    T(0, once);
    u32 twice = mix(once, x);
    T(1, twice);
    return once + twice;
}
#undef F

#define F 6
static NOINLINE s64
pointers(volatile u64 *p, int n)
{
    volatile u64 *end = p + n;
    T(0, (u64)end);
    s64 sum = 0;
    T(1, sum);
    for (volatile u64 *q = p; q < end; q++) {
        T(2, (u64)q);
        sum -= (s64)*q;
        T(1, sum);
    }
    return sum;
}
#undef F

#define F 7
static NOINLINE int
branches(int x)
{
    int y;
    if (x > 10) {
        int big = x - 10;
        T(0, big);
        y = big * 2;
    } else {
        int small = 10 - x;
        T(1, small);
        y = -small;
    }
    T(2, y);
    signed char narrow = (signed char)y;
    T(3, narrow);
    return y + narrow;
}
#undef F

#define F 8
static NOINLINE int
enums(u32 x)
{
    enum colour c = x & 1 ? RED : BLUE;
    T(0, c);
    _Bool flag = c == BLUE;
    T(1, flag);
    u32 raw = x * 3;
    struct bits b;
    __builtin_memcpy(&b, &raw, sizeof b);
    T(2, b.lo);
    T(3, b.mid);
    T(4, b.hi);
    return (int)c + flag + b.mid;
}
#undef F

#define F 9
NOINLINE u64
calls(u64 x)
{
    u64 before = x + 1;
    T(0, before);
    u64 got = loop((u32)x);
    T(1, got);
    u64 after = before + got;
    T(2, after);
    got = loop((u32)after);
    T(1, got);
    return after ^ got;
}
#undef F

#define F 10
static NOINLINE int
constants(int x)
{
    int fixed = 42;
    T(0, fixed);
    int derived = fixed + x;
    T(1, derived);
    fixed = -7;
    T(0, fixed);
    return derived * fixed;
}
#undef F

#define F 11
static NOINLINE u64
polynomial(u64 x)
{
    u64 square = x * x;
    T(0, square);
    u64 cube = square * x;
    T(1, cube);
    u64 value = 3 * cube + 2 * square + x + 9;
    T(2, value);
    return value;
}
#undef F

#define F 12
static NOINLINE u32
checksum(volatile u64 *words, u32 n)
{
    u64 sum = 0;
    T(0, sum);
    for (u32 i = 0; i < n; i++) {
        u64 word = words[i];
        T(1, word);
        sum = sum * 31 + word;
        T(0, sum);
    }
    u32 folded = (u32)(sum ^ sum >> 32);
    T(2, folded);
    return folded;
}
#undef F

SEC("xdp") int
entry(void *ctx)
{
    u64 r = (u64)arithmetic((int)input[0], (int)input[1]);
    r += loop(5);
    r += (u64)aggregate((u32)input[2]);
    r += stack(input[3]);
    r += inlines((u32)input[4]);
    r += (u64)pointers(input, 3);
    r += (u64)branches((int)input[5]);
    r += (u64)branches(3);
    r += (u64)enums((u32)input[6]);
    r += calls(input[7]);
    r += (u64)constants((int)input[0]);
    r += polynomial(input[7]);
    r += checksum(input, 3);
    return (int)r;
}

char _license[] SEC("license") = "GPL";
