/* Spikes from standard input to standard output, tick after tick: {{ (n_lines + 7) // 8 or 1 }} bytes in, {{ (n_outputs + 7) // 8 or 1 }} out; line i is bit i % 8 of byte
 * i / 8. */
#include <stdio.h>

#include "network.h"

static {{ prefix }}_state state;

int main(void)
{
    static uint8_t lines[{{ (n_lines + 7) // 8 or 1 }}], outputs[{{ (n_outputs + 7) // 8 or 1 }}];

    {{ prefix }}_start(&state);
    while (fread(lines, 1, sizeof lines, stdin) == sizeof lines) {
        {{ prefix }}_tick(&state, lines, outputs);
        fwrite(outputs, 1, sizeof outputs, stdout);
    }
    return ferror(stdin) || fflush(stdout) ? 1 : 0;
}
