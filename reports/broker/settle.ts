/** A second look at queues in which messages wait: what waits in both looks is not merely on its way. */
import type { BrokerQueue } from '../../lib/contract/broker-ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { defined } from '../../lib/basics/defined';
import { mapLooked, type Looked } from '../looked';
import { nameOf } from './judge';
import { readQueues, type BrokerLooks } from './read';

/** The management API counts every 5 s. */
const seconds = 6;

export const waitingIn = ({ ready = 0, unacked = 0 }: BrokerQueue): number => ready + unacked;

/** @param isOfInterest queues of which the waiting messages matter */
export async function settleBroker(
  readers: Pick<ReportReaders, 'broker'>,
  first: Looked<BrokerLooks>,
  isOfInterest: (queue: BrokerQueue) => boolean,
  pause: (seconds: number) => Promise<void>,
): Promise<Looked<BrokerLooks>> {
  if (!first.isRead || !first.value.queues.isRead) return first;
  if (!first.value.queues.value.some((queue) => isOfInterest(queue) && waitingIn(queue) > 0)) return first;
  await pause(seconds);
  const again = await readQueues(readers);
  const before = first.value.queues.value;
  return { isRead: true, value: { ...first.value, queues: mapLooked(again, (now) => leastOf(before, now)) } };
}

/** Queues as the second look has them, with the smaller number of messages. */
function leastOf(before: readonly BrokerQueue[], now: readonly BrokerQueue[]): readonly BrokerQueue[] {
  const earlier = new Map(before.map((queue) => [nameOf(queue), queue]));
  return now.map((queue) => {
    // Nothing waited in a queue that was not there.
    const before = earlier.get(nameOf(queue)) ?? { ready: 0, unacked: 0 };
    const { ready, unacked, ...rest } = queue;
    return { ...rest, ...defined({ ready: least(ready, before.ready), unacked: least(unacked, before.unacked) }) };
  });
}

/** A number that one of the looks didn't tell is not told. */
const least = (now: number | undefined, before: number | undefined): number | undefined =>
  now === undefined || before === undefined ? undefined : Math.min(now, before);
