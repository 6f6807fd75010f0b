/** Load between two hosts by iperf3, from version 5 of the host program on (docs/adr/0019-runbooks.md). */

/** Each of them returns once the test has ended. The program ends iperf3 with the session, and after the time in any case. */
export type ThroughputWrite =
  /** Answers one test at one address of the host. */
  | { readonly verb: 'serve-throughput'; readonly address: string; readonly seconds: number }
  | {
      readonly verb: 'measure-throughput';
      /** Of the other host. */
      readonly address: string;
      /** 1 to 30. */
      readonly seconds: number;
      /** The most Mbit/s: 1 to 100,000. */
      readonly mbit: number;
      /** The other host sends. */
      readonly reverse: boolean;
    };

export interface ThroughputAnswers {
  /** False: nobody came, or the test did not end in time. */
  'serve-throughput': { readonly isServed: boolean };
  /** What iperf3 printed: its JSON, and its stderr. */
  'measure-throughput': { readonly said: string; readonly complaint: string };
}

/** The bounds of one test, as in host/stackward-host.py. */
export const mostSeconds = 30;
export const mostMbit = 100_000;
export const throughputPort = 5201;
