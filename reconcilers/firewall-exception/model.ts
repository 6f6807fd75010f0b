/** Types that the modules of the kind firewall-exception share. */
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

/** A subnet of the port's network, with the port's neighbours. */
export type NearSubnet = Pick<Subnet, 'cidr' | 'gatewayIp'>;

/** The wish for one exception on one host. */
export type PlacedException =
  | {
      readonly is: 'declared';
      readonly spec: FirewallExceptionSpec;
      readonly port: Port;
      /** The subnets of its network, as far as the credentials see them. */
      readonly subnets: readonly NearSubnet[];
    }
  | { readonly is: 'restored'; readonly image: ExceptionImage };

export interface FirewallExceptionStep extends Step {
  readonly owner: string;
  /** The comment by which its rules are found. */
  readonly comment: string;
  /** The rules that are to be there. */
  readonly rules: ExceptionRules;
}

/** The host's state of one owner in one family. */
export interface OwnFamily {
  readonly names: OwnNames;
  /** Other names under which this owner has rules too. */
  readonly twin?: OwnNames;
  /** A chain under the owner's former mark, of which nothing says whose it is. */
  readonly unclear?: string;
  readonly kernel: OwnChains;
  readonly stored: StoredRules;
  /** Foreign rules in the owner's chain, and foreign rules that lead to it. */
  readonly foreign: readonly string[];
}

export type OwnState = Readonly<Record<Family, OwnFamily>>;

export interface HostState {
  /** True if the agent's chain `neutron-filter-top` is there. */
  readonly hasHook: Readonly<Record<Family, boolean>>;
  readonly variant: Readonly<Record<Family, TableVariant>>;
  /** Bridge port → its bridge. */
  readonly bridgeOf: ReadonlyMap<string, string>;
  /** The agent's own lock, which a write must hold: up to Liberty. */
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
