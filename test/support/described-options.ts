/** The options that the packages of this machine register, which oslo.config's generator tells. */
import type { Host, HostRead, OutcomesOf } from '../../lib/hosts/host';

const told = new Map<string, Promise<unknown>>();

/**
 * A host that keeps, for the whole suite, the answers about the options that packages register. The packages of this machine
 * stay as they are, and each answer takes two seconds of a processor.
 *
 * @param host runs the programs of this machine, with its packages
 */
export function keepDescribed<Described extends Host>(host: Described): Described {
  const read = host.read.bind(host);

  function describe(question: HostRead): Promise<unknown> {
    const key = JSON.stringify(question);
    const answer = told.get(key) ?? read([question]).then(([outcome]) => outcome);
    told.set(key, answer);
    return answer;
  }

  host.read = async <const Questions extends readonly HostRead[]>(questions: Questions) => {
    const isKept = ({ verb }: HostRead): boolean => verb === 'described-options';
    // A pool of hosts asks questions of several callers at once.
    const others = questions.filter((question) => !isKept(question));
    const answers = (others.length > 0 ? await read(others) : []).values();
    const outcomes = questions.map((question) => (isKept(question) ? describe(question) : answers.next().value));
    return (await Promise.all(outcomes)) as unknown as OutcomesOf<Questions>;
  };
  return host;
}
