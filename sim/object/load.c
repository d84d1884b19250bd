/* Loading: from a file or bytes in memory to a program, whatever the format. See program.h. */
#include "config.h"

#include "sim/object/object.h"

#include "sim/base/base.h"
#include "sim/isa/asm.h"
#include "sim/object/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 1 << 16 };

/* Reads everything, up to OBJECT_MAX_BYTES: also from pipes, whose size nobody knows before. */
static enum err
read_all(int fd, const char *path, uint8_t **bytes, size_t *n_bytes, struct errinfo *e)
{
    struct stat st;
    size_t cap = READ_STEP, n = 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        if (st.st_size > OBJECT_MAX_BYTES)
            return err_set(e, ERR_TOO_LARGE, path, 0, (uint64_t)st.st_size, OBJECT_MAX_BYTES);
        cap = (size_t)st.st_size + 1;
    }
    uint8_t *buf = xmalloc(cap);
    for (;;) {
        ssize_t got = read(fd, buf + n, cap - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(buf);
            return err_set_detail(e, ERR_OPEN, path, strerror(errno));
        }
        n += (size_t)got;
        if (got == 0)
            break;
        if (n > OBJECT_MAX_BYTES) {
            free(buf);
            return err_set(e, ERR_TOO_LARGE, path, 0, n, OBJECT_MAX_BYTES);
        }
        if (n == cap)
            buf = xrealloc(buf, cap *= 2);
    }
    *bytes = buf;
    *n_bytes = n;
    return OK;
}

static enum err
load_elf(const char *path, const uint8_t *bytes, size_t n_bytes, const struct load_options *options, struct program **out,
         struct errinfo *e)
{
    struct object o;
    enum err err = object_read(path, bytes, n_bytes, &o, e);
    if (err)
        return err;
    err = program_link(&o, options, out, e);
    object_free(&o);
    return err;
}

static enum err
load_raw(const char *path, const uint8_t *bytes, size_t n_bytes, struct program **out, struct errinfo *e)
{
    char detail[96];
    if (n_bytes > (size_t)MAX_SLOTS * SLOT_BYTES)
        return err_set(e, ERR_TOO_LARGE, path, 0, n_bytes, (uint64_t)MAX_SLOTS * SLOT_BYTES);
    if (n_bytes == 0 || n_bytes % SLOT_BYTES) {
        snprintf(detail, sizeof detail, "%zu bytes are not a whole number of 8-byte instructions", n_bytes);
        return err_set_detail(e, ERR_ELF, path, detail);
    }
    *out = program_from_code(bytes, (uint32_t)(n_bytes / SLOT_BYTES));
    free((*out)->path);
    (*out)->path = xstrdup(path);
    return OK;
}

/* One line entry per change of line; the text stays in the file that the user gave. */
static void
add_lines(struct program *p, const uint32_t *lines)
{
    *LIST_ADD(p->files, p->n_files) = xstrdup(p->path);
    for (uint32_t pc = 0; pc < p->n_slots; pc++)
        if (pc == 0 || lines[pc] != lines[pc - 1])
            *LIST_ADD(p->lines, p->n_lines) = (struct line){ .pc = pc, .line = lines[pc], .is_stmt = true };
}

static enum err
load_asm(const char *path, const uint8_t *bytes, size_t n_bytes, const struct load_options *options, struct program **out,
         struct errinfo *e)
{
    uint8_t *code;
    uint32_t n_slots, *lines;
    enum err err = asm_program((const char *)bytes, n_bytes, options ? options->helper_id : NULL, &code, &n_slots, &lines, e);
    if (err && e)
        snprintf(e->detail, sizeof e->detail, "%.150s: ", path);
    if (err)
        return err;
    err = load_raw(path, code, (size_t)n_slots * SLOT_BYTES, out, e);
    if (!err)
        add_lines(*out, lines);
    free(code);
    free(lines);
    return err;
}

enum err
program_load_bytes(const char *path, const uint8_t *bytes, size_t n_bytes, const struct load_options *options,
                   struct program **out, struct errinfo *e)
{
    bool is_elf = n_bytes >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
    switch (options ? options->format : FORMAT_AUTO) {
    case FORMAT_AUTO:
        break;
    case FORMAT_ELF:
        return load_elf(path, bytes, n_bytes, options, out, e);
    case FORMAT_RAW:
        return load_raw(path, bytes, n_bytes, out, e);
    case FORMAT_ASM:
        return load_asm(path, bytes, n_bytes, options, out, e);
    }
    return is_elf ? load_elf(path, bytes, n_bytes, options, out, e) : load_asm(path, bytes, n_bytes, options, out, e);
}

enum err
program_load(const char *path, const struct load_options *options, struct program **out, struct errinfo *e)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_detail(e, ERR_OPEN, path, strerror(errno));
    enum err err = read_all(fd, path, &bytes, &n_bytes, e);
    close(fd);
    if (err)
        return err;
    err = program_load_bytes(path, bytes, n_bytes, options, out, e);
    free(bytes);
    return err;
}
