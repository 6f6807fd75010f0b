/** The transit of a UTM as exceptions at the NICs by which it leaves. */
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import type { FixedIpPort } from './fixed-ip-port';
import { addFinding } from './internal/declarations';
import { FirewallException, type FirewallExceptionProps } from './firewall-exception';

/** NICs by which transit may leave. */
const transitNics = ['green', 'orange', 'red'] as const;
type TransitNic = (typeof transitNics)[number];
/** The NICs towards the tenant's own networks. */
const inside = ['green', 'orange'] as const;

/** Transit that may leave by one NIC although its source is foreign. */
export type UtmTransitProps = Omit<FirewallExceptionProps, 'port' | 'mode'>;

export type UtmTransit = 'nics' | Partial<Record<TransitNic, UtmTransitProps>>;

type Ports = Partial<Record<TransitNic, FixedIpPort>>;

/** Makes an exception `Transit/<Nic>` below the UTM for each NIC. */
export function makeTransit(utm: Construct, mode: 'bridged' | 'routed', ports: Ports, transit: UtmTransit): void {
  const scope = new Construct(utm, 'Transit');
  const wanted = transit === 'nics' ? fromNics(utm, mode, ports) : transit;
  for (const nic of transitNics) {
    const props = wanted[nic];
    const port = ports[nic];
    if (props && !port) addFinding(utm, `its transit names ${nic}, and it has no such NIC; add one, or leave it out`);
    // Packets that come from the bridge and leave by red are routed.
    else if (props && port)
      new FirewallException(scope, `${nic.charAt(0).toUpperCase()}${nic.slice(1)}`, {
        ...props,
        port,
        mode: nic === 'red' ? 'routed' : mode,
      });
  }
}

/**
 * Opens each NIC that filters for the subnets of the other inside NICs; in mode bridged, for the subnets of the whole
 * segment.
 */
function fromNics(
  utm: Construct,
  mode: 'bridged' | 'routed',
  ports: Ports,
): Partial<Record<TransitNic, UtmTransitProps>> {
  const transit: { [nic in TransitNic]?: UtmTransitProps } = {};
  for (const nic of transitNics) {
    const port = ports[nic];
    if (!port || port.portSecurity === false) continue;
    const others = inside.filter((inner) => ports[inner] && (mode === 'bridged' || inner !== nic));
    const sources = [...new Set(others.flatMap((inner) => cidrsOf(utm, ports[inner])))];
    if (sources.length > 0)
      transit[nic] = {
        sources,
        destinations: 'any',
        reason: `what a ${mode} UTM passes on from ${others.join(' and ')}`,
      };
  }
  const isOpen = transitNics.some((nic) => ports[nic]?.passesForeignFrames);
  if (Object.keys(transit).length === 0 && !isOpen)
    addFinding(
      utm,
      `transit 'nics' opens nothing: it passes on what comes from green or orange to another NIC; add one, or leave transit out`,
    );
  return transit;
}

function cidrsOf(utm: Construct, port: FixedIpPort | undefined): string[] {
  return (port?.network.subnets ?? []).flatMap(({ cidr }) => {
    if (cidr !== undefined && !Token.isUnresolved(cidr)) return [cidr];
    addFinding(
      utm,
      `transit 'nics' needs the cidr of each subnet of ${port?.network.node.path}; give it, or name the sources`,
    );
    return [];
  });
}
