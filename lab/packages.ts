// Debian packages. Only missing ones are installed, none is removed, and no daemon of theirs is started.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LabError, run } from './command';
import type { Component } from './declaration';
import type { Lab } from './environment';
import { lock } from './lock';

/** Packages of the lab itself. */
const PACKAGES = [
  'mariadb-server rabbitmq-server uwsgi-core uwsgi-plugin-python3',
  'python3-keystone python3-placement python3-glance python3-neutron python3-nova python3-cinder',
  'python3-pymysql python3-memcache python3-openstackclient',
  // SQLAlchemy's inner loops in C; the services spend most of their time there.
  'python3-sqlalchemy-ext',
  'openvswitch-switch iptables ipset ebtables conntrack iproute2 procps kmod util-linux iputils-ping ethtool',
  'cloud-init',
].flatMap((line) => line.split(' '));

/**
 * Packages that are only unpacked, for their paste.ini files. Installed, they would make users, databases and services.
 */
const UNPACKED = ['neutron-common', 'nova-common', 'glance-common', 'cinder-common'];

/** Debian's invoke-rc.d asks this program whether it may start a daemon. */
const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_BEFORE = `${POLICY}.before-stackward-lab`;
const OUR_POLICY = '#!/bin/sh\n# stackward lab: no daemon starts while packages are installed\nexit 101\n';

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };

/** @throws LabError where the lab can't run, in one sentence that says what is needed. */
export function checkMachine(): void {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const isDebian12 = /^ID=debian$/m.test(release) && /^VERSION_ID="?12"?$/m.test(release);
  if (!isDebian12 || process.getuid?.() !== 0) {
    throw new LabError('The lab needs root on Debian 12: it installs packages and makes network namespaces.');
  }
}

function listMissing(wanted: readonly string[]): string[] {
  const { stdout } = spawnSync('/usr/bin/dpkg-query', ['-W', '-f', '${db:Status-Abbrev} ${Package}\n', ...wanted], {
    encoding: 'utf8',
  });
  const installed = new Set(stdout.split('\n').flatMap((line) => (line.startsWith('ii ') ? line.slice(3).trim() : [])));
  return wanted.filter((name) => !installed.has(name));
}

/**
 * @param say is told what is going to be installed, and how much
 * @param beside names of Debian packages beside those that the lab needs. Default: none
 */
export async function installPackages(say: (text: string) => void, beside: readonly string[] = []): Promise<void> {
  const wanted = [...PACKAGES, ...beside];
  if (listMissing(wanted).length === 0 && !isPolicyOurs()) return;
  const unlock = await lock('/run/lock/stackward-lab-packages', () => {
    say('another lab installs packages: waiting for it');
  });
  try {
    restorePolicy();
    const missing = listMissing(wanted);
    if (missing.length > 0) install(missing, say);
  } finally {
    unlock();
  }
}

function install(missing: readonly string[], say: (text: string) => void): void {
  try {
    if (existsSync(POLICY)) renameSync(POLICY, POLICY_BEFORE);
    writeFileSync(POLICY, OUR_POLICY, { mode: 0o755 });
    // Completes an installation that was interrupted.
    execFileSync('/usr/bin/dpkg', ['--configure', '-a'], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    aptGet('update');
    const command = ['install', '--no-install-recommends', '--no-remove', '-o', 'Dpkg::Options::=--force-confold'];
    say(`installing Debian packages: ${missing.join(' ')}`);
    const plan = spawnSync('/usr/bin/apt-get', [...command, '--assume-no', ...missing], {
      env: environment,
      encoding: 'utf8',
    });
    for (const line of plan.stdout
      .split('\n')
      .filter((text) => /newly installed|^(Need to get|After this)/.test(text))) {
      say(line);
    }
    aptGet(...command, '-y', ...missing);
    say('Debian packages installed');
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new LabError(`Debian's packages could not be installed:\n${String(stderr ?? error).trim()}`);
  } finally {
    restorePolicy();
  }
}

/** Waits for another program that installs. */
function aptGet(...args: string[]): void {
  execFileSync('/usr/bin/apt-get', ['-o', 'DPkg::Lock::Timeout=600', '-q', ...args], {
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

const isPolicyOurs = (): boolean =>
  existsSync(POLICY_BEFORE) || (existsSync(POLICY) && readFileSync(POLICY, 'utf8') === OUR_POLICY);

/** Removes the program again, also one of a killed installation. */
function restorePolicy(): void {
  if (existsSync(POLICY_BEFORE)) renameSync(POLICY_BEFORE, POLICY);
  else if (isPolicyOurs()) rmSync(POLICY);
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
  // The package lists may name versions that the archive no longer has.
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
