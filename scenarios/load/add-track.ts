/** Listeners add a track to a playlist and read it back with the snapshot that the write returned. */
import { addTrack } from './profiles.ts';
import { createScript } from './script.ts';

const script = createScript(addTrack);

export const options = script.options;
export const setup = script.setup;
export default script.iterate;
