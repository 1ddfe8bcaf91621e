// Broken parts and noisy inputs, drawn by the page's own hash: the same seed and share break the same parts.

import { draw, extend } from "./hash.js";
import { finished, N, NOWHERE, WORDS } from "./model.js";

const DEAD = 0x64656164, STUCK = 0x73747563, NOISE = 0x6e6f6973;  // the letters "dead", "stuc", "nois"

const hit = (word, share) => word < share * 2 ** 32;

// The program with a share of its cores dead (and the one that is named) and a share of its synapses stuck on or off.
// As in spikeloom.chip.faults, what is dead has no synapses left that cost events, and neurons that go nowhere none.
export function broken(program, { dead, stuck, killed, seed }) {
  if (!dead && !stuck && killed < 0) return program;
  const targets = program.targets.slice(), columns = program.columns.slice();
  const gone = Uint8Array.from({ length: program.nCores }, (_, core) =>
    core === killed || hit(draw(DEAD, seed, core), dead) ? 1 : 0);
  for (let word = 0; stuck && word < columns.length; word++) {
    if (targets[Math.floor(word / WORDS)] === NOWHERE) continue;
    const state = draw(STUCK, seed, word);
    for (let bit = 0; bit < 32; bit++) {
      const drawn = extend(state, bit);
      if (hit(drawn, stuck)) columns[word] = drawn & 1 ? columns[word] | (1 << bit) : columns[word] & ~(1 << bit);
    }
  }
  gone.forEach((isGone, core) => {
    if (!isGone) return;
    targets.fill(NOWHERE, core * N, (core + 1) * N);
    columns.fill(0, core * N * WORDS, (core + 1) * N * WORDS);
  });
  return finished({ ...program, targets, columns, gone });
}

// Values with each, by this probability, replaced by 0 or 1.
export function noisy(values, share, seed) {
  if (!share) return values;
  return values.map((value, at) => {
    const drawn = draw(NOISE, seed, at);
    return hit(drawn, share) ? drawn & 1 : value;
  });
}
