/** Reads the services of a host, every byte of their files, and the owners' records of written options. */
import { Blocked, UnrecoverableError } from '../../lib/basics/errors';
import type { Readers } from '../../lib/contract/ports';
import type { Placement } from '../../lib/contract/reconciler';
import { readConfiguredServices } from '../../lib/host-services/configured-services';
import type { FoundText } from '../../lib/host-services/service-files';
import { valueOf, type HostReader, type Outcome } from '../../lib/hosts/host';
import { readRecords } from '../../lib/hosts/host-record';
import { olderProgram } from '../../lib/hosts/older-program';
import { optionProjects, type DescribedOption, type OptionProject } from '../../lib/hosts/service-answers';
import { projectOf } from '../../lib/oslo-config/reading-order';
import { readHorizonSettings } from '../../lib/python-settings/read';
import { parseSettingName } from '../../lib/python-settings/name';
import type { Say } from '../../lib/python-settings/effective';
import {
  isConfiguration,
  kind,
  type About,
  type ObservedSettings,
  type OptionObserved,
  type OptionOn,
  type ToldFile,
} from './model';
import { isPython } from './option/horizon';
import { programOf, recordEntry, type RecordEntry } from './spec';

export async function observe(placement: Placement<OptionOn>, from: Readers): Promise<OptionObserved> {
  const wanted = placement.wanted.flatMap(({ spec }) =>
    'restore' in spec
      ? spec.restore.map(({ service, option }) => ({ service, name: option }))
      : [{ service: programOf(spec.declared.service), name: spec.declared.option }],
  );
  return look(await from.host(placement.target), placement.owners, wanted);
}

/** @param wanted the options whose services to look at, besides those that a record of these owners names */
export async function look(
  host: HostReader,
  owners: readonly string[],
  wanted: readonly Pick<About, 'service' | 'name'>[],
): Promise<OptionObserved> {
  const records = await readRecords(host, kind, owners, recordEntry);
  const recorded = [...records.records.values()].flatMap(({ entries }) => [...entries.values()]);
  const all = [...wanted, ...recorded.map(({ service, option }) => ({ service, name: option }))];
  const named = [...new Set(all.filter((each) => !isPython(each)).map(({ service }) => service))];
  const settings = await readSettings(host, [...new Set(all.filter(isPython).map(({ name }) => name))]);
  if (named.length === 0)
    return {
      ...records,
      services: [],
      now: new Date(0),
      files: new Map(),
      described: new Map(),
      undescribed: new Map(),
      gone: new Set(),
      settings,
    };
  const files = new Map<string, ToldFile>();
  const [[facts], found, described] = await Promise.all([
    host.read([{ verb: 'facts' }]),
    readConfiguredServices(host, named, (paths) => readTexts(host, paths, files)),
    describe(host, named),
  ]);
  if (found === undefined || valueOf(facts).version < firstVersion)
    throw new Blocked(olderProgram('does not check files of services before it writes them (docs/hosts.md)'));
  const gone = await goneOf(host, recorded, files);
  return { ...records, services: found.services, now: found.now, files, ...described, gone, settings };
}

/** Asks only where a record names a file that no service reads now. */
async function goneOf(
  host: HostReader,
  recorded: readonly RecordEntry[],
  files: ReadonlyMap<string, ToldFile>,
): Promise<ReadonlySet<string>> {
  const named = recorded.flatMap(({ before, written }) => [...before, ...written].map(({ path }) => path));
  const paths = [...new Set(named)].filter((path) => isConfiguration(path) && !files.has(path));
  if (paths.length === 0) return new Set();
  const answers = await host.read(paths.map((path) => ({ verb: 'read-file', path }) as const));
  const isGone = (index: number): boolean => answers[index]?.ok === true && !answers[index].value.exists;
  return new Set(paths.filter((_, index) => isGone(index)));
}

/** The verb read-settings takes no more names. */
const mostNames = 64;

async function readSettings(host: HostReader, names: readonly string[]): Promise<ObservedSettings> {
  if (names.length === 0) return { is: 'absent' };
  const [facts] = await host.read([{ verb: 'facts' }]);
  if (valueOf(facts).version < firstVersion)
    throw new Blocked(olderProgram('does not edit settings in Python (docs/hosts.md)'));
  const says = new Map<string, readonly Say[]>();
  let last: ObservedSettings = { is: 'absent' };
  for (let start = 0; start < names.length; start += mostNames) {
    const asked = names.slice(start, start + mostNames);
    const parsed = asked.map((name) => parseSettingName(name) ?? ([name] as const));
    const found = await readHorizonSettings(host, parsed);
    if (found.is !== 'read') return found;
    for (const [index, name] of asked.entries()) says.set(name, found.says[index] ?? []);
    last = { ...found, says };
  }
  return last;
}

/** The first version of the host program with the verbs of this kind. */
const firstVersion = 5;

async function readTexts(
  host: HostReader,
  paths: readonly string[],
  files: Map<string, ToldFile>,
): Promise<readonly Outcome<FoundText>[]> {
  const asked = paths.filter(isConfiguration);
  const answers =
    asked.length === 0 ? [] : await host.read(asked.map((path) => ({ verb: 'read-file', path }) as const));
  const told = new Map(asked.map((path, index) => [path, answers[index]]));
  return paths.map((path): Outcome<FoundText> => {
    const answer = told.get(path);
    if (answer === undefined) return unreadable(`${path} has no name of a configuration file (*.conf, *.ini)`);
    if (!answer.ok) return answer;
    if (!answer.value.exists) return { ok: true, value: { exists: false } };
    const text = decoded(answer.value.content);
    if (text === undefined) return unreadable(`${path} is not UTF-8; edit it by hand`);
    files.set(path, answer.value);
    return { ok: true, value: { exists: true, text, mtimeSeconds: answer.value.mtimeSeconds } };
  });
}

const unreadable = (why: string): Outcome<never> => ({
  ok: false,
  reason: 'refused',
  error: new UnrecoverableError(why),
});

function decoded(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

type Described = Promise<readonly [project: string, options: readonly DescribedOption[] | string]>;

/** Answers that are kept for the whole run. To answer, the host loads a project's packages, which takes seconds. */
const asked = new WeakMap<HostReader, Map<OptionProject, Described>>();

async function describe(
  host: HostReader,
  programs: readonly string[],
): Promise<Pick<OptionObserved, 'described' | 'undescribed'>> {
  const projects = optionProjects.filter((project) => programs.some((program) => projectOf(program) === project));
  const known = asked.get(host) ?? new Map<OptionProject, Described>();
  asked.set(host, known);
  const told = projects.map((project) => {
    const answer = known.get(project) ?? describeProject(host, project);
    known.set(project, answer);
    return answer;
  });
  const all = await Promise.all(told);
  return {
    described: new Map(all.flatMap(([project, found]) => (typeof found === 'string' ? [] : [[project, found]]))),
    undescribed: new Map(all.flatMap(([project, found]) => (typeof found === 'string' ? [[project, found]] : []))),
  };
}

async function describeProject(host: HostReader, project: OptionProject): Described {
  const [answer] = await host.read([{ verb: 'described-options', project }]);
  if (answer.ok) return [project, answer.value.options];
  return [project, answer.reason === 'no-tool' ? 'the host has no oslo-config-generator' : answer.error.message];
}
