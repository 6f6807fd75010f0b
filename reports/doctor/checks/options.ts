import { printable } from '../../../lib/basics/printable';
import { count } from '../../../lib/render/text';
import { accountOf, type OptionAccount, type PlacedValue } from '../../../lib/oslo-config/account';
import type { OsloOption } from '../../../lib/oslo-config/effective';
import { optionsSetIn } from '../../../lib/oslo-config/multiple';
import { projectOf } from '../../../lib/oslo-config/reading-order';
import {
  misspeltNames,
  warningsOf,
  type ConfigWarning,
  type ConfigWarningCode,
} from '../../../lib/oslo-config/warnings';
import { isWrittenAfterStart, type HostService, type HostServices, type LookedAtHost } from '../../host-services';
import { untried } from '../../looked';
import { defineCheck, judgeLooked, notLookedAt, type Result, type Trouble } from '../check';
import { noHostNamed } from './words';

/** The result for several services of a host that read the same file. */
interface Merged<Told> {
  readonly told: Told;
  readonly services: Set<string>;
}

function merge<Told>(told: readonly (readonly [key: string, Told, service: string])[]): readonly Merged<Told>[] {
  const all = new Map<string, Merged<Told>>();
  for (const [key, value, service] of told) {
    const before = all.get(key);
    if (before) before.services.add(service);
    else all.set(key, { told: value, services: new Set([service]) });
  }
  return [...all.values()];
}

const readers = ({ services }: Merged<unknown>): string => `read by ${[...services].sort().join(', ')}`;

interface Kind {
  readonly result: Trouble['result'];
  readonly found: (lines: number) => string;
  readonly step: string;
}

const correctThere = 'Correct these lines. The service reads the file when it starts: plan a restart.';

const kinds: Readonly<Record<Exclude<ConfigWarningCode, 'shadowed'>, Kind>> = {
  'refused file': {
    result: 'fault',
    found: (lines) => `oslo.config refuses the file for ${count(lines, 'line')}: the service will not start again.`,
    step: 'Correct these lines before anybody restarts the service.',
  },
  'swallowed option': {
    result: 'fault',
    found: (lines) => `${count(lines, 'indented line')} became a part of the value above, and set nothing.`,
    step: correctThere,
  },
  reference: {
    result: 'fault',
    found: (lines) => `${count(lines, 'value')} with a "$" that oslo.config takes for the name of an option.`,
    step: 'Write "$$" for each "$" that belongs to the value, and plan a restart of the service.',
  },
  'odd character': {
    result: 'fault',
    found: (lines) => `${count(lines, 'option')} with a character in the name that only looks right.`,
    step: correctThere,
  },
  'line ends': {
    result: 'risk',
    found: () => 'Its line ends are not those of Unix.',
    step: 'Save the file with LF, such as by `sed -i "s/\\r$//"`. oslo.config reads it the same.',
  },
  'unknown section': {
    result: 'risk',
    found: (lines) => `${count(lines, 'section')} that the service does not know, and whose name is near to one.`,
    step: correctThere,
  },
  'unknown option': {
    result: 'risk',
    found: (lines) => `${count(lines, 'option')} that the service does not know, and whose name is near to one.`,
    step: correctThere,
  },
};

/** The lines of one file that have the same kind of mistake. */
function mistakes(host: string, { services, registered, now }: HostServices): readonly Trouble[] {
  const told = services.flatMap((service) =>
    [
      ...warningsOf(service.config),
      ...misspeltNames(service.config, registered.get(projectOf(service.name)) ?? []),
    ].map((warning) => {
      const { code, path, line, column } = warning;
      return [
        `${code} ${path}:${line}:${column}`,
        { warning, late: lateNote(service, path, now) },
        service.name,
      ] as const;
    }),
  );
  return grouped(merge(told)).flatMap((lines): Trouble[] => {
    const [first] = lines;
    if (first.told.warning.code === 'shadowed') return [];
    const { path, code } = first.told.warning;
    const { result, found, step } = kinds[code];
    const evidence = [
      ...lines.slice(0, maxLines).map(({ told: { warning } }) => lineOf(warning)),
      ...(lines.length > maxLines ? [`and ${lines.length - maxLines} more`] : []),
      ...[readers(first), ...first.told.late],
    ];
    return [{ result, subject: `${path} on ${host}`, found: found(lines.length), evidence, step }];
  });
}

type Mistake = Merged<{ readonly warning: ConfigWarning; readonly late: readonly string[] }>;

/** Groups mistakes by file and kind. */
function grouped(mistakes: readonly Mistake[]): readonly (readonly [Mistake, ...Mistake[]])[] {
  const groups = new Map<string, [Mistake, ...Mistake[]]>();
  for (const mistake of mistakes) {
    const { code, path } = mistake.told.warning;
    const group = groups.get(`${code} ${path}`);
    if (group) group.push(mistake);
    else groups.set(`${code} ${path}`, [mistake]);
  }
  return [...groups.values()];
}

const maxLines = 10;

const lineOf = ({ line, column, message }: ConfigWarning): string => `line ${line}, column ${column}: ${message}`;

/** A note if the service has not yet read the present file. */
function lateNote({ name, places, processes: [first] }: HostService, path: string, now: Date): readonly string[] {
  const state = places.find((place) => place.path === path)?.state;
  if (first === undefined || state?.is !== 'read' || !isWrittenAfterStart(state.writtenAt, first, now)) return [];
  return [`the file was written after the start of ${name}, which still uses the former content`];
}

interface SetTwice extends OptionAccount {
  readonly option: OsloOption;
}

type SetOtherwise = SetTwice & { readonly service: HostService; readonly winner: PlacedValue };

/** The defaults of packages are meant to be overridden by the site's own files. */
const ofPackage = ({ where }: PlacedValue): boolean => where.startsWith('/usr/share/');

const fileOf = ({ where }: PlacedValue): string => where.replace(/:\d+$/, '');

/**
 * Places with another value for an option than the place that the service uses. Secrets are never compared, so a secret
 * counts as another value.
 */
function setOtherwise(service: HostService, registered: HostServices['registered']): readonly SetOtherwise[] {
  return optionsSetIn(service.config, registered.get(projectOf(service.name))).flatMap((option) => {
    const { values, shadowed: losers } = accountOf(option, service.config);
    const [winner] = values;
    if (winner === undefined) return [];
    const isOther = ({ value }: PlacedValue) => value.isSecret || value.reveal() !== winner.value.reveal();
    const shadowed = losers.filter((loser) => isOther(loser) && !ofPackage(loser));
    return shadowed.length === 0 ? [] : [{ option, values, shadowed, service, winner }];
  });
}

/** Options that name a place for a service's own files. A configuration file of one service is expected to set them. */
const placesOfService: ReadonlySet<string> = new Set(['state_path', 'lock_path', 'log_file', 'log_dir', 'pid_file']);

const isPlaceOfService = (told: SetOtherwise): boolean => isLayered(told) && placesOfService.has(told.option.name);

/** True if each place is in another file: a later file is meant to override an earlier one. */
const isLayered = ({ winner, shadowed }: SetOtherwise): boolean =>
  winner.where.startsWith('/') && new Set([winner, ...shadowed].map(fileOf)).size === 1 + shadowed.length;

function setTwice(host: string, { services, registered, now }: HostServices): readonly Trouble[] {
  const all = services
    .flatMap((service) => setOtherwise(service, registered))
    .filter((told) => !isPlaceOfService(told));
  const keyOf = ({ option, values, shadowed }: SetOtherwise) =>
    [option.section, option.name, ...[...values, ...shadowed].map(({ where }) => where)].join('\n');
  const merged = merge(all.map((told) => [keyOf(told), told, told.service.name] as const));
  const files = new Map<string, [Merged<SetOtherwise>, ...Merged<SetOtherwise>[]]>();
  for (const each of merged.filter(({ told }) => isLayered(told))) {
    const group = files.get(fileOf(each.told.winner));
    if (group) group.push(each);
    else files.set(fileOf(each.told.winner), [each]);
  }
  return [
    ...merged.filter(({ told }) => !isLayered(told)).map((each) => setAgain(host, each, now)),
    ...[...files].map(([file, options]) => setInLaterFile(host, file, options, now)),
  ];
}

const nameOf = ({ section, name }: OsloOption): string => printable(`[${section}] ${name}`);

function setAgain(host: string, merged: Merged<SetOtherwise>, now: Date): Trouble {
  const { option, values, shadowed, winner, service } = merged.told;
  return {
    result: 'risk',
    subject: `${nameOf(option)} on ${host}`,
    found: `It is set ${shadowed.length + values.length} times, and ${winner.where} counts.`,
    evidence: [
      ...values.map((value) => `counts: ${placed(value)}`),
      ...shadowed.slice(0, maxLines).map((value) => `does not count: ${placed(value)}`),
      ...(shadowed.length > maxLines ? [`and ${shadowed.length - maxLines} more`] : []),
      ...[readers(merged), ...lateNote(service, fileOf(winner), now)],
    ],
    step: 'Decide which value is meant, write it in the place that counts, and delete the other lines. One tool should own the option.',
  };
}

function setInLaterFile(
  host: string,
  file: string,
  options: readonly [Merged<SetOtherwise>, ...Merged<SetOtherwise>[]],
  now: Date,
): Trouble {
  const [first] = options;
  const lines = options.map(
    ({ told: { option, winner, shadowed } }) =>
      `${nameOf(option)} counts: ${placed(winner)}; does not count: ${shadowed.map(placed).join(', ')}`,
  );
  return {
    result: 'risk',
    subject: `${file} on ${host}`,
    found: `It sets ${count(options.length, 'option')} otherwise than a file that is read before it, and counts.`,
    evidence: [
      ...lines.slice(0, maxLines),
      ...(lines.length > maxLines ? [`and ${lines.length - maxLines} more`] : []),
      ...[readers(first), ...lateNote(first.told.service, file, now)],
    ],
    step: 'Where the file is there to set exceptions for this host, acknowledge this finding. Else decide which value is meant, and delete the other line.',
  };
}

const placed = ({ where, value }: PlacedValue): string => `${where} = ${printable(value.toString())}`;

/** Says which names were compared. Without the generator of oslo.config the valid names are not known. */
function comparedWords({ services, registered }: HostServices): string {
  const projects = [...new Set(services.map(({ name }) => projectOf(name)))].filter(
    (project) => !registered.has(project),
  );
  return projects.length === 0
    ? ''
    : `; names are not compared with what the services of ${projects.join(', ')} register, which that host does not tell`;
}

function judgeHost(host: string, found: HostServices): readonly Result[] {
  const { services } = found;
  if (services.length === 0)
    return [notLookedAt(`host ${host}`, found.untold[0] ?? untried('no service of OpenStack runs there'))];
  const unread = services.flatMap(({ name, places, unread: why }) => [
    ...(why === undefined ? [] : [notLookedAt(`${name} on ${host}`, untried(why))]),
    ...places.flatMap(({ path, state }) =>
      state.is === 'unread'
        ? [notLookedAt(`${path} on ${host}`, { isRead: false, why: state.why, wasTried: true })]
        : [],
    ),
  ]);
  const untold = found.untold.map((look) => notLookedAt(`services on ${host}`, look));
  const missing = [
    ...new Map([...unread, ...untold].map((result) => [`${result.subject} ${result.why}`, result])).values(),
  ];
  const troubles = [...mistakes(host, found), ...setTwice(host, found)];
  const files = new Set(services.flatMap(({ config }) => config.files.map(({ path }) => path)));
  if (troubles.length > 0 || files.size === 0) return [...troubles, ...missing];
  const names = [...new Set(services.map(({ name }) => name))].sort().join(', ');
  const fine = `${count(files.size, 'file')} of ${names}: no option is set to two values, and no line is lost${comparedWords(found)}`;
  return [{ result: 'fine', subject: `options on ${host}`, found: fine }, ...missing];
}

export const judgeOptions = (hosts: readonly LookedAtHost[]): readonly Result[] =>
  hosts.length === 0
    ? [notLookedAt('hosts', untried(noHostNamed))]
    : hosts.flatMap(({ host, services }) => judgeLooked(`host ${host}`, services, (found) => judgeHost(host, found)));

export const options = defineCheck<readonly LookedAtHost[]>({
  code: 'SW-4010',
  title: 'a service reads its configuration otherwise than it looks',
  needs: ['hosts'],
  isOfHosts: true,
  read: (sources) => sources.registeringServices(),
  judge: judgeOptions,
  page: {
    means:
      'The files that a running service reads, in its own order, hold an option with two values, a line that sets nothing, a "$" that oslo.config takes for the name of an option, or a line for which it refuses the whole file. oslo.config warns of none of these: the last value wins silently, and an indented line becomes a part of the value above.',
    evidence:
      'Each place with file, line and column, which of them counts, and which services read it. The reading order is that of the process: `--config-file`, `--config-dir`, `OS_<GROUP>__<OPTION>` in its environment, else the search path. Values of secret options never leave the host. Names are compared with what the packages of nova, neutron, cinder, glance, keystone and placement register, where the host has oslo-config-generator, which may take a minute for each; former names count as the same option. A name that is near to none may be of a plug-in, and is left alone. A file that was written after the start of the service is named as such: the service still uses the former content.',
    alike:
      'The error `DuplicateOptError` in a log is about the service’s code, which registers an option twice, such as by two plug-ins; an option that is set twice in a file raises no error. A site that puts defaults into one file and exceptions for this host into a later one sets options twice on purpose: acknowledge these. `state_path`, `lock_path` and the names of logs that a later file sets for its service alone are no finding.',
    step: 'Decide which value is meant, write it in the place that counts, delete the others. The service reads files when it starts: look at what else has changed in them before a restart.',
    never:
      'Do not restart the service to see what happens while a file is refused: it would not come back. Do not delete the line that counts because it is the second.',
  },
});
