/** Differences between PyYAML, with which a service reads its policy, and the YAML parser of this program. */
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

/** The place where the rules of a text end: before the line `...` that ends the document, or at the end of the text. */
export function endOfDocument(text: string): number {
  if (!/^\.{3}(?!\S)/m.test(text)) return text.length;
  return [...new Parser().parse(text)].find(({ type }) => type === 'doc-end')?.offset ?? text.length;
}

interface Fault {
  readonly offset: number;
  readonly what: string;
}

/** Why PyYAML can't read a text that this program's parser accepts, with line and column; undefined if it can. */
export function faultOfYaml(text: string, document: Document): string | undefined {
  const fault =
    findCharacter(text) ?? findTab(text) ?? findDirective(text) ?? findEnd(text) ?? findNode(text, document);
  if (fault === undefined) return undefined;
  const before = text.slice(0, fault.offset).split('\n');
  return `${fault.what} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Source: PyYAML's reader.py, NON_PRINTABLE. Some line ends of YAML 1.1 are no line ends for the parser here. */
function findCharacter(text: string): Fault | undefined {
  const found = /\r(?!\n)|[\u2028\u2029]|[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
  if (!found) return undefined;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { offset: found.index, what: `the character U+${code}` };
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
      for (const part of token) {
        const found = search(part);
        if (found) return found;
      }
      return undefined;
    }
    if (typeof token !== 'object' || token === null) return undefined;
    const { type, offset = 0, source } = token as SourceToken;
    const tab = typeof source === 'string' && !mayHoldTabs.has(type) ? source.indexOf('\t') : -1;
    if (tab >= 0) return { offset: offset + tab, what: 'a tab' };
    return search(Object.values(token));
  };
  return text.includes('\t') ? search([...new Parser().parse(text)]) : undefined;
}

/** PyYAML reads all versions 1.x as 1.1, and refuses a repeated directive. */
function findDirective(text: string): Fault | undefined {
  if (!/^%/m.test(text)) return undefined;
  const seen = new Set<string>();
  for (const token of new Parser().parse(text)) {
    if (token.type !== 'directive') continue;
    const [name = '', argument = ''] = token.source.split(/[ \t]+/);
    const key = name === '%TAG' ? `${name} ${argument}` : name;
    if (name === '%YAML' && !argument.startsWith('1.'))
      return { offset: token.offset, what: `the version ${argument}` };
    if ((name === '%YAML' || name === '%TAG') && seen.has(key))
      return { offset: token.offset, what: `a second ${key}` };
    seen.add(key);
  }
  return undefined;
}

const isSilentBefore = (text: string, end: number): boolean => /^(?:[ \t]*(?:#.*)?\r?\n)*$/.test(text.slice(0, end));

/** PyYAML refuses a text with a line `...` before the first document. A comment is not a document. */
export function endsNoDocument(text: string): boolean {
  const end = endOfDocument(text);
  return end < text.length && isSilentBefore(text, end);
}

/** A line `...` must follow a document. Only comments and further such lines may follow it. */
function findEnd(text: string): Fault | undefined {
  const end = endOfDocument(text);
  if (end === text.length) return undefined;
  if (isSilentBefore(text, end)) return { offset: end, what: 'an end without a document' };
  const more = /^(?!(?:\.{3}(?!\S))?[ \t]*(?:#.*)?\r?$)/m.exec(text.slice(end));
  return more ? { offset: end + more.index, what: 'a second document' } : undefined;
}

/** Longest key on one line; source: PyYAML's scanner.py, stale_possible_simple_keys. */
const maxKey = 1024;

function findNode(text: string, document: Document): Fault | undefined {
  const tag = document.warnings.find(({ code }) => code === 'TAG_RESOLVE_FAILED');
  if (tag) return { offset: tag.pos[0], what: 'an unknown tag' };
  let fault: Fault | undefined;
  const found = (node: Node, what: string): symbol => {
    fault = { offset: node.range?.[0] ?? 0, what };
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
