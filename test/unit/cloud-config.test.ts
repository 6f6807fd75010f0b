import fc from 'fast-check';
import { parse } from 'yaml';
import { renderUserData, userDataFindings, type UtmUserDataProps } from '../../constructs/internal/user-data';
import { renderCloudConfig, type CloudConfig } from '../../lib/synth/cloud-config';
import { cloudConfigWarnings } from '../../lib/synth/user-data-text';
import { cloudConfigFindings, interfacesFindings, longestUserData } from '../../lib/synth/cloud-config-checks';
import type { GuestFile } from '../../lib/synth/cloud-config-network';
import { escapeForTerraform, isToken, withoutTokens } from '../../lib/synth/terraform-text';

const token = '${TfToken[TOKEN.7]}';
const guest = { macAddress: 'fa:16:3e:00:00:01' };
const green = { macAddress: 'FA:16:3E:00:00:02', addresses: ['10.1.0.254/24'] };
const orange = { macAddress: 'fa:16:3e:00:00:03', addresses: ['10.2.0.254/24'] };
const red = { macAddress: 'fa:16:3e:00:00:04', addresses: ['203.0.113.71/26'], gateway: '203.0.113.65' };
const config: CloudConfig = {
  hostname: 'jingoo-utm',
  network: { dhcp: { name: 'guest', ...guest }, nics: [{ name: 'red', ...red }] },
};
const utm: UtmUserDataProps = { hostname: 'jingoo-utm', mode: 'routed', nics: { guest, green, orange, red } };

interface Rendered {
  readonly write_files: readonly { path: string; permissions: string; content: string }[];
  readonly [key: string]: unknown;
}
/** Compared as JSON, so that a date which was read as a Date does not pass for text. */
const read = (text: string): Rendered => JSON.parse(JSON.stringify(parse(text, { version: '1.1' }))) as Rendered;
/** The script's calls, below its functions. */
const calls = (text: string) =>
  read(text)
    .write_files.find(({ path }) => path.includes('per-boot'))
    ?.content.split('\n')
    .filter((line) => line.includes(" '"))
    .filter((line) => /^[a-z]+ '/.test(line));

describe('the network', () => {
  test('bridged: br0 takes the addresses of green and the MAC of the port that has them', () => {
    const nics = { guest, green, orange: { macAddress: orange.macAddress }, red };
    expect(calls(renderUserData({ ...utm, mode: 'bridged', nics }))).toEqual([
      "guest 'fa:16:3e:00:00:01'",
      "bridge 'br0' 'fa:16:3e:00:00:02' 'fa:16:3e:00:00:03'",
      "address '10.1.0.254/24'",
      "nic 'fa:16:3e:00:00:04'",
      "address '203.0.113.71/26'",
      "gateway '203.0.113.65'",
      "hosts 'jingoo-utm' '10.1.0.254/24'",
    ]);
    const onOrange = { green: { macAddress: green.macAddress }, orange };
    expect(calls(renderUserData({ ...utm, mode: 'bridged', nics: onOrange }))?.[0]).toBe(
      "bridge 'br0' 'fa:16:3e:00:00:03' 'fa:16:3e:00:00:02'",
    );
  });

  test('routed: each NIC has its own', () => {
    expect(calls(renderUserData(utm))).toEqual([
      "guest 'fa:16:3e:00:00:01'",
      "nic 'fa:16:3e:00:00:02'",
      "address '10.1.0.254/24'",
      "nic 'fa:16:3e:00:00:03'",
      "address '10.2.0.254/24'",
      "nic 'fa:16:3e:00:00:04'",
      "address '203.0.113.71/26'",
      "gateway '203.0.113.65'",
      "hosts 'jingoo-utm' '10.1.0.254/24'",
    ]);
  });

  test('with DHCP alone the hostname stands on 127.0.1.1, and no NIC is taken from the image', () => {
    const text = renderUserData({ ...utm, nics: { guest } });
    expect(calls(text)).toEqual(["guest 'fa:16:3e:00:00:01'", "hosts 'jingoo-utm' '127.0.1.1'"]);
    expect(read(text).write_files.map(({ path }) => path)).toEqual([
      '/var/lib/cloud/scripts/per-boot/50-stackward-network',
      '/etc/sysctl.d/60-stackward.conf',
    ]);
  });

  test('networkd and NetworkManager are told to leave every static NIC, and the guest NIC is not named to them', () => {
    const files = read(renderUserData(utm)).write_files.filter(({ path }) => /systemd|NetworkManager/.test(path));
    expect(files.map(({ path }) => path)).toEqual([
      '/etc/systemd/network/05-stackward-green.network',
      '/etc/systemd/network/05-stackward-orange.network',
      '/etc/systemd/network/05-stackward-red.network',
      '/etc/NetworkManager/conf.d/60-stackward.conf',
    ]);
    expect(files[0]?.content).toBe('[Match]\nMACAddress=fa:16:3e:00:00:02\n\n[Link]\nUnmanaged=yes\n');
    expect(files[3]?.content).toBe(
      '[keyfile]\nunmanaged-devices=mac:fa:16:3e:00:00:02;mac:fa:16:3e:00:00:03;mac:fa:16:3e:00:00:04\n',
    );
  });

  test('a token goes through as it is, in the script and in the files', () => {
    const text = renderUserData({ ...utm, nics: { red: { macAddress: token, addresses: [`${token}/26`] } } });
    expect(calls(text)).toEqual([`nic '${token}'`, `address '${token}/26'`, `hosts 'jingoo-utm' '${token}/26'`]);
    expect(text).toContain(`MACAddress=${token}\n`);
    expect(userDataFindings({ ...utm, nics: { red: { macAddress: token, addresses: [token] } } })).toEqual([]);
  });
});

describe('the text', () => {
  test('is the same for the same input, and begins as cloud-init wants it', () => {
    expect(renderCloudConfig(config)).toBe(renderCloudConfig(structuredClone(config)));
    expect(renderCloudConfig(config)).toMatch(/^#cloud-config\n/);
  });

  test('cloud-init is kept off the hostname and /etc/hosts', () => {
    expect(read(renderCloudConfig(config))).toMatchObject({
      hostname: 'jingoo-utm',
      preserve_hostname: false,
      manage_etc_hosts: false,
    });
  });

  test('extras are there, and more cloud-config is appended to them', () => {
    const cloudConfig =
      'packages: [iperf3]\nruncmd:\n- [ls, -l]\nwrite_files:\n- {path: /b, content: b}\nntp: {enabled: yes}\nbirth: 2014-10-14\n';
    const rendered = read(
      renderCloudConfig({
        ...config,
        packages: ['nftables'],
        files: [{ path: '/a', content: 'a' }],
        commands: ['echo ${HOME}', ['true', 'yes']],
        sshKeys: ['ssh-ed25519 AAAA one'],
        cloudConfig,
      }),
    );
    expect(rendered).toMatchObject({
      packages: ['nftables', 'iperf3'],
      package_update: true,
      runcmd: ['echo ${HOME}', ['true', 'yes'], ['ls', '-l']],
      ssh_authorized_keys: ['ssh-ed25519 AAAA one'],
      ntp: { enabled: true },
      birth: '2014-10-14',
    });
    expect(rendered.write_files.slice(-2)).toEqual([
      { path: '/a', permissions: '0644', content: 'a' },
      { path: '/b', content: 'b' },
    ]);
  });

  test('any content comes back as it was, words that YAML 1.1 reads otherwise too', () => {
    const words = fc.constantFrom(
      'yes',
      'NO',
      'on',
      '0644',
      '1:30',
      '~',
      '1e3',
      '0x1f',
      '',
      ' a',
      '# b',
      '- c',
      'd: e',
      '%f',
    );
    const content = fc.oneof(words, fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[ \t#:a'"\n-]{0,40}$/));
    fc.assert(
      fc.property(content, (text) => {
        const rendered = read(
          renderCloudConfig({ ...config, files: [{ path: '/a', content: text }], commands: [text] }),
        );
        expect(rendered.write_files.at(-1)?.content).toBe(text);
        expect(rendered['runcmd']).toEqual([text]);
      }),
    );
  });
});

describe('text for Terraform', () => {
  test.each([
    ['${HOME}', '${"$"}{HOME}'],
    ['$${HOME}', '${"$$"}{HOME}'],
    ['%{if}', '%%{if}'],
    ['$HOME $(date) 100% $', '$HOME $(date) 100% $'],
    [`mac=${token}.`, `mac=${token}.`],
    [`$$${token}`, `\${"$$"}${token}`],
    ['${TfToken[]}', '${"$"}{TfToken[]}'],
    ['${openstack_networking_port_v2.a.id}', '${"$"}{openstack_networking_port_v2.a.id}'],
  ])('%s is written %s', (text, expected) => {
    expect(escapeForTerraform(text)).toBe(expected);
  });

  test('distinguishes tokens from other text', () => {
    expect(isToken(`a ${token}`)).toBe(true);
    expect(isToken('${a.b}')).toBe(false);
    expect(withoutTokens(`a${token}b${token}`)).toBe('ab');
  });
});

describe('findings', () => {
  const withFile = (file: Partial<GuestFile>): CloudConfig => ({
    ...config,
    files: [{ path: '/a', content: 'a\n', ...file }],
  });
  const withRed = (changes: object): CloudConfig => ({
    ...config,
    network: { nics: [{ name: 'red', ...red, ...changes }] },
  });

  test.each<[string, CloudConfig, string | RegExp]>([
    ['CRLF', withFile({ content: '#!/bin/sh\r\ntrue\r\n' }), /^files\[0\] \(\/a\), line 1 and 1 more: it ends in CRLF/],
    ['CRLF in a command', { ...config, commands: ['ok', 'true\r'] }, /^commands\[1\], line 1: it ends in CRLF/],
    ['CRLF in YAML', { ...config, cloudConfig: 'ntp:\r\n  enabled: true\n' }, /^cloudConfig, line 1: it ends in CRLF/],
    ['no #!', withFile({ mode: '0755' }), /executable and does not begin with #!/],
    ['a wrong mode', withFile({ mode: 'rwx' }), /the mode "rwx" is not octal/],
    ['a relative path', withFile({ path: 'a' }), /the path is not absolute/],
    ['a path twice', withFile({ path: '/etc/sysctl.d/60-stackward.conf' }), /60-stackward.conf is written twice/],
    [
      'a path twice, by YAML',
      { ...withFile({}), cloudConfig: 'write_files: [{path: /a}]' },
      '/a is written twice; keep one, because the last would win unseen',
    ],
    [
      'a blank',
      withFile({ path: '/etc/network/interfaces', content: 'auto\u00a0eth0\n' }),
      'files[0] (/etc/network/interfaces), line 1, column 5: U+00A0 is no ASCII blank; write a plain space or nothing',
    ],
    [
      'a tab',
      { ...config, cloudConfig: 'ntp:\n\tenabled: true\n' },
      'cloudConfig, line 2: a tab stands in the indentation; YAML takes spaces only',
    ],
    ['broken YAML', { ...config, cloudConfig: 'ntp: [\n' }, /^cloudConfig: .* at line 2, column 1/],
    [
      'a key twice',
      { ...config, cloudConfig: 'ntp: {}\nntp: {}\n' },
      /^cloudConfig: Map keys must be unique at line 2/,
    ],
    ['no map', { ...config, cloudConfig: '- a\n' }, /^cloudConfig: it is no map/],
    [
      'an alias without its anchor',
      { ...config, cloudConfig: 'a: *b\n' },
      /^cloudConfig: its anchors can't be followed/,
    ],
    [
      'a depth that nobody needs',
      { ...config, cloudConfig: `a: ${'['.repeat(60)}` },
      /^cloudConfig: it is nested deeper than the 50 levels/,
    ],
    [
      'a key of ours',
      { ...config, cloudConfig: 'hostname: other\n' },
      /^cloudConfig: hostname is set by the server's own/,
    ],
    ['a list that is none', { ...config, cloudConfig: 'packages: vim\n' }, /^cloudConfig: packages is no list/],
    ['a hostname', { ...config, hostname: 'jingoo_utm' }, /^the hostname "jingoo_utm" is none that DNS knows/],
    ['a MAC', withRed({ macAddress: '${a.mac}' }), /^NIC red: "\${a.mac}" is no MAC address/],
    [
      'no prefix length',
      withRed({ addresses: ['10.0.0.1'], gateway: undefined }),
      /^NIC red: "10.0.0.1" has no prefix length/,
    ],
    ['an address', withRed({ addresses: ['10.0.0.256/24'] }), /^NIC red: "10.0.0.256" is not an IP address/],
    ['no address', withRed({ addresses: [], gateway: undefined }), /^NIC red is static and has no address/],
    [
      'a gateway of another family',
      withRed({ gateway: '2001:db8::1' }),
      /^NIC red: the gateway 2001:db8::1 is of another family than its addresses/,
    ],
    [
      'a MAC twice',
      {
        ...config,
        network: {
          nics: [
            { name: 'a', ...red },
            { name: 'b', ...red },
          ],
        },
      },
      /^NIC b has the MAC address of another/,
    ],
    [
      'a private key',
      { ...config, sshKeys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] },
      /^sshKeys\[0\]: it is a private key/,
    ],
    ['two keys in one', { ...config, sshKeys: ['ssh-rsa A\nssh-rsa B'] }, /^sshKeys\[0\]: it has more than one line/],
  ])('%s', (_name, broken, expected) => {
    expect(cloudConfigFindings(broken)).toEqual([
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    ]);
  });

  test('are reported together, and nothing is thrown', () => {
    const broken = { ...config, hostname: '', packages: ['a\r'], cloudConfig: '[', commands: ['\r'] };
    expect(cloudConfigFindings(broken)).toHaveLength(4);
  });

  test('finds a bridged UTM without orange', () => {
    expect(userDataFindings({ ...utm, mode: 'bridged', nics: { guest, green } })).toEqual([
      'a bridged UTM joins green and orange, and has not both; add the other NIC, or make it routed',
    ]);
  });

  test('accepts a link-local gateway on every link', () => {
    expect(cloudConfigFindings(withRed({ addresses: ['2001:db8::7/64'], gateway: 'fe80::1' }))).toEqual([]);
  });

  test('ignores text that only looks like a placeholder', () => {
    const innocent = [
      'date +%Y%m%d-%H%M%S',
      "docker ps --format '{{.Names}} {{ $x }}'",
      'echo ${HOME} $HOME "$1"',
      'mail <operator@example.com> <VirtualHost>',
      `echo ${token}`,
    ];
    expect(cloudConfigFindings({ ...config, commands: innocent })).toEqual([]);
    expect(cloudConfigWarnings({ ...config, commands: innocent })).toEqual([]);
    expect(userDataFindings(utm)).toEqual([]);
  });

  test('accepts the largest size that Nova takes, and finds one byte more', () => {
    const sized = (length: number) => withFile({ content: 'a'.repeat(length) });
    const empty = renderCloudConfig(sized(1)).length - 1;
    const room = Math.floor(longestUserData / 4) * 3 - empty;
    const fits = renderCloudConfig(sized(room));
    expect(Buffer.from(fits).toString('base64').length).toBeLessThanOrEqual(longestUserData);
    expect(cloudConfigFindings(sized(room))).toEqual([]);
    expect(Buffer.from(renderCloudConfig(sized(room + 1))).toString('base64').length).toBeGreaterThan(longestUserData);
    expect(cloudConfigFindings(sized(room + 1))).toEqual([
      'the user data is 65536 bytes in base64, and Nova takes 65535; fetch large files at boot',
    ]);
    const withToken = withFile({ content: 'a'.repeat(room + 1) + token });
    expect(cloudConfigFindings(withToken)).toEqual([expect.stringContaining('not counting what Terraform fills in')]);
  });
});

describe('interfaces files', () => {
  test.each<[string, string[]]>([
    ['auto eth0\n# a comment\n  # one more\niface eth0 inet dhcp\n\tup true\n', []],
    ['auto eth0 # first\n', ['f, line 1, column 11: a comment behind other words']],
    ['\ufeffauto eth0\n', ['f, line 1, column 1: U+FEFF is no ASCII blank']],
    ['auto eth0\niface eth0\u3000inet\u200bdhcp\n', ['f, line 2, column 11: U+3000', 'f, line 2, column 16: U+200B']],
    ['up echo a#b\n  post-up echo a # b\n', []],
  ])('%j', (content, expected) => {
    expect(interfacesFindings(content, 'f')).toEqual(expected.map((start) => expect.stringContaining(start)));
  });
});
