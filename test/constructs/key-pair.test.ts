/** Key pairs: their names, and the lines that are public keys. */
import { KeyPair, Server, TenantNetwork, TenantStack, type KeyPairProps } from '../../constructs';
import { appWithCloud, only, synth, synthError } from '../support/synth';

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample operator';

test('a key pair is named by its path, since all tenants share the deployer’s key pairs', () => {
  const { app, cloud } = appWithCloud();
  const acme = new TenantStack(app, 'acme', { cloud });
  const key = new KeyPair(acme, 'Operator', { publicKey });
  const network = new TenantNetwork(acme, 'Green', { cidr: '10.0.0.0/24' });
  new Server(acme, 'Web', { image: 'i', flavor: 'f', nics: { lan: { network } }, keyPair: key.keyName });
  const stack = synth(app).stack('acme');
  expect(only(stack, 'openstack_compute_keypair_v2')).toEqual({ name: 'acme-Operator', public_key: publicKey });
  expect(only(stack, 'openstack_compute_instance_v2')['key_pair']).toMatch(/openstack_compute_keypair_v2\.Operator_/);
});

test.each<[Partial<KeyPairProps>, string]>([
  [{ name: 'a.b' }, 'its name is "a.b"; use letters a-z, digits, blanks, _ and -'],
  [
    { publicKey: '-----BEGIN OPENSSH PRIVATE KEY-----' },
    'its publicKey is a private key; give it the text of the file',
  ],
  [{ publicKey: 'id_ed25519.pub' }, 'its publicKey is no line of a .pub file'],
  [{ publicKey: `${publicKey}\0` }, 'its publicKey is no line of a .pub file'],
  [{ publicKey: `${publicKey}\u001B[2J` }, 'its publicKey is no line of a .pub file'],
  [{ publicKey: 'hello AAAA' }, 'its publicKey says hello, and its base64 is no such key; copy the whole line again'],
  [{ publicKey: publicKey.replace('ssh-ed25519', 'ssh-rsa') }, 'its publicKey says ssh-rsa, and its base64 is no such'],
  [{ name: 'other' }, 'the key pair named "other" of Cloud is declared twice: acme/Other decides about it too'],
])('%#: a key pair that Nova refuses is a finding', (props, expected) => {
  const { app, cloud } = appWithCloud();
  const acme = new TenantStack(app, 'acme', { cloud });
  new KeyPair(acme, 'Other', { name: 'other', publicKey });
  new KeyPair(acme, 'Operator', { publicKey, ...props });
  expect(synthError(app)).toContain(expected);
});
