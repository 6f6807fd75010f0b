/** Plans of Terraform with the changes that a test names, and the review of them. */
import { noUses } from '../../review/order/deploy-order';
import { nothingAsked } from '../../review/cloud/seen';
import { nothingSeen } from '../../review/witness/seen';
import { assembleReview } from '../../review/assemble';
import { parseCode } from '../../review/code';
import type { Review } from '../../review/model';
import { noRules, type ReviewRules } from '../../review/rules';
import { parseTerraformPlan } from '../../review/terraform/plan-json';

type Values = Readonly<Record<string, unknown>>;

export interface MadeChange {
  readonly address: string;
  readonly actions: readonly string[];
  readonly before?: Values;
  readonly after?: Values;
  /** Attributes that are known after apply; the code gives each of them a value. */
  readonly unknown?: Values;
  readonly sensitive?: Values;
  readonly importing?: { readonly id: string };
}

export const create = (address: string, after: Values, more: Partial<MadeChange> = {}): MadeChange => ({
  address,
  actions: ['create'],
  after,
  ...more,
});
export const update = (address: string, before: Values, after: Values, more: Partial<MadeChange> = {}): MadeChange => ({
  address,
  actions: ['update'],
  before,
  after,
  ...more,
});
export const remove = (address: string, before: Values): MadeChange => ({ address, actions: ['delete'], before });

const typeOf = (address: string): string => address.split('.')[0] ?? '';

function planText(changes: readonly MadeChange[]): string {
  const side = (name: 'before' | 'after') => ({
    root_module: {
      resources: changes
        .filter((change) => change[name] !== undefined)
        .map((change) => ({
          address: change.address,
          mode: 'managed',
          type: typeOf(change.address),
          values: change[name],
        })),
    },
  });
  return JSON.stringify({
    format_version: '1.2',
    resource_changes: changes.map(({ address, actions, before, after, unknown, sensitive, importing }) => ({
      address,
      mode: 'managed',
      type: typeOf(address),
      change: {
        actions,
        before: before ?? null,
        after: after ?? null,
        after_unknown: unknown ?? {},
        before_sensitive: sensitive ?? {},
        after_sensitive: sensitive ?? {},
        importing,
      },
    })),
    planned_values: side('after'),
    prior_state: { values: side('before') },
    configuration: {
      root_module: {
        resources: changes.map(({ address, after, unknown }) => ({
          address,
          expressions: Object.fromEntries(
            [...Object.keys(after ?? {}), ...Object.keys(unknown ?? {})].map((key) => [key, {}]),
          ),
        })),
      },
    },
  });
}

interface More {
  readonly rules?: ReviewRules;
  /** Address → the construct path that the synthesized code says. */
  readonly paths?: Readonly<Record<string, string>>;
}

/** The review of one stack `acme`. */
export function reviewOf(changes: readonly MadeChange[], { rules = noRules, paths = {} }: More = {}): Review {
  const resource: Record<string, Record<string, unknown>> = {};
  for (const [address, path] of Object.entries(paths)) {
    const [type = '', name = ''] = address.split('.');
    resource[type] = { ...resource[type], [name]: { '//': { metadata: { path } } } };
  }
  return assembleReview({
    made: '2026-11-29T00:00:00.000Z',
    by: 'user@host',
    version: '1',
    engine: { name: 'terraform', version: '1.11.4' },
    problems: [],
    warnings: [],
    stacks: [
      {
        name: 'acme',
        dependsOn: [],
        code: parseCode(JSON.stringify({ resource }), 'acme'),
        plan: parseTerraformPlan(planText(changes), 'acme'),
        manifest: undefined,
        waitsFor: [],
        warnings: [],
      },
    ],
    order: noUses,
    own: undefined,
    rules,
    packets: nothingSeen,
    cloud: nothingAsked,
    effects: new Map(),
  });
}

export const classesOf = ({ risks }: Review): string[] => risks.map((risk) => risk.class);
