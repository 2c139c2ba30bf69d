import './no-telemetry.ts';

/** The one way to onnxruntime: whoever imports it here has it silent (test/arrows.test.ts allows no other). */
export { env, InferenceSession, Tensor } from 'onnxruntime-node';
