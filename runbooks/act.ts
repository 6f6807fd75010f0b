/**
 * A step of a runbook is one act with its inputs (docs/adr/0019-runbooks.md). `defineAct` hides the types of an
 * act behind closures, so that the engine handles every step alike.
 */
import type * as z from 'zod';
import { InvalidConfiguration } from '../lib/basics/errors';
import { sayFault } from '../lib/basics/schema-fault';
import type { Looking, Running } from './context';

export interface Act<Inputs, State> {
  readonly name: string;
  /** Inputs may come from a journal, which anybody may have written. */
  readonly inputs: z.ZodType<Inputs>;
  readonly state: z.ZodType<State>;
  /** An order, such as `disable nova-compute on cnode01`. */
  title(inputs: Inputs): string;
  /**
   * The thing whose state this is, such as `compute cnode01`. The state of an act MUST show everything that an earlier
   * act of the same run changes on the same thing, because a resumption judges the earlier act by the later one.
   */
  thing(inputs: Inputs): string;
  /**
   * A text such as `service nova-api`, if the thing is a part of something whose other parts must not be changed
   * meanwhile. The lock is taken for it. Default: the thing.
   */
  whole?(inputs: Inputs): string;
  /** Reads the part of the thing that the act changes, and nothing that changes by itself. MUST NOT write. */
  observe(inputs: Inputs, looking: Looking): Promise<State>;
  /** The state as text for people, such as `enabled`. */
  say(state: State): string;
  isDone(inputs: Inputs, state: State): boolean;
  /**
   * Returns why the act must not begin now, or undefined if it may. The engine asks right before it begins the act, in
   * a resumption too. An act that destroys MUST ask here, from live values, for everything that its runbook asked.
   */
  refuse?(inputs: Inputs, state: State, looking: Looking): Refusal;
  /**
   * Does the act, and waits until it is done. MAY be called again after an answer was lost.
   * @returns the state, if this is a measurement
   */
  perform(inputs: Inputs, running: Running): Promise<unknown>;
  /**
   * True if the act changes nothing that lasts and its state is a result, which nothing in the world would tell again.
   * `observe` then returns the state of a thing that nobody measured, and a resumption takes the result from the journal.
   */
  readonly isMeasurement?: true;
  /** The result as cells of a table: title → text. Undefined if there is none. */
  row?(inputs: Inputs, state: State): Readonly<Record<string, string>> | undefined;
  /** @param before what was there when the step began */
  undo(inputs: Inputs, before: State): Undo;
}

export type Refusal = Promise<string | undefined> | string | undefined;

export type Undo =
  /** Another step brings the state back. */
  | { readonly is: 'step'; readonly step: Step }
  | { readonly is: 'never'; readonly because: string }
  /** The act changes nothing that lasts. `because`: a clause, such as `this step only reads`. */
  | { readonly is: 'nothing'; readonly because: string };

/** An act with its inputs. States go in and out as plain data. */
export interface Step {
  readonly act: string;
  readonly inputs: unknown;
  readonly title: string;
  readonly thing: string;
  readonly whole: string;
  observe(looking: Looking): Promise<unknown>;
  say(state: unknown): string;
  isDone(state: unknown): boolean;
  refuse(state: unknown, looking: Looking): Promise<string | undefined>;
  /** @returns the state, if this is a measurement */
  perform(running: Running): Promise<unknown>;
  readonly isMeasurement: boolean;
  row(state: unknown): Readonly<Record<string, string>> | undefined;
  undo(before: unknown): Undo;
  isSame(left: unknown, right: unknown): boolean;
}

export interface BoundAct<Inputs> {
  readonly name: string;
  /** @throws InvalidConfiguration that names the field, if these are not inputs of this act */
  step(inputs: Inputs): Step;
  /** The same as `step`, for inputs whose type nobody has checked. */
  restore(inputs: unknown): Step;
}

export function defineAct<Inputs, State>(act: Act<Inputs, State>): BoundAct<Inputs> {
  const stateOf = (state: unknown): State => checked(act.state, state, `a state of "${act.name}"`);
  const restore = (given: unknown): Step => {
    const inputs = checked(act.inputs, given, `the inputs of "${act.name}"`);
    return {
      act: act.name,
      inputs,
      title: act.title(inputs),
      thing: act.thing(inputs),
      whole: act.whole?.(inputs) ?? act.thing(inputs),
      observe: async (looking) => stateOf(await act.observe(inputs, looking)),
      say: (state) => act.say(stateOf(state)),
      isDone: (state) => act.isDone(inputs, stateOf(state)),
      refuse: async (state, looking) => act.refuse?.(inputs, stateOf(state), looking),
      perform: async (running) => {
        const result = await act.perform(inputs, running);
        return act.isMeasurement ? stateOf(result) : undefined;
      },
      isMeasurement: act.isMeasurement ?? false,
      row: (state) => act.row?.(inputs, stateOf(state)),
      undo: (before) => act.undo(inputs, stateOf(before)),
      // A schema puts keys in its own order.
      isSame: (left, right) => JSON.stringify(stateOf(left)) === JSON.stringify(stateOf(right)),
    };
  };
  return { name: act.name, step: restore, restore };
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidConfiguration(`${what} are not as this version writes them: ${sayFault(parsed.error)}`);
}
