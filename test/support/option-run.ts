/** Plans and applies service-option on the host of a test. */
import { defined } from '../../lib/basics/defined';
import type { Manifest } from '../../lib/contract/manifest';
import { undoManifests } from '../../lib/journal/journal';
import { renderPlan } from '../../lib/render/text';
import { apply, plan } from '../../lib/run/engine';
import { serviceOption } from '../../reconcilers/service-option';
import type { OptionHost } from './option-host';
import { RecordedTexts } from './recorded-run';

const kinds = [serviceOption];

/** Construct's name → the fields that differ from an option of heat-api in DEFAULT on cnode01. */
export type OptionSpecs = Readonly<Record<string, object>>;

export function optionManifest(specs: OptionSpecs, owner = 'team-a'): Manifest {
  const stack = 'shared';
  const resources = Object.entries(specs).map(([name, spec]) => ({
    path: `${stack}/${name}`,
    stack,
    owner,
    kind: 'service-option',
    spec: { service: 'heat-api', hosts: ['cnode01'], section: 'DEFAULT', reason: 'tests', ...spec },
    unknown: [],
    dependsOn: [],
  }));
  return { owner, stack, source: 'test', removed: [], resources };
}

export const planOptions = (world: OptionHost, specs: OptionSpecs) =>
  plan([optionManifest(specs)], kinds, world.readers);

/** A rollback removes no leftovers. */
export async function runOptions(
  world: OptionHost,
  manifests: readonly Manifest[],
  { isRollback = false, writers = world.writers } = {},
) {
  const sweep = isRollback ? [] : undefined;
  const made = await plan(manifests, kinds, world.readers, undefined, sweep);
  const recorded = new RecordedTexts(made, manifests);
  const report = await apply(made, kinds, manifests, world.readers, writers, {
    onResult: recorded.onResult,
    ...defined({ sweep }),
  });
  return {
    made,
    recorded,
    text: renderPlan(made),
    failures: report.results.flatMap(({ message }) => message ?? []),
    outcomes: report.results.map(({ outcome, reason }) => reason ?? outcome),
    problems: [...made.problems, ...report.problems].map(({ message }) => message),
    warnings: made.warnings.map(({ message }) => message),
    undo: () => undoManifests(recorded.run, kinds),
  };
}
