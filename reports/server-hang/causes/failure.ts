/**
 * Causes that a failure names in words, each with what the cloud says now beside it. The words are those of Nova's
 * exceptions from Icehouse on (nova/exception.py) and of the Neutron client that it wraps.
 */
import { healthOf, subjectOf } from '../../heartbeats';
import { named, ruledOut, unknown, type Cause, type Examine, type Examined, type Finding } from '../finding';
import { lineWith } from '../situation';

const networkAgent = /openvswitch|linuxbridge|sriov|macvtap|ovn-controller/;

export const failurePatterns = {
  'image-missing': /Image \S+ could not be found|ImageNotFound/,
  'binding-failed': /Binding failed for port|PortBindingFailed/,
  'cell-unmapped': /is not mapped to any cell|HostMappingNotFound|CellMappingNotFound/,
  'pool-empty':
    /No fixed IP addresses available|No more IP addresses available|NoMoreFixedIps|IpAddressGenerationFailure/,
  quota: /Quota exceeded|OverQuota|TooManyInstances|Maximum number of ports exceeded|PortLimitExceeded/,
  'address-in-use': /Fixed IP address \S+ is already in use|FixedIpAlreadyInUse|IpAddressInUse/,
} as const satisfies Partial<Record<Cause, RegExp>>;
type Worded = keyof typeof failurePatterns;

/** Of several, the last retry's is what counts: Nova appends it to those before. */
export const wordedCauses = (words: string): readonly Worded[] =>
  (Object.keys(failurePatterns) as Worded[]).filter((cause) => failurePatterns[cause].test(words));

function imageMissing({ facts: { image, server }, words }: Examined): Finding {
  const line = lineWith(words, failurePatterns['image-missing']);
  if (line !== undefined)
    return named('image-missing', {
      found: `The image ${server.imageId ?? ''} was not there when the host wanted to copy it.`,
      evidence: [line, image.isRead ? sayImage(image.value) : `the image was not looked at (${image.why})`],
      step: 'Upload the image again, or boot from another one; then delete this server and create it anew.',
    });
  if (image.isRead && image.value !== 'gone') return ruledOut('image-missing', sayImage(image.value));
  if (words !== '') return ruledOut('image-missing', 'the failure is another');
  if (!image.isRead) return unknown('image-missing', image.why);
  return ruledOut('image-missing', 'the image is gone, and no host has failed to copy it');
}

function sayImage(status: string): string {
  if (status === 'none') return 'it boots from a volume';
  return status === 'gone' ? 'Glance has the image no more' : `Glance says that the image is ${status}`;
}

function bindingFailed({ facts: { ports, agents }, words, host }: Examined): Finding {
  const failed = ports.isRead ? ports.value.filter(({ vifType }) => vifType === 'binding_failed') : [];
  const line = lineWith(words, failurePatterns['binding-failed']);
  if (line === undefined && failed.length === 0)
    return ports.isRead || words !== ''
      ? ruledOut('binding-failed', 'no port says binding_failed, and no failure tells of one')
      : unknown('binding-failed', ports.why);
  const where = failed[0]?.hostId ?? host;
  const agent = agents.isRead
    ? agents.value.find((beat) => beat.host === where && networkAgent.test(beat.name))
    : undefined;
  const sayAgent = (): string => {
    if (!agents.isRead) return `Neutron's agents were not looked at (${agents.why})`;
    if (where === undefined) return 'Nova tells no host any more';
    return agent === undefined
      ? `Neutron has no agent for ports on ${where}`
      : `${subjectOf(agent)}: ${healthOf(agent)}, ${agent.isEnabled ? 'enabled' : 'disabled'}`;
  };
  const isAgentWell = agent !== undefined && healthOf(agent) === 'up' && agent.isEnabled;
  return named('binding-failed', {
    found: `Neutron could not bind its port${where === undefined ? '' : ` to ${where}`}.`,
    evidence: [
      ...(line === undefined ? [] : [line]),
      ...failed.map(({ id, hostId }) => `port ${id} on ${hostId}: binding_failed`),
      sayAgent(),
    ],
    step: isAgentWell
      ? `Compare the physical network and type of its network with the mappings of the agent on ${where} (bridge_mappings, tunnel_types), and read neutron-server's log for the port.`
      : `Look whether the network agent runs on ${where ?? 'the host'} and reports to Neutron; ports that are bound there keep working meanwhile. Then delete this server and create it anew.`,
  });
}

const simply =
  (cause: Worded, found: string, step: string) =>
  (examined: Examined): Finding => {
    const line = lineWith(examined.words, failurePatterns[cause]);
    if (line === undefined)
      return ruledOut(cause, examined.words === '' ? 'nothing has failed' : 'the failure is another');
    return named(cause, { found, evidence: [line], step });
  };

const cellUnmapped = simply(
  'cell-unmapped',
  'The scheduler chose a host that no cell has: its set-up was never finished.',
  'Run `nova-manage cell_v2 discover_hosts --verbose` on a controller, which maps new hosts and changes nothing else. Then delete this server and create it anew.',
);
const poolEmpty = simply(
  'pool-empty',
  'The network has no free address.',
  'Free addresses of ports that nobody needs, or extend the allocation pool (`allocation-pool`). Raising the quota changes nothing.',
);
const quotaUsedUp = simply(
  'quota',
  'A quota of its project is used up.',
  'Delete what the project no longer needs, or raise this quota. The address pool has nothing to do with it.',
);
const addressInUse = simply(
  'address-in-use',
  'The address that it should get is held by another port.',
  'Find the port that holds the address (`openstack port list --fixed-ip ip-address=…`), and choose another address, or free that one.',
);

export const failures: Examine = (examined) =>
  [imageMissing, bindingFailed, cellUnmapped, poolEmpty, quotaUsedUp, addressInUse].map((judge) => judge(examined));
