/**
 * Finds the service of a queue by the queue's name, which consists of the service's topic, a host, and for answers an
 * id. Pure.
 */

export interface QueueOwner {
  /**
   * The readers of the queue. `service`: any process of the service. `host`: the process on that host. `fanout`,
   * `reply`: a single process, and the queue is deleted with it. `notifications`: programs that meter or audit.
   * `unknown`: another program.
   */
  readonly kind: 'service' | 'host' | 'fanout' | 'reply' | 'notifications' | 'unknown';
  readonly service?: string;
  readonly host?: string;
  /** The option in the service's configuration that names the queue. */
  readonly option?: string;
}

interface Topic {
  readonly service: string;
  readonly option: string;
}

const inCode = 'the code of the service; no option';
const topic = (service: string, option = inCode): Topic => ({ service, option });

/** The options for topics were removed in Ocata and Pike; the topics' names stayed. */
const topics: Readonly<Record<string, Topic>> = {
  conductor: topic('nova-conductor', 'nova.conf [conductor] topic (up to Newton)'),
  scheduler: topic('nova-scheduler', 'nova.conf [DEFAULT] scheduler_topic (up to Newton)'),
  compute: topic('nova-compute', 'nova.conf [DEFAULT] host, compute_topic (up to Pike)'),
  network: topic('nova-network', 'nova.conf [DEFAULT] network_topic'),
  cert: topic('nova-cert', 'nova.conf [DEFAULT] cert_topic'),
  console: topic('nova-console', 'nova.conf [DEFAULT] console_topic'),
  consoleauth: topic('nova-consoleauth', 'nova.conf [DEFAULT] consoleauth_topic'),
  'q-plugin': topic('neutron-server'),
  'q-reports-plugin': topic('neutron-server'),
  'q-server-resource-versions': topic('neutron-server'),
  'q-l3-plugin': topic('neutron-server'),
  'q-metering-plugin': topic('neutron-server'),
  'q-firewall-plugin': topic('neutron-server'),
  'q-lbaas-plugin': topic('neutron-server'),
  l3_agent: topic('neutron-l3-agent', 'neutron.conf [DEFAULT] host'),
  dhcp_agent: topic('neutron-dhcp-agent', 'neutron.conf [DEFAULT] host'),
  metering_agent: topic('neutron-metering-agent', 'neutron.conf [DEFAULT] host'),
  'q-agent-notifier-port-update': topic('network agents'),
  'q-agent-notifier-network-delete': topic('network agents'),
  'q-agent-notifier-network-update': topic('network agents'),
  'q-agent-notifier-port-delete': topic('network agents'),
  'q-agent-notifier-security_group-update': topic('network agents'),
  'cinder-scheduler': topic('cinder-scheduler', 'cinder.conf [DEFAULT] scheduler_topic'),
  'cinder-volume': topic('cinder-volume', 'cinder.conf [DEFAULT] host, enabled_backends, volume_topic'),
  'cinder-backup': topic('cinder-backup', 'cinder.conf [DEFAULT] host, backup_topic'),
  engine: topic('heat-engine'),
  'heat-engine-listener': topic('heat-engine'),
};

const notifications = /^(versioned_)?notifications(_\w+)?\.(audit|debug|info|warn|warning|error|critical|sample)$/;
const ofProcess = /^(.+)_fanout_[0-9a-f]{32}$/;
const reply = /^reply_[0-9a-f]{32}$/;
const agentsOfObjects = /^neutron-vo-[\w]+-[\d.]+$/;

export function ownerOf(name: string): QueueOwner {
  if (reply.test(name)) return { kind: 'reply' };
  if (notifications.test(name))
    return { kind: 'notifications', option: '[oslo_messaging_notifications] topics, driver (notification_topics before Mitaka)' }; // prettier-ignore
  const [, fanned] = ofProcess.exec(name) ?? [];
  if (fanned !== undefined) return { ...known(fanned), kind: 'fanout' };
  const own = known(name);
  if (own !== undefined) return { kind: 'service', ...own };
  // Takes the longest topic before a host, because a host name contains dots too.
  const dots = [...name.matchAll(/\./g)].map(({ index }) => index).reverse();
  for (const dot of dots) {
    const ofTopic = known(name.slice(0, dot));
    if (ofTopic !== undefined) return { kind: 'host', host: name.slice(dot + 1), ...ofTopic };
  }
  return { kind: 'unknown' };
}

function known(name: string): Topic | undefined {
  if (agentsOfObjects.test(name)) return topic('network agents');
  return Object.hasOwn(topics, name) ? topics[name] : undefined;
}

const isOf =
  (project: string) =>
  ({ name }: { readonly name: string }): boolean => {
    const { kind, service = '' } = ownerOf(name);
    return (kind === 'service' || kind === 'host') && service.startsWith(project);
  };

/** A queue from which a service of Nova takes, or one of its hosts. */
export const isOfNova = isOf('nova-');

/** A queue from which a service of Cinder takes, or one of its hosts. */
export const isOfCinder = isOf('cinder-');

export const sayOwner = ({ kind, service, host, option }: QueueOwner): string => {
  if (kind === 'reply') return 'answers to a process that is gone';
  if (kind === 'fanout') return `copies for a process${service === undefined ? '' : ` of ${service}`} that is gone`;
  if (kind === 'notifications') return `notifications; named by ${option ?? ''}`;
  if (kind === 'unknown') return 'of another program, or of a service that stackward does not know';
  return `${service ?? ''}${host === undefined ? '' : ` on ${host}`}; named by ${option ?? ''}`;
};
