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
