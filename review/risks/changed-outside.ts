/** Things that somebody changed past the code. Pure. */
import type { ResourceChange } from '../model';
import type { FoundRisk } from './found-risk';
import type { OwnStep } from './own-risks';

export const changedOutside = (
  stack: string,
  steps: readonly OwnStep[],
  drift: readonly ResourceChange[],
): FoundRisk[] => [
  ...steps.flatMap(({ step, path, shown }): FoundRisk[] =>
    step.since?.isOutside === true
      ? [
          {
            class: 'changed-outside',
            stack,
            where: path,
            message: `somebody changed ${shown.subject} outside of this code, and stackward takes it back: ${step.since.message}`,
            wayBack: shown.wayBack,
          },
        ]
      : [],
  ),
  ...drift.map((change): FoundRisk => ({
    class: 'changed-outside',
    stack,
    where: change.path,
    message: `somebody changed ${change.subject} outside of this code, and Terraform takes it back`,
    wayBack: change.wayBack,
  })),
];
