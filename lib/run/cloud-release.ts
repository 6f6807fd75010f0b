/**
 * Finds the releases that a cloud's APIs may have, and tells whether the declared release is among them. Pure.
 *
 * A service reports the newest version of its API, and no release removes a version. The number therefore bounds the
 * release from both sides. Neutron has no such number; an extension bounds its release from below. While a cloud is
 * upgraded, its services may differ by a release or two, so each service's own answer counts more than the others'
 * answers.
 *
 * Source: `_MAX_API_VERSION` of the packages nova 15.1.5–34.0.0 and cinder 10.0.8–29.0.0, `api/discovery.py` and
 * `version/controllers.py` of keystone 12.0.3–30.0.0, `neutron/extensions` of neutron 10.0.5–29.0.0. For earlier
 * releases: the REST API version histories of Nova and Cinder, and `neutron/extensions` at the tags juno-eol to
 * newton-eol.
 */
import type { ApiAnswer, CloudApis } from '../contract/ports';
import type { ServiceName } from '../openstack/services';
import { isNewer, releases, type KnownRelease, type Release } from '../openstack/releases';

/** Each release's newest version; a release without a line has that of the line before. */
type Versions = Readonly<Partial<Record<KnownRelease, number>>>;

/** Minor numbers of 2.x. Icehouse and Juno have none. */
const nova: Versions = {
  kilo: 3,
  liberty: 12,
  mitaka: 25,
  newton: 38,
  ocata: 42,
  pike: 53,
  queens: 60,
  rocky: 65,
  stein: 72,
  train: 79,
  ussuri: 87,
  wallaby: 88,
  xena: 90,
  zed: 93,
  '2023.1': 95,
  '2024.1': 96,
  '2025.1': 100,
  '2026.1': 103,
  '2026.2': 104,
};
/** Minor numbers of 3.x. */
const cinder: Versions = {
  mitaka: 0,
  newton: 15,
  ocata: 27,
  pike: 43,
  queens: 50,
  rocky: 55,
  stein: 59,
  ussuri: 60,
  victoria: 62,
  wallaby: 64,
  xena: 66,
  yoga: 68,
  zed: 70,
  '2024.1': 71,
};
/** Minor numbers of 3.x; the numbers of releases before Ocata are not distinguished. */
const keystone: Versions = {
  icehouse: 7,
  ocata: 8,
  queens: 10,
  rocky: 11,
  stein: 12,
  train: 13,
  ussuri: 14,
};
/**
 * Extensions of ML2 and of the plugins that Neutron loads by itself, by the first release that has them, newest first.
 */
const extensions: readonly (readonly [KnownRelease, readonly string[]])[] = [
  ['2026.1', ['router-enable-snat']],
  ['2025.1', ['quota-check-limit-default']],
  ['2024.2', ['subnet-external-network']],
  ['2024.1', ['security-groups-rules-belongs-to-default-sg']],
  ['2023.1', ['security-groups-default-rules']],
  ['zed', ['port-mac-override', 'qos-rule-type-filter']],
  ['yoga', ['quota-check-limit', 'security-groups-shared-filtering']],
  ['wallaby', ['security-groups-normalized-cidr', 'security-groups-remote-address-group']],
  ['victoria', ['address-group']],
  ['ussuri', ['stateful-security-group', 'rbac-subnetpool']],
  ['train', ['extraroute-atomic']],
  ['stein', ['l3-port-ip-change-not-allowed', 'rbac-security-groups']],
  ['rocky', ['empty-string-filtering', 'port-mac-address-regenerate']],
  ['queens', ['ip-substring-filtering']],
  ['pike', ['revision-if-match', 'net-mtu-writable']],
  ['newton', ['standard-attr-revisions']],
  ['mitaka', ['network_availability_zone']],
  ['liberty', ['rbac-policies']],
];

/** Positions in `releases`, both included; `later` is the position after the last. */
interface Span {
  readonly from: number;
  readonly to: number;
}
const later = releases.length;
const place = (release: Release): number => (isNewer(release) ? later : releases.indexOf(release as KnownRelease));

export interface Evidence extends Span {
  readonly service: ServiceName;
  /** The beginning of a sentence: the answer of the API, and the releases that give this answer. */
  readonly words: string;
}

/**
 * The releases of this minor number. A number between those of two releases belongs to a cloud that follows the
 * development.
 */
function spanOf(versions: Versions, minor: number): Span {
  let last: number | undefined;
  const numbers = releases.map((release) => (last = versions[release] ?? last));
  const isLess = (number: number | undefined): boolean => number !== undefined && number < minor;
  const first = numbers.indexOf(minor);
  const next = numbers.findIndex((number) => number !== undefined && number > minor);
  if (first >= 0) return { from: first, to: next < 0 ? later : next - 1 };
  return next < 0 ? { from: later, to: later } : { from: Math.max(numbers.findLastIndex(isLess), 0), to: next };
}

function evidenceOf(answer: ApiAnswer): readonly Evidence[] {
  const evidence = (span: Span, words: string): Evidence[] => [
    { ...span, service: answer.service, words: `${words} ${say(span)}` },
  ];
  if (answer.service === 'neutron') {
    const known = extensions.find(([, aliases]) => aliases.some((alias) => answer.extensions.includes(alias)));
    if (known === undefined) return [];
    const [release, aliases] = known;
    const alias = aliases.find((name) => answer.extensions.includes(name)) ?? '';
    return evidence({ from: place(release), to: later }, `Neutron has the extension ${alias}, so it is`);
  }
  const [versions, name] = { nova: [nova, 'Nova'], cinder: [cinder, 'Cinder'], keystone: [keystone, 'Keystone'] }[
    answer.service
  ] as [Versions, string];
  const { version } = answer;
  if (version === '') return evidence({ from: 0, to: place('juno') }, `${name}'s API has no microversions, which is`);
  const minor = Number(version.split('.')[1]);
  const coarse = answer.service === 'keystone' && minor < 8 ? 7 : minor;
  return evidence(spanOf(versions, coarse), `${name}'s API goes up to ${version}, which is`);
}

/** In the words of a sentence: `zed`, `zed to 2023.2`, `ussuri or later`. */
function say({ from, to }: Span): string {
  const [first, last] = [releases[from], releases[to]];
  if (first === undefined) return `later than ${releases.at(-1)}`;
  if (last === undefined) return `${first} or later`;
  return first === last ? first : `${first} to ${last}`;
}

const meet = (a: Span, b: Span): Span | undefined => {
  const both = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return both.from <= both.to ? both : undefined;
};

/** The service with the most precise answer comes first. */
const order: readonly ServiceName[] = ['nova', 'cinder', 'neutron', 'keystone'];

/**
 * The releases that this service's answer allows, narrowed by the other services' answers as far as these agree with
 * it.
 */
const agreed = (start: Evidence, all: readonly Evidence[]): Span =>
  all.reduce<Span>((span, evidence) => meet(span, evidence) ?? span, start);

/**
 * Why a cloud whose APIs give these answers can't run the declared release, and what to do. Undefined if no answer
 * contradicts the release.
 * @param service whose own release counts; default: a cloud may be of every release of its services
 */
export function contradictionOf(
  release: Release,
  { answers }: Pick<CloudApis, 'answers'>,
  service?: ServiceName,
): { readonly evidence: string; readonly advice: string } | undefined {
  const all = answers.flatMap(evidenceOf).sort((a, b) => order.indexOf(a.service) - order.indexOf(b.service));
  const own = all.filter((evidence) => evidence.service === service);
  const spans = (own.length > 0 ? own : all).map((start) => agreed(start, all));
  const [span] = spans;
  const isIn = ({ from, to }: Span): boolean => from <= place(release) && place(release) <= to;
  if (span === undefined || spans.some(isIn)) return undefined;
  const against = all.filter((evidence) => !isIn(evidence)).map(({ words }) => words);
  const only = span.from === span.to ? releases[span.from] : undefined;
  return {
    evidence: against.join('; '),
    advice: only === undefined ? `set the release that the cloud runs (${say(span)})` : `set release: '${only}'`,
  };
}
