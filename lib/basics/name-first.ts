/** The first names of a list, and the number of further names: `a, b and 3 more`. */
export const nameFirst = (names: readonly string[], most = 5): string =>
  `${names.slice(0, most).join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`;
