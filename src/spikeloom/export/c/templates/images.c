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
