/** The words of a plan for options and their lines. Pure. */
import { defined } from '../../../lib/basics/defined';
import { printable } from '../../../lib/basics/printable';
import type { Change } from '../../../lib/contract/reconciler';
import { accountOf } from '../../../lib/oslo-config/account';
import type { OsloOption } from '../../../lib/oslo-config/effective';
import { projectOf } from '../../../lib/oslo-config/reading-order';
import { ConfigValue } from '../../../lib/oslo-config/secret';
import { nameOf, type Job, type OptionObserved } from '../model';
import type { RecordEntry } from '../spec';
import { alsoRead, effectNotes } from './effect';
import { describedOption, linesOf, optionOf, readersOf } from './edits';

/** What the service reads of it, or undefined where no file sets it. A secret is never shown. */
function shownValue(job: Job, site: OptionObserved, isHidden: boolean): string | undefined {
  const [reader] = readersOf(job.service, site);
  if (reader === undefined) return undefined;
  const option = optionOf(job, site, job.does.is === 'set' && job.does.isOfSeveral);
  const { values } = accountOf(option, reader.config);
  if (values.length === 0) return undefined;
  return values.map(({ value }) => (isHidden ? '***' : printable(value.toString()))).join(', ');
}

/** @param site before the job @param after it @param secretName the variable whose value is written */
export function changesOf(
  job: Job,
  site: OptionObserved,
  after: OptionObserved,
  secretName: string | undefined,
): readonly Change[] {
  const attribute = nameOf(job);
  if (job.does.is === 'nothing') return recordChanges(job);
  const isSecret = job.hasSecretValue || job.before?.isSecret === true || job.after?.isSecret === true;
  // A value that the code itself gives is none.
  const isGiven = job.does.is === 'set' && !job.hasSecretValue;
  const [old, now] = [shownValue(job, site, isSecret), shownValue(job, after, isSecret && !isGiven)];
  const shown = secretName === undefined ? now : `(secret from $${secretName})`;
  return [{ attribute, ...defined({ before: old, after: shown }) }];
}

function recordChanges({ before, after, restart, ...job }: Job): readonly Change[] {
  const say = (entry: RecordEntry | undefined) => entry && `for ${entry.path}`;
  const changes = { attribute: `record of ${nameOf(job)}`, ...defined({ before: say(before), after: say(after) }) };
  const isSame = say(before) === say(after);
  const flags = [
    ['by overrideManager', before?.overrideManager, after?.overrideManager],
    ['as a secret', before?.isSecret, after?.isSecret],
  ] as const;
  return [
    ...(isSame ? [] : [changes]),
    ...(before && after ? flags : [])
      .filter(([, was, is]) => was !== is)
      .map(([way, was = false, is = false]) => ({
        attribute: `kept ${way}`,
        before: was ? 'yes' : 'no',
        after: is ? 'yes' : 'no',
      })),
    ...(restart === undefined ? [] : [{ attribute: `restart of ${restart}`, after: 'now' }]),
  ];
}

/** What becomes of lines, when it takes effect, and whom else it reaches. */
export function notesOf(job: Job, site: OptionObserved, after: OptionObserved): readonly string[] {
  if (job.does.is === 'nothing') return job.restart === undefined ? [] : effectNotes(job, true, site);
  const paths = [...new Set([...linesOf(job, after), ...job.seen].map(({ path }) => path))];
  const changed = paths.filter((path) => textOf(path, site) !== textOf(path, after));
  const others = alsoRead(job, changed, site);
  return [
    ...lineNotes(job, after),
    ...shadowNotes(job, optionOf(job, after, false), after),
    ...(others.length === 0 ? [] : [`${changed.join(' and ')} is read by ${others.join(', ')} too`]),
    ...unknownNotes(job, site),
    ...effectNotes(job, job.restart !== undefined, site),
  ];
}

const textOf = (path: string, { services }: OptionObserved): string | undefined =>
  services.flatMap(({ config }) => config.files).find((file) => file.path === path)?.text;

/** Lines that come and go besides the one whose value changes. */
function lineNotes(job: Job, after: OptionObserved): readonly string[] {
  const now = linesOf(job, after);
  const gone = job.seen.slice(0, Math.max(0, job.seen.length - now.length));
  const places = now.map(({ path, line, section }) => `${path}:${line} in [${section}]`);
  return [
    ...(places.length === 0 ? [] : [`it then stands in ${places.join(' and ')}`]),
    ...(gone.length === 0 || now.length === 0
      ? []
      : [`${gone.length} more of its lines go: the service heard the last`]),
  ];
}

function shadowNotes(job: Job, option: OsloOption, after: OptionObserved): readonly string[] {
  return readersOf(job.service, after).flatMap(({ config }) => {
    const { values, shadowed } = accountOf(option, config);
    const former = values.find(({ by }) => by.name !== option.name || by.section !== option.section);
    return [
      ...shadowed.map(({ where }) => `${where} sets it too, and does not count`),
      ...(former ? [`${former.where} sets it by its former name ${nameOf(former.by)}`] : []),
    ];
  });
}

/** Names that the packages on the host do not know may still be those of a plug-in. */
function unknownNotes(job: Job, site: OptionObserved): readonly string[] {
  return !site.described.has(projectOf(job.service)) || describedOption(job, site) !== undefined
    ? []
    : [`no package there says that ${job.service} knows an option of this name; look for a misspelling`];
}

/** A value that stands there, or stood there, and may not be kept. */
export const holdsSecret = (option: OsloOption, texts: readonly string[]): boolean =>
  texts.some((text) => new ConfigValue(option, text).isSecret);
