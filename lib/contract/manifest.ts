/**
 * The manifest: what the constructs want of the reconciler, one output per stack (docs/adr/0001-manifest.md).
 *
 * This module turns text into checked manifests. It reads no file and doesn't run Terraform. Every refusal names the
 * source, the stack and the field.
 */
import * as z from 'zod';
import '../basics/schema-words';
import { defined } from '../basics/defined';
import { asStackwardError, InvalidConfiguration } from '../basics/errors';
import { parseJson } from '../basics/json';
import { unknownPaths } from '../basics/known-values';
import { line, name, owner } from '../basics/line';
import { printable } from '../basics/printable';
import { releaseSchema, type Release } from '../openstack/releases';
import type { DeclaredResource, Resource } from './resource';
import { firstFault } from '../basics/schema-fault';

export const outputName = 'stackward_manifest';
/** All minor versions of this major version are read. */
export const schemaVersion = '1.1';
const [major] = schemaVersion.split('.');

/** The most resources in one manifest. A stack that declares a cloud of 2,000 tenants has about 10,000. */
export const maxResources = 50_000;
/** Dependencies of one resource. */
const maxDependencies = 1000;

export const entrySchema = z.object({
  kind: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be a kind: lower-case letters, digits and "-", 63 at most'),
  spec: z.record(z.string(), z.unknown()),
  dependsOn: z.array(name).max(maxDependencies, `names more than ${maxDependencies} resources`),
});

export const endpointTypes = ['public', 'publicURL', 'internal', 'internalURL', 'admin', 'adminURL'] as const;

/** The settings of Terraform's provider for the cloud, apart from credentials. */
export const cloudSchema = z.object({
  region: line.optional(),
  endpointType: z.enum(endpointTypes).optional(),
  /** A relative path begins in the stack's folder. */
  cacertFile: line.optional(),
  /** Address of Keystone. */
  authUrl: line.optional(),
  /** Address of Neutron that replaces its endpoint in the catalogue. */
  networkUrl: line.optional(),
});
export type CloudSettings = z.infer<typeof cloudSchema>;

export const manifestSchema = z.object({
  schemaVersion: z.string().regex(/^\d+\.\d+$/, 'must be "major.minor"'),
  owner,
  stack: name,
  /** The release that the code declares for the cloud; absent before version 1.1. */
  release: releaseSchema.optional(),
  cloud: cloudSchema.optional(),
  resources: z.record(name, entrySchema),
});

/**
 * A manifest in general. Parsing a text gives a `DeclaredManifest`. The journal makes the other manifests, which ask
 * for a former state.
 */
export interface Manifest<R extends Resource = Resource> {
  readonly owner: string;
  readonly stack: string;
  /** The release that is declared for the cloud; undefined if nobody declared one. */
  readonly release?: Release | undefined;
  /** The place from which the manifest was read, for messages: a file's name, `stack shared`. */
  readonly source: string;
  /** Absent if Terraform takes every setting from its credentials. */
  readonly cloud?: CloudSettings;
  readonly resources: readonly R[];
  /** Resources that the same stack declared before and no longer declares. Known only from a Terraform plan. */
  readonly removed: readonly R[];
}

export type DeclaredManifest = Manifest<DeclaredResource>;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * All manifests in one JSON text. The text may be `terraform output -json` (with or without the output's name),
 * `terraform show -json` of a plan or a state, or the file that `cdktf apply --outputs-file` writes.
 * @throws InvalidConfiguration
 */
export function parseManifests(text: string, source: string): DeclaredManifest[] {
  const json = readJson(text, source);
  if (!isObject(json)) throw missing(source);
  if ('schemaVersion' in json) return [parseManifest(json, source)];
  if ('format_version' in json) return [fromShow(json, source)];
  const output = json[outputName];
  if (isObject(output)) return [parseManifest('value' in output ? output.value : output, source)];
  return fromOutputsFile(json, source);
}

function readJson(text: string, source: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new InvalidConfiguration(
      `${asStackwardError(error).detail}; give the output of \`terraform output -json\`, ` +
        '`terraform show -json PLAN`, or the file of `cdktf apply --outputs-file`, as Terraform wrote it',
      { where: source, cause: error },
    );
  }
}

/**
 * One manifest out of the JSON that `parseJson` read. `unknown` has the same shape, with `true` for each value that is
 * known only after apply.
 */
export function parseManifest(value: unknown, source: string, unknown: unknown = {}): DeclaredManifest {
  refuseOtherVersion(value, source);
  refuseTooMany(value, source);
  const result = manifestSchema.safeParse(value);
  if (!result.success) {
    const { field, message } = firstFault(result.error);
    throw new InvalidConfiguration(`the field ${shown(field || 'manifest')} of the manifest is not valid: ${message}`, {
      where: stackOf(value, source),
    });
  }
  const { owner, stack, release, cloud, resources } = result.data;
  const foreign = Object.keys(resources).find((path) => !path.startsWith(`${stack}/`));
  if (foreign !== undefined)
    throw new InvalidConfiguration(
      `the field ${shown(`resources.${foreign}`)} of the manifest is not below the stack "${stack}", so it would be taken for another stack's; ` +
        'put the stack directly into the app, and leave the manifest as the constructs wrote it',
      { where: stackOf(value, source) },
    );
  const unknownResources = isObject(unknown) && isObject(unknown.resources) ? unknown.resources : {};
  return {
    owner,
    stack,
    release,
    source,
    ...defined({ cloud }),
    removed: [],
    resources: Object.entries(resources).map(([path, { kind, spec, dependsOn }]) => {
      const flags = Object.hasOwn(unknownResources, path) ? unknownResources[path] : undefined;
      return {
        path,
        stack,
        owner,
        kind,
        spec,
        dependsOn,
        unknown: isObject(flags) ? unknownPaths(flags.spec, 'spec') : [],
      };
    }),
  };
}

/** The field in quotes, on one line. A long one is cut after its beginning. */
const shown = (field: string): string => `"${printable(field.length > 300 ? `${field.slice(0, 300)}…` : field)}"`;

/**
 * The manifest in the JSON of a plan, as `parseJson` read it; undefined if the stack has none.
 * @throws InvalidConfiguration
 */
export function findManifestInPlan(json: unknown, source: string): DeclaredManifest | undefined {
  if (!isObject(json)) return undefined;
  const { output_changes: changes, planned_values: values } = json;
  const outputs = isObject(values) ? values.outputs : undefined;
  const hasOne = [changes, outputs].some((named) => isObject(named) && Object.hasOwn(named, outputName));
  return hasOne ? fromShow(json, source) : undefined;
}

/** `terraform show -json`: of a plan (format 1.x: `output_changes`), or of a state (`values.outputs`). */
function fromShow(json: Json, source: string): DeclaredManifest {
  const changes = isObject(json.output_changes) ? json.output_changes[outputName] : undefined;
  if (isObject(changes)) return fromChange(changes, source);
  const values = isObject(json.values) ? json.values : json.planned_values;
  const output = isObject(values) && isObject(values.outputs) ? values.outputs[outputName] : undefined;
  if (isObject(output)) return parseManifest(output.value, source);
  throw missing(source);
}

function fromChange(change: Json, source: string): DeclaredManifest {
  if (change.after_unknown === true)
    throw new InvalidConfiguration('the whole manifest is known only after `cdktf apply`; plan again then', {
      where: source,
      about: 'order',
    });
  const before = isObject(change.before) ? parseManifest(change.before, source) : undefined;
  if (change.after === null || change.after === undefined) {
    if (!before) throw missing(source);
    return { ...before, resources: [], removed: before.resources };
  }
  const after = parseManifest(withoutGaps(change.after, change.after_unknown), source, change.after_unknown);
  const kept = new Set(after.resources.map((resource) => resource.path));
  return { ...after, removed: before?.resources.filter((resource) => !kept.has(resource.path)) ?? [] };
}

/**
 * Puts placeholders for unknown values into `after`. Terraform leaves such values out, so an unknown `dependsOn` or
 * `spec` would look like a missing field.
 */
function withoutGaps(after: unknown, unknown: unknown): unknown {
  if (!isObject(after) || !isObject(after.resources) || !isObject(unknown)) return after;
  const fill = (value: unknown): unknown => (isObject(value) ? { spec: {}, dependsOn: [], ...value } : value);
  return {
    ...after,
    resources: Object.fromEntries(Object.entries(after.resources).map(([path, value]) => [path, fill(value)])),
  };
}

/** `cdktf apply --outputs-file`: stack name → output name → value. */
function fromOutputsFile(json: Json, source: string): DeclaredManifest[] {
  const stacks = Object.entries(json);
  if (isObject(json.terraform))
    throw new InvalidConfiguration(
      'this is what synth writes, and its references have no values yet; give the output of `terraform show -json PLAN`, or of `cdktf apply --outputs-file`',
      { where: source, about: 'order' },
    );
  if (stacks.length === 0 || !stacks.every(([, outputs]) => isObject(outputs))) throw missing(source);
  return stacks.map(([stack, outputs]) => {
    const value = (outputs as Json)[outputName];
    if (value === undefined) throw missing(`${source}, stack ${stack}`);
    return parseManifest(value, source);
  });
}

function refuseOtherVersion(value: unknown, source: string): void {
  const version = isObject(value) ? value.schemaVersion : undefined;
  if (typeof version !== 'string' || !/^\d+\.\d+$/.test(version) || version.split('.')[0] === major) return;
  throw new InvalidConfiguration(
    `the field "schemaVersion" of the manifest is "${version}"; this stackward reads ${major}.x: ` +
      'use the stackward that belongs to the constructs which wrote it',
    { where: stackOf(value, source) },
  );
}

/** Counts the resources before any of them is looked at. */
function refuseTooMany(value: unknown, source: string): void {
  const count = isObject(value) && isObject(value.resources) ? Object.keys(value.resources).length : 0;
  if (count <= maxResources) return;
  throw new InvalidConfiguration(
    `the manifest declares ${count} resources, and one stack may have ${maxResources}; part it into more stacks`,
    { where: stackOf(value, source) },
  );
}

function stackOf(value: unknown, source: string): string {
  return isObject(value) && typeof value.stack === 'string' ? `${source}, stack ${printable(value.stack)}` : source;
}

function missing(where: string): InvalidConfiguration {
  return new InvalidConfiguration(
    `there is no output "${outputName}" here; a stack under OpenStackCloud always has one, so run \`cdktf apply\` for this stack first`,
    { where, about: 'order' },
  );
}
