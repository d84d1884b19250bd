/* The directory of finds. See finds.h. */
#include "config.h"

#include "ui/finds.h"

#include "jit/diff/findfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

enum finds_outcome
finds_save(struct finds *finds, const struct find *find, const struct cause *cause, const char *origin, struct errinfo *e)
{
    struct buf name = BUF_EMPTY, text = BUF_EMPTY;
    cause_signature(cause, &find->subject, &name);
    int n = snprintf(finds->path, sizeof finds->path, "%s/%s.s", finds->directory, buf_text(&name));
    buf_free(&name);
    if (n < 0 || (size_t)n >= sizeof finds->path) {
        errno = ENAMETOOLONG;
        return failed(finds->directory, e);
    }
    if (mkdir(finds->directory, 0777) && errno != EEXIST)
        return failed(finds->directory, e);
    if (!access(finds->path, F_OK))
        return FINDS_KNOWN;
    if (finds->n_written == FINDS_MAX)
        return FINDS_FULL;
    int fd = open(finds->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno == EEXIST ? FINDS_KNOWN : failed(finds->path, e);
    findfile_write(find, cause, origin, &text);
    bool is_written = write_file(fd, finds->path, &text);
    buf_free(&text);
    if (!is_written)
        return failed(finds->path, e);
    finds->n_written++;
    return FINDS_WRITTEN;
}
