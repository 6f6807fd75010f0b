/** The readings of the message broker. The broker may refuse each of the three lists separately. */
import type { BrokerConnection, BrokerNode, BrokerQueue } from '../../lib/contract/broker-ports';
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

export async function readBroker(readers: ReportReaders): Promise<Looked<BrokerLooks>> {
  const reader = await look(() => readers.broker());
  if (!reader.isRead) return reader;
  const broker = reader.value;
  if (broker === undefined) return untried('stackward.yaml names no broker');
  return look(async () => {
    const [queues, connections, nodes] = await Promise.all([
      look(() => broker.queues()).then(nonEmpty('queue')),
      look(() => broker.connections()),
      look(() => broker.nodes()).then(nonEmpty('node')),
    ]);
    return { by: broker.by, queues, connections, nodes };
  });
}
