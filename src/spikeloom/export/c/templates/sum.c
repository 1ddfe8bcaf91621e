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
