import { commandLine } from '../../../lib/basics/command-line';
import type { DeclaredStack } from '../../../lib/contract/report-ports';
import { count } from '../../../lib/render/text';
import { untried, type Looked } from '../../looked';
import type { OwnPlaces, OwnThings } from '../../own-things';
import { defineCheck, notLookedAt, type Result } from '../check';
import { judgeHosts, unreadFiles } from './own-hosts';

interface Seen {
  readonly own: OwnPlaces;
  readonly code: Looked<readonly DeclaredStack[]>;
}

/** Reports stacks that are no longer in the code although their owner is, and owners that the code doesn't have. */
function judgeHost(host: string, { stored, records }: OwnThings, stacks: readonly DeclaredStack[]): readonly Result[] {
  const all = [...stored, ...records];
  const unread = unreadFiles(host, all);
  const files = all.flatMap(({ path, content }) => {
    if (!content.isRead || content.value.owner === undefined) return [];
    const { owner, stacks: named } = content.value;
    return [{ path, owner, named }];
  });
  const isOurs = (owner: string): boolean => stacks.some((stack) => stack.owner === owner);
  const left = new Map<string, string[]>();
  for (const { owner, path, named } of files.filter((file) => isOurs(file.owner)))
    for (const name of named.filter((each) => !stacks.some((stack) => stack.name === each)))
      left.set(name, [...(left.get(name) ?? []), `${path} of ${owner}`]);
  const troubles = [...left].map(([name, evidence]): Result => ({
    result: 'risk',
    subject: `stack ${name} on ${host}`,
    found: 'The code has no such stack any more, and things that it made are still there.',
    evidence,
    step: `\`${commandLine(['plan', '--stack', name])}\` names the stacks that are known; a full \`stackward apply\` removes what left the code, and so does \`${commandLine(['destroy', '--stack', name])}\`.`,
  }));
  if (troubles.length > 0 || files.length === 0) return [...troubles, ...unread];
  const others = [...new Set(files.map(({ owner }) => owner).filter((owner) => !isOurs(owner)))];
  const ours = files.filter(({ owner }) => isOurs(owner));
  const said = [
    ...(ours.length === 0 ? [] : [`${count(ours.length, 'file')} of stacks of this code`]),
    ...(others.length === 0 ? [] : [`of other owners, whose code is not here: ${others.join(', ')}`]),
  ];
  return [{ result: 'fine', subject: `stacks on ${host}`, found: said.join('; ') }, ...unread];
} // prettier-ignore

export const leftStacks = defineCheck<Seen>({
  code: 'SW-8003',
  title: 'a stack left things on a host, and its code is gone',
  needs: ['hosts', 'the synthesized code'],
  isOfHosts: true,
  read: async (sources) => ({ own: await sources.ownThings(), code: await sources.code() }),
  judge: ({ own, code }) => {
    // Reports don't need the code. Without it nobody can know what is left over, so this check was not tried.
    if (!code.isRead) return [notLookedAt('the synthesized code', untried(code.why))];
    return judgeHosts(own, (host, things) => judgeHost(host, things, code.value), 'nothing of stackward is there');
  },
  page: {
    means:
      'A host has exceptions, flags or grants of a stack that is no longer in this owner’s code. They are still in force.',
    evidence: 'The files of the state folder that name the stack, and the owner of each.',
    alike:
      'This folder may have only a part of the owner’s code: then a stack that another pipeline makes under the same owner is reported as well.',
    step: 'Look at `stackward plan`, which lists the things that were deleted from the code. A full apply removes them.',
    never: 'Do not run `destroy --stack` for a stack that another pipeline still has.',
  },
});
