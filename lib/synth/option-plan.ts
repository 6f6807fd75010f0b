/** Checks that only one construct sets each option of a service. */
import { sectionKey } from '../oslo-config/file';
import type { SynthFinding } from './synth-finding';

export interface OptionDeclaration {
  readonly path: string;
  /** Path of the cloud's construct. */
  readonly cloud: string;
  /** The program. */
  readonly service: string;
  readonly section: string;
  readonly option: string;
  /** Undefined: all that serve it. */
  readonly hosts: readonly string[] | undefined;
  /** What becomes of it, such as `sets it to "50"`. */
  readonly wish: string;
}

/** A second owner is a finding also where both say the same: whoever changes it would change one of two places. */
export function optionFindings(options: readonly OptionDeclaration[]): readonly SynthFinding[] {
  const known = new Map<string, OptionDeclaration[]>();
  return options.flatMap((declared) => {
    const { cloud, service, section, option, path } = declared;
    const key = `${cloud} ${service} ${sectionKey(section, 3)} ${option}`;
    const before = known.get(key) ?? [];
    known.set(key, [...before, declared]);
    const rival = before.find(({ hosts }) => shareHost(hosts, declared.hosts));
    if (rival === undefined) return [];
    const name = section === '' ? option : `[${section}] ${option}`;
    const message = `${name} of ${service} has two owners: ${rival.path} ${rival.wish}, and this one ${declared.wish}; leave it to one of them`;
    return [{ path, message }];
  });
}

const shareHost = (left: readonly string[] | undefined, right: readonly string[] | undefined): boolean =>
  left === undefined || right === undefined || left.some((host) => right.includes(host));
