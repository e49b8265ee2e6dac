/** A figure of an arm as markup: the middle of the seeds, and their range small beneath it where they differ. */
import { formatQuantity, formatSpread, type Spread } from '../numbers.ts';
import { html, keepTogether, type Markup } from './escape.ts';

export function spreadMarkup(spread: Spread | null, unit: string): Markup {
  if (spread === null) return html`<span class="faint">–</span>`;
  const range = /\((.*)\)$/.exec(formatSpread(spread, unit))?.[1];
  return html`${keepTogether(formatQuantity(spread.median, unit))}${range !== undefined && html`<small>${range}</small>`}`;
}
