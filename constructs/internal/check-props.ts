/**
 * What no check of types sees: text that Terraform would run, and a prop without which nothing can be made.
 *
 * cdktf copies strings as they are, and Terraform evaluates `${…}` and `%{…}` in each of them, in a reason as in a name.
 * Such text is refused and not escaped: nearly always quotes stand where backticks were meant. Terraform's own way to
 * write it, `$${` and `%%{`, passes. cdktf's tokens are no text: references to attributes work everywhere.
 */
import type { IConstruct } from 'constructs';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { templateIn } from '../../lib/synth/terraform-text';
import { addFinding } from './declarations';

const refused = new WeakSet<IConstruct>();

/** A finding for the construct's path, and for each text in its props, that Terraform would run. */
export function checkTexts(construct: IConstruct, props: object): void {
  const { path, scopes } = construct.node;
  // What a construct makes of its props is told once, where they were given.
  if (scopes.some((scope) => refused.has(scope))) return;
  const found = [
    ...templatesIn(path, 'its path'),
    ...Object.entries(props).flatMap(([name, value]) => templatesIn(value, `its ${name}`)),
  ];
  for (const [place, template] of found)
    addFinding(
      construct,
      `${place} holds ${template}, which Terraform would evaluate; for a value of the program write backticks instead of quotes, for the characters themselves ${template.charAt(0)}${template.charAt(0)}{`,
    );
  if (found.length > 0) refused.add(construct);
}

/** @throws InvalidConfiguration where a prop is missing that a program without a check of types left out */
export function requireProps<T extends object>(construct: IConstruct, props: T, ...names: (keyof T & string)[]): void {
  for (const name of names)
    if (props[name] === undefined || props[name] === null)
      throw new InvalidConfiguration(`it has no ${name}; give it the prop ${name}`, { where: construct.node.path });
}

/** Of text, lists and plain objects: constructs and what cdktf resolves later speak for themselves. */
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
