/** The way back from an edit, and from what somebody made of it since. */
import { Blocked } from '../basics/errors';
import { leaves, maxReferences, type Check, type Rules } from './check';
import { findEntry, parsePolicyFile, type Entry, type PolicyFile } from './file';
import { locateCheckString, parseRule, type Located } from './parse';
import { checked, cut, insert, quotesOf, replace, type CheckedEdit, type Frame } from './splice';

export interface Written {
  /** As it stood in the file before any grant; null: the rule was not there. */
  readonly before: string | null;
  /** As it stands there with this role as the only one that was granted. */
  readonly written: string;
  readonly frame?: Frame | undefined;
}

/** Whether the rule still is as it was written, by its bytes. */
function isUntouched(file: PolicyFile, rule: string, { written }: Written): boolean {
  const entry = findEntry(file, rule);
  return entry !== undefined && file.text.slice(entry.value.start, entry.value.end) === written;
}

/**
 * Takes back what `addRole` did: the bytes before where the value still is what was written, else our disjunct alone.
 * undefined: nothing of it is there any more.
 * @param isLast no other role was granted in this rule; else the bytes before wait until the last one goes
 * @throws Blocked when another rule would change, everybody would be admitted, or the role would still stand in it
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

/** The value as it would stand in the file without these roles; null: the rule is not there. */
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

/** As `mentionsIn`, had nobody changed the rule since; 0 for what can't be read. */
function mentionsAsWritten(file: PolicyFile, entry: Entry, { written }: Written, rules: Rules, role: string): number {
  try {
    return mentionsIn(parsePolicyFile(replace(file, entry, written).content, rules.era), rules, entry.rule, role);
  } catch {
    return 0;
  }
}

/** How often the role stands in the rule, and in those of the file that it refers to; 0 for what can't be read. */
function mentionsIn({ values }: PolicyFile, { era }: Rules, rule: string, role: string): number {
  try {
    const known = new Map<string, number>();
    const count = (name: string, path: readonly string[]): number => {
      if (path.includes(name) || path.length >= maxReferences || !values.has(name)) return 0;
      const mentions = leaves(parseRule(values.get(name), era)).map((leaf) =>
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
 * Gives the rule this value as it stands in a file; null: takes it out.
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
  // Nothing at all would admit everybody.
  if (isRole(located.check, role)) return `${open}!${close}`;
  const span = findMember(located, role);
  if (span === undefined) return undefined;
  const rest = inner.slice(0, span.start) + inner.slice(span.end);
  return `${open}${unwrapped(rest, rules)}${close}`;
}

/** The member that is the role alone, with the "or" beside it; in any depth of "or". */
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

/** Without the parentheses that were put around the whole. */
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
