/**
 * Text in Markdown that stays text. A forge reads far more than Markdown: `@name`, `#1`, `GH-1`, `!1`, `~label`, a
 * commit's digits, `:smile:`, a bare address; and none of these obeys a backslash. So a word stands as it is only if it is
 * a plain word or a number. Every other word becomes code, which every forge leaves alone.
 */
import { printable, printableCode } from '../../lib/basics/printable';
import { textOfPiece, type Line, type Piece } from '../../lib/render/items';

/** A longer text is cut, and the number of characters that are missing is said. */
const mostCharacters = 2_000;

export function bounded(text: string, most = mostCharacters): string {
  if (text.length <= most) return text;
  // A cut through a pair of surrogates would leave half a character.
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return `${text.slice(0, end)} (${text.length - end} more characters)`;
}

/** Code that a backtick in the text can't end. */
export function codeSpan(text: string): string {
  const shown = printable(text);
  if (shown === '') return '`""`';
  const fence = '`'.repeat(longestRun(shown) + 1);
  const isTouching = /^(?:`| .*[^ ].* $)/.test(shown) || shown.endsWith('`');
  return isTouching ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}

const longestRun = (text: string): number =>
  (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);

/** A block of code that no line in it can end. @param indent of the list's item that it stands in */
export function fenceOf(lines: readonly string[]): string {
  return '`'.repeat(
    Math.max(
      3,
      lines.reduce((most, line) => Math.max(most, longestRun(line) + 1), 0),
    ),
  );
}

/** Words in Latin letters, short numbers, and marks between words. No `1.` and no `1)`, which begin a list. */
const plain =
  /^(?:[("']*\p{Script=Latin}+(?:['-]\p{Script=Latin}+)*["')]*[.,;:!?]?["')]*|\d{1,6}[,;:]?|\(\d{1,6}\)?[.,;:]?|[:;,.=])$/u;
/** A forge takes this for a commit. */
const digits = /[0-9a-f]{7}/i;

const isPlain = (word: string): boolean => plain.test(word) && !digits.test(word);

type Token =
  /** As it stands in Markdown. */
  { readonly shown: string } | { readonly code: string };

const wordToken = (word: string): Token => {
  if (word === '' || isPlain(word)) return { shown: word };
  const [, before = '', inner = '', after = ''] = /^([("']*)(.*?)([.,;:!?"')]*)$/su.exec(word) ?? [];
  if (before + after === '' || inner === '' || /[()"']/.test(inner)) return { code: word };
  return { shown: `${before}${codeSpan(inner)}${after}` };
};

/** A sentence. `Commands` that are written like this stay code. */
const proseTokens = (text: string): Token[][] =>
  text.split(/(`[^`]+`)/).map((part, index) => {
    if (index % 2 === 1) return [{ code: part.slice(1, -1) }];
    return part.split(/ +/).map(wordToken);
  });

/** Neighbours that are code become one piece of code. */
function joined(tokens: readonly Token[]): string {
  const shown: string[] = [];
  const neighbours: string[] = [];
  const endCode = (): void => {
    if (neighbours.length > 0) shown.push(codeSpan(neighbours.splice(0).join(' ')));
  };
  for (const token of tokens)
    if ('code' in token) neighbours.push(token.code);
    else {
      endCode();
      shown.push(token.shown);
    }
  endCode();
  return shown.join(' ');
}

function proseOf(text: string): string {
  let shown = '';
  for (const tokens of proseTokens(printable(bounded(text)))) shown = beside(shown, joined(tokens));
  return shown;
}

/** Two pieces of code without a blank between them would be read as one, from the first backtick to the last. */
const beside = (left: string, right: string): string =>
  left.endsWith('`') && right.startsWith('`') ? `${left} ${right}` : `${left}${right}`;

/** Strong only where nothing in it can end that. */
function strongOf(text: string): string {
  const [, before = '', inner = '', after = ''] = /^( *)(.*?)( *)$/s.exec(text) ?? [];
  return inner !== '' && inner.split(' ').every(isPlain) ? `${before}**${inner}**${after}` : proseOf(text);
}

const pieceOf = (piece: Piece): string =>
  typeof piece === 'string'
    ? proseOf(piece)
    : 'code' in piece
      ? codeSpan(bounded(piece.code))
      : strongOf(printable(bounded(piece.strong)));

/** A line of Markdown, and never an empty one: a list's item without text would make the line above it a heading. */
export const inertLine = (line: Line): string =>
  line.reduce<string>((all, piece) => beside(all, pieceOf(piece)), '').trim() || codeSpan('');

/** A cell of a table. Parsers disagree about a bar after a backslash, so a bar becomes an escape that a person reads. */
export const inertCell = (line: Line): string =>
  inertLine(line.map((piece) => withoutBars(piece, bounded(textOfPiece(piece), 300))));

const withoutBars = (piece: Piece, text: string): Piece => {
  const shown = text.replaceAll('|', '\\u007c');
  return typeof piece === 'string' ? shown : 'code' in piece ? { code: shown } : { strong: shown };
};

const asText = (shown: string): string => shown.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
/** In HTML: text alone. */
export const escapeHtml = (text: string): string => asText(printable(text));
export const escapeHtmlCode = (text: string): string => asText(printableCode(text));
