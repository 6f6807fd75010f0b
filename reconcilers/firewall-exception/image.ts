/** An exception on some hosts before a run, as the journal keeps it. */
import * as z from 'zod';
import type { OwnTable } from '../../lib/iptables/own-chain';
import { commentOf, findPath } from '../../lib/iptables/rule-comment';
import { line } from '../../lib/basics/line';
import type { RestoredResource } from '../../lib/contract/resource';
import type { RestoredOn } from '../../lib/contract/restored';
import { findOwnComment } from './chain/rule-shape';

/**
 * Rules of one table in one family. Older runs, before `maxRules` of lib/synth/exception-limits.ts, recorded larger
 * exceptions.
 */
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

/** True if the comment is that of the path. A comment that was cut has the first part of its path. */
const isOf = (comment: string, path: string): boolean => commentOf(path) === comment || findPath(comment) === path;

const imageOf = (comment: string) =>
  z.strictObject({
    /** The construct's path, as the comments of its rules have it. */
    comment: z.literal(comment),
    /** The rules as the kernel printed them. All empty: the exception was not there. */
    ipv4: ownRules(comment),
    ipv6: ownRules(comment),
    /** Present if the run's writes held a lock of the agent. The host says where the lock is. */
    lockFile: z.string().optional(),
  });

export type ExceptionImage = z.infer<ReturnType<typeof imageOf>>;

export type RestoredException = RestoredOn<ExceptionImage>;

/** The images of one construct must have the same comment, which must belong to its path. */
export function exceptionImage({ before, path }: RestoredResource): ReturnType<typeof imageOf> {
  const said = before.map(({ image }) => image.comment);
  const own = said.find((comment): comment is string => typeof comment === 'string' && isOf(comment, path));
  return imageOf(own ?? commentOf(path));
}
