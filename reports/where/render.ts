/** Renders the report of `stackward where`. Pure. */
import { nearestNames } from '../../lib/basics/nearest';
import { printable, printableJson } from '../../lib/basics/printable';
import type { Clock } from '../../lib/contract/clock';
import { socketText, type Listener } from '../../lib/hosts/service-answers';
import { plain, type Style } from '../../lib/render/style';
import { sayDuration, wrapText } from '../../lib/render/table';
import { count } from '../../lib/render/text';
import { sayContainer } from '../host-containers';
import { isWrittenAfterStart, type ConfigPlace } from '../host-services';
import type { Looked, Unread } from '../looked';
import type { InstalledPackage } from '../packages';
import type { FoundLog, FoundService, Unit, WhereReport } from './read';

type Show = Pick<Clock, 'show'>;

const isMissing = ({ processes, containers }: FoundService): boolean => processes.length + containers.length === 0;

/** 0: it runs there, and all that it reads was read. 2: it doesn't run there. 1: something could not be looked at. */
export function whereExitCode({ found, packages, untold }: WhereReport): 0 | 1 | 2 {
  if (found.some(isMissing)) return 2;
  const isUnread = (service: FoundService) =>
    service.unread !== undefined ||
    missedOf(service).length > 0 ||
    service.places.some(({ state }) => state.is === 'unread');
  return !packages.isRead || untold.some(({ wasTried }) => wasTried) || found.some(isUnread) ? 1 : 0;
}

/** Of what is looked at beside the configuration. */
function missedOf({ policyFile, units, bootLog, listensOn, logs }: FoundService): readonly string[] {
  const looks = { 'the policy file': policyFile, 'the unit': units, 'the boot log': bootLog, 'its ports': listensOn };
  return [
    ...Object.entries({ ...looks, 'its logs': logs }).flatMap(([what, look]) =>
      look.isRead ? [] : [`${what}: ${look.why}`],
    ),
    ...(logs.isRead ? logs.value : []).flatMap(({ path, errors }) => (errors.isRead ? [] : [`${path}: ${errors.why}`])),
  ];
}

export function renderWhere(report: WhereReport, clock: Show, width: number, style: Style = plain): string {
  return report.found
    .map((service) => renderService(service, report, { clock, width, style }))
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

interface How {
  readonly clock: Show;
  readonly width: number;
  readonly style: Style;
}

const indent = ' '.repeat(10);

/** A title, and beside it the lines of its text. */
function field(title: string, texts: readonly string[], { width, style }: How): string[] {
  const lines = texts.flatMap((text) => wrapText(text, width, indent));
  return lines.map((line, index) =>
    index === 0 ? `${style.dim(title.padEnd(indent.length - 2))}  ${line.trimStart()}` : line,
  );
}

function renderService(
  service: FoundService,
  { host, packages, others, untold, now }: WhereReport,
  how: How,
): string[] {
  const { processes, containers, units, policyFile, bootLog, listensOn, logs } = service;
  const { style } = how;
  const runs = !isMissing(service);
  const near = runs ? [] : nearestNames(service.name, others);
  return [
    `${style.bold(printable(`${service.name} on ${host}`))}: ${runs ? style.green('runs') : style.red('does not run')}${containers.length > 0 ? ' in a container' : ''}`,
    ...(near.length > 0 ? field('meant', [`did you mean ${near.join(' or ')}?`], how) : []),
    ...(processes.length > 0 ? field('process', [processLine(service)], how) : []),
    ...field('contained', containerLines(service), how),
    ...(runs ? [] : field('others', [others.join(', ') || 'none'], how)),
    ...field('besides', untold.map(unreadText), how),
    ...(processes.length > 0 ? field('command', [processes[0]?.argv.join(' ') ?? ''], how) : []),
    ...field('set by', environmentLines(service), how),
    ...field(
      'unit',
      linesOf(units, (all) => all.map(unitLine), 'none by any name that is known'),
      how,
    ),
    ...field('packages', linesOf(packages, packageLines, 'none that dpkg or rpm lists'), how),
    ...field('reads', readLines(service, now, how), how),
    ...field('policy', linesOf(policyFile, policyLines, 'no file: that of its code'), how),
    ...field(
      'listens',
      linesOf(listensOn, (sockets) => socketLines(sockets, runs)),
      how,
    ),
    ...field(
      'logs',
      linesOf(logs, (all) => all.flatMap((log) => logLines(log, how)), 'no file is open or named'),
      how,
    ),
    ...field(
      'start',
      linesOf(bootLog, (log) => (log === undefined ? [] : [log.from, ...log.lines.slice(-5)])),
      how,
    ),
  ];
}

const unreadText = ({ why }: Unread): string => `not looked at: ${why}`;

/** @param nothing what is said where the look found none; default: no line */
function linesOf<Value>(
  looked: Looked<Value>,
  tell: (value: Value) => readonly string[],
  nothing?: string,
): readonly string[] {
  if (!looked.isRead) return [unreadText(looked)];
  const lines = tell(looked.value);
  return lines.length > 0 || nothing === undefined ? lines : [nothing];
}

const packageLines = (packages: readonly InstalledPackage[]): readonly string[] =>
  packages.length === 0 ? [] : [packages.map(({ name, version }) => `${name} ${version}`).join(', ')];

const policyLines = (file: { readonly path: string; readonly by: string } | undefined): readonly string[] =>
  file === undefined ? [] : [`${file.path} (${file.by})`];

const socketLines = (sockets: readonly Listener[], runs: boolean): readonly string[] =>
  sockets.length > 0 ? [sockets.map(socketText).join(', ')] : runs ? ['on no TCP port'] : [];

function processLine({ processes }: FoundService): string {
  const [first] = processes;
  if (first === undefined) return '';
  const more = processes.length - 1;
  const apart = first.isContained ? ', in a container' : '';
  return `${first.pid}${more > 0 ? ` and ${count(more, 'worker')}` : ''}, as ${first.user}, for ${sayDuration(first.aliveSeconds)}${first.python === null ? '' : `, Python ${first.python}`}${apart}`;
}

/** Each container once, with the number of the service's processes in it. */
function containerLines({ containers }: FoundService): readonly string[] {
  const said = containers.map(
    (each) =>
      [
        sayContainer(each) || 'of an unknown runtime',
        each.sharesNetwork ? '' : ', in a network namespace of its own',
      ] as const,
  );
  return [...new Set(said.map((words) => words.join('')))].map((line) => {
    const own = said.filter((words) => words.join('') === line).length;
    return `${line}: ${count(own, 'process', 'processes')}`;
  });
}

/** Variables that count over files. */
const environmentLines = ({ config: { environment, era } }: FoundService): readonly string[] =>
  [...environment]
    .filter(([name]) => era.environment && name.includes('__'))
    .map(([name, value]) => `${name}=${value}`);

const unitLine = ({ name, state, files }: Unit): string =>
  [name, ...(state === undefined ? [] : [state]), ...files].join('  ');

function readLines({ places, unread, processes }: FoundService, now: Date, { clock }: How): readonly string[] {
  if (unread !== undefined) return [`not looked at: ${unread}`];
  if (places.length === 0) return ['no file: none of the search path is there'];
  return places.map(
    (place, index) => `${index + 1}. ${place.path}  ${place.by}${stateWords(place, processes, now, clock)}`,
  );
}

function stateWords({ state }: ConfigPlace, [first]: FoundService['processes'], now: Date, clock: Show): string {
  if (state.is === 'absent') return ', is not there';
  if (state.is === 'unread') return `, not looked at: ${state.why}`;
  if (first === undefined || !isWrittenAfterStart(state.writtenAt, first, now)) return '';
  return `, written ${clock.show(state.writtenAt)}, after the start: the service has read the former content`;
}

function logLines({ path, by, errors }: FoundLog, { clock }: How): readonly string[] {
  if (!errors.isRead) return [`${path}  (${by}), ${unreadText(errors)}`];
  const log = errors.value;
  if (!log.exists) return [`${path}  (${by}), is not there`];
  const written = clock.show(new Date(log.mtimeSeconds * 1000));
  const last = log.lines.slice(-3).map((line) => `| ${line.replace(/\s+/g, ' ').slice(0, 300)}`);
  return [`${path}  (${by}), last written ${written}`, ...(last.length === 0 ? ['no error in its last MiB'] : last)];
}

const valueOr = <Value, Instead>(looked: Looked<Value>, instead: Instead): Value | Instead =>
  looked.isRead ? looked.value : instead;

export const renderWhereJson = (report: WhereReport, cloud: string, formatVersion: string): string =>
  printableJson({
    formatVersion,
    command: 'where',
    cloud,
    time: report.now.toISOString(),
    service: report.service,
    host: report.host,
    packages: valueOr(report.packages, null),
    found: report.found.map((service) => ({
      name: service.name,
      processes: service.processes,
      containers: service.containers,
      units: valueOr(service.units, []).map(({ name, state, files }) => ({ name, state: state ?? null, files })),
      configuration: service.places.map(({ path, by, state }) => ({
        path,
        by,
        state: state.is,
        writtenAt: state.is === 'read' ? state.writtenAt.toISOString() : null,
        why: state.is === 'unread' ? state.why : null,
      })),
      configurationNotLookedAt: service.unread ?? null,
      policyFile: valueOr(service.policyFile, undefined) ?? null,
      logs: valueOr(service.logs, []).map(({ path, by, errors }) => ({
        path,
        by,
        errors: errors.isRead ? errors.value : { why: errors.why },
      })),
      bootLog: valueOr(service.bootLog, undefined) ?? null,
      notLookedAt: missedOf(service),
      listensOn: valueOr(service.listensOn, []),
    })),
    otherServices: report.others,
    notLookedAt: [
      ...(report.packages.isRead ? [] : [`packages: ${report.packages.why}`]),
      ...report.untold.map(({ why }) => `services: ${why}`),
    ],
    exitCode: whereExitCode(report),
  });
