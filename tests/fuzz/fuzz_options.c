/* Fuzz target: a command line, one argument per line. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "sim/base/base.h"
#include "ui/options.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ARGUMENTS = 64 };

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char *text = xstrndup((const char *)bytes, n), *rest = text, *argv[MOST_ARGUMENTS + 1] = { (char *)"ebpfdbg" };
    int argc = 1;
    while (rest && argc < MOST_ARGUMENTS)
        argv[argc++] = strsep(&rest, "\n");
    argv[argc] = NULL;

    struct options options;
    struct errinfo e = { 0 };
    struct buf help = BUF_EMPTY;
    enum err err = options_parse(argc, argv, &options, &e);
    FUZZ_CHECK(err == OK || (err == ERR_USAGE && e.code == err), "error %d", err);
    FUZZ_CHECK(options.subcommand < N_SUBCOMMANDS, "subcommand %d", options.subcommand);
    options_help(options.subcommand, &help);
    FUZZ_CHECK(help.len, "no help");
    buf_free(&help);
    options_free(&options);
    free(text);
    return 0;
}
