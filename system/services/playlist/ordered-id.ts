/**
 * Ids that sort as their rows are to stand, and between any two of which there is room: decimal digits, read as a
 * fraction (0.d1d2d3…). An id begins with the time of the edit, as a TimeUUID does, so that what comes later stands
 * above; what is put between two rows takes digits between theirs. Each ends with the number of its edit: two editors
 * who choose the same place get two ids, without asking each other.
 */

/** Digits of an edit's number: below 2^53. */
const DIGITS = 16;

export const idOfEdit = (edit: number): string => String(edit).padStart(DIGITS, '0');

/**
 * An id above `lower` and below `upper`, which sorts after it.
 * @param lower '' for the end of the list
 */
export function idBetween(lower: string, upper: string, edit: number): string {
  const longest = Math.max(lower.length, upper.length);
  // `room`: how far apart the two are, cut after this digit. Beyond its end an id has zeroes.
  for (let length = 1, room = 0; length <= longest + 1; length++) {
    room = room * 10 + digit(upper, length - 1) - digit(lower, length - 1);
    // Above the lower one's cut and below the upper one's: there it stays, whatever follows.
    if (room >= 2) return plus(lower, length, room >> 1) + idOfEdit(edit);
  }
  throw new RangeError(`There is no id between '${lower}' and '${upper}'.`);
}

const digit = (id: string, at: number) => (at < id.length ? id.charCodeAt(at) - 48 : 0);

/** The first `length` digits, as a number with `by` (0 to 9) added. */
function plus(id: string, length: number, by: number): string {
  let digits = '';
  let carry = by;
  for (let at = length - 1; at >= 0; at--) {
    const sum = digit(id, at) + carry;
    digits = String(sum % 10) + digits;
    carry = sum >= 10 ? 1 : 0;
  }
  return digits;
}
