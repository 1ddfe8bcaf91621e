// The floor plan: every member a block, in it a row of cores a level, coloured by how many neurons spiked.

import { popcount } from "./hash.js";
import { N, WORDS } from "./model.js";

const GAP = 0.18;  // of a cell, between cells
const DEEPEST = 64;  // level

export class Plan {
  constructor(canvas, pick) {
    Object.assign(this, { canvas, pick });
    canvas.addEventListener("click", (event) => {
      const core = this._coreAt(event);
      if (core >= 0) pick(core);
    });
    canvas.addEventListener("keydown", (event) => this._key(event));
  }

  // Give every core its place, by a program before anything in it was broken.
  lay(program) {
    this.levels = levelsOf(program);
    const members = [...new Set(program.coreMembers)], depth = Math.max(...this.levels) + 1;
    const widest = Math.max(...members.map((member) => widthOf(program, this.levels, member)));
    const across = Math.max(1, Math.round(Math.sqrt((members.length * (depth + 0.6) * 1.6) / (widest + 0.6))));
    this.columns = Math.min(across, members.length) * (widest + 0.6) - 0.6;
    this.rows = Math.ceil(members.length / across) * (depth + 0.6) - 0.6;
    const used = new Map();
    this.cells = Array.from({ length: program.nCores }, (_, core) => {
      const place = members.indexOf(program.coreMembers[core]), level = this.levels[core], key = `${place} ${level}`;
      const nth = used.get(key) ?? 0;
      used.set(key, nth + 1);
      return [(place % across) * (widest + 0.6) + nth, Math.floor(place / across) * (depth + 0.6) + level];
    });
  }

  draw(program, snapshot, selected, colours) {
    this.program = program;
    const ratio = window.devicePixelRatio || 1, width = this.canvas.clientWidth || 400;
    this.cell = Math.min(width / this.columns, 64);
    const height = Math.max(this.cell * this.rows, 24);
    this.canvas.style.height = `${height}px`;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    this.left = (width - this.cell * this.columns) / 2;
    this.cells.forEach((_, core) => this._drawCore(context, core, snapshot, selected, colours));
    if (selected >= 0) this._drawRoutes(context, selected, colours);
  }

  _drawCore(context, core, snapshot, selected, colours) {
    const [x, y] = this._corner(core), side = this.cell * (1 - GAP);
    const count = snapshot ? spikesOf(snapshot.spikes, core) : 0;
    let shade = 0;
    context.fillStyle = colours.cell;
    context.fillRect(x, y, side, side);
    if (this.program.gone?.[core]) {
      context.strokeStyle = colours.bad;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + side, y + side);
      context.moveTo(x + side, y);
      context.lineTo(x, y + side);
      context.stroke();
    } else {
      shade = count ? 0.15 + 0.85 * Math.sqrt(Math.min(count / (N / 2), 1)) : 0;
      context.globalAlpha = shade;
      context.fillStyle = colours.hot;
      context.fillRect(x, y, side, side);
      context.globalAlpha = 1;
    }
    if (core === selected) {
      context.strokeStyle = colours.ink;
      context.lineWidth = 2;
      context.strokeRect(x, y, side, side);
    }
    if (this.cell > 34) {
      context.fillStyle = shade > 0.5 ? colours.over : colours.ink;
      context.font = "11px system-ui, sans-serif";
      context.fillText(`${core}`, x + 4, y + 13);
    }
  }

  _drawRoutes(context, core, colours) {
    const reached = new Set(this.program.targets.subarray(core * N, (core + 1) * N));
    context.strokeStyle = colours.cold;
    context.lineWidth = 1.5;
    for (const target of reached) {
      if (target < 0) continue;
      const [from, to] = [core, target].map((place) => this._corner(place).map((at) => at + (this.cell * (1 - GAP)) / 2));
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
    }
  }

  _corner(core) {
    const [column, row] = this.cells[core];
    return [this.left + column * this.cell, row * this.cell];
  }

  _coreAt(event) {
    const box = this.canvas.getBoundingClientRect(), side = this.cell * (1 - GAP);
    return this.cells.findIndex((_, core) => {
      const [x, y] = this._corner(core), [dx, dy] = [event.clientX - box.left - x, event.clientY - box.top - y];
      return dx >= 0 && dy >= 0 && dx <= side && dy <= side;
    });
  }

  _key(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.pick(by, true);
  }
}

export function spikesOf(words, core) {
  let count = 0;
  for (let word = 0; word < WORDS; word++) count += popcount(words[core * WORDS + word]);
  return count;
}

// One more than the highest level that feeds a core; in circles, and very deep programs, the levels of the first rounds.
function levelsOf({ targets, nCores }) {
  const edges = new Set();
  targets.forEach((target, neuron) => { if (target >= 0) edges.add((neuron >> 8) * nCores + target); });
  const levels = new Int32Array(nCores);
  for (let round = 0, moved = true; moved && round <= DEEPEST; round++) {
    moved = false;
    for (const edge of edges) {
      const from = Math.floor(edge / nCores), to = edge % nCores;
      if (levels[to] < levels[from] + 1 && from !== to && levels[from] < DEEPEST) {
        levels[to] = levels[from] + 1;
        moved = true;
      }
    }
  }
  return levels;
}

function widthOf(program, levels, member) {
  const counts = new Map();
  levels.forEach((level, core) => {
    if (program.coreMembers[core] === member) counts.set(level, (counts.get(level) ?? 0) + 1);
  });
  return Math.max(...counts.values());
}
