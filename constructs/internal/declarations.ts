/**
 * What the constructs of a stack say about themselves, as plain data: the pure checks of lib/ read it before anything
 * is written, and the manifest is made of it.
 */
import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { AddressPlan } from '../../lib/synth/address-plan';
import { append } from '../../lib/basics/lists';
import type { QuotaDeclaration, UseDeclaration } from '../../lib/synth/quota-plan';
import type { Release } from '../../lib/openstack/releases';
import type { SynthFinding } from '../../lib/synth/synth-finding';

/** One wish for our half, as it stands in the manifest. */
export interface DeclaredResource {
  /** Folder of its kind under reconcilers/. */
  readonly kind: string;
  /** As the kind's `parse` takes it: references to ids and MAC addresses, and literals; nothing sensitive. */
  readonly spec: object;
  /** What must have converged before. @default nothing */
  readonly dependsOn?: readonly IConstruct[];
}

/** `thing` may have one owner. Its name is what the message says: `the allocation pools of subnet 2f0c…`. */
export interface Claim {
  readonly thing: string;
  readonly path: string;
}

interface Declared extends AddressPlan {
  readonly quotas: readonly QuotaDeclaration[];
  readonly uses: readonly UseDeclaration[];
  readonly claims: readonly Claim[];
  /** Found wrong while a construct was made, and kept so that all findings come at once. */
  readonly findings: readonly SynthFinding[];
}

/** What the checks ask of the cloud that a stack belongs to. */
interface Cloud extends IConstruct {
  readonly release: Release;
}

/** Counts what was declared in one app: findings are worked out again only after it changed. */
interface AppDeclarations {
  revision: number;
  readonly all: Declarations[];
}

export class Declarations {
  /** Set by CloudStack: addresses are compared within one cloud. */
  cloud: Cloud | undefined;
  /** Set by Tenant. */
  tenant: IConstruct | undefined;
  /** Set by TenantStack: all but the tenant itself is about to go, so it is neither checked nor wished. */
  isRetiring = false;
  readonly resources = new Map<string, DeclaredResource>();
  private readonly declared: { [K in keyof Declared]: Declared[K][number][] } = {
    subnets: [],
    addresses: [],
    bridges: [],
    routers: [],
    floating: [],
    red: [],
    quotas: [],
    uses: [],
    claims: [],
    findings: [],
  };

  constructor(
    readonly stack: TerraformStack,
    private readonly app: AppDeclarations,
  ) {}

  /** Adds one declaration of a sort, as `lib/` knows it. */
  add<K extends keyof Declared>(sort: K, ...declarations: readonly Declared[K][number][]): void {
    append<Declared[K][number]>(this.declared[sort], declarations);
    this.app.revision++;
  }

  list<K extends keyof Declared>(sort: K): readonly Declared[K][number][] {
    return this.declared[sort];
  }

  addResource(path: string, resource: DeclaredResource): void {
    this.resources.set(path, resource);
    this.app.revision++;
  }
}

const byStack = new WeakMap<TerraformStack, Declarations>();
const byApp = new WeakMap<IConstruct, AppDeclarations>();

/** Those of the stack that `scope` stands in. */
export function declarationsOf(scope: IConstruct): Declarations {
  const stack = TerraformStack.of(scope);
  const known = byStack.get(stack);
  if (known) return known;
  const app = declarationsOfApp(stack);
  const declarations = new Declarations(stack, app);
  byStack.set(stack, declarations);
  app.all.push(declarations);
  return declarations;
}

/** Those of every stack of the app, in the order in which the stacks were made. */
export function declarationsOfApp(scope: IConstruct): AppDeclarations {
  const { root } = scope.node;
  const known = byApp.get(root);
  if (known) return known;
  const app: AppDeclarations = { revision: 0, all: [] };
  byApp.set(root, app);
  return app;
}

/** Keeps a finding until the app is validated, so that all come at once. */
export function addFinding(construct: IConstruct, message: string): void {
  declarationsOf(construct).add('findings', { path: construct.node.path, message });
}

/** Says that `construct` alone decides about `thing`; a second one that says so is a finding. */
export function claim(construct: IConstruct, thing: string): void {
  declarationsOf(construct).add('claims', { thing, path: construct.node.path });
}

/**
 * Adds a wish for stackward's half to the manifest of the stack, under the construct's path. One per construct.
 *
 *     declareResource(this, { kind: 'allocation-pool', spec: { subnetId, pools, method: 'api' } });
 */
export function declareResource(construct: IConstruct, resource: DeclaredResource): void {
  const declarations = declarationsOf(construct);
  const { path } = construct.node;
  if (declarations.resources.has(path)) addFinding(construct, 'it declares two resources; give each its own construct');
  declarations.addResource(path, resource);
}
