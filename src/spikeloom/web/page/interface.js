// How an image becomes ticks of spikes, and ticks of votes a decision: spikeloom.interface, bit for bit.

import { draw, extend, INPUT_STREAM } from "./hash.js";

export function ticksOf(shown) {
  const frames = shown.frames;
  if (frames.name === "moved") return frames.shifts.length;
  return frames.name === "stream" ? frames.frames * frames.ticks : frames.ticks;
}

// Ticks from one example to the next: those that it is shown, or, with a reset, until it is decided.
export function periodOf(shown) {
  return shown.reset ? ticksOf(shown) + shown.latency - 1 : ticksOf(shown);
}

// The values (float32, frame after frame) as they stand in a tick of the example.
export function frameOf(shown, values, tick) {
  const [rows, columns, channels] = shown.value_shape, size = rows * columns * channels, frames = shown.frames;
  if (frames.name === "still") return values;
  if (frames.name === "stream") {
    const frame = Math.floor(tick / frames.ticks);
    return values.subarray(frame * size, (frame + 1) * size);
  }
  const [down, right] = frames.shifts[tick], moved = new Float32Array(size);
  for (let row = Math.max(down, 0); row < Math.min(rows, rows + down); row++) {
    for (let column = Math.max(right, 0); column < Math.min(columns, columns + right); column++) {
      const to = (row * columns + column) * channels, from = ((row - down) * columns + column - right) * channels;
      for (let channel = 0; channel < channels; channel++) moved[to + channel] = values[from + channel];
    }
  }
  return moved;
}

// Lines of a value, one a level of the coding and delay.
export function linesPerValue(shown) {
  const coding = shown.coding;
  const width = coding.name === "dithered" ? coding.thresholds[0][0].length : coding.levels ?? 1;
  return width * shown.delays.length;
}

// The probability of a spike on every coded value, whatever the delays.
export function probabilitiesOf(shown, values) {
  const coding = shown.coding;
  if (coding.name === "dithered") return dithered(shown, values);
  if (coding.name === "bernoulli") return values;
  if (coding.name === "threshold") return values.map((value) => (value >= Math.fround(coding.at) ? 1 : 0));
  const rising = coding.thresholds.length
    ? coding.thresholds
    : Array.from({ length: coding.levels }, (_, level) => (level + 0.5) / coding.levels);
  const limits = rising.map(Math.fround), coded = new Float32Array(values.length * limits.length);
  values.forEach((value, at) => limits.forEach((limit, level) => {
    coded[at * limits.length + level] = value >= limit ? 1 : 0;
  }));
  return coded;
}

function dithered(shown, values) {
  const [, columns, channels] = shown.value_shape, pattern = shown.coding.thresholds, levels = pattern[0][0].length;
  const coded = new Float32Array(values.length * levels);
  values.forEach((value, at) => {
    const pixel = Math.floor(at / channels), row = Math.floor(pixel / columns), column = pixel % columns;
    const limits = pattern[row % pattern.length][column % pattern[0].length];
    limits.forEach((limit, level) => { coded[at * levels + level] = value >= Math.fround(limit) ? 1 : 0; });
  });
  return coded;
}

// The numbers of the input lines that spike in a tick of an example; `example` is its number, the key of its draws.
export function linesOf(program, values, tick, seed, example = 0) {
  const shown = program.interface, certain = shown.coding.name !== "bernoulli", delays = shown.delays;
  // a spike is drawn in its tick, and seen again after every delay
  const ticks = delays.map((delay) => tick - delay);
  const byDelay = ticks.map((then) => (then < 0 ? null : probabilitiesOf(shown, frameOf(shown, values, then))));
  const states = new Map(), lines = [];
  program.inputValues.forEach((coded, line) => {
    const value = Math.floor(coded / delays.length), place = coded % delays.length, tick = ticks[place];
    const probability = byDelay[place]?.[value];
    if (!(probability > 0)) return;
    if (!certain) {
      const member = program.inputMembers[line];
      if (!states.has(member)) states.set(member, draw(INPUT_STREAM, seed, member, example));
      const drawn = extend(states.get(member), value);
      if (!((tick ? extend(drawn, tick) : drawn) < probability * 2 ** 32)) return;
    }
    lines.push(line);
  });
  return lines;
}

// The most votes that each class can have.
export function votersOf(program) {
  const shown = program.interface, voters = new Int32Array(shown.class_names.length);
  for (const label of program.outputClasses) if (label >= 0) voters[label] += ticksOf(shown) - shown.readout.skip;
  return voters;
}

// Decide for the class with the highest share of its votes; ties go to the lowest class.
export function decide(votes, voters) {
  const shares = Array.from(votes, (count, label) => count / Math.max(voters[label], 1));
  const most = Math.max(...shares);
  return { shares, label: shares.indexOf(most), tied: shares.filter((share) => share === most).length > 1 };
}

// The ticks after which an input first reaches each core, from which on it counts an image's activity:
// spikeloom.measure.activity.core_phases.
export function phasesOf(program) {
  const { nCores, targets, delays, tapCores } = program, latency = program.interface.latency;
  let phases = new Int32Array(nCores).fill(latency);
  for (const core of tapCores) phases[core] = 0;
  for (let round = 0; round < latency; round++) {
    const arrival = phases.slice();
    targets.forEach((target, neuron) => {
      if (target >= 0) arrival[target] = Math.min(arrival[target], phases[neuron >> 8] + delays[neuron]);
    });
    if (arrival.every((phase, core) => phase === phases[core])) break;
    phases = arrival;
  }
  return phases.map((phase) => (phase < latency ? phase : 0));
}
