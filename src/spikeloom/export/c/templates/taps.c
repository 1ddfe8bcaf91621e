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
