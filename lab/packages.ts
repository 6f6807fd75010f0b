// Debian packages: only what is missing is installed, nothing is removed, and no daemon of theirs is started.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LabError, run } from './command';
import type { Component } from './declaration';
import type { Lab } from './environment';

const PACKAGES = [
  'mariadb-server rabbitmq-server uwsgi-core uwsgi-plugin-python3',
  'python3-keystone python3-placement python3-glance python3-neutron python3-nova python3-cinder',
  'python3-pymysql python3-memcache python3-openstackclient',
  'openvswitch-switch iptables ipset ebtables conntrack iproute2 procps kmod util-linux iputils-arping ethtool',
  'cloud-init',
].flatMap((line) => line.split(' '));

/** Only unpacked, for their paste.ini files: installed, they would make users, databases and services. */
const UNPACKED = ['neutron-common', 'nova-common', 'glance-common', 'cinder-common'];

const POLICY = '/usr/sbin/policy-rc.d';
const OUR_POLICY = '#!/bin/sh\n# stackward lab: no daemon starts while packages are installed\nexit 101\n';

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };

/** @throws LabError where the lab can't be: it says in one sentence what is needed. */
export function checkMachine(): void {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const isDebian12 = /^ID=debian$/m.test(release) && /^VERSION_ID="?12"?$/m.test(release);
  if (!isDebian12 || process.getuid?.() !== 0) {
    throw new LabError('The lab needs root on Debian 12: it installs packages and makes network namespaces.');
  }
}

function listMissing(): string[] {
  const { stdout } = spawnSync('/usr/bin/dpkg-query', ['-W', '-f', '${db:Status-Abbrev} ${Package}\n', ...PACKAGES], {
    encoding: 'utf8',
  });
  const installed = new Set(stdout.split('\n').flatMap((line) => (line.startsWith('ii ') ? line.slice(3).trim() : [])));
  return PACKAGES.filter((name) => !installed.has(name));
}

/** @param say is told what is going to be installed, and how much. */
export function installPackages(say: (text: string) => void): void {
  removeOurPolicy();
  const missing = listMissing();
  if (missing.length === 0) return;
  const apt = (...args: string[]): string =>
    execFileSync('/usr/bin/apt-get', ['-o', 'DPkg::Lock::Timeout=600', '-q', ...args], {
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
  const install = ['install', '--no-install-recommends', '--no-remove', '-o', 'Dpkg::Options::=--force-confold'];
  const ownPolicy = !existsSync(POLICY);
  try {
    // Ends what an installation that was cut left half-way.
    execFileSync('/usr/bin/dpkg', ['--configure', '-a'], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    apt('update');
    const plan = apt(...install, '--simulate', ...missing);
    const count = plan.split('\n').filter((line) => line.startsWith('Inst ')).length;
    say(`installing ${String(count)} Debian packages, for ${missing.join(' ')}`);
    if (ownPolicy) writeFileSync(POLICY, OUR_POLICY, { mode: 0o755 });
    const did = apt(...install, '-y', ...missing);
    for (const line of did.split('\n').filter((text) => /^(Need to get|Fetched|After this)/.test(text))) say(line);
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer | string };
    throw new LabError(`Debian's packages could not be installed:\n${String(stderr ?? error).trim()}`);
  } finally {
    removeOurPolicy();
  }
}

/** Also one that an installation left behind when it was killed. */
function removeOurPolicy(): void {
  if (existsSync(POLICY) && readFileSync(POLICY, 'utf8') === OUR_POLICY) rmSync(POLICY);
}

export function packageFiles(lab: Lab): Component {
  const folder = join(lab.folder, 'packages');
  return {
    stages: [{ name: 'package-files', needs: [], isDone: () => existsSync(folder), run: () => unpack(lab, folder) }],
  };
}

async function unpack(lab: Lab, folder: string): Promise<void> {
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part);
  const download = ['sh', '-c', 'cd "$0" && exec apt-get download "$@"', part, ...UNPACKED];
  const options = { stage: 'package-files', log: 'package-files' };
  // The lists may name versions that the archive no longer has.
  await run(lab, download, options).catch(async () => {
    await run(lab, ['apt-get', 'update'], options);
    await run(lab, download, options);
  });
  for (const name of readdirSync(part)) {
    await run(lab, ['dpkg-deb', '--extract', join(part, name), part], options);
    rmSync(join(part, name));
  }
  renameSync(part, folder);
}
