/**
 * How much of a policy file is read. A service's own has at most 1,500 rules, 200 KiB, and lists within lists; whoever may write one
 * can write it so that it takes gigabytes to read, or more steps within each other than a program may have.
 */
import { isAlias, isNode, type Document, type Node } from 'yaml';
import { InvalidConfiguration } from '../basics/errors';
import { boundsFault, depthFault, maxLevels } from '../basics/yaml-text';

/** Texts, numbers, lists and maps; what an anchor repeats is counted each time. */
const maxValues = 100_000;

const file = 'a policy file';

/**
 * Before anything parses the text.
 * @throws InvalidConfiguration
 */
export function refuseText(text: string): void {
  const fault = boundsFault(text, file);
  if (fault !== undefined) throw new InvalidConfiguration(fault);
}

/** @throws InvalidConfiguration for what is too deep to be looked at any further */
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
 * What a node, or all of a document, holds.
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
