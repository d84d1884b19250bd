/* What all fuzz targets use. See fuzz.h. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

_Noreturn void
fuzz_fail(const char *file, int line, const char *claim, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: not true: %s: ", file, line, claim);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

const char *
fuzz_file(int slot, const void *bytes, size_t n)
{
    static struct {
        int fd;
        char path[32];
    } files[FUZZ_FILES];
    if (!files[slot].path[0]) {
        files[slot].fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(files[slot].path, sizeof files[slot].path, "/proc/self/fd/%d", files[slot].fd);
    }
    int fd = files[slot].fd;
    FUZZ_CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, bytes, n, 0) == (ssize_t)n, "%zu bytes do not fit into memory", n);
    return files[slot].path;
}
