/**
 * A review as plain data: everything that a renderer may show (docs/adr/0021-review.md). No secret is in it, and every
 * text may come from outside, so each renderer makes texts harmless for its own format.
 */
import type { Action, Change, Effect } from '../lib/contract/reconciler';
import type { Target } from '../lib/contract/target';

/** Major.minor; a new minor version only adds fields. */
export const formatVersion = '1.0';

export interface Review {
  readonly formatVersion: typeof formatVersion;
  /** When the review was made, as ISO 8601 in UTC. */
  readonly made: string;
  /** `user@host`. */
  readonly by: string;
  /** The commit of the working tree. Undefined outside of a repository. */
  readonly commit?: { readonly id: string; readonly hasChanges: boolean };
  readonly version: string;
  readonly engine: { readonly name: 'terraform' | 'tofu'; readonly version: string };
  /** In the order in which a deploy does them. */
  readonly stacks: readonly ReviewedStack[];
  /** The worst first, then in natural order of their subjects. */
  readonly risks: readonly Risk[];
  readonly acknowledged: readonly AcknowledgedRisk[];
  readonly reach: Reach;
  readonly topology: Topology;
  /** Parts of the review that nobody could make. With a problem the review is not complete. */
  readonly problems: readonly Unreviewed[];
  /**
   * What a right is missing for, or a bound leaves out, when the change is compared with the cloud. The review is
   * complete all the same.
   */
  readonly notCompared: readonly Unreviewed[];
  /** Warnings that belong to no stack: the synthesized code is older than the code, no entry leads to a host. */
  readonly warnings: readonly string[];
}

export interface ReviewedStack {
  readonly name: string;
  readonly dependsOn: readonly string[];
  /** Undefined: both halves were planned. Otherwise the stacks that have to be applied first. */
  readonly waitsFor?: readonly string[];
  /** Stacks that a deploy does before, because this stack removes what they let go of. Absent if there are none. */
  readonly removesAfter?: readonly {
    readonly stack: string;
    /** `first port web (10.0.0.20) in project acme, then network Green`. */
    readonly because: string;
  }[];
  readonly terraform: readonly ResourceChange[];
  /** Terraform's outputs that change, apart from stackward's manifest. */
  readonly outputs: readonly AttributeChange[];
  /** What somebody changed outside of Terraform since its last apply. Terraform's plan starts from there. */
  readonly drift: readonly ResourceChange[];
  readonly ours: readonly OwnChange[];
  /** For a stack that waits: the resources that its code declares, by type and path. */
  readonly declares: readonly Declared[];
  /** Resources of ours that wait for a value which Terraform knows only after apply. */
  readonly waiting: readonly string[];
  /** Warnings of both plans about this stack, and what becomes of things that leave the code. */
  readonly warnings: readonly string[];
}

export interface Declared {
  /** Construct path. */
  readonly path: string;
  /** Terraform's type, or stackward's kind. */
  readonly type: string;
}

/** `forget`: the resource leaves the state, and the thing itself stays. */
export type TerraformAction = 'create' | 'update' | 'replace' | 'delete' | 'import' | 'move' | 'forget';

export interface ResourceChange {
  /** Terraform's address. */
  readonly address: string;
  /** Construct path, such as `acme/Utm/Red`. */
  readonly path: string;
  readonly type: string;
  readonly action: TerraformAction;
  /** The thing in a person's words: `port acme-utm-red (203.0.113.11) of server acme-utm`. */
  readonly subject: string;
  readonly attributes: readonly AttributeChange[];
  /** Attributes that make Terraform replace the resource, or the words for an apply that broke off. */
  readonly replacedBecause: readonly string[];
  /** The address before a move. */
  readonly movedFrom?: string;
  /** The id of the existing thing that Terraform takes over. */
  readonly importedId?: string;
  readonly wayBack: WayBack;
  /** Packets that the change opens without being a risk. The packets of a risk stand with the risk. */
  readonly witnesses: readonly Witness[];
}

export interface AttributeChange {
  /** `allocation_pool[0].end`. */
  readonly name: string;
  /** As text; absent: there is no value. A sensitive value is `(sensitive)`. */
  readonly before?: string;
  /** As text; absent: there is no value. A value that is known after apply is `(known after apply)`. */
  readonly after?: string;
}

/** One step of stackward's plan. */
export interface OwnChange {
  /** `kind.construct/path`. */
  readonly id: string;
  readonly kind: string;
  readonly target: Target;
  readonly action: Action;
  readonly subject: string;
  readonly because: string;
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
  /** Exactly what is written: statements with values, a diff of a file, rules of a host. */
  readonly effect: readonly Effect[];
  readonly wayBack: WayBack;
}

export type { Effect };

export type Severity = 'high' | 'medium' | 'low';

export interface Risk {
  /** A name of the table of classes. */
  readonly class: string;
  readonly severity: Severity;
  readonly stack: string;
  /** Construct path of the change, and the place where `review.acknowledged` names it. */
  readonly where: string;
  /** One sentence in a person's words: who can do what now, what is lost, who is cut off. */
  readonly message: string;
  readonly wayBack: WayBack;
  readonly witnesses: readonly Witness[];
  /** Names of those who have to approve, by the policy in stackward.yaml. */
  readonly needs: readonly string[];
  readonly isForbidden: boolean;
}

export type WayBack =
  | { readonly isPossible: true; readonly how: string }
  | { readonly isPossible: false; readonly why: string };

export interface AcknowledgedRisk {
  readonly risk: Risk;
  readonly reason: string;
  /** The last day on which it is acknowledged, `2026-12-31`. */
  readonly until: string;
}

/** One packet at one port, by itself: the first of a connection (docs/adr/0027-witnesses.md). */
export interface Witness {
  /** `tcp 198.51.100.7:40000 > 10.91.1.20:22 into port web1`. */
  readonly packet: string;
  readonly before: 'passes' | 'dropped';
  readonly after: 'passes' | 'dropped';
  /** Of a packet that is shown because it stays dropped: what of it the change does not open. */
  readonly outside?: 'source' | 'destination' | 'port';
  /** Proved by the tables of this host, as read and as they will be. */
  readonly certainty:
    | { readonly isProved: true; readonly host: string }
    | { readonly isProved: false; readonly because: string };
}

/** The things that the changes touch, each list without doubles and in natural order. Undefined: nobody could count. */
export interface Reach {
  readonly projects: readonly string[];
  readonly servers?: readonly string[];
  readonly ports?: readonly string[];
  readonly floatingIps?: readonly string[];
  readonly hosts: readonly string[];
  /** Addresses left in each pool that changes, before and after. */
  readonly pools: readonly {
    readonly subnet: string;
    readonly before: number | '?';
    readonly after: number | '?';
  }[];
}

/** The picture of everything that the code declares. Changes are marked. */
export interface Topology {
  readonly nodes: readonly TopologyNode[];
  readonly links: readonly { readonly from: string; readonly to: string; readonly label: string }[];
}

export interface TopologyNode {
  /** Construct path or Terraform address; unique. */
  readonly id: string;
  readonly sort: 'tenant' | 'network' | 'router' | 'server' | 'utm' | 'host';
  readonly label: string;
  /** A network's cidrs, a server's addresses. */
  readonly details: readonly string[];
  /** The node that this node stands in: a tenant. */
  readonly within?: string;
  readonly change?: TerraformAction;
}

export interface Unreviewed {
  readonly stack: string;
  readonly message: string;
}
