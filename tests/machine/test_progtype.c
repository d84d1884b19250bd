/* Types are found by section name as libbpf, old libbpf and iproute2 name them. */
#include "config.h"

#include "sim/machine/progtype.h"

#include <criterion/criterion.h>

static const char *
type_of(const char *section)
{
    return prog_type_of_section(section)->name;
}

Test(progtype, sections)
{
    cr_assert_str_eq(type_of("xdp"), "xdp");
    cr_assert_str_eq(type_of("xdp.frags"), "xdp");
    cr_assert_str_eq(type_of("xdp_prog"), "xdp");
    cr_assert_str_eq(type_of("xdp1"), "xdp");
    cr_assert_str_eq(type_of("xdp/devmap"), "xdp_devmap");
    cr_assert_str_eq(type_of("xdp.frags/cpumap"), "xdp_cpumap");
    cr_assert_str_eq(type_of("?tc"), "tc");
    cr_assert_str_eq(type_of("tc/ingress"), "tc");
    cr_assert_str_eq(type_of("tcp_cong"), "generic");
    cr_assert_str_eq(type_of("classifier"), "tc");
    cr_assert_str_eq(type_of("from-netdev"), "tc");
    cr_assert_str_eq(type_of("2/7"), "tc");
    cr_assert_str_eq(type_of("action"), "action");
    cr_assert_str_eq(type_of("socket1"), "socket_filter");
    cr_assert_str_eq(type_of("sockops"), "sock_ops");
    cr_assert_str_eq(type_of("tp/syscalls/sys_enter_open"), "tracepoint");
    cr_assert_str_eq(type_of("tp_btf/sched_switch"), "tracing");
    cr_assert_str_eq(type_of("tracepoint/sched/sched_switch"), "tracepoint");
    cr_assert_str_eq(type_of("raw_tracepoint.w/x"), "raw_tracepoint_writable");
    cr_assert_str_eq(type_of("kretprobe/x"), "kprobe");
    cr_assert_str_eq(type_of("uprobe.multi/x"), "kprobe");
    cr_assert_str_eq(type_of("cgroup/connect4"), "cgroup_sock_addr");
    cr_assert_str_eq(type_of("cgroup/skb"), "cgroup_skb");
    cr_assert_str_eq(type_of("cgroup_skb/egress"), "cgroup_skb");
    cr_assert_str_eq(type_of("sk_skb/stream_parser"), "sk_skb");
    cr_assert_str_eq(type_of("lsm.s/file_open"), "lsm");
    cr_assert_str_eq(type_of(".text"), "generic");
    cr_assert_str_eq(type_of(""), "generic");
}

Test(progtype, names_are_unique_and_found)
{
    for (uint32_t i = 0; i < n_prog_types; i++)
        cr_assert_eq(prog_type_named(prog_types[i].name), &prog_types[i]);
    cr_assert_null(prog_type_named("nonsense"));
}

Test(progtype, verdicts)
{
    cr_assert_str_eq(prog_type_verdict(prog_type_named("xdp"), 2), "XDP_PASS");
    cr_assert_null(prog_type_verdict(prog_type_named("xdp"), 5));
    cr_assert_str_eq(prog_type_verdict(prog_type_named("tc"), UINT32_MAX), "TC_ACT_UNSPEC");
    cr_assert_str_eq(prog_type_verdict(prog_type_named("lwt_in"), 128), "BPF_LWT_REROUTE");
    cr_assert_null(prog_type_verdict(prog_type_named("kprobe"), 0));
}

Test(progtype, fields_lie_in_order_within_the_context)
{
    for (uint32_t i = 0; i < n_prog_types; i++) {
        uint32_t end = 0;
        for (uint32_t n = 0; n < prog_types[i].n_fields; n++) {
            cr_assert_geq(prog_types[i].fields[n].off, end, "%s.%s", prog_types[i].name, prog_types[i].fields[n].name);
            end = prog_types[i].fields[n].off + prog_types[i].fields[n].bytes;
        }
        cr_assert_leq(end, prog_types[i].ctx_bytes);
    }
}
