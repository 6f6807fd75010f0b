// Stands in for the tables of Chinese, Japanese and Korean encodings that mysql2 brings by iconv-lite (scripts/build.mjs,
// jest.config.cjs). Each session asks for utf8mb4 first (adapters/mysql/mysql-settings.ts), so only a server that ignores
// that answers in such an encoding.
throw new Error(
  'it answers in an encoding of its own, although the session asked for utf8mb4; see which program listens there',
);
