/* The functions that rows of helper.def name, and what they share. Private to sim/machine; one file helper_*.c per family.
 * Arguments have been checked as the row says: memory is accessible, maps are maps that are modelled. */
#ifndef SIM_MACHINE_HELPER_FN_H
#define SIM_MACHINE_HELPER_FN_H

#include "sim/machine/helper.h"
#include "sim/machine/map.h"

#include <errno.h>

/* Every function has this shape; args are r1-r5. */
#define HELPER_FN(name) uint64_t name(struct machine *m, const uint64_t args[5], struct fault *fault)

/* helper_map.c */
HELPER_FN(helper_map_lookup);
HELPER_FN(helper_map_update);
HELPER_FN(helper_map_delete);
HELPER_FN(helper_map_lookup_percpu);
HELPER_FN(helper_map_push);
HELPER_FN(helper_map_pop);
HELPER_FN(helper_map_peek);

/* helper_env.c */
HELPER_FN(helper_ktime);
HELPER_FN(helper_ktime_coarse);
HELPER_FN(helper_jiffies);
HELPER_FN(helper_prandom);
HELPER_FN(helper_cpu);
HELPER_FN(helper_numa_node);
HELPER_FN(helper_pid_tgid);
HELPER_FN(helper_uid_gid);
HELPER_FN(helper_comm);
HELPER_FN(helper_task);
HELPER_FN(helper_cgroup_id);

/* helper_probe.c */
HELPER_FN(helper_probe_read);
HELPER_FN(helper_probe_read_user);
HELPER_FN(helper_probe_read_kernel);
HELPER_FN(helper_probe_read_str);
HELPER_FN(helper_probe_read_user_str);
HELPER_FN(helper_probe_read_kernel_str);

/* helper_output.c */
HELPER_FN(helper_trace_printk);
HELPER_FN(helper_trace_vprintk);
HELPER_FN(helper_snprintf);
HELPER_FN(helper_perf_event_output);
HELPER_FN(helper_ringbuf_output);
HELPER_FN(helper_ringbuf_reserve);
HELPER_FN(helper_ringbuf_submit);
HELPER_FN(helper_ringbuf_discard);
HELPER_FN(helper_ringbuf_query);

/* helper_flow.c */
HELPER_FN(helper_tail_call);
HELPER_FN(helper_loop);

/* helper_mem.c */
HELPER_FN(helper_memset);
HELPER_FN(helper_memcpy);
HELPER_FN(helper_memcmp);
HELPER_FN(helper_strncmp);

/* helper_packet.c */
HELPER_FN(helper_skb_load_bytes);
HELPER_FN(helper_skb_load_bytes_relative);
HELPER_FN(helper_skb_store_bytes);
HELPER_FN(helper_skb_pull_data);
HELPER_FN(helper_csum_update);
HELPER_FN(helper_l3_csum_replace);
HELPER_FN(helper_l4_csum_replace);
HELPER_FN(helper_csum_diff);
HELPER_FN(helper_redirect);
HELPER_FN(helper_redirect_map);
HELPER_FN(helper_xdp_adjust_head);
HELPER_FN(helper_xdp_adjust_meta);
HELPER_FN(helper_xdp_adjust_tail);
HELPER_FN(helper_xdp_get_buff_len);
HELPER_FN(helper_xdp_load_bytes);
HELPER_FN(helper_xdp_store_bytes);

/* The helper's answer when argument n (1..5) is something that it does not take. */
static inline uint64_t
helper_refuse(struct fault *fault, unsigned n, const uint64_t args[5])
{
    *fault = (struct fault){ .kind = FAULT_HELPER, .addr = args[n - 1], .arg = (uint8_t)n };
    return 0;
}

/* r0 of a helper that failed with -errno. */
static inline uint64_t
helper_errno(int error)
{
    return (uint64_t)(int64_t)error;
}

#endif
