/** What `stackward where` prints. Pure. */
import { nearestNames } from '../../lib/basics/nearest';
import { printable, printableJson } from '../../lib/basics/printable';
import type { Clock } from '../../lib/contract/clock';
import { socketText } from '../../lib/hosts/service-answers';
import { plain, type Style } from '../../lib/render/style';
import { sayDuration, wrapText } from '../../lib/render/table';
import { count } from '../../lib/render/text';
import { isWrittenAfterStart, type ConfigPlace } from '../host-services';
import type { FoundLog, FoundService, WhereReport } from './read';

type Show = Pick<Clock, 'show'>;

/** 0: it runs there, and all that it reads was read. 2: it doesn't run there. 1: something could not be looked at. */
export function whereExitCode({ found }: WhereReport): 0 | 1 | 2 {
  if (found.some(({ processes }) => processes.length === 0)) return 2;
  const isUnread = (service: FoundService) =>
    service.unread !== undefined ||
    Object.values(service.refused).flat().length > 0 ||
    service.places.some(({ state }) => state.is === 'unread');
  return found.some(isUnread) ? 1 : 0;
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

function renderService(service: FoundService, { host, packages, others, now }: WhereReport, how: How): string[] {
  const { processes, units, policyFile, bootLog, listensOn } = service;
  const { style } = how;
  const runs = processes.length > 0;
  const near = runs ? [] : nearestNames(service.name, others);
  const { refused } = service;
  return [
    `${style.bold(printable(`${service.name} on ${host}`))}: ${runs ? style.green('runs') : style.red('does not run')}`,
    ...(near.length > 0 ? field('meant', [`did you mean ${near.join(' or ')}?`], how) : []),
    ...(runs ? field('process', [processLine(service)], how) : field('others', [others.join(', ') || 'none'], how)),
    ...(runs ? field('command', [processes[0]?.argv.join(' ') ?? ''], how) : []),
    ...field('set by', environmentLines(service), how),
    ...field(
      'unit',
      units.length === 0 ? [unreadText(refused.unit) ?? 'none by any name that is known'] : units.map(unitLine),
      how,
    ),
    ...field(
      'packages',
      packages.length === 0
        ? ['none that dpkg or rpm lists']
        : [packages.map(({ name, version }) => `${name} ${version}`).join(', ')],
      how,
    ),
    ...field('reads', readLines(service, now, how), how),
    ...field(
      'policy',
      [
        policyFile === undefined
          ? (unreadText(refused.policyFile) ?? 'no file: that of its code')
          : `${policyFile.path} (${policyFile.by})`,
      ],
      how,
    ),
    ...field(
      'listens',
      listensOn.length === 0 ? (runs ? ['on no TCP port'] : []) : [listensOn.map(socketText).join(', ')],
      how,
    ),
    ...field(
      'logs',
      service.logs.length === 0 ? ['no file is open or named'] : service.logs.flatMap((log) => logLines(log, how)),
      how,
    ),
    ...(bootLog === undefined ? [] : field('start', [bootLog.from, ...bootLog.lines.slice(-5)], how)),
  ];
}

const unreadText = ([why]: readonly string[]): string | undefined => why && `not looked at: ${why}`;

function processLine({ processes }: FoundService): string {
  const [first] = processes;
  if (first === undefined) return '';
  const more = processes.length - 1;
  const apart = first.isContained ? ', in a container' : '';
  return `${first.pid}${more > 0 ? ` and ${count(more, 'worker')}` : ''}, as ${first.user}, for ${sayDuration(first.aliveSeconds)}${first.python === null ? '' : `, Python ${first.python}`}${apart}`;
}

/** Variables that count over files. */
const environmentLines = ({ config: { environment, era } }: FoundService): readonly string[] =>
  [...environment]
    .filter(([name]) => era.environment && name.includes('__'))
    .map(([name, value]) => `${name}=${value}`);

const unitLine = ({ name, state, files }: FoundService['units'][number]): string =>
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
  return `, written ${clock.show(state.writtenAt)}, after the start: the service has read what stood there before`;
}

function logLines({ path, by, errors }: FoundLog, { clock }: How): readonly string[] {
  if ('why' in errors) return [`${path}  (${by}), not looked at: ${errors.why}`];
  if (!errors.exists) return [`${path}  (${by}), is not there`];
  const written = clock.show(new Date(errors.mtimeSeconds * 1000));
  const last = errors.lines.slice(-3).map((line) => `| ${line.replace(/\s+/g, ' ').slice(0, 300)}`);
  return [`${path}  (${by}), last written ${written}`, ...(last.length === 0 ? ['no error in its last MiB'] : last)];
}

export const renderWhereJson = (report: WhereReport, cloud: string, formatVersion: string): string =>
  printableJson({
    formatVersion,
    command: 'where',
    cloud,
    time: report.now.toISOString(),
    service: report.service,
    host: report.host,
    packages: report.packages,
    found: report.found.map((service) => ({
      name: service.name,
      processes: service.processes,
      units: service.units.map(({ name, state, files }) => ({ name, state: state ?? null, files })),
      configuration: service.places.map(({ path, by, state }) => ({
        path,
        by,
        state: state.is,
        writtenAt: state.is === 'read' ? state.writtenAt.toISOString() : null,
        why: state.is === 'unread' ? state.why : null,
      })),
      configurationNotLookedAt: service.unread ?? null,
      policyFile: service.policyFile ?? null,
      logs: service.logs,
      bootLog: service.bootLog ?? null,
      notLookedAt: [
        ...service.refused.policyFile.map((why) => `the policy file: ${why}`),
        ...service.refused.unit.map((why) => `the unit: ${why}`),
      ],
      listensOn: service.listensOn,
    })),
    otherServices: report.others,
    exitCode: whereExitCode(report),
  });
