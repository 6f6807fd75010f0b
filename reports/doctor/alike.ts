/** Groups findings that differ only in names and numbers: forty dead hosts need one page to read, not forty. Pure. */
import type { Finding } from './doctor';

/** From this number on, similar findings are shown as one group. */
const fewest = 3;

/** One finding, or all checks that failed to look for the same reason. */
interface Line {
  readonly codes: readonly string[];
  readonly finding: Finding;
}

export interface Group {
  readonly codes: readonly string[];
  /** The finding that is shown for the whole group. */
  readonly first: Finding;
  /** All findings of the group in their order, including the first. */
  readonly all: readonly Finding[];
}

/** The text without the names of its subject and without numbers. */
function patternOf(text: string, subject: string): string {
  const names = subject.split(' ').filter((word) => word !== '');
  return text
    .split(/([ ,:;()`]|\.(?= |$))/)
    .map((word) => (names.includes(word) ? '*' : word))
    .join('')
    .replace(/\d+(?:\.\d+)?(?: (?:s|min|h|d)\b)?/g, '#');
}

const textsOf = ({ result }: Finding): readonly string[] => {
  if ('step' in result) return [result.found, result.step];
  return [result.result === 'fine' ? result.found : result.why];
};

function keyOf({ codes, finding }: Line): string {
  const { result, acknowledged } = finding;
  const about = result.subject.split(' ').slice(0, -1);
  const known = acknowledged === undefined ? [] : [acknowledged.until, acknowledged.because];
  const texts = textsOf(finding).map((text) => patternOf(text, result.subject));
  return JSON.stringify([codes, result.result, about, known, ...texts]);
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): readonly (readonly [Item, ...Item[]])[] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const known = groups.get(key(item));
    if (known === undefined) groups.set(key(item), [item]);
    else known.push(item);
  }
  return [...groups.values()];
}

/**
 * Several checks may need the same reading. If it failed, its reason is shown once, with the codes of all these checks.
 */
function linesOf(findings: readonly Finding[]): readonly Line[] {
  const keyOf = ({ check, result }: Finding): string =>
    JSON.stringify([result.subject, result.result === 'not looked at' ? result.why : check.code]);
  return grouped(findings, keyOf).flatMap((same): Line[] => {
    const [finding] = same;
    const codes = [...new Set(same.map(({ check }) => check.code))];
    if (finding.result.result === 'not looked at') return [{ codes, finding }];
    return same.map((each) => ({ codes, finding: each }));
  });
}

/** Each group takes the place of its first finding. */
export const groupAlike = (findings: readonly Finding[]): readonly Group[] =>
  grouped(linesOf(findings), keyOf).flatMap((lines): Group[] => {
    const [{ codes, finding }] = lines;
    if (lines.length >= fewest) return [{ codes, first: finding, all: lines.map((line) => line.finding) }];
    return lines.map((line) => ({ codes, first: line.finding, all: [line.finding] }));
  });

/** Such as `nova-compute on cnode01, cnode02, cnode03`: subjects of one group differ only in their last word. */
export function subjectsOf({ first, all }: Group): string {
  const about = first.result.subject.split(' ').slice(0, -1);
  const last = ({ result: { subject } }: Finding): string => subject.split(' ').at(-1) ?? '';
  return [...about, all.map(last).join(', ')].join(' ');
}
