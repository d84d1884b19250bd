/* Code memory is never writable and executable at once: seen from outside, in the process's own map, after compiling, after a trap
 * was set in code that has run, and after it was cleared. */
#include "config.h"

#include "jit/jit.h"

#include "tests/interp/guest.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Mappings that are writable and executable; *executable counts the anonymous executable ones. */
static int
count_wx(int *executable)
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[512];
    int wx = 0;
    *executable = 0;
    while (f && fgets(line, sizeof line, f)) {
        char perms[5] = "", path[256] = "";
        sscanf(line, "%*s %4s %*s %*s %*s %255s", perms, path);
        wx += perms[1] == 'w' && perms[2] == 'x';
        *executable += perms[2] == 'x' && !path[0];
    }
    if (f)
        fclose(f);
    return wx;
}

Test(codemem, never_writable_and_executable)
{
    int executable;
    struct guest g;
    guest_open(&g, "r0 = 0\nloop: r0 += 1\nif r0 != 1000 goto loop\nexit\n");
    cr_assert_eq(guest_run(&g).reasons, STOP_EXIT);
    cr_assert_eq(count_wx(&executable), 0);
    cr_assert_eq(executable, 1, "the code that has just run is somewhere");
    jit_engine.set_trap(g.code, 1, true);
    cr_assert_eq(guest_run(&g).reasons, STOP_TRAP);
    cr_assert_eq(count_wx(&executable), 0);
    jit_engine.set_trap(g.code, 1, false);
    cr_assert_eq(guest_run(&g).reasons, STOP_EXIT);
    cr_assert_eq(count_wx(&executable), 0);
    guest_close(&g);
}
