/** The texts of a plan about options and their lines. Pure. */
import { printable } from '../../../lib/basics/printable';
import { accountOf } from '../../../lib/oslo-config/account';
import type { OsloOption } from '../../../lib/oslo-config/effective';
import { projectOf } from '../../../lib/oslo-config/reading-order';
import { ConfigValue } from '../../../lib/oslo-config/secret';
import { nameOf, type Job, type OptionObserved } from '../model';
import { alsoRead, effectNotes } from './effect';
import { describedOption, linesOf, optionOf, readersOf } from './edits';

/** The value that the service reads, or undefined if no file sets the option. A secret is never shown. */
export function shownValue(job: Job, site: OptionObserved, isHidden: boolean): string | undefined {
  const [reader] = readersOf(job.service, site);
  if (reader === undefined) return undefined;
  const option = optionOf(job, site, job.does.is === 'set' && job.does.isOfSeveral);
  const { values } = accountOf(option, reader.config);
  if (values.length === 0) return undefined;
  return values.map(({ value }) => (isHidden ? '***' : printable(value.toString()))).join(', ');
}

/** Notes: where the lines are, when the option takes effect, and which other services read it. */
export function notesOf(job: Job, site: OptionObserved, after: OptionObserved): readonly string[] {
  if (job.does.is === 'nothing') return job.restart === undefined ? [] : effectNotes(job, true, site);
  const paths = [...new Set([...linesOf(job, after), ...job.seen].map(({ path }) => path))];
  const changed = paths.filter((path) => textOf(path, site) !== textOf(path, after));
  const others = alsoRead(job, changed, site);
  return [
    ...lineNotes(job, optionOf(job, after, job.does.is === 'set' && job.does.isOfSeveral), after),
    ...shadowNotes(job, optionOf(job, after, false), after),
    ...(others.length === 0 ? [] : [`${changed.join(' and ')} is read by ${others.join(', ')} too`]),
    ...unknownNotes(job, site),
    ...effectNotes(job, job.restart !== undefined, site),
  ];
}

const textOf = (path: string, { services }: OptionObserved): string | undefined =>
  services.flatMap(({ config }) => config.files).find((file) => file.path === path)?.text;

/** Notes about the place of the option's lines, and about lines that are deleted. */
function lineNotes(job: Job, { multiple }: OsloOption, after: OptionObserved): readonly string[] {
  const now = linesOf(job, after);
  const gone = job.seen.slice(0, Math.max(0, job.seen.length - now.length));
  const places = now.map(({ path, line, section }) => `${path}:${line} in [${section}]`);
  return [
    ...(places.length === 0 ? [] : [`it is then in ${places.join(' and ')}`]),
    ...(gone.length === 0 || now.length === 0
      ? []
      : [`${gone.length} more of its lines are deleted${multiple === true ? '' : ': the service used only the last'}`]),
  ];
}

function shadowNotes(job: Job, option: OsloOption, after: OptionObserved): readonly string[] {
  return readersOf(job.service, after).flatMap(({ config }) => {
    const { values, shadowed } = accountOf(option, config);
    const former = values.find(({ by }) => by.name !== option.name || by.section !== option.section);
    return [
      ...shadowed.map(({ where }) => `${where} sets it too, without effect`),
      ...(former ? [`${former.where} sets it by its former name ${nameOf(former.by)}`] : []),
    ];
  });
}

/** A note if no package on the host knows the option. It may still be an option of a plug-in. */
function unknownNotes(job: Job, site: OptionObserved): readonly string[] {
  const project = projectOf(job.service);
  if (!site.described.has(project))
    return [
      `former names of the option are not known (${site.undescribed.get(project) ?? `stackward asks no packages of ${project} for them`}); look whether a later file sets it by one`,
    ];
  return describedOption(job, site) !== undefined
    ? []
    : [`no package there says that ${job.service} knows an option of this name; look for a misspelling`];
}

/** True if one of these lines, present or former, has a secret. */
export const holdsSecret = (option: OsloOption, texts: readonly string[]): boolean =>
  texts.some((text) => new ConfigValue(option, text).isSecret);
