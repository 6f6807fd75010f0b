/** A stack whose plan of Terraform has these changes, in the format of `terraform show -json`. */
import { defined } from '../../lib/basics/defined';
import type { StackRead } from '../../review/assemble';
import { parseTerraformPlan } from '../../review/terraform/plan-json';

type Values = Readonly<Record<string, unknown>>;

export interface Forged {
  /** Without the prefix of OpenStack's provider. */
  readonly type: string;
  readonly name: string;
  /** Without `before` the resource is made, without `after` it goes. */
  readonly before?: Values;
  readonly after?: Values;
  readonly isReplaced?: boolean;
  /** Replaced, because an apply broke off while it was made. */
  readonly isTainted?: boolean;
  /** Terraform gives it up, and it stays in the cloud. */
  readonly isForgotten?: true;
  /** Replaced before, and deleted now. Another object has its address. */
  readonly isDeposed?: true;
  readonly unknown?: Values;
  /** Marks of the values that are sensitive. */
  readonly sensitive?: Values;
  /** Attribute → the address that the code refers to. */
  readonly refers?: Readonly<Record<string, string>>;
  /** The values of the last apply, where somebody changed them to `before` since. */
  readonly applied?: Values;
}

/** A resource that stays as it is. */
export const staying = (type: string, name: string, values: Values): Forged => ({ type, name, before: values, after: values }); // prettier-ignore

export function forgedStack(name: string, all: readonly Forged[]): StackRead {
  const resources = all.map(({ type, ...rest }) => {
    const full = `openstack_${type}`;
    return { ...rest, head: { address: `${full}.${rest.name}`, mode: 'managed', type: full } };
  });
  const known = (side: 'before' | 'after') => ({
    root_module: {
      resources: resources.flatMap(({ head, isDeposed, sensitive = {}, [side]: values }) =>
        values && !isDeposed ? [{ ...head, values, sensitive_values: sensitive }] : [],
      ),
    },
  });
  const plan = {
    format_version: '1.2',
    resource_changes: resources.map(
      ({
        head,
        before = null,
        after = null,
        unknown = {},
        sensitive = {},
        isReplaced,
        isTainted = false,
        isForgotten,
        isDeposed,
      }) => ({
        ...head,
        ...defined({
          action_reason: isTainted ? 'replace_because_tainted' : undefined,
          deposed: isDeposed && '0a1b2c3d',
        }),
        change: {
          actions: isForgotten ? ['forget'] : actionsOf(before, after, isReplaced ?? isTainted),
          before,
          after,
          after_unknown: unknown,
          after_sensitive: sensitive,
        },
      }),
    ),
    resource_drift: resources.flatMap(({ head, applied, before }) =>
      applied ? [{ ...head, change: { actions: ['update'], before: applied, after: before } }] : [],
    ),
    prior_state: { values: known('before') },
    planned_values: known('after'),
    configuration: {
      root_module: {
        resources: resources.map(({ head, refers = {} }) => ({
          address: head.address,
          expressions: Object.fromEntries(
            Object.entries(refers).map(([attribute, address]) => [
              attribute,
              { references: [`${address}.id`, address] },
            ]),
          ),
        })),
      },
    },
  };
  return {
    name,
    dependsOn: [],
    code: { paths: new Map(), reads: new Map(), declares: [], clouds: [] },
    plan: parseTerraformPlan(JSON.stringify(plan), `stack ${name}`),
    manifest: undefined,
    waitsFor: [],
    warnings: [],
  };
}

function actionsOf(before: unknown, after: unknown, isReplaced = false): readonly string[] {
  if (isReplaced) return ['delete', 'create'];
  if (before === null) return ['create'];
  if (after === null) return ['delete'];
  return before === after ? ['no-op'] : ['update'];
}
