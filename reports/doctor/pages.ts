/** Writes docs/doctor.md from the checks. Pure. */
import type { AnyCheck } from './check';
import { connectTroubles } from '../../lib/contract/report-ports';
import { wordsFrom } from './checks/connect-troubles';

const opening = `# What doctor finds

For whoever is on call. \`stackward doctor\` reads a cloud and says what is wrong, with evidence and the smallest safe step. It changes nothing, and needs neither Terraform nor a manifest.

\`\`\`
stackward doctor                     # every check
stackward doctor --only SW-1001      # one; repeatable, and so is --skip
stackward doctor --server utm-1      # one server, by name or id: SW-1010
stackward doctor --host cnode01      # only what is about hosts, and of them this one
stackward doctor preflight           # before the first apply: SW-9001 to SW-9008, SW-5001, SW-3001
stackward services                   # the services and agents in one table
stackward explain SW-1001            # the section of this page about a code
\`\`\`

- It begins with the API alone. Databases and hosts that stackward.yaml names are looked at as well.
- \`not looked at\` is said with its reason, and is never \`fine\`.
- Exit code 2: a fault or a risk, whatever else could not be looked at. 1: none, and something that was asked for could not be looked at. 0: neither.
- A login that fails is one fault (SW-9001), the first; checks that need it refer to it.
- \`--json\` has one result for each finding, \`withoutEffect\` for acknowledgements that are over or match nothing, and \`exitCode\`. [ADR 10](adr/0010-reports.md) has the fields.
- Where a service looks dead, the run waits for one report interval (12 s for Nova and Cinder, 34 s for Neutron) and looks again: a heartbeat that moves is alive.
- Three findings or more that differ in names and numbers alone are told as one, with the evidence of the first. \`--json\` has each.
- A login, and an endpoint that is asked without a token, may take 10 s; any other answer 60 s. From 5 s on stderr says for what the run waits.
- Users, passwords and queries of addresses are hidden in every text that comes from outside.
- A finding that is known is acknowledged in stackward.yaml until a day. It is still shown:

\`\`\`yaml
acknowledged:
  - code: SW-1004
    subject: nova-compute on cnode02 # as the report shows it; left out: every subject
    until: 2026-12-31 # the last day
    because: new mainboard ordered
\`\`\`

- An acknowledgement of a code that there is not is refused. One that is over, or matches no finding, is said at the end and changes no exit code.

## The table of \`services\`

- **STATE**: \`up\` and \`down\` as the API says; \`skewed\` where the heartbeat lies in the future, so that a clock is wrong; \`forced down\` by an operator; \`disabled\` beside it.
- **AGE**: of the last heartbeat, by the API's clock.
- **WRITTEN BY**: whose clock wrote the heartbeat.
- **SINCE**: the start, where the API tells it and the service is up; else the last heartbeat.
- \`?\`: this release, or this API, doesn't tell it. In JSON it is null.
- Exit code 2: something is not up, or is disabled. 1: all is up, and a service was asked and did not answer. 0: neither.
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
