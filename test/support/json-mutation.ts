/** Damages JSON as an attacker would, one place of a text at a time, for fuzzers of files that are read. */
import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values that an attacker would like to put into a field. */
const hostile: readonly Json[] = [
  ...[
    '',
    '../../etc/shadow',
    'x\n-I FORWARD -j ACCEPT',
    "x' OR '1'='1",
    '__proto__',
    'constructor',
    '\u001b[2J',
    'all',
  ],
  ...['host:-oProxyCommand=x', 'database:mysql', 'api:elsewhere', 'host:h2', 'team-b', 'b', 'b/Left'],
  ...[null, true, -1, 1e308, [], {}, [[]], { restore: [] }, ['all'], { __proto__: 'x' }],
];

export interface Mutation {
  /** The place that is damaged, as a fraction of all places in the text. */
  readonly place: number;
  readonly does: 'replace' | 'remove' | 'double' | 'add' | 'cut';
  readonly with: Json;
}

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    does: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'double', 'add', 'cut'),
    with: fc.oneof(fc.constantFrom(...hostile), fc.string(), fc.jsonValue({ maxDepth: 2 })),
  }) as fc.Arbitrary<Mutation>,
  { minLength: 1, maxLength: 3 },
);

export const mutated = (text: string, all: readonly Mutation[]): string => all.reduce(mutate, text);

function mutate(text: string, { place, does, with: value }: Mutation): string {
  if (does === 'cut') return text.slice(0, Math.floor(place * text.length));
  let root: Json;
  try {
    root = JSON.parse(text) as Json;
  } catch {
    return text;
  }
  const places = placesIn(root);
  const [holder, key] = places[Math.floor(place * places.length)] ?? [];
  if (holder === undefined || key === undefined) return text;
  if (Array.isArray(holder)) changeList(holder, Number(key), does, value);
  else if (does === 'remove') Reflect.deleteProperty(holder, key);
  else holder[does === 'replace' ? key : `${key}2`] = does === 'double' ? (holder[key] ?? null) : value;
  return JSON.stringify(root);
}

function changeList(list: Json[], index: number, does: Mutation['does'], value: Json): void {
  if (does === 'remove') list.splice(index, 1);
  else if (does === 'replace') list[index] = value;
  else list.push(does === 'double' ? (list[index] ?? null) : value);
}

type Holder = Json[] | { [key: string]: Json };

function placesIn(root: Json): [Holder, string][] {
  if (typeof root !== 'object' || root === null) return [];
  const own = Object.keys(root).map((key): [Holder, string] => [root, key]);
  return [...own, ...Object.values(root).flatMap(placesIn)];
}
