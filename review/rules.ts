/** `review:` of stackward.yaml: which risks need whose approval or are forbidden, and which are acknowledged. Pure. */
import * as z from 'zod';
import '../lib/basics/schema-words';
import { lookupBy } from '../lib/basics/groups';
import { line, name } from '../lib/basics/line';
import { InvalidConfiguration } from '../lib/basics/errors';
import { inNaturalOrder } from '../lib/render/natural-order';
import type { AcknowledgedRisk, Review, Risk } from './model';
import { riskNames, severityOf, type RiskName } from './risks/classes';
import type { FoundRisk } from './risks/found-risk';

const risk = z.enum(riskNames);
const stacks = z.array(name).min(1).optional();

const day = z.iso.date('must be a day, such as 2026-12-31');

export const reviewRules = z.strictObject({
  policy: z
    .array(
      z.union([
        z.strictObject({ risk, stacks, needs: z.array(line).min(1) }),
        z.strictObject({ risk, stacks, forbidden: z.literal(true) }),
      ]),
    )
    .default([]),
  acknowledged: z.array(z.strictObject({ risk, where: name, reason: line, until: day })).default([]),
});
export type ReviewRules = z.infer<typeof reviewRules>;

export const noRules: ReviewRules = { policy: [], acknowledged: [] };

interface Judged {
  readonly risks: readonly Risk[];
  readonly acknowledged: readonly AcknowledgedRisk[];
}

/** @param today `2026-11-29`; a risk is acknowledged until the end of its last day */
export function judge(found: readonly FoundRisk[], { policy, acknowledged }: ReviewRules, today: string): Judged {
  const risks: Risk[] = [];
  const known: AcknowledgedRisk[] = [];
  const entries = lookupBy(acknowledged, (said) => `${said.risk} ${said.where}`);
  for (const { class: name, witnesses = [], ...rest } of found) {
    const rules = policy.filter((rule) => rule.risk === name && (rule.stacks?.includes(rest.stack) ?? true));
    const judged: Risk = {
      class: name,
      severity: severityOf(name),
      ...rest,
      witnesses,
      needs: [...new Set(rules.flatMap((rule) => ('needs' in rule ? rule.needs : [])))],
      isForbidden: rules.some((rule) => 'forbidden' in rule),
    };
    const entry = entries(`${name} ${judged.where}`).find((said) => today <= said.until);
    // A forbidden risk stays forbidden: whoever acknowledges it would have to change the policy.
    if (entry && !judged.isForbidden) known.push({ risk: judged, reason: entry.reason, until: entry.until });
    else risks.push(judged);
  }
  return { risks: worstFirst(risks, (risk) => risk), acknowledged: worstFirst(known, ({ risk }) => risk) };
}

/**
 * A review by the rules of now, whatever it says of them itself.
 * @throws InvalidConfiguration for a class that no rule of this stackward can name
 */
export function judgeAgain(review: Review, rules: ReviewRules, today: string): Review {
  const all = [...review.risks, ...review.acknowledged.map((entry) => entry.risk)];
  const found = all.map(({ class: given, stack, where, message, wayBack, witnesses }): FoundRisk => {
    if (!isRiskName(given))
      throw new InvalidConfiguration(`this stackward knows no risk "${given}"; review again`, { where: 'review.json' });
    return { class: given, stack, where, message, wayBack, witnesses };
  });
  return { ...review, ...judge(found, rules, today) };
}

const isRiskName = (text: string): text is RiskName => (riskNames as readonly string[]).includes(text);

const ranks = { high: 0, medium: 1, low: 2 } as const;
const placeOf = (risk: Risk): number => riskNames.indexOf(risk.class as RiskName);

const worstFirst = <T>(items: readonly T[], riskOf: (item: T) => Risk): T[] =>
  inNaturalOrder(items, (item) => riskOf(item).where).sort((first, second) => {
    const [a, b] = [riskOf(first), riskOf(second)];
    return ranks[a.severity] - ranks[b.severity] || placeOf(a) - placeOf(b);
  });
