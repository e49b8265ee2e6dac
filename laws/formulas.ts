/** The laws in closed form. Times are in units of the mean service time. */

/** Erlang C: the probability that a job has to wait in M/M/c at utilisation `rho`. (Erlang 1917.) */
export function waitProbability(servers: number, rho: number): number {
  // Erlang B by its recursion, which never overflows; then C from B.
  const load = servers * rho;
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (load * blocked) / (k + load * blocked);
  return blocked / (1 - rho * (1 - blocked));
}

/** Mean wait in M/M/c. */
export function meanWait(servers: number, rho: number): number {
  return waitProbability(servers, rho) / (servers * (1 - rho));
}

/** Pollaczek–Khinchine: mean wait in M/G/1 whose service time has this squared coefficient of variation. */
export function meanWaitGeneral(rho: number, squaredVariation: number): number {
  return (rho * (1 + squaredVariation)) / (2 * (1 - rho));
}

/** Mean time in system when each job joins the shortest of `d` random queues, many queues (Mitzenmacher 1996; Vvedenskaya et al. 1996). */
export function meanTimeWithChoices(d: number, lambda: number): number {
  if (d === 1) return 1 / (1 - lambda);
  let sum = 0;
  for (let i = 1; i <= 60; i++) sum += lambda ** ((d ** i - d) / (d - 1));
  return sum;
}

/** Share of requests that wait for at least one slow leaf. */
export function slowShare(leaves: number, slowProbability: number): number {
  return 1 - (1 - slowProbability) ** leaves;
}

/** Zipf popularities of objects 1 to n. */
export function zipf(n: number, exponent: number): Float64Array {
  const p = Float64Array.from({ length: n }, (_, i) => (i + 1) ** -exponent);
  const total = p.reduce((sum, x) => sum + x, 0);
  return p.map((x) => x / total);
}

/** Hit ratio of an LRU cache of `capacity` objects by Che's approximation (Che, Tung & Wang 2002). */
export function cheHitRatio(popularity: Float64Array, capacity: number): number {
  // Characteristic time: after it, as many distinct objects were asked for as the cache holds.
  const distinct = (time: number) => popularity.reduce((sum, p) => sum + 1 - Math.exp(-p * time), 0);
  let low = 0;
  let high = 1;
  while (distinct(high) < capacity) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (distinct(middle) < capacity) low = middle;
    else high = middle;
  }
  return popularity.reduce((sum, p) => sum + p * (1 - Math.exp(-p * high)), 0);
}

/** Attempts per request when each attempt fails with probability `failure`. */
export function meanAttempts(attempts: number, failure: number): number {
  let sum = 0;
  for (let k = 0; k < attempts; k++) sum += failure ** k;
  return sum;
}
