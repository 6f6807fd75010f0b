/**
 * Servers that hang or fail on the lab, each for one cause that is really brought about, and what doctor says of each. A failure
 * of each part of the cloud always runs: Neutron's, the broker's and the host's. Of the others some run.
 */
import { join } from 'node:path';
import { BrokerHost } from '../support/broker-host';
import { CommandFolder } from '../support/command';
import { examine } from '../support/doctor-run';
import { alikeTest } from '../support/moments';
import { OwnCompute } from '../support/own-compute';
import type { Named } from '../support/lab-projects';
import { causes, type Cause } from '../../reports/server-hang/cause-names';

let own: OwnCompute;
let folder: CommandFolder;
let image: string | undefined;
let flavor: string;
/** With free addresses, and no agent on the suite's host to bind a port. */
let roomy: string;

beforeAll(async () => {
  own = await OwnCompute.start('test-hang');
  folder = new CommandFolder({ ...own.lab.environment, OS_CLOUD: 'stackward-lab' });
  configure();
  image = await own.image();
  const { flavors } = await own.call<{ flavors: Named[] }>('compute', 'GET', '/flavors');
  flavor = flavors.find(({ name }) => name === 'stackward.utm')?.id ?? '';
  roomy = await own.network('roomy', 10, 99);
}, 900_000);
afterAll(async () => {
  folder?.remove();
  if (image !== undefined) await own.call('image', 'DELETE', `/v2/images/${image}`);
  await own?.stop();
}, 900_000);

/** A configuration that leads to the API, Nova's databases and the host; and to what else is given. */
function configure(hosts: readonly object[] = [], more: object = {}): void {
  const { ports, folder: lab, passwords } = own.lab;
  const database = (schema: string) => ({ host: '127.0.0.1', port: ports.mariadb, user: 'stack', password: '${LAB_PASSWORD}', schema, tls: 'off' }); // prettier-ignore
  folder.env = { ...folder.env, LAB_PASSWORD: passwords.services };
  folder.write('stackward.yaml', {
    cloud: 'stackward-lab',
    databases: { nova: database('nova'), nova_api: database('nova_api'), nova_cell0: database('nova_cell0') },
    hosts: [...hosts, { match: own.name, local: true, stateFolder: `${lab}/hosts/${own.name}` }],
    ...more,
  });
}

const boot = (name: string, more: object = {}) => own.boot(name, { flavorRef: flavor, imageRef: image, ...more });

/** The causes that doctor names, by what it says was ruled out and not looked at: all others. */
async function diagnose(id: string): Promise<{ named: Cause[]; step: string; said: string }> {
  const { results, code } = await examine(folder, 'doctor', '--server', id);
  const [told] = results;
  const besides = told?.besides ?? [];
  const isOpen = (cause: Cause) => !besides.some((paragraph) => paragraph.includes(`${causes[cause]} (`));
  expect([results.length, code]).toEqual([1, told?.result === 'fault' ? 2 : 0]);
  const named = (Object.keys(causes) as Cause[]).filter(isOpen);
  return { named, step: told?.step ?? '', said: JSON.stringify(told, null, 1) };
}

async function expectCause(id: string, cause: Cause): Promise<string> {
  const { named, step, said } = await diagnose(id);
  expect({ named, said }).toEqual({ named: [cause], said });
  expect(step).not.toMatch(/restart.*(host|Open vSwitch|network)/i);
  return said;
}

test('a server that is well is said to be so, with nothing named', async () => {
  const id = await boot('well');
  await own.active(id);
  const { results, code } = await examine(folder, 'doctor', '--server', id);
  expect([code, results.map(({ result, found }) => [result, found])]).toEqual([
    0,
    [['fine', 'It is ACTIVE, and no task is under way. Its last action, create, ended.']],
  ]);
});

test('a network without a free address (case 1006 b)', async () => {
  const full = await own.network('full', 20, 20);
  await own.call('network', 'POST', '/v2.0/ports', { port: { network_id: full } });
  const id = await boot('pool', { networks: [{ uuid: full }] });
  await own.failed(id);
  expect(await expectCause(id, 'pool-empty')).toContain(full);
});

alikeTest('a quota of ports that another request used up meanwhile (case 1006 b)', async () => {
  own.pause();
  const id = await boot('quota', { networks: [{ uuid: roomy }] });
  await own.placed(id);
  await own.call('network', 'PUT', `/v2.0/quotas/${own.project}`, { quota: { port: 0 } });
  own.resume();
  await own.failed(id);
  expect(await expectCause(id, 'quota')).toContain(`project ${own.project}: port quota 0`);
  await own.call('network', 'DELETE', `/v2.0/quotas/${own.project}`);
});

alikeTest('an address that another port took meanwhile', async () => {
  own.pause();
  const id = await boot('address', { networks: [{ uuid: roomy, fixed_ip: '10.91.7.150' }] });
  await own.placed(id);
  await own.call('network', 'POST', '/v2.0/ports', {
    port: { network_id: roomy, fixed_ips: [{ ip_address: '10.91.7.150' }] },
  });
  own.resume();
  await own.failed(id);
  await expectCause(id, 'address-in-use');
});

alikeTest('a host without an agent that could bind the port', async () => {
  const id = await boot('binding', { networks: [{ uuid: roomy }] });
  await own.failed(id);
  expect(await expectCause(id, 'binding-failed')).toContain(`Neutron has no agent for ports on ${own.name}`);
});

alikeTest('an image that was deleted before the host copied it', async () => {
  const gone = await own.image();
  own.pause();
  const id = await boot('image', { imageRef: gone });
  await own.placed(id);
  await own.call('image', 'DELETE', `/v2/images/${gone}`);
  own.resume();
  await own.failed(id);
  expect(await expectCause(id, 'image-missing')).toContain('Glance has the image no more');
});

alikeTest('a flavor that is larger than every host of the zone', async () => {
  const small = await own.small();
  const { flavor: huge } = await own.call<{ flavor: Named }>('compute', 'POST', '/flavors', {
    flavor: { name: `${own.name}-huge`, vcpus: 1, ram: 9_000, disk: 1 },
  });
  const id = await boot('flavor', { flavorRef: huge.id });
  await own.failed(id);
  const said = await expectCause(id, 'no-valid-host');
  expect(said).toContain('the flavor wants 1 vCPU, 9000 MiB, 1 GiB');
  expect(said).toContain(`${own.name}: has only 8192 MiB`);
  expect(said).toContain(`${small}: has only 32 MiB`);
});

alikeTest('a host that no cell has', async () => {
  const row = `FROM nova_api.host_mappings WHERE host = '${own.name}'`;
  const [cell] = await own.sql(`SELECT cell_id ${row}`);
  await own.sql(`DELETE ${row}`);
  const id = await boot('cell');
  await own.failed(id);
  await own.sql(
    `INSERT INTO nova_api.host_mappings (created_at, cell_id, host) VALUES (NOW(), ${cell}, '${own.name}')`,
  );
  await expectCause(id, 'cell-unmapped');
});

alikeTest('a zone whose only host with room is disabled', async () => {
  await own.small();
  await own.update({ status: 'disabled', disabled_reason: 'new mainboard' });
  const id = await boot('disabled');
  await own.failed(id);
  const said = await expectCause(id, 'compute-disabled');
  await own.update({ status: 'enabled' });
  expect(said).toContain('new mainboard');
});

alikeTest('a zone whose only host with room was forced down', async () => {
  await own.small();
  await own.update({ forced_down: true });
  const id = await boot('fenced');
  await own.failed(id);
  await expectCause(id, 'compute-forced-down');
  await own.update({ forced_down: false });
});

describe('a message that is lost on its way, where the broker is looked at as well', () => {
  let mq: BrokerHost;
  beforeAll(async () => {
    const { folder: lab, ports } = own.lab;
    mq = await BrokerHost.start({ name: 'stackward@localhost', epmdPort: ports.epmd, cookieFile: join(lab, 'home', '.erlang.cookie') }); // prettier-ignore
    configure([mq.access], { broker: { host: 'mq1' } });
  });
  afterAll(async () => {
    configure();
    await mq?.stop();
  });

  alikeTest('a host that does not take the message which lies before it', async () => {
    own.pause();
    const id = await boot('stopped');
    await own.placed(id);
    await own.ageTask(id);
    await own.freshenHeartbeat();
    const said = await expectCause(id, 'queue-full');
    own.resume();
    expect(said).toContain(`compute.${own.name}: 1 consumer, 0 messages wait, 1 are taken and not confirmed`);
  });

  test('a cast to a host whose queue the broker had dropped: first nobody takes from it, then the message is lost (case 1115 a)', async () => {
    own.pause();
    await own.dropQueue();
    const id = await boot('cast');
    await own.placed(id);
    await own.ageTask(id);
    await own.freshenHeartbeat();
    const before = await expectCause(id, 'queue-unserved');
    expect(before).toContain(`the broker has no queue compute.${own.name}, and drops what is sent there`);
    own.resume();
    await own.served();
    await own.freshenHeartbeat();
    const said = await expectCause(id, 'message-lost');
    expect(said).toContain(`The message to nova-compute on ${own.name} is lost`);
    expect(said).toContain('nova_api.instance_mappings: it is in cell1, so a conductor had it');
    expect(said).toContain(`conductor, scheduler, compute.${own.name}: each has a consumer`);
  });

  alikeTest('a server whose mapping names no cell: the API does not find it, and the database has it', async () => {
    const id = await boot('unmapped');
    await own.active(id);
    const mapping = (cell: string) => own.sql(`UPDATE nova_api.instance_mappings SET cell_id = ${cell} WHERE instance_uuid = '${id}'`); // prettier-ignore
    const [cell = ''] = await own.sql(`SELECT cell_id FROM nova_api.instance_mappings WHERE instance_uuid = '${id}'`);
    await mapping('NULL');
    const { code, results } = await examine(folder, 'doctor', '--server', id);
    await mapping(cell);
    expect([code, results.map(({ found }) => found)]).toEqual([
      2,
      [
        "Nova's API does not find it, because its cell mapping is missing: its row of nova_api.instance_mappings names no cell.",
      ],
    ]);
    expect(results[0]?.evidence).toContain(`the database nova has it: active, on ${own.name}`);
  });

  alikeTest('a reboot of which the log of the API has the request, and the log of the host has not', async () => {
    const id = await boot('reboot');
    await own.active(id);
    own.pause();
    await own.dropQueue();
    await own.call('compute', 'POST', `/servers/${id}/action`, { reboot: { type: 'HARD' } });
    own.resume();
    await own.served();
    const { instanceActions: actions } = await own.call<{ instanceActions: { action: string; request_id: string }[] }>('compute', 'GET', `/servers/${id}/os-instance-actions`); // prettier-ignore
    const request = actions.find(({ action }) => action === 'reboot')?.request_id ?? '?';
    await own.ageTask(id);
    const said = await expectCause(id, 'message-lost');
    expect(said).toMatch(new RegExp(`nova-api\\.log on ${own.name} has ${request}: \\d+ line`));
    expect(said).toContain(`nova-compute-${own.name}.log on ${own.name} does not have it and was written all the time`);
    expect(said).toContain('its disk is where it was');
  });
});

test('a host whose nova-compute died before it began with the server (case 1115 a)', async () => {
  own.pause();
  const id = await boot('dead');
  await own.placed(id);
  await own.kill();
  await own.ageHeartbeat();
  const said = await expectCause(id, 'compute-dead');
  expect(said).toContain('BUILD (scheduling)');
  expect(said).toContain('stood still');
});
