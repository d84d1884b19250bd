/* How many corruptions of the JIT and, where the kernel can be asked, of the interpreter fuzzing finds and shrinks to a few instructions:
 * tests/fuzz_mutants, which says what that means, counts. */
#include "config.h"

#include "tests/bench/figures.h"

#include <stdio.h>
#include <string.h>

bool
count_mutants(json_t *figures)
{
    char line[256];
    unsigned found = 0, total = 0, small = 0;
    FILE *output = popen("tests/fuzz_mutants", "r");
    if (!output)
        return false;
    while (fgets(line, sizeof line, output))
        if (sscanf(line, "found %u of %u, %u of them", &found, &total, &small) != 3 && strncmp(line, "ok", 2) != 0)
            printf("%s", line);
    pclose(output);
    printf("%-24s %8u of %u found and shrunk\n\n", "fuzz, corruptions", small, total);
    add_figure(figures, "fuzz.mutants_found", small, "count", NULL);
    add_figure(figures, "fuzz.mutants_total", total, "count", NULL);
    return total > 0;
}
