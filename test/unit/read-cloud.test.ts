/** The questions of a review to the cloud: how many it asks, and whom no more. */
import { readCloud } from '../../cli/review/read-cloud';
import type { ReadingContext } from '../../cli/wire';
import { TransientError, UnrecoverableError } from '../../lib/basics/errors';
import type { NameReader, QuotaUseReader } from '../../lib/contract/report-ports';
import { noUses } from '../../review/order/deploy-order';
import type { Port } from '../../lib/contract/ports';
import { port } from '../support/doomed-network';
import { forgedStack, type Forged } from '../support/forged-plan';

const quotas = (type: string, number: number): Forged[] =>
  Array.from({ length: number }, (_, place) => ({
    type,
    name: `quota${place}`,
    after: { project_id: `p${place}`, port: 1, instances: 1 },
  }));

const late = new TransientError('192.0.2.1:9696 had not ended its answer after 60 s');

function readWith(changes: readonly Forged[], used: QuotaUseReader['used'], count: NameReader['count'] = () => Promise.resolve({ all: 1, private: 0 })) {
  const readers = { quotaUse: () => Promise.resolve({ used }), names: () => Promise.resolve({ count }) };
  return readCloud([forgedStack('acme', changes)], noUses, { readers } as unknown as ReadingContext);
} // prettier-ignore

test('a service without an answer is asked no further, and the others are', async () => {
  const asked: string[] = [];
  const { quotas: told } = await readWith(
    [...quotas('networking_quota_v2', 100), ...quotas('compute_quotaset_v2', 100)],
    async (service, project) => {
      asked.push(`${service} ${project}`);
      await new Promise(setImmediate);
      if (service === 'network') throw late;
      return { instances: 0 };
    },
  );
  expect(asked.filter((each) => each.startsWith('network')).length).toBeLessThanOrEqual(4);
  expect(asked.filter((each) => each.startsWith('compute')).length).toBe(100);
  expect(told.map(({ used }) => used).slice(98, 102)).toEqual([
    'Neutron left 2 questions without an answer, so the review stopped asking it',
    'Neutron left 2 questions without an answer, so the review stopped asking it',
    { instances: 0 },
    { instances: 0 },
  ]);
});

test('one slow answer among others ends no questions', async () => {
  let number = 0;
  const { quotas: told } = await readWith(quotas('networking_quota_v2', 30), async () => {
    await new Promise(setImmediate);
    if ((number += 1) % 3 === 0) throw late;
    return { port: 0 };
  });
  expect(told.filter(({ used }) => typeof used === 'string').map(({ used }) => used)).toEqual(
    Array.from({ length: 10 }, () => late.message),
  );
});

test('a review asks for the use of a bounded number of projects, and says so', async () => {
  const asked = new Set<string>();
  const { quotas: told } = await readWith(
    [...quotas('networking_quota_v2', 205), ...quotas('compute_quotaset_v2', 205)],
    (_, project) => {
      asked.add(project);
      return Promise.resolve({ port: 0, instances: 0 });
    },
  );
  expect(asked.size).toBe(200);
  const left = told.filter(({ projectId }) => !asked.has(projectId));
  expect(left.map(({ used }) => used)).toEqual(
    Array.from({ length: 10 }, () => ({ notCompared: 'a review asks for the use of at most 200 projects' })),
  );
});

test('each name is asked for once, and names beyond the bound are said', async () => {
  const servers = Array.from({ length: 210 }, (_, place): Forged => ({
    type: 'compute_instance_v2',
    name: `web${place}`,
    after: { flavor_name: `m${place}`, image_name: 'jessie' },
  }));
  const asked: string[] = [];
  const { names } = await readWith(servers, () => Promise.resolve({}), ({ name }) => {
    asked.push(name);
    return Promise.resolve({ all: 1, private: 0 });
  }); // prettier-ignore
  expect([asked.length, new Set(asked).size]).toEqual([200, 200]);
  expect(names.filter(({ count }) => typeof count === 'object' && 'notCompared' in count).length).toBe(11);
});

describe('ports in a network that the change deletes', () => {
  const gone = '00000000-0000-4000-8000-000000000001';
  const green: Forged = { type: 'networking_network_v2', name: 'green', before: { id: gone, name: 'green' } };
  const read = (portsOf: () => Promise<readonly Port[]>, find: () => Promise<unknown> = () => Promise.resolve([])) => {
    const readers = {
      cloud: 'here',
      network: () => Promise.resolve({ portsOf }),
      servers: () => Promise.resolve({ find }),
      inventory: () => Promise.reject(late),
    };
    return readCloud([forgedStack('acme', [green])], noUses, { readers } as unknown as ReadingContext);
  };

  test('without the right to read them they are not compared, and without an answer they are a problem', async () => {
    const refused = new UnrecoverableError('Neutron answered 403', { status: 403, about: 'right' });
    expect(await read(() => Promise.reject(refused))).toMatchObject({
      unasked: [],
      hidden: [
        {
          stack: 'acme',
          message: 'whether others have ports in the networks that it deletes: Neutron answered 403, by default admin',
        },
      ],
    });
    expect(await read(() => Promise.reject(late))).toMatchObject({
      hidden: [],
      unasked: [
        {
          stack: 'acme',
          message: `nobody looked whether others have ports in the networks that it deletes: ${late.message}`,
        },
      ],
    });
  });

  test('a Nova without an answer is asked for few names of servers, and the ports are told without them', async () => {
    const many = Array.from({ length: 20_000 }, (_, place) =>
      port({
        networkId: gone,
        deviceOwner: 'compute:nova',
        deviceId: `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`,
      }),
    );
    let asked = 0;
    const { ports } = await read(
      () => Promise.resolve(many),
      async () => {
        asked += 1;
        await new Promise(setImmediate);
        throw late;
      },
    );
    expect(ports).toHaveLength(20_000);
    expect(asked).toBeLessThanOrEqual(4);
  });
});
