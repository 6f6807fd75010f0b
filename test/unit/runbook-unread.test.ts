/** A reading that failed is told as not looked at, and never counts as a precondition that holds. */
import { TransientError } from '../../lib/basics/errors';
import type { HostRead, HostReader, Outcome } from '../../lib/hosts/host';
import { restartable, checkUpMeanwhile } from '../../runbooks/service-conditions';
import { lookAtSite } from '../../runbooks/service-sites';
import { RunbookModel } from '../support/runbook-model';

type Answer = Outcome<object>;

const ok = (value: object): Answer => ({ ok: true, value });
const no = (message: string, reason: 'no-tool' | 'outside-limits' = 'outside-limits'): Answer => ({ ok: false, reason, error: new TransientError(message) }); // prettier-ignore
const printed = (code: number, stdout: string, stderr = ''): Answer => ok({ code, stdout, stderr });

/** A host on which the answers to some questions are given; to each other one a host answers that has no service. */
function hostOf(answers: (question: HostRead) => Answer | undefined): HostReader {
  const usual = (question: HostRead): Answer => {
    if (question.verb === 'service-processes') return ok({ processes: [] });
    if (question.verb === 'contained-services') return ok({ services: [], left: 0 });
    if (question.verb === 'clock') return ok({ time: 1 });
    return no('there is no such tool', 'no-tool');
  };
  const read = (questions: readonly HostRead[]) =>
    Promise.resolve(questions.map((each) => answers(each) ?? usual(each)));
  return { name: 'ctl1', stateFolder: '/x', read: read as HostReader['read'] };
}

const systemctl =
  (active: Answer, enabled: Answer) =>
  (question: HostRead): Answer | undefined => {
    if (question.verb !== 'run-reader' || question.argv[0] !== 'systemctl') return undefined;
    return question.argv[1] === 'is-active' ? active : enabled;
  };

const siteOf = async (answers: Parameters<typeof hostOf>[0]) =>
  lookAtSite('nova-api', 'ctl1', new RunbookModel({ readers: { host: () => Promise.resolve(hostOf(answers)) }, writers: {} }).looking.readers); // prettier-ignore

const noBus = printed(1, '', 'Failed to connect to bus: No such file or directory');
const inactive = printed(3, 'inactive\n');

test.each([
  ['systemctl may not be run', systemctl(no('the limits do not allow it'), no('the limits do not allow it')), 'systemctl does not tell of nova-api.service: the limits do not allow it'], // prettier-ignore
  ['systemd does not run', systemctl(noBus, noBus), 'systemctl does not tell of nova-api.service: Failed to connect to bus: No such file or directory'], // prettier-ignore
  ['systemctl tells half', systemctl(inactive, printed(1, '', 'Connection timed out')), 'systemctl does not tell of nova-api.service: Connection timed out'], // prettier-ignore
  ['systemctl says nothing', systemctl(printed(1, ''), inactive), 'systemctl does not tell of nova-api.service: it ended with 1 and said nothing'], // prettier-ignore
  ['containers may not be read', (question: HostRead) => (question.verb === 'contained-services' ? no('the limits do not allow it') : undefined), 'it may run in a container: the limits do not allow it'], // prettier-ignore
])('a host on which %s is not said to have no service', async (_, answers, why) => {
  const site = await siteOf(answers);
  expect(site).toEqual({ is: 'not looked at', host: 'ctl1', why });
  expect([...restartable('nova-api', site), ...checkUpMeanwhile('nova-api', site)].map(({ is }) => is)).toEqual(['not looked at', 'not looked at']); // prettier-ignore
});

test.each([
  ['names no such unit', systemctl(inactive, printed(1, '', 'Failed to get unit file state for nova-api.service: No such file or directory'))], // prettier-ignore
  ['names no such unit, as since 253', systemctl(printed(4, 'inactive\n'), printed(4, 'not-found\n'))],
  ['has switched it off', systemctl(inactive, printed(1, 'disabled\n'))],
])('a host whose systemd %s has no service', async (_, answers) => {
  expect(await siteOf(answers)).toEqual({ is: 'none', host: 'ctl1' });
});

test('a service that is to start with the host is down, also where another of its names is not told', async () => {
  const enabled = (question: HostRead): Answer | undefined => {
    if (question.verb !== 'run-reader' || question.argv[0] !== 'systemctl') return undefined;
    return question.argv[2] === 'nova-api.service' ? printed(0, question.argv[1] === 'is-enabled' ? 'enabled\n' : 'inactive\n') : noBus; // prettier-ignore
  };
  expect(await siteOf(enabled)).toEqual({ is: 'down', host: 'ctl1', unit: 'nova-api.service' });
});

/** Two hosts in one network, whose device has these counters at the first look and at the second. */
async function trafficPlan(counters: readonly [string, string]): Promise<readonly string[]> {
  const ends = ['a', 'b'].map((name, index) => {
    const address = `10.1.0.${index + 1}`;
    let looks = 0;
    return hostOf((question) => {
      if (question.verb === 'facts') return ok({ machine: name });
      if (question.verb === 'listeners') return ok({ sockets: [] });
      if (question.verb !== 'run-reader') return undefined;
      const words = question.argv.join(' ');
      if (words === 'iperf3 --version') return printed(0, 'iperf 3.12');
      if (words === 'ip -o addr show') return printed(0, `2: ens3    inet ${address}/24 scope global ens3`);
      if (words.startsWith('ip -o route')) return printed(0, `10.1.0.2 dev ens3 src ${address}`);
      if (words === 'ip -s -o link')
        return printed(0, `2: ens3: <UP> mtu 1500 state UP\\    ${counters[looks++] ?? ''}`);
      return undefined;
    });
  });
  const host = (target: string) => Promise.resolve(ends[target === 'host:a' ? 0 : 1]!);
  const model = new RunbookModel({ readers: { host }, writers: {} });
  const { preconditions } = await model.plan('measure-throughput', 'a', { peers: 'b' });
  return preconditions.flatMap(({ is, said }) => (said.includes('ens3 of') ? [`${is}: ${said}`] : []));
}

const counted = (bytes: number): string => `RX: bytes\\    ${bytes} 1 \\    TX: bytes\\    ${bytes} 1 `;

test.each([
  ['has no counters', ['', '']],
  ['loses them between two looks', [counted(5), '']],
  ['was made anew between two looks', [counted(5), counted(1)]],
] as const)('a device that %s is not said to be quiet', async (_, counters) => {
  expect(await trafficPlan(counters)).toEqual(['a', 'b'].map((host) => `not looked at: how much ens3 of ${host} carries now is not known: its counters were not read twice; look by \`ip -s link show ens3\` there`)); // prettier-ignore
});

test('a device whose counters stand still is quiet', async () => {
  expect(await trafficPlan([counted(5), counted(5)])).toEqual(['a', 'b'].map((host) => `holds: ens3 of ${host} carries 0 Mbit/s now`)); // prettier-ignore
});
