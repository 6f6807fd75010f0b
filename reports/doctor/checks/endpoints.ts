import type { Knock } from '../../sources';
import type { Looked } from '../../looked';
import { defineCheck, judgeLooked, type Result } from '../check';

/** Without a token a service answers with its versions, or asks for a token. Swift's proxy calls a path without an account "Bad URL". */
const answersLikeAnApi = (service: string, status: number): boolean =>
  status < 400 || status === 401 || status === 403 || (service === 'object-store' && status === 412);

function judgeOne({ endpoint: { service, url }, status }: Knock): Result[] {
  const subject = `API ${service}`;
  if (!status.isRead)
    return [
      {
        result: 'fault',
        subject,
        found: 'Nothing answers at its endpoint.',
        evidence: [url, status.why],
        step: 'Look on the host of that address whether the service runs, and which process holds the port (`ss -ltnp`).',
      },
    ];
  if (answersLikeAnApi(service, status.value)) return [];
  const isBroken = status.value >= 500;
  return [
    {
      result: 'fault',
      subject,
      found: isBroken
        ? `Something answers at its endpoint, and fails with ${status.value}.`
        : `Something answers at its endpoint with ${status.value}, which this service does not.`,
      evidence: [url],
      step: isBroken
        ? 'Look at the log of the service, and of the proxy before it: 502, 503 and 504 are mostly the proxy’s.'
        : 'Look which process holds the port (`ss -ltnp`), and whether the path in the catalogue is right.',
    },
  ];
}

export const endpoints = defineCheck<Looked<readonly Knock[]>>({
  code: 'SW-5001',
  title: 'an API of the catalogue does not answer',
  needs: ['the API'],
  read: (sources) => sources.knocks(),
  judge: (knocks) =>
    judgeLooked('the catalogue', knocks, (known) => {
      const troubles = known.flatMap(judgeOne);
      if (troubles.length > 0) return troubles;
      const found = `${known.length} endpoints answer: ${known.map(({ endpoint }) => endpoint.service).join(', ')}`;
      return [{ result: 'fine', subject: 'the catalogue', found }];
    }),
  page: {
    means:
      'The catalogue sends every client to an address where nothing answers, something fails, or something else answers. Endpoints of the interface and region of the credentials are asked, each once and without a token.',
    evidence: 'The address, and what came of asking it: refused, no answer in time, a certificate, a status.',
    alike:
      'A service that runs and does not listen, because another process holds its port: the port answers with 404. A network that lets only the controllers reach the address.',
    step: 'On the host of that address: does the service run, and which process holds the port? Where the address itself is wrong, correct the endpoint in Keystone.',
    never: 'Do not delete the endpoint: every client that looks the service up then fails in another way.',
  },
});
