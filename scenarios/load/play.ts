/** Listeners play tracks, half of which they skip, and look at what they played. */
import { play } from './profiles.ts';
import { createScript } from './script.ts';

const script = createScript(play);

export const options = script.options;
export const setup = script.setup;
export default script.iterate;
