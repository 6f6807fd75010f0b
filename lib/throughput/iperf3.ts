/**
 * Parses the JSON of iperf3's client (`iperf3 -c … -J`). Pure.
 *
 * The server's own JSON has zeros, so only the client's is read. Its `error` is read first, because before 3.14 the
 * exit code under `-J` is 0 also after a failed test. stackward runs two one-way tests, because before 3.11 `--bidir`
 * repeats keys of the JSON.
 *
 *   {"start": {"tcp_mss_default": 1398, …}, "end": {"sum_sent": {"retransmits": 0, …}, "sum_received": {"bits_per_second": 100597806.8, …}, …}}
 *
 * iperf 3.12 (Debian 12); test/fixtures/throughput.
 */
import * as z from 'zod';
import { UnrecoverableError } from '../basics/errors';
import { printable } from '../basics/printable';

export interface Throughput {
  /** What arrived, in Mbit/s (10⁶ bits). */
  readonly mbit: number;
  /** Segments that the sender sent again. Absent if its kernel doesn't tell. */
  readonly retransmits?: number | undefined;
  /** The bytes of data in one segment, as both ends and the path allowed. Absent before iperf 3.1. */
  readonly mss?: number | undefined;
}

const amount = z.number().min(0).max(1e15);

const told = z.object({
  error: z.string().optional(),
  start: z.object({ tcp_mss_default: z.int().min(1).max(65_535).optional() }).optional(),
  end: z
    .object({
      sum_sent: z.object({ retransmits: z.int().min(0).max(1e12).optional() }).optional(),
      sum_received: z.object({ bytes: amount, bits_per_second: amount }).optional(),
    })
    .optional(),
});

const firstWords = (text: string): string => printable(text.replace(/\s+/g, ' ').trim()).slice(0, 300);

/** @throws UnrecoverableError if it measured nothing */
export function parseIperf3({ said, complaint }: { readonly said: string; readonly complaint: string }): Throughput {
  const { error, start, end } = parsed(said, complaint);
  if (error !== undefined)
    throw new UnrecoverableError(`iperf3 measured nothing: ${firstWords(error)}; see whether a firewall or a security group drops TCP to port 5201`); // prettier-ignore
  const received = end?.sum_received;
  if (received === undefined || received.bytes === 0)
    throw new UnrecoverableError('iperf3 measured nothing: no data arrived; see whether the path drops large packets, by `ping -M do -s 1400`'); // prettier-ignore
  return {
    mbit: Math.round(received.bits_per_second / 1e4) / 100,
    retransmits: end?.sum_sent?.retransmits,
    mss: start?.tcp_mss_default,
  };
}

function parsed(said: string, complaint: string): z.infer<typeof told> {
  try {
    const found = told.safeParse(JSON.parse(said));
    if (found.success) return found.data;
  } catch {
    // iperf3 printed no JSON.
  }
  const words = firstWords(complaint === '' ? said : complaint);
  throw new UnrecoverableError(`iperf3 printed no result: ${words === '' ? 'nothing' : words}; run it there by hand`);
}
