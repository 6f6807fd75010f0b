/**
 * `terraform show -json` of a plan, checked and bounded. Everything in it is hostile until this module has parsed it:
 * names and values come from clouds, from providers, and from the code of a pull request.
 *
 * Source: https://developer.hashicorp.com/terraform/internals/json-format, format 1.x of Terraform and OpenTofu.
 * Fixtures: test/fixtures/terraform, from Terraform 1.11.4.
 */
import * as z from 'zod';
import '../../lib/basics/schema-words';
import { defined } from '../../lib/basics/defined';
import { asStackwardError, InvalidConfiguration } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { line } from '../../lib/basics/line';
import { append } from '../../lib/basics/lists';
import { sayFault } from '../../lib/basics/schema-fault';
import type { TerraformAction } from '../model';

export type Json = Readonly<Record<string, unknown>>;

/** Resources of one plan that change, and resources of one state. */
const mostResources = 100_000;

const object = z.record(z.string(), z.unknown());
const actions = z.array(z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget', 'open'])).max(3);
const pathToReplace = z.array(z.union([z.string().max(1000), z.number()])).max(100);

const changedResource = z.object({
  address: line,
  mode: z.string().max(20),
  type: line,
  previous_address: line.optional(),
  /** The key of an object that was replaced, and is not deleted yet. */
  deposed: line.optional(),
  action_reason: z.string().max(100).optional(),
  change: z.object({
    actions,
    before: object.nullish(),
    after: object.nullish(),
    after_unknown: z.unknown().optional(),
    before_sensitive: z.unknown().optional(),
    after_sensitive: z.unknown().optional(),
    replace_paths: z.array(pathToReplace).max(1000).optional(),
    importing: z.looseObject({ id: z.string().max(1000).optional() }).nullish(),
  }),
});

const changedOutput = z.object({
  actions,
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
});

const knownResource = z.object({
  address: line,
  mode: z.string().max(20),
  type: line,
  values: object.default({}),
  sensitive_values: z.unknown().optional(),
});
interface Module {
  readonly resources?: z.infer<typeof knownResource>[] | undefined;
  readonly child_modules?: Module[] | undefined;
}
const moduleOfValues: z.ZodType<Module> = z.object({
  resources: z.array(knownResource).max(mostResources).optional(),
  get child_modules() {
    return z.array(moduleOfValues).max(10_000).optional();
  },
});
const values = z.object({ root_module: moduleOfValues.optional(), outputs: object.optional() });

const configuredResource = z.object({ address: line, expressions: object.default({}) });

const planFile = z.object({
  format_version: z.string().regex(/^1\.\d{1,4}$/, 'is of a version that stackward does not read; it reads 1.x'),
  resource_changes: z.array(changedResource).max(mostResources).default([]),
  resource_drift: z.array(changedResource).max(mostResources).default([]),
  output_changes: z.record(z.string().max(1000), changedOutput).default({}),
  prior_state: z.object({ values: values.optional() }).optional(),
  planned_values: values.optional(),
  configuration: z
    .object({
      root_module: z.object({ resources: z.array(configuredResource).max(mostResources).optional() }).optional(),
    })
    .optional(),
  errored: z.boolean().optional(),
});

/** One changed value with its marks: a resource's attributes, or an output. */
export interface ChangedValue {
  readonly before: unknown;
  readonly after: unknown;
  /** `true`, or the same shape with `true` at values that are known after apply. The same for the other two. */
  readonly unknown: unknown;
  readonly sensitiveBefore: unknown;
  readonly sensitiveAfter: unknown;
}

export interface PlannedResource extends ChangedValue {
  readonly address: string;
  /** Names an object that was replaced; undefined: the change is about the object of the address itself. */
  readonly deposed?: string;
  readonly type: string;
  readonly action: TerraformAction;
  /** Terraform's own words in their order, such as `delete`, `create`. Absent where nobody asks for the order. */
  readonly actions?: readonly string[];
  /** True if Terraform replaces the resource because an apply broke off while making it. */
  readonly isTainted?: boolean;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly replacePaths: readonly (readonly (string | number)[])[];
  readonly movedFrom: string | undefined;
  readonly importedId: string | undefined;
  /** Everything that the plan says of the import. */
  readonly importing?: unknown;
}

export interface PlannedOutput extends ChangedValue {
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete';
}

export interface KnownResource {
  readonly address: string;
  readonly type: string;
  readonly values: Json;
  /** The marks of sensitive values. */
  readonly sensitive?: unknown;
}

export interface TerraformPlan {
  readonly changes: readonly PlannedResource[];
  readonly drift: readonly PlannedResource[];
  /** Outputs that change; the manifest is such an output. */
  readonly outputs: readonly PlannedOutput[];
  /** Before the change, and after it as far as values are known. */
  readonly prior: readonly KnownResource[];
  readonly planned: readonly KnownResource[];
  /** Address → the expressions of the code, with the addresses that they refer to. */
  readonly expressions: ReadonlyMap<string, Json>;
}

/** @throws InvalidConfiguration if the text is no whole plan */
export const parseTerraformPlan = (text: string, source: string): TerraformPlan =>
  terraformPlanOf(readPlanJson(text, source), source);

/** @throws InvalidConfiguration if the text is no JSON */
export function readPlanJson(text: string, source: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new InvalidConfiguration(unusable(asStackwardError(error).detail), { where: source, cause: error });
  }
}

/** @throws InvalidConfiguration if the JSON is no whole plan */
export function terraformPlanOf(json: unknown, source: string): TerraformPlan {
  const result = planFile.safeParse(json);
  if (!result.success) throw new InvalidConfiguration(unusable(sayFault(result.error)), { where: source });
  const { data } = result;
  if (data.errored === true)
    throw new InvalidConfiguration('Terraform broke this plan off, so it is not whole; plan again', { where: source });
  return {
    changes: data.resource_changes.flatMap(plannedOf),
    drift: data.resource_drift.flatMap(plannedOf),
    outputs: Object.entries(data.output_changes).flatMap(([name, change]) => outputOf(name, change)),
    prior: resourcesIn(data.prior_state?.values?.root_module),
    planned: resourcesIn(data.planned_values?.root_module),
    expressions: new Map(
      (data.configuration?.root_module?.resources ?? []).map(({ address, expressions }) => [address, expressions]),
    ),
  };
}

const unusable = (fault: string): string =>
  `this is no plan that stackward can read: ${fault}; give it the output of \`terraform show -json PLAN\` unchanged`;

type Marks = Pick<z.infer<typeof changedOutput>, 'after_unknown' | 'before_sensitive' | 'after_sensitive'>;
const marksOf = ({ after_unknown, before_sensitive, after_sensitive }: Marks) => ({
  unknown: after_unknown,
  sensitiveBefore: before_sensitive,
  sensitiveAfter: after_sensitive,
});

function plannedOf(told: z.infer<typeof changedResource>): PlannedResource[] {
  const { address, mode, type, previous_address: from, change } = told;
  const importing = change.importing ?? undefined;
  const action = actionOf(change.actions, importing !== undefined, from !== undefined && from !== address);
  if (mode !== 'managed' || action === undefined) return [];
  return [
    {
      address,
      ...defined({ deposed: told.deposed }),
      type,
      action,
      actions: change.actions,
      isTainted: told.action_reason === 'replace_because_tainted',
      before: change.before ?? undefined,
      after: change.after ?? undefined,
      ...marksOf(change),
      replacePaths: change.replace_paths ?? [],
      movedFrom: from === address ? undefined : from,
      importedId: importing?.id,
      ...defined({ importing }),
    },
  ];
}

/** `delete, create` and `create, delete` both replace. Undefined: nothing happens to the resource. */
function actionOf(all: readonly string[], isImported: boolean, isMoved: boolean): TerraformAction | undefined {
  if (all.includes('create')) return all.length > 1 ? 'replace' : 'create';
  if (all.includes('delete')) return 'delete';
  if (all.includes('forget')) return 'forget';
  // A thing that is taken over and changed is felt as any other change.
  if (all.includes('update')) return 'update';
  if (isImported) return 'import';
  return isMoved ? 'move' : undefined;
}

function outputOf(name: string, change: z.infer<typeof changedOutput>): TerraformPlan['outputs'] {
  const action = (['create', 'update', 'delete'] as const).find((known) => change.actions.includes(known));
  if (action === undefined) return [];
  return [{ name, action, before: change.before, after: change.after, ...marksOf(change) }];
}

function resourcesIn(root: Module | undefined): KnownResource[] {
  const found: KnownResource[] = [];
  const open = root === undefined ? [] : [root];
  for (let next = open.pop(); next; next = open.pop()) {
    append(
      found,
      (next.resources ?? []).map(({ address, type, values: attributes, sensitive_values: sensitive }) => ({
        address,
        type,
        values: attributes,
        sensitive,
      })),
    );
    append(open, next.child_modules ?? []);
  }
  return found;
}
