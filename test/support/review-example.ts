/**
 * The review of one pull request, as an operator may get it: a role that is granted in all projects, an exception to
 * `any`, a pool that grows, a server that is replaced, and transit for three branches. It is made of plans, as
 * `stackward review` makes it, so that its parts fit each other.
 */
import { noUses } from '../../review/order/deploy-order';
import { nothingAsked } from '../../review/cloud/seen';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIpSets } from '../../lib/packet-path/ip-sets';
import { parseTables } from '../../lib/packet-path/tables';
import { nothingSeen, type PacketsSeen } from '../../review/witness/seen';
import { assembleReview, keyOfStep, type StackRead } from '../../review/assemble';
import type { Review, ReviewedStack } from '../../review/model';
import { reviewRules } from '../../review/rules';
import type { KnownResource, PlannedResource } from '../../review/terraform/plan-json';
import { emptyPlan } from './empty-plan';
import { changed, exception, grant, resource, shared, tenant, widerPool, type Own } from './review-example-parts';

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

type Known = KnownResource & { readonly path: string };

/** The things that the plan leaves, with the values that it knows. */
const afterwards = (known: readonly KnownResource[], changes: readonly PlannedResource[]): KnownResource[] =>
  known.flatMap((thing) => {
    const change = changes.find(({ address }) => address === thing.address);
    if (change === undefined) return [thing];
    const isKnown = ([name]: readonly [string, unknown]): boolean => !Object.hasOwn(change.unknown as object, name);
    return change.after === undefined ? [] : [{ ...thing, values: Object.fromEntries(Object.entries(change.after).filter(isKnown)) }]; // prettier-ignore
  });

const readOf = (
  name: string,
  known: readonly Known[],
  changes: readonly PlannedResource[],
  own: readonly Own[],
): StackRead => ({
  name,
  dependsOn: name === 'shared' ? [] : ['shared'],
  code: {
    paths: new Map(known.map(({ address, path }) => [address, path])),
    declares: [],
    clouds: [],
    reads: new Map(),
  },
  plan: { changes, drift: [], outputs: [], prior: known, planned: afterwards(known, changes), expressions: new Map() },
  manifest: {
    owner: 'example',
    stack: name,
    source: name,
    removed: [],
    resources: own.map(({ declared }) => declared),
  },
  waitsFor: [],
  warnings: [],
});

const image = (name: string) => ({
  ...resource('openstack_images_image_v2', name, { name }),
  address: `data.openstack_images_image_v2.${name}`,
});

const withTransit = (port: KnownResource) => changed(port, 'update', { description: 'red, with transit' });

function acme(own: Own): StackRead {
  const { all, redPort, inGreen, server, own: project } = tenant('acme', 1, '203.0.113.71');
  const [before, after] = [image('debian-11'), image('debian-12')];
  const [mailPort, webPort] = [inGreen('Mail/Nic', 20), inGreen('Web/Nic', 21)];
  const mail = server('Mail', [mailPort], { image_id: before.values.id, access_ip_v4: '10.91.1.20' });
  const web = server('Web', [webPort]);
  const floating = resource('openstack_networking_floatingip_v2', 'acme/Web/Address', {
    tenant_id: project.tenant_id,
    address: '203.0.113.73',
    port_id: webPort.values.id,
  });
  const changes = [
    changed(mail, 'replace', { image_id: after.values.id }),
    changed(floating, 'delete'),
    withTransit(redPort),
  ];
  return readOf('acme', [...all, mailPort, webPort, mail, web, floating, before, after], changes, [own]);
}

const branches = [
  { stack: 'Branch2', number: 2, red: '203.0.113.72', host: 'cnode01' },
  { stack: 'Branch3', number: 3, red: '203.0.113.74', host: 'cnode04' },
  { stack: 'Branch10', number: 4, red: '203.0.113.75', host: 'cnode03' },
];

const fixture = (file: string): string => readFileSync(join(__dirname, `../fixtures/iptables/${file}`), 'utf8');

/** Each host has the tables of Neutron's agent for one port. */
function seenOf(exceptions: readonly Own[]): PacketsSeen {
  const hosts = exceptions.flatMap(({ packets }) => {
    if (packets === undefined) return [];
    const { host, portId, restores } = packets;
    const text = fixture('ovs-01-oneport.iptables-save.txt').replaceAll('3bf6a437-7e', portId.slice(0, 11));
    const tables = parseTables(text.replaceAll('3bf6a437-7', portId.slice(0, 10)));
    const sets = parseIpSets(fixture('ovs-01-oneport.ipset-save.txt'));
    const ports = ['tap', 'qvb'].map((letters) => ({ bridge: 'qbr', port: `${letters}${portId.slice(0, 11)}` }));
    const seen = { filter: { tables, sets }, ports, asksTables: true };
    return [{ host, restores, seen: { 4: seen, 6: seen } }];
  });
  return {
    ...nothingSeen,
    hosts: new Map(hosts.map(({ host, seen }) => [host, seen])),
    restores: new Map(hosts.map(({ host, restores }) => [host, restores])),
  };
}

function exampleOf(): Review {
  const acmeOwn = exception('acme', 'cnode02', '203.0.113.71', '10.91.1.0/24', 'any');
  const branchOwn = branches.map(({ stack, number, red, host }) =>
    exception(stack, host, red, `10.9${number}.1.0/24`, '198.51.100.0/24'),
  );
  const sharedOwn = [grant(), widerPool(['203.0.113.71', '203.0.113.73', ...branches.map(({ red }) => red)])];
  const all = [...sharedOwn, acmeOwn, ...branchOwn];
  const globex: StackRead = {
    ...readOf('globex', [], [], []),
    plan: undefined,
    manifest: undefined,
    waitsFor: ['shared'],
    code: {
      paths: new Map(),
      declares: [
        { path: 'globex/Green/Network', type: 'openstack_networking_network_v2' },
        { path: 'globex/Utm', type: 'openstack_compute_instance_v2' },
        { path: 'globex/Transit', type: 'firewall-exception' },
      ],
      clouds: [],
      reads: new Map([['shared', ['PublicNetwork']]]),
    },
  };
  return assembleReview({
    made: '2026-11-20T14:02:11Z',
    by: 'ci@runner-3',
    commit: { id: '4f6c2ab19e0d7c55a1b2c3d4e5f60718293a4b5c', hasChanges: false },
    version: '0.1.0',
    engine: { name: 'terraform', version: '1.5.7' },
    problems: [],
    warnings: [],
    stacks: [
      readOf('shared', shared, [], sharedOwn),
      acme(acmeOwn),
      ...branches.map(({ stack, number, red }, place) => {
        const { all: known, redPort } = tenant(stack, number, red);
        return readOf(stack, known, [withTransit(redPort)], branchOwn.slice(place, place + 1));
      }),
      globex,
    ],
    order: noUses,
    own: { ...emptyPlan, steps: all.map(({ step }) => step) },
    rules: reviewRules.parse({
      policy: [
        { risk: 'replaces-server', needs: ['operations'] },
        { risk: 'drops-traffic', needs: ['operations'] },
        { risk: 'opens-any', needs: ['security'] },
        { risk: 'grants-all-projects', needs: ['security'] },
      ],
      acknowledged: [
        {
          risk: 'widens-pool',
          where: 'shared/Public/Pools',
          reason: 'the provider routes all of 203.0.113.64/26 here',
          until: '2026-12-31',
        },
      ],
    }),
    packets: seenOf([acmeOwn, ...branchOwn]),
    cloud: nothingAsked,
    effects: new Map(all.map(({ step, effects }) => [keyOfStep(step), effects])),
  });
}

export const reviewExample: Review = exampleOf();
