/* The directory of finds. See finds.h. */
#include "config.h"

#include "ui/finds.h"

#include "jit/diff/findfile.h"
#include "sim/base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum finds_outcome
failed(const char *path, struct errinfo *e)
{
    err_set_detail(e, ERR_OPEN, path, strerror(errno));
    return FINDS_ERROR;
}

/* All of the text; nothing is left of a file that could not be written. */
static bool
write_file(int fd, const char *path, const struct buf *text)
{
    size_t at = 0;
    while (at < text->len) {
        ssize_t n = write(fd, text->text + at, text->len - at);
        if (n < 0 && errno != EINTR)
            break;
        at += n > 0 ? (size_t)n : 0;
    }
    bool is_whole = at == text->len;
    if (close(fd) || !is_whole) {
        int why = errno;
        unlink(path);
        errno = why;
        return false;
    }
    return true;
}

enum err
finds_check(const struct finds *finds, struct errinfo *e)
{
    struct stat st;
    const char *directory = finds->directory;
    char *copy = xstrdup(directory);
    if (stat(directory, &st) == 0)
        errno = S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
    else if (errno == ENOENT)
        errno = 0, directory = dirname(copy);
    bool is_ok = !errno && access(directory, W_OK | X_OK) == 0;
    enum err err = is_ok ? OK : err_set_detail(e, ERR_OPEN, directory, strerror(errno));
    free(copy);
    return err;
}

/* Whether this run has already saved a find like this one. */
static bool
is_again(const struct finds *finds, const struct cause *cause, const char *name)
{
    for (uint32_t i = 0; i < finds->n; i++)
        if (!strcmp(finds->list[i].name, name) || (cause->is_named && cause_is_like(&finds->list[i].cause, cause)))
            return true;
    return false;
}

/* Creates finds->path. */
static enum finds_outcome
create(struct finds *finds, const struct find *find, const struct cause *cause, const char *origin, struct errinfo *e)
{
    struct buf text = BUF_EMPTY;
    if (mkdir(finds->directory, 0777) && errno != EEXIST)
        return failed(finds->directory, e);
    int fd = open(finds->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno == EEXIST ? FINDS_KNOWN : failed(finds->path, e);
    findfile_write(find, cause, origin, &text);
    bool is_written = write_file(fd, finds->path, &text);
    buf_free(&text);
    return is_written ? FINDS_WRITTEN : failed(finds->path, e);
}

enum finds_outcome
finds_save(struct finds *finds, const struct find *find, const struct cause *cause, const char *origin, struct errinfo *e)
{
    struct buf signature = BUF_EMPTY;
    struct finds_one one = { .cause = *cause };
    cause_signature(cause, &find->subject, &signature);
    snprintf(one.name, sizeof one.name, "%s", buf_text(&signature)); /* the longest name of an op, and 20 bytes */
    buf_free(&signature);
    if (is_again(finds, cause, one.name))
        return FINDS_AGAIN;
    if (finds->n == FINDS_MAX)
        return FINDS_FULL;
    int n = snprintf(finds->path, sizeof finds->path, "%s/%s.s", finds->directory, one.name);
    if (n < 0 || (size_t)n >= sizeof finds->path) {
        errno = ENAMETOOLONG;
        return failed(finds->directory, e);
    }
    enum finds_outcome outcome = create(finds, find, cause, origin, e);
    if (outcome != FINDS_ERROR)
        finds->list[finds->n++] = one;
    return outcome;
}
