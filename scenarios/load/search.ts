/** Listeners search for tracks by their titles. */
import { search } from './profiles.ts';
import { createScript } from './script.ts';

const script = createScript(search);

export const options = script.options;
export const setup = script.setup;
export default script.iterate;
