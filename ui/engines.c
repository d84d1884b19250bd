/* Finding an engine by its name. See engines.h. */
#include "config.h"

#include "ui/engines.h"

#include <string.h>

const struct engine *
engine_named(const char *name, struct errinfo *e)
{
    for (uint32_t i = 0; engines[i]; i++)
        if (!name || !strcmp(name, engines[i]->name))
            return engines[i];
    struct buf what = BUF_EMPTY, names = BUF_EMPTY;
    buf_printf(&what, "there is no engine '%s'", name);
    for (uint32_t i = 0; engines[i]; i++)
        buf_printf(&names, "%s%s", i ? ", " : "there are: ", engines[i]->name);
    err_set_detail(e, ERR_USAGE, buf_text(&what), buf_text(&names));
    buf_free(&what);
    buf_free(&names);
    return NULL;
}
