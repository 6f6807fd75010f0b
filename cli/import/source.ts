/**
 * TypeScript source from values of a cloud. A name there may hold anything, so it becomes a string literal with every
 * unusual character escaped, a comment of one line, or an identifier of ASCII letters and digits. Pure.
 */

/** Source as it stands, such as an identifier. Only this folder makes it. */
export class Code {
  constructor(readonly text: string) {}
}

export type Value =
  | string
  | number
  | boolean
  | Code
  | undefined
  | readonly Value[]
  | { readonly [name: string]: Value };

/** Letters, marks, digits, punctuation, symbols and the blank. Controls, line breaks and reversed text are none. */
const unusual = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

const escaped = (text: string): string =>
  text.replace(unusual, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** A literal whose value Terraform reads as this text: it would evaluate `${…}` and `%{…}`. */
export const textLiteral = (text: string): string =>
  `'${escaped(text.replace(/[\\']/g, '\\$&')).replace(/[$%](?=\{)/g, '$&$&')}'`;

/** `// …` in one line. */
export const comment = (text: string): string => `// ${escaped(text.replace(/\s+/g, ' ')).trim()}`;

const width = 110;

/** @param indent of the line in which the source stands */
export function source(value: Value, indent = ''): string {
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return textLiteral(value);
  if (typeof value !== 'object') return String(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const parts = partsOf(value, indent);
  const space = open === '{' ? ' ' : '';
  const line = parts.length === 0 ? open + close : `${open}${space}${parts.join(', ')}${space}${close}`;
  if (indent.length + line.length <= width && !line.includes('\n')) return line;
  return `${open}\n${partsOf(value, `${indent}  `).map((part) => `${indent}  ${part},\n`).join('')}${indent}${close}`; // prettier-ignore
}

function partsOf(value: object, indent: string): string[] {
  if (Array.isArray(value)) return value.map((item: Value) => source(item, indent));
  return Object.entries(value as Readonly<Record<string, Value>>).flatMap(([name, inner]) => {
    if (inner === undefined) return [];
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : textLiteral(name);
    const text = source(inner, indent);
    return [key === text ? key : `${key}: ${text}`];
  });
}

/** Construct ids and identifiers, each once. */
export class Names {
  readonly #taken: Set<string>;
  /** The last number given to a name. Tenants may call thousands of their things the same. */
  readonly #counts = new Map<string, number>();

  /** @param reserved ids that are taken already */
  constructor(reserved: readonly string[] = []) {
    this.#taken = new Set(reserved.map((id) => id.toLowerCase()));
  }

  /**
   * @param sort such as `Port`: stands in for a name that has no letter, and tells names of two sorts apart
   * @returns `Web` and `portWeb` for the port `web`
   */
  next(name: string, sort: string): { readonly id: string; readonly variable: Code } {
    const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
    const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('').slice(0, 40); // prettier-ignore
    const base = /^[A-Z]/.test(joined) ? joined : `${sort}${joined}`;
    const candidates = [base, `${base}${sort}`];
    const isFree = (candidate: string): boolean => !this.#taken.has(candidate.toLowerCase());
    const id = candidates.find(isFree) ?? this.#numbered(`${base}${sort}`, isFree);
    this.#taken.add(id.toLowerCase());
    return { id, variable: new Code(`${sort.charAt(0).toLowerCase()}${sort.slice(1)}${id}`) };
  }

  #numbered(base: string, isFree: (candidate: string) => boolean): string {
    const key = base.toLowerCase();
    let count = this.#counts.get(key) ?? 2;
    while (!isFree(`${base}${count}`)) count++;
    this.#counts.set(key, count + 1);
    return `${base}${count}`;
  }
}
