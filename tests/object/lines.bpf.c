/* Source lines: programs in several sections, a subprogram in .text, one function after another in a section. The tests know which
 * lines belong to which function by the markers. */
typedef unsigned int u32;

struct context {
    u32 first, second, third;
};

static __attribute__((noinline)) int helper(const struct context *ctx, int n) /* begin helper */
{
    int sum = 0;
    for (int i = 0; i < n; i++) {
        sum += ctx->first;
        sum ^= i;
    }
    return sum;
} /* end helper */

__attribute__((section("socket/one"), used)) int one(struct context *ctx) /* begin one */
{
    if (ctx->first > 7)
        return helper(ctx, 3);
    return helper(ctx, 4) + 1;
} /* end one */

__attribute__((section("socket/one"), used)) int two(struct context *ctx) /* begin two */
{
    volatile int kept = ctx->second;
    kept += 3;
    return kept;
} /* end two */

__attribute__((section("socket/three"), used)) int three(struct context *ctx) /* begin three */
{
    return ctx->third
           * 5;
} /* end three */
