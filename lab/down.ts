import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeLab, labFolder, readRecord } from './environment';
import { lock } from './lock';
import { removeIdleRouters } from './namespaces';
import { release } from './record';
import { endLeftovers, listStarted, stopServices } from './supervisor';

/** Services that the others use until their end. They are stopped after the others, in this order. */
const LAST: readonly (readonly RegExp[])[] = [[/^ovs/], [/^mariadb$/, /^rabbitmq$/], [/^epmd$/]];

/**
 * Stops the lab; its data stay unless wiped. Plugged ports vanish together with the namespaces of their compute hosts.
 */
export async function down(wipe: boolean): Promise<void> {
  const folder = labFolder();
  if (!existsSync(join(folder, 'lab.json'))) {
    console.log(`There is no lab in ${folder}.`);
    return;
  }
  const startedAt = Date.now();
  await lock(join(folder, 'lock'), () => {
    console.log(`Another command is at work in ${folder}: waiting for it.`);
  });
  await stopLab(folder);
  if (wipe) {
    wipeLab(folder);
    rmSync(join(folder, 'lock'), { force: true });
    rmdirSync(folder);
  }
  const took = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`The lab in ${folder} is ${wipe ? 'stopped and its data are deleted' : 'stopped'} (${took} s).`);
}

export async function stopLab(folder: string): Promise<void> {
  await endLeftovers({ folder });
  const started = listStarted({ folder });
  const rankOf = (name: string): number => LAST.findIndex((group) => group.some((pattern) => pattern.test(name)));
  for (const rank of [-1, ...LAST.keys()]) {
    const names = started.filter((name) => rankOf(name) === rank);
    await stopServices({ folder }, names);
  }
  // Their devices went with Open vSwitch.
  await removeIdleRouters({ folder });
  const record = readRecord(folder);
  if (record) release(describeLab(folder, record));
}

/** lab.json goes last: until then the folder is known as a lab, and a wipe that was cut can be done again. */
export function wipeLab(folder: string): void {
  const keep = ['lab.json', 'lock'];
  for (const name of readdirSync(folder).filter((each) => !keep.includes(each))) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
  rmSync(join(folder, 'lab.json'), { force: true });
}
