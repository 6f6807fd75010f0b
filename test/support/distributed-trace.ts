/**
 * The recorded floating IP as a distributed router of Neutron has it. Names, rules and routes are those of
 * neutron/agent/l3/dvr_local_router.py, dvr_fip_ns.py and dvr_edge_router.py (Zed).
 */
import type { RouterAgent } from '../../lib/contract/trace-ports';
import { defined } from '../../lib/basics/defined';
import { recorded, type Recorded } from './recorded-trace';

const [compute, network] = ['cnode01', 'cnode02'];
const agentId = '5c1f0a52-7f0e-4d0c-9d53-3a1b4a1f5e01';
const link = (name: string): string =>
  `9: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\\    link/ether fa:16:3e:00:00:09 brd ff:ff:ff:ff:ff:ff\n`;
const printed = (stdout: string) => ({ ok: true as const, value: { code: 0, stdout, stderr: '', text: '' } });

export const agentOf = (host: string, mode?: RouterAgent['mode']): RouterAgent => ({
  id: agentId,
  host,
  isAlive: true,
  isEnabled: true,
  ...defined({ mode }),
});

/** The router translates on the host of the server, behind `fip-…`. */
export function distributed(mode: RouterAgent['mode'] = 'dvr'): Recorded {
  const given = recorded();
  const { answers, hosts } = given;
  const { router, port, portsOfDevice } = answers;
  const [gateway, inner] = portsOfDevice as [(typeof portsOfDevice)[0], (typeof portsOfDevice)[0]];
  const { address, networkId } = answers.floatingIps[0]!;
  router.isDistributed = true;
  inner.deviceOwner = 'network:router_interface_distributed';
  answers.routerAgents = [agentOf(network!, 'dvr_snat')];
  answers.l3AgentsOn = [agentOf(compute!, mode)];
  const front = {
    ...gateway,
    id: 'c0ffee00-256b-4b0d-8de1-9969e19e9edf',
    deviceId: agentId,
    deviceOwner: 'network:floatingip_agent_gateway',
    host: compute!,
    fixedIps: [{ subnetId: gateway.fixedIps[0]!.subnetId, address: '198.51.100.30' }],
  };
  portsOfDevice.push(front);
  const [qr, fg] = [`qr-${inner.id.slice(0, 11)}`, `fg-${front.id.slice(0, 11)}`];
  const [rfp, fpr] = [`rfp-${router.id.slice(0, 10)}`, `fpr-${router.id.slice(0, 10)}`];
  const here = hosts[`host:${compute}`]!;
  const fixed = port.fixedIps[0]!.address;
  const inside = (namespace: string, lines: Readonly<Record<string, string>>): void => {
    for (const [command, text] of Object.entries(lines)) here[`ip netns exec ${namespace} ${command}`] = printed(text);
  };
  here['ip netns list'] = printed(`qrouter-${router.id} (id: 0)\nfip-${networkId} (id: 1)\n`);
  inside(`qrouter-${router.id}`, {
    'ip -s -o link': link(qr) + link(`${rfp}@if3`),
    'ip -o addr show': `9: ${qr}    inet 10.31.0.1/24 scope global ${qr}\n8: ${rfp}    inet 169.254.31.28/31 scope global ${rfp}\n`,
    'ip route show': `10.31.0.0/24 dev ${qr} proto kernel scope link\n`,
    'ip neigh show': `${fixed} dev ${qr} lladdr ${port.mac} PERMANENT\n`,
    'iptables-save -c -t nat': `*nat\n:PREROUTING ACCEPT [0:0]\n[0:0] -A PREROUTING -j neutron-l3-agent-PREROUTING\n[0:0] -A POSTROUTING -j neutron-postrouting-bottom\n[2:168] -A neutron-l3-agent-PREROUTING -d ${address}/32 -i ${rfp} -j DNAT --to-destination ${fixed}\n[0:0] -A neutron-l3-agent-float-snat -s ${fixed}/32 -j SNAT --to-source ${address} --random-fully\n[0:0] -A neutron-l3-agent-snat -j neutron-l3-agent-float-snat\n[0:0] -A neutron-postrouting-bottom -j neutron-l3-agent-snat\nCOMMIT\n`,
  });
  inside(`fip-${networkId}`, {
    'ip -s -o link': link(fg) + link(`${fpr}@if2`),
    'ip -o addr show': `9: ${fg}    inet 198.51.100.30/24 scope global ${fg}\n`,
    'ip route show': `default via 198.51.100.1 dev ${fg} \n${address} via 169.254.31.28 dev ${fpr} \n`,
    'ip neigh show': '',
    'iptables-save -c -t nat': '',
  });
  for (const device of [qr, fg]) plug(given, compute!, device);
  return given;
}

/** The router translates in `snat-…` on the network node, since the agent of the server's host has no way outside. */
export function centralized(): Recorded {
  const given = distributed('dvr_no_external');
  const { answers, hosts } = given;
  const inner = answers.portsOfDevice.find(({ deviceOwner }) => deviceOwner.endsWith('_distributed'))!;
  const central = {
    ...inner,
    id: 'beef0000-8ce9-453f-901b-b78d225ae368',
    deviceOwner: 'network:router_centralized_snat',
  };
  answers.portsOfDevice.push(central);
  const renamed = (text: string): string =>
    text
      .replaceAll(`qrouter-${answers.router.id}`, `snat-${answers.router.id}`)
      .replaceAll(/\bqr-[0-9a-f-]{11}/g, 'sg-beef0000-8c');
  hosts[`host:${network}`] = JSON.parse(renamed(JSON.stringify(hosts[`host:${network}`]))) as never;
  return given;
}

/** A device becomes a port of br-int, in the VLAN of a port that is there. */
function plug(given: Recorded, host: string, device: string): void {
  const outcomes = given.hosts[`host:${host}`]!;
  const tableOf = (what: string) => {
    const { value } = outcomes[`ovs-vsctl --format=json list ${what}`] as { value: { stdout: string } };
    const table = JSON.parse(value.stdout) as { headings: string[]; data: unknown[][] };
    const cell = (row: unknown[], name: string): unknown => row[table.headings.indexOf(name)];
    const write = (): void => {
      value.stdout = JSON.stringify(table);
    };
    return { table, cell, write };
  };
  const ports = tableOf('port');
  const model = ports.table.data.find((row) => String(ports.cell(row, 'name')).startsWith('qvo'))!;
  const row = [...model];
  const id = `00000000-0000-0000-0000-${device
    .replaceAll(/[^0-9a-f]/g, '')
    .padStart(12, '0')
    .slice(-12)}`;
  row[ports.table.headings.indexOf('_uuid')] = ['uuid', id];
  row[ports.table.headings.indexOf('name')] = device;
  ports.table.data.push(row);
  ports.write();
  const bridges = tableOf('bridge');
  const bridge = bridges.table.data.find((each) => bridges.cell(each, 'name') === 'br-int')!;
  (bridges.cell(bridge, 'ports') as [string, unknown[]])[1].push(['uuid', id]);
  bridges.write();
}
