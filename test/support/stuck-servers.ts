/**
 * Makes servers on the lab whose deletion hangs, each with a port, an address and an allocation. Their nova-compute
 * seems to have died twenty minutes ago, before it deleted them.
 */
import { randomUUID } from 'node:crypto';
import { OwnCompute } from './own-compute';
import { isAlive, type Named } from './lab-projects';

export class StuckServers {
  readonly own: OwnCompute;
  #ready: string[];

  private constructor(own: OwnCompute, ready: string[]) {
    this.own = own;
    this.#ready = ready;
  }

  static async start(prefix: string, count: number): Promise<StuckServers> {
    const own = await OwnCompute.start(prefix);
    await sweepAgents(own, prefix);
    try {
      return new StuckServers(own, await stuck(own, count));
    } catch (error) {
      await end(own);
      throw error;
    }
  }

  /**
   * Returns a stuck server. A server that an earlier test left is made stuck again, because Nova needs seconds to build one.
   */
  async take(): Promise<string> {
    const [id] = this.#ready;
    if (id === undefined) throw new Error('more servers were deleted than were made');
    if ((await this.truth(id)).nova === 'gone') {
      this.#ready = this.#ready.slice(1);
      return this.take();
    }
    await this.write(
      id,
      `vm_state = 'active', task_state = 'deleting', updated_at = UTC_TIMESTAMP() - INTERVAL 20 MINUTE`,
    );
    // What was done to it since then is older than its deletion.
    await this.own.sql(
      `UPDATE nova.instance_actions SET created_at = created_at - INTERVAL 1 DAY, start_time = start_time - INTERVAL 1 DAY WHERE instance_uuid = '${id}' AND action NOT IN ('create', 'delete')`,
    );
    return id;
  }

  /**
   * Reads the state and task from Nova's database, the ports from Neutron's, and the nodes with an allocation from
   * placement.
   */
  async truth(id: string): Promise<{ readonly nova: string; readonly ports: number; readonly allocations: number }> {
    const { allocations } = await this.own.call<{ allocations: object }>('placement', 'GET', `/allocations/${id}`);
    const [nova = '?', ports = '?'] = await this.own.sql(
      `SELECT IF(deleted, 'gone', CONCAT(vm_state, ' ', IFNULL(task_state, '-'))) FROM nova.instances WHERE uuid = '${id}'; SELECT COUNT(*) FROM neutron.ports WHERE device_id = '${id}'`,
    );
    return { nova, ports: Number(ports), allocations: Object.keys(allocations).length };
  }

  /** Changes the server's row, as an operator might in the database. */
  async write(id: string, columns: string): Promise<void> {
    await this.own.sql(`UPDATE nova.instances SET ${columns} WHERE uuid = '${id}'`);
  }

  stop(): Promise<void> {
    return end(this.own);
  }
}

async function end(own: OwnCompute): Promise<void> {
  await own.sql(`DELETE FROM neutron.agents WHERE host = '${own.name}'`);
  await own.stop();
}

/** Agents of runs that were killed. Their heartbeat is still in the future. */
async function sweepAgents(own: OwnCompute, prefix: string): Promise<void> {
  const hosts = await own.sql(`SELECT host FROM neutron.agents WHERE host LIKE '${prefix}-%'`);
  for (const host of hosts.filter((name) => !isAlive(Number(name.slice(prefix.length + 1).split('-')[0]))))
    await own.sql(`DELETE FROM neutron.agents WHERE host = '${host}'`);
}

async function stuck(own: OwnCompute, count: number): Promise<string[]> {
  // ML2 binds a port only on a host with a living agent. An agent with a heartbeat in the future counts as alive during
  // this suite.
  await own.sql(
    `CREATE TEMPORARY TABLE neutron.test_a AS SELECT * FROM neutron.agents WHERE host = 'cnode01' AND agent_type = 'Open vSwitch agent'; UPDATE neutron.test_a SET id = '${randomUUID()}', host = '${own.name}', heartbeat_timestamp = UTC_TIMESTAMP() + INTERVAL 1 DAY; INSERT INTO neutron.agents SELECT * FROM neutron.test_a`,
  );
  const network = await own.network('stuck', 10, 200);
  const { flavor } = await own.call<{ flavor: Named }>('compute', 'POST', '/flavors', {
    flavor: { name: `${own.name}-tiny`, vcpus: 1, ram: 64, disk: 0 },
  });
  const { images } = await own.call<{ images: Named[] }>('image', 'GET', '/v2/images');
  const built = { flavorRef: flavor.id, imageRef: images[0]?.id, networks: [{ uuid: network }] };
  const ids = await Promise.all(Array.from({ length: count }, (_, index) => own.boot(`stuck-${index}`, built)));
  const named = ids.map((id) => `'${id}'`).join(', ');
  await own.until('every server is built', async () => {
    const states = await own.sql(`SELECT vm_state FROM nova.instances WHERE uuid IN (${named})`);
    if (states.includes('error')) throw new Error('a server that was to be stuck failed in its build');
    return states.length === count && states.every((state) => state === 'active');
  });
  own.pause();
  await Promise.all(ids.map((id) => own.call('compute', 'DELETE', `/servers/${id}`)));
  await own.kill();
  await own.ageHeartbeat();
  await own.sql(
    `UPDATE nova.instances SET updated_at = updated_at - INTERVAL 20 MINUTE WHERE uuid IN (${named}); UPDATE nova.instance_actions SET start_time = start_time - INTERVAL 20 MINUTE WHERE instance_uuid IN (${named})`,
  );
  return ids;
}
