/**
 * Both compute hosts of the lab reached by ssh, guests on them, and stackward's command with a configuration that
 * reaches them.
 */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lock } from '../../lab/lock';
import { ovsFolder } from '../../lab/stack/compute-host';
import { readConfiguration } from '../../cli/inputs';
import { makeReview } from '../../cli/review/make-review';
import { answerOf } from '../../cli/run';
import { wire } from '../../cli/wire';
import { parseManifests } from '../../lib/contract/manifest';
import { ownerMark } from '../../lib/hosts/host';
import type { Review } from '../../review/model';
import { noRules } from '../../review/rules';
import { forgedStack, type Forged } from './forged-plan';
import { CommandFolder, type Ended } from './command';
import { LabCloud } from './lab-cloud';
import { agentChain, LabGuests, type LabPort } from './lab-guests';
import { LabHostSystem } from './lab-host-system';
import { Sshd } from './sshd';

const execute = promisify(execFile);
const project = resolve(__dirname, '../..');

export interface Exception {
  readonly port: LabPort;
  readonly sources: readonly string[];
  readonly destinations?: readonly string[];
  /** Default: zed. */
  readonly release?: string;
}

export interface Resource {
  readonly kind: string;
  readonly spec: object;
}

export class LabFirewall {
  /** The chain's name. It is in filter, and also in mangle for rules with a MAC address. */
  readonly chain: string;

  private constructor(
    readonly cloud: LabCloud,
    readonly guests: LabGuests,
    /** By the host's name. */
    readonly systems: Readonly<Record<string, LabHostSystem>>,
    private readonly owner: string,
    private readonly sshd: Sshd,
    private readonly command: CommandFolder,
  ) {
    this.chain = `stackward-${ownerMark(owner)}`;
  }

  /** @param suite the prefix of names in Neutron, and the owner */
  static async start(suite: string): Promise<LabFirewall> {
    const cloud = new LabCloud(suite);
    const guests = new LabGuests(cloud);
    await guests.clean();
    const sshd = await Sshd.start();
    const systems: Record<string, LabHostSystem> = {};
    for (const host of cloud.lab.hosts) {
      const system = await LabHostSystem.start(host);
      system.addTo(sshd, host.name);
      systems[host.name] = system;
    }
    const command = new CommandFolder(cloud.lab.environment);
    command.write(
      'stackward.yaml',
      `cloud: stackward-lab\nhosts:\n  - ssh: "{host}"\n    sshConfig: ${sshd.configFile}\n`,
    );
    return new LabFirewall(cloud, guests, systems, suite, sshd, command);
  }

  /** Runs stackward with these resources, by construct id, as the whole of the stack `acme`. */
  async stackward(verb: 'plan' | 'apply', resources: Readonly<Record<string, Resource>>): Promise<Ended> {
    return this.run(verb, this.manifest(resources));
  }

  private manifest(resources: Readonly<Record<string, Resource>>): object {
    return {
      schemaVersion: '1.0',
      owner: this.owner,
      stack: 'acme',
      resources: Object.fromEntries(
        Object.entries(resources).map(([id, resource]) => [`acme/${id}`, { ...resource, dependsOn: [] }]),
      ),
    };
  }

  /** Runs stackward with this manifest. */
  async run(verb: 'plan' | 'apply', manifest: unknown): Promise<Ended> {
    const approval = verb === 'apply' ? ['--auto-approve'] : [];
    return this.command.run([verb, '--manifest', '-', ...approval], JSON.stringify(manifest));
  }

  /** Plans exceptions, together with the resource that restores them at boot. */
  async plan(exceptions: Readonly<Record<string, Exception>>): Promise<Ended> {
    return this.stackward('plan', resourcesOf(exceptions));
  }

  /** Reviews these changes of Terraform's together with exceptions. Nothing is applied. */
  async review(changes: readonly Forged[], exceptions: Readonly<Record<string, Exception>>): Promise<Review> {
    const env = { ...process.env, ...this.cloud.lab.environment };
    const configuration = readConfiguration(join(this.command.folder, 'stackward.yaml'), env);
    const [manifest] = parseManifests(JSON.stringify(this.manifest(resourcesOf(exceptions))), 'acme');
    const stack = { ...forgedStack('acme', changes), manifest };
    const { context, close } = wire(configuration, env, [], answerOf({}));
    try {
      const engine = { name: 'terraform', version: '1.11.4' } as const;
      const journal = join(this.command.folder, 'runs');
      const made = { made: new Date(), engine, rules: noRules, isWhole: false, warnings: [], journal };
      return (await makeReview({ stacks: [stack], problems: [], isWhole: true }, made, context)).review;
    } finally {
      await close();
    }
  }

  /** Runs a report of stackward. */
  report(...args: readonly string[]): Promise<Ended> {
    return this.command.run(args);
  }

  /** @throws unless all steps were done */
  async apply(exceptions: Readonly<Record<string, Exception>>): Promise<void> {
    const { code, stdout, stderr } = await this.stackward('apply', resourcesOf(exceptions));
    if (code !== 0) throw new Error(`apply ended with ${String(code)}:\n${stdout}\n${stderr}`);
  }

  /** Starts or ends a host's Neutron agent. */
  async #agent(verb: 'up' | 'down', host: string): Promise<void> {
    const argv = ['lab/main.ts', 'agent', verb, host];
    await execute(resolve(project, 'node_modules/.bin/tsx'), argv, { cwd: project });
  }

  /**
   * Ends a host's agent, does work there, and starts the agent. Work that empties the host's tables is never seen by a
   * suite that is undisturbed: stackward applies nothing on such a host before the agent has run.
   */
  async withoutAgent(
    host: string,
    ports: readonly LabPort[],
    work = (): Promise<void> => Promise.resolve(),
  ): Promise<void> {
    await this.undisturbed(async () => {
      await this.#agent('down', host);
      await work().finally(() => this.#startAgent(host, ports));
    });
  }

  /**
   * Does work during which no suite starts an agent. For measuring dropped packets on a host whose agent another suite
   * may start.
   */
  async undisturbed(work: () => Promise<void>): Promise<void> {
    const unlock = await lock(join(this.cloud.lab.folder, 'tmp', 'agent-starts'), () => undefined);
    await work().finally(unlock);
  }

  /**
   * Starts a host's agent, and waits until it has made the chains of these ports anew. The agent's first write removes
   * the chains of all ports, and they come back about two seconds later. In between the host filters nothing (its
   * policy is ACCEPT), so a test must not yet measure dropped packets. To distinguish old chains from new ones, a rule
   * without effect is put into the chains before the agent starts.
   */
  async #startAgent(host: string, ports: readonly LabPort[]): Promise<void> {
    const old = ['-m', 'comment', '--comment', 'old', '-j', 'RETURN'];
    for (const port of ports) {
      const chain = agentChain('s', port);
      if (await this.guests.rules(host, chain)) await this.guests.onHost(host, 'iptables', '-A', chain, ...old);
    }
    await this.#agent('up', host);
    for (const port of ports) {
      const isNew = (rules?: string[]) => rules !== undefined && !rules.some((rule) => rule.includes('--comment old'));
      while (!isNew(await this.guests.rules(host, agentChain('s', port)))) await sleep(200);
    }
  }

  /** Runs ovs-ofctl on br-int. */
  async ovsOfctl(host: string, verb: string, ...argv: readonly string[]): Promise<string> {
    const found = this.cloud.lab.hosts.find(({ name }) => name === host)!;
    const bridge = `unix:${ovsFolder(this.cloud.lab, found)}/br-int.mgmt`;
    return this.guests.onHost(host, 'ovs-ofctl', verb, bridge, ...argv);
  }

  async stop(): Promise<void> {
    for (const system of Object.values(this.systems)) await system.stop();
    await this.sshd.stop();
    this.command.remove();
    await this.guests.clean();
    await this.cloud.close();
  }
}

function resourcesOf(exceptions: Readonly<Record<string, Exception>>): Record<string, Resource> {
  const resources: Record<string, Resource> = {};
  const restored: object[] = [];
  for (const [id, { port, sources, destinations = 'any', release = 'zed' }] of Object.entries(exceptions)) {
    const where = { portId: port.id, placement: 'bound', firewallDriver: 'iptables_hybrid' };
    const passes = { mode: 'routed', sources, destinations, reason: 'the tenant’s firewall forwards for them' };
    const spec = { ...where, ...passes, release };
    resources[id] = { kind: 'firewall-exception', spec };
    restored.push(where);
  }
  if (restored.length > 0) resources['BootRestore'] = { kind: 'boot-restore', spec: { exceptions: restored } };
  return resources;
}
