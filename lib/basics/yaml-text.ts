/**
 * Parses YAML that people write: clouds.yaml, secure.yaml, stackward.yaml, policy files.
 *
 * The text's length and depth are checked before it is parsed, and each fault gets its line and column. Own messages
 * replace the parser's messages, because some of those repeat a piece of the text, which may be a password.
 */
import { isScalar, LineCounter, parseDocument, visit, type Document, type Node, type ErrorCode, type ParseOptions, type DocumentOptions, type SchemaOptions } from 'yaml'; // prettier-ignore
import { InvalidConfiguration } from './errors';
import { isDeeperThan } from './yaml-depth';

/** The policy file of an OpenStack service has at most 200 KiB, and lists within lists. */
export const maxCharacters = 512 << 10;
export const maxLevels = 50;

/** A sentence about the bound that the text exceeds; undefined if it exceeds none. */
export function boundsFault(text: string, file = 'a YAML file'): string | undefined {
  if (text.length > maxCharacters)
    return `it has ${text.length} characters, and stackward reads ${maxCharacters} of ${file}; make it shorter`;
  return isDeeperThan(text, maxLevels) ? depthFault(file) : undefined;
}

export const depthFault = (file: string): string =>
  `it is nested deeper than the ${maxLevels} levels that stackward reads of ${file}; write it flatter`;

export interface YamlText {
  readonly document: Document;
  /** `file:line:column` of an offset. */
  place(offset: number): string;
}

type Options = Omit<ParseOptions & DocumentOptions & SchemaOptions, 'lineCounter' | 'prettyErrors' | 'uniqueKeys'>;

/** @throws InvalidConfiguration, `where` is `file:line:column` */
export function parseYamlText(text: string, file: string, options: Options): YamlText {
  const fault = boundsFault(text);
  if (fault !== undefined) throw new InvalidConfiguration(fault, { where: file });
  const lines = new LineCounter();
  const document = parseDocument(text, { ...options, lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [first] = document.errors;
  if (first === undefined) {
    checkKeys(document, place);
    return { document, place };
  }
  throw new InvalidConfiguration(`this is not YAML: ${words[first.code] ?? `it breaks the rule ${first.code}`}`, {
    where: place(first.pos[0]),
  });
}

/** Clients search the whole text for each alias, so many aliases take long. */
const maxAliases = 1000;

/**
 * Refuses a key that occurs twice in a mapping. (The package's own check compares each key with all others, which takes
 * a minute for 40,000 keys.) Also refuses a key with a colon: within brackets `password:secret` is a key, and a later
 * message would repeat it.
 */
function checkKeys(document: Document, place: YamlText['place']): void {
  const refuse = (detail: string, node: unknown): never => {
    throw new InvalidConfiguration(detail, { where: place((node as Node).range?.[0] ?? 0) });
  };
  let aliases = 0;
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        // A merge key may occur twice.
        if (!isScalar(key) || (key.value === '<<' && key.type === 'PLAIN')) continue;
        const name = String(key.value);
        if (name.includes(':')) refuse('a key holds a colon; write a blank behind the colon of "key: value"', key);
        if (seen.has(name)) refuse(`this is not YAML: ${twice}`, key);
        seen.add(name);
      }
    },
    Alias: (_, alias) => {
      if (++aliases > maxAliases)
        refuse(`it has more than ${maxAliases} aliases (*name); write out what is meant`, alias);
    },
  });
}

/** The value of the document; undefined if an alias has no anchor, or aliases repeat too much. */
export function valueIn(document: Document): unknown {
  try {
    return document.toJS() as unknown;
  } catch {
    return undefined;
  }
}

const twice = 'this key occurs twice in one mapping; keep one of them';

export const badAlias = 'an alias (*name) has no anchor (&name) before it; put a value that begins with "*" in quotes';

const words: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: badAlias,
  BAD_DQ_ESCAPE: 'a backslash within double quotes begins no escape; write two, or use single quotes',
  BAD_INDENT: 'the indentation fits no line above, or a bracket is not closed',
  BAD_SCALAR_START: 'a value begins with "@", "`" or "%"; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a mapping begins within a value; mend the indentation, or put a value that holds ": " in quotes',
  MISSING_CHAR: 'a character is missing: a closing quote or bracket, a comma, a colon, or the blank behind it',
  MULTILINE_IMPLICIT_KEY: 'a line is no "key: value"; the colon or the blank behind it may be missing',
  MULTIPLE_DOCS: 'a second document begins here; keep one',
  TAB_AS_INDENT: 'there is a tab where YAML allows only blanks',
  UNEXPECTED_TOKEN: 'there is text where YAML allows none',
};
