/* How long the ways through a subject are. */
#include "config.h"

#include "jit/diff/findfile.h"
#include "sim/base/base.h"

#include <criterion/criterion.h>

static const struct subject *
subject_of(const char *code)
{
    static struct find_record record;
    struct buf text = BUF_EMPTY;
    struct errinfo e;
    buf_printf(&text, "# ebpfdbg find: x\n# type: xdp\n# packet: 000102030405060708090a0b0c0d0e0f\n%s", code);
    enum err err = findfile_read("test", buf_text(&text), text.len, &record, &e);
    cr_assert_eq(err, OK, "%s: %s: %s", code, e.subject, e.detail);
    buf_free(&text);
    return &record.subject;
}

Test(subject, longest_ways)
{
    static const struct {
        const char *code;
        uint32_t path;
    } programs[] = {
        { "r0 = 0\nexit", 2 },
        { "r0 = 0x1 ll\nexit", 2 },
        { "if r1 == 0x0 goto pc+2\nr0 = 0\nr0 = 1\nexit", 4 },
        { "goto pc+2\nr0 = 0\nexit\ngoto pc-3", 4 },                    /* back, and no loop */
        { "r0 = 0\nr0 += 1\nif r0 != 0x5 goto pc-2\nexit", UINT32_MAX },
        { "r0 = 0\ngoto pc+0\nexit\ngoto pc-1", UINT32_MAX },           /* nobody gets there */
        { "call pc+1\nexit\nr0 = 1\nr0 = 2\nexit", 5 },
        { "call pc+2\ncall pc+1\nexit\nr0 = 1\nexit", 7 },
        { "call pc-1\nexit", UINT32_MAX },
        { "goto pc+7", UINT32_MAX },
    };
    for (uint32_t i = 0; i < ARRAY_LEN(programs); i++) {
        uint32_t path = subject_of(programs[i].code)->longest_path;
        cr_assert_eq(path, programs[i].path, "%u instead of %u: %s", path, programs[i].path, programs[i].code);
    }
}
