/* Error records: placeholders become the record's fields, texts that do not fit are cut. */
#include "config.h"

#include "sim/base/error.h"

#include <criterion/criterion.h>
#include <string.h>

Test(error, text_of_a_row)
{
    struct errinfo e;
    struct buf out = BUF_EMPTY;
    cr_assert_eq(err_set(&e, ERR_TOO_LARGE, "a.o", 0, 4096, 1024), ERR_TOO_LARGE);
    err_text(&e, &out);
    cr_assert_str_eq(buf_text(&out), "a.o: 4096 bytes; the limit is 1024");
    buf_free(&out);
}

Test(error, hex_numbers)
{
    struct errinfo e;
    struct buf out = BUF_EMPTY;
    err_set(&e, ERR_ILLEGAL_INSN, NULL, 7, 0x8f, 0);
    err_text(&e, &out);
    cr_assert_str_eq(buf_text(&out), "insn 7: unknown opcode 0x8f");
    buf_free(&out);
}

Test(error, long_names_are_cut)
{
    char name[300];
    struct errinfo e;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    err_set_detail(&e, ERR_OPEN, name, name);
    cr_assert_eq(strlen(e.subject), sizeof e.subject - 1);
    cr_assert_eq(strlen(e.detail), sizeof e.detail - 1);
}

Test(error, record_is_optional)
{
    cr_assert_eq(err_set(NULL, ERR_OPEN, "x", 0, 0, 0), ERR_OPEN);
}
