/** Where listeners are, as the geography of the edge has it: the middle of the country that the population gives them. */
import type { Population } from '../../fixtures/index.ts';
import { PLACES } from '../edge/index.ts';

const PLACE_OF_COUNTRY: ReadonlyMap<string, number> = new Map(PLACES.map(({ name }, place) => [name, place]));

/** The number of the listener's place; `listener` is of the population. */
export function placeOfListener({ models }: Population, listener: number): number {
  return PLACE_OF_COUNTRY.get(models.listeners.listener(listener).country) ?? 0;
}
