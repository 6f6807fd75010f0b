/** `stackward services` on clouds of older releases, whose answers have fewer fields: what they don't tell is said, and nothing stands for it. */
import { doctorBench } from '../support/doctor-run';

const bench = doctorBench();

const ago = (seconds: number, form: 'T' | ' ' = 'T'): string =>
  new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19).replace('T', form);

interface Row {
  readonly name: string;
  readonly state: string;
  readonly forcedDown: boolean | null;
  readonly since: string | null;
  readonly disabled: string | null;
}

async function rows(): Promise<ReadonlyMap<string, Row>> {
  const { stdout, stderr } = await bench.folder.run(['services', '--json']);
  expect(stderr).toBe('');
  return new Map((JSON.parse(stdout) as { services: Row[] }).services.map((row) => [row.name, row]));
}

/** Nova's /v2 below the project, Cinder's /v1, and no microversions. */
function isOld(): void {
  const { url } = bench.cloud;
  bench.cloud.catalogue = { compute: `${url}/compute/v2/p1`, network: url, volume: `${url}/volume/v1/p1`, identity: `${url}/v3` }; // prettier-ignore
  for (const path of ['/compute/v2/', '/compute/v2.1/']) bench.cloud.told.set(path, { version: { id: 'v2.0' } });
  bench.cloud.told.set('/volume/v1/p1/os-services', {
    services: [{ status: 'disabled', binary: 'cinder-volume', zone: 'nova', state: 'up', updated_at: `${ago(4)}.000000`, host: 'ctl1' }],
  }); // prettier-ignore
  bench.cloud.told.set('/v2.0/agents', {
    agents: [
      {
        admin_state_up: false, agent_type: 'L3 agent', alive: true, binary: 'neutron-l3-agent', configurations: { routers: 2 },
        created_at: '2014-11-01 00:00:00', description: null, heartbeat_timestamp: ago(9, ' '), host: 'net1', id: 'a1',
        started_at: '2014-11-02 03:04:05', topic: 'l3_agent',
      },
    ],
  }); // prettier-ignore
}

const compute = { binary: 'nova-compute', host: 'cnode01', zone: 'nova', status: 'disabled', state: 'up' };

test('Icehouse without os-extended-services tells no reason, which is not the same as none given (case 1023 d)', async () => {
  isOld();
  const services = [{ ...compute, updated_at: `${ago(4)}.000000` }];
  bench.cloud.told.set('/compute/v2/p1/os-services', { services });
  const told = await rows();
  const untold = '(this release tells neither by whom nor why)';
  expect(told.get('nova-compute')).toMatchObject({ state: 'up', forcedDown: null, disabled: untold, since: null });
  expect(told.get('cinder-volume')).toMatchObject({ disabled: untold });
  expect(told.get('neutron-l3-agent')).toMatchObject({
    disabled: 'by an operator (admin_state_up is false; Neutron keeps no reason)',
    since: '2014-11-02T03:04:05.000Z',
  });
  const { stdout } = await bench.folder.run(['services']);
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'This Nova is older than Liberty: whoever disables a service also moves',
  );
});

test('Kilo with os-extended-services tells a reason, or that there is none', async () => {
  isOld();
  const row = { ...compute, id: 7, updated_at: `${ago(4)}.000000` };
  const reasons = [
    ['nova-compute', 'new mainboard', 'by an operator: new mainboard'],
    ['nova-cert', null, 'by an operator, who gave no reason'],
    ['nova-consoleauth', 'AUTO: libvirt is gone', 'by Nova itself: libvirt is gone'],
  ] as const;
  const services = reasons.map(([binary, disabled_reason]) => ({ ...row, binary, disabled_reason }));
  bench.cloud.told.set('/compute/v2/p1/os-services', { services });
  const told = await rows();
  expect(reasons.map(([name]) => told.get(name)?.disabled)).toEqual(reasons.map(([, , said]) => said));
});

test('a service that has never reported has no heartbeat, and no age is made up for it', async () => {
  isOld();
  const services = [{ ...compute, status: 'enabled', state: 'down', updated_at: null, disabled_reason: null }];
  bench.cloud.told.set('/compute/v2/p1/os-services', { services });
  expect((await rows()).get('nova-compute')).toMatchObject({ state: 'down', since: null, ageSeconds: null });
});
