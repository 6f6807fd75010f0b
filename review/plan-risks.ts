/** The risks of a plan of stackward alone, with no word of Terraform's half. Pure. */
import type { Manifest } from '../lib/contract/manifest';
import { idOf } from '../lib/contract/kind';
import type { Plan, PlannedStep } from '../lib/run/plan';
import { ownStepOf } from './assemble';
import { severityOf } from './risks/classes';
import type { FoundRisk } from './risks/found-risk';
import { ownRisks } from './risks/own-risks';
import { Things } from './terraform/things';
import { Filterings } from './witness/filterings';
import { Passages } from './witness/passages';
import { nothingSeen } from './witness/seen';
import { Unfollowed } from './witness/unfollowed';

/** The high risks first, then the medium ones. */
export function risksOfPlan({ steps }: Pick<Plan, 'steps'>, manifests: readonly Manifest[]): readonly FoundRisk[] {
  const risks = steps.flatMap(stepRisks(manifests));
  return (['high', 'medium'] as const).flatMap((severity) =>
    risks.filter((risk) => severityOf(risk.class) === severity),
  );
}

/** The risks of a step that was planned with these manifests. */
export function stepRisks(manifests: readonly Manifest[]): (step: PlannedStep) => readonly FoundRisk[] {
  const resources = manifests.flatMap((manifest) => manifest.resources);
  const specs = new Map(resources.flatMap((resource) => ('spec' in resource ? [[idOf(resource), resource.spec]] : [])));
  const things = new Things([]);
  // Witness packets are the review's: a plan reads no further tables for them.
  const passages = new Passages(nothingSeen, new Filterings([], nothingSeen), new Unfollowed([], new Map(), []));
  return (step) => ownRisks(ownStepOf(step, specs.get(step.id), [], { things, passages }));
}
