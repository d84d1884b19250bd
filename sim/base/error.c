/* Error records and their text. See error.h. */
#include "config.h"

#include "sim/base/error.h"

#include "sim/base/base.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const texts[] = {
    [OK] = "no error",
#define ERR(name, text) [ERR_##name] = text,
#include "sim/base/error.def"
};

enum err
err_set(struct errinfo *e, enum err code, const char *subject, uint64_t off, uint64_t a, uint64_t b)
{
    if (!e)
        return code;
    *e = (struct errinfo){ .code = code, .off = off, .a = a, .b = b };
    snprintf(e->subject, sizeof e->subject, "%s", subject ? subject : "");
    return code;
}

enum err
err_set_detail(struct errinfo *e, enum err code, const char *subject, const char *detail)
{
    err_set(e, code, subject, 0, 0, 0);
    if (e)
        snprintf(e->detail, sizeof e->detail, "%s", detail ? detail : "");
    return code;
}

/* Appends the field that a placeholder names. */
static void
put_field(const struct errinfo *e, const char *name, size_t len, struct buf *out)
{
    bool hex = len == 2 && name[0] == 'x';
    char field = name[len - 1];
    if (field == 's') {
        buf_puts(out, e->subject);
    } else if (field == 'd') {
        buf_puts(out, e->detail);
    } else {
        uint64_t value = field == 'o' ? e->off : field == 'a' ? e->a : e->b;
        buf_printf(out, hex ? "0x%" PRIx64 : "%" PRIu64, value);
    }
}

void
err_text(const struct errinfo *e, struct buf *out)
{
    for (const char *p = texts[e->code]; *p; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (!end) {
            buf_putc(out, *p);
            continue;
        }
        put_field(e, p + 1, (size_t)(end - p - 1), out);
        p = end;
    }
}
