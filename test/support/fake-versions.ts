/** The APIs of a cloud in memory, with the versions that the releases report. */
import type { ApiAnswer, CloudApis, VersionReader } from '../../lib/contract/ports';
import type { VersionBench } from '../contract/versions-suite';

/** A selection of Neutron's aliases: those that ML2 has had since before Icehouse, and later ones. */
const oldExtensions = ['provider', 'router', 'security-group', 'allowed-address-pairs', 'binding', 'agent', 'quotas'];

const version = (service: 'nova' | 'cinder' | 'keystone', release: string): ApiAnswer => ({
  service,
  version: release,
});
const neutron = (...aliases: string[]): ApiAnswer => ({
  service: 'neutron',
  extensions: [...oldExtensions, ...aliases],
});

/** The versions that Zed reports in the lab. Those of other releases come from their packages. */
export const clouds = {
  icehouse: [version('nova', ''), version('keystone', '3.0'), neutron()],
  kilo: [version('nova', '2.3'), version('keystone', '3.4'), neutron('subnet_allocation')],
  queens: [
    ...[version('nova', '2.60'), version('cinder', '3.50'), version('keystone', '3.10')],
    neutron('rbac-policies', 'standard-attr-revisions', 'revision-if-match', 'ip-substring-filtering'),
  ],
  zed: [
    ...[version('nova', '2.93'), version('cinder', '3.70'), version('keystone', '3.14')],
    neutron('rbac-policies', 'standard-attr-revisions', 'address-group', 'quota-check-limit', 'port-mac-override'),
  ],
  '2026.2': [
    ...[version('nova', '2.104'), version('cinder', '3.71'), version('keystone', '3.14')],
    neutron('rbac-policies', 'standard-attr-revisions', 'quota-check-limit-default', 'router-enable-snat'),
  ],
} satisfies Record<string, readonly ApiAnswer[]>;

export class FakeVersions implements VersionBench {
  /** The number of questions so far. */
  asked = 0;

  constructor(
    readonly answers: readonly ApiAnswer[],
    readonly silent: CloudApis['silent'] = [],
  ) {}

  reader(): VersionReader {
    let answer: Promise<CloudApis> | undefined;
    return { apis: () => (answer ??= this.ask()) };
  }

  memberReader(): VersionReader {
    return this.reader();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private ask(): Promise<CloudApis> {
    this.asked += 1;
    return Promise.resolve({ answers: this.answers, silent: this.silent });
  }
}
