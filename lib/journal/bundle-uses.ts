/** Finds earlier deploys of a bundle in a journal (docs/adr/0022-deploy.md). Pure. */
import { isDeploy, isOfPlan, type AnyRun } from './runbook-record';
import type { DeployLine, RecordedDeploy } from './deploy-record';
import type { RecordedRun } from './run-record';

export interface BundleUses {
  /** Deploys of this bundle, the oldest first. */
  readonly deploys: readonly RecordedDeploy[];
  /** Every run that did the steps of a plan. */
  readonly runs: readonly RecordedRun[];
}

/** @param digest of the bundle's bundle.json */
export const usesOf = (digest: string, all: readonly AnyRun[]): BundleUses => ({
  deploys: all.filter(isDeploy).filter(({ record }) => record.bundle === digest),
  runs: all.filter(isOfPlan),
});

const linesOf = ({ results }: RecordedDeploy, stack: string, half: DeployLine['half']): readonly DeployLine[] =>
  results.filter((line) => line.stack === stack && line.half === half);

/** Why the bundle may not be used for this stack again; undefined if no run of it was rolled back. */
export function findRolledBack({ deploys, runs }: BundleUses, stack: string): string | undefined {
  for (const deploy of deploys)
    for (const { run } of linesOf(deploy, stack, 'stackward')) {
      const back = runs.find(({ record }) => run !== undefined && record.rolledBack === run);
      if (back !== undefined)
        return `stackward's half of ${stack} was deployed from this bundle in run ${run}, and rolled back at ${back.record.startedAt} in run ${back.name}`;
    }
  return undefined;
}

/** The latest deploy that began Terraform's half of the stack; undefined if the journal knows none. */
export const lastBegun = ({ deploys }: BundleUses, stack: string): RecordedDeploy | undefined =>
  deploys.findLast((deploy) => linesOf(deploy, stack, 'terraform').some(({ outcome }) => outcome === 'begun'));

/** The deploy that did all of Terraform's half of the stack. */
export const doneBefore = ({ deploys }: BundleUses, stack: string): RecordedDeploy | undefined =>
  deploys.find((deploy) => linesOf(deploy, stack, 'terraform').some(({ outcome }) => outcome === 'done'));
