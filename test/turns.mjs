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
      acceptance('utm-transit', 'trace-packet'),
    ],
  },
  {
    about: 'servers on the lab',
    sides: [
      acceptance('server-hang'),
      contract('runbook-server', 'runbook-remove-compute'),
      acceptance('import', 'runbooks', 'bridge-port'),
    ],
  },
  {
    about: 'roles before a real service',
    sides: [attack('implied-roles'), acceptance('implied-roles', 'policy-rule')],
  },
  {
    about: 'nights of an operator',
    sides: [
      integration('doctor'),
      integration('doctor-preflight', 'doctor-readings'),
      integration('doctor-hosts', 'doctor-server'),
      acceptance('where'),
    ],
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
    about: 'more than a host or a list can hold',
    sides: [attack('exception-overfull'), attack('exception-bounds', 'lists-of-any-length'), attack('deep-manifest')],
  },
  {
    about: 'plugins and restarts of services',
    sides: [
      integration('broker-plugin'),
      [...integration('broker'), ...contract('kind-broker-plugin')],
      integration('runbook-restart'),
      integration('service-option-restart', 'service-option-unclear'),
    ],
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
    about: 'services that answer wrongly',
    sides: [
      attack('hostile-answers'),
      [
        ...attack('rogue-neutron', 'rogue-keystone', 'fuzz-neutron', 'fuzz-clouds'),
        ...integration('doctor-silence', 'same-cloud'),
      ],
    ],
  },
  {
    about: 'options of services',
    sides: [
      contract('kind-service-option'),
      contract('kind-service-option-python'),
      integration('service-option'),
      integration('service-option-python', 'python-settings', 'oslo-config-edit'),
    ],
  },
  {
    about: 'pools in databases',
    sides: [
      integration('allocation-pool-galera'),
      integration(
        'allocation-pool-database',
        'allocation-pool-icehouse',
        'allocation-pool-mitaka',
        'allocation-pool-interrupted',
      ),
      integration('allocation-pool-scale', 'allocation-pool-grants'),
    ],
  },
  {
    about: 'the way to a host',
    sides: [
      integration('hosts-command'),
      integration('policy-rule-hosts', 'hosts-rollback', 'host-connection'),
      [...contract('host-installed'), ...attack('fuzz-host-program')],
      [...contract('host-ssh', 'host-services'), ...attack('host-session')],
    ],
  },
  {
    about: 'marks and records that somebody forged',
    sides: [attack('owner-marks'), attack('forged-run', 'fuzz-run-folder', 'forged-bundle')],
  },
  {
    about: 'exceptions in a real packet filter',
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
    sides: [integration('inventory-databases'), integration('inventory-api', 'database-view-inventory')],
  },
  {
    about: 'files of policies and configuration',
    sides: [
      integration('policy-rule-removal'),
      integration('policy-rule-owners', 'policy-rule'),
      integration('policy-oslo'),
      integration('policy-documents', 'oslo-config', 'reading-order'),
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
