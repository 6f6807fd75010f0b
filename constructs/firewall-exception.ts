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
  /** By which the packets leave their server. */
  readonly port: FixedIpPort;
  /** routed: frames bear the port's own MAC address, as a router's do. bridged: they bear those of the clients behind it. */
  readonly mode: 'routed' | 'bridged';
  /** CIDRs without host bits of what may be sent from the port, or the word 'any': then it can pose as its neighbours too. */
  readonly sources: Prefixes;
  /** CIDRs of what that may be sent to, or 'any'. Neutron's API can't narrow this, so naming them takes the packet filter. */
  readonly destinations: Prefixes;
  /** One line, for whoever reviews the plan. */
  readonly reason: string;
  /**
   * Only of what takes the packet filter. candidates: the rules are on every host that the server may move to, so a
   * migration loses nothing before the next apply. @default 'bound', the host that Neutron names at each apply
   */
  readonly placement?: FirewallExceptionSpec['placement'];
  /**
   * Bridged only: who sends what leaves by this port. From Liberty on Neutron lets nobody else's MAC address pass;
   * before, nothing looks at it. @default none: from Liberty on 'any' to 'any' alone, with port security off
   */
  readonly clients?: readonly BridgedClient[];
}

/**
 * Lets a port send what has a foreign source, by the narrowest means that the release and its firewall driver have:
 * allowed address pairs, or port security off, both by Terraform; or else rules on the port's host, kept by stackward.
 * Port security stays off when the exception goes: the provider keeps what nobody names, so say portSecurity: true then.
 *
 *     new FirewallException(stack, 'Vpn', {
 *       port, mode: 'routed', sources: ['10.8.0.0/24'], destinations: 'any', reason: 'clients of the VPN',
 *     });
 */
export class FirewallException extends Construct {
  /** Undefined where a finding says that there is none. */
  readonly method: ExceptionMethod['method'] | undefined;
  /** Why this one: the end of "because …". */
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
      ...{ release, firewallDriver, mode, sources, destinations, clients },
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

  /** Of what a plan would say later, and of address pairs no plan says. */
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
    // chooseMethod takes the hook with these two alone.
    const firewallDriver = CloudStack.of(this).cloud.firewallDriver as FirewallExceptionSpec['firewallDriver'];
    const copied = (prefixes: Prefixes) => (prefixes === 'any' ? prefixes : [...prefixes]);
    const spec: FirewallExceptionSpec = {
      ...{ portId: port.portId, mode, sources: copied(sources), destinations: copied(destinations), reason, placement },
      ...{ release, firewallDriver },
      ...defined({ markBit }),
    };
    declareResource(this, { kind: 'firewall-exception', spec });
    BootRestore.of(this).add(this, { portId: port.portId, placement, firewallDriver });
  }
}
