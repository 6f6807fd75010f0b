import type { DeclaredStack, KnownClouds } from '../../../lib/contract/report-ports';
import type { Looked } from '../../looked';
import { defineCheck, judgeLooked, type Result } from '../check';

interface Clouds {
  readonly code: Looked<readonly DeclaredStack[]>;
  readonly known: Looked<KnownClouds>;
  /** The name of the cloud that stackward uses. */
  readonly own: string;
}

/** Each cloud in the code, with the stacks that use it. */
function stacksByCloud(stacks: readonly DeclaredStack[], byVariables: string): ReadonlyMap<string, Set<string>> {
  const named = new Map<string, Set<string>>();
  for (const { name, clouds } of stacks)
    for (const cloud of clouds)
      named.set(cloud ?? byVariables, (named.get(cloud ?? byVariables) ?? new Set()).add(name));
  return named;
}

function judgeCloud(cloud: string, stacks: string, own: string, { entries }: KnownClouds): Result[] {
  const subject = `cloud ${cloud}`;
  const evidence = [`named by ${stacks}`, `clouds.yaml has ${entries.join(', ') || 'no entry'}`];
  if (cloud !== 'envvars' && !entries.includes(cloud))
    return [
      {
        result: 'fault',
        subject,
        evidence,
        found: 'The code names this cloud, and clouds.yaml has no such entry.',
        step: `Add the entry "${cloud}" to clouds.yaml, or correct \`cloud\` of OpenStackCloud and synthesize again.`,
      },
    ];
  if (cloud === own) return [];
  return [
    {
      result: 'fault',
      subject,
      evidence: [...evidence, `stackward itself asks ${own}, and everything else in this report is of ${own}`],
      found: `Terraform would ask this cloud, and stackward asks ${own}.`,
      step: 'Let `cloud` of stackward.yaml (else OS_CLOUD) and `cloud` of OpenStackCloud name one entry.',
    },
  ];
}

export const cloud = defineCheck<Clouds>({
  code: 'SW-9006',
  title: 'the code names another cloud than stackward asks',
  needs: ['the synthesized code'],
  read: async (sources) => {
    const [code, known] = await Promise.all([sources.code(), sources.knownClouds()]);
    return { code, known, own: sources.cloud };
  },
  judge: ({ code, known, own }) =>
    judgeLooked('the synthesized code', code, (stacks) =>
      judgeLooked('clouds.yaml', known, (clouds): readonly Result[] => {
        const named = [...stacksByCloud(stacks, clouds.byVariables)];
        const faults = named.flatMap(([name, by]) => judgeCloud(name, [...by].join(', '), own, clouds));
        if (faults.length > 0) return faults;
        const found = named.length === 0 ? 'the code names no cloud' : `the code and stackward name ${own}`;
        return [{ result: 'fine', subject: 'cloud', found }];
      }),
    ),
  page: {
    means:
      'Terraform asks the cloud that the code names (`cloud` of OpenStackCloud, in the provider block of cdktf.out), and stackward asks the one of stackward.yaml or OS_CLOUD. Where they differ, or clouds.yaml lacks the entry, the apply fails or goes to another cloud than this report.',
    evidence: 'The name in the provider blocks, the entries of clouds.yaml, and the cloud that this report is of.',
    alike:
      'Two entries of different names that lead to one cloud: they are named as well, because their credentials may differ.',
    step: 'Write one name in both places, and synthesize again.',
    never: 'Do not rename the entry in clouds.yaml while other tools use it.',
  },
});
