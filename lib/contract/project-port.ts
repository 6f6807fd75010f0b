/** The readings of one project for `stackward import`. A field that the release doesn't give is absent. */
import type { AddressRange } from './ports';

export interface ProjectQuotas {
  /** Limits that differ from the cloud's own, by the props of Quotas. */
  readonly compute: Readonly<Record<string, number>>;
  readonly network: Readonly<Record<string, number>>;
  readonly blockStorage: Readonly<Record<string, number>>;
}

export interface ProjectMember {
  readonly userId: string;
  readonly userName: string;
  readonly roles: readonly string[];
}

export interface SubnetOfProject {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly projectId: string;
  readonly cidr: string;
  readonly gateway?: string;
  readonly hasDhcp: boolean;
  readonly pools: readonly AddressRange[];
  readonly nameservers: readonly string[];
  readonly routes: readonly RouteOfProject[];
  readonly ipv6AddressMode?: string;
  readonly ipv6RaMode?: string;
}

export interface RouteOfProject {
  readonly destination: string;
  readonly nextHop: string;
}

export interface NetworkOfProject {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly description?: string;
  readonly isEnabled: boolean;
  readonly isShared: boolean;
  readonly hasPortSecurity?: boolean;
}

export interface PortOfProject {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly description?: string;
  readonly mac: string;
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly addresses: readonly { readonly subnetId: string; readonly address: string }[];
  readonly groups: readonly string[];
  readonly pairs: readonly { readonly address: string; readonly mac: string }[];
  readonly hasPortSecurity?: boolean;
  /** The trunk whose parent the port is. */
  readonly trunkId?: string;
}

export interface RouterOfProject {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly gateway?: { readonly networkId: string; readonly hasSnat?: boolean };
  readonly routes: readonly RouteOfProject[];
}

export interface RuleOfProject {
  readonly id: string;
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: string;
  readonly protocol?: string;
  readonly from?: number;
  readonly to?: number;
  readonly remotePrefix?: string;
  readonly remoteGroup?: string;
  readonly remoteAddressGroup?: string;
  readonly description?: string;
}

export interface GroupOfProject {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly rules: readonly RuleOfProject[];
}

export interface FloatingIpOfProject {
  readonly id: string;
  readonly address: string;
  readonly networkId: string;
  readonly portId?: string;
  readonly portAddress?: string;
}

export interface ServerOfProject {
  readonly id: string;
  readonly name: string;
  readonly flavorId: string;
  /** Absent: the server boots from a volume. */
  readonly imageId?: string;
  readonly keyName?: string;
  readonly volumes: readonly string[];
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly members: readonly ProjectMember[];
  /** Roles of groups, and of the deployer itself, in words. */
  readonly otherRoles: readonly string[];
  readonly quotas: ProjectQuotas;
  /** Those of the project, and those that its ports and routers use. */
  readonly networks: readonly NetworkOfProject[];
  readonly subnets: readonly SubnetOfProject[];
  readonly ports: readonly PortOfProject[];
  readonly routers: readonly RouterOfProject[];
  readonly groups: readonly GroupOfProject[];
  readonly floatingIps: readonly FloatingIpOfProject[];
  readonly servers: readonly ServerOfProject[];
}

export interface ProjectReader {
  /** @throws InvalidConfiguration unless just one project has this name or id */
  read(nameOrId: string): Promise<Project>;
}
