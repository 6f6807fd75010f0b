/**
 * Checks of props that TypeScript can't make: text that Terraform would evaluate, and missing props of untyped
 * programs.
 *
 * cdktf copies strings as they are, and Terraform evaluates `${…}` and `%{…}` in each of them, whether it is a reason
 * or a name. Such text is refused and not escaped, because nearly always the author wrote quotes and meant backticks.
 * Terraform's own escapes `$${` and `%%{` pass. cdktf's tokens (references to attributes) are allowed everywhere.
 */
import type { IConstruct } from 'constructs';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { templateIn } from '../../lib/synth/terraform-text';
import { addFinding } from './declarations';

const refused = new WeakSet<IConstruct>();

/** Adds a finding for each text that Terraform would evaluate: the construct's path, and every text in its props. */
export function checkTexts(construct: IConstruct, props: object): void {
  const { path, scopes } = construct.node;
  // A construct passes its props on to its children. Only the construct that got the prop from the user reports it.
  if (scopes.some((scope) => refused.has(scope))) return;
  const found = [
    ...templatesIn(path, 'its path'),
    ...Object.entries(props).flatMap(([name, value]) => templatesIn(value, `its ${name}`)),
  ];
  for (const [place, template] of found)
    addFinding(
      construct,
      `${place} holds ${template}, which Terraform would evaluate; use backticks instead of quotes to insert a value of the program, or write ${template.charAt(0)}${template.charAt(0)}{ for these characters`,
    );
  if (found.length > 0) refused.add(construct);
}

/** @throws InvalidConfiguration if an untyped program left out a prop that is needed */
export function requireProps<T extends object>(construct: IConstruct, props: T, ...names: (keyof T & string)[]): void {
  for (const name of names)
    if (props[name] === undefined || props[name] === null)
      throw new InvalidConfiguration(`it has no ${name}; give it the prop ${name}`, { where: construct.node.path });
}

/** Adds a finding unless the reference is a text that isn't empty. The text may be a token. */
export function checkReference(construct: IConstruct, prop: string, reference: unknown, needed: string): void {
  if (typeof reference !== 'string' || reference.trim() === '')
    addFinding(construct, `its ${prop} is empty; write ${needed}`);
}

/** Searches text, lists and plain objects. Constructs check their own props, and cdktf resolves tokens later. */
function templatesIn(value: unknown, place: string): (readonly [place: string, template: string])[] {
  if (typeof value === 'string') {
    const template = templateIn(value);
    return template === undefined ? [] : [[place, template]];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => templatesIn(item, `${place}[${String(index)}]`));
  if (!isPlain(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...templatesIn(key, `a name in ${place}`),
    ...templatesIn(inner, `${place}.${key}`),
  ]);
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
