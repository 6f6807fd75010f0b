/** The contract on the lab's Neutron, through its API. */
import { NeutronApi } from '../../adapters/openstack/neutron-api';
import { LabCloud, type LabSubnet } from '../support/lab-cloud';
import { networkContract, type NetworkBench } from './network-suite';

async function open(): Promise<NetworkBench> {
  const cloud = new LabCloud('network-contract');
  await cloud.clean();
  const subnets = new Map<string, LabSubnet>();
  const getSubnet = (id: string): LabSubnet => {
    const subnet = subnets.get(id);
    if (!subnet) throw new Error(`this suite made no subnet ${id}`);
    return subnet;
  };
  return {
    writer: new NeutronApi(cloud.admin),
    member: new NeutronApi(cloud.member),
    async createSubnet({ cidr, gateway, pools }, networkId) {
      const version = cidr.includes(':') ? 6 : 4;
      const body = { cidr, ip_version: version, gateway_ip: gateway, allocation_pools: pools } as const;
      const subnet = networkId === undefined ? await cloud.subnet(body) : await cloud.addSubnet(networkId, body);
      subnets.set(subnet.id, subnet);
      return subnet;
    },
    createPort: (id, address) => cloud.port(getSubnet(id), address),
    bindPort: (id, host) => cloud.boundPort(getSubnet(id), host),
    rename: (id, name) => cloud.updateSubnet(getSubnet(id), { name }),
    async close() {
      await cloud.clean();
      await cloud.close();
    },
  };
}

networkContract('the API of a real Neutron', open);
