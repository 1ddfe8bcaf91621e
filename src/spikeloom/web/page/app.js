// The page: state in the link, one walk from state to chip to views.

import { Chip } from "./chip.js";
import { bit, drawCrossbar, drawField, drawRaster, neuronFacts, receptiveField } from "./core.js";
import { curve, energyOf, microjoules } from "./energy.js";
import { broken, noisy } from "./faults.js";
import { decide, frameOf, periodOf, ticksOf } from "./interface.js";
import { packDrawing, readLink, unpackDrawing, writeLink } from "./link.js";
import { N, NOWHERE, programOf, unpack } from "./model.js";
import { Pad, toCanvas } from "./pad.js";
import { Plan } from "./plan.js";
import { traceImage, traceOn } from "./trace.js";

const $ = (id) => document.getElementById(id);
const IN_TOTAL = 400;  // milliseconds a tick at speed 1
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
    this.state = this._allowed(readLink(this.defaults));
    this.playing = null;
    document.body.className = this.shown ? "by-images" : "by-hand";
    $("facts").textContent = file.told;
    this._wire();
    this._adopt();
    this.rebuild();
  }

  // Bring what keeps a state of its own, the pad, the input lines and the choice of a profile, to the page's state.
  _adopt() {
    if (!this.shown) return this._showLines();
    this.pad.show(this._values());
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
      this.values = noisy(this._values(), this.state.noise / 100, this.state.seed);
      this.trace = traceImage(this.chip, this.values, this.state.seed, this._number());
    } else if (!this.trace.ticks.length) this._stepByHand();
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
  _open(core) {
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
  _values() {
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
    const spikes = new Float32Array(rows * columns), width = program.interface.coding.levels ?? 1;
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

  _wire() {
    this.plan = new Plan($("plan"), (core, relative) => {
      const count = this.chip.program.nCores;
      this._open(relative ? (Math.max(this.state.core, 0) + core + count) % count : core);
    });
    this._wireImages();
    this._wireTicks();
    this._wireSettings();
    $("crossbar").addEventListener("click", (event) => {
      const box = $("crossbar").getBoundingClientRect();
      this.set({ neuron: Math.max(0, Math.min(N - 1, Math.floor(((event.clientX - box.left) / box.width) * N))) });
      this.draw();
    });
    $("crossbar").addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 16, ArrowUp: -16 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.set({ neuron: (this.state.neuron + by + N) % N });
      this.draw();
    });
    $("neuron-number").addEventListener("change", (event) => {
      this.set({ neuron: Math.max(0, Math.min(N - 1, Math.trunc(Number(event.target.value)) || 0)) });
      this.draw();
    });
    $("follow").addEventListener("click", () => {
      const program = this.chip.program, key = this.state.core * N + this.state.neuron;
      this._open(program.targets[key]);
    });
    $("copy").addEventListener("click", async () => {
      const copied = await (navigator.clipboard?.writeText(location.href) ?? Promise.reject()).then(() => true, () => false);
      $("copy").textContent = copied ? "Copied" : "The link is in the address bar";
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colours = null;
      this.draw();
    });
    addEventListener("resize", () => this.draw());
    addEventListener("hashchange", () => {
      this.state = this._allowed(readLink(this.defaults));
      this._adopt();
      this.rebuild();
    });
  }

  _wireImages() {
    if (!this.shown) return;
    const [rows, columns, channels] = this.shown.value_shape;
    this.pad = new Pad($("pad"), [rows, columns, channels], this.file.prepare, (values) => {
      this.set({ drawing: packDrawing(Uint8Array.from(values, (value) => Math.round(value * 255))), tick: -1 });
      this.refresh();
    });
    const show = (by) => {
      const known = $("mistakes").checked ? this.file.mistakes : [...Array(this.file.nImages).keys()];
      if (!known.length) return;
      const here = known.indexOf(this.state.image), next = here < 0 ? 0 : (here + by + known.length) % known.length;
      this.set({ image: known[next], drawing: "", tick: -1 });
      this.refresh();
      this.pad.show(this._values());
    };
    $("previous").addEventListener("click", () => show(-1));
    $("next").addEventListener("click", () => show(1));
    $("mistakes").addEventListener("change", () => show(0));
    $("examples").hidden = !this.file.nImages;
    $("clear").addEventListener("click", () => this.pad.clear());
    const load = (blob) => blob && this.pad.load(blob).catch(() => { $("decision").textContent = "That is no picture that this browser reads."; });
    $("picture").addEventListener("change", (event) => {
      load(event.target.files[0]);
      event.target.value = "";  // so that the same file can be opened again
    });
    addEventListener("paste", (event) => load([...event.clipboardData.files][0]));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      load(event.dataTransfer.files[0]);
    });
    $("mistakes-of").textContent = this.sizes.length > 1 ? `of one member, seed ${this.file.seed}` : "";
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

  _wireTicks() {
    const move = (by) => {
      const last = this.trace.ticks.length - 1;
      if (!this.shown && by > 0 && this.now === last) this._stepByHand();
      const next = this.shown ? (this.now + by + last + 1) % (last + 1) : Math.max(0, Math.min(this.trace.ticks.length - 1, this.now + by));
      this.set({ tick: next === this.trace.ticks.length - 1 && !this.shown ? -1 : next });
      this.draw();
    };
    $("step").addEventListener("click", () => move(1));
    $("back").addEventListener("click", () => move(-1));
    $("play").addEventListener("click", () => {
      const play = () => { this.playing = setTimeout(() => { move(1); play(); }, IN_TOTAL / $("speed").value); };
      if (this.playing) clearTimeout(this.playing), (this.playing = null);
      else play();
      $("play").setAttribute("aria-pressed", Boolean(this.playing));
      $("play").textContent = this.playing ? "Pause" : "Play";
    });
  }

  _stepByHand() {
    traceOn(this.chip, this.trace, this.held);
  }

  _wireSettings() {
    const choose = (id, choices, name) => {
      Object.assign($(id), { min: 0, max: choices.length - 1, disabled: choices.length < 2 });
      $(id).addEventListener("input", () => {
        this.set({ [name]: choices[$(id).value], tick: -1 });
        this.rebuild();
      });
    };
    choose("members", this.sizes, "members");
    choose("ticks", this.looks, "ticks");
    for (const name of ["dead", "stuck", "noise"]) {
      $(name).addEventListener("input", () => {
        this.set({ [name]: Number($(name).value), tick: -1 });
        this.rebuild();
      });
    }
    $("resample").disabled = this.sizes.length < 2;
    $("resample").addEventListener("click", () => {
      this.set({ seed: (this.state.seed + 1) >>> 0, tick: -1 });
      this.rebuild();
    });
    $("chance").textContent = this.sizes.length > 1
      ? "Every seed samples the synapses of every member anew: one member's verdict wobbles, an ensemble's stands."
      : this.samples ? "No chance in it: every sample of this network is the same." : "A program keeps the synapses that it was deployed with.";
    $("kill").addEventListener("click", () => {
      this.set({ killed: this.state.core });
      this.rebuild();
    });
    $("mend").addEventListener("click", () => {
      this.set({ dead: 0, stuck: 0, noise: 0, killed: -1 });
      this.rebuild();
    });
    for (const name of Object.keys(this.file.profiles ?? {})) $("profile").append(new Option(name, name));
    $("profile").addEventListener("change", () => {
      this.set({ profile: $("profile").value });
      this.draw();
    });
  }
}

function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

function node(name, text = "", ...children) {
  const made = document.createElement(name);
  made.append(...(text ? [text] : []), ...children);
  return made;
}

function paint(canvas, image) {
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").drawImage(image, 0, 0);
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
