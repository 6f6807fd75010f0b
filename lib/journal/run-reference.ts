/** Finds the run that a person means: by its name, by the beginning of the name or of its last six digits, or `last`. Pure. */
import { InvalidConfiguration } from '../basics/errors';

/**
 * @param names of the runs of a journal, the oldest first
 * @param where the journal's folder
 * @throws InvalidConfiguration if no run, or more than one, has this name, or if the journal is empty
 */
export function findRunName(names: readonly string[], given: string, where: string): string {
  if (names.length === 0)
    throw new InvalidConfiguration('there is no run yet; apply something, or give another folder with --journal DIR', {
      where,
      about: 'order',
    });
  const refuse = (detail: string): never => {
    throw new InvalidConfiguration(detail, { where, about: 'name' });
  };
  if (given === 'last') return names.at(-1) ?? '';
  if (names.includes(given)) return given;
  const meant = names.filter((name) => given !== '' && (name.startsWith(given) || digitsOf(name).startsWith(given)));
  const [first, second, ...more] = meant;
  if (first === undefined) return refuse(`there is no run "${given}"; \`stackward runs\` lists those below ${where}`);
  if (second === undefined) return first;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return refuse(`"${given}" may be ${first} or ${second}${others}; give more of the name`);
}

/** The last six digits, by which people call a run. */
export const digitsOf = (name: string): string => name.slice(name.lastIndexOf('-') + 1);
