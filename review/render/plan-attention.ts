/** Shows the parts of a plan that need attention, bold and before the steps, for a terminal. Pure. */
import { printableTexts } from '../../lib/basics/printable';
import { nameFirst } from '../../lib/basics/name-first';
import { foldAlike } from '../../lib/render/fold';
import { textOfLine, type Folded, type Item } from '../../lib/render/items';
import { wrapLine } from '../../lib/render/item-text';
import type { Style } from '../../lib/render/style';
import { severityOf } from '../risks/classes';
import type { FoundRisk } from '../risks/found-risk';

const itemOf = ({ class: name, where, message }: FoundRisk): Item => ({
  tone: severityOf(name) === 'high' ? 'danger' : 'warning',
  names: [where],
  lines: [[`${name}: ${where}: ${message}`]],
  code: [],
});

const mostNamed = 10;

/** The steps below tell all of what the items differ in. */
function whereIn({ columns: [name], rows }: Folded): readonly string[] {
  if (name === undefined) return [];
  const values = rows.map(([value = '']) => value);
  return [`[${name}] is ${nameFirst(values, mostNamed)}`];
}

/** '' where nothing needs attention. */
export function renderPlanAttention(risks: readonly FoundRisk[], style: Style, width: number): string {
  if (risks.length === 0) return '';
  const items = foldAlike(printableTexts(risks), itemOf);
  const lines = items.flatMap((item) => {
    const paint = item.tone === 'danger' ? (text: string) => style.bold(style.red(text)) : style.yellow;
    const title = `  ${item.count === 1 ? '' : `${item.count} alike: `}${item.lines.map(textOfLine).join(' ')}`;
    return [...wrapLine(title, width).map(paint), ...whereIn(item).flatMap((line) => wrapLine(`      ${line}`, width))];
  });
  return `${[style.bold('Needs attention:'), ...lines].join('\n')}\n\n`;
}
