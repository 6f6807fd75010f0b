/** The effect of a rule's target on a packet that meets its conditions. Pure. */
import { findMark } from './conditions';
import type { Rule } from './rule';

/** The marks that rules change while the packet passes. */
export interface Marks {
  /** Undefined: not known. */
  readonly mark: number | undefined;
  /** The mark of the connection, if the packet has one. */
  readonly connectionMark: number | undefined;
  /** Set in the table raw. `zone`: connections are looked up in a zone. `untracked`: the packet is not tracked. */
  readonly tracking: 'none' | 'zone' | 'untracked';
}

export type Effect =
  | { readonly is: 'accept' | 'drop' | 'return' | 'nothing' }
  | { readonly is: 'change'; readonly marks: Marks }
  | { readonly is: 'enter'; readonly chain: string; readonly isGoto: boolean }
  /** The packet's fate can't be determined from the tables. */
  | { readonly is: 'open'; readonly why: string };

/** After these targets the packet goes on to the next rule, and nothing that a condition checks has changed. */
const withoutEffect = new Set(
  'LOG NFLOG ULOG TRACE AUDIT TCPMSS TCPOPTSTRIP CLASSIFY TOS DSCP ECN TTL HL CHECKSUM TEE SECMARK CONNSECMARK IDLETIMER LED RATEEST HMARK'.split(
    ' ',
  ),
);

/** @param chains the chains of this table */
export function effectOf(
  { target }: Rule,
  marks: Marks,
  chains: ReadonlyMap<string, unknown>,
  hasConnection: boolean,
): Effect {
  const { name, words, isGoto } = target;
  if (name === undefined || withoutEffect.has(name)) return { is: 'nothing' };
  if (name === 'ACCEPT') return { is: 'accept' };
  if (name === 'DROP' || name === 'REJECT') return { is: 'drop' };
  if (name === 'RETURN') return { is: 'return' };
  if (name === 'MARK') return { is: 'change', marks: { ...marks, mark: setBits(words, marks.mark) } };
  if (name === 'CONNMARK')
    return hasConnection ? { is: 'change', marks: changeConnectionMark(words, marks) } : { is: 'nothing' };
  if (name === 'CT' || name === 'NOTRACK')
    return { is: 'change', marks: { ...marks, tracking: track(name, words, marks) } };
  if (chains.has(name)) return { is: 'enter', chain: name, isGoto };
  return { is: 'open', why: `this program does not know the target ${name}` };
}

/** The first rule that sets the tracking decides. Source: net/netfilter/xt_CT.c. */
function track(name: string, words: readonly string[], { tracking }: Marks): Marks['tracking'] {
  if (tracking !== 'none') return tracking;
  return name === 'NOTRACK' || words.includes('--notrack') ? 'untracked' : 'zone';
}

/** `--set-xmark 0x1/0xff`: these bits are cleared, then the value is xored. Undefined for any other words. */
function setBits([option, value, ...more]: readonly string[], mark: number | undefined): number | undefined {
  const bits = option === '--set-xmark' && more.length === 0 ? findMark(value) : undefined;
  if (bits === undefined) return undefined;
  if (bits.mask === 0xffff_ffff) return bits.value;
  return mark === undefined ? undefined : ((mark & ~bits.mask) ^ bits.value) >>> 0;
}

/** `--restore-mark`. iptables 1.8.9 prints all bits as `--nfmask 0xffffffff --ctmask 0xffffffff`. */
function changeConnectionMark(words: readonly string[], marks: Marks): Marks {
  const { mark, connectionMark } = marks;
  const [verb, ...masks] = words;
  const copiesAll = masks.every((word) => /^(--(nf|ct)mask|0xffffffff)$/i.test(word));
  if (verb === '--restore-mark') return { ...marks, mark: copiesAll ? connectionMark : undefined };
  if (verb === '--save-mark') return { ...marks, connectionMark: copiesAll ? mark : undefined };
  return { ...marks, connectionMark: setBits(words, connectionMark) };
}
