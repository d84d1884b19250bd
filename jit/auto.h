/* The engine for everyday use: the interpreter as long as compiling would not pay, the JIT from then on, each opened when it is needed
 * first. Interchangeable at every stop, because the machine is whole there. */
#ifndef JIT_AUTO_H
#define JIT_AUTO_H

#include "sim/engine.h"

extern const struct engine auto_engine;

/* The same with limits of next to nothing, so that both take part in every run. For tests. */
extern const struct engine auto_eager_engine;

#endif
