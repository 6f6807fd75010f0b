/** One `openstack subnet set` per subnet on the lab, sampled and scaled: what an operator's loop would take. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LabCloud } from '../test/support/lab-cloud';
import { median, secondsSince } from './measure';

const samples = 3;

/** Seconds of one call: the median of three. */
export async function oneSubnetSet(): Promise<number> {
  const cloud = new LabCloud('bench');
  await cloud.clean();
  try {
    const subnet = await cloud.subnet({
      cidr: '10.67.0.0/24',
      allocation_pools: [{ start: '10.67.0.10', end: '10.67.0.19' }],
    });
    const env = { ...cloud.lab.environment, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' };
    const seconds: number[] = [];
    for (let sample = 0; sample < samples; sample++) {
      const started = process.hrtime.bigint();
      const pool = `start=10.67.0.10,end=10.67.0.${30 + sample}`;
      await promisify(execFile)(
        'openstack',
        ['--os-cloud', 'stackward-lab', 'subnet', 'set', '--no-allocation-pool', '--allocation-pool', pool, subnet.id],
        { env },
      );
      seconds.push(secondsSince(started));
    }
    return median(seconds);
  } finally {
    await cloud.clean();
    await cloud.close();
  }
}
