/* Error messages. See message.h. */
#include "config.h"

#include "ui/message.h"

#include <stdio.h>

void
message_error(const struct errinfo *e, const char *next)
{
    struct buf text = BUF_EMPTY;
    err_text(e, &text);
    message_text("%s%s%s", buf_text(&text), next ? "; " : "", next ? next : "");
    buf_free(&text);
}

void
message_text(const char *format, ...)
{
    struct buf text = BUF_EMPTY;
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    fflush(stdout); /* so that what was printed before comes before, also in a file */
    fprintf(stderr, "ebpfdbg: %s\n", buf_text(&text));
    buf_free(&text);
}
