// A training as it goes: the lines of its metrics, asked for again and again, as curves.

const EVERY = 2000;  // milliseconds
const WIDE = 640, HIGH = 260, EDGE = 64;

const inPercent = (share) => share * 100;

function line(values, [low, high], kind) {
  const place = (value, at) => {
    const x = EDGE + (at / Math.max(values.length - 1, 1)) * (WIDE - EDGE - 10);
    return `${x.toFixed(1)},${(HIGH - 30 - ((value - low) / (high - low || 1)) * (HIGH - 45)).toFixed(1)}`;
  };
  return `<polyline class="${kind}" points="${values.map(place).join(" ")}"/>`;
}

function figure(series, digits) {
  const all = series.flatMap(([, values]) => values), span = [Math.min(...all), Math.max(...all)];
  const labels = span.map((value, at) => `<text x="${EDGE - 6}" y="${at ? 18 : HIGH - 26}" text-anchor="end">${Number(value.toPrecision(digits))}</text>`);
  const last = series[0][1].length;
  return `<svg viewBox="0 0 ${WIDE} ${HIGH}" role="img" aria-label="by epoch">${labels.join("")}${series.map(([kind, values]) => line(values, span, kind)).join("")}` +
    `<text x="${EDGE}" y="${HIGH - 8}">epoch 1</text><text x="${WIDE - 10}" y="${HIGH - 8}" text-anchor="end">${last}</text></svg>`;
}

async function look() {
  try {
    await draw();
  } finally {
    document.documentElement.dataset.ready = "true";
    setTimeout(look, EVERY);
  }
}

async function draw() {
  const answer = await fetch("metrics").catch(() => null), epochs = answer?.ok ? await answer.json() : [];
  if (epochs.length) {
    const of = (name) => epochs.map((metrics) => metrics[name]), last = epochs[epochs.length - 1];
    document.getElementById("facts").textContent = `epoch ${last.epoch}, ${last.seconds.toFixed(1)} s an epoch, validation ${(last.unsampled_validation_accuracy * 100).toFixed(2)} %`;
    document.getElementById("loss").innerHTML = figure([["cold", of("loss")]], 3);  // numbers alone
    document.getElementById("accuracy").innerHTML = figure([["cold", of("training_accuracy").map(inPercent)], ["hot", of("unsampled_validation_accuracy").map(inPercent)]], 4);
  }
}

look();
