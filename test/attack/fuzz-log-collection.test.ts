/** Whatever a request says of a collection, the files of rsyslog and logrotate hold the program's own words around it, or it is refused. */
import fc from 'fast-check';
import { callHostFunction } from '../support/host-functions';
import { fuzzing, fuzzTimeoutMs } from '../support/fuzz';

const evil = fc.constantFrom(
  '"', '\\', '\n', '\r\n', '\u2028', '`id`', '$(id)', '%hostname%', '"))\naction(type="omprog" binary="/bin/sh")', '#', '*/', "'",
  '\n}\npostrotate\nid\nendscript\n', '../..', '/', '\0', '[', ']', ';', '{', '}', 'ctl1', 'Shared/Logs', '::1', 'ü', '로그', '\ud800', ' ',
); // prettier-ignore
const text = fc.array(fc.oneof(evil, fc.string({ maxLength: 8 })), { maxLength: 6 }).map((parts) => parts.join(''));
const port = fc.oneof(fc.integer({ min: -1, max: 70_000 }), fc.constantFrom('514', 514.5, true, null, [514]));
const protocol = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('tcp', 'relp', 'udp') }, text);
const days = fc.oneof(fc.integer({ min: -1, max: 4_000 }), fc.constantFrom('30', 1.5, true, null));
const name = (usual: string) => fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 3, arbitrary: text });
const collection = fc.record({
  owner: name('team-a'),
  path: name('Shared/Logs'),
  listen: fc.oneof(fc.constant(null), fc.record({ protocol, port, days })),
  send: fc.oneof(fc.constant(null), fc.record({ to: name('ctl1'), protocol, port })),
});

/** What the two files may hold behind their header and the line of JSON, which is one line of ASCII. */
const words = [
  /^$/,
  /^template\(name="stackward_[0-9a-f_]{29}_(openstack|syslog)" type="string" string="\/var\/log\/stackward\/[A-Za-z0-9_.-]{1,90}\/hosts\/%hostname:1:64:secpath-replace%\/\1\.log"\)$/,
  /^ruleset\(name="stackward_[0-9a-f_]{29}" queue\.type="Direct"\) \{$/,
  /^ {4}if \$syslogfacility-text == 'local0'( or \$programname startswith '[a-z]+-')+ then \{$/,
  /^ {8}action\(type="omfile" (dynaFile="stackward_[0-9a-f_]{29}_(openstack|syslog)" dynaFileCacheSize="200"|file="\/var\/log\/stackward\/[A-Za-z0-9_.-]{1,90}\/all\/(openstack|syslog)\.log") template="RSYSLOG_FileFormat" fileCreateMode="0640" dirCreateMode="0755"( fileGroup="adm")?\)$/,
  /^ {4}\}( else \{)?$/,
  /^\}$/,
  /^\{$/,
  /^input\(type="im(tcp|relp|udp)" port="[0-9]{1,5}" ruleset="stackward_[0-9a-f_]{29}"\)$/,
  /^\$WorkDirectory \/var\/(spool|lib)\/rsyslog$/,
  /^action\(type="om(fwd|relp)" target="[A-Za-z0-9_][A-Za-z0-9_.:-]*" port="[0-9]{1,5}" (protocol="(tcp|udp)" )?(TCP_Framing="octet-counted" )?template="RSYSLOG_SyslogProtocol23Format"$/,
  /^ {4}action\.resumeRetryCount="-1" action\.resumeInterval="5" queue\.type="LinkedList" queue\.filename="stackward_[0-9a-f_]{29}" queue\.size="10000"$/,
  /^ {4}queue\.maxDiskSpace="256m" queue\.saveOnShutdown="on" queue\.timeoutEnqueue="0"\)$/,
  /^\/var\/log\/stackward\/[A-Za-z0-9_.-]{1,90}\/(all|hosts\/\*)\/\*\.log$/,
  /^ {4}(rotate [0-9]{1,4}|nodateext|daily|ifempty|missingok|compress|delaycompress|nocreate|nocopy|nocopytruncate|noolddir|nomail|sharedscripts|postrotate|endscript)$/,
  /^ {8}(if \[ -d \/run\/systemd\/system \]; then systemctl kill -s HUP rsyslog\.service|else for file in .*; done|fi)$/,
];

const call =
  '(lambda host: lambda c: [to_text(host.conf(c)), to_text(host.rotate(c)) if c["listen"] else "", collection_of(host.conf(c)) == c] if is_collection(c) else None)(LogHost())';

test(
  'a request chooses no word of a file but port, days, protocol and a host name',
  () => {
    const isAscii = /^[ -~]*$/;
    let taken = 0;
    fc.assert(
      fc.property(fc.array(collection, { minLength: 500, maxLength: 500 }), (collections) => {
        const answers = callHostFunction<[string, string, boolean] | null>(
          call,
          collections.map((c) => [c]),
        );
        for (const answer of answers) {
          if (answer === null) continue;
          taken += 1;
          const [conf, rotate, isReadBack] = answer;
          expect(isReadBack).toBe(true);
          for (const file of [conf, rotate].filter((content) => content !== '')) {
            const [header = '', json = '', ...rest] = file.split('\n');
            expect(header).toMatch(/^# This file is kept by stackward for [A-Za-z0-9._-]{1,63}$/);
            expect(json.startsWith('# {') && json.endsWith('}') && isAscii.test(json)).toBe(true);
            expect(rest.filter((line) => !words.some((word) => word.test(line)))).toEqual([]);
          }
        }
      }),
      { ...fuzzing, numRuns: Math.ceil(fuzzing.numRuns / 5_000), endOnFailure: true },
    );
    expect(taken).toBeGreaterThan(20);
  },
  fuzzTimeoutMs,
);
