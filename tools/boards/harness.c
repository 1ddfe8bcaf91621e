/* Runs a network on images that lie in memory, on a bare processor in QEMU: prints a line an image as `classify` does, then
 * the bytes of state and stack, and the instructions an image. What it says goes out by semihosting. */
#include <stdint.h>

#include "network.h"
#include "shown.h" /* names of the network's parts, and the images */

#define PAINT 0xa5u
#define PAINTED 8192
#define FRAME 64 /* bytes below the address of a local that may be its own function's */

int main(void);

#if defined(__arm__)
extern uint32_t stack_top[];
void reset(void);
__attribute__((section(".vectors"), used)) static const void *const vectors[2] = { stack_top, (const void *)reset };

static int ask(int what, const void *with)
{
    register int r0 __asm__("r0") = what;
    register const void *r1 __asm__("r1") = with;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

/* The processor's timer counts at 25 MHz; with -icount shift=0 an instruction takes a nanosecond. */
#define SYSTICK ((volatile uint32_t *)0xe000e010u)
#define INSTRUCTIONS_A_COUNT 40u

static void begin(void)
{
    SYSTICK[1] = 0xffffffu;
    SYSTICK[2] = 0;
    SYSTICK[0] = 5;
}

static uint32_t now(void)
{
    return (0xffffffu - SYSTICK[2]) & 0xffffffu;
}

static uint32_t since(uint32_t then)
{
    return ((now() - then) & 0xffffffu) * INSTRUCTIONS_A_COUNT;
}

void reset(void)
{
    extern uint32_t bss_start[], bss_end[];
    uint32_t *at;
    for (at = bss_start; at < bss_end; at++)
        *at = 0;
    main();
}
#else
__attribute__((naked, section(".vectors"), used)) void reset(void)
{
    __asm__ volatile("la sp, stack_top\n\tj main");
}

static int ask(int what, const void *with)
{
    register int a0 __asm__("a0") = what;
    register const void *a1 __asm__("a1") = with;
    __asm__ volatile(".balign 16\n\t.option push\n\t.option norvc\n\tslli x0, x0, 0x1f\n\tebreak\n\tsrai x0, x0, 7\n\t"
                     ".option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
    return a0;
}

static void begin(void)
{
}

static uint32_t now(void)
{
    uint32_t count;
    __asm__ volatile(".option push\n\t.option arch, +zicsr\n\tcsrr %0, minstret\n\t.option pop" : "=r"(count));
    return count;
}

static uint32_t since(uint32_t then)
{
    return now() - then;
}
#endif

/* What a compiler may call of its own accord. */
void *memset(void *at, int byte, unsigned long n)
{
    uint8_t *to = at;
    while (n--)
        *to++ = (uint8_t)byte;
    return at;
}

void *memcpy(void *at, const void *from, unsigned long n)
{
    uint8_t *to = at;
    const uint8_t *of = from;
    while (n--)
        *to++ = *of++;
    return at;
}

static void say(const char *text)
{
    ask(4, text);
}

static void say_number(uint32_t number)
{
    char text[12];
    int at = 11;
    text[at] = 0;
    do
        text[--at] = (char)('0' + number % 10u);
    while (number /= 10u);
    say(text + at);
}

static volatile uint8_t *below;

/* Fills the stack below a function that is called, so that what others wrote there can be told. */
static __attribute__((noinline)) void paint(void)
{
    volatile uint8_t here = 0;
    int32_t i;
    below = &here - FRAME;
    for (i = 0; i < PAINTED; i++)
        below[-i] = PAINT;
}

static NETWORK(state) state;

static __attribute__((noinline)) uint32_t shown(const uint8_t *image, NETWORK(decision) *decision, int *decided)
{
    uint32_t then = now();
    *decided = NETWORK(show)(&state, image, decision);
    return since(then);
}

int main(void)
{
    NETWORK(decision) decision;
    uint32_t i, label, thousands = 0, rest = 0, images = sizeof IMAGES / IMAGE_BYTES, deepest = PAINTED, answered = 0;
    int decided;

    begin();
    NETWORK(start)(&state);
    paint();
    for (i = 0; answered < images; i++) {
        uint32_t took = shown(i < images ? IMAGES + i * IMAGE_BYTES : 0, &decision, &decided);
        rest += took % 1000u;
        thousands += took / 1000u + rest / 1000u; /* in 32 bits, which the sum of all would leave */
        rest %= 1000u;
        if (!decided)
            continue;
        answered++;
        say_number(decision.class_number);
        for (label = 0; label < CLASSES; label++) {
            say(" ");
            say_number(decision.votes[label]);
        }
        say("\n");
    }
    while (deepest > 0 && below[-(int32_t)(deepest - 1)] == PAINT)
        deepest--;
    say("state ");
    say_number(sizeof state);
    say("\nstack ");
    say_number(deepest + FRAME);
    say("\nkiloinstructions ");
    say_number((thousands + images / 2) / images);
    say("\n");
    ask(0x18, (const void *)0x20026);
    for (;;)
        ;
}
