/** Puts the words for a thing behind its id, because nobody knows a UUID. Pure. */
import { subjectOf } from './terraform/subject';
import type { Things } from './terraform/things';

const ids = /(?<![\w-])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})(?![\w-])/g;

export const withNames = (text: string, things: Things): string =>
  text.replace(ids, (id) => {
    const thing = things.withId(id);
    return thing === undefined ? id : `${id} (${subjectOf(thing, things)})`;
  });

const named = new RegExp(`(?:(?<![\\w-])[a-z]+ )?${ids.source}(?: \\([^()]*\\))?`, 'g');

/** The words alone, in place of `port <id> (tap…)`. */
export const inWords = (text: string, things: Things): string =>
  text.replace(named, (words) => {
    const id = words.match(ids)?.[0];
    const thing = things.withId(id);
    return thing === undefined ? words : subjectOf(thing, things);
  });
