/** A review for a terminal: what is dangerous is bold, and comes first. Pure: no colour unless a style is given. */
import { printable, printableCode } from '../../lib/basics/printable';
import { displayWidth } from '../../lib/render/grid';
import { gridText, rowsText } from '../../lib/render/item-text';
import { plain, type Style } from '../../lib/render/style';
import type { Review } from '../model';
import { alikeOf, textOfLine, type Folded, type Line, type Tone } from '../../lib/render/items';
import type { Block, Outline, Section } from './outline';
import { outlineOf } from './sections';

/** A review has at least this width, because words of names would stand in pieces otherwise. */
const leastWidth = 40;

/**
 * @param width of the terminal
 * @param isShown which sections; default: all
 */
export function renderReviewText(
  review: Review,
  width: number,
  style: Style = plain,
  isShown: (section: Section['id']) => boolean = () => true,
): string {
  const outline = outlineOf(review);
  const sections = outline.sections.filter(({ id }) => isShown(id));
  const page = new Page(Math.max(leastWidth, width), style);
  const blocks = [page.head(outline), ...sections.map((section) => page.section(section))];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const sayNames = (title: string, names: readonly string[] | undefined): string =>
  names === undefined
    ? `${title} (?)`
    : names.length === 0
      ? `${title} (0)`
      : `${title} (${names.length}): ${names.join(', ')}`;

type Paint = (text: string) => string;
const same: Paint = (text) => text;

class Page {
  constructor(
    private readonly width: number,
    private readonly style: Style,
  ) {}

  head({ tone, verdict, facts, classes }: Outline): string[] {
    const { bold } = this.style;
    const rows = classes.map((row) => row.map((cell) => [textOfLine(cell)]));
    return [
      ...this.line(verdict, '', (text) => bold(this.paint(tone)(text))),
      ...facts.flatMap((fact) => this.line(fact, '  ')),
      ...(rows.length === 0 ? [] : this.grid(['severity', 'risk', 'meaning', 'number'], rows)),
    ];
  }

  section({ title, blocks }: Section): string[] {
    return [this.style.bold(title), ...blocks.flatMap((block) => this.block(block))];
  }

  private block(block: Block): string[] {
    switch (block.sort) {
      case 'heading':
        return ['', ...this.line(block.line, '  ', this.style.bold)];
      case 'paragraph':
        return this.line(block.line, '  ', this.paint(block.tone));
      case 'names':
        return this.names(block.title, block.names);
      case 'table':
        return this.grid(
          block.titles,
          block.rows.map((row) => row.map((cell) => [textOfLine(cell)])),
        );
      case 'item':
        return this.item(block);
    }
  }

  private item(item: Folded): string[] {
    const { tone, lines, code } = item;
    const [title = [], ...rest] = lines;
    const { bold } = this.style;
    const paint = this.paint(tone);
    const own: Line = [alikeOf(item), ...title];
    return [
      ...this.line(own, '  ', tone === 'danger' ? (text) => bold(paint(text)) : paint, '    '),
      ...rest.flatMap((line) => this.line(line, '      ')),
      ...code.flatMap(({ lines: texts }) => texts.map((text) => `      | ${printableCode(text)}`)),
      ...rowsText(item, this.width, '      ', this.style.dim),
    ];
  }

  private names(title: string, names: readonly string[] | undefined): string[] {
    return this.line([sayNames(title, names)], '  ', same, '    ');
  }

  private grid(titles: readonly string[], rows: readonly (readonly string[][])[]): string[] {
    const cells = rows.map((row) => row.map((cell) => cell.map(printable)));
    return gridText(titles, cells, this.width, '  ', this.style.dim);
  }

  /** Broken at words; the paint of each line is its own, so that no colour runs over the indent. */
  private line(line: Line, indent: string, paint: Paint = same, further = `${indent}  `): string[] {
    const lines: string[] = [];
    let current = '';
    let size = indent.length;
    for (const word of printable(textOfLine(line)).split(' ')) {
      const more = displayWidth(word);
      if (current !== '' && size + 1 + more > this.width) {
        lines.push(current);
        current = '';
        size = further.length;
      }
      size += current === '' ? more : more + 1;
      current = current === '' ? word : `${current} ${word}`;
    }
    return [...lines, current].map((text, index) => `${index === 0 ? indent : further}${paint(text)}`);
  }

  private paint(tone: Tone): Paint {
    const { red, yellow, green } = this.style;
    return { danger: red, warning: yellow, good: green, plain: same }[tone];
  }
}
