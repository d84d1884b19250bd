/* Signals as words in memory. Engines look at the interrupt word, the line editor at the others; nobody else handles signals. */
#ifndef UI_SIGNALS_H
#define UI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* The word that SIGINT (Ctrl-C) sets; whoever reports the stop clears it. */
volatile sig_atomic_t *signals_interrupt(void);

/* From now on SIGINT sets the word instead of ending the process. System calls that wait return EINTR. */
void signals_catch(void);

/* Also notices SIGWINCH (the window has a new size) and SIGCONT (back in the foreground). */
void signals_catch_terminal(void);

/* The set of all signals that are caught then. */
void signals_terminal_set(sigset_t *set);

/* True once after each of them came. */
bool signals_take_resize(void);
bool signals_take_continue(void);

#endif
