/** The risks and the picture of the example of a review. */
import type { Risk, Topology, WayBack } from '../../review/model';

export const byRollback: WayBack = {
  isPossible: true,
  how: '`stackward rollback last` brings back the state before the run',
};
export const diskLost: WayBack = {
  isPossible: false,
  why: 'the root disk of the server is deleted with it, and no volume or snapshot keeps its content',
};
export const addressLost: WayBack = {
  isPossible: false,
  why: 'the address goes back to the pool, and another project may take it',
};

export const branches = ['Branch2', 'Branch3', 'Branch10'];

export const risks: readonly Risk[] = [
  {
    class: 'replaces-server',
    severity: 'high',
    stack: 'acme',
    where: 'acme/Mail',
    message:
      'server acme-mail of project acme is destroyed and made anew: its root disk is lost, and mail stands still',
    wayBack: diskLost,
    witnesses: [],
    needs: ['operations'],
    isForbidden: false,
  },
  {
    class: 'opens-any',
    severity: 'high',
    stack: 'acme',
    where: 'acme/Transit',
    message:
      'anybody on the internet reaches every port of 10.91.1.0/24 behind server acme-utm of project acme, past its security groups',
    wayBack: byRollback,
    witnesses: [
      {
        packet: 'tcp 198.51.100.7:40000 > 10.91.1.20:22 into port acme-utm-red of server acme-utm',
        before: 'dropped',
        after: 'passes',
        certainty: { isProved: true },
      },
      {
        packet: 'udp 198.51.100.7:40000 > 10.91.1.20:53 into port acme-utm-red of server acme-utm',
        before: 'dropped',
        after: 'passes',
        certainty: { isProved: false, because: 'the flows of Open vSwitch on cnode02 were not read' },
      },
    ],
    needs: ['security'],
    isForbidden: false,
  },
  {
    class: 'grants-all-projects',
    severity: 'high',
    stack: 'shared',
    where: 'shared/ChooseAddress',
    message:
      'whoever holds the role member in any of the 12 projects may choose the fixed address of a port that it creates',
    wayBack: byRollback,
    witnesses: [],
    needs: ['security'],
    isForbidden: false,
  },
  {
    class: 'destroys',
    severity: 'high',
    stack: 'acme',
    where: 'acme/Web/Address',
    message:
      'floating IP 203.0.113.73 of server acme-web, project acme, is released: customers no longer reach it there',
    wayBack: addressLost,
    witnesses: [],
    needs: [],
    isForbidden: false,
  },
  {
    class: 'restart-needed',
    severity: 'medium',
    stack: 'shared',
    where: 'shared/ChooseAddress',
    message: 'neutron-server on host ctl1 reads its policy file within seconds; before Queens it has to be restarted',
    wayBack: byRollback,
    witnesses: [],
    needs: [],
    isForbidden: false,
  },
  ...branches.map((branch, index): Risk => ({
    class: 'opens-prefix',
    severity: 'medium',
    stack: branch,
    where: `${branch}/Transit`,
    message: `clients in 10.9${index + 2}.1.0/24 of project ${branch.toLowerCase()} reach 198.51.100.0/24 through server ${branch.toLowerCase()}-utm`,
    wayBack: byRollback,
    witnesses: [],
    needs: [],
    isForbidden: false,
  })),
];

export const topology: Topology = {
  nodes: [
    { id: 'shared/Public', sort: 'network', label: 'public', details: ['203.0.113.64/26'] },
    { id: 'acme', sort: 'tenant', label: 'acme', details: [] },
    { id: 'acme/Green', sort: 'network', label: 'acme-green', details: ['10.91.1.0/24'], within: 'acme' },
    { id: 'acme/Utm', sort: 'utm', label: 'acme-utm', details: ['203.0.113.71'], within: 'acme' },
    {
      id: 'acme/Mail',
      sort: 'server',
      label: 'acme-mail',
      details: ['10.91.1.20'],
      within: 'acme',
      change: 'replace',
    },
    { id: 'acme/Web', sort: 'server', label: 'acme-web', details: ['10.91.1.21'], within: 'acme' },
    ...branches.flatMap((branch, index) => [
      { id: branch, sort: 'tenant', label: branch.toLowerCase(), details: [] } as const,
      {
        id: `${branch}/Green`,
        sort: 'network',
        label: `${branch.toLowerCase()}-green`,
        details: [`10.9${index + 2}.1.0/24`],
        within: branch,
      } as const,
      {
        id: `${branch}/Utm`,
        sort: 'utm',
        label: `${branch.toLowerCase()}-utm`,
        details: [`203.0.113.8${index}`],
        within: branch,
        change: 'update',
      } as const,
    ]),
  ],
  links: [
    { from: 'acme/Utm', to: 'acme/Green', label: '10.91.1.1' },
    { from: 'acme/Utm', to: 'shared/Public', label: '203.0.113.71' },
    { from: 'acme/Mail', to: 'acme/Green', label: '10.91.1.20' },
    { from: 'acme/Web', to: 'acme/Green', label: '' },
    ...branches.flatMap((branch, index) => [
      { from: `${branch}/Utm`, to: `${branch}/Green`, label: `10.9${index + 2}.1.1` },
      { from: `${branch}/Utm`, to: 'shared/Public', label: `203.0.113.8${index}` },
    ]),
  ],
};
