/** One host in memory that serves an API by policy files: plans and applies on its texts and records, without the host program. */
import type { HostFile, HostFolder, Outcome } from '../../lib/hosts/host';
import type { HostRecord } from '../../lib/hosts/host-record';
import { StackwardError } from '../../lib/basics/errors';
import type { PolicyService, Rules } from '../../lib/policy/check';
import { evaluateRule, type Attributes, type Verdict } from '../../lib/policy/evaluate';
import type { Release } from '../../lib/openstack/releases';
import { diff } from '../../reconcilers/policy-rule/diff';
import { keyOf, perform } from '../../reconcilers/policy-rule/grant/jobs';
import { heldOn, serviceKey, situations, type PolicyRuleObserved } from '../../reconcilers/policy-rule/observe';
import { findServicePolicy, type Looks } from '../../reconcilers/policy-rule/grant/service-policy';
import { rulesOfService, situationOf } from '../../reconcilers/policy-rule/grant/situation';
import type { RecordEntry } from '../../reconcilers/policy-rule/spec';

/** By the construct's name. */
export type Grants = Readonly<Record<string, string>>;

export class PolicyHost {
  readonly records = new Map<string, Map<string, RecordEntry>>();
  readonly path: string;
  /** Of the last run. */
  warnings: readonly string[] = [];

  constructor(
    public text: string,
    private readonly release: Release,
    private readonly rule: string,
    name: string,
    private readonly service: PolicyService = 'neutron',
  ) {
    this.path = `/etc/${service}/${name}`;
  }

  private get config(): string {
    return `/etc/${this.service}/${this.service}.conf`;
  }

  private get looks(): Looks {
    const files: Readonly<Record<string, string>> = {
      [this.config]: '[DEFAULT]\n',
      [this.path]: this.text,
    };
    const file = (path: string): Outcome<HostFile> => {
      const text = files[path];
      if (text === undefined) return { ok: true, value: { exists: false, realPath: path } };
      const content = Buffer.from(text).toString('base64');
      const rest = { sha256: '', mode: 0o644, links: 1, owner: 'root', group: 'root', mtimeSeconds: 0, xattrs: {} };
      return { ok: true, value: { exists: true, realPath: path, content, managers: [], ...rest } };
    };
    const folder = (): Outcome<HostFolder> => ({ ok: true, value: { exists: false, entries: [] } });
    return { file, folder };
  }

  private observed(owners: readonly string[]): PolicyRuleObserved {
    const of = (isAbout: boolean): Map<string, HostRecord<RecordEntry>> =>
      new Map(
        [...new Set([...this.records.keys(), ...owners])]
          .filter((owner) => owners.includes(owner) === isAbout)
          .map((owner) => [
            owner,
            { path: `/var/lib/stackward/${owner}`, owner, sha256: null, entries: this.records.get(owner) ?? new Map() },
          ]),
      );
    const policy = findServicePolicy(this.service, this.release, [this.config], this.looks);
    const services = new Map([[serviceKey(this.service, this.release), policy]]);
    return {
      looks: this.looks,
      again: () => Promise.reject(new RangeError('nobody writes here')),
      services,
      situation: situations(services, this.looks, new Map()),
      roles: undefined,
      records: of(true),
      others: of(false),
    };
  }

  /** A full run of the pipelines of these owners; throws what was not done. */
  run(declared: Readonly<Record<string, Grants>>): ReturnType<typeof diff>['steps'] {
    const owners = Object.keys(declared);
    const { service, reason } = { service: this.service, reason: 'tests' };
    const wanted = Object.entries(declared).flatMap(([owner, grants]) =>
      Object.entries(grants).map(([name, role]) => ({
        ...{ id: `policy-rule.${owner}/${name}`, stack: owner, owner },
        spec: { service, rule: this.rule, role, release: this.release, reason },
      })),
    );
    const sweep = owners.map((owner) => ({ owner, stacks: 'all' as const }));
    const observed = this.observed(owners);
    const { steps, findings } = diff({ target: 'host:ctl1', wanted, sweep, owners, ids: [] }, observed);
    const fault = findings.find((one) => one.reason !== undefined);
    if (fault) throw new RangeError(fault.message);
    this.warnings = findings.map(({ message }) => message);
    const jobs = steps.flatMap((step) => step.jobs);
    const { contents, entries } = perform(jobs, () => this.text, heldOn(observed));
    for (const [job, entry] of entries) {
      if (entry instanceof StackwardError) throw entry;
      const record = this.records.get(job.owner) ?? new Map<string, RecordEntry>();
      if (entry === undefined) record.delete(keyOf(job));
      else this.records.set(job.owner, record.set(keyOf(job), entry));
    }
    this.text = contents.get(this.path) ?? this.text;
    return steps;
  }

  /** Which of these tokens, of a role and a project, may do it. */
  admitted(tokens: readonly (readonly [role: string, project: string])[]): readonly boolean[] {
    const target = { project_id: 'p', tenant_id: 'p', 'network:tenant_id': 'n', 'network:project_id': 'n' };
    return tokens.map(([role, project]) => {
      const token = { roles: [role], project_id: project, tenant_id: project, is_admin: role === 'admin' };
      return this.verdict(target, token) === 'admitted';
    });
  }

  verdict(target: Attributes, token: Attributes): Verdict {
    const policy = findServicePolicy(this.service, this.release, [this.config], this.looks);
    this.read ??= {
      text: this.text,
      rules: situationOf(rulesOfService(policy, this.looks), this.rule, undefined).rules,
    };
    if (this.read.text !== this.text) this.read = undefined;
    return this.read === undefined
      ? this.verdict(target, token)
      : evaluateRule(this.read.rules, this.rule, target, token);
  }

  private read: { readonly text: string; readonly rules: Rules } | undefined;
}
