import type { LookedUpProvider } from '../../declared-things';
import type { Looked } from '../../looked';
import { defineCheck, judgeLooked, type Result } from '../check';

/** The package of stackward has the sources of this provider. */
const ownSources = /(?:^|\/)terraform-provider-openstack\/openstack$/;

const withoutRegistry = 'Run `eval "$(npx stackward provider)"` in this shell, which needs no registry';
const otherWays =
  'this machine reach the registry; or name a mirror in the file of TF_CLI_CONFIG_FILE (`provider_installation`), and put this version there.';

function judgeProvider({ source, version, stacks, found }: LookedUpProvider): Result {
  const subject = `provider ${source}`;
  if (found.isRead) return { result: 'fine', subject, found: `Terraform finds ${found.value}` };
  return {
    result: 'fault',
    subject,
    found: `Terraform does not find it in the version ${version} that the code wants.`,
    evidence: [`wanted by ${stacks.join(', ')}`, found.why],
    step: ownSources.test(source) ? `${withoutRegistry}; or let ${otherWays}` : `Let ${otherWays}`,
  };
}

export const provider = defineCheck<Looked<readonly LookedUpProvider[]>>({
  code: 'SW-9008',
  title: 'Terraform does not find a provider that the code wants',
  needs: ['the synthesized code', 'programs of this machine'],
  read: (sources) => sources.providers(),
  judge: (looked) =>
    judgeLooked('the synthesized code', looked, (providers) =>
      providers.length === 0
        ? [{ result: 'fine', subject: 'providers', found: 'the code wants none' }]
        : providers.map(judgeProvider),
    ),
  page: {
    means:
      'The code wants a provider in a version (`required_providers` in cdktf.out), and `terraform init` on this machine does not get it. The apply would fail before it begins.',
    evidence:
      'The words of `terraform init`, which is run in a folder of its own with this one provider. The folder is removed again.',
    alike:
      'A proxy that lets a shell through and not this pipeline. A lock file of another platform is not looked at here.',
    step: 'Run `eval "$(npx stackward provider)"` in this shell, which needs no registry; or let Terraform reach the registry or a mirror that has this version.',
    never:
      'Do not loosen the version in the code to what the mirror happens to have: the constructs are written for it.',
  },
});
