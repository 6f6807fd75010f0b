/**
 * The declarations of a stack's constructs, as plain data. The checks of lib/synth read them before anything is
 * written, and the manifest is made of them.
 */
import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { AddressPlan } from '../../lib/synth/address-plan';
import { append } from '../../lib/basics/lists';
import type { QuotaDeclaration, UseDeclaration } from '../../lib/synth/quota-plan';
import type { OptionDeclaration } from '../../lib/synth/option-plan';
import type { Release } from '../../lib/openstack/releases';
import type { SynthFinding } from '../../lib/synth/synth-finding';
import { refuseOtherEngine } from './engine';

/** A resource of the manifest, as a construct declares it. */
export interface DeclaredResource {
  /** Name of the kind: its folder below reconcilers/. */
  readonly kind: string;
  /**
   * The spec that the kind's `parse` accepts: literals, and references to ids and MAC addresses. Never anything
   * sensitive.
   */
  readonly spec: object;
  /** Constructs whose resources must have converged before. @default none */
  readonly dependsOn?: readonly IConstruct[];
}

/**
 * The claim of a construct that it alone decides about `thing`. The message names it: `the allocation pools of subnet
 * 2f0c…`.
 */
export interface Claim {
  readonly thing: string;
  readonly path: string;
}

interface Declared extends AddressPlan {
  readonly quotas: readonly QuotaDeclaration[];
  readonly uses: readonly UseDeclaration[];
  readonly claims: readonly Claim[];
  readonly options: readonly OptionDeclaration[];
  /** Mistakes found while a construct was made. They are kept so that all findings are reported together. */
  readonly findings: readonly SynthFinding[];
}

/** The properties of a stack's cloud that the checks need. */
interface Cloud extends IConstruct {
  readonly release: Release;
  readonly providerVersion: string;
}

/** Counts the declarations of one app. Findings are computed again only if the count has changed. */
interface AppDeclarations {
  revision: number;
  readonly all: Declarations[];
}

export class Declarations {
  /** Set by CloudStack. Addresses are compared within one cloud. */
  cloud: Cloud | undefined;
  /** Set by Tenant. */
  tenant: IConstruct | undefined;
  /**
   * Set by TenantStack. Everything but the tenant itself is about to be removed, so it is neither checked nor put into
   * the manifest.
   */
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
    options: [],
    findings: [],
  };

  constructor(
    readonly stack: TerraformStack,
    private readonly app: AppDeclarations,
  ) {}

  /** Adds declarations of one sort; lib/synth defines the sorts. */
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

/**
 * The declarations of the stack in which `scope` is.
 * @throws InvalidConfiguration if the stack is of another engine
 */
export function declarationsOf(scope: IConstruct): Declarations {
  const stack = TerraformStack.of(scope);
  const known = byStack.get(stack);
  if (known) return known;
  refuseOtherEngine(scope, stack, 'stack');
  const app = declarationsOfApp(stack);
  const declarations = new Declarations(stack, app);
  byStack.set(stack, declarations);
  app.all.push(declarations);
  return declarations;
}

/** The declarations of every stack of the app, in the order in which the stacks were made. */
export function declarationsOfApp(scope: IConstruct): AppDeclarations {
  const { root } = scope.node;
  const known = byApp.get(root);
  if (known) return known;
  const app: AppDeclarations = { revision: 0, all: [] };
  byApp.set(root, app);
  return app;
}

/** Keeps a finding until the app is validated, so that all findings are reported together. */
export function addFinding(construct: IConstruct, message: string): void {
  declarationsOf(construct).add('findings', { path: construct.node.path, message });
}

/** Says that `construct` alone decides about `thing`. A second construct that says so is a finding. */
export function claim(construct: IConstruct, thing: string): void {
  declarationsOf(construct).add('claims', { thing, path: construct.node.path });
}

/**
 * Adds a resource to the manifest of the stack, under the construct's path. A construct may add only one.
 *
 *     declareResource(this, { kind: 'allocation-pool', spec: { subnetId, pools, method: 'api' } });
 */
export function declareResource(construct: IConstruct, resource: DeclaredResource): void {
  const declarations = declarationsOf(construct);
  const { path } = construct.node;
  if (declarations.resources.has(path)) addFinding(construct, 'it declares two resources; give each its own construct');
  declarations.addResource(path, resource);
}
