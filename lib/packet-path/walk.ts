/**
 * Follows one packet through the tables of one host to its end. Pure.
 *
 * Goals: no definite answer that differs from the kernel's, and an answer for any input within bounded time.
 * How: the walk goes through hooks, tables, chains and rules in the kernel's order. If it isn't known whether a rule is
 * met, the walk continues both ways. The answer is definite if all ways end alike. A condition about a field of the
 * packet has the same result for a whole way; an unknown match, such as `limit`, is decided anew for every rule.
 * Given up: address translation. Rules of the table nat that could rewrite the destination are listed in `leftOut`. The
 * kernel's own nftables rules and ebtables are not among these tables.
 */
import { recalling } from '../basics/recent';
import { judgeOf, meets, type Situation } from './conditions';
import type { IpSets } from './ip-sets';
import { firstState, passagesOf, type ConnectionState, type Hook, type Packet, type Passage, type Way } from './packet';
import { parseRule, sayCondition, type Condition, type Rule } from './rule';
import type { Chain, Table, Tables } from './tables';
import { effectOf, type Marks } from './targets';

export interface HostFilter {
  /** The tables of the packet's family. */
  readonly tables: Tables;
  readonly sets: IpSets;
}

export interface Walked {
  readonly packet: Packet;
  readonly way: Way;
  /** Of the packet's connection. Default: the packet is its first, so the connection has no mark yet. */
  readonly state?: ConnectionState;
  /** Of the packet itself. Default: 0, as for a packet from outside. */
  readonly mark?: number;
}

/** A rule whose conditions the packet fulfils, or the policy at the end of a chain. */
export interface Met {
  readonly hook: Hook;
  readonly table: string;
  readonly chain: string;
  /** The number that `iptables -L --line-numbers` shows, from 1. 0 is the policy. */
  readonly number: number;
  /** The rule as printed, without `-A <chain>`; or the policy's name. */
  readonly text: string;
}

/** A condition that can't be judged, and whether this way assumes that it is met. */
export interface Doubt {
  readonly text: string;
  readonly isMet: boolean;
}

interface Link<Value> {
  readonly value: Value;
  readonly before: Link<Value> | undefined;
}

export interface End {
  /** `open`: the end isn't known; `why` has the reason. */
  readonly is: 'accepted' | 'dropped' | 'open';
  readonly why?: string;
  /** The last rule that matched the packet, or the policy that decided. */
  readonly last: Link<Met> | undefined;
  readonly doubts: Link<Doubt> | undefined;
}

export interface Verdict {
  readonly is: 'accepted' | 'dropped' | 'unknown';
  /** All different ends, at least one. */
  readonly ends: readonly End[];
  /** Rules that the walk left out although they could change the destination. */
  readonly leftOut: readonly string[];
}

/** The most steps of one walk. The tables of 1,000 ports take about 10,000 steps. */
const mostSteps = 400_000;
const mostWays = 128;
/** The kernel allows 16 nested jumps (nft), and refuses chains that lead to themselves. */
const deepest = 512;

/** Sorted by priority. `nat` would be between mangle and filter, and is left out. */
const tableOrder: Readonly<Record<Hook, readonly string[]>> = {
  PREROUTING: ['raw', 'mangle'],
  INPUT: ['mangle', 'filter', 'security'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['raw', 'mangle', 'filter', 'security'],
  POSTROUTING: ['mangle'],
};

interface Stage {
  readonly passage: Passage;
  readonly name: string;
  readonly table: Table;
}

/** A place in a chain. RETURN leads to `outer`. */
interface Frame {
  readonly name: string;
  readonly chain: Chain;
  readonly next: number;
  readonly outer: Frame | undefined;
  readonly depth: number;
  /** The chains that led here, including those entered by a goto. */
  readonly within: Link<string>;
}

/** One of the ways that the walk follows. */
interface Branch {
  readonly stage: number;
  readonly frame: Frame | undefined;
  readonly marks: Marks;
  readonly last: Link<Met> | undefined;
  readonly doubts: Link<Taken> | undefined;
}

/** A doubt with its assumption. */
interface Taken extends Doubt {
  readonly key: string;
  /**
   * For a condition that this program doesn't know: the rule that was met before it, because the same rule may be
   * passed again later.
   */
  readonly visit: Link<Met> | 'every' | undefined;
}

/** Many packets walk through the same tables. */
const ruleOf = recalling(50_000, (text) => parseRule(text));

class Walk {
  readonly #ends: End[] = [];
  readonly #waiting: Branch[] = [];
  #steps = 0;

  constructor(
    private readonly stages: readonly Stage[],
    private readonly walked: Walked,
    private readonly sets: IpSets,
  ) {}

  run(begin: Branch): readonly End[] {
    this.#waiting.push(begin);
    for (let branch = this.#waiting.pop(); branch; branch = this.#waiting.pop()) {
      let now: Branch | undefined = branch;
      while (now && this.#steps++ < mostSteps) now = this.#step(now);
      if (now) this.#end(now, 'open', `the walk ended after ${mostSteps} rules`);
    }
    return this.#ends;
  }

  #end({ last, doubts }: Branch, is: End['is'], why?: string): undefined {
    this.#ends.push({ is, ...(why === undefined ? undefined : { why }), last, doubts });
  }

  /** Walks to the end of the next rule that the packet may meet, or one change of chain or table. */
  #step(before: Branch): Branch | undefined {
    const stage = this.stages[before.stage];
    if (!stage) return this.#end(before, 'accepted');
    if (!before.frame) return this.#begin(before, stage);
    const situation = this.#situation(before, stage);
    const frame = this.#passOthers(before.frame, situation);
    const branch = { ...before, frame };
    const text = frame.chain.rules[frame.next];
    if (text === undefined) return this.#leave(branch, stage, frame);
    const rule = ruleOf(text);
    const after = { ...branch, frame: { ...frame, next: frame.next + 1 } };
    const hasConnection = situation.connectionMark !== 'none';
    const effect = effectOf(rule, branch.marks, stage.table.chains, hasConnection);
    const doubt = firstDoubt(rule, branch, situation);
    if (doubt === 'not met') return after;
    if (doubt !== 'met') return effect.is === 'nothing' ? after : this.#fork(branch, after, doubt);
    const met = { ...after, last: this.#met(branch, stage, frame.next + 1, text) };
    switch (effect.is) {
      case 'accept':
        return nextStage(met);
      case 'drop':
        return this.#end(met, 'dropped');
      case 'open':
        return this.#end(met, 'open', effect.why);
      case 'return':
        return this.#leave(met, stage, frame);
      case 'change':
        return { ...met, marks: effect.marks };
      case 'nothing':
        return met;
      case 'enter':
        return this.#enter(met, stage, frame, effect);
    }
  }

  #begin(branch: Branch, { passage: { hook }, table }: Stage): Branch | undefined {
    if (table.gap !== undefined) return this.#end(branch, 'open', table.gap);
    const chain = table.chains.get(hook);
    if (!chain) return nextStage(branch);
    const within = { value: hook, before: undefined };
    return { ...branch, frame: { name: hook, chain, next: 0, outer: undefined, depth: 1, within } };
  }

  #enter(
    branch: Branch,
    { table }: Stage,
    frame: Frame,
    { chain: name, isGoto }: { readonly chain: string; readonly isGoto: boolean },
  ): Branch | undefined {
    if (frame.depth >= deepest) return this.#end(branch, 'open', `chains lead ${deepest} deep into each other`);
    for (let link: Link<string> | undefined = frame.within; link; link = link.before)
      if (link.value === name) return this.#end(branch, 'open', `the chain ${name} leads to itself`);
    const chain = table.chains.get(name);
    if (!chain) return branch;
    const outer = isGoto ? frame.outer : branch.frame;
    const within = { value: name, before: frame.within };
    return { ...branch, frame: { name, chain, next: 0, outer, depth: frame.depth + 1, within } };
  }

  /** Leaves a chain, at its end or by RETURN. */
  #leave(branch: Branch, stage: Stage, frame: Frame): Branch | undefined {
    if (frame.outer) return { ...branch, frame: frame.outer };
    // A goto from a hook's chain has no caller to return to, so the hook's policy decides.
    const policy = stage.table.chains.get(stage.passage.hook)?.policy ?? '';
    const inHook = { ...branch, frame: { ...frame, name: stage.passage.hook } };
    const decided = { ...branch, last: this.#met(inHook, stage, 0, policy) };
    if (policy === 'ACCEPT') return nextStage(decided);
    if (policy === 'DROP') return this.#end(decided, 'dropped');
    return this.#end(decided, 'open', `the chain ${stage.passage.hook} has no policy`);
  }

  #met({ frame, last }: Branch, { passage, name }: Stage, number: number, text: string): Link<Met> {
    return { value: { hook: passage.hook, table: name, chain: frame?.name ?? '', number, text }, before: last };
  }

  /** Passes the rules that are about other packets: most rules of a chain are. */
  #passOthers(frame: Frame, situation: Situation): Frame {
    const isOther = (text: string): boolean =>
      ruleOf(text).conditions.some((condition) => meets(condition, situation) === false);
    let { next } = frame;
    for (const { rules } = frame.chain; next < rules.length && isOther(rules[next] ?? ''); next++)
      if (this.#steps++ >= mostSteps) break;
    return { ...frame, next };
  }

  #situation({ marks }: Branch, { passage, name }: Stage): Situation {
    const { packet, state = firstState(packet) } = this.walked;
    const seen = stateIn(name, marks.tracking, state);
    const connectionMark = seen === 'INVALID' || seen === 'UNTRACKED' ? 'none' : marks.connectionMark;
    return { packet, passage, mark: marks.mark, connectionMark, sets: this.sets, state: seen };
  }

  /** Continues with the condition met, and keeps the other way for later. */
  #fork(branch: Branch, after: Branch, condition: Condition): Branch | undefined {
    if (this.#ends.length + this.#waiting.length >= mostWays)
      return this.#end(branch, 'open', `more than ${mostWays} ways are possible`);
    const doubt = { text: sayCondition(condition), ...placeOf(condition, branch) };
    const take = (isSo: boolean) => ({ value: { ...doubt, isMet: isSo }, before: branch.doubts });
    this.#waiting.push({ ...after, doubts: take(false) });
    return { ...branch, doubts: take(true) };
  }
}

/** The first condition that can't be judged, unless another condition is known to fail. */
function firstDoubt({ conditions }: Rule, branch: Branch, situation: Situation): Condition | 'met' | 'not met' {
  let doubt: Condition | undefined;
  for (const condition of conditions) {
    const isMet = meets(condition, situation) ?? taken(condition, branch);
    if (isMet === false) return 'not met';
    if (isMet === undefined) doubt ??= condition;
  }
  return doubt ?? 'met';
}

const nextStage = (branch: Branch): Branch => ({ ...branch, stage: branch.stage + 1, frame: undefined });

/** The kernel looks connections up after the table raw. A zone that raw sets makes a packet look NEW. */
function stateIn(table: string, tracking: Marks['tracking'], state: ConnectionState): ConnectionState {
  if (tracking === 'untracked') return 'UNTRACKED';
  if (table !== 'raw') return state;
  return tracking === 'zone' ? 'NEW' : 'INVALID';
}

/** A condition about the packet has one result for all rules. An unknown condition is decided anew for each rule. */
const placeOf = (condition: Condition, { stage, frame, last }: Branch): Pick<Taken, 'key' | 'visit'> =>
  judgeOf(condition) === undefined || condition.option === '--mark'
    ? { key: `${stage} ${frame?.name ?? ''} ${frame?.next ?? 0} ${sayCondition(condition)}`, visit: last }
    : { key: sayCondition(condition), visit: 'every' };

/** The assumption that this way made for the same condition before. */
function taken(condition: Condition, branch: Branch): boolean | undefined {
  if (!branch.doubts) return undefined;
  const { key, visit } = placeOf(condition, branch);
  for (let link: Branch['doubts'] = branch.doubts; link; link = link.before)
    if (link.value.key === key && link.value.visit === visit) return link.value.isMet;
  return undefined;
}

/** The end of the packet on this host. */
export function walk({ tables, sets }: HostFilter, walked: Walked): Verdict {
  const passages = passagesOf(walked.way);
  const stages = passages.flatMap((passage) =>
    tableOrder[passage.hook].flatMap((name): Stage[] => {
      const table = tables.get(name);
      return table ? [{ passage, name, table }] : [];
    }),
  );
  const { state, mark = 0 } = walked;
  const connectionMark = state === undefined ? 0 : undefined;
  const ends = new Walk(stages, walked, sets).run({
    stage: 0,
    frame: undefined,
    marks: { mark, connectionMark, tracking: 'none' },
    last: undefined,
    doubts: undefined,
  });
  const first = ends[0];
  const isSure = first !== undefined && first.is !== 'open' && ends.every(({ is }) => is === first.is);
  return { is: isSure ? (first.is as 'accepted' | 'dropped') : 'unknown', ends, leftOut: leftOut(tables, passages) };
}

/** The kernel translates destinations before the table filter decides. */
function leftOut(tables: Tables, passages: readonly Passage[]): string[] {
  const chains = tables.get('nat')?.chains;
  return passages.flatMap(({ hook }) =>
    (hook === 'PREROUTING' || hook === 'OUTPUT') && (chains?.get(hook)?.rules.length ?? 0) > 0 ? [`nat ${hook}`] : [],
  );
}

/** Lists the values from the first to the last. */
export function listOf<Value>(last: Link<Value> | undefined): Value[] {
  const values: Value[] = [];
  for (let link = last; link; link = link.before) values.push(link.value);
  return values.reverse();
}

/**
 * The rule or policy that decides. For an accepted packet it is the one in the table filter, whose purpose is to
 * decide.
 */
export function deciderOf({ is, last }: End): Met | undefined {
  if (is !== 'accepted') return last?.value;
  for (let link = last; link; link = link.before) if (link.value.table === 'filter') return link.value;
  return last?.value;
}
