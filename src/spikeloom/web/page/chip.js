// The chip, a tick at a time on 32-bit words: the equations of spikeloom.chip.neuron in the order integrate, leak, fire.
// A core whose neurons keep nothing needs neither potentials nor draws, and none that no spike reaches needs a sum, so
// what streams costs here no more than layer by layer.

import { draw, extend, LEAK_PURPOSE, popcount, THRESHOLD_PURPOSE } from "./hash.js";
import { N, TO_OUTPUT, WORDS } from "./model.js";

const RING = 16;  // the longest delay and the tick itself
const LOWEST = -(2 ** 19), HIGHEST = 2 ** 19 - 1;

const saturated = (potential) => Math.max(LOWEST, Math.min(HIGHEST, potential));

export class Chip {
  constructor(program) {
    this.program = program;
    const nCores = program.nCores;
    this.axons = new Uint32Array(nCores * WORDS);  // what arrived in the last tick
    this.spikes = new Uint32Array(nCores * WORDS);  // what its neurons sent in it
    this.outputs = new Uint8Array(program.outputClasses.length);
    this.counts = { spikes: new Int32Array(nCores), events: new Int32Array(nCores), hops: new Int32Array(nCores) };
    this._ring = Array.from({ length: RING }, () => new Uint32Array(nCores * WORDS));
    this.reset();
  }

  reset() {
    this.tick = 0;
    this.potentials = Int32Array.from(this.program.potentials);
    for (const arrivals of [...this._ring, this.axons, this.spikes]) arrivals.fill(0);
  }

  // One tick; `lines` are the numbers of the input lines that spike in it.
  step(lines) {
    const { program, axons } = this;
    const arriving = this._ring[this.tick % RING];
    axons.set(arriving);
    arriving.fill(0);  // free for the tick RING ticks on; the longest delay is one shorter
    this._deliver(lines);
    this.spikes.fill(0);
    this.outputs.fill(0);
    for (const count of Object.values(this.counts)) count.fill(0);
    for (let core = 0; core < program.nCores; core++) {
      if (program.gone?.[core]) continue;
      if (program.memoryless[core]) this._runMemoryless(core);
      else this._run(core);
      this._countEvents(core);
    }
    this._send();
    this.tick++;
  }

  _deliver(lines) {
    const { tapStarts, tapCores, tapAxons } = this._taps();
    for (const line of lines) {
      for (let tap = tapStarts[line]; tap < tapStarts[line + 1]; tap++) {
        this.axons[tapCores[tap] * WORDS + (tapAxons[tap] >> 5)] |= 1 << (tapAxons[tap] & 31);
      }
    }
  }

  // Taps by line, sorted once.
  _taps() {
    if (this._sorted) return this._sorted;
    const { tapLines, tapCores, tapAxons, inputValues } = this.program;
    const order = Uint32Array.from(tapLines.keys()).sort((a, b) => tapLines[a] - tapLines[b]);
    const tapStarts = new Uint32Array(inputValues.length + 1);
    for (const line of tapLines) tapStarts[line + 1]++;
    for (let line = 0; line < inputValues.length; line++) tapStarts[line + 1] += tapStarts[line];
    this._sorted = { tapStarts, tapCores: order.map((tap) => tapCores[tap]), tapAxons: order.map((tap) => tapAxons[tap]) };
    return this._sorted;
  }

  _reached(core) {
    const axons = this.axons, at = core * WORDS;
    return axons[at] | axons[at + 1] | axons[at + 2] | axons[at + 3] |
      axons[at + 4] | axons[at + 5] | axons[at + 6] | axons[at + 7];
  }

  // Spike where input and leak are above zero; nothing is kept.
  _runMemoryless(core) {
    const { leak } = this.program, reached = this._reached(core);
    const active = reached ? this._activeByType(core) : null;
    for (let neuron = 0; neuron < N; neuron++) {
      const key = core * N + neuron;
      const sum = leak[key] + (active ? this._input(key, active) : 0);
      if (sum > 0) this.spikes[core * WORDS + (neuron >> 5)] |= 1 << (neuron & 31);
    }
  }

  // The whole neuron.
  _run(core) {
    const p = this.program, seed = draw(p.seeds[core], this.tick), reached = this._reached(core);
    const active = reached ? this._activeByType(core) : null;
    for (let neuron = 0; neuron < N; neuron++) {
      const key = core * N + neuron, state = extend(seed, neuron);
      let potential = this.potentials[key];
      if (active) potential = saturated(potential + this._drawnInput(key, core, active, state));
      const rho = p.stochasticLeak[key] ? extend(state, LEAK_PURPOSE) & 255 : 0;
      const leak = p.stochasticLeak[key] ? chance(p.leak[key], rho) : p.leak[key];
      potential = saturated(potential + (p.leakReversal[key] ? Math.sign(potential) : 1) * leak);
      const eta = p.maskBits[key] ? extend(state, THRESHOLD_PURPOSE) & ((1 << p.maskBits[key]) - 1) : 0;
      this.potentials[key] = this._fire(key, core, neuron, potential, eta);
    }
  }

  // Compare with the thresholds, and give the potential that remains.
  _fire(key, core, neuron, potential, eta) {
    const p = this.program, mode = p.resetMode[key], threshold = p.threshold[key] + eta;
    if (potential >= threshold) {
      this.spikes[core * WORDS + (neuron >> 5)] |= 1 << (neuron & 31);
      return saturated([p.reset[key], potential - threshold, potential][mode]);
    }
    const lowest = p.negativeThreshold[key] + (p.saturate[key] ? 0 : eta);
    if (potential >= -lowest) return potential;
    return saturated(p.saturate[key] ? -p.negativeThreshold[key] : [-p.reset[key], potential + lowest, potential][mode]);
  }

  // Axons that spiked, by their type, (4, WORDS) words.
  _activeByType(core) {
    const active = (this._active ??= new Uint32Array(4 * WORDS)), masks = this.program.typeMasks;
    for (let at = 0; at < 4 * WORDS; at++) active[at] = masks[core * 4 * WORDS + at] & this.axons[core * WORDS + (at & 7)];
    return active;
  }

  _input(key, active) {
    const { columns, strengths } = this.program, at = key * WORDS;
    let sum = 0;
    for (let type = 0; type < 4; type++) {
      let count = 0;
      for (let word = 0; word < WORDS; word++) {
        const on = columns[at + word] & active[type * WORDS + word];
        if (on) count += popcount(on);
      }
      sum += count * strengths[key * 4 + type];
    }
    return sum;
  }

  // The same where synapses of some types are drawn, each by itself.
  _drawnInput(key, core, active, state) {
    const { columns, strengths, stochasticSynapse } = this.program;
    let sum = 0;
    for (let type = 0; type < 4; type++) {
      const strength = strengths[key * 4 + type];
      for (let word = 0; word < WORDS; word++) {
        let left = columns[key * WORDS + word] & active[type * WORDS + word];
        if (!stochasticSynapse[key * 4 + type]) sum += strength * popcount(left);
        else {
          for (; left; left &= left - 1) {
            const axon = word * 32 + 31 - Math.clz32(left & -left);
            sum += chance(strength, extend(state, axon) & 255);
          }
        }
      }
    }
    return sum;
  }

  _countEvents(core) {
    const { fanOuts } = this.program;
    let events = 0;
    for (let word = 0; word < WORDS; word++) {
      for (let left = this.axons[core * WORDS + word]; left; left &= left - 1) {
        events += fanOuts[core * N + word * 32 + 31 - Math.clz32(left & -left)];
      }
    }
    this.counts.events[core] = events;
  }

  _send() {
    const { targets, targetAxons, delays, hops } = this.program, { counts, tick } = this;
    for (let at = 0; at < this.spikes.length; at++) {
      for (let left = this.spikes[at]; left; left &= left - 1) {
        const core = at >> 3, neuron = at * 32 + 31 - Math.clz32(left & -left), target = targets[neuron];
        counts.spikes[core]++;
        counts.hops[core] += hops[neuron];
        if (target >= 0) {
          const axon = targetAxons[neuron];
          this._ring[(tick + delays[neuron]) % RING][target * WORDS + (axon >> 5)] |= 1 << (axon & 31);
        } else if (target === TO_OUTPUT) this.outputs[targetAxons[neuron]] = 1;
      }
    }
  }
}

// The sign of a value with a chance near its size over 256: spikeloom.chip.neuron.stochastic.
function chance(value, rho) {
  return Math.abs(value) >= rho ? Math.sign(value) : 0;
}
