/**
 * A review as one HTML file that needs no network: its policy forbids every address, and allows its own style and script
 * by their digests. All data are text nodes, so none can break out of a script or an attribute.
 */
import { createHash } from 'node:crypto';
import { count } from '../../lib/render/text';
import type { Review } from '../model';
import { script, style } from './html-assets';
import { escapeHtml, escapeHtmlCode } from './inert';
import { alikeOf, textOfLine, titlesOf, type Code, type Folded, type Line, type Piece } from '../../lib/render/items';
import type { Block, Outline, Section } from './outline';
import { isChanged, legend, pictureOf, type Tile } from './picture';
import { outlineOf } from './sections';
import { renderTile } from './svg';

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export function renderReviewHtml(review: Review): string {
  const outline = outlineOf(review);
  const tiles = pictureOf(review.topology);
  const policy = `default-src 'none'; style-src ${digest(style)}; script-src ${digest(script)}; base-uri 'none'; form-action 'none'`;
  const [attention, ...others] = outline.sections;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(textOfLine(outline.verdict).slice(0, 200))}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<a class="skip" href="#main">To the review</a>',
    renderHead(outline, tiles),
    filter,
    '<main id="main">',
    ...(attention === undefined ? [] : [renderSection(attention)]),
    renderPicture(tiles),
    ...others.map(renderSection),
    '</main>',
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const filter = `<div class="filter" role="search" hidden>
<input type="search" aria-label="Show only what has these words" placeholder="Filter: words, names, addresses (/)">
<label><input type="checkbox" value="danger" checked> danger</label>
<label><input type="checkbox" value="warning" checked> caution</label>
<label><input type="checkbox" value="other" checked> other</label>
<span role="status"></span>
</div>`;

function renderHead({ tone, verdict, facts, classes, sections }: Outline, tiles: readonly Tile[]): string {
  const links = [
    ...sections.map(({ id, title }) => [id, title] as const),
    ...(tiles.length === 0 ? [] : [['picture', 'Picture'] as const]),
  ];
  return [
    `<header><h1 class="${tone}">${htmlOf(verdict)}</h1>`,
    `<ul>${facts.map((fact) => `<li>${htmlOf(fact)}</li>`).join('')}</ul>`,
    classes.length === 0 ? '' : tableOf(['severity', 'risk', 'meaning', 'number'], classes),
    `<nav aria-label="Sections">${links.map(([id, title]) => `<a href="#${id}">${escapeHtml(title)}</a>`).join('')}</nav></header>`,
  ].join('\n');
}

function renderSection({ id, title, isApart, blocks }: Section): string {
  const body = blocks.map(renderBlock).join('\n');
  const inner = isApart ? `<details><summary>Show</summary>\n${body}\n</details>` : body;
  return `<section id="${id}" aria-label="${escapeHtml(title)}"><h2>${escapeHtml(title)}</h2>\n${inner}\n</section>`;
}

function renderPicture(tiles: readonly Tile[]): string {
  if (tiles.length === 0) return '';
  return `<section id="picture" aria-label="Picture"><h2>Picture</h2>\n<p>${legend}</p>\n<div class="tiles">${tiles.map(renderFigure).join('\n')}</div></section>`;
}

function renderFigure(tile: Tile): string {
  const { title, alike } = tile;
  const change = isChanged(tile) ? 'with the same change' : 'without a change';
  const more =
    alike.length === 0
      ? ''
      : ` <span>and ${count(alike.length, 'tenant')} like it, ${change}: ${escapeHtml(alike.join(', '))}</span>`;
  return `<figure class="${isChanged(tile) ? 'changed' : 'same'}" tabindex="0"><figcaption>${escapeHtml(title)}${more}</figcaption>${renderTile(tile)}</figure>`;
}

function renderBlock(block: Block): string {
  switch (block.sort) {
    case 'heading':
      return `<h3>${htmlOf(block.line)}</h3>`;
    case 'paragraph':
      return `<p class="${block.tone}">${htmlOf(block.line)}</p>`;
    case 'names':
      return `<p>${htmlOf([block.title])} (${block.names?.length ?? '?'})${block.names === undefined || block.names.length === 0 ? '' : `: ${namesOf(block.names)}`}</p>`;
    case 'table':
      return tableOf(block.titles, block.rows);
    case 'item':
      return renderItem(block);
  }
}

const namesOf = (names: readonly string[]): string => names.map((name) => htmlOf([{ code: name }])).join(', ');

function renderItem(item: Folded): string {
  const { tone, lines, code, columns, rows } = item;
  const [title = [], ...rest] = lines;
  const filterTone = tone === 'danger' || tone === 'warning' ? tone : 'other';
  return [
    `<div class="item ${tone}" data-tone="${filterTone}">`,
    `<div class="title">${alikeOf(item)}${htmlOf(title)}</div>`,
    rest.length === 0 ? '' : `<ul>${rest.map((line) => `<li>${htmlOf(line)}</li>`).join('')}</ul>`,
    ...code.map(codeOf),
    columns.length === 0
      ? ''
      : tableOf(
          titlesOf(item),
          rows.map((row) => row.map((value) => [{ code: value }])),
        ),
    '</div>',
  ].join('');
}

const codeOf = ({ lines }: Code): string =>
  `<pre tabindex="0"><code>${lines.map(escapeHtmlCode).join('\n')}</code></pre>`;

const tableOf = (titles: readonly string[], rows: readonly (readonly Line[])[]): string =>
  `<div class="scroll" tabindex="0"><table><thead><tr>${titles.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${htmlOf(cell)}</td>`).join('')}</tr>`)
    .join('\n')}</tbody></table></div>`;

/** `Commands` that a sentence has between backticks are code here too. */
const htmlOf = (line: Line): string => line.map(pieceOf).join('');

function pieceOf(piece: Piece): string {
  if (typeof piece !== 'string')
    return 'code' in piece ? `<code>${escapeHtml(piece.code)}</code>` : `<strong>${escapeHtml(piece.strong)}</strong>`;
  const parts = piece.split(/`([^`]+)`/);
  return parts
    .map((part, index) =>
      index % 2 === 1
        ? `<code>${escapeHtml(part)}</code>`
        : part === ''
          ? ''
          : `<span class="text">${escapeHtml(part)}</span>`,
    )
    .join('');
}
