// Raw images through the engine, in Verilator: a line an image, its class and then the votes of all classes.
#include <cstdint>
#include <cstdio>

#include "Vnetwork.h"
#include "verilated.h"

static const int IMAGE_BYTES = {{ n_places }}, CLASSES = {{ n_classes }}, VOTE_BITS = {{ vote_bits }};

static unsigned vote(const {{ "VlWide<" ~ ((n_classes * vote_bits + 31) // 32) ~ ">" if n_classes * vote_bits > 64 else "uint64_t" }} &votes, int label)
{
    unsigned number = 0;
    for (int bit = 0; bit < VOTE_BITS; bit++) {
        int at = label * VOTE_BITS + bit;
        number |= {{ "(votes[at / 32] >> at % 32 & 1u)" if n_classes * vote_bits > 64 else "(unsigned)(votes >> at & 1u)" }} << bit;
    }
    return number;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: simulate IMAGES [STALLS]\n");
        return 2;
    }
    FILE *file = fopen(argv[1], "rb");
    if (!file) {
        perror(argv[1]);
        return 1;
    }
    // with STALLS, bytes come and answers are taken in some clocks alone
    bool stalls = argc > 2;
    uint32_t chance = 1;
    Vnetwork engine;
    unsigned long clocks = 0, bytes = 0, answered = 0, first = 0, last = 0;
    bool offered = false, ended = false;
    engine.rst = 1;
    engine.in_valid = 0;
    for (;; clocks++) {
        chance = chance * 1664525u + 1013904223u;
        if (clocks == 4)
            engine.rst = 0;
        if (clocks >= 4 && !offered && !ended && !(stalls && chance >> 30 == 0)) {
            int byte = fgetc(file);
            if (byte == EOF)
                ended = true;
            else {
                engine.in_data = (uint8_t)byte;
                offered = true;
            }
        }
        engine.in_valid = offered;
        engine.out_ready = !stalls || (chance >> 28 & 3) == 0;
        engine.clk = 0;
        engine.eval();
        bool taken = engine.in_valid && engine.in_ready, given = engine.out_valid && engine.out_ready;
        if (given) {
            printf("%u", (unsigned)engine.out_class);
            for (int label = 0; label < CLASSES; label++)
                printf(" %u", vote(engine.out_votes, label));
            putchar('\n');
            first = answered++ ? first : clocks;
            last = clocks;
        }
        engine.clk = 1;
        engine.eval();
        if (taken) {
            offered = false;
            bytes++;
        }
        if (ended && answered == bytes / IMAGE_BYTES)
            break;
    }
    engine.final();
    if (answered > 1)
        fprintf(stderr, "%.1f clocks an image\n", double(last - first) / (answered - 1));
    if (bytes % IMAGE_BYTES) {
        fprintf(stderr, "simulate: the last image has %lu of %d bytes\n", bytes % IMAGE_BYTES, IMAGE_BYTES);
        return 1;
    }
    return 0;
}
