// Network namespaces, veth pairs and the one loopback address of a lab: everything that it has outside its folder.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run } from './command';
import type { ComputeHost, Lab } from './environment';

export const inNamespace = (namespace: string, command: readonly string[]): string[] => [
  'ip',
  'netns',
  'exec',
  namespace,
  ...command,
];

const ip = (...args: readonly string[]): string =>
  execFileSync('/usr/sbin/ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

export const hasNamespace = (name: string): boolean => existsSync(`/run/netns/${name}`);

export function listNamespaces(prefix: string): string[] {
  return ip('netns', 'list')
    .split('\n')
    .flatMap((line) => line.split(' ', 1)[0] ?? [])
    .filter((name) => name.startsWith(prefix));
}

/** Also takes a veth device of the same name out of the machine's own namespace. */
export function removeNamespace(name: string): void {
  // The kernel takes a namespace down some time later. The device goes at once, so that its name is free.
  if (existsSync(`/sys/class/net/${name}`)) ip('link', 'delete', name);
  if (hasNamespace(name)) ip('netns', 'delete', name);
}

/** A namespace that reaches the lab's address through a veth pair, with bridged packets shown to iptables. */
export async function makeHostNamespace(lab: Lab, host: ComputeHost): Promise<void> {
  const { namespace, outerAddress, innerAddress } = host;
  ip('netns', 'add', namespace);
  await batch(lab, undefined, [
    `link add ${namespace} type veth peer name mgmt netns ${namespace}`,
    `address add ${outerAddress}/30 dev ${namespace}`,
    `link set ${namespace} up`,
  ]);
  await batch(lab, namespace, [
    'link set lo up',
    `address add ${innerAddress}/30 dev mgmt`,
    'link set mgmt up',
    `route add default via ${outerAddress}`,
  ]);
  // Where the module is missing it is built in, or the next command reports it as missing.
  await run(lab, ['sh', '-c', 'modprobe -q br_netfilter || true']);
  const switches = ['iptables', 'ip6tables'].map((table) => `net.bridge.bridge-nf-call-${table}=1`);
  await run(lab, inNamespace(namespace, ['sysctl', '-qw', ...switches]));
}

/** Lines for `ip -batch`, in a namespace or in the machine's own. */
export async function batch(lab: Lab, namespace: string | undefined, lines: readonly string[]): Promise<void> {
  await run(lab, ['ip', ...(namespace ? ['-netns', namespace] : []), '-batch', '-'], { input: lines.join('\n') });
}

interface Device {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local?: string; readonly label?: string }[];
}

/** Every address of the machine's own namespace, with its label. */
export function listAddresses(): { address: string; label: string }[] {
  const devices = JSON.parse(ip('-json', 'address', 'show')) as Device[];
  return devices.flatMap(({ addr_info: found }) =>
    found.map(({ local = '', label = '' }) => ({ address: local, label })),
  );
}

/** @returns false when the address exists already. If two labs want it at once, only one gets it. */
export function addLoopbackAddress(address: string, label: string): boolean {
  try {
    ip('address', 'add', `${address}/32`, 'dev', 'lo', 'label', label);
    return true;
  } catch (error) {
    // The kernel's message before and since it gives reasons of its own.
    if (/File exists|already assigned/.test(String((error as { stderr?: string }).stderr))) return false;
    throw error;
  }
}

export function removeLoopbackAddress(address: string): void {
  ip('address', 'delete', `${address}/32`, 'dev', 'lo');
}

/** Names of the devices in a namespace. */
export async function listDevices(lab: Pick<Lab, 'folder'>, namespace: string): Promise<string[]> {
  const out = await run(lab, ['ip', '-netns', namespace, '-json', 'link', 'show']);
  return (JSON.parse(out) as Device[]).map(({ ifname }) => ifname);
}

/**
 * Takes away the namespaces of routers that hold nothing but their loopback device. An L3 agent makes them, and none of their
 * devices outlives the Open vSwitch that they are ports of.
 */
export async function removeIdleRouters(lab: Pick<Lab, 'folder'>): Promise<void> {
  for (const name of [...listNamespaces('qrouter-'), ...listNamespaces('snat-')])
    if ((await listDevices(lab, name)).every((device) => device === 'lo')) ip('netns', 'delete', name);
}
