/** Where listeners and points of presence are, and how long light takes between them. */

export interface Position {
  readonly name: string;
  /** Degrees, north and east. */
  readonly latitude: number;
  readonly longitude: number;
}

/** A system of fewer points of presence has the first of these. Origin and shield are at the first. */
export const SITES: readonly Position[] = [
  { name: 'fra', latitude: 50.1, longitude: 8.7 },
  { name: 'iad', latitude: 39.0, longitude: -77.5 },
  { name: 'sin', latitude: 1.4, longitude: 103.8 },
  { name: 'gru', latitude: -23.6, longitude: -46.6 },
  { name: 'bom', latitude: 19.1, longitude: 72.9 },
  { name: 'lax', latitude: 34.1, longitude: -118.2 },
  { name: 'nrt', latitude: 35.7, longitude: 139.7 },
  { name: 'los', latitude: 6.5, longitude: 3.4 },
];

/** The countries of the population, each as one place: its largest city, or the middle of its population. */
export const PLACES: readonly Position[] = [
  { name: 'US', latitude: 37.4, longitude: -92.3 },
  { name: 'BR', latitude: -23.6, longitude: -46.6 },
  { name: 'MX', latitude: 19.4, longitude: -99.1 },
  { name: 'IN', latitude: 22.6, longitude: 78.0 },
  { name: 'GB', latitude: 51.5, longitude: -0.1 },
  { name: 'DE', latitude: 51.0, longitude: 10.0 },
  { name: 'ES', latitude: 40.4, longitude: -3.7 },
  { name: 'SE', latitude: 59.3, longitude: 18.1 },
  { name: 'PH', latitude: 14.6, longitude: 121.0 },
  { name: 'ID', latitude: -6.2, longitude: 106.8 },
  { name: 'NG', latitude: 6.5, longitude: 3.4 },
  { name: 'JP', latitude: 35.7, longitude: 139.7 },
  { name: 'AU', latitude: -33.9, longitude: 151.2 },
];

const EARTH_RADIUS_KM = 6_371;

/** Along a great circle (haversine formula), in km. */
export function distanceKm(a: Position, b: Position): number {
  const radians = Math.PI / 180;
  const latitude = Math.sin(((b.latitude - a.latitude) * radians) / 2) ** 2;
  const longitude = Math.sin(((b.longitude - a.longitude) * radians) / 2) ** 2;
  const cosines = Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(latitude + cosines * longitude));
}

/** Light in glass of refractive index 1.468 (Corning SMF-28): 4.9 µs a kilometre. */
const FIBRE_NS_PER_KM = 4_897;
/** estimate: cables follow coasts and railways; between data centres of one continent they are about half as long again. */
const DETOUR = 1.5;

/** One way, in whole ns. */
export function propagationNs(a: Position, b: Position): number {
  return Math.round(distanceKm(a, b) * DETOUR * FIBRE_NS_PER_KM);
}

/** The sites by their distance from a place, the nearest first, as numbers. */
export function nearestSites(place: Position, sites: readonly Position[]): number[] {
  return sites
    .map((site, number) => ({ number, km: distanceKm(place, site) }))
    .sort((a, b) => a.km - b.km || a.number - b.number)
    .map(({ number }) => number);
}
