/** The sections of a review, in the order of every format. */
import { mapTexts, printable, printableCode } from '../../lib/basics/printable';
import { count } from '../../lib/render/text';
import type { Review, Risk, Unreviewed } from '../model';
import { everyProject, floatingType } from '../reach';
import { riskClasses, type RiskName } from '../risks/classes';
import { approvalsLine, approvalsOf } from './approvals';
import { acknowledgedItem, riskItem, wayBackBlocks } from './attention';
import { changesBlocks, changesWithEffect, declaredTotal, effectItem } from './changes';
import { groupedBy } from '../../lib/basics/groups';
import { code, joined, listed, strong, type Item, type Line } from '../../lib/render/items';
import { folded } from './folded';
import { orderLines } from './order';
import type { Block, Outline, Section } from './outline';
import { aboutPackets } from './packets';
import {
  isAllKnown,
  oursOf,
  severities,
  terraformOf,
  toneOfReview,
  unreviewedStacks,
  verdictOf,
  waitingStacks,
} from './result';

const outlines = new WeakMap<Review, Outline>();

/** A run may write one review in several formats, so its outline is made once. */
export function outlineOf(review: Review): Outline {
  const known = outlines.get(review) ?? outlineAnew(review);
  outlines.set(review, known);
  return known;
}

function outlineAnew(raw: Review): Outline {
  const review = printableReview(raw);
  return {
    tone: toneOfReview(review),
    verdict: verdictOf(review),
    facts: factsOf(review),
    classes: classesOf(review),
    sections: sectionsOf(review).filter(({ blocks }) => blocks.length > 0),
  };
}

/** Lines of code keep their blanks, and all other texts are words on one line. */
const printableReview = (raw: Review): Review => mapTexts(raw, printable, { effect: printableCode });

function sectionsOf(review: Review): Section[] {
  const section = (id: Section['id'], title: string, blocks: readonly Block[], isApart = false): Section => ({
    id,
    title,
    isApart,
    blocks,
  });
  return [
    section('attention', 'Needs attention', attentionOf(review)),
    section('changes', 'Changes, per stack and target', changesBlocks(review)),
    section('reach', 'Reach: who and what feels it', reachOf(review)),
    section('effect', 'Exact effect', effectBlocks(review)),
    section('way-back', 'Way back', wayBackBlocks(review)),
    section('acknowledged', 'Acknowledged', folded(review.acknowledged, acknowledgedItem), true),
    section('problems', 'Problems', folded(review.problems, problemItem)),
  ];
}

const said = (text: string): Block => ({ sort: 'paragraph', tone: 'plain', line: [text] });

function effectBlocks(review: Review): Block[] {
  const { risks } = review;
  const blocks = folded(changesWithEffect(review), effectItem);
  if (blocks.length === 0) return blocks;
  const isElsewhere = terraformOf(review).some(({ action }) => action === 'delete');
  const hasPackets = terraformOf(review).some(({ witnesses }) => witnesses.length > 0);
  const hasException = oursOf(review).some(({ kind }) => kind === 'firewall-exception');
  return [
    ...(isElsewhere ? [said('What Terraform destroys is under "Changes, per stack and target".')] : []),
    ...(hasException
      ? [
          said(
            'In the rules of an exception, from tap to qvb is out of the server, and from qvb to tap is into it. docs/kinds/firewall-exception.md says how an exception outlives a restart of its host and a migration of its server.',
          ),
        ]
      : []),
    ...(hasPackets && risks.every(({ witnesses }) => witnesses.length === 0) ? [said(aboutPackets)] : []),
    ...blocks,
  ];
}

function attentionOf(review: Review): Block[] {
  const { risks, acknowledged, problems, warnings, notCompared } = review;
  const left = folded(notCompared, notComparedItem);
  const hasPackets = risks.some(({ witnesses }) => witnesses.length > 0);
  const approvals = approvalsOf(risks);
  if (risks.length > 0)
    return [
      ...(hasPackets ? [said(aboutPackets)] : []),
      ...folded(risks, (risk) => riskItem(risk, approvals)),
      ...left,
      ...folded(warnings, warningItem),
    ];
  const more = [
    ...warnings,
    ...(acknowledged.length === 0
      ? []
      : [`${count(acknowledged.length, 'risk')} stand apart, because stackward.yaml acknowledges them.`]),
    ...(problems.length === 0 ? [] : ['Risks may hide where the review is not complete.']),
    ...(waitingStacks(review).length === 0 ? [] : ['Risks may hide in the stacks that are planned later.']),
  ];
  return [...left, ...more.map((text): Block => ({ sort: 'paragraph', tone: 'warning', line: [text] }))];
}

const warningItem = (text: string): Item => ({
  tone: 'warning',
  names: [],
  lines: [[strong('warning'), `: ${text}`]],
  code: [],
});

const notComparedItem = ({ stack, message }: Unreviewed): Item => ({
  tone: 'warning',
  names: [stack],
  lines: [
    [strong('not compared'), `: ${message}`],
    ['in stack ', code(stack)],
  ],
  code: [],
});

const problemItem = ({ stack, message }: Unreviewed): Item => ({
  tone: 'danger',
  names: stack === '' ? [] : [stack],
  lines: [[strong('not reviewed'), ...(stack === '' ? [', for all stacks'] : [': ', code(stack)])], [message]],
  code: [],
});

/** Such as "Terraform: 2 to create, 1 to replace". */
const tally = (words: readonly (readonly [string, number])[]): string =>
  words.flatMap(([word, number]) => (number === 0 ? [] : [`${number} to ${word}`])).join(', ');

function factsOf(review: Review): Line[] {
  const { stacks, by, made, commit, engine, version } = review;
  const [terraform, ours] = [terraformOf(review), oursOf(review)];
  const number = (list: readonly { action: string }[], action: string): number =>
    list.filter((change) => change.action === action).length;
  const verbs = [
    ['create'],
    ['update', 'change'],
    ['replace'],
    ['delete', 'destroy'],
    ['import'],
    ['move'],
    ['forget'],
  ];
  const tallyOf = (list: readonly { action: string }[]): string =>
    tally(verbs.map(([action = '', verb = action]) => [verb, number(list, action)] as const)) ||
    (isAllKnown(review) ? 'nothing to do' : 'no change is known');
  const waiting = stacks.reduce((sum, stack) => sum + stack.waiting.length, 0);
  const later: Line[] = [
    ...(waiting === 0 ? [] : [[`${count(waiting, 'resource')} of stackward's: values are known after apply`]]),
    ...unplannedLine(review),
  ];
  const goneBy = (action: 'delete' | 'replace'): string[] =>
    [...terraform, ...ours].filter((change) => change.action === action).map(({ subject }) => subject);
  return [
    [`${engine.name === 'tofu' ? 'OpenTofu' : 'Terraform'}: ${tallyOf(terraform)}. stackward: ${tallyOf(ours)}.`],
    ...goneLines(goneBy('replace'), goneBy('delete')),
    ...orderLines(review),
    ...(later.length === 0 ? [] : [[strong('Not yet known: '), ...joined(later, '; '), '.']]),
    ...acknowledgedLine(review),
    ...approvalsLine(review.risks),
    ...notComparedLine(review),
    [
      'Made ',
      code(made),
      ' by ',
      code(by),
      ...(commit === undefined
        ? [', outside of a repository']
        : [
            ', commit ',
            code(commit.id.slice(0, 12)),
            commit.hasChanges ? strong(' with changes that are not committed') : '',
          ]),
      `; ${engine.name} ${engine.version}, stackward ${version}.`,
    ],
  ];
}

/** More names than this stand in the section of changes alone. */
const mostNamed = 8;

function unplannedLine(review: Review): Line[] {
  const stacks = waitingStacks(review);
  if (stacks.length === 0) return [];
  if (stacks.length > mostNamed)
    return [
      [
        `${count(stacks.length, 'stack')} with ${count(declaredTotal(review), 'resource')}, each planned once the stacks that it reads are applied`,
      ],
    ];
  return stacks.map(({ name, declares, waitsFor = [] }) => [
    'stack ',
    code(name),
    ` with ${count(declares.length, 'resource')}, planned once `,
    ...listed(waitsFor.map(code)),
    waitsFor.length === 1 ? ' is applied' : ' are applied',
    ', and not deployed before a review of its own',
  ]);
}

const acknowledgedLine = ({ acknowledged }: Review): Line[] =>
  acknowledged.length === 0
    ? []
    : [
        [
          `stackward.yaml acknowledges ${count(acknowledged.length, 'further risk')}, not counted here: see "Acknowledged".`,
        ],
      ];

const notComparedLine = ({ notCompared }: Review): Line[] =>
  notCompared.length === 0
    ? []
    : [[strong('Not compared'), ` with the cloud: ${count(notCompared.length, 'part')}, named below.`]];

function goneLines(replaced: readonly string[], destroyed: readonly string[]): Line[] {
  const named = (title: string, subjects: readonly string[]): Line[] => {
    if (subjects.length === 0) return [];
    const more = subjects.length > mostNamed ? `; and ${subjects.length - mostNamed} more` : '';
    return [[strong(title), ` ${subjects.slice(0, mostNamed).join('; ')}${more}.`]];
  };
  return [...named('Replaced:', replaced), ...named('Destroyed:', destroyed)];
}

function classesOf({ risks }: Review): (readonly Line[])[] {
  const groups = [...groupedBy(risks, ({ severity, class: name }) => `${severity} ${name}`).values()];
  return severities.flatMap((severity) =>
    groups.flatMap(([first, ...rest]) => (first?.severity === severity ? [classRow(first, rest.length + 1)] : [])),
  );
}

const classRow = ({ severity, class: name }: Risk, number: number): readonly Line[] => [
  [severity === 'high' ? strong(severity) : severity],
  [code(name)],
  [name in riskClasses ? riskClasses[name as RiskName].title : ''],
  [String(number)],
];

/** Classes whose change reaches every project. */
const everywhere: ReadonlySet<string> = new Set<RiskName>(['grants-all-projects', 'takes-grant']);

function reachOf(review: Review): Block[] {
  const { reach, stacks, risks, acknowledged } = review;
  if (stacks.every(({ terraform, ours }) => terraform.length + ours.length === 0)) return [];
  const lists: readonly [string, readonly string[] | undefined][] = [
    ['projects', reach.projects.filter((name) => name !== everyProject)],
    ['servers', reach.servers],
    ['ports', reach.ports],
    ['floating IPs', reach.floatingIps],
    ['hosts', reach.hosts],
  ];
  const all = [...risks, ...acknowledged.map(({ risk }) => risk)];
  const line = ['A right changes in every project of the cloud, also in those that are not named here.'];
  return [
    ...(reach.projects.includes(everyProject) || all.some((risk) => everywhere.has(risk.class))
      ? [{ sort: 'paragraph', tone: 'warning', line } as const]
      : []),
    ...(reach.pools.length === 0
      ? []
      : [said('A project that only owns a network whose pool changes is listed, too.')]),
    ...lists.map(([title, names]): Block => ({ sort: 'names', title, names })),
    ...poolsOf(review),
    ...unseen(review),
  ];
}

/** Names the stacks without a whole plan, because their things may be missing in every list and in the picture. */
function unseen(review: Review): Block[] {
  const waiting = waitingStacks(review).map(({ name }) => name);
  const unreviewed = [...unreviewedStacks(review)].filter((name) => name !== '' && !waiting.includes(name));
  const titled = (title: string, names: readonly string[]): Block[] =>
    names.length === 0 ? [] : [{ sort: 'names', title, names }];
  return [
    ...titled('stacks without a plan, whose things are not counted here, nor in the picture', waiting),
    ...titled('stacks with parts that could not be reviewed, whose things may be missing here', unreviewed),
  ];
}

function poolsOf(review: Review): Block[] {
  const { pools } = review.reach;
  if (pools.length === 0) return [];
  const rows = pools.map(({ subnet, before, after }) => [[code(subnet)], [String(before)], [String(after)]]);
  const freed = freedAddresses(review);
  const more = freed.length > mostNamed ? ` and ${freed.length - mostNamed} more` : '';
  const line: Line =
    freed.length === 0
      ? ['Neither number counts addresses that Terraform takes or frees in this change.']
      : ['Neither number counts ', ...listed(freed.slice(0, mostNamed).map(code)), `${more}, which Terraform frees in this change, nor addresses that it takes.`]; // prettier-ignore
  return [
    { sort: 'table', titles: ['addresses left in', 'before', 'after'], rows },
    { sort: 'paragraph', tone: 'plain', line },
  ];
}

/** Of floating IPs that go. */
const freedAddresses = (review: Review): string[] =>
  terraformOf(review)
    .filter(({ type, action }) => type === floatingType && action === 'delete')
    .flatMap(({ attributes }) => attributes.find(({ name }) => name === 'address')?.before ?? []);
