/** Listeners open playlists and tracks: the top one in a hundred playlists gets 80 % of the reads. */
import { browse } from './profiles.ts';
import { createScript } from './script.ts';

const script = createScript(browse);

export const options = script.options;
export const setup = script.setup;
export default script.iterate;
