/* What the verifier's log says. See kernel_private.h. */
#include "config.h"

#include "jit/diff/kernel_private.h"

#include "sim/base/base.h"

#include <ctype.h>
#include <string.h>

/* Beginnings of lines that are statistics, or say more about what the line before them says. */
static const char *const asides[] = { "processed ", "verification time", "stack depth", "mark_precise", "cur state:", "old state:" };

static bool
is_aside(const char *line)
{
    for (uint32_t i = 0; i < ARRAY_LEN(asides); i++)
        if (!strncmp(line, asides[i], strlen(asides[i])))
            return true;
    return false;
}

const char *
kernel_log_reason(char *log)
{
    const char *found = NULL;
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
        if (*line && !is_aside(line))
            found = line;
    return found;
}

/* Length of the number that begins at `at`, its sign included; 0: none does. What belongs to a word is none: "u32", "32-bit". */
static size_t
number_length(const char *line, const char *at)
{
    const char *end = at + (*at == '-');
    char before = at > line ? at[-1] : ' ';
    if (!isdigit((unsigned char)*end) || (before != 'R' && isalpha((unsigned char)before)) || before == '_')
        return 0;
    if (!strncmp(end, "0x", 2))
        end += 2 + strspn(end + 2, "0123456789abcdef");
    else
        end += strspn(end, "0123456789");
    return strncmp(end, "-bit", 4) ? (size_t)(end - at) : 0;
}

void
kernel_log_pattern(const char *line, char *out, size_t bytes)
{
    size_t n = 0;
    for (const char *at = line; *at && n + 1 < bytes;) {
        size_t number = number_length(line, at);
        bool is_digit = isdigit((unsigned char)*at);
        if (number) {
            out[n++] = 'N';
            at += number;
            continue;
        }
        do /* the digits of a word, or one other character */
            out[n++] = *at++;
        while (is_digit && isdigit((unsigned char)*at) && n + 1 < bytes);
    }
    out[n] = '\0';
}
