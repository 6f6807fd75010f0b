/**
 * The entrance of every YAML text that people write: clouds.yaml, secure.yaml, stackward.yaml, policy files.
 *
 * Its length and depth are bounded before anything parses it, and every fault has its line and column. The parser's own
 * words are not passed on: some of them repeat a piece of the text, which may be a password.
 */
import { isScalar, LineCounter, parseDocument, visit, type Document, type ErrorCode, type ParseOptions, type DocumentOptions, type SchemaOptions } from 'yaml'; // prettier-ignore
import { InvalidConfiguration } from './errors';
import { isDeeperThan } from './yaml-depth';

/** Of any of them: a service's own policy file has at most 200 KiB, and lists within lists. */
export const maxCharacters = 512 << 10;
export const maxLevels = 50;

/** What is wrong with the bounds of a text, as a sentence; undefined: nothing. */
export function boundsFault(text: string, file = 'a YAML file'): string | undefined {
  if (text.length > maxCharacters)
    return `it has ${text.length} characters, and stackward reads ${maxCharacters} of ${file}; make it shorter`;
  return isDeeperThan(text, maxLevels)
    ? `it is nested deeper than the ${maxLevels} levels that stackward reads of ${file}; write it flatter`
    : undefined;
}

export interface YamlText {
  readonly document: Document;
  /** `file:line:column` of an offset. */
  at(offset: number): string;
}

type Options = Omit<ParseOptions & DocumentOptions & SchemaOptions, 'lineCounter' | 'prettyErrors'>;

/** @throws InvalidConfiguration, `where` is `file:line:column` */
export function parseYamlText(text: string, file: string, options: Options): YamlText {
  const fault = boundsFault(text);
  if (fault !== undefined) throw new InvalidConfiguration(fault, { where: file });
  const lines = new LineCounter();
  const document = parseDocument(text, { ...options, lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [first] = document.errors;
  if (first === undefined) {
    refuseKeysWithColon(document, at);
    return { document, at };
  }
  throw new InvalidConfiguration(`this is not YAML: ${words[first.code] ?? `it breaks the rule ${first.code}`}`, {
    where: at(first.pos[0]),
  });
}

/** Within brackets `password:secret` is a key of its own, which no sentence may repeat. No key that anybody reads has a colon. */
function refuseKeysWithColon(document: Document, at: YamlText['at']): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || !String(key.value).includes(':')) return;
      throw new InvalidConfiguration('a key holds a colon; write a blank behind the colon of "key: value"', {
        where: at(key.range?.[0] ?? 0),
      });
    },
  });
}

/** What the text holds; undefined where an alias leads nowhere, or anchors repeat too much. */
export function valueIn(document: Document): unknown {
  try {
    return document.toJS() as unknown;
  } catch {
    return undefined;
  }
}

export const badAlias = 'an alias (*name) has no anchor (&name) before it; put a value that begins with "*" in quotes';

const words: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: badAlias,
  BAD_DQ_ESCAPE: 'a backslash within double quotes begins no escape; write two, or use single quotes',
  BAD_INDENT: 'the indentation fits no line above, or a bracket is not closed',
  BAD_SCALAR_START: 'a value begins with "@", "`" or "%"; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a mapping begins within a value; mend the indentation, or put a value that holds ": " in quotes',
  DUPLICATE_KEY: 'this key stands twice in one mapping; keep one of them',
  MISSING_CHAR: 'a character is missing: a closing quote or bracket, a comma, a colon, or the blank behind it',
  MULTILINE_IMPLICIT_KEY: 'a line is no "key: value"; the colon or the blank behind it may be missing',
  MULTIPLE_DOCS: 'a second document begins here; keep one',
  TAB_AS_INDENT: 'a tab stands where YAML takes blanks alone',
  UNEXPECTED_TOKEN: 'something stands where nothing may',
};
