/** What other constructs ask of a tenant, a network and a subnet, whether the code makes them or names them. */
import type { ITerraformDependable } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { OpenstackProvider } from '@cdktf/provider-openstack/lib/provider';

/** A project of OpenStack that owns networks, ports and servers. */
export interface ITenant extends IConstruct {
  readonly projectId: string;
  /** The same for each construct that stands for this project. */
  readonly key: string;
  /** Scoped to the project: what boots its servers. Usable in the stack of the tenant alone. */
  readonly provider: OpenstackProvider;
  /** What must be there before the service makes anything in the project, as far as it is in the same stack as `scope`. */
  dependenciesFor(scope: IConstruct, service: 'network' | 'compute'): ITerraformDependable[];
}

export interface INetwork extends IConstruct {
  readonly networkId: string;
  /** Asked of Neutron, where only the id is known. */
  readonly networkName: string;
  /** The same for each construct that stands for this network. */
  readonly key: string;
  /** The first is the one that addresses come from where nothing else is said. */
  readonly subnets: readonly ISubnet[];
}

export interface ISubnet {
  readonly subnetId: string;
  /** The same for each construct that stands for this subnet. */
  readonly key: string;
  readonly network: INetwork;
  /** Undefined: not known before apply. */
  readonly cidr?: string;
  /** Said where the cidr is not known. @default that of the cidr */
  readonly ipVersion?: 4 | 6;
  /** An address, or 'none'. */
  readonly gateway?: string;
}
