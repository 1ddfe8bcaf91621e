// A chip program as the page holds it: typed arrays over cores, neurons and lines, unpacked from one file.
//
// The file is a deflated block: the length of a JSON header (4 bytes, lowest first), the header, and the arrays one after
// another. Each array's entry says its type, shape and bytes; `value` stands for an array that is the same everywhere,
// and one with fewer bytes than its shape repeats from member to member.
//
// In memory everything lies core after core: `columns` holds WORDS words a neuron, in which bit (axon & 31) of word
// (axon >> 5) is the synapse of that axon, so that a neuron's input is an AND with the axons that spiked, and a count;
// `typeMasks` the axons of each of the four types, (core, type, word); `fanOuts` the synapses on an axon; `hops` the way of
// a neuron's spike in cores.

import { CORE_STREAM, draw } from "./hash.js";
import { Generator } from "./generator.js";

export const N = 256;  // axons of a core, and neurons
export const WORDS = N / 32;  // of 32 bits, that hold a bit an axon or neuron
export const NOWHERE = -1, TO_OUTPUT = -2;

const TYPES = { u1: Uint8Array, i2: Int16Array, i4: Int32Array, u4: Uint32Array };
const SYNAPSES = 0;  // first key of the generators of synapses, spikeloom.randomness.streams

export async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return read(new Uint8Array(await new Response(stream).arrayBuffer()));
}

export function read(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const arrays = {};
  for (const entry of header.arrays) {
    const size = entry.shape.reduce((product, by) => product * by, 1);
    const array = new TYPES[entry.type](size);
    if (entry.value !== undefined) array.fill(entry.value);
    else {
      const from = 4 + length + entry.offset;
      const part = new TYPES[entry.type](bytes.slice(from, from + entry.bytes).buffer);
      for (let at = 0; at < size; at += part.length) array.set(part, at);
    }
    arrays[entry.name] = array;
  }
  return { ...header.facts, arrays };
}

// The program that a file holds: its own, or, of a learned network, members sampled with a seed.
export function programOf(file, seed = 0, members = 1) {
  const arrays = file.arrays;
  if (!arrays.probabilities) {
    return finished({ ...file, ...arrays, seed: file.seed, columns: columnsOf(arrays.crossbars, file.nCores) });
  }
  return sampled(file, seed, Array.from({ length: members }, (_, member) => member));
}

// One program of members of a learned network, each sampled as spikeloom.deployment.deploy samples it.
function sampled(file, seed, members) {
  const { arrays, nCores } = file, n = members.length;
  const repeat = (array, change) => {
    const out = new array.constructor(array.length * n);
    members.forEach((_, place) => out.set(change ? array.map((value) => change(value, place)) : array, place * array.length));
    return out;
  };
  const columns = new Uint32Array(n * nCores * N * WORDS);
  members.forEach((member, place) => sampleColumns(file, seed, member, columns, place * nCores * N * WORDS));
  const seeds = new Uint32Array(n * nCores);
  members.forEach((member, place) => {
    for (let core = 0; core < nCores; core++) seeds[place * nCores + core] = draw(CORE_STREAM, seed, member, core);
  });
  const targets = repeat(arrays.targets, (core, place) => (core >= 0 ? core + place * nCores : core));
  const targetAxons = repeat(arrays.targetAxons);
  const nOutputs = arrays.outputClasses.length;
  members.forEach((_, place) => {
    for (let at = place * nCores * N; at < (place + 1) * nCores * N; at++) {
      if (targets[at] === TO_OUTPUT) targetAxons[at] += place * nOutputs;
    }
  });
  const nLines = arrays.inputValues.length;
  const copied = Object.fromEntries(
    ["axonTypes", "strengths", "leak", "threshold", "negativeThreshold", "reset", "resetMode", "saturate", "maskBits",
      "stochasticSynapse", "stochasticLeak", "leakReversal", "potentials", "delays", "inputValues", "tapAxons",
      "outputClasses"].map((name) => [name, repeat(arrays[name])]),
  );
  return finished({
    ...file, ...copied, nCores: n * nCores, columns, seeds, seed, targets, targetAxons,
    coreMembers: Int32Array.from({ length: n * nCores }, (_, core) => members[Math.floor(core / nCores)]),
    inputMembers: Int32Array.from({ length: n * nLines }, (_, line) => members[Math.floor(line / nLines)]),
    outputMembers: Int32Array.from({ length: n * nOutputs }, (_, line) => members[Math.floor(line / nOutputs)]),
    tapLines: repeat(arrays.tapLines, (line, place) => line + place * nLines),
    tapCores: repeat(arrays.tapCores, (core, place) => core + place * nCores),
    places: placedRowByRow(n * nCores),
  });
}

// A synapse is on where the draw is below its probability, both as float32; the draws run over cores, axons, neurons.
function sampleColumns(file, seed, member, columns, at) {
  const { probabilities, connected } = file.arrays;
  const generator = new Generator(seed, SYNAPSES, member);
  // the least draw, in units of 2^-24, that is not below step / 255 as float32
  const limits = Uint32Array.from({ length: N }, (_, step) => Math.ceil(Math.fround(step / (N - 1)) * 2 ** 24));
  let index = 0;
  for (let core = 0; core < file.nCores; core++) {
    for (let axon = 0; axon < N; axon++) {
      const word = axon >> 5, bit = 1 << (axon & 31);
      for (let neuron = 0; neuron < N; neuron++) {
        const on = generator.bits24() < limits[probabilities[index++]];
        if (on && connected[core * N + neuron]) columns[at + (core * N + neuron) * WORDS + word] |= bit;
      }
    }
  }
}

// Rows of bits by axon, neuron 0 the highest bit of byte 0, as words of axons by neuron.
function columnsOf(crossbars, nCores) {
  const columns = new Uint32Array(nCores * N * WORDS);
  for (let core = 0; core < nCores; core++) {
    for (let axon = 0; axon < N; axon++) {
      const word = axon >> 5, bit = 1 << (axon & 31), row = (core * N + axon) * (N / 8);
      for (let byte = 0; byte < N / 8; byte++) {
        for (let left = crossbars[row + byte], neuron = byte * 8; left; left = (left << 1) & 255, neuron++) {
          if (left & 128) columns[(core * N + neuron) * WORDS + word] |= bit;
        }
      }
    }
  }
  return columns;
}

// Row by row on chips of 64 x 64, as spikeloom.chip.program places cores: chip, column, row.
function placedRowByRow(nCores) {
  return Int32Array.from({ length: nCores * 3 }, (_, at) => {
    const core = Math.floor(at / 3), within = core % 4096;
    return [Math.floor(core / 4096), within % 64, Math.floor(within / 64)][at % 3];
  });
}

// What is worked out once of a program: masks of axon types, synapses behind each axon, hops, cores without memory.
export function finished(program) {
  const { nCores, columns, axonTypes } = program;
  const typeMasks = new Uint32Array(nCores * 4 * WORDS);
  for (let key = 0; key < nCores * N; key++) {
    const core = key >> 8, axon = key & 255;
    typeMasks[(core * 4 + axonTypes[key]) * WORDS + (axon >> 5)] |= 1 << (axon & 31);
  }
  return {
    ...program, typeMasks, fanOuts: fanOutsOf(columns, nCores), hops: hopsOf(program),
    memoryless: memorylessCores(program), coordinates: coordinatesOf(program.places, nCores),
  };
}

function fanOutsOf(columns, nCores) {
  const fanOuts = new Uint16Array(nCores * N);
  for (let neuron = 0; neuron < nCores * N; neuron++) {
    const core = neuron >> 8;
    for (let word = 0; word < WORDS; word++) {
      for (let left = columns[neuron * WORDS + word]; left; left &= left - 1) {
        fanOuts[core * N + word * 32 + 31 - Math.clz32(left & -left)]++;
      }
    }
  }
  return fanOuts;
}

export function coordinatesOf(places, nCores) {
  const at = new Int32Array(nCores * 2);
  for (let core = 0; core < nCores; core++) {
    const [chip, x, y] = places.subarray(core * 3, core * 3 + 3);
    at[core * 2] = (chip % 4) * 64 + x;
    at[core * 2 + 1] = Math.floor(chip / 4) * 64 + y;
  }
  return at;
}

function hopsOf({ places, targets, nCores }) {
  const at = coordinatesOf(places, nCores);
  return Int32Array.from(targets, (target, neuron) => {
    if (target < 0) return 0;
    const core = neuron >> 8;
    return Math.abs(at[target * 2] - at[core * 2]) + Math.abs(at[target * 2 + 1] - at[core * 2 + 1]);
  });
}

// Cores whose neurons start and end every tick at zero and draw nothing: spikeloom.chip.paths.memoryless_neurons.
function memorylessCores(program) {
  const p = program;
  const bare = (neuron) =>
    p.threshold[neuron] === 1 && p.resetMode[neuron] === 0 && p.reset[neuron] === 0 &&
    p.negativeThreshold[neuron] === 0 && !p.stochasticLeak[neuron] && !p.maskBits[neuron] &&
    !p.leakReversal[neuron] && !p.potentials[neuron] &&
    !p.stochasticSynapse.subarray(neuron * 4, neuron * 4 + 4).some(Boolean);
  return Uint8Array.from({ length: p.nCores }, (_, core) => {
    for (let neuron = core * N; neuron < (core + 1) * N; neuron++) if (!bare(neuron)) return 0;
    return 1;
  });
}
