// A core opened: its crossbar with what arrives and what fires in this tick, a raster of its neurons, and one neuron.

import { linesPerValue } from "./interface.js";
import { N, TO_OUTPUT, WORDS } from "./model.js";
import { toCanvas } from "./pad.js";

export const bit = (words, core, index) => (words[core * WORDS + (index >> 5)] >>> (index & 31)) & 1;

// Synapses that are on, axons down and neurons across; rows of axons that spiked and columns of neurons that did stand out.
export function drawCrossbar(canvas, program, core, snapshot, neuron, colours) {
  const image = new ImageData(N, N), parse = (colour) => colour.match(/\w\w/g).map((part) => parseInt(part, 16));
  const [ground, faint] = [colours.ground, colours.cell].map(parse);
  const bySign = { 1: parse(colours.hot), "-1": parse(colours.cold), 0: parse(colours.line) };
  for (let axon = 0; axon < N; axon++) {
    const active = snapshot && bit(snapshot.axons, core, axon), type = program.axonTypes[core * N + axon];
    for (let column = 0; column < N; column++) {
      const key = core * N + column, on = (program.columns[key * WORDS + (axon >> 5)] >>> (axon & 31)) & 1;
      const fired = snapshot && bit(snapshot.spikes, core, column);
      const colour = on ? bySign[Math.sign(program.strengths[key * 4 + type])] : active || fired ? faint : ground;
      const opacity = on && !active ? 0.45 : 1, at = (axon * N + column) * 4;
      for (let part = 0; part < 3; part++) image.data[at + part] = colour[part] * opacity + ground[part] * (1 - opacity);
      image.data[at + 3] = 255;
    }
  }
  canvas.width = canvas.height = N;
  const context = canvas.getContext("2d");
  context.putImageData(image, 0, 0);
  if (neuron >= 0) {
    context.fillStyle = colours.ink;
    context.globalAlpha = 0.55;
    context.fillRect(neuron - 1, 0, 1, N);
    context.fillRect(neuron + 1, 0, 1, N);
    context.globalAlpha = 1;
  }
}

// Neurons down, ticks across.
export function drawRaster(canvas, trace, core, now, colours) {
  const ticks = trace.ticks, wide = Math.max(ticks.length, 12);
  canvas.width = wide * 6;
  canvas.height = N;
  const context = canvas.getContext("2d");
  context.fillStyle = colours.cell;
  context.fillRect(now * 6, 0, 6, N);
  context.fillStyle = colours.hot;
  ticks.forEach((snapshot, column) => {
    for (let neuron = 0; neuron < N; neuron++) if (bit(snapshot.spikes, core, neuron)) context.fillRect(column * 6 + 1, neuron, 4, 1);
  });
}

// What a neuron is, as rows of a name and a value.
export function neuronFacts(program, core, neuron, snapshot) {
  const key = core * N + neuron, target = program.targets[key], axon = program.targetAxons[key];
  const names = program.interface?.class_names ?? [], label = target === TO_OUTPUT ? program.outputClasses[axon] : -1;
  const goes = target >= 0
    ? `core ${target}, axon ${axon}, after ${program.delays[key]} tick${program.delays[key] > 1 ? "s" : ""}, ${program.hops[key]} hops`
    : target === TO_OUTPUT ? `output line ${axon}${names[label] === undefined ? "" : `, a vote for ${names[label]}`}` : "nowhere";
  return [
    ["strengths by axon type", Array.from(program.strengths.subarray(key * 4, key * 4 + 4)).join(", ")],
    ["leak, threshold", `${program.leak[key]}, ${program.threshold[key]}`],
    ["synapses on", countOn(program, key)],
    ["input in this tick", snapshot ? inputOf(program, core, neuron, snapshot) : "-"],
    ["potential after it", snapshot ? snapshot.potentials[key] : program.potentials[key]],
    ["spikes in it", snapshot && bit(snapshot.spikes, core, neuron) ? "yes" : "no"],
    ["its spike goes to", goes],
  ];
}

function countOn(program, key) {
  let count = 0;
  for (let axon = 0; axon < N; axon++) count += (program.columns[key * WORDS + (axon >> 5)] >>> (axon & 31)) & 1;
  return count;
}

function inputOf(program, core, neuron, snapshot) {
  const key = core * N + neuron;
  if (program.stochasticSynapse.subarray(key * 4, key * 4 + 4).some(Boolean)) return "drawn";
  let sum = 0;
  for (let axon = 0; axon < N; axon++) {
    const on = (program.columns[key * WORDS + (axon >> 5)] >>> (axon & 31)) & 1;
    if (on && bit(snapshot.axons, core, axon)) sum += program.strengths[key * 4 + program.axonTypes[core * N + axon]];
  }
  return sum;
}

// Of a neuron that sees the input: strength times synapse over the values it reaches, (rows, columns), or null.
export function receptiveField(program, core, neuron) {
  if (!program.interface) return null;
  const [rows, columns, channels] = program.interface.value_shape, width = linesPerValue(program.interface);
  const field = new Float32Array(rows * columns), key = core * N + neuron;
  let sees = false;
  program.tapCores.forEach((tapCore, tap) => {
    if (tapCore !== core) return;
    sees = true;
    const axon = program.tapAxons[tap], on = (program.columns[key * WORDS + (axon >> 5)] >>> (axon & 31)) & 1;
    if (!on) return;
    const place = Math.floor(program.inputValues[program.tapLines[tap]] / (channels * width));
    field[place] += program.strengths[key * 4 + program.axonTypes[core * N + axon]];
  });
  return sees ? field : null;
}

export function drawField(canvas, field, [rows, columns], colours) {
  const most = Math.max(1, ...field.map(Math.abs)), parse = (colour) => colour.match(/\w\w/g).map((part) => parseInt(part, 16) / 255);
  const [ground, excites, inhibits] = [colours.ground, colours.hot, colours.cold].map(parse);
  const values = new Float32Array(field.length * 3);
  field.forEach((value, at) => {
    const share = Math.abs(value) / most, colour = value < 0 ? inhibits : excites;
    for (let part = 0; part < 3; part++) values[at * 3 + part] = ground[part] * (1 - share) + colour[part] * share;
  });
  const small = toCanvas(values, [rows, columns, 3]);
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext("2d").drawImage(small, 0, 0);
}
