/** Terraform's errors as errors of stackward. Terraform's own words are kept, without secrets. */
import { stripVTControlCharacters } from 'node:util';
import { InvalidConfiguration, Refused, StalePlan, type StackwardError, TransientError, UnrecoverableError } from '../../lib/basics/errors'; // prettier-ignore
import { shownUrl } from '../../lib/basics/shown-url';
import { withoutSecrets } from '../../lib/basics/without-secrets';
import { nameFirst } from '../../lib/basics/name-first';
import { entryNames, unknownCloud, type CredentialFiles } from '../../lib/openstack/cloud-entry';
import type { Diagnostic } from './events';

/** Messages by which Terraform and OpenTofu tell that they were interrupted. */
const fromInterrupt: ReadonlySet<string> = new Set([
  'execution halted',
  'Interrupt received',
  'Two interrupts received',
  'operation canceled',
  'Apply canceled',
]);

/** Go's words where an interrupt ended a request of a provider: `Post "http://…/v2.0/ports": context canceled`. */
const cutOff = /\bcontext cancell?ed\b/;

const isOfInterrupt = ({ summary, detail }: Diagnostic): boolean =>
  fromInterrupt.has(summary) || cutOff.test(summary) || cutOff.test(detail);

/** Whether Terraform says that somebody interrupted it, be it this process or another. */
export const wasInterrupted = (errors: readonly Diagnostic[]): boolean => errors.some(isOfInterrupt);

const longestWords = 1500;
const mostErrors = 5;

export interface Failed {
  /** As the user would type it: `terraform plan`. */
  readonly command: string;
  readonly stack: string;
  /** The folder in which it ran. */
  readonly folder: string;
  readonly errors: readonly Diagnostic[];
  readonly stderr: string;
}

/** True if `terraform init` in this folder may mend the failure. */
export const needsInit = ({ errors, stderr }: Pick<Failed, 'errors' | 'stderr'>): boolean =>
  /(?:terraform|tofu) init\b|initiali[sz]ation required/i.test(
    [...errors.flatMap(({ summary, detail }) => [summary, detail]), stderr].join('\n'),
  );

export const hasOtherProviders = ({ errors, stderr }: Pick<Failed, 'errors' | 'stderr'>): boolean =>
  /dependency lock file|locked provider/i.test([...errors.map(({ summary }) => summary), stderr].join('\n'));

/**
 * OpenStack's provider 1.54.1 and 3.4.0: `Error creating OpenStack networking client: Post
 * "http://nowhere.invalid:5000/v3/auth/tokens": OpenStack connection error, retries exhausted. Aborting. Last error was:
 * dial tcp: lookup nowhere.invalid on 10.0.0.53:53: no such host`.
 */
const unreached =
  /OpenStack (?:connection error|\w+ client: ).{0,1000}?(?<why>connection refused|no such host|no route to host|network is unreachable|i\/o timeout)/s;
const requested = /\b(?:Get|Head|Post|Put|Patch|Delete) "(?<url>[^"\s]{1,500})"/;

const reasons: Readonly<Record<string, string>> = {
  'connection refused': 'nothing listens there',
  'no such host': 'this machine finds no address for that name',
  'no route to host': 'this machine has no route there',
  'network is unreachable': 'this machine has no route there',
  'i/o timeout': 'nothing answers there',
};

/** A cloud that Terraform's provider does not reach; undefined for every other failure. */
function unreachedCloud(words: string, where: string): StackwardError | undefined {
  const { why } = unreached.exec(words)?.groups ?? {};
  if (why === undefined) return undefined;
  const { url } = requested.exec(words)?.groups ?? {};
  const isLogin = url === undefined || url.includes('/auth/tokens');
  const [service, source] = isLogin
    ? ['Keystone', '`auth_url` in the entry of clouds.yaml, or OS_AUTH_URL,']
    : ['a service of the cloud', "the service's endpoint in Keystone's catalogue"];
  return new TransientError(
    `Terraform's provider does not reach ${service}${url === undefined ? '' : ` at ${shownUrl(url)}`}: ${reasons[why]}; correct ${source} or the way there from this machine, and see \`npx stackward doctor preflight\`; Terraform says: ${shortened(words, 300)}`,
    { where, about: 'address' },
  );
}

const providerNotFound =
  /Failed to (?:query available provider packages|install provider)|no available releases match|Could not retrieve the list of available versions/i;

/** The words of gophercloud 1.8 (provider 1.54.1), and of gophercloud 2 (3.4.0). */
const loginRefused = /OpenStack \w+ client: Authentication failed|\/auth\/tokens\], but got 401 instead/;

/**
 * The sources of OpenStack's provider are in stackward's package, so no registry is needed for it. Terraform names the
 * version where a mirror lacks it: "no available releases match the given constraints 1.54.1".
 */
function wayToProvider(words: string): string {
  if (!/\bterraform-provider-openstack\/openstack\b/.test(words))
    return 'let this machine reach the registry, or a mirror that has this version';
  const [, version] = /given constraints (?:= ?)?(\d+\.\d+\.\d+)\b/.exec(words) ?? [];
  const command = ['npx stackward provider', ...(version === undefined ? [] : [version])].join(' ');
  return `where this machine reaches no registry, run \`eval "$(${command})"\` in this shell and then the command again`;
}

const shortened = (words: string, longest: number): string =>
  words.length > longest ? `${words.slice(0, longest)}…` : words;

/** Provider 1.54.1 and 3.4.0 (gophercloud's clientconfig), which name no entry that there is. */
const noSuchCloud = /\bcloud (?<name>\S{1,200}) does not exist in clouds\.yaml/;

/** Undefined also where Terraform tells another error as well, because this sentence would hide it. */
function refusedCloud(
  { errors }: Failed,
  words: string,
  where: string,
  files: () => CredentialFiles,
): StackwardError | undefined {
  const told = errors.length > 0 ? errors.map(({ summary, detail }) => `${summary}\n${detail}`) : words.split('Error: ').slice(1); // prettier-ignore
  const names = new Set(told.map((error) => noSuchCloud.exec(error)?.groups?.name));
  const [name] = names;
  if (name === undefined || names.size > 1) return undefined;
  try {
    const read = files();
    // Terraform may have found another file than stackward, and then its own words say more.
    if (entryNames(read).includes(name)) return undefined;
    const { detail, where: file } = unknownCloud(name, read);
    const said = file === undefined ? detail : `${file}: ${detail}`;
    return new InvalidConfiguration(said, { where });
  } catch {
    return undefined;
  }
}

/** @param files in which the cloud's credentials are looked up */
export function errorOf(failed: Failed, files: () => CredentialFiles): StackwardError {
  const { stack, errors } = failed;
  const where = `stack ${stack}`;
  const lock = errors.map(({ detail }) => holderOf(detail)).find((holder) => holder !== undefined);
  if (lock !== undefined) return lockedBy(lock, failed);
  if (errors.some(({ summary }) => summary === 'Saved plan is stale'))
    return new StalePlan('the state was changed after the plan was made; plan again', { where });
  const words = wordsOf(failed);
  if (loginRefused.test(words))
    return new UnrecoverableError(
      `Keystone refuses the login of Terraform's provider (401); correct user, password or project in the entry of clouds.yaml or in the OS_* variables, and see \`npx stackward doctor preflight\``,
      { where, about: 'login' },
    );
  const unknown = refusedCloud(failed, words, where, files);
  if (unknown !== undefined) return unknown;
  const away = unreachedCloud(words, where);
  if (away !== undefined) return away;
  if (providerNotFound.test(words))
    return new UnrecoverableError(
      `\`${failed.command}\` does not get a provider that the code wants; ${wayToProvider(words)}; Terraform says: ${shortened(words, 300)}`,
      { where, about: 'order' },
    );
  return new UnrecoverableError(`\`${failed.command}\` failed: ${words}`, { where });
}

/**
 * @param errors what Terraform says of things that failed beside the interrupt
 * @param isOurs false: this process interrupted nothing, so a request that was cut off may have another cause, and is told
 */
export function interruptError(
  command: string,
  stack: string,
  errors: readonly Diagnostic[],
  isOurs = true,
): StackwardError {
  const own = errors.filter((error) => !(isOurs ? isOfInterrupt(error) : fromInterrupt.has(error.summary)));
  const also = own.length === 0 ? '' : `; Terraform also says: ${wordsOf({ errors: own, stderr: '' })}`;
  const where = `stack ${stack}`;
  return command === 'apply'
    ? new Refused(`interrupted; what was made is in its state: run it again to go on from there${halfMade(errors)}${also}`, { where }) // prettier-ignore
    : new Refused(`interrupted while Terraform was at work; run it again${also}`, { where });
}

/** The cloud may have done what a request asked for, although nobody waited for the answer. */
function halfMade(errors: readonly Diagnostic[]): string {
  const cut = errors.filter((error) => isOfInterrupt(error) && error.address !== undefined);
  const names = [...new Set(cut.map(({ address = '' }) => address))];
  if (names.length === 0) return '';
  return `; no answer came for ${nameFirst(names, mostErrors)}: if the next plan makes it anew, see whether the cloud has it already`;
}

export const timedOut = (command: string, stack: string, timeoutMs: number): StackwardError =>
  new TransientError(
    `\`${command}\` has not answered within ${timeoutMs / 1000} s; look at the backend of its state and the way there`,
    { where: `stack ${stack}` },
  );

/** Terraform's message in one line, without the frame that Terraform draws for a terminal. */
export function wordsOf({ errors, stderr }: Pick<Failed, 'errors' | 'stderr'>): string {
  const told = errors
    .filter(({ summary }) => !fromInterrupt.has(summary))
    .slice(0, mostErrors)
    .map(({ summary, detail, address }) => [summary, detail, address && `(${address})`].filter(Boolean).join(' '));
  const rest = errors.length > mostErrors ? [`and ${errors.length - mostErrors} more errors`] : [];
  // Terraform's warnings, such as those of its own configuration, stand before its errors.
  const text = told.length === 0 ? stderr.slice(Math.max(stderr.indexOf('Error: '), 0)) : [...told, ...rest].join('; ');
  // `terraform state pull` knows no -no-color.
  const uncolored = stripVTControlCharacters(text);
  const words = withoutSecrets(uncolored.replace(/[│╷╵]/g, ' ').replace(/\s+/g, ' ').trim());
  return shortened(words, longestWords) || 'it gave no reason';
}

interface LockHolder {
  readonly id: string;
  readonly who: string;
  readonly operation: string;
  readonly created: string;
}

/**
 * The holder of a state's lock, as each backend tells it:
 *
 *     Lock Info:
 *       ID:        2997bb4f-c1b0-556a-bcab-409f12f9550b
 *       Operation: OperationTypeApply
 *       Who:       root@vm
 *       Created:   2026-11-29 18:20:35.455884365 +0000 UTC
 */
function holderOf(detail: string): LockHolder | undefined {
  const [, info] = detail.split('Lock Info:');
  const field = (name: string): string =>
    new RegExp(`^\\s*${name}:[ \\t]*(\\S.{0,200})$`, 'm').exec(info ?? '')?.[1] ?? '?';
  if (info === undefined || field('ID') === '?') return undefined;
  return { id: field('ID'), who: field('Who'), operation: field('Operation'), created: field('Created') };
}

function lockedBy({ id, who, operation, created }: LockHolder, { stack, folder, command }: Failed): Refused {
  const [binary = 'terraform'] = command.split(' ');
  const doing = operation.replace(/^OperationType/, '').toLowerCase();
  return new Refused(
    `its state is locked by ${who} since ${timeOf(created)} (${doing}, lock ${id}); wait until that has ended, or, where nobody is at work any more, run \`${binary} -chdir=${folder} force-unlock ${id}\``,
    { where: `stack ${stack}` },
  );
}

/** `2026-11-29 18:20:35.455884365 +0000 UTC` as ISO 8601; any other form stays as it is. */
function timeOf(created: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? \+0000 UTC$/.exec(created) ?? [];
  return day === undefined ? created : `${day}T${time}Z`;
}
