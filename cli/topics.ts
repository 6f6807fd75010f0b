/** Finds the text for a topic of `stackward explain`: a code of doctor, a page, or words of a message. Pure. */
import { InvalidCommand } from '../lib/basics/errors';
import { nearestNames } from '../lib/basics/nearest';

export type Pages = ReadonlyMap<string, string>;

/** The most sections that are shown for one word. */
const mostSections = 5;
/** The fewest characters of the words that are searched for. */
const shortest = 3;

/**
 * @param topic a code such as SW-1010; a page such as `hosts` or `docs/hosts.md`; or words of a message
 * @throws InvalidCommand if nothing is found
 */
export function textAbout(topic: string, pages: Pages): string {
  const wanted = topic.trim();
  const [path = '', anchor] = wanted.split('#');
  const name = path.replace(/^(?:\.\/)?docs\//, '').replace(/^kinds\//, '').replace(/\.md$/, '').toLowerCase(); // prettier-ignore
  const page = pages.get(name);
  const code = /^sw-\d{4}$/i.exec(anchor ?? wanted)?.[0].toUpperCase();
  if (code !== undefined) {
    const [found] = sectionsOf(pages.get('doctor') ?? '', (title) => title === code);
    if (found !== undefined) return found;
  }
  if (page !== undefined) return page;
  const [troubleshooting = '', doctor = ''] = ['troubleshooting', 'doctor'].map((each) => pages.get(each));
  const about = aboutMessage(wanted, troubleshooting);
  const searches = [
    () => about,
    () => sectionsNamed(wanted, pages),
    () => sectionsWith(wanted, [troubleshooting, doctor]),
    () => sectionsWithAll(wanted, [troubleshooting, doctor]),
  ];
  const found = searches.reduce<readonly string[]>(
    (sections, search) => (sections.length > 0 ? sections : search()),
    [],
  );
  if (found.length > 0) return found.join('\n');
  const codes = titlesOf(pages).map(([each]) => each);
  const near = nearestNames(name, [...pages.keys(), ...codes.map((each) => each.toLowerCase())]);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : '`stackward explain` lists all that there is';
  throw new InvalidCommand(`there is no page, check or message "${wanted}"; ${hint}`);
}

/** The list of all topics, as a page. */
export function listOfTopics(pages: Pages): string {
  const checks = titlesOf(pages).map(([code, title]) => `- ${code}: ${title}`);
  const names = [...pages].map(([name, text]) => `- ${name}: ${/^# (.*)$/m.exec(text)?.[1] ?? name}`);
  return [
    'stackward explain TOPIC shows one of these. TOPIC may also be words of a message, such as "known_hosts".',
    '\n## Checks of doctor\n',
    ...checks,
    '\n## Pages\n',
    ...names,
  ].join('\n');
}

const titlesOf = (pages: Pages): (readonly [code: string, title: string])[] =>
  [...(pages.get('doctor') ?? '').matchAll(/^## (SW-\d{4})\n+\*\*(.+?)\.?\*\*/gm)].map(([, code = '', title = '']) => [
    code,
    title,
  ]);

const quotes = /["'`’“”]/g;
const bare = (text: string): string => text.replace(quotes, '').toLowerCase();

/**
 * A heading has words of a message. It matches if the typed text contains the heading, or the heading contains the
 * text.
 */
function aboutMessage(words: string, page: string): readonly string[] {
  const wanted = bare(words);
  if (wanted.length < shortest) return [];
  const isAbout = (title: string): boolean => bare(title).includes(wanted) || wanted.includes(bare(title));
  return sectionsOf(page, (title) => title.startsWith('"') && isAbout(title)).slice(0, mostSections);
}

/** The sections of all pages whose heading is these words, such as "A floating IP" of trace. */
function sectionsNamed(words: string, pages: Pages): readonly string[] {
  const plain = (text: string): string => bare(text).replace(/^(?:an?|the) /, '');
  const wanted = plain(words);
  return [...pages.values()].flatMap((text) => sectionsOf(text, (title) => plain(title) === wanted)).slice(0, mostSections); // prettier-ignore
}

/** The sections of which one paragraph has each of several words, in any order. */
function sectionsWithAll(words: string, texts: readonly string[]): readonly string[] {
  const wanted = bare(words).match(/[a-z0-9]+/g) ?? [];
  if (wanted.length < 2) return [];
  const hasAll = (line: string): boolean => {
    const said = new Set(bare(line).match(/[a-z0-9]+/g));
    return wanted.every((word) => said.has(word));
  };
  const sections = texts.flatMap((text) => sectionsOf(text, () => true));
  const found = sections.filter((section) => section.split('\n').some(hasAll));
  return found.filter((section) => !found.some((part) => part !== section && section.includes(part))).slice(0, mostSections); // prettier-ignore
}

/** The sections of these pages that contain the words. */
function sectionsWith(words: string, texts: readonly string[]): readonly string[] {
  const wanted = bare(words);
  if (wanted.length < shortest) return [];
  const sections = texts.flatMap((text) => sectionsOf(text, () => true));
  const found = sections.filter((section) => bare(section).includes(wanted));
  // A chapter contains the sections below it, so it would repeat them.
  const smallest = found.filter((section) => !found.some((part) => part !== section && section.includes(part)));
  return smallest.slice(0, mostSections);
}

/**
 * The sections with a wanted heading. A section begins with its heading and ends before the next heading of the same or
 * a higher level.
 */
function sectionsOf(page: string, isWanted: (title: string) => boolean): readonly string[] {
  const headings = [...page.matchAll(/^(##+) (.*)$/gm)];
  return headings.flatMap(({ index, 1: marks = '', 2: title = '' }) => {
    if (!isWanted(title)) return [];
    const next = headings.find((heading) => heading.index > index && (heading[1] ?? '').length <= marks.length);
    return [page.slice(index, next?.index)];
  });
}
