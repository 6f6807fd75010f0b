/**
 * Parses a rule of iptables-save into conditions and a target. Pure, and never throws: an unknown option becomes a
 * condition that can't be judged.
 *
 *     -s 203.0.113.10/32 -p udp -m udp --dport 53 -m comment --comment "a b" -j RETURN
 *
 * Source: iptables 1.4.21 and 1.8.9, iptables/iptables.c and xshared.c (options), extensions/libxt_*.c (printed
 * values).
 */

/** One option before the target, with its values: `! --physdev-in tap0`. */
export interface Condition {
  /** The last `-m` before it; '' if the option needs none. */
  readonly module: string;
  /** `-s`, `--physdev-in`; `-m` for a module without an option. */
  readonly option: string;
  readonly values: readonly string[];
  readonly isNegated: boolean;
}

export interface RuleTarget {
  /** A chain, or an extension such as ACCEPT or MARK. Undefined: the rule only counts. */
  readonly name: string | undefined;
  /** True for `-g`: a RETURN in that chain continues in the caller of this chain. */
  readonly isGoto: boolean;
  /** The words after the name: `['--set-xmark', '0x1/0x1']`. */
  readonly words: readonly string[];
}

export interface Rule {
  readonly conditions: readonly Condition[];
  readonly target: RuleTarget;
}

interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
}

const wordForm = /"((?:[^"\\]|\\.)*)"|(\S+)/g;

const wordsOf = (text: string): Word[] =>
  [...text.matchAll(wordForm)].map(([, quoted, plain = '']) =>
    quoted === undefined ? { text: plain, isQuoted: false } : { text: quoted.replace(/\\(.)/g, '$1'), isQuoted: true },
  );

/** A word in quotes is never an option. No option that is judged here has a value that begins with a hyphen. */
const isOption = ({ text, isQuoted }: Word): boolean => !isQuoted && (text === '!' || /^-{1,2}[a-z]/i.test(text));

/** A comment of one word is printed without quotes, so `-j` may be a comment. */
const takesOneWord = (option: string): boolean => option === '--comment';

/** `text` is the part after the chain's name: `-A <chain> <text>`. */
export function parseRule(text: string): Rule {
  const words = wordsOf(text);
  const conditions: Condition[] = [];
  let module = '';
  let isModuleUsed = true;
  const leaveModule = (): void => {
    if (!isModuleUsed) conditions.push({ module, option: '-m', values: [], isNegated: false });
    isModuleUsed = true;
  };
  for (let next = 0; next < words.length;) {
    const isNegated = words[next]?.text === '!';
    if (isNegated) next++;
    const option = words[next++]?.text ?? '';
    const from = next;
    if (takesOneWord(option)) next++;
    else while (next < words.length && !isOption(words[next] as Word)) next++;
    const values = words.slice(from, next).map((word) => word.text);
    if (option === '-j' || option === '-g') {
      leaveModule();
      const rest = words.slice(from + 1).map((word) => word.text);
      return { conditions, target: { name: values[0], isGoto: option === '-g', words: rest } };
    }
    if (option === '-m') {
      leaveModule();
      module = values[0] ?? '';
      isModuleUsed = false;
      continue;
    }
    const isOfModule = option.startsWith('--');
    if (isOfModule) isModuleUsed = true;
    conditions.push({ module: isOfModule ? module : '', option, values, isNegated });
  }
  leaveModule();
  return { conditions, target: { name: undefined, isGoto: false, words: [] } };
}

/** The condition as the rule has it. */
export const sayCondition = ({ module, option, values, isNegated }: Condition): string =>
  [
    ...(module === '' ? [] : ['-m', module]),
    ...(isNegated ? ['!'] : []),
    ...(option === '-m' ? [] : [option]),
    ...values,
  ].join(' ');
