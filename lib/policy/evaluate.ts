import { findRule, hasPrecedence, maxReferences, type Check, type Rules } from './check';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value | undefined };
export type Attributes = Readonly<Record<string, Value | undefined>>;

/**
 * The answer of a service. `error`: the check raises, the request ends in a 500 and nothing is admitted. `unknown`: the
 * answer depends on something that is not available here (an `http:` service, a resource that Neutron would load, a
 * form that nobody writes).
 */
export type Verdict = 'admitted' | 'denied' | 'error' | 'unknown';

/** `missing` is Python's KeyError, which a `rule:` reference turns into false. */
type Outcome = boolean | 'missing' | 'error' | 'unknown';

/**
 * Decides whether `credentials` may do what rule `name` guards on `target`. The credentials are the token's, as the service
 * passes them to the library (`roles`, `project_id`, `is_admin`, …).
 */
export function evaluateRule(rules: Rules, name: string, target: Attributes, credentials: Attributes): Verdict {
  const check = findRule(rules, name);
  const outcome = check === undefined ? false : new Evaluation(rules, target, credentials).run(check, []);
  if (outcome === true) return 'admitted';
  if (outcome === false) return 'denied';
  // Up to Liberty the library calls the check inside its own `except KeyError`.
  if (outcome === 'missing') return hasPrecedence(rules.era) ? 'error' : 'denied';
  return outcome;
}

class Evaluation {
  /**
   * The outcomes of rules that others refer to. A circle, or too many references in a row, ends the whole evaluation.
   */
  private readonly known = new Map<string, Outcome>();

  constructor(
    private readonly rules: Rules,
    private readonly target: Attributes,
    private readonly credentials: Attributes,
  ) {}

  run(check: Check, path: readonly string[]): Outcome {
    switch (check.is) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'unparsed':
        return check.raises ? 'error' : false;
      case 'not': {
        const inner = this.run(check.operand, path);
        return typeof inner === 'boolean' ? !inner : inner;
      }
      case 'and':
        return this.first(check.operands, false, path);
      case 'or':
        return this.first(check.operands, true, path);
      case 'check':
        return check.kind === 'rule' ? this.reference(check.match, path) : this.single(check.kind, check.match);
    }
  }

  /** Goes from left to right until one member decides, raises or is unknown, as the library does. */
  private first(members: readonly Check[], deciding: boolean, path: readonly string[]): Outcome {
    for (const member of members) {
      const outcome = this.run(member, path);
      if (outcome !== !deciding) return outcome;
    }
    return !deciding;
  }

  private reference(name: string, path: readonly string[]): Outcome {
    if (path.includes(name)) return 'error';
    if (path.length >= maxReferences) return 'unknown';
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const check = findRule(this.rules, name);
    const outcome = check === undefined ? false : this.run(check, [...path, name]);
    const caught = outcome === 'missing' ? false : outcome;
    this.known.set(name, caught);
    return caught;
  }

  private single(kind: string, match: string): Outcome {
    const { service } = this.rules;
    if (kind === 'role') return this.role(match);
    if (kind === 'http' || kind === 'https') return 'unknown';
    if (kind === 'is_admin' && (service === 'nova' || service === 'cinder')) return this.isAdmin(match);
    if (kind === 'field' && service === 'neutron') return this.field(match);
    if ((kind === 'tenant_id' || kind === 'project_id') && service === 'neutron') return this.owner(kind, match);
    return this.generic(kind, match);
  }

  private role(match: string): Outcome {
    const wanted = hasPrecedence(this.rules.era) ? substitute(match, this.target) : { text: match };
    if (typeof wanted === 'string') return wanted === 'missing' ? false : wanted;
    const { roles } = this.credentials;
    if (roles === undefined) return hasPrecedence(this.rules.era) ? false : 'missing';
    if (!Array.isArray(roles)) return 'unknown';
    return roles.some((role) => typeof role === 'string' && role.toLowerCase() === wanted.text.toLowerCase());
  }

  /** Source: nova/policy.py and cinder/policy.py, IsAdminCheck. */
  private isAdmin(match: string): Outcome {
    const { is_admin: isAdmin } = this.credentials;
    return isAdmin === undefined ? 'missing' : isAdmin === (match.toLowerCase() === 'true');
  }

  /**
   * Source: neutron/policy.py, OwnerCheck. Neutron can't load any form but `%(…)s`, and reads a parent from the
   * database.
   */
  private owner(kind: string, match: string): Outcome {
    const field = /^%\((.*)\)s$/.exec(match)?.[1];
    if (field === undefined) return 'error';
    const owner = this.target[field];
    if (owner === undefined) return field.includes(':') || field.startsWith('network_') ? 'unknown' : 'error';
    const own = this.credentials[kind];
    return own === undefined ? false : isSame(printed(owner), printed(own));
  }

  /** Source: neutron/policy.py, FieldCheck, `resource:field=value` or `resource:field=~pattern`. */
  private field(match: string): Outcome {
    const [, resource, field = '', value = ''] = /^([^:]*):([^=]*)=(.*)$/s.exec(match) ?? [];
    if (resource === undefined) return 'error';
    const found = this.target[field];
    if (found === undefined) return this.target['network_id'] === undefined ? false : 'unknown';
    if (found === null) return false;
    if (value.startsWith('~')) return matchesPattern(value.slice(1), found);
    return typeof found === 'boolean' ? String(found) === value.toLowerCase() : found === value;
  }

  private generic(kind: string, match: string): Outcome {
    const { era } = this.rules;
    const right = substitute(match, this.target);
    if (right === 'missing') return era === 'icehouse' ? 'missing' : false;
    if (right === 'unknown') return right;
    if (era === 'icehouse') {
      const own = this.credentials[kind];
      return own === undefined ? false : isSame(right.text, printed(own));
    }
    const literal = readLiteral(kind);
    if (literal === 'path') return this.walk(this.credentials, kind.split('.'), right.text);
    return typeof literal === 'string' ? literal : literal.text === right.text;
  }

  /**
   * Follows a dotted path into the credentials. A list on the way matches if any of its members matches, but not yet on
   * Juno.
   */
  private walk(from: Value | undefined, path: readonly string[], wanted: string): Outcome {
    const [key, ...rest] = path;
    if (key === undefined) return isSame(wanted, printed(from));
    if (from === null || typeof from !== 'object' || Array.isArray(from)) return 'error';
    const value = (from as Attributes)[key];
    if (value === undefined) return false;
    if (!Array.isArray(value)) return this.walk(value, rest, wanted);
    if (!hasPrecedence(this.rules.era)) return 'unknown';
    for (const member of value as readonly Value[]) {
      const outcome = this.walk(member, rest, wanted);
      if (outcome !== false) return outcome;
    }
    return false;
  }
}

/** Python's `text % target` for `%(key)s` and `%%`. */
function substitute(text: string, target: Attributes): { readonly text: string } | 'missing' | 'unknown' {
  let result = '';
  let last = 0;
  for (const found of text.matchAll(/%(?:%|\(([^()]*)\)s)?/g)) {
    result += text.slice(last, found.index);
    last = found.index + found[0].length;
    if (found[0] === '%%') result += '%';
    else if (found[1] === undefined) return 'unknown';
    else {
      const value = target[found[1]];
      if (value === undefined) return 'missing';
      const filled = printed(value);
      if (filled === undefined) return 'unknown';
      result += filled;
    }
  }
  return { text: result + text.slice(last) };
}

/** Python's `str(value)`; undefined for lists, mappings and fractions. */
function printed(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}

const isSame = (a: string | undefined, b: string | undefined): Outcome =>
  a === undefined || b === undefined ? 'unknown' : a === b;

const keywords = new Set(
  (
    'and as assert async await break class continue def del elif else except finally for from global if import in is ' +
    'lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Python's `ast.literal_eval` of the left side, if the left side is a constant; `path` if that raises ValueError. */
function readLiteral(kind: string): { readonly text: string } | 'path' | 'error' | 'unknown' {
  if (['None', 'True', 'False'].includes(kind) || /^(0|[1-9]\d*|-[1-9]\d*)$/.test(kind)) return { text: kind };
  const quoted = /^(?:'([^'\\]*)'|"([^"\\]*)")$/s.exec(kind);
  if (quoted) return { text: quoted[1] ?? quoted[2] ?? '' };
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(kind)) return kind === '' ? 'error' : 'unknown';
  const parts = kind.split('.');
  const bare = parts.slice(1).some((part) => ['None', 'True', 'False'].includes(part));
  return bare || parts.some((part) => keywords.has(part)) ? 'error' : 'path';
}

function matchesPattern(pattern: string, value: Value): Outcome {
  if (typeof value !== 'string') return 'error';
  // Only the part of Python's patterns that means the same in JavaScript.
  if (!/^[\w^$.:,\-/ *+?|[\]]*$/.test(pattern)) return 'unknown';
  try {
    return new RegExp(`^(?:${pattern})`, 'u').test(value);
  } catch {
    return 'unknown';
  }
}
