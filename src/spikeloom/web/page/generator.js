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
const [M0, M1, M2, M3, M4, M5, M6, M7] = pieces([0x9fccf645, 0x4385df64, 0x1fc65da4, 0x2360ed05]);

function pieces(longs) {
  return longs.flatMap((word) => [word & 0xffff, word >>> 16]);
}

// What a sum carries into the next piece.
function above(sum) {
  return Math.floor(sum / 65536);
}

export class Generator {
  constructor(seed, ...spawnKey) {
    const w = words(seed, spawnKey, 8);
    // 64-bit words a, b, c, d: the state starts from a 2^64 + b, the increment from c 2^64 + d
    const [start, sequence] = [[w[2], w[3], w[0], w[1]], [w[6], w[7], w[4], w[5]]];
    const odd = sequence.map((word, at) => ((word << 1) | (at ? sequence[at - 1] >>> 31 : 1)) >>> 0);
    this._increment = Float64Array.from(pieces(odd));
    this._state = new Uint16Array(8);
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

  // state = state * multiplier + increment, modulo 2^128, in pieces of sixteen bits: every sum stays exact in a double.
  // Written out, since most of the time of sampling a network is spent here.
  _step() {
    const s = this._state, i = this._increment;
    const a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    const p0 = i[0] + a * M0;
    const p1 = i[1] + a * M1 + b * M0 + above(p0);
    const p2 = i[2] + a * M2 + b * M1 + c * M0 + above(p1);
    const p3 = i[3] + a * M3 + b * M2 + c * M1 + d * M0 + above(p2);
    const p4 = i[4] + a * M4 + b * M3 + c * M2 + d * M1 + e * M0 + above(p3);
    const p5 = i[5] + a * M5 + b * M4 + c * M3 + d * M2 + e * M1 + f * M0 + above(p4);
    const p6 = i[6] + a * M6 + b * M5 + c * M4 + d * M3 + e * M2 + f * M1 + g * M0 + above(p5);
    const p7 = i[7] + a * M7 + b * M6 + c * M5 + d * M4 + e * M3 + f * M2 + g * M1 + h * M0 + above(p6);
    s[0] = p0;
    s[1] = p1;
    s[2] = p2;
    s[3] = p3;
    s[4] = p4;
    s[5] = p5;
    s[6] = p6;
    s[7] = p7;  // a Uint16Array keeps what lies below 2^16
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
