/* Helpers that ask for the world around the program: time, random numbers, CPU, task. All of it comes from m->env. */
#include "config.h"

#include "sim/machine/helper_fn.h"

#include <string.h>

/* What get_current_task returns: not NULL, and nothing is mapped there until the user supplies it. */
enum { TASK_ADDR = GUEST_KERNEL + 0x10000 };
enum { NS_PER_JIFFY = 4000000, NS_PER_COARSE_TICK = 4000000 }; /* CONFIG_HZ=250 */
#define INITIAL_JIFFIES UINT64_C(4294892296) /* (u32)(-300 * HZ) */

static uint64_t
read_clock(struct machine *m)
{
    uint64_t now = m->env.clock_ns;
    m->env.clock_ns += m->env.clock_step_ns;
    return now;
}

uint64_t
helper_ktime(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return read_clock(m);
}

uint64_t
helper_ktime_coarse(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return read_clock(m) / NS_PER_COARSE_TICK * NS_PER_COARSE_TICK;
}

uint64_t
helper_jiffies(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return INITIAL_JIFFIES + read_clock(m) / NS_PER_JIFFY;
}

/* xorshift64*: any state but 0 gives a full period. */
uint64_t
helper_prandom(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    uint64_t x = m->env.random ? m->env.random : 1;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    m->env.random = x;
    return (uint32_t)((x * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

uint64_t
helper_cpu(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return m->env.cpu;
}

uint64_t
helper_numa_node(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return 0;
}

uint64_t
helper_pid_tgid(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return m->env.pid_tgid;
}

uint64_t
helper_uid_gid(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return m->env.uid_gid;
}

uint64_t
helper_comm(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    char *to = memory_host(&m->mem, args[0]);
    size_t room = args[1] - 1, len = strnlen(m->env.comm, sizeof m->env.comm);
    memset(to, 0, args[1]);
    memcpy(to, m->env.comm, len < room ? len : room);
    return 0;
}

uint64_t
helper_task(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return TASK_ADDR;
}

uint64_t
helper_cgroup_id(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    return 1; /* the root cgroup */
}

/* The namespace that the caller names is not ours. */
uint64_t
helper_ns_pid_tgid(struct machine *m, const uint64_t args[5], struct fault *fault)
{
    memset(memory_host(&m->mem, args[2]), 0, args[3]);
    return helper_errno(-EINVAL);
}
