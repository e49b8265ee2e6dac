/**
 * The standard analyzer, near enough for names and titles: lower case, words are runs of letters and digits. (Lucene's
 * follows UAX #29, which also keeps "o'neil" and "3.14" whole and splits ideographs one by one.)
 */
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Lucene's `StandardAnalyzer` cuts longer words. */
const LONGEST_WORD = 255;

const SEPARATOR = 0;
const LETTER = 1;
const FOREIGN = 2;

/** 1 for digits and lower-case letters of ASCII, 0 for the rest of ASCII. */
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) =>
  (code >= 48 && code <= 57) || (code >= 97 && code <= 122) ? LETTER : SEPARATOR,
);

/** Appends the words of `text` to `words`; returns how many. */
export function analyze(text: string, words: string[]): number {
  const before = words.length;
  const lower = text.toLowerCase();
  const length = lower.length;
  let start = -1;
  for (let i = 0; i < length; i++) {
    const code = lower.charCodeAt(i);
    const kind = code < 128 ? CLASSES[code]! : FOREIGN;
    if (kind === LETTER) {
      if (start < 0) start = i;
    } else if (kind === SEPARATOR) {
      if (start >= 0) push(words, lower.slice(start, i));
      start = -1;
    } else {
      words.length = before;
      for (const word of lower.match(WORD) ?? []) push(words, word);
      return words.length - before;
    }
  }
  if (start >= 0) push(words, start === 0 ? lower : lower.slice(start));
  return words.length - before;
}

function push(words: string[], word: string): void {
  if (word.length <= LONGEST_WORD) {
    words.push(word);
    return;
  }
  for (let i = 0; i < word.length; i += LONGEST_WORD) words.push(word.slice(i, i + LONGEST_WORD));
}
