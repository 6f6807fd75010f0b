/** `stackward where SERVICE --host H`: by what is really there. */
import { defined } from '../../lib/basics/defined';
import { InvalidCommand, UnrecoverableError } from '../../lib/basics/errors';
import type { HostDigest, HostRead, HostReader, Outcome, ReaderOutput } from '../../lib/hosts/host';
import type { BootLog, Listener, LogErrors } from '../../lib/hosts/service-answers';
import { accountOf } from '../../lib/oslo-config/account';
import type { OsloConfig } from '../../lib/oslo-config/effective';
import { knownProjects } from '../../lib/openstack/services';
import { projectOf } from '../../lib/oslo-config/reading-order';
import { isCalled, readHostServices, type HostService, type HostServices } from '../host-services';
import { packagesOfService, type InstalledPackage } from '../packages';

export interface Unit {
  readonly name: string;
  /** `active (running), enabled`; undefined: the init system doesn't tell. */
  readonly state?: string;
  /** What defines it: the unit's file and drop-ins, an Upstart job, a script of init.d. */
  readonly files: readonly string[];
}

export interface FoundLog {
  readonly path: string;
  /** `open`: a process holds it; else the option that names it. */
  readonly by: string;
  readonly errors: LogErrors | { readonly why: string };
}

export interface FoundService extends HostService {
  readonly units: readonly Unit[];
  readonly bootLog?: BootLog;
  /** undefined: none of the usual places has one, so the service goes by the policy of its code; or somebody refused the look. */
  readonly policyFile?: { readonly path: string; readonly by: string };
  readonly logs: readonly FoundLog[];
  readonly listensOn: readonly Listener[];
  /** Why the host refused a look. */
  readonly refused: Readonly<Record<'policyFile' | 'unit', readonly string[]>>;
}

export interface WhereReport {
  readonly service: string;
  readonly host: string;
  readonly found: readonly FoundService[];
  readonly packages: readonly InstalledPackage[];
  /** Services that do run there. */
  readonly others: readonly string[];
  readonly now: Date;
}

/** @throws InvalidConfiguration for a service that no host program knows: such a one never runs, by what is told */
export async function readWhere(host: HostReader, service: string): Promise<WhereReport> {
  if (!knownProjects.includes(projectOf(service)))
    throw new InvalidCommand(
      `unknown service "${service}": this report knows services of ${knownProjects.join(', ')}; name one of them, such as nova-compute`,
    );
  const looked = await readHostServices(host, service);
  if (!looked.isRead) throw new UnrecoverableError(looked.why);
  const all = looked.value;
  const wanted = all.services.filter(({ name }) => isCalled(name, service));
  const found = await Promise.all(wanted.map((each) => lookCloser(host, each, all)));
  const others = all.services.filter(({ name }) => !isCalled(name, service)).map(({ name }) => name);
  return {
    service,
    host: host.name,
    found,
    now: all.now,
    others: [...new Set(others)].sort(),
    packages: packagesOfService(all.packages, service),
  };
}

const unitProperties =
  'Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,ExecMainStatus,StateChangeTimestamp';

/** Names that distributions give to the unit or job of a service. */
const unitNames = ({ name, processes }: HostService): readonly string[] => [
  ...new Set([
    ...processes.flatMap(({ unit }) => (unit === null ? [] : [unit.replace(/\.service$/, '')])),
    ...[name, `openstack-${name}`],
  ]),
];

async function lookCloser(host: HostReader, service: HostService, { listeners }: HostServices): Promise<FoundService> {
  const [names, logs, policies] = [unitNames(service), logPaths(service), policyPaths(service)];
  const jobs = names.flatMap(jobsOf);
  const answers: Outcome<unknown>[] = [
    ...(await host.read([
      ...names.map(showUnit),
      ...names.map((unit): HostRead => ({ verb: 'boot-log', unit })),
      ...logs.map(({ path }): HostRead => ({ verb: 'log-errors', path })),
      ...policies.map(({ path }): HostRead => ({ verb: 'digest-file', path })),
      ...jobs.map((path): HostRead => ({ verb: 'digest-file', path })),
    ])),
  ];
  /** Answers to the next of the questions above. */
  const next = <Value>(number: number) => answers.splice(0, number) as Outcome<Value>[];
  const shown = next<ReaderOutput>(names.length);
  const started = next<BootLog>(names.length);
  const errors = next<LogErrors>(logs.length);
  const policyFiles = next<HostDigest>(policies.length);
  const jobFiles = next<HostDigest>(jobs.length);
  const isThere = (answer: Outcome<HostDigest> | undefined) => answer?.ok === true && answer.value.exists;
  const present = jobs.filter((_, index) => isThere(jobFiles[index]));
  const pids = new Set(service.processes.map(({ pid }) => pid));
  const units = names.flatMap((name, index) => unitOf(name, shown[index], present));
  // A file that nobody could read would count over those behind it.
  const firstPolicy = policyFiles.findIndex((answer) => !answer.ok || answer.value.exists);
  const bootLog = started.flatMap((answer) => (answer.ok && answer.value.lines.length > 0 ? [answer.value] : []))[0];
  return {
    ...service,
    ...defined({ bootLog, policyFile: isThere(policyFiles[firstPolicy]) ? policies[firstPolicy] : undefined }),
    units,
    refused: {
      policyFile: refusals(policyFiles.slice(firstPolicy, firstPolicy + 1)),
      unit: units.length > 0 ? [] : refusals([...shown, ...jobFiles]),
    },
    logs: logs.map((log, index) => ({ ...log, errors: errorsOf(errors[index]) })),
    listensOn: listeners.filter(({ holders }) => holders.some(({ pid }) => pids.has(pid))),
  };
}

/** Where a host has no systemd, there is nothing to look at. */
const refusals = (answers: readonly Outcome<unknown>[]): readonly string[] => [
  ...new Set(answers.flatMap((answer) => (answer.ok || answer.reason === 'no-tool' ? [] : [answer.error.message]))),
];

const jobsOf = (unit: string): readonly string[] => [`/etc/init/${unit}.conf`, `/etc/init.d/${unit}`];

const showUnit = (unit: string): HostRead => ({
  verb: 'run-reader',
  argv: ['systemctl', 'show', `--property=${unitProperties}`, `${unit}.service`],
});

function unitOf(name: string, shown: Outcome<ReaderOutput> | undefined, present: readonly string[]): readonly Unit[] {
  const jobs = present.filter((path) => jobsOf(name).includes(path));
  const lines = shown?.ok === true ? shown.value.stdout.split('\n') : [];
  const told = new Map(lines.map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]));
  if (told.get('LoadState') === 'loaded') {
    const state = `${told.get('ActiveState')} (${told.get('SubState')}), ${told.get('UnitFileState') || 'of no file'}`;
    const files = [told.get('FragmentPath') ?? '', ...(told.get('DropInPaths') ?? '').split(' ')];
    return [{ name: `${name}.service`, state, files: [...files.filter((file) => file !== ''), ...jobs] }];
  }
  return jobs.length === 0 ? [] : [{ name, files: jobs }];
}

const errorsOf = (answer: Outcome<LogErrors> | undefined): FoundLog['errors'] => {
  if (answer?.ok === true) return answer.value;
  return { why: answer === undefined ? 'it was not asked for' : answer.error.message };
};

const valueIn = (config: OsloConfig, section: string, name: string, former: readonly string[] = []) => {
  const names = former.map((each) => ({ section, name: each }));
  const [value] = accountOf({ section, name, former: names }, config).values;
  return value && { text: value.value.toString(), where: value.where };
};

function logPaths({ processes, config, name }: HostService): readonly Pick<FoundLog, 'path' | 'by'>[] {
  const open = processes.flatMap(({ logs }) => logs).filter((path) => !path.endsWith(' (deleted)'));
  const file = valueIn(config, 'DEFAULT', 'log_file', ['logfile']);
  const folder = valueIn(config, 'DEFAULT', 'log_dir', ['logdir']);
  const inFolder = (text: string) => (text.startsWith('/') || !folder ? text : `${folder.text}/${text}`);
  return [
    ...[...new Set(open)].map((path) => ({ path, by: 'open' })),
    ...(file ? [{ path: inFolder(file.text), by: `log_file of ${file.where}` }] : []),
    ...(folder && !file ? [{ path: `${folder.text}/${name}.log`, by: `log_dir of ${folder.where}` }] : []),
  ].filter(({ path }, index, all) => path.startsWith('/') && all.findIndex((log) => log.path === path) === index);
}

/** As oslo.policy looks: the folders of the configuration files, then /etc/<project>. A yaml counts over a json. */
function policyPaths({ config, places, name }: HostService): readonly { readonly path: string; readonly by: string }[] {
  const set = valueIn(config, 'oslo_policy', 'policy_file') ?? valueIn(config, 'DEFAULT', 'policy_file');
  const folders = [...new Set([...places.map(({ path }) => path.replace(/\/[^/]*$/, '')), `/etc/${projectOf(name)}`])];
  const names = set ? [set.text] : ['policy.yaml', 'policy.json'];
  const by = set ? `policy_file of ${set.where}` : 'its usual place';
  return names
    .flatMap((file) => (file.startsWith('/') ? [file] : folders.map((folder) => `${folder}/${file}`)))
    .map((path) => ({ path, by }));
}
