// Suites that take turns, because all of them would fill half an hour, and `npm test` has a quarter (docs/adr/0033-nightly.md).
// The sides of a set judge one capability in several ways that cost about the same. `npm test` draws one side of each set, and
// `npm run nightly` runs all. A suite that is named always runs: `npm test -- deploy-chain`.

const acceptance = (...names) => names.map((name) => `acceptance/${name}`);
const attack = (...names) => names.map((name) => `attack/${name}`);
const contract = (...names) => names.map((name) => `contract/${name}`);
const integration = (...names) => names.map((name) => `integration/${name}`);

export const sets = [
  {
    about: 'packets on the lab',
    sides: [
      acceptance('firewall-exception'),
      acceptance('firewall-hosts', 'firewall-groups'),
      acceptance('trace-floating-ip'),
      acceptance('utm-transit'),
      acceptance('trace-packet', 'bridge-port'),
    ],
  },
  {
    about: 'servers of the lab that hang, told by doctor and ended by runbooks',
    sides: [acceptance('server-hang'), contract('runbook-server', 'runbook-remove-compute')],
  },
  {
    about: 'a project of the lab, with things that no code made',
    sides: [acceptance('import'), acceptance('destroy')],
  },
  {
    about: 'runbooks on the lab',
    sides: [acceptance('runbooks'), contract('runbook-compute', 'runbook-credentials')],
  },
  {
    about: "the lab's Neutron, as pools and subnets need it",
    sides: [acceptance('allocation-pool'), [...acceptance('subnet-choices'), ...contract('network-neutron')]],
  },
  {
    about: 'roles before a real service',
    sides: [attack('implied-roles'), acceptance('implied-roles'), acceptance('policy-rule')],
  },
  {
    about: 'nights of an operator',
    sides: [
      integration('doctor'),
      integration('doctor-preflight', 'doctor-readings'),
      integration('doctor-hosts', 'doctor-server', 'doctor-silence'),
    ],
  },
  {
    about: 'services on a host, and the files that they read',
    sides: [acceptance('where'), [...contract('host-services'), ...integration('reading-order')]],
  },
  {
    about: 'deploy',
    sides: [
      integration('deploy'),
      integration('deploy-review'),
      integration('deploy-chain', 'deploy-removals', 'destroy-interrupted', 'plans-interrupted', 'verify-unread'),
    ],
  },
  {
    about: 'programs on pages',
    sides: [
      integration('readme'),
      integration('document-examples', 'start-page'),
      [...integration('kind-pages'), ...contract('kind-page')],
    ],
  },
  {
    about: 'more than a manifest, a list or a host can hold',
    sides: [attack('exception-overfull'), attack('exception-bounds', 'lists-of-any-length'), attack('deep-manifest')],
  },
  {
    about: 'plugins and state of a broker',
    sides: [
      [...integration('broker-plugin'), ...acceptance('broker')],
      [...integration('broker'), ...contract('kind-broker-plugin')],
    ],
  },
  {
    about: 'restarts of services',
    sides: [integration('runbook-restart'), integration('service-option-restart', 'service-option-unclear')],
  },
  {
    about: 'hosts that fail, and runs that are struck',
    sides: [
      integration('firewall-interrupted'),
      integration('firewall-killed', 'firewall-rollback', 'firewall-moves'),
      attack('host-conditions'),
      [...attack('host-folders', 'host-races'), ...integration('hosts-killed')],
    ],
  },
  {
    about: 'services that answer wrongly, and credentials for them',
    sides: [
      attack('hostile-answers'),
      [...attack('rogue-neutron', 'rogue-keystone', 'fuzz-neutron', 'fuzz-clouds'), ...integration('same-cloud')],
    ],
  },
  {
    about: 'options of services',
    sides: [
      contract('kind-service-option'),
      contract('kind-service-option-python'),
      integration('service-option'),
      integration('service-option-python', 'python-settings', 'python-settings-host'),
      integration('oslo-config', 'oslo-config-edit'),
    ],
  },
  {
    about: 'pools in databases',
    sides: [
      integration('allocation-pool-galera'),
      integration('allocation-pool-database', 'allocation-pool-interrupted'),
      integration('allocation-pool-scale', 'allocation-pool-grants'),
      [
        ...contract('kind-allocation-pool'),
        ...integration('allocation-pool-icehouse', 'allocation-pool-mitaka', 'allocation-pool-newton'),
      ],
    ],
  },
  {
    about: 'views in databases',
    sides: [integration('database-view'), contract('kind-database-view')],
  },
  {
    about: 'whom a connection to a database trusts',
    sides: [contract('sql-tls'), [...contract('sql-legacy-tls'), ...attack('rogue-mysql')]],
  },
  {
    about: 'the way to a host',
    sides: [
      integration('hosts-command'),
      integration('policy-rule-hosts', 'hosts-rollback', 'host-connection'),
      [...contract('host-installed'), ...attack('fuzz-host-program')],
      [...contract('host-ssh', 'host-local'), ...attack('host-session', 'ssh-cut')],
    ],
  },
  {
    about: 'throughput between hosts',
    sides: [integration('runbook-throughput'), contract('host-throughput')],
  },
  {
    about: 'flags of bridge ports',
    sides: [
      contract('kind-bridge-port'),
      integration('bridge-port-host', 'bridge-port-owners'),
      integration('bridge-port-interrupted', 'bridge-port-frames'),
    ],
  },
  {
    about: 'marks and records that somebody forged',
    sides: [attack('owner-marks'), attack('forged-run', 'fuzz-run-folder', 'forged-bundle')],
  },
  {
    about: 'exceptions in a real packet filter, also after a boot',
    sides: [
      integration('firewall-exception'),
      [...integration('iptables-kernel', 'firewall-agent-lock'), ...contract('kind-firewall-exception')],
      integration('boot-restore'),
      [...integration('boot-restore-interrupted', 'boot-restore-program'), ...contract('kind-boot-restore')],
    ],
  },
  {
    about: 'what tables do to packets',
    sides: [integration('packet-path-kernel'), attack('exception-posing', 'fuzz-rule-grammar', 'fuzz-exception-words')],
  },
  {
    about: 'the inventory',
    sides: [
      integration('inventory-databases'),
      integration('inventory-api'),
      [...acceptance('inventory'), ...integration('database-view-inventory')],
    ],
  },
  {
    about: 'files of policies',
    sides: [
      integration('policy-rule-removal'),
      integration('policy-rule-owners', 'policy-rule'),
      integration('policy-oslo'),
      [...contract('kind-policy-rule'), ...integration('policy-documents')],
    ],
  },
  {
    about: 'collected logs',
    sides: [integration('log-collection'), integration('log-collection-refused'), contract('kind-log-collection')],
  },
  {
    about: 'the login on a host',
    sides: [attack('host-memory'), attack('host-login', 'host-caller')],
  },
  {
    about: 'a review with hostile names',
    sides: [attack('review-markdown'), attack('review-html')],
  },
  {
    about: 'the journal',
    sides: [integration('journal'), integration('journal-store', 'saved-plan')],
  },
];

/**
 * The suites that wait this time: all sides of each set but one.
 *
 * @param random a number from 0 to below 1, as Math.random gives it
 * @returns paths below test/, without `.test.ts`
 */
export function drawWaiting(random = Math.random) {
  return sets.flatMap(({ sides }) => {
    const drawn = Math.floor(random() * sides.length);
    return sides.filter((_, index) => index !== drawn).flat();
  });
}

/** One sentence, for the start and for the end of a run. @param waiting the suites that wait */
export const sayWaiting = (waiting) =>
  `${waiting.length} suites wait for their turn in another run; \`npm run nightly -- turns\` runs them all.`;
