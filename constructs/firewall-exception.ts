import { Annotations, Token } from 'cdktf';
import { Construct } from 'constructs';
import { defined } from '../lib/basics/defined';
import { exceptionFindings, exceptionsOverlap, posingWarnings } from '../lib/synth/exception-checks';
import { chooseMethod, type BridgedClient, type ExceptionMethod, type Prefixes } from '../lib/synth/exception-method';
import { isLine } from '../lib/basics/line';
import type { FirewallExceptionSpec } from '../reconcilers/firewall-exception/spec';
import { checkTexts, requireProps } from './internal/check-props';
import { BootRestore } from './internal/boot-restore';
import { CloudStack } from './cloud-stack';
import { addFinding, declareResource } from './internal/declarations';
import type { FixedIpPort } from './fixed-ip-port';

export interface FirewallExceptionProps {
  /** The port by which the packets leave their server. */
  readonly port: FixedIpPort;
  /**
   * routed: frames bear the port's own MAC address, as a router's do. bridged: frames bear the MAC addresses of the
   * clients behind the port.
   */
  readonly mode: 'routed' | 'bridged';
  /**
   * Source addresses that the port may send from: CIDRs without host bits, or 'any'. With 'any' the port can pose as
   * its neighbours too.
   */
  readonly sources: Prefixes;
  /**
   * Where packets with these sources may go: CIDRs, or 'any'. Named destinations need the packet filter, because
   * Neutron's API can't limit them.
   */
  readonly destinations: Prefixes;
  /** One line for the person who reviews the plan. */
  readonly reason: string;
  /**
   * Only for an exception in the packet filter. bound: the rules are on the host that Neutron names at each apply.
   * candidates: the rules are on every host that the server may move to, so a migration loses no packet before the next
   * apply. @default 'bound'
   */
  readonly placement?: FirewallExceptionSpec['placement'];
  /**
   * Only with mode bridged: the clients whose frames leave by this port. From Liberty on, Neutron lets no other MAC
   * address pass. Before Liberty, nothing checks the MAC address.
   * @default none: from Liberty on, only 'any' to 'any' is possible then, with port security off
   */
  readonly clients?: readonly BridgedClient[];
}

/**
 * Lets a port send packets with a foreign source. The construct chooses the narrowest method that the release and its
 * firewall driver have. Terraform sets allowed address pairs or switches port security off; stackward keeps rules on
 * the port's host. The provider never switches port security on again by itself: write portSecurity: true when you
 * remove such an exception.
 *
 *     new FirewallException(stack, 'Vpn', {
 *       port, mode: 'routed', sources: ['10.8.0.0/24'], destinations: 'any', reason: 'clients of the VPN',
 *     });
 */
export class FirewallException extends Construct {
  /** Undefined if a finding says that no method can express the exception. */
  readonly method: ExceptionMethod['method'] | undefined;
  /** Why this method was chosen, as the end of a sentence "because …". */
  readonly because: string | undefined;

  constructor(scope: Construct, id: string, props: FirewallExceptionProps) {
    super(scope, id);
    requireProps(this, props, 'port', 'reason');
    checkTexts(this, props);
    const findings = this.check(props);
    for (const finding of findings) addFinding(this, finding);
    if (findings.length > 0) return;
    const { release, firewallDriver } = CloudStack.of(this).cloud;
    const { port, mode, sources, destinations, clients = [] } = props;
    const chosen = chooseMethod({
      release,
      firewallDriver,
      mode,
      sources,
      destinations,
      clients,
      port: { pairs: port.allowedAddressPairs.length, letsNothingIn: port.letsNothingIn },
    });
    if (mode === 'routed') this.warnOfPosing(port, sources);
    port.exceptions.push({ path: this.node.path, sources, destinations });
    if ('finding' in chosen) {
      addFinding(this, chosen.finding);
      return;
    }
    this.method = chosen.method;
    this.because = chosen.because;
    if (chosen.method === 'address-pairs') port.allowAddressPairs(this, chosen.pairs);
    else if (chosen.method === 'port-security-off') port.switchPortSecurityOff(this);
    else this.declareHook(props);
  }

  private check({ port, reason, ...wish }: FirewallExceptionProps): string[] {
    if (port.portSecurity === false)
      return [`port security is off at ${port.node.path}, so everything passes there already; leave the exception out`];
    const findings = [
      ...(reason.trim() === ''
        ? ['its reason is empty; say why it is needed, for whoever reviews the plan']
        : isLine(reason)
          ? []
          : ['its reason has a line break or another control character; write one line']),
      ...exceptionFindings(wish),
    ];
    if (findings.length > 0) return findings;
    const overlapping = port.exceptions.find((exception) => exceptionsOverlap(exception, wish));
    return overlapping
      ? [`${overlapping.path} lets some of the same pass at ${port.node.path}; make them one, or name prefixes apart`]
      : [];
  }

  /**
   * Warns that the port can pose as its neighbours. A plan of stackward says so later, but no plan does for address
   * pairs.
   */
  private warnOfPosing({ network, addresses }: FixedIpPort, sources: Prefixes): void {
    const isKnown = (text: string | undefined): text is string => text !== undefined && !Token.isUnresolved(text);
    const cidrs = network.subnets.map(({ cidr }) => cidr).filter(isKnown);
    for (const warning of posingWarnings(sources, cidrs, addresses)) Annotations.of(this).addWarning(warning);
  }

  private declareHook({
    port,
    mode,
    sources,
    destinations,
    reason,
    placement = 'bound',
  }: FirewallExceptionProps): void {
    const { release, markBit } = CloudStack.of(this).cloud;
    // chooseMethod chooses the packet filter only for these two drivers.
    const firewallDriver = CloudStack.of(this).cloud.firewallDriver as FirewallExceptionSpec['firewallDriver'];
    const copied = (prefixes: Prefixes) => (prefixes === 'any' ? prefixes : [...prefixes]);
    const spec: FirewallExceptionSpec = {
      portId: port.portId,
      mode,
      sources: copied(sources),
      destinations: copied(destinations),
      reason,
      placement,
      release,
      firewallDriver,
      ...defined({ markBit }),
    };
    declareResource(this, { kind: 'firewall-exception', spec });
    BootRestore.of(this).add(this, { portId: port.portId, placement, firewallDriver });
  }
}
