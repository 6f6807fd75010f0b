/** What the parts of the kind policy-rule say to each other. */
import type { StackwardError } from '../../lib/basics/errors';
import type { ServiceName } from '../../lib/openstack/services';
import type { Finding, Step } from '../../lib/contract/reconciler';
import type { HostRecords } from '../../lib/hosts/host-record';
import type { Release } from '../../lib/openstack/releases';
import type { Rules } from '../../lib/policy/check';
import type { PolicyText } from '../../lib/policy/model';
import type { HostQuestions } from './grant/host-questions';
import type { Grant, RecordedGrants } from './grant/recorded-grants';
import type { RolesSeen } from './grant/roles';
import type { ServicePolicy } from './grant/service-policy';
import type { RuleName, Situation } from './grant/situation';
import type { RuleImage } from './image';
import type { RecordEntry } from './spec';

export const kind = 'policy-rule';

export const serviceKey = (service: ServiceName, release: Release): string => `${service} ${release}`;

/** One host: what its services go by, and what the owners' records say was written there. */
export interface TargetObservation extends HostRecords<RecordEntry> {
  readonly answers: HostQuestions;
  /** Services that are looked at, and the configuration that each reads. */
  readonly sources: readonly (Pick<RuleName, 'service' | 'release'> & { readonly configFiles: readonly string[] })[];
  /** What the service's own tool prints, by service, where a rule had to be asked of it. */
  readonly generated: ReadonlyMap<string, PolicyText>;
  readonly roles: RolesSeen;
  /** By `serviceKey`; an error: it can't be told what the service goes by. */
  readonly services: ReadonlyMap<string, ServicePolicy | StackwardError>;
  /** @throws StackwardError when it can't be told how the service goes by the rule */
  readonly situation: (about: RuleName) => Situation;
  /** Of all records on the host. */
  readonly grants: RecordedGrants;
}

interface About extends Grant, Pick<RecordEntry, 'service' | 'release'> {
  readonly owner: string;
  /** What the record has of it; undefined: nothing. */
  readonly recorded: RecordEntry | undefined;
}
type Declaration = Pick<RecordEntry, 'path' | 'stack' | 'overrideManager'>;

/** What a step does to one rule of one file, and to the record of it. */
export type Job = About &
  (
    | {
        readonly does: 'add';
        readonly rules: Rules;
        readonly effective: string | undefined;
        readonly as: Declaration;
      }
    /** `of`: the owner's own entry, or another's whose grant becomes this owner's too. */
    | { readonly does: 'record'; readonly of: RecordEntry; readonly as: Declaration }
    | { readonly does: 'take'; readonly recorded: RecordEntry }
    | { readonly does: 'restore'; readonly image: RuleImage }
  );

export interface PolicyRuleStep extends Step {
  readonly owner: string;
  readonly jobs: readonly Job[];
}

/** A step before it is known what comes of it. */
export type Draft = Omit<PolicyRuleStep, 'changes'>;

/** What comes of one resource. */
export interface Comparison {
  readonly step?: Draft;
  readonly findings: readonly Finding[];
  /** Keys in the owner's record of entries that stay. */
  readonly keeps: readonly string[];
}
