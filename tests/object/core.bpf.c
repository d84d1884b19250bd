/* CO-RE relocations of every kind; core_target.bpf.c holds the types that they are applied against. One program per case, so that
 * libbpf's refusal of one (it gives up at the first error) does not hide the others. */
#define local __attribute__((preserve_access_index))
#define field(kind, expr) __builtin_preserve_field_info(expr, kind)
#define PROGRAM(name, argument) __attribute__((section("raw_tp"), used)) unsigned long name(argument)
enum { OFFSET, SIZE, EXISTS, SIGNED, LSHIFT, RSHIFT };
enum { TYPE_EXISTS, TYPE_SIZE };
enum { ENUMVAL_EXISTS, ENUMVAL_VALUE };

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

/* ---- moved members */
struct moved {
    int a;
    long b;
    u8 c;
    struct inner_pair {
        int x, y;
    } pair;
} local;
PROGRAM(moved_loads, struct moved *p) { return p->a + p->b + p->c + p->pair.y; }
PROGRAM(moved_stores, struct moved *p) { p->a = 1; p->b = (long)p; p->pair.x = 7; return 0; }
PROGRAM(moved_offsets, struct moved *p) { return field(OFFSET, p->b) + field(SIZE, p->b) + field(EXISTS, p->c) + field(SIGNED, p->a); }
PROGRAM(moved_elements, struct moved *p) { return p[3].b + field(OFFSET, p[2].pair.y); }

/* ---- a flavor of the same struct, with a member that is not there */
struct moved___old {
    int a;
    int gone;
} local;
PROGRAM(flavor_loads, struct moved___old *p) { return p->a; }
PROGRAM(flavor_gone, struct moved___old *p) { return field(EXISTS, p->gone) ? p->gone : field(EXISTS, p->a); }
PROGRAM(flavor_gone_size, struct moved___old *p) { return field(SIZE, p->gone); }

/* ---- members inside of nameless members of the target */
struct nameless {
    int deep;
    u8 deeper[4];
    int plain;
} local;
PROGRAM(nameless_loads, struct nameless *p) { return p->deep + p->deeper[2] + p->plain; }

/* ---- arrays */
struct arrays {
    int longer[4];
    int shorter[8];
    struct {
        int v;
    } structs[3];
    int grid[3][4];
    u8 flexible[];
} local;
PROGRAM(array_within, struct arrays *p) { return p->longer[3] + p->shorter[1] + p->structs[2].v + p->grid[2][3]; }
PROGRAM(array_beyond, struct arrays *p) { return p->shorter[7]; }
PROGRAM(array_flexible, struct arrays *p) { return p->flexible[9]; }
PROGRAM(array_whole, struct arrays *p) { return field(SIZE, p->longer) + field(OFFSET, p->grid) + field(SIZE, p->grid[1]); }
PROGRAM(array_exists, struct arrays *p) { return field(EXISTS, p->shorter[7]) + field(EXISTS, p->longer[3]); }

/* ---- bitfields */
struct bits {
    u32 one : 1;
    u32 mid : 9;
    int neg : 5;
    u32 whole;
    u64 wide : 40;
    u32 to_plain : 4;
    u32 from_plain;
} local;
#define ASPECTS(f) (field(OFFSET, p->f) + field(SIZE, p->f) * 3 + field(SIGNED, p->f) * 5 + field(LSHIFT, p->f) * 7 + field(RSHIFT, p->f) * 11)
PROGRAM(bits_one, struct bits *p) { return ASPECTS(one); }
PROGRAM(bits_mid, struct bits *p) { return ASPECTS(mid); }
PROGRAM(bits_neg, struct bits *p) { return ASPECTS(neg); }
PROGRAM(bits_whole, struct bits *p) { return ASPECTS(whole); }
PROGRAM(bits_wide, struct bits *p) { return ASPECTS(wide); }
PROGRAM(bits_to_plain, struct bits *p) { return ASPECTS(to_plain); }
PROGRAM(bits_from_plain, struct bits *p) { return ASPECTS(from_plain); }

/* ---- sizes that changed */
struct resized {
    u32 wider;
    u64 narrower;
    int sign_wider;
    u8 tiny;
    void *pointer;
    u32 to_struct;
    u32 to_pointer;
    u32 to_array;
    float real;
} local;
PROGRAM(resized_unsigned, struct resized *p) { return p->wider + p->narrower + p->tiny; }
PROGRAM(resized_store, struct resized *p) { p->wider = 1; p->narrower = (u64)p; return 0; }
PROGRAM(resized_signed, struct resized *p) { return p->sign_wider; }
PROGRAM(resized_pointer, struct resized *p) { return (u64)p->pointer; }
PROGRAM(resized_kind, struct resized *p) { return field(EXISTS, p->to_struct) + field(EXISTS, p->to_pointer) + field(EXISTS, p->to_array); }
PROGRAM(resized_kind_load, struct resized *p) { return p->to_pointer; }
PROGRAM(resized_offsets, struct resized *p) { return field(OFFSET, p->sign_wider) + field(SIZE, p->sign_wider) + field(OFFSET, p->real); }

/* ---- enums as members */
enum same { SAME_A };
enum other___x { OTHER_A };
enum renamed { RENAMED_A };
struct enums {
    enum same same;
    enum other___x other;
    enum renamed renamed;
    enum { NAMELESS_A } nameless;
} local;
PROGRAM(enum_members, struct enums *p) { return p->same + p->other + p->nameless; }
PROGRAM(enum_renamed, struct enums *p) { return field(EXISTS, p->renamed); }

/* ---- several candidates */
struct twice_same { int x, y; } local;
struct twice_apart { int x, y; } local;
struct twice_half { int x, y; } local;
PROGRAM(candidates_agree, struct twice_same *p) { return p->y; }
PROGRAM(candidates_disagree, struct twice_apart *p) { return p->y; }
PROGRAM(candidates_one_fits, struct twice_half *p) { return p->y; }
PROGRAM(candidates_sizes, struct twice_apart *p) { return __builtin_preserve_type_info(*(struct twice_apart *)0, TYPE_SIZE); }

/* ---- beyond what an instruction can hold */
struct far { int near, far; } local;
PROGRAM(far_load, struct far *p) { return p->far; }
PROGRAM(far_offset, struct far *p) { return field(OFFSET, p->far); }

/* ---- nothing there */
struct missing { int x; struct { int y; } in; } local;
PROGRAM(missing_load, struct missing *p) { return p->x; }
PROGRAM(missing_exists, struct missing *p) { return field(EXISTS, p->in.y); }
struct forward_only { int x; } local;
PROGRAM(forward_load, struct forward_only *p) { return p->x; }
union now_struct { int x; } local;
PROGRAM(kind_changed, union now_struct *p) { return p->x; }

/* ---- typedefs */
typedef struct __attribute__((preserve_access_index)) {
    int t;
} typedefed_t;
typedef typedefed_t typedefed_twice_t;
PROGRAM(typedef_load, typedefed_twice_t *p) { return p->t; }

/* ---- whole types */
struct matching {
    int a;
    struct moved *pointer;
    struct { long b; } in;
};
struct matching_not { int a; };
struct matching_sign { int a; };
struct matching_ptr { struct to_forward { int x; } *p; struct forward_here *q; };
struct matching_array { int a[4]; };
struct matching_proto { int (*f)(struct moved *, const char *); };
struct matching_proto_not { int (*f)(struct moved *, int); };
enum matching_enum { MATCH_A, MATCH_B };
enum matching_enum_not { MATCH_C, MATCH_GONE };
typedef int (*callback_t)(int, struct moved *);
typedef int (*callback_other_t)(int);
typedef struct moved *pointer_t;
typedef int array_t[4];
typedef int int_t;
union either { int a; long b; };

#define TYPE_PROGRAM(name, type) \
    PROGRAM(type_exists_##name, void *ctx) { return __builtin_preserve_type_info(*(type *)0, TYPE_EXISTS); } \
    PROGRAM(type_size_##name, void *ctx) { return __builtin_preserve_type_info(*(type *)0, TYPE_SIZE); } \
    PROGRAM(type_id_##name, void *ctx) { return __builtin_btf_type_id(*(type *)0, 0) + __builtin_btf_type_id(*(type *)0, 1) * 5; }
TYPE_PROGRAM(matching, struct matching)
TYPE_PROGRAM(matching_not, struct matching_not)
TYPE_PROGRAM(matching_sign, struct matching_sign)
TYPE_PROGRAM(matching_ptr, struct matching_ptr)
TYPE_PROGRAM(matching_array, struct matching_array)
TYPE_PROGRAM(matching_proto, struct matching_proto)
TYPE_PROGRAM(matching_proto_not, struct matching_proto_not)
TYPE_PROGRAM(matching_enum, enum matching_enum)
TYPE_PROGRAM(matching_enum_not, enum matching_enum_not)
TYPE_PROGRAM(either, union either)
TYPE_PROGRAM(missing, struct missing)
TYPE_PROGRAM(resized, struct resized)
TYPE_PROGRAM(moved, struct moved)
TYPE_PROGRAM(forward, struct forward_only)
TYPE_PROGRAM(callback, callback_t)
TYPE_PROGRAM(callback_other, callback_other_t)
TYPE_PROGRAM(pointer, pointer_t)
TYPE_PROGRAM(array, array_t)
TYPE_PROGRAM(int, int_t)

/* ---- enumerators */
enum numbers { NUMBER_ONE = 1, NUMBER_BIG = 0x7fffffff, NUMBER_NEGATIVE = -5, NUMBER_GONE = 9, NUMBER_FLAVOR___old = 3 };
enum gone { GONE_A = 2 };
#define VALUE(enumeration, value, kind) __builtin_preserve_enum_value(*(enum enumeration *)value, kind)
PROGRAM(enumval_values, void *ctx)
{
    return VALUE(numbers, NUMBER_ONE, ENUMVAL_VALUE) + VALUE(numbers, NUMBER_BIG, ENUMVAL_VALUE) * 3
           + VALUE(numbers, NUMBER_NEGATIVE, ENUMVAL_VALUE) * 5 + VALUE(numbers, NUMBER_FLAVOR___old, ENUMVAL_VALUE) * 7;
}
PROGRAM(enumval_exists, void *ctx)
{
    return VALUE(numbers, NUMBER_ONE, ENUMVAL_EXISTS) + VALUE(numbers, NUMBER_GONE, ENUMVAL_EXISTS) * 3 + VALUE(gone, GONE_A, ENUMVAL_EXISTS) * 5;
}
PROGRAM(enumval_gone, void *ctx) { return VALUE(numbers, NUMBER_GONE, ENUMVAL_VALUE); }
PROGRAM(enumval_gone_enum, void *ctx) { return VALUE(gone, GONE_A, ENUMVAL_VALUE); }

char license_text[] __attribute__((section("license"), used)) = "GPL";
