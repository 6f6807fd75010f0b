import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { ComputeKeypairV2, type ComputeKeypairV2Config } from '@cdktf/provider-openstack/lib/compute-keypair-v2';
import { CloudStack } from './cloud-stack';
import { checkTexts, requireProps } from './internal/check-props';
import { addFinding, claim } from './internal/declarations';

export interface KeyPairProps extends Pick<ComputeKeypairV2Config, 'region'> {
  /**
   * Unique among all key pairs of the deployer, whatever their project. A change replaces the key pair. @default the
   * construct's path, such as acme-Operator
   */
  readonly name?: string;
  /** One line, as in `id_ed25519.pub`. A change replaces the key pair; a server keeps the key that it booted with. */
  readonly publicKey: string;
}

/**
 * A public key that Nova gives to new servers. It belongs to the deployer's user and to no project.
 *
 *     const operator = new KeyPair(acme, 'Operator', { publicKey: 'ssh-ed25519 AAAA… operator' });
 *     new Server(acme, 'Web', { keyPair: operator.keyName, … });
 */
export class KeyPair extends Construct {
  readonly resource: ComputeKeypairV2;
  /** For the prop `keyPair` of a server. */
  readonly keyName: string;

  constructor(scope: Construct, id: string, props: KeyPairProps) {
    super(scope, id);
    requireProps(this, props, 'publicKey');
    checkTexts(this, props);
    const { name = this.node.path.replace(/[^A-Za-z0-9 _-]+/g, '-'), publicKey, ...more } = props;
    const { cloud } = CloudStack.of(this);
    this.resource = new ComputeKeypairV2(this, 'KeyPair', { ...more, name, publicKey });
    this.keyName = this.resource.name;
    claim(this, `the key pair named ${JSON.stringify(name)} of ${cloud.node.path}`);
    this.check(name, publicKey);
  }

  /** The names are those of `keypairs_v2` in nova/api/openstack/compute/schemas, up to its API 2.91. */
  private check(name: string, publicKey: string): void {
    if (!Token.isUnresolved(name) && !/^[A-Za-z0-9 _-]{1,255}$/.test(name))
      addFinding(this, `its name is ${JSON.stringify(name)}; use letters a-z, digits, blanks, _ and -, 255 at most`);
    if (Token.isUnresolved(publicKey)) return;
    if (publicKey.includes('PRIVATE KEY')) {
      addFinding(this, 'its publicKey is a private key; give it the text of the file that ends in .pub');
      return;
    }
    const [, type, base64] = lineOfKey.exec(publicKey) ?? [];
    if (type === undefined || base64 === undefined)
      addFinding(this, 'its publicKey is no line of a .pub file; write its type, its base64 and a comment, with one blank between'); // prettier-ignore
    else if (!isKeyOf(type, base64))
      addFinding(this, `its publicKey says ${type}, and its base64 is no such key; copy the whole line again`);
  }
}

/** A type, base64 and a comment of printable characters. */
const lineOfKey = /^([a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,3})(?: [^\p{C}\p{Zl}\p{Zp}]*)?\n?$/u;

/** The binary key begins with its type, as an SSH string: 4 bytes of length, then the name (RFC 4253, section 6.6). */
function isKeyOf(type: string, base64: string): boolean {
  const start = Buffer.from(`\0\0\0${String.fromCharCode(type.length)}${type}`, 'latin1');
  const key = Buffer.from(base64, 'base64');
  return key.length > start.length && key.subarray(0, start.length).equals(start);
}
