/** Answers of Neutron that are mutated at random: every call ends, in values of the known form or in one sentence, and writes nothing. */
import fc from 'fast-check';
import { NeutronApi } from '../../adapters/openstack/neutron-api';
import type { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { StackwardError } from '../../lib/basics/errors';
import { parseAddress, parseCidr } from '../../lib/net/ip-ranges';
import { anyText } from '../support/any-text';
import { fuzzCount, fuzzSeed, fuzzTimeoutMs } from '../support/fuzz';

const id = '00000000-0000-4000-8000-000000000001';
const networkId = '00000000-0000-4000-8000-000000000002';
const uuid = /^[0-9a-f-]{36}$/i;
const link = { rel: 'next', href: 'http://127.0.0.1/v2.0/subnets?marker=a' };
const good = {
  subnets: [
    {
      id,
      name: 'red',
      network_id: networkId,
      ip_version: 4,
      cidr: '192.0.2.0/24',
      gateway_ip: '192.0.2.1',
      allocation_pools: [{ start: '192.0.2.10', end: '192.0.2.20' }],
      revision_number: 3,
    },
  ],
  ports: [
    {
      id,
      name: 'p',
      network_id: networkId,
      mac_address: 'fa:16:3e:00:00:01',
      device_id: '',
      device_owner: '',
      status: 'ACTIVE',
      fixed_ips: [{ subnet_id: id, ip_address: '192.0.2.11' }],
      security_groups: [networkId],
      'binding:host_id': 'cnode01',
      'binding:vif_type': 'ovs',
      'binding:vif_details': { ovs_hybrid_plug: true },
      port_security_enabled: true,
    },
  ],
  agents: [{ host: 'cnode01', agent_type: 'Open vSwitch agent', alive: true }],
};
type Collection = keyof typeof good;

const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    2 ** 53,
    '',
    '\0',
    "'; --",
    '../x',
    id.toUpperCase(),
    [],
    {},
    [[]],
    link,
    [link],
  ),
  anyText(40),
  fc.jsonValue({ maxDepth: 2 }),
);
/** Where to go into the answer, and what to put there. */
const mutation = fc.record({ steps: fc.array(fc.nat(20), { maxLength: 5 }), value: strange, isRemoved: fc.boolean() });

type Value = Readonly<Record<string, unknown>> | readonly unknown[];
function mutate(
  whole: unknown,
  { steps: [step, ...rest], value, isRemoved }: { steps: readonly number[]; value: unknown; isRemoved: boolean },
): unknown {
  if (step === undefined || typeof whole !== 'object' || whole === null) return value;
  const keys = Object.keys(whole);
  const key = keys[step % (keys.length + 1)] ?? 'subnets_links';
  const copy: Record<string, unknown> = { ...(whole as Value) } as Record<string, unknown>;
  if (rest.length === 0 && isRemoved) Reflect.deleteProperty(copy, key);
  else copy[key] = mutate(copy[key], { steps: rest, value, isRemoved });
  return Array.isArray(whole) ? Object.values(copy) : copy;
}

const calls: Readonly<
  Record<string, { readonly collection: Collection; readonly ask: (api: NeutronApi) => Promise<unknown> }>
> = {
  subnets: { collection: 'subnets', ask: (api) => api.subnets([id]) },
  subnetsOf: { collection: 'subnets', ask: (api) => api.subnetsOf([networkId]) },
  ports: { collection: 'ports', ask: (api) => api.ports([id]) },
  allocatedAddresses: {
    collection: 'ports',
    ask: async (api) => [...(await api.allocatedAddresses([{ id, networkId } as never])).values()],
  },
  agents: { collection: 'agents', ask: (api) => api.agents() },
};

/** Every text where an id, an address or a prefix stands is one. */
function expectKnownForm(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(expectKnownForm);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value)) {
    if (/^(id|networkId|subnetId)$/.test(key)) expect(field).toMatch(uuid);
    else if (/^(start|end|address)$/.test(key)) parseAddress(field as string);
    else if (key === 'cidr') parseCidr(field as string);
    else if (['name', 'host', 'hostId', 'status'].includes(key)) expect(typeof field).toBe('string');
    else expectKnownForm(field);
  }
}

test.each(Object.entries(calls))(
  '%s',
  async (_, { collection, ask }) => {
    let written = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        const answer = mutations.reduce<unknown>(mutate, { [collection]: good[collection] });
        const session = {
          cloud: 'example',
          call: (__: string, ___: string, options: { method?: string } = {}) => {
            if (options.method !== undefined && options.method !== 'GET') written += 1;
            return Promise.resolve(structuredClone(answer));
          },
        } as unknown as OpenStackSession;
        const met = await ask(new NeutronApi(session)).catch((error: unknown) => error);
        if (met instanceof Error) expect(met).toBeInstanceOf(StackwardError);
        else expectKnownForm(met);
      }),
      { numRuns: fuzzCount / 5, seed: fuzzSeed },
    );
    expect(written).toBe(0);
  },
  fuzzTimeoutMs,
);
