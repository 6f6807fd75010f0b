import { parseConfiguration } from '../../cli/config';
import { hostDirectory } from '../../cli/host-directory';
import { openHost } from '../../cli/open-host';

const configuration = parseConfiguration(
  `
hosts:
  - match: ctl*
    local: true
  - match: "*.edge"
    ssh: "stackward@{host}.example.net"
    stateFolder: /srv/stackward/{host}
services:
  neutron: { hosts: [ctl1, ctl2] }
  glance: { hosts: [ctl1], configFiles: [/etc/glance/api.conf] }
`,
  'stackward.yaml',
  {},
);
const hosts = hostDirectory(configuration);

test('which hosts serve what, and where their configuration is', () => {
  expect(hosts.serving('neutron')).toEqual(['ctl1', 'ctl2']);
  expect(hosts.serving('nova')).toEqual([]);
  expect(hosts.configFiles('neutron')).toEqual(['/etc/neutron/neutron.conf']);
  expect(hosts.configFiles('glance')).toEqual(['/etc/glance/api.conf']);
  expect(hosts.named).toEqual(['ctl1', 'ctl2']);
});

test('the first entry that matches leads to a host; a dot is a dot', () => {
  expect([hosts.canReach('ctl9'), hosts.canReach('a.edge'), hosts.canReach('aXedge')]).toEqual([true, true, false]);
  expect(openHost('a.edge', configuration).stateFolder).toBe('/srv/stackward/a.edge');
  expect(openHost('ctl1', configuration).stateFolder).toBe('/var/lib/stackward');
});

test('a host that nothing leads to is refused with the hosts that are known, and with the entry to add', () => {
  expect(() => openHost('cnode01', configuration)).toThrow(
    'unknown host "cnode01": stackward.yaml leads to ctl1, ctl2, ctl*, *.edge; correct the name, or add to "hosts" in stackward.yaml an entry that matches it',
  );
});

test('of many known hosts the first twenty are named, and hosts of a service that nothing leads to are not', () => {
  const names = Array.from({ length: 25 }, (_, n) => `  - { match: c${n}, local: true }`);
  const many = parseConfiguration(
    `services: { nova: { hosts: [ctl1] } }\nhosts:\n${names.join('\n')}\n`,
    'stackward.yaml',
    {},
  );
  expect(() => openHost('ctl1', many)).toThrow(/leads to c0, c1, .*, c19 and 5 more; correct/);
});

test('the file that was read is named', () => {
  expect(() => openHost('cnode01', parseConfiguration('', 'lab/cloud.yaml', {}))).toThrow(
    'unknown host "cnode01": lab/cloud.yaml leads to no host; add to "hosts" in lab/cloud.yaml',
  );
});

test.each(['-oProxyCommand=x.edge', 'a b.edge', 'a;b.edge'])(
  'a name that ssh could take for more is refused: %s',
  (name) => {
    expect(() => openHost(name, configuration)).toThrow('none that stackward gives to ssh');
  },
);
