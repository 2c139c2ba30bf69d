import './no-telemetry.ts';

/** The only import of onnxruntime: through here, its telemetry is off (test/arrows.test.ts allows no other). */
export { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
