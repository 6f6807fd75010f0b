/**
 * Services that read policy files in a temporary folder of this machine, through the real host program, and the engine's
 * plan and apply on them.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HostPool, type OpenHost } from '../../adapters/host/host-pool';
import { LocalHost } from '../../adapters/host/local-host';
import { apply, everything, plan, type Report } from '../../lib/run/engine';
import type { Host, HostRead, Outcome } from '../../lib/hosts/host';
import { undoManifests } from '../../lib/journal/journal';
import type { Manifest } from '../../lib/contract/manifest';
import type { Filter, Plan } from '../../lib/run/plan';
import type { HostDirectory, Readers, Writers } from '../../lib/contract/ports';
import type { ServiceName } from '../../lib/openstack/services';
import type { Sweep } from '../../lib/contract/reconciler';
import { policyRule } from '../../reconcilers/policy-rule';
import { FakeIdentity } from './fake-identity';
import { memoryReaders, memoryWriters } from './memory-kind';
import { RecordedTexts } from './recorded-run';

const kinds = [policyRule];

export interface Grant {
  readonly service?: ServiceName;
  readonly rule?: string;
  readonly role?: string;
  readonly release?: string;
  readonly intent?: string;
  readonly overrideManager?: boolean;
}

export class PolicySite {
  readonly folder = mkdtempSync(join(tmpdir(), 'stackward-policy-'));
  /** A test may replace this to reach hosts in another way. */
  open = (name: string): OpenHost => new LocalHost(name, { stateFolder: this.stateFolder });
  pool = new HostPool((name) => this.open(name));
  serving: Partial<Record<ServiceName, string[]>> = { neutron: ['ctl1'], nova: ['ctl1'] };
  owner = 'acme-cloud';
  stack = 'acme';

  /**
   * The output of the service's own tool. `fails`: none, with exit status 1. Undefined: the real tool of this machine
   * is run.
   */
  generated: string | undefined;

  /** Keystone's roles. Nobody has a further role, unless a test says so. */
  identity = new FakeIdentity('member', 'reader', 'operator');

  readonly stateFolder = join(this.folder, 'state');

  path = (file: string): string => join(this.folder, 'etc', file);

  /** Below `etc`. */
  write(file: string, content: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), content);
  }

  read = (file: string): string => readFileSync(this.path(file), 'utf8');

  /** The host's records of all owners, by key. */
  get records(): Record<string, Record<string, unknown>> {
    if (!existsSync(this.stateFolder)) return {};
    const names = readdirSync(this.stateFolder).filter((name) => !name.startsWith('.'));
    const files = names.map((file) => readFileSync(join(this.stateFolder, file), 'utf8'));
    return Object.assign({}, ...files.map((text) => (JSON.parse(text) as { entries: object }).entries)) as never;
  }

  /** Text, mode, owner and, as a service sees it, the time of each file. */
  look(file: string): { content: string; mode: number; uid: number; gid: number; mtimeMs: number } {
    const { mode, uid, gid, mtimeMs } = statSync(this.path(file));
    return { content: this.read(file), mode, uid, gid, mtimeMs };
  }

  manifest(grants: Readonly<Record<string, Grant>>, named: { owner?: string; stack?: string } = {}): Manifest {
    const { owner = this.owner, stack = this.stack } = named;
    const resources = Object.entries(grants).map(([name, grant]) => ({
      path: `${stack}/${name}`,
      stack,
      owner,
      kind: 'policy-rule',
      dependsOn: [],
      unknown: [],
      spec: {
        service: 'neutron',
        rule: 'create_port:fixed_ips',
        role: 'member',
        release: 'icehouse',
        reason: 'tests',
        ...grant,
      },
    }));
    return { stack, owner, source: 'test', removed: [], resources };
  }

  private get hosts(): HostDirectory {
    return {
      serving: (service) => this.serving[service] ?? [],
      configFiles: (service) => [this.configPath(service)],
      named: [...new Set(Object.values(this.serving).flat())],
      reachesAny: true,
      canReach: () => true,
    };
  }

  configPath = (service: ServiceName): string => this.path(`${service}/${service}.conf`);

  get readers(): Readers {
    const network = () => Promise.resolve({ agents: () => Promise.resolve([]) } as never);
    return {
      ...memoryReaders,
      network,
      identity: () => Promise.resolve(this.identity.reader()),
      hosts: this.hosts,
      host: (target) => Promise.resolve(this.withGenerator(this.pool.get(target.slice(5)))),
    };
  }

  private withGenerator(host: Host): Host {
    if (this.generated === undefined) return host;
    const value = {
      ...(this.generated === 'fails' ? { code: 1, stdout: '' } : { code: 0, stdout: this.generated }),
      stderr: '',
    };
    const read = async (questions: readonly HostRead[]): Promise<readonly Outcome<object>[]> => {
      const outcomes = [...(await host.read(questions.filter(({ verb }) => verb !== 'run-reader')))];
      return questions.map(({ verb }) =>
        verb === 'run-reader' ? { ok: true, value } : (outcomes.shift() as Outcome<object>),
      );
    };
    return Object.assign(Object.create(host) as Host, { read, name: host.name, stateFolder: host.stateFolder });
  }

  get writers(): Writers {
    return { ...memoryWriters, host: (target) => Promise.resolve(this.pool.get(target.slice(5))) };
  }

  plan(manifests: readonly Manifest[], filter: Filter = everything, sweep?: readonly Sweep[]): Promise<Plan> {
    return plan(manifests, kinds, this.readers, filter, sweep);
  }

  async apply(manifests: readonly Manifest[], sweep?: readonly Sweep[]): Promise<Report & { plan: Plan }> {
    const planned = await this.plan(manifests, everything, sweep);
    return { plan: planned, ...(await this.applyPlan(planned, manifests, sweep)) };
  }

  applyPlan(planned: Plan, manifests: readonly Manifest[], sweep?: readonly Sweep[]): Promise<Report> {
    return apply(planned, kinds, manifests, this.readers, this.writers, sweep === undefined ? {} : { sweep });
  }

  /** Manifests that bring back what was there before the planned steps, as if all had been applied. */
  undoOf(planned: Plan, manifests: readonly Manifest[]): Manifest[] {
    const recorded = new RecordedTexts(planned, manifests);
    for (const step of planned.steps) recorded.onResult({ id: step.id, outcome: 'applied', step });
    return undoManifests(recorded.run, kinds);
  }

  async remove(): Promise<void> {
    await this.pool.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
