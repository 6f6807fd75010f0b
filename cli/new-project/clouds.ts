/** The entry of clouds.yaml that a new project uses. Pure. */
import { InvalidCommand } from '../../lib/basics/errors';
import { nearestNames } from '../../lib/basics/nearest';

type Environment = Readonly<Record<string, string | undefined>>;

/** The name that stands in the files until there is a clouds.yaml. */
const placeholder = 'my-cloud';

export type CloudChoice =
  | { readonly cloud: string; readonly isMissing: boolean }
  /** The variables have the credentials. */
  | { readonly cloud: undefined }
  /** Somebody has to choose one of these. */
  | { readonly among: readonly string[] };

/**
 * @param asked the option
 * @param entries of clouds.yaml; [] if there is none
 * @throws InvalidCommand if clouds.yaml has entries, and not the one that was asked for
 */
export function chooseCloud(asked: string | undefined, entries: readonly string[], env: Environment): CloudChoice {
  const named = asked ?? (env.OS_CLOUD || undefined);
  if (named !== undefined) {
    if (entries.length > 0 && !entries.includes(named)) refuseUnknown(named, entries, asked === undefined);
    return { cloud: named, isMissing: entries.length === 0 };
  }
  const [only, second] = entries;
  if (only === undefined) return env.OS_AUTH_URL ? { cloud: undefined } : { cloud: placeholder, isMissing: true };
  return second === undefined ? { cloud: only, isMissing: false } : { among: entries };
}

export function refuseUnknown(name: string, entries: readonly string[], isOfVariable: boolean): never {
  const near = nearestNames(name, entries);
  const step = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it has ${entries.join(', ')}`;
  throw new InvalidCommand(
    `${isOfVariable ? 'OS_CLOUD' : '--cloud'} is "${name}", and clouds.yaml has no such entry; ${step}`,
  );
}

export const refusalToAsk = (entries: readonly string[]): InvalidCommand =>
  new InvalidCommand(`clouds.yaml has several entries; name one of ${entries.join(', ')} with --cloud`);
