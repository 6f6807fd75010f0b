/** The readings of the message broker. The broker may refuse each of the three lists separately. */
import type { BrokerConnection, BrokerNode, BrokerQueue, BrokerReader } from '../../lib/contract/broker-ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { failed, look, thenLook, type Looked, read, untried } from '../looked';

export interface BrokerLooks {
  readonly by: string;
  readonly queues: Looked<readonly BrokerQueue[]>;
  readonly connections: Looked<readonly BrokerConnection[]>;
  readonly nodes: Looked<readonly BrokerNode[]>;
}

/** A broker has a node, and a cloud's broker has queues: an empty list says what the user may see, and not what there is. */
const nonEmpty =
  (what: string) =>
  <Row>(looked: Looked<readonly Row[]>): Looked<readonly Row[]> =>
    thenLook(looked, (rows) =>
      rows.length > 0
        ? read(rows)
        : failed(
            `the list that it answers is empty: there is no ${what}, or its user may see none; give that user read permission on the virtual hosts, and see what answers there`,
          ),
    );

async function openBroker(readers: Pick<ReportReaders, 'broker'>): Promise<Looked<BrokerReader>> {
  const reader = await look(() => readers.broker());
  return thenLook(reader, (broker) => (broker ? read(broker) : untried('stackward.yaml names no broker')));
}

const lookAtQueues = async (broker: BrokerReader): Promise<BrokerLooks['queues']> =>
  nonEmpty('queue')(await look(() => broker.queues()));

export async function readQueues(readers: Pick<ReportReaders, 'broker'>): Promise<BrokerLooks['queues']> {
  const broker = await openBroker(readers);
  return broker.isRead ? lookAtQueues(broker.value) : broker;
}

export async function readBroker(readers: ReportReaders): Promise<Looked<BrokerLooks>> {
  const opened = await openBroker(readers);
  if (!opened.isRead) return opened;
  const broker = opened.value;
  return look(async () => {
    const [queues, connections, nodes] = await Promise.all([
      lookAtQueues(broker),
      look(() => broker.connections()),
      look(() => broker.nodes()).then(nonEmpty('node')),
    ]);
    return { by: broker.by, queues, connections, nodes };
  });
}
