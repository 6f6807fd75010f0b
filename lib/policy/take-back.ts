/** Undoes an edit, also if somebody has changed the rule since. */
import { Blocked } from '../basics/errors';
import { listLeaves, maxReferences, type Check, type Rules } from './check';
import type { Entry } from './entry';
import { findEntry, parsePolicyFile, type PolicyFile } from './file';
import { locateCheckString, parseRule, type Located } from './parse';
import { checked, cut, insert, quotesOf, replace, type CheckedEdit, type Frame } from './splice';

export interface Written {
  /** The value before any grant, as the file had it; null if the rule was not in the file. */
  readonly before: string | null;
  /** The value with this role as the only granted role, as the file would have it. */
  readonly written: string;
  readonly frame?: Frame | undefined;
}

/** True if the rule still has the bytes that stackward wrote. */
function isUntouched(file: PolicyFile, rule: string, { written }: Written): boolean {
  const entry = findEntry(file, rule);
  return entry !== undefined && file.text.slice(entry.value.start, entry.value.end) === written;
}

/**
 * Undoes `addRole`. If the value still is as stackward wrote it, its former bytes come back. Otherwise only stackward's
 * alternative is removed. Undefined if nothing of the grant is left.
 * @param isLast true if no other role is granted in this rule. Only then do the former bytes come back
 * @throws Blocked when another rule would change, everybody would be admitted, or the rule would still name the role
 */
export function takeRole(
  file: PolicyFile,
  rules: Rules,
  rule: string,
  role: string,
  was: Written,
  isLast = true,
): CheckedEdit | undefined {
  const entry = findEntry(file, rule);
  if (entry === undefined) return undefined;
  if (isLast && isUntouched(file, rule, was))
    return checked(
      file,
      rules,
      rule,
      was.before === null ? cut(file, entry, was.frame) : replace(file, entry, was.before),
    );
  const left = valueWithout(file, entry, rules, role);
  const edit = left === undefined ? undefined : checked(file, rules, rule, replace(file, entry, left));
  const rest = mentionsIn(edit?.after ?? file, rules, rule, role);
  if (rest > Math.max(mentionsAsWritten(file, entry, was, rules, role) - 1, 0))
    throw new Blocked(
      `${rule} was changed by hand, and without what stackward wrote the role ${role} would still stand in it, or in a rule that it refers to; ` +
        `take it out by hand, then run again`,
    );
  return edit;
}

const valueWithout = (file: PolicyFile, entry: Entry, rules: Rules, role: string): string | undefined =>
  entry.items.length > 0 ? listWithout(file, entry, role) : textWithout(file, entry, rules, role);

/** The value as the file would have it without these roles; null if the rule is not in the file. */
export function rawWithout(file: PolicyFile, rules: Rules, rule: string, roles: readonly string[]): string | null {
  let left = file;
  for (const role of roles) {
    const entry = findEntry(left, rule);
    const value = entry && valueWithout(left, entry, rules, role);
    if (entry && value !== undefined) left = parsePolicyFile(replace(left, entry, value).content, rules.era);
  }
  const entry = findEntry(left, rule);
  return entry ? left.text.slice(entry.value.start, entry.value.end) : null;
}

/** Like `mentionsIn`, for the rule as stackward wrote it; 0 if it can't be read. */
function mentionsAsWritten(file: PolicyFile, entry: Entry, { written }: Written, rules: Rules, role: string): number {
  try {
    return mentionsIn(parsePolicyFile(replace(file, entry, written).content, rules.era), rules, entry.rule, role);
  } catch {
    return 0;
  }
}

/** How often the rule, and the rules of the file that it refers to, name the role; 0 if they can't be read. */
function mentionsIn({ values }: PolicyFile, { era }: Rules, rule: string, role: string): number {
  try {
    const known = new Map<string, number>();
    const count = (name: string, path: readonly string[]): number => {
      if (path.includes(name) || path.length >= maxReferences || !values.has(name)) return 0;
      const mentions = listLeaves(parseRule(values.get(name), era)).map((leaf) =>
        leaf.is === 'check' && leaf.kind === 'rule'
          ? (known.get(leaf.match) ?? count(leaf.match, [...path, name]))
          : isRole(leaf, role)
            ? 1
            : 0,
      );
      const sum = mentions.reduce((total, mentionCount) => total + mentionCount, 0);
      known.set(name, sum);
      return sum;
    };
    return count(rule, []);
  } catch {
    return 0;
  }
}

/**
 * Sets the rule's value to this text; null removes the rule.
 * @throws Blocked as `addRole`
 */
export function restoreValue(
  file: PolicyFile,
  rules: Rules,
  rule: string,
  raw: string | null,
  frame?: Frame,
): CheckedEdit {
  const entry = findEntry(file, rule);
  if (raw === null) return entry ? checked(file, rules, rule, cut(file, entry, frame)) : unchanged(file);
  if (entry) return checked(file, rules, rule, replace(file, entry, raw));
  const made = insert(file, rule, '!');
  const opened = parsePolicyFile(made.content, rules.era);
  const put = findEntry(opened, rule);
  if (!put) throw new Blocked(`there is no place for the rule ${rule} in the file; put it there by hand`);
  return checked(file, rules, rule, { ...replace(opened, put, raw), before: null });
}

const unchanged = (file: PolicyFile): CheckedEdit => ({
  content: file.mark + file.text,
  before: null,
  written: null,
  after: file,
});

const isRole = (check: Check, role: string): boolean =>
  check.is === 'check' && check.kind === 'role' && check.match.toLowerCase() === role.toLowerCase();

function textWithout(file: PolicyFile, entry: Entry, rules: Rules, role: string): string | undefined {
  if (typeof entry.holds !== 'string') return undefined;
  const { open, inner, close } = quotesOf(file, entry);
  const located = locateCheckString(inner, rules.era);
  if (located === undefined) return undefined;
  // An empty check would admit everybody.
  if (isRole(located.check, role)) return `${open}!${close}`;
  const span = findMember(located, role);
  if (span === undefined) return undefined;
  const rest = inner.slice(0, span.start) + inner.slice(span.end);
  return `${open}${unwrapped(rest, rules)}${close}`;
}

/** The member that consists of the role alone, together with the "or" next to it, in any depth of "or". */
function findMember(located: Located, role: string): { start: number; end: number } | undefined {
  if (located.check.is !== 'or') return undefined;
  const { members } = located;
  const index = members.findLastIndex(({ check }) => isRole(check, role));
  const [before, member, after] = [members[index - 1], members[index], members[index + 1]];
  if (member && before) return { start: before.end, end: member.end };
  if (member && after) return { start: member.start, end: after.start };
  for (const inner of members.toReversed()) {
    const found = findMember(inner, role);
    if (found) return found;
  }
  return undefined;
}

/** Removes the parentheses that were put around the whole check. */
function unwrapped(text: string, { era }: Rules): string {
  const located = locateCheckString(text, era);
  if (located?.start !== 0 || located.end !== text.length || text[0] !== '(') return text;
  const inner = text.slice(1, -1);
  const alone = locateCheckString(inner, era);
  return alone && JSON.stringify(alone.check) === JSON.stringify(located.check) ? inner : text;
}

function listWithout({ text }: PolicyFile, entry: Entry, role: string): string | undefined {
  const check = `role:${role}`.toLowerCase();
  const isOurs = (holds: unknown): boolean =>
    (Array.isArray(holds) && holds.length === 1 ? (holds[0] as unknown) : holds)?.toString().toLowerCase() === check;
  const index = entry.items.findLastIndex(({ holds }) => isOurs(holds));
  const [before, item, after] = [entry.items[index - 1], entry.items[index], entry.items[index + 1]];
  if (item === undefined) return undefined;
  const isBlock = entry.form === 'block-list';
  const lineOf = (place: number): number => (isBlock ? text.lastIndexOf('-', place - 1) : place);
  const { start, end } = entry.value;
  if (after) return text.slice(start, lineOf(item.start)) + text.slice(lineOf(after.start), end);
  if (!before) return '"!"';
  const head = text.slice(start, isBlock ? lineOf(item.start) : before.end);
  return isBlock ? head.trimEnd() : head + text.slice(item.end, end);
}
