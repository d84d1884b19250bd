/* Variables of every integer type, for expressions over them: compiled for eBPF, where the debugger evaluates them, and by the C compiler of the
 * machine, which says what they are (test_compiler.c). */
enum colour { RED, GREEN = 7, BLUE = 1000 };
enum sign { MINUS = -3, PLUS = 3 };

struct fields {
    unsigned a : 7, b : 12;
    int c : 5, d : 20;
    unsigned long long e : 20;
    signed char f : 4;
    _Bool g : 1;
    unsigned h : 31;
    int i : 31;
};

struct item {
    short id;
    unsigned char tag;
    int scores[3];
    struct {
        unsigned short x;
        long y;
    } inner;
};

char c8 = -5;
signed char s8 = -128;
unsigned char u8v = 200;
short s16 = -30000;
unsigned short u16v = 65535;
int s32 = -2147483647;
unsigned u32v = 4000000000u;
long s64v = -9000000000000000000;
unsigned long u64v = 18000000000000000000u;
long long ll = 77;
unsigned long long ull = 1;
_Bool flag = 1;
enum colour shade = BLUE;
enum sign sign = MINUS;
struct fields fields = { 100, 4000, -7, -300000, 0xabcde, -3, 1, 0x7fffffff, -5 };
struct item items[4] = { { -1, 1, { 10, -20, 30 }, { 7, -8 } }, { 2, 250, { -1, 2, -3 }, { 65000, 1l << 40 } },
                         { 300, 3, { 0, 0, 1 }, { 1, 1 } }, { -400, 4, { 2147483647, -1, 5 }, { 9, -99 } } };
int grid[3][4] = { { 1, -2, 3, -4 }, { 50, 60, 70, 80 }, { -900, 1000, -1100, 1200 } };
short shorts[8] = { -1, 300, 7, -32768, 32767, 0, 12, -12 };
struct item *where = &items[1];
int *into = &grid[1][1];

#ifdef __bpf__
__attribute__((section("xdp"), used)) int
entry(void *ctx)
{
    return 2;
}

char _license[] __attribute__((section("license"), used)) = "GPL";
#endif
