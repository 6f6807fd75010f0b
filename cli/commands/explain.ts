import { readPages } from '../../adapters/files/pages';
import { renderPageText } from '../../lib/render/page';
import type { OutputOptions } from '../options';
import { answerOf, endWith } from '../run';
import { say, terminalWidth } from '../terminal';
import { listOfTopics, textAbout } from '../topics';

/** @param words the words of one topic; [] prints the list of all topics */
export const explain = (words: readonly string[], options: OutputOptions): Promise<void> =>
  endWith(options, () => {
    const pages = readPages();
    const topic = words.join(' ');
    const text = topic === '' ? listOfTopics(pages) : textAbout(topic, pages);
    say(renderPageText(text, Math.min(terminalWidth(), mostWidth), answerOf(options).style));
    return 0;
  });

/** Longer lines are hard to read. */
const mostWidth = 100;
