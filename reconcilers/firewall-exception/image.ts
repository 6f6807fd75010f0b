/** An exception as it was on some hosts before a run: what the journal keeps of it. */
import * as z from 'zod';
import type { OwnTable } from '../../lib/iptables/own-chain';
import { commentOf, findPath } from '../../lib/iptables/rule-comment';
import { line } from '../../lib/basics/line';
import type { RestoredResource } from '../../lib/contract/resource';
import type { RestoredOn } from '../../lib/contract/restored';
import { findOwnComment } from './chain/rule-shape';

/** Of one table in one family. Runs of before `maxRules` of lib/synth/exception-limits.ts recorded exceptions that are larger than any today. */
const maxRecordedRules = 10_000;

/** The rules of one construct, each of exactly a shape that stackward writes. */
const rulesOf = (table: OwnTable, comment: string) =>
  z
    .array(line)
    .max(maxRecordedRules)
    .superRefine((rules, context) => {
      const foreign = rules.findIndex((rule) => findOwnComment(table, rule) !== comment);
      if (foreign >= 0)
        context.addIssue({
          code: 'custom',
          path: [foreign],
          message: `is no rule of ${comment} that stackward writes`,
        });
    });

const ownRules = (comment: string) =>
  z.strictObject({ mangle: rulesOf('mangle', comment), filter: rulesOf('filter', comment) });

/** A comment that was cut tells its path as far as it is kept. */
const isOf = (comment: string, path: string): boolean => commentOf(path) === comment || findPath(comment) === path;

const imageOf = (comment: string) =>
  z.strictObject({
    /** The construct's path, as the comments of its rules have it. */
    comment: z.literal(comment),
    /** As the kernel printed them; all empty: it was not there. */
    ipv4: ownRules(comment),
    ipv6: ownRules(comment),
    /** There was a lock of the agent that the run's writes held. Where it is, the host says. */
    lockFile: z.string().optional(),
  });

export type ExceptionImage = z.infer<ReturnType<typeof imageOf>>;

export type RestoredException = RestoredOn<ExceptionImage>;

/** Of one construct: its images must agree on a comment that its path has. */
export function exceptionImage({ before, path }: RestoredResource): ReturnType<typeof imageOf> {
  const said = before.map(({ image }) => image.comment);
  const own = said.find((comment): comment is string => typeof comment === 'string' && isOf(comment, path));
  return imageOf(own ?? commentOf(path));
}
