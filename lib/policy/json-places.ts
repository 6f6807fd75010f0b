/**
 * The places of the rules in a policy file that is JSON.
 *
 * A file may hold a thousand rules, and each edit reads the whole file again. So this module walks over the text once,
 * and leaves the values to JSON.parse. The `yaml` package reads JSON too, but takes about twenty times as long.
 */
import type { Entry, Span } from './entry';

export interface JsonPlaces {
  /** In the order of the text. */
  readonly entries: readonly Entry[];
  /** The place inside the braces; undefined if the text is no object. */
  readonly inside: Span | undefined;
}

/** @param text JSON.parse accepts it */
export function jsonPlaces(text: string): JsonPlaces {
  const start = afterBlanks(text, 0);
  if (text[start] !== '{') return { entries: [], inside: undefined };
  const entries: Entry[] = [];
  let place = afterBlanks(text, start + 1);
  while (text[place] !== '}') {
    const key = { start: place, end: endOfText(text, place) };
    const colon = afterBlanks(text, key.end);
    const value = valueFrom(text, afterBlanks(text, colon + 1));
    entries.push(entryOf(text, key, value));
    place = afterComma(text, value.end);
  }
  return { entries, inside: { start: start + 1, end: place } };
}

function entryOf(text: string, key: Span, value: Span): Entry {
  const first = text[value.start];
  return {
    rule: parsed(text, key) as string,
    key,
    value,
    form: first === '"' ? 'double' : first === '[' ? 'flow-list' : first === '{' ? 'other' : 'plain',
    holds: parsed(text, value),
    items: first === '[' ? itemsOf(text, value) : [],
  };
}

function itemsOf(text: string, list: Span): Entry['items'] {
  const items: Entry['items'][number][] = [];
  let place = afterBlanks(text, list.start + 1);
  while (text[place] !== ']') {
    const item = valueFrom(text, place);
    items.push({ ...item, holds: parsed(text, item) });
    place = afterComma(text, item.end);
  }
  return items;
}

/** Most values are texts without escapes. */
function parsed(text: string, { start, end }: Span): unknown {
  const value = text.slice(start, end);
  return value.startsWith('"') && !value.includes('\\') ? value.slice(1, -1) : (JSON.parse(value) as unknown);
}

function valueFrom(text: string, start: number): Span {
  const first = text[start];
  if (first === '"') return { start, end: endOfText(text, start) };
  return { start, end: first === '[' || first === '{' ? endOfBrackets(text, start) : endOfWord(text, start) };
}

function endOfText(text: string, start: number): number {
  let place = start + 1;
  for (; text[place] !== '"'; place++) if (text[place] === '\\') place++;
  return place + 1;
}

function endOfBrackets(text: string, start: number): number {
  let open = 0;
  let place = start;
  do {
    const character = text[place];
    if (character === '[' || character === '{') open++;
    else if (character === ']' || character === '}') open--;
    place = character === '"' ? endOfText(text, place) : place + 1;
  } while (open > 0);
  return place;
}

/** Of a number, true, false or null. */
function endOfWord(text: string, start: number): number {
  let place = start;
  while (!' \t\r\n,]}'.includes(text[place] ?? ' ')) place++;
  return place;
}

function afterBlanks(text: string, start: number): number {
  let place = start;
  while (' \t\r\n'.includes(text[place] ?? 'x')) place++;
  return place;
}

function afterComma(text: string, start: number): number {
  const place = afterBlanks(text, start);
  return text[place] === ',' ? afterBlanks(text, place + 1) : place;
}
