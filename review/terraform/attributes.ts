/** The attributes of a resource that a plan changes, as a person reads them. Pure. */
import { printable } from '../../lib/basics/printable';
import { withoutSecrets } from '../../lib/basics/without-secrets';
import type { AttributeChange } from '../model';
import type { ChangedValue, Json } from './plan-json';

export const sensitive = '(sensitive)';
export const knownAfterApply = '(known after apply)';

/** Attributes of one resource that are shown. */
const mostAttributes = 200;
/** Characters of one value that are shown. */
const longestValue = 1000;

/** The provider doesn't mark all of its secrets. */
const secretName = /(?:^|_)(?:pass|password|secret|token|private_key|psk|payload|credential)s?(?:_|$)/;

/** The value without the parts that a plan marks as sensitive. */
export function hideSensitive(value: unknown, mark: unknown): unknown {
  if (!hasTrue(mark)) return value;
  if (mark === true) return isEmpty(value) ? value : sensitive;
  if (Array.isArray(value)) return value.map((item, place) => hideSensitive(item, partAt(mark, place)));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, hideSensitive(part, partAt(mark, key))]));
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Absent, null and empty mean the same to Terraform's provider. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.values(value).every(isEmpty));

/** The changes in the order of their names. */
export function attributeChanges(change: ChangedValue): AttributeChange[] {
  const found = new Found();
  compare('', change, found);
  return found.left === 0 ? found.changes : [...found.changes, { name: `… and ${found.left} more` }];
}

/** The changes that are shown, and how many others there are. */
class Found {
  readonly changes: AttributeChange[] = [];
  left = 0;

  add(name: string, change: ChangedValue, after: { readonly after?: string } = shown('after', name, change)): void {
    if (this.changes.length >= mostAttributes) this.left++;
    else this.changes.push({ name: printable(name), ...apart({ ...shown('before', name, change), ...after }, change) });
  }
}

function compare(name: string, change: ChangedValue, found: Found): void {
  const { before, after, unknown } = change;
  if (unknown === true) {
    found.add(name, change, { after: knownAfterApply });
    return;
  }
  if (isSame(before, after) && !hasTrue(unknown)) return;
  if (isSecret(name, change)) found.add(name, change);
  else if (isObject(before ?? after) && isObject(after ?? before))
    for (const key of keysOf(before, after, unknown))
      compare(name === '' ? key : `${name}.${key}`, partOf(change, key), found);
  else if (Array.isArray(before ?? after) && Array.isArray(after ?? before)) compareLists(name, change, found);
  else found.add(name, change);
}

/** Most lists of the provider are sets, so equal items on both sides are left out wherever they stand. */
function compareLists(name: string, change: ChangedValue, found: Found): void {
  const [before, after] = [listOf(change.before), listOf(change.after)];
  if (![...before, ...after].some((item) => typeof item === 'object' && item !== null)) {
    found.add(name, change);
    return;
  }
  const gone = missingIn(after, before);
  const come = missingIn(before, after);
  if (gone.length === come.length)
    gone.forEach((place, turn) => {
      const now = come[turn] ?? place;
      compare(`${name}[${now}]`, pairOf(change, place, now), found);
    });
  else {
    for (const place of gone) found.add(name, { ...pairOf(change, place, place), after: undefined });
    for (const place of come) found.add(name, { ...pairOf(change, place, place), before: undefined });
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The places of the items of `list` that `others` doesn't have. */
function missingIn(others: readonly unknown[], list: readonly unknown[]): number[] {
  const counts = new Map<string, number>();
  for (const item of others) counts.set(formOf(item), (counts.get(formOf(item)) ?? 0) + 1);
  return list.flatMap((item, place) => {
    const left = counts.get(formOf(item)) ?? 0;
    if (left > 0) counts.set(formOf(item), left - 1);
    return left > 0 ? [] : [place];
  });
}

const isSame = (a: unknown, b: unknown): boolean => formOf(a) === formOf(b);

/** Equal for values that Terraform's provider takes for equal. */
function formOf(value: unknown): string {
  if (isEmpty(value)) return '';
  if (Array.isArray(value)) return `[${value.map(formOf).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .filter((key) => !isEmpty(value[key]))
    .sort()
    .map((key) => `${JSON.stringify(key)}:${formOf(value[key])}`)
    .join(',')}}`;
}

const keysOf = (...all: readonly unknown[]): string[] =>
  [...new Set(all.flatMap((value) => (isObject(value) ? Object.keys(value) : [])))].sort();

/** Undefined if the value has no such part. */
export const partAt = (value: unknown, key: string | number): unknown => {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
};

/** A mark `true` holds for everything below. */
const markAt = (mark: unknown, key: string | number): unknown => mark === true || partAt(mark, key);

const pairOf = (change: ChangedValue, before: string | number, after: string | number): ChangedValue => ({
  before: partAt(change.before, before),
  after: partAt(change.after, after),
  unknown: markAt(change.unknown, after),
  sensitiveBefore: markAt(change.sensitiveBefore, before),
  sensitiveAfter: markAt(change.sensitiveAfter, after),
});
const partOf = (change: ChangedValue, key: string): ChangedValue => pairOf(change, key, key);

/** True if a mark, such as `after_sensitive`, is true for the value or for any part of it. */
export const hasTrue = (mark: unknown): boolean =>
  mark === true || (typeof mark === 'object' && mark !== null && Object.values(mark).some(hasTrue));

const isSecret = (name: string, { sensitiveBefore, sensitiveAfter }: ChangedValue): boolean =>
  sensitiveBefore === true || sensitiveAfter === true || secretName.test(name.split(/[.[]/).at(-1) ?? '');

function shown(
  side: 'before' | 'after',
  name: string,
  change: ChangedValue,
): { readonly before?: string; readonly after?: string } {
  const value = change[side];
  if (isEmpty(value)) return {};
  const mark = side === 'before' ? change.sensitiveBefore : change.sensitiveAfter;
  return { [side]: isSecret(name, change) || hasTrue(mark) ? sensitive : textOf(value) };
}

interface Sides {
  readonly before?: string;
  readonly after?: string;
}

/** Texts that are the same as far as they are shown: both from the place on where they differ. */
function apart(sides: Sides, change: ChangedValue): Sides {
  if (sides.before === undefined || sides.before !== sides.after || sides.before === sensitive) return sides;
  // Secrets are found from the beginning on, so the whole text is read as far as that takes no time.
  const [before, after] = [change.before, change.after].map((value) =>
    withoutSecrets(plainText(value).slice(0, mostCompared)),
  ) as [string, string];
  let place = 0;
  while (place < before.length && before[place] === after[place]) place++;
  const from = Math.max(0, place - 20);
  const shownFrom = (text: string): string =>
    `(${from} equal characters) …${text.slice(from, from + longestValue) || ' the end'}`;
  return before === after
    ? { before: sides.before, after: `${sides.after} (differs further on)` }
    : { before: shownFrom(before), after: shownFrom(after) };
}
const mostCompared = 100_000;

/** A value in a few words: `10.0.0.10-10.0.0.20`, `ip_address 10.0.0.0/16`, `[a, b]`. */
export function textOf(value: unknown): string {
  const whole = plainText(value);
  const text = withoutSecrets(whole.slice(0, longestValue * 4)).slice(0, longestValue);
  return whole.length <= longestValue ? text : `${text}… (${whole.length - longestValue} more characters)`;
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(plainText).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const { start, end, ...others } = value;
  if (typeof start === 'string' && typeof end === 'string' && Object.keys(others).length === 0)
    return start === end ? start : `${start}-${end}`;
  return keysOf(value)
    .filter((key) => !isEmpty(value[key]))
    .map((key) => `${key} ${secretName.test(key) ? sensitive : plainText(value[key])}`)
    .join(', ');
}

/** `port_security_enabled`, `network[0].port`. */
export const pathText = (path: readonly (string | number)[]): string =>
  path.map((part, place) => (typeof part === 'number' ? `[${part}]` : `${place === 0 ? '' : '.'}${part}`)).join('');
