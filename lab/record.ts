// lab.json: made at the first `up`. It holds the slot, from which ports and addresses follow, and the passwords.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { LabError } from './command';
import { describeLab, LAB_VERSION, readRecord, SLOTS, type Lab, type LabPasswords } from './environment';
import {
  addLoopbackAddress,
  listAddresses,
  listNamespaces,
  removeLoopbackAddress,
  removeNamespace,
} from './namespaces';

/** Sockets stand in the folder, and the path of a socket may have 107 bytes. */
const LONGEST_FOLDER = 60;

/** @throws LabError for a folder that holds something else, which a later `--wipe` would delete. */
export function checkFolder(folder: string): void {
  const bytes = Buffer.byteLength(folder);
  if (bytes > LONGEST_FOLDER) {
    throw new LabError(
      `The lab's folder ${folder} has a path of ${String(bytes)} bytes; sockets in it allow ${String(LONGEST_FOLDER)}. Set STACKWARD_LAB to a shorter one.`,
    );
  }
  const found = existsSync(folder) ? readdirSync(folder) : [];
  const foreign = found.find((name) => !['lock', 'lab.json.part'].includes(name));
  if (foreign !== undefined && !found.includes('lab.json')) {
    throw new LabError(
      `${folder} holds ${foreign} and no lab. Set STACKWARD_LAB to an empty folder, or to one that isn't there yet.`,
    );
  }
}

/**
 * The lab of this folder, in the slot that it had, or in another one where somebody took its ports meanwhile.
 *
 * @param isRunning whether the lab's own services hold these ports now.
 */
export async function openLab(folder: string, isRunning: boolean): Promise<Lab> {
  const record = readRecord(folder);
  const label = labelOf(folder);
  const passwords = record?.passwords ?? makePasswords();
  const previous = record?.slot ?? 0;
  const slots = [previous, ...Array.from({ length: SLOTS }, (_, slot) => slot).filter((slot) => slot !== previous)];
  for (const slot of slots) {
    const lab = describeLab(folder, { version: LAB_VERSION, slot, passwords });
    if (!(await claim(lab, label, isRunning))) continue;
    if (record?.slot !== slot) writeRecord(lab);
    if (record && slot !== previous) release(describeLab(folder, { ...record, version: LAB_VERSION }));
    return lab;
  }
  throw new LabError(
    `All ${String(SLOTS)} sets of ports that a lab may use are taken on this machine. Stop another lab: down --wipe, with its STACKWARD_LAB.`,
  );
}

/** Namespaces and the loopback address are removed. Only those with this lab's label are this lab's. */
export function release(lab: Lab): void {
  const ours = listAddresses().some(({ address, label }) => address === lab.address && label === labelOf(lab.folder));
  if (!ours) return;
  for (const name of listNamespaces(lab.prefix)) removeNamespace(name);
  removeLoopbackAddress(lab.address);
}

/**
 * The address says who has the slot: two labs can't both add it, and its label tells whose it is. A reboot removes it.
 */
async function claim(lab: Lab, label: string, isRunning: boolean): Promise<boolean> {
  const network = lab.address.slice(0, lab.address.lastIndexOf('.') + 1);
  const found = listAddresses().filter(({ address }) => address.startsWith(network));
  const isOurs = found.some((each) => each.address === lab.address && each.label === label);
  if (isOurs && isRunning) return true;
  if (!isOurs && found.length > 0) return false;
  const free = await Promise.all(Object.values(lab.ports).map(isFree));
  if (!isRunning && free.includes(false)) return false;
  return isOurs || addLoopbackAddress(lab.address, label);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** At most 15 bytes, because the kernel allows no more. */
const labelOf = (folder: string): string => `lo:sw${createHash('sha256').update(folder).digest('hex').slice(0, 9)}`;

function makePasswords(): LabPasswords {
  const make = (): string => randomBytes(16).toString('hex');
  return { services: make(), admin: make(), member: make(), stackward: make() };
}

function writeRecord(lab: Lab): void {
  const { version, slot, passwords } = lab;
  writeWhole(join(lab.folder, 'lab.json'), `${JSON.stringify({ version, slot, passwords }, undefined, 2)}\n`);
}

/** Readers see the old text or the new one, never a part. Only the owner may read it. */
export function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, text, { mode: 0o600 });
  renameSync(`${file}.part`, file);
}
