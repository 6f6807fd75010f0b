import { InvalidConfiguration } from '../basics/errors';
import { hasPrecedence, type Check, type PolicyEra } from './check';

/** A part of a check string: `text.slice(start, end)`, including the parentheses around it. */
export interface Located {
  readonly check: Check;
  readonly start: number;
  readonly end: number;
  /** The members of an "and" or an "or"; [] for anything else. */
  readonly members: readonly Located[];
}

type Word = 'and' | 'or' | 'not' | '(' | ')' | 'string' | 'check';
interface Token {
  readonly word: Word;
  readonly text: string;
  readonly start: number;
}

/** Python 3's white space in texts. Python 2's `\s` splits only at ASCII blanks and then drops blank tokens. */
const separators = {
  // eslint-disable-next-line no-control-regex -- Python parts texts there
  mitaka: /[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g,
  older: /[^\t-\r ]+/g,
};

/**
 * Parses the value of a rule, as the library does: a check string, the list form, or an empty value (`''`, `[]`, null),
 * which admits everyone. YAML's `no` is false, which is empty too.
 *
 * @throws InvalidConfiguration for a number, `true` or a mapping: the library can't load a file with such a value
 */
export function parseRule(value: unknown, era: PolicyEra): Check {
  if (typeof value === 'string') return parseCheckString(value, era);
  if (value === null || value === undefined || value === false || value === 0) return { is: 'true' };
  if (Array.isArray(value)) return parseList(value);
  throw new InvalidConfiguration(
    `a rule is ${shown(value)}; write a check string such as "role:member", or a list of lists of checks`,
  );
}

/** The value as JSON; only the beginning of a long one. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function parseList(list: readonly unknown[]): Check {
  if (list.length === 0) return { is: 'true' };
  const alternatives: Check[] = [];
  for (const inner of list) {
    if (inner === '' || inner === null || inner === false || inner === 0) continue;
    if (typeof inner !== 'string' && !Array.isArray(inner))
      throw new InvalidConfiguration(
        `a rule's list holds ${shown(inner)}; write lists of checks such as [["role:member"]]`,
      );
    const every = typeof inner === 'string' ? [inner] : (inner as unknown[]);
    if (every.length > 0) alternatives.push(join('and', every.map(parseSingle)));
  }
  return alternatives.length === 0 ? { is: 'false' } : join('or', alternatives);
}

const join = (is: 'and' | 'or', operands: readonly Check[]): Check =>
  operands.length === 1 && operands[0] !== undefined ? operands[0] : { is, operands };

/** Parses `@`, `!`, or a kind and its match, separated by the first colon. Anything else admits nobody. */
function parseSingle(text: unknown): Check {
  if (text === '@') return { is: 'true' };
  const colon = typeof text === 'string' ? text.indexOf(':') : -1;
  if (typeof text !== 'string' || colon < 0) return { is: 'false' };
  return { is: 'check', kind: text.slice(0, colon), match: text.slice(colon + 1) };
}

export function parseCheckString(text: string, era: PolicyEra): Check {
  if (text === '') return { is: 'true' };
  const located = locateCheckString(text, era);
  if (located !== undefined) return located.check;
  const tokens = tokenize(text, era);
  return { is: 'unparsed', raises: tokens.length === 1 };
}

/** The tree, with the place of each part in the text; undefined if the text is empty or can't be parsed. */
export function locateCheckString(text: string, era: PolicyEra): Located | undefined {
  const reader = new Reader(tokenize(text, era), era);
  const whole = reader.expression();
  return whole !== undefined && reader.atEnd ? whole : undefined;
}

function tokenize(text: string, era: PolicyEra): Token[] {
  const tokens: Token[] = [];
  for (const { 0: raw, index } of text.matchAll(hasPrecedence(era) ? separators.mitaka : separators.older)) {
    if (!hasPrecedence(era) && raw.trim() === '') continue;
    const open = raw.length - raw.replace(/^\(+/, '').length;
    for (let offset = 0; offset < open; offset++) tokens.push({ word: '(', text: '(', start: index + offset });
    const rest = raw.slice(open);
    const clean = rest.replace(/\)+$/, '');
    const start = index + open;
    const lowered = clean.toLowerCase();
    if (lowered === 'and' || lowered === 'or' || lowered === 'not') tokens.push({ word: lowered, text: clean, start });
    // oslo.policy looks for quotes before it drops the closing parentheses, so it takes `"x")` for a check and not for a string.
    else if (clean !== '') tokens.push({ word: /^(".*"|'.*')$/s.test(rest) ? 'string' : 'check', text: clean, start });
    for (let offset = clean.length; offset < rest.length; offset++)
      tokens.push({ word: ')', text: ')', start: start + offset });
  }
  return tokens;
}

/** How deep parentheses and "not" may stand inside each other. No service's own rule has more than four levels. */
const maxDepth = 100;

/**
 * Recursive descent, at most `maxDepth` levels. The library reduces greedily; the oracle test shows that both accept
 * the same texts.
 */
class Reader {
  private position = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly era: PolicyEra,
  ) {}

  get atEnd(): boolean {
    return this.position === this.tokens.length;
  }

  expression(): Located | undefined {
    if (hasPrecedence(this.era)) return this.series('or', () => this.series('and', () => this.operand()));
    const first = this.operand();
    const word = this.tokens[this.position]?.word;
    return word === 'and' || word === 'or' ? this.series(word, () => this.operand(), first) : first;
  }

  private series(word: 'and' | 'or', next: () => Located | undefined, given?: Located): Located | undefined {
    const first = given ?? next();
    if (first === undefined) return undefined;
    const members = [first];
    while (this.take(word) !== undefined) {
      const member = next();
      if (member === undefined) return undefined;
      members.push(member);
    }
    const last = members.at(-1);
    if (members.length === 1 || last === undefined) return first;
    return {
      check: { is: word, operands: members.map(({ check }) => check) },
      start: first.start,
      end: last.end,
      members,
    };
  }

  private operand(): Located | undefined {
    if (++this.depth > maxDepth)
      throw new InvalidConfiguration(
        `a rule has more than ${maxDepth} parentheses and "not" within each other; write it flatter`,
      );
    const operand = this.inner();
    this.depth--;
    return operand;
  }

  private inner(): Located | undefined {
    const not = this.take('not');
    if (not !== undefined) {
      const operand = this.operand();
      return (
        operand && { check: { is: 'not', operand: operand.check }, start: not.start, end: operand.end, members: [] }
      );
    }
    const open = this.take('(');
    if (open !== undefined) {
      const inner = this.expression();
      const close = inner && this.take(')');
      return inner && close && { ...inner, start: open.start, end: close.start + 1 };
    }
    const token = this.take('check');
    return (
      token && {
        check: parseSingle(token.text),
        start: token.start,
        end: token.start + token.text.length,
        members: [],
      }
    );
  }

  private take(word: Word): Token | undefined {
    const token = this.tokens[this.position];
    if (token?.word !== word) return undefined;
    this.position++;
    return token;
  }
}
