/* {{ title }}
 *
 * {{ facts }}
 * No allocation, no library: the caller owns the state, the tables are constant. Made by spikeloom {{ version }}.
 */
#ifndef {{ PREFIX }}_H
#define {{ PREFIX }}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define {{ PREFIX }}_INPUT_LINES {{ n_lines }}
#define {{ PREFIX }}_OUTPUT_LINES {{ n_outputs }}
/* Ticks by which {{ prefix }}_tick answers before the chip does. */
#define {{ PREFIX }}_AHEAD {{ ahead }}
{% if interface %}
/* {{ shape }}, a byte each: 0 is dark, 255 light. */
#define {{ PREFIX }}_IMAGE_BYTES {{ interface.n_values }}
#define {{ PREFIX }}_CLASSES {{ interface.n_classes }}

typedef struct {
    uint16_t class_number;
    uint{{ vote_bits }}_t votes[{{ PREFIX }}_CLASSES];
} {{ prefix }}_decision;

extern const char *const {{ prefix }}_class_names[{{ PREFIX }}_CLASSES];
{% endif %}

/* What is kept from call to call, and room to work in; its parts are nobody else's. */
typedef struct {
    {{ word }} axons[{{ n_slots }}][{{ n_words or 1 }}];
{% if stateful %}
    int32_t potentials[{{ n_neurons }}];
{% endif %}
{% if interface %}
    uint8_t lines[{{ (n_lines + 7) // 8 or 1 }}];
    uint8_t outputs[{{ (n_outputs + 7) // 8 or 1 }}];
    uint{{ vote_bits }}_t votes[{{ PREFIX }}_CLASSES];
    uint32_t shown;
{% endif %}
{% if not layered %}
    uint32_t tick;
    uint32_t slot;
{% if interface and not interface.reset %}
    uint32_t waiting;
    uint32_t answered;
{% endif %}
{% endif %}
{% if layered and not interface %}
    uint8_t spare;
{% endif %}
} {{ prefix }}_state;

/* Goes back to before the first tick{{ " and the first image, whose number is 0" if interface }}. */
void {{ prefix }}_start({{ prefix }}_state *state);

/* Takes the spikes of one tick, line i in bit i % 8 of byte i / 8, {{ (n_lines + 7) // 8 }} bytes, and gives those of the output lines alike,
 * in {{ (n_outputs + 7) // 8 }}. */
void {{ prefix }}_tick({{ prefix }}_state *state, const uint8_t *lines, uint8_t *outputs);
{% if interface %}

{% if at_once %}
/* Decides an image; always gives 1. */
{% else %}
/* Shows an image, or darkness where there is none (NULL), for {{ interface.period }} ticks. Gives 1 and the decision of the image that is
 * answered within them, in the order in which images were shown, or 0 where none is yet. */
{% endif %}
int {{ prefix }}_show({{ prefix }}_state *state, const uint8_t *image, {{ prefix }}_decision *decision);
{% endif %}

#ifdef __cplusplus
}
#endif

#endif
