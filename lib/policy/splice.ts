/**
 * Changes of one place in a policy file: replacing a value, adding a rule, removing a rule. Every change goes through
 * `checked` before it is used.
 */
import { Blocked } from '../basics/errors';
import type { Rules } from './check';
import type { Entry } from './entry';
import { lineStart, parsePolicyFile, type PolicyFile } from './file';
import { parseRule } from './parse';
import { endsNoDocument } from './pyyaml';

/** The text around a rule that was added, so that it can be removed together with the rule. */
export interface Frame {
  readonly lead: string;
  readonly trail: string;
}

export interface Edit {
  /** The whole file afterwards. */
  readonly content: string;
  /** The text of the value before the edit; null if the rule was not in the file. */
  readonly before: string | null;
  readonly written: string | null;
  /** Present if the edit added the rule. */
  readonly frame?: Frame;
}

/** An edit that changes no other rule. */
export interface CheckedEdit extends Edit {
  /** `content`, parsed. */
  readonly after: PolicyFile;
}

/** The line end of the file's first line. */
export const lineEnd = (text: string): string => (/\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n');

export function replace(file: PolicyFile, entry: Entry, written: string): Edit {
  const { mark, text } = file;
  const { start, end } = entry.value;
  const content = `${mark}${text.slice(0, start)}${written}${text.slice(end)}`;
  return { content, before: text.slice(start, end), written };
}

/** Adds a rule in the style of the file's last rule. */
export function insert(file: PolicyFile, rule: string, value: string): Edit {
  const { mark, text, top } = file;
  const last = file.entries.at(-1);
  const quote = (word: string, like: string | undefined): string => {
    if (like === "'" && !/['\\\r\n]/.test(word)) return `'${word}'`;
    return like === 'plain' && /^[A-Za-z_(][\w:%().@* -]*$/.test(word) && !word.includes(': ')
      ? word
      : JSON.stringify(word);
  };
  const styleAt = (offset: number | undefined): string | undefined =>
    offset === undefined || top.form === 'flow'
      ? '"'
      : text[offset] === '"' || text[offset] === "'"
        ? text[offset]
        : 'plain';
  const between = last && text.slice(last.key.end, last.value.start);
  const colon = between !== undefined && /^ *: *$/.test(between) ? between : ': ';
  const written = quote(value, styleAt(last?.value.start));
  const entry = `${quote(rule, styleAt(last?.key.start))}${colon}${written}`;
  const { offset, lead, trail } = placeFor(file, colon);
  const content = `${mark}${text.slice(0, offset)}${lead}${entry}${trail}${text.slice(offset)}`;
  return { content, before: null, written, frame: { lead, trail } };
}

function placeFor({ text, entries, top, ...file }: PolicyFile, colon: string): Frame & { readonly offset: number } {
  const end = lineEnd(text);
  const last = entries.at(-1);
  if (top.form === 'block') {
    const margin = ' '.repeat(top.column);
    const before = text.slice(0, file.end);
    const isWhole = before === '' || before.endsWith('\n');
    return { offset: file.end, lead: `${isWhole ? '' : end}${margin}`, trail: isWhole ? end : '' };
  }
  if (last === undefined) {
    const isOpen = text.slice(top.inside.start, top.inside.end).includes('\n');
    return { offset: top.inside.start, lead: `${end}    `, trail: isOpen ? '' : end };
  }
  const lead = text.slice(entries.at(-2)?.value.end ?? top.inside.start, last.key.start);
  const margin = text.slice(lineStart(text, last.key.start), last.key.start);
  const blank = lead.includes('\n') && /^[ \t]*$/.test(margin) ? `${end}${margin}` : colon.endsWith(' ') ? ' ' : '';
  return { offset: last.value.end, lead: `,${blank}`, trail: '' };
}

export function cut(file: PolicyFile, entry: Entry, frame: Frame | undefined): Edit {
  const { mark, text } = file;
  const { start, end } = cutSpan(file, entry, frame);
  const [head, tail] = [text.slice(0, start), text.slice(end)];
  // A service accepts an empty file, but not a missing one. A file that was made for this rule therefore stays, without
  // rules.
  const isMade = frame === undefined && file.top.form === 'block' && (head + tail).trim() === '';
  const none = isMade || endsNoDocument(head + tail) ? `{}${lineEnd(text)}` : '';
  const content = isMade ? `${mark}${none}` : `${mark}${head}${none}${tail}`;
  return { content, before: text.slice(entry.value.start, entry.value.end), written: null };
}

function cutSpan(
  { text, entries, top }: PolicyFile,
  entry: Entry,
  frame: Frame | undefined,
): { start: number; end: number } {
  const { start } = entry.key;
  const { end } = entry.value;
  if (frame) {
    const lead = text.slice(start - frame.lead.length, start);
    const trail = text.slice(end, end + frame.trail.length);
    if (lead === frame.lead && trail === frame.trail) return { start: start - lead.length, end: end + trail.length };
  }
  if (top.form === 'block') {
    const next = text.indexOf('\n', end);
    if (next >= 0) return { start: lineStart(text, start), end: next + 1 };
    return { start: text.slice(0, lineStart(text, start)).replace(/\r?\n$/, '').length, end: text.length };
  }
  const index = entries.indexOf(entry);
  const [before, after] = [entries[index - 1], entries[index + 1]];
  if (after && /^\s*,\s*$/.test(text.slice(end, after.key.start))) return { start, end: after.key.start };
  if (before) return { start: before.value.end, end };
  return text.slice(top.inside.start, start).trim() + text.slice(end, top.inside.end).trim() === ''
    ? top.inside
    : { start, end };
}

/** Refuses an edit that changes any other rule, as any release reads the file. */
export function checked(file: PolicyFile, { era }: Rules, rule: string, edit: Edit): CheckedEdit {
  let after: PolicyFile;
  try {
    after = parsePolicyFile(edit.content, era);
    if (after.values.has(rule)) parseRule(after.values.get(rule), era);
  } catch (error) {
    throw new Blocked(
      `the file is written in a way that ${rule} can't be changed alone (${(error as Error).message}); change it there by hand`,
    );
  }
  if (!hasSameOthers(file.values, after.values, rule))
    throw new Blocked(
      `the file is written in a way that ${rule} can't be changed without another rule; change it there by hand`,
    );
  const admitsAll = (values: ReadonlyMap<string, unknown>): boolean =>
    values.has(rule) && parseRule(values.get(rule), era).is === 'true';
  if (edit.before !== null && admitsAll(after.values) && edit.written !== null && !admitsAll(file.values))
    throw new Blocked(`without this role ${rule} would admit everybody; mend it by hand`);
  return { ...edit, after };
}

/** True if both have the same rules with the same values, apart from this rule. */
function hasSameOthers(before: PolicyFile['values'], after: PolicyFile['values'], rule: string): boolean {
  const others = (values: PolicyFile['values']): number => values.size - (values.has(rule) ? 1 : 0);
  return (
    others(before) === others(after) &&
    [...before].every(([name, value]) => name === rule || (after.has(name) && isSame(value, after.get(name))))
  );
}

const isSame = (left: unknown, right: unknown): boolean =>
  left === right || JSON.stringify(left) === JSON.stringify(right);

/** The text between the quotes, as the file has it. A value that can't be written there is quoted anew. */
export function quotesOf(
  file: PolicyFile,
  { form, value, holds }: Entry,
): { open: string; inner: string; close: string } {
  const raw = file.text.slice(value.start, value.end);
  const inner = form === 'plain' ? raw : raw.slice(1, -1);
  const quote = form === 'double' ? '"' : form === 'single' ? "'" : '';
  if (form === 'plain' || form === 'single' || form === 'double')
    // The decoded text has other line ends or comment marks than the file, so places in it would be wrong.
    if (inner === holds || (quote !== '' && !/[\r\n]/.test(inner))) return { open: quote, inner, close: quote };
  return { open: '"', inner: JSON.stringify(String(holds)).slice(1, -1), close: '"' };
}
