/**
 * The review of one pull request, as an operator may get it: a role that is granted in all projects, an exception to
 * `any`, a pool that grows, a server that is replaced, and transit for three branches.
 */
import {
  formatVersion,
  type OwnChange,
  type ResourceChange,
  type Review,
  type ReviewedStack,
} from '../../review/model';
import { addressLost, branches, byRollback, diskLost, risks, topology } from './review-example-risks';

const byRevert = { isPossible: true, how: 'revert the commit, review, deploy' } as const;

export const quietStack: ReviewedStack = {
  name: 'quiet',
  dependsOn: [],
  terraform: [],
  outputs: [],
  drift: [],
  ours: [],
  declares: [],
  waiting: [],
  warnings: [],
};

const grant: OwnChange = {
  id: 'policy-rule.shared/ChooseAddress',
  kind: 'policy-rule',
  target: 'host:ctl1',
  action: 'create',
  subject:
    "neutron's rule create_port:fixed_ips:ip_address (choose-port-address) in /etc/neutron/policy.yaml of host ctl1",
  because: "the value in force without it doesn't admit the role member",
  changes: [
    {
      attribute: 'create_port:fixed_ips:ip_address',
      before: 'rule:admin_or_network_owner (the file is silent)',
      after: '(rule:admin_or_network_owner) or role:member',
    },
  ],
  notes: ['the reason given: tenants boot firewalls from ports with a fixed address'],
  effect: [
    {
      language: 'diff',
      lines: [
        '--- /etc/neutron/policy.yaml',
        '+++ /etc/neutron/policy.yaml',
        '@@ -1 +1,2 @@',
        ' "get_network": "rule:admin_or_owner"',
        '+"create_port:fixed_ips:ip_address": "(rule:admin_or_network_owner) or role:member"',
      ],
    },
  ],
  wayBack: byRollback,
};

const pool: OwnChange = {
  id: 'allocation-pool.shared/Public',
  kind: 'allocation-pool',
  target: 'database:neutron',
  action: 'update',
  subject: 'subnet public (203.0.113.64/26) of network public',
  because: 'the code declares other pools',
  changes: [{ attribute: 'allocation_pools', before: '203.0.113.71-203.0.113.75', after: '203.0.113.71-203.0.113.85' }],
  notes: ['adds 10 addresses'],
  effect: [
    {
      language: 'sql',
      lines: [
        "UPDATE ipallocationpools SET last_ip = '203.0.113.85' WHERE id = '6e4a1f6e-0d7c-4a39-9f55-0f7f3a1f1f10';",
        "UPDATE ipavailabilityranges SET last_ip = '203.0.113.85' WHERE first_ip = '203.0.113.74';",
      ],
    },
  ],
  wayBack: byRollback,
};

const exception = (tenant: string, tap: string, host: string, sources: string, destinations: string): OwnChange => ({
  id: `firewall-exception.${tenant}/Transit`,
  kind: 'firewall-exception',
  target: `host:${host}`,
  action: 'create',
  subject: `exception at port ${tenant.toLowerCase()}-utm-red (tap${tap}) of server ${tenant.toLowerCase()}-utm, project ${tenant.toLowerCase()}`,
  because: 'none of its rules is on this host',
  changes: [
    { attribute: 'sources', after: sources },
    { attribute: 'destinations', after: destinations },
  ],
  notes: ["its security groups don't apply to these packets"],
  effect: [
    {
      language: 'iptables',
      lines: [
        `-A stackward-50d858e0985ecc7f -s ${sources} -m physdev --physdev-in tap${tap} --physdev-is-bridged -j ACCEPT`,
        `-A stackward-50d858e0985ecc7f -d ${sources} -m physdev --physdev-out tap${tap} --physdev-is-bridged -j ACCEPT`,
      ],
    },
  ],
  wayBack: byRollback,
});

const mail: ResourceChange = {
  address: 'openstack_compute_instance_v2.acme_Mail_5C1D',
  path: 'acme/Mail',
  type: 'openstack_compute_instance_v2',
  action: 'replace',
  subject: 'server acme-mail (10.91.1.20) of project acme',
  attributes: [
    { name: 'image_id', before: 'debian-11 (0a6f…)', after: 'debian-12 (77c1…)' },
    { name: 'access_ip_v4', before: '10.91.1.20', after: '(known after apply)' },
  ],
  replacedBecause: ['image_id'],
  wayBack: diskLost,
};

const address: ResourceChange = {
  address: 'openstack_networking_floatingip_v2.acme_Web_Address_1F00',
  path: 'acme/Web/Address',
  type: 'openstack_networking_floatingip_v2',
  action: 'delete',
  subject: 'floating IP 203.0.113.73 of server acme-web, project acme',
  attributes: [],
  replacedBecause: [],
  wayBack: addressLost,
};

const port = (tenant: string): ResourceChange => ({
  address: `openstack_networking_port_v2.${tenant}_Utm_Red_77AB`,
  path: `${tenant}/Utm/Red`,
  type: 'openstack_networking_port_v2',
  action: 'update',
  subject: `port ${tenant.toLowerCase()}-utm-red of server ${tenant.toLowerCase()}-utm, project ${tenant.toLowerCase()}`,
  attributes: [{ name: 'description', before: 'red', after: 'red, with transit' }],
  replacedBecause: [],
  wayBack: byRevert,
});

export const reviewExample: Review = {
  formatVersion,
  made: '2026-11-20T14:02:11Z',
  by: 'ci@runner-3',
  commit: { id: '4f6c2ab19e0d7c55a1b2c3d4e5f60718293a4b5c', hasChanges: false },
  version: '0.1.0',
  engine: { name: 'terraform', version: '1.5.7' },
  stacks: [
    { ...quietStack, name: 'shared', ours: [grant, pool] },
    {
      ...quietStack,
      name: 'acme',
      dependsOn: ['shared'],
      terraform: [mail, address, port('acme')],
      ours: [exception('acme', '28f25940-63', 'cnode02', '10.91.1.0/24', 'any')],
    },
    ...branches.map((branch, index) => ({
      ...quietStack,
      name: branch,
      dependsOn: ['shared'],
      terraform: [port(branch)],
      ours: [
        exception(
          branch,
          `5b0c11d${index}-0${index}`,
          `cnode0${index + 1}`,
          `10.9${index + 2}.1.0/24`,
          '198.51.100.0/24',
        ),
      ],
    })),
    {
      ...quietStack,
      name: 'globex',
      dependsOn: ['shared'],
      waitsFor: ['shared'],
      declares: [
        { path: 'globex/Green', type: 'openstack_networking_network_v2' },
        { path: 'globex/Utm/Server', type: 'openstack_compute_instance_v2' },
        { path: 'globex/Transit', type: 'firewall-exception' },
      ],
    },
  ],
  risks,
  acknowledged: [
    {
      risk: {
        class: 'opens-prefix',
        severity: 'medium',
        stack: 'acme',
        where: 'acme/Transit',
        message: 'server acme-utm can answer DHCP requests of its neighbours in 203.0.113.64/26',
        wayBack: byRollback,
        witnesses: [],
        needs: [],
        isForbidden: false,
      },
      reason: 'the firewall of acme serves DHCP on red until its move',
      until: '2026-12-31',
    },
  ],
  reach: {
    projects: ['acme', 'branch2', 'branch3', 'branch10'],
    servers: ['acme-mail', 'acme-utm', 'acme-web', 'branch2-utm', 'branch3-utm', 'branch10-utm'],
    ports: ['acme-utm-red of acme-utm (acme)', 'branch2-utm-red of branch2-utm (branch2)'],
    floatingIps: ['203.0.113.73 of acme-web (acme)'],
    hosts: ['cnode01', 'cnode02', 'cnode03', 'ctl1'],
    pools: [{ subnet: 'public (203.0.113.64/26)', before: 3, after: 13 }],
  },
  topology,
  problems: [],
  warnings: [],
};
