/** Keeps a review as a bundle, for `stackward deploy`. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { findText } from '../../adapters/files/files';
import { defined } from '../../lib/basics/defined';
import { lookupBy } from '../../lib/basics/groups';
import { sha256 } from '../../lib/basics/sha256';
import type { DeclaredManifest } from '../../lib/contract/manifest';
import { renderSavedPlan } from '../../lib/journal/saved-plan';
import { everything } from '../../lib/run/engine';
import type { Plan } from '../../lib/run/plan';
import { stackOfStep } from '../../review/stack-of-step';
import type { Review } from '../../review/model';
import { renderReviewJson } from '../../review/render/json';
import { version } from '../../package.json';
import type { HalfWithState } from '../both-halves';
import { writeBundle } from '../bundle-folder';
import { defaultFile } from '../config';

interface Kept {
  readonly review: Review;
  readonly halves: readonly HalfWithState[];
  readonly own: Plan | undefined;
  readonly config: string | undefined;
}

export function keepBundle(folder: string, { review, halves, own, config }: Kept): void {
  const settings = findText(config ?? defaultFile);
  const manifests = halves.flatMap(({ planned }) => planned?.manifest ?? []);
  const savedHalf = own && savedHalvesOf(own);
  const ours = new Map(savedHalf && manifests.map((manifest) => [manifest.stack, savedHalf(manifest)]));
  const { made, by, commit, engine } = review;
  writeBundle(
    folder,
    {
      made,
      by,
      version,
      engine,
      ...defined({ commit, configuration: settings === undefined ? undefined : sha256(settings) }),
      stacks: review.stacks.flatMap(({ name, dependsOn, waitsFor }) => {
        const half = halves.find(({ stack }) => stack.name === name);
        if (half?.code === undefined) return [];
        const { code, state, planned } = half;
        const plans = planned && {
          hasChanges: planned.hasChanges,
          terraform: sha256(readFileSync(planned.file)),
          ...defined({ ours: digestOf(ours.get(name)) }),
        };
        const found = state && { lineage: state.lineage, serial: state.serial };
        const waits = waitsFor && [...waitsFor];
        return [
          { name, dependsOn: [...dependsOn], code: code.digest, ...defined({ state: found, waitsFor: waits, plans }) },
        ];
      }),
    },
    {
      terraform: new Map(halves.flatMap(({ stack, planned }) => (planned ? [[stack.name, planned.file]] : []))),
      ours,
      review: renderReviewJson(review),
    },
  );
}

const digestOf = (text: string | undefined): string | undefined => (text === undefined ? undefined : sha256(text));

/** Renders the steps of one stack out of the plan of all. */
export function savedHalvesOf(own: Plan): (manifest: DeclaredManifest) => string {
  const stepsIn = lookupBy(own.steps, stackOfStep);
  return (manifest) => {
    const { stack, owner } = manifest;
    const request = { filter: everything, sweep: [{ owner, stacks: [stack] }] };
    return renderSavedPlan({ ...own, steps: stepsIn(stack) }, [manifest], request, { id: randomUUID(), version });
  };
}
