/** A full pool is extended where an old Neutron's API could not do it, and repaired after a hand edit. */
import { createConnection } from 'mysql2/promise';
import type { NeutronApi } from '../adapters/openstack/neutron-api';
import { formatAddress, formatRange, only, parseAddress, parseRange, sizeOf, subtract } from '../lib/net/ip-ranges';
import type { Subnet } from '../lib/contract/ports';
import { stackward, stacks, type Scene } from './scene';

/** Addresses that each run of the demo adds to the red pool. */
export const growth = 10n;

export async function fillOldPool({ stage, member, api }: Scene, red: Subnet): Promise<void> {
  await stage.step('A member makes ports on the red network until Neutron has no address left', async () => {
    const { addresses, refusal } = await member.fill(red.networkId);
    stage.say(`${addresses.length} ports: ${addresses.join(', ') || 'none'}`);
    stage.say(refusal);
    stage.expect(
      refusal.includes('No more IP addresses available'),
      `the pool should be full, and Neutron said: ${refusal}`,
    );
    const free = await freeOf(api, red.id);
    stage.expect(free.length === 0, `Neutron refused while ${free.join(', ')} is free`);
  });
}

/** The addresses of the subnet's pools that no port holds, as text. */
async function freeOf(api: NeutronApi, id: string): Promise<string[]> {
  const [subnet] = await api.subnets([id]);
  if (!subnet) return [];
  const used = (await api.allocatedAddresses([subnet])).get(id) ?? [];
  return subtract(
    subnet.allocationPools.map(parseRange),
    used.map((address) => only(parseAddress(address))),
  ).map(formatRange);
}

export async function extend(scene: Scene, before: string, after: string): Promise<void> {
  const { stage } = scene;
  await stage.step(
    `One line of main.ts changes, the red pool's end: ${before} becomes ${after}. Terraform changes nothing but the manifest`,
    async () => {
      await stage.run('cdktf', ['apply', 'shared', '--auto-approve', '--no-color'], {
        environment: { RED_POOL_END: after },
      });
    },
  );
  await stage.step("stackward says what it would do in Neutron's database, and does it", async () => {
    await stackward(scene, ['plan'], [2]);
    await stackward(scene, ['apply', '--auto-approve'], [0]);
  });
}

export async function fillExtension(
  { stage, member, api }: Scene,
  red: Subnet,
  before: string,
  after: string,
): Promise<void> {
  await stage.step('The member goes on: the next ports have addresses of the new part, and no other', async () => {
    const { addresses } = await member.fill(red.networkId);
    const extension = parseRange({ start: formatAddress(4, parseAddress(before).value + 1n), end: after });
    const left = subtract(
      [extension],
      addresses.map((address) => only(parseAddress(address))),
    );
    stage.say(`${addresses.length} ports: ${addresses.join(', ')}`);
    stage.expect(
      addresses.length === Number(growth) && sizeOf(left) === 0n,
      `expected exactly ${formatRange(extension)}`,
    );
    stage.expect((await freeOf(api, red.id)).length === 0, 'Neutron stopped before the pool was used up');
    stage.prove(
      'a full pool extended, no restart',
      `${before} → ${after}: the next ${addresses.length} ports got exactly the new addresses`,
    );
  });
}

export async function nothingLeft(scene: Scene, end: string): Promise<void> {
  const { stage } = scene;
  await stage.step('Both halves agree that nothing is left to do', async () => {
    await stackward(scene, ['plan'], [0]);
    const look = async (stack: string, ...more: string[]): Promise<void> => {
      const { text } = await stage.run('cdktf', ['plan', stack, '--no-color', ...more], {
        environment: { RED_POOL_END: end },
      });
      stage.expect(text.includes('No changes.'), `\`cdktf plan ${stack}\` has changes:\n${text}`);
    };
    const [first = '', ...others] = stacks;
    await look(first);
    await Promise.all(others.map((stack) => look(stack, '--skip-synth')));
    stage.say(`cdktf plan: no changes in ${stacks.join(', ')}.`);
  });
  stage.prove('a second run changes nothing', '`stackward plan` and `cdktf plan` of every stack: no changes');
}

export async function repairDrift(scene: Scene, red: Subnet, before: string, after: string): Promise<void> {
  const { stage, lab, api } = scene;
  await stage.step(
    'Somebody edits one of the two tables by hand: the API shows the long pool, Neutron hands out from the short one',
    async () => {
      const connection = await createConnection({
        host: '127.0.0.1',
        port: lab.ports.mariadb,
        user: 'stackward',
        password: lab.passwords.stackward,
        database: 'neutron',
      });
      const sql =
        'UPDATE ipamallocationpools p JOIN ipamsubnets s ON s.id = p.ipam_subnet_id SET p.last_ip = ? WHERE s.neutron_subnet_id = ?';
      await connection.execute(sql, [before, red.id]);
      await connection.end();
    },
  );
  await stage.step('The plan shows the drift, apply repairs it', async () => {
    await stackward(scene, ['plan'], [2]);
    await stackward(scene, ['apply', '--auto-approve'], [0]);
    await stackward(scene, ['verify'], [0]);
    const [now] = await api.subnets([red.id]);
    stage.expect(now?.allocationPools.at(-1)?.end === after, 'the API shows another pool than the code');
  });
  stage.prove('drift found and repaired', 'one of two tables changed by hand, both as the code says again');
}
