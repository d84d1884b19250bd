/* material dict TARGET: prints the target's dictionary. material seeds TARGET VECTORS FOLDER: writes inputs made from the tables and from the
 * test vectors in the folder VECTORS. Status 1: there are none for this target. Files that exist already are added by seeds.sh. */
#include "config.h"

#include "tests/fuzz/material.h"

#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "dict"))
        return !dictionary_print(argv[2]);
    if (argc == 5 && !strcmp(argv[1], "seeds"))
        return !seeds_write(argv[2], argv[3], argv[4]);
    fprintf(stderr, "usage: %s dict TARGET | seeds TARGET VECTORS FOLDER\n", argv[0]);
    return 2;
}
