/**
 * A file of ifupdown (/etc/network/interfaces) as `ifup` reads it, with what a person sees otherwise: a comment at a line's end,
 * blanks outside of ASCII, CRLF, a byte order mark. Facts were read off ifquery 0.8.41; a test compares with it. Pure.
 */

export type InterfacesFaultCode = 'refused file' | 'comment' | 'odd blank' | 'byte order mark' | 'line ends';

export interface InterfacesFault {
  readonly code: InterfacesFaultCode;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface InterfacesOption {
  readonly name: string;
  readonly value: string;
}

export interface InterfaceStanza {
  readonly name: string;
  readonly options: readonly InterfacesOption[];
}

export interface InterfacesFile {
  readonly stanzas: readonly InterfaceStanza[];
  readonly faults: readonly InterfacesFault[];
  /** The programs whose whole path is in the command lines. */
  readonly programs: readonly string[];
}

/** Lines that a backslash joins, with the offset of each in the joined text. */
interface Joined {
  readonly text: string;
  readonly starts: readonly { readonly offset: number; readonly line: number }[];
}

const commands: ReadonlySet<string> = new Set(['up', 'down', 'pre-up', 'post-up', 'pre-down', 'post-down']);
/** These words begin no stanza with options, nor do `allow-auto` and similar words. */
const lists: ReadonlySet<string> = new Set([
  'auto',
  'no-auto-down',
  'no-scripts',
  'source',
  'source-directory',
  'rename',
]);
const isList = (word: string): boolean => lists.has(word) || word.startsWith('allow-');

/** Characters that look like blanks, but that ifup reads as letters. */
const oddBlank = /[\u0085\u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]/u;
const blank = /[ \t\v\f\r]/;
const byteOrderMark = '\ufeff';

export function parseInterfaces(text: string): InterfacesFile {
  const reader = new Reader();
  for (const joined of joinedLines(text)) reader.read(joined);
  const { stanzas, faults, programs } = reader;
  return { stanzas, programs, faults: [...faults, ...lineEnds(text)] };
}

function joinedLines(text: string): readonly Joined[] {
  const lines = text.split('\n');
  const all: Joined[] = [];
  for (let index = 0; index < lines.length; index++) {
    const start = index;
    let joined = lines[index] ?? '';
    // A comment never continues in the next line.
    if (/^[ \t\v\f\r]*(#|$)/.test(joined)) continue;
    const starts = [{ offset: 0, line: start + 1 }];
    while (joined.endsWith('\\') && index < lines.length) {
      joined = joined.slice(0, -1);
      index += 1;
      if (index === lines.length) break;
      starts.push({ offset: joined.length, line: index + 1 });
      joined += lines[index] ?? '';
    }
    all.push({ text: joined, starts });
  }
  return all;
}

function placeOf({ starts }: Joined, offset: number): Pick<InterfacesFault, 'line' | 'column'> {
  const start = starts.findLast((each) => each.offset <= offset);
  return { line: start?.line ?? 1, column: offset - (start?.offset ?? 0) + 1 };
}

class Reader {
  readonly stanzas: { readonly name: string; readonly options: InterfacesOption[] }[] = [];
  readonly faults: InterfacesFault[] = [];
  readonly programs: string[] = [];
  private stanza: 'none' | 'mapping' | 'iface' = 'none';

  read(joined: Joined): void {
    const { text } = joined;
    const firstLetter = text.search(/[^ \t\v\f\r]/);
    if (firstLetter < 0) return;
    // ifup passes over blanks before it joins lines. Behind a line that holds a backslash alone it meets a blank first.
    const start = Math.min(firstLetter, joined.starts[1]?.offset ?? firstLetter);
    const word = /^[^ \t\v\f\r]*/.exec(text.slice(start))?.[0] ?? '';
    const hasOdd = this.oddBlanks(joined);
    const value = trimmed(text.slice(start + word.length));
    const valueAt = start + word.length + text.slice(start + word.length).search(/[^ \t\v\f\r]|$/);
    if (word === 'iface') this.begin(joined, value, valueAt);
    else if (word === 'mapping') this.stanza = 'mapping';
    else if (isList(word)) this.list(joined, word, value, valueAt);
    else this.option(joined, word, value, { start, valueAt, hasOdd });
  }

  private tell(code: InterfacesFaultCode, joined: Joined, offset: number, message: string): void {
    this.faults.push({ code, ...placeOf(joined, offset), message });
  }

  /** Reports odd blanks, and returns whether there are any. */
  private oddBlanks(joined: Joined): boolean {
    const found = oddBlank.exec(joined.text);
    if (!found) return false;
    const isMark = found.index === 0 && joined.starts[0]?.line === 1 && found[0] === byteOrderMark;
    const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    if (isMark)
      this.tell(
        'byte order mark',
        joined,
        0,
        'the file begins with a byte order mark, for which ifup refuses all of it; save it as UTF-8 without one',
      );
    else
      this.tell(
        'odd blank',
        joined,
        found.index,
        `the character U+${code} looks like a blank, and ifup takes it for a letter; type a blank in its place`,
      );
    return true;
  }

  private begin(joined: Joined, value: string, valueAt: number): void {
    this.stanza = 'iface';
    const words = value.split(/[ \t\v\f\r]+/);
    this.stanzas.push({ name: words[0] ?? '', options: [] });
    if (words.length < 3 && !words.includes('inherits'))
      this.tell(
        'refused file',
        joined,
        valueAt,
        'the line needs an interface, an address family and a method, so ifup refuses the file',
      );
    this.commentIn(joined, value, valueAt, 'ifup passes over these words, and says so each time');
  }

  private list(joined: Joined, word: string, value: string, valueAt: number): void {
    const isPath = word.startsWith('source');
    // `auto` and its like without a name don't end the stanza above them.
    if (value !== '' || isPath || word === 'rename') this.stanza = 'none';
    this.commentIn(
      joined,
      value,
      valueAt,
      `ifup takes "#" and each word behind it for ${isPath ? 'a file' : 'an interface'}`,
    );
  }

  private option(
    joined: Joined,
    word: string,
    value: string,
    { start, valueAt, hasOdd }: { readonly start: number; readonly valueAt: number; readonly hasOdd: boolean },
  ): void {
    const mayStand = this.stanza === 'iface' || (this.stanza === 'mapping' && ['script', 'map'].includes(word));
    // The odd character is the cause, and is already reported.
    if (!mayStand || value === '') {
      const why = mayStand ? `the option "${word}" has no value` : `"${word}" stands where no option may stand`;
      if (!hasOdd) this.tell('refused file', joined, start, `${why}, so ifup refuses the whole file`);
      return;
    }
    if (this.stanza === 'mapping') return;
    this.stanzas.at(-1)?.options.push({ name: word, value });
    if (word === '')
      this.tell('line ends', joined, 0, 'the line contains only a backslash, so ifup takes all of the next line for a value without a name; delete this line'); // prettier-ignore
    if (!commands.has(word)) return this.commentIn(joined, value, valueAt, `they are a part of the value of "${word}"`);
    const program = /^(\/[\w./-]+)(\s|$)/.exec(value)?.[1];
    if (program !== undefined) this.programs.push(program);
  }

  private commentIn(joined: Joined, value: string, valueAt: number, effect: string): void {
    const found = /(^|[ \t\v\f\r])#/.exec(value);
    if (!found) return;
    const offset = valueAt + found.index + (found[1]?.length ?? 0);
    this.tell(
      'comment',
      joined,
      offset,
      `"#" begins a comment only at the beginning of a line; here ${effect}; put the comment into a line of its own`,
    );
  }
}

function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && blank.test(text.charAt(start))) start += 1;
  while (end > start && blank.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function lineEnds(text: string): readonly InterfacesFault[] {
  const lines = text.split('\n');
  const joining = lines.findIndex((line) => /\\\r$/.test(line));
  const first =
    joining >= 0 ? joining : lines.findIndex((line, index) => line.endsWith('\r') && index < lines.length - 1);
  if (first < 0) return [];
  const effect =
    joining >= 0
      ? 'so the backslash joins no line, and ifup takes the next line for one of its own'
      : 'which ifup passes over, and the programs of other packages that read the file may not';
  const column = lines[first]?.length ?? 1;
  return [
    {
      code: 'line ends',
      line: first + 1,
      column,
      message: `the line ends with CRLF, ${effect}; save the file with LF`,
    },
  ];
}
