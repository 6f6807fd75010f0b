/**
 * bundle.json: what a review was made of, so that a deploy can tell whether anything moved since
 * (docs/adr/0021-review.md). The folder may have come from anywhere. Its digests find a file that was cut or mixed up
 * with another bundle's; they don't find whoever changed both.
 */
import * as z from 'zod';
import '../basics/schema-words';
import { asStackwardError, InvalidConfiguration } from '../basics/errors';
import { parseJson } from '../basics/json';
import { line, name } from '../basics/line';
import { printableJson } from '../basics/printable';
import { sayFault } from '../basics/schema-fault';
import { sha256Digest } from '../basics/sha256';

export const bundleFormat = '1.0';
export const maxBundleBytes = 16 << 20;

const stateVersion = z.strictObject({ lineage: line, serial: z.int().min(0) });

const bundledStack = z.strictObject({
  name: name.refine((text) => !text.includes('/') && !text.startsWith('.'), 'must be the name of a stack'),
  dependsOn: z.array(name).max(10_000),
  /** Digest of its synthesized code. */
  code: sha256Digest,
  /** Absent: nothing was ever applied. */
  state: stateVersion.optional(),
  /** The stacks that have to be applied first. Such a stack has no plans. */
  waitsFor: z.array(name).max(10_000).optional(),
  plans: z
    .strictObject({
      /** True if Terraform has anything to do. */
      hasChanges: z.boolean(),
      /** Digest of `<stack>.tfplan`. */
      terraform: sha256Digest,
      /** Digest of `<stack>.plan.json`; absent if stackward's half could not be planned. */
      ours: sha256Digest.optional(),
    })
    .optional(),
});

const bundle = z.strictObject({
  formatVersion: z.literal(bundleFormat, 'is of another version of stackward'),
  made: z.iso.datetime(),
  /** `user@host`. */
  by: line,
  commit: z.strictObject({ id: line, hasChanges: z.boolean() }).optional(),
  version: line,
  engine: z.strictObject({ name: z.enum(['terraform', 'tofu']), version: line }),
  /** Digest of stackward.yaml; absent if there was none. */
  configuration: sha256Digest.optional(),
  /** Digest of review.json. */
  review: sha256Digest.optional(),
  stacks: z.array(bundledStack).max(10_000),
});
export type Bundle = z.infer<typeof bundle>;
export type BundledStack = Bundle['stacks'][number];

export const renderBundle = (made: Omit<Bundle, 'formatVersion'>): string =>
  `${printableJson({ formatVersion: bundleFormat, ...made }, 2)}\n`;

/** @throws InvalidConfiguration naming the file and the field */
export function parseBundle(text: string, where: string): Bundle {
  try {
    return bundle.parse(parseJson(text));
  } catch (error) {
    const detail = error instanceof z.ZodError ? sayFault(error) : asStackwardError(error).detail;
    throw new InvalidConfiguration(`this is no bundle of \`stackward review --out\`: ${detail}; review again`, {
      where,
      cause: error,
      about: 'file',
    });
  }
}

/** What a deploy finds now, in the same terms. */
export type Now = Pick<Bundle, 'configuration' | 'commit'> & {
  readonly stacks: readonly Pick<BundledStack, 'name' | 'code'>[];
};

/** Clauses that name the parts of code and rules which differ from those that the review was made of. */
export function movedSinceReview(reviewed: Bundle, now: Now): readonly string[] {
  const moved: string[] = [];
  const commits = commitWords(reviewed.commit, now.commit);
  if (reviewed.configuration !== now.configuration) moved.push('stackward.yaml is another');
  for (const { name: stack, code } of reviewed.stacks) {
    const own = now.stacks.find((each) => each.name === stack);
    if (own === undefined) moved.push(`the stack ${stack} is no longer in the code${commits}`);
    else if (own.code !== code) moved.push(`the code of ${stack} is another${commits}`);
  }
  return moved;
}

type State = BundledStack['state'];

/**
 * True if the state was removed or replaced by one with another lineage. A later serial, or a first state, counts as
 * the same state, because the bundle itself may have been deployed in part.
 */
export const isOtherState = (then: State, now: State): boolean => then !== undefined && then.lineage !== now?.lineage;

/** Says which lineage or serial a state had and has now, as a clause; undefined if nobody wrote the state. */
export function sayMoved(then: State, now: State): string | undefined {
  if (then?.lineage === now?.lineage && then?.serial === now?.serial) return undefined;
  return `since the review its state went from ${sayState(then)} to ${sayState(now)}`;
}

const sayState = (state: State): string =>
  state === undefined ? 'nothing' : `serial ${state.serial} of ${state.lineage.slice(0, 8)}`;

function commitWords(reviewed: Bundle['commit'], now: Bundle['commit']): string {
  if (reviewed === undefined || now === undefined || reviewed.id === now.id) return '';
  return ` (commit ${reviewed.id.slice(0, 12)} was reviewed, this is ${now.id.slice(0, 12)})`;
}
