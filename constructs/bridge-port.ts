import { Construct } from 'constructs';
import { defined } from '../lib/basics/defined';
import { usesIptables } from '../lib/openstack/firewall-driver';
import type { BridgePortDeclared } from '../reconcilers/bridge-port/spec';
import { checkTexts, requireProps } from './internal/check-props';
import { CloudStack } from './cloud-stack';
import { addFinding, claim, declareResource } from './internal/declarations';
import type { FixedIpPort } from './fixed-ip-port';

export interface BridgePortProps extends Omit<BridgePortDeclared, 'portId'> {
  readonly port: FixedIpPort;
}

/**
 * Flags of a port on its Linux bridge. Each boot of the server resets them, so stackward sets them again on the host
 * where the server is.
 *
 *     new BridgePort(stack, 'WebPort', { port: web, hairpin: false });
 */
export class BridgePort extends Construct {
  constructor(scope: Construct, id: string, props: BridgePortProps) {
    super(scope, id);
    requireProps(this, props, 'port');
    checkTexts(this, props);
    const { port, hairpin, learning, flood } = props;
    const flags = defined({ hairpin, learning, flood });
    const { firewallDriver } = CloudStack.of(this).cloud;
    if (!usesIptables(firewallDriver))
      addFinding(
        this,
        `with the firewall driver ${firewallDriver} no port is on a Linux bridge, so it has no such flags; leave it out`,
      );
    if (Object.keys(flags).length === 0) addFinding(this, 'it names no flag; give hairpin, learning or flood');
    claim(this, `the bridge port of ${port.node.path}`);
    const spec: BridgePortDeclared = { portId: port.portId, ...flags };
    declareResource(this, { kind: 'bridge-port', spec });
  }
}
