/** Listeners add tracks to their playlists, follow and leave those of others, and read. */
import { edit } from './profiles.ts';
import { createScript } from './script.ts';

const script = createScript(edit);

export const options = script.options;
export const setup = script.setup;
export default script.iterate;
