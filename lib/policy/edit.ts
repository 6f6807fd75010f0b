/**
 * The smallest change of a policy file that adds a role to one rule, and its undoing.
 *
 * Goals: every other byte of the file stays. Stackward's text can be distinguished from later changes by others.
 * Undoing the change restores the former bytes.
 * How: the change replaces a piece of the text, and never prints the whole file anew. The caller keeps the text of the
 * value before and after. The result is parsed again before the caller gets it: every other rule must be unchanged, and
 * the changed rule must be the old rule with the role added.
 * Given up: a value that other rules share by an anchor (they would change too), and a text that can't be parsed.
 */
import { Blocked } from '../basics/errors';
import { admissionOf, mayRaise } from './grant';
import type { Check, Rules } from './check';
import type { Entry } from './entry';
import { findEntry, lineStart, type PolicyFile } from './file';
import { locateCheckString, parseRule } from './parse';
import { checked, insert, lineEnd, quotesOf, replace, type CheckedEdit, type Edit } from './splice';

/**
 * Adds `role:<role>` as an alternative to the rule's value, or to `effective` if the file doesn't have the rule.
 * @param effective check string that the service uses if the file doesn't have the rule; undefined: it admits nobody
 * @throws Blocked when the value is shared, can't be parsed, or another rule would change
 */
export function addRole(
  file: PolicyFile,
  rules: Rules,
  rule: string,
  role: string,
  effective: string | undefined,
): CheckedEdit {
  const entry = findEntry(file, rule);
  const check = `role:${role}`;
  if (entry === undefined) {
    const old = effective === undefined ? undefined : parseRule(effective, rules.era);
    const isNobody = old === undefined || old.is === 'false';
    const value = isNobody ? check : join(effective ?? '', check, mayRaise(rules, old));
    // The rule may have left the file since the plan. Its alternatives must still be in force afterwards.
    const inForce = rules.byName.get(rule) ?? old;
    return granting(insert(file, rule, value), inForce === undefined ? [] : alternatives(inForce));
  }
  if (entry.sharedAs !== undefined)
    throw new Blocked(
      `other rules share the value of ${rule} by the anchor &${entry.sharedAs}; write it out at one of them, then run again`,
    );
  const old = parseRule(entry.holds, rules.era);
  if (old.is === 'unparsed')
    throw new Blocked(`the value of ${rule} can't be read by this release, so it admits nobody; mend it first`);
  const written = entry.items.length > 0 ? listWith(file, entry, check, mayRaise(rules, old)) : textWith();
  return granting(replace(file, entry, written), alternatives(old));

  /** The result must admit the role, and must be the old rule with the role beside it. */
  function granting(edit: Edit, before: readonly Check[]): CheckedEdit {
    const done = checked(file, rules, rule, edit);
    const now = parseRule(done.after.values.get(rule), rules.era);
    const ours = JSON.stringify({ is: 'check', kind: 'role', match: role });
    const all = alternatives(now).map((alternative) => JSON.stringify(alternative));
    const rest = all.toSpliced(all[0] === ours ? 0 : all.lastIndexOf(ours), 1);
    const isBeside =
      all.includes(ours) && rest.join() === before.map((alternative) => JSON.stringify(alternative)).join();
    const isIn = admissionOf({ ...rules, byName: new Map(rules.byName).set(rule, now) }, rule, role) !== 'no';
    if (isBeside && isIn) return done;
    throw new Blocked(
      `the role ${role} can't be put beside what ${rule} holds in the way it is written; write it there by hand`,
    );
  }

  function textWith(): string {
    const isFirst = mayRaise(rules, old as Check);
    const { open, inner, close } = quotesOf(file, entry as Entry);
    if (!isGranted(inner, rules, isFirst)) return `${open}${join(inner, check, isFirst)}${close}`;
    return `${open}${isFirst ? `${check} or ${inner}` : `${inner} or ${check}`}${close}`;
  }
}

/**
 * The alternatives of a check, without those that admit nobody (`!`, `[[]]`). The rule before and after the grant is
 * compared without them, because the parser drops an empty list when another alternative stands beside it.
 */
function alternatives(check: Check): readonly Check[] {
  if (check.is === 'or') return check.operands.flatMap(alternatives);
  return check.is === 'false' ? [] : [check];
}

const join = (old: string, check: string, isFirst: boolean): string =>
  isFirst ? `${check} or (${old})` : `(${old}) or ${check}`;

/**
 * True for `(…) or role:a` and `role:a or (…)`, the forms that stackward writes. A further role needs no more
 * parentheses in any grammar.
 */
function isGranted(text: string, { era }: Rules, isFirst: boolean): boolean {
  const located = locateCheckString(text, era);
  if (located?.check.is !== 'or') return false;
  const members = isFirst ? located.members.toReversed() : located.members;
  const [rest, ...roles] = members;
  return text[rest?.start ?? 0] === '(' && roles.every(({ check }) => check.is === 'check' && check.kind === 'role');
}

function listWith(file: PolicyFile, entry: Entry, check: string, isFirst: boolean): string {
  const { text } = file;
  const item = `[${JSON.stringify(check)}]`;
  const place = isFirst ? entry.items[0] : entry.items.at(-1);
  if (place === undefined) return `[${item}]`;
  const head = text.slice(entry.value.start, isFirst ? place.start : place.end);
  const tail = text.slice(isFirst ? place.start : place.end, entry.value.end);
  if (entry.form !== 'block-list') return isFirst ? `${head}${item}, ${tail}` : `${head}, ${item}${tail}`;
  const margin = `${lineEnd(text)}${' '.repeat(entry.value.start - lineStart(text, entry.value.start))}`;
  return isFirst
    ? `${head}${item}${margin}- ${tail}`
    : `${text.slice(entry.value.start, entry.value.end)}${margin}- ${item}`;
}
