/* Every comparison, loops, switches, calls of functions and of helpers. */
typedef unsigned long long u64;
typedef long long s64;
typedef unsigned int u32;
typedef int s32;

static u64 (*const get_ns)(void) = (void *)5;
static u32 (*const get_random)(void) = (void *)7;

__attribute__((noinline)) static u64
mix(u64 a, u64 b)
{
    return a * 31 ^ b >> 7;
}

#define COUNT(cond) if (cond) { n = n * 3 + get_random(); }

__attribute__((section("tc/compare64"), used)) u64
compare64(u64 *p)
{
    u64 a = p[0], b = p[1], n = 0;
    s64 c = (s64)p[2], d = (s64)p[3];
    COUNT(a == b) COUNT(a != b) COUNT(a < b) COUNT(a <= b) COUNT(c < d) COUNT(c <= d) COUNT(a & b)
    COUNT(a == 5) COUNT(a != 7) COUNT(a < 50) COUNT(a > 60) COUNT(c < -5) COUNT(c > 99) COUNT(c >= d) COUNT(a & 64)
    return n;
}

__attribute__((section("tc/compare32"), used)) u32
compare32(u32 *p)
{
    u32 a = p[0], b = p[1], n = 0;
    s32 c = (s32)p[2], d = (s32)p[3];
    COUNT(a == b) COUNT(a != b) COUNT(a < b) COUNT(a <= b) COUNT(c < d) COUNT(c <= d)
    COUNT(a == 5) COUNT(a != 7) COUNT(a < 50) COUNT(a > 60) COUNT(c < -5) COUNT(c > 99) COUNT(a > 0x80000000)
    return n;
}

__attribute__((section("tc/calls"), used)) u64
calls(u64 *p)
{
    u64 n = mix(p[0], p[1]);
    for (u32 i = 0; i < (u32)p[2]; i++) {
        n = mix(n, get_ns());
        switch (n & 7) {
        case 0: n += 3; break;
        case 1: n -= 5; break;
        case 4: n ^= get_ns(); break;
        case 6: n <<= 2; break;
        }
    }
    return n;
}
