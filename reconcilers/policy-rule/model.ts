/** Types that the modules of the kind policy-rule share. */
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

/** One host: the rules of its services, and the owners' records of grants there. */
export interface TargetObservation extends HostRecords<RecordEntry> {
  readonly answers: HostQuestions;
  /** The services that are looked at, with their configuration files. */
  readonly sources: readonly (Pick<RuleName, 'service' | 'release'> & { readonly configFiles: readonly string[] })[];
  /** The output of the service's own tool, by service, if it was needed. */
  readonly generated: ReadonlyMap<string, PolicyText>;
  readonly roles: RolesSeen;
  /** By `serviceKey`. An error says why the service's files can't be found. */
  readonly services: ReadonlyMap<string, ServicePolicy | StackwardError>;
  /** @throws StackwardError when it can't be found out how the service decides the rule */
  readonly situation: (about: RuleName) => Situation;
  /** The grants in all records on the host. */
  readonly grants: RecordedGrants;
}

interface About extends Grant, Pick<RecordEntry, 'service' | 'release'> {
  readonly owner: string;
  /** The entry in the record; undefined if there is none. */
  readonly recorded: RecordEntry | undefined;
}
type Declaration = Pick<RecordEntry, 'path' | 'stack' | 'overrideManager'>;

/** The change of one rule in one file, and of its entry in the record. */
export type Job = About &
  (
    | {
        readonly does: 'add';
        readonly rules: Rules;
        readonly effective: string | undefined;
        readonly as: Declaration;
      }
    /** `of`: the owner's own entry, or another owner's entry for the same grant, which this owner then records too. */
    | { readonly does: 'record'; readonly of: RecordEntry; readonly as: Declaration }
    | { readonly does: 'take'; readonly recorded: RecordEntry }
    | { readonly does: 'restore'; readonly image: RuleImage }
  );

export interface PolicyRuleStep extends Step {
  readonly owner: string;
  readonly jobs: readonly Job[];
}

/** A step before its changes are computed. */
export type Draft = Omit<PolicyRuleStep, 'changes'>;

/** The result for one resource. */
export interface Comparison {
  readonly step?: Draft;
  readonly findings: readonly Finding[];
  /** Keys of the entries in the owner's record that stay. */
  readonly keeps: readonly string[];
}
