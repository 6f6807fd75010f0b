/** What reports ask of the message broker. A number that nobody told is absent, never 0. */

export interface BrokerQueue {
  readonly vhost: string;
  readonly name: string;
  readonly consumers?: number;
  /** Messages that wait. */
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
  /** `memory`, `disk`: the broker takes no message until it has room again. Absent: nobody told. */
  readonly alarms?: readonly string[];
  /** Nodes that it does not see any more, although they run. */
  readonly partitions: readonly string[];
}

export interface BrokerReader {
  /** Who is asked, and how: `the management API at http://ctl1:15672`, `rabbitmqctl on ctl1`. */
  readonly by: string;
  queues(): Promise<readonly BrokerQueue[]>;
  connections(): Promise<readonly BrokerConnection[]>;
  nodes(): Promise<readonly BrokerNode[]>;
}
