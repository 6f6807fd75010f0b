/** Where PyYAML, by which a service reads its policy, differs from what the YAML parser here takes. */
import { isAlias, isScalar, Parser, visit, type Document, type Node, type Tags } from 'yaml';

/** PyYAML knows no booleans of one letter. */
export const pyYamlTags = (tags: Tags): Tags =>
  tags.map((tag) => {
    if (typeof tag !== 'object' || tag.tag !== 'tag:yaml.org,2002:bool' || tag.collection !== undefined) return tag;
    const isTrue = tag.test?.test('yes') === true;
    return {
      ...tag,
      test: isTrue ? /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/ : /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
    };
  });

interface Fault {
  readonly at: number;
  readonly what: string;
}

/** What it can't read of a text that is read here, with line and column; undefined: nothing. */
export function faultOfYaml(text: string, document: Document): string | undefined {
  const fault = findCharacter(text) ?? findTab(text) ?? findNode(text, document);
  if (fault === undefined) return undefined;
  const before = text.slice(0, fault.at).split('\n');
  return `${fault.what} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Source: PyYAML's reader.py, NON_PRINTABLE; and line ends of YAML 1.1 that are none here. */
function findCharacter(text: string): Fault | undefined {
  const found = /\r(?!\n)|[\u2028\u2029]|[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
  if (!found) return undefined;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { at: found.index, what: `the character U+${code}` };
}

interface SourceToken {
  readonly type: string;
  readonly offset?: number;
  readonly source?: string;
}

const mayHoldTabs = new Set(['comment', 'single-quoted-scalar', 'double-quoted-scalar', 'block-scalar', 'newline']);

/** A tab outside of quotes, blocks and comments can't begin a token, and a plain text ends at it. */
function findTab(text: string): Fault | undefined {
  const search = (token: unknown): Fault | undefined => {
    if (Array.isArray(token)) {
      for (const one of token) {
        const found = search(one);
        if (found) return found;
      }
      return undefined;
    }
    if (typeof token !== 'object' || token === null) return undefined;
    const { type, offset = 0, source } = token as SourceToken;
    const at = typeof source === 'string' && !mayHoldTabs.has(type) ? source.indexOf('\t') : -1;
    if (at >= 0) return { at: offset + at, what: 'a tab' };
    return search(Object.values(token));
  };
  return text.includes('\t') ? search([...new Parser().parse(text)]) : undefined;
}

/** Longest key on one line; source: PyYAML's scanner.py, stale_possible_simple_keys. */
const maxKey = 1024;

function findNode(text: string, document: Document): Fault | undefined {
  const tag = document.warnings.find(({ code }) => code === 'TAG_RESOLVE_FAILED');
  if (tag) return { at: tag.pos[0], what: 'an unknown tag' };
  let fault: Fault | undefined;
  const found = (node: Node, what: string): symbol => {
    fault = { at: node.range?.[0] ?? 0, what };
    return visit.BREAK;
  };
  visit(document, {
    Collection: (_, node) =>
      /:(set|omap|pairs)$/.test(node.tag ?? '') ? found(node, 'a set, or a list of pairs') : undefined,
    Scalar: (position, node) => {
      const isValue = position !== 'key' && node.type === 'PLAIN';
      if (/:(binary|timestamp)$/.test(node.tag ?? '')) return found(node, 'a value that is no text');
      if (isValue && /^(-?(NaN|Infinity)|=|<<)$/.test(node.source ?? ''))
        return found(node, `the word ${node.source ?? ''}`);
      return undefined;
    },
    Pair: (_, { key }) => {
      const node = key as Node;
      if (!isScalar(node) && !isAlias(node)) return found(node, 'a key that is no text');
      const [start = 0, end = 0] = node.range ?? [];
      const colon = text.indexOf(':', end);
      const isExplicit = /\?\s*$/.test(text.slice(0, start));
      if (isExplicit) return undefined;
      if (end - start >= maxKey) return found(node, `a key of more than ${maxKey} characters`);
      if (text.slice(start, colon).includes('\n')) return found(node, 'a key whose colon is on another line');
      return undefined;
    },
  });
  return fault;
}
