/**
 * Globex's firewall with a guest on either side: real packets from a client on green through the UTM to a server on
 * red. They pass the taps and the packet filter of a compute host whose Neutron agent goes on working.
 */
import { LabCloud } from '../test/support/lab-cloud';
import { changeGroup } from '../test/support/lab-churn';
import { agentChain, LabGuests, type LabPort } from '../test/support/lab-guests';
import { PacketFlows } from '../test/support/packet-flows';

/** The host to which main.ts forces Globex's UTM. */
const host = 'cnode02';
const clients = '10.20.1.0/24';
/** Packets of one flow: ten minutes at 200 a second, longer than the demo. */
const limit = 120_000;

interface ApiPort {
  readonly id: string;
  readonly mac_address: string;
  readonly network_id: string;
  readonly security_groups: readonly string[];
  readonly fixed_ips: readonly { readonly ip_address: string; readonly subnet_id: string }[];
}

export class Transit {
  private constructor(
    private readonly cloud: LabCloud,
    private readonly guests: LabGuests,
    private readonly group: string,
    /** The UTM's address on red. */
    private readonly red: LabPort,
    private readonly flows: PacketFlows<'client'>,
  ) {}

  /** Plugs the UTM's ports as Nova would, and a client and a server beside it. */
  static async start(): Promise<Transit> {
    const cloud = new LabCloud('demo');
    const guests = new LabGuests(cloud);
    await guests.clean();
    const green = await findPort(cloud, 'globex-utm-green');
    const red = await findPort(cloud, 'globex-utm-red');
    const group = await guests.openGroup();
    const there = [{ on: subnetOf(green) }, { on: subnetOf(red) }];
    const [client, server] = (await guests.ports(host, group, there)) as [LabPort, LabPort];
    const [greenPort, redPort] = [portOf(green), portOf(red)];
    const utm = await guests.boot(host, greenPort, redPort);
    await guests.forward(utm);
    const [clientGuest, serverGuest] = [await guests.boot(host, client), await guests.boot(host, server)];
    await guests.route(clientGuest, 'default', greenPort.address);
    await guests.untilActive([client, server]);
    const flow = { from: clientGuest, source: client.address, to: serverGuest, address: server.address };
    return new Transit(cloud, guests, group, redPort, new PacketFlows({ client: flow }, limit));
  }

  /** Whether the server receives any of the next 200 packets, which take a second. */
  async passes(): Promise<boolean> {
    const before = await this.flows.now();
    await this.flows.untilSent(200);
    return (await this.flows.now()).client.received > before.client.received;
  }

  /**
   * The operator's own method: a rule at the top of the agent's chain. Returns the rule as a command once packets
   * arrive. The agent may wipe it at once, because it still has changes to write for the ports that were just plugged.
   */
  async allowByHand(): Promise<string> {
    const rule = ['iptables', '-I', agentChain('s', this.red), '2', '-s', clients, '-j', 'RETURN'];
    await this.guests.onHost(host, ...rule);
    await this.flows.untilReceived('client');
    return rule.join(' ');
  }

  /** Somebody changes a security group. Returns when packets no longer arrive. */
  async untilWiped(): Promise<void> {
    await Promise.all([
      changeGroup(this.guests, this.group, 2, AbortSignal.timeout(30_000)),
      this.flows.untilSilent('client', 100),
    ]);
  }

  /** Changes groups twelve times, and counts the client's packets that were lost meanwhile. */
  async churn(): Promise<{ sent: number; lost: number }> {
    await this.flows.mark('before');
    await changeGroup(this.guests, this.group, 12, AbortSignal.timeout(60_000));
    await this.flows.mark('after');
    await this.flows.untilSent(20);
    await this.flows.stop();
    const { sent, received } = this.flows.between('client', 'before', 'after');
    return { sent, lost: sent - received };
  }

  untilPassing(): Promise<void> {
    return this.flows.untilReceived('client');
  }

  async close(): Promise<void> {
    await this.flows.stop();
    await this.guests.unplug(host, this.red);
    await this.guests.clean();
    await this.cloud.close();
  }
}

async function findPort(cloud: LabCloud, name: string): Promise<ApiPort> {
  const { ports } = await cloud.admin.call<{ ports: ApiPort[] }>('network', `/v2.0/ports?name=${name}`);
  if (!ports[0]) throw new Error(`there is no port ${name}`);
  return ports[0];
}

const addressOf = (port: ApiPort): ApiPort['fixed_ips'][number] => {
  const ipv4 = port.fixed_ips.find(({ ip_address }) => !ip_address.includes(':'));
  if (!ipv4) throw new Error(`port ${port.id} has no IPv4 address`);
  return ipv4;
};
const subnetOf = (port: ApiPort) => ({ id: addressOf(port).subnet_id, networkId: port.network_id });
const portOf = (port: ApiPort): LabPort => ({
  id: port.id,
  mac: port.mac_address,
  networkId: port.network_id,
  address: addressOf(port).ip_address,
  ipv6: undefined,
});
