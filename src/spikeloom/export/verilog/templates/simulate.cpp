// Raw images through the engine, in Verilator: a line an image, its class and then the votes of all classes.
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "Vnetwork.h"
#include "verilated.h"

static const int IMAGE_BYTES = {{ n_places }}, CLASSES = {{ n_classes }}, VOTE_BITS = {{ vote_bits }}, LINES = {{ n_outputs }};

static unsigned bit(uint64_t signal, int at)
{
    return signal >> at & 1;
}

template <std::size_t WORDS> static unsigned bit(const VlWide<WORDS> &signal, int at)
{
    return signal[at / 32] >> at % 32 & 1;
}

static void print(const Vnetwork &engine)
{
    printf("%u", (unsigned)engine.out_class);
    for (int label = 0; label < CLASSES; label++) {
        unsigned votes = 0;
        for (int at = VOTE_BITS - 1; at >= 0; at--)
            votes = votes << 1 | bit(engine.out_votes, label * VOTE_BITS + at);
        printf(" %u", votes);
    }
    putchar('\n');
}

static void print_lines(const Vnetwork &engine)
{
    for (int line = 0; line < LINES; line++)
        putchar('0' + bit(engine.out_lines, line));
    putchar('\n');
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: simulate IMAGES [stalls|lines]\n");
        return 2;
    }
    // stalls: bytes come and answers are taken in some clocks alone; lines: the output lines, as 0 and 1
    const bool stalls = argc > 2 && !strcmp(argv[2], "stalls"), lines = argc > 2 && !strcmp(argv[2], "lines");
    FILE *file = fopen(argv[1], "rb");
    if (!file) {
        perror(argv[1]);
        return 1;
    }
    Vnetwork engine;
    uint32_t chance = 1;
    unsigned long clocks = 0, bytes = 0, answered = 0, first = 0, last = 0;
    bool offered = false, ended = false;
    engine.rst = 1;
    engine.in_again = 0;
    for (; !ended || answered < bytes / IMAGE_BYTES; clocks++) {
        chance = chance * 1664525u + 1013904223u;
        if (clocks == 4)
            engine.rst = 0;
        if (clocks >= 4 && !offered && !ended && !(stalls && chance >> 30 == 0)) {
            int byte = fgetc(file);
            ended = byte == EOF;
            offered = !ended;
            engine.in_data = (uint8_t)byte;
        }
        engine.in_valid = offered;
        engine.out_ready = !stalls || (chance >> 28 & 3) == 0;
        engine.clk = 0;
        engine.eval();
        bool taken = engine.in_valid && engine.in_ready, given = engine.out_valid && engine.out_ready;
        if (given) {
            lines ? print_lines(engine) : print(engine);
            first = answered++ ? first : clocks;
            last = clocks;
        }
        engine.clk = 1;
        engine.eval();
        bytes += taken;
        offered = offered && !taken;
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
