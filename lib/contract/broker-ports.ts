/** The readings of reports from the message broker. A number that the broker doesn't give is absent, never 0. */

export interface BrokerQueue {
  readonly vhost: string;
  readonly name: string;
  readonly consumers?: number;
  /** Messages in the queue that no consumer has. */
  readonly ready?: number;
  /** Messages that a consumer has, and has not confirmed. */
  readonly unacked?: number;
}

export interface BrokerConnection {
  /** Address of the client. */
  readonly from: string;
  readonly user?: string;
  readonly vhost?: string;
  /** `running`, `blocked`, `blocking`, `flow`, … */
  readonly state?: string;
}

export interface BrokerNode {
  readonly name: string;
  readonly isRunning: boolean;
  /** `memory`, `disk`: the broker accepts no message until it has room again. Absent: the broker doesn't say. */
  readonly alarms?: readonly string[];
  /** Running nodes that this node no longer sees. */
  readonly partitions: readonly string[];
}

export interface BrokerReader {
  /** The source of the answers: `the management API at http://ctl1:15672`, `rabbitmqctl on ctl1`. */
  readonly by: string;
  queues(): Promise<readonly BrokerQueue[]>;
  connections(): Promise<readonly BrokerConnection[]>;
  nodes(): Promise<readonly BrokerNode[]>;
}
