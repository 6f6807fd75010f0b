/**
 * The values that a rollback may bring back into a policy file, and the words that a reviewer reads about them. Pure.
 */
import { Blocked, StackwardError } from '../../../lib/basics/errors';
import type { Rules } from '../../../lib/policy/check';
import { eraOf, hasRulesInCode } from '../../../lib/policy/defaults';
import { admissionOf } from '../../../lib/policy/grant';
import { sayGrant } from '../../../lib/policy/intents';
import { PolicyText } from '../../../lib/policy/model';
import { serviceKey, type Job, type TargetObservation } from '../model';
import type { RuleImage } from '../image';
import { sayHolders } from './roles';
import type { ServicePolicy } from './service-policy';
import { refuseShared } from './shared-rule';

type About = Pick<RuleImage, 'service' | 'release' | 'rule' | 'role' | 'file'>;

/** @throws Blocked for a file that the service doesn't read on this host, because a journal may name any file */
export function refuseOtherFile({ service, release, file }: About, { services }: TargetObservation): ServicePolicy {
  const policy = services.get(serviceKey(service, release));
  if (policy === undefined || policy instanceof StackwardError)
    throw policy ?? new RangeError(`nobody looked at ${service}`);
  const read = [...new Set([...policy.files, policy.main])];
  if (!read.includes(file))
    throw new Blocked(
      `${file} is no policy file that ${service} reads on this host (${read.join(', ')}), so nothing is brought back there; change it by hand, if it is meant`,
    );
  return policy;
}

/** @throws Blocked as for a declared grant: for a rule that others refer to */
export function refuseSharedValue(about: About, text: PolicyText | undefined, policy: ServicePolicy): void {
  const { service, release, rule } = about;
  const defaultRule = hasRulesInCode(service, release) ? '' : policy.settings.defaultRule;
  const rules = { ...rulesIn(text, about), defaultRule };
  refuseShared(rules, rule, release, (name) => rules.byName.has(name));
}

const rulesIn = (text: PolicyText | undefined, { service, release }: About): Rules =>
  (text ?? new PolicyText('{}')).model(eraOf(release)).rules(service);

/**
 * Notes about the rights that the role gains, as for a declared grant, and about the value that the record will restore
 * later.
 */
export function notesOf(
  job: Job,
  { roles }: Pick<TargetObservation, 'roles'>,
  before: PolicyText | undefined,
  after: PolicyText | undefined,
): string[] {
  if (job.does !== 'restore') return [];
  const { service, rule, role, recorded, image } = job;
  const admission = (text: PolicyText | undefined) => admissionOf(rulesIn(text, job), rule, role);
  const [was, is] = [admission(before), admission(after)];
  const gain =
    was === is ? [] : is === 'role' ? [sayGrant(service, rule, role), ...(sayHolders(job, roles).notes ?? [])] : [];
  const wide =
    is === 'everyone' && was !== is ? [`${service}'s rule ${rule} then admits everybody, with a role or without`] : [];
  const { entry } = image;
  const later =
    entry !== null && JSON.stringify(entry) !== JSON.stringify(recorded)
      ? [
          `its record says that ${rule} goes back to ${entry.before ?? 'nothing in the file'} when the role ${role} goes`,
        ]
      : [];
  return [...gain, ...wide, ...later];
}
