/** Comparing two results: `compareResults` finds the differences, `renderComparison` tells them. */
export { type Comparison, compareResults, passes } from './comparison.ts';
export { renderComparison } from './render-comparison.ts';
