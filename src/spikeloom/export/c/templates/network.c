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
{% if draws or (bernoulli and n_lines) %}
/* The counter-based draws of chip and inputs: see spikeloom.randomness.draws. */
static uint32_t extend(uint32_t state, uint32_t key)
{
    state = (state ^ key) + 0x9e3779b9u;
    state = (state ^ state >> 16) * 0x7feb352du;
    state = (state ^ state >> 15) * 0x846ca68bu;
    return state ^ state >> 16;
}

{% endif %}
{% if stochastic_synapses or "stochastic_leak" in uses %}
/* A number's sign with a probability near its size / 256, else 0. */
static int32_t by_chance(int32_t number, uint32_t draw)
{
    return (number < 0 ? -number : number) >= (int32_t)(draw & 255u) ? (number > 0) - (number < 0) : 0;
}

{% endif %}
{% if stochastic_synapses and n_dense %}
/* What the axons of a type add to a neuron whose synapses are drawn, each by itself. */
static int32_t drawn_sum(const core_table *core, const word *row, const word *axons, const uint8_t *numbers,
                         uint32_t type, int32_t strength, uint32_t chance)
{
    int32_t sum = 0;
    uint32_t position;
    for (position = core->starts[type]; position < core->starts[type + 1]; position++)
        if ((row[position / WORD_BITS] & axons[position / WORD_BITS]) >> position % WORD_BITS & 1u)
            sum += by_chance(strength, extend(chance, numbers[position]));
    return sum;
}

{% endif %}
{% if stateful %}
/* Potentials have 20 bits. */
static int32_t saturated(int32_t potential)
{
    if (potential > 524287)
        return 524287;
    return potential < -524288 ? -524288 : potential;
}

/* Leak, threshold and reset: see spikeloom.chip.neuron. Gives whether the neuron spikes. */
static uint32_t fire({{ prefix }}_state *state, uint32_t neuron, int32_t input{{ ", uint32_t chance" if draws }})
{
    int32_t potential = saturated(state->potentials[neuron] + input), leaked = leak(neuron), eta = 0, up, down;
    uint32_t spikes;
{% if draws %}
    (void)chance;
{% endif %}
{% if "stochastic_leak" in uses %}
    if (stochastic_leak(neuron))
        leaked = by_chance(leaked, extend(chance, {{ LEAK_PURPOSE }}));
{% endif %}
{% if "leak_reversal" in uses %}
    if (leak_reversal(neuron))
        leaked *= (potential > 0) - (potential < 0);
{% endif %}
    potential = saturated(potential + leaked);
{% if "mask_bits" in uses %}
    if (mask_bits(neuron))
        eta = (int32_t)(extend(chance, {{ THRESHOLD_PURPOSE }}) & ((1u << mask_bits(neuron)) - 1u));
{% endif %}
    up = threshold(neuron) + eta;
    down = negative_threshold(neuron) + (saturate(neuron) ? 0 : eta);
    spikes = potential >= up;
    if (spikes) {
        if (reset_mode(neuron) == 0)
            potential = reset(neuron);
        else if (reset_mode(neuron) == 1)
            potential -= up;
    } else if (potential < -down) {
        if (saturate(neuron))
            potential = -negative_threshold(neuron);
        else if (reset_mode(neuron) == 0)
            potential = -reset(neuron);
        else if (reset_mode(neuron) == 1)
            potential += down;
    }
    state->potentials[neuron] = saturated(potential);
    return spikes;
}

{% endif %}
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
{% if taps == "stream" %}
        uint32_t taps = core->taps, position = 0, line = 0;

        while (taps > 0) {
            uint32_t step = *tap++;
            if (step == {{ SKIP }}) {
                line += {{ SKIP }};
                continue;
            }
            position++;
            line += step;
            if (step == {{ JUMP }}) {
                position = tap[0];
                line = (uint32_t)tap[1] | (uint32_t)tap[2] << 8 | (uint32_t)tap[3] << 16;
                tap += 4;
            }
            axons[position / WORD_BITS] |= (word)((word)bit(lines, line) << position % WORD_BITS);
            taps--;
        }
{% elif taps == "pairs" %}
        uint32_t end = tap + core->taps;

        for (; tap < end; tap++)
            axons[TAP_POSITIONS[tap] / WORD_BITS] |= (word)((word)bit(lines, TAP_LINES[tap]) << TAP_POSITIONS[tap] % WORD_BITS);
{% else %}
        (void)lines;
{% endif %}
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
{% if has_lists %}
                if (core->listed) {
                    uint32_t type, left;
                    for (type = 0; type < AXON_TYPES; type++) {
                        int32_t one = strength(neuron * AXON_TYPES + type);
{% if stochastic_synapses %}
                        int chosen = stochastic_synapse(neuron * AXON_TYPES + type);
{% endif %}
                        for (left = *list++; left > 0; left--, list++)
                            if (axons[*list / WORD_BITS] >> *list % WORD_BITS & 1u)
{% if stochastic_synapses %}
                                sum += chosen ? by_chance(one, extend(chance, numbers[*list])) : one;
{% else %}
                                sum += one;
{% endif %}
                    }
                }
{% endif %}
{% if n_dense %}
{% if has_lists %}
                else
{% endif %}
                {
{% if has_shapes %}
                    /* one line a way in which the types share out the words */
                    switch (core->shape) {
{% for shape in shapes %}
                    {{ "default" if loop.last else "case " ~ loop.index0 }}:
                        sum = {{ shape }};
                        break;
{% endfor %}
                    }
{% else %}
                    const word *piece = pieces;
                    uint32_t type, at, count;
                    for (type = 0; type < AXON_TYPES; type++) {
                        for (count = 0, at = core->starts[type] / WORD_BITS; at * WORD_BITS < core->starts[type + 1]; at++)
                            count += ones((word)(row[at] & *piece++));
{% if stochastic_synapses %}
                        if (stochastic_synapse(neuron * AXON_TYPES + type))
                            sum += count ? drawn_sum(core, row, axons, numbers, type, strength(neuron * AXON_TYPES + type), chance) : 0;
                        else
                            sum += strength(neuron * AXON_TYPES + type) * (int32_t)count;
{% else %}
                        sum += strength(neuron * AXON_TYPES + type) * (int32_t)count;
{% endif %}
                    }
{% endif %}
                    row += n_words;
                }
{% endif %}
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

{% if n_lines %}
{% set by_row = interface.frames.name == "moved" or "row" in limit_index %}
{% set where = "row, column, channel, place" if by_row else "place" %}
/* What a place of a frame shows in a tick of an image. */
{% if interface.frames.name == "still" %}
static uint32_t value_at(const uint8_t *image, uint32_t place)
{
    return image[place];
}
{% elif interface.frames.name == "stream" %}
static uint32_t value_at(const uint8_t *image, uint32_t place, uint32_t step)
{
    return image[step / {{ interface.frames.ticks }}u * {{ n_places }}u + place];
}
{% else %}
static uint32_t value_at(const uint8_t *image, int32_t row, int32_t column, int32_t channel, uint32_t step)
{
    /* pixels down and right, a pair a tick */
    static const int16_t SHIFTS[][2] = {
{% for down, right in interface.frames.shifts %}
        { {{ down }}, {{ right }} },
{% endfor %}
    };
    row -= SHIFTS[step][0];
    column -= SHIFTS[step][1];
    if (row < 0 || row >= {{ n_rows }} || column < 0 || column >= {{ n_columns }})
        return 0;
    return image[(row * {{ n_columns }} + column) * {{ channels }} + channel];
}
{% endif %}
{% set value = {
    "still": "value_at(image, place)",
    "stream": "value_at(image, place, step)",
    "moved": "value_at(image, (int32_t)row, (int32_t)column, (int32_t)channel, step)",
}[interface.frames.name] %}

/* Whether a line spikes in a tick, {{ "where its value is the probability that it does" if bernoulli else "from its limit on" }}. */
static uint32_t spikes(const uint8_t *image, {{ "uint32_t row, uint32_t column, uint32_t channel, " if by_row }}uint32_t place, uint32_t level, uint32_t step{{ ", uint32_t chance" if bernoulli }})
{
    uint32_t value = {{ value }};
{% if by_row %}
    (void)row, (void)column, (void)channel;
{% endif %}
    (void)place, (void)level, (void)step;
{% if bernoulli %}
    if (value == 0 || value == 255)
        return value == 255;
    chance = extend(chance, place);
    return (step > 0 ? extend(chance, step) : chance) < CHANCES[value];
{% else %}
    return value >= LIMITS[{{ limit_index }}];
{% endif %}
}

/* The spikes of all input lines in a tick of an image; none of darkness. */
static void encode({{ prefix }}_state *state, const uint8_t *image, uint32_t step)
{
    static const uint8_t DELAYS[] = { {{ interface.delays | join(", ") }} };
{% if bernoulli %}
    static const uint32_t MEMBERS[] = { {{ members | join(", ") }} };
    uint32_t chance;
{% endif %}
    uint32_t line, place, level, delay;
{% if regular or bernoulli %}
    uint32_t member;
{% endif %}
{% if by_row %}
    uint32_t row, column, channel;
{% endif %}

    for (line = 0; line < sizeof state->lines; line++)
        state->lines[line] = 0;
    if (!image)
        return;
{% if regular %}
    line = 0;
    for (member = 0; member < {{ members | length }}u; member++) {
{% if bernoulli %}
        chance = extend(extend(extend(extend(0, {{ INPUT_STREAM }}u), {{ seed }}u), MEMBERS[member]), state->shown);
{% endif %}
        place = 0;
{% if by_row %}
        for (row = 0; row < {{ n_rows }}u; row++)
            for (column = 0; column < {{ n_columns }}u; column++)
                for (channel = 0; channel < {{ channels }}u; channel++, place++)
{% else %}
        for (; place < {{ n_places }}u; place++)
{% endif %}
                    for (level = 0; level < {{ interface.coding.width }}u; level++)
                        for (delay = 0; delay < {{ interface.delays | length }}u; delay++, line++)
                            if (step >= DELAYS[delay])
                                set(state->lines, line,
                                    spikes(image, {{ where }}, level, step - DELAYS[delay]{{ ", chance" if bernoulli }}));
    }
{% else %}
    for (line = 0; line < {{ PREFIX }}_INPUT_LINES; line++) {
        place = VALUES_OF_LINES[line];
        delay = DELAYS[place % {{ interface.delays | length }}u];
        place /= {{ interface.delays | length }}u;
        level = place % {{ interface.coding.width }}u;
        place /= {{ interface.coding.width }}u;
{% if by_row %}
        row = place / {{ n_columns * channels }}u;
        column = place / {{ channels }}u % {{ n_columns }}u;
        channel = place % {{ channels }}u;
{% endif %}
{% if bernoulli %}
        member = MEMBERS_OF_LINES[line];
        chance = extend(extend(extend(extend(0, {{ INPUT_STREAM }}u), {{ seed }}u), MEMBERS[member]), state->shown);
{% endif %}
        if (step >= delay)
            set(state->lines, line, spikes(image, {{ where }}, level, step - delay{{ ", chance" if bernoulli }}));
    }
{% endif %}
}

{% endif %}
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
