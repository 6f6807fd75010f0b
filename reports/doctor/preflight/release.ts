import type { ApiAnswer } from '../../../lib/contract/ports';
import type { DeclaredStack } from '../../../lib/contract/report-ports';
import { releaseSchema } from '../../../lib/openstack/releases';
import { contradictionOf } from '../../../lib/run/cloud-release';
import { untried, type Looked } from '../../looked';
import { defineCheck, judgeLooked, notLookedAt, type Result } from '../check';

interface Releases {
  readonly code: Looked<readonly DeclaredStack[]>;
  readonly apis: Looked<readonly ApiAnswer[]>;
}

function judgeStack({ name, release }: DeclaredStack, answers: readonly ApiAnswer[]): Result[] {
  if (release === undefined) return [];
  const subject = `stack ${name}`;
  const parsed = releaseSchema.safeParse(release);
  if (!parsed.success) return [notLookedAt(subject, untried(`this stackward does not know the release ${release}`))];
  const contradiction = contradictionOf(parsed.data, { answers });
  if (contradiction === undefined)
    return [{ result: 'fine', subject, found: `the cloud may be of the release ${release}` }];
  const { evidence, advice } = contradiction;
  return [
    {
      result: 'fault',
      subject,
      evidence: evidence.split('; '),
      found: `The code says that the cloud runs ${release}, and its APIs say otherwise.`,
      step: `In OpenStackCloud, ${advice}, and synthesize again.`,
    },
  ];
}

export const release = defineCheck<Releases>({
  code: 'SW-9002',
  title: 'the code declares another release than the cloud runs',
  needs: ['the API', 'the synthesized code'],
  read: async (sources) => {
    const [code, apis] = await Promise.all([sources.code(), sources.versions()]);
    return { code, apis };
  },
  judge: ({ code, apis }) =>
    judgeLooked('the synthesized code', code, (stacks) =>
      judgeLooked('the versions of the APIs', apis, (answers): readonly Result[] => {
        if (answers.length === 0)
          return [notLookedAt('the versions of the APIs', { isRead: false, why: 'no API tells its version', wasTried: true })]; // prettier-ignore
        const results = stacks.flatMap((stack) => judgeStack(stack, answers));
        if (results.length > 0) return results;
        return [notLookedAt('the synthesized code', untried('no stack declares a release'))];
      }),
    ),
  page: {
    means:
      'The constructs decide by the release which rules, which tables and which methods there are. With a wrong one a grant may lock people out, or a pool be changed in tables that nobody reads.',
    evidence:
      'The newest versions of the APIs of Nova, Cinder and Keystone, and the extensions of Neutron, each with the releases that have it.',
    alike: 'A cloud in the middle of an upgrade: its services are of two releases, and each of these may be declared.',
    step: 'Set `release` of OpenStackCloud to what the APIs say. `stackward plan` blocks such a stack as well.',
    never: 'Do not declare an older release to get around a refusal.',
  },
});
