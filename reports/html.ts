/** The report as one self-contained page: everything inside, nothing fetched, readable without a network for years. */
export { renderHtml } from './html/page.ts';
