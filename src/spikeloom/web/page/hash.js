// The one source of chance on the chip and in its inputs: spikeloom.randomness.draws, bit for bit, on 32-bit words.

const GOLDEN_RATIO = 0x9e3779b9;

// First keys of a draw, and a neuron's purposes: spikeloom.randomness.streams.
export const INPUT_STREAM = 0x696e7075;
export const CORE_STREAM = 0x636f7265;
export const LEAK_PURPOSE = 256;
export const THRESHOLD_PURPOSE = 257;

export function mix(word) {
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
  return (word ^ (word >>> 16)) >>> 0;
}

// The draw of a longer key: draw(a, b) is extend(draw(a), b).
export function extend(state, key) {
  return mix(((state ^ key) + GOLDEN_RATIO) | 0);
}

export function draw(...keys) {
  return keys.reduce(extend, 0);
}

export function popcount(word) {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
