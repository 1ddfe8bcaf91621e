/* {{ title }}
 *
 * {{ facts }}
 * {{ how }}
 */
#include "network.h"

typedef {{ word }} word;

enum {
    WORD_BITS = {{ word_bits }},
    CORES = {{ cores | length }},
    AXON_TYPES = 4,
    AXON_WORDS = {{ n_words }},
    AXON_BITS = AXON_WORDS * WORD_BITS, /* targets from here on are output lines */
    PIECES_MAX = {{ n_pieces }}
};

/* A core: how many neurons, taps of input lines and runs of targets are its own, each a part of a table below that goes
 * on where the last core's ends; and the position of its first axon of each type, behind them that of none. */
typedef struct {
    uint{{ count_bits }}_t neurons, taps, runs;
    uint16_t starts[AXON_TYPES + 1];
{% if has_lists %}
    uint8_t listed; /* its synapses stand in LISTS, not in ROWS */
{% endif %}
{% if has_shapes %}
    uint8_t shape;
{% endif %}
{% if draws %}
    uint32_t seed;
{% endif %}
} core_table;

static const core_table TABLE[CORES{{ " + 1" if not cores }}] = {
{% for core in cores %}
    { {{ core | join(", ") }} },
{% else %}
    { 0 }
{% endfor %}
};

{% for array in arrays %}
/* {{ array.told }} */
static const {{ array.kind }} {{ array.name }}[] = {
{{ array.text }}
};

{% endfor %}
static uint32_t bit(const uint8_t *bits, uint32_t at)
{
    return (uint32_t)bits[at >> 3] >> (at & 7) & 1u;
}

/* Sets a bit where it is to spike; without a branch, since chance and images are hard to foresee. */
static void set(uint8_t *bits, uint32_t at, uint32_t spikes)
{
    bits[at >> 3] = (uint8_t)(bits[at >> 3] | spikes << (at & 7));
}

{% if has_packed %}
/* A number of up to 25 bits. */
static int32_t number(const uint8_t *table, uint32_t index, uint32_t bits)
{
    const uint8_t *at;
    uint32_t four;
    index *= bits;
    at = table + (index >> 3);
    four = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    return (int32_t)(four >> (index & 7) & ((1u << bits) - 1u));
}

{% endif %}
{% for column in columns %}
static int32_t {{ column.name }}(uint32_t index)
{
{% if column.values is none %}
    (void)index;
    return {{ column.low }};
{% elif column.packed %}
    return {{ column.low }} + number({{ column.name | upper }}, index, {{ column.bits }});
{% else %}
    return {{ column.name | upper }}[index];
{% endif %}
}

{% endfor %}
{% if n_dense %}
/* How many bits are set: by the machine where it counts them itself, else in pairs, fours and bytes. */
static uint32_t ones(word bits)
{
{% if word_bits == 64 %}
#if defined(__POPCNT__) || defined(__aarch64__) || defined(__riscv_zbb)
    return (uint32_t)__builtin_popcountll(bits);
#else
    bits -= bits >> 1 & 0x5555555555555555ull;
    bits = (bits & 0x3333333333333333ull) + (bits >> 2 & 0x3333333333333333ull);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0full;
    return (uint32_t)(bits * 0x0101010101010101ull >> 56);
#endif
{% else %}
    uint32_t wide = bits;
    wide -= wide >> 1 & 0x55555555u;
    wide = (wide & 0x33333333u) + (wide >> 2 & 0x33333333u);
    wide = (wide + (wide >> 4)) & 0x0f0f0f0fu;
    return wide * 0x01010101u >> 24;
{% endif %}
}

/* The bits of a word that begins at a position, for those from the first to before the end. */
static word between(uint32_t first, uint32_t end, uint32_t position)
{
    word bits = (word)~(word)0;
    if (first > position)
        bits = (word)(bits << (first - position));
    if (end - position < WORD_BITS)
        bits = (word)(bits & (((word)1 << (end - position)) - 1u));
    return bits;
}

/* The axons type by type: a word in which another type begins comes once for each, cut to it. */
static void cut(const core_table *core, const word *axons, word *pieces)
{
    uint32_t type, at;
    for (type = 0; type < AXON_TYPES; type++)
        for (at = core->starts[type] / WORD_BITS; at * WORD_BITS < core->starts[type + 1]; at++)
            *pieces++ = (word)(axons[at] & between(core->starts[type], core->starts[type + 1], at * WORD_BITS));
}

{% endif %}
{% include "neuron.c" %}
/* Lets the cores go through one tick{{ ", each after all that feed it" if layered }}. */
static void run({{ prefix }}_state *state, const uint8_t *lines, uint8_t *outputs)
{
    const core_table *core;
{% if n_dense %}
    const word *row = ROWS;
    word pieces[PIECES_MAX];
{% endif %}
{% if has_lists %}
    const uint8_t *list = LISTS;
{% endif %}
{% if taps == "stream" %}
    const uint8_t *tap = TAPS;
{% elif taps == "pairs" %}
    uint32_t tap = 0;
{% endif %}
{% if stochastic_synapses %}
    const uint8_t *numbers = AXON_NUMBERS;
{% endif %}
{% if layered %}
    word *axons = state->axons[0];
{% else %}
    word *axons = state->axons[state->slot];
{% endif %}
    uint32_t i, neuron = 0, run = 0;
{% if layered %}

    for (i = 0; i < AXON_WORDS; i++)
        axons[i] = 0;
{% endif %}
    for (i = 0; i < ({{ PREFIX }}_OUTPUT_LINES + 7) / 8; i++)
        outputs[i] = 0;
    for (core = TABLE; core < TABLE + CORES; core++) {
        uint32_t n_words = (core->starts[AXON_TYPES] + WORD_BITS - 1u) / WORD_BITS, runs = core->runs;
{% include "taps.c" %}
{% if n_dense %}
        cut(core, axons, pieces);
{% endif %}
        for (; runs > 0; runs--, run++) {
            uint32_t target = RUN_FIRSTS[run], last = neuron + RUN_NEURONS[run];
            for (;;) {
                int32_t sum = 0;
                uint32_t spikes;
{% if draws %}
                uint32_t chance = extend(extend(extend(0, core->seed), state->tick), NEURON_NUMBERS[neuron]);
{% endif %}
{% include "sum.c" %}
{% if stateful %}
                spikes = fire(state, neuron, sum{{ ", chance" if draws }});
{% else %}
                spikes = sum + leak(neuron) > 0;
{% endif %}
                if (target >= AXON_BITS)
                    set(outputs, target - AXON_BITS, spikes);
                else
{% if layered %}
                    state->axons[0][target / WORD_BITS] |= (word)((word)spikes << target % WORD_BITS);
{% else %}
                    state->axons[(state->slot + RUN_DELAYS[run]) % {{ n_slots }}u][target / WORD_BITS] |=
                        (word)((word)spikes << target % WORD_BITS);
{% endif %}
                neuron++;
                if (neuron == last)
                    break;
                target += bit(STEPS, neuron);
            }
        }
{% if not layered %}
        for (i = 0; i < n_words; i++)
            axons[i] = 0;
{% endif %}
        axons += n_words;
{% if stochastic_synapses %}
        numbers += core->starts[AXON_TYPES];
{% endif %}
    }
{% if not layered %}
    state->slot = (state->slot + 1u) % {{ n_slots }}u;
    state->tick++;
{% endif %}
}

void {{ prefix }}_start({{ prefix }}_state *state)
{
{% if layered and not interface %}
    state->spare = 0;
{% endif %}
{% if not layered %}
    uint32_t i, slot;
    for (slot = 0; slot < {{ n_slots }}u; slot++)
        for (i = 0; i < AXON_WORDS; i++)
            state->axons[slot][i] = 0;
{% if stateful %}
    for (i = 0; i < {{ n_neurons }}u; i++)
        state->potentials[i] = start_potential(i);
{% endif %}
    state->tick = 0;
    state->slot = 0;
{% if interface and not interface.reset %}
    state->waiting = {{ interface.latency - 1 }};
    state->answered = 0;
{% endif %}
{% endif %}
{% if interface %}
    state->shown = 0;
{% endif %}
}

void {{ prefix }}_tick({{ prefix }}_state *state, const uint8_t *lines, uint8_t *outputs)
{
    run(state, lines, outputs);
}
{% if interface %}

const char *const {{ prefix }}_class_names[{{ PREFIX }}_CLASSES] = {
{% for name in class_names %}
    {{ name }},
{% endfor %}
};

{% include "images.c" %}
/* Adds the output lines that spike to the votes of their classes. */
static void count({{ prefix }}_state *state)
{
    uint32_t line;
{% if classes_rotate %}
    uint32_t voted = 0;
    for (line = 0; line < {{ PREFIX }}_OUTPUT_LINES; line++) {
        state->votes[voted] = (uint{{ vote_bits }}_t)(state->votes[voted] + bit(state->outputs, line));
        if (++voted == {{ PREFIX }}_CLASSES)
            voted = 0;
    }
{% else %}
    for (line = 0; line < {{ PREFIX }}_OUTPUT_LINES; line++)
        state->votes[CLASSES_OF_LINES[line]] = (uint{{ vote_bits }}_t)(state->votes[CLASSES_OF_LINES[line]] + bit(state->outputs, line));
{% endif %}
}

/* Decides for the class with the {{ "most votes" if same_voters else "largest share of the votes that it can have" }}; the first of those that have as many. */
static void decide(const {{ prefix }}_state *state, {{ prefix }}_decision *decision)
{
{% if not same_voters %}
    static const uint32_t VOTERS[{{ PREFIX }}_CLASSES] = { {{ voters | join(", ") }} };
{% endif %}
    uint16_t i, best = 0;
    for (i = 0; i < {{ PREFIX }}_CLASSES; i++) {
        decision->votes[i] = state->votes[i];
{% if same_voters %}
        if (state->votes[i] > state->votes[best])
{% else %}
        if ((uint64_t)state->votes[i] * VOTERS[best] > (uint64_t)state->votes[best] * VOTERS[i])
{% endif %}
            best = i;
    }
    decision->class_number = best;
}

static void forget({{ prefix }}_state *state)
{
    uint32_t i;
    for (i = 0; i < {{ PREFIX }}_CLASSES; i++)
        state->votes[i] = 0;
}

int {{ prefix }}_show({{ prefix }}_state *state, const uint8_t *image, {{ prefix }}_decision *decision)
{
    uint32_t step;
{% if layered %}

    forget(state);
    for (step = 0; step < {{ interface.ticks_per_image }}; step++) {
        {{ "encode(state, image, step);" if n_lines else "(void)image;" }}
        run(state, state->lines, state->outputs);
{% if interface.readout.skip %}
        if (step < {{ interface.readout.skip }})
            continue;
{% endif %}
        count(state);
    }
    state->shown++;
    decide(state, decision);
    return 1;
{% elif interface.reset %}
{% set first_counted = interface.latency - 1 + interface.readout.skip %}
    uint32_t shown = state->shown;

    {{ prefix }}_start(state);
    state->shown = shown;
    forget(state);
    for (step = 0; step < {{ interface.period }}; step++) {
        {{ "encode(state, step < " ~ interface.ticks_per_image ~ " ? image : 0, step);" if n_lines else "(void)image;" }}
        run(state, state->lines, state->outputs);
        {{ "if (step >= %d)\n            " % first_counted if first_counted }}count(state);
    }
    state->shown++;
    decide(state, decision);
    return 1;
{% else %}
    int decided = 0;

    for (step = 0; step < {{ interface.ticks_per_image }}; step++) {
        {{ "encode(state, image, step);" if n_lines else "(void)image;" }}
        run(state, state->lines, state->outputs);
        if (state->waiting > 0) {
            state->waiting--;
            continue;
        }
        if (state->answered == 0)
            forget(state);
        {{ "if (state->answered >= %d)\n            " % interface.readout.skip if interface.readout.skip }}count(state);
        if (++state->answered == {{ interface.ticks_per_image }}) {
            state->answered = 0;
            decide(state, decision);
            decided = 1;
        }
    }
    state->shown++;
    return decided;
{% endif %}
}
{% endif %}
