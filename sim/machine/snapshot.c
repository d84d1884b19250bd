/* Snapshots. See snapshot.h.
 * Invariants: all->now is what memory was when it was looked at last, and only pages that `written` knows can have changed since; an output
 * that was ever made on the present way is in the machine or in all->kept, at its own index. Maps need no copy: what a struct map says is
 * fixed when the machine is made, all else of a map is guest memory. */
#include "config.h"

#include "sim/machine/snapshot.h"

#include "sim/base/base.h"
#include "sim/machine/image.h"
#include "sim/machine/written.h"

#include <stdlib.h>
#include <string.h>

struct region_list {
    uint32_t refs, n;
    struct region list[];
};

struct snapshot {
    struct machine state; /* numbers only: what its pointers point to is below, or not in the snapshot */
    struct image *image;
    struct region_list *regions;
    struct scripted_result *scripted;
};

struct snapshots {
    struct machine *m;
    struct written written;
    struct image *now;
    struct region_list *regions; /* the last ones seen */
    struct output *kept;         /* [0, n_kept), those without bytes are in the machine */
    uint32_t n_kept;
    size_t cap_kept;
    uint64_t bytes;
};

struct snapshots *
snapshots_new(struct machine *m)
{
    struct snapshots *all = xcalloc(1, sizeof *all);
    all->m = m;
    written_open(&all->written, &m->mem);
    return all;
}

static void
drop_regions(struct snapshots *all, struct region_list *r)
{
    if (!r || --r->refs)
        return;
    all->bytes -= sizeof *r + r->n * sizeof *r->list;
    free(r);
}

void
snapshots_free(struct snapshots *all)
{
    if (!all)
        return;
    snapshots_forget_outputs(all);
    free(all->kept);
    image_drop(all->now, &all->bytes);
    drop_regions(all, all->regions);
    written_close(&all->written);
    free(all);
}

uint64_t
snapshots_bytes(const struct snapshots *all)
{
    return all->bytes;
}

/* ---------------------------------------------------------------- memory */

/* Brings all->now up to date. */
static void
look_at_memory(struct snapshots *all)
{
    written_look(&all->written);
    for (uint32_t i = 0; i < all->written.n; i++)
        image_put(&all->now, all->written.list[i], memory_host(&all->m->mem, all->written.list[i]), &all->bytes);
}

static bool
is_same_regions(const struct region_list *r, const struct memory *mem)
{
    bool is_same = r && r->n == mem->n_regions;
    for (uint32_t i = 0; is_same && i < r->n; i++)
        is_same = region_equal(&r->list[i], &mem->regions[i]);
    return is_same;
}

static struct region_list *
share_regions(struct snapshots *all)
{
    const struct memory *mem = &all->m->mem;
    if (!is_same_regions(all->regions, mem)) {
        drop_regions(all, all->regions);
        size_t bytes = sizeof *all->regions + mem->n_regions * sizeof *mem->regions;
        all->regions = xmalloc(bytes);
        *all->regions = (struct region_list){ .refs = 1, .n = mem->n_regions };
        memcpy(all->regions->list, mem->regions, mem->n_regions * sizeof *mem->regions);
        all->bytes += bytes;
    }
    all->regions->refs++;
    return all->regions;
}

static void
restore_regions(struct memory *mem, const struct region_list *r)
{
    if (is_same_regions(r, mem))
        return;
    if (mem->cap_regions < r->n) {
        mem->cap_regions = r->n;
        mem->regions = xrealloc(mem->regions, r->n * sizeof *r->list);
    }
    memcpy(mem->regions, r->list, r->n * sizeof *r->list);
    mem->n_regions = r->n;
    mem->last = 0;
    mem->generation++;
}

/* ---------------------------------------------------------------- outputs */

void
snapshots_forget_outputs(struct snapshots *all)
{
    for (uint32_t i = 0; i < all->n_kept; i++)
        free(all->kept[i].bytes);
    all->n_kept = 0;
}

/* Takes the machine's last output back, to be had again on the way forward. */
static void
keep_output(struct snapshots *all)
{
    uint32_t i = --all->m->n_outputs;
    while (all->n_kept <= i) {
        all->kept = grow(all->kept, all->n_kept, &all->cap_kept, sizeof *all->kept);
        all->kept[all->n_kept++] = (struct output){ .bytes = NULL };
    }
    free(all->kept[i].bytes);
    all->kept[i] = all->m->outputs[i];
}

static void
restore_outputs(struct snapshots *all, uint32_t n)
{
    struct machine *m = all->m;
    while (m->n_outputs > n)
        keep_output(all);
    while (m->n_outputs < n) {
        struct output *kept = &all->kept[m->n_outputs];
        m->outputs = grow(m->outputs, m->n_outputs, &m->cap_outputs, sizeof *m->outputs);
        m->outputs[m->n_outputs++] = *kept;
        kept->bytes = NULL;
    }
}

/* ---------------------------------------------------------------- the whole */

static uint64_t
own_bytes(const struct snapshot *shot)
{
    return sizeof *shot + shot->state.n_scripted * sizeof *shot->scripted;
}

struct snapshot *
snapshot_take(struct snapshots *all)
{
    const struct machine *m = all->m;
    struct snapshot *shot = xmalloc(sizeof *shot);
    look_at_memory(all);
    *shot = (struct snapshot){ .state = *m, .image = image_share(all->now), .regions = share_regions(all) };
    shot->scripted = xmalloc((m->n_scripted + 1u) * sizeof *m->scripted);
    if (m->n_scripted)
        memcpy(shot->scripted, m->scripted, m->n_scripted * sizeof *m->scripted);
    all->bytes += own_bytes(shot);
    return shot;
}

void
snapshot_drop(struct snapshots *all, struct snapshot *shot)
{
    if (!shot)
        return;
    all->bytes -= own_bytes(shot);
    image_drop(shot->image, &all->bytes);
    drop_regions(all, shot->regions);
    free(shot->scripted);
    free(shot);
}

static void
restore_scripted(struct machine *m, const struct snapshot *shot)
{
    uint32_t n = shot->state.n_scripted;
    if (m->cap_scripted < n) {
        m->cap_scripted = n;
        m->scripted = xrealloc(m->scripted, n * sizeof *m->scripted);
    }
    if (n)
        memcpy(m->scripted, shot->scripted, n * sizeof *m->scripted);
}

void
snapshot_restore(struct snapshots *all, const struct snapshot *shot)
{
    struct machine *m = all->m;
    look_at_memory(all);
    image_write(shot->image, all->now, m->mem.host);
    image_drop(all->now, &all->bytes);
    all->now = image_share(shot->image);
    restore_regions(&m->mem, shot->regions);
    restore_outputs(all, shot->state.n_outputs);
    restore_scripted(m, shot);

    struct machine own = *m;
    *m = shot->state;
    m->mem = own.mem;
    m->mem.heap = shot->state.mem.heap;
    m->maps = own.maps;
    m->input = own.input;
    m->outputs = own.outputs;
    m->cap_outputs = own.cap_outputs;
    m->scripted = own.scripted;
    m->cap_scripted = own.cap_scripted;
    m->interrupt = own.interrupt;
    m->no_interrupt = own.no_interrupt;
}

static bool
is_same_frames(const struct machine *a, const struct machine *b)
{
    for (uint32_t i = 0; i < MAX_FRAMES; i++) {
        const struct frame *x = &a->frames[i], *y = &b->frames[i];
        const struct loop *v = &a->loops[i], *w = &b->loops[i];
        if (memcmp(x->saved, y->saved, sizeof x->saved) || x->return_pc != y->return_pc)
            return false;
        if (v->is_active != w->is_active || v->pc != w->pc || v->callback != w->callback || v->n != w->n || v->limit != w->limit ||
            v->ctx != w->ctx || v->map != w->map)
            return false;
    }
    return true;
}

static bool
is_same_env(const struct env *a, const struct env *b)
{
    return a->clock_ns == b->clock_ns && a->clock_step_ns == b->clock_step_ns && a->random == b->random && a->cpu == b->cpu &&
           a->pid_tgid == b->pid_tgid && a->uid_gid == b->uid_gid && !memcmp(a->comm, b->comm, sizeof a->comm) &&
           a->may_goto_limit == b->may_goto_limit;
}

static bool
is_same_packet(const struct packet *a, const struct packet *b)
{
    return a->is_present == b->is_present && a->hard_start == b->hard_start && a->meta == b->meta && a->data == b->data && a->end == b->end &&
           a->hard_end == b->hard_end && a->mac == b->mac && a->net == b->net && a->frags == b->frags && a->frag_bytes == b->frag_bytes;
}

bool
snapshot_has_registers_of_now(const struct snapshots *all, const struct snapshot *shot)
{
    const struct machine *a = &shot->state, *b = all->m;
    bool is_same = a->entry == b->entry && !memcmp(a->regs, b->regs, sizeof a->regs) && a->pc == b->pc && a->depth == b->depth &&
                   a->n_tail_calls == b->n_tail_calls && a->n_may_goto == b->n_may_goto && a->has_exited == b->has_exited &&
                   a->n_insns == b->n_insns && a->n_cycles == b->n_cycles && a->ctx == b->ctx && a->mem.heap == b->mem.heap &&
                   a->n_scripted == b->n_scripted && is_same_frames(a, b) && is_same_packet(&a->packet, &b->packet) &&
                   is_same_env(&a->env, &b->env);
    for (uint32_t i = 0; is_same && i < a->n_scripted; i++)
        is_same = shot->scripted[i].id == b->scripted[i].id && shot->scripted[i].value == b->scripted[i].value;
    return is_same;
}

bool
snapshot_is_now(struct snapshots *all, const struct snapshot *shot)
{
    look_at_memory(all);
    return snapshot_has_registers_of_now(all, shot) && is_same_regions(shot->regions, &all->m->mem) && image_equal(shot->image, all->now);
}

uint64_t
snapshot_n_insns(const struct snapshot *shot)
{
    return shot->state.n_insns;
}

uint64_t
snapshot_n_cycles(const struct snapshot *shot)
{
    return shot->state.n_cycles;
}
