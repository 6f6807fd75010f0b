/** Writes docs/doctor.md from the checks. Pure. */
import type { AnyCheck } from './check';
import { connectTroubles } from '../../lib/contract/report-ports';
import { wordsFrom } from './checks/connect-troubles';

const opening = `# What doctor finds

For people who are on call. \`stackward doctor\` reads a cloud and reports faults, with evidence and the smallest safe step. It changes nothing, and needs neither Terraform nor a manifest.

\`\`\`
stackward doctor                     # every check
stackward doctor --only SW-1001      # only this check; --only and --skip may be repeated
stackward doctor --server utm-1      # one server, by name or id: SW-1010
stackward doctor --host cnode01      # only the checks of hosts, and only for this host
stackward doctor preflight           # before the first apply: SW-9001 to SW-9008, SW-5001, SW-3001
stackward services                   # the services and agents in one table
stackward explain SW-1001            # the section of this page about a code
\`\`\`

- The API is enough to begin with. doctor also looks at the databases and hosts that stackward.yaml names.
- If something could not be read, the result is \`not looked at\`, with the reason, and never \`fine\`.
- Exit code 2: there is a fault or a risk. 1: there is none, but something that you asked for could not be looked at. 0: neither.
- A failed login is reported once, as the first fault (SW-9001). The checks that need the login refer to it.
- \`--json\` has each finding, \`withoutEffect\` with acknowledgements that have expired or match nothing, and \`exitCode\`. [ADR 10](adr/0010-reports.md) has the fields.
- If a service looks dead, doctor waits for one report interval (12 s for Nova and Cinder, 34 s for Neutron) and looks again. If the heartbeat has moved, the service is alive.
- If three or more findings differ only in names and numbers, doctor shows them as one, with the evidence of the first. \`--json\` has all.
- A login, and a request without a token, may take 10 s; any other answer 60 s. After 5 s stderr says what doctor is waiting for.
- In texts from outside, doctor hides user names, passwords and queries of URLs.
- You can acknowledge a known finding in stackward.yaml until a certain day. It is still shown:

\`\`\`yaml
acknowledged:
  - code: SW-1004
    subject: nova-compute on cnode02 # as in the report; without this line: every subject
    until: 2026-12-31 # the last day
    because: new mainboard ordered
\`\`\`

- An acknowledgement with an unknown code is refused. An acknowledgement that has expired, or that matches no finding, is mentioned at the end and doesn't change the exit code.

## The table of \`services\`

- **STATE**: \`up\` or \`down\` is the API's judgement. \`skewed\`: the heartbeat is in the future, so a clock is wrong. \`forced down\`: an operator did this. \`disabled\` is added to the other words.
- **AGE**: the age of the last heartbeat, by the API's clock.
- **WRITTEN BY**: the service whose clock wrote the heartbeat.
- **SINCE**: for a service that is up, its start, if the API shows it. Otherwise the last heartbeat.
- \`?\`: this release, or this API, doesn't show the value. In JSON it is null.
- Exit code 2: something is not up, or is disabled. 1: everything is up, but a service was asked and did not answer. 0: neither.
`;

const section = ({ code, title, needs, page }: AnyCheck): string => {
  const { means, evidence, alike, step, never } = page;
  const body = [
    `## ${code}`,
    `**${title.charAt(0).toUpperCase()}${title.slice(1)}.** Needs ${needs.join(', ')}.`,
    `- **What it means.** ${means}`,
    `- **Evidence.** ${evidence}`,
    `- **What else looks like it.** ${alike}`,
    `- **The smallest safe step.** ${step}`,
    `- **Never.** ${never}`,
  ];
  return `${body[0]}\n\n${body[1]}\n\n${body.slice(2).join('\n')}\n`;
};

const causes = (): string =>
  `### The causes of SW-3001\n\n${connectTroubles
    .map((name) => ({ name, ...wordsFrom('this machine', name) }))
    .map(({ name, found, step }) => `- **${name}**: ${found} ${step}`)
    .join('\n')}\n`;

export function renderPage(checks: readonly AnyCheck[]): string {
  const sections = checks.map((check) =>
    check.code === 'SW-3001' ? `${section(check)}\n${causes()}` : section(check),
  );
  return `${opening}\n${sections.join('\n')}`;
}
