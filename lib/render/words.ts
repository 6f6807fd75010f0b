/**
 * Cuts texts at the words in which alike items may differ. Neighbours in a list have most of their texts in common. So
 * the cutter keeps the latest text of each place with its cut, and cuts only a text that differs from it. An item with
 * other names begins anew, because the names decide which words may differ.
 */
import { textOfPiece, type Item, type Piece } from './items';

/**
 * An address or prefix of either family, a MAC address, a UUID, the name of a tap or its bridge, or a word. Most words
 * have none of the marks of the longer forms behind them, so the pattern asks for these words first.
 */
const words =
  /[\p{L}\p{N}]+(?![\p{L}\p{N}.:-])|\d+\.\d+\.\d+\.\d+(?:\/\d+)?|[0-9a-f]{2}(?::[0-9a-f]{2}){5}|(?<![\p{L}\p{N}:])(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{1,4}|(?<=::))(?:\/\d+)?|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:tap|qvo|qvb|qbr)[0-9a-f]{8}-[0-9a-f]{2}|[\p{L}\p{N}]+/gu;

/** Items that differ in such a word are never alike, even where a construct bears its name: it says something by itself. */
const ownMeaning: ReadonlySet<string> = new Set([
  ...['0.0.0.0/0', '0.0.0.0', '255.255.255.255', 'any', 'all', 'none', 'admin', 'root', 'true', 'false'],
  ...['accept', 'drop', 'passes', 'dropped', 'high', 'medium', 'low', 'on', 'off', 'enabled', 'disabled'],
  ...['create', 'change', 'update', 'replace', 'destroy', 'delete', 'forget', 'move', 'import'],
  ...['ingress', 'egress', 'tcp', 'udp', 'icmp', 'from', 'to', 'not', 'no', 'shared', 'public'],
]);
/** Such a prefix names so much that it stands by itself. */
const isWide = (word: string): boolean => word.includes('/') && Number(/\/(\d+)$/.exec(word)?.[1] ?? 128) < 8;

/** A whole word without a digit. */
const wordsWithoutDigit = /(?<![\p{L}\p{N}])(?:(?!\d)[\p{L}\p{N}])+(?![\p{L}\p{N}])/gu;

/**
 * The words without a digit in the item's names. `acme/Utm/Red`: acme, Utm, Red, and the same in small letters, since
 * names of things are made from paths so.
 */
function namesOf(item: Item): readonly string[] {
  const names = item.names.join(' ').match(wordsWithoutDigit) ?? [];
  return [...names, ...names.map((name) => name.toLowerCase())];
}

/** True if alike items may differ in the word. */
const mayDiffer = (word: string, names: readonly string[]): boolean =>
  /\d/.test(word)
    ? !ownMeaning.has(word) && !isWide(word)
    : names.includes(word) && !ownMeaning.has(word.toLowerCase());

/** Stands in a shape for a word that may differ. In no text, because each was made printable. */
const gap = '\u0001';

/**
 * A part of a text between two blanks that has a digit. In a text without a name of its item only words with a digit may
 * differ, and no word has a blank.
 */
const partsWithDigit = /(?<![^ ])[^ ]*\d[^ ]*/g;

interface Cut {
  readonly text: string;
  /** The text with a gap for each word that may differ. */
  readonly shape: string;
  readonly words: readonly string[];
}

export interface CutItem {
  /** The same for all items that are alike: the tone, where lines and blocks begin, and the form and shape of each text. */
  readonly shapes: readonly string[];
  /** The words that may differ, in order. */
  readonly words: readonly string[];
}

/** Cuts the texts of one item after the other. */
export class Cutter {
  #names: readonly string[] = [];
  #known: Cut[] = [];

  cut(item: Item): CutItem {
    const names = namesOf(item);
    if (names.join(' ') !== this.#names.join(' ')) this.#known = [];
    this.#names = names;
    const shapes: string[] = [item.tone];
    const found: string[] = [];
    let place = 0;
    const add = (form: string, text: string): void => {
      const cut = this.#cutText(text, place++);
      shapes.push(form, cut.shape);
      for (const word of cut.words) found.push(word);
    };
    for (const line of item.lines) {
      shapes.push('line');
      for (const piece of line) add(formOf(piece), textOfPiece(piece));
    }
    for (const { language, lines } of item.code) {
      shapes.push(`block of ${language}`);
      for (const line of lines) add('code', line);
    }
    return { shapes, words: found };
  }

  #cutText(text: string, place: number): Cut {
    const known = this.#known[place];
    if (known?.text === text) return known;
    return (this.#known[place] = cutText(text, this.#names));
  }
}

const formOf = (piece: Piece): string => (typeof piece === 'string' ? 'text' : 'code' in piece ? 'code' : 'strong');

const noWords: readonly string[] = [];

function cutText(text: string, names: readonly string[]): Cut {
  const hasName = names.some((name) => text.includes(name));
  if (!hasName && !/\d/.test(text)) return { text, shape: text, words: noWords };
  const found: string[] = [];
  const withGap = (word: string): string => {
    if (!mayDiffer(word, names)) return word;
    found.push(word);
    return gap;
  };
  const withGaps = (part: string): string => part.replace(words, withGap);
  return { text, shape: hasName ? withGaps(text) : text.replace(partsWithDigit, withGaps), words: found };
}

/** Returns a function that replaces each word of a text that may differ by what `change` gives for the word. */
export function changerOf(item: Item, change: (word: string) => string): (text: string) => string {
  const names = namesOf(item);
  return (text) => {
    const cut = cutText(text, names);
    let place = 0;
    return cut.shape.replaceAll(gap, () => change(cut.words[place++] ?? ''));
  };
}
