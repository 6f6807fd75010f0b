/** `stackward where SERVICE --host H`: by what is really there. */
import { InvalidCommand, UnrecoverableError } from '../../lib/basics/errors';
import type { HostDigest, HostReader, Outcome, ReaderOutput } from '../../lib/hosts/host';
import { heldBy, type BootLog, type Listener, type LogErrors } from '../../lib/hosts/service-answers';
import { accountOf } from '../../lib/oslo-config/account';
import type { OsloConfig } from '../../lib/oslo-config/effective';
import { knownProjects } from '../../lib/openstack/services';
import { projectOf } from '../../lib/oslo-config/reading-order';
import { inContainer } from '../host-containers';
import { isCalled, readHostServices, type HostService, type HostServices } from '../host-services';
import { failed, mapLooked, read, toldBy, untried, type Looked, type Unread } from '../looked';
import { packagesOfService, type InstalledPackage } from '../packages';

export interface Unit {
  readonly name: string;
  /** `active (running), enabled`; undefined: the init system doesn't tell. */
  readonly state?: string;
  /** The files that define it: the unit's file and drop-ins, an Upstart job, a script of init.d. */
  readonly files: readonly string[];
}

export interface FoundLog {
  readonly path: string;
  /** `open`: a process holds it; else the option that names it. */
  readonly by: string;
  readonly errors: Looked<LogErrors>;
}

export interface FoundService extends HostService {
  readonly units: Looked<readonly Unit[]>;
  /** undefined: the init system kept nothing. */
  readonly bootLog: Looked<BootLog | undefined>;
  /** undefined: none of the usual places has one, so the service uses the policy of its code. */
  readonly policyFile: Looked<{ readonly path: string; readonly by: string } | undefined>;
  readonly logs: Looked<readonly FoundLog[]>;
  readonly listensOn: Looked<readonly Listener[]>;
}

export interface WhereReport {
  readonly service: string;
  readonly host: string;
  readonly found: readonly FoundService[];
  readonly packages: Looked<readonly InstalledPackage[]>;
  /** The services that run there. */
  readonly others: readonly string[];
  /** Gaps of the answer: services that may run there too, each with the reason. */
  readonly untold: readonly Unread[];
  readonly now: Date;
}

/** @throws InvalidCommand for a service that no host program knows: the report would always say that it doesn't run */
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
    untold: all.untold,
    packages: mapLooked(all.packages, (packages) => packagesOfService(packages, service)),
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
  const listensOn = mapLooked(listeners, (sockets) => heldBy(sockets, service.processes));
  if (service.containers.length > 0) {
    const elsewhere = untried(inContainer);
    const isApart = service.processes.length === 0;
    return {
      ...service,
      units: elsewhere,
      bootLog: elsewhere,
      policyFile: elsewhere,
      logs: elsewhere,
      listensOn: isApart ? untried('it has a network namespace of its own') : listensOn,
    };
  }
  const names = unitNames(service);
  const [logs, policyFile, units, bootLog] = await Promise.all([
    readLogs(host, service),
    readPolicyFile(host, service),
    readUnits(host, names),
    readBootLog(host, names),
  ]);
  return { ...service, units, bootLog, policyFile, logs, listensOn };
}

async function readLogs(host: HostReader, service: HostService): Promise<FoundService['logs']> {
  const logs = logPaths(service);
  const answers = await host.read(logs.map(({ path }) => ({ verb: 'log-errors', path }) as const));
  return read(logs.map((log, index) => ({ ...log, errors: toldBy(answers[index]) })));
}

async function readPolicyFile(host: HostReader, service: HostService): Promise<FoundService['policyFile']> {
  const policies = policyPaths(service);
  const answers = await host.read(policies.map(({ path }) => ({ verb: 'digest-file', path }) as const));
  // A file that nobody could read would count over those behind it.
  const first = answers.findIndex((answer) => !answer.ok || answer.value.exists);
  return first < 0 ? read(undefined) : mapLooked(toldBy(answers[first]), () => policies[first]);
}

async function readBootLog(host: HostReader, names: readonly string[]): Promise<FoundService['bootLog']> {
  const answers = await host.read(names.map((unit) => ({ verb: 'boot-log', unit }) as const));
  const told = answers.map((answer) => toldBy(answer));
  const kept = told.find((log) => log.isRead && log.value.lines.length > 0);
  return kept ?? told.find((log) => !log.isRead) ?? read(undefined);
}

async function readUnits(host: HostReader, names: readonly string[]): Promise<FoundService['units']> {
  const jobs = names.flatMap(jobsOf);
  const [shown, jobFiles] = [
    await host.read(names.map(showUnit)),
    await host.read(jobs.map((path) => ({ verb: 'digest-file', path }) as const)),
  ];
  const present = jobs.filter((_, index) => isThere(jobFiles[index]));
  const units = names.flatMap((name, index) => unitOf(name, shown[index], present));
  const refused = [...shown.map(shownBy), ...jobFiles.map((answer) => toldBy<unknown>(answer))];
  return units.length > 0 ? read(units) : (refused.find((look) => !look.isRead) ?? read([]));
}

const isThere = (answer: Outcome<HostDigest> | undefined): boolean => answer?.ok === true && answer.value.exists;

/** A host without systemd has no answer, and that is no failure. */
function shownBy(answer: Outcome<ReaderOutput>): Looked<unknown> {
  if (!answer.ok && answer.reason === 'no-tool') return read(undefined);
  if (!answer.ok || answer.value.code === 0 || /not been booted with systemd/.test(answer.value.stderr))
    return toldBy(answer);
  return failed(`systemctl ended with ${answer.value.code}: ${answer.value.stderr.trim() || 'it said nothing'}`);
}

const jobsOf = (unit: string): readonly string[] => [`/etc/init/${unit}.conf`, `/etc/init.d/${unit}`];

const showUnit = (unit: string) =>
  ({
    verb: 'run-reader',
    argv: ['systemctl', 'show', `--property=${unitProperties}`, `${unit}.service`],
  }) as const;

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

/** The order of oslo.policy: the folders of the configuration files, then /etc/<project>. YAML goes before JSON. */
function policyPaths({ config, places, name }: HostService): readonly { readonly path: string; readonly by: string }[] {
  const set = valueIn(config, 'oslo_policy', 'policy_file') ?? valueIn(config, 'DEFAULT', 'policy_file');
  const folders = [...new Set([...places.map(({ path }) => path.replace(/\/[^/]*$/, '')), `/etc/${projectOf(name)}`])];
  const names = set ? [set.text] : ['policy.yaml', 'policy.json'];
  const by = set ? `policy_file of ${set.where}` : 'its usual place';
  return names
    .flatMap((file) => (file.startsWith('/') ? [file] : folders.map((folder) => `${folder}/${file}`)))
    .map((path) => ({ path, by }));
}
