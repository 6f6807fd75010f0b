/**
 * Which services stackward may restart, and what that costs. Only those of the control plane: they hold no session of a customer
 * and no work that a restart loses. The host program knows the same list (`RESTARTABLE`).
 */

const requests = 'requests to its API fail for some seconds';
const queued = 'nobody waits longer than some seconds: what is asked of it meanwhile waits in the queue';

/** What the restart of each costs, as a sentence of a plan ends. */
export const restartCosts: Readonly<Record<string, string>> = {
  'nova-api': requests,
  'nova-scheduler': queued,
  'nova-conductor': queued,
  'neutron-server': requests,
  'neutron-api': requests,
  'neutron-rpc-server': queued,
  'cinder-api': requests,
  'cinder-scheduler': queued,
  'glance-api': `${requests}, and uploads and downloads of images are cut off`,
  'placement-api': requests,
  'heat-api': requests,
  'heat-api-cfn': requests,
};

/** Why stackward restarts none of them, by the end of the name or the name. */
const dangers: readonly (readonly [RegExp, string])[] = [
  [/-agent$/, "it sets up the networks of servers, and its restart may interrupt customers' traffic"],
  [
    /^(openvswitch(-switch)?|ovs-vswitchd|ovsdb-server|ovn-controller|dnsmasq|keepalived|radvd)$/,
    "it carries customers' traffic, which its restart interrupts",
  ],
  [/^libvirtd?$|^virt[a-z]+d$/, 'it runs the servers of customers'],
  [/^nova-compute$/, 'its restart cuts off what it is doing to servers, such as builds and migrations'],
  [/^nova-[a-z0-9-]*proxy$/, 'its restart ends the consoles that are open'],
  [/^cinder-(volume|backup)$/, 'its restart leaves volumes stuck that it is working on'],
];

/** Why stackward does not restart the service; undefined: it may. */
export function restartDanger(service: string): string | undefined {
  if (Object.hasOwn(restartCosts, service)) return undefined;
  const danger = dangers.find(([pattern]) => pattern.test(service));
  return danger?.[1] ?? 'stackward does not know what its restart would cost';
}

/** What a restart by hand costs. */
export const costOfRestart = (service: string): string => restartDanger(service) ?? (restartCosts[service] as string);
