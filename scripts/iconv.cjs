// Stands in for iconv-lite (scripts/build.mjs), which is half a megabyte of tables. stackward's sessions ask for utf8mb4
// (adapters/mysql/mysql-settings.ts), which Node.js reads by itself. Only the server's short notes, such as "Rows matched: 1",
// are in the character set of its greeting, and they are ASCII.
const isAscii = (bytes) => bytes.every((byte) => byte < 0x80);

function getDecoder(encoding) {
  return {
    write(bytes) {
      if (isAscii(bytes)) return bytes.toString('latin1');
      throw new Error(`it sent text in ${encoding}, although the session asked for utf8mb4`);
    },
    end: () => '',
  };
}

module.exports = { getDecoder };
