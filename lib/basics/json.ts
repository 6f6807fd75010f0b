/**
 * Parses JSON that others wrote.
 *
 * `JSON.parse` keeps only the last of two equal keys, and copying an object key by key loses `__proto__`. A reviewer
 * would then see other data than stackward, so `parseJson` refuses both and names the key. It also bounds the depth, so
 * that functions which recurse over the value can't exhaust the call stack.
 */
import { InvalidConfiguration } from './errors';

/** Terraform's JSON has about 30 levels where modules contain modules. */
export const maxJsonDepth = 200;

/** `terraform show -json` prints about 30 MiB for 10,000 resources. */
const maxJsonBytes = 256 << 20;

/** @throws InvalidConfiguration whose detail is a clause such as "it holds the key … twice" */
export function parseJson(text: string): unknown {
  const fault = faultOf(text);
  if (fault !== undefined) throw new InvalidConfiguration(fault);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidConfiguration(`it is not JSON (${(error as Error).message})`, { cause: error });
  }
}

interface Level {
  /** The keys so far of an object; undefined for a list. */
  readonly keys: Set<string> | undefined;
  /** The key or the index of the value that is being read. */
  position: string | number;
}

/** Finds the faults that `JSON.parse` doesn't report. `JSON.parse` itself reports a text that is no JSON. */
function faultOf(text: string): string | undefined {
  if (text.length > maxJsonBytes) return `it has more than ${maxJsonBytes >> 20} MiB, which is what stackward reads`;
  const levels: Level[] = [];
  for (let index = 0; index < text.length; index++) {
    switch (text[index]) {
      case '{':
      case '[':
        levels.push(text[index] === '{' ? { keys: new Set(), position: '' } : { keys: undefined, position: 0 });
        if (levels.length > maxJsonDepth)
          return `it is nested deeper than the ${maxJsonDepth} levels that stackward reads, at ${shown(pathOf(levels.slice(0, 5)))}`;
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',': {
        const level = levels.at(-1);
        if (typeof level?.position === 'number') level.position++;
        break;
      }
      case '"': {
        const end = endOfString(text, index);
        const level = levels.at(-1);
        if (level?.keys && isKey(text, end)) {
          const fault = addKey(textOf(text.slice(index, end)), level, levels);
          if (fault !== undefined) return fault;
        }
        index = end - 1;
        break;
      }
    }
  }
  return undefined;
}

function addKey(key: string, level: Level, levels: readonly Level[]): string | undefined {
  if (key === '__proto__')
    return `it holds the key "__proto__" ${whereOf(levels)}, a name that stackward takes nowhere; rename it`;
  if (level.keys?.has(key)) return `it holds the key ${shown(key)} twice ${whereOf(levels)}; keep one of them`;
  level.keys?.add(key);
  level.position = key;
  return undefined;
}

const whereOf = (levels: readonly Level[]): string =>
  levels.length === 1 ? 'at its top' : `in ${shown(pathOf(levels.slice(0, -1)))}`;

/** In quotes; a long text is cut. */
const shown = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);

const pathOf = (levels: readonly Level[]): string => levels.map(({ position }) => String(position)).join('.');

/** The index after the closing quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text[first - 1] === '\\') first--;
  return (quote - first) % 2 === 1;
}

function isKey(text: string, end: number): boolean {
  let next = end;
  while (text[next] === ' ' || text[next] === '\n' || text[next] === '\t' || text[next] === '\r') next++;
  return text[next] === ':';
}

/** The key without its escapes: `"\u005f"` and `"_"` are the same key. */
function textOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
