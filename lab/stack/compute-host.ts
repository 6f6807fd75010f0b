// A compute host's network side: a namespace of its own with Open vSwitch and the real Neutron agent. Open vSwitch and
// the devices that are plugged into it live as long as the namespace. They are made anew together, never repaired.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Cloud } from '../cloud';
import { run } from '../command';
import { renderIni, type Component, type Declare } from '../declaration';
import type { ComputeHost, Lab } from '../environment';
import { findRunning, stopServices } from '../supervisor';
import { inNamespace, makeHostNamespace, removeNamespace } from '../namespaces';
import { noHeartbeats, transportUrl } from './broker';
import { consoleScript, privsepHelpers } from './python';

export const ovsFolder = (lab: Lab, host: ComputeHost): string => join(lab.folder, 'ovs', host.name);
export const vswitchService = (host: string): string => `ovs-vswitchd-${host}`;
export const l3AgentService = (host: string): string => `neutron-l3-agent-${host}`;
export const agentService = (host: string): string => `neutron-agent-${host}`;

/** Runs ovs-vsctl on a host; it returns when ovs-vswitchd has done what was asked. */
export async function ovsVsctl(lab: Lab, host: ComputeHost, ...args: readonly string[]): Promise<void> {
  const database = `--db=unix:${join(ovsFolder(lab, host), 'db.sock')}`;
  await run(lab, inNamespace(host.namespace, ['ovs-vsctl', database, '--timeout=20', ...args]));
}

export const computeHosts: Declare = (lab) => {
  const cloud = new Cloud(lab);
  const parts = lab.hosts.map((host) => computeHost(lab, host, cloud));
  return {
    files: parts.flatMap(({ files }) => files ?? []),
    steps: parts.flatMap(({ steps }) => steps ?? []),
    services: parts.flatMap(({ services }) => services ?? []),
  };
};

function computeHost(lab: Lab, host: ComputeHost, cloud: Cloud): Component {
  const ovs = ovsFolder(lab, host);
  const environment = { OVS_RUNDIR: ovs, OVS_DBDIR: ovs, OVS_LOGDIR: ovs };
  const database = `ovsdb-${host.name}`;
  const vswitch = vswitchService(host.name);
  const agentConfig = `etc/neutron/agent-${host.name}.conf`;
  return {
    files: [{ path: agentConfig, text: agentConf(lab, host) }],
    steps: [
      {
        name: `namespace-${host.name}`,
        needs: [],
        run: () => ensureNamespace(lab, host, [agentService(host.name), vswitch, database]),
      },
    ],
    services: [
      {
        name: database,
        needs: [`namespace-${host.name}`],
        command: inNamespace(host.namespace, [
          'ovsdb-server',
          join(ovs, 'conf.db'),
          `--remote=punix:${join(ovs, 'db.sock')}`,
          `--unixctl=${join(ovs, 'ovsdb.ctl')}`,
        ]),
        environment,
        isReady: () => ovsVsctl(lab, host, '--no-wait', 'init').then(() => true),
      },
      {
        name: vswitch,
        needs: [database],
        command: inNamespace(host.namespace, [
          // Options as ovs-ctl sets them. In userspace it carries every packet, whatever else this machine does.
          ...['nice', '-n', '-10'],
          'ovs-vswitchd',
          `unix:${join(ovs, 'db.sock')}`,
          `--unixctl=${join(ovs, 'vswitchd.ctl')}`,
        ]),
        environment,
        isReady: () =>
          ovsVsctl(
            lab,
            host,
            '--may-exist',
            'add-br',
            'br-ex',
            '--',
            'set',
            'bridge',
            'br-ex',
            'datapath_type=netdev',
          ).then(() => true),
      },
      {
        name: agentService(host.name),
        needs: [vswitch, 'neutron-server', 'catalogue'],
        command: inNamespace(
          host.namespace,
          consoleScript(
            lab,
            'neutron-openvswitch-agent=neutron.cmd.eventlet.plugins.ovs_neutron_agent:main',
            `--config-file=${join(lab.folder, agentConfig)}`,
          ),
        ),
        environment: { ...environment, ...privsepHelpers(lab, join(lab.folder, agentConfig)) },
        isReady: (startedAt) => hasReported(cloud, host, 'neutron-openvswitch-agent', startedAt),
      },
    ],
  };
}

/** The server counts an agent as alive for a while after its end: the report must be of this very process. */
export async function hasReported(cloud: Cloud, host: ComputeHost, binary: string, startedAt: Date): Promise<boolean> {
  const agents = await cloud.listAgents();
  const agent = agents.find((each) => each.host === host.name && each.binary === binary);
  if (!agent?.alive) return false;
  const reportedAt = Date.parse(`${agent.started_at.replace(' ', 'T')}Z`);
  return reportedAt >= Math.floor(startedAt.getTime() / 1000) * 1000;
}

async function ensureNamespace(lab: Lab, host: ComputeHost, services: readonly string[]): Promise<boolean> {
  const [, ...switches] = services;
  if (switches.every((name) => findRunning(lab, name))) return false;
  await stopServices(lab, [l3AgentService(host.name), ...services]);
  removeNamespace(host.namespace);
  const folder = ovsFolder(lab, host);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run(lab, ['ovsdb-tool', 'create', join(folder, 'conf.db'), '/usr/share/openvswitch/vswitch.ovsschema']);
  await makeHostNamespace(lab, host);
  return true;
}

function agentConf(lab: Lab, host: ComputeHost): string {
  const state = join(lab.folder, 'neutron', host.name);
  return renderIni({
    DEFAULT: { host: host.name, transport_url: transportUrl(lab, lab.address), state_path: state },
    ovs: {
      ovsdb_connection: `unix:${join(ovsFolder(lab, host), 'db.sock')}`,
      // Open vSwitch in userspace needs no kernel module.
      datapath_type: 'netdev',
      integration_bridge: 'br-int',
      bridge_mappings: 'physnet1:br-ex',
    },
    agent: {
      // The agent is root already.
      root_helper: 'env',
      // If an event of another port comes before its monitor tells of its own, a starting agent sees no port in its
      // first loop. It then removes their flows and numbers the local VLANs anew, so packets of every kind are lost.
      // With this setting the agent looks for the ports itself.
      minimize_polling: false,
    },
    securitygroup: { enable_security_group: true, enable_ipset: true, firewall_driver: 'iptables_hybrid' },
    oslo_messaging_rabbit: noHeartbeats,
    oslo_concurrency: { lock_path: join(state, 'lock') },
  });
}
