/** Where listeners are, as the geography of the edge has it: the middle of the country that the population gives them. */
import { PLACES } from '../edge/index.ts';

const PLACE_OF_COUNTRY: ReadonlyMap<string, number> = new Map(PLACES.map(({ name }, place) => [name, place]));

/** The number of the place of whoever is in a country of the population. */
export const placeOfCountry = (country: string): number => PLACE_OF_COUNTRY.get(country) ?? 0;
