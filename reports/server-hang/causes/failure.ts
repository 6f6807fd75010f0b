/** Causes that a failure names, each together with the present readings of the cloud. */
import { healthOf, subjectOf } from '../../heartbeats';
import { hostsOf } from '../facts';
import { named, ruledOut, unknown, type Examine, type Examined, type Finding } from '../finding';
import { bindsOn } from '../../l2-agents';
import { noReason } from '../situation';
import { count } from '../../../lib/render/text';
import { exhausted, recordedCauses, type Recorded } from './recorded';

type Tell = (
  examined: Examined,
) => Omit<Parameters<typeof named>[1], 'evidence'> & { readonly more: readonly string[] };

const anew = 'Then delete this server and create it anew.';

const tell: Readonly<Record<Recorded, Tell>> = {
  'image-missing': ({ facts: { server, image } }) => ({
    found: `The image ${server.imageId ?? ''} was not there when the host wanted to copy it.`,
    more: [image.isRead ? sayImage(image.value) : `the image was not looked at (${image.why})`],
    step: `Upload the image again, or boot from another one. ${anew}`,
  }),
  'binding-failed': tellBinding,
  'cell-unmapped': () => ({
    found: 'The scheduler chose a host that no cell has: its set-up was never finished.',
    more: [],
    step: `Run \`nova-manage cell_v2 discover_hosts --verbose\` on a controller, which maps new hosts and changes nothing else. ${anew}`,
  }),
  'pool-empty': ({ facts: { room } }) => ({
    found: 'The network has no free address.',
    more: room.isRead
      ? room.value.pools
          .filter(({ used, total }) => total > 0 && used >= total)
          .slice(0, 5)
          .map(
            ({ name, subnetId, networkId, total }) =>
              `used up now: subnet ${name === '' ? subnetId : name} of network ${networkId}, all ${total} addresses`,
          )
      : [`pools were not looked at (${room.why})`],
    step: `Free addresses of ports that nobody needs, or extend the allocation pool (kind \`allocation-pool\`); raising the quota changes nothing. ${anew}`,
  }),
  quota: ({ facts: { room, server } }) => ({
    found: 'A quota of its project is used up.',
    more: room.isRead
      ? room.value.quotas
          .filter(({ projectId }) => projectId === server.projectId)
          .map(({ limit, used }) => `project ${server.projectId}: port quota ${limit ?? '?'}, ports ${used}`)
      : [`quotas were not looked at (${room.why})`],
    step: `Delete what the project no longer needs, or raise this quota; the address pool has nothing to do with it. ${anew}`,
  }),
  'address-in-use': ({ facts: { room, isOld } }) => ({
    found: 'The address that it should get is held by another port.',
    more: isOld && room.isRead ? ['what else this release says so of has room now: the quota of its project, and every pool'] : [], // prettier-ignore
    step: `Find the port that holds the address (\`openstack port list --fixed-ip ip-address=…\`), and choose another address, or free that one. ${anew}`,
  }),
};

function tellBinding({ facts: { ports, agents, actions }, host }: Examined): ReturnType<Tell> {
  const failed = ports.isRead ? ports.value.filter(({ vifType }) => vifType === 'binding_failed') : [];
  const where = failed[0]?.hostId ?? host ?? (actions.isRead ? hostsOf(actions.value).at(-1) : undefined);
  const mine = agents.isRead ? bindsOn(where, agents.value) : [];
  const isWell = mine.some((beat) => healthOf(beat) === 'up' && beat.isEnabled);
  const sayAgents = (): readonly string[] => {
    if (!agents.isRead) return [`Neutron's agents were not looked at (${agents.why})`];
    if (where === undefined) return ['Nova tells no host any more'];
    if (mine.length === 0) return [`Neutron has no agent for ports on ${where}`];
    return mine.map((beat) => `${subjectOf(beat)}: ${healthOf(beat)}, ${beat.isEnabled ? 'enabled' : 'disabled'}`);
  };
  return {
    found: `Neutron could not bind its port${where === undefined ? '' : ` to ${where}`}.`,
    more: [...failed.map(({ id, hostId }) => `port ${id} on ${hostId}: binding_failed`), ...sayAgents()],
    step: isWell
      ? `Compare the physical network and type of its network with the mappings of the agent on ${where} (bridge_mappings, tunnel_types), and read neutron-server's log for the port. ${anew}`
      : `Look whether the network agent runs on ${where ?? 'the host'} and reports to Neutron; ports that are bound there keep working meanwhile. ${anew}`,
  };
}

function sayImage(status: string): string {
  if (status === 'none') return 'it boots from a volume';
  return status === 'gone' ? 'Glance has the image no more' : `Glance says that the image is ${status}`;
}

/** The answer if the server didn't fail, or failed from another cause. */
function ruleOut(cause: Recorded, { facts, words, record, situation, host }: Examined): Finding {
  const { image, ports, record: row } = facts;
  if (cause === 'image-missing' && image.isRead && image.value !== 'gone')
    return ruledOut(cause, sayImage(image.value));
  if (cause === 'cell-unmapped' && host !== undefined && row.mappedHosts.isRead && row.mappedHosts.value.has(host))
    return ruledOut(cause, `nova_api.host_mappings has ${host}`);
  if (situation.is === 'failed') {
    if (words === '') return unknown(cause, noReason);
    if (record === undefined && exhausted.test(words)) return unknown(cause, 'Nova keeps no reason of such a failure');
    return ruledOut(cause, 'Nova recorded another failure');
  }
  if (cause !== 'binding-failed') return ruledOut(cause, 'a server that failed by it is in ERROR, and does not wait');
  if (!ports.isRead) return unknown(cause, ports.why);
  return ruledOut(cause, `${count(ports.value.length, 'port')}, none of which says binding_failed`);
}

export const failures: Examine = (examined) => {
  const { record, facts, situation } = examined;
  const isUnbound = situation.is === 'under way' && facts.ports.isRead && facts.ports.value.some(({ vifType }) => vifType === 'binding_failed'); // prettier-ignore
  return recordedCauses.map((cause) => {
    if (record !== undefined && 'undecided' in record && record.undecided.includes(cause))
      return unknown(cause, `Nova of this release says the same of a quota, a pool and an address in use; ${record.why}`); // prettier-ignore
    const isRecorded = record !== undefined && 'cause' in record && record.cause === cause;
    if (!isRecorded && !(cause === 'binding-failed' && isUnbound)) return ruleOut(cause, examined);
    const { found, more, step } = tell[cause](examined);
    const line = isRecorded ? (record.line ?? 'Nova says only that every host was tried') : undefined;
    return named(cause, { found, step, evidence: [...(line === undefined ? [] : [line]), ...more] });
  });
};
