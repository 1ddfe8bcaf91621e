// The chip without the page around it: what tests and other pages use.

import { Chip } from "./chip.js";
import { linesOf } from "./interface.js";
import { programOf, unpack } from "./model.js";
import { traceImage } from "./trace.js";

export const engine = { Chip, linesOf, programOf, traceImage, unpack };
