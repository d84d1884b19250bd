/* The composition root: the only file that knows every engine and every subcommand. Reads the command line and hands over; see
 * options.h for what the exit statuses mean. */
#include "config.h"

#include "jit/auto.h"
#include "jit/diff/lockstep.h"
#include "jit/jit.h"
#include "ui/engines.h"
#include "ui/message.h"
#include "ui/options.h"

#include <stdio.h>
#include <string.h>

static int (*const mains[N_SUBCOMMANDS])(const struct options *) = {
#define SUBCOMMAND(name, ...) name##_main,
#include "ui/subcommand.def"
};

const struct engine *const engines[] = { &auto_engine, &interp_engine, &jit_engine, &lockstep_engine, &lockstep_block_engine, NULL };

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

static void
print(struct buf *text)
{
    fputs(buf_text(text), stdout);
    buf_free(text);
}

static int
run_subcommand(const struct options *o)
{
    struct buf text = BUF_EMPTY;
    if (o->help) {
        options_help(o->subcommand, &text);
        print(&text);
        return EXIT_DONE;
    }
    if (o->version) {
        puts(PACKAGE_STRING);
        return EXIT_DONE;
    }
    return mains[o->subcommand](o);
}

int
main(int argc, char **argv)
{
    struct options options;
    struct errinfo e;
    int status = EXIT_USAGE;
    if (options_parse(argc, argv, &options, &e) == OK)
        status = run_subcommand(&options);
    else
        message_error(&e, NULL);
    options_free(&options);
    if ((fflush(stdout) == EOF || ferror(stdout)) && status == EXIT_DONE) {
        message_text("standard output: can't be written");
        status = EXIT_FAILED;
    }
    return status;
}
