/* See objects.h. */
#include "config.h"

#include "tests/object/objects.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *
object_path(const char *name)
{
    char *path;
    const char *dir = getenv("top_builddir");
    if (asprintf(&path, "%s/tests/object/build/%s", dir ? dir : ".", name) < 0)
        abort();
    if (access(path, R_OK)) {
        free(path);
        cr_skip("%s is not there: its compiler is not installed", name);
    }
    return path;
}

char *
error_text(const struct errinfo *e)
{
    struct buf out = BUF_EMPTY;
    err_text(e, &out);
    return out.text;
}

struct program *
object_load(const char *name)
{
    char *path = object_path(name);
    struct program *p = NULL;
    struct errinfo e;
    enum err err = program_load(path, NULL, &p, &e);
    if (err)
        cr_assert_fail("%s", error_text(&e));
    free(path);
    return p;
}

const struct function *
function_named(const struct program *p, const char *name)
{
    const struct function *f = program_function_named(p, name);
    cr_assert_not_null(f, "no function %s", name);
    return f;
}

const struct map_def *
map_named(const struct program *p, const char *name)
{
    const struct map_def *def = program_map_named(p, name);
    cr_assert_not_null(def, "no map %s", name);
    return def;
}
