import type { Pane } from './windows.ts';

/**
 * The panes with the largest values at this place, largest first; of equal ones the smaller key comes first.
 * @param isOut which keys are passed over
 */
export function topOf(
  panes: Iterable<Pane>,
  place: number,
  limit: number,
  isOut: (key: string) => boolean = () => false,
): Pane[] {
  const top: Pane[] = [];
  for (const pane of panes) {
    if (top.length === limit && !isBefore(pane, top[limit - 1]!, place)) continue;
    if (isOut(pane.key)) continue;
    let low = 0;
    let high = top.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(pane, top[middle]!, place)) high = middle;
      else low = middle + 1;
    }
    top.splice(low, 0, pane);
    if (top.length > limit) top.pop();
  }
  return top;
}

function isBefore(a: Pane, b: Pane, place: number): boolean {
  const difference = a.values[place]! - b.values[place]!;
  return difference === 0 ? a.key < b.key : difference > 0;
}
