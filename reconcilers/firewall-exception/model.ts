/** What the parts of the kind firewall-exception say to each other. */
import type { TableVariant } from '../../lib/hosts/host';
import type { OwnChains, OwnRules } from '../../lib/iptables/own-chain';
import type { Port, Subnet } from '../../lib/contract/ports';
import type { Step } from '../../lib/contract/reconciler';
import type { ExceptionImage } from './image';
import type { FirewallExceptionSpec } from './spec';
import type { OwnNames } from './chain/own-names';
import type { ExceptionRules, Family } from './chain/rules';
import type { StoredRules } from './chain/stored-rules';

export const kind = 'firewall-exception';

export const pathOf = (id: string): string => id.slice(kind.length + 1);

export const familyNames: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

/** Where the neighbours of a port are. */
export type NearSubnet = Pick<Subnet, 'cidr' | 'gatewayIp'>;

/** What an exception is on one host. */
export type PlacedException =
  | {
      readonly is: 'declared';
      readonly spec: FirewallExceptionSpec;
      readonly port: Port;
      /** Those of its network, as far as the credentials see them. */
      readonly subnets: readonly NearSubnet[];
    }
  | { readonly is: 'restored'; readonly image: ExceptionImage };

export interface FirewallExceptionStep extends Step {
  readonly owner: string;
  /** By which its rules are found. */
  readonly comment: string;
  /** What is to be there. */
  readonly rules: ExceptionRules;
}

/** Of one owner in one family. */
export interface OwnFamily {
  readonly names: OwnNames;
  /** Other names under which this owner has rules too. */
  readonly twin?: OwnNames;
  /** A chain under the owner's mark of before, of which nothing says whose it is. */
  readonly unclear?: string;
  readonly kernel: OwnChains;
  readonly stored: StoredRules;
  /** Rules in our chain that no construct put there, and rules of others that lead to it. */
  readonly foreign: readonly string[];
}

export type OwnState = Readonly<Record<Family, OwnFamily>>;

export interface HostState {
  /** `neutron-filter-top` is there. */
  readonly hasHook: Readonly<Record<Family, boolean>>;
  readonly variant: Readonly<Record<Family, TableVariant>>;
  /** Bridge port → its bridge. */
  readonly bridgeOf: ReadonlyMap<string, string>;
  /** The agent's own, which a write must hold: up to Liberty. */
  readonly lockFile?: string;
}

export interface FirewallExceptionObserved extends HostState {
  readonly host: string;
  readonly stateFolder: string;
  /** By owner. */
  readonly owners: ReadonlyMap<string, OwnState>;
}

export const kernelRules = ({ kernel }: OwnFamily): OwnRules => ({
  mangle: kernel.mangle.rules,
  filter: kernel.filter.rules,
});
