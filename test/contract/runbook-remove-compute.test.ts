/** `remove-compute` of hosts that are switched off, on the lab's Nova, placement and Neutron. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DeadComputes } from '../support/dead-compute';
import { LabCloud } from '../support/lab-cloud';
import { RunbookBench } from '../support/runbook-bench';
import { describeRunbook } from './runbook-suite';

interface Providers {
  readonly resource_providers: readonly { readonly uuid: string }[];
}

let computes: DeadComputes;
/** A session and a journal of all runs. */
let bench: RunbookBench;

beforeAll(async () => {
  computes = await DeadComputes.start('test-removal');
  bench = new RunbookBench(computes.lab.environment, join(computes.lab.folder, 'stackward.yaml'));
});
afterAll(async () => {
  await bench?.close();
  await computes?.stop();
});

describeRunbook('remove-compute (case 1203)', {
  make: async () => {
    const argument = await computes.add();
    return {
      bench,
      runbook: 'remove-compute',
      given: { argument, options: {} },
      truth: () => computes.remains(argument),
      meddle: async () => void (await computes.sql(`UPDATE nova.services SET disabled = 0 WHERE host = '${argument}'`)),
    };
  },
  // Nova removes the provider together with the service. So the step for the provider and the proof find nothing to do.
  unchanged: [3, 5],
  done: { services: 0, nodes: 0, mappings: 0, agents: 0, providers: 0 },
  steps: 5,
  moved: /it is enabled, and the run left it disabled, reason "stackward removes this host"; somebody changed it since/,
});

test('providers are removed before the ones that they are in, which placement would refuse to remove', async () => {
  const host = await computes.add();
  const { placement, removeTree } = computes;
  const [root] = (await placement<Providers>('GET', `/resource_providers?name=${host}`)).resource_providers;
  const [nic, port] = [randomUUID(), randomUUID()];
  await placement('POST', '/resource_providers', { name: `${host}_NIC`, uuid: nic, parent_provider_uuid: root?.uuid });
  await placement('POST', '/resource_providers', { name: `${host}_A_PORT`, uuid: port, parent_provider_uuid: nic });
  try {
    const { steps } = await bench.plan('remove-compute', { argument: host, options: {} });
    const providers = steps.flatMap(({ step }) => (step.act === 'provider-removed' ? [step.thing] : []));
    expect(providers).toEqual([port, nic, root?.uuid].map((id) => `provider ${id}`));
    const writer = await bench.writers.hosts();
    await expect(writer.removeProvider(nic)).rejects.toThrow(/409/);
    for (const id of [port, nic, root?.uuid ?? '']) await writer.removeProvider(id);
    expect((await placement<Providers>('GET', `/resource_providers?in_tree=${nic}`)).resource_providers).toEqual([]);
    const reader = await bench.looking.readers.hostRemains();
    expect([await reader.provider(nic), (await reader.remains(host, [])).providers]).toEqual([undefined, []]);
  } finally {
    await removeTree(host);
  }
});

test('a host with a server, a living service or a living agent is not removed', async () => {
  const host = await computes.add();
  await computes.sql(
    `UPDATE neutron.agents SET heartbeat_timestamp = UTC_TIMESTAMP() + INTERVAL 1 DAY WHERE host = '${host}'`,
  );
  const { preconditions } = await bench.plan('remove-compute', { argument: host, options: {} });
  expect(preconditions.filter(({ is }) => is !== 'holds').map(({ said }) => said)).toEqual([
    'alive there: Open vSwitch agent; stop them, and wait 75 s',
  ]);
  const living = await bench.plan('remove-compute', { argument: 'cnode01', options: {} });
  expect(living.preconditions[0]).toEqual({ is: 'fails', said: 'nova-compute on cnode01 is up; stop it there, and wait a minute' }); // prettier-ignore
});

test('a host whose DHCP agent has a network is not removed, because Neutron would take the network from the agent', async () => {
  const cloud = new LabCloud('removal');
  const host = await computes.add();
  const { network } = await cloud.admin.call<{ network: { id: string } }>('network', '/v2.0/networks', {
    method: 'POST',
    body: { network: { name: cloud.prefix } },
  });
  try {
    await computes.sql(`
      UPDATE neutron.agents SET agent_type = 'DHCP agent', \`binary\` = 'neutron-dhcp-agent' WHERE host = '${host}';
      INSERT INTO neutron.networkdhcpagentbindings (network_id, dhcp_agent_id, binding_index)
        SELECT '${network.id}', id, 1 FROM neutron.agents WHERE host = '${host}'`);
    const { preconditions } = await bench.plan('remove-compute', { argument: host, options: {} });
    expect(preconditions.filter(({ is }) => is !== 'holds')).toEqual([
      {
        is: 'fails',
        said: `the DHCP agent there has network ${cloud.prefix} (${network.id}), which would be on no agent afterwards; move them to another agent first`,
      },
    ]);
  } finally {
    await cloud.admin.call('network', `/v2.0/networks/${network.id}`, { method: 'DELETE' });
    await Promise.all([cloud.admin.close(), cloud.member.close()]);
  }
});
