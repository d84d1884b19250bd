/* The composition root: the only file that knows every engine and every front end. */
#include "config.h"

#include <stdio.h>

int
main(void)
{
    fputs("ebpfdbg: not built yet\n", stderr);
    return 2;
}
