// What people do with mouse, finger and keyboard, and what it changes in the page.

import { $ } from "./dom.js";
import { packDrawing } from "./link.js";
import { N } from "./model.js";
import { Pad } from "./pad.js";
import { Plan } from "./plan.js";

const IN_TOTAL = 400;  // milliseconds a tick at speed 1

export function wire(page) {
  page.plan = new Plan($("plan"), (core, relative) => {
    const count = page.chip.program.nCores;
    page.open(relative ? (Math.max(page.state.core, 0) + core + count) % count : core);
  });
  wireImages(page);
  wireTicks(page);
  wireSettings(page);
  $("crossbar").addEventListener("click", (event) => {
    const box = $("crossbar").getBoundingClientRect();
    page.set({ neuron: Math.max(0, Math.min(N - 1, Math.floor(((event.clientX - box.left) / box.width) * N))) });
    page.draw();
  });
  $("crossbar").addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 16, ArrowUp: -16 }[event.key];
    if (!by) return;
    event.preventDefault();
    page.set({ neuron: (page.state.neuron + by + N) % N });
    page.draw();
  });
  $("neuron-number").addEventListener("change", (event) => {
    page.set({ neuron: Math.max(0, Math.min(N - 1, Math.trunc(Number(event.target.value)) || 0)) });
    page.draw();
  });
  $("follow").addEventListener("click", () => {
    const program = page.chip.program, key = page.state.core * N + page.state.neuron;
    page.open(program.targets[key]);
  });
  $("copy").addEventListener("click", async () => {
    const copied = await (navigator.clipboard?.writeText(location.href) ?? Promise.reject()).then(() => true, () => false);
    $("copy").textContent = copied ? "Copied" : "The link is in the address bar";
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    page.colours = null;
    page.draw();
  });
  addEventListener("resize", () => page.draw());
  addEventListener("hashchange", () => page.restore());
}

function wireImages(page) {
  if (!page.shown) return;
  const [rows, columns, channels] = page.shown.value_shape;
  page.pad = new Pad($("pad"), [rows, columns, channels], page.file.prepare, (values) => {
    page.set({ drawing: packDrawing(Uint8Array.from(values, (value) => Math.round(value * 255))), tick: -1 });
    page.refresh();
  });
  const show = (by) => {
    const known = $("mistakes").checked ? page.file.mistakes : [...Array(page.file.nImages).keys()];
    if (!known.length) return;
    const here = known.indexOf(page.state.image), next = here < 0 ? 0 : (here + by + known.length) % known.length;
    page.set({ image: known[next], drawing: "", tick: -1 });
    page.refresh();
    page.pad.show(page.given());
  };
  $("previous").addEventListener("click", () => show(-1));
  $("next").addEventListener("click", () => show(1));
  $("mistakes").addEventListener("change", () => show(0));
  $("examples").hidden = !page.file.nImages;
  $("clear").addEventListener("click", () => page.pad.clear());
  const load = (blob) => blob && page.pad.load(blob).catch(() => { $("decision").textContent = "That is no picture that this browser reads."; });
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
  $("mistakes-of").textContent = page.sizes.length > 1 ? `of one member, seed ${page.file.seed}` : "";
}

function wireTicks(page) {
  const move = (by) => {
    const last = page.trace.ticks.length - 1;
    if (!page.shown && by > 0 && page.now === last) page.stepByHand();
    const next = page.shown ? (page.now + by + last + 1) % (last + 1) : Math.max(0, Math.min(page.trace.ticks.length - 1, page.now + by));
    page.set({ tick: next === page.trace.ticks.length - 1 && !page.shown ? -1 : next });
    page.draw();
  };
  $("step").addEventListener("click", () => move(1));
  $("back").addEventListener("click", () => move(-1));
  $("play").addEventListener("click", () => {
    const play = () => { page.playing = setTimeout(() => { move(1); play(); }, IN_TOTAL / $("speed").value); };
    if (page.playing) clearTimeout(page.playing), (page.playing = null);
    else play();
    $("play").setAttribute("aria-pressed", Boolean(page.playing));
    $("play").textContent = page.playing ? "Pause" : "Play";
  });
}

function wireSettings(page) {
  const choose = (id, choices, name) => {
    Object.assign($(id), { min: 0, max: choices.length - 1, disabled: choices.length < 2 });
    $(id).addEventListener("input", () => {
      page.set({ [name]: choices[$(id).value], tick: -1 });
      page.rebuild();
    });
  };
  choose("members", page.sizes, "members");
  choose("ticks", page.looks, "ticks");
  for (const name of ["dead", "stuck", "noise"]) {
    $(name).addEventListener("input", () => {
      page.set({ [name]: Number($(name).value), tick: -1 });
      page.rebuild();
    });
  }
  $("resample").disabled = page.sizes.length < 2;
  $("resample").addEventListener("click", () => {
    page.set({ seed: (page.state.seed + 1) >>> 0, tick: -1 });
    page.rebuild();
  });
  $("chance").textContent = page.sizes.length > 1
    ? "Every seed samples the synapses of every member anew: one member's verdict wobbles, an ensemble's stands."
    : page.samples ? "No chance in it: every sample of this network is the same." : "A program keeps the synapses that it was deployed with.";
  $("kill").addEventListener("click", () => {
    page.set({ killed: page.state.core });
    page.rebuild();
  });
  $("mend").addEventListener("click", () => {
    page.set({ dead: 0, stuck: 0, noise: 0, killed: -1 });
    page.rebuild();
  });
  for (const name of Object.keys(page.file.profiles ?? {})) $("profile").append(new Option(name, name));
  $("profile").addEventListener("change", () => {
    page.set({ profile: $("profile").value });
    page.draw();
  });
}
