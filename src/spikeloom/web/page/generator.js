// NumPy's default generator, PCG64 seeded by a SeedSequence, as far as sampling synapses needs it: so that a member
// sampled here has the very synapses of spikeloom.deployment.sample.
// Sources: M. O'Neill, "PCG", 2014; NumPy's documentation of SeedSequence and of its permuted congruential generator.

const POOL = 4;

// The pool of a root seed (below 2^32) and a spawn key.
function pool(seed, spawnKey) {
  const entropy = [seed, 0, 0, 0, ...spawnKey];  // a spawned seed fills the pool before its key
  let constant = 0x43b0d7e5;
  const hashed = (value) => {
    value = (value ^ constant) >>> 0;
    constant = Math.imul(constant, 0x931e8875);
    value = Math.imul(value, constant);
    return (value ^ (value >>> 16)) >>> 0;
  };
  const mixed = (x, y) => {
    const word = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) | 0;
    return (word ^ (word >>> 16)) >>> 0;
  };
  const words = entropy.slice(0, POOL).map(hashed);
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) if (from !== to) words[to] = mixed(words[to], hashed(words[from]));
  }
  for (const more of entropy.slice(POOL)) {
    for (let to = 0; to < POOL; to++) words[to] = mixed(words[to], hashed(more));
  }
  return words;
}

// So many 32-bit words of a generator's start.
function words(seed, spawnKey, count) {
  const from = pool(seed, spawnKey);
  let constant = 0x8b51f9dd;
  return Array.from({ length: count }, (_, index) => {
    let value = (from[index % POOL] ^ constant) >>> 0;
    constant = Math.imul(constant, 0x58f38ded);
    value = Math.imul(value, constant);
    return (value ^ (value >>> 16)) >>> 0;
  });
}

// The multiplier of PCG's 128-bit step in sixteen-bit pieces, the lowest first.
const MULTIPLIER = pieces([0x9fccf645, 0x4385df64, 0x1fc65da4, 0x2360ed05]);

function pieces(longs) {
  return longs.flatMap((word) => [word & 0xffff, word >>> 16]);
}

export class Generator {
  constructor(seed, ...spawnKey) {
    const w = words(seed, spawnKey, 8);
    // 64-bit words a, b, c, d: the state starts from a 2^64 + b, the increment from c 2^64 + d
    const [start, sequence] = [[w[2], w[3], w[0], w[1]], [w[6], w[7], w[4], w[5]]];
    const odd = sequence.map((word, at) => ((word << 1) | (at ? sequence[at - 1] >>> 31 : 1)) >>> 0);
    this._increment = pieces(odd);
    this._state = new Uint16Array(8);
    this._product = new Float64Array(8);
    this._step();
    let carry = 0;
    pieces(start).forEach((piece, at) => {
      const sum = this._state[at] + piece + carry;
      this._state[at] = sum & 0xffff;
      carry = sum >>> 16;
    });
    this._step();
    this._kept = -1;  // the high half of the last 64 bits, which is given after the low one
  }

  // state = state * multiplier + increment, modulo 2^128: sums of products of sixteen bits stay exact in a double
  _step() {
    const state = this._state, product = this._product, increment = this._increment;
    for (let at = 0; at < 8; at++) {
      let sum = increment[at];
      for (let low = 0; low <= at; low++) sum += state[low] * MULTIPLIER[at - low];
      product[at] = sum;
    }
    let carry = 0;
    for (let at = 0; at < 8; at++) {
      const sum = product[at] + carry;
      carry = Math.floor(sum / 65536);
      state[at] = sum - carry * 65536;
    }
  }

  // The next 32 random bits: the halves of PCG's XSL-RR output, the low one first.
  word() {
    if (this._kept >= 0) {
      const kept = this._kept;
      this._kept = -1;
      return kept;
    }
    this._step();
    const s = this._state;
    const low = ((s[0] ^ s[4]) | ((s[1] ^ s[5]) << 16)) >>> 0;
    const high = ((s[2] ^ s[6]) | ((s[3] ^ s[7]) << 16)) >>> 0;
    const turn = s[7] >>> 10, by = turn & 31;
    const [a, b] = turn < 32 ? [low, high] : [high, low];
    this._kept = (by ? (b >>> by) | (a << (32 - by)) : b) >>> 0;
    return (by ? (a >>> by) | (b << (32 - by)) : a) >>> 0;
  }

  // A float32 in [0, 1), as `rng.random(dtype=float32)` gives it, in units of 2^-24.
  bits24() {
    return this.word() >>> 8;
  }
}
