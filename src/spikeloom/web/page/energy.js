// What an image costs: static, events and hops under a profile, the range over those of one chip, and the measured curve.

export function energyOf(profile, nCores, nTicks, counts) {
  const parts = {
    static: profile.static_joules_per_core_tick * nCores * nTicks,
    events: profile.joules_per_event * counts.events,
    hops: profile.joules_per_hop * counts.hops,
  };
  return { ...parts, total: parts.static + parts.events + parts.hops };
}

export function microjoules(joules) {
  return `${Number((joules * 1e6).toPrecision(3))} µJ`;
}

// Measured points as a figure: accuracy, spaced by the logarithm of the error, against energy; the one that is set stands out.
export function curve(points, current) {
  const width = 320, height = 170, [left, right, top, bottom] = [44, 12, 10, 34];
  if (!points.length) return "";
  const xs = points.map((point) => Math.log10(point.joules)), ys = points.map((point) => -Math.log10(Math.max(1 - point.accuracy, 1e-4)));
  const span = (values, room) => [Math.min(...values) - room, Math.max(...values) + room];
  const [x0, x1] = span(xs, 0.15), [y0, y1] = span(ys, 0.08);
  const place = (x, y) => [left + ((x - x0) / (x1 - x0)) * (width - left - right), height - bottom - ((y - y0) / (y1 - y0)) * (height - top - bottom)];
  const ticks = [0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998].filter((share) => -Math.log10(1 - share) >= y0 && -Math.log10(1 - share) <= y1);
  const lines = ticks.map((share) => {
    const [, y] = place(x0, -Math.log10(1 - share));
    return `<line x1="${left}" x2="${width - right}" y1="${y}" y2="${y}" class="grid"/><text x="${left - 6}" y="${y + 4}" text-anchor="end">${+(share * 100).toFixed(1)}</text>`;
  });
  const ends = [Math.min(...points.map((point) => point.joules)), Math.max(...points.map((point) => point.joules))];
  const marks = [...new Set(ends)].map((joules) => {
    const [x] = place(Math.log10(joules), y0);
    return `<text x="${x}" y="${height - bottom + 15}" text-anchor="middle">${Number((joules * 1e6).toPrecision(3))}</text>`;
  });
  const dots = points.map((point, at) => {
    const [x, y] = place(xs[at], ys[at]), chosen = point === current;
    return `<circle cx="${x}" cy="${y}" r="${chosen ? 6 : 3.5}" class="${chosen ? "now" : point.ticks > points[0].ticks ? "looks" : "dot"}"/>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Measured accuracy against energy">${lines.join("")}${marks.join("")}${dots.join("")}` +
    `<text x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">accuracy in % (spaced by the error), µJ an image</text></svg>`;
}
