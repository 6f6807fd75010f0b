import type { Construct } from 'constructs';
import { ImportedNetwork, Network, type ImportedNetworkProps, type NetworkProps } from './network';
import { Tenant } from './tenant';
import type { INetwork, ITenant } from './interfaces';

export type TenantNetworkProps = NetworkProps & {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
};

export interface ImportedTenantNetworkProps extends ImportedNetworkProps {
  /** @default the tenant of the stack */
  readonly tenant?: ITenant;
}

/** A network that a tenant owns: the admin's provider makes it, in the tenant's project. */
export class TenantNetwork extends Network {
  /** A network of the tenant that something else made. */
  static fromNetworkId(scope: Construct, id: string, props: ImportedTenantNetworkProps): INetwork {
    const { tenant = Tenant.of(scope, id), ...network } = props;
    return new ImportedNetwork(scope, id, network, tenant);
  }

  constructor(scope: Construct, id: string, props: TenantNetworkProps) {
    const { tenant = Tenant.of(scope, id), ...network } = props;
    super(scope, id, network, { tenant, config: { tenantId: tenant.projectId } });
  }
}
