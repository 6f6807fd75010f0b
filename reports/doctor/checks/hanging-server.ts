import { count } from '../../../lib/render/text';
import { sayDuration } from '../../../lib/render/table';
import { look, read, type Looked } from '../../looked';
import { noServer } from '../../one-server';
import { readHidden, tellHidden, type HiddenServer } from '../../server-hang/hidden-server';
import { readHangFacts, type HangFacts } from '../../server-hang/facts';
import { errorLines, isForgotten, isHanging, patienceSeconds, situationOf } from '../../server-hang/situation';
import { whyServerHangs } from '../../server-hang/verdict';
import { isUnexplained, sayRest, saySituation, subjectOfServer } from '../../server-hang/words';
import type { Sources } from '../../sources';
import { defineCheck, judgeLooked, type Result, type ShowTime } from '../check';

/** Servers that are examined in one run: a broken broker lets hundreds hang, and all for one cause. */
const mostServers = 10;

/** Lines of logs that stand beside a server that nothing explains. */
const mostErrors = 5;

interface Seen {
  readonly servers: Looked<readonly HangFacts[]>;
  /** Of which none was examined, because others were. */
  readonly more: number;
  /** Named, and found in Nova's database alone. */
  readonly hidden: readonly HiddenServer[];
  readonly looked: number;
  /** Of those that were looked at; nobody examines one that is not named. */
  readonly failed: number;
}

const none = { more: 0, hidden: [], looked: 0, failed: 0 };

async function readSeen(sources: Sources): Promise<Seen> {
  const { server } = sources.focus;
  return server === undefined ? readHanging(sources) : readNamed(sources, server);
}

async function readNamed(sources: Sources, name: string): Promise<Seen> {
  const reader = await sources.serverReader();
  const found = reader.isRead ? await look(() => reader.value.find(name)) : reader;
  if (!found.isRead) return { servers: found, ...none };
  const hidden = found.value.length === 0 ? await readHidden(sources.readers, name) : [];
  if (hidden.length > 0) return { ...none, servers: read([]), hidden };
  if (found.value.length === 0) throw noServer(name);
  const chosen = found.value.slice(0, mostServers);
  return { ...none, servers: read(await readHangFacts(sources, chosen)), more: found.value.length - chosen.length };
}

async function readHanging(sources: Sources): Promise<Seen> {
  const all = await sources.servers();
  if (!all.isRead) return { servers: all, ...none };
  const now = await sources.now('nova');
  const hanging = all.value.filter((server) => isHanging(situationOf(server, now)));
  const reader = await sources.serverReader();
  if (!reader.isRead) return { servers: reader, ...none };
  const wholes = await look(async () =>
    (await Promise.all(hanging.slice(0, mostServers).map(({ id }) => reader.value.find(id)))).flat(),
  );
  if (!wholes.isRead) return { servers: wholes, ...none };
  return {
    servers: read(await readHangFacts(sources, wholes.value)),
    more: hanging.length - wholes.value.length,
    hidden: [],
    looked: all.value.length,
    failed: all.value.filter(({ status }) => status === 'ERROR').length,
  };
}

function judgeServer(facts: HangFacts, show: ShowTime): Result {
  const verdict = whyServerHangs(facts, show);
  const subject = subjectOfServer(facts);
  const situation = saySituation(verdict, facts);
  const rest = sayRest(verdict);
  if (isUnexplained(verdict))
    return {
      result: 'fault',
      subject,
      found: `${situation} Nothing that was looked at explains it.`,
      evidence: errorLines(facts).slice(-mostErrors),
      step: 'Give stackward.yaml what was not looked at, and ask again; then read the logs of nova-conductor and nova-compute for its request.',
      besides: rest,
    };
  if (isForgotten(verdict.situation))
    return {
      result: 'risk',
      subject,
      found: situation,
      evidence: [],
      step: 'Ask its owner whether it works with its new size: `openstack server resize confirm` keeps that, `openstack server resize revert` goes back. `resize_confirm_window` of nova-compute would confirm by itself.',
    };
  if (verdict.named.length === 0) return { result: 'fine', subject, found: situation, evidence: rest };
  return {
    result: 'fault',
    subject,
    found: [situation, ...verdict.named.map(({ found }) => found)].join(' '),
    evidence: verdict.named.flatMap(({ evidence }) => evidence),
    step: verdict.named.map(({ step }) => step).join(' '),
    besides: rest,
  };
}

function judgeAll(
  facts: readonly HangFacts[],
  { more, hidden, looked, failed }: Seen,
  show: ShowTime,
): readonly Result[] {
  if (hidden.length > 0) return hidden.map((server) => ({ result: 'fault', subject: subjectOfServer({ server }), ...tellHidden(server) })); // prettier-ignore
  const results = facts.map((server) => judgeServer(server, show));
  const ended = failed === 0 ? '' : `; ${failed} in ERROR, which \`--server NAME\` examines`;
  const found = `${count(looked, 'server')}, none in BUILD or another task for more than ${sayDuration(patienceSeconds)}${ended}`;
  if (results.length === 0) return [{ result: 'fine', subject: 'servers', found }];
  if (more === 0) return results;
  return [
    ...results,
    { result: 'not looked at', subject: count(more, 'server more', 'servers more'), why: `${facts.length} are examined in one run; name another by its id (--server)`, wasTried: true }, // prettier-ignore
  ];
}

export const hangingServer = defineCheck({
  code: 'SW-1010',
  title: 'a server hangs in BUILD or another task',
  needs: ['the API', 'a database', 'the message broker', 'hosts'],
  read: readSeen,
  judge: (seen, show) => judgeLooked('servers', seen.servers, (facts) => judgeAll(facts, seen, show)),
  page: {
    means:
      'Nova has taken a request, and the server has been in BUILD or in a task for more than 10 min with nobody at work on it. With `--server NAME` one server is examined, whatever it is doing: also one that ended in ERROR, and one that is well. The finding names the cause and the step, and lists behind them which other causes are ruled out and by what, and which could not be looked at. A cause is ruled out only by what was read. It begins with the API; databases of Nova, the broker and hosts are looked at where stackward.yaml names them.',
    evidence:
      'The task and since when; the actions of the server with their events, which tell who began and who ended; the failure that Nova recorded; nova-compute of its host, or of each host of its zone, with its heartbeat; conductor and scheduler; the network agent of the host; the binding of its ports; its image; its flavor against what each host has. In the databases: whether `nova_api.build_requests` still has its request and `instance_mappings` a cell for it, which hosts `host_mappings` has, a server that the API does not find because its mapping is missing, heartbeats as stored (`services.last_seen_up`, before Liberty `updated_at` and `report_count`) with the clock that wrote them, and actions that the API hides. At the broker: alarms, and the queues `conductor`, `scheduler` and `compute.HOST`, and those of Cinder where a server waits for its volumes, looked at twice where messages wait. On hosts: which log of Nova has its request, and since when that log was written.',
    alike:
      '"No valid host" is what Nova says in the end of every build that failed on the last host that was left: the events of the server name the cause. Icehouse says "Maximum number of ports exceeded" of a used-up quota, a used-up address pool and an address in use alike. A resize that nobody confirmed (`VERIFY_RESIZE`) hangs on nobody but its owner; after a day it is a risk, since it holds room on two hosts. While memory is copied no event tells of it. A large image, or a migration, is under way for longer than 10 min: an event that has begun tells so. The event of a build that failed may say Success: nova-compute hands such a build back, and its event ends well.',
    step: 'That of the cause, which the finding names. A server whose build failed is deleted and created anew; nothing else waits for it. Where a message is lost, the step goes by the task: a deletion is asked for again, a task in place has its state set back, and of a server whose disk moves the logs are read first.',
    never:
      'Do not restart compute hosts, their network or Open vSwitch: that cuts customers off, and the servers there are well. Do not reset the state of a server before its cause is known: it hides the failure, and frees neither port nor address.',
  },
});
