/** Reviews of any size and with any text, for tests and measurements. */
import type { OwnChange, Review, ReviewedStack, Risk, TerraformAction, Topology } from '../../review/model';
import { quietStack, reviewExample } from './review-example';

/** Texts that try to become more than text in some format. */
export const hostileTexts: readonly string[] = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '</details></summary></pre></code><h1>Approved</h1>',
  '<!-- the rest is gone',
  '--> back',
  '[approve](https://evil.example/)',
  '![seen](https://evil.example/pixel.png)',
  '[x]: https://evil.example/',
  'https://evil.example/ www.evil.example mail@evil.example',
  '@octocat @org/team #1 GH-1 org/repo#1 !1 ~label %milestone $1 &1 :shipit:',
  'a5c3785ed8d6a35868bc169f07e40e889087fd2e',
  '# heading',
  '- item\n- item',
  '1. item',
  '> quote',
  '    code',
  '| a | b |\n|---|---|\n| c | d |',
  'a | b \\| c',
  '`code` ``two`` ```fence',
  '```\n~~~',
  '**bold** _em_ ~~gone~~ *a*',
  '***',
  '===\n---',
  '&lt;b&gt; &#64;octocat &commat;',
  '\\',
  'x\\`y\\',
  '\u202eevil\u2066\u200b',
  '[^1] [ ] [x] [!NOTE]',
  '$x$ $$y$$ \\(z\\)',
  '"]; click n1 "https://evil.example/" %%{init: {}}%% end',
  '}</style><script>',
  '\'"><svg onload=alert(1)>',
  ']]>',
  '{{7*7}} ${7*7} <%= 7 %>',
  '\r\n\r\n<b>',
  '\u001b[31mred\u001b[0m',
  '',
  ' ',
  '\u05d0\u05d1\u05d2',
];

/** The example with each text changed: only the words that the model itself fixes stay. */
export function reviewWith(text: (before: string) => string): Review {
  const fixed = new Set([
    'action',
    'severity',
    'language',
    'sort',
    'change',
    'before!',
    'after!',
    'formatVersion',
    'name!',
    'target',
    'within',
    'id!',
    'from',
    'to',
  ]);
  const each = (value: unknown, key: string, parent: string): unknown => {
    if (typeof value === 'string') return fixed.has(key) || fixed.has(`${key}!${parent}`) ? value : text(value);
    if (Array.isArray(value)) return value.map((item) => each(item, key, parent));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, each(inner, name, key)]));
  };
  const changed = each(reviewExample, '', '') as Review;
  return {
    ...changed,
    engine: { ...changed.engine, name: reviewExample.engine.name },
    stacks: changed.stacks.map((stack) => ({
      ...stack,
      removesAfter: [{ stack: text('acme'), because: text('first port web, then network Green') }],
    })),
    risks: changed.risks.map((risk, index) => ({ ...risk, witnesses: witnessesOf(risk, reviewExample.risks[index]) })),
    topology: {
      nodes: changed.topology.nodes.map((node, index) => ({
        ...node,
        id: reviewExample.topology.nodes[index]?.id ?? '',
      })),
      links: changed.topology.links,
    },
    problems: [{ stack: text('acme'), message: text('it is not readable') }],
    notCompared: [{ stack: text('acme'), message: text('it may not be read') }],
    warnings: [text('the synthesized code is older than the code')],
  };
}

const witnessesOf = (risk: Risk, original: Risk | undefined): Risk['witnesses'] =>
  risk.witnesses.map((witness, index) => {
    const { before = 'dropped', after = 'passes' } = original?.witnesses[index] ?? {};
    return { ...witness, before, after };
  });

const own = (stack: string, number: number): OwnChange => ({
  id: `firewall-exception.${stack}/Branch${number}/Transit`,
  kind: 'firewall-exception',
  target: `host:cnode${number % 40}`,
  action: 'create',
  subject: `port branch${number}-utm-red (tap${number.toString(16).padStart(8, '0')}-00) of server branch${number}-utm`,
  because: 'the exception is declared, and none of its rules is on this host',
  changes: [
    { attribute: 'sources', after: `10.${(number >> 8) % 256}.${number % 256}.0/24` },
    { attribute: 'destinations', after: '198.51.100.0/24' },
  ],
  notes: [
    `opens: from 10.${(number >> 8) % 256}.${number % 256}.0/24 out of the port to 198.51.100.0/24`,
    "the port's security groups don't filter these packets; they filter every other packet",
  ],
  effect: [
    {
      language: 'iptables',
      lines: [
        `-A stackward-50d858e0985ecc7f -s 10.${(number >> 8) % 256}.${number % 256}.0/24 -d 198.51.100.0/24 -m physdev --physdev-in tap${number.toString(16).padStart(8, '0')}-00 -j ACCEPT`,
      ],
    },
  ],
  wayBack: { isPossible: true, how: '`stackward rollback last` brings back the state before the run' },
});

const risk = ({ id, kind, subject }: OwnChange, stack: string): Risk => ({
  class: 'opens-prefix',
  severity: 'medium',
  stack,
  where: id.slice(kind.length + 1),
  message: `its clients reach 198.51.100.0/24 through ${subject}`,
  wayBack: { isPossible: true, how: '`stackward rollback last` brings back the state before the run' },
  witnesses: [],
  needs: [],
  isForbidden: false,
});

/** A review with this many changes of ours, all alike or no two alike. */
export function largeReview(changes: number, stacks = 10, isAlike = true): Review {
  const word = (number: number): string => [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
  const all = Array.from({ length: stacks }, (_, index): ReviewedStack => {
    const name = `tenant${index}`;
    const numbers = Array.from({ length: Math.ceil(changes / stacks) }, (_each, each) => each * stacks + index).filter(
      (number) => number < changes,
    );
    const ours = numbers.map((number) => own(name, number));
    return {
      ...quietStack,
      name,
      ours: isAlike
        ? ours
        : ours.map((change, each) => ({ ...change, because: `the ${word(numbers[each] ?? 0)} rule is gone` })),
    };
  });
  const risks = all.flatMap(({ name, ours }) => ours.map((change) => risk(change, name)));
  return {
    ...reviewExample,
    stacks: all,
    risks,
    acknowledged: [],
    reach: { ...reviewExample.reach, servers: risks.map((_, index) => `branch${index}-utm`) },
    topology: topologyOf(Math.min(changes, 300)),
  };
}

const changed = (is: boolean, change: TerraformAction): { change?: TerraformAction } => (is ? { change } : {});

/** Tenants with a green and an orange network, a router, a UTM, and servers; a red network and hosts for all. */
export function topologyOf(servers: number): Topology {
  const perTenant = 10;
  const tenants = Array.from({ length: Math.ceil(servers / perTenant) }, (_, index) => index + 1);
  const hosts = Array.from({ length: Math.ceil(servers / 25) }, (_, index) => `cnode${index + 1}`);
  const parts = tenants.map((tenant): Topology => {
    const id = `tenant${tenant}`;
    const number = Math.min(perTenant, servers - (tenant - 1) * perTenant) - 1;
    const names = Array.from({ length: number }, (_, index) => `web${index + 1}`);
    return {
      nodes: [
        { id, sort: 'tenant', label: id, details: [] },
        { id: `${id}/Green`, sort: 'network', label: 'green', details: [`10.${tenant}.1.0/24`], within: id },
        { id: `${id}/Orange`, sort: 'network', label: 'orange', details: [`10.${tenant}.2.0/24`], within: id },
        {
          id: `${id}/Utm`,
          sort: 'utm',
          label: `${id}-utm`,
          details: [`203.0.113.${tenant}`],
          within: id,
          ...changed(tenant % 3 === 0, 'replace'),
        },
        {
          id: `${id}/Router`,
          sort: 'router',
          label: `${id}-router`,
          details: [],
          within: id,
          ...changed(tenant === 2, 'delete'),
        },
        ...names.map((name, index) => ({
          id: `${id}/${name}`,
          sort: 'server' as const,
          label: `${id}-${name}`,
          details: [`10.${tenant}.2.${index + 10}`],
          within: id,
          ...changed(index === 3, 'create'),
        })),
      ],
      links: [
        { from: `${id}/Utm`, to: 'shared/Guest', label: `192.0.2.${tenant}` },
        { from: `${id}/Utm`, to: `${id}/Green`, label: `10.${tenant}.1.1` },
        { from: `${id}/Utm`, to: `${id}/Orange`, label: `10.${tenant}.2.1` },
        { from: `${id}/Utm`, to: 'shared/Red', label: `203.0.113.${tenant}` },
        { from: `${id}/Router`, to: `${id}/Green`, label: '' },
        ...names.map((name, index) => ({
          from: `${id}/${name}`,
          to: `${id}/Orange`,
          label: `10.${tenant}.2.${index + 10}`,
        })),
        { from: `${id}/Utm`, to: hosts[tenant % hosts.length] ?? '', label: 'runs on' },
      ],
    };
  });
  return {
    nodes: [
      { id: 'shared/Red', sort: 'network', label: 'red', details: ['203.0.113.0/24'] },
      { id: 'shared/Guest', sort: 'network', label: 'guest', details: ['192.0.2.0/24'] },
      ...hosts.map((host) => ({ id: host, sort: 'host' as const, label: host, details: [] })),
      ...parts.flatMap(({ nodes }) => nodes),
    ],
    links: parts.flatMap(({ links }) => links),
  };
}
