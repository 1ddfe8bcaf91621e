/* Images from standard input, {{ interface.n_values }} bytes each; a line an image: its class, then the votes of all classes. */
#include <stdio.h>

#include "network.h"

static {{ prefix }}_state state;

static void print(const {{ prefix }}_decision *decision)
{
    int i;
    printf("%u", (unsigned)decision->class_number);
    for (i = 0; i < {{ PREFIX }}_CLASSES; i++)
        printf(" %lu", (unsigned long)decision->votes[i]);
    putchar('\n');
}

int main(void)
{
    static uint8_t image[{{ PREFIX }}_IMAGE_BYTES];
    {{ prefix }}_decision decision;
    size_t got;
    unsigned long shown = 0, decided = 0;

    {{ prefix }}_start(&state);
    while ((got = fread(image, 1, sizeof image, stdin)) == sizeof image) {
        shown++;
        if ({{ prefix }}_show(&state, image, &decision)) {
            print(&decision);
            decided++;
        }
    }
    for (; decided < shown;)
        if ({{ prefix }}_show(&state, NULL, &decision)) {
            print(&decision);
            decided++;
        }
    if (got != 0) {
        fprintf(stderr, "classify: image %lu ends after %lu of %d bytes\n", shown, (unsigned long)got,
                {{ PREFIX }}_IMAGE_BYTES);
        return 1;
    }
    return ferror(stdin) || fflush(stdout) ? 1 : 0;
}
