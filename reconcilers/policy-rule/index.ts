/**
 * The kind policy-rule lets a rule of a service admit a role, on every host that serves the API. It records the former
 * value on the host, and restores it when the declaration is removed.
 */
import { defineKind } from '../../lib/contract/define-kind';
import { advance } from './advance';
import { apply } from './apply';
import { diff } from './diff';
import { rawValue } from './grant/edits';
import { effect } from './effect';
import { locate } from './locate';
import { kind, type PolicyRuleStep, type TargetObservation } from './model';
import { observe } from './observe';
import { policyRuleImage, type PolicyRuleSpec } from './image';
import { policyRuleSpec, type RecordEntry } from './spec';

function identify(spec: PolicyRuleSpec): string {
  const say = ({ service, rule, role }: Pick<RecordEntry, 'service' | 'rule' | 'role'>): string =>
    `the role ${role} in ${service}'s rule ${rule}`;
  if (!('restore' in spec)) return say(spec);
  // A run may have removed a grant on one host for one construct, and made it on another host for another construct. So
  // each is named.
  const all = spec.restore.flatMap(({ target, image }) => image.rules.map((rule) => `${say(rule)} on ${target}`));
  return [...new Set(all)].join(', ');
}

export const policyRule = defineKind({
  kind,
  whenRemoved: 'the role leaves the rule again where stackward put it in; elsewhere the rule stays as it is',
  ownership: 'host',
  spec: policyRuleSpec,
  image: {
    schema: policyRuleImage,
    before: ({ jobs }: PolicyRuleStep, { answers }: TargetObservation) => ({
      rules: jobs.map((job) => {
        const { service, release, rule, role, file, recorded } = job;
        const value = rawValue(answers.text(file), job);
        return { service, release, rule, role, file, value, entry: recorded ?? null };
      }),
    }),
  },
  identify,
  locate,
  observe,
  diff,
  effect,
  advance,
  apply,
});
