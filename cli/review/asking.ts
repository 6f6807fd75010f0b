/**
 * Asks services of the cloud many questions. A service that does not answer is asked no further, so that a dead service
 * costs a review one deadline, and not one for each question.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import { asStackwardError, type StackwardError } from '../../lib/basics/errors';
import type { Told } from '../../review/cloud/seen';

/** Fewer than a session sends to one address at a time, since a question may be several requests. */
const atOnce = 4;
/** Questions in a row without an answer. A single one may be a slow answer. */
const mostSilent = 2;

interface Asked {
  readonly turns: LimitFunction;
  /** Questions that are under way. */
  readonly open: Set<Promise<unknown>>;
  silent: number;
}

export class Asking {
  readonly #services = new Map<string, Asked>();

  /** @param service as messages name it: `Nova` */
  ask<Value>(service: string, question: () => Promise<Value>): Promise<Told<Value>> {
    const asked = this.#services.get(service) ?? { turns: pLimit(atOnce), open: new Set(), silent: 0 };
    this.#services.set(service, asked);
    return asked.turns(async () => {
      // After a first silence the others under way tell whether the service is there.
      if (asked.silent > 0) await Promise.allSettled(asked.open);
      if (asked.silent >= mostSilent)
        return `${service} left ${mostSilent} questions without an answer, so the review stopped asking it`;
      const told = answerOf(question, asked);
      asked.open.add(told);
      return told.finally(() => asked.open.delete(told));
    });
  }
}

async function answerOf<Value>(question: () => Promise<Value>, asked: Asked): Promise<Told<Value>> {
  try {
    const answer = await question();
    asked.silent = 0;
    return answer;
  } catch (thrown) {
    const error = asStackwardError(thrown);
    asked.silent = isSilence(error) ? asked.silent + 1 : 0;
    return whyNot(error);
  }
}

/** A service that answers with an error is there. */
const isSilence = ({ reason, status }: StackwardError): boolean => reason === 'TransientError' && status === undefined;

/** Whoever reviews may not be allowed to look, and the change may be right all the same. */
const whyNot = ({ message, status, about }: StackwardError): Told<never> =>
  status === 403 && about === 'right' ? { notCompared: `${message}, by default admin` } : message;
