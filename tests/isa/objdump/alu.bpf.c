/* Arithmetic of every width and form, so that a compiler emits it at every -mcpu. */
typedef unsigned long long u64;
typedef long long s64;
typedef unsigned int u32;
typedef int s32;
typedef unsigned short u16;
typedef short s16;
typedef signed char s8;

struct operands {
    u64 a, b;
    s64 c, d;
    u32 e, f;
    s32 g, h;
    u16 i;
    s16 j;
    s8 k;
};

__attribute__((section("tc/alu64"), used)) u64
alu64(struct operands *o)
{
    u64 r = o->a + o->b;
    r = r * o->b - 77;
    r ^= o->a >> (o->b & 63);
    r |= o->b << 13;
    r &= 0x7ffffffffffffff1;
    r += o->a / (o->b | 1);
    r -= o->a / 10;
    r += o->a % (o->b | 1);
    r ^= (u64)(o->c >> (o->d & 63));
    r += (u64)(o->c >> 5);
    r += (u64)-o->c;
    r *= 0x12345;
    o->a = r;
    return r ^ 0xdeadbeefcafef00d;
}

__attribute__((section("tc/alu32"), used)) u32
alu32(struct operands *o)
{
    u32 r = o->e + o->f;
    r = r * o->f - 77;
    r ^= o->e >> (o->f & 31);
    r |= o->f << 13;
    r &= 0x7ffffff1;
    r += o->e / (o->f | 1);
    r += o->e % 7;
    r ^= (u32)(o->g >> (o->h & 31));
    r += (u32)(o->g >> 5);
    r += (u32)-o->g;
    o->e = r;
    return r ^ 0xdeadbeef;
}

__attribute__((section("tc/swap"), used)) u64
swap(struct operands *o)
{
    u64 r = __builtin_bswap64(o->a);
    r += __builtin_bswap32(o->e);
    r += __builtin_bswap16(o->i);
    return r + (u64)o->j + (u64)o->k + (u64)(s64)o->g;
}
