/** The dialect of Horizon's settings: finds the place of a setting in files of Python, and computes its edit. Pure. */
import { Blocked } from '../../../lib/basics/errors';
import { printable } from '../../../lib/basics/printable';
import type { PythonValue, SettingName } from '../../../lib/hosts/settings-answers';
import type { OptionLine } from '../../../lib/oslo-config/lines';
import { whenHorizonHears } from '../../../lib/python-settings/effect';
import { editSetting, placeText, type Say, type SettingEdit } from '../../../lib/python-settings/effective';
import { parseSettingName, settingText } from '../../../lib/python-settings/name';
import { horizonFiles } from '../../../lib/python-settings/read';
import type { Job, OptionObserved } from '../model';
import type { Dialect, Performed, Recorded } from './dialect';

type Site = Pick<OptionObserved, 'settings'>;
type Edited = Extract<SettingEdit, { is: 'edited' }>;
type Read = Extract<OptionObserved['settings'], { is: 'read' }>;

const saysOf = (name: string, { settings }: Site): readonly Say[] =>
  settings.is === 'read' ? (settings.says.get(name) ?? []) : [];

const isNone = (say: Say | undefined): boolean => say === undefined || say.is === 'lacking' || say.is === 'imported';

/** The text of a line in a record if a setting is no literal. Nobody can write such a text. */
const strange = 'no literal: ';

/** The place that decides the value, as a line for the record. */
function linesOf({ name }: Pick<Job, 'name'>, site: Site): readonly OptionLine[] {
  const last = saysOf(name, site).at(-1);
  if (last === undefined || isNone(last)) return [];
  const text = 'source' in last ? last.source : `${strange}${last.is}`;
  return [{ path: last.path, section: '', line: last.line, text }];
}

function perform(job: Job, site: OptionObserved): Performed {
  const { does, name } = job;
  const { settings } = site;
  const parsed = parseSettingName(name);
  if (does.is === 'nothing' || does.is === 'set' || parsed === undefined) return { is: 'unchanged' };
  if (settings.is !== 'read') return refused(whyUnread(settings));
  const says = saysOf(name, site);
  const edit =
    does.is === 'set in Python'
      ? editSetting(parsed, does.value, says, settings.path)
      : bringBack(parsed, does.goal, says, settings);
  if (edit.is !== 'edited') return edit;
  const why = whyNot(edit.path, job, settings);
  if (why !== undefined) return refused(`${edit.path} sets ${name}, and may not be edited: ${why}`);
  const value = does.is === 'set in Python' ? does.value : undefined;
  const now = new Map([...settings.says, [name, saysAfter(says, edit, value)]]);
  return {
    is: 'edited',
    after: { ...site, settings: { ...settings, says: now } },
    setting: { path: edit.path, change: edit.change },
  };
}

const refused = (why: string) => ({ is: 'refused', why }) as const;

const whyUnread = (settings: Exclude<OptionObserved['settings'], { is: 'read' }>): string =>
  settings.is === 'absent'
    ? 'no settings file of Horizon is there; install the dashboard, or name other hosts'
    : `${settings.path} can't be looked at: ${settings.why}; edit it by hand`;

/** Brings the former literal back in its former file. */
function bringBack(
  name: SettingName,
  [goal]: readonly OptionLine[],
  says: readonly Say[],
  settings: Read,
): SettingEdit {
  const last = says.at(-1);
  const isOpen = last === undefined || isNone(last) || 'source' in last;
  if (goal === undefined || !isOpen) return editSetting(name, undefined, says, settings.path);
  const text = settingText(name);
  if (goal.text.startsWith(strange))
    return refused(`${goal.path} set ${text}, but not to a literal; bring it back by hand`);
  if (!settings.files.has(goal.path))
    return refused(`${goal.path}, which set ${text}, is no file that Horizon reads now; bring it back by hand`);
  const now = last !== undefined && 'source' in last ? last : undefined;
  const path = now?.path ?? last?.path;
  if (path !== undefined && path !== goal.path)
    return refused(`${text} was in ${goal.path}, and ${path} decides it now; bring it back by hand`);
  if (now?.source === goal.text) return { is: 'unchanged' };
  return {
    is: 'edited',
    path: goal.path,
    change: { name, expect: now?.source ?? null, literal: goal.text },
    before: { is: 'absent' },
    line: now?.line,
    shadowed: [],
  };
}

/** @param value undefined if the meaning of its source is not known */
function saysAfter(says: readonly Say[], { path, change }: Edited, value: PythonValue | undefined): readonly Say[] {
  const { literal } = change;
  const last = says.at(-1);
  const old = last !== undefined && 'source' in last ? last : undefined;
  const rest = old === undefined ? says : says.slice(0, -1);
  if (literal === null) return rest;
  const place = { path, line: old?.line ?? 0, column: old?.column ?? 1, isStatement: old?.isStatement ?? true };
  const now: Say =
    value === undefined
      ? { ...place, is: 'name', source: literal }
      : { ...place, is: 'literal', source: literal, value };
  return [...rest, now];
}

/** Why stackward does not write this file; undefined if it may. */
function whyNot(path: string, { overridesManager }: Job, { files }: Read): string | undefined {
  const file = files.get(path);
  if (file === undefined) return 'nobody has read it';
  if (/^\/usr\/(share|lib)\//.test(file.realPath))
    return 'a package brings it, and its next version would overwrite it';
  if (file.managers.length > 0 && !overridesManager)
    return `${file.managers.join(' and ')} writes it and would undo the change; change it there, or set overrideManager`;
  return undefined;
}

/** @throws Blocked if stackward can't look at a place that may set the setting */
function refuseUnreadable({ name }: Pick<Job, 'name'>, site: OptionObserved): void {
  const { settings } = site;
  if (settings.is === 'unread')
    throw new Blocked(`${settings.path} can't be looked at: ${settings.why}; let it be read, or edit it by hand`);
  const last = saysOf(name, site).at(-1);
  if (last?.is === 'unread') throw new Blocked(`${placeText(last)} may set ${name}: ${last.why}; edit it by hand`);
}

function unreadPaths({ before, written }: Recorded, { settings }: Site): readonly string[] {
  const paths = new Set([...written, ...before].map(({ path }) => path));
  return [...paths].filter((path) => settings.is !== 'read' || !settings.files.has(path));
}

function refuseUnseen(about: Pick<Job, 'name'>, recorded: Recorded, site: OptionObserved): void {
  const { settings } = site;
  const { name } = about;
  const paths = unreadPaths(recorded, site);
  if (paths.length > 0) refuseUnreadable(about, site);
  // Horizon runs its snippets also where it has no settings file, and nobody looked at them then.
  const unlisted = settings.is === 'absent' ? paths.find((path) => !horizonFiles.includes(path)) : undefined;
  if (unlisted !== undefined)
    throw new Blocked(
      `${name} was written to ${unlisted}, and nobody looked at it, since no settings file of Horizon is there; put an empty local_settings.py there, then plan again`,
    );
  const hidden = saysOf(name, site).find((say) => say.is === 'unread' && paths.includes(say.path));
  if (hidden?.is === 'unread')
    throw new Blocked(`${name} was written to ${hidden.path}, which can't be looked at: ${hidden.why}; let it be read`);
}

function notes(job: Job, after: OptionObserved): readonly string[] {
  const [line] = linesOf(job, after);
  const shadowed = saysOf(job.name, after)
    .slice(0, -1)
    .filter((say) => !isNone(say));
  const { how, cost } = whenHorizonHears;
  return [
    ...(line === undefined
      ? []
      : [line.line === 0 ? `it is then at the end of ${line.path}` : `it is then in ${line.path}:${line.line}`]),
    ...shadowed.map((say) => `${placeText(say)} sets it too, without effect`),
    `Horizon reads it at a reload of its web server, which stackward does not do: ${how}; ${cost}`,
  ];
}

export const python: Dialect = {
  namesOf: (about) => [about],
  linesOf,
  perform,
  writtenLines: (about, _before, after) => linesOf(about, after),
  refuseUnreadable,
  unreadPaths: (_about, recorded, site) => unreadPaths(recorded, site),
  refuseUnseen,
  // Horizon's files are the same whether it runs or not.
  refuseGuess: () => undefined,
  notes: (job, _site, after) => (job.does.is === 'nothing' ? [] : notes(job, after)),
  shown: (job, site, isHidden) => {
    const [line] = linesOf(job, site);
    return line === undefined ? undefined : isHidden ? '***' : printable(line.text);
  },
  placesOf: (_about, { settings }) => (settings.is === 'read' ? [...settings.files.keys()] : [settings.is]),
};
