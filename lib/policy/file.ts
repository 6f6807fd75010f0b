/**
 * A policy file as the service reads it, with the place of every rule in its text, so that an edit keeps every other
 * byte.
 *
 * The library reads a JSON text as JSON, and any other text as YAML 1.1 (from Newton on, oslo.policy 1.9.0). If a name
 * appears several times, its last value wins in both. Source: oslo_policy/policy.py, parse_file_contents.
 */
import { defined } from '../basics/defined';
import { isAlias, isMap, isScalar, isSeq, parseDocument, visit, type Document, type Node, type Pair } from 'yaml';
import { InvalidConfiguration } from '../basics/errors';
import { refuseDeep, refuseLarge, refuseText, valueIn } from './bounds';
import type { PolicyEra } from './check';
import type { Entry, Span, ValueForm } from './entry';
import { jsonPlaces } from './json-places';
import { endOfDocument, faultOfYaml, pyYamlTags } from './pyyaml';

export interface PolicyFile {
  /** The byte order mark before `text`, or ''. */
  readonly mark: string;
  readonly text: string;
  /** The place after the last rule, where another rule may be added: before YAML's line `...`, if there is one. */
  readonly end: number;
  /** In the order of the file. A name may appear twice. */
  readonly entries: readonly Entry[];
  /** The last entry of each name. */
  readonly counting: ReadonlyMap<string, Entry>;
  /** The values that the service gets, by rule name. */
  readonly values: ReadonlyMap<string, unknown>;
  /** `flow`: the rules are inside braces, at this place. `block`: they begin at this column. */
  readonly top: { readonly form: 'flow'; readonly inside: Span } | { readonly form: 'block'; readonly column: number };
}

/** The entry of this rule that the service uses. */
export const findEntry = (file: PolicyFile, rule: string): Entry | undefined => file.counting.get(rule);

/** @throws InvalidConfiguration when the service can't read the file either, with line and column if they are known */
export function parsePolicyFile(content: string, era: PolicyEra): PolicyFile {
  refuseText(content);
  const mark = content.startsWith('\uFEFF') ? '\uFEFF' : '';
  const text = content.slice(mark.length);
  if (mark === '') {
    try {
      return jsonFile(text, JSON.parse(text));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      if (era !== 'newton') throw new InvalidConfiguration(`it is not JSON (${error.message}); mend it first`);
    }
  }
  if (era !== 'newton')
    throw new InvalidConfiguration('it begins with a byte order mark, which this release does not read; remove it');
  return { mark, ...yamlFile(text) };
}

const countingOf = (entries: readonly Entry[]): ReadonlyMap<string, Entry> =>
  new Map(entries.map((entry) => [entry.rule, entry]));

function jsonFile(text: string, parsed: unknown): PolicyFile {
  const { entries, inside } = jsonPlaces(text);
  // If a name appears twice, only the entries have the value that doesn't count.
  refuseLarge(inside === undefined ? parsed : entries.map(({ holds }) => holds));
  const top = inside === undefined ? ({ form: 'block', column: 0 } as const) : ({ form: 'flow', inside } as const);
  return {
    mark: '',
    text,
    end: text.length,
    entries,
    counting: countingOf(entries),
    values: readValues(parsed),
    top,
  };
}

function yamlFile(text: string): Omit<PolicyFile, 'mark'> {
  const endOfRules = endOfDocument(text);
  const document = parseDocument(text.slice(0, endOfRules), {
    merge: true,
    uniqueKeys: false,
    prettyErrors: true,
    strict: false,
    // PyYAML reads every text as YAML 1.1, whatever version the text declares.
    version: '1.1',
    schema: 'yaml-1.1',
    resolveKnownTags: false,
    customTags: pyYamlTags,
  });
  refuseDeep(document);
  const fault = document.errors[0]?.message.split('\n')[0] ?? faultOfYaml(text, document);
  if (fault !== undefined) throw new InvalidConfiguration(`it is not YAML (${fault}); mend it first`);
  const parsed = valueIn(document);
  refuseLarge(parsed);
  const values = readValues(parsed);
  const map = document.contents;
  const referred = referredIn(document);
  const entries = isMap(map)
    ? map.items.map((pair) => entryOf(pair as Pair<Node, Node | null>, document, text, referred))
    : [];
  const [start = 0, end = 0] = isMap(map) ? (map.range ?? []) : [];
  const isFlow = isMap(map) && map.flow === true;
  const column = entries[0] === undefined ? 0 : entries[0].key.start - lineStart(text, entries[0].key.start);
  return {
    text,
    end: endOfRules,
    entries,
    counting: countingOf(entries),
    values,
    top: isFlow ? { form: 'flow', inside: { start: start + 1, end: end - 1 } } : { form: 'block', column },
  };
}

export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

function readValues(parsed: unknown): ReadonlyMap<string, unknown> {
  // The library uses `parsed or {}`: an empty value means no rules.
  if (parsed === null || parsed === undefined || parsed === '' || parsed === false) return new Map();
  if (typeof parsed !== 'object' || Array.isArray(parsed))
    throw new InvalidConfiguration('it holds no rules by name, so the service can not load it; mend it first');
  return new Map(Object.entries(parsed));
}

function entryOf(
  { key, value }: Pair<Node, Node | null>,
  document: Document,
  text: string,
  referred: ReadonlySet<string>,
): Entry {
  const [start = 0, end = 0] = key.range ?? [];
  const range = value?.range ?? [end, end, end];
  const anchor = value !== null && 'anchor' in value ? value.anchor : undefined;
  const form = formOf(value);
  return {
    rule: isScalar(key) ? String(key.value) : String(key.toJS(document)),
    key: { start, end },
    // The value ends with its last line, without the line end.
    value: { start: range[0], end: form === 'block' || form === 'block-list' ? endOfLines(text, range) : range[1] },
    form,
    holds: value === null ? null : valueIn(document, value),
    items: isSeq(value)
      ? value.items.map((item) => {
          const node = item as Node;
          const range = node.range ?? [0, 0, 0];
          return { start: range[0], end: range[1], holds: valueIn(document, node) };
        })
      : [],
    ...defined({ sharedAs: anchor !== undefined && referred.has(anchor) ? anchor : undefined }),
  };
}

function endOfLines(text: string, [start, end]: readonly number[]): number {
  const last = text.slice(start, end).trimEnd().length + (start ?? 0);
  const line = /[^\r\n]*/.exec(text.slice(last))?.[0].length ?? 0;
  return last + line;
}

/** The anchors to which a document refers. */
function referredIn(document: Document): ReadonlySet<string> {
  const anchors = new Set<string>();
  visit(document, {
    Alias: (_, { source }) => {
      anchors.add(source);
    },
  });
  return anchors;
}

function formOf(value: Node | null): ValueForm {
  if (isAlias(value)) return 'alias';
  if (isSeq(value)) return value.flow === true ? 'flow-list' : 'block-list';
  if (!isScalar(value)) return 'other';
  switch (value.type) {
    case 'PLAIN':
      return 'plain';
    case 'QUOTE_SINGLE':
      return 'single';
    case 'QUOTE_DOUBLE':
      return 'double';
    case 'BLOCK_FOLDED':
    case 'BLOCK_LITERAL':
      return 'block';
    default:
      return 'other';
  }
}
