/**
 * What scanners look for at whatever service they find: files of programs and of their keepers, which no API has side by side. A client that learns
 * to know an API asks for each of its endpoints once as well.
 */
const FILES = ".php .asp .aspx .jsp .cgi .bak .old .sql .env .git .svn .htaccess .htpasswd .ds_store".split(" ");
const NAMES = "wp-admin wp-content wp-login phpmyadmin cgi-bin".split(" ");
const KINDS = [...FILES, ...NAMES, "etc/passwd"];
const QUESTION = new RegExp(
  `\\.(?:${FILES.map((file) => file.slice(1)).join("|")})\\b|\\b(?:${NAMES.join("|")})\\b|etc/passwd`,
  "i",
);
/** Who asks for so many kinds is a scanner. */
const MANY_KINDS = 3;

/** Which of them a path asks for first: a bit for each kind, 0 for none. */
export function scannerQuestion(path: string): number {
  const found = QUESTION.exec(path);
  return found === null ? 0 : 1 << KINDS.indexOf(found[0].toLowerCase());
}

/** Whether so many kinds were asked for, each a bit, that only scanners do. */
export function areOfScanner(kinds: number): boolean {
  let left = kinds;
  for (let count = 1; count < MANY_KINDS; count++) left &= left - 1;
  return left !== 0;
}
