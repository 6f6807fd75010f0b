/** The cloud's own answers about the things that a change needs. Plain data, and its look-up by stack. */
import type { DeclaredThing, NameCount, QuotaService } from '../../lib/contract/report-ports';
import { lookupBy } from '../../lib/basics/groups';
import type { Unreviewed } from '../model';

/** A thing that the code uses and no stack makes. */
export interface NeededThing {
  readonly stack: string;
  /** Terraform's address of the resource that needs it. Undefined in a stack that was not planned. */
  readonly address?: string;
  /** The construct that names it, in a stack that was not planned. */
  readonly path?: string;
  readonly thing: DeclaredThing;
}

/** A change of a project's quota. */
export interface ChangedQuota {
  readonly stack: string;
  /** Terraform's address. */
  readonly address: string;
  readonly service: QuotaService;
  readonly projectId: string;
  /** Limits that the change sets, by Terraform's names. */
  readonly limits: Readonly<Record<string, number>>;
}

/** A port that keeps Neutron from deleting a network or subnet. */
export interface PortSeen {
  readonly stack: string;
  /** Terraform's address of the network or subnet. */
  readonly address: string;
  /** The port and its owner in words. */
  readonly said: string;
  /** False if a service may delete the port in time. */
  readonly isCertain: boolean;
}

/** An address that a change names, and that somebody else has. */
export interface TakenSeen {
  readonly stack: string;
  /** Terraform's address of the thing that is to have it. */
  readonly address: string;
  /** Goes on behind the name of that thing: who has it, and the way out. */
  readonly said: string;
  /** False if it may be free in time. */
  readonly isCertain: boolean;
}

/** Why a review leaves a comparison out: a right is missing, or there are more than it asks for. */
export interface NotCompared {
  readonly notCompared: string;
}

/** An answer of the cloud. A text says why there is none although there has to be, which is a problem of the review. */
export type Told<Value> = Value | NotCompared | string;

export interface CloudSeen {
  /** With the number of such things that the credentials see. */
  readonly names: readonly (NeededThing & { readonly count: Told<NameCount> })[];
  /** With what is in use by these names. */
  readonly quotas: readonly (ChangedQuota & { readonly used: Told<Readonly<Record<string, number>>> })[];
  readonly ports: readonly PortSeen[];
  readonly taken: readonly TakenSeen[];
  /** Stacks of which nobody could tell the questions, or for which nobody read the ports of a network. */
  readonly unasked: readonly Unreviewed[];
  /** Stacks for which these credentials may not read the ports of a network or don't see it, or a bound leaves them out. */
  readonly hidden: readonly Unreviewed[];
}

export const nothingAsked: CloudSeen = { names: [], quotas: [], ports: [], taken: [], unasked: [], hidden: [] };

/** Finds the part of the answers that is about a stack. */
export function seenInStacks({
  names,
  quotas,
  ports,
  taken,
  unasked,
  hidden,
}: CloudSeen): (stack: string) => CloudSeen {
  const byStack = <Item extends { readonly stack: string }>(items: readonly Item[]) =>
    lookupBy(items, ({ stack }) => stack);
  const [namesIn, quotasIn, portsIn] = [byStack(names), byStack(quotas), byStack(ports)];
  const [takenIn, unaskedIn, hiddenIn] = [byStack(taken), byStack(unasked), byStack(hidden)];
  return (stack) => ({
    names: namesIn(stack),
    quotas: quotasIn(stack),
    ports: portsIn(stack),
    taken: takenIn(stack),
    unasked: unaskedIn(stack),
    hidden: hiddenIn(stack),
  });
}
