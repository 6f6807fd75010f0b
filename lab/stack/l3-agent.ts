// A real L3 agent on one of the compute hosts. It makes routers as namespaces of this machine, with real NAT. Nothing of the
// lab needs it, so it runs only where a test or the demo asks for it.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Cloud } from '../cloud';
import { LabError } from '../command';
import { renderIni, type Declare } from '../declaration';
import type { ComputeHost, Lab } from '../environment';
import { noHeartbeats, transportUrl } from './broker';
import { hasReported, l3AgentService, ovsFolder, vswitchService } from './compute-host';
import { consoleScript, privsepHelpers } from './python';
import { findRunning, stopServices } from '../supervisor';

export const L3_HOST = 'cnode02';
export const l3Service = l3AgentService(L3_HOST);

export const l3Agent: Declare = (lab) => {
  const host = lab.hosts.find(({ name }) => name === L3_HOST);
  if (!host) throw new LabError(`The L3 agent's host ${L3_HOST} is no compute host of the lab.`);
  const path = `etc/neutron/l3-agent-${host.name}.conf`;
  const configFile = join(lab.folder, path);
  const cloud = new Cloud(lab);
  return {
    files: [{ path, text: l3Conf(lab, host) }],
    steps: [
      {
        name: 'idle-l3-agent',
        needs: ['neutron-server', 'catalogue'],
        run: async () => {
          if (findRunning(lab, l3Service) || !existsSync(stateFolder(lab))) return false;
          await forget(lab);
          return true;
        },
      },
    ],
    services: [
      {
        name: l3Service,
        isOptional: true,
        needs: [vswitchService(host.name), 'neutron-server', 'catalogue'],
        // `ip netns exec` would give it mounts of its own, and nobody else would see the namespaces that it adds.
        command: [
          'nsenter',
          `--net=/run/netns/${host.namespace}`,
          '--',
          ...consoleScript(lab, 'neutron-l3-agent=neutron.cmd.eventlet.agents.l3:main', `--config-file=${configFile}`),
        ],
        environment: privsepHelpers(lab, configFile),
        isReady: (startedAt) => hasReported(cloud, host, 'neutron-l3-agent', startedAt),
      },
    ],
  };
};

const stateFolder = (lab: Lab): string => join(lab.folder, 'neutron', `l3-${L3_HOST}`);

/** Ends it, and Neutron's record of it, which would stay as that of a dead agent. */
export async function endL3Agent(lab: Lab): Promise<void> {
  await stopServices(lab, [l3Service]);
  await forget(lab);
}

async function forget(lab: Lab): Promise<void> {
  const cloud = new Cloud(lab);
  for (const { id, host, binary } of await cloud.listAgents())
    if (host === L3_HOST && binary === 'neutron-l3-agent') await cloud.request('neutron', 'DELETE', `/agents/${id}`);
  rmSync(stateFolder(lab), { recursive: true, force: true });
}

function l3Conf(lab: Lab, host: ComputeHost): string {
  const state = stateFolder(lab);
  return renderIni({
    DEFAULT: {
      host: host.name,
      transport_url: transportUrl(lab, lab.address),
      state_path: state,
      interface_driver: 'openvswitch',
      agent_mode: 'legacy',
      // The metadata proxy would need haproxy.
      enable_metadata_proxy: false,
    },
    ovs: { ovsdb_connection: `unix:${join(ovsFolder(lab, host), 'db.sock')}`, integration_bridge: 'br-int' },
    agent: { root_helper: 'env' },
    oslo_messaging_rabbit: noHeartbeats,
    oslo_concurrency: { lock_path: join(state, 'lock') },
  });
}
