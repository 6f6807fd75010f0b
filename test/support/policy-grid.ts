/** All rules of a release of Neutron, as they are and with a grant, and whom they are asked about. */
import { faultOfRule } from '../../lib/policy/actions';
import { codeRules } from '../../lib/policy/code-rules';
import { policyFileNames } from '../../lib/policy/defaults';
import type { Attributes } from '../../lib/policy/evaluate';
import type { Release } from '../../lib/openstack/releases';
import { PolicyHost } from './policy-host';

/** The recorded answers of the real Neutron. */
export interface Recorded {
  readonly about: string;
  readonly release: Release;
  /** Credentials as Neutron makes them of roles and project. */
  readonly credentials: readonly Attributes[];
  /**
   * For each rule, the answers as two texts: without a policy file, and after the grant. Each letter is the answer for
   * one pair of credentials and target.
   */
  readonly rules: Readonly<Record<string, readonly [before: string, after: string]>>;
}

export const people = [
  { roles: ['admin'], project: 'p2' },
  { roles: ['member', 'reader'], project: 'p1' },
  { roles: ['member', 'reader'], project: 'p2' },
  { roles: ['reader'], project: 'p1' },
  { roles: ['manager', 'member'], project: 'p1' },
  { roles: ['service'], project: 'p2' },
  { roles: ['advsvc'], project: 'p2' },
  { roles: ['Operator'], project: 'p2' },
  { roles: ['operators'], project: 'p1' },
];

/** Three targets: one of project p1; one of p1 in another project's network; a stranger's shared one. */
export const targets: readonly Attributes[] = (
  [
    ['p1', 'p1', false],
    ['p1', 'p9', false],
    ['p9', 'p9', true],
  ] as const
).map(([project, parent, isShared]) => ({
  project_id: project,
  tenant_id: project,
  shared: isShared,
  'router:external': isShared,
  device_owner: isShared ? 'network:dhcp' : 'compute:nova',
  target_tenant: parent,
  target_project: parent,
  ...Object.fromEntries(
    ['network', 'security_group', 'ext_parent', 'qos_policy', 'policy', 'router', 'trunk'].flatMap((name) => [
      [`${name}:tenant_id`, parent],
      [`${name}:project_id`, parent],
    ]),
  ),
  tenant_and_parent: parent,
  belongs_to_default_sg: isShared,
  is_default: isShared,
}));

export const actionsOf = (release: Release): readonly string[] =>
  [...(codeRules('neutron', release)?.keys() ?? [])].filter((rule) => faultOfRule('neutron', rule) === undefined);

/** A cloud without a policy file, and what it holds once the role is granted; the same where everybody is admitted already. */
export function granted(release: Release, rule: string): { readonly stock: PolicyHost; readonly after: PolicyHost } {
  const make = (): PolicyHost => new PolicyHost('', release, rule, policyFileNames('neutron', release)[0] ?? '');
  const after = make();
  after.run({ owner: { Grant: 'operator' } });
  return { stock: make(), after };
}
