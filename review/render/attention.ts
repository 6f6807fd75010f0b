/** Risks as items: each with its place, its witnesses and its way back. */
import { count } from '../../lib/render/text';
import type { AcknowledgedRisk, Review, Risk, WayBack } from '../model';
import { alsoNeeded, changeOf, type Approvals } from './approvals';
import { actionOf, pathOf } from './changes';
import { groupedBy } from '../../lib/basics/groups';
import { code, listed, strong, textOfLine, type Item, type Line, type Tone } from '../../lib/render/items';
import { folded } from './folded';
import type { Block } from './outline';
import { witnessLine } from './packets';
import { isAllKnown, oursOf, terraformOf, toneOf } from './result';

/** @param approvals of all risks, because a risk of the same change counts for the change */
export function riskItem(risk: Risk, approvals: Approvals = new Map()): Item {
  const { severity, class: name, message, stack, where, needs, isForbidden, witnesses } = risk;
  return {
    tone: isForbidden ? 'danger' : toneOf(severity),
    names: [stack, where],
    lines: [
      [strong(severity), ' ', code(name), `: ${message}`],
      ['in stack ', code(stack), ', at ', code(where)],
      ...(isForbidden ? [[strong('forbidden'), ' by the policy in stackward.yaml']] : []),
      ...(needs.length === 0
        ? alsoNeeded(approvals.get(changeOf(risk)))
        : [['needs the approval of ', ...listed(needs.map(code))]]),
      ...witnesses.map(witnessLine),
      ...(isTold(risk) ? [] : [wayBackLine(risk)]),
    ],
    code: [],
  };
}

/** The message of an irreversible change says already why. */
const isTold = ({ wayBack, message }: Risk): boolean => !wayBack.isPossible && message.endsWith(wayBack.why);

const wayBackLine = ({ wayBack }: { readonly wayBack: WayBack }): Line =>
  wayBack.isPossible ? [`way back: ${wayBack.how}`] : [strong("can't be undone"), `: ${wayBack.why}`];

export function acknowledgedItem({ risk, reason, until }: AcknowledgedRisk): Item {
  const { lines, ...item } = riskItem(risk);
  const [title = [], ...rest] = lines;
  return { ...item, tone: 'plain', lines: [title, [`acknowledged until ${until}: ${reason}`], ...rest] };
}

interface Part {
  readonly title: Line;
  readonly names: readonly string[];
  readonly wayBack: WayBack;
}

/** Each change, and each risk that can't be undone where no change at its place says the same. */
function partsOf(review: Review): Part[] {
  const risks: Placed[] = [
    ...[...review.risks, ...review.acknowledged.map(({ risk }) => risk)]
      .filter(({ wayBack }) => !wayBack.isPossible)
      .map(({ where, class: name, wayBack }) => ({
        place: where,
        names: [where],
        title: [code(name), ' at ', code(where)],
        wayBack,
      })),
  ];
  const changes: Placed[] = [
    ...terraformOf(review).map(({ path, action, subject, wayBack }) => ({
      place: path,
      names: [path],
      title: [...actionOf(action), ` ${subject}`],
      wayBack,
    })),
    ...oursOf(review).map((own) => ({
      place: pathOf(own),
      names: [pathOf(own)],
      title: [...actionOf(own.action), ` ${own.subject}`],
      wayBack: own.wayBack,
    })),
  ];
  const keyOf = ({ place, wayBack }: Placed): string => JSON.stringify([place, wayBack]);
  const told = new Set(changes.map(keyOf));
  const untold = new Map(risks.filter((risk) => !told.has(keyOf(risk))).map((risk) => [keyOf(risk), risk]));
  return [...untold.values(), ...changes];
}

type Placed = Part & { readonly place: string };

/** First the parts that can't be undone, then how each other part is undone. Parts with the same way share its text. */
export function wayBackBlocks(review: Review): Block[] {
  const parts = partsOf(review);
  if (parts.length === 0) return [];
  const lost = parts.filter(({ wayBack }) => !wayBack.isPossible);
  const line: Line =
    lost.length === 0
      ? [`Each part${isAllKnown(review) ? '' : ' that is planned so far'} has a way back.`]
      : [strong(`${count(lost.length, 'part')} can't be undone`)];
  const tone: Tone = lost.length === 0 ? 'plain' : 'danger';
  const rest = parts.filter(({ wayBack }) => wayBack.isPossible);
  return [{ sort: 'paragraph', tone, line }, ...waysOf(lost, tone), ...waysOf(rest, 'plain', lost.length > 0)];
}

/** @param isBelow parts that can't be undone stand above, so the first of these needs a heading of its own */
function waysOf(parts: readonly Part[], tone: Tone, isBelow = false): Block[] {
  const ways = groupedBy(parts, (part) => textOfLine(wayBackLine(part)));
  const item = ({ title, names }: Part, lines: readonly Line[]): Item => ({
    tone,
    names,
    lines: [title, ...lines],
    code: [],
  });
  const heading = (...line: Line): Block => ({ sort: 'heading', line });
  const own = [...ways.values()].filter(({ length }) => length < 2).flat();
  const shared = [...ways.values()].filter(({ length }) => length >= 2);
  return [
    ...(isBelow && own.length > 0
      ? [heading(count(own.length, 'part with its own way back', 'parts with their own ways back'))]
      : []),
    ...folded(own, (part) => item(part, [wayBackLine(part)])),
    ...shared.flatMap((group): Block[] => [
      ...group
        .slice(0, 1)
        .flatMap((part): Block[] => [
          heading(
            `${group.length} parts ${part.wayBack.isPossible ? 'with the same way back' : 'lost for the same reason'}`,
          ),
          { sort: 'paragraph', tone, line: wayBackLine(part) },
        ]),
      ...folded(group, (part) => item(part, [])),
    ]),
  ];
}
