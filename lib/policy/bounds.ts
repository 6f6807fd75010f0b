/**
 * Bounds for reading a policy file. A service's own file has at most 1,500 rules and 200 KiB, and lists inside lists.
 * Whoever may write a policy file can make it so large that reading it takes gigabytes, or nest it deeper than a
 * program's stack allows.
 */
import { isAlias, isNode, type Document, type Node } from 'yaml';
import { InvalidConfiguration } from '../basics/errors';
import { boundsFault, depthFault, maxLevels } from '../basics/yaml-text';

/** Counts texts, numbers, lists and maps. A value that an anchor repeats counts each time. */
const maxValues = 100_000;

const file = 'a policy file';

/**
 * Runs before any parser gets the text.
 * @throws InvalidConfiguration
 */
export function refuseText(text: string): void {
  const fault = boundsFault(text, file);
  if (fault !== undefined) throw new InvalidConfiguration(fault);
}

/** @throws InvalidConfiguration for a document that is nested too deep to be looked at further */
export function refuseDeep(document: Document): void {
  const open: [unknown, number][] = [[document.contents, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    if (depth > maxLevels) throw new InvalidConfiguration(depthFault(file));
    if (typeof node !== 'object' || node === null || isAlias(node)) continue;
    const { items, key, value } = node as { items?: unknown; key?: unknown; value?: unknown };
    for (const inner of Array.isArray(items) ? items : [key, value]) open.push([inner, depth + (items ? 1 : 0)]);
  }
}

/** @throws InvalidConfiguration for a value that contains itself, or that anchors make too large */
export function refuseLarge(value: unknown): void {
  const open: [unknown, number][] = [[value, 1]];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [part, depth] = next;
    if (depth > maxLevels) throw new InvalidConfiguration(depthFault(file));
    if (++count > maxValues)
      throw new InvalidConfiguration(
        `it holds more than ${maxValues} values, anchors counted each time; write out what is meant`,
      );
    if (typeof part === 'object' && part !== null)
      for (const inner of Object.values(part)) open.push([inner, depth + 1]);
  }
}

/**
 * The value of a node, or of the whole document.
 * @throws InvalidConfiguration where anchors repeat it too often
 */
export function valueIn(document: Document, node?: Node): unknown {
  const options = { maxAliasCount: maxValues };
  try {
    return node === undefined
      ? document.toJS(options)
      : isNode(node)
        ? (node.toJS(document, options) as unknown)
        : null;
  } catch (error) {
    throw new InvalidConfiguration(
      `its anchors can't be followed (${(error as Error).message}); write out what is meant`,
      {
        cause: error,
      },
    );
  }
}
