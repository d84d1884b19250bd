/* Damage to objects. See damage.h. */
#include "config.h"

#include "tests/object/damage.h"

#include "sim/base/base.h"

#include <string.h>

enum { MAX_CHANGES = 4 };

/* xorshift64*: the same mutations everywhere. */
static uint64_t
draw(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Changes 1 to MAX_CHANGES places: a bit, a byte, or a number of 2, 4 or 8 bytes that is likely to hurt. One in four hits
 * the section headers, one in 32 the ELF header: most mutants must get past those to be of use. */
void
object_damage(uint8_t *bytes, size_t n, uint64_t *state)
{
    static const uint64_t nasty[] = { 0, 1, 7, 0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff,
                                      UINT64_C(0x7fffffffffffffff), UINT64_MAX, UINT64_MAX - 7 };
    uint64_t headers;
    memcpy(&headers, bytes + 40, sizeof headers);
    for (uint64_t i = draw(state) % MAX_CHANGES + 1; i; i--) {
        size_t at = draw(state) % n;
        uint64_t where = draw(state) % 32;
        if (where == 0)
            at = draw(state) % 64;
        else if (where < 9 && headers < n)
            at = headers + draw(state) % (n - headers);
        uint64_t value = draw(state) % 2 ? nasty[draw(state) % ARRAY_LEN(nasty)] : draw(state) % (2 * n);
        size_t width = (size_t)1 << draw(state) % 4;
        if (draw(state) % 3 == 0)
            bytes[at] ^= (uint8_t)(1u << draw(state) % 8);
        else
            memcpy(bytes + at, &value, width < n - at ? width : n - at);
    }
}
