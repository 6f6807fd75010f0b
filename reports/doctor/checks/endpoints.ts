import { shownUrl } from '../../../lib/basics/shown-url';
import type { KnockTrouble } from '../../../lib/contract/report-ports';
import type { BeatingService, Heartbeat } from '../../heartbeats';
import type { Looked } from '../../looked';
import type { Knock } from '../../sources';
import { defineCheck, judgeLooked, type Result, type Trouble } from '../check';

interface Seen {
  readonly knocks: Looked<readonly Knock[]>;
  readonly lists: readonly { readonly service: string; readonly rows: Looked<readonly Heartbeat[]> }[];
}

const whereItRuns = 'Look on the host of that address whether the service runs, and which process holds the port (`ss -ltnp`).'; // prettier-ignore

const silence: Readonly<Record<KnockTrouble, Pick<Trouble, 'found' | 'step'>>> = {
  address: {
    found: 'Its endpoint is no address that a client can use.',
    step: 'Correct the URL of the endpoint in Keystone (`openstack endpoint set --url`).',
  },
  name: {
    found: 'The name in its endpoint has no address.',
    step: 'Mend DNS or /etc/hosts here; or, where the name is wrong, correct the endpoint in Keystone.',
  },
  refused: { found: 'Nothing listens at its endpoint.', step: whereItRuns },
  filtered: {
    found: 'The connection to its endpoint gets no answer: packets are dropped on the way, or the host is down.',
    step: 'Ping the host. Where it answers, a packet filter between here and it drops the port.',
  },
  hangs: {
    found: 'Its endpoint accepts the connection, and does not answer in time.',
    step: 'Look at the load and the log of the service, and whether its database and message queue answer; behind a proxy, at the backends.', // prettier-ignore
  },
  TLS: {
    found: 'The certificate of its endpoint is not trusted here.',
    step: 'Name its CA in `cacert` of clouds.yaml; or, where the certificate has expired, renew it.',
  },
  other: { found: 'The connection to its endpoint fails.', step: whereItRuns },
};

/**
 * Types of services whose answers without a token are known: their versions, or 401. For any other type only the status
 * is judged.
 */
const speakVersions: readonly string[] = [
  ...['identity', 'compute', 'network', 'image', 'placement', 'orchestration', 'baremetal'],
  ...['block-storage', 'volume', 'volumev2', 'volumev3', 'share', 'sharev2', 'shared-file-system'],
];

/**
 * Without a token a service answers with its versions, or demands a token. Swift's proxy answers "Bad URL" to a path
 * without an account.
 */
const answersLikeAnApi = (service: string, status: number): boolean =>
  status < 400 || status === 401 || status === 403 || (service === 'object-store' && status === 412);

function judgeOne({ endpoint: { service, url }, answer }: Knock): Trouble[] {
  const shared = { result: 'fault', subject: `API ${service}` } as const;
  const address = shownUrl(url);
  if (!answer.isAnswer) return [{ ...shared, ...silence[answer.trouble], evidence: [address, answer.detail] }];
  const { status, saysVersions } = answer;
  if (answersLikeAnApi(service, status)) {
    if (status >= 400 || saysVersions || !speakVersions.includes(service)) return [];
    return [
      {
        ...shared,
        found: `Something else answers at its endpoint: with ${status}, and without the versions that this service tells.`,
        evidence: [address],
        step: 'Look which process holds the port (`ss -ltnp`), and whether the path in the catalogue is right.',
      },
    ];
  }
  const isBroken = status >= 500;
  return [
    {
      ...shared,
      found: isBroken
        ? `Something answers at its endpoint, and fails with ${status}.`
        : `Something answers at its endpoint with ${status}, which this service does not.`,
      evidence: [address],
      step: isBroken
        ? 'Look at the log of the service, and of the proxy before it: 502, 503 and 504 are mostly the proxy’s.'
        : 'Look which process holds the port (`ss -ltnp`), and whether the path in the catalogue is right.',
    },
  ];
}

const judgeList = ({ service, rows }: Seen['lists'][number]): Trouble[] =>
  rows.isRead || (rows.status ?? 0) < 500
    ? []
    : [
        {
          result: 'fault',
          subject: `API ${service}`,
          found: `It tells its versions, and fails with ${rows.status} when it is asked for its services.`,
          evidence: [rows.why],
          step: 'Look at the end of the log of the API: its database or its message queue may be gone.',
        },
      ];

function judge({ knocks, lists }: Seen): readonly Result[] {
  return judgeLooked('the catalogue', knocks, (known) => {
    const atDoor = known.flatMap(judgeOne);
    const inside = lists.flatMap(judgeList).filter(({ subject }) => !atDoor.some((each) => each.subject === subject));
    if (atDoor.length + inside.length > 0) return [...atDoor, ...inside];
    const names = known.map(({ endpoint }) => endpoint.service);
    return [
      { result: 'fine', subject: 'the catalogue', found: `${known.length} endpoints answer: ${names.join(', ')}` },
    ];
  });
}

export const endpoints = defineCheck<Seen>({
  code: 'SW-5001',
  title: 'an API of the catalogue does not answer',
  needs: ['the API'],
  read: async (sources) => {
    const list = async (service: BeatingService) => ({
      service: await sources.typeOf(service),
      rows: await sources.heartbeats[service](),
    });
    const [knocks, ...lists] = await Promise.all([sources.knocks(), list('nova'), list('neutron'), list('cinder')]);
    return { knocks, lists };
  },
  judge,
  page: {
    means:
      'The catalogue sends every client to an address where nothing answers, something fails, or something else answers. doctor asks each endpoint in the credentials’ interface and region once, without a token. It also asks Nova, Neutron and Cinder for their services, because an API without its database still returns its versions, but answers that question with 500.',
    evidence:
      'The address, and the result: a name without an address, a refused connection, no answer in time, a bad certificate, a status, or an answer that is no version document.',
    alike:
      'A service may run without listening, because another process has its port: then the port answers with 404. Or the network lets only the controllers reach the address.',
    step: 'On the host of that address: does the service run, and which process has the port? If the address itself is wrong, correct the endpoint in Keystone.',
    never: 'Do not delete the endpoint: every client that looks the service up then fails in another way.',
  },
});
