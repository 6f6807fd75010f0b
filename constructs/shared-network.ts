import type { Construct } from 'constructs';
import { defined } from '../lib/basics/defined';
import { ImportedNetwork, Network, type ImportedNetworkProps, type NetworkProps } from './network';
import type { INetwork } from './interfaces';

/** The network's place in the data centre: Neutron's `provider:*` attributes. */
export interface ProviderSegment {
  /** `vlan`, `flat`, `vxlan`, `gre`, `geneve`, `local`. */
  readonly networkType: string;
  /** The name of the physical network in ML2's bridge mappings. @default none, for tunnels */
  readonly physicalNetwork?: string;
  /** VLAN id, or the id of the tunnel. @default Neutron picks one */
  readonly segmentationId?: number;
}

export type SharedNetworkProps = NetworkProps & {
  /**
   * Lets every tenant make ports in the network. While another project has a port there, Neutron refuses to end the
   * sharing (409 InvalidSharedSetting). Without sharing, only an administrator can make ports of other projects there.
   * @default true
   */
  readonly shared?: boolean;
  /** Lets routers use it as their gateway, and floating IPs come from it. @default false */
  readonly external?: boolean;
  /** @default as ML2 is set up */
  readonly segment?: ProviderSegment;
};

/** A network of the cloud's own, for all tenants: a public one, a management one. */
export class SharedNetwork extends Network {
  /** A network of the cloud that something else made. */
  static fromNetworkId(scope: Construct, id: string, props: ImportedNetworkProps): INetwork {
    return new ImportedNetwork(scope, id, props, undefined);
  }

  constructor(scope: Construct, id: string, props: SharedNetworkProps) {
    const { shared = true, external, segment, ...network } = props;
    const segments = segment && [{ ...segment }];
    super(scope, id, network, { tenant: undefined, config: { shared, ...defined({ external, segments }) } });
  }
}
