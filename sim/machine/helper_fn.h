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
HELPER_FN(helper_ns_pid_tgid);

/* helper_probe.c */
HELPER_FN(helper_probe_read);
HELPER_FN(helper_probe_read_user);
HELPER_FN(helper_probe_read_kernel);
HELPER_FN(helper_probe_read_str);
HELPER_FN(helper_probe_read_user_str);
HELPER_FN(helper_probe_read_kernel_str);
HELPER_FN(helper_probe_write_user);

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
HELPER_FN(helper_for_each);

/* helper_mem.c */
HELPER_FN(helper_memset);
HELPER_FN(helper_memcpy);
HELPER_FN(helper_memcmp);
HELPER_FN(helper_strncmp);
HELPER_FN(helper_strtol);
HELPER_FN(helper_strtoul);

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

/* helper_skb.c */
HELPER_FN(helper_skb_change_tail);
HELPER_FN(helper_skb_change_head);
HELPER_FN(helper_skb_change_type);
HELPER_FN(helper_set_hash);
HELPER_FN(helper_set_hash_invalid);
HELPER_FN(helper_get_hash_recalc);
HELPER_FN(helper_skb_get_tunnel);
HELPER_FN(helper_skb_get_tunnel_opt);
HELPER_FN(helper_skb_set_tunnel_key);
HELPER_FN(helper_redirect_neigh);
HELPER_FN(helper_redirect_peer);
HELPER_FN(helper_fib_lookup);
HELPER_FN(helper_skb_under_cgroup);
HELPER_FN(helper_task_under_cgroup);
HELPER_FN(helper_socket_cookie);
HELPER_FN(helper_task_ancestor_cgroup);
HELPER_FN(helper_skb_ancestor_cgroup);
HELPER_FN(helper_zero);
HELPER_FN(helper_sk_fullsock);
HELPER_FN(helper_skb_set_tunnel_opt);
HELPER_FN(helper_csum_level);
HELPER_FN(helper_skb_set_tstamp);

/* helper_trace.c */
HELPER_FN(helper_get_func_ip);
HELPER_FN(helper_get_stackid);
HELPER_FN(helper_get_stack);
HELPER_FN(helper_override_return);
HELPER_FN(helper_perf_event_read);
HELPER_FN(helper_perf_event_read_value);

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
