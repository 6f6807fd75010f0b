/** Tiles of the picture as SVG. dagre lays them out when the file is made, so the file has neither library nor data. */
import { Graph, layout } from '@dagrejs/dagre';
import { greatest } from '../../lib/basics/lists';
import { displayWidth } from '../../lib/render/grid';
import { verbOf } from './changes';
import { escapeHtml } from './inert';
import type { Box, Nic, Tile } from './picture';

const column = 7.3;
const row = 17;
const padding = 10;
const mostText = 44;

const short = (text: string): string => (text.length > mostText ? `${text.slice(0, mostText - 1)}…` : text);

interface Text {
  readonly text: string;
  readonly className: string;
}

const nicClass = ({ color }: Nic): string => (color === undefined ? 'nic' : `nic ${color}`);
const nicText = ({ label, to }: Nic): string =>
  label === '' ? `● ${to}` : label === 'runs on' ? `on ${to}` : `● ${to} ${label}`;

function textsOf({ label, sort, details, nics, change, names }: Box): Text[] {
  const more = details.length > 3 ? [`and ${details.length - 3} more`] : [];
  return [
    ...(change === undefined ? [] : [{ text: verbOf(change).toUpperCase(), className: `mark ${change}` }]),
    { text: label, className: 'label' },
    ...(names.length > 0 ? [] : [{ text: sort, className: 'sort' }]),
    ...[...details.slice(0, 3), ...more].map((text) => ({ text, className: 'detail' })),
    ...nics.map((nic) => ({ text: nicText(nic), className: nicClass(nic) })),
  ].map(({ text, className }) => ({ text: short(text), className }));
}

const sizeOf = (texts: readonly Text[]): { width: number; height: number } => ({
  width: Math.ceil(
    greatest(
      texts.map(({ text }) => displayWidth(text)),
      8,
    ) *
      column +
      2 * padding,
  ),
  height: texts.length * row + padding,
});

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const number = (value: number): string => String(Math.round(value * 10) / 10);

export function renderTile(tile: Tile): string {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 34, marginx: 6, marginy: 6 });
  graph.setDefaultEdgeLabel(() => ({}));
  const texts = new Map(tile.boxes.map((box) => [box.id, textsOf(box)]));
  for (const { id } of tile.boxes) graph.setNode(id, sizeOf(texts.get(id) ?? []));
  for (const { from, to, nic } of tile.edges) {
    const width = displayWidth(short(nic.label)) * column;
    graph.setEdge(from, to, { width, height: row, labelpos: 'c' });
  }
  const isLoose = tile.edges.length === 0;
  const placed = isLoose
    ? inRows(tile.boxes.map(({ id }) => ({ id, ...sizeOf(texts.get(id) ?? []) })))
    : laidOut(graph, tile);
  const width =
    greatest(
      [...placed.values()].map((place) => place.x + place.width / 2),
      60,
    ) + 6;
  const height =
    greatest(
      [...placed.values()].map((place) => place.y + place.height / 2),
      40,
    ) + 6;
  const lines = tile.edges.map((edge) => renderEdge(graph, edge));
  const boxes = tile.boxes.map((box) => renderBox(box, texts.get(box.id) ?? [], placed.get(box.id)));
  return [
    `<svg viewBox="0 0 ${number(width)} ${number(height)}" width="${number(width)}" height="${number(height)}" role="img" class="${width > mostWidth ? 'wide' : 'fitting'}">`,
    `<title>${escapeHtml(sayTile(tile))}</title>`,
    ...lines,
    ...boxes,
    '</svg>',
  ].join('');
}

const sayTile = ({ title, boxes }: Tile): string =>
  `${title}: ${boxes.map(({ label, sort, change }) => `${sort} ${label}${change === undefined ? '' : `, ${verbOf(change)}`}`).join('; ')}`;

function laidOut(graph: Graph, { boxes }: Tile): Map<string, Place> {
  layout(graph);
  return new Map(boxes.map(({ id }) => [id, graph.node(id) as Place]));
}

/** A wider tile isn't made smaller on a small screen, because its text would be too small. */
const mostWidth = 480;

/** Boxes without a line between them stand side by side. */
function inRows(boxes: readonly { id: string; width: number; height: number }[]): Map<string, Place> {
  const placed = new Map<string, Place>();
  let [left, top, high] = [6, 6, 0];
  for (const { id, width, height } of boxes) {
    if (left > 6 && left + width > mostWidth) [left, top, high] = [6, top + high + 14, 0];
    placed.set(id, { x: left + width / 2, y: top + height / 2, width, height });
    left += width + 14;
    high = Math.max(high, height);
  }
  return placed;
}

function renderEdge(graph: Graph, { from, to, nic }: Tile['edges'][number]): string {
  const edge = graph.edge(from, to) as { points?: readonly { x: number; y: number }[]; x?: number; y?: number };
  const points = (edge.points ?? []).map(({ x, y }) => `${number(x)},${number(y)}`).join(' ');
  const middle =
    edge.x === undefined || edge.y === undefined || nic.label === ''
      ? ''
      : `<text class="edge ${nicClass(nic)}" x="${number(edge.x)}" y="${number(edge.y + 4)}" text-anchor="middle">${escapeHtml(short(nic.label))}</text>`;
  return `<polyline class="line" points="${points}"/>${middle}`;
}

function renderBox({ sort, change, names }: Box, texts: readonly Text[], place: Place | undefined): string {
  if (place === undefined) return '';
  const [left, top] = [place.x - place.width / 2, place.y - place.height / 2];
  const round = sort === 'network' ? 14 : 4;
  const all = names.length === 0 ? '' : `<title>${escapeHtml(names.join(', '))}</title>`;
  const lines = texts.map(
    ({ text, className }, index) =>
      `<text class="${className}" x="${number(place.x)}" y="${number(top + padding / 2 + row * (index + 0.75))}" text-anchor="middle">${escapeHtml(text)}</text>`,
  );
  return `<g class="box ${sort} ${change ?? 'same'}">${all}<rect x="${number(left)}" y="${number(top)}" width="${number(place.width)}" height="${number(place.height)}" rx="${round}"/>${lines.join('')}</g>`;
}
