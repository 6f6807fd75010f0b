/**
 * The services that stackward may restart, and what a restart costs. They are services of the control plane that have
 * no sessions of customers, and no work that a restart would lose. The host program has the same list (`RESTARTABLE`).
 */

const requests = 'requests to its API fail for some seconds';
const queued = 'requests to it wait in the queue for some seconds';

/** What a restart of each service costs; the text is the end of a sentence in a plan. */
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

/** Services that stackward never restarts, by name or by the end of the name, with the reason. */
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

/** Why stackward does not restart the service; undefined if it may. */
export function restartDanger(service: string): string | undefined {
  if (Object.hasOwn(restartCosts, service)) return undefined;
  const danger = dangers.find(([pattern]) => pattern.test(service));
  return danger?.[1] ?? 'stackward does not know what its restart would cost';
}

/** What a restart by hand costs. */
export const costOfRestart = (service: string): string => restartDanger(service) ?? (restartCosts[service] as string);
