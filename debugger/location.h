/* Locations as the user names them: function, line, file:line, file:function, *insn, function+n, function:n, +n and -n lines. */
#ifndef DEBUGGER_LOCATION_H
#define DEBUGGER_LOCATION_H

#include "debugger/state.h"

struct location {
    uint32_t *pcs; /* owned; sorted, at least one */
    uint32_t n_pcs;
    bool has_line; /* file and line are known: of the place found, which may be behind the line that was asked for */
    uint32_t file, line;
    bool is_line;  /* the user named a line, not a function or an instruction */
};

/* Resolves `text` (NULL or "": here). The caller frees with location_free. Functions named like the text are all taken; of a line, the
 * first statement in each function that has code for it; a line without code is the next one that has some.
 * ERR_NO_FUNCTION, ERR_NO_LINE*, ERR_NO_SOURCE_FILE, ERR_NO_INSN, ERR_MID_INSN, ERR_NO_DEFAULT_BREAK, ERR_EXPR_*. */
enum err location_parse(struct session *s, const char *text, struct location *out, struct errinfo *e);
void location_free(struct location *l);

/* The same for `list`, which takes lines without code, too: fills file and line only. */
enum err location_parse_line(struct session *s, const char *text, uint32_t *file, uint32_t *line, struct errinfo *e);

/* "insn 5: file prog.c, line 6." or "insn 5: prog.c:6. (2 locations)"; "insn 5" without lines. */
void location_text(const struct session *s, const struct location *l, struct buf *out);

/* The file that a bare line number means: of the selected frame, else the one listed last, else the entry program's. */
uint32_t location_default_file(const struct session *s);

/* Splits "LOCATION if CONDITION" at the word "if": returns the condition's text (in `text`), NULL when there is none; *len is the
 * location's length without trailing blanks. */
const char *location_split_condition(const char *text, size_t *len);

#endif
