/**
 * Each page of a kind opens with code, with what `stackward plan` prints of it, and with what is there after the apply. All three are run here.
 * `WRITE_PAGES=1` before the command of this test writes into the pages what is printed now.
 */
import { parseManifests, type DeclaredManifest } from '../../lib/contract/manifest';
import { bind } from '../../lib/contract/kind';
import { renderPlan } from '../../lib/render/text';
import { apply, everything, plan } from '../../lib/run/engine';
import { brokerPlugin } from '../../reconcilers/broker-plugin';
import { blocksOf, programOf, synthesize, writeBlocks } from '../support/documents';
import { LogWorld } from '../support/log-world';
import { memoryReaders, memoryWriters } from '../support/memory-kind';
import { PageDatabase } from '../support/page-database';
import { PageHost, ports } from '../support/page-host';
import { PluginHost } from '../support/plugin-host';

/** A port's id is known after `cdktf apply`. */
const withIds = (text: string): string =>
  text.replace(
    /\$\{openstack_networking_port_v2\.\w*?(Green|Red)\w*\.id\}/g,
    (_, nic: keyof typeof ports) => ports[nic],
  );

const kindsOnHosts = ['policy-rule', 'firewall-exception', 'boot-restore', 'bridge-port', 'service-option'];
const pageOf = (kind: string): string => `docs/kinds/${kind}.md`;

function manifestsOf(kind: string): DeclaredManifest[] {
  const [code = ''] = blocksOf(pageOf(kind), 'ts');
  return Object.entries(synthesize(programOf(code))).flatMap(([stack, { output }]) =>
    parseManifests(withIds(JSON.stringify(output?.stackward_manifest?.value)), stack),
  );
}

/** The commands of a session, each with what it prints now. */
const session = (text: string, shell: (line: string) => string): string =>
  [...text.matchAll(/^\$ (.*)$/gm)].map(([line, command = '']) => `${line}\n${shell(command)}`).join('');

/** Sizes and digests are those of this very host program; the word about Docker depends on the machine. */
const withoutDigests = (text: string): string =>
  text.replace(/\d+ lines, SHA-256 [0-9a-f]+/g, '… lines, SHA-256 ').replace(/^ *# this host has .*\n/m, '');

/** The page shows this plan, and its session prints now what it shows. */
function expectOpening(kind: string, planned: string, shell: (line: string) => string): void {
  const [, after = ''] = blocksOf(pageOf(kind), 'console');
  const now = [`$ npx stackward plan --kind ${kind}\n${planned}`, session(after, shell)];
  if (process.env.WRITE_PAGES === '1') writeBlocks(pageOf(kind), 'console', now);
  expect(blocksOf(pageOf(kind), 'console').slice(0, 2)).toEqual(now);
}

test('the pages of the kinds on hosts show the plan of their code, and what is on the host afterwards', async () => {
  const site = await PageHost.start();
  try {
    site.write('/etc/nova/nova.conf', '[DEFAULT]\n');
    site.write('/etc/nova/policy.yaml', '# rules of this site\n"os_compute_api:os-hypervisors:list": "role:reader"\n');
    const pages: [kind: string, planned: string][] = [];
    for (const kind of kindsOnHosts) pages.push([kind, withoutDigests(await site.planOf(manifestsOf(kind), kind))]);
    for (const kind of kindsOnHosts) await site.apply(manifestsOf(kind));
    for (const [kind, planned] of pages) expectOpening(kind, planned, (line) => site.shell(line));
  } finally {
    await site.stop();
  }
});

test('the page of allocation-pool shows the plan of its code, and what is in the database afterwards', async () => {
  const manifests = manifestsOf('allocation-pool');
  const database = await PageDatabase.withSubnet(String(manifests[0]?.resources[0]?.spec.subnetId));
  try {
    const planned = await database.planAndApply(manifests);
    expectOpening('allocation-pool', planned, (line) => database.shell(line));
  } finally {
    await database.stop();
  }
});

test('the page of log-collection shows the plan of its code, and what is on the server afterwards', async () => {
  const world = await LogWorld.start(['cnode01']);
  try {
    const manifests = manifestsOf('log-collection');
    const planned = await world.planOf(manifests);
    expect(await world.apply(...manifests)).toEqual([]);
    expectOpening('log-collection', planned, (line) => world.server.shell(line));
  } finally {
    await world.stop();
  }
});

test('the page of broker-plugin shows the plan of its code, and what is on a node afterwards', async () => {
  const sites = new Map(['ctl1', 'ctl2'].map((name) => [`host:${name}`, new PluginHost()]));
  try {
    const host = (target: string) => Promise.resolve(sites.get(target)!.host);
    const hosts = { ...memoryReaders.hosts, named: ['ctl1', 'ctl2'], reachesAny: true, canReach: () => true };
    const readers = { ...memoryReaders, hosts, host };
    const [manifests, kinds] = [manifestsOf('broker-plugin'), [bind(brokerPlugin)]];
    const made = await plan(manifests, kinds, readers, { ...everything, kinds: ['broker-plugin'] }, []);
    const report = await apply(made, kinds, manifests, readers, { ...memoryWriters, host }, { sweep: [] });
    expect(report.problems).toEqual([]);
    expectOpening('broker-plugin', renderPlan(made), (line) => sites.get('host:ctl1')!.shell(line));
  } finally {
    for (const site of sites.values()) await site.remove();
  }
});

test('the page of database-view shows the plan of its code, and what a reader sees afterwards', async () => {
  const database = await PageDatabase.withServer();
  try {
    const planned = await database.planAndApply(manifestsOf('database-view'));
    expectOpening('database-view', planned, (line) => database.shell(line));
  } finally {
    await database.stop();
  }
});
