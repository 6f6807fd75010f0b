/**
 * The engine that a construct's class comes from: cdktf, or its fork cdktn.
 *
 * Each recognises the other's apps and stacks. But each has tokens of its own, so a reference to the other's resource
 * would become text without a meaning. So all constructs of an app come from one engine. In this repository it is
 * cdktf; the npm package holds the constructs once for each (docs/adr/0023-package.md).
 */
import { App } from 'cdktf';
import type { IConstruct } from 'constructs';
import { InvalidConfiguration } from '../../lib/basics/errors';
import type { SynthFinding } from '../../lib/synth/synth-finding';

const entries = { cdktf: 'stackward', cdktn: 'stackward/cdktn' } as const;
type Engine = keyof typeof entries;

/** jsii writes the full name of a class at this place: `cdktf.App`. Classes that extend it inherit the name. */
const mark = Symbol.for('jsii.rtti');

function engineOfClass(made: unknown): Engine | undefined {
  const { fqn = '' } = (made as { [mark]?: { readonly fqn?: string } })[mark] ?? {};
  const [name = ''] = fqn.split('.');
  return name === 'cdktf' || name === 'cdktn' ? name : undefined;
}

const own = engineOfClass(App) ?? 'cdktf';

/** The engine of a construct of the other one; undefined for one of this engine, or of none. */
function otherEngineOf(construct: IConstruct): Engine | undefined {
  const engine = engineOfClass(construct.constructor);
  return engine === own ? undefined : engine;
}

/**
 * @param construct a construct of ours, or the place itself
 * @param place the app or the stack that holds it
 * @throws InvalidConfiguration if the place is of the other engine
 */
export function refuseOtherEngine(construct: IConstruct, place: IConstruct, what: 'app' | 'stack'): void {
  const engine = otherEngineOf(place);
  if (engine !== undefined)
    throw new InvalidConfiguration(
      `the ${what} is of ${engine}, and a construct in it is made for ${own}; import the constructs from '${entries[engine]}'`,
      { where: construct.node.path },
    );
}

/** Resources and other elements of the other engine in a stack. */
export function engineFindings(stack: IConstruct): SynthFinding[] {
  return stack.node.findAll().flatMap((construct) => {
    const engine = otherEngineOf(construct);
    if (engine === undefined) return [];
    const message = `it is of ${engine}, and its stack of ${own}; import it from '${own}' or '${entries[own]}/provider/…'`;
    return [{ path: construct.node.path, message }];
  });
}
