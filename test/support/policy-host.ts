/**
 * One host in memory that serves an API by policy files. It plans and applies on its texts and records, without the
 * host program.
 */
import type { HostFile, HostRead, Outcome } from '../../lib/hosts/host';
import type { HostRecord } from '../../lib/hosts/host-record';
import type { Rules } from '../../lib/policy/check';
import type { ServiceName } from '../../lib/openstack/services';
import { evaluateRule, type Attributes, type Verdict } from '../../lib/policy/evaluate';
import type { Release } from '../../lib/openstack/releases';
import { advance } from '../../reconcilers/policy-rule/advance';
import { diff } from '../../reconcilers/policy-rule/diff';
import { HostQuestions } from '../../reconcilers/policy-rule/grant/host-questions';
import type { TargetObservation } from '../../reconcilers/policy-rule/model';
import { assemble } from '../../reconcilers/policy-rule/observe';
import type { RecordEntry } from '../../reconcilers/policy-rule/spec';

/** By the construct's name. */
export type Grants = Readonly<Record<string, string>>;

export class PolicyHost {
  readonly records = new Map<string, Map<string, RecordEntry>>();
  readonly path: string;
  /** Warnings of the last run. */
  warnings: readonly string[] = [];

  constructor(
    public text: string,
    private readonly release: Release,
    private readonly rule: string,
    name: string,
    private readonly service: ServiceName = 'neutron',
  ) {
    this.path = `/etc/${service}/${name}`;
  }

  private get config(): string {
    return `/etc/${this.service}/${this.service}.conf`;
  }

  private get answers(): HostQuestions {
    const rest = { sha256: '', mode: 0o644, links: 1, owner: 'root', group: 'root', mtimeSeconds: 0, xattrs: {} };
    const answer = ([path, text]: [string, string]): [HostRead, Outcome<HostFile>] => [
      { verb: 'read-file', path },
      {
        ok: true,
        value: { exists: true, realPath: path, content: Buffer.from(text).toString('base64'), managers: [], ...rest },
      },
    ];
    return new HostQuestions(Object.entries({ [this.config]: '[DEFAULT]\n', [this.path]: this.text }).map(answer));
  }

  private observed(owners: readonly string[]): TargetObservation {
    const recordsOf = (isAbout: boolean): Map<string, HostRecord<RecordEntry>> =>
      new Map(
        [...new Set([...this.records.keys(), ...owners])]
          .filter((owner) => owners.includes(owner) === isAbout)
          .map((owner) => [
            owner,
            { path: `/var/lib/stackward/${owner}`, owner, sha256: null, entries: this.records.get(owner) ?? new Map() },
          ]),
      );
    return assemble({
      answers: this.answers,
      sources: [{ service: this.service, release: this.release, configFiles: [this.config] }],
      generated: new Map(),
      roles: undefined,
      records: recordsOf(true),
      others: recordsOf(false),
    });
  }

  /** Plans and applies everything of these owners. Throws if anything was not done. */
  run(declared: Readonly<Record<string, Grants>>): ReturnType<typeof diff>['steps'] {
    const owners = Object.keys(declared);
    const { service, reason } = { service: this.service, reason: 'tests' };
    const wanted = Object.entries(declared).flatMap(([owner, grants]) =>
      Object.entries(grants).map(([name, role]) => ({
        id: `policy-rule.${owner}/${name}`,
        stack: owner,
        owner,
        spec: { service, rule: this.rule, role, release: this.release, reason },
      })),
    );
    const sweep = owners.map((owner) => ({ owner, stacks: 'all' as const }));
    const observed = this.observed(owners);
    const placement = { target: 'host:ctl1', wanted, sweep, owners, ids: [] } as const;
    const { steps, findings } = diff(placement, observed);
    const fault = findings.find((finding) => finding.reason !== undefined);
    if (fault) throw new RangeError(fault.message);
    this.warnings = findings.map(({ message }) => message);
    const advanced = advance(observed, steps);
    for (const [owner, { entries }] of advanced.records) this.records.set(owner, new Map(entries));
    this.text = advanced.answers.text(this.path)?.content ?? this.text;
    return steps;
  }

  /** Those of these tokens (role and project) that may do it. */
  admitted(tokens: readonly (readonly [role: string, project: string])[]): readonly boolean[] {
    const target = { project_id: 'p', tenant_id: 'p', 'network:tenant_id': 'n', 'network:project_id': 'n' };
    return tokens.map(([role, project]) => {
      const token = { roles: [role], project_id: project, tenant_id: project, is_admin: role === 'admin' };
      return this.verdict(target, token) === 'admitted';
    });
  }

  verdict(target: Attributes, token: Attributes): Verdict {
    const { service, release, rule } = this;
    this.read ??= { text: this.text, rules: this.observed([]).situation({ service, release, rule }).rules };
    if (this.read.text !== this.text) this.read = undefined;
    return this.read === undefined
      ? this.verdict(target, token)
      : evaluateRule(this.read.rules, this.rule, target, token);
  }

  private read: { readonly text: string; readonly rules: Rules } | undefined;
}
