/**
 * The picture of a run: mean access time above, bytes moved so far below, over the seconds of the trace.
 *
 * Knows results, and draws SVG 1.1 by itself. Invariant: every contender has a line in both panels and a row in the legend, in one
 * colour; lines lie within their panel, and what is far above the others is cut at its frame.
 *
 * @module
 */

import { bytesText, figuresOf } from "./report.ts";
import type { Point, Result } from "./run.ts";

const WIDTH = 960;
const HEIGHT = 600;
const LEFT = 84;
/** Where panels end and the legend begins. */
const RIGHT = 700;
const PANELS = { access: { top: 64, bottom: 348 }, moved: { top: 400, bottom: 548 } } as const;
const LEGEND = { left: RIGHT + 24, top: 76, row: 40 } as const;
/** Points of a line; more seconds are averaged. */
const POINTS_MAX = 300;
const TICKS = 5;
/** Told apart with any colour vision (Okabe and Ito). */
const COLOURS = [
  "#999999",
  "#56b4e9",
  "#009e73",
  "#d55e00",
  "#0072b2",
  "#cc79a7",
  "#e69f00",
  "#000000",
];
/** Lines beyond the colours are dashed. */
const DASHES = ["", "6 3", "2 3"];

interface Panel {
  readonly top: number;
  readonly bottom: number;
}

/** A line of one panel: as many values as there are bins of seconds. */
interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

/** Draws a run. */
export function plotOf(results: readonly Result[], title: string): string {
  const seconds = Math.max(1, ...results.map(({ points }) => points.length));
  const bin = Math.ceil(seconds / POINTS_MAX);
  const access = results.map(({ name, points }) => ({ name, values: meansOf(points, bin) }));
  const moved = results.map(({ name, points }) => ({ name, values: sumsOf(points, bin) }));
  const across = `${bin === 1 ? "" : `, each point the mean of ${bin} s`}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222222">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 26, title, `font-size="16"`),
    text(LEFT, PANELS.access.top - 10, `Mean access time, moves included (ns)${across}`),
    ...panelOf(PANELS.access, access, bin, (value) => `${value}`, false),
    text(LEFT, PANELS.moved.top - 10, "Moved so far"),
    ...panelOf(PANELS.moved, moved, bin, bytesText, true),
    text((LEFT + RIGHT) / 2, HEIGHT - 12, "Seconds of the trace", `text-anchor="middle"`),
    ...legendOf(results),
    "</svg>\n",
  ].join("\n");
}

/** Frame, ticks with their grid, and lines. */
function panelOf(
  panel: Panel,
  curves: readonly Curve[],
  bin: number,
  label: (value: number) => string,
  isBinary: boolean,
): string[] {
  const count = Math.max(1, ...curves.map(({ values }) => values.length));
  const top = Math.max(
    ...curves.map(({ values }) => isBinary ? values.at(-1) ?? 0 : usual(values)),
    1,
  );
  const step = isBinary ? binaryStep(top / TICKS) : decimalStep(top / TICKS);
  const end = step * Math.ceil(top / step);
  const spread = Math.max(1, count - 1);
  const x = (index: number): number => LEFT + (RIGHT - LEFT) * index / spread;
  const y = (value: number): number =>
    panel.bottom - (panel.bottom - panel.top) * Math.min(value, end) / end;
  const lines = [`<g stroke="#dddddd">`];
  const labels: string[] = [];
  for (let value = 0; value <= end; value += step) {
    lines.push(`<path d="M${LEFT} ${round(y(value))}H${RIGHT}"/>`);
    labels.push(text(LEFT - 8, round(y(value) + 4), label(value), `text-anchor="end"`));
  }
  const seconds = decimalStep(spread * bin / TICKS);
  for (let second = 0; second <= spread * bin; second += seconds) {
    const at = round(x(second / bin));
    lines.push(`<path d="M${at} ${panel.top}V${panel.bottom}"/>`);
    labels.push(text(at, panel.bottom + 16, `${second}`, `text-anchor="middle"`));
  }
  lines.push("</g>", `<path d="M${LEFT} ${panel.top}V${panel.bottom}H${RIGHT}" ${STROKE}/>`);
  const drawn = curves.map(({ values }, index) => {
    const path = values.map((value, at) => `${round(x(at))} ${round(y(value))}`).join("L");
    // A single second is a point: a line of no length with round ends.
    return `<path d="M${path}${values.length === 1 ? "h0" : ""}" ${styleOf(index)}/>`;
  });
  return [...lines, ...labels, ...drawn];
}

const STROKE = `fill="none" stroke="#222222"`;

function legendOf(results: readonly Result[]): string[] {
  return results.flatMap((result, index) => {
    const top = LEGEND.top + LEGEND.row * index;
    const { mean_access_ns, moved_bytes } = figuresOf(result);
    const name = result.name.length > 28 ? `${result.name.slice(0, 27)}…` : result.name;
    return [
      `<path d="M${LEGEND.left} ${top - 4}h20" ${styleOf(index)}/>`,
      text(LEGEND.left + 28, top, name),
      text(
        LEGEND.left + 28,
        top + 15,
        `${mean_access_ns.toFixed(1)} ns, ${bytesText(moved_bytes)} moved`,
        `fill="#666666" font-size="11"`,
      ),
    ];
  });
}

function styleOf(index: number): string {
  const dash = DASHES[Math.floor(index / COLOURS.length) % DASHES.length];
  const colour = COLOURS[index % COLOURS.length];
  const dashed = dash === "" ? "" : ` stroke-dasharray="${dash}"`;
  return `fill="none" stroke="${colour}" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round"${dashed}`;
}

function meansOf(points: readonly Point[], bin: number): number[] {
  return binsOf(points, bin).map((some) =>
    some.reduce((sum, { meanAccessNs }) => sum + meanAccessNs, 0) / some.length
  );
}

function sumsOf(points: readonly Point[], bin: number): number[] {
  let sum = 0;
  return binsOf(points, bin).map((some) => {
    for (const { movedBytes } of some) sum += movedBytes;
    return sum;
  });
}

function binsOf(points: readonly Point[], bin: number): Point[][] {
  const count = Math.ceil(points.length / bin);
  return Array.from({ length: count }, (_, at) => points.slice(at * bin, (at + 1) * bin));
}

/** A value that all but three in a hundred do not exceed, and some air: an oracle that moves everything in one second would flatten the rest. */
function usual(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return 1.1 * (sorted[Math.floor(0.97 * (sorted.length - 1))] ?? 0);
}

/** The least of 1, 2 and 5 times a power of ten that is not below. */
function decimalStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least) ?? 10 * power;
}

/** The least power of two that is not below. */
function binaryStep(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(least, 1)));
}

function text(x: number, y: number, words: string, more = ""): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<text x="${x}" y="${y}"${more === "" ? "" : ` ${more}`}>${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
