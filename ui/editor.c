/* libedit behind three functions. See editor.h.
 *
 * libedit's own signal handling (EL_SIGNAL) is not used: it sends signals on to the whole process group and swallows the first Ctrl-C. Here
 * the handlers of signals.c set words. While a line is edited these signals are blocked except where read_key() waits, so that none comes
 * unnoticed between looking at a word and waiting. */
#include "config.h"

#include "ui/editor.h"

#include "debugger/command.h"
#include "sim/base/base.h"
#include "ui/signals.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    HISTORY_LINES = 1000,
    SHOWN_CANDIDATES = 200, /* gdb's max-completions */
    KEY_CTRL_C = 3,         /* what read_key makes of SIGINT; bound to cancel_line */
};

struct editor {
    struct session *session;
    EditLine *el;
    History *history;
    char *history_path;
    char *line;
    sigset_t waiting; /* what is blocked while read_key waits: the mask outside of editor_read */
};

static struct editor *
editor_of(EditLine *el)
{
    void *ed;
    el_get(el, EL_CLIENTDATA, &ed);
    return ed;
}

static char *
prompt(EditLine *el)
{
    return (char *)session_prompt(editor_of(el)->session);
}

/* ---------------------------------------------------------------- keys */

/* Acts on the signals that came. True: Ctrl-C. */
static bool
handle_signals(EditLine *el)
{
    if (signals_take_resize())
        el_resize(el);
    if (signals_take_continue()) {
        el_set(el, EL_PREP_TERM, 1);
        el_set(el, EL_REFRESH);
    }
    bool was_interrupted = *signals_interrupt();
    *signals_interrupt() = 0;
    return was_interrupted;
}

/* One character of the terminal's encoding. Returns 1, 0 at the end, -1 on an error. */
static int
read_key(EditLine *el, wchar_t *out)
{
    mbstate_t state = { 0 };
    for (;;) {
        struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
        if (handle_signals(el)) {
            *out = KEY_CTRL_C;
            return 1;
        }
        if (ppoll(&input, 1, NULL, &editor_of(el)->waiting) < 0 && errno == EINTR)
            continue;
        char byte;
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n <= 0)
            return (int)n;
        size_t len = mbrtowc(out, &byte, 1, &state);
        if (len == (size_t)-2)
            continue;
        if (len == (size_t)-1) { /* not of this encoding: as it is, so that it can be seen and deleted */
            state = (mbstate_t){ 0 };
            *out = (unsigned char)byte;
        }
        return 1;
    }
}

/* Ctrl-C at the prompt: throws the line away, as in gdb. */
static unsigned char
cancel_line(EditLine *el, int key)
{
    (void)key;
    const LineInfoW *line = el_wline(el);
    el_cursor(el, (int)(line->lastchar - line->cursor));
    el_deletestr(el, (int)(line->lastchar - line->buffer));
    fputs("\nQuit\n", stdout);
    return CC_REDISPLAY;
}

/* ---------------------------------------------------------------- completion */

static size_t
common_prefix(char **list)
{
    size_t len = strlen(list[0]);
    for (size_t i = 1; list[i]; i++) {
        size_t k = 0;
        while (k < len && list[i][k] == list[0][k])
            k++;
        len = k;
    }
    return len;
}

static size_t
terminal_width(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

/* The candidates in columns, read downwards as ls and gdb print them. */
static void
print_candidates(char **list, size_t n)
{
    size_t shown = n < SHOWN_CANDIDATES ? n : SHOWN_CANDIDATES, widest = 1;
    for (size_t i = 0; i < shown; i++)
        widest = strlen(list[i]) > widest ? strlen(list[i]) : widest;
    size_t columns = terminal_width() / (widest + 2);
    columns = columns ? columns : 1;
    size_t rows = (shown + columns - 1) / columns;
    struct buf text = BUF_EMPTY;
    buf_putc(&text, '\n');
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = row; i < shown; i += rows) {
            buf_pad(&text, i / rows * (widest + 2));
            buf_puts(&text, list[i]);
        }
        buf_putc(&text, '\n');
    }
    if (n > shown)
        buf_printf(&text, "... and %zu more; type more of the word\n", n - shown);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
}

/* Types what all candidates have beyond the `typed` characters; a blank after the only one, unless the word may go on. */
static void
insert_rest(EditLine *el, const char *word, size_t typed, size_t common, bool is_only)
{
    struct buf rest = BUF_EMPTY;
    if (common > typed)
        buf_write(&rest, word + typed, common - typed);
    if (is_only && (!common || !strchr("/.>[", word[common - 1])))
        buf_putc(&rest, ' ');
    el_insertstr(el, buf_text(&rest));
    buf_free(&rest);
}

static unsigned char
complete(EditLine *el, int key)
{
    (void)key;
    const LineInfo *line = el_line(el);
    char *text = xstrndup(line->buffer, (size_t)(line->lastchar - line->buffer));
    size_t cursor = (size_t)(line->cursor - line->buffer), start, n = 0;
    char **list = command_complete(editor_of(el)->session, text, cursor, &start);
    free(text);
    while (list && list[n])
        n++;
    unsigned char action = CC_REFRESH;
    size_t typed = cursor - start, common = n ? common_prefix(list) : 0;
    if (!n) {
        action = CC_REFRESH_BEEP;
    } else if (n == 1 || common > typed) {
        insert_rest(el, list[0], typed, common, n == 1);
    } else {
        print_candidates(list, n);
        action = CC_REDISPLAY;
    }
    command_free_completions(list);
    return action;
}

/* ---------------------------------------------------------------- life */

struct editor *
editor_new(struct session *session, const char *history_path)
{
    setlocale(LC_CTYPE, "");
    signals_catch_terminal();
    struct editor *ed = xcalloc(1, sizeof *ed);
    HistEvent event;
    ed->session = session;
    ed->history = history_init();
    history(ed->history, &event, H_SETSIZE, HISTORY_LINES);
    history(ed->history, &event, H_SETUNIQUE, 1);
    if (history_path) {
        ed->history_path = xstrdup(history_path);
        history(ed->history, &event, H_LOAD, history_path);
    }
    ed->el = el_init("ebpfdbg", stdin, stdout, stderr);
    el_set(ed->el, EL_CLIENTDATA, ed);
    el_set(ed->el, EL_PROMPT, prompt);
    el_set(ed->el, EL_EDITOR, "emacs");
    el_set(ed->el, EL_HIST, history, ed->history);
    el_set(ed->el, EL_GETCFN, read_key);
    el_set(ed->el, EL_ADDFN, "ebpfdbg-complete", "Complete the word", complete);
    el_set(ed->el, EL_ADDFN, "ebpfdbg-cancel", "Throw the line away", cancel_line);
    el_set(ed->el, EL_BIND, "^I", "ebpfdbg-complete", NULL);
    el_set(ed->el, EL_BIND, "^C", "ebpfdbg-cancel", NULL);
    el_set(ed->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(ed->el, NULL); /* ~/.editrc has the last word */
    return ed;
}

void
editor_free(struct editor *ed)
{
    HistEvent event;
    if (ed->history_path)
        history(ed->history, &event, H_SAVE, ed->history_path);
    el_end(ed->el);
    history_end(ed->history);
    free(ed->history_path);
    free(ed->line);
    free(ed);
}

const char *
editor_read(struct editor *ed)
{
    int n;
    sigset_t blocked;
    signals_terminal_set(&blocked);
    sigprocmask(SIG_BLOCK, &blocked, &ed->waiting);
    el_set(ed->el, EL_PREP_TERM, 1); /* before the prompt: who answers it at once must not be echoed by the terminal */
    const char *text = el_gets(ed->el, &n);
    el_set(ed->el, EL_PREP_TERM, 0); /* at the end of input libedit forgets to */
    sigprocmask(SIG_SETMASK, &ed->waiting, NULL);
    if (!text || n <= 0)
        return NULL;
    free(ed->line);
    ed->line = xstrndup(text, (size_t)n - (text[n - 1] == '\n'));
    HistEvent event;
    if (ed->line[0])
        history(ed->history, &event, H_ENTER, ed->line);
    return ed->line;
}
