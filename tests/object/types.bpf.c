/* Types and values to be printed: one global variable of each kind, initialised. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

enum color { RED, GREEN = 5, BLUE = -1 };
enum flags { FLAG_A = 1, FLAG_B = 2, FLAG_C = 8 };

struct pkt_stats {
    u64 pkts;
    u64 bytes;
};

struct everything {
    int number;
    _Bool truth;
    char letter;
    u8 byte;
    enum color color;
    enum flags flags;
    struct pkt_stats inner;
    union {
        u32 word;
        u16 halves[2];
    };
    u32 low : 3, high : 7;
    int negative : 4;
    char name[16];
    char text[4];
    u32 list[3];
    u32 zeros[12];
    const struct pkt_stats *pointer;
    int (*callback)(void *arg, const char *);
    struct {
        int x;
    } nameless;
};

struct everything everything = {
    .number = -42,
    .truth = 1,
    .letter = 'A',
    .byte = 200,
    .color = GREEN,
    .flags = FLAG_A | FLAG_C,
    .inner = { 4, 611 },
    .word = 0x00020001,
    .low = 5,
    .high = 100,
    .negative = -3,
    .name = "eth0",
    .text = "a\"b\n",
    .list = { 1, 2, 3 },
    .nameless = { 7 },
};
volatile const u32 limits[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
int *(*volatile table[4])(u8 (*rows)[8]);

static __attribute__((noinline)) int sum(const struct pkt_stats *stats, int n)
{
    return (int)stats->pkts + n + everything.number;
}

__attribute__((section("socket"))) int prog(void *ctx)
{
    struct pkt_stats stats = { *(u32 *)ctx, 1 };
    table[0] = 0;
    return sum(&stats, 3) + (int)limits[*(u32 *)ctx & 1][1];
}
