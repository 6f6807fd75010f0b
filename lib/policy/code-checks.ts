/** The checks of a service without a policy file, parsed once for each release. */
import type { Release } from '../openstack/releases';
import type { Check } from './check';
import type { ServiceName } from '../openstack/services';
import { codeRules } from './code-rules';
import { effectiveCheck, eraOf } from './defaults';
import { parseRule } from './parse';

const known = new Map<string, ReadonlyMap<string, Check>>();

/** Empty if the rules of the service's code are not known. */
export function codeChecks(
  service: ServiceName,
  release: Release,
  newDefaultsAlone: boolean,
): ReadonlyMap<string, Check> {
  const key = `${service} ${release} ${String(newDefaultsAlone)}`;
  const checks = known.get(key) ?? new Map(parseAll());
  known.set(key, checks);
  return checks;

  function* parseAll(): Generator<[string, Check]> {
    for (const [name, rule] of codeRules(service, release) ?? [])
      yield [name, parseRule(effectiveCheck(rule, newDefaultsAlone), eraOf(release))];
  }
}
