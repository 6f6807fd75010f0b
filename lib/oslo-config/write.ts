/**
 * Changes to the text of one file. A change covers whole lines of one option, or only its value. Every other byte
 * stays.
 */
import { sectionKey, type Entry, type OsloFile } from './file';
import { isBlankInAnyPython } from './python-text';
import { escapeDollars } from './references';

export interface Change {
  readonly file: OsloFile;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Why a file can't hold `text` as a value; undefined if it can. */
export function unwritable(text: string): string | undefined {
  if (/[\r\n]/.test(text)) return 'the value has a line break';
  if (text.includes('\0')) return 'the value has a NUL character';
  return !/\p{Surrogate}/u.test(text) ? undefined : 'the value has half of a surrogate pair, which UTF-8 cannot hold';
}

/** The value as a file must have it: oslo.config strips the blanks around a value, and then one pair of quotes. */
export function writtenValue(text: string): string {
  const first = text.charAt(0);
  const last = text.at(-1) ?? '';
  const looksQuoted = first === last && (first === '"' || first === "'");
  const value = escapeDollars(text);
  return looksQuoted || isBlankInAnyPython(first) || isBlankInAnyPython(last) ? `"${value}"` : value;
}

export function replaceValue(file: OsloFile, entry: Entry, value: string): readonly Change[] {
  const [first, ...more] = entry.pieces;
  const isSpaced = /[ \t]/.test(file.text.charAt(first.start - 2));
  const gap = first.start === first.end && isSpaced && value !== '' ? ' ' : '';
  const here = { file, start: first.start, end: first.end, text: `${gap}${writtenValue(value)}` };
  const last = more.at(-1);
  if (!last) return [here];
  const from = lineAt(file, first.line);
  const to = lineAt(file, last.line);
  const isUnended = to.end === to.next;
  const rest = isUnended ? { start: from.end, end: to.end } : { start: from.next, end: to.next };
  return [here, { file, ...rest, text: '' }];
}

export function removeEntry(file: OsloFile, entry: Entry): Change {
  return { file, start: lineAt(file, entry.line).start, end: lineAt(file, lastLineOf(entry)).next, text: '' };
}

/** Adds further values under the same name, directly after or before this entry. */
export function addBeside(file: OsloFile, entry: Entry, side: 'after' | 'before', values: readonly string[]): Change {
  const prefix = file.text.slice(entry.start, entry.pieces[0].start);
  const lines = values.map((value) => `${prefix}${writtenValue(value)}`);
  if (side === 'after') return insertAfter(file, lastLineOf(entry), lines);
  const { start } = lineAt(file, entry.line);
  return { file, start, end: start, text: lines.map((line) => `${line}${lineEndOf(file, entry.line)}`).join('') };
}

/** Adds values at the end of the section's last block, or in a new section at the end of the file. */
export const addToSection = (file: OsloFile, section: string, name: string, values: readonly string[]): Change =>
  addLinesToSection(
    file,
    section,
    values.map((value) => `${name} = ${writtenValue(value)}`),
  );

/** Whole lines, as they stand in a file. */
export function addLinesToSection(file: OsloFile, section: string, lines: readonly string[]): Change {
  const index = file.sections.findLastIndex((head) => isSection(file, head.name, section));
  const head = file.sections[index];
  if (!head) {
    const isEmpty = file.lines.length === 0;
    return insertAfter(file, file.lines.length, [...(isEmpty ? [] : ['']), `[${section}]`, ...lines]);
  }
  const next = file.sections[index + 1]?.line ?? Infinity;
  const last = file.entries.findLast(({ line }) => line > head.line && line < next);
  return insertAfter(file, last ? lastLineOf(last) : head.line, lines);
}

/** A line, or the lines of one value, in front of the line of this number; it counts from 1. */
export function addLineAt(file: OsloFile, line: number, text: string): Change {
  const { start } = lineAt(file, line);
  return { file, start, end: start, text: `${text}${lineEndOf(file, line)}` };
}

/** All lines of this option, as they stand, without the end of the last. */
export const textOfEntry = (file: OsloFile, entry: Entry): string =>
  file.text.slice(lineAt(file, entry.line).start, lineAt(file, lastLineOf(entry)).end);

export const replaceEntry = (file: OsloFile, entry: Entry, text: string): Change => ({
  file,
  start: lineAt(file, entry.line).start,
  end: lineAt(file, lastLineOf(entry)).end,
  text,
});

/** The head of a section and the blank line in front of it, where nothing else stands in that section; else undefined. */
export function removeEmptySection(file: OsloFile, section: string): Change | undefined {
  const heads = file.sections.filter(({ name }) => isSection(file, name, section));
  const [head] = heads;
  if (!head || heads.length > 1) return undefined;
  const next = file.sections.find(({ line }) => line > head.line)?.line ?? file.lines.length + 1;
  const isBlank = (line: number): boolean => {
    const { start, end } = lineAt(file, line);
    return file.text.slice(start, end).trim() === '';
  };
  for (let line = head.line + 1; line < next; line++) if (!isBlank(line)) return undefined;
  const first = head.line > 1 && isBlank(head.line - 1) ? head.line - 1 : head.line;
  return { file, start: lineAt(file, first).start, end: lineAt(file, next - 1).next, text: '' };
}

export const hasSection = (file: OsloFile, section: string): boolean =>
  file.sections.some(({ name }) => isSection(file, name, section));

/** @param changes of one file; no two may overlap */
export function applyChanges(text: string, changes: readonly Change[]): string {
  const parts: string[] = [];
  let offset = 0;
  for (const change of changes.toSorted((left, right) => left.start - right.start)) {
    parts.push(text.slice(offset, change.start), change.text);
    offset = change.end;
  }
  return [...parts, text.slice(offset)].join('');
}

const isSection = ({ python }: OsloFile, name: string, section: string): boolean =>
  sectionKey(name, python) === sectionKey(section, python);

const lastLineOf = ({ pieces }: Entry): number => (pieces.at(-1) ?? pieces[0]).line;

const lineAt = (file: OsloFile, line: number) => file.lines[line - 1] ?? { start: 0, end: 0, next: 0 };

/** @param line 0 means the beginning of the file */
function insertAfter(file: OsloFile, line: number, lines: readonly string[]): Change {
  const { end, next } = lineAt(file, line);
  const lineEnd = lineEndOf(file, line);
  const isUnended = line > 0 && end === next;
  const text = lines.map((added) => (isUnended ? `${lineEnd}${added}` : `${added}${lineEnd}`)).join('');
  return { file, start: next, end: next, text };
}

/**
 * The line end of this line, or else of the file's first line. Python 2 reads a carriage return as a part of the line.
 */
function lineEndOf(file: OsloFile, line: number): string {
  for (const { end, next } of [lineAt(file, line), lineAt(file, 1)])
    if (end < next) return file.text.startsWith('\r\n', end - 1) ? '\r\n' : file.text.slice(end, next);
  return '\n';
}
