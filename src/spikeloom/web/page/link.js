// The whole state in the link: what is named there is restored, and what is not is the default.

// Values (0 .. 255) as runs of length and value, in letters that a link can hold.
export function packDrawing(values) {
  const bytes = [];
  for (let at = 0; at < values.length;) {
    let end = at + 1;
    while (end < values.length && values[end] === values[at] && end - at < 255) end++;
    bytes.push(end - at, values[at]);
    at = end;
  }
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function unpackDrawing(text, length) {
  const values = new Uint8Array(length);
  try {
    const bytes = Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    for (let pair = 0, at = 0; pair + 1 < bytes.length && at < length; pair += 2) {
      values.fill(bytes[pair + 1], at, at + bytes[pair]);
      at += bytes[pair];
    }
  } catch {
    return null;  // a link that was cut short
  }
  return values;
}

export function readLink(defaults) {
  const given = new URLSearchParams(location.hash.slice(1)), state = { ...defaults };
  for (const [name, value] of Object.entries(defaults)) {
    if (!given.has(name)) continue;
    const text = given.get(name), number = Number(text);
    if (typeof value !== "number") state[name] = text;
    else if (Number.isFinite(number)) state[name] = number;
  }
  return state;
}

export function writeLink(state, defaults) {
  const changed = Object.entries(state).filter(([name, value]) => name in defaults && value !== defaults[name]);
  const text = new URLSearchParams(changed.map(([name, value]) => [name, String(value)])).toString();
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
}
