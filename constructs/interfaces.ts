/** The interfaces by which constructs use a tenant, a network or a subnet, whether the code makes it or imports it. */
import type { ITerraformDependable } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { OpenstackProvider } from '@cdktf/provider-openstack/lib/provider';

/** A project of OpenStack that owns networks, ports and servers. */
export interface ITenant extends IConstruct {
  readonly projectId: string;
  /** Equal for all constructs that stand for this project. */
  readonly key: string;
  /** The provider scoped to the project, with which its servers are made. Only the tenant's own stack may use it. */
  readonly provider: OpenstackProvider;
  /**
   * The resources that must exist before `service` makes anything in the project, as far as they are in the stack of
   * `scope`.
   */
  dependenciesFor(scope: IConstruct, service: 'network' | 'compute' | 'blockStorage'): ITerraformDependable[];
}

/** A server, whichever construct makes it. */
export interface IServer extends IConstruct {
  readonly serverId: string;
  readonly tenant: ITenant;
}

export interface INetwork extends IConstruct {
  readonly networkId: string;
  /** For an imported network of which only the id is known, Neutron is asked. */
  readonly networkName: string;
  /** Equal for all constructs that stand for this network. */
  readonly key: string;
  /** Ports take addresses from the first subnet unless they name another. */
  readonly subnets: readonly ISubnet[];
}

export interface ISubnet {
  readonly subnetId: string;
  /** Equal for all constructs that stand for this subnet. */
  readonly key: string;
  readonly network: INetwork;
  /** Undefined: not known before apply. */
  readonly cidr?: string;
  /** Given if the cidr is not known. @default the family of the cidr */
  readonly ipVersion?: 4 | 6;
  /** An address, or 'none'. */
  readonly gateway?: string;
}
