/* The composition root: the only file that knows every subcommand (engine_list.c: every engine). Reads the command line and hands over; see
 * options.h for what the exit statuses mean. */
#include "config.h"

#include "ui/message.h"
#include "ui/options.h"

#include <stdio.h>

static int (*const mains[N_SUBCOMMANDS])(const struct options *) = {
#define SUBCOMMAND(name, ...) name##_main,
#include "ui/subcommand.def"
};

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
