/**
 * One file as oslo.config parses it (oslo_config/iniparser.py and cfg.py, `ConfigParser`; the same from 1.2.1 to
 * 10.7.0).
 *
 * oslo.config refuses a whole file for one fault. This reader notes each such fault and continues, so that a report can
 * name all of them.
 */
import type { Python } from './era';
import { linesOf, lower, stripped, type PythonLine } from './python-text';

export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The part of a value that one line holds. */
export interface Piece {
  readonly line: number;
  /** The place of the text in the file, with its quotes. */
  readonly start: number;
  readonly end: number;
  /** Without the quotes. */
  readonly text: string;
  /** Where `text` begins. */
  readonly textStart: number;
}

export interface Entry {
  /** The name between the brackets. */
  readonly section: string;
  readonly name: string;
  /** The pieces, joined by line ends, before references are followed. */
  readonly value: string;
  readonly line: number;
  /** The place where the name begins. */
  readonly start: number;
  readonly pieces: readonly [Piece, ...Piece[]];
}

export interface SectionHead {
  readonly name: string;
  readonly line: number;
}

export interface OsloFile {
  readonly path: string;
  readonly text: string;
  readonly python: Python;
  readonly lines: readonly PythonLine[];
  readonly sections: readonly SectionHead[];
  readonly entries: readonly Entry[];
  /** Each of these faults makes oslo.config refuse the file, so the service doesn't start. */
  readonly faults: readonly Fault[];
}

export const defaultSection = 'DEFAULT';

/** Names of sections are compared without regard to case, but `[default]` is not `[DEFAULT]`. */
export const sectionKey = (name: string, python: Python): string =>
  name === defaultSection ? name : lower(name, python);

export function parseOsloFile(path: string, text: string, python: Python): OsloFile {
  return new Parser(path, text, python).parse();
}

export const byteOrderMark = '\ufeff';

class Parser {
  private readonly lines: readonly PythonLine[];
  private readonly sections: SectionHead[] = [];
  private readonly entries: Entry[] = [];
  private readonly faults: Fault[] = [];
  /** Undefined if no section has begun, or if the last section's head can't be read. */
  private section: string | undefined;
  private open: { name: string; start: number; pieces: [Piece, ...Piece[]] } | undefined;

  constructor(
    private readonly path: string,
    private readonly text: string,
    private readonly python: Python,
  ) {
    this.lines = linesOf(text, python);
  }

  parse(): OsloFile {
    for (const [index, { start, end }] of this.lines.entries()) this.readLine(index + 1, start, end);
    this.flush();
    const { path, text, python, lines, sections, entries, faults } = this;
    return { path, text, python, lines, sections, entries, faults };
  }

  private readLine(line: number, from: number, to: number): void {
    const hasMark = line === 1 && this.text.startsWith(byteOrderMark);
    if (hasMark) this.refuse(1, 0, 'the file begins with a byte order mark; save it as UTF-8 without one');
    const start = hasMark ? 1 : from;
    const { end } = stripped(this.text, start, to, this.python);
    const content = this.text.slice(start, end);
    if (content === '') return this.flush();
    if (/^[ \t]/.test(content)) return this.continue(line, start, end);
    this.flush();
    if (content.startsWith('[')) return this.begin(line, start, content);
    if (!/^[#;]/.test(content)) this.assign(line, start, end);
  }

  private refuse(line: number, offset: number, message: string): void {
    const { start } = this.lines[line - 1] ?? { start: 0 };
    this.faults.push({ path: this.path, line, column: offset - start + 1, message });
  }

  private continue(line: number, start: number, end: number): void {
    if (!this.open)
      return this.refuse(
        line,
        start,
        'the line is indented and there is no option right above it; begin it at column 1',
      );
    const { start: first } = stripped(this.text, start, end, this.python);
    this.open.pieces.push({ line, start: first, end, text: this.text.slice(first, end), textStart: first });
  }

  private begin(line: number, start: number, content: string): void {
    const close = content.indexOf(']');
    this.section = undefined;
    if (!content.endsWith(']')) {
      const rest = 'end the line with "]"';
      this.refuse(line, start, close < 0 ? `the section's name is not closed; ${rest}` : `text follows "]"; ${rest}`);
      if (close < 0) return;
    }
    const name = content.endsWith(']') ? content.slice(1, -1) : content.slice(1, close);
    if (name === '') return this.refuse(line, start, 'the section has no name; write one between the brackets');
    this.section = name;
    this.sections.push({ name, line });
  }

  private assign(line: number, start: number, end: number): void {
    const { text, python } = this;
    const separator = start + text.slice(start, end).search(/[:=]/);
    if (separator < start)
      return this.refuse(line, start, 'the line has neither "=" nor ":"; write it as "name = value", or as a comment');
    const key = stripped(text, start, separator, python);
    if (key.start === key.end) return this.refuse(line, start, 'there is no name before the value; write one');
    if (this.sections.length === 0)
      this.refuse(line, start, 'the option is before any section; put "[DEFAULT]" above it');
    const value = stripped(text, separator + 1, end, python);
    const raw = text.slice(value.start, value.end);
    const isQuoted = /^["']/.test(raw) && raw.at(0) === raw.at(-1);
    const piece = {
      line,
      start: raw === '' ? separator + 1 : value.start,
      end: raw === '' ? separator + 1 : value.end,
      text: isQuoted ? raw.slice(1, -1) : raw,
      textStart: value.start + (isQuoted ? 1 : 0),
    };
    this.open = { name: text.slice(key.start, key.end), start: key.start, pieces: [piece] };
  }

  private flush(): void {
    const { open, section } = this;
    this.open = undefined;
    if (!open || section === undefined) return;
    const value = open.pieces.map((piece) => piece.text).join('\n');
    this.entries.push({ section, value, line: open.pieces[0].line, ...open });
  }
}

/** Line and column, both from 1, of the character at `offset`. */
export function placeOf(file: OsloFile, line: number, offset: number): Pick<Fault, 'path' | 'line' | 'column'> {
  return { path: file.path, line, column: offset - (file.lines[line - 1]?.start ?? 0) + 1 };
}
