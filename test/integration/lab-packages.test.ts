/** The lab's installation of Debian packages, on file systems in layers of its own: an archive that nobody signed is left out, and nobody is asked. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

/** Everything that an installation writes is in a layer above the machine's own, and gone when the script ends. */
const script = `
set -eu
mount -t tmpfs tmpfs /mnt
for folder in etc run var usr/sbin; do
  mkdir -p "/mnt/above/$folder" "/mnt/work/$folder"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/mnt/above/$folder,workdir=/mnt/work/$folder" "/$folder"
done
mkdir -p /mnt/archive /mnt/tree/DEBIAN
cat >/mnt/tree/DEBIAN/control <<'END'
Package: stackward-unsigned
Version: 1
Architecture: all
Maintainer: Nobody <nobody@example.com>
Description: a package that nobody signed
END
dpkg-deb --build /mnt/tree /mnt/archive/unsigned.deb >/dev/null
{
  cat /mnt/tree/DEBIAN/control
  echo "Filename: ./unsigned.deb"
  echo "Size: $(stat -c %s /mnt/archive/unsigned.deb)"
  echo "SHA256: $(sha256sum /mnt/archive/unsigned.deb | cut -d ' ' -f 1)"
} >/mnt/archive/Packages
rm -rf /etc/apt/sources.list.d/*
echo "deb $1 file:/mnt/archive ./" >/etc/apt/sources.list
node_modules/.bin/tsx -e '
  require("./lab/packages.ts").installPackages(() => {}, ["stackward-unsigned"]).catch((error) => console.log(error.message));
' </dev/null
echo "installed: $(dpkg-query -W -f '\${db:Status-Abbrev}' stackward-unsigned 2>/dev/null || echo no)"
`;

const install = (options: string): string => {
  const { stdout, stderr } = spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', options], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(process.execPath, '..')}:/usr/sbin:/usr/bin:/sbin:/bin` },
  }); // prettier-ignore
  return `${stdout}${stderr}`;
};

test('a package of an archive that nobody signed is not installed, and the archive is named (case 0926)', () => {
  const said = install('');
  expect(said).toMatch(/^Debian's packages could not be installed:\n[\s\S]*file:\/mnt\/archive/);
  expect(said).toMatch(/not signed|does not have a Release file/);
  expect(said).toMatch(/^installed: no$/m);
});

test('the same package is installed without a question where the machine trusts its archive (case 0926)', () => {
  expect(install('[trusted=yes]')).toBe('installed: ii \n');
});
