// The page: state in the link, one walk from state to chip to views.

import { Chip } from "./chip.js";
import { bit, drawCrossbar, drawField, drawRaster, neuronFacts, receptiveField } from "./core.js";
import { $, counted, node, paint } from "./dom.js";
import { curve, energyOf, microjoules } from "./energy.js";
import { broken, noisy } from "./faults.js";
import { decide, frameOf, linesPerValue, periodOf, ticksOf } from "./interface.js";
import { readLink, unpackDrawing, writeLink } from "./link.js";
import { N, NOWHERE, programOf, unpack } from "./model.js";
import { toCanvas } from "./pad.js";
import { traceImage, traceOn } from "./trace.js";
import { wire } from "./wires.js";

const MEMBERS = 32;  // whose votes are shown one by one

class Page {
  constructor(file) {
    this.file = file;
    this.shown = file.interface;
    this.samples = Boolean(file.arrays.probabilities);
    this.sizes = this.samples && !file.certain ? [1, 2, 4, 8, 16] : [1];
    this.looks = this.shown ? [...new Set([ticksOf(this.shown), ...Object.keys(file.shifts).map(Number)])].sort((a, b) => a - b) : [1];
    this.defaults = {
      seed: file.seed, members: this.sizes.length > 1 ? 4 : 1, ticks: this.shown ? ticksOf(this.shown) : 1,
      image: file.nImages ? 0 : -1, drawing: "", core: 0, neuron: 0,
      dead: 0, stuck: 0, noise: 0, killed: -1, tick: -1, profile: Object.keys(file.profiles ?? {})[0] ?? "", lines: "",
    };
    this.playing = null;
    document.body.className = this.shown ? "by-images" : "by-hand";
    $("facts").textContent = file.told;
    wire(this);
    this.restore();
  }

  // The state that the link says, in everything that is shown.
  restore() {
    this.state = this._allowed(readLink(this.defaults));
    this._adopt();
    this.rebuild();
  }

  // Bring what keeps a state of its own, the pad, the input lines and the choice of a profile, to the page's state.
  _adopt() {
    if (!this.shown) return this._showLines();
    this.pad.show(this.given());
    $("profile").value = this.state.profile;
  }

  // What a link says, as far as the page can do it: anybody may have written it.
  _allowed(state) {
    const { defaults, file } = this, whole = (name, least, most) =>
      Number.isInteger(state[name]) && state[name] >= least && state[name] <= most ? state[name] : defaults[name];
    const among = (name, choices) => (choices.includes(state[name]) ? state[name] : defaults[name]);
    return {
      ...state, seed: whole("seed", 0, 2 ** 32 - 1), members: among("members", this.sizes), ticks: among("ticks", this.looks),
      image: whole("image", -1, file.nImages - 1), core: whole("core", -1, file.nCores * Math.max(...this.sizes) - 1),
      neuron: whole("neuron", 0, N - 1), killed: whole("killed", -1, file.nCores * Math.max(...this.sizes) - 1),
      tick: whole("tick", -1, 2 ** 31), dead: whole("dead", 0, 50), stuck: whole("stuck", 0, 50), noise: whole("noise", 0, 50),
      profile: among("profile", Object.keys(file.profiles ?? {})), lines: /^[\d.]*$/.test(state.lines) ? state.lines : "",
    };
  }

  // From the settings to a program and a chip.
  rebuild() {
    const { seed, members, dead, stuck, killed, ticks } = this.state, key = `${seed} ${members}`;
    if (this.sampledAs !== key) {
      this.sampledAs = key;
      this.whole = programOf(this.file, seed, members);
    }
    let program = broken(this.whole, { dead: dead / 100, stuck: stuck / 100, killed, seed });
    if (this.shown) program = { ...program, interface: this._interfaceOf(ticks) };
    this.chip = new Chip(program);
    this.plan.lay(this.whole);
    if (!this.shown) this.trace = { ticks: [] };
    this.refresh();
  }

  // From the input to what the chip did.
  refresh() {
    const started = performance.now();
    if (this.shown) {
      this.values = noisy(this.given(), this.state.noise / 100, this.state.seed);
      this.trace = traceImage(this.chip, this.values, this.state.seed, this._number());
    } else if (!this.trace.ticks.length) this.stepByHand();
    this.took = performance.now() - started;
    this.draw();
  }

  draw() {
    const colours = this.colours ??= coloursOf(), trace = this.trace, last = trace.ticks.length - 1;
    const now = this.state.tick < 0 || this.state.tick > last ? last : this.state.tick, snapshot = trace.ticks[now];
    this.now = now;
    $("tick").textContent = snapshot.tick;
    $("of").textContent = this.shown ? `of 0 … ${last}` : "";
    this.plan.draw(this.chip.program, snapshot, this.state.core, colours);
    if (this.shown) this._drawImage();
    this._drawCore(snapshot, colours);
    this._drawSettings();
    writeLink(this.state, this.defaults);
  }

  set(changes) {
    Object.assign(this.state, changes);
  }

  // Open a core at its first neuron that spikes in this tick, or that goes somewhere.
  open(core) {
    const { targets } = this.chip.program, neurons = [...Array(N).keys()], snapshot = this.trace.ticks[this.now];
    const spiking = neurons.find((neuron) => bit(snapshot.spikes, core, neuron) && targets[core * N + neuron] !== NOWHERE);
    this.set({ core, neuron: spiking ?? Math.max(neurons.findIndex((neuron) => targets[core * N + neuron] !== NOWHERE), 0) });
    this.draw();
  }

  _interfaceOf(ticks) {
    if (ticks === ticksOf(this.shown) || !this.file.shifts[ticks]) return this.shown;
    return { ...this.shown, frames: { name: "moved", shifts: this.file.shifts[ticks] } };
  }

  // The number of the image in its data set, which is the key of its draws; 0 of a drawing.
  _number() {
    return this.state.drawing || this.state.image < 0 ? 0 : this.file.numbers[this.state.image];
  }

  // The image that is shown: drawn, the same in every frame, or of the test set.
  given() {
    const [rows, columns, channels] = this.shown.value_shape, frame = rows * columns * channels;
    const size = frame * (this.file.nFrames ?? 1), drawn = this.state.drawing && unpackDrawing(this.state.drawing, frame);
    if (drawn) return Float32Array.from({ length: size }, (_, at) => Math.fround(drawn[at % frame] / 255));
    this.state.drawing = "";  // none, or a link that was cut short
    const images = this.file.arrays.images, at = this.state.image;
    if (!images || at < 0) return new Float32Array(size);
    return Float32Array.from(images.subarray(at * size, (at + 1) * size), (value) => Math.fround(value / 255));
  }

  _drawImage() {
    const [rows, columns, channels] = this.shown.value_shape, program = this.chip.program, trace = this.trace;
    const shape = [rows, columns, channels === 3 ? 3 : 1], frame = (tick) => firstChannel(frameOf(program.interface, this.values, tick), channels);
    const at = Math.min(this.now, ticksOf(program.interface) - 1);
    paint($("seen"), toCanvas(frame(at), shape));
    const spikes = new Float32Array(rows * columns), width = linesPerValue(program.interface);
    const shownIn = trace.ticks[at];
    $("spiking-note").textContent = `input spikes of tick ${at}`;
    for (const line of shownIn.lines) {
      if (program.inputMembers[line] === program.inputMembers[0]) spikes[Math.floor(program.inputValues[line] / (channels * width))] = 1;
    }
    paint($("spiking"), toCanvas(spikes, [rows, columns, 1]));
    this._drawVotes(trace);
    this._drawEnergy(trace, program);
    const known = this.state.drawing ? null : this.file.labels?.[this.state.image];
    $("example").textContent = this.state.drawing || this.state.image < 0 ? "-" : `${this.file.numbers[this.state.image]}: ${this.shown.class_names[known]}`;
  }

  _drawVotes(trace) {
    const names = this.shown.class_names, order = names.map((_, label) => label);
    const label = this.state.drawing || this.state.image < 0 ? -1 : this.file.labels[this.state.image];
    if (order.length > 12) order.sort((a, b) => trace.shares[b] - trace.shares[a]).splice(12);
    const told = trace.votes.some(Boolean) ? names[trace.label] : "no votes";
    $("decision").replaceChildren(told, node("small", ` ${trace.tied ? `${trace.votes.some(Boolean) ? "tied, " : ""}the lowest class wins: ${names[trace.label]}` : ""}${label >= 0 ? (label === trace.label ? " right" : ` it is ${names[label]}`) : ""}`));
    $("votes").className = names.every((name) => name.length < 3) ? "short" : "";
    $("votes").replaceChildren(...order.map((at) => {
      const bar = node("div"), fill = document.createElement("i");
      bar.className = "bar";
      fill.style.width = `${trace.shares[at] * 100}%`;
      bar.append(fill);
      const row = node("div", "", node("span", names[at]), bar, node("span", `${Math.round(trace.shares[at] * 100)} %`));
      row.className = at === trace.label ? "vote first" : "vote";
      return row;
    }));
    this._drawMembers(trace, names);
  }

  _drawMembers(trace, names) {
    const members = [...new Set(this.chip.program.outputMembers)], shown = members.length < 2 ? [] : members.slice(0, MEMBERS);
    $("by-member").hidden = !shown.length;
    $("by-member").textContent = `Member by member${members.length > MEMBERS ? `, the first ${MEMBERS} of ${members.length}` : ""}:`;
    $("members-votes").replaceChildren(...shown.map((member) => {
      const votes = trace.byMember.get(member), { label } = votes ? decide(votes, trace.voters) : { label: -1 };
      const told = node("span", `${member}: ${names[label] ?? "no votes"}`);
      told.className = label === trace.label ? "" : "other";
      return told;
    }));
  }

  // The measured points under the profile that is chosen.
  _points() {
    const profile = this.file.profiles[this.state.profile];
    return this.file.curve.map((point) => ({ ...point, joules: energyOf(profile, point.cores, point.ticks, point).total }));
  }

  // What is known of a setting, which was measured whole.
  _measured(point) {
    if (!point) return "This setting was not measured.";
    const { dead, stuck, noise, killed } = this.state, whole = !dead && !stuck && !noise && killed < 0;
    const of = `${point.images.toLocaleString("en")} images${point.split ? ` (${point.split})` : ""}`;
    const when = `${this.sizes.length > 1 ? ` with seed ${this.file.seed}` : ""}${whole ? "" : ", before it was broken"}`;
    return `Measured${when}: ${(point.accuracy * 100).toFixed(2)} % of ${of} at ${microjoules(point.joules)}.`;
  }

  _drawEnergy(trace, program) {
    const nTicks = periodOf(program.interface), cost = (name) => energyOf(this.file.profiles[name], program.nCores, nTicks, trace.counts);
    const chosen = cost(this.state.profile), totals = Object.keys(this.file.profiles).map((name) => cost(name).total);
    $("joules").textContent = microjoules(chosen.total);
    $("range").textContent = `(${microjoules(Math.min(...totals))} to ${microjoules(Math.max(...totals))} over the profiles)`;
    const parts = ["static", "events", "hops"].map((name) => [name, chosen[name] / (chosen.total || 1)]);
    $("shares").replaceChildren(...parts.map(([, share]) => {
      const part = document.createElement("i");
      part.style.width = `${share * 100}%`;
      return part;
    }));
    const text = parts.map(([name, share]) => `${name} ${(share * 100).toFixed(1)} %`).join(", ");
    $("shares").setAttribute("aria-label", text);
    $("shares-note").textContent = `${text}. Modelled: ${counted(program.nCores, "core")}, ${counted(nTicks, "tick")}, ${trace.counts.events.toLocaleString("en")} events, ${trace.counts.hops.toLocaleString("en")} hops.`;
    const members = this.samples ? this.state.members : undefined, points = this._points();
    const point = points.find((one) => (members === undefined || one.members === members) && one.ticks === nTicks);
    $("curve").innerHTML = curve(points, point);  // numbers alone
    $("measured").textContent = this.file.curve.length ? `Filled: ensembles; hollow: one member, more ticks. ${this._measured(point)}` : "";
  }

  _drawCore(snapshot, colours) {
    const { core, neuron } = this.state, chosen = core >= 0 && core < this.chip.program.nCores;
    $("core").classList.toggle("chosen", chosen);
    $("core-name").textContent = chosen ? core : "-";
    $("kill").disabled = !chosen;
    if (!chosen) return;
    const program = this.chip.program;
    $("core-note").textContent = `Member ${program.coreMembers[core]}, level ${this.plan.levels[core]}, at column ${program.coordinates[core * 2]}, row ${program.coordinates[core * 2 + 1]} of the chips.`;
    drawCrossbar($("crossbar"), program, core, snapshot, neuron, colours);
    drawRaster($("raster"), this.trace, core, this.now, colours);
    $("neuron-number").value = neuron;
    $("neuron-facts").replaceChildren(...neuronFacts(program, core, neuron, snapshot).map(([name, value]) =>
      node("tr", "", node("td", name), node("td", String(value)))));
    const target = program.targets[core * N + neuron], field = receptiveField(program, core, neuron);
    $("follow").disabled = target < 0;
    $("field-figure").hidden = !field;
    if (field) drawField($("field"), field, this.shown.value_shape, colours);
  }

  _drawSettings() {
    const { members, ticks, dead, stuck, noise, seed } = this.state;
    const told = { members: this.samples ? members : new Set(this.file.arrays.coreMembers).size, ticks, dead: `${dead} %`, stuck: `${stuck} %`, noise: `${noise} %` };
    for (const [name, text] of Object.entries(told)) $(`${name}-out`).textContent = text;
    $("seed").textContent = seed;
    $("members").value = this.sizes.indexOf(members);
    $("ticks").value = this.looks.indexOf(ticks);
    for (const name of ["dead", "stuck", "noise"]) $(name).value = this.state[name];
    $("plan-note").textContent = this.shown ? `${counted(this.chip.program.nCores, "core")}; the image took ${this.took.toFixed(0)} ms here.` : `${counted(this.chip.program.nCores, "core")}.`;
  }

  _showLines() {
    this.held = new Set(this.state.lines.split(".").filter(Boolean).map(Number));
    $("lines").replaceChildren(...Array.from(this.file.arrays.inputValues, (_, line) => {
      const button = node("button", String(line));
      button.type = "button";
      button.setAttribute("aria-pressed", this.held.has(line));
      button.setAttribute("aria-label", `input line ${line}`);
      button.addEventListener("click", () => {
        if (!this.held.delete(line)) this.held.add(line);
        button.setAttribute("aria-pressed", this.held.has(line));
        this.set({ lines: [...this.held].join(".") });
        writeLink(this.state, this.defaults);
      });
      return button;
    }));
  }

  stepByHand() {
    traceOn(this.chip, this.trace, this.held);
  }
}

function firstChannel(values, channels) {
  return channels === 1 || channels === 3 ? values : values.filter((_, at) => at % channels === 0);
}

function coloursOf() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(["ground", "ink", "line", "cell", "hot", "over", "cold", "bad"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

export async function start() {
  const text = $("model").textContent, bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  $("model").remove();
  window.page = new Page(await unpack(bytes));
  document.documentElement.dataset.ready = "true";
}

start();
