// What the chip did, tick by tick, kept for the views: an image from its first tick to its decision, or the last ticks of
// a program that is fed by hand.

import { linesOf, phasesOf, ticksOf, decide, votersOf } from "./interface.js";

const KEPT = 256, KEPT_POTENTIALS = 2 ** 24;  // ticks of a program that runs on, and potentials over all of them

// `example` is its number in a data set, the key of its draws.
export function traceImage(chip, values, seed, example = 0) {
  const program = chip.program, shown = program.interface, nTicks = ticksOf(shown), nClasses = shown.class_names.length;
  const phases = phasesOf(program), ticks = [], votes = new Int32Array(nClasses), byMember = new Map();
  const counts = { spikes: 0, events: 0, hops: 0 };
  chip.reset();
  for (let tick = 0; tick < nTicks + shown.latency - 1; tick++) {
    const lines = tick < nTicks ? linesOf(program, values, tick, seed, example) : [];
    chip.step(lines);
    ticks.push(snapshot(chip, lines, tick < nTicks));
    phases.forEach((phase, core) => {
      if (tick < phase || tick >= phase + nTicks) return;
      for (const name of ["spikes", "events", "hops"]) counts[name] += chip.counts[name][core];
    });
    if (tick >= shown.latency - 1 + shown.readout.skip) addVotes(chip, votes, byMember, nClasses);
  }
  const voters = votersOf(program);
  return { ticks, votes, voters, byMember, counts, ...decide(votes, voters) };
}

// One more tick of a program that runs on.
export function traceOn(chip, trace, lines) {
  chip.step(lines);
  trace.ticks.push(snapshot(chip, lines, true));
  if (trace.ticks.length > Math.min(KEPT, KEPT_POTENTIALS / chip.potentials.length)) trace.ticks.shift();
}

function snapshot(chip, lines, isShown) {
  return {
    tick: chip.tick - 1, lines, isShown, axons: chip.axons.slice(), spikes: chip.spikes.slice(),
    outputs: chip.outputs.slice(), potentials: chip.potentials.slice(),
  };
}

function addVotes(chip, votes, byMember, nClasses) {
  const { outputClasses, outputMembers } = chip.program;
  chip.outputs.forEach((spiked, line) => {
    if (!spiked) return;
    const member = outputMembers[line];
    if (!byMember.has(member)) byMember.set(member, new Int32Array(nClasses));
    byMember.get(member)[outputClasses[line]]++;
    votes[outputClasses[line]]++;
  });
}
