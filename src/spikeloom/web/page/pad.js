// The drawing pad: mouse, touch without scrolling the page, keyboard, or a picture; and the image the network is shown.

const SIDE = 280, PEN = 20, STEP = 10;

export class Pad {
  // `shape` is rows, columns, channels; `prepare` brings a drawing to what the data set looks like.
  constructor(canvas, shape, prepare, changed) {
    Object.assign(this, { canvas, shape, prepare, changed, example: false, at: null, cursor: [SIDE / 2, SIDE / 2], held: false });
    canvas.width = canvas.height = SIDE;
    this.ink = canvas.getContext("2d", { willReadFrequently: true });
    this._wipe();
    canvas.addEventListener("pointerdown", (event) => this._down(event));
    canvas.addEventListener("pointermove", (event) => this._move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { this.at = null; });
    canvas.addEventListener("keydown", (event) => this._key(event));
  }

  clear() {
    this._wipe();
    this._tell();
  }

  // A picture fitted into the pad; one without colours that is dark on light becomes light on dark.
  async load(blob) {
    const picture = await createImageBitmap(blob), scale = SIDE / Math.max(picture.width, picture.height);
    this._wipe();
    this.ink.drawImage(picture, (SIDE - picture.width * scale) / 2, (SIDE - picture.height * scale) / 2,
      picture.width * scale, picture.height * scale);
    if (this.shape[2] === 3) return this._tell();  // colours stay as they are
    const pixels = this.ink.getImageData(0, 0, SIDE, SIDE);
    if (isPaper(pixels, scale, picture)) invert(pixels, scale, picture);
    this.ink.putImageData(pixels, 0, 0);
    this._tell();
  }

  // An image of the data set, as it is; the next stroke begins on an empty pad.
  show(values) {
    const small = toCanvas(values, this.shape);
    this._wipe();
    this.ink.imageSmoothingEnabled = false;
    this.ink.drawImage(small, 0, 0, SIDE, SIDE);
    this.ink.imageSmoothingEnabled = true;
    this.example = true;
  }

  _wipe() {
    this.example = false;
    this.ink.fillStyle = "#000";
    this.ink.fillRect(0, 0, SIDE, SIDE);
    this.ink.strokeStyle = "#fff";
    this.ink.lineWidth = PEN;
    this.ink.lineCap = this.ink.lineJoin = "round";
  }

  _place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  _down(event) {
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.at = this._place(event);
    this._stroke(this.at);
  }

  _move(event) {
    if (this.at) this._stroke(this._place(event));
  }

  // Arrows move the pen, with Shift or after Space they draw; Space again lifts it, Delete clears.
  _key(event) {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else if (event.key === " ") this.held = event.repeat ? this.held : !this.held;
    else if (moves[event.key]) {
      const to = this.cursor.map((at, axis) => Math.max(0, Math.min(SIDE, at + moves[event.key][axis])));
      this.at = this.cursor;
      if (this.held || event.shiftKey) this._stroke(to);
      this.at = null;
      this.cursor = to;
    } else return;
    event.preventDefault();
  }

  _stroke(to) {
    if (this.example) this._wipe();
    this.ink.beginPath();
    this.ink.moveTo(...this.at);
    this.ink.lineTo(to[0] + 0.01, to[1]);
    this.ink.stroke();
    this.cursor = this.at = to;
    this._tell();
  }

  _tell() {
    this.changed(this.prepare === "mnist" ? centred(this.canvas, this.shape) : fitted(this.canvas, this.shape));
  }
}

// Red, green and blue of the pad at a place, together: 0 .. 765.
function lightOf(data, x, y) {
  const at = (y * SIDE + x) * 4;
  return data[at] + data[at + 1] + data[at + 2];
}

// Whether most of a picture's border, two pixels within it, is light: ink on paper.
function isPaper(pixels, scale, picture) {
  const left = Math.ceil((SIDE - picture.width * scale) / 2) + 2, top = Math.ceil((SIDE - picture.height * scale) / 2) + 2;
  let [count, border] = [0, 0];
  for (let y = top; y < SIDE - top; y++) {
    for (let x = left; x < SIDE - left; x++) {
      if (y !== top && y !== SIDE - top - 1 && x !== left && x !== SIDE - left - 1) continue;
      border++;
      count += lightOf(pixels.data, x, y) > 382;
    }
  }
  return 2 * count > border;
}

// A picture that is dark on light becomes light on dark; the margins beside it stay dark.
function invert(pixels, scale, picture) {
  const left = (SIDE - picture.width * scale) / 2, top = (SIDE - picture.height * scale) / 2;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const within = x >= left + 1 && x < SIDE - left - 1 && y >= top + 1 && y < SIDE - top - 1, at = (y * SIDE + x) * 4;
      for (let part = 0; part < 3; part++) pixels.data[at + part] = within ? 255 - pixels.data[at + part] : 0;
    }
  }
}

// As MNIST was made: the ink scaled into 20 x 20 and centred by its mass. Source: LeCun et al., the MNIST page.
function centred(canvas, [rows, columns, channels]) {
  const box = inkBox(canvas);
  if (!box) return new Float32Array(rows * columns * channels);
  const [left, top, width, height] = box, scale = (20 / 28) * Math.min(rows / height, columns / width);
  const shrunk = scaled(canvas, box, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const grey = greyOf(shrunk), [x, y] = massOf(grey, shrunk.width);
  const out = new Float32Array(rows * columns * channels);
  const dx = Math.round((columns - 1) / 2 - x), dy = Math.round((rows - 1) / 2 - y);
  grey.forEach((value, at) => {
    const row = Math.floor(at / shrunk.width) + dy, column = (at % shrunk.width) + dx;
    if (row < 0 || row >= rows || column < 0 || column >= columns) return;
    for (let channel = 0; channel < channels; channel++) out[(row * columns + column) * channels + channel] = value;
  });
  return out;
}

function fitted(canvas, [rows, columns, channels]) {
  const small = scaled(canvas, [0, 0, SIDE, SIDE], columns, rows);
  const pixels = small.getContext("2d").getImageData(0, 0, columns, rows).data, grey = greyOf(small);
  const out = new Float32Array(rows * columns * channels);
  for (let at = 0; at < rows * columns; at++) {
    for (let channel = 0; channel < channels; channel++) {
      out[at * channels + channel] = channels === 3 ? Math.fround(pixels[at * 4 + channel] / 255) : grey[at];
    }
  }
  return out;
}

function inkBox(canvas) {
  const pixels = canvas.getContext("2d").getImageData(0, 0, SIDE, SIDE).data;
  let [left, top, right, bottom] = [SIDE, SIDE, -1, -1];
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      if (lightOf(pixels, x, y) < 90) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return right < 0 ? null : [left, top, right - left + 1, bottom - top + 1];
}

// Halved again and again, so that thin strokes do not fall between samples.
function scaled(canvas, [left, top, width, height], toWidth, toHeight) {
  let from = blank(width, height);
  from.getContext("2d").drawImage(canvas, left, top, width, height, 0, 0, width, height);
  while (from.width > 2 * toWidth || from.height > 2 * toHeight) {
    const half = blank(Math.max(toWidth, Math.ceil(from.width / 2)), Math.max(toHeight, Math.ceil(from.height / 2)));
    half.getContext("2d").drawImage(from, 0, 0, half.width, half.height);
    from = half;
  }
  const to = blank(toWidth, toHeight);
  to.getContext("2d").drawImage(from, 0, 0, toWidth, toHeight);
  return to;
}

function blank(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d", { willReadFrequently: true });
  return canvas;
}

function greyOf(canvas) {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return Float32Array.from({ length: canvas.width * canvas.height }, (_, at) =>
    Math.fround(Math.round((pixels[at * 4] * 299 + pixels[at * 4 + 1] * 587 + pixels[at * 4 + 2] * 114) / 1000) / 255));
}

function massOf(grey, width) {
  let [mass, x, y] = [0, 0, 0];
  grey.forEach((value, at) => {
    mass += value;
    x += value * (at % width);
    y += value * Math.floor(at / width);
  });
  return [x / mass, y / mass];
}

// Values (rows, columns, channels) in [0, 1] as a canvas of their size.
export function toCanvas(values, [rows, columns, channels]) {
  const canvas = blank(columns, rows), context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
  for (let at = 0; at < rows * columns; at++) {
    for (let part = 0; part < 3; part++) {
      image.data[at * 4 + part] = Math.round(values[at * channels + (channels === 3 ? part : 0)] * 255);
    }
    image.data[at * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
