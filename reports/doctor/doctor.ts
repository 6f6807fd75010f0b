/** Runs checks at the same time, and counts their findings. */
import { asStackwardError, InvalidCommand, InvalidConfiguration } from '../../lib/basics/errors';
import { defined } from '../../lib/basics/defined';
import { hideSecrets, withoutSecrets } from '../../lib/basics/without-secrets';
import type { Sources } from '../sources';
import type { AnyCheck, Result, ShowTime } from './check';
import { credentials } from './preflight/credentials';

/** A finding that the configuration calls known. */
export interface Acknowledgement {
  readonly code: string;
  /** Default: every subject. */
  readonly subject?: string | undefined;
  /** The last day on which the acknowledgement is valid, such as `2026-12-31`. */
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
  /** Only checks that look at hosts. */
  readonly host?: string | undefined;
}

/** The checks of one command, and the other command that has further checks. */
export interface Choice {
  readonly all: readonly AnyCheck[];
  readonly others: { readonly command: string; readonly checks: readonly AnyCheck[] };
}

const codesOf = (checks: readonly AnyCheck[]): readonly string[] => checks.map(({ code }) => code);

/** @throws InvalidConfiguration for a code that this command doesn't have, and if no check is left */
export function chosen({ all, others }: Choice, { only, skip, host }: Selection): readonly AnyCheck[] {
  const codes = codesOf(all);
  const unknown = [...only, ...skip].find((code) => !codes.includes(code));
  if (unknown !== undefined && codesOf(others.checks).includes(unknown))
    throw new InvalidCommand(`the check "${unknown}" belongs to \`stackward ${others.command}\`; run that`);
  if (unknown !== undefined) throw new InvalidCommand(`there is no check "${unknown}"; there are ${codes.join(', ')}`);
  const elsewhere = host === undefined ? undefined : only.find((code) => !isOfHosts(code, all));
  if (elsewhere !== undefined)
    throw new InvalidCommand(`the check "${elsewhere}" looks at the cloud, and at no host; leave out --host`);
  const left = all.filter(
    ({ code }) =>
      (host === undefined || isOfHosts(code, all)) &&
      (only.length === 0 || only.includes(code)) &&
      !skip.includes(code),
  );
  if (left.length === 0) throw new InvalidCommand('--only and --skip leave no check; take one of them out');
  return left;
}

const isOfHosts = (wanted: string, all: readonly AnyCheck[]): boolean =>
  all.some(({ code, isOfHosts: is }) => code === wanted && is === true);

/** @throws InvalidConfiguration for an acknowledgement of a code that doesn't exist */
export function refuseUnknown({ all, others }: Choice, acknowledged: readonly Acknowledgement[], file: string): void {
  const codes = [...new Set([...codesOf(all), ...codesOf(others.checks)])].sort();
  const unknown = acknowledged.find(({ code }) => !codes.includes(code));
  if (unknown !== undefined)
    throw new InvalidConfiguration(
      `there is no check "${unknown.code}" to acknowledge; there are ${codes.join(', ')}`,
      {
        where: file,
      },
    );
}

export interface WithoutEffect extends Pick<Acknowledgement, 'code' | 'subject'> {
  readonly why: string;
}

/** Acknowledgements that have expired or match no finding, of checks that have looked. */
export function withoutEffect(
  findings: readonly Finding[],
  acknowledged: readonly Acknowledgement[],
  today: string,
): readonly WithoutEffect[] {
  return acknowledged.flatMap((entry): WithoutEffect[] => {
    const { code, subject, until } = entry;
    const told = findings.filter(({ check }) => check.code === code);
    const say = (why: string): WithoutEffect[] => [{ code, ...defined({ subject }), why }];
    if (told.length === 0) return [];
    if (today > until) return say(`its last day was ${until}; take the entry out, or name a later day`);
    if (told.some(({ result }) => covers(entry, code, result, today) || result.result === 'not looked at')) return [];
    return say(`matches no finding; ${subject === undefined ? '' : 'correct the subject, or '}take the entry out`);
  });
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
      // An acknowledgement names the subject in the form that the report shows.
      return hideSecrets(results).map((result) => {
        const known = acknowledged.find((entry) => covers(entry, check.code, result, today));
        return known === undefined ? { check, result } : { check, result, acknowledged: known };
      });
    }),
  );
  return withLogin(found.flat(), checks, sources, show);
}

/** The reason at each check that needs a login which failed. */
export const loginFails = 'the login fails: see SW-9001';

/** Reports a failed login once, as the first finding. The checks that need the login refer to that finding. */
async function withLogin(
  findings: readonly Finding[],
  checks: readonly AnyCheck[],
  sources: Sources,
  show: ShowTime,
): Promise<readonly Finding[]> {
  if (!checks.some(({ needs }) => needs.includes('the API'))) return findings;
  const login = await sources.login();
  if (login.isRead) return findings;
  const isSaid = ({ check }: Finding): boolean => check.code === credentials.code;
  const own = hideSecrets(await credentials.results(sources, show)).map((result) => ({
    check: credentials,
    result,
  }));
  const said = findings.some(isSaid) ? findings.filter(isSaid) : own;
  const referring = findings.map((finding): Finding => {
    const { result } = finding;
    const isOfLogin = result.result === 'not looked at' && result.why === withoutSecrets(login.why);
    return isOfLogin ? { ...finding, result: { ...result, why: loginFails } } : finding;
  });
  return [...said, ...referring.filter((finding) => !isSaid(finding))];
}

const covers = (entry: Acknowledgement, code: string, result: Result, today: string): boolean =>
  isTrouble(result) &&
  entry.code === code &&
  (entry.subject === undefined || entry.subject === result.subject) &&
  today <= entry.until;

export const isTrouble = ({ result }: Result): boolean => result === 'fault' || result === 'risk';

/** 2: there are findings. 1: something that was asked for could not be looked at. 0: neither. */
export function doctorExitCode(findings: readonly Finding[], { only }: Pick<Selection, 'only'>): 0 | 1 | 2 {
  if (findings.some(({ result, acknowledged }) => isTrouble(result) && acknowledged === undefined)) return 2;
  const isMissed = ({ check, result }: Finding): boolean =>
    result.result === 'not looked at' && (result.wasTried || only.includes(check.code));
  return findings.some(isMissed) ? 1 : 0;
}
