/* terminal: plays a person at a terminal. Runs a command on a pseudo-terminal and follows a script from standard input:
 *
 *   send TEXT        types TEXT; \r \t \e \\ and \xHH (two digits) are understood
 *   expect TEXT      waits until TEXT has appeared since the last expect; at most 10 seconds
 *   size ROWS COLS   changes the size of the window
 *   wait             waits for the command to end
 *
 * Usage: terminal COMMAND [ARGUMENT...]. Writes all that the command printed to standard output. Status: the command's after `wait`;
 * 125 when an expectation failed. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SEEN_MAX_BYTES = 1 << 20, TIMEOUT_MS = 10000, FAILED = 125, NO_TERMINAL = 77 };

struct terminal {
    int fd;
    pid_t child;
    char *seen; /* NUL-terminated */
    size_t n_seen;
    size_t matched; /* seen up to here was matched by expect */
};

static long
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads what the command has printed, waiting at most `ms`. False at its end. */
static int
take_output(struct terminal *t, int ms)
{
    struct pollfd fd = { .fd = t->fd, .events = POLLIN };
    if (poll(&fd, 1, ms) <= 0)
        return 1;
    ssize_t n = read(t->fd, t->seen + t->n_seen, SEEN_MAX_BYTES - t->n_seen);
    if (n <= 0)
        return 0;
    t->n_seen += (size_t)n;
    t->seen[t->n_seen] = '\0';
    return t->n_seen < SEEN_MAX_BYTES;
}

static size_t
unescape(char *text)
{
    char *out = text;
    for (const char *p = text; *p; p++) {
        if (*p != '\\' || !p[1]) {
            *out++ = *p;
            continue;
        }
        unsigned code;
        switch (*++p) {
        case 'r':
            *out++ = '\r';
            break;
        case 't':
            *out++ = '\t';
            break;
        case 'e':
            *out++ = '\033';
            break;
        case 'x':
            if (sscanf(p + 1, "%2x", &code) == 1) {
                *out++ = (char)code;
                p += 2;
            }
            break;
        default:
            *out++ = *p;
        }
    }
    *out = '\0';
    return (size_t)(out - text);
}

static int
expect(struct terminal *t, const char *text)
{
    long end = now_ms() + TIMEOUT_MS;
    for (;;) {
        char *at = strstr(t->seen + t->matched, text);
        if (at) {
            t->matched = (size_t)(at - t->seen) + strlen(text);
            return 1;
        }
        if (now_ms() > end || !take_output(t, 100))
            break;
    }
    fprintf(stderr, "terminal: expected \"%s\" after:\n%s\n", text, t->seen + t->matched);
    return 0;
}

static int
wait_for_end(struct terminal *t)
{
    long end = now_ms() + TIMEOUT_MS;
    int status;
    while (take_output(t, 100))
        if (now_ms() > end) {
            fprintf(stderr, "terminal: the command does not end\n");
            kill(t->child, SIGKILL);
            break;
        }
    waitpid(t->child, &status, 0);
    t->child = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
start(struct terminal *t, char **argv)
{
    t->fd = posix_openpt(O_RDWR | O_NOCTTY);
    if (t->fd < 0 || grantpt(t->fd) || unlockpt(t->fd))
        return 0;
    struct winsize size = { .ws_row = 24, .ws_col = 80 };
    const char *name = ptsname(t->fd);
    if (!name || access(name, R_OK | W_OK)) /* no /dev/pts, as in a bare chroot */
        return 0;
    t->child = fork();
    if (t->child)
        return t->child > 0;
    setsid();
    int tty = open(name, O_RDWR);
    ioctl(tty, TIOCSCTTY, 0);
    ioctl(tty, TIOCSWINSZ, &size);
    for (int fd = 0; fd < 3; fd++)
        dup2(tty, fd);
    execvp(argv[0], argv);
    _exit(127);
}

/* One line of the script. Returns 0 to go on, -1 when it failed; *status is set by "wait". */
static int
follow(struct terminal *t, char *line, int *status)
{
    line[strcspn(line, "\n")] = '\0';
    char *argument = strchr(line, ' ');
    argument = argument ? argument + 1 : line + strlen(line);
    struct winsize size = { 0 };
    if (!strncmp(line, "send ", 5)) {
        size_t n = unescape(argument);
        return write(t->fd, argument, n) == (ssize_t)n ? 0 : -1;
    }
    if (!strncmp(line, "expect ", 7)) {
        unescape(argument);
        return expect(t, argument) ? 0 : -1;
    }
    if (sscanf(line, "size %hu %hu", &size.ws_row, &size.ws_col) == 2)
        return ioctl(t->fd, TIOCSWINSZ, &size);
    if (!strcmp(line, "wait")) {
        *status = wait_for_end(t);
        return 0;
    }
    if (*line && *line != '#') {
        fprintf(stderr, "terminal: what does '%s' mean?\n", line);
        return -1;
    }
    return 0;
}

int
main(int argc, char **argv)
{
    struct terminal t = { .seen = calloc(SEEN_MAX_BYTES + 1, 1) };
    if (argc < 2 || !t.seen) {
        fprintf(stderr, "usage: terminal COMMAND [ARGUMENT...] <SCRIPT\n");
        return FAILED;
    }
    if (!start(&t, argv + 1)) {
        fprintf(stderr, "terminal: no pseudo-terminal is to be had here\n");
        return NO_TERMINAL;
    }
    char line[1024];
    int status = FAILED;
    while (fgets(line, sizeof line, stdin))
        if (follow(&t, line, &status)) {
            status = FAILED;
            break;
        }
    if (t.child > 0) {
        kill(t.child, SIGKILL);
        waitpid(t.child, NULL, 0);
    }
    fwrite(t.seen, 1, t.n_seen, stdout);
    free(t.seen);
    return status;
}
