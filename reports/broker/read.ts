/** The readings of the message broker. The broker may refuse each of the three lists separately. */
import type { BrokerConnection, BrokerNode, BrokerQueue } from '../../lib/contract/broker-ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { look, untried, type Looked } from '../looked';

export interface BrokerLooks {
  readonly by: string;
  readonly queues: Looked<readonly BrokerQueue[]>;
  readonly connections: Looked<readonly BrokerConnection[]>;
  readonly nodes: Looked<readonly BrokerNode[]>;
}

export async function readBroker(readers: ReportReaders): Promise<Looked<BrokerLooks>> {
  const reader = await look(() => readers.broker());
  if (!reader.isRead) return reader;
  const broker = reader.value;
  if (broker === undefined) return untried('stackward.yaml names no broker');
  return look(async () => {
    const [queues, connections, nodes] = await Promise.all([
      look(() => broker.queues()),
      look(() => broker.connections()),
      look(() => broker.nodes()),
    ]);
    return { by: broker.by, queues, connections, nodes };
  });
}
