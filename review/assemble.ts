/**
 * Makes the review of everything that was read: Terraform's plans, stackward's plan, and the code. Pure.
 *
 * A part that nobody could read is a problem of the review, so that "nothing to do" is never said of it.
 */
import { defined } from '../lib/basics/defined';
import { lookupBy } from '../lib/basics/groups';
import { printable, printableName } from '../lib/basics/printable';
import { hideSecrets } from '../lib/basics/without-secrets';
import { idOf } from '../lib/contract/kind';
import { ownKey, wordsOf } from '../lib/contract/reconciler';
import type { Spec } from '../lib/contract/resource';
import type { DeclaredManifest } from '../lib/contract/manifest';
import type { Plan, PlannedStep } from '../lib/run/plan';
import type { SynthesizedCode } from './code';
import {
  formatVersion,
  type Effect,
  type OwnChange,
  type Review,
  type ReviewedStack,
  type Unreviewed,
  type WayBack,
} from './model';
import { cloudFindings } from './cloud/findings';
import { seenInStacks, type CloudSeen } from './cloud/seen';
import type { DeployOrder } from './order/deploy-order';
import { removesAfter, stuckRisks } from './order/say-order';
import { foresightOf } from './foreseen';
import { inWords } from './names';
import { noNotes, notesOf } from './own-notes';
import { reachOf } from './reach';
import type { FoundRisk } from './risks/found-risk';
import { changedOutside } from './risks/changed-outside';
import { quietPackets } from './risks/quiet-packets';
import { ownRisks, waitingRisks, type OwnStep } from './risks/own-risks';
import type { TerraformChange } from './risks/terraform-change';
import type { PlannedChange } from './terraform/planned-change';
import { terraformRisks } from './risks/terraform-risks';
import { judge, type ReviewRules } from './rules';
import { changesOf, driftOf, outputsOf } from './terraform/changes';
import type { KnownResource, TerraformPlan } from './terraform/plan-json';
import { Things } from './terraform/things';
import { stackInId, stackOfStep } from './stack-of-step';
import { topologyOf } from './topology';
import { Filterings } from './witness/filterings';
import { Passages } from './witness/passages';
import type { PacketsSeen } from './witness/seen';
import { Unfollowed } from './witness/unfollowed';

export interface StackRead {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly code: SynthesizedCode;
  /** Undefined: nobody could plan it, and `waitsFor` or a problem says why. */
  readonly plan: TerraformPlan | undefined;
  readonly manifest: DeclaredManifest | undefined;
  readonly waitsFor: readonly string[];
  /** What its state has. Read only where it has no plan, and another plan removes what it may use. */
  readonly inState?: readonly KnownResource[];
  readonly warnings: readonly string[];
}

export interface ReadForReview extends Pick<
  Review,
  'made' | 'by' | 'commit' | 'version' | 'engine' | 'problems' | 'warnings'
> {
  /** In the order of a deploy. */
  readonly stacks: readonly StackRead[];
  readonly order: DeployOrder;
  /** Undefined: stackward's half could not be planned, and a problem says why. */
  readonly own: Plan | undefined;
  readonly rules: ReviewRules;
  /** The writes of each step, by `keyOfStep`. A step without an entry has no text to show. */
  readonly effects: ReadonlyMap<string, readonly Effect[]>;
  /** The readings that prove the ways of packets. */
  readonly packets: PacketsSeen;
  /** What the cloud has, and what projects use. */
  readonly cloud: CloudSeen;
}

export const keyOfStep = (step: Pick<PlannedStep, 'id' | 'leftBy' | 'target'>): string =>
  `${ownKey(step)}@${step.target}`;

export function assembleReview(read: ReadForReview): Review {
  const planned = read.stacks.flatMap(({ name, plan }) => (plan === undefined ? [] : [{ stack: name, plan }]));
  const things = new Things(planned);
  const changes = plannedChanges(read.stacks, things);
  const passages = new Passages(
    read.packets,
    new Filterings(changes, read.packets),
    new Unfollowed(changes, read.packets.ports, read.own?.steps ?? []),
  );
  const known = { ...listsByStack(read), things, passages, foresee: foresightOf(changes) };
  const parts = read.stacks.map((stack) => partOf(stack, read, known));
  const found = parts.flatMap(({ risks }) => risks);
  const { risks, acknowledged } = judge(found, read.rules, read.made.slice(0, 10));
  const own = read.own === undefined ? noNotes : notesOf(read.own, read.stacks);
  const stacks = parts.map(({ stack }) => ({
    ...stack,
    warnings: [...stack.warnings, ...own.inStack(stack.name)],
  }));
  const review: Review = {
    formatVersion,
    made: read.made,
    by: read.by,
    ...defined({ commit: read.commit }),
    version: read.version,
    engine: read.engine,
    stacks,
    risks,
    acknowledged,
    reach: reachOf(
      parts.flatMap((part) => part.terraform),
      parts.flatMap((part) => part.own),
      things,
    ),
    topology: topologyOf(
      things,
      stacks.map(({ name, terraform }) => ({ stack: name, changes: terraform })),
      parts.flatMap((part) => part.own.map(({ spec }) => spec)),
    ),
    problems: [...read.problems, ...parts.flatMap((part) => part.problems), ...own.problems],
    notCompared: parts.flatMap((part) => part.notCompared),
    warnings: [...read.warnings, ...own.warnings],
  };
  return hideSecrets(review);
}

interface Part {
  readonly stack: ReviewedStack;
  readonly terraform: readonly TerraformChange[];
  readonly own: readonly OwnStep[];
  readonly risks: readonly FoundRisk[];
  readonly problems: readonly Unreviewed[];
  readonly notCompared: readonly Unreviewed[];
}

/** The changes that Terraform's plans of these stacks make. */
export const plannedChanges = (stacks: readonly StackRead[], things: Things): PlannedChange[] =>
  stacks.flatMap(({ name, plan }) =>
    (plan?.changes ?? []).flatMap((planned) => {
      const thing = things.at(name, planned.address);
      return thing === undefined ? [] : [{ planned, thing, things }];
    }),
  );

/** Each of these lists is read once, and not once for each stack. */
const listsByStack = ({ own, cloud, order }: ReadForReview) => ({
  stepsIn: lookupBy(own?.steps ?? [], stackOfStep),
  waitingIn: lookupBy(own?.waiting ?? [], ({ id }) => stackInId(id)),
  seenIn: seenInStacks(cloud),
  followsIn: lookupBy(order.follows, ({ then }) => then),
  stuckIn: lookupBy(order.stuck, ({ thing }) => thing.stack),
});

interface Known extends ReturnType<typeof listsByStack> {
  readonly things: Things;
  readonly passages: Passages;
  readonly foresee: (stack: StackRead) => readonly string[];
}

function partOf(stack: StackRead, { effects, order }: ReadForReview, all: Known): Part {
  const { things, passages } = all;
  const { name, plan, code, waitsFor, dependsOn } = stack;
  const known = { stack: name, code, things };
  const changes = plan === undefined ? [] : changesOf(plan, known);
  const terraform = (plan?.changes ?? []).flatMap((planned, place): TerraformChange[] => {
    const [shown, thing] = [changes[place], things.at(name, planned.address)];
    return shown && thing ? [{ stack: name, planned, shown, thing, things, passages }] : [];
  });
  const specs = new Map(stack.manifest?.resources.map((resource) => [idOf(resource), resource.spec]));
  const ownSteps = all
    .stepsIn(name)
    .map((step) => ownStepOf(step, specs.get(step.id), effects.get(keyOfStep(step)) ?? [], all));
  const waiting = all.waitingIn(name).map(({ id }) => id);
  const isWaiting = new Set(waiting);
  const later = (stack.manifest?.resources ?? []).filter((resource) => isWaiting.has(idOf(resource)));
  const drift = plan === undefined ? [] : driftOf(plan, known);
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const told = cloudFindings(name, all.seenIn(name), byAddress);
  const after = removesAfter(all.followsIn(name), order.things);
  return {
    stack: {
      name,
      dependsOn,
      ...defined({
        waitsFor: waitsFor.length === 0 ? undefined : waitsFor,
        removesAfter: after.length === 0 ? undefined : after,
      }),
      terraform: terraform.map((change) => ({ ...change.shown, witnesses: quietPackets(change) })),
      outputs: plan === undefined ? [] : outputsOf(plan),
      drift,
      ours: ownSteps.map(({ shown }) => shown),
      declares: plan === undefined ? code.declares : [],
      waiting,
      warnings: [...stack.warnings, ...all.foresee(stack)],
    },
    terraform,
    own: ownSteps,
    problems: told.problems,
    notCompared: told.notCompared,
    risks: [
      ...stuckRisks(all.stuckIn(name), order.things, byAddress),
      ...told.risks,
      ...terraform.flatMap(terraformRisks),
      ...ownSteps.flatMap(ownRisks),
      ...later.flatMap((resource) => waitingRisks(resource, wayBackOf(resource.kind), passages)),
      ...changedOutside(name, ownSteps, drift),
    ],
  };
}

export const ownStepOf = (
  step: PlannedStep,
  spec: Spec | undefined,
  effect: readonly Effect[],
  { things, passages }: Pick<Known, 'things' | 'passages'>,
): OwnStep => ({
  stack: stackOfStep(step),
  path: step.id.slice(step.kind.length + 1),
  step,
  shown: ownChangeOf(step, effect, things),
  spec,
  passages,
});

export function ownChangeOf(step: PlannedStep, effect: readonly Effect[], things: Things): OwnChange {
  const { id, kind, target, action, changes, because, notes = [], since } = step;
  return {
    id: printable(id),
    kind,
    target,
    action,
    subject: printableName(subjectOf(step, things)),
    because,
    changes: changes.map(wordsOf),
    notes: [...notes, ...(since === undefined ? [] : [since.message])],
    effect,
    wayBack: wayBackOf(kind),
  };
}

/** The kind names the port alone, and nobody creates a port here. */
function subjectOf({ kind, subject }: PlannedStep, things: Things): string {
  const words = inWords(subject, things);
  return kind === 'firewall-exception' && words.startsWith('port ') ? `exception at ${words}` : words;
}

/** `stackward rollback` undoes stackward's half alone. */
const wayBackOf = (kind: string): WayBack => ({
  isPossible: true,
  how: `\`stackward rollback RUN --kind ${kind}\` undoes what RUN did to things of this kind, and nothing else. Each stack takes a command of its own, because in the deploy of this change it has its own RUN, which \`stackward runs\` names. ${limits[kind] ?? 'The command leaves a thing that somebody changed after RUN, and says so'}. Take the change out of the code as well, because the next deploy would make it again`,
});

/** Kind → what can stop a rollback of it. */
const limits: Readonly<Record<string, string>> = {
  'allocation-pool':
    'The command leaves pools that somebody changed after RUN, and says so. It also leaves them while a port or a floating IP has an address that only the new pools hold',
};
