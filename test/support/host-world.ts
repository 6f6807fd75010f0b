/**
 * Hosts with everything that a kind can change, and the command: real iptables, a real bridge, a policy file, over a
 * real sshd.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Ended } from './command';
import { ComputeHosts } from './compute-hosts';

/** The password in the service's configuration on the hosts. */
export const servicePassword = 'neutron-db-pass-4711';

type Plugged = Record<'bridge' | 'tap' | 'qvb', string>;

export class HostWorld {
  readonly policy: string;
  readonly configFile: string;
  /** Host → the port that is plugged there. */
  readonly ports = new Map<string, string>();

  private constructor(readonly hosts: ComputeHosts) {
    this.policy = join(hosts.folder, 'policy.yaml');
    this.configFile = join(hosts.folder, 'neutron.conf');
    writeFileSync(
      this.policy,
      '# rules of this site\n"create_port:fixed_ips:ip_address": "role:admin"\n"other": "@"\n',
    );
    writeFileSync(
      this.configFile,
      `[database]\nconnection = mysql://neutron:${servicePassword}@db/neutron\n[oslo_policy]\npolicy_file = ${this.policy}\n`,
    );
    for (const host of hosts.names) this.plug(host);
    this.configure();
  }

  /** The first host serves Neutron's API. */
  static async make(count = 1): Promise<HostWorld> {
    return new HostWorld(await ComputeHosts.make(count));
  }

  get host(): string {
    return this.hosts.names[0] ?? '';
  }

  get portId(): string {
    return this.ports.get(this.host) ?? '';
  }

  /** The password of OpenStack's user. */
  get password(): string {
    return this.hosts.env.OS_PASSWORD ?? '';
  }

  stateFolder = (host = this.host): string => join(this.hosts.folder, `state-${host}`);

  /** Writes stackward.yaml. @param serving hosts of Neutron's API; default: the first */
  configure({ serving = [this.host], access = {} }: { serving?: readonly string[]; access?: object } = {}): void {
    const way = { ssh: '{host}', sshConfig: this.hosts.sshd.configFile, stateFolder: this.stateFolder('{host}') };
    const services = { neutron: { hosts: serving, configFiles: [this.configFile] } };
    this.hosts.command.write('stackward.yaml', stringify({ hosts: [{ ...way, ...access }], services }));
  }

  private plug(host: string): void {
    const portId = this.hosts.neutron.network.putPort({ hostId: host });
    this.ports.set(host, portId);
    mkdirSync(this.stateFolder(host));
    const { bridge, tap, qvb } = namesOf(portId);
    const ip = (...argv: string[]) => this.hosts.inside(host, ['ip', ...argv]);
    ip('link', 'add', bridge, 'type', 'bridge');
    ip('link', 'add', tap, 'type', 'veth', 'peer', 'name', qvb);
    for (const port of [tap, qvb]) ip('link', 'set', port, 'master', bridge);
    this.hosts.inside(host, ['sh', '-c', `echo 1 > ${flagFile(portId)}`]);
  }

  /** The things that a kind can change on a host, and their records there. */
  at(host = this.host) {
    const portId = this.ports.get(host) ?? '';
    const tables = this.hosts.inside(host, ['iptables-save']).replace(/^#.*\n/gm, '');
    return {
      tables: tables.replace(/\[\d+:\d+\]/g, '[0:0]'),
      hairpin: this.hosts.inside(host, ['cat', flagFile(portId)]).trim(),
      policy: readFileSync(this.policy, 'utf8'),
    };
  }

  exception = (portId = this.portId) => ({
    kind: 'firewall-exception',
    spec: {
      portId,
      mode: 'routed',
      sources: ['10.99.0.0/24'],
      destinations: ['10.77.0.0/24'],
      reason: 'transit',
      placement: 'bound',
      release: 'zed',
      firewallDriver: 'iptables_hybrid',
    },
    dependsOn: [] as readonly string[],
  });

  grant = (role = 'member') => ({
    kind: 'policy-rule',
    spec: {
      service: 'neutron',
      rule: 'create_port:fixed_ips:ip_address',
      role,
      release: 'zed',
      reason: 'fixed addresses',
    },
    dependsOn: [] as readonly string[],
  });

  flag = (portId = this.portId) => ({
    kind: 'bridge-port',
    spec: { portId, hairpin: false },
    dependsOn: [] as readonly string[],
  });

  all = (stack = 'acme') => ({
    [`${stack}/Utm/Transit/Green`]: this.exception(),
    [`${stack}/Grant`]: this.grant(),
    [`${stack}/Hairpin`]: this.flag(),
  });

  manifest = (resources: object = this.all(), owner = 'acme-cloud', stack = 'acme') => ({
    schemaVersion: '1.0',
    owner,
    stack,
    resources,
  });

  /** @param manifests written as 0.json, 1.json, … */
  run = (args: readonly string[], ...manifests: object[]): Promise<Ended> => {
    manifests.forEach((manifest, index) => this.hosts.command.write(`${index}.json`, manifest));
    return this.hosts.command.run([...args, ...manifests.flatMap((_, index) => ['--manifest', `${index}.json`])]);
  };

  apply = (...manifests: object[]): Promise<Ended> => this.run(['apply', '--auto-approve'], ...manifests);

  rollback = (run: string): Promise<Ended> => this.hosts.command.run(['rollback', run, '--auto-approve']);

  /** Names of the recorded runs, the oldest first. */
  get runs(): string[] {
    return readdirSync(join(this.hosts.command.folder, 'runs')).sort();
  }
}

const namesOf = (portId: string): Plugged => {
  const end = portId.slice(0, 11);
  return { bridge: `qbr${end}`, tap: `tap${end}`, qvb: `qvb${end}` };
};

const flagFile = (portId: string): string =>
  `/sys/class/net/${namesOf(portId).bridge}/brif/${namesOf(portId).tap}/hairpin_mode`;
