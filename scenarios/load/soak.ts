/** Everything at a moderate rate for long: ten minutes, or what DURATION says. */
import { soak } from './profiles.ts';
import { createScript } from './script.ts';

const script = createScript(soak);

export const options = script.options;
export const setup = script.setup;
export default script.iterate;
