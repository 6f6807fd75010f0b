/** Runs checks side by side, and counts what they found. */
import { asStackwardError, InvalidConfiguration } from '../../lib/basics/errors';
import type { Sources } from '../sources';
import type { AnyCheck, Result, ShowTime } from './check';

/** A finding that the configuration says is known. */
export interface Acknowledgement {
  readonly code: string;
  /** Default: every subject. */
  readonly subject?: string | undefined;
  /** The last day on which it counts, such as `2026-12-31`. */
  readonly until: string;
  readonly because: string;
}

export interface Finding {
  readonly check: Pick<AnyCheck, 'code' | 'title'>;
  readonly result: Result;
  readonly acknowledged?: Acknowledgement;
}

export interface Selection {
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** @throws InvalidConfiguration for a code that there is not */
export function chosen(all: readonly AnyCheck[], { only, skip }: Selection): readonly AnyCheck[] {
  const codes = all.map(({ code }) => code as string);
  const unknown = [...only, ...skip].find((code) => !codes.includes(code));
  if (unknown !== undefined)
    throw new InvalidConfiguration(`there is no check "${unknown}"; there are ${codes.join(', ')}`);
  return all.filter(({ code }) => (only.length === 0 || only.includes(code)) && !skip.includes(code));
}

export async function examine(
  checks: readonly AnyCheck[],
  sources: Sources,
  show: ShowTime,
  acknowledged: readonly Acknowledgement[],
  today: string,
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    checks.map(async (check): Promise<Finding[]> => {
      const results = await check
        .results(sources, show)
        .catch((error: unknown): readonly Result[] => [
          { result: 'not looked at', subject: check.title, why: asStackwardError(error).message, wasTried: true },
        ]);
      return results.map((result) => {
        const known = acknowledged.find((entry) => covers(entry, check.code, result, today));
        return known === undefined ? { check, result } : { check, result, acknowledged: known };
      });
    }),
  );
  return found.flat();
}

const covers = (entry: Acknowledgement, code: string, result: Result, today: string): boolean =>
  isTrouble(result) &&
  entry.code === code &&
  (entry.subject === undefined || entry.subject === result.subject) &&
  today <= entry.until;

export const isTrouble = ({ result }: Result): boolean => result === 'fault' || result === 'risk';

/** 2: found something; 1: could not look at something that was asked for; 0: neither. */
export function doctorExitCode(findings: readonly Finding[], { only }: Pick<Selection, 'only'>): 0 | 1 | 2 {
  if (findings.some(({ result, acknowledged }) => isTrouble(result) && acknowledged === undefined)) return 2;
  const isMissed = ({ check, result }: Finding): boolean =>
    result.result === 'not looked at' && (result.wasTried || only.includes(check.code));
  return findings.some(isMissed) ? 1 : 0;
}
