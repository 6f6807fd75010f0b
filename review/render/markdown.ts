/**
 * A review as a comment of a forge. The head is never cut. A section that is too long for its room loses rows and items
 * from its end; it says how many, and where they stand in full. Pure.
 */
import { count } from '../../lib/render/text';
import type { Review } from '../model';
import { divideRoom } from './budget';
import { codeSpan, fenceOf, inertCell, inertLine, bounded } from './inert';
import { mermaidOf } from './mermaid';
import { legend } from './picture';
import { alikeOf, titlesOf, type Code, type Folded, type Line, type Tone } from '../../lib/render/items';
import type { Block, Outline, Section } from './outline';
import { outlineOf } from './sections';
import { fitUnits, rowsFor, sizeOf, solid, type Unit } from './units';

export interface MarkdownOptions {
  /** The greatest number of characters. Default: `commentLimits.github`, which is the smallest. */
  readonly limit?: number;
  /** The end of the sentence "… in full in …". Default: the HTML of the same review. */
  readonly full?: string;
}

/** A job marks its comment with a line of its own, so that it finds the comment again. */
const mark = 64;

/**
 * The characters of a comment, without the mark. GitHub allows 65,536, and GitLab 1,000,000
 * (docs.gitlab.com/administration/instance_limits).
 */
export const commentLimits = { github: 65_536 - mark, gitlab: 1_000_000 - mark };

const marks: Readonly<Record<Tone, string>> = { danger: '🔴', warning: '🟡', good: '🟢', plain: '⚪' };

export function renderReviewMarkdown(review: Review, options: MarkdownOptions = {}): string {
  const { limit = commentLimits.github, full = '`stackward review --format html`' } = options;
  const outline = outlineOf(review);
  const head = headOf(outline);
  const sections = [...outline.sections.map((section) => sectionUnits(section, limit)), ...pictureOf(review)];
  const sizes = sections.map(
    ({ units, title }) => titleSize(title) + units.reduce((sum, unit) => sum + sizeOf(unit), 0),
  );
  const room = divideRoom(
    sizes,
    limit - head.length,
    sections.map(({ weight }) => weight),
  );
  const page = `${head}${sections.map((section, index) => printSection(section, room[index] ?? 0, full)).join('')}`;
  // No line of a block of code is empty, because each is indented.
  return page.replace(/\n{3,}/g, '\n\n');
}

interface Part {
  readonly title: string;
  readonly isApart: boolean;
  readonly weight: number;
  readonly units: readonly Unit[];
}

const titleOf = (title: string, isApart: boolean): readonly [string, string] =>
  isApart ? [`\n## ${title}\n\n<details><summary>Show</summary>\n\n`, '\n</details>\n'] : [`\n## ${title}\n\n`, ''];

/** The greater of both forms, and room for the sentence about what is missing. */
const titleSize = (title: string): number => titleOf(title, true).join('').length;

function printSection({ title, isApart, units }: Part, room: number, full: string): string {
  const [open, close] = titleOf(title, isApart);
  const missing = (parts: number, rows: number): string =>
    `\n**Left out here:** ${count(parts, 'entry', 'entries')} and ${count(rows, 'row')}; they stand in full in ${full}.\n`;
  const own = room - open.length - close.length;
  const all = fitUnits(units, own);
  if (all.units + all.rows === 0) return `${open}${all.text}${close}`;
  const cut = fitUnits(units, own - missing(1e9, 1e9).length);
  return `${open}${cut.text}${missing(cut.units, cut.rows)}${close}`;
}

function headOf({ tone, verdict, facts, classes }: Outline): string {
  const rows = classes.map((row) => `| ${row.map(inertCell).join(' | ')} |\n`);
  const table =
    rows.length === 0 ? '' : `\n| severity | risk | meaning | number |\n| --- | --- | --- | --- |\n${rows.join('')}`;
  return `${marks[tone]} ${inertLine(verdict)}\n\n${facts.map((fact) => `- ${inertLine(fact)}\n`).join('')}${table}`;
}

/** The sections that a reviewer reads first get the most room. */
const weights: Readonly<Partial<Record<Section['id'], number>>> = { attention: 4, changes: 2, problems: 2 };

const sectionUnits = ({ id, title, isApart, blocks }: Section, limit: number): Part => ({
  title,
  isApart: isApart || id === 'effect',
  weight: weights[id] ?? 1,
  units: blocks.flatMap((block) => blockUnits(block, limit)),
});

function pictureOf({ topology }: Review): Part[] {
  const mermaid = mermaidOf(topology);
  if (mermaid === undefined) return [];
  return [
    { title: 'Picture', isApart: false, weight: 1, units: [solid(`${legend}\n\n\`\`\`mermaid\n${mermaid}\n\`\`\`\n`)] },
  ];
}

function blockUnits(block: Block, limit: number): Unit[] {
  switch (block.sort) {
    case 'heading':
      return [solid(`\n### ${inertLine(block.line)}\n\n`)];
    case 'paragraph':
      return [solid(`\n${block.tone === 'plain' ? '' : `${marks[block.tone]} `}${inertLine(block.line)}\n\n`)];
    case 'names':
      return [namesUnit(block.title, block.names, limit)];
    case 'table':
      return [tableUnit(block.titles, block.rows, '', limit)];
    case 'item':
      return itemUnits(block, limit);
  }
}

function namesUnit(title: string, names: readonly string[] | undefined, limit: number): Unit {
  if (names === undefined) return solid(`- ${inertLine([title])}: \`?\`\n`);
  const open = `- ${inertLine([title])} (${names.length})${names.length === 0 ? '' : ': '}`;
  return {
    open,
    ...rowsFor(names, (name) => codeSpan(bounded(name, 300)), limit),
    between: ', ',
    close: '\n',
    more: (rows) => `and ${rows} more`,
  };
}

function tableUnit(titles: readonly string[], rows: readonly (readonly Line[])[], indent: string, limit: number): Unit {
  const line = (cells: readonly string[]): string => `${indent}| ${cells.join(' | ')} |`;
  return {
    open: `\n${line(titles.map((title) => inertCell([title])))}\n${line(titles.map(() => '---'))}\n`,
    ...rowsFor(rows, (row) => line(row.map(inertCell)), limit),
    between: '\n',
    close: '\n\n',
    more: (number) => line([`and ${number} more`, ...titles.slice(1).map(() => '')]),
  };
}

const indent = '  ';

function itemUnits(item: Folded, limit: number): Unit[] {
  const { tone, lines, code, columns } = item;
  const [title = [], ...rest] = lines;
  const head = `- ${tone === 'plain' ? '' : `${marks[tone]} `}${alikeOf(item)}${inertLine(title)}\n`;
  return [
    solid(`${head}${rest.map((line) => `${indent}- ${inertLine(line)}\n`).join('')}`),
    ...code.map((part) => codeUnit(part, limit)),
    ...(columns.length === 0 ? [] : [rowsUnit(item, limit)]),
  ];
}

function rowsUnit(item: Folded, limit: number): Unit {
  const { columns, rows } = item;
  const [name = ''] = columns;
  if (columns.length > 1)
    return tableUnit(
      titlesOf(item),
      rows.map((row) => row.map((value) => [{ code: value }])),
      indent,
      limit,
    );
  return {
    open: `${indent}- ${codeSpan(`[${name}]`)} is `,
    ...rowsFor(rows, ([value = '']) => codeSpan(bounded(value, 300)), limit),
    between: ', ',
    close: '\n',
    more: (number) => `and ${number} more`,
  };
}

function codeUnit({ language, lines }: Code, limit: number): Unit {
  const fence = fenceOf(lines);
  return {
    open: `\n${indent}${fence}${language === 'sql' || language === 'diff' ? language : 'text'}\n`,
    ...rowsFor(lines, (line) => `${indent}${bounded(line)}`, limit),
    between: '\n',
    close: `\n${indent}${fence}\n\n`,
    more: (number) => `${indent}… and ${count(number, 'more line', 'more lines')}`,
  };
}
