/* Signal handlers. See signals.h. The words are the only mutable state at file scope: a handler can reach nothing else. */
#include "config.h"

#include "ui/signals.h"

#include <stddef.h>

static volatile sig_atomic_t interrupted, resized, continued;

static void
on_signal(int signal)
{
    switch (signal) {
    case SIGINT:
        interrupted = 1;
        break;
    case SIGWINCH:
        resized = 1;
        break;
    case SIGCONT:
        continued = 1;
        break;
    }
}

static void
catch_signal(int signal)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

volatile sig_atomic_t *
signals_interrupt(void)
{
    return &interrupted;
}

void
signals_catch(void)
{
    catch_signal(SIGINT);
}

void
signals_catch_terminal(void)
{
    catch_signal(SIGWINCH);
    catch_signal(SIGCONT);
}

void
signals_terminal_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGWINCH);
    sigaddset(set, SIGCONT);
}

static bool
take(volatile sig_atomic_t *word)
{
    bool was_set = *word;
    *word = 0;
    return was_set;
}

bool
signals_take_resize(void)
{
    return take(&resized);
}

bool
signals_take_continue(void)
{
    return take(&continued);
}
